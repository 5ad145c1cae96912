"""A register that somebody sends, read in a confined process: what it amounts to, and what of it cannot be read.

`read_amounts` is the parent's side; ``python -m opencwc.declarations.confined_amounts`` is the process.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from opencwc.confining.process import Line, Task, serve, unpack_uploads
from opencwc.confining.rights import Bounds, Protection
from opencwc.confining.sandbox import TaskRequest, confined_lines
from opencwc.declarations.amounts import Amounts, amounts_of
from opencwc.errors import InputError
from opencwc.records import from_plain, to_plain

_TASK = "amounts"
_SECONDS = 300.0
_BOUNDS = Bounds(memory=4_000_000_000, cpu_seconds=600)
_SAMPLE = b"site,plant,chemical,activity,year,quantity,unit\nS1,P1,x,produce,2025,1,kg\n"


class RegisterRead(NamedTuple):
    """What a register amounts to, and how many of its rows could not be read."""

    amounts: Amounts
    unread: int


def read_amounts(archive: IO[bytes], *, network_must_be_cut: bool = True) -> RegisterRead:
    """Return what the register in an archive of uploads (`opencwc.jobs.archives.pack_uploads`) amounts to.

    Raises:
        InputError: it cannot be read, or took too long or too much memory.

    """
    request = TaskRequest(_TASK, {}, _SECONDS, _BOUNDS, network_must_be_cut)
    with confined_lines(("-m", __name__), request, archive) as lines:
        for line in lines:
            if line is not None and "amounts" in line:
                try:
                    return RegisterRead(from_plain(Amounts, line["amounts"]), int(line["unread"]))
                except (ValueError, TypeError, KeyError) as error:
                    raise InputError("kept_declarations_unreadable") from error
    raise InputError("kept_declarations_unreadable")


class AmountsTask(Task):
    """Reads a register and adds it up."""

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        super().__init__(question, bounds)
        from opencwc.declarations.reader import load_table_readers
        from opencwc.declarations.register_reader import read_register

        load_table_readers()
        amounts_of(read_register({"activities.csv": _SAMPLE}))
        self.uploads = unpack_uploads()

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield one line with all."""
        from opencwc.declarations.register_reader import read_uploads

        register = read_uploads([(upload.name, upload.path) for upload in self.uploads])
        unread = sum(problem.unjudged for problem in register.problems)
        yield {"amounts": to_plain(amounts_of(register)), "unread": unread}
        yield {"done": True, "protection": protection.as_json()}


if __name__ == "__main__":
    sys.exit(serve({_TASK: AmountsTask}))
