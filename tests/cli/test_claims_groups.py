"""`opencwc claims` counted by event or by speaker, and a text from the pipe."""

from __future__ import annotations

from pathlib import Path

from .conftest import Run

EXAMPLES = Path(__file__).parents[2] / "examples"
REPORTS = EXAMPLES / "reports.jsonl"
RECORD = ("--record", EXAMPLES / "record.csv", "--format", "csv")


def test_claims_are_counted_by_event_and_by_speaker(run: Run) -> None:
    claims = [row for row in run("claims", REPORTS, *RECORD).rows if row["relation"]]
    for by in ("event", "speaker"):
        counted = run("claims", REPORTS, *RECORD, "--by", by).rows
        differ = [int(row["differs"]) for row in counted]
        assert differ == sorted(differ, reverse=True)
        assert sum(int(row["claims"]) for row in counted) == len(claims)
        assert len({row["name"] for row in counted}) == len(counted) > 3


def test_a_text_from_the_pipe_is_held_against_the_record_as_of_its_day(run: Run) -> None:
    text = "Eleven people were treated in Valparaíso after the leak."
    answer = run("claims", "-", "--published", "2026-03-10", *RECORD, given=text.encode())
    (row,) = answer.rows
    assert "no date of publication" not in answer.err
    assert (row["sentence"], row["matched"], row["relation"], row["differs_in"]) == (text, "v1", "differs", "number")


def test_an_unknown_way_to_count_is_refused(run: Run) -> None:
    answer = run("claims", REPORTS, *RECORD, "--by", "outlet")
    assert answer.status == 2
    assert "event, speaker" in answer.err


def test_a_record_without_a_date_that_can_be_read_says_so(run: Run, tmp_path: Path) -> None:
    record = tmp_path / "undated.csv"
    record.write_text("id,date,statement\nv1,some day in March,Chlorine leaked in Basel.\n", encoding="utf-8")
    answer = run("claims", REPORTS, "--record", record, "--format", "csv")
    assert answer.status == 2
    assert "some day in March" in answer.err
