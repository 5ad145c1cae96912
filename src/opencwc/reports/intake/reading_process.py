"""The confined process that reads one file of reports, which is its standard input.

It answers with the reports and notes as they come. `opencwc.reports.intake.confined_files` starts it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from msgspec import to_builtins

from opencwc.confining.process import Line, Task, serve
from opencwc.confining.rights import Bounds, Protection
from opencwc.finding import Message
from opencwc.records import to_plain
from opencwc.reports.intake.arrivals import MOST_REPORTS, RawReport, Read, Unreadable
from opencwc.reports.intake.file_reading import read_file

READ = "read"


class ReadReports(Task):
    """Reads one file of reports; the question: ``name``, ``kind``, ``saved`` and ``most_bytes`` of a whole file."""

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        from opencwc.files.readers import load_passage_readers

        load_passage_readers()
        super().__init__(question, replace(bounds, processes=0))

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield the reports and the notes."""
        reports = 0
        try:
            for read in self._read():
                yield _line(read)
                reports += isinstance(read, RawReport)
                if reports >= MOST_REPORTS:
                    yield _line(Message("watch_too_many_reports", {"where": self.question["name"]}))
                    break
        except Unreadable as problem:
            yield {"refused": to_plain(problem.message)}
        except MemoryError:
            yield {"refused": to_plain(Message("reading_memory"))}
        except RecursionError:
            yield {"refused": to_plain(Message("reading_nested"))}
        yield {"done": True}

    def _read(self) -> Iterator[Read]:
        name, kind, saved = (str(self.question[key]) for key in ("name", "kind", "saved"))
        return read_file(sys.stdin.buffer, name, kind, saved, int(self.question["most_bytes"]))


def _line(read: Read) -> Line:
    if isinstance(read, RawReport):
        return {"report": to_builtins(read)}
    return {"note": to_plain(read)}


if __name__ == "__main__":
    sys.exit(serve({READ: ReadReports}))
