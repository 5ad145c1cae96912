"""Whatever is changed behind the casebook's back is found, and the first record that does not fit is named."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table

from attacks import tried
from opencwc.casebook import tables
from opencwc.casebook.casebook_verifier import Problem, Verification, verify_casebook
from opencwc.casebook.cases import case_for_keeping, change_case
from opencwc.casebook.chain import commitment
from opencwc.casebook.checkpoint_log import CheckpointLog
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.decisions import claim_rechecks, comment, decide, set_recheck_share
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.findings import record_refusal, show_case
from opencwc.casebook.model import Mark, Outcome, Person, Role
from opencwc.casebook.people import CONSOLE, People
from opencwc.casebook.requests import answer, ask
from opencwc.casebook.runs import begin_run, keep_source
from opencwc.casebook.signing import FileKey
from opencwc.errors import IntegrityError, OpenCWCError

from .cluster import Cluster
from .screening import ETHANOL, NOT_READ, SARIN, THIODIGLYCOL, findings
from .tampering import (
    HELD,
    KINDS,
    UNTOLD,
    Row,
    all_rows,
    change,
    cut_tail,
    delete,
    fill,
    flipped,
    rewrite,
    run_sql,
    undone,
    with_new_key,
)

_NUMBERS = count(1)


class Full:
    """A casebook in which everything has happened, a reviewer of it, and a folder beside it."""

    def __init__(self, book: Casebook, folder: Path) -> None:
        self.book, self.folder = book, folder
        self.reviewer = fill(book, folder)

    def verify(self, **options: object) -> Verification:
        tried()  # each time something else was changed
        return verify_casebook(self.book, self.reviewer, **options)  # type: ignore[arg-type]

    def rows(self, table: Table) -> list[Row]:
        return all_rows(self.book, table)

    def first(self) -> int:
        """The first record that does not fit."""
        problem = self.verify().first
        assert problem is not None
        return problem.seq

    def listed_once(self, what: object) -> Problem:
        """The one problem that a single change makes: what follows from it is counted, not listed."""
        problems = self.verify().problems
        assert len(problems) == 1, (what, problems[:3])
        return problems[0]

    def one_of_each(self, table: Table) -> list[Row]:
        """One row of each kind in SQLite; the two fullest in PostgreSQL, where the same checks read another driver."""
        rows = _one_of_each(table, self.rows(table))
        if self.book.dialect == "sqlite":
            return rows
        return sorted(rows, key=lambda row: list(row.values()).count(None))[:2]

    def record(self, kind: str) -> int:
        return next(row["seq"] for row in self.rows(tables.record) if row["kind"] == kind)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Full]:
    folder = tmp_path_factory.mktemp("full")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENCWC_SETTINGS", str(folder / "settings"))
        place = str(folder / "casebook.db")
        if request.param == "postgresql":
            place = request.getfixturevalue("cluster").make_database(f"full_{next(_NUMBERS)}")
        book = open_casebook(place)
        yield Full(book, folder)
        book.close()


@pytest.fixture(autouse=True)
def _as_it_was(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test leaves the full casebook and its log as they were."""
    yield
    if "full" in request.fixturenames:
        report = request.getfixturevalue("full").verify()
        assert report.fits, report.problems[:3]


def test_the_full_casebook_fits_and_holds_records_of_every_kind(full: Full) -> None:
    report = full.verify()
    assert report.fits, report.problems
    assert {row["kind"] for row in full.rows(tables.record)} == KINDS
    assert (report.logged, report.erased_findings, report.sources) == (report.checkpoints, 3, 1)
    assert report.keys == [full.book.signer.fingerprint]
    assert all(full.rows(table) for table in HELD)


# ---- flipped


def _one_of_each(table: Table, rows: list[Row]) -> list[Row]:
    """One row of each kind that a table has: a record's kind, erased or not, the state or outcome it tells."""
    kinds = ("kind", "erased", "status", "state", "outcome", "blind", "content", "text", "source_id", "second_seq")

    def kind(row: Row) -> tuple[object, ...]:
        kinds_named = {name: row[name] for name in kinds if name in row}
        emptied = {name: kinds_named[name] is None for name in ("content", "text", "second_seq") if name in kinds_named}
        return tuple({**kinds_named, **emptied}.items())

    return list({kind(row): row for row in rows if row.get("n") != 0}.values())  # a count of none says nothing


