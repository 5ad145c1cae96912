"""Patterns in what is said: one source behind many, a burst of near-copies, an old picture with a new date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opencwc.claims.claim_histories import History, Mention
from opencwc.claims.patterns.formats import as_csv, as_json_lines
from opencwc.claims.patterns.near_copies import at_least, bursts_of_near_copies
from opencwc.claims.patterns.old_pictures import old_pictures, read_report_pictures
from opencwc.claims.patterns.one_source import one_source_behind
from opencwc.claims.sayings import Saying
from opencwc.custody.pictures.seen import read_seen
from opencwc.errors import InputError
from opencwc.reports.model import Report
from opencwc.wording import LANGUAGES, sentence

START = datetime(2026, 1, 1, 8, tzinfo=UTC)
PICTURES = Path(__file__).parents[2] / "examples" / "pictures"


def report(id_: str, hours: float, text: str, source: str = "") -> Report:
    return Report(id_, START + timedelta(hours=hours), source or f"outlet {id_}", "", "en", "", text)


def history(count: int) -> History:
    said = [Saying(f"r{n}", "Ten were hurt.", START + timedelta(hours=n), f"outlet {n}", "en") for n in range(count)]
    return History("H-1", tuple(Mention(one, "repeated" if n else "first_said") for n, one in enumerate(said)))


def test_outlets_that_rest_on_one_text_are_told_with_its_first() -> None:
    (pattern,) = one_source_behind(history(5), {"r0": "O-1", "r1": "O-1", "r2": "O-1", "r3": "O-2", "r4": ""})
    assert [evidence.report for evidence in pattern.evidence] == ["r0", "r1", "r2"]
    assert sentence(pattern.says, "en").startswith(
        "Reports that say this: 5. Of these, 3 from 3 outlets go back to one"
    )


def test_where_all_reports_rest_on_one_text_it_is_said_once() -> None:
    (pattern,) = one_source_behind(history(3), {"r0": "O-1", "r1": "O-1", "r2": "O-1"})
    assert sentence(pattern.says, "en").startswith("All 3 reports that say this, from 3 outlets, go back to one text")


def test_two_outlets_are_not_many() -> None:
    assert list(one_source_behind(history(5), {"r0": "O-1", "r1": "O-1"})) == []


COPY = "A cloud of chlorine was seen over the harbour last night, people who live there say, and nobody answers them."


def usual(count: int) -> list[Report]:
    words = ["mayor", "bridge", "wheat", "rain", "school", "ferry", "tax", "museum", "election", "road", "choir", "zoo"]
    return [
        report(
            f"u{n}", 24 * n, f"The {words[n % 12]} of town {n} was the matter of a long meeting on {words[n % 7]} {n}."
        )
        for n in range(count)
    ]


def test_a_burst_of_near_copies_is_told_beside_what_is_usual() -> None:
    copies = [report(f"c{n}", 100 + n / 4, f"{COPY} Share {n}.") for n in range(12)]
    (pattern,) = bursts_of_near_copies([*usual(30), *copies])
    assert pattern.says.values["count"] == 12
    assert pattern.says.values["hours"] == 6
    assert float(str(pattern.says.values["expected"])) < 1


def test_copies_that_come_as_all_reports_come_are_no_burst() -> None:
    copies = [report(f"c{n}", 24 * n, COPY) for n in range(12)]
    assert list(bursts_of_near_copies([*usual(30), *copies])) == []


def test_without_other_reports_it_is_said_that_nothing_tells_what_is_usual() -> None:
    copies = [report(f"c{n}", n / 4, COPY) for n in range(12)]
    (pattern,) = bursts_of_near_copies(copies)
    assert pattern.says.id == "claims_pattern_near_copies_alone"
    assert list(bursts_of_near_copies(copies[:6])) == []


def test_the_order_of_reports_changes_no_burst() -> None:
    copies = [report(f"c{n}", 100 + n / 4, f"{COPY} Share {n}.") for n in range(12)]
    some = [*usual(30), *copies]
    assert list(bursts_of_near_copies(some)) == list(bursts_of_near_copies(some[::-1]))


def test_how_likely_so_many_come_by_chance() -> None:
    assert at_least(0, 3.0) == 1.0
    assert at_least(5, 0.0) == 0.0
    assert at_least(10, 1.0) < 1e-6


def pictured(folder: Path, table: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "new.jpg").write_bytes((PICTURES / "drawn-2026.jpg").read_bytes())
    (folder / "pictures.csv").write_text(table, encoding="utf-8")
    return folder


def test_an_old_picture_with_a_new_date_is_told_with_its_earlier_use(tmp_path: Path) -> None:
    pictures = read_report_pictures(pictured(tmp_path / "p", "file,report\nnew.jpg,r1\n"))
    reports = {"r1": report("r1", 0, "A picture of last night.")}
    (pattern,) = old_pictures(pictures, reports, [read_seen(PICTURES / "seen")])
    assert pattern.evidence[0].made.year == 2019
    assert pattern.evidence[1].report == "r1"
    assert int(str(pattern.says.values["days"])) > 2_000
    for lang in LANGUAGES:
        assert "claims_pattern" not in as_json_lines([pattern], lang).decode()
    assert as_csv([pattern]).count(b"\n") == 3


def test_a_picture_that_an_earlier_report_had_is_told_without_an_index(tmp_path: Path) -> None:
    folder = pictured(tmp_path / "p", "file,report\nnew.jpg,r1\nagain.jpg,r2\n")
    (folder / "again.jpg").write_bytes((folder / "new.jpg").read_bytes())
    reports = {"r1": report("r1", 0, "First."), "r2": report("r2", 24 * 200, "Second.")}
    found = list(old_pictures(read_report_pictures(folder), reports))
    assert [pattern.evidence[-1].report for pattern in found] == ["r2"]


@pytest.mark.parametrize("table", ["", "name,where\nnew.jpg,r1\n", "file,report\nnot-there.jpg,r1\n",
                                   "file,report\n../p.txt,r1\n"])  # fmt: skip
def test_a_table_of_pictures_that_says_nothing_usable_is_refused(tmp_path: Path, table: str) -> None:
    (tmp_path / "p.txt").write_text("outside", encoding="utf-8")
    with pytest.raises(InputError):
        read_report_pictures(pictured(tmp_path / "p", table))
