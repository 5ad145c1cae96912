"""What the pages of reconciliations and checks read: a run that the person may see, and the sums of a filter.

Nothing is shown from memory before the casebook has said, for this person and at this moment, that it may be seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from fastapi import Depends, Query, Request
from pydantic import AfterValidator
from starlette.responses import Response

from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import findings_of_run
from opencwc.casebook.model import Person, Status
from opencwc.casebook.permissions import may
from opencwc.convention.measure_terms import fold
from opencwc.errors import NotFoundError
from opencwc.finding import Verdict
from opencwc.jobs.kept_runs import Shelf, ShownRun, shown_run
from opencwc.language.name_search import parts_of, taken_for
from opencwc.transfers.check.verb import VERB as CHECK
from opencwc.transfers.reconcile.verb import VERB as RECONCILE
from opencwc.web.server.listing import ListAsked, Searched, Slips, slips_of
from opencwc.web.server.page import page
from opencwc.web.server.page_parameters import Brief
from opencwc.web.server.service import book_of, person_of
from opencwc.wording import LANGUAGES
from opencwc.wording.chemical_names import name_said
from opencwc.wording.states import names_in_use, states_by_name

if TYPE_CHECKING:
    import polars as pl

    from opencwc.transfers.check.kept import KeptCheck
    from opencwc.transfers.reconcile.kept import KeptReconciliation

Reconciliation: TypeAlias = "ShownRun[KeptReconciliation]"

A_PAGE = 100
EXAMPLES = Path(__file__).parent / "examples"
RECONCILIATIONS = Shelf(RECONCILE.id, "reconciliation", "/transfers")
CHECKS = Shelf(CHECK.id, "check of planned shipments", "/transfers/check")


@dataclass(frozen=True)
class SumFilter(ListAsked):
    """Which sums to list, and in which order. ``over`` is ``yes``, ``no`` or ``all``."""

    over: Annotated[Brief, AfterValidator(lambda over: over if over in ("yes", "no", "all") else "yes")] = "yes"
    cause: Brief = ""
    state: Annotated[Brief, AfterValidator(str.upper)] = ""
    chemical: Annotated[str, Query(max_length=200)] = ""
    year: Brief = ""
    order: Brief = ""
    find: Searched = ""


ORDERS = ("rank", "chemical", "pair", "year", "exported", "imported", "difference", "score", "cause")
"""What the ranked list can be sorted by: its columns."""
SumsAsked = Annotated[SumFilter, Depends()]


def examples(*names: str) -> dict[str, str]:
    """Return invented files to try out, by their names."""
    return {name: (EXAMPLES / name).read_text(encoding="utf-8") for name in names}


def transfers_page(request: Request, template: str, part: str, **values: Any) -> Response:
    """Return a page under the tabs that the person may open; ``part`` names the one that is shown."""
    tabs = [
        ("reconcile", "/transfers"),
        *([("check", "/transfers/check")] if may(person_of(request), "screen") else []),
    ]
    return page(request, template, part=part, tabs=tabs, **values)


def shown_reconciliation(request: Request, number: int) -> Reconciliation:
    """Return a reconciliation; raise `NotFoundError` where there is none that the person may see."""
    from opencwc.transfers.reconcile.kept import unpack

    return shown_run(book_of(request), person_of(request), number, RECONCILIATIONS, unpack)


def shown_check(request: Request, number: int) -> ShownRun[KeptCheck]:
    """Return a check of planned shipments; raise `NotFoundError` where there is none that the person may see."""
    return check_of(book_of(request), person_of(request), number)


def check_of(book: Casebook, person: Person, number: int) -> ShownRun[KeptCheck]:
    """Return a check as a person may see it."""
    from opencwc.transfers.check.kept import unpack

    return shown_run(book, person, number, CHECKS, unpack)


def fitting_sums(kept: KeptReconciliation, wanted: SumFilter) -> pl.DataFrame:
    """Return the sums that a filter wants, by rank; of a matter both halves, where it wants one of them."""
    import polars as pl

    groups = kept.groups
    if wanted.over != "all":
        groups = groups.filter(pl.col("over") == (wanted.over == "yes"))
    if wanted.cause:
        groups = groups.filter(pl.col("cause") == wanted.cause)
    if wanted.state:
        groups = groups.filter((pl.col("exporter") == wanted.state) | (pl.col("importer") == wanted.state))
    if wanted.chemical:
        places = [place for place, chemical in enumerate(kept.chemicals) if chemical.key == wanted.chemical]
        groups = groups.filter(pl.col("substance").is_in(places))
    if wanted.year:
        year = int(wanted.year) if wanted.year.isdecimal() else -1
        groups = groups.filter(pl.col("year") == year)
    for words in _words_wanted(kept, wanted):
        groups = groups.filter(_holds(kept, words))
    return kept.groups.filter(pl.col("rank").is_in(groups["rank"].unique().implode())).sort("rank", maintain_order=True)


def slips_in(kept: KeptReconciliation, wanted: SumFilter) -> Slips:
    """Return the words of a search that stand nowhere, with what they were taken for."""
    return slips_of(parts_of(wanted.find), _words_wanted(kept, wanted))


def _words_wanted(kept: KeptReconciliation, wanted: SumFilter) -> list[tuple[str, ...]]:
    """Return what each word of a search is taken for: itself, or the nearest words where it stands nowhere."""
    parts = parts_of(wanted.find)
    if not parts:
        return []
    years = map(str, kept.groups["year"].unique())
    texts = [*_chemicals_said(kept), *_states_said(kept).values(), *years]
    return [taken_for(part, texts) for part in parts]


def _holds(kept: KeptReconciliation, words: Sequence[str]) -> pl.Expr:
    """Say of a sum whether a word stands in its chemical's name or entry, in a State's code or name, or is its year."""
    import polars as pl

    places = [place for place, text in enumerate(_chemicals_said(kept)) if any(word in text for word in words)]
    states = [code for code, text in _states_said(kept).items() if any(word in text for word in words)]
    of_state = pl.col("exporter").is_in(states) | pl.col("importer").is_in(states)
    return pl.col("substance").is_in(places) | of_state | pl.col("year").cast(pl.String).is_in(words)


def _chemicals_said(kept: KeptReconciliation) -> list[str]:
    return [
        fold(" ".join((*(name_said(chemical.name, lang) for lang in LANGUAGES), *chemical.entries))).text
        for chemical in kept.chemicals
    ]


def _states_said(kept: KeptReconciliation) -> dict[str, str]:
    codes = sorted({*kept.groups["exporter"].unique(), *kept.groups["importer"].unique()})
    return {code: fold(" ".join(names_in_use(code))).text for code in codes}


def fitting_matters(kept: KeptReconciliation, wanted: SumFilter) -> pl.DataFrame:
    """Return the rows of the ranked list that a filter wants, in its order: each matter once."""
    from opencwc.transfers.reconcile.halves import matters

    sums = matters(fitting_sums(kept, wanted), [chemical.name for chemical in kept.chemicals])
    name = wanted.order.removeprefix("-")
    if name not in ORDERS:
        return sums
    import polars as pl

    names = pl.lit(pl.Series([chemical.name.casefold() for chemical in kept.chemicals], dtype=pl.String))
    keys: Mapping[str, list[str | pl.Expr]] = {
        "chemical": [names.gather("substance")],
        "difference": [pl.col("difference").abs()],
        "cause": ["cause", "probability"],
        "pair": ["exporter", "importer"],
    }
    turned = wanted.order.startswith("-")
    return sums.sort(*keys.get(name, [name]), descending=turned, nulls_last=True, maintain_order=True)


def sum_of_rank(kept: KeptReconciliation, rank: int) -> dict[str, Any]:
    """Return the matter of a rank; raise `NotFoundError` where there is none."""
    import polars as pl

    from opencwc.transfers.reconcile.halves import matters

    sums = kept.groups.filter(pl.col("rank") == rank)
    if not len(sums):
        raise NotFoundError("no_such_rank_in_list", rank=rank)
    return matters(sums, [chemical.name for chemical in kept.chemicals]).row(0, named=True)


def over_the_years(kept: KeptReconciliation, group: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return both sides' sums of a pair and chemical, by year."""
    import polars as pl

    same = [pl.col(name) == group[name] for name in ("substance", "exporter", "importer")]
    return kept.groups.filter(*same).sort("year").to_dicts()


