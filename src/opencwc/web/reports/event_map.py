"""Events on a map, drawn on the server: a numbered mark a place, as in the list beside it.

The drawing is SVG without script or style of its own: classes of ``watch.css`` colour it. A full mark is a place
where several origins tell of an event, a hollow one where one does; a square stands for a country where no report
names a place.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from markupsafe import Markup

from opencwc.finding import Message
from opencwc.reports.event_rows import EventRows
from opencwc.reports.event_wording import place_said
from opencwc.reports.model import Place
from opencwc.web.server.world_map import HEIGHT, WIDTH, Point, centres, outline, project

MOST_PLACES = 60
_LEAST_WIDTH, _ROOM, _RADIUS = 240.0, 40.0, 9.0


class MapPlace(NamedTuple):
    """A place with its events; ``at`` is where it is on the map, ``None`` where that is not known.

    ``exact`` tells that reports name a place that the gazetteer has, not the country alone.
    """

    said: Message | str
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
    return MapPlace(place_said(place), place.country, at, place.point is not None, events)


def event_map(places: Sequence[MapPlace]) -> Markup | None:
    """Return the map with the first places, numbered in their order; ``None`` where none has a place on it."""
    points = [(number, place, place.at) for number, place in enumerate(places[:MOST_PLACES], 1) if place.at]
    if not points:
        return None
    left, top, width = _view([at for _, _, at in points])
    scale = width / WIDTH
    marks = [_mark(number, place, at, scale) for number, place, at in points]
    view = f"{left:.0f} {top:.0f} {width:.0f} {width * HEIGHT / WIDTH:.0f}"
    svg = (
        f'<svg class="event-map" viewBox="{view}" aria-hidden="true" focusable="false">'
        f'<path class="land" d="{outline()}" stroke-width="{0.6 * scale:.2f}"/>{"".join(reversed(marks))}</svg>'
    )
    return Markup(svg)  # noqa: S704 - made here of numbers alone


def _view(points: Sequence[Point]) -> tuple[float, float, float]:
    """Return the left and upper edge and the width of what the map shows: all points, with some room around them."""
    across, down = [x for x, _ in points], [y for _, y in points]
    shape = WIDTH / HEIGHT
    wide = max(max(across) - min(across) + 2 * _ROOM, (max(down) - min(down) + 2 * _ROOM) * shape, _LEAST_WIDTH)
    width = min(wide, float(WIDTH))
    left = (min(across) + max(across) - width) / 2
    top = (min(down) + max(down) - width / shape) / 2
    return max(0.0, min(left, WIDTH - width)), max(0.0, min(top, HEIGHT - width / shape)), width


def _mark(number: int, place: MapPlace, at: Point, scale: float) -> str:
    x, y = at
    size = _RADIUS * scale
    kind = "several" if place.corroborated else "one"
    shape = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" stroke-width="{1.5 * scale:.2f}"/>'
        if place.exact
        else f'<rect x="{x - size:.1f}" y="{y - size:.1f}" width="{2 * size:.1f}" height="{2 * size:.1f}"'
        f' stroke-width="{1.5 * scale:.2f}"/>'
    )
    text = f'<text x="{x:.1f}" y="{y + 4 * scale:.1f}" font-size="{11 * scale:.1f}">{number}</text>'
    return f'<g class="m-{kind}">{shape}{text}</g>'
