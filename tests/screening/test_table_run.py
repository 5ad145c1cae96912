"""Every row answered once, in order, whatever the batches and however many processes; and no process left over."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import opencwc
from opencwc.errors import OutputError, SettingsError
from opencwc.files import open_table
from opencwc.files.rows import Rows, ValueLimits, part_of_values
from opencwc.finding import Rule, Verdict
from opencwc.screening import table_run
from opencwc.screening.model import Question
from opencwc.screening.table_run import Piece, Wish, run
from opencwc.screening.verb import VERB as SCREEN

QUESTION = Question(date(2026, 11, 24), ("CWC",), kind="smiles")
SARIN = "CC(C)OP(C)(=O)F"


def batches(values: list[str], size: int) -> Iterator[Rows]:
    for at in range(0, len(values), size):
        part = part_of_values(values[at : at + size], [None] * len(values[at : at + size]), {}, ValueLimits())
        yield Rows(at + 1, part.ids, part.inputs, part.problems)


def in_brief(pieces: Iterator[Piece]) -> list[tuple[object, ...]]:
    return [
        (finding.subject, finding.verdict, finding.rule, finding.message)
        for piece in pieces
        for finding in piece.findings
    ]


def mixed(count: int) -> list[str]:
    some = [
        "CCO",
        SARIN,
        "C1CC",
        "",
        "CP(=O)(Cl)*",
        "CCOP(=S)(CC)Sc1ccccc1",
        "C" * 200,
        "[Na+].[Cl-]",
        f"{SARIN}.ClCCSCCCl",
    ]
    return [some[number % len(some)] for number in range(count)]


def test_the_size_of_the_batches_changes_nothing() -> None:
    values = mixed(100)
    whole = in_brief(run(batches(values, 100), QUESTION, Wish(everything=True)))
    for size in (1, 7, 99):
        assert in_brief(run(batches(values, size), QUESTION, Wish(everything=True))) == whole
    assert {subject.row for subject, *_ in whole} == set(range(1, 101))  # type: ignore[attr-defined]


@pytest.fixture
def processes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first text that is answered in full be answered by another process."""
    monkeypatch.setattr(table_run, "SECONDS_ALONE", 0.0)


def test_threads_change_nothing_and_start_no_process_for_a_few_texts() -> None:
    values = mixed(60)
    alone = in_brief(run(batches(values, 9), QUESTION, Wish(everything=True)))
    pieces = run(batches(values, 9), QUESTION, Wish(everything=True), 2)
    first = in_brief(iter([next(pieces)]))
    assert multiprocessing.active_children() == []
    assert first + in_brief(pieces) == alone


@pytest.mark.usefixtures("processes_at_once")
def test_processes_change_nothing() -> None:
    values = mixed(60)
    alone, two = (in_brief(run(batches(values, 9), QUESTION, Wish(everything=True), jobs)) for jobs in (1, 2))
    assert alone == two
    assert multiprocessing.active_children() == []


def test_a_row_counts_once_in_the_tally_with_its_gravest_verdict() -> None:
    pieces = list(run(batches(mixed(9), 4), QUESTION, Wish()))
    counted = {verdict: sum(piece.tally.by_verdict[verdict] for piece in pieces) for verdict in SCREEN.verdicts}
    assert counted == {
        Verdict.LISTED: 2,
        Verdict.REVIEW: 1,
        Verdict.EXEMPT: 1,
        Verdict.UNREADABLE: 2,
        Verdict.NOT_LISTED: 3,
    }
    assert sum(piece.tally.rows for piece in pieces) == 9


@pytest.mark.usefixtures("processes_at_once")
def test_a_run_left_half_way_leaves_no_process() -> None:
    pieces = run(batches(mixed(100), 5), QUESTION, Wish(everything=True), 2)
    next(pieces)
    assert multiprocessing.active_children()
    pieces.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("processes_at_once")
def test_a_process_that_dies_stops_the_run_with_an_error() -> None:
    pieces = run(batches(mixed(5_000), 50), QUESTION, Wish(everything=True), 2)
    next(pieces)
    os.kill(next(process.pid for process in multiprocessing.active_children() if process.pid), 9)
    with pytest.raises(OutputError, match="process crashed"):
        list(pieces)
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("processes_at_once")
def test_an_error_of_reading_half_way_is_raised_and_ends_the_processes() -> None:
    def failing() -> Iterator[Rows]:
        yield from batches(mixed(40), 5)
        raise SettingsError("disk_gone")

    with pytest.raises(SettingsError, match="disk_gone"):
        list(run(failing(), QUESTION, Wish(), 2))
    assert multiprocessing.active_children() == []


def test_screen_takes_a_value_values_and_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.smi"
    path.write_text(f"{SARIN} X\n", encoding="utf-8")
    for source in (SARIN, [SARIN], (value for value in [SARIN]), path):
        (finding,) = opencwc.screen(source, lists=["CWC"])
        clause = "Annex on Chemicals, Schedule 1, Part A, paragraph 1"
        assert (finding.verdict, finding.rule) == (Verdict.LISTED, Rule("CWC", "1A01", clause, "official"))
        assert finding.subject.row == 1
    assert next(opencwc.screen(path)).subject.file == "a.smi"


def test_findings_come_while_the_input_is_still_open() -> None:
    def endless() -> Iterator[str]:
        while True:
            yield "CCO"

    findings = opencwc.screen(endless(), kind="smiles")
    assert [next(findings).subject.row for _ in range(3)] == [1, 2, 3]


def test_rows_are_told_up_to_a_bound_and_counted_beyond_it() -> None:
    pieces = list(run(batches([SARIN] * 50, 50), QUESTION, Wish(most=10)))
    assert [finding.subject.row for finding in pieces[0].findings] == list(range(1, 11))
    assert pieces[0].tally.by_verdict[Verdict.LISTED] == 50


def test_a_table_of_mol_blocks_is_known_for_one(tmp_path: Path) -> None:
    from rdkit import Chem

    path = tmp_path / "a.sdf"
    path.write_text(Chem.MolToMolBlock(Chem.MolFromSmiles(SARIN)) + "$$$$\n", encoding="utf-8")
    assert open_table(path).inputs_are == "molblock"
    assert [finding.verdict for finding in opencwc.screen(path, lists=["CWC"])] == [Verdict.LISTED]