def lines_of(kept: KeptReconciliation, group: Mapping[str, Any], most: int) -> tuple[list[dict[str, Any]], bool]:
    """Return the lines of a sum and those that they are matched with, and whether some had to be left out."""
    import polars as pl

    mine, others = _lines_of(kept, group, most)
    lines = pl.concat([mine.head(most), others.head(most)]).sort("match", "export", "day", "line", nulls_last=True)
    return lines.to_dicts(), len(mine) > most or len(others) > most


def named_lines_of(kept: KeptReconciliation, group: Mapping[str, Any]) -> pl.DataFrame:
    """Return all lines of a sum and those that they are matched with, as a letter takes them."""
    import polars as pl

    names = pl.lit(pl.Series([chemical.name for chemical in kept.chemicals], dtype=pl.String))
    reporter, partner = (
        pl.when("export").then(first).otherwise(other).alias(name)
        for name, first, other in (("reporter", "exporter", "importer"), ("partner", "importer", "exporter"))
    )
    return pl.concat(_lines_of(kept, group)).with_columns(
        reporter,
        partner,
        pl.when(pl.col("match") >= 0).then("match"),
        flow=pl.when("export").then(pl.lit("export")).otherwise(pl.lit("import")),
        chemical=names.gather("substance"),
    )


def _lines_of(
    kept: KeptReconciliation, group: Mapping[str, Any], most: int | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the lines of a sum, and the others that they are matched with; a few more than ``most`` of each."""
    import polars as pl

    own = kept.lines().filter(*(pl.col(name) == group[name] for name in ("substance", "exporter", "importer", "year")))
    mine = (own if most is None else own.head(most + 1)).collect()
    matches = mine.filter(pl.col("match") >= 0)["match"].unique()
    beside = kept.lines().filter(pl.col("match").is_in(matches.implode()))
    beside_match = (beside if most is None else beside.head(4 * most)).collect()
    others = beside_match.filter(~pl.col("line").is_in(mine["line"].implode()))
    return mine.with_columns(own=pl.lit(value=True)), others.with_columns(own=pl.lit(value=False))


def finding_of_rank(book: Casebook, person: Person, run: int, rank: int) -> int | None:
    """Return the finding of a sum over its threshold; ``None`` where there is none, or it is not to be seen."""
    findings = findings_of_run(book, person, run, Verdict.DISCREPANCY, rank)
    return findings[0][0] if findings else None


def findings_for_review(book: Casebook, person: Person, run: int) -> list[tuple[int, Status]]:
    """Return the findings of a run that are for review, in their order, each with how it stands.

    Those of a reconciliation are its patterns over time, the first of them the first pattern that is kept.
    """
    return findings_of_run(book, person, run, Verdict.REVIEW)


def choices_of(kept: KeptReconciliation, lang: str) -> dict[str, Sequence[Any]]:
    """Return what the filters offer: causes, States, chemicals and years that are in the list."""
    groups = kept.groups
    states = [code for _, code in states_by_name({*groups["exporter"].unique(), *groups["importer"].unique()}, lang)]
    substances = set(groups["substance"].unique())
    return {
        "causes": [cause for cause in groups["cause"].unique().sort() if cause],
        "states": states,
        "chemicals": sorted(
            (chemical for place, chemical in enumerate(kept.chemicals) if place in substances),
            key=lambda chemical: chemical.name.casefold(),
        ),
        "years": groups["year"].unique().sort(descending=True).to_list(),
    }
