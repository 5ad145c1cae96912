"""What a library never gives back is left behind: what was read before it is given, and that the rest is not read."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from threading import Event

import pytest

from opencwc.files import DocumentLimits, watched_reading
from opencwc.files.passages import Item, Passage, Reading, Unread
from opencwc.files.watched_reading import WatchedItems, memory_used
from opencwc.finding import Message

FIRST = Passage("p. 1", "thiodiglycol")


def watched(items: Iterator[Item], **limits: float) -> list[Item]:
    reading = Reading(DocumentLimits(**limits))  # type: ignore[arg-type]
    reading.ends = time.monotonic() + reading.limits.seconds
    return list(WatchedItems(items, reading))


def stuck(until: Event) -> Iterator[Item]:
    yield FIRST
    until.wait(60)
    yield Passage("p. 2", "never read")


def test_what_is_read_comes_in_its_order_and_whole() -> None:
    items = [Passage(f"p. {number}", "thiodiglycol") for number in range(2_000)]
    assert watched(iter(items)) == items


def test_a_page_that_takes_too_long_is_left_behind() -> None:
    until = Event()
    first, last = watched(stuck(until), seconds=0.2)
    until.set()
    assert first == FIRST
    assert isinstance(last, Unread) and (last.place, last.message.id) == ("p. 1", "reading_too_long")


def test_a_page_that_takes_too_much_memory_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    until, used = Event(), [1_000]
    monkeypatch.setattr(watched_reading, "memory_used", lambda: used[0])

    def heavy() -> Iterator[Item]:
        yield FIRST
        used[0] += 501
        yield from stuck(until)

    read = watched(heavy(), memory=500)
    until.set()
    assert read[0] == FIRST or len(read) == 1
    assert read[-1] == Unread(read[-1].place, Message("reading_too_much_memory", {"bytes": 500}))


def test_the_memory_that_was_used_is_told_in_bytes() -> None:
    assert 10_000_000 < memory_used() < 1_000_000_000_000


def test_the_memory_of_whoever_started_a_process_is_not_its_own() -> None:
    held = b"x" * 400_000_000
    program = "from opencwc.files.watched_reading import memory_used; print(memory_used())"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout
    assert int(told) < len(held) / 2


def test_an_error_is_raised_where_the_passages_are_taken() -> None:
    def broken() -> Iterator[Item]:
        yield FIRST
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        watched(broken())


def test_who_takes_no_more_ends_the_reading() -> None:
    ended = Event()

    def endless() -> Iterator[Item]:
        try:
            while True:
                yield FIRST
        finally:
            ended.set()

    items = iter(WatchedItems(endless(), Reading(DocumentLimits())))
    assert next(items) == FIRST
    items.close()
    assert ended.wait(10)
