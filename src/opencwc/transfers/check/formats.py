"""Answers on planned shipments in the formats of files: a line, or a JSON object, for each entry of a shipment."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from msgspec.structs import replace

from opencwc.finding import Finding, Message, Verdict, finding_to_plain
from opencwc.screening.model import Checked
from opencwc.transfers.check.checking import Answer, Checker
from opencwc.transfers.check.shipment_cells import plain_number
from opencwc.transfers.check.shipments import Shipment
from opencwc.transfers.check.verb import VERB as CHECK
from opencwc.transfers.check.weighing import LATE, Owed, resting
from opencwc.wording import sentence

CHECK_COLUMNS = (
    "row", "id", "input", "verdict", "list", "entry", "from", "to", "via", "date", "quantity", "unit", "concentration",
    "needed", "needed_by", "later", "basis", "why", "source", "evidence", "shipment_verdict", "duties",
)  # fmt: skip
"""``quantity`` is in kg or L; ``needed`` are the ids of what is still needed (docs/reference/transfers.md), none where
the shipment is prohibited, ``needed_by`` the first day by which one of them is due; ``later`` what is due afterwards,
each with its day; ``source`` and ``evidence`` are those of the rules that decide. ``verdict`` is that of the line's
entry, ``shipment_verdict`` the strictest of all lines of the shipment; ``duties`` says each duty of the line with its
day and source."""


MOST_UNNAMED = 50
"""Certificates that no shipment names, of which each is said."""


@dataclass
class CheckTally:
    """How many shipments came out how; a shipment counts once, with its gravest verdict."""

    rows: int = 0
    by_verdict: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(CHECK.verdicts, 0))

    def add(self, answer: Answer) -> None:
        """Count one answer."""
        self.rows += 1
        self.by_verdict[answer.verdict] += 1

    @property
    def status(self) -> int:
        """The exit status: 1 where anything is prohibited, for review or still needed; 2 where no row could be read."""
        if any(self.by_verdict[verdict] for verdict in (Verdict.PROHIBITED, Verdict.REVIEW, Verdict.ALLOWED_WITH)):
            return 1
        return 2 if self.rows and self.by_verdict[Verdict.UNREADABLE] == self.rows else 0


def checked_by_rules(checker: Checker, lang: str = "en", file: str = "", notes: tuple[Message, ...] = ()) -> Checked:
    """Return what shipments are checked against."""
    from opencwc.screening.table_run import checked_by

    checked = checked_by(checker.law_of(checker.as_of).rulebook, lang, file, notes=notes)
    return replace(checked, as_of=checker.as_of.isoformat())


def owed_by(answer: Answer, finding: Finding) -> tuple[Owed, ...]:
    """Return the duties that belong to one finding of an answer."""
    return tuple(duty for duty in answer.owed if duty.entry == finding.rule)


def deciding(owed: Iterable[Owed], verdict: Verdict) -> tuple[Owed, ...]:
    """Return the rules on which a verdict rests."""
    states = {
        Verdict.PROHIBITED: ("broken", "late"), Verdict.REVIEW: ("broken", "late", "needed"),
        Verdict.ALLOWED_WITH: ("needed",),
    }.get(verdict, ("met",))  # fmt: skip
    every = tuple(owed)
    return tuple(duty for duty in every if duty.state in states) or every


def line_of(answer: Answer, finding: Finding, lang: str = "en") -> dict[str, str]:
    """Return the cells of one finding (`CHECK_COLUMNS`)."""
    shipment = answer.shipment
    owed = owed_by(answer, finding)
    needed = [duty for duty in owed if duty.state in LATE and answer.verdict is not Verdict.PROHIBITED]
    due = min((duty.due for duty in needed if duty.due), default=None)
    rests_on = deciding(owed, finding.verdict)
    amount = shipment.amount
    return {
        "row": str(shipment.row),
        "id": shipment.id,
        "input": shipment.said,
        "verdict": str(finding.verdict),
        "list": finding.rule.list if finding.rule else "",
        "entry": finding.rule.entry if finding.rule else "",
        "from": shipment.sender.code or shipment.sender.text,
        "to": shipment.receiver.code or shipment.receiver.text,
        "via": ";".join(state.code or state.text for state in shipment.via),
        "date": shipment.day.isoformat() if shipment.day else shipment.text("date"),
        "quantity": plain_number(amount.value) if amount else shipment.text("quantity"),
        "unit": amount.unit if amount else shipment.text("unit"),
        "concentration": shipment.share.text if shipment.share else shipment.text("concentration"),
        "needed": ";".join(duty.rule.id for duty in needed),
        "needed_by": due.isoformat() if due else "",
        "later": ";".join(f"{duty.rule.id} {duty.due or ''}".strip() for duty in owed if duty.state == "later"),
        "basis": finding.basis,
        "why": sentence(finding.message, lang),
        "source": "; ".join(dict.fromkeys(duty.rule.source for duty in rests_on)),
        "evidence": "; ".join(dict.fromkeys(duty.rule.evidence for duty in rests_on)),
        "shipment_verdict": str(answer.verdict),
        "duties": " | ".join(sentence(resting(duty.rule, duty.told), lang) for duty in owed),
    }


def lines_as_csv(answers: Iterable[Answer], lang: str = "en", *, header: bool = True) -> str:
    """Return the lines of answers as CSV."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, CHECK_COLUMNS, lineterminator="\n")
    if header:
        writer.writeheader()
    for answer in answers:
        writer.writerows(line_of(answer, finding, lang) for finding in answer.findings)
    return out.getvalue()


