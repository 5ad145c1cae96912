"""Other chemical production facilities: plant sites by their organic chemicals, PSF plants by one chemical each.

A plant site is listed where it made more than 200 t of unscheduled discrete organic chemicals in the year before, PSF
chemicals among them (VA IX.1(a)); a plant where it made more than 30 t of one with phosphorus, sulfur or fluorine
(VA IX.1(b)). A plant site that made explosives or hydrocarbons exclusively is not listed (VA IX.2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from opencwc.declarations.books import NONE, Books
from opencwc.declarations.law import Law
from opencwc.declarations.model import Due, Line, Near
from opencwc.declarations.phrases import amount
from opencwc.finding import Message

EXPLOSIVES = "explosives"
"""The purpose that marks what is made as an explosive."""


class SiteProduction(NamedTuple):
    """What a plant site made in a year of what is in no Schedule: in all, and of PSF chemicals by plant, in kg."""

    site: str
    organic: Decimal
    psf: dict[str, dict[str, Decimal]]


def other_facilities(books: Books, law: Law, year: int) -> Iterator[Due]:
    """Yield the lines of the list of other chemical production facilities that falls due in a year (VA IX.3)."""
    due = law.due("ocpf-update", year)
    of = year - 1
    organic, psf = law.kg("doc-declare"), law.kg("psf-declare")
    for made in productions(books, law, of):
        country = books.country(made.site, "")
        if organic is not None and made.organic > organic:
            why = Message(
                "declare_why_doc",
                {"site": made.site, "amount": amount(made.organic), "limit": amount(organic), "year": str(of)},
            )
            inspected = law.threshold("doc-inspect") is not None
            yield Due(
                made.site, "", "", "", "OCPF", "past", of, due, law.range_code("doc", made.organic), inspected, why,
                "doc", made.organic, ("doc-declare", "ocpf-update"), country,
            )  # fmt: skip
        for plant, chemicals in sorted(made.psf.items()):
            above = {key: kg for key, kg in chemicals.items() if psf is not None and kg > psf}
            if not above:
                continue
            most = max(above, key=lambda key: (above[key], key))
            whole = sum((chemicals if law.reading("psf-sum") == "all" else above).values(), NONE)
            why = Message(
                "declare_why_psf" if plant else "declare_why_psf_site",
                {
                    "site": made.site, "plant": plant, "chemical": books.named(most), "amount": amount(above[most]),
                    "limit": amount(psf or NONE), "year": str(of),
                },
            )  # fmt: skip
            inspection = law.kg("psf-inspect")
            yield Due(
                made.site, plant, "", "", "OCPF", "past", of, due, law.range_code("psf", whole),
                inspection is not None and above[most] > inspection, why, "psf", whole, ("psf-declare", "ocpf-update"),
                country,
            )  # fmt: skip


def near_other_facilities(books: Books, law: Law, year: int, margin: Decimal) -> Iterator[Near]:
    """Yield the plant sites and PSF plants at or below their thresholds by no more than a margin."""
    organic, psf = law.kg("doc-declare"), law.kg("psf-declare")
    of = year - 1
    for made in productions(books, law, of):
        if organic is not None and organic * (1 - margin) <= made.organic <= organic:
            yield Near(made.site, "", "", "", "produce", of, False, made.organic, organic, "doc-declare")
        for plant, chemicals in made.psf.items():
            for key, kg in chemicals.items():
                if psf is not None and psf * (1 - margin) <= kg <= psf:
                    yield Near(made.site, plant, books.name(key), "", "produce", of, False, kg, psf, "psf-declare")


def productions(books: Books, law: Law, of: int) -> Iterator[SiteProduction]:
    """Yield what each plant site made in a year that counts for the list; exempt sites are left out."""
    by_site: dict[str, list[Line]] = defaultdict(list)
    for line in books.lines:
        activity = line.activity
        if activity.activity == "produce" and activity.year == of and not activity.planned and activity.content:
            by_site[activity.site].append(line)
    for site, lines in sorted(by_site.items()):
        if is_exempt(lines, law):
            continue
        counted = [line for line in lines if _counts(line, law)]
        psf: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for activity, chemical in counted:
            if chemical.psf:
                psf[activity.plant][chemical.key] += activity.content
        yield SiteProduction(site, sum((line.activity.content for line in counted), NONE), psf)


def is_exempt(lines: Iterable[Line], law: Law) -> bool:
    """Tell whether a plant site made explosives or hydrocarbons exclusively.

    Applies ocpf-exempt (VA IX.2).
    """
    products = [
        line for line in lines if law.reading("exclusively") == "all-products" or line.chemical.organic or _named(line)
    ]
    return bool(products) and all(_named(line) for line in products)


def _named(line: Line) -> bool:
    """Tell whether VA IX.2 names what a line made: an explosive or a hydrocarbon."""
    return line.activity.purpose == EXPLOSIVES or line.chemical.hydrocarbon


def _counts(line: Line, law: Law) -> bool:
    """Tell whether a line counts as an unscheduled discrete organic chemical."""
    chemical = line.chemical
    if chemical.group or not chemical.organic:
        return False
    if chemical.polymer:
        return law.reading("polymers") == "counted"
    return not (_named(line) and law.reading("mixed-hydrocarbons") == "left-out")
