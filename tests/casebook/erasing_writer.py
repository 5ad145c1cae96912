"""A process that carries out an erasure and is killed at a point of it.

    python -m casebook.erasing_writer PLACE REQUEST POINT

``before``: the case is erased, and nothing was overwritten yet. ``during``: the database is being built anew.
``after``: it was, and the log (SQLite) or the note of the erasure (PostgreSQL) is still there.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection

from opencwc.casebook import remnants
from opencwc.casebook.database import open_casebook
from opencwc.casebook.erasure import erase_case

from .erased_case import RITA

_SOME = 5


def die(*_: Any, **__: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def die_during(dialect: str) -> None:
    """Die while SQLite builds its file anew, or between two tables of PostgreSQL."""
    count = 0
    before = Connection.exec_driver_sql

    def counted_time() -> float:
        nonlocal count
        count += 1
        if count > _SOME:
            die()
        return time.monotonic()

    def counted_statement(self: Connection, statement: str, *words: Any, **more: Any) -> Any:
        nonlocal count
        count += statement.startswith("VACUUM")
        if count > _SOME:
            die()
        return before(self, statement, *words, **more)

    if dialect == "sqlite":
        remnants._STEPS = 200

        def put(database: Any, folder: Any, before: Any = remnants._put_temporary_files_beside) -> None:
            before(database, folder)
            remnants.time = SimpleNamespace(monotonic=counted_time, sleep=time.sleep)  # type: ignore[assignment]

        remnants._put_temporary_files_beside = put
    else:
        Connection.exec_driver_sql = counted_statement  # type: ignore[method-assign]


def main() -> None:
    place, request, point = sys.argv[1:]
    book = open_casebook(place)
    if point == "before":
        remnants.overwrite_remnants = die
    elif point == "during":
        die_during(book.dialect)
    else:
        remnants._empty_log = remnants.delete = die
    erase_case(book, RITA, int(request))


if __name__ == "__main__":
    main()
