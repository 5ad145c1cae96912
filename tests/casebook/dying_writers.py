"""A process whose threads write one comment each in one transaction, and die in it, before its commit or after it.

python -m casebook.dying_writers PLACE "in the middle"
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable

from opencwc.casebook.database import Casebook, open_casebook, turn_of_writer
from opencwc.casebook.decisions import comment
from opencwc.casebook.transaction import Writer

from .dying_writer import DEAD, WRITER, die_after_the_commit, die_before_the_commit

WAITING = 5
"""How many threads write."""


def all_at_once(book: Casebook, ask: Callable[[int], None], count: int) -> None:
    """Have threads ask for their turn to write in the order of their numbers, and let them have it once all wait."""
    with turn_of_writer(book.engine):
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(count)]
        ends = time.monotonic() + 60
        for number, thread in enumerate(threads, 1):
            thread.start()
            while len(book._shared._waiting) < number:
                assert time.monotonic() < ends, "not all have asked"
                time.sleep(0.001)
    for thread in threads:
        thread.join(60)


def die_in_the_middle() -> None:
    record = Writer.record

    def record_or_die(writer: Writer, *given: object) -> int:
        text = given[1]
        return os._exit(DEAD) if isinstance(text, dict) and text["text"] == "comment 2" else record(writer, *given)  # type: ignore[arg-type]

    Writer.record = record_or_die  # type: ignore[method-assign, assignment]


def main() -> None:
    place, moment = sys.argv[1:]
    book = open_casebook(place)
    if moment == "in the middle":
        die_in_the_middle()
    elif moment == "before the commit":
        die_before_the_commit()
    else:
        die_after_the_commit()
    all_at_once(book, lambda number: print(comment(book, WRITER, "inventory", f"comment {number}")), WAITING)


if __name__ == "__main__":
    main()
