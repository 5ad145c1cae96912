"""The worker: takes jobs from the queue, has their uploads read in the sandbox, and keeps the findings as they come.

It can be killed at any moment: what was kept is kept, and the job goes on after it. It leaves with the server that
started it, however that one ends.
"""

from __future__ import annotations

import logging
import os
import socket
import tempfile
import time
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from threading import Event
from typing import IO

from opencwc.casebook.anchors import anchor_if_due
from opencwc.confining.leased_folders import remove_left_folders
from opencwc.confining.rights import Bounds
from opencwc.confining.verb_runs import confined_steps
from opencwc.errors import InputError, NotFoundError, OpenCWCError, StorageError, UnavailableError, error_to_plain
from opencwc.files.passages import DocumentLimits
from opencwc.jobs.intake import Intake
from opencwc.jobs.queue import Job, Jobs
from opencwc.jobs.run_and_keep import KeptRun, keep_steps
from opencwc.verbs import Found, Progress, Started, Step, Verb, verb_named

BEAT_SECONDS = 2.0
IDLE_SECONDS = 0.5
LOOK_SECONDS = 0.25
ANCHOR_LOOK_SECONDS = 60.0
_LOG = logging.getLogger("opencwc.jobs.worker")


@dataclass(frozen=True)
class JobBounds:
    """What one job may use: seconds by the clock, what its process may use, and whether it must have no network.

    ``findings`` are those that a table may have, ``rows`` the lines of ledgers and the planned shipments; ``documents``
    limits the documents that are read as texts, laws among them.
    """

    seconds: float = 6 * 3600
    process: Bounds = field(default_factory=Bounds)
    network_must_be_cut: bool = True
    findings: int = 2_000_000
    rows: int = 5_000_000
    documents: DocumentLimits = field(default_factory=DocumentLimits)


class NotWantedError(Exception):
    """The job was cancelled, or given to another worker."""


class LeavingError(Exception):
    """The worker was told to leave."""


def _is_resumable(error: BaseException) -> bool:
    """Tell whether the next worker goes on with the run: after the death of this one, too."""
    return isinstance(error, LeavingError | StorageError) or not isinstance(error, Exception)


def _within(steps: Iterable[Step | None], bounds: JobBounds) -> Iterator[Step | None]:
    """Give steps with no more findings than one upload may have, whatever its process says; the last rows are whole.

    Raises:
        InputError: there are more.

    """
    most, kept = bounds.findings, 0
    for step in steps:
        if isinstance(step, Started) and step.checked.get("document"):
            most = min(most, bounds.documents.findings)
        if isinstance(step, Found) and kept + len(step.findings) > most:
            end = most - kept
            while end and step.findings[end - 1].subject.row == step.findings[end].subject.row:
                end -= 1
            if end:
                yield Found(step.findings[:end])
            raise InputError("upload_stopped_at_findings", most=most)
        kept += len(step.findings) if isinstance(step, Found) else 0
        yield step


