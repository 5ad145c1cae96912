"""A process that writes one comment and dies, before its commit or after it and before the line of the log counts.

python -m casebook.dying_writer PLACE "before the commit"
"""

from __future__ import annotations

import os
import sys
from typing import Any

from opencwc.casebook.checkpoint_log import CheckpointLog
from opencwc.casebook.database import open_casebook
from opencwc.casebook.decisions import comment
from opencwc.casebook.model import Mark, Person, Role

DEAD = 9
WRITER = Person("p-dying", "dying", "Dying", Role.REVIEWER, Mark.HIGHLY_PROTECTED)


def die_before_the_commit() -> None:
    prepare = CheckpointLog._prepare

    def prepare_and_die(*given: Any) -> tuple[int, int]:
        prepare(*given)
        os._exit(DEAD)

    CheckpointLog._prepare = prepare_and_die  # type: ignore[method-assign]


def die_after_the_commit() -> None:
    write = os.pwrite

    def write_or_die(file: int, data: bytes, place: int) -> int:
        return os._exit(DEAD) if data == b"{" else write(file, data, place)

    os.pwrite = write_or_die  # type: ignore[assignment]


def main() -> None:
    place, moment = sys.argv[1:]
    book = open_casebook(place)
    if moment == "before the commit":
        die_before_the_commit()
    else:
        die_after_the_commit()
    comment(book, WRITER, "inventory", "the last words")


if __name__ == "__main__":
    main()
