"""How fast a job goes: its total, its rate, and the time left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from opencwc.jobs.queue import Job
from opencwc.web.casebook.job_pace import pace_of

BEGAN = datetime(2026, 3, 10, 9, tzinfo=UTC)


def job(done: int, all: int | None, state: str = "running") -> Job:
    return Job(
        id="j", kind="screen", state=state, person="p", case_number=1, source_id="s", asked={}, run=1, rows_done=done,
        rows_all=all, problem={}, made_at="", started_at=BEGAN.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), finished_at="",
        cancel=False,
    )  # fmt: skip


def test_a_job_that_runs_has_a_rate_and_a_time_left() -> None:
    pace = pace_of(job(300, 1_200), BEGAN + timedelta(seconds=10))
    assert pace is not None
    assert (pace.rate, pace.share, pace.left) == (30.0, 0.25, timedelta(seconds=30))


def test_at_first_and_without_a_total_nothing_is_guessed() -> None:
    early = pace_of(job(5, 100), BEGAN + timedelta(seconds=1))
    assert early is not None and early.rate is None and early.left is None
    endless = pace_of(job(50, None), BEGAN + timedelta(seconds=10))
    assert endless is not None and endless.rate == 5.0 and endless.left is None and endless.share is None


def test_more_than_the_estimate_leaves_no_time_below_zero() -> None:
    pace = pace_of(job(150, 100), BEGAN + timedelta(seconds=10))
    assert pace is not None and pace.left == timedelta(0) and pace.share == 1.0


def test_what_does_not_run_has_no_pace() -> None:
    assert pace_of(job(0, None, "waiting"), BEGAN) is None
    assert pace_of(job(9, 9, "done"), BEGAN) is None
