"""A State's texts on their way in: what to check them for, and the lines of the confined process that does so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import IO

from opencwc.confining.process import Line
from opencwc.confining.sandbox import TaskRequest, confined_lines
from opencwc.finding import Message

LAW = "law"
"""The kind of the job, the verb of its runs, and the task that does it."""
PROGRAM = ("-m", "opencwc.legislation.upload_process")
STEPS = {"reading": (0, 150), "searching": (150, 700), "elements": (850, 130)}
"""Where a step begins and how long it is, in thousandths of the whole; getting ready comes before."""


@dataclass(frozen=True)
class LawUpload(TaskRequest):
    """What a confined process is to do with an archive of a State's texts."""

    task: str = field(default=LAW, kw_only=True)
    state: str
    as_of: date
    model: bool = True
    seconds: float = field(default=3_600.0, kw_only=True)


def read_uploads(upload: LawUpload, archive: IO[bytes]) -> AbstractContextManager[Iterator[Line | None]]:
    """Give the lines of a process that checks an archive of texts; the archive must have a descriptor."""
    return confined_lines(PROGRAM, upload, archive)


def step_of(thousandths: int) -> Message:
    """Say at which step a check is that is so far, and how much of the step is done."""
    names = ["preparing", *STEPS]
    begun = [name for name, (start, _) in STEPS.items() if start < thousandths] or ["preparing"]
    start, length = STEPS.get(begun[-1], (0, 1))
    share = min(100, 100 * (thousandths - start) // length)
    return Message(
        "law_step_of",
        {
            "step": names.index(begun[-1]) + 1,
            "steps": len(names),
            "name": Message(f"law_step_{begun[-1]}"),
            "share": share,
        },
    )
