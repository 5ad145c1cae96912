"""A process that sends a casebook out of the house and tells what it opens, or is killed while it does.

    python -m casebook.leaving_writer PLACE COMMAND

The command is JSON: ``act`` (``export`` or ``backup``), ``target``, ``recipients``, ``request`` (of an export),
and ``kill``: after so many members of the ZIP file it kills itself; 0 lets it live. It prints the paths that it opens
for writing.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import zipfile
from pathlib import Path
from typing import Any

from opencwc.casebook import backup, database, exports
from opencwc.casebook.model import Mark, Person, Role

RITA = Person("p-rita", "rita", "Rita", Role.REVIEWER, Mark.HIGHLY_PROTECTED)


def kill_after(members: int) -> None:
    """Have this process kill itself when so many members were written and the next one has begun."""
    opened, count = zipfile.ZipFile.open, 0

    def open_and_die(self: zipfile.ZipFile, *words: Any, **more: Any) -> Any:
        nonlocal count
        member = opened(self, *words, **more)
        count += 1
        if count > members:
            member.write(b"begun")
            assert self.fp is not None
            self.fp.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        return member

    zipfile.ZipFile.open = open_and_die  # type: ignore[method-assign,assignment]


def tell_what_is_opened() -> None:
    """Print the path of each file that is opened for writing."""

    def hook(event: str, values: tuple[Any, ...]) -> None:
        if event == "open" and values[2] & (os.O_WRONLY | os.O_RDWR) and not isinstance(values[0], int):
            os.write(1, os.fsencode(values[0]) + b"\n")

    sys.addaudithook(hook)


def main() -> None:
    place, command = sys.argv[1], json.loads(sys.argv[2])
    target = Path(command["target"])
    if command["kill"]:
        kill_after(command["kill"])
    tell_what_is_opened()
    book = database.open_casebook(place)
    if command["act"] == "export":
        exports.export_case(book, RITA, command["request"], target)
    else:
        backup.back_up(book, target, command["recipients"])


if __name__ == "__main__":
    main()
