"""A page as it was captured again and again, in one run or several: each capture, and what changed between two.

An address at which several reports stand at one moment, as items of a feed may, is no page of their own and is left
out. Pages are counted and ordered by the columns of reports; the captures of one are read where it is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from opencwc.finding import Message
from opencwc.reports.captures import Capture, Comparison, compare, sentences_apart
from opencwc.reports.intake.arrivals import FailedCapture
from opencwc.reports.lazy_sequence import LazySequence
from opencwc.reports.model import Told
from opencwc.reports.report_columns import ReportColumns, url_hash
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
    """What a run has of pages: its reports, their columns, which of them it brought, what failed, when it was made."""

    number: int
    lines: Sequence[Line]
    columns: ReportColumns
    brought: NDArray[np.int64]
    failed: Sequence[FailedCapture]
    at: datetime


class CapturedPages:
    """The pages of runs with all their captures."""

    def __init__(self, runs: Iterable[CapturedRun]) -> None:
        self._runs = list(runs)
        self._failed: dict[int, list[PageCapture]] = defaultdict(list)
        for run in self._runs:
            for failed in run.failed:
                if key := url_hash(failed.url):
                    self._failed[key].append(PageCapture(run.number, failed.url, failed.taken, why=failed.why))
        self._had = _had_in(self._runs)
        self._counts = _counted(self._had, self._failed)

    def __len__(self) -> int:
        return len(self._counts.keys)

    @property
    def again(self) -> int:
        """How many were had more than once."""
        return int(np.count_nonzero(self._counts.had > 1))

    @property
    def changed(self) -> int:
        """How many changed."""
        return int(np.count_nonzero(self._counts.changes))

    @property
    def failed(self) -> int:
        """How many could not be had at some time."""
        return int(np.count_nonzero(self._counts.failed))

    def by_last(self) -> Sequence[PageHistory]:
        """Return the pages, those captured last first."""
        return _Histories(self, np.lexsort((self._counts.keys, -self._counts.last)))

    def by_changes(self) -> Sequence[PageHistory]:
        """Return the pages, those first that changed, then those captured most often, then those captured last."""
        counts = self._counts
        return _Histories(self, np.lexsort((counts.keys, -counts.last, -(counts.had + counts.failed), -counts.changes)))

    def by_count(self, name: str, *, most_first: bool) -> Sequence[PageHistory]:
        """Return the pages by one of their counts."""
        counts = self._counts
        column = counts.had + counts.failed if name == "captures" else getattr(counts, name)
        return _Histories(self, np.argsort(-column if most_first else column, kind="stable"))

    def page(self, url: str) -> PageHistory | None:
        """Return the page of an address, nothing where it was not captured."""
        key = url_hash(url)
        page = self.history(key) if key in self._failed or len(self._had.of(key)) else None
        return page if page is not None and page.url == url and key in self._counts.keys else None

    def key(self, place: int) -> int:
        """Return the hash of the address of the page at a place."""
        return int(self._counts.keys[place])

    def history(self, key: int) -> PageHistory:
        """Return a page by the hash of its address."""
        captures = [*self._failed.get(key, ()), *map(self._capture, self._had.of(key).tolist())]
        captures.sort(key=_moment)
        return PageHistory(captures[0].url, tuple(captures))

    def _capture(self, at: int) -> PageCapture:
        run = self._runs[int(self._had.runs[at])]
        line = run.lines[int(self._had.numbers[at])]
        report = line.told.report
        return PageCapture(run.number, report.url, report.taken or run.at, line.told, event=line.event)


class _Histories(LazySequence[PageHistory]):
    """Pages in an order."""

    def __init__(self, pages: CapturedPages, places: NDArray[np.int64]) -> None:
        self._pages, self._places = pages, places

    def __len__(self) -> int:
        return len(self._places)

    def made(self, number: int) -> PageHistory:
        """Return a page with its captures."""
        return self._pages.history(self._pages.key(int(self._places[number])))


class _Had(NamedTuple):
    """Captures that did not fail, by the hashes of their addresses, then by when they were taken, in seconds."""

    urls: NDArray[np.uint64]
    taken: NDArray[np.float64]
    runs: NDArray[np.int64]
    numbers: NDArray[np.int64]
    said: NDArray[np.uint64]

    def of(self, key: int) -> NDArray[np.int64]:
        """Return the places of the captures of an address."""
        start, end = (int(np.searchsorted(self.urls, np.uint64(key), side)) for side in ("left", "right"))
        return np.arange(start, end)

    def chosen(self, places: NDArray[Any]) -> _Had:
        """Return some of them, in an order."""
        return _Had(*(column[places] for column in self))


def _had_in(runs: Sequence[CapturedRun]) -> _Had:
    """Return the captures of runs, but those of addresses that are no page of their own."""
    parts = [(at, run, run.brought[run.columns.urls[run.brought] != 0]) for at, run in enumerate(runs)]
    none = np.zeros(0, np.int64)
    had = _Had(
        np.concatenate([none.astype(np.uint64), *(run.columns.urls[some] for _, run, some in parts)]),
        np.concatenate([none.astype(np.float64), *(_moments(run)[some] for _, run, some in parts)]),
        np.concatenate([none, *(np.full(len(some), at) for at, _, some in parts)]),
        np.concatenate([none, *(some for *_, some in parts)]),
        np.concatenate([none.astype(np.uint64), *(run.columns.said[some] for _, run, some in parts)]),
    )
    had = had.chosen(np.lexsort((had.taken, had.runs, had.urls)))
    same = (had.urls[1:] == had.urls[:-1]) & (had.runs[1:] == had.runs[:-1]) & (had.taken[1:] == had.taken[:-1])
    if same.any():
        had = had.chosen(~np.isin(had.urls, had.urls[1:][same]))
    return had.chosen(np.lexsort((had.runs, had.taken, had.urls))) if len(runs) > 1 else had


def _moments(run: CapturedRun) -> NDArray[np.float64]:
    taken = run.columns.taken
    return np.where(np.isnan(taken), run.at.timestamp(), taken)


class _Counts(NamedTuple):
    """Pages by the hashes of their addresses: how often each was had, changed and not had, and when captured last."""

    keys: NDArray[np.uint64]
    had: NDArray[np.int64]
    changes: NDArray[np.int64]
    failed: NDArray[np.int64]
    last: NDArray[np.float64]


def _counted(had: _Had, failed: Mapping[int, Sequence[PageCapture]]) -> _Counts:
    starts = np.nonzero(np.concatenate([[True], had.urls[1:] != had.urls[:-1]]))[0] if len(had.urls) else had.numbers
    ends = np.append(starts[1:], len(had.urls)) if len(starts) else starts
    keys, counts = had.urls[starts], ends - starts
    differs = (had.urls[1:] == had.urls[:-1]) & (had.said[1:] != had.said[:-1])
    sums = np.concatenate([[0, 0], np.cumsum(differs)]) if len(had.urls) else np.zeros(1, np.int64)
    changes = sums[ends] - sums[starts + 1] if len(starts) else counts
    last = had.taken[ends - 1] if len(starts) else np.zeros(0)
    only = np.array(sorted(key for key in failed if not len(had.of(key))), np.uint64)
    keys = np.concatenate([keys, only])
    none = np.zeros(len(only), np.int64)
    not_had, last = np.zeros(len(keys), np.int64), np.concatenate([last, np.full(len(only), -np.inf)])
    place_of = {key: len(starts) + at for at, key in enumerate(only.tolist())}
    for key, captures in failed.items():
        place = place_of.get(key, int(np.searchsorted(had.urls[starts], np.uint64(key))))
        not_had[place] = len(captures)
        last[place] = max(last[place], *(one.taken.timestamp() for one in captures))
    return _Counts(keys, np.concatenate([counts, none]), np.concatenate([changes, none]), not_had, last)


def page_id(url: str) -> str:
    """Return what a page is called in addresses."""
    return sha256(url.encode()).hexdigest()[:16]


def _moment(capture: PageCapture) -> tuple[datetime, int]:
    return capture.taken, capture.run
