"""The outlets of watched reports: whose text each tells, how often, on which events, and how it is doing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from opencwc.errors import InputError
from opencwc.reports.event_list import HeldEvents
from opencwc.reports.outlets_read import ReadRun, outlets_read, source_rows
from opencwc.reports.sources import Source, SourceIndex, checked, read_sources, sources_as_csv
from reports.told_by_hand import watched

NOW = datetime(2026, 3, 7, tzinfo=UTC)
WHOLE = watched()
RUN = ReadRun(7, WHOLE.lines, HeldEvents(WHOLE))


def test_the_first_of_an_origin_has_its_own_text_and_the_others_rewrote_it() -> None:
    outlets = outlets_read([RUN])
    wire, courrier, kitchen = outlets["nordavia wire"], outlets["courrier"], outlets["kitchen"]
    assert (wire.own, wire.rewritten, wire.origins, wire.rewrote) == (1, 0, 1, ())
    assert (courrier.own, courrier.rewritten, courrier.origins) == (0, 1, 0)
    assert courrier.rewrote == (("Nordavia Wire", 1),)
    assert (kitchen.own, kitchen.rewritten, list(kitchen.events)) == (0, 0, [])
    assert [(run, event.id) for run, event in wire.events] == [(7, WHOLE.events[0].id)]
    assert (wire.event_count, courrier.event_count, kitchen.event_count) == (1, 1, 0)
    assert (wire.languages, wire.hosts) == (("en",), ("s1.example",))


def test_a_report_of_two_runs_counts_once_and_in_the_latest() -> None:
    outlets = outlets_read([RUN._replace(number=9), RUN])
    assert [one.run for one in outlets["kommune"].reports] == [9]
    assert outlets["kommune"].runs == {7, 9}


def test_a_listed_source_without_reports_stands_there_too_and_one_is_known_by_its_host() -> None:
    listed = SourceIndex([
        Source("Silent Gazette", reliability="D"),
        Source("The Courrier Group", url="https://s2.example/feed", reliability="C", credibility="3"),
    ])  # fmt: skip
    rows = {row.name: row for row in source_rows(outlets_read([RUN]), listed, NOW)}
    assert (rows["Silent Gazette"].health.state, rows["Silent Gazette"].outlet) == ("never", None)
    assert (rows["Courrier"].grade, rows["Silent Gazette"].grade, rows["Kommune"].grade) == ("C3", "D6", "")
    assert "The Courrier Group" not in rows


def test_a_list_that_is_given_out_is_read_in_as_it_was(tmp_path: Path) -> None:

    file = tmp_path / "sources.csv"
    some = (
        Source("Wire", "https://wire.example", "B", "2", "private", "FRA", "fr", "Says so, and more."),
        Source("وكالة", note="ملاحظة"),
    )
    file.write_bytes(sources_as_csv(some))
    assert read_sources(file) == some


@pytest.mark.parametrize(
    ("source", "code", "where"),
    [
        (Source("  "), "watch_source_without_name", "name"),
        (Source("Wire", reliability="G"), "watch_source_grade", "reliability"),
        (Source("Wire", credibility="0"), "watch_source_grade", "credibility"),
        (Source("Wire", region="x" * 501), "watch_source_too_long", "region"),
        (Source("Wire", note="x" * 5001), "watch_source_too_long", "note"),
    ],
)
def test_what_cannot_be_said_of_a_source_is_an_error_at_its_field(source: Source, code: str, where: str) -> None:
    with pytest.raises(InputError) as error:
        checked(source)
    assert (error.value.code, error.value.where) == (code, where)


def test_a_source_is_kept_in_its_plain_form() -> None:
    assert checked(Source("  Harbour   Wire ", reliability="b")) == Source("Harbour Wire", reliability="B")
