"""Ledgers and planned shipments on their way in: what to do with them, and the lines of the process that does it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Any

from opencwc.confining.process import Line
from opencwc.confining.rights import Bounds
from opencwc.confining.sandbox import TaskRequest, confined_lines

RECONCILE, CHECK = "reconcile", "check"
"""The kinds of jobs that these uploads make, and the tasks that do them."""
PREVIEW, PREVIEW_CHECK = "preview", "preview_check"
"""The tasks that show the start of ledgers and of planned shipments."""
SHIPMENTS, CERTIFICATES, NAMES = "shipments", "certificates", "names"
"""What the files of a check are: planned shipments, end-use certificates at hand, a list of names."""
PROGRAM = ("-m", "opencwc.transfers.upload_process")
PREVIEW_SECONDS, CHECK_SECONDS = 120.0, 300.0
PREVIEW_MEMORY = 4_000_000_000
MOST_AT_ONCE, MOST_KEPT = 1_000, 20_000
"""Planned shipments that are answered while one waits, and by a job; more go through the command."""


@dataclass(frozen=True)
class TransfersUpload(TaskRequest):
    """What a confined process is to do with an archive of uploads.

    ``given`` names columns by field, one mapping a file; ``roles`` says what each file of a check is.
    """

    task: str
    as_of: date
    given: Sequence[Mapping[str, str]] = ()
    roles: Sequence[str] = ()
    model: bool = True
    lists: tuple[str, ...] = ()
    most: int = MOST_AT_ONCE
    mark: str = ""
    seconds: float = field(default=PREVIEW_SECONDS, kw_only=True)
    bounds: Bounds = field(default=Bounds(memory=PREVIEW_MEMORY, cpu_seconds=600), kw_only=True)


def read_uploads(upload: TransfersUpload, archive: IO[bytes]) -> AbstractContextManager[Iterator[Line | None]]:
    """Give the lines of a process that reads an archive of uploads; the archive must have a descriptor."""
    return confined_lines(PROGRAM, upload, archive)


def preview_uploads(archive: IO[bytes], upload: TransfersUpload) -> list[dict[str, Any]]:
    """Return what each file of an archive holds and what its columns are taken for."""
    with read_uploads(upload, archive) as lines:
        return [line["file"] for line in lines if line is not None and isinstance(line.get("file"), dict)]
