"""Two ledgers' disagreement as a report that a person reads: what was compared, what came out, the ranked list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from opencwc.finding import Message
from opencwc.publishing.labels import labels_in
from opencwc.publishing.model import (
    Badge,
    Block,
    Bullets,
    Count,
    Counts,
    Paragraph,
    Report,
    Section,
    Table,
    Text,
    Words,
)
from opencwc.transfers.reconcile.reconciled import Reconciled
from opencwc.wording import amount_said, number_said, say, sentence
from opencwc.wording.chemical_names import name_said

SHOWN = 2_000
"""Lines of the ranked list that the report shows; the rest is counted, and stands in the other formats."""
MOST_IN_A_SHEET = 200_000
"""The same in a workbook."""


def report(reconciled: Reconciled, lang: str = "en", *, over: bool = False, most: int = SHOWN) -> Report:
    """Return the report as a document, for any writer of `opencwc.publishing`; ``most`` lines of the list at most."""
    titles = {name: say(f"reconcile_report_{name}", lang) for name in ("checked", "counts", "list")}
    return Report(
        title=say("reconcile_report_title", lang),
        lang=lang,
        labels=labels_in(lang),
        lead=tuple(sentence(message, lang) for message in reconciled.told()[:2]),
        contents=tuple(titles.items()),
        sections=_sections(reconciled, lang, titles, over=over, most=most),
        closing=(say("report_person", lang),),
        main="list",
        made=reconciled.as_of,
    )


def _sections(reconciled: Reconciled, lang: str, titles: dict[str, str], *, over: bool, most: int) -> Iterator[Section]:
    notes = [Text(f"{ledger.name}: {sentence(note, lang)}") for ledger in reconciled.ledgers for note in ledger.notes]
    notes += [Text(f"{name}: {sentence(problem, lang)}") for name, problem in reconciled.problems()]
    items: list[Words] = [*(sentence(message, lang) for message in reconciled.told()), *notes]
    yield Section("checked", titles["checked"], (Bullets(tuple(items)),), wide=False)
    tones = {"discrepancy": "grave", "unreadable": "gap", "apart": "doubt", "agreed": "calm"}
    counts = tuple(
        Count(Badge(say(f"reconcile_count_{name}", lang), tone), reconciled.counts[name])  # type: ignore[arg-type]
        for name, tone in tones.items()
    )
    yield Section("counts", titles["counts"], (Counts(counts),), wide=False)
    yield Section("list", titles["list"], _ranked(reconciled, lang, over=over, most=most))


def places_of(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return chemical, pair of States and year of a row of the table, with those of its second half where they differ.

    >>> places_of({"chemical": "Sarin", "exporter": "DEU", "importer": "FRA", "year": 2023, "also_chemical": "Sarin",
    ...            "also_exporter": "DEU", "also_importer": "FRA", "also_year": 2024})
    ('Sarin', 'DEU > FRA', '2023 + 2024')
    """
    here = (row["chemical"], f"{row['exporter']} > {row['importer']}", str(row["year"]))
    if row["also_year"] is None:
        return here
    there = (row["also_chemical"], f"{row['also_exporter']} > {row['also_importer']}", str(row["also_year"]))
    chemical, pair, year = (
        first if first == second else f"{first} + {second}" for first, second in zip(here, there, strict=True)
    )
    return chemical, pair, year


def _ranked(reconciled: Reconciled, lang: str, *, over: bool, most: int) -> Iterator[Block]:
    table = reconciled.table(lang)
    table = table.filter("over_threshold") if over else table
    names = ("rank", "chemical", "entry", "pair", "year", "exported_kg", "imported_kg", "difference_kg", "cause", "why")
    rows: list[tuple[Words, ...]] = []
    for row in table.head(most).iter_rows(named=True):
        cause = say(f"reconcile_cause_{row['cause']}", lang) if row["cause"] else ""
        likely = amount_said(f"{100 * (row['cause_probability'] or 0):.0f} %", lang)
        sure = f"{cause} ({likely})" if cause else ""
        quantities = (Text(number_said(round(row[name]), lang), verbatim=True) for name in names[5:8])
        chemical, pair, year = places_of(row)
        chemical = name_said(chemical, lang)
        first = (str(row["rank"]), chemical, Text(row["entry"], verbatim=True), Text(pair, verbatim=True), year)
        rows.append((*first, *quantities, sure, row["why"]))
    yield Table(
        say("reconcile_report_list", lang), tuple(say(f"label_{name}", lang) for name in names), tuple(rows), (5, 6, 7)
    )
    if len(table) > most:
        yield Paragraph((sentence(Message("table_more", {"count": len(table) - most}), lang),), "note")
