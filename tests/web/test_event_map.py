"""Events on a map: a numbered mark a place, as in the list; nothing of a report gets into the drawing."""

from __future__ import annotations

import re
from itertools import combinations
from math import dist

from opencwc.reports.event_columns import columns_of
from opencwc.reports.event_rows import EventRows
from opencwc.reports.model import Date, Nature, Place, Report, Told
from opencwc.reports.summaries import EventSummary
from opencwc.reports.watched import Line
from opencwc.web.reports.event_map import MOST_PLACES, MapPlace, event_map, places_of
from opencwc.web.server.world_map import HEIGHT, WIDTH, centres, project
from reports.told_by_hand import SANDVIK, told


def event(name: str, place: Place, origins: int = 1) -> EventSummary:
    """Return an event at a place, told by so many origins."""
    tells = [
        told(f"{name}{number}", "2026-03-02T09:00:00+00:00", "Wire", "en", "x",
             nature=("accident", "reported", "asserts"), date="2026-03-02", place=place)
        for number in range(origins)
    ]  # fmt: skip
    lines = tuple(Line(one, name, f"O-{number}") for number, one in enumerate(tells))
    return EventSummary(name, lines, tuple((line,) for line in lines))


def first_places(events: list[EventSummary]) -> list[MapPlace]:
    """Return the places of events that are shown."""
    return places_of(EventRows(columns_of(events)))[0]


def test_events_of_one_place_share_a_mark_and_the_most_told_comes_first() -> None:
    places = first_places([event("a", Place("POL")), event("b", SANDVIK, 2), event("c", SANDVIK)])
    assert [(place.country, len(place.events), place.exact) for place in places] == [
        ("NOR", 2, True),
        ("POL", 1, False),
    ]
    assert [place.corroborated for place in places] == [True, False]
    assert places[0].at == project(10.5, 59.9)
    assert places[1].at == centres()["POL"]


def test_who_is_nowhere_has_no_mark_and_a_country_without_land_stands_in_the_list_alone() -> None:
    places = first_places([event("a", Place()), event("b", Place("XKX"))])
    assert [(place.country, place.at) for place in places] == [("XKX", None)]
    assert event_map(places) is None


def test_the_map_shows_all_its_marks_and_never_leaves_the_world() -> None:
    everywhere = [event(code, Place(code)) for code in ("NZL", "USA", "CHL", "NOR", "JPN")]
    for events in (everywhere, everywhere[:1], [event("x", Place("FJI"))]):
        drawn = str(event_map(first_places(events)))
        left, top, width, height = map(float, re.search(r'viewBox="([^"]+)"', drawn)[1].split())  # type: ignore[index]
        assert 0 <= left <= left + width <= WIDTH and 0 <= top <= top + height <= HEIGHT + 1
        marks = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"', drawn)
        assert len(marks) == len(events)
        assert all(left <= float(x) <= left + width and top <= float(y) <= top + height for x, y in marks)


def test_no_mark_lies_on_another_and_a_line_leads_to_the_place_of_one_that_stands_beside_it() -> None:
    events = [event(name, Place("NOR", f"P{name}", (60.0, 10.0))) for name in "abc"]
    drawn = str(event_map(first_places(events)))
    marks = [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', drawn)]
    assert len(marks) == 3 and drawn.count('class="leads"') == 2
    assert all(dist(one, other) > 24 for one, other in combinations(marks, 2))


def test_no_more_than_so_many_places_are_drawn() -> None:
    events = [event(f"e{number}", Place("NOR", f"P{number}", (60.0, 5 + number / 10))) for number in range(80)]
    assert str(event_map(first_places(events))).count("<g class=") == MOST_PLACES


def test_names_stand_beside_their_marks_in_the_language_of_the_page() -> None:
    events = [event("a", Place("NOR", "Moss", (59.4, 10.7))), event("b", Place("POL"))]
    drawn = str(event_map(first_places(events), "fr"))
    assert re.findall('<text class="name"[^>]*>([^<]*)<', drawn) == ["Pologne", "Moss"]


def test_a_name_of_a_place_is_no_markup_in_the_drawing() -> None:
    report = Report(
        "r", told("r", "2026-03-02T09:00:00+00:00", "W", "en", "x").report.published, "W", "", "en", "", "x"
    )
    place = Place("NOR", "<script>alert(1)</script>", (59.0, 10.0))
    one = Told(report, "en", Nature("accident", "reported", "asserts"), Date("2026-03-02", "day"), place)
    line = Line(one, "E", "O")
    drawn = str(event_map(first_places([EventSummary("E", (line,), ((line,),))])))
    assert "<script" not in drawn and "&lt;script&gt;" in drawn
