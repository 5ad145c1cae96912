"""Jobs whose uploads a process of the sandbox reads, of which findings are kept and what their pages show.

A job gives two runs of its case (`opencwc.casebook.run_pages`): the first, over the uploads, holds the findings;
the second what the pages show. A job that was cut short goes on after the last finding that is kept: the same files
give the same findings in the same order. What is read, and what is kept of it, says the `Kind` of the job.
"""

from __future__ import annotations

import base64
import io
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple, cast

from sqlalchemy import select

from opencwc.casebook import tables
from opencwc.casebook.run_pages import File, finish_with_pages
from opencwc.casebook.runs import RunKeeper, begin_run, resume_run, source_row
from opencwc.confining.rights import Bounds
from opencwc.errors import InputError, NotFoundError, UnavailableError
from opencwc.finding import Finding, finding_from_plain
from opencwc.jobs.intake import Intake, Keeper
from opencwc.jobs.queue import Job
from opencwc.jobs.worker import BEAT_SECONDS, LeavingError, NotWantedError, Worker
from opencwc.language.refusals import is_refusal

_MOST_TABLES = 2_000_000_000
_LOOK_SECONDS = 0.25


@dataclass
class Heard:
    """What a process of the sandbox has said of what is to be kept beside the findings."""

    told: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, io.BytesIO] = field(default_factory=dict)
    answers: list[Any] = field(default_factory=list)


class Kind(NamedTuple):
    """A kind of job: the verb of its runs, how its uploads are read, and the file of what its pages show.

    ``read`` gives the lines of a process over an archive of uploads; ``sound`` looks at the shape of one of its
    answers; ``parts`` are the names of the tables that it may give; ``file_of`` packs what was heard, and looks at
    its shape.
    """

    verb: str
    read: Callable[[Worker, Job, IO[bytes]], AbstractContextManager[Iterator[dict[str, Any] | None]]]
    file_of: Callable[[Heard], File]
    sound: Callable[[Any], Any] = dict
    parts: tuple[str, ...] = ()


def keep_uploads(worker: Worker, job: Job, held: list[Keeper], kind: Kind) -> int:
    """Have the uploads of a job read, keep what comes of it, and return how many rows they have."""
    intake = worker.house
    if not isinstance(intake, Intake):
        raise UnavailableError("uploads are kept in a casebook only", remedy="Start the service with a casebook.")
    kept = 0
    if job.run is not None:
        held.append(resume_run(intake.book, job.person, job.run))
        kept = findings_kept(intake, job.run)
    with tempfile.TemporaryFile(prefix="opencwc-uploads-") as file:
        worker.copy(job, file)
        with kind.read(worker, job, file) as lines:
            return _listen(worker, job, intake, lines, held, kept, kind)


def bounds_of(worker: Worker) -> Bounds:
    """Return what a process that works for a job may use."""
    return worker.bounds.process


def _listen(
    worker: Worker,
    job: Job,
    intake: Intake,
    lines: Iterator[dict[str, Any] | None],
    held: list[Keeper],
    kept: int,
    kind: Kind,
) -> int:
    """Keep what is told, line by line, and look now and then whether the job is still wanted."""
    beaten = looked = 0.0
    rows, share, seen = 0, 0.0, 0
    heard = Heard()
    for line in lines:
        now = time.monotonic()
        if worker.stop.is_set():
            raise LeavingError
        if now - looked > _LOOK_SECONDS:
            looked = now
            if not worker.jobs.is_wanted(job.id, worker.name):
                raise NotWantedError
        if line is not None and "stage" in line:
            rows, share, beaten = int(line["rows"]), float(line["share"]), 0.0
        if now - beaten > BEAT_SECONDS:
            beaten = now
            worker.beat(job, rows, round(rows / share) if rows and share else None)
        if line is None:
            continue
        if "checked" in line:
            heard.told |= dict(line.get("told", {}))
            if not held:
                held.append(begin(intake, job, kind.verb, line["checked"], line["maker"]))
                worker.jobs.begun(job.id, worker.name, held[0].number)
        for answer in line.get("answers", ()):
            heard.answers.append(kind.sound(answer))
        if line.get("findings"):
            found = _findings_of(line)
            seen += len(found)
            if new := found[max(0, len(found) - (seen - kept)) :] if seen > kept else []:
                worker.beat(job, rows, round(rows / share) if rows and share else None)
                if refused := [one.subject.input for one in new if is_refusal(one.message)]:
                    intake.record_refused(job, refused)
                held[0].keep(new)
        if "part" in line:
            _add_part(heard.parts, line, kind.parts)
        if line.get("done"):
            worker.beat(job, rows, None)
            heard.told |= dict(line.get("told", {}))
            finish(intake, job, kind.verb, cast("RunKeeper", held[0]), kind.file_of(heard), line)
            return int(line["rows"])
    raise InputError("reading the file broke off")


def begin(intake: Intake, job: Job, verb: str, checked: Mapping[str, Any], maker: Mapping[str, Any]) -> RunKeeper:
    """Begin the run that holds the findings of a job, in the name of the person who asked for it."""
    with intake.book.reading() as connection:
        source = source_row(connection, job.source_id)
    if source is None or source.erased:
        raise NotFoundError("the upload is no longer kept", where=job.source_id)
    asked = {name: value for name, value in job.asked.items() if name not in ("attempts", "case")}
    person = intake.person_by_id(job.person)
    return begin_run(
        intake.book, person, str(job.asked["case"]), verb=verb, asked=asked, checked=checked, maker=maker,
        source=source,
    )  # fmt: skip


def finish(
    intake: Intake, job: Job, verb: str, keeper: RunKeeper, file: File, line: Mapping[str, Any]
) -> None:  # fmt: skip
    """Keep the file for the pages under a run of its own, and end the run of the findings with where that is."""
    with intake.book.reading() as connection:
        uploaded = source_row(connection, job.source_id)
    if uploaded is None or uploaded.erased:
        raise NotFoundError("the upload is no longer kept", where=job.source_id)
    tally = {
        "rows": int(line["rows"]),
        "by_verdict": {str(name): int(number) for name, number in line["tally"].items()},
    }
    finish_with_pages(
        intake.book, intake.person_by_id(job.person), str(job.asked["case"]), verb, keeper, file, tally,
        mark=uploaded.mark, as_of=str(job.asked["as_of"]), rows=int(line["rows"]),
    )  # fmt: skip


def findings_kept(intake: Intake, run: int) -> int:
    """Return how many findings of a run are kept."""
    column, number = tables.run.c.finding_count, tables.run.c.number
    with intake.book.reading() as connection:
        return int(connection.execute(select(column).where(number == run)).scalar_one())


def _findings_of(line: Mapping[str, Any]) -> list[Finding]:
    """Return the findings of a line, having looked at every one: a stranger's file had a hand in them."""
    try:
        findings = [finding_from_plain(finding) for finding in line["findings"]]
    except (TypeError, ValueError):
        findings = []
    if not findings:
        raise InputError("reading the file gave findings that do not hold", remedy="Save it again as CSV.")
    return findings


def _add_part(parts: dict[str, io.BytesIO], line: Mapping[str, Any], known: tuple[str, ...]) -> None:
    if line["part"] not in known:
        raise InputError("reading the file gave a table that is not known")
    part = parts.setdefault(line["part"], io.BytesIO())
    part.write(base64.b64decode(line["data"]))
    if part.tell() > _MOST_TABLES:
        raise InputError("the answer is too large for the pages", remedy="Use the command, opencwc, in place of them.")
