"""Whose turn it is to write, among the threads of one process: first come, first served, and who waits may share one.

SQLite has one writer at a time, and what costs a writer most is the end of its transaction: a signature, a line of the
log, two syncs. So the thread whose turn it is does the work of all that wait (`SharedTransactions`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from contextvars import Context, copy_context
from threading import Event, Lock
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")
Given = TypeVar("Given")


class Turns:
    """A queue of threads of which one at a time has its turn, first come, first served."""

    def __init__(self) -> None:
        self._inside = Lock()
        self._taken = False
        self._waiting: deque[Event] = deque()

    @contextmanager
    def next(self, seconds: float) -> Iterator[None]:
        """Wait for one's turn and have it; after so many seconds without it, go on: the database has the last word."""
        has_turn = self._wait(seconds)
        try:
            yield
        finally:
            if has_turn:
                self._pass_on()

    def _wait(self, seconds: float) -> bool:
        with self._inside:
            if not self._taken:
                self._taken = True
                return True
            mine = Event()
            self._waiting.append(mine)
        if mine.wait(seconds):
            return True
        with self._inside:
            if mine.is_set():  # in the last moment
                return True
            self._waiting.remove(mine)
            return False

    def _pass_on(self) -> None:
        with self._inside:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False


class _Asked(NamedTuple):
    """Work that a thread asked for, the context it asked in, and where its answer goes."""

    work: Callable[[Any], Any]
    context: Context
    answer: Future[Any]


class SharedTransactions(Generic[Given]):
    """Transactions of SQLite, each for the work of all threads that waited when it began.

    ``begin`` gives the connection of a transaction, and what is handed to each work in it.
    """

    def __init__(self) -> None:
        self._inside = Lock()
        self._waiting: list[_Asked] = []

    def do(
        self, begin: Callable[[], AbstractContextManager[tuple[Connection, Given]]], work: Callable[[Given], T]
    ) -> T:
        """Do a piece of work with all others that wait by then, and return what it returns once that is committed.

        Each is done whole or not at all, in the order in which they were asked for, in the context of who asked. Where
        the transaction as a whole fails, all of them fail.
        """
        answer: Future[T] = Future()
        with self._inside:
            self._waiting.append(_Asked(work, copy_context(), answer))
            is_first = len(self._waiting) == 1
        if is_first:
            self._do_all(begin)
        return answer.result()

    def _do_all(self, begin: Callable[[], AbstractContextManager[tuple[Connection, Given]]]) -> None:
        taken: list[_Asked] = []
        answers: list[Any] = []
        failures: dict[int, BaseException] = {}
        try:
            with begin() as (connection, given):
                taken = self._take()
                for number, asked in enumerate(taken):
                    answers.append(None)
                    try:
                        answers[number] = _do(connection, asked, given, is_alone=len(taken) == 1)
                    except Exception as error:
                        # A full disk, for one, makes SQLite undo the transaction as a whole.
                        if len(taken) == 1 or not _is_open(connection):
                            raise
                        failures[number] = error
        except BaseException as error:
            taken = taken or self._take()
            failures = {number: failures.get(number, error) for number in range(len(taken))}
        for number, asked in enumerate(taken):
            if number in failures:
                asked.answer.set_exception(failures[number])
            else:
                asked.answer.set_result(answers[number])

    def _take(self) -> list[_Asked]:
        with self._inside:
            taken, self._waiting = self._waiting, []
            return taken


def _do(connection: Connection, asked: _Asked, given: object, *, is_alone: bool) -> Any:
    """Do one piece of work; where it fails, undo it alone, or leave that to the transaction where it has no other."""
    if is_alone:
        return asked.context.run(asked.work, given)
    connection.exec_driver_sql("SAVEPOINT work")
    try:
        answer = asked.context.run(asked.work, given)
    except BaseException:
        if _is_open(connection):
            connection.exec_driver_sql("ROLLBACK TO work")
            connection.exec_driver_sql("RELEASE work")
        raise
    connection.exec_driver_sql("RELEASE work")
    return answer


def _is_open(connection: Connection) -> bool:
    return bool(getattr(connection.connection.dbapi_connection, "in_transaction", False))
