"""A user's list of sources with their grades, and what is told of how they are doing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opencwc.errors import InputError
from opencwc.reports.model import Report
from opencwc.reports.sources import Source, grades_of, health, read_sources

NOW = datetime(2026, 9, 2, tzinfo=UTC)
TABLE = "Source,Link,Reliability,Credibility,Owner,Country\nWire,https://wire.example/feed,b,2,private,FRA\nAgency,,,,State,RUS\n"
YAML = """sources:
- {name: Wire, url: "https://wire.example/feed", reliability: B, credibility: 2, ownership: private, region: FRA}
- {name: Agency, ownership: State, region: RUS}
"""
WANTED = (
    Source("Wire", "https://wire.example/feed", "B", "2", "private", "FRA"),
    Source("Agency", "", "", "", "State", "RUS"),
)


@pytest.mark.parametrize(("name", "text"), [("sources.csv", TABLE), ("sources.yaml", YAML)])
def test_a_table_and_yaml_give_the_same_sources(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert read_sources(tmp_path / name) == WANTED


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("name,reliability\nWire,G\n", "watch_source_grade", "s.csv:1"),
        ("name,credibility\nWire,7\n", "watch_source_grade", "s.csv:1"),
        ("name,region\n,FRA\n", "watch_source_without_name", "s.csv:1"),
        ("name,region\nWire,FRA\nWIRE ,FRA\n", "watch_source_twice", "s.csv:2"),
        ("what,else\nWire,x\n", "watch_sources_unreadable", "s.csv"),
    ],
)
def test_a_list_that_cannot_hold_is_an_error_with_its_place(tmp_path: Path, text: str, code: str, where: str) -> None:
    (tmp_path / "s.csv").write_text(text)
    with pytest.raises(InputError) as error:
        read_sources(tmp_path / "s.csv")
    assert (error.value.code, error.value.where) == (code, where)


@pytest.mark.parametrize("text", ["sources: no list", "- Wire", "sources:\n- {name: Wire, grade: A}", "{"])
def test_yaml_of_another_form_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "s.yaml").write_text(text)
    with pytest.raises(InputError) as error:
        read_sources(tmp_path / "s.yaml")
    assert error.value.code == "watch_sources_unreadable"


def reports(days_ago: list[int], source: str = "Wire", host: str = "wire.example", lang: str = "en") -> list[Report]:
    return [
        Report(f"{source}{day}", NOW - timedelta(days=day), source, f"https://{host}/{day}", lang, "t", "x")
        for day in days_ago
    ]


def test_health_is_told_by_a_sources_own_habit() -> None:
    wire = Source("Wire", "https://wire.example/feed")

    def told(came: list[Report]) -> list[str]:
        return [message.id for message in health([wire], came, NOW)]

    assert told([]) == ["watch_source_never"]
    assert told(reports([1, 2, 3, 4])) == [] and told(reports([30])) == []
    assert told(reports([5, 6, 7, 8])) == ["watch_source_late"]
    assert told(reports([20, 21, 22])) == ["watch_source_silent"]
    weekly = reports([12, 19, 26, 33])
    assert told(weekly) == []
    ahead = reports([-400], lang="ru")  # a spoofed date hides no silence
    assert told(reports([20, 21, 22]) + ahead) == ["watch_source_silent"]


def test_a_source_that_changes_its_language_or_host_is_told() -> None:
    wire = Source("Wire")
    before = reports(list(range(11, 31)))
    moved = reports(list(range(1, 11)), host="other.example", lang="ru")
    assert [message.id for message in health([wire], before + moved, NOW)] == [
        "watch_source_changed_language", "watch_source_changed_host",
    ]  # fmt: skip
    mixed = [*reports(list(range(1, 6))), *reports(list(range(6, 11)), lang="ru")]
    assert health([wire], before + mixed, NOW) == ()


def test_a_source_is_known_by_the_host_of_its_address_too() -> None:
    wire = Source("The Wire", "https://www.wire.example/feed")
    assert health([wire], reports([1, 2, 3], source="wire desk"), NOW) == ()


def test_a_report_has_the_grade_of_its_source_by_name_or_by_host() -> None:
    listed = (
        Source("Wire", reliability="B", credibility="2"),
        Source("Kommune", url="https://kommune.example", reliability="A"),
        Source("Ungraded"),
    )
    at = datetime(2026, 3, 4, tzinfo=UTC)
    reports = [
        Report("r1", at, " wire ", "", "en", "", "One."),
        Report("r2", at, "Another name", "https://kommune.example/1", "en", "", "Two."),
        Report("r3", at, "Ungraded", "", "en", "", "Three."),
    ]
    assert grades_of(listed, reports) == {"r1": "B2", "r2": "A6"}
