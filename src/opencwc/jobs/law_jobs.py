"""Jobs of legislation: a State's texts are checked against the measures, and what the pages show is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date
from types import MappingProxyType
from typing import IO, Any

from opencwc.casebook.run_pages import File
from opencwc.jobs.intake import Keeper
from opencwc.jobs.keeping import Heard, Kind, bounds_of, keep_uploads
from opencwc.jobs.queue import Job
from opencwc.jobs.worker import Worker
from opencwc.legislation import kept
from opencwc.legislation.upload_question import LAW, LawUpload, read_uploads


def check_uploads(worker: Worker, job: Job, held: list[Keeper]) -> int:
    """Check the texts of a job; return how many measures there are."""
    return keep_uploads(worker, job, held, CHECKING)


KINDS: Mapping[str, Callable[[Worker, Job, list[Keeper]], int]] = MappingProxyType({LAW: check_uploads})
"""How a worker sees to each kind of job."""


def _read(worker: Worker, job: Job, file: IO[bytes]) -> AbstractContextManager[Iterator[dict[str, Any] | None]]:
    asked = job.asked
    return read_uploads(
        LawUpload(
            str(asked["state"]),
            date.fromisoformat(str(asked["as_of"])),
            model=bool(asked.get("model", False)),
            seconds=worker.bounds.seconds,
            bounds=bounds_of(worker),
            network_must_be_cut=worker.bounds.network_must_be_cut,
        ),
        file,
    )


def _file(heard: Heard) -> File:
    passages, vectors = (heard.parts[name].getvalue() for name in (kept.PASSAGES, kept.VECTORS))
    content = kept.packed(heard.told, heard.answers, passages, vectors)
    kept.unpack(content)  # which looks at its shape
    return File(kept.NAME, kept.MEDIA_TYPE, content)


CHECKING = Kind(LAW, _read, _file, kept.sound, (kept.PASSAGES, kept.VECTORS))
