"""The national overview of a judged register: what is due, the aggregate national data, inspections to expect.

Each chart has its table on the page and its rows as CSV; a chart of one point is a number.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from fastapi import Request
from starlette.responses import Response

from opencwc.declarations.kept import KeptDeclarations, NationalSum, ShownDue
from opencwc.declarations.law import profiles
from opencwc.declarations.model import REGIMES
from opencwc.declarations.phrases import amount
from opencwc.declarations.schedule_1 import MOVED
from opencwc.files.csv_cells import csv_of
from opencwc.web.declarations.due_list import chemicals_said, days_of, in_order
from opencwc.web.declarations.judged_registers import shown_register
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import Number
from opencwc.web.server.page import environment, language_of, page
from opencwc.web.server.service import Router
from opencwc.wording import say
from opencwc.wording.states import iso_numeric, state_name

router = Router(include_in_schema=False)
MOST_BARS = 12
"""Plant sites, chemicals or partners of a chart; the table beside it has all."""
MOST_SITES = 200
DONE = ("produce", "process", "consume")
Table = Literal["days", "sites", "national", "inspections"]


class NationalRow(NamedTuple):
    """A chemical in the aggregate national data of a State: what was done with it, in kg, by activity."""

    country: str
    regime: str
    chemical: str
    entry: str
    sums: Mapping[str, Decimal]


@router.get("/declarations/runs/{number}/overview", action="read")
def show_overview(request: Request, number: Number) -> Response:
    """Show what falls due by day, regime and site, the aggregate national data, and the inspections to expect."""
    shown, lang = shown_register(request, number), language_of(request)
    kept, partners = shown.kept, partners_of(shown.kept)
    national, sites = national_rows(kept), sites_of(kept.due)
    called = chemicals_said(kept, lang)
    return page(
        request, "declarations/overview.html", shown=shown, kept=kept, weight=amount, view="overview",
        profile=profiles().get(kept.profile, {}).get(lang, kept.profile),
        days=days_of(kept.due, date.today()), sites=sites, of_state=_of_state(kept.due),
        national=national, partners=partners,
        regimes=in_order(Counter(str(line.regime) for line in kept.due)),
        several=len({row.country for row in national}) > 1,
        most_sites=MOST_SITES, called=called,
        activities=[name for name in (*DONE, *MOVED) if any(name in row.sums for row in national)],
        charts={
            "days": _chart_of_days(kept, lang), "regimes": _chart_of_regimes(kept, lang),
            "sites": _chart_of_sites(kept, sites, lang), "done": _chart_of_chemicals(national, called, lang),
            "partners": _chart_of_partners(partners, lang), "map": _map_of_partners(partners, lang),
        },
    )  # fmt: skip


@router.get("/declarations/runs/{number}/overview/{table}.csv", action="read")
def download_table(request: Request, number: Number, table: Table) -> Response:
    """Give a table of the overview as CSV, in which no cell is a formula."""
    kept = shown_register(request, number).kept
    return downloads.download(csv_of(TABLES[table](kept)), f"{table}-{number}.csv")


# ------------------------------------------------------------------------------------------------------- the sums


def sites_of(lines: Iterable[ShownDue]) -> list[tuple[str, Counter[str]]]:
    """Return the plant sites with how many declarations fall due there, by regime; the most first."""
    sites: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        if line.site:
            sites[line.site][str(line.regime)] += 1
    return sorted(sites.items(), key=lambda site: (-site[1].total(), site[0].casefold()))


def _of_state(lines: Iterable[ShownDue]) -> Counter[str]:
    """Return how many declarations are the State's own, of no plant site, by regime."""
    return Counter(str(line.regime) for line in lines if not line.site)


def national_rows(kept: KeptDeclarations) -> list[NationalRow]:
    """Return the aggregate national data, a row a State and chemical."""
    rows: dict[tuple[str, str, str, str], dict[str, Decimal]] = defaultdict(dict)
    for one in kept.national:
        if one.partner is None:
            rows[one.country, str(one.regime), one.chemical, one.entry][one.activity] = one.kg
    return [NationalRow(*subject, sums) for subject, sums in rows.items()]


def partners_of(kept: KeptDeclarations) -> list[NationalSum]:
    """Return imports and exports by partner, in the order of the national data."""
    return [one for one in kept.national if one.partner is not None]


def by_partner(sums: Iterable[NationalSum]) -> list[tuple[str, Mapping[str, Decimal]]]:
    """Return what was imported from and exported to each partner, all chemicals together in kg, the most first."""
    found: dict[str, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(MOVED, Decimal(0)))
    for one in sums:
        found[one.partner or ""][one.activity] += one.kg
    return sorted(found.items(), key=lambda partner: (-sum(partner[1].values()), partner[0]))


# ----------------------------------------------------------------------------------------------------- the charts


def _titles(lang: str, y: str) -> dict[str, str]:
    return {"y": say(y, lang)}


def _chart_of_days(kept: KeptDeclarations, lang: str) -> dict[str, Any]:
    said = environment(lang).filters["day"]
    rows = [
        {"label": said(day.day), "value": count, "group": say(f"page_declarations_regime_{regime}", lang)}
        for day in days_of(kept.due, date.today())
        for regime, count in day.regimes.items()
    ]
    return {"rows": rows, "groups": _regimes(lang), "titles": _titles(lang, "page_declarations_declarations")}


