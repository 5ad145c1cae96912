"""Measure screening and print the table of docs/benchmarks/screening.md; `--write` puts it there.

    python -m benchmarks            everything but the 20 million rows, some minutes
    python -m benchmarks --full     with them
    python -m benchmarks --write    and write docs/benchmarks/screening.md

Every figure comes from this run on this machine; ratios are taken within it. The molecules are data/benign/HIV of
MoleculeNet where the shared folder is beside the project, else the structures of the index of names.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
from rdkit import Chem
from rdkit.Chem import rdSubstructLibrary

from opencwc.chemistry.name_index import NameIndex
from opencwc.files.rows import Rows, ValueLimits, part_of_values
from opencwc.screening.batches import BatchScreener, to_lines
from opencwc.screening.model import Question
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener

AS_OF = date(2026, 11, 24)
HIV = Path(__file__).parents[2] / "shared" / "data" / "benign" / "benign_HIV_smiles.csv"
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "screening.md"
BIN = Path(sys.executable).parent
BATCH = 65_536


@dataclass
class Table:
    """Lines of the answer, printed as they come."""

    lines: list[str] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        self.lines.append("| " + " | ".join(cells) + " |")
        print(*cells, sep="  ", flush=True)


def molecules() -> tuple[str, list[str]]:
    if HIV.exists():
        return "MoleculeNet HIV", pl.read_csv(HIV)["smiles"].to_list()
    return "the index of names", [reading.smiles for reading in NameIndex.open().structures()]


def timed(work: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def batches(texts: list[str]) -> Iterator[Rows]:
    for first in range(0, len(texts), BATCH):
        part = part_of_values(
            texts[first : first + BATCH], [None] * len(texts[first : first + BATCH]), {}, ValueLimits()
        )
        yield Rows(first + 1, part.ids, part.inputs, part.problems)


def screen_all(texts: list[str], *, gate: bool) -> set[tuple[int, str]]:
    """Screen in one process, lines of the answer included; return the hits as (row, entry)."""
    question = Question(AS_OF, kind="smiles", gate=gate)
    screener = BatchScreener(question)
    hits: set[tuple[int, str]] = set()
    for rows in batches(texts):
        lines = to_lines(screener.answer(rows), question)
        named = lines.filter(pl.col("verdict").is_in(["listed", "review", "exempt"]))
        hits |= set(zip(named["row"].to_list(), named["entry"].to_list(), strict=True))
    return hits


def plain_loop(texts: list[str]) -> set[tuple[int, str]]:
    """The loop that everybody writes first: parse with RDKit, try every pattern, look closer where one matches."""
    rulebook = Rulebook.of(AS_OF)
    screener = Screener(rulebook)
    patterns = [core.query for ruling in rulebook.rulings for core in ruling.drawing.cores]
    hits: set[tuple[int, str]] = set()
    for row, text in enumerate(texts, 1):
        mol = Chem.MolFromSmiles(text)
        if mol is None:
            continue
        matched = False
        for pattern in patterns:
            matched |= mol.HasSubstructMatch(pattern)
        if matched:
            hits |= {(row, finding.rule.entry) for finding in screener.answer(text, "smiles") if finding.rule}
    return hits


def substructure_library(texts: list[str]) -> tuple[float, float, set[int]]:
    """RDKit's SubstructLibrary with pattern fingerprints: seconds to build, to query, and the rows that match."""
    library = rdSubstructLibrary.SubstructLibrary(
        rdSubstructLibrary.CachedTrustedSmilesMolHolder(), rdSubstructLibrary.PatternHolder()
    )
    rulebook = Rulebook.of(AS_OF)
    place: list[int] = []

    def build() -> None:
        for row, text in enumerate(texts, 1):
            mol = Chem.MolFromSmiles(text)
            if mol is not None:
                library.AddMol(mol)
                place.append(row)

    built, _ = timed(build)
    patterns = [core.query for ruling in rulebook.rulings for core in ruling.drawing.cores]
    hits: set[int] = set()

    def query() -> None:
        for pattern in patterns:
            hits.update(place[index] for index in library.GetMatches(pattern, numThreads=1, maxResults=len(place)))

    query_seconds, _ = timed(query)
    return built, query_seconds, hits


def file_of(texts: list[str], rows: int, folder: Path) -> Path:
    """Write the molecules over and over, up to a number of rows, as a CSV file of id and smiles."""
    file = folder / f"{rows}.csv"
    once = pl.DataFrame({"id": [f"m{number}" for number in range(len(texts))], "smiles": texts}).write_csv()
    head, body = once.split("\n", 1)
    lines = body.splitlines(keepends=True)
    with file.open("w", encoding="utf-8") as out:
        out.write(head + "\n")
        whole, rest = divmod(rows, len(lines))
        for _ in range(whole):
            out.write(body)
        out.writelines(lines[:rest])
    return file