def finding_as_plain(answer: Answer, finding: Finding, lang: str = "en") -> dict[str, Any]:
    """Return one finding of an answer as a JSON object: the finding, the shipment as it was read, its duties."""
    plain = finding_to_plain(finding)
    first = ("row", "id", "input", "verdict", "list", "entry", "source", "grade", "basis")
    return {
        **{name: plain.pop(name) for name in first},
        "input": answer.shipment.said,
        "why": sentence(finding.message, lang),
        "shipment_verdict": str(answer.verdict),
        "rules_of": answer.day.isoformat(),
        "shipment": shipment_as_plain(answer.shipment),
        "states": [
            {"code": state.side.code, "status": state.known[0], "since": state.known[1] or None}
            for state in answer.states
        ],
        "duties": [duty_as_plain(duty, lang) for duty in owed_by(answer, finding)],
        **plain,
    }  # fmt: skip


def shipment_as_plain(shipment: Shipment) -> dict[str, Any]:
    """Return a shipment as it was read."""
    amount, share = shipment.amount, shipment.share
    return {
        "from": shipment.sender.code or None,
        "to": shipment.receiver.code or None,
        "via": [state.code or state.text for state in shipment.via],
        "date": _iso(shipment.day),
        "quantity": plain_number(amount.value) if amount else None,
        "unit": amount.unit if amount else None,
        "concentration": [plain_number(share.low), plain_number(share.high)] if share else None,
        "purpose": shipment.purpose or None,
        "retail": shipment.retail,
        "certificates": list(shipment.certificates),
        "given": dict(shipment.texts),
    }


def duty_as_plain(owed: Owed, lang: str = "en") -> dict[str, Any]:
    """Return a duty as a JSON object."""
    return {
        "id": owed.rule.id,
        "state": owed.state,
        "due": _iso(owed.due),
        "by": list(owed.by),
        "says": sentence(owed.says, lang),
        "why": [sentence(message, lang) for message in owed.why],
        "source": owed.rule.source,
        "evidence": owed.rule.evidence,
    }


def lines_as_json(answers: Iterable[Answer], lang: str = "en") -> str:
    """Return answers as lines of JSON, one a finding."""
    return "".join(
        json.dumps(finding_as_plain(answer, finding, lang), ensure_ascii=False) + "\n"
        for answer in answers
        for finding in answer.findings
    )


def summary(
    checker: Checker,
    tally: CheckTally,
    columns: Mapping[str, str] | None = None,
    certificates: int = 0,
    compared: Message | None = None,
) -> tuple[Message, ...]:
    """Say what was checked, how it came out, and what is not known; ``compared`` says with which names."""
    lists = tuple(list_.id for list_ in checker.convention.lists)
    messages = [
        Message("transfers_summary_held", {"count": tally.rows, "lists": lists, "date": checker.as_of.isoformat()}),
        Message("transfers_summary_counts", {str(verdict): many for verdict, many in tally.by_verdict.items()}),
        Message("transfers_summary_known", {"date": checker.convention.states_known_until.isoformat()}),
    ]
    if certificates:
        messages.append(Message("transfers_summary_certified", {"count": certificates}))
        messages += checker.unnamed[:MOST_UNNAMED]
        if len(checker.unnamed) > MOST_UNNAMED:
            messages.append(
                Message("transfers_summary_certificates_more", {"count": len(checker.unnamed) - MOST_UNNAMED})
            )
    if compared:
        messages.append(compared)
    if columns and any(name != column for name, column in columns.items()):
        renamed = tuple(f"{name} = {column}" for name, column in columns.items() if name != column)
        messages.append(Message("transfers_summary_columns", {"columns": renamed}))
    return tuple(messages)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
