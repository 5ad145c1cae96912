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
from opencwc.web.server.world_map import HEIGHT, WIDTH, Point, centres, outline, project, view_of

MOST_PLACES = 60
_RADIUS = 9
_LEAST_SHOWN = 150.0


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
    view = view_of([at for _, _, at in points], least=_LEAST_SHOWN)
    marks = [_mark(number, place, view.at(at)) for number, place, at in points]
    svg = (
        f'<svg class="event-map" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" focusable="false">'
        f'<path class="land" d="{outline(view)}"/>{"".join(reversed(marks))}</svg>'
    )
    return Markup(svg)  # noqa: S704 - made here of numbers alone


def _mark(number: int, place: MapPlace, at: Point) -> str:
    x, y = at
    kind = "several" if place.corroborated else "one"
    shape = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS}"/>'
        if place.exact
        else f'<rect x="{x - _RADIUS:.1f}" y="{y - _RADIUS:.1f}" width="{2 * _RADIUS}" height="{2 * _RADIUS}"/>'
    )
    return f'<g class="m-{kind}">{shape}<text x="{x:.1f}" y="{y + 4:.1f}">{number}</text></g>'
