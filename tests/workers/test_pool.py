"""A pool gives every result once and in order, also where its processes are killed at work."""

import os
import signal
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from opencwc.workers.pool import MOST_TRIES, WorkerPool, in_order

_READY: list[Path] = []


def _prepare(folder: Path) -> None:
    _READY.append(folder)


def _double(number: int) -> int:
    return 2 * number


def _die_once(number: int) -> int:
    mark = _READY[0] / str(number)
    if number % 5 == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _die_always(number: int) -> int:
    (_READY[0] / f"{number}-{os.getpid()}").touch()
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def _fail(number: int) -> int:
    if number == 2:
        raise ValueError("two")
    return number


def pool(folder: Path) -> WorkerPool:
    return WorkerPool(2, _prepare, folder)


def test_results_come_in_the_order_of_the_tasks(tmp_path: Path) -> None:
    assert list(in_order(lambda: pool(tmp_path), _double, range(40), ahead=4)) == [2 * n for n in range(40)]
    assert list(in_order(lambda: pool(tmp_path), _double, (), ahead=4)) == []


def test_what_a_killed_process_had_is_done_again_and_nothing_twice(tmp_path: Path) -> None:
    assert list(in_order(lambda: pool(tmp_path), _die_once, range(12), ahead=1)) == list(range(12))
    assert len(list(tmp_path.iterdir())) == 2


def test_a_task_that_kills_every_process_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(BrokenProcessPool):
        list(in_order(lambda: pool(tmp_path), _die_always, [1], ahead=1))
    assert len(list(tmp_path.iterdir())) == MOST_TRIES


def test_an_error_of_the_work_is_raised_after_what_came_before_it(tmp_path: Path) -> None:
    done = []
    with pytest.raises(ValueError, match="two"):
        done.extend(in_order(lambda: pool(tmp_path), _fail, range(4), ahead=1))
    given = in_order(lambda: pool(tmp_path), _fail, range(4), ahead=1)
    assert [next(given), next(given)] == [0, 1]
    given.close()