def command(arguments: list[str]) -> tuple[float, float]:
    """Run a command and return its seconds and the peak memory of its largest process, in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def whole_command(table: Table, texts: list[str], rows: int, plain_rate: float) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        file = file_of(texts, rows, folder)
        answers = []
        seconds = {}
        for jobs in (1, 2):
            out = folder / f"out{jobs}.csv"
            arguments = [
                str(BIN / "opencwc"),
                "screen",
                str(file),
                "-o",
                str(out),
                "--jobs",
                str(jobs),
                "--as-of",
                str(AS_OF),
            ]
            seconds[jobs], memory = command(arguments)
            answers.append(out.read_bytes())
            rate = rows / seconds[jobs]
            table.add(
                f"`opencwc screen`, {rows:,} rows, CSV to CSV, {jobs} process{'es' if jobs > 1 else ''}",
                f"{rate:,.0f}",
                f"{rate / plain_rate:.0f} x",
                f"{memory:,.0f} MB in the largest process; {seconds[jobs]:.1f} s",
            )
        same = "the same bytes" if answers[0] == answers[1] else "DIFFERENT ANSWERS"
        table.add("two processes against one", "", f"{seconds[1] / seconds[2]:.2f} x", same)


def single_values(table: Table) -> None:
    screener = Screener(Rulebook.of(AS_OF))
    values = [
        "CC(C)OP(C)(=O)F",
        "107-44-8",
        "OCCN(CCO)CCO",
        "CN(C)CCO",
        "c1ccccc1C(=O)O",
        "Thiodiglycol",
        "COP(C)(=O)OC",
    ]
    for value in values:
        screener.answer(value)
    times = []
    for _ in range(200):
        for value in values:
            seconds, _ = timed(lambda value=value: screener.answer(value))
            times.append(seconds * 1000)
    table.add(
        "one value in a warm process, median",
        "",
        "",
        f"{statistics.median(times):.2f} ms (p99 {sorted(times)[int(len(times) * 0.99)]:.2f} ms)",
    )
    ratios = []
    command([str(BIN / "opencwc"), "screen", "107-44-8"])
    for _ in range(9):
        ours, _ = command([str(BIN / "opencwc"), "screen", "107-44-8"])
        theirs, _ = command([sys.executable, "-c", "import rdkit.Chem"])
        ratios.append((ours / theirs, ours, theirs))
    middle = sorted(ratios)[len(ratios) // 2]
    table.add(
        "`opencwc screen 107-44-8` against `python -c 'import rdkit.Chem'`, median of 9 pairs",
        "",
        f"{middle[0]:.2f} x",
        f"{middle[1] * 1000:.0f} ms against {middle[2] * 1000:.0f} ms",
    )


def what_a_number_list_misses(table: Table) -> None:
    """Over the index of names: what a list of the printed CAS numbers finds of what the structures say."""
    screener = Screener(Rulebook.of(AS_OF))
    printed = {chemical.cas for _, chemical in screener.rulebook.convention.chemicals()}
    listed = by_number = 0
    for reading in NameIndex.open().structures():
        if any(str(finding.verdict) == "listed" for finding in screener.answer(reading.smiles, "smiles")):
            listed += 1
            by_number += reading.cas in printed
    table.add(
        "a list of the printed CAS numbers, over the index of names",
        "",
        "",
        f"finds {by_number} of {listed} listed structures",
    )


def machine() -> str:
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return f"{os.cpu_count()} processors ({model}), {platform.system()}, Python {platform.python_version()}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--full", action="store_true", help="also screen 20 million rows")
    options.add_argument("--write", action="store_true", help="write docs/benchmarks/screening.md")
    options.add_argument("--rows", type=int, default=2_000_000)
    chosen = options.parse_args()
    name, texts = molecules()
    table = Table()
    print(f"{machine()}; {len(texts):,} molecules of {name}\n")
    single_values(table)
    screen_all(texts[:4_096], gate=True)
    with_gate, hits = timed(lambda: screen_all(texts, gate=True))
    without, hits_without = timed(lambda: screen_all(texts, gate=False))
    plain, hits_plain = timed(lambda: plain_loop(texts))
    rate = len(texts) / plain
    table.add(
        "plain loop: RDKit parse, then every pattern, one process", f"{rate:,.0f}", "1 x", f"{len(hits_plain)} findings"
    )
    table.add(
        "OpenCWC in one process without the gate",
        f"{len(texts) / without:,.0f}",
        f"{plain / without:.1f} x",
        f"{len(hits_without)} findings, {'identical' if hits_without == hits else 'DIFFERENT'}",
    )
    table.add(
        "OpenCWC in one process with the gate, each molecule once",
        f"{len(texts) / with_gate:,.0f}",
        f"{plain / with_gate:.0f} x",
        f"{len(hits)} findings; the plain loop misses {len(hits - hits_plain)} and adds {len(hits_plain - hits)}",
    )
    built, queried, matched = substructure_library(texts)
    rows = {row for row, _ in hits}
    table.add(
        "RDKit SubstructLibrary, build and query, one thread",
        f"{len(texts) / (built + queried):,.0f}",
        f"{plain / (built + queried):.1f} x",
        f"{built:.0f} s to build, {queried:.0f} s to query; matches {len(matched)} rows, misses {len(rows - matched)}"
        f" of {len(rows)}",
    )
    whole_command(table, texts, chosen.rows, rate)
    if chosen.full:
        whole_command(table, texts, 20_000_000, rate)
    what_a_number_list_misses(table)
    if chosen.write:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        head = (
            f"# Screening, measured\n\nBy `make bench` on {date.today()}: {machine()}.\n"
            f"Molecules: {len(texts):,} of {name}, against the CWC and AG lists as of {AS_OF}.\n\n"
        )
        columns = "| what | rows a second | against the plain loop | what came of it |\n|---|---:|---:|---|\n"
        PAGE.write_text(head + columns + "\n".join(table.lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
