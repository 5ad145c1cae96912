"""Events on a map, drawn on the server: a numbered mark a place, as in the list beside it.

The drawing is SVG without script or style of its own: classes of ``watch.css`` colour it. A full mark is a place
where several origins tell of an event, a hollow one where no more than one does; a square stands for a country where
no report names a place. Marks that would lie on another stand beside it, with a line to where they belong. The name of
a place stands beside its mark where there is room.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import cos, hypot, pi, sin
from operator import itemgetter
from typing import NamedTuple

from markupsafe import Markup, escape

from opencwc.finding import Message
from opencwc.reports.event_rows import EventRows
from opencwc.reports.event_wording import place_said
from opencwc.reports.model import Place
from opencwc.web.server.world_map import HEIGHT, WIDTH, Point, centres, outline, project, view_of
from opencwc.wording import say

MOST_PLACES = 60
_RADIUS = 12
_APART, _RINGS = 36, 14
"""How far the middles of two marks are apart at least, and how many rings about a point are tried."""
_LEAST_SHOWN = 24.0
_LETTER, _LETTER_CYRILLIC, _LETTER_HAN, _LINE, _GAP = 9.2, 10.2, 16.0, 18.0, 4.0
"""About how wide a letter of a name is, how high its line, and how far a name stands from its mark."""
_CYRILLIC, _FIRST_HAN = range(0x400, 0x530), 0x2E80
_NARROW = 0.5
"""The middle part of the width that a phone shows, where all marks stand in it."""


class MapPlace(NamedTuple):
    """A place with its events; ``name`` is its own name, without the State it is in.

    ``at`` is where it is on the map, ``None`` where that is not known. ``exact`` tells that reports name a place that
    the gazetteer has, not the country alone.
    """

    said: Message | str
    name: Message | str
    country: str
    at: Point | None
    exact: bool
    events: EventRows

    @property
    def corroborated(self) -> bool:
        """Whether several origins tell of an event there."""
        return self.events.corroborated > 0


def places_of(events: EventRows, most: int = MOST_PLACES) -> tuple[list[MapPlace], int]:
    """Return the places with most events, and how many places there are; events said to be nowhere are left out."""
    some = events.having("place", lambda place: bool(place.country or place.point))
    countries, names = (some.named("place", itemgetter(number)) for number in (0, 1))
    groups = sorted(some.grouped(names, countries).values(), key=len, reverse=True)
    return list(map(_place, groups[:most])), len(groups)


def _place(events: EventRows) -> MapPlace:
    known = [Place(*place) for place in events.values("place")]
    place = next((place for place in known if place.point), known[0])
    at = project(place.point[1], place.point[0]) if place.point else centres().get(place.country)
    name = place.name or place_said(place)
    return MapPlace(place_said(place), name, place.country, at, place.point is not None, events)


def event_map(places: Sequence[MapPlace], lang: str = "en") -> Markup | None:
    """Return the map with the first places, numbered in their order; ``None`` where none has a place on it."""
    points = [(number, place, place.at) for number, place in enumerate(places[:MOST_PLACES], 1) if place.at]
    if not points:
        return None
    view = view_of([at for _, _, at in points], least=_LEAST_SHOWN)
    stand = _beside_each_other([view.at(at) for _, _, at in points])
    marks = [_mark(number, place, view.at(at), where) for (number, place, at), where in zip(points, stand, strict=True)]
    edge = WIDTH * (1 - _NARROW) / 2
    narrow = all(edge + _RADIUS <= x <= WIDTH - edge - _RADIUS for x, _ in stand)
    names = _names([say(place.name, lang) for _, place, _ in points], stand, edge if narrow else 0.0)
    svg = (
        f'<svg class="event-map{" in-the-middle" if narrow else ""}" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false">'
        f'<path class="land" d="{outline(view)}"/>{names}{"".join(reversed(marks))}</svg>'
    )
    return Markup(svg)  # noqa: S704 - made here of numbers, and of names that are escaped


class _Box(NamedTuple):
    """A part of the drawing that is taken."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        """Tell whether two parts overlap."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def _names(names: Sequence[str], marks: Sequence[Point], edge: float) -> str:
    """Return the names beside their marks, none over a mark, another name or the edge; without room there is none."""
    taken = [_Box(x - _RADIUS, y - _RADIUS, x + _RADIUS, y + _RADIUS) for x, y in marks]
    drawn = []
    for name, mark in zip(names, marks, strict=True):
        free = (box for box in _beside(mark, _width(name)) if _is_free(box, taken, edge))
        if (box := next(free, None)) is not None:
            taken.append(box)
            x, y = (box.left + box.right) / 2, box.bottom - 5
            drawn.append(f'<text class="name" x="{x:.1f}" y="{y:.1f}">{escape(name)}</text>')
    return "".join(drawn)


def _width(name: str) -> float:
    return sum(map(_letter_width, map(ord, name)))


def _letter_width(code: int) -> float:
    if code in _CYRILLIC:
        return _LETTER_CYRILLIC
    return _LETTER if code < _FIRST_HAN else _LETTER_HAN


def _beside(mark: Point, width: float) -> Iterator[_Box]:
    """Yield where a name may stand about its mark: behind it, before it, above and below."""
    (x, y), far = mark, _RADIUS + _GAP
    yield _Box(x + far, y - _LINE / 2, x + far + width, y + _LINE / 2)
    yield _Box(x - far - width, y - _LINE / 2, x - far, y + _LINE / 2)
    for top in (y - far - _LINE, y + far):
        yield _Box(x - width / 2, top, x + width / 2, top + _LINE)


def _is_free(box: _Box, taken: Sequence[_Box], edge: float) -> bool:
    inside = edge <= box.left and box.right <= WIDTH - edge and box.top >= 0 and box.bottom <= HEIGHT
    return inside and not any(box.meets(other) for other in taken)


def _beside_each_other(points: Sequence[Point]) -> list[Point]:
    """Return where marks stand: each at its point, or at the nearest free place about it where one stands already."""
    taken: list[Point] = []
    for point in points:
        free = (spot for spot in _about(point) if all(hypot(spot[0] - x, spot[1] - y) >= _APART for x, y in taken))
        taken.append(next(free, point))
    return taken


def _about(point: Point) -> Iterator[Point]:
    """Yield a point and places about it, the nearest first, none of them beyond the edge of the map."""
    yield point
    for ring in range(1, _RINGS + 1):
        for turn in range(8 * ring):
            angle, far = 2 * pi * turn / (8 * ring), ring * _APART / 2
            x, y = point[0] + far * cos(angle), point[1] + far * sin(angle)
            if _RADIUS <= x <= WIDTH - _RADIUS and _RADIUS <= y <= HEIGHT - _RADIUS:
                yield x, y


def _mark(number: int, place: MapPlace, point: Point, at: Point) -> str:
    x, y = at
    line = f'<path class="leads" d="M{point[0]:.1f} {point[1]:.1f}L{x:.1f} {y:.1f}"/>' if at != point else ""
    kind = "several" if place.corroborated else "one"
    shape = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS}"/>'
        if place.exact
        else f'<rect x="{x - _RADIUS:.1f}" y="{y - _RADIUS:.1f}" width="{2 * _RADIUS}" height="{2 * _RADIUS}"/>'
    )
    return f'<g class="m-{kind}">{line}{shape}<text x="{x:.1f}" y="{y + 4:.1f}">{number}</text></g>'
