"""Ten million findings on both databases: how fast they come in, and how long filters, counts and the inbox take.

    python -m benchmarks.casebook --findings 10000000 --write

SQLite is a file in a temporary folder; PostgreSQL is a cluster of its own (tests/casebook/cluster.py, fsync on).
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from pathlib import Path

from benchmarks import casebook_queries as queries
from opencwc.casebook.backup import back_up
from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.decisions import decide
from opencwc.casebook.model import Mark, Outcome, Person, Role
from opencwc.casebook.runs import begin_run
from opencwc.finding import finding_to_plain
from opencwc.screening import screen

KEEPER = Person("p-keeper", "keeper", "Keeper", Role.ANALYST, Mark.HIGHLY_PROTECTED)
REVIEWER = Person("p-reviewer", "reviewer", "Reviewer", Role.REVIEWER, Mark.HIGHLY_PROTECTED)
BATCH = 20_000
A_RUN = 100_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=10_000_000)
    parser.add_argument("--on", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--backup", action="store_true", help="also time a backup")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks/casebook.md")
    chosen = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["OPENCWC_SETTINGS"] = str(Path(folder) / "settings")
        if chosen.on in ("sqlite", "both"):
            lines += measure(str(Path(folder) / "casebook.db"), "SQLite", chosen.findings, backup=chosen.backup)
            for file in Path(folder).glob("casebook*"):
                file.unlink()
        if chosen.on in ("postgresql", "both"):
            from tests.casebook.cluster import Cluster

            cluster = Cluster(fsync=True)
            try:
                lines += measure(cluster.make_database("bench"), "PostgreSQL", chosen.findings, backup=chosen.backup)
            finally:
                cluster.stop()
    text = "\n".join(lines) + "\n"
    print(text)
    if chosen.write:
        Path("docs/benchmarks/casebook.md").write_text(_HEAD + text, encoding="utf-8")


def measure(place: str, name: str, findings: int, *, backup: bool) -> list[str]:
    """Return the lines of the report for one database."""
    book = open_casebook(place)
    seconds, slowest = fill(book, findings)
    settle(book)
    lines = [
        f"## {name}, {findings:,} findings in {findings // A_RUN} runs and 20 cases",
        "",
        f"- kept at {findings / seconds:,.0f} findings a second over all, {BATCH / slowest:,.0f} in the slowest batch"
        f" of {BATCH:,} ({platform.machine()}, {os.cpu_count()} cores)",
        "",
        "| what | found | page of 100, ms | count, ms | page from the middle, ms |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row.what} | {row.found:,} | {row.page * 1e3:.0f} | {row.count * 1e3:.0f} | {row.middle * 1e3:.0f} |"
        for row in queries.timed(book, findings)
    ]
    inbox = queries.inbox_seconds(book)
    lines += ["", f"- inbox of a reviewer: {inbox * 1e3:.0f} ms"]
    if backup:
        with tempfile.TemporaryDirectory() as folder:
            begun = time.perf_counter()
            back_up(book, Path(folder) / "backup.zip")
            size = (Path(folder) / "backup.zip").stat().st_size
            lines.append(f"- backup: {time.perf_counter() - begun:.0f} s, {size / 1e6:,.0f} MB")
    book.close()
    return [*lines, ""]


def fill(book: Casebook, findings: int) -> tuple[float, float]:
    """Keep findings like those of a large inventory: 1 in 100 is no plain "not listed"; return the time it took."""
    special = [finding_to_plain(finding) for finding in screen(["CC(C)OP(C)(=O)F", "OCCSCCO", "C1CC"], lists="CWC")]
    plain = finding_to_plain(next(iter(screen("CCO", lists="CWC"))))
    begun, slowest, number, run = time.perf_counter(), 0.0, 0, None
    while number < findings:
        batch = []
        for place in range(BATCH):
            finding = special[place // 100 % 3] if place % 100 == 0 else plain
            row = number % A_RUN + place + 1
            batch.append({**finding, "row": row, "id": f"R{number + place}", "input": f"CCO{number + place}"})
        if number % A_RUN == 0:
            if run is not None:
                run.finish({})
            case = f"case-{number // A_RUN % 20}"
            case_for_keeping(book, KEEPER, case)
            run = begin_run(book, KEEPER, case, verb="screen", asked={}, checked={}, maker={})
        started = time.perf_counter()
        assert run is not None
        run.keep(batch)
        slowest = max(slowest, time.perf_counter() - started)
        number += BATCH
    return time.perf_counter() - begun, slowest


def settle(book: Casebook) -> None:
    """Decide on some findings here and there, so that every status is there."""
    thousandth = list(range(101, 200_000, 300))
    decide(book, REVIEWER, thousandth[:100], Outcome.ACCEPT, "bench")
    decide(book, REVIEWER, thousandth[100:150], Outcome.NEED_MORE, "bench")


_HEAD = """# Casebook

Figures of `python -m benchmarks.casebook --findings 10000000 --write`.

"""

if __name__ == "__main__":
    main()
