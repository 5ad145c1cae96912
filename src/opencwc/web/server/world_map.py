"""A map of the world for drawings on the server: its land as one path, where States are, and any place on it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.convention.territories import all_territories
from opencwc.web.server.static_files import index
from opencwc.wording.states import iso_numeric

SMALL_STATES = Path(__file__).with_name("small_states.yaml")
WIDTH, HEIGHT = 960, 468
_LEAST_AREA = 3.0
_A1, _A2, _A3, _A4, _M = 1.340264, -0.081106, 0.000893, 0.003796, sqrt(3) / 2
Point = tuple[float, float]


class View(NamedTuple):
    """The part of the map that a drawing shows: its left and upper edge, its width, and how wide it is drawn."""

    left: float = 0.0
    top: float = 0.0
    width: float = WIDTH
    drawn: float = WIDTH

    @property
    def height(self) -> float:
        """How high it is drawn."""
        return self.drawn * HEIGHT / WIDTH

    def at(self, point: Point) -> Point:
        """Return where a place of the map is on the drawing."""
        scale = self.drawn / self.width
        return (point[0] - self.left) * scale, (point[1] - self.top) * scale


def view_of(points: Sequence[Point], drawn: float = WIDTH, least: float = 240.0) -> View:
    """Return what shows all the points with some room around them, in the shape of the whole map; ``least`` is a width.

    >>> view_of([(480, 200), (500, 217)])
    View(left=370.0, top=150.0, width=240.0, drawn=960)
    """
    across, down = [x for x, _ in points], [y for _, y in points]
    shape = WIDTH / HEIGHT
    room = least / 6
    wide = max(max(across) - min(across) + 2 * room, (max(down) - min(down) + 2 * room) * shape, least)
    width = min(wide, float(WIDTH))
    left = (min(across) + max(across) - width) / 2
    top = (min(down) + max(down) - width / shape) / 2
    return View(max(0.0, min(left, WIDTH - width)), max(0.0, min(top, HEIGHT - width / shape)), width, drawn)


@lru_cache(maxsize=64)
def outline(view: View) -> str:
    """Return the land that a view shows as one path, to whole pixels; islets that are none are left out."""
    parts = []
    for rings in _shapes().values():
        for ring in rings:
            points = _distinct([view.at(point) for point in ring])
            if len(points) > 2 and abs(_area(points)) >= _LEAST_AREA and _is_shown(points, view):
                x, y = points[0]
                steps = (f"{there[0] - here[0]} {there[1] - here[1]}" for here, there in pairwise(points))
                parts.append(f"M{x} {y}l{' '.join(steps)}z".replace(" -", "-"))
    return "".join(parts)


def _is_shown(points: Sequence[Point], view: View) -> bool:
    across, down = [x for x, _ in points], [y for _, y in points]
    return max(across) > 0 and min(across) < view.drawn and max(down) > 0 and min(down) < view.height


@cache
def centres() -> Mapping[str, Point]:
    """Return where each State is on the map, by alpha-3 code: the middle of its largest piece of land.

    An invented one has no land, and a place at sea.
    """
    by_number = {number: max(rings, key=lambda ring: abs(_area(ring))) for number, rings in _shapes().items()}
    middles = {
        code: _middle(by_number[number]) for code in all_territories() if (number := iso_numeric(code)) in by_number
    }
    at_sea = {code: project(*territory.at) for code, territory in all_territories().items() if territory.at}
    return {**{code: project(*at) for code, at in read_yaml(SMALL_STATES).items()}, **at_sea, **middles}


@cache
def _shapes() -> Mapping[str, tuple[tuple[Point, ...], ...]]:
    """Return the outer rings of each land, by its number of ISO 3166, on the map (world-atlas, TopoJSON)."""
    world = json.loads(index()["vendor/countries-110m.json"].read_bytes())
    (scale_x, scale_y), (move_x, move_y) = world["transform"]["scale"], world["transform"]["translate"]
    arcs = []
    for arc in world["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append((x * scale_x + move_x, y * scale_y + move_y))
        arcs.append(points)

    def ring(numbers: Iterable[int]) -> tuple[Point, ...]:
        joined: list[Point] = []
        for number in numbers:
            part = arcs[number] if number >= 0 else arcs[~number][::-1]
            joined += part[1:] if joined else part
        return tuple(project(*at) for at in _over_the_date_line(joined))

    shapes = {}
    for geometry in world["objects"]["countries"]["geometries"]:
        if geometry.get("id") in (None, "010"):  # Antarctica is nobody's
            continue
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        shapes[geometry["id"]] = tuple(ring(polygon[0]) for polygon in polygons)
    return shapes


def _over_the_date_line(ring: Iterable[Point]) -> Iterable[Point]:
    """Go on eastward or westward where a ring passes 180 degrees, in place of leaping across the map."""
    turn, before = 0.0, None
    for longitude, latitude in ring:
        if before is not None and abs(longitude - before) > 180:
            turn += 360.0 if longitude < before else -360.0
        before = longitude
        yield longitude + turn, latitude


def project(longitude: float, latitude: float) -> Point:
    """Return a place in degrees east and north on the map (Equal Earth: Savric, Patterson and Jenny, 2018)."""
    at = asin(_M * sin(radians(latitude)))
    square = at * at
    sixth = square**3
    x = radians(longitude) * cos(at) / (_M * (_A1 + 3 * _A2 * square + sixth * (7 * _A3 + 9 * _A4 * square)))
    y = at * (_A1 + _A2 * square + sixth * (_A3 + _A4 * square))
    return WIDTH / 2 + x * 176, 242 - y * 186


def _distinct(ring: Sequence[Point]) -> list[tuple[int, int]]:
    points: list[tuple[int, int]] = []
    for x, y in ring:
        if not points or points[-1] != (round(x), round(y)):
            points.append((round(x), round(y)))
    return points


def _area(ring: Sequence[tuple[float, float]]) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def _middle(ring: Sequence[Point]) -> Point:
    area = _area(ring) or 1.0
    x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        x, y = x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return x / (6 * area), y / (6 * area)