@pytest.mark.parametrize("table", HELD, ids=lambda table: table.name)
def test_a_change_of_any_column_is_found(full: Full, table: Table) -> None:
    columns = [column for column in table.columns if column.name not in UNTOLD.get(table.name, ())]
    with undone(full.book, table):
        for row in full.one_of_each(table):
            for column in columns:
                new = flipped(column, row[column.name])
                change(full.book, table, row, **{column.name: new})
                problem = full.listed_once((row, column.name))
                assert problem.seq, (row, column.name)
                if table is tables.record and row["content"] is not None:
                    assert problem.seq == row["seq"], (row["kind"], column.name, problem)
                if table in (tables.decision, tables.comment) and column.name not in ("seq", "finding"):
                    assert problem.seq == row["seq"] or full_of_blanks(row), (row, column.name, problem)
                if table is tables.finding and column.name not in ("status", "grave"):
                    assert problem.seq == row["block"] or row["content"] is None, (row, column.name, problem)
                delete(full.book, table, {**row, column.name: new} if column.primary_key else row)
                run_sql(full.book, table.insert().values(**row))


def full_of_blanks(row: Row) -> bool:
    """Tell whether a row is what an erasure left: its record is gone, the erasure is what does not fit then."""
    return row.get("reason", row.get("text")) is None


@pytest.mark.parametrize("table", HELD, ids=lambda table: table.name)
def test_what_is_emptied_is_found(full: Full, table: Table) -> None:
    """An erasure that nobody asked for: contents, salts, reasons set to nothing."""
    columns = [column for column in table.columns if column.nullable and column.name not in UNTOLD.get(table.name, ())]
    with undone(full.book, table):
        for row in full.one_of_each(table):
            emptied = {column.name: None for column in columns if row[column.name] is not None}
            for values in ({name: None} for name in emptied):
                change(full.book, table, row, **values)
                assert full.first() > 0, (row, values)
                change(full.book, table, row, **{name: row[name] for name in values})


def test_a_record_or_a_finding_blanked_as_an_erasure_would_is_found(full: Full) -> None:
    with undone(full.book, tables.record):
        for row in full.one_of_each(tables.record):
            if row["content"] is not None:
                change(full.book, tables.record, row, salt=None, content=None)
                assert full.first() <= row["seq"]
                change(full.book, tables.record, row, salt=row["salt"], content=row["content"])
    with undone(full.book, tables.finding):
        row = full.rows(tables.finding)[0]
        seal = commitment(bytes(row["salt"]), row["content"])
        change(full.book, tables.finding, row, salt=None, content=None, seal=seal, status=8, subject_id="", input_key=0)
        assert full.first() == row["block"]


# ---- deleted, added, swapped


@pytest.mark.parametrize(
    "table", [table for table in HELD if table is not tables.casebook], ids=lambda table: table.name
)
def test_a_deleted_row_is_found(full: Full, table: Table) -> None:
    with undone(full.book, table):
        for row in _one_of_each(table, full.rows(table)):
            delete(full.book, table, row)
            first = full.listed_once(row).seq
            assert first > 0
            if table is tables.record:
                assert first == row["seq"]
            run_sql(full.book, table.insert().values(**row))


@pytest.mark.parametrize(
    "table", [table for table in HELD if table is not tables.casebook], ids=lambda table: table.name
)
def test_an_old_row_replayed_as_a_new_one_is_found(full: Full, table: Table) -> None:
    with undone(full.book, table):
        for row in _one_of_each(table, full.rows(table)):
            new = with_new_key(table, row)
            run_sql(full.book, table.insert().values(**new))
            full.listed_once(row)
            delete(full.book, table, new)


