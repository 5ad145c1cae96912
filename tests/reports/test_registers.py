"""A register of incidents: facts from columns, one event where two rows list one incident, odd dates told."""

from datetime import datetime
from pathlib import Path

import pytest

from opencwc.errors import InputError
from opencwc.reports.incident_rows import told_by_columns
from opencwc.reports.model import IncidentRow, Report, Told
from opencwc.reports.report_files import ReportFiles
from opencwc.reports.watched import Watched, watch

ROWS = """number,day,town,district,what,dead,others,hurt
1,2013-08-21,Zamalka,Damascus,chlorine {5} • sarin,3,1,
2,2013-08-21,Zamalka,Damascus,sarin,,,2.0
3,2013-08-22,Zamalka,Damascus,,,,
4,2013-08-21,Duma,Damascus,,,,
5,2013-08-21,Zamalka,Damascus,phosgene,,,
6,1955-01-13,Homs,,Unheard-of mixture,0,0,0
7,2202-01-13,Homs,,,,,
8,31/12/2014,,,,,,
9,never,Homs,,,,,
"""
COLUMNS = {
    "id": "number", "date": "day", "place": "town + district", "agents": "what", "killed": "dead + others",
    "affected": "hurt", "kind": "=alleged_use", "country": "=SYR",
}  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "register.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def told_of(watched: Watched) -> dict[str, Told]:
    return {line.told.report.id: line.told for line in watched.lines}


def test_facts_come_from_the_columns(file: Path) -> None:
    reading = ReportFiles([file], COLUMNS)
    told = told_of(watch(reading.reports(), None))
    first = told["1"]
    assert (first.nature.kind, first.nature.stage, first.nature.stance) == ("alleged_use", "alleged", "asserts")
    assert (first.date.text, first.date.precision) == ("2013-08-21", "day")
    assert (first.place.country, first.place.name) == ("SYR", "Zamalka, Damascus")
    assert told["3"].place.point is not None
    assert first.agents.names == ("chlorine", "sarin")
    assert (first.casualties.killed.number, first.casualties.affected.number) == (4, None)
    assert told["2"].casualties.affected.number == 2
    assert told["6"].agents.names == ("unheard-of mixture",)
    assert told["6"].casualties.killed.number == 0
    assert told["8"].date.text == "2014-12-31"
    notes = {note.id for note in reading.notes}
    assert {"watch_date_early", "watch_date_ahead", "watch_without_date"} <= notes
    assert "9" not in told


def test_rows_are_one_event_where_day_and_place_are_one_and_chemicals_are_not_others(file: Path) -> None:
    watched = watch(ReportFiles([file], COLUMNS).reports(), None)
    event = {line.told.report.id: line.event for line in watched.lines}
    assert event["1"] == event["2"]
    assert len({event[number] for number in "134678"}) == 6
    assert event["5"] != event["1"]


def test_many_rows_of_one_wording_are_no_flood(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    lines = [f"{number},2020-01-{1 + number % 28:02},Homs" for number in range(80)]
    path.write_text("\n".join(["number,day,town", *lines]), encoding="utf-8")
    reading = ReportFiles([path], {"id": "number", "date": "day", "place": "town", "title": "=Chemical weapons"})
    assert len(watch(reading.reports(), None).events) == 28
    assert not list(reading.notes)


def test_a_field_that_there_is_none_of_is_an_error(file: Path) -> None:
    with pytest.raises(InputError, match="killd"):
        list(ReportFiles([file], {**COLUMNS, "killd": "dead"}).reports())


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (IncidentRow(country="syr", place="Nowhere at all"), ("SYR", "Nowhere at all")),
        (IncidentRow(country="سوريا"), ("SYR", "")),
        (IncidentRow(country="Atlantis", place="Santa Cruz"), ("", "Santa Cruz")),
        (IncidentRow(place="Kanagawa"), ("JPN", "Kanagawa")),
        (IncidentRow(), ("", "")),
    ],
)
def test_a_country_is_read_by_its_code_or_name(given: IncidentRow, place: tuple[str, str]) -> None:
    report = Report("1", datetime.fromisoformat("2020-01-01T00:00:00+00:00"), "", "", "", "", "row")
    found = told_by_columns(report, "en", given).place
    assert (found.country, found.name) == place
