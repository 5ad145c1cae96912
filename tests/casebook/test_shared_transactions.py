"""Threads that wait for their turn to write share one transaction, and each of them keeps what it has alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, select

from opencwc.casebook import tables
from opencwc.casebook.answered_keys import AnsweredKeys
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import open_case
from opencwc.casebook.chain import FIRST_LINK, link
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.decisions import comment, decide
from opencwc.casebook.keyed_request import COMMITTED, TakenKey, doing
from opencwc.casebook.model import Outcome, Person, Status
from opencwc.casebook.runs import begin_run
from opencwc.casebook.transaction import Writer
from opencwc.errors import ConflictError, InputError, NotFoundError, OpenCWCError, StorageError

from .conftest import person
from .dying_writers import DEAD, WAITING, all_at_once
from .screening import SARIN, findings
from .tampering import all_rows

RITA = person("rita")
PEOPLE = [person(f"p{number}") for number in range(WAITING)]
Asked = Callable[[], Any]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Casebook]:
    """A casebook in a file, with two cases and as many findings as people."""
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    opened = open_casebook(tmp_path / "casebook.db")
    for case in ("inventory", "other"):
        open_case(opened, RITA, case)
    run = begin_run(opened, RITA, "inventory", verb="screen", asked={}, checked={}, maker={})
    run.keep([{**findings(SARIN)[0], "row": row, "id": str(row)} for row in range(1, WAITING + 1)])
    yield opened
    opened.close()


def told(book: Casebook, *works: Asked) -> list[Any]:
    """Return what each of some threads was told, answer or error, that waited for their turn in this order."""
    answers: list[Any] = [None] * len(works)

    def ask(number: int) -> None:
        try:
            answers[number] = works[number]()
        except OpenCWCError as error:
            answers[number] = error

    all_at_once(book, ask, len(works))
    return answers


def saying(book: Casebook, who: Person, case: str = "inventory") -> Asked:
    return lambda: comment(book, who, case, f"said by {who.id}")


def deciding(book: Casebook, who: Person, finding: int, **more: Any) -> Asked:
    return lambda: decide(book, who, [finding], Outcome.ACCEPT, "seen", **more)


def counts(book: Casebook) -> tuple[int, int, int]:
    """Return how many records, checkpoints and lines of the log there are in a casebook that fits."""
    report = verify_all(book)
    assert report.fits, report.problems
    return report.records, report.checkpoints, report.logged


def added(before: tuple[int, int, int], after: tuple[int, int, int]) -> tuple[int, ...]:
    return tuple(later - earlier for earlier, later in zip(before, after, strict=True))


def records(book: Casebook, first: int) -> list[dict[str, Any]]:
    return [json.loads(row["content"]) for row in all_rows(book, tables.record) if row["seq"] > first]


def test_decisions_that_wait_have_one_checkpoint_and_one_line_of_the_log(book: Casebook) -> None:
    before = counts(book)
    works = [deciding(book, who, number) for number, who in enumerate(PEOPLE, 1)]
    assert told(book, *works) == [{number: Status.AWAITING_SECOND} for number in range(1, WAITING + 1)]
    assert added(before, counts(book)) == (WAITING, 1, 1)
    made = records(book, before[0])
    assert [(record["actor"], record["body"]["finding"]) for record in made] == [
        (who.id, number) for number, who in enumerate(PEOPLE, 1)
    ]
    assert [record["before"] for record in made] == list(range(made[0]["before"], made[0]["before"] + WAITING))
    moments = [record["at"] for record in made]
    assert moments == sorted(moments) and moments[0] < moments[-1]


def test_each_stands_on_the_one_before_it(book: Casebook) -> None:
    """The later of two decisions on a grave finding is the second that it waits for."""
    answers = told(book, *(deciding(book, who, 1) for who in PEOPLE[:2]), deciding(book, PEOPLE[2], 2, seen=9))
    assert answers[:2] == [{1: Status.AWAITING_SECOND}, {1: Status.ACCEPTED}]
    assert isinstance(answers[2], ConflictError)


def test_records_of_several_cases_are_counted_by_case(book: Casebook) -> None:
    before = counts(book)[0]
    assert (
        len(set(told(book, *(saying(book, who, case) for who in PEOPLE[:2] for case in ("inventory", "other"))))) == 4
    )
    made = records(book, before)
    assert [(record["case"], record["before"]) for record in made] == [(1, 3), (2, 1), (1, 4), (2, 2)]


def test_the_chain_is_that_of_one_after_the_other(book: Casebook) -> None:
    told(book, *(saying(book, who) for who in PEOPLE))
    chained = FIRST_LINK
    for row in all_rows(book, tables.record):
        chained = link(chained, bytes(row["commitment"]))
    (head,) = all_rows(book, tables.casebook)
    assert bytes(head["link"]) == chained


def failing(book: Casebook, error: Exception) -> Asked:
    """Return work that writes all that work can write, and then fails."""

    def work(writer: Writer) -> None:
        writer.next_number("findings", 100)
        writer.next_number("cases")
        seq = writer.record("comment", {"finding": None, "text": "undone"}, 1)
        row = {"seq": seq, "case_number": 1, "person": RITA.id, "at": writer.at, "finding": None, "text": "undone"}
        writer.connection.execute(tables.comment.insert(), row)
        writer.recheck_share = 1.0
        raise error

    return lambda: book.write(RITA.id, work)


def test_work_that_fails_is_undone_alone(book: Casebook) -> None:
    before, (head,) = counts(book), all_rows(book, tables.casebook)
    error = InputError("comment_empty")
    answers = told(
        book, saying(book, PEOPLE[0]), failing(book, error), saying(book, PEOPLE[1]),
        saying(book, RITA, "nowhere"), saying(book, PEOPLE[2]),
    )  # fmt: skip
    assert answers[1] is error and isinstance(answers[3], NotFoundError)
    assert added(before, counts(book)) == (3, 1, 1)
    first = before[0] + 1
    assert [answers[0], answers[2], answers[4]] == [first, first + 1, first + 2]
    assert [record["actor"] for record in records(book, before[0])] == [who.id for who in PEOPLE[:3]]
    (after,) = all_rows(book, tables.casebook)
    assert {name: after[name] for name in ("findings", "cases", "runs", "recheck_share")} == {
        name: head[name] for name in ("findings", "cases", "runs", "recheck_share")
    }
    assert [row["text"] for row in all_rows(book, tables.comment)] == [f"said by {who.id}" for who in PEOPLE[:3]]


@pytest.mark.parametrize("many", [1, 3])
def test_where_all_fail_nothing_is_written(book: Casebook, many: int) -> None:
    before = counts(book)
    answers = told(book, *(failing(book, InputError("comment_empty")) for _ in range(many)))
    assert all(isinstance(answer, InputError) for answer in answers)
    assert added(before, counts(book)) == (0, 0, 0)


def test_a_fault_that_is_no_error_of_ours_is_told_to_who_made_it(book: Casebook) -> None:
    raised: list[BaseException] = []

    def faulty() -> None:
        with pytest.raises(ZeroDivisionError) as caught:
            book.write(RITA.id, lambda writer: writer.seq // 0)
        raised.append(caught.value)

    answers = told(book, saying(book, PEOPLE[0]), faulty, saying(book, PEOPLE[1]))
    assert [type(answer) for answer in answers] == [int, type(None), int] and len(raised) == 1


def test_a_commit_that_fails_fails_for_all(book: Casebook) -> None:
    before, log = counts(book), book.log.path
    kept = log.read_bytes()
    log.unlink()
    log.mkdir()
    try:
        works = [saying(book, who) for who in PEOPLE[:2]]
        answers = told(book, works[0], saying(book, RITA, "nowhere"), works[1])
    finally:
        log.rmdir()
        log.write_bytes(kept)
    assert [type(answer) for answer in answers] == [StorageError, StorageError, StorageError]
    assert added(before, counts(book)) == (0, 0, 0)
    assert len(told(book, *(saying(book, who) for who in PEOPLE))) == WAITING
    assert added(before, counts(book)) == (WAITING, 1, 1)


def test_a_signature_that_fails_fails_for_all_but_tells_others_their_own(
    book: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counts(book)

    def sign(_: object, statement: bytes) -> bytes:
        raise StorageError("disk_full", where="token")

    with monkeypatch.context() as patch:
        patch.setattr(type(book.signer), "sign", sign)
        answers = told(book, saying(book, PEOPLE[0]), saying(book, RITA, "nowhere"), saying(book, PEOPLE[1]))
    assert [type(answer) for answer in answers] == [StorageError, NotFoundError, StorageError]
    assert added(before, counts(book)) == (0, 0, 0)


def test_a_disk_that_is_full_in_the_middle_undoes_all(book: Casebook) -> None:
    """SQLite undoes the transaction then as a whole: what came before is lost, what comes after must not be kept."""
    before = counts(book)

    def limit(connection: Connection, pages: int) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    def fill(writer: Writer) -> None:
        limit(writer.connection, writer.connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        try:
            row = {"source_id": "s", "number": 1, "data": bytes(1 << 20)}
            writer.connection.execute(tables.source_part.insert(), row)
        finally:
            limit(writer.connection, 1 << 30)

    answers = told(book, saying(book, PEOPLE[0]), lambda: book.write(RITA.id, fill), saying(book, PEOPLE[1]))
    assert [answer.code for answer in answers] == ["disk_full"] * 3
    assert added(before, counts(book)) == (0, 0, 0)
    assert isinstance(saying(book, RITA)(), int)


def undo_all(writer: Writer) -> None:
    """Have SQLite undo the whole transaction, as it does where a disk breaks."""
    writer.connection.connection.dbapi_connection.rollback()  # type: ignore[union-attr]
    raise StorageError("disk_broken", where="casebook")


def test_nothing_is_kept_of_a_transaction_that_ended_in_the_middle(book: Casebook) -> None:
    before = counts(book)
    answers = told(book, saying(book, PEOPLE[0]), lambda: book.write(RITA.id, undo_all), saying(book, PEOPLE[1]))
    assert [answer.code for answer in answers] == ["disk_broken"] * 3
    assert added(before, counts(book)) == (0, 0, 0)
    assert isinstance(saying(book, RITA)(), int)


def test_nobody_is_told_before_the_commit(book: Casebook) -> None:
    done: list[int] = []
    at_commit: list[int] = []

    def work(who: Person) -> Asked:
        def ask() -> int:
            seq = comment(book, who, "inventory", "seen")
            done.append(seq)
            return seq

        return ask

    def see(_: object) -> None:
        at_commit.append(len(done))

    event.listen(book.engine, "commit", see)
    told(book, *(work(who) for who in PEOPLE))
    event.remove(book.engine, "commit", see)
    assert at_commit == [0] and len(done) == WAITING


def test_each_work_commits_the_key_of_its_own_request(book: Casebook) -> None:
    keys = AnsweredKeys(book.engine)
    taken = [keys.take(who.id, "k", f"digest of {who.id}") for who in PEOPLE[:3]]
    assert all(isinstance(key, TakenKey) for key in taken)

    def under(key: Any, work: Asked) -> Asked:
        def ask() -> Any:
            with doing(key):
                return work()

        return ask

    freed = TakenKey("p-late", "k", "2026-01-01T00:00:00+00:00")
    answers = told(
        book,
        *(under(key, saying(book, who)) for key, who in zip(taken, PEOPLE, strict=False)),
        saying(book, RITA),
        under(freed, saying(book, RITA)),
    )
    assert isinstance(answers[4], ConflictError)
    kept = {row["person"]: (row["status"], json.loads(row["body"])) for row in all_rows(book, tables.answered_key)}
    assert kept == {
        who.id: (COMMITTED, {"made": "comment", "record": answers[number]}) for number, who in enumerate(PEOPLE[:3])
    }
    assert len(all_rows(book, tables.comment)) == 4


_ASKED_BY: ContextVar[str] = ContextVar("asked_by")


def test_work_is_done_in_the_context_of_who_asked(book: Casebook) -> None:
    def work(who: Person) -> Asked:
        def ask() -> tuple[str, str]:
            _ASKED_BY.set(who.name)
            return book.write(who.id, lambda writer: (_ASKED_BY.get(), writer.actor))

        return ask

    assert told(book, *map(work, PEOPLE)) == [(who.name, who.id) for who in PEOPLE]


@pytest.mark.parametrize("moment", ["in the middle", "before the commit", "after the commit"])
def test_a_kill_leaves_all_or_nothing(book: Casebook, tmp_path: Path, moment: str) -> None:
    place = str(tmp_path / "casebook.db")
    before = counts(book)
    done = subprocess.run(
        [sys.executable, "-m", "casebook.dying_writers", place, moment],
        cwd=Path(__file__).parents[1], check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == DEAD, done.stderr
    again = open_casebook(place)
    whole = moment == "after the commit"
    assert added(before, counts(again)) == ((WAITING, 1, 1) if whole else (0, 0, 0))
    with again.reading() as connection:
        numbers = connection.execute(select(tables.comment.c.seq)).scalars().all()
    assert len(numbers) == (WAITING if whole else 0)
    assert not again.log.has_abandoned()
    comment(again, RITA, "inventory", "goes on")
    counts(again)
    again.close()
