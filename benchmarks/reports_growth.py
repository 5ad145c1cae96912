"""What 200 new reports cost an archive of many: ``python -m benchmarks.reports_growth [COUNT ...] [--new N]``.

The reports are those of `benchmarks.reports_joining`, some 200 a month however many there are; the latest ones are the
new ones. The archive is packed as the service keeps a run, the new ones come as a run of their own and are joined to it
as the worker joins them. Only processor time is measured. The events that come out are compared with those of all
reports joined at once.
"""

from __future__ import annotations

import argparse
import sys
from hashlib import sha256
from time import process_time

from benchmarks.reports_joining import many_items
from opencwc.reports import kept
from opencwc.reports.growth import grown
from opencwc.reports.item import Item
from opencwc.reports.kept import KeptWatch, opened
from opencwc.reports.watched import Watched, joining

_DAYS = 48


def measure(count: int, new: int) -> str:
    """Return a line with what new reports cost an archive of so many."""
    items = sorted(many_items(count + new, _DAYS), key=lambda item: item.order)
    start = process_time()
    archive, watched = joining([items])
    at_once = process_time() - start
    expected = _events(watched)
    del archive, watched
    before, own = _packed(items[:count]), _packed(items[count:])
    name = sha256(before).hexdigest()
    start = process_time()
    growth = grown(_opened(own), [name], lambda _: _opened(before))
    end = process_time()
    assert growth is not None
    now = _opened(growth.content)
    same = _events(now.watched) == expected
    return (
        f"| {count:,} | {end - start:.1f} | {at_once:.1f} | {(len(before)) / count / 1_000:.1f} | "
        f"{len(growth.content) / (count + new) / 1_000:.1f} | {len(expected):,} | {'yes' if same else 'NO'} |"
    )


def _packed(items: list[Item]) -> bytes:
    archive, watched = joining([items])
    return kept.pack(watched, "made-up.jsonl", "2026-11-30", "use", (), archive)


def _opened(content: bytes) -> KeptWatch:
    return opened(lambda start, end: content[start:end], len(content))


def _events(watched: Watched) -> set[frozenset[str]]:
    ids = [line.told.report.id for line in watched.lines]
    return {frozenset(ids[number] for number in event.items) for event in watched.events}


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("counts", nargs="*", type=int, default=[1_000, 5_000, 20_000])
    words.add_argument("--new", type=int, default=200)
    chosen = words.parse_args()
    print(
        "| archive | joining the new ones, s | all at once, s | kB a report, first file | later file | events | same |"
    )
    print("|--:|--:|--:|--:|--:|--:|---|")
    for count in chosen.counts:
        print(measure(count, chosen.new), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
