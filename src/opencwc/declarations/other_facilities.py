"""Other chemical production facilities: plant sites by their organic chemicals, PSF plants by one chemical each.

A plant site is listed where it made more than 200 t of unscheduled discrete organic chemicals in the year before, PSF
chemicals among them (VA IX.1(a)); a plant where it made more than 30 t of one with phosphorus, sulfur or fluorine
(VA IX.1(b)). A plant site that made explosives or hydrocarbons exclusively is not listed (VA IX.2). What is inspected:
VA IX.9(a) and VA IX.9(b), from the fourth year on (VA IX.22).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from opencwc.convention.clauses import in_short
from opencwc.declarations.books import NONE, Books
from opencwc.declarations.law import Law
from opencwc.declarations.model import Due, Line, Near
from opencwc.declarations.phrases import amount, by_reading, with_the_limit
from opencwc.finding import Message

EXPLOSIVES = "explosives"
"""The purpose that marks what is made as an explosive."""


class SiteProduction(NamedTuple):
    """What a plant site made in a year of what is in no Schedule: in all, and of PSF chemicals by plant, in kg.

    ``readings`` are those that the sum rests on.
    """

    site: str
    organic: Decimal
    psf: dict[str, dict[str, Decimal]]
    readings: tuple[str, ...] = ()


def other_facilities(books: Books, law: Law, year: int) -> Iterator[Due]:
    """Yield the lines of the list of other chemical production facilities that falls due in a year (VA IX.3)."""
    due = law.due("ocpf-update", year)
    of = year - 1
    organic, psf = law.kg("doc-declare"), law.kg("psf-declare")
    for made in productions(books, law, of):
        country = books.country(made.site, "")
        if organic is not None and law.is_met("doc-declare", made.organic):
            national = "_national" if law.has_own_threshold("doc-declare") else ""
            why = Message(
                f"declare_why_doc{national}",
                {
                    "site": made.site, "amount": amount(made.organic), "limit": amount(organic), "year": str(of),
                    "source": _source(law, "doc-declare"),
                },
            )  # fmt: skip
            why = with_the_limit(why, made.organic, organic)
            inspected = law.threshold("doc-inspect") is not None
            yield Due(
                made.site, "", "", "", "OCPF", "past", of, due, law.range_code("doc", made.organic), inspected,
                by_reading(why, made.readings, law), "doc", made.organic,
                ("doc-declare", "ocpf-update", *made.readings), country,
            )  # fmt: skip
        for plant, chemicals in sorted(made.psf.items()):
            above = {key: kg for key, kg in chemicals.items() if law.is_met("psf-declare", kg)}
            if not above:
                continue
            most = max(above, key=lambda key: (above[key], key))
            whole = sum((chemicals if law.reading("psf-sum") == "all" else above).values(), NONE)
            national = "_national" if law.has_own_threshold("psf-declare") else ""
            why = Message(
                f"declare_why_psf{'' if plant else '_site'}{national}",
                {
                    "site": made.site, "plant": plant, "chemical": books.named(most), "amount": amount(above[most]),
                    "limit": amount(psf or NONE), "year": str(of), "source": _source(law, "psf-declare"),
                },
            )  # fmt: skip
            readings = ("psf-sum",) if len(chemicals) > len(above) else ()
            why = with_the_limit(why, above[most], psf)
            if whole > above[most]:
                why = Message("declare_why_psf_in_all", {"why": why, "total": amount(whole)})
            inspection = law.kg("psf-inspect")
            yield Due(
                made.site, plant, "", "", "OCPF", "past", of, due, law.range_code("psf", whole),
                inspection is not None and above[most] > inspection,
                by_reading(why, readings, law), "psf", whole,
                ("psf-declare", "ocpf-update", *readings), country,
            )  # fmt: skip


def _source(law: Law, threshold: str) -> str:
    known = law.threshold(threshold)
    return in_short(known.source) if known else ""


def near_other_facilities(books: Books, law: Law, year: int, margin: Decimal) -> Iterator[Near]:
    """Yield the plant sites and PSF plants at or below their thresholds by no more than a margin."""
    organic, psf = law.kg("doc-declare"), law.kg("psf-declare")
    of = year - 1
    for made in productions(books, law, of):
        above = law.is_met("doc-declare", made.organic)
        if organic is not None and not above and organic * (1 - margin) <= made.organic <= organic:
            yield Near(made.site, "", "", "", "produce", of, False, made.organic, organic, "doc-declare")
        for plant, chemicals in made.psf.items():
            for key, kg in chemicals.items():
                if psf is not None and not law.is_met("psf-declare", kg) and psf * (1 - margin) <= kg <= psf:
                    yield Near(made.site, plant, books.name(key), "", "produce", of, False, kg, psf, "psf-declare")


def productions(books: Books, law: Law, of: int) -> Iterator[SiteProduction]:
    """Yield what each plant site made in a year that counts for the list; exempt sites are left out."""
    used = _used_in_plant(books, law, of)
    for site, lines in sorted(books.made_in(of).items()):
        if is_exempt(lines, law):
            continue
        counted = [line for line in lines if _counts(line, law)]
        made: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        psf: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for activity, chemical in counted:
            made[activity.plant, chemical.key] += activity.content
        for (plant, key), kg in made.items():
            made[plant, key] = max(kg - used.get((site, plant, key), NONE), NONE)
            if books.chemicals[key].psf:
                psf[plant][key] = made[plant, key]
        readings = tuple(
            reading
            for reading, rests in (
                ("mixed-hydrocarbons", any(map(_named, counted))),
                ("polymers", any(line.chemical.polymer for line in counted)),
            )
            if rests
        )
        yield SiteProduction(site, sum(made.values(), NONE), psf, readings)


def _used_in_plant(books: Books, law: Law, of: int) -> dict[tuple[str, str, str], Decimal]:
    """Return what each plant consumed or processed itself in a year, where that is no production to be declared."""
    used: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    if law.reading("doc-intermediates") == "left-out":
        for activity, chemical in books.lines:
            if activity.activity in ("consume", "process") and activity.year == of and not activity.planned:
                used[activity.site, activity.plant, chemical.key] += activity.content
    return used


def is_exempt(lines: Iterable[Line], law: Law) -> bool:
    """Tell whether a plant site made explosives or hydrocarbons exclusively, or what a national law names beside them.

    Applies ocpf-exempt (VA IX.2).
    """
    if law.threshold("ocpf-exempt") is None:
        return False
    polymers = law.reading("polymer-sites") == "exempt"
    products = [
        line for line in lines if law.reading("exclusively") == "all-products" or line.chemical.organic or _named(line)
    ]
    return bool(products) and all(_named(line) or (polymers and line.chemical.polymer) for line in products)


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
