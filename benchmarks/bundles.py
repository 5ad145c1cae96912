"""The bundle of a case in a large house: its size, and how long it takes to make and to verify, by paths and by links.

    python -m benchmarks.bundles --records 100000 --write

The house has two cases, each record in a transaction of its own as people make them, in SQLite. ``--house FOLDER``
makes it there, or goes on with the one that is there.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

from opencwc.casebook import bundle_verifier, exports
from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.record_proofs import check_proof, record_proof
from opencwc.casebook.requests import answer
from opencwc.records import to_json

RITA = Person("p-rita", "rita", "Rita", Role.REVIEWER, Mark.HIGHLY_PROTECTED)
RENE = Person("p-rene", "rene", "Rene", Role.REVIEWER, Mark.HIGHLY_PROTECTED)
CASES = {"small": 5_000, "big": 1}
"""Each case has one of so many records."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--house", type=Path, help="a folder for the house, kept")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks/bundles.md")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        house = chosen.house or Path(folder)
        os.environ["OPENCWC_SETTINGS"] = str(house / "settings")
        text = "\n".join(measure(house, Path(folder), chosen.records)) + "\n"
    print(text)
    if chosen.write:
        Path("docs/benchmarks/bundles.md").write_text(_HEAD + text, encoding="utf-8")


def measure(house: Path, folder: Path, records: int) -> list[str]:
    """Return the lines of the report."""
    book = open_casebook(house / "casebook.db")
    fill(book, records)
    lines = [
        f"A house of {records:,} records ({platform.machine()}, {os.cpu_count()} cores).", "",
        "| case | form | kB | made in, s | verified in, s |", "|---|---|--:|--:|--:|",
    ]  # fmt: skip
    for case in CASES:
        for form in ("paths", "every link"):
            target = folder / "bundle.zip"
            made, verified, shown = export(book, case, target, links=form != "paths")
            size = target.stat().st_size / 1000
            lines.append(f"| {shown:,} records | {form} | {size:,.0f} | {made:.2f} | {verified:.2f} |")
    begun = time.perf_counter()
    proof = to_json(record_proof(book, RITA, records // 2))
    seconds = time.perf_counter() - begun
    assert not check_proof(proof).faults
    book.close()
    return [*lines, "", f"A proof of one record has {len(proof):,} bytes and is made in {seconds:.2f} s."]


def fill(book: Casebook, records: int) -> None:
    """Record until there are so many."""
    numbers = {name: case_for_keeping(book, RITA, name).number for name in CASES}
    seq = 0
    while seq < records:
        case = "small" if seq % CASES["small"] == 0 else "big"
        with book.writing(RITA.id) as writer:
            if writer.seq < records:
                writer.record("comment", {"finding": None, "text": "x" * 40}, numbers[case])
            seq = writer.seq


def export(book: Casebook, case: str, target: Path, *, links: bool) -> tuple[float, float, int]:
    """Export a case and verify its bundle as a stranger does; return the seconds of both and its number of records."""
    asked = exports.ask_for_export(book, RITA, case, "bench")
    answer(book, RENE, asked.seq, approve=True)
    begun = time.perf_counter()
    with mock.patch.object(exports, "_places", exports.places_by_links if links else exports._places):
        exports.export_case(book, RITA, asked.seq, target)
    made = time.perf_counter() - begun
    begun = time.perf_counter()
    command = [sys.executable, "-I", "-S", bundle_verifier.__file__, str(target)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    verified = time.perf_counter() - begun
    with bundle_verifier.zipfile.ZipFile(target) as archive, archive.open("records.jsonl") as lines:
        return made, verified, sum(1 for _ in lines)


_HEAD = """# Bundles

Figures of `python -m benchmarks.bundles --records 100000 --write`. A bundle shows a path to the signed root for each of
its own records; one with every link, as earlier versions wrote it, shows every record and checkpoint of the house as
numbers.

"""

if __name__ == "__main__":
    main()
