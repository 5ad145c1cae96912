"""Measure how long `opencwc declare` takes on a register of a whole State, from CSV to CSV; a minute.

    python -m benchmarks.declarations             print the figures
    python -m benchmarks.declarations --write     and write docs/benchmarks/declarations.md
    python -m benchmarks.declarations --folder F  leave the register in a folder

The register is invented: 5,000 plant sites with 100,000 chemical-years (a chemical at a plant in a year), each of
one to three rows, amounts with a heavy tail around the thresholds, a tenth planned, chemicals by name, number and
structure.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import tempfile
from datetime import date
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from benchmarks.__main__ import BIN, command, machine
from benchmarks.mentions import Report
from opencwc.chemistry.name_index import NameIndex
from opencwc.convention import Convention
from opencwc.declarations.model import ACTIVITY_FIELDS, SITE_FIELDS

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "declarations.md"
SITES, CHEMICAL_YEARS, OTHERS = 5_000, 100_000, 400
YEAR, AS_OF = 2026, "2026-11-28"
AIM_S = 10.0
WEIGHTS = {1: 0.02, 2: 900.0, 3: 25_000.0, 0: 40_000.0}
"""The middle of the amounts in kg, by Schedule; 0 for what is in none."""


class Made(NamedTuple):
    """A chemical of the register: what a row may call it, and its Schedule."""

    called: tuple[tuple[str, str], ...]
    schedule: int


def chemicals() -> list[Made]:
    """Return the chemicals that the Schedules name, and some hundred that are in none."""
    made = [
        Made(((example.name, example.cas), (example.name, ""), ("", example.cas)), entry.schedule or 0)
        for entry in Convention(date.fromisoformat(AS_OF), ("CWC",)).entries
        for example in entry.examples
        if example.cas and example.smiles
    ]
    with NameIndex.open() as index:
        known = (reading for reading in index.structures() if len(reading.smiles) < 30 and "." not in reading.smiles)
        made += [Made((("", reading.cas), (reading.smiles, "")), 0) for reading in islice(known, OTHERS) if reading.cas]
    return made


def write_register(folder: Path, chance: random.Random) -> int:
    """Write the register; return how many rows of activities it has."""
    known = chemicals()
    by_schedule = {number: [made for made in known if made.schedule == number] for number in WEIGHTS}
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "sites.csv").open("w", newline="", encoding="utf-8") as stream:
        sites = csv.DictWriter(stream, SITE_FIELDS)
        sites.writeheader()
        for number in range(SITES):
            line = {
                "site": f"S{number:05}",
                "name": f"Works {number}",
                "operator": f"Firm {number // 3}",
                "country": "XNV",
            }
            sites.writerow(line)
            sites.writerows({**line, "plant": plant} for plant in "ABC")
    rows = 0
    with (folder / "activities.csv").open("w", newline="", encoding="utf-8") as stream:
        activities = csv.DictWriter(stream, ACTIVITY_FIELDS)
        activities.writeheader()
        for number in range(CHEMICAL_YEARS):
            schedule = chance.choices((1, 2, 3, 0), (1, 25, 24, 50))[0]
            lines = _chemical_year(f"S{number % SITES:05}", chance.choice(by_schedule[schedule]), chance)
            activities.writerows(lines)
            rows += len(lines)
    return rows


def _chemical_year(site: str, made: Made, chance: random.Random) -> list[dict[str, object]]:
    planned = chance.random() < 0.1
    name, cas = chance.choice(made.called)
    line = {
        "site": site, "plant": chance.choice("ABC"), "chemical": name, "cas": cas,
        "year": YEAR + 1 if planned else chance.randint(YEAR - 4, YEAR - 1), "planned": "yes" if planned else "",
    }  # fmt: skip
    lines: list[dict[str, object]] = []
    for activity in chance.sample(
        ("produce", "produce", "process", "consume", "import", "export", "store"), chance.randint(1, 3)
    ):
        kg = chance.lognormvariate(0, 1.8) * WEIGHTS[made.schedule]
        unit, weight = ("t", kg / 1000) if kg > 1000 else ("kg", kg)
        share = chance.choice(("", "", "", "98", "60", "25"))
        lines.append({**line, "activity": activity, "quantity": f"{weight:.4f}", "unit": unit, "concentration": share})
    return lines


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--write", action="store_true", help="write docs/benchmarks/declarations.md")
    options.add_argument("--folder", type=Path, help="where the register is left")
    chosen = options.parse_args()
    report = Report()
    how = "`python -m benchmarks.declarations --write`"
    report.say(
        "# Declarations, measured",
        "",
        f"By {how} on {date.today()}: {machine()}; load {os.getloadavg()[0]:.1f} at the start.",
    )
    with tempfile.TemporaryDirectory() as place:
        folder = chosen.folder or Path(place) / "register"
        rows = write_register(folder, random.Random(16))
        out = Path(place) / "due.csv"
        words = ["declare", str(folder), "--year", str(YEAR), "--as-of", AS_OF, "-o", str(out)]
        report.say(
            "",
            f"{SITES:,} sites, {CHEMICAL_YEARS:,} chemical-years, {rows:,} rows; CSV to CSV, the whole command.",
        )
        report.head("run | seconds | processor seconds | memory MB | declarations due")
        for number in range(1, 4):
            ran = command([str(BIN / "opencwc"), *words])
            due = sum(1 for _ in out.open(encoding="utf-8")) - 1
            report.row(str(number), f"{ran.wall:.1f}", f"{ran.processor:.1f}", f"{ran.memory:.0f}", f"{due:,}")
        report.say("", f"The aim is under {AIM_S:.0f} s.")
    if chosen.write:
        page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        PAGE.write_text("\n".join(report.lines) + "\n" + "".join(page.partition("\n## ")[1:]), encoding="utf-8")


def write_section(title: str, text: str) -> None:
    """Put a section, which begins with its title (``## ...``), into the page in the place of the one that is there."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Declarations, measured\n"
    before, found, rest = page.partition(title)
    after = rest.partition("\n## ")[2] if found else ""
    PAGE.write_text(before.rstrip() + "\n\n" + text + (f"\n## {after}" if after else ""), encoding="utf-8")


if __name__ == "__main__":
    main()
