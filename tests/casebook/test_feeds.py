"""The feeds of a case: added and removed on record, given to one worker when they are due, gone with their case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opencwc.casebook import tables
from opencwc.casebook.backup import back_up, restore_into
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import change_case, open_case
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.feeds import (
    AT_ONCE,
    LEASE,
    MOST,
    NewFeed,
    Outcome,
    add_feeds,
    ask_fetch,
    change_feed,
    claim_due,
    list_feeds,
    note_fetched,
    remove_feed,
)
from opencwc.casebook.model import Mark, Role
from opencwc.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from opencwc.finding import Message

from .conftest import person

RITA, ANNA = person("rita"), person("anna", Role.ANALYST)
AUDRA, ADAM = person("audra", Role.AUDITOR), person("adam", Role.ADMINISTRATOR)
WIRE = NewFeed("https://wire.example/feed", "Wire")
LATER = datetime(2100, 1, 1, tzinfo=UTC)


def test_what_was_added_and_removed_is_on_record(book: Casebook) -> None:
    (wire,) = add_feeds(book, ANNA, "press", [WIRE], 6)
    assert add_feeds(book, ANNA, "press", [WIRE, WIRE], 1) == []
    change_feed(book, RITA, wire.seq, 24)
    (kept,) = list_feeds(book, AUDRA, "press")
    assert (kept.feed.url, kept.feed.name, kept.feed.hours) == (*WIRE, 24)
    assert kept.feed.person == RITA.id and not verify_all(book).problems
    remove_feed(book, ANNA, wire.seq)
    assert list_feeds(book, AUDRA) == [] and not verify_all(book).problems
    with book.reading() as connection:
        kinds = list(connection.execute(tables.record.select().with_only_columns(tables.record.c.kind)).scalars())
    assert [kind for kind in kinds if kind.startswith("feed")] == ["feed_added", "feed_changed", "feed_removed"]


@pytest.mark.parametrize(
    "url",
    [
        "wire.example/feed", "file:///etc/passwd", "https://me:pass@wire.example/", "https://wire.example/a b",
        "https://wire.example/#top", "https://wire.example:x/", "https://", "https://wire.example/" + "a" * 2_000,
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_feed_is_refused_and_opens_no_case(book: Casebook, url: str) -> None:
    with pytest.raises(InputError):
        add_feeds(book, ANNA, "press", [WIRE, NewFeed(url)])
    with pytest.raises(NotFoundError):
        list_feeds(book, ANNA, "press")


def test_who_only_reads_adds_nothing_and_who_is_not_cleared_sees_nothing(book: Casebook) -> None:
    open_case(book, RITA, "press", mark=Mark.PROTECTED)
    (wire,) = add_feeds(book, RITA, "press", [WIRE])
    low = person("low", Role.ANALYST, Mark.UNCLASSIFIED)
    for who in (AUDRA, ADAM):
        with pytest.raises(NotAllowedError):
            add_feeds(book, who, "press", [WIRE])
    assert list_feeds(book, low) == [] and ask_fetch(book, low) == 0
    with pytest.raises(NotFoundError):
        remove_feed(book, low, wire.seq)
    with pytest.raises(NotAllowedError):
        list_feeds(book, ADAM)
    with pytest.raises(NotFoundError):
        change_feed(book, RITA, 10_000, 1)


def test_bounds_of_a_case_and_of_the_time_between_two_fetches(book: Casebook) -> None:
    with pytest.raises(ConflictError):
        add_feeds(book, ANNA, "press", [NewFeed(f"https://wire.example/{number}") for number in range(MOST + 1)])
    with pytest.raises(InputError):
        add_feeds(book, ANNA, "press", [WIRE], 10_000)


def test_a_due_feed_is_given_to_one_worker_and_again_once_the_lease_is_over(book: Casebook) -> None:
    add_feeds(book, ANNA, "press", [WIRE])
    add_feeds(book, RITA, "other", [WIRE, NewFeed("https://wire.example/b")], 0)
    (due,) = claim_due(book, LATER)
    assert (due.feed.url, due.case, due.person) == (WIRE.url, "press", ANNA.id)
    assert claim_due(book, LATER) == []
    assert [one.feed for one in claim_due(book, LATER + 2 * LEASE)] == [due.feed]
    note_fetched(book, [(due.feed, Outcome("new", None, "j1", '"v1"', "then", "aa"))], LATER)
    assert claim_due(book, LATER + timedelta(hours=5)) == []
    (again,) = claim_due(book, LATER + timedelta(hours=6))
    assert (again.etag, again.last_modified, again.sha256) == ('"v1"', "then", "aa")
    assert ask_fetch(book, ANNA, "other") == 2
    assert {(one.case, one.person) for one in claim_due(book, LATER)} == {("other", ANNA.id)}


def test_so_many_feeds_are_taken_at_once_and_all_in_the_end(book: Casebook) -> None:
    add_feeds(book, ANNA, "press", [NewFeed(f"https://wire.example/{number}") for number in range(AT_ONCE + 2)])
    assert [len(claim_due(book, LATER)) for _ in range(3)] == [AT_ONCE, 2, 0]


def test_failures_are_counted_until_the_server_answers_and_say_why(book: Casebook) -> None:
    (wire,) = add_feeds(book, ANNA, "press", [WIRE])
    why = Message("watch_fetch_status", {"status": 503})
    note_fetched(book, [(wire, Outcome("failed", why))], LATER)
    note_fetched(book, [(wire, Outcome("failed", why))], LATER)
    (kept,) = list_feeds(book, ANNA)
    assert (kept.last.failures, kept.last.why, kept.last.heard_at) == (2, why, "")
    note_fetched(book, [(wire, Outcome("unchanged"))], LATER)
    (kept,) = list_feeds(book, ANNA)
    assert (kept.last.failures, kept.last.why, kept.last.answer) == (0, None, "unchanged")


def test_nothing_is_fetched_for_a_closed_case(book: Casebook) -> None:
    (wire,) = add_feeds(book, RITA, "press", [WIRE])
    change_case(book, RITA, "press", status="closed")
    assert claim_due(book, LATER) == [] and ask_fetch(book, RITA) == 0
    for refused in (lambda: change_feed(book, RITA, wire.seq, 1), lambda: ask_fetch(book, RITA, "press")):
        with pytest.raises(ConflictError):
            refused()


@pytest.mark.parametrize("column", ["url", "name", "hours", "person", "case_number"])
def test_what_is_changed_in_the_table_is_found(book: Casebook, column: str) -> None:
    add_feeds(book, ANNA, "press", [WIRE])
    with book.engine.connect() as connection, connection.begin():
        other = 7 if column in ("hours", "case_number") else "another"
        connection.execute(tables.feed.update().values(**{column: other}))
    problems = verify_all(book).problems
    assert problems and any(column in problem.what for problem in problems)


def test_what_is_taken_out_of_the_table_is_found(book: Casebook) -> None:
    add_feeds(book, ANNA, "press", [WIRE])
    with book.engine.connect() as connection, connection.begin():
        connection.execute(tables.feed.delete())
    assert any("missing" in problem.what for problem in verify_all(book).problems)


def test_a_backup_brings_the_feeds_back(book: Casebook, tmp_path: Path) -> None:
    add_feeds(book, ANNA, "press", [WIRE])
    back_up(book, tmp_path / "book.backup")
    restore_into(str(tmp_path / "again.db"), tmp_path / "book.backup", lost=True)
    again = open_casebook(str(tmp_path / "again.db"))
    assert [one.feed.url for one in list_feeds(again, ANNA)] == [WIRE.url] and not verify_all(again).problems
    again.close()
