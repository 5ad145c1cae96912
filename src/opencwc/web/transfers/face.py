"""How the casebook's pages show checks of planned shipments and reconciliations of ledgers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import History, count_findings
from opencwc.casebook.model import UNDECIDED, Filter, Person
from opencwc.errors import OpenCWCError
from opencwc.finding import Finding, Message, Value, Verdict
from opencwc.transfers.check.weighing import separated
from opencwc.web.casebook.faces import EvidencePart, Face, JobPage, shortened
from opencwc.web.casebook.home_doors import Door, FigureRow, HouseFigure
from opencwc.web.transfers.column_names import CHECK_LABELS, say_columns
from opencwc.web.transfers.finding_evidence import Pair, facts_of, shipped, tables_of
from opencwc.wording import say, sentence
from opencwc.wording.chemical_names import name_said
from opencwc.wording.states import state_name


def _columns_in(labels: Mapping[str, str]) -> Callable[[OpenCWCError, str], str]:
    """Return what says what is wrong with columns, in the words of the boxes on the page."""

    def say(error: OpenCWCError, lang: str) -> str:
        wrong_columns = say_columns(error, labels, lang)
        return f"{wrong_columns.says} {sentence('page_transfers_columns_again', lang)}" if wrong_columns else ""

    return say


def _beside_check(history: History) -> tuple[str, str]:
    run, row = history.run["number"], history.finding.row
    return "page_transfers_see_shipment", f"/transfers/checks/{run}?first={row}#answer-{row}"


def _beside_reconciliation(history: History) -> tuple[str, str] | None:
    run, row, verdict = history.run["number"], history.finding.row, str(history.finding.verdict)
    if verdict == Verdict.DISCREPANCY:
        return "page_transfers_see_pair", f"/transfers/runs/{run}/pairs/{row}?over=all"
    if verdict == Verdict.REVIEW:
        return "page_transfers_view_patterns", f"/transfers/runs/{run}/patterns"
    return None


def _reasons_of_shipment(finding: Finding) -> list[Message]:
    """Say why a shipment is judged so, without the verdict, which has its own badge; what is to be done says the rest.

    >>> from opencwc.finding import Maker, Subject
    >>> from opencwc.transfers.check.weighing import joined
    >>> why = joined([Message("transfers_why_prohibited"), Message("a"), Message("transfers_states_as_of")])
    >>> finding = Finding(Subject(1, "1", "x"), Verdict.PROHIBITED, why, Maker("m", "1", "2026-01-01", ()))
    >>> [reason.id for reason in _reasons_of_shipment(finding)], _hold(finding).id
    (['a'], 'page_transfers_hold_until_asked')
    """
    parts = separated(finding.message)
    left_out = (_STATES_AS_OF,) if finding.verdict == Verdict.PROHIBITED else ()
    why = [part for part in parts if not part.id.startswith("transfers_why_") and part.id not in left_out]
    return why or parts


def _hold(finding: Finding) -> Message | None:
    """Say what is done with a shipment that is prohibited; the States may have changed since what is known of them."""
    if finding.verdict != Verdict.PROHIBITED:
        return None
    known = next((part.values for part in separated(finding.message) if part.id == _STATES_AS_OF), None)
    return Message("page_transfers_hold") if known is None else Message("page_transfers_hold_until_asked", known)


_STATES_AS_OF = "transfers_states_as_of"


def _shipped(book: Casebook, person: Person, history: History, lang: str) -> dict[str, Any]:
    """Return how much the shipment of a finding is, when it goes and to whom."""
    from opencwc.web.transfers.kept_runs import check_of

    kept = check_of(book, person, history.run["number"]).kept
    texts = next((answer.texts for answer in kept.answers if answer.row == history.finding.row), {})
    return {"shipped": shipped(texts, lang)}


def _title_of_shipment(finding: Finding, lang: str) -> str:
    """Name the chemical and the States of a shipment: "Thiodiglycol: Nordavia → Israel"."""
    ends = {seen.label: seen.value[:3] for seen in finding.evidence if seen.kind == "state"}
    return _title_between(finding.subject.input or finding.subject.id, ends.get("from"), ends.get("to"), "", lang)


def _title_of_pair(finding: Finding, lang: str) -> str:
    """Name the chemical, the States and the year of a pair: "Triethanolamine: Nordavia → Brazil, 2025".

    The two halves of a matter may be one chemical in two years, which is named once.
    """
    sender, receiver, year = Pair.of(finding) or (None, None, "")
    named = _ROUTE.sub("", finding.subject.input or finding.subject.id).split(" + ")
    return _title_between(" + ".join(dict.fromkeys(named)), sender, receiver, year, lang)


def _title_between(named: str, sender: str | None, receiver: str | None, year: str, lang: str) -> str:
    if not (sender and receiver):
        return shortened(name_said(named, lang))
    between: dict[str, Value] = {
        "chemical": shortened(name_said(named, lang)),
        "from": state_name(sender, lang),
        "to": state_name(receiver, lang),
    }
    title = say(Message("page_title_between", between), lang)
    return say(Message("title_in_year", {"title": title, "year": year}), lang) if year else title


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
    jobs="/transfers/jobs", among=_beside_check, rests_on=facts_of, tables=tables_of,
    evidence=EvidencePart("transfers/finding_shipment.html", _shipped),
    reasons=_reasons_of_shipment, to_do=_hold, title=_title_of_shipment,
    doors=(Door("check", "shipments", "/transfers/check", "screen"),),
)  # fmt: skip
RECONCILE = Face(
    JobPage("page_transfers_job", "/transfers", "/transfers/runs", "transfers/job.html", columns=_columns_in({})),
    jobs="/transfers/jobs", among=_beside_reconciliation, rests_on=facts_of, tables=tables_of, title=_title_of_pair,
    written=False, of_file=False, figures=_discrepancies,
    doors=(Door("check", "ledgers", "/transfers", "keep"),),
)  # fmt: skip
