"""A State's texts on their way in: packed as they are, and read and checked by a process of the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import IO, Any

from opencwc.confining.rights import Bounds
from opencwc.confining.sandbox import Sandbox
from opencwc.finding import Message
from opencwc.legislation.verb import VERB as LAW

PROGRAM = ("-m", "opencwc.legislation.upload_process")
STEPS = {"reading": (0, 150), "searching": (150, 700), "elements": (850, 130)}
"""Where a step begins and how long it is, in thousandths of the whole; getting ready comes before."""


@dataclass(frozen=True)
class Asked:
    """What a process of the sandbox is to do with a State's texts."""

    state: str
    as_of: date
    model: bool = True
    seconds: float = 3_600.0
    bounds: Bounds = field(default_factory=Bounds)
    network_must_be_cut: bool = True

    def as_line(self) -> bytes:
        """Return the line that the process reads."""
        return json.dumps({**asdict(self), "do": LAW.id, "as_of": self.as_of.isoformat()}).encode() + b"\n"


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


@contextmanager
def asked_of_sandbox(asked: Asked, archive: IO[bytes]) -> Iterator[Iterator[dict[str, Any] | None]]:
    """Give the lines of a process that checks an archive of texts; the archive must have a descriptor."""
    with Sandbox(asked.as_line(), archive, asked.seconds, PROGRAM) as running:
        yield running.lines()
