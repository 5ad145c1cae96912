"""How far two points of the earth are apart."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return how far two places are apart, on a sphere; latitude and longitude in degrees.

    >>> round(distance_km((52.52, 13.405), (48.137, 11.575)))
    504
    """
    (north, east), (to_north, to_east) = (tuple(map(radians, at)) for at in (one, other))
    half = sin((to_north - north) / 2) ** 2 + cos(north) * cos(to_north) * sin((to_east - east) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))
