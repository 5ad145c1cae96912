"""Jobs of transfers: ledgers are reconciled, planned shipments are checked, and what the pages show is kept."""

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
from opencwc.transfers.check import kept as kept_checks
from opencwc.transfers.reconcile import kept as kept_reconciliations
from opencwc.transfers.upload_question import CHECK, MOST_KEPT, RECONCILE, TransfersUpload, read_uploads

VERBS: Mapping[str, str] = MappingProxyType({RECONCILE: "reconcile", CHECK: "transfers"})
"""The verb of the runs that a kind of job makes (`opencwc.finding.VERDICTS_OF`)."""


def reconcile_uploads(worker: Worker, job: Job, held: list[Keeper]) -> int:
    """Reconcile the uploads of a job; return how many lines they have."""
    return keep_uploads(worker, job, held, RECONCILING)


def check_uploads(worker: Worker, job: Job, held: list[Keeper]) -> int:
    """Check the planned shipments of a job; return how many there are."""
    return keep_uploads(worker, job, held, CHECKING)


KINDS: Mapping[str, Callable[[Worker, Job, list[Keeper]], int]] = MappingProxyType(
    {RECONCILE: reconcile_uploads, CHECK: check_uploads}
)
"""How a worker sees to each kind of job."""


def _read(worker: Worker, job: Job, file: IO[bytes]) -> AbstractContextManager[Iterator[dict[str, Any] | None]]:
    asked = job.asked
    return read_uploads(
        TransfersUpload(
            job.kind,
            date.fromisoformat(str(asked["as_of"])),
            asked.get("given", ()),
            roles=asked.get("roles", ()),
            model=bool(asked.get("model", False)),
            lists=tuple(asked.get("lists", ())),
            most=MOST_KEPT,
            mark=str(asked.get("mark", "")),
            seconds=worker.bounds.seconds,
            bounds=bounds_of(worker),
            network_must_be_cut=worker.bounds.network_must_be_cut,
        ),
        file,
    )


def _reconciled_file(heard: Heard) -> File:
    groups, lines = (heard.parts[name].getvalue() for name in (kept_reconciliations.GROUPS, kept_reconciliations.LINES))
    content = kept_reconciliations.packed(heard.told, groups, lines)
    kept_reconciliations.unpack(content)  # which looks at its shape
    return File(kept_reconciliations.NAME, kept_reconciliations.MEDIA_TYPE, content)


def _checked_file(heard: Heard) -> File:
    content = kept_checks.packed(heard.told, heard.answers)
    kept_checks.unpack(content)  # which looks at its shape
    return File(kept_checks.NAME, kept_checks.MEDIA_TYPE, content)


RECONCILING = Kind(
    VERBS[RECONCILE], _read, _reconciled_file, parts=(kept_reconciliations.GROUPS, kept_reconciliations.LINES)
)
CHECKING = Kind(VERBS[CHECK], _read, _checked_file, kept_checks.sound)
