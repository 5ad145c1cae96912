"""Ledgers and planned shipments on their way in: packed as they are, and read by a process of the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import IO, Any

from opencwc.confining.rights import Bounds
from opencwc.confining.sandbox import Sandbox

SHIPMENTS, CERTIFICATES, NAMES = "shipments", "certificates", "names"
"""What the files of a check are: planned shipments, end-use certificates at hand, a list of names."""
PROGRAM = ("-m", "opencwc.transfers.upload_process")
PREVIEW_SECONDS, CHECK_SECONDS = 120.0, 300.0
PREVIEW_MEMORY = 4_000_000_000
MOST_AT_ONCE, MOST_KEPT = 1_000, 20_000
"""Planned shipments that are answered while one waits, and by a job; more go through the command."""


@dataclass(frozen=True)
class Asked:
    """What a process of the sandbox is to do with uploads.

    ``given`` names columns by field, one mapping a file; ``roles`` says what each file of a check is.
    """

    do: str
    as_of: date
    given: Sequence[Mapping[str, str]] = ()
    roles: Sequence[str] = ()
    model: bool = True
    lists: tuple[str, ...] = ()
    most: int = MOST_AT_ONCE
    mark: str = ""
    seconds: float = PREVIEW_SECONDS
    bounds: Bounds = field(default_factory=lambda: Bounds(memory=PREVIEW_MEMORY, cpu_seconds=600))
    network_must_be_cut: bool = True

    def as_line(self) -> bytes:
        """Return the line that the process reads."""
        told = {**asdict(self), "as_of": self.as_of.isoformat(), "given": [dict(one) for one in self.given]}
        return json.dumps(told).encode() + b"\n"


@contextmanager
def asked_of_sandbox(asked: Asked, archive: IO[bytes]) -> Iterator[Iterator[dict[str, Any] | None]]:
    """Give the lines of a process that reads an archive of uploads; the archive must have a descriptor."""
    with Sandbox(asked.as_line(), archive, asked.seconds, PROGRAM) as running:
        yield running.lines()


def previewed(archive: IO[bytes], asked: Asked) -> list[dict[str, Any]]:
    """Return what each ledger of an archive holds and what its columns are taken for."""
    with asked_of_sandbox(asked, archive) as lines:
        return [line["file"] for line in lines if line is not None and isinstance(line.get("file"), dict)]
