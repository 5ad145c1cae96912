"""A table or a document on its way in: what to screen it for, and the lines of the confined process that does so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import IO

from opencwc.confining.process import Line
from opencwc.confining.sandbox import TaskRequest, confined_lines

SCREEN = "screen"
PROGRAM = ("-m", "opencwc.screening.upload_process")


@dataclass(frozen=True)
class ScreeningUpload(TaskRequest):
    """What to screen an upload for.

    ``as_of`` is an ISO 8601 day; ``skip_rows`` are the rows whose findings are kept already.
    """

    task: str = field(default=SCREEN, kw_only=True)
    name: str
    as_of: str
    lists: tuple[str, ...] = ()
    kind: str = "auto"
    lang: str = "en"
    column: str = ""
    id_column: str = ""
    skip_rows: int = 0
    batch_rows: int = 0


def read_upload(upload: ScreeningUpload, file: IO[bytes]) -> AbstractContextManager[Iterator[Line | None]]:
    """Give the lines of a process that screens a file; the file must be a real one, with a descriptor."""
    return confined_lines(PROGRAM, upload, file)
