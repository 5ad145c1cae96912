"""The register of the State's plant sites, in the versions that its Authority had of it.

Imports and exports are what the State's own ledger says, so that declarations and trade tell the same.
"""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path

from opencwc.declarations.model import ACTIVITY_FIELDS, SITE_FIELDS
from opencwc.demo.state import RegisterVersion, State, YearlyFigures
from opencwc.demo.trade import own_lines, table_text

YEARS = 4
"""Of how many years a version has figures."""


def write_register(state: State, folder: Path, year: int, version: str, sites: Collection[str] = ()) -> Path:
    """Write a version of the register, its two tables in a ZIP file, and return its path; always the same bytes.

    ``sites`` are those of an operator who hands in its part; all of the State's where none are named.
    """
    rows = _activities(state, year, state.register.versions[version])
    if sites:
        rows = (row for row in rows if row["site"] in sites)
    tables = {
        "sites.csv": table_text(
            (*SITE_FIELDS, *_further(state)), (line for line in _sites(state) if not sites or line[0] in sites)
        ),
        "activities.csv": table_text(
            ACTIVITY_FIELDS, ([str(row.get(field, "")) for field in ACTIVITY_FIELDS] for row in rows)
        ),
    }
    named = "-".join((str(due_year(state, year, version)), version, *sites))
    path = folder / f"invented-register-{named}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
    return path


def due_year(state: State, year: int, version: str) -> int:
    """Return the year in which what a version speaks of falls due: the one after its last figures."""
    return year - state.register.versions[version].ago + 1


def _sites(state: State) -> Iterator[tuple[str, ...]]:
    for line in state.register.sites:
        company = state.companies[line.company]
        more = (line.more.get(column, "") for column in _further(state))
        yield line.site, line.plant, line.name, company, state.trade.state, line.address, line.kind, *more


def _further(state: State) -> tuple[str, ...]:
    """Return the columns of the table of sites that only the forms need."""
    return tuple(dict.fromkeys(column for line in state.register.sites for column in line.more))


def _activities(state: State, year: int, version: RegisterVersion) -> Iterator[dict[str, object]]:
    last = year - version.ago
    for figures in state.register.activities:
        yield from _figures_of(figures, year, last, version)
    yield from _trade(state, year, last)
    for plan in state.register.dated:
        if (of := year + plan.ahead) > last:
            yield {
                "site": plan.site, "plant": plan.plant, "chemical": plan.chemical, "cas": plan.cas,
                "activity": plan.activity, "year": of, "quantity": f"{plan.quantity:g}", "unit": plan.unit,
                "planned": "yes", "purpose": plan.purpose, "partner": plan.partner, "date": f"{of}-{plan.day}",
                "remarks": "invented",
            }  # fmt: skip


def _figures_of(figures: YearlyFigures, year: int, last: int, version: RegisterVersion) -> Iterator[dict[str, object]]:
    """Yield the rows of a plant's chemical: four years up to the last, with its slips, and the plans of two years."""
    said = {name: getattr(figures, name) for name in ("site", "plant", "chemical", "cas", "activity", "unit")}
    named = (figures.site, figures.plant, figures.chemical)
    for of in range(last - YEARS + 1, last + 1):
        row = {**said, "year": of, "quantity": f"{figures.figures[of - year - 1]:g}", "remarks": "invented"}
        if of == last and figures.site == version.missing:
            continue
        if of == last and figures.site == version.late:
            row["remarks"] = f"invented; received {last + 1}-04-22"
        if of == last and version.unit is not None and version.unit[:3] == named and figures.activity == "produce":
            row["unit"] = version.unit[3]
        if of == last and version.number is not None and version.number[:3] == named:
            row["cas"] = version.number[3]
        yield row
    for ahead in (1, 2) if figures.plan else ():
        yield {**said, "year": last + ahead, "quantity": f"{figures.plan:g}", "planned": "yes", "remarks": "invented"}


def _trade(state: State, year: int, last: int) -> Iterator[dict[str, object]]:
    """Yield what the State's ledger has of each flow and year, at the site that trades it."""
    sums: dict[tuple[str, str, bool, str, int], float] = defaultdict(float)
    for line in own_lines(state, year):
        if last - YEARS < line.day.year <= last:
            sums[line.flow.name, line.partner, line.export, line.flow.cas, line.day.year] += line.kg
    names = {flow.name: flow.chemical for flow in state.trade.flows}
    for (flow, partner, export, cas, of), kg in sums.items():
        site, plant = state.register.trade[flow]
        yield {
            "site": site, "plant": plant, "chemical": names[flow], "cas": cas,
            "activity": "export" if export else "import", "year": of, "quantity": f"{kg:.0f}", "unit": "kg",
            "partner": partner, "remarks": "invented",
        }  # fmt: skip
