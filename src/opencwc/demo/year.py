"""The files of a year of the invented State: a generator with a seed, so that they are the same wherever made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from random import Random

from opencwc.demo.state import FilePlan, Product, State, load_state
from opencwc.demo.trade import write_table

COLUMNS = {
    "inventory": ("item", "site", "product", "chemical", "quantity_kg", "counted_on"),
    "catalogue": ("item", "laboratory", "product", "chemical", "quantity_kg", "received_on"),
    "invoices": ("line", "shipper", "consignee", "origin", "product", "chemical", "net_kg", "value_eur"),
    "register": ("line", "importer", "origin", "product", "chemical", "net_kg", "entered_on"),
}
"""The columns of each shape of file; the first one numbers its rows."""


def write_year(folder: Path, year: int) -> list[Path]:
    """Write every file of the year into a folder and return their paths, in the order of ``state.yaml``."""
    state = load_state()
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for plan in state.files:
        path = folder / plan.name.format(year=year)
        write_table(path, COLUMNS[plan.shape], _rows(state, plan, year))
        written.append(path)
    return written


def _rows(state: State, plan: FilePlan, year: int) -> Iterator[tuple[str, ...]]:
    chance = Random(f"{state.seed} {plan.name}")  # noqa: S311 - invented goods, always the same; no secret
    drawn = (_drawn(state.products[group], count, chance) for group, count in plan.rows.items())
    products = list(chain.from_iterable(drawn))
    chance.shuffle(products)
    register = plan.shape == "register"
    days = sorted(_days(year, len(products), chance)) if register else _days(year, len(products), chance)
    holder = state.companies.get(plan.company, "")
    traders = list(state.companies.values())
    for number, (product, day) in enumerate(zip(products, days, strict=True), 1):
        item, written = f"{_initials(plan)}-{number:03}", chance.choice(product.written)
        kilograms = f"{chance.uniform(product.least, product.most):.3g}"
        amount = f"{float(kilograms):f}".rstrip("0").rstrip(".")
        match plan.shape:
            case "invoices":
                origin, consignee = chance.choice(state.origins), chance.choice(traders)
                value = f"{max(1.0, float(kilograms) * chance.uniform(1, 9)):.2f}"
                exporter = f"Exporter {chance.randint(1, 9)} (invented)"
                yield item, exporter, consignee, origin, product.label, written, amount, value
            case "register":
                importer, origin = chance.choice(traders), chance.choice(state.origins)
                yield item, importer, origin, product.label, written, amount, day.isoformat()
            case _:
                yield item, holder, product.label, written, amount, day.isoformat()


def _drawn(products: tuple[Product, ...], count: int, chance: Random) -> Iterator[Product]:
    """Yield so many products of a group: each once before any comes again."""
    for place in range(count):
        if place % len(products) == 0:
            order = chance.sample(products, len(products))
        yield order[place % len(products)]


def _days(year: int, count: int, chance: Random) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=chance.randrange(365)) for _ in range(count)]


def _initials(plan: FilePlan) -> str:
    return plan.name.split("-")[1][:2].upper()
