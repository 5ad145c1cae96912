"""How fast `opencwc watch` reads and joins many reports: ``python -m benchmarks.reports_speed [COUNT] [--jobs N]``.

The written reports are told again and again, each time some days earlier and with other numbers, until there are
enough: so none is the copy of another, and each has some near misses within a month.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import count, islice
from time import monotonic

import msgspec

from benchmarks.reports import CASES, read_folder
from opencwc.language.encoders import named_encoder
from opencwc.reports.batches import ready_items
from opencwc.reports.model import Report
from opencwc.reports.watched import joined

_NUMBER = re.compile(r"\d+")
_YEARS, _YEAR = 7, timedelta(days=365)


def many_reports(wanted: int) -> Iterator[Report]:
    """Yield so many reports over seven years."""
    written = [report for folder in sorted(CASES.iterdir()) if folder.is_dir() for report in read_folder(folder)[0]]
    times = -(-wanted // len(written))
    step = _YEARS * _YEAR / times
    every = (_told_again(report, time, step) for time in count() for report in written)
    return islice(every, wanted)


def _told_again(report: Report, time: int, step: timedelta) -> Report:
    def other(match: re.Match[str]) -> str:
        number = int(match[0])
        return match[0] if number > 1_900 or match[0].startswith("0") else str(1 + (number + 7 * time) % 97)

    published = report.published + (2026 - report.published.year) * _YEAR - time * step
    text = _NUMBER.sub(other, report.text) + f" [{time}]"
    return msgspec.structs.replace(report, id=f"{report.id}-{time}", published=published, text=text)


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("count", nargs="?", type=int, default=100_000)
    words.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = words.parse_args()
    start = monotonic()
    batches = list(ready_items(many_reports(chosen.count), named_encoder(), chosen.jobs))
    read = monotonic()
    watched = joined(batches, jobs=chosen.jobs)
    end = monotonic()
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{chosen.count:,} reports, {len(watched.events):,} events, {chosen.jobs} processes")
    print(f"read {read - start:.0f} s, joined {end - read:.0f} s, together {(end - start) / 60:.1f} minutes")
    print(f"memory of the joining process {kilobytes / 1e6:.1f} GB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
