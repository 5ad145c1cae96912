"""How the casebook's pages show checks of planned shipments and reconciliations of ledgers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import History, count_findings
from opencwc.casebook.model import UNDECIDED, Filter, Person
from opencwc.convention.model import EVIDENCE, STATUSES
from opencwc.errors import OpenCWCError
from opencwc.finding import Finding, Message, Value, Verdict
from opencwc.transfers.check.weighing import STATES_OF_DUTY
from opencwc.transfers.document_words import spoken_day, spoken_quantity
from opencwc.transfers.model import LINE_STATUSES
from opencwc.web.casebook.faces import Face, JobPage, shortened
from opencwc.web.casebook.home_doors import Door, FigureRow, HouseFigure
from opencwc.web.transfers.column_names import CHECK_LABELS, say_columns
from opencwc.wording import cited, number_said, say, sentence
from opencwc.wording.chemical_names import name_said
from opencwc.wording.states import state_name


def _rests_on(finding: Finding, lang: str) -> list[tuple[str, str]]:
    """Return what a finding of transfers rests on, in words: what it is, and what is said of it."""
    seen = []
    for evidence in finding.evidence:
        label, value = evidence.label, evidence.value
        if evidence.kind == "quantity" and label in ("exported", "imported"):
            label, value = say(f"label_{label}_kg", lang), number_said(float(value.removesuffix(" kg")), lang)
        elif evidence.kind == "order":
            label, value = say("page_transfers_score", lang), value.partition(";")[0]
        elif evidence.kind == "line" and value in LINE_STATUSES:
            value = say(f"page_transfers_status_{value}", lang)
        elif evidence.kind == "state" and label in ("from", "to", "via"):
            label, value = say(f"page_transfers_{label}", lang), _state_said(value, lang)
        elif evidence.kind == "duty":
            label, value = say("page_transfers_duty", lang), _duty_said(value, lang)
        elif evidence.kind == "rule":
            label, value = say("report_rule", lang), _rule_said(label, value, lang)
        elif evidence.kind == "paper":
            value = _drawn_said(value, lang) if label == "certificate" else value
            label = say("page_transfers_paper", lang)
        if value and not evidence.span:
            seen.append((label, value))
    return seen


def _duty_said(value: str, lang: str) -> str:
    """Say ``needed 2027-01-30; Verification Annex VI.5; treaty``: what has become of it, its day, where it stands.

    What has another form stands as it is written.
    """
    words, _, rest = value.partition("; ")
    source, _, grade = rest.rpartition("; ")
    state, _, due = words.partition(" ")
    if state not in STATES_OF_DUTY or grade not in EVIDENCE:
        return value
    parts = [say(f"page_transfers_owed_{state}", lang)]
    if due:
        parts.append(f"{say('page_transfers_due', lang)} {_day_said(due, lang)}")
    return say("clause_separator", lang).join([*parts, cited(source, lang), say(f"evidence_{grade}", lang)])


def _rule_said(id: str, value: str, lang: str) -> str:
    """Say ``30000.000 kg; Verification Annex VIII.3; treaty``: the id, from how much on it counts, where it stands."""
    amount, _, rest = value.partition("; ")
    source, _, grade = rest.rpartition("; ")
    threshold = spoken_quantity(float(amount.removesuffix(" kg")), "kg", lang)
    return say("clause_separator", lang).join([id, threshold, cited(source, lang), say(f"evidence_{grade}", lang)])


def _state_said(value: str, lang: str) -> str:
    """Say ``DEU state_party 1997-04-29`` in words."""
    code, _, rest = value.partition(" ")
    status, _, since = rest.partition(" ")
    named = state_name(code, lang)
    if status not in STATUSES:
        return named
    parts = [say(f"page_convention_status_{status}", lang), _day_said(since, lang)]
    return f"{named} – {' '.join(filter(None, parts))}"


def _day_said(text: str, lang: str) -> str:
    return spoken_day(date.fromisoformat(text), lang) if text else ""


def _drawn_said(value: str, lang: str) -> str:
    """Say ``EUC-7: 18000 kg, 7000 kg`` in words: what a certificate was drawn for, and what is left of it."""
    name, _, amounts = value.rpartition(": ")
    drawn, _, left = amounts.partition(", ")
    if not name or not left:
        return value
    return say(Message("transfers_certificate_drawn", {"id": name, "amount": drawn, "left": left}), lang)


def _columns_in(labels: Mapping[str, str]) -> Callable[[OpenCWCError, str], str]:
    """Return what says what is wrong with columns, in the words of the boxes on the page."""

    def say(error: OpenCWCError, lang: str) -> str:
        wrong_columns = say_columns(error, labels, lang)
        return f"{wrong_columns.says} {sentence('page_transfers_columns_again', lang)}" if wrong_columns else ""

    return say


def _beside_check(history: History) -> tuple[str, str]:
    run, row = history.run["number"], history.finding.row
    return "page_transfers_see_shipment", f"/transfers/checks/{run}?after={max(0, row - 1)}#answer-{row}"


def _beside_reconciliation(history: History) -> tuple[str, str] | None:
    run, row, verdict = history.run["number"], history.finding.row, str(history.finding.verdict)
    if verdict == Verdict.DISCREPANCY:
        return "page_transfers_see_pair", f"/transfers/runs/{run}/pairs/{row}?over=all"
    if verdict == Verdict.REVIEW:
        return "page_transfers_view_patterns", f"/transfers/runs/{run}/patterns"
    return None


def _title_of_shipment(finding: Finding, lang: str) -> str:
    """Name the chemical and the States of a shipment: "Thiodiglycol: Nordavia → Israel"."""
    ends = {seen.label: seen.value[:3] for seen in finding.evidence if seen.kind == "state"}
    return _title_between(finding.subject.input or finding.subject.id, ends.get("from"), ends.get("to"), "", lang)


def _title_of_pair(finding: Finding, lang: str) -> str:
    """Name the chemical, the States and the year of a pair: "Triethanolamine: Nordavia → Brazil, 2025"."""
    ends = _PAIR.fullmatch(finding.subject.id)
    sender, receiver, year = ends.groups() if ends else (None, None, "")
    named = _ROUTE.sub("", finding.subject.input or finding.subject.id)
    return _title_between(named, sender, receiver, year, lang)


def _title_between(named: str, sender: str | None, receiver: str | None, year: str, lang: str) -> str:
    if not (sender and receiver):
        return shortened(name_said(named, lang))
    between: dict[str, Value] = {
        "chemical": shortened(name_said(named, lang)),
        "from": state_name(sender, lang),
        "to": state_name(receiver, lang),
    }
    title = say(Message("page_title_between", between), lang)
    return f"{title}{say('list_separator', lang)}{year}" if year else title


_PAIR = re.compile(r"\S+ ([A-Z]{3})>([A-Z]{3}) (\d{4})")
_ROUTE = re.compile(r" [A-Z]{3}>[A-Z]{3} \d{4}(?= \+ |$)")
"""The States and the year behind the name of a chemical, which the title says in words."""


def _discrepancies(book: Casebook, person: Person, lang: str, today: date) -> Iterator[HouseFigure]:
    """Count the discrepancies of ledgers that people settled, and those that wait."""
    standing = count_findings(book, person, Filter(verdict=(str(Verdict.DISCREPANCY),))).status
    waiting = sum(standing.get(str(status), 0) for status in UNDECIDED)
    settled = sum(standing.values()) - waiting
    address = "/casebook?part=findings&verdict=discrepancy"
    rows = tuple(
        FigureRow(say(f"page_figure_{name}", lang), (number,), address)
        for name, number in (("settled", settled), ("waiting", waiting))
        if settled + waiting
    )
    yield HouseFigure("discrepancies", say("page_figure_state", lang), (say("page_figure_number", lang),), rows)


CHECK = Face(
    JobPage(
        "page_transfers_check_job", "/transfers/check", "/transfers/checks", "transfers/job.html",
        columns=_columns_in(CHECK_LABELS),
    ),
    jobs="/transfers/jobs", among=_beside_check, rests_on=_rests_on, title=_title_of_shipment,
    doors=(Door("check", "shipments", "/transfers/check", "screen"),),
)  # fmt: skip
RECONCILE = Face(
    JobPage("page_transfers_job", "/transfers", "/transfers/runs", "transfers/job.html", columns=_columns_in({})),
    jobs="/transfers/jobs", among=_beside_reconciliation, rests_on=_rests_on, title=_title_of_pair,
    figures=_discrepancies,
    doors=(Door("check", "ledgers", "/transfers", "keep"),),
)  # fmt: skip
