"""Jobs of legislation: a State's texts are checked against the measures, and what the pages show is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date
from types import MappingProxyType
from typing import IO, Any

from opencwc.casebook.keeping_pages import File
from opencwc.legislation import kept_laws
from opencwc.web.intake import Keeper
from opencwc.web.jobs import Job
from opencwc.web.keeping_jobs import Heard, Kind, bounds_of, keep_uploads
from opencwc.web.legislating import LAW, Asked, asked_of_sandbox
from opencwc.web.worker import Worker


def check_uploads(worker: Worker, job: Job, held: list[Keeper]) -> int:
    """Check the texts of a job; return how many measures there are."""
    return keep_uploads(worker, job, held, CHECKING)


KINDS: Mapping[str, Callable[[Worker, Job, list[Keeper]], int]] = MappingProxyType({LAW: check_uploads})
"""How a worker sees to each kind of job."""


def _read(worker: Worker, job: Job, file: IO[bytes]) -> AbstractContextManager[Iterator[dict[str, Any] | None]]:
    asked, set_to = job.asked, worker.configuration
    return asked_of_sandbox(
        Asked(
            str(asked["state"]),
            date.fromisoformat(str(asked["as_of"])),
            model=bool(asked.get("model", False)),
            seconds=set_to.job_seconds,
            bounds=bounds_of(worker),
            network_must_be_cut=set_to.job_network_must_be_cut,
        ),
        file,
    )


def _file(heard: Heard) -> File:
    passages, vectors = (heard.parts[name].getvalue() for name in (kept_laws.PASSAGES, kept_laws.VECTORS))
    content = kept_laws.packed(heard.told, heard.answers, passages, vectors)
    kept_laws.unpack(content)  # which looks at its shape
    return File(kept_laws.NAME, kept_laws.MEDIA_TYPE, content)


CHECKING = Kind(LAW, _read, _file, kept_laws.sound, (kept_laws.PASSAGES, kept_laws.VECTORS))