class Worker:
    """Works off jobs, one at a time, until ``stop`` is set."""

    def __init__(self, jobs: Jobs, intake: Intake, bounds: JobBounds, name: str = "") -> None:
        self.jobs = jobs
        self.intake = intake
        self.bounds = bounds
        self.name = name or f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:6]}"
        self.stop = Event()
        self._anchors_at = 0.0

    def run(self) -> None:
        """Work until told to leave; a casebook out of reach is waited for."""
        swept = 0.0
        remove_left_folders()
        while not self.stop.is_set():
            try:
                if time.monotonic() - swept > BEAT_SECONDS:
                    self.jobs.requeue_stale()
                    swept = time.monotonic()
                    self.anchor_if_due()
                busy = self.work_once()
            except StorageError as error:
                _LOG.error("the casebook is out of reach", extra={"state": type(error).__name__})
                busy = False
            if not busy:
                self.stop.wait(IDLE_SECONDS)

    def anchor_if_due(self) -> None:
        """Put the signed head of the record into the folder of the settings, where that is due; a failure is logged."""
        if time.monotonic() < self._anchors_at:
            return
        self._anchors_at = time.monotonic() + ANCHOR_LOOK_SECONDS
        try:
            made = anchor_if_due(self.intake.book)
        except OpenCWCError as error:
            _LOG.error("no anchor", extra={"state": error.code})
        else:
            if made is not None:
                _LOG.info("anchored", extra={"rows": made.note.head.size})

    def work_once(self) -> bool:
        """Take one job and see it to its end; ``False`` where none waits."""
        job = self.jobs.claim(self.name)
        if job is None:
            return False
        _LOG.info("job begun", extra={"job": job.id, "person": job.person})
        run = KeptRun()
        state, problem = "failed", None
        try:
            self._run(job, run)
            state = "done"
        except LeavingError:
            self.jobs.give_back(job.id, self.name)
            _LOG.info("job given back", extra={"job": job.id})
            return True
        except NotWantedError:
            state = "cancelled"
        except StorageError:
            self.jobs.give_back(job.id, self.name)
            raise
        except OpenCWCError as error:
            problem = error_to_plain(error)
        except Exception:
            _LOG.exception("fault", extra={"job": job.id})
            fault = UnavailableError("fault_in_worker")
            problem = {**error_to_plain(fault), "kind": "fault"}
        rows = run.rows
        if state != "done":
            rows = run.keeper.rows if run.keeper else job.rows_done
        self.jobs.finish(job.id, self.name, state, rows=rows, problem=problem)
        _LOG.info("job ended", extra={"job": job.id, "state": state, "rows": rows})
        return True

    def _run(self, job: Job, run: KeptRun) -> None:
        """Run the verb of a job over its upload, and keep what it finds."""
        verb = self._verb_of(job)
        if job.run is not None:
            self.intake.resume(job, run)
        with closing(self._steps(verb, job)) as steps:
            keep_steps(verb, steps, self.intake.place_of(job), run, heed=self._heed(job), is_resumable=_is_resumable)

    def _steps(self, verb: Verb, job: Job) -> Generator[Step | None]:
        """Copy the upload of a job, and give the steps of reading it in the sandbox."""
        bounds = self.bounds
        with tempfile.TemporaryFile(prefix="opencwc-upload-") as file:
            self._copy(job, file)
            asked = {**job.asked, "limits": asdict(bounds.documents), "most_rows": bounds.rows}
            with confined_steps(
                verb, asked, file, bounds.seconds, bounds.process, network_must_be_cut=bounds.network_must_be_cut
            ) as steps:
                yield from _within(steps, bounds)

    def _verb_of(self, job: Job) -> Verb:
        try:
            return verb_named(job.kind)
        except NotFoundError:
            raise UnavailableError("worker_does_not_know_kind", job_kind=job.kind) from None

    def _heed(self, job: Job) -> Callable[[KeptRun, Step | None], None]:
        """Return what looks, between two steps of a job, whether to go on, and says that the worker is still at it."""
        looked = beaten = 0.0
        begun = job.run is not None

        def heed(run: KeptRun, step: Step | None) -> None:
            nonlocal looked, beaten, begun
            now = time.monotonic()
            if self.stop.is_set():
                raise LeavingError
            if run.keeper is not None and not begun:
                begun = True
                self.jobs.begun(job.id, self.name, run.keeper.number)
            if now - looked > LOOK_SECONDS:
                looked = now
                if not self.jobs.is_wanted(job.id, self.name):
                    raise NotWantedError
            # Also just before findings are kept, so that a job that was taken away is not kept twice.
            if isinstance(step, Found | Progress) or now - beaten > BEAT_SECONDS:
                beaten = now
                self._beat(job, run.rows, run.rows_all)

        return heed

    def _beat(self, job: Job, rows: int, rows_all: int | None) -> None:
        """Say that the worker is still at it; raise `NotWantedError` where the job is no longer its own."""
        if not self.jobs.beat(job.id, self.name, rows, rows_all):
            raise NotWantedError

    def _copy(self, job: Job, file: IO[bytes]) -> None:
        """Write the upload of a job into a file."""
        for part in self.intake.read(job):
            if self.stop.is_set():
                raise LeavingError
            file.write(part)
        file.flush()
        self._beat(job, job.rows_done, job.rows_all)
