"""A process that waits to be killed: it forks a writer for each line it reads, so that start-up is paid once.

    python -m casebook.surviving_writer PLACE < commands

The first line read is a JSON list of plain findings. For every further line a writer is forked, which writes to the
casebook until it dies and prints what was acknowledged, one JSON object a line. Its parent prints its number before,
and that it is gone after.
"""

from __future__ import annotations

import io
import json
import os
import sys
from typing import Any

from opencwc.casebook import bulk, cases, database, decisions, runs, signing, transaction  # noqa: F401 - before the fork
from opencwc.casebook.gravity import gravity_of
from opencwc.casebook.model import Mark, Outcome, Person, Role
from opencwc.errors import StorageError

WRITER = Person("p-writer", "writer", "Writer", Role.REVIEWER, Mark.HIGHLY_PROTECTED)


def say(**news: Any) -> None:
    os.write(1, json.dumps(news).encode() + b"\n")  # shorter than PIPE_BUF: whole or not at all


def write_until_killed(place: str, findings: list[dict[str, Any]]) -> None:
    book = database.open_casebook(place)
    say(opened=True)
    turn = 0
    while True:
        turn += 1
        run = runs.begin_run(book, WRITER, "killed", verb="screen", asked={}, checked={}, maker={})
        say(run=run.number)
        for count in (1, 40, 7):
            before = run.rows
            block = [{**findings[n % len(findings)], "row": before + n + 1} for n in range(count)]
            run.keep(block)
            say(run=run.number, rows=run.rows)
        with book.reading_contents() as connection:
            newest = connection.exec_driver_sql("SELECT max(id) FROM finding").scalar_one()
        decisions.decide(book, WRITER, [newest, newest - 1], Outcome.NEED_MORE, f"turn {turn}")
        say(decided=[newest, newest - 1], reason=f"turn {turn}")
        say(comment=decisions.comment(book, WRITER, "killed", f"turn {turn}", newest))
        run.finish({"turn": turn})
        say(finished=run.number)
        source = runs.keep_source(book, WRITER, io.BytesIO(f"{os.getpid()} {turn}".encode() * 200_000), "a.csv")
        say(source=source.id, size=source.size)


def main() -> None:
    place = sys.argv[1]
    findings = json.loads(sys.stdin.readline())
    gravity_of("screen")
    say(ready=True)
    for _ in iter(sys.stdin.readline, ""):
        child = os.fork()
        if child == 0:
            try:
                write_until_killed(place, findings)
            except StorageError as error:
                say(problem=str(error))
            finally:
                os._exit(1)
        say(pid=child)
        os.waitpid(child, 0)
        say(gone=child)


if __name__ == "__main__":
    main()
