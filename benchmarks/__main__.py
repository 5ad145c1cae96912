"""Measure screening and print the table of docs/benchmarks/screening.md; `--write` puts it there.

    python -m benchmarks            everything but the 20 million rows, some minutes
    python -m benchmarks --full     with them
    python -m benchmarks --write    and write docs/benchmarks/screening.md

Every figure comes from this run on this machine; ratios are taken within it. The molecules are data/benign/HIV of
MoleculeNet where the shared folder is beside the project, else the structures of the index of names. Files of more rows
hold the same molecules again and again, and the answer to a text is kept within a run: what each molecule costs where
none comes twice stands in lines of its own. The processor's time is user and system time of all threads.
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
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from rdkit import Chem
from rdkit.Chem import rdSubstructLibrary

from opencwc.chemistry.name_index import NameIndex
from opencwc.chemistry.smiles_gate import scan
from opencwc.files.rows import Rows, ValueLimits, part_of_values
from opencwc.finding import Verdict
from opencwc.screening.batches import LEAST_ROWS_FOR_GATE, BatchScreener, to_lines
from opencwc.screening.model import Question
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener

AS_OF = date(2026, 11, 24)
HIV = Path(__file__).parents[2] / "shared" / "data" / "benign" / "benign_HIV_smiles.csv"
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "screening.md"
BIN = Path(sys.executable).parent
BATCH = 65_536
MOST_FOR_SPEED = 5_000_000
"""Rows of a file on which the speed is measured; a larger one shows that memory does not grow."""
HOW = (
    "Files of more rows hold the same molecules again and again, and the answer to a text is kept within a run; what "
    "a molecule costs where none comes twice stands in lines of its own. What the plain loop misses are salts and "
    "drawings that need standardising first."
)


@dataclass
class Table:
    """Lines of the answer, printed as they come, and the aims with what was reached."""

    lines: list[str] = field(default_factory=list)
    aims: list[str] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        self.lines.append("| " + " | ".join(cells) + " |")
        print(*cells, sep="  ", flush=True)

    def aim(self, what: str, reached: float, aim: float, unit: str, *, at_least: bool = True) -> None:
        met = reached >= aim if at_least else reached <= aim
        line = f"{what}: {reached:,.3g}{unit}, the aim is {'' if at_least else 'at most '}{aim:,.3g}{unit}"
        self.aims.append(f"- {line}: {'reached' if met else '**missed**'}.")
        print(self.aims[-1], flush=True)


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


class Ran(NamedTuple):
    """What a command took: seconds by the clock and of the processor, and the most memory, in MB."""

    wall: float
    processor: float
    memory: float


def command(arguments: list[str]) -> Ran:
    """Run a command; its memory is that of its largest process."""
    start = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return Ran(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def screened(file: Path, out: Path, *more: str) -> Ran:
    words = ["screen", str(file), "-o", str(out), "--as-of", str(AS_OF), "--only", "listed,review", *more]
    return command([str(BIN / "opencwc"), *words])


def whole_command(table: Table, texts: list[str], rows: int, plain_rate: float) -> None:
    """Measure CSV to CSV; what the command takes to start is measured by itself, on as few rows as meet the gate."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        file, few = file_of(texts, rows, folder), file_of(texts, LEAST_ROWS_FOR_GATE, folder)
        answers = []
        for jobs in (1, 2):
            out = folder / f"out{jobs}.csv"
            start = min(screened(few, folder / "few.csv", "--jobs", str(jobs)) for _ in range(3))
            ran = screened(file, out, "--jobs", str(jobs))
            answers.append(out.read_bytes())
            after = rows / (ran.wall - start.wall)
            table.add(
                f"`opencwc screen --only listed,review --jobs {jobs}`, {rows:,} rows, CSV to CSV",
                f"{rows / ran.wall:,.0f}; {after:,.0f} after the start",
                f"{rows / ran.wall / plain_rate:.0f} x",
                f"{ran.wall:.2f} s, of them {start.wall:.2f} s to start; processor {ran.processor:.2f} s, after the "
                f"start {(ran.processor - start.processor) / rows * 1e6:.2f} microseconds a row; {ran.memory:,.0f} MB",
            )
        if rows <= MOST_FOR_SPEED:
            table.aim(f"{rows:,} rows on two cores, with the start", rows / ran.wall, 1e6, " rows a second")
            table.aim(f"{rows:,} rows on two cores, after the start", after, 1e6, " rows a second")
        else:
            table.aim(f"memory over {rows:,} rows", ran.memory, 600, " MB", at_least=False)
        same = "the same bytes" if answers[0] == answers[1] else "DIFFERENT ANSWERS"
        table.add("one thread against two", "", "", same)


