"""What official sources of the State say of its month: logs and documents written for it, its ledger, its register.

The ledger and the register are those of `opencwc.demo.trade` and ``state.yaml``, so the record holds what they hold.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterator
from pathlib import Path

from opencwc.demo.open_reports import write_reports
from opencwc.demo.state import State
from opencwc.demo.trade import own_lines, write_table
from opencwc.wording.states import state_name

COLUMNS = ("id", "date", "statement", "source", "lang")
_FILE = Path(__file__).parent / "data" / "record.csv"
_MONTH, _LAST_DAY = 9, 30
_LEDGER = "Customs of Nordavia, ledger (invented)"
_REGISTER = "National Authority of Nordavia, register (invented)"


def write_record(state: State, folder: Path, year: int) -> Path:
    """Write the record of the month into a table and return its path."""
    path = folder / f"invented-record-{year}-{_MONTH:02}.csv"
    rows = [*_written(year), *_ledger(state, year), *_sites(state, year), *_declared(state, year)]
    write_table(path, COLUMNS, rows)
    return path


def write_chosen_reports(folder: Path, year: int, chosen: Collection[str]) -> Path:
    """Write those reports of the month, by their ids, that are to be held against the record, and return the path."""
    lines = write_reports(folder, year, _LAST_DAY).read_text(encoding="utf-8").splitlines(keepends=True)
    path = folder / f"invented-reports-held-{year}-{_MONTH:02}.jsonl"
    path.write_text("".join(line for line in lines if json.loads(line)["id"] in chosen), encoding="utf-8")
    return path


def _written(year: int) -> Iterator[tuple[str, ...]]:
    """Yield what was written for it, dated by the year."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield tuple(row[column].replace("{year}", str(year)) for column in COLUMNS)


def _ledger(state: State, year: int) -> Iterator[tuple[str, ...]]:
    """Yield the month's lines of the State's own ledger."""
    lines = (line for line in own_lines(state, year) if (line.day.year, line.day.month) == (year, _MONTH))
    for number, line in enumerate(sorted(lines, key=lambda line: (line.day, line.flow.name)), 1):
        way = "exported {} to {}" if line.export else "imported {} from {}"
        goods = f"{line.kg / 1_000:g} tonnes of {line.flow.chemical.lower()}"
        did = way.format(goods, state_name(line.partner, "en"))
        said = f"Nordavia {did} on {line.day.day} September {year}."
        yield f"T-{number}", line.day.isoformat(), said, _LEDGER, "en"


def _sites(state: State, year: int) -> Iterator[tuple[str, ...]]:
    """Yield whose each plant site is that the State declares."""
    for site in state.register.sites:
        if not site.plant and not site.kind and "product_groups" in site.more:
            owner = state.companies[site.company].removesuffix(" (invented)")
            said = f"{site.name}, {site.address}, in Nordavia, is a plant site of {owner}."
            yield f"R-{site.site}", f"{year}-03-31", said, _REGISTER, "en"


def _declared(state: State, year: int) -> Iterator[tuple[str, ...]]:
    """Yield what each plant declared that it made in the year before."""
    names = {site.site: site.name for site in state.register.sites if not site.plant}
    for row in state.register.activities:
        if row.activity == "produce" and row.plan != "":
            made = f"made {row.figures[-2]:g} {row.unit} of {row.chemical.lower()} in {year - 1}"
            said = f"{names[row.site]} in Nordavia {made}."
            yield f"D-{row.site}-{row.cas}", f"{year}-03-31", said, _REGISTER, "en"
