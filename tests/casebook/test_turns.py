"""Threads that write take turns, in the order in which they asked."""

from __future__ import annotations

import threading
import time

from opencwc.casebook.database import Turns


def waiting(turns: Turns, number: int) -> None:
    ends = time.monotonic() + 60
    while len(turns._waiting) < number:
        assert time.monotonic() < ends, "nobody waits"
        time.sleep(0.001)


def test_threads_have_their_turn_in_the_order_in_which_they_asked() -> None:
    turns, order, threads = Turns(), [], []

    def take(number: int) -> None:
        with turns.next(60):
            order.append(number)

    with turns.next(60):
        for number in range(12):
            threads.append(threading.Thread(target=take, args=(number,)))
            threads[-1].start()
            waiting(turns, number + 1)
    for thread in threads:
        thread.join()
    assert order == list(range(12))


def test_who_waits_too_long_goes_on_without_a_turn_and_takes_none_away() -> None:
    turns = Turns()
    with turns.next(60):
        with turns.next(0.01):
            pass
        assert turns._taken
    with turns.next(0):
        assert turns._taken
    assert not turns._taken