def test_an_old_record_replayed_at_the_head_is_found(full: Full) -> None:
    with undone(full.book, tables.record):
        rows = full.rows(tables.record)
        old = next(row for row in rows if row["kind"] == "decision" and row["content"])
        run_sql(full.book, tables.record.insert().values({**old, "seq": rows[-1]["seq"] + 1}))
        assert full.first() == rows[-1]["seq"] + 1


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (tables.record, ("at", "kind", "actor", "case_number", "commitment", "salt", "content")),
        (tables.record, ("commitment",)),
        (tables.checkpoint, ("seq", "statement", "signature", "key")),
        (tables.finding, ("salt", "content")),
        (tables.finding, ("subject_id", "input_key", "verdict", "list", "entry", "grave", "salt", "content")),
        (tables.decision, ("finding", "person", "at", "outcome", "reason", "correction", "blind")),
        (tables.comment, ("finding", "person", "at", "text")),
        (tables.request, ("asked", "state", "answered_by", "answer_seq")),
        (tables.source_part, ("data",)),
        (tables.case, ("title", "owner", "mark", "status")),
    ],
    ids=lambda value: value.name if isinstance(value, Table) else "",
)
def test_two_that_change_places_are_found(full: Full, table: Table, names: tuple[str, ...]) -> None:
    with undone(full.book, table):
        earlier, *_, other = [row for row in full.rows(table) if row.get("content", "") is not None]
        assert any(earlier[name] != other[name] for name in names)
        change(full.book, table, earlier, **{name: other[name] for name in names})
        change(full.book, table, other, **{name: earlier[name] for name in names})
        first = full.first()
        assert first == earlier["seq"] if table in (tables.record, tables.decision, tables.comment) else first > 0


@pytest.mark.parametrize("text", ["[]", "{}", '{"seq":"x"}', "3"])
def test_a_content_of_another_kind_that_is_committed_to_is_told(full: Full, text: str) -> None:
    with undone(full.book, tables.record):
        row = full.rows(tables.record)[3]
        change(full.book, tables.record, row, content=text, commitment=commitment(bytes(row["salt"]), text))
        assert full.listed_once(text).seq == row["seq"]


def test_two_damages_are_both_listed(full: Full) -> None:
    with undone(full.book, tables.record, tables.decision, tables.comment):
        first, *_, last = [row for row in full.rows(tables.record) if row["kind"] == "decision" and row["content"]]
        said = next(row for row in full.rows(tables.comment) if row["text"])
        change(full.book, tables.record, first, content=first["content"].replace("reason", "raison"))
        change(full.book, tables.record, last, salt=bytes(16))
        change(full.book, tables.comment, said, text="another")
        assert [problem.seq for problem in full.verify().problems] == [first["seq"], last["seq"], said["seq"]]


def test_a_source_that_lost_a_part_or_gained_one_is_found(full: Full) -> None:
    seq = full.record("source_kept")
    parts = full.rows(tables.source_part)
    assert len(parts) == 2
    with undone(full.book, tables.source_part):
        for row in parts:
            delete(full.book, tables.source_part, row)
            assert full.first() == seq
            run_sql(full.book, tables.source_part.insert().values(**row))
        run_sql(full.book, tables.source_part.insert().values(**{**parts[0], "number": 7}))
        assert not full.verify(sources=False).fits


def test_an_account_that_was_made_or_raised_in_the_database_is_found(full: Full) -> None:
    with undone(full.book, tables.person):
        rows = full.rows(tables.person)
        anna = next(row for row in rows if row["login"] == "anna")
        change(full.book, tables.person, anna, role="administrator")
        assert full.first() == full.record("person_set")
        change(full.book, tables.person, anna, role="analyst")
        run_sql(full.book, tables.person.insert().values(**{**anna, "id": "p-new", "login": "mallory"}))
        assert "p-new stands in no record" in str(full.verify().problems)


def test_values_of_another_kind_are_told_and_not_stumbled_over(full: Full) -> None:
    odd = {"content": "{", "statement": "[1,", "tally": "\x07", "pem": "no key", "asked": "[", "correction": "{"}
    for table in HELD:
        for name in sorted(odd.keys() & {column.name for column in table.columns}):
            with undone(full.book, table):
                run_sql(full.book, table.update().values(**{name: odd[name]}))
                assert not full.verify().fits, (table.name, name)


# ---- the whole of it put back, cut off or rewritten


def without_log(full: Full) -> Casebook:
    """Return the casebook as somebody opens it who does not have the log, and so is not stopped by it."""
    return replace(full.book, log=CheckpointLog(full.folder / "elsewhere"))


def test_a_tail_that_was_cut_off_is_found_by_the_log(full: Full) -> None:
    with undone(full.book, tables.record, tables.checkpoint, tables.casebook):
        cut_tail(full.book, 2)
        report = full.verify()
        assert [problem.seq for problem in report.problems] == [report.records + 1]
        assert "put back to an earlier state" in report.problems[0].what


