"""The graph of an event's origins: who came first, and whose words each other report has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from opencwc.finding import Message
from opencwc.language.encoders import named_encoder
from opencwc.reports.model import Nature, Report, Told
from opencwc.reports.origin_graph import Node, origin_graph
from opencwc.reports.summaries import EventSummary, summaries_of, summary_of
from opencwc.reports.watched import RESTS_ON, Line, watch
from opencwc.web.reports.event_drawing import MOST_ROWS, origin_drawing
from reports.test_origins import ALL

AT = datetime(2026, 3, 4, 9, tzinfo=UTC)
SAYS = {"copies": "copy", "names": "cites", "shares": "sentences"}


def line(hours: int, source: str, earlier: str = "", how: str = "shares", origin: str = "O-1") -> Line:
    """Return a report of an outlet, its id being the outlet's name, that rests on an earlier one."""
    report = Report(source, AT + timedelta(hours=hours), source, "", "en", source, "Chlorine leaked.")
    shared = (Message(f"watch_origin_{SAYS[how]}"),)
    why = (Message(RESTS_ON, {"report": earlier, "shared": shared}),) if earlier else ()
    return Line(Told(report, "en", Nature("accident", "reported", "asserts")), "E-1", origin, why)


def drawn(*lines: Line) -> list[tuple[str, int, int, str]]:
    return [(node.line.told.report.source, node.earlier, node.depth, node.how) for node in graph(*lines)]


def graph(*lines: Line) -> list[Node]:
    return origin_graph(summary_of("E-1", lines))


def test_each_report_stands_below_the_one_that_it_rests_on() -> None:
    lines = (
        line(0, "wire"),
        line(1, "own", origin="O-2"),
        line(2, "paper", "wire", "names"),
        line(3, "portal", "wire"),
        line(4, "blog", "paper", "copies"),
    )
    assert drawn(*lines) == [
        ("wire", 0, 0, "first"),
        ("paper", 1, 1, "names"),
        ("blog", 3, 2, "copies"),
        ("portal", 1, 1, "shares"),
        ("own", 0, 0, "first"),
    ]


def test_a_report_whose_source_people_put_elsewhere_rests_on_the_first_that_is_left() -> None:
    assert drawn(line(0, "paper", "wire", "names"), line(1, "blog", "wire", "copies")) == [
        ("paper", 0, 0, "first"),
        ("blog", 1, 1, "shares"),
    ]


def event() -> EventSummary:
    """Return the event of a wire's report, its rewrites, and what is another outlet's own."""
    return max(summaries_of(watch(ALL, named_encoder())), key=lambda one: len(one.lines))


def test_a_translation_that_names_the_wire_and_a_shortened_copy_rest_on_the_wire() -> None:
    nodes = {node.line.told.report.id: node for node in origin_graph(event())}
    assert (nodes["wire"].how, nodes["french"].how, nodes["shortened"].how) == ("first", "names", "copies")
    assert nodes["french"].earlier == nodes["shortened"].earlier == nodes["wire"].number


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_the_drawing_has_an_edge_for_each_report_but_the_first(lang: str) -> None:
    svg = origin_drawing(graph(line(0, "wire"), line(1, "a <b>", "wire", "copies")), lang)
    assert svg.count('class="edge copies"') == 1
    assert "a &lt;b&gt;" in svg


def test_a_flood_is_drawn_to_a_bound() -> None:
    lines = [line(0, "wire"), *(line(number, f"copy {number}", "wire", "copies") for number in range(1, 90))]
    assert origin_drawing(graph(*lines), "en").count("<circle") == MOST_ROWS
