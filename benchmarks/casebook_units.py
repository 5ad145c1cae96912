"""A million findings, and as many things to decide on: how long their list takes by filter, order and words.

    python -m benchmarks.casebook_units --findings 1000000 --write

SQLite is a file in a temporary folder. Each figure is the middle one of five, on a warm file.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.casebook import REVIEWER, fill, settle
from opencwc.casebook.bulk_decisions import preview_bulk
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.findings import count_findings
from opencwc.casebook.model import UNDECIDED, Filter, Status
from opencwc.casebook.units import list_units

REPEATS = 5
FILTERS = {
    "all": Filter(),
    "verdict listed": Filter(verdict=("listed",)),
    "entry CWC 2B13, open": Filter(list="CWC", entry="2B13", status=(Status.OPEN,)),
    "one case, not listed": Filter(case="case-0", verdict=("not_listed",)),
    "what waits": Filter(status=UNDECIDED),
    "stated below 30 %": Filter(below=30),
    "words that many have": Filter(find="cco12"),
    "words that few have": Filter(find="sarin"),
    "words that none has": Filter(find="phosphorane"),
}
ORDERS = ("", "verdict", "-entry", "status", "case", "due")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks/units.md")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["OPENCWC_SETTINGS"] = str(Path(folder) / "settings")
        book = open_casebook(str(Path(folder) / "casebook.db"))
        seconds, _ = fill(book, chosen.findings)
        settle(book)
        text = "\n".join(measured(book, chosen.findings, seconds)) + "\n"
        book.close()
    print(text)
    if chosen.write:
        Path("docs/benchmarks/units.md").write_text(_HEAD + text, encoding="utf-8")


def measured(book: Casebook, findings: int, seconds: float) -> list[str]:
    """Return the lines of the report."""
    lines = [
        f"{findings:,} findings on SQLite, kept at {findings / seconds:,.0f} a second ({platform.machine()},"
        f" {os.cpu_count()} cores). A page has 50 rows.",
        "",
        "| filter | page, ms | counts beside it, ms |",
        "|---|---:|---:|",
    ]
    for name, wanted in FILTERS.items():
        page = _milliseconds(list_units, book, REVIEWER, wanted)
        lines.append(f"| {name} | {page:.0f} | {_milliseconds(count_findings, book, REVIEWER, wanted):.0f} |")
    lines += ["", "| order of all | page, ms | second page, ms |", "|---|---:|---:|"]
    for order in ORDERS:
        first = list_units(book, REVIEWER, Filter(), order=order)
        page = _milliseconds(list_units, book, REVIEWER, Filter(), order=order)
        second = _milliseconds(list_units, book, REVIEWER, Filter(), order=order, after=first.next)
        lines.append(f"| {order or 'as kept'} | {page:.0f} | {second:.0f} |")
    inbox = _milliseconds(list_units, book, REVIEWER, Filter(), waiting=True)
    preview = _milliseconds(preview_bulk, book, REVIEWER, FILTERS["entry CWC 2B13, open"])
    return [*lines, "", f"- inbox of a reviewer: {inbox:.0f} ms", f"- preview of a bulk decision: {preview:.0f} ms"]


def _milliseconds(work: Callable[..., Any], *values: Any, **named: Any) -> float:
    times = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        work(*values, **named)
        times.append((time.perf_counter() - begun) * 1e3)
    return statistics.median(times)


_HEAD = """# Lists of what a person decides on

Figures of `python -m benchmarks.casebook_units --findings 1000000 --write`. In this casebook every row names another
chemical, which is the worst case: there are as many things to decide on as findings.

"""

if __name__ == "__main__":
    main()
