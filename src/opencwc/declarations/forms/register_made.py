"""A declaration back to the register that it holds: its plant sites, plants and lines, nothing of it lost."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType

from opencwc.declarations.forms.model import BookLine, Document, Plant
from opencwc.declarations.forms.model import Site as DeclaredSite
from opencwc.declarations.forms.tree import plain_decimal
from opencwc.declarations.model import Activity, Register, Site

KG = {"kg": Decimal(1), "g": Decimal("0.001"), "t": Decimal(1000)}


def register_of(document: Document) -> Register:
    """Return the register that a declaration holds: lines of sites and plants as declared, and its book lines."""
    sites: dict[tuple[str, str], Site] = {}
    for declaration in document.declarations:
        for site in declaration.sites:
            if site.row:
                sites.setdefault((site.code, ""), _line(site.code, "", site))
            for plant in site.plants:
                if plant.row:
                    sites.setdefault((site.code, plant.code), _line(site.code, plant.code, plant))
    held = {site for site, _ in sites}
    for line in document.lines:
        if line.site not in held:
            sites.setdefault((line.site, ""), Site(0, line.site, country=line.country))
    activities = tuple(_activity(line) for line in document.lines)
    return Register(document.register, MappingProxyType(sites), activities)


def _line(site: str, plant: str, held: DeclaredSite | Plant) -> Site:
    more = MappingProxyType({column.name: column.value for column in held.columns})
    return Site(held.row, site, plant, held.name, held.operator, held.country, held.address, held.kind, more)


def _activity(line: BookLine) -> Activity:
    kg = None if line.quantity is None else line.quantity * KG[line.unit]
    texts = {
        "site": line.site, "plant": line.plant, "chemical": line.chemical, "cas": line.cas, "activity": line.activity,
        "year": str(line.year), "quantity": "" if kg is None else plain_decimal(kg), "unit": "kg",
        "concentration": plain_decimal(line.concentration), "planned": "yes" if line.planned else "",
        "purpose": line.purpose, "partner": line.partner, "date": line.day.isoformat() if line.day else "",
        "remarks": line.remarks,
    }  # fmt: skip
    return Activity(
        line.row, line.site, line.plant, line.chemical, line.cas, line.activity, line.year, kg, line.concentration,
        line.planned, line.purpose, line.partner, line.day, line.remarks,
        MappingProxyType({name: text for name, text in texts.items() if text}),
    )  # fmt: skip
