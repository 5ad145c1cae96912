"""Long work that is waited for: the queue in the casebook's ``job`` table, the same on SQLite and on PostgreSQL.

A job is ``waiting``, ``running``, ``done``, ``failed`` or ``cancelled``. Who claims one says every few seconds that it
is still at it; a job of which nothing was heard is given to the next worker, which goes on after the last kept row.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, func, select, update
from sqlalchemy import case as either

from opencwc.casebook.database import changing, told
from opencwc.casebook.keyed_request import commit_key
from opencwc.casebook.model import CaseStatus
from opencwc.casebook.rows import record_of, row_of
from opencwc.casebook.tables import case, job
from opencwc.errors import ConflictError, NotFoundError, OpenCWCError, error_to_plain

ENDED = ("done", "failed", "cancelled")
STATES = ("waiting", "running", *ENDED)
STALE_SECONDS = 10.0
MOST_ATTEMPTS = 3


class Job(Struct, frozen=True):
    """A job as it stands; ``asked`` is the question, ``problem`` says what went wrong (empty where nothing did).

    ``rows_all`` is an estimate until the job is done, and ``None`` where there is none.
    """

    id: str
    kind: str
    state: str
    person: str
    case_number: int
    source_id: str
    asked: dict[str, Any]
    run: int | None
    rows_done: int
    rows_all: int | None
    problem: dict[str, Any]
    made_at: str
    started_at: str
    finished_at: str
    cancel: bool

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ENDED


class Jobs:
    """The queue; ``clock`` gives the moment in UTC."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._engine = engine
        self._clock = clock

    def submit(
        self,
        person: str,
        case_number: int,
        source_id: str,
        asked: Mapping[str, Any],
        *,
        kind: str,
        most_waiting: int = 20,
    ) -> Job:
        """Put a job in the queue; raise `ConflictError` where too many of the person wait, or the case was erased."""
        identity = uuid.uuid4().hex
        with changing(self._engine) as connection:
            theirs = select(func.count()).where(job.c.person == person, job.c.state.not_in(ENDED))
            waiting = connection.execute(theirs).scalar_one()
            status = connection.execute(select(case.c.status).where(case.c.number == case_number)).scalar_one_or_none()
            if status == CaseStatus.ERASED:
                raise ConflictError("case_erased", case=str(asked.get("case", "")))
            if waiting >= most_waiting:
                raise ConflictError("too_many_jobs", count=waiting)
            row = {
                "id": identity, "kind": kind, "state": "waiting", "person": person, "case_number": case_number,
                "source_id": source_id, "asked": _json(asked), "rows_done": 0, "made_at": self._now(), "cancel": False,
                **dict.fromkeys(("problem", "started_at", "beat_at", "finished_at", "worker"), ""),
            }  # fmt: skip
            connection.execute(job.insert(), row)
            commit_key(connection, {"job": identity})
            return self._get(connection, identity)

    def get(self, identity: str, person: str | None = None) -> Job:
        """Return a job; raise `NotFoundError` where there is none, or it is another person's."""
        with self._reading() as connection:
            submitted = self._get(connection, identity)
        if person is not None and submitted.person != person:
            raise NotFoundError("no_such_job")
        return submitted

    def of_person(self, person: str, limit: int = 100) -> list[Job]:
        """Return the person's jobs, the latest first."""
        query = select(job).where(job.c.person == person).order_by(job.c.made_at.desc(), job.c.id).limit(limit)
        with self._reading() as connection:
            return [_job(row) for row in connection.execute(query).mappings()]

    def count(self) -> dict[str, int]:
        """Return how many jobs stand in which state."""
        query = select(job.c.state, func.count()).group_by(job.c.state)
        with self._reading() as connection:
            counts = {str(state): int(number) for state, number in connection.execute(query)}
        return {**dict.fromkeys(STATES, 0), **counts}

    def cancel(self, identity: str, person: str | None = None) -> Job:
        """Ask that a job be stopped; one that nobody has begun ends at once, one that has ended stays as it is."""
        self.get(identity, person)
        with changing(self._engine) as connection:
            mine = update(job).where(job.c.id == identity)
            ended = {"state": "cancelled", "cancel": True, "finished_at": self._now()}
            connection.execute(mine.where(job.c.state == "waiting").values(**ended))
            connection.execute(mine.where(job.c.state == "running").values(cancel=True))
            return self._get(connection, identity)

    # ------------------------------------------------------------------------------------------------ for a worker

    def claim(self, worker: str) -> Job | None:
        """Take the job whose turn it is, or return ``None``; no two workers are given the same.

        It is the turn of the person of whom the fewest jobs are running, and then of the one whose last job was begun
        longest ago: many jobs of one keep no other waiting. Each person's own jobs come in the order they were sent.
        """
        if not self._is_any(job.c.state == "waiting"):  # to look keeps no writer waiting
            return None
        with changing(self._engine) as connection:
            theirs = job.alias("theirs")
            running = select(func.count()).where(theirs.c.person == job.c.person, theirs.c.state == "running")
            begun = select(func.coalesce(func.max(theirs.c.started_at), "")).where(theirs.c.person == job.c.person)
            longest = (
                select(job.c.id)
                .where(job.c.state == "waiting")
                .order_by(running.scalar_subquery(), begun.scalar_subquery(), job.c.made_at, job.c.id)
                .limit(1)
                .with_for_update(skip_locked=True, of=job)
            )
            identity = connection.execute(longest).scalar_one_or_none()
            if identity is None:
                return None
            now = self._now()
            claimed = update(job).where(job.c.id == identity, job.c.state == "waiting")
            taken = connection.execute(claimed.values(state="running", worker=worker, started_at=now, beat_at=now))
            return self._get(connection, identity) if taken.rowcount == 1 else None

    def beat(self, identity: str, worker: str, rows_done: int, rows_all: int | None = None) -> bool:
        """Say that the worker is still at it and how far; ``False`` where the job is no longer its own."""
        with changing(self._engine) as connection:
            values = {"beat_at": self._now(), "rows_done": rows_done, "rows_all": rows_all}
            return bool(connection.execute(_own(identity, worker).values(**values)).rowcount == 1)

    def is_wanted(self, identity: str, worker: str) -> bool:
        """Tell whether the job is still this worker's and nobody asked that it be stopped."""
        query = select(job.c.cancel).where(job.c.id == identity, job.c.worker == worker, job.c.state == "running")
        with self._reading() as connection:
            return connection.execute(query).scalar_one_or_none() is False

    def begun(self, identity: str, worker: str, run: int) -> None:
        """Write down the run in which the job's findings are kept."""
        with changing(self._engine) as connection:
            connection.execute(_own(identity, worker).values(run=run))

    def finish(
        self,
        identity: str,
        worker: str,
        state: str,
        *,
        rows: int | None = None,
        problem: Mapping[str, Any] | None = None,
    ) -> None:
        """End a job as ``done``, ``failed`` or ``cancelled``; ``rows`` are all of them only where it is done."""
        values: dict[str, Any] = {"state": state, "finished_at": self._now(), "worker": ""}
        values["problem"] = either((_IS_ERASED, ""), else_=_json(problem)) if problem else ""
        if rows is not None:
            values |= {"rows_done": rows, **({"rows_all": rows} if state == "done" else {})}
        with changing(self._engine) as connection:
            connection.execute(_own(identity, worker).values(**values))

    def give_back(self, identity: str, worker: str) -> None:
        """Put a job back into the queue: the worker leaves before the work is done."""
        with changing(self._engine) as connection:
            connection.execute(_own(identity, worker).values(state="waiting", worker=""))

    def requeue_stale(self, after: float = STALE_SECONDS) -> int:
        """Put back the jobs of which nothing was heard; give up those that ended so `MOST_ATTEMPTS` times."""
        limit = _moment(self._clock() - timedelta(seconds=after))
        is_stale = (job.c.state == "running") & (job.c.beat_at < limit)
        if not self._is_any(is_stale):
            return 0
        query = select(job).where(is_stale).with_for_update(skip_locked=True)
        with changing(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
            for row in rows:
                asked = json.loads(row["asked"])
                attempts = int(asked.get("attempts", 0)) + 1
                values: dict[str, Any] = {"asked": _json({**asked, "attempts": attempts})}
                if row["cancel"]:
                    values |= {"state": "cancelled", "finished_at": self._now(), "worker": ""}
                elif attempts >= MOST_ATTEMPTS:
                    error = OpenCWCError("worker_died", attempts=attempts)
                    problem = json.dumps(error_to_plain(error))
                    values |= {"state": "failed", "finished_at": self._now(), "problem": problem}
                else:
                    values |= {"state": "waiting", "worker": ""}
                unheard = update(job).where(job.c.id == row["id"], job.c.beat_at == row["beat_at"])
                connection.execute(unheard.values(**values))
        return len(rows)

    # ------------------------------------------------------------------------------------------------------ inside

    def _is_any(self, such: ColumnElement[bool]) -> bool:
        with self._reading() as connection:
            return connection.execute(select(job.c.id).where(such).limit(1)).first() is not None

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with told(self._engine), self._engine.connect() as connection:
            yield connection

    def _get(self, connection: Connection, identity: str) -> Job:
        row = row_of(connection, job, id=identity)
        if row is None:
            raise NotFoundError("no_such_job")
        return _job(row)

    def _now(self) -> str:
        return _moment(self._clock())


_IS_ERASED = select(case.c.status).where(case.c.number == job.c.case_number).scalar_subquery() == str(CaseStatus.ERASED)
"""Of a job whose case was erased meanwhile: its problem may name what was erased."""


def _own(identity: str, worker: str) -> Any:
    return update(job).where(job.c.id == identity, job.c.worker == worker, job.c.state == "running")


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), ensure_ascii=False)


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="microseconds")


def _job(row: RowMapping) -> Job:
    return record_of(Job, row, asked=json.loads(row["asked"]), problem=json.loads(row["problem"] or "{}"))
