"""How fast a job goes: what is done of how much, at which rate, and how long it will take yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from opencwc.jobs.queue import Job

LEAST_SECONDS = 2.0
"""Before, a rate says nothing."""


@dataclass(frozen=True)
class JobPace:
    """What is done of ``all`` (``None`` where nobody can tell), rows a second, and the times since and until."""

    done: int
    all: int | None
    rate: float | None
    elapsed: timedelta
    left: timedelta | None

    @property
    def share(self) -> float | None:
        """How much of the whole is done, from 0 to 1."""
        return min(1.0, self.done / self.all) if self.all else None


def pace_of(job: Job, now: datetime) -> JobPace | None:
    """Return how fast a running job goes, ``None`` where it does not run.

    The rate is that since it was begun; a job that another worker goes on with seems slower at first.
    """
    if job.state != "running" or not job.started_at:
        return None
    began = datetime.fromisoformat(job.started_at).replace(tzinfo=UTC)
    elapsed = max(timedelta(0), now - began)
    seconds = elapsed.total_seconds()
    rate = job.rows_done / seconds if seconds >= LEAST_SECONDS and job.rows_done else None
    left = timedelta(seconds=max(0, job.rows_all - job.rows_done) / rate) if rate and job.rows_all else None
    return JobPace(job.rows_done, job.rows_all, rate, elapsed, left)