def _regimes(lang: str) -> list[str]:
    """Return the names of the regimes in the order of legends: Schedules 1 to 3 first."""
    return [say(f"page_declarations_regime_{regime}", lang) for regime in REGIMES]


def _chart_of_regimes(kept: KeptDeclarations, lang: str) -> dict[str, Any]:
    counts = in_order(Counter(str(line.regime) for line in kept.due)).items()
    rows = [{"label": say(f"page_declarations_regime_{name}", lang), "value": count} for name, count in counts]
    return {"rows": rows, "titles": _titles(lang, "page_declarations_declarations")}


def _chart_of_sites(kept: KeptDeclarations, sites: Sequence[tuple[str, Counter[str]]], lang: str) -> dict[str, Any]:
    bars = [(_called(kept, site), counts) for site, counts in sites[:MOST_BARS]]
    bars.append((say("page_declarations_of_state", lang), _of_state(kept.due)))
    rows = [
        {"label": called, "value": count, "group": say(f"page_declarations_regime_{regime}", lang)}
        for called, counts in bars
        for regime, count in in_order(counts).items()
    ]
    return {"rows": rows, "groups": _regimes(lang), "titles": _titles(lang, "page_declarations_declarations")}


def _called(kept: KeptDeclarations, site: str) -> str:
    name = kept.names.get(site, "")
    return f"{site} – {name[:40]}" if name and name != site else site


def _chart_of_chemicals(national: Sequence[NationalRow], called: Mapping[str, str], lang: str) -> dict[str, Any]:
    largest = sorted(national, key=lambda row: -max(row.sums.get(name, Decimal(0)) for name in DONE))
    rows = [
        {
            "label": called.get(row.chemical, row.chemical)[:60],
            "value": _tonnes(row.sums[name]),
            "group": say(f"declare_unusual_activity_{name}", lang),
        }
        for row in largest[:MOST_BARS]
        for name in DONE
        if name in row.sums
    ]
    return {"rows": rows, "titles": _titles(lang, "page_declarations_tonnes")}


def _chart_of_partners(partners: Sequence[NationalSum], lang: str) -> dict[str, Any]:
    rows = [
        {
            "label": _partner(code, lang),
            "value": _tonnes(sums[name]),
            "group": say(f"declare_unusual_activity_{name}", lang),
        }
        for code, sums in by_partner(partners)[:MOST_BARS]
        for name in MOVED
        if sums[name]
    ]
    return {"rows": rows, "titles": _titles(lang, "page_declarations_tonnes")}


def _map_of_partners(partners: Sequence[NationalSum], lang: str) -> dict[str, Any]:
    rows = []
    for code, sums in by_partner(partners):
        if code and (number := iso_numeric(code)):
            kind = "both" if all(sums.values()) else next(name for name in MOVED if sums[name])
            rows.append(
                {"code": number, "label": _partner(code, lang), "group": say(f"page_declarations_map_{kind}", lang)}
            )
    return {"rows": rows, "titles": {}}


def _partner(code: str, lang: str) -> str:
    return state_name(code, lang) if code else say("page_declarations_partner_unknown", lang)


def _tonnes(kg: Decimal) -> float:
    return float(kg / 1000)


# -------------------------------------------------------------------------------------------------------- the CSV


def _days_rows(kept: KeptDeclarations) -> Iterable[Sequence[str]]:
    yield ("due", "regime", "declarations")
    for day in days_of(kept.due, date.today()):
        for regime, count in day.regimes.items():
            yield (day.day.isoformat(), regime, str(count))


def _sites_rows(kept: KeptDeclarations) -> Iterable[Sequence[str]]:
    yield ("site", "name", "regime", "declarations")
    for site, counts in sites_of(kept.due):
        for regime, count in sorted(counts.items()):
            yield (site, kept.names.get(site, ""), regime, str(count))


def _national_rows(kept: KeptDeclarations) -> Iterable[Sequence[str]]:
    """Yield a row a sum; ``partner`` is ``all`` for what is not of one partner, and empty where none is named."""
    yield ("country", "year", "regime", "chemical", "entry", "activity", "partner", "kg")
    for one in kept.national:
        partner = "all" if one.partner is None else one.partner
        yield (
            one.country, str(kept.year - 1), one.regime, one.chemical, one.entry, one.activity, partner,
            f"{one.kg.normalize():f}",
        )  # fmt: skip


def _inspection_rows(kept: KeptDeclarations) -> Iterable[Sequence[str]]:
    yield ("scope", "regimes", "country", "site", "most_a_year", "hours", "source", "evidence")
    for one in kept.inspections:
        for site in one.sites if one.scope == "plant_site" else ("",):
            yield (
                one.scope, " ".join(one.regimes), one.country, site, str(one.most), str(one.hours or ""), one.source,
                one.grade,
            )  # fmt: skip


TABLES: Mapping[str, Callable[[KeptDeclarations], Iterable[Sequence[str]]]] = {
    "days": _days_rows, "sites": _sites_rows, "national": _national_rows, "inspections": _inspection_rows,
}  # fmt: skip