def test_a_record_that_was_cut_off_and_written_on_is_found_by_the_log(full: Full) -> None:
    log = full.book.log.path.read_bytes()
    with undone(full.book, tables.record, tables.checkpoint, tables.casebook):
        cut_tail(full.book, 1)
        with pytest.raises(IntegrityError, match="older than the log"), full.book.writing("somebody"):
            pass
        for text in ("one", "two", "three"):
            with without_log(full).writing("somebody", log_is_lost=True) as writer:
                record_refusal(writer, "routes", "en", text)
        assert not full.verify().fits
    full.book.log.path.write_bytes(log)


def test_a_chain_rewritten_with_another_key_is_found_by_the_log_and_by_the_key(full: Full) -> None:
    known = full.book.signer.fingerprint
    forger = FileKey.make(full.folder / f"forger-{next(_NUMBERS)}.key")
    seq = full.record("refusal")
    log = full.book.log.path.read_bytes()
    with undone(full.book, tables.record, tables.checkpoint, tables.casebook, tables.signing_key, tables.time_stamp):
        stamped = full.rows(tables.time_stamp)
        rewrite(full.book, seq, forger, text="a harmless question")
        assert stamped
        assert full.verify().first is not None and full.first() == 1  # the first checkpoint is already another one
        full.book.log.path.unlink()  # and where the forger had the log too
        report = full.verify(keys=(known,))
        assert "none of those that may sign" in str(report.problems)
        assert report.keys == [forger.fingerprint] and report.logged == 0
    full.book.log.path.write_bytes(log)


def test_tables_put_back_to_an_earlier_day_are_found_even_after_new_writes(full: Full) -> None:
    log = full.book.log.path.read_bytes()
    every = list(tables.metadata.tables.values())
    with undone(full.book, *every):
        old = {table: full.rows(table) for table in every}
        last = old[tables.casebook][0]["seq"]
        comment(full.book, full.reviewer, "inventory", "what shall be forgotten")
        run_sql(full.book, *(table.delete() for table in every))
        run_sql(full.book, *(table.insert().values(rows) for table, rows in old.items() if rows))
        assert full.first() == last + 1
        with pytest.raises(IntegrityError, match="older than the log"):
            comment(full.book, full.reviewer, "inventory", "written on")
    full.book.log.path.write_bytes(log)


def test_an_old_copy_of_the_file_put_back_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    file = tmp_path / "casebook.db"
    book = open_casebook(file)
    reviewer = fill(book, tmp_path)
    book.close()
    shutil.copy(file, tmp_path / "old")
    book = open_casebook(file)
    comment(book, reviewer, "inventory", "what shall be forgotten")
    last = verify_casebook(book, reviewer).records
    book.close()
    (tmp_path / "old").replace(file)
    book = open_casebook(file)
    report = verify_casebook(book, reviewer)
    assert report.first is not None and report.first.seq == last
    book.close()


def test_a_damaged_line_of_the_log_is_told(full: Full) -> None:
    log = full.book.log.path.read_bytes()
    lines = log.splitlines(keepends=True)
    full.book.log.path.write_bytes(b"".join([*lines[:3], b"{not a line\n", *lines[4:]]))
    report = full.verify()
    assert [problem.what for problem in report.problems] == ["line 4 of the log of checkpoints is damaged"]
    half_written = log + b'-"casebook":"never committed"}\n{"half a li'
    full.book.log.path.write_bytes(half_written)
    assert full.verify().fits
    full.book.log.path.write_bytes(log)


