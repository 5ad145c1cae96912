"""The worker: takes jobs from the queue, has their uploads read in the sandbox, and keeps the findings as they come.

It can be killed at any moment: what was kept is kept, and the job goes on after it. It leaves with the server that
started it, however that one ends.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Event
from types import MappingProxyType
from typing import IO, Any

from opencwc.confining.rights import Bounds
from opencwc.errors import ConflictError, InputError, OpenCWCError, StorageError, UnavailableError
from opencwc.finding import Finding, finding_from_plain
from opencwc.jobs.intake import House, Keeper
from opencwc.jobs.queue import Job, Jobs
from opencwc.language.refusals import is_refusal
from opencwc.screening.upload_question import SCREEN, ScreeningUpload, read_upload

BEAT_SECONDS = 2.0
IDLE_SECONDS = 0.5
MOST_NOTES, LONGEST_NOTE = 50, 300
"""How many notes on a file are kept, and how many characters of a value in one."""
_LOG = logging.getLogger("opencwc.jobs.worker")


@dataclass(frozen=True)
class JobBounds:
    """What one job may use: seconds by the clock, what its process may use, and whether it must have no network."""

    seconds: float = 6 * 3600
    process: Bounds = field(default_factory=Bounds)
    network_must_be_cut: bool = True


class NotWantedError(Exception):
    """The job was cancelled, or given to another worker."""


class LeavingError(Exception):
    """The worker was told to leave."""


class Worker:
    """Works off jobs, one at a time, until ``stop`` is set.

    ``kinds`` says how a job of a kind is seen to: what does it takes the worker, the job, and a list for the keepers of
    its runs, and returns the rows. Jobs of the kind ``screen`` the worker knows itself.
    """

    def __init__(
        self,
        jobs: Jobs,
        house: House,
        bounds: JobBounds,
        name: str = "",
        kinds: Mapping[str, Callable[[Worker, Job, list[Keeper]], int]] = MappingProxyType({}),
    ) -> None:
        self.jobs = jobs
        self.house = house
        self.bounds = bounds
        self.name = name or f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:6]}"
        self.kinds = kinds
        self.stop = Event()

    def run(self) -> None:
        """Work until told to leave; a casebook out of reach is waited for."""
        swept = 0.0
        while not self.stop.is_set():
            try:
                if time.monotonic() - swept > BEAT_SECONDS:
                    self.jobs.requeue_stale()
                    swept = time.monotonic()
                busy = self.work_once()
            except StorageError as error:
                _LOG.error("the casebook is out of reach", extra={"state": type(error).__name__})
                busy = False
            if not busy:
                self.stop.wait(IDLE_SECONDS)

    def work_once(self) -> bool:
        """Take one job and see it to its end; ``False`` where none waits."""
        job = self.jobs.claim(self.name)
        if job is None:
            return False
        _LOG.info("job begun", extra={"job": job.id, "person": job.person})
        held: list[Keeper] = []
        state, rows, problem = "failed", None, None
        try:
            rows = self._see_to(job, held)
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
            problem = {"kind": type(error).__name__, "what": error.what, "where": error.where, "remedy": error.remedy}
        except Exception:
            _LOG.exception("fault", extra={"job": job.id})
            problem = {"kind": "fault", "what": "something went wrong in the worker", "where": "", "remedy": _TELL}
        if state != "done":
            self._interrupt(held)
            rows = held[0].rows if held else job.rows_done
        self.jobs.finish(job.id, self.name, state, rows=rows, problem=problem)
        _LOG.info("job ended", extra={"job": job.id, "state": state, "rows": rows})
        return True

    def _see_to(self, job: Job, held: list[Keeper]) -> int:
        """Do what a job of its kind asks for; return its rows."""
        if job.kind == SCREEN:
            return self._screen(job, held)
        if job.kind not in self.kinds:
            raise UnavailableError(f"this worker knows no jobs of the kind {job.kind!r}", remedy=_TELL)
        return self.kinds[job.kind](self, job, held)

    def _screen(self, job: Job, held: list[Keeper]) -> int:
        """Screen the upload of a job; return its rows."""
        skip = 0
        if job.run is not None:
            keeper = self.house.resume(job)
            held.append(keeper)
            skip = keeper.rows
        with tempfile.TemporaryFile(prefix="opencwc-upload-") as file:
            self.copy(job, file)
            with read_upload(self._upload(job, skip), file) as lines:
                return self._keep(job, lines, held)

    def _keep(self, job: Job, lines: Iterator[dict[str, Any] | None], held: list[Keeper]) -> int:
        heard = looked = 0.0
        rows, rows_all = (held[0].rows if held else 0), None
        for line in lines:
            now = time.monotonic()
            if self.stop.is_set():
                raise LeavingError
            if now - looked > IDLE_SECONDS / 2:
                looked = now
                if not self.jobs.is_wanted(job.id, self.name):
                    raise NotWantedError
            if now - heard > BEAT_SECONDS:
                heard = now
                self.beat(job, rows, rows_all)
            if line is None:
                continue
            if "checked" in line and not held:
                held.append(self.house.begin(job, line["checked"], line["maker"]))
                self.jobs.begun(job.id, self.name, held[0].number)
            elif "findings" in line:
                findings = _findings_of(line, rows)
                rows = findings[-1].subject.row
                rows_all = _estimate(rows, line.get("share"))
                # Asked again just before, so that a job that was taken away is not kept twice.
                self.beat(job, held[0].rows, rows_all)
                # Before the rows are kept: a worker that dies in between records them twice, and not never.
                if refused := [finding.subject.input for finding in findings if is_refusal(finding.message)]:
                    self.house.record_refused(job, refused)
                held[0].keep(findings)
            elif line.get("done"):
                counted = {str(verdict): int(number) for verdict, number in line["tally"].items()}
                all_rows = int(line["rows"])
                told = {"rows": all_rows, "by_verdict": counted, "notes": _notes_of(line)}
                held[0].finish({name: value for name, value in told.items() if value != []}, rows=all_rows)
                return all_rows
        raise InputError("reading the file broke off")

    def beat(self, job: Job, rows: int, rows_all: int | None) -> None:
        """Say that it is still at it; raise `NotWantedError` where the job is no longer its own."""
        if not self.jobs.beat(job.id, self.name, rows, rows_all):
            raise NotWantedError

    def copy(self, job: Job, file: IO[bytes]) -> None:
        """Write the upload of a job into a file."""
        for part in self.house.read(job):
            if self.stop.is_set():
                raise LeavingError
            file.write(part)
        file.flush()
        self.beat(job, job.rows_done, job.rows_all)

    def _upload(self, job: Job, skip: int) -> ScreeningUpload:
        asked = job.asked
        return ScreeningUpload(
            name=str(asked["name"]),
            as_of=str(asked["as_of"]),
            lists=tuple(asked["lists"]),
            kind=str(asked["kind"]),
            column=str(asked["column"]).strip(),
            id_column=str(asked["id_column"]).strip(),
            skip_rows=skip,
            seconds=self.bounds.seconds,
            bounds=self.bounds.process,
            network_must_be_cut=self.bounds.network_must_be_cut,
        )

    def _interrupt(self, held: list[Keeper]) -> None:
        """End the run of a job that did not come to its end; what was kept of it stays."""
        for keeper in held:
            try:
                keeper.finish({}, state="interrupted")
            except ConflictError:
                _LOG.warning("the run had ended already")


def _findings_of(line: Mapping[str, Any], after: int) -> list[Finding]:
    """Return the findings of a line, having looked at every one: a stranger's file had a hand in them."""
    try:
        findings = [finding_from_plain(finding) for finding in line["findings"]]
        rows = [finding.subject.row for finding in findings]
        held = bool(rows) and rows[0] > after and all(one <= two for one, two in pairwise(rows))
        held = held and all(isinstance(finding.subject.input, str) for finding in findings)
    except (KeyError, TypeError, ValueError, AttributeError):
        held, findings = False, []
    if not held:
        raise InputError("reading the file gave findings that do not hold", remedy="Save it again as CSV.")
    return findings


def _notes_of(line: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what is to be said of the file as a whole: ids of our own messages, and short values."""
    notes = []
    for one in line.get("notes") or []:
        values = one.get("values") if isinstance(one, dict) else None
        if isinstance(values, dict) and _NOTE.fullmatch(str(one.get("id"))):
            short = {str(name): value for name, value in values.items() if isinstance(value, (str, int))}
            notes.append({"id": str(one["id"]), "values": {name: _short(value) for name, value in short.items()}})
    return notes[:MOST_NOTES]


def _short(value: str | int) -> str | int:
    return value if isinstance(value, int) else value[:LONGEST_NOTE]


def _estimate(rows: int, share: object) -> int | None:
    return max(rows, round(rows / share)) if isinstance(share, float) and 0 < share <= 1 else None


_NOTE = re.compile(r"(?:note|reading)_[a-z0-9_]{1,60}")
_TELL = "Tell the administrator the id of the job: the log has the place under it."
