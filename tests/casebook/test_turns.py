"""Threads that write take turns, in the order in which they asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, text

from opencwc.casebook.database import change_together, open_casebook, turn_of_writer
from opencwc.casebook.turns import Turns
from opencwc.errors import ConflictError, OpenCWCError


def waiting(turns: Turns, number: int) -> None:
    ends = time.monotonic() + 60
    while len(turns._waiting) < number:
        assert time.monotonic() < ends, "nobody waits"
        time.sleep(0.001)


def test_threads_have_their_turn_in_the_order_in_which_they_asked() -> None:
    turns, order, threads = Turns(), [], []

    def take(number: int) -> None:
        with turns.next(60):
            order.append(number)

    with turns.next(60):
        for number in range(12):
            threads.append(threading.Thread(target=take, args=(number,)))
            threads[-1].start()
            waiting(turns, number + 1)
    for thread in threads:
        thread.join()
    assert order == list(range(12))


def test_who_waits_too_long_goes_on_without_a_turn_and_takes_none_away() -> None:
    turns = Turns()
    with turns.next(60):
        with turns.next(0.01):
            pass
        assert turns._taken
    with turns.next(0):
        assert turns._taken
    assert not turns._taken


def shared(count: int, tmp_path: Path, change: Callable[[int, Connection], int]) -> list[int | Exception]:
    """Have threads ask for changes while another thread has its turn to write, and return what each was told."""
    book = open_casebook(tmp_path / "casebook.db")
    changes = book.engine.get_execution_options()["shared_changes"]
    told: list[int | Exception] = [0] * count

    def ask(number: int) -> None:
        try:
            told[number] = change_together(book.engine, lambda connection: change(number, connection))
        except OpenCWCError as error:
            told[number] = error

    with turn_of_writer(book.engine):
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        ends = time.monotonic() + 60
        while len(changes._waiting) < count:
            assert time.monotonic() < ends, "not all have asked"
            time.sleep(0.001)
    for thread in threads:
        thread.join(60)
    return told


def test_small_changes_that_wait_are_made_in_one_transaction(tmp_path: Path) -> None:
    transactions = set()

    def change(number: int, connection: Connection) -> int:
        transactions.add(id(connection.connection.dbapi_connection))
        return number * 2

    assert shared(8, tmp_path, change) == [0, 2, 4, 6, 8, 10, 12, 14]
    assert len(transactions) == 1


def test_a_change_that_fails_undoes_itself_alone(tmp_path: Path) -> None:
    def change(number: int, connection: Connection) -> int:
        connection.execute(text(f"INSERT INTO answered_key VALUES ('p', 'k{number}', '', 0, '', '', '')"))
        if number == 3:
            raise ConflictError("request_being_done")
        return connection.execute(text("SELECT count(*) FROM answered_key")).scalar_one()

    told = shared(6, tmp_path, change)
    assert isinstance(told[3], ConflictError)
    assert sorted(one for one in told if isinstance(one, int)) == [1, 2, 3, 4, 5]
    with open_casebook(tmp_path / "casebook.db").reading_contents() as connection:
        kept = connection.execute(text("SELECT key FROM answered_key ORDER BY key")).scalars().all()
    assert kept == ["k0", "k1", "k2", "k4", "k5"]
