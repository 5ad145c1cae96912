"""A State's texts on their way in: packed as they are, and read and checked by a process of the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import IO, Any

from opencwc.web.confining import Bounds
from opencwc.web.sandbox import Sandbox

LAW = "law"
"""The kind of the job, and the verb of its runs."""
PROGRAM = ("-m", "opencwc.web.legislating_sandboxed")


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
        return json.dumps({**asdict(self), "do": LAW, "as_of": self.as_of.isoformat()}).encode() + b"\n"


@contextmanager
def asked_of_sandbox(asked: Asked, archive: IO[bytes]) -> Iterator[Iterator[dict[str, Any] | None]]:
    """Give the lines of a process that checks an archive of texts; the archive must have a descriptor."""
    with Sandbox(asked.as_line(), archive, asked.seconds, PROGRAM) as running:
        yield running.lines()
