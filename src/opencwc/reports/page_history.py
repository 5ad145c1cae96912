"""A page as it was captured again and again, in one run or several: each capture, and what changed between two.

An address at which several reports stand at one moment, as items of a feed may, is no page of their own and is left
out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct

from opencwc.finding import Message
from opencwc.reports.captures import Capture, Comparison, compare, sentences_apart
from opencwc.reports.intake.arrivals import FailedCapture
from opencwc.reports.model import Told
from opencwc.reports.watched import Line


class PageCapture(Struct, frozen=True):
    """A capture of a page in a run; ``told`` is what it tells, None where it failed, and then ``why`` says why."""

    run: int
    url: str
    taken: datetime
    told: Told | None = None
    why: Message | None = None
    event: str = ""

    @property
    def sha256(self) -> str:
        """The hash of its bytes, empty where it failed or nobody kept it."""
        return self.told.report.sha256 if self.told is not None else ""

    def as_capture(self, shown: Callable[[Told], str] | None = None) -> Capture:
        """Return it as captures are compared; ``shown`` gives its whole text as a reader may see it."""
        if self.told is None:
            return Capture(self.url, self.taken, failed="failed")
        report = self.told.report
        whole = report.whole if shown is None else shown(self.told)
        title, text = whole[: len(report.title)], whole[report.body_at :]
        return Capture(self.url, self.taken, self.sha256, report.source, self.told.lang, title, text)


class PageHistory(Struct, frozen=True, dict=True):
    """All captures of a page, the earliest first."""

    url: str
    captures: tuple[PageCapture, ...]

    @cached_property
    def had(self) -> tuple[PageCapture, ...]:
        """The captures that did not fail."""
        return tuple(capture for capture in self.captures if capture.told is not None)

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """What changed from each capture that did not fail to the next."""
        captures = [capture.as_capture() for capture in self.had]
        return tuple(compare(earlier, later) for earlier, later in pairwise(captures))

    @property
    def changes(self) -> int:
        """How often it was another one than at the capture before."""
        return sum(comparison.state == "changed" for comparison in self.comparisons)

    @property
    def source(self) -> str:
        """The outlet, by its last capture that did not fail."""
        return self.had[-1].as_capture().source if self.had else ""

    @property
    def usual_pair(self) -> tuple[int, int]:
        """The numbers of the last two captures that differ, else of the last two, counted from 1 among ``had``."""
        changed = [place for place, one in enumerate(self.comparisons, 1) if one.state == "changed"]
        earlier = changed[-1] if changed else max(1, len(self.had) - 1)
        return earlier, min(earlier + 1, len(self.had))


class Side(NamedTuple):
    """One of two captures side by side: its title, and its sentences, each with whether the other one lacks it."""

    title: str
    title_differs: bool
    sentences: tuple[tuple[str, bool], ...]


def side_by_side(earlier: Capture, later: Capture) -> tuple[Side, Side]:
    """Return two captures with what only one of them has marked."""
    differs = earlier.title != later.title
    old, new = sentences_apart(earlier.text, later.text)
    return Side(earlier.title, differs, old), Side(later.title, differs, new)


class CapturedRun(NamedTuple):
    """What a run has of pages: its lines, what failed, and when it was made."""

    number: int
    lines: Sequence[Line]
    failed: Sequence[FailedCapture]
    at: datetime


def page_id(url: str) -> str:
    """Return what a page is called in addresses."""
    return sha256(url.encode()).hexdigest()[:16]


def page_histories(runs: Iterable[CapturedRun]) -> list[PageHistory]:
    """Return the pages of runs with all their captures, those captured last first."""
    found: dict[str, list[PageCapture]] = defaultdict(list)
    for run in runs:
        for capture in _captures(run):
            found[capture.url].append(capture)
    histories = [PageHistory(url, tuple(sorted(some, key=_moment))) for url, some in found.items() if _is_page(some)]
    return sorted(histories, key=lambda one: (-one.captures[-1].taken.timestamp(), one.url))


def _captures(run: CapturedRun) -> Iterable[PageCapture]:
    for line in run.lines:
        report = line.told.report
        if _has_address(report.url):
            yield PageCapture(run.number, report.url, report.taken or run.at, line.told, event=line.event)
    for failed in run.failed:
        if _has_address(failed.url):
            yield PageCapture(run.number, failed.url, failed.taken, why=failed.why)


def _has_address(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _is_page(captures: Sequence[PageCapture]) -> bool:
    """Tell whether no run has two captures of one moment."""
    moments = [(one.run, one.taken) for one in captures if one.told is not None]
    return len(moments) == len(set(moments))


def _moment(capture: PageCapture) -> tuple[datetime, int]:
    return capture.taken, capture.run
