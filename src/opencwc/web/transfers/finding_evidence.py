"""What a finding of transfers rests on, as its page shows it: facts, and tables of duties, of sums and of rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from opencwc.convention import Convention
from opencwc.convention.model import EVIDENCE, STATUSES
from opencwc.finding import Evidence, Finding, Message, Value
from opencwc.transfers.check.weighing import STATES_OF_DUTY
from opencwc.transfers.model import LINE_STATUSES
from opencwc.web.casebook.faces import Cell, EvidenceTable, TableColumn
from opencwc.web.casebook.run_summary import convention_of
from opencwc.web.server.days_and_sizes import day_said
from opencwc.web.transfers.column_names import CHECK_LABELS, field_said
from opencwc.wording import amount_said, cited, number_said, say
from opencwc.wording.chemical_names import name_said
from opencwc.wording.states import state_name
from opencwc.wording.typography import dash

FLOWS = ("export", "import")
_PAIR = re.compile(r"\S+ ([A-Z]{3})>([A-Z]{3}) (\d{4})")
_SECOND = re.compile(r"(exported|imported): (.+) ([A-Z]{3})>([A-Z]{3}) (\d{4})")
"""The label of a sum of the other half of a matter: which sum, the chemical, the States and the year."""
_LINE = re.compile(r"(.+) (\S+): (export|import) ([A-Z]{3})>([A-Z]{3}) (\S+) (-?[\d.]+) kg", re.DOTALL)
"""A row of a ledger: the ledger, the row, the direction, the States, the day or the year, the quantity."""


class Pair(NamedTuple):
    """The States and the year of a matter of two ledgers."""

    sender: str
    receiver: str
    year: str

    @classmethod
    def of(cls, finding: Finding) -> Pair | None:
        """Return the pair that a finding speaks of.

        >>> from opencwc.finding import Maker, Subject, Verdict
        >>> subject = Subject(1, "102-71-6 XNV>BRA 2025", "Triethanolamine XNV>BRA 2025")
        >>> Pair.of(Finding(subject, Verdict.DISCREPANCY, Message("why"), Maker("m", "1", "2026-01-01", ())))
        Pair(sender='XNV', receiver='BRA', year='2025')
        """
        ends = _PAIR.fullmatch(finding.subject.id)
        return cls(*ends.groups()) if ends else None


class LedgerRow(NamedTuple):
    """A row of a ledger as the evidence names it; ``when`` is a day, a year or nothing."""

    ledger: str
    row: str
    flow: str
    sender: str
    receiver: str
    when: str
    kg: float


def shipped(texts: Mapping[str, str], lang: str) -> list[tuple[str, str]]:
    """Return how much is shipped, when and to whom, as the row of a shipment says it; empty where it does not.

    >>> shipped({"quantity": "2000", "unit": "kg", "consignee": "Ink House"}, "en")[:3]
    [('Quantity', '2,000 kg'), ('Concentration (% by weight)', ''), ('Date of the shipment', '')]
    """
    quantity = " ".join(filter(None, (texts.get("quantity", ""), texts.get("unit", ""))))
    day = texts.get("date", "")
    said = {
        "quantity": amount_said(quantity, lang) if texts.get("quantity", "").isdecimal() else quantity,
        "concentration": texts.get("concentration", ""),
        "date": day_said(day, lang) if _DAY.fullmatch(day) else day,
        "consignee": texts.get("consignee", ""),
        "end_user": texts.get("end_user", ""),
    }
    return [(field_said(name, CHECK_LABELS, lang), text) for name, text in said.items()]


_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def facts_of(finding: Finding, lang: str) -> list[tuple[str, str]]:
    """Return what a finding of transfers rests on beside its tables: the States, the papers, the priority."""
    facts = []
    for evidence in finding.evidence:
        label, value = evidence.label, evidence.value
        if evidence.kind in ("duty", "rule", "quantity") or (evidence.kind == "line" and _rows_in(label)):
            continue
        if evidence.kind == "order":
            label, value = say("page_transfers_score", lang), _score_said(value, lang)
        elif evidence.kind == "state" and label in ("from", "to", "via"):
            label, value = say(f"page_transfers_{label}", lang), _state_said(value, lang)
        elif evidence.kind == "paper":
            value = _drawn_said(value, lang) if label == "certificate" else value
            label = say("page_transfers_paper", lang)
        elif evidence.kind == "line" and value in LINE_STATUSES:
            value = say(f"page_transfers_status_{value}", lang)
        if value and not evidence.span:
            facts.append((label, value))
    return facts


def tables_of(finding: Finding, lang: str) -> list[EvidenceTable]:
    """Return the tables of a finding: what each side reports, the rows, the duties, the thresholds; empty ones lack."""
    rules = convention_of(finding.maker.as_of)
    tables = (
        _sums(finding, lang), _ledger_rows(finding, lang), _duties(finding, rules, lang),
        _thresholds(finding, rules, lang),
    )  # fmt: skip
    return [table for table in tables if table.rows]


def _sums(finding: Finding, lang: str) -> EvidenceTable:
    """Show what each State reports of a year beside the other, with the difference."""
    pair = Pair.of(finding)
    sums: dict[str, dict[str, float]] = {}
    for evidence in finding.evidence:
        if evidence.kind == "quantity" and pair is not None:
            second = _SECOND.fullmatch(evidence.label)
            side = second[1] if second else evidence.label
            named = f"{name_said(second[2], lang)} {route_said(second[3], second[4], lang)}" if second else ""
            year = second[5] if second else pair.year
            matter = say(Message("title_in_year", {"title": named, "year": year}), lang) if named else year
            sums.setdefault(matter, {})[side] = float(evidence.value.removesuffix(" kg"))
    rows = tuple(
        (Cell(matter), *(Cell(number_said(kg, lang)) for kg in (out, back, abs(out - back))))
        for matter, both in sums.items()
        for out, back in [(both.get("exported", 0.0), both.get("imported", 0.0))]
    )
    sender, receiver = (state_name(code, lang) for code in pair[:2]) if pair else ("", "")
    columns = (
        TableColumn(say("label_year", lang)),
        TableColumn(say(Message("page_evidence_exported", {"state": sender}), lang), number=True),
        TableColumn(say(Message("page_evidence_imported", {"state": receiver}), lang), number=True),
        TableColumn(say("label_difference_kg", lang), number=True),
    )
    return EvidenceTable(say("page_evidence_sums", lang), columns, rows)


def _ledger_rows(finding: Finding, lang: str) -> EvidenceTable:
    """Show the largest rows, each beside the row that it was matched with; a pair of rows stands there once."""
    pair = Pair.of(finding)
    matches: dict[frozenset[LedgerRow], tuple[dict[str, LedgerRow], str]] = {}
    for evidence in finding.evidence:
        if lines := _rows_in(evidence.label) if evidence.kind == "line" else ():
            by_flow = {line.flow: line for line in reversed(lines)}
            matches.setdefault(frozenset(lines), (by_flow, evidence.value))
    ledgers = {flow: {both[flow].ledger for both, _ in matches.values() if flow in both} for flow in FLOWS}
    once = all(len(named) <= 1 for named in ledgers.values())
    told = any(value != "matched" for _, value in matches.values())
    rows = tuple(
        (
            *(cell for flow in FLOWS for cell in _row_cells(by_flow.get(flow), pair, lang, with_ledger=not once)),
            *((Cell(say(f"page_transfers_status_{value}", lang)),) if told else ()),
        )
        for by_flow, value in matches.values()
    )
    quantity = TableColumn(say("page_transfers_kg", lang), number=True, unit=True)
    columns = (
        *(column for flow in FLOWS for column in (TableColumn(say(f"page_evidence_{flow}_row", lang)), quantity)),
        *((TableColumn(say("casebook_status", lang)),) if told else ()),
    )
    note = _ledgers_said(ledgers, lang) if once else ""
    return EvidenceTable(say("page_evidence_rows", lang), columns, rows, note)


def _ledgers_said(ledgers: Mapping[str, set[str]], lang: str) -> str:
    """Say in which file the rows of each direction stand."""
    colon, then = say("label_colon", lang), say("clause_separator", lang)
    named = ((say(f"page_evidence_{flow}_row", lang), name) for flow in FLOWS for name in ledgers[flow])
    return then.join(f"{row}{colon}\u2068{name}\u2069" for row, name in named)


def _row_cells(line: LedgerRow | None, pair: Pair | None, lang: str, *, with_ledger: bool) -> tuple[Cell, Cell]:
    if line is None:
        return Cell("–"), Cell("")
    elsewhere = route_said(line.sender, line.receiver, lang) if pair and line[3:5] != pair[:2] else ""
    notes = (elsewhere, day_said(line.when, lang), line.ledger if with_ledger else "")
    return Cell(line.row, tuple(filter(None, notes))), Cell(number_said(line.kg, lang))


def _rows_in(label: str) -> tuple[LedgerRow, ...]:
    """Return the row that evidence names, and the one that it is matched with; none where it names no rows.

    >>> [row.row for row in _rows_in("a = b.csv N-2: export XNV>BRA 2025-02-04 31530 kg = c P-2: import XNV>BRA  9 kg")]
    []
    >>> rows = _rows_in("a = b.csv N-2: export XNV>BRA 2025-02-04 31530 kg = c.csv P-2: import XNV>BRA 2025 9.5 kg")
    >>> [(row.ledger, row.row, row.when, row.kg) for row in rows]
    [('a = b.csv', 'N-2', '2025-02-04', 31530.0), ('c.csv', 'P-2', '2025', 9.5)]
    """
    cuts = [found.start() for found in re.finditer(" = ", label)]
    for halves in ([label], *([label[:cut], label[cut + 3 :]] for cut in cuts)):
        lines = [_LINE.fullmatch(half) for half in halves]
        if all(lines) and not (len(halves) == 1 and any(_LINE.fullmatch(label[:cut]) for cut in cuts)):
            return tuple(_ledger_row(line) for line in lines if line)
    return ()


def _ledger_row(line: re.Match[str]) -> LedgerRow:
    ledger, row, flow, sender, receiver, when, kg = line.groups()
    return LedgerRow(ledger, row, flow, sender, receiver, when, float(kg))


def _duties(finding: Finding, rules: Convention, lang: str) -> EvidenceTable:
    """Show each duty of a planned shipment: what has become of it, until when, and where it stands."""
    rows = []
    for evidence in finding.evidence:
        if evidence.kind != "duty":
            continue
        words, _, rest = evidence.value.partition("; ")
        source, _, grade = rest.rpartition("; ")
        state, _, due = words.partition(" ")
        name = _duty_name(evidence.label, rules, lang)
        if state not in STATES_OF_DUTY or grade not in EVIDENCE:
            rows.append((Cell(name), Cell(evidence.value), Cell(""), Cell("")))
            continue
        standing, day = say(f"page_transfers_owed_{state}", lang), day_said(due, lang)
        rows.append((Cell(name), Cell(standing), Cell(day), _source(source, grade, lang)))
    columns = tuple(
        TableColumn(say(label, lang))
        for label in ("page_transfers_duty", "page_convention_status", "page_transfers_due", "report_source")
    )
    full = [place for place, column in enumerate(columns) if not rows or any(row[place].text for row in rows)]
    shown = tuple(tuple(row[place] for place in full) for row in rows)
    return EvidenceTable(say("page_evidence_duties", lang), tuple(columns[place] for place in full), shown)


def _duty_name(rule_id: str, rules: Convention, lang: str) -> str:
    """Name a duty by the paper that it asks for, else by what its rule does; an unknown one by its id."""
    rule = rules.transfer_rule(rule_id)
    return say(f"page_evidence_duty_{rule.paper or rule.effect}", lang) if rule else rule_id


def _thresholds(finding: Finding, rules: Convention, lang: str) -> EvidenceTable:
    """Show the thresholds that a sum was held against: from how much on they count, and where they stand."""
    columns = (
        TableColumn(say("page_evidence_threshold", lang)),
        TableColumn(say("page_evidence_above", lang), number=True),
        TableColumn(say("report_source", lang)),
    )
    rows = tuple(_threshold(seen, rules, lang) for seen in finding.evidence if seen.kind == "rule")
    return EvidenceTable(say("page_evidence_thresholds", lang), columns, rows)


def _threshold(evidence: Evidence, rules: Convention, lang: str) -> tuple[Cell, ...]:
    amount, _, rest = evidence.value.partition("; ")
    source, _, grade = rest.rpartition("; ")
    threshold = rules.threshold(evidence.label)
    name = say(f"threshold_purpose_{threshold.purpose}", lang) if threshold else _duty_name(evidence.label, rules, lang)
    over = f"{float(amount.removesuffix(' kg')):.12g} kg"
    return Cell(name), Cell(amount_said(over, lang)), _source(source, grade, lang)


def _source(source: str, grade: str, lang: str) -> Cell:
    return Cell(cited(source, lang), (say(f"evidence_{grade}", lang),))


def route_said(sender: str, receiver: str, lang: str) -> str:
    """Say from which State to which a transfer goes, by their names."""
    ends: dict[str, Value] = {"from": state_name(sender, lang), "to": state_name(receiver, lang)}
    return say(Message("page_evidence_route", ends), lang)


def _state_said(value: str, lang: str) -> str:
    """Say ``DEU state_party 1997-04-29`` in words."""
    code, _, rest = value.partition(" ")
    status, _, since = rest.partition(" ")
    named = state_name(code, lang)
    if status not in STATUSES:
        return named
    known = say(f"page_convention_status_{status}", lang)
    if since:
        said: dict[str, Value] = {"status": known, "day": day_said(since, lang)}
        known = say(Message("page_evidence_status_since", said), lang)
    return f"{named} {dash(lang)} {known}"


def _score_said(value: str, lang: str) -> str:
    """Say a priority as the list has it, without what it was made of.

    >>> _score_said("98.0; over the threshold", "en"), _score_said("0.4", "en")
    ('98 of 100', '< 1 of 100')
    """
    score = float(value.partition(";")[0])
    shown = "< 1" if 0 < score < 1 else number_said(round(score), lang)
    return say(Message("page_evidence_of_hundred", {"number": shown}), lang)


def _drawn_said(value: str, lang: str) -> str:
    """Say ``EUC-7: 18000 kg, 7000 kg`` in words: what a certificate was drawn for, and what is left of it."""
    name, _, amounts = value.rpartition(": ")
    drawn, _, left = amounts.partition(", ")
    if not name or not left:
        return value
    return say(Message("transfers_certificate_drawn", {"id": name, "amount": drawn, "left": left}), lang)
