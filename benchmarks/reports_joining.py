"""What joining costs a report as the archive grows: ``python -m benchmarks.reports_joining [COUNT ...] [--days N]``.

The written reports, brought into one year, are told again and again, each time ``--days`` earlier and with other names,
words and meaning, so no time resembles another: with the usual 48 days some 200 reports come a month, however many
there are in all. Few days make a crowded archive. Only processor time is measured.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import count, islice
from random import Random
from time import process_time

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from benchmarks.reports import CASES, read_folder
from opencwc.language.encoders import named_encoder
from opencwc.reports.events import Archive
from opencwc.reports.facts import tell_all
from opencwc.reports.item import Item, item_of
from opencwc.reports.model import Date
from opencwc.reports.origins import find_origins
from opencwc.reports.traits import traits_of


@cache
def _written() -> list[Item]:
    told = tell_all([report for folder in ("a", "b") for report in read_folder(CASES / folder)[0]])
    return list(map(item_of, told, traits_of(told, named_encoder())))


def many_items(wanted: int, days: int) -> list[Item]:
    """Return so many reports ready to be compared, in any order."""
    items = list(islice((_told_again(item, time, days) for time in count() for item in _written()), wanted))
    Random(1).shuffle(items)
    return items


def _told_again(item: Item, time: int, days: int) -> Item:
    report, traits = item.told.report, item.traits
    earlier = timedelta(days=time * days + 365 * (report.published.year - 2026))
    other = replace(
        report, id=f"{report.id}-{time}", published=report.published - earlier, text=f"{report.text} {time}"
    )
    told = replace(item.told, report=other, date=_earlier(item.told.date, earlier))
    mixed = traits._replace(
        vectors=traits.vectors[:, _order(time, traits.vectors.shape[1])],
        names=frozenset(f"{name}{time % 97}" for name in traits.names),
        words=frozenset(_other(traits.words, time)),
        shingles=frozenset(_other(traits.shingles, time)),
    )
    return item_of(told, mixed)


def _earlier(day: Date, by: timedelta) -> Date:
    """Return a day, month or year so much earlier, as precise as it was."""
    if not day.text:
        return day
    parts = [int(part) for part in day.text.split("-")]
    middle = date(*[*parts, *(6, 15)[len(parts) - 1 :]])
    return day._replace(text=(middle - by).isoformat()[: len(day.text)])


@cache
def _order(time: int, width: int) -> NDArray[np.int64]:
    return np.random.default_rng(time).permutation(width)


def _other(words: frozenset[int], time: int) -> Iterator[int]:
    return (word ^ (time * 7919) for word in words)


def measure(wanted: int, days: int) -> str:
    """Return a line with what joining so many reports costs."""
    items = many_items(wanted, days)
    start = process_time()
    archive = Archive()
    archive.add(items)
    events = archive.events()
    joined = process_time()
    origins = sum(len(find_origins(items, event)) for event in events)
    end = process_time()
    each = 1_000 / wanted
    return (
        f"{wanted:,} reports, {len(events):,} events, {origins:,} origins: "
        f"joining {(joined - start) * each:.2f} ms a report, origins {(end - joined) * each:.2f} ms, "
        f"{archive.pairs_weighed / wanted:.1f} pairs weighed a report"
    )


def main(given: Sequence[str] | None = None) -> int:
    words = argparse.ArgumentParser()
    words.add_argument("counts", nargs="*", type=int, default=[5_000, 10_000, 20_000])
    words.add_argument("--days", type=int, default=48)
    chosen = words.parse_args(given)
    for wanted in chosen.counts:
        print(measure(wanted, chosen.days), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