def test_each_line_of_the_log_is_held_against_the_casebook(full: Full) -> None:
    log = full.book.log.path.read_bytes()
    lines = log.splitlines(keepends=True)
    for number in (0, len(lines) // 2, len(lines) - 1):
        content = json.loads(lines[number])
        content["sha256"] = "0" * 64
        changed = json.dumps(content, sort_keys=True, separators=(",", ":")).encode() + b"\n"
        full.book.log.path.write_bytes(b"".join([*lines[:number], changed, *lines[number + 1 :]]))
        assert not full.verify().fits
    full.book.log.path.write_bytes(log)


# ---- no false alarm


Act = Callable[[Casebook, "House", int], object]


class House:
    """The people of a casebook."""

    def __init__(self, book: Casebook) -> None:
        people = People(book)

        def add(name: str, role: Role) -> Person:
            return people.add(CONSOLE, name, role=role, clearance=Mark.HIGHLY_PROTECTED)

        self.anna = add("anna", Role.ANALYST)
        self.reviewers = [add(name, Role.REVIEWER) for name in ("rita", "rene", "rosa")]


def _keep(book: Casebook, house: House, n: int) -> None:
    case = case_for_keeping(book, house.anna, f"case-{n % 3}").name
    source = keep_source(book, house.anna, io.BytesIO(bytes([n % 4])), "a", mark=Mark(n % 2)) if n % 5 else None
    run = begin_run(book, house.anna, case, verb="screen", asked={}, checked={}, maker={}, source=source)
    run.keep(findings(SARIN, THIODIGLYCOL, first_row=n))
    run.keep(findings(ETHANOL, NOT_READ, first_row=1))
    if n % 3:
        run.finish({"rows": n}, state=("done", "interrupted")[n % 2])


def _decide(book: Casebook, house: House, n: int) -> None:
    outcome = (Outcome.ACCEPT, Outcome.REJECT, Outcome.NEED_MORE, Outcome.CORRECT)[n % 4]
    correction = {"verdict": "not_listed"} if outcome is Outcome.CORRECT else None
    decide(book, house.reviewers[n % 3], [1 + n % 8], outcome, f"reason {n}", correction=correction)


def _erase(book: Casebook, house: House, n: int) -> None:
    request = ask(book, house.reviewers[0], ("erase", "export")[n % 2], f"case-{n % 3}", {"reason": "r"})
    answer(book, house.reviewers[1], request.seq, approve=n % 4 < 3)
    if n % 2 == 0:
        erase_case(book, house.reviewers[0], request.seq)


ACTS: tuple[Act, ...] = (
    _keep, _decide, _decide, _erase,
    lambda book, house, n: comment(book, house.anna, f"case-{n % 3}", "said", (None, 1 + n % 8)[n % 2]),
    lambda book, house, n: set_recheck_share(book, house.reviewers[0], (0.0, 0.5, 1.0)[n % 3]),
    lambda book, house, n: claim_rechecks(book, house.reviewers[n % 3]),
    lambda book, house, n: change_case(
        book, house.reviewers[0], f"case-{n % 3}", **{("title", "status", "mark", "due")[n % 4]: (
            f"title {n}", "closed", ("protected", "unclassified")[n % 2], "2027-01-01")[n % 4]}
    ),
    lambda book, house, n: show_case(book, house.reviewers[0], f"case-{n % 3}"),
    lambda book, house, n: People(book).change(CONSOLE, house.anna.id, active=bool(n % 2)),
)  # fmt: skip


SEQUENCES = st.lists(st.tuples(st.integers(0, len(ACTS) - 1), st.integers(0, 59)), min_size=4, max_size=20)
CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def fits_after(book: Casebook, acts: list[tuple[int, int]]) -> None:
    house = House(book)
    _keep(book, house, 0)
    _keep(book, house, 1)
    for which, n in acts:
        with contextlib.suppress(OpenCWCError):  # where the rules do not allow it, nothing may have been changed
            ACTS[which](book, house, n)
    report = verify_casebook(book, house.reviewers[0])
    book.close()
    assert report.fits, report.problems


@settings(max_examples=25, deadline=None, suppress_health_check=CHECKS)
@given(acts=SEQUENCES)
def test_what_is_done_by_the_rules_always_fits_on_sqlite(
    acts: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("honest")
    monkeypatch.setenv("OPENCWC_SETTINGS", str(folder / "settings"))
    fits_after(open_casebook(folder / "casebook.db"), acts)


@settings(max_examples=10, deadline=None, suppress_health_check=CHECKS)
@given(acts=SEQUENCES)
def test_what_is_done_by_the_rules_always_fits_on_postgresql(
    acts: list[tuple[int, int]], cluster: Cluster, tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("honest")
    monkeypatch.setenv("OPENCWC_SETTINGS", str(folder / "settings"))
    fits_after(open_casebook(cluster.make_database(f"honest_{next(_NUMBERS)}")), acts)