def same_without_gate(table: Table, texts: list[str]) -> None:
    """Hold the command's answer on each molecule against the one without the gate."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        file = file_of(texts, len(texts), folder)
        ran = screened(file, folder / "with.csv", "--jobs", "2")
        without = screened(file, folder / "without.csv", "--jobs", "2", "--no-gate")
        same = (folder / "with.csv").read_bytes() == (folder / "without.csv").read_bytes()
    table.add(
        "each molecule once, against `--no-gate`",
        f"{len(texts) / ran.wall:,.0f}",
        "",
        f"{'the same bytes' if same else 'DIFFERENT ANSWERS'}; {ran.wall:.2f} s against {without.wall:.1f} s",
    )


def the_parts(table: Table, texts: list[str]) -> None:
    """Measure the gate by itself, and what goes the full way: how much, and what it costs where none comes twice."""
    screener = BatchScreener(Question(AS_OF, kind="smiles", only=(Verdict.LISTED, Verdict.REVIEW)))
    different = list(dict.fromkeys(texts))
    data = np.frombuffer("".join(different).encode(), np.uint8)
    ends = np.cumsum([0, *(len(text.encode()) for text in different)]).astype(np.int64)
    sent_on = scan(data, ends, screener.limits)
    times = [used(lambda: scan(data, ends, screener.limits))[0] for _ in range(5)]
    gate = min(times) / len(different) * 1e6
    left = [text for text, on in zip(different, sent_on.tolist(), strict=True) if on]
    screener.screener.answer(left[0], "smiles")
    verdicts: Counter[str] = Counter()
    seconds, _ = used(
        lambda: verdicts.update(str(screener.screener.answer(text, "smiles")[0].verdict) for text in left)
    )
    share, cost = len(left) / len(different), seconds / len(left) * 1e6
    table.add("gate, one thread, of the processor", f"{1e6 / gate:,.0f}", "", f"{gate:.2f} microseconds a row")
    table.add(
        "full path, one thread, of the processor, no molecule twice",
        f"{1e6 / cost:,.0f}",
        "",
        f"{share:.2%} of the rows ({', '.join(f'{count} {verdict}' for verdict, count in verdicts.most_common())}), "
        f"{cost:.0f} microseconds each: {share * cost:.2f} microseconds a row",
    )
    table.aim("the gate", gate, 0.3, " microseconds a row", at_least=False)
    table.aim("rows that go the full way", share * 100, 0.05, " %", at_least=False)
    table.aim("the full way", cost, 100, " microseconds a row", at_least=False)


def used(work: Callable[[], object]) -> tuple[float, object]:
    """Return the seconds of the processor that some work takes, and what it returns."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


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
        ours = command([str(BIN / "opencwc"), "screen", "107-44-8"]).wall
        theirs = command([sys.executable, "-c", "import rdkit.Chem"]).wall
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
    table.aim("against the plain loop, one process, each molecule once", plain / with_gate, 150, " times")
    built, queried, matched = substructure_library(texts)
    rows = {row for row, _ in hits}
    table.add(
        "RDKit SubstructLibrary, build and query, one thread",
        f"{len(texts) / (built + queried):,.0f}",
        f"{plain / (built + queried):.1f} x",
        f"{built:.0f} s to build, {queried:.0f} s to query; matches {len(matched)} rows, misses {len(rows - matched)}"
        f" of {len(rows)}",
    )
    the_parts(table, texts)
    same_without_gate(table, texts)
    whole_command(table, texts, chosen.rows, rate)
    if chosen.full:
        whole_command(table, texts, 20_000_000, rate)
    what_a_number_list_misses(table)
    if chosen.write:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        command = "python -m benchmarks --full --write" if chosen.full else "python -m benchmarks --write"
        head = (
            f"# Screening, measured\n\nBy `{command}` on {date.today()}: {machine()}.\n"
            f"Molecules: {len(texts):,} of {name}, against the CWC and AG lists as of {AS_OF}. {HOW}\n\n"
        )
        columns = "| what | rows a second | against the plain loop | what came of it |\n|---|---:|---:|---|\n"
        aims = "\n## The aims\n\n" + "\n".join(table.aims) + "\n"
        PAGE.write_text(head + columns + "\n".join(table.lines) + "\n" + aims, encoding="utf-8")


if __name__ == "__main__":
    main()
