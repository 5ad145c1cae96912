"""Answers to "may it go?" as JSON, in which they leave the sandbox, and as the pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from opencwc.finding import Finding, Maker, Message, Subject, message_from_plain, message_to_plain

if TYPE_CHECKING:
    from opencwc.chemistry.systematic_names import SystematicNames
    from opencwc.screening.model import Question
    from opencwc.transfers.check.certificates import Balances, Certificate
    from opencwc.transfers.check.checking import Answer, Checker
    from opencwc.transfers.check.consignees import Hit, SanctionsList
    from opencwc.transfers.check.paper_facts import PaperFacts

LATE = ("late", "needed")
"""The states of a duty that is still owed, the worse first."""


@dataclass(frozen=True)
class Duty:
    """A duty as it is shown: what has become of it, in words, its day, its entry, and where it is written."""

    state: str
    says: Message
    due: str
    entry: str
    source: str
    evidence: str


@dataclass(frozen=True)
class Alike:
    """A name of a list that is like a consignee or end user (``field``): for a person to compare, never an answer."""

    field: str
    asked: str
    name: str
    score: float
    entry: str
    schema: str
    countries: tuple[str, ...]
    country: str


@dataclass(frozen=True)
class Told:
    """An answer as it is shown; ``reasons`` are the verdicts of each entry, gravest first.

    ``texts`` is the row of the shipment by field; ``papers`` are the kinds that can be drawn up for it, ``facts`` what
    they say, and ``certificate`` what an end-use certificate says.
    """

    row: int
    id: str
    said: str
    sender: str
    receiver: str
    verdict: str
    day: str
    reasons: tuple[tuple[str, str, Message], ...]
    duties: tuple[Duty, ...]
    states: tuple[Message, ...]
    notes: tuple[Message, ...]
    texts: Mapping[str, str]
    papers: tuple[str, ...]
    facts: Mapping[str, Any]
    certificate: Mapping[str, Any]
    alike: tuple[Alike, ...]

    @property
    def owed(self) -> tuple[Duty, ...]:
        """What is still needed before the shipment may go, and what comes too late."""
        return tuple(duty for duty in self.duties if duty.state in LATE)


def checker_with(
    systematic: SystematicNames | None, question: Question, certificates: Sequence[Certificate] = ()
) -> Checker:
    """Return a checker that shares a reader of systematic names, or has none: it is a process of Java."""
    from opencwc.transfers.check.checking import Checker, Law

    class Sharing(Checker):
        def law_of(self, day: date) -> Law:
            law = super().law_of(day)
            law.screener.known.resolver.systematic = systematic
            return law

    return Sharing(question, certificates)


def answer_as_json(
    answer: Answer,
    certificates: Sequence[Certificate] = (),
    hits: Sequence[tuple[str, str, Hit]] = (),
    mark: str = "",
) -> dict[str, Any]:
    """Return an answer as JSON can hold it; ``hits`` are (field, name asked for, name of the list)."""
    from opencwc.transfers.check.paper_facts import facts_of_answer, facts_of_certificate

    shipment = answer.shipment
    papers = papers_for(answer)
    return {
        "row": shipment.row,
        "id": shipment.id,
        "said": shipment.said[:_LONGEST],
        "sender": shipment.sender.code or shipment.sender.text[:_LONGEST],
        "receiver": shipment.receiver.code or shipment.receiver.text[:_LONGEST],
        "verdict": str(answer.verdict),
        "day": answer.day.isoformat(),
        "reasons": [
            [
                str(finding.verdict),
                f"{finding.rule.list} {finding.rule.entry}" if finding.rule else "",
                message_to_plain(finding.message),
            ]
            for finding in answer.findings
        ],
        "duties": [
            {
                "state": one.state,
                "says": message_to_plain(one.told),
                "due": one.due.isoformat() if one.due else "",
                "entry": f"{one.entry.list} {one.entry.entry}",
                "source": one.rule.source,
                "evidence": one.rule.evidence,
            }
            for one in answer.owed
        ],
        "states": [message_to_plain(state.says) for state in answer.states if state.side.text or state.side.code],
        "notes": [message_to_plain(problem) for problem in shipment.problems],
        "texts": {name: text[:_LONGEST] for name, text in shipment.texts.items() if text},
        "papers": list(papers),
        "facts": facts_as_json(facts_of_answer(answer, certificates, mark)) if papers else {},
        "certificate": facts_as_json(facts_of_certificate(answer, certificates, mark)[0]) if papers else {},
        "alike": [
            {
                "field": field, "asked": asked[:_LONGEST], "name": hit.name[:_LONGEST], "score": hit.score,
                "entry": hit.entry[:_LONGEST], "schema": hit.schema[:_LONGEST], "countries": list(hit.countries),
                "country": hit.country,
            }
            for field, asked, hit in hits
        ],
    }  # fmt: skip


def papers_for(answer: Answer) -> tuple[str, ...]:
    """Return the kinds of papers that can go with a shipment: those that its duties name, and the licence application.

    None goes with what is prohibited, cannot be read, or falls under no entry.
    """
    from opencwc.finding import Verdict

    if answer.verdict in (Verdict.PROHIBITED, Verdict.UNREADABLE) or not answer.owed:
        return ()
    named = {one.rule.paper for one in answer.owed}
    kinds = (("certificate", "certificate"), ("notice", "notification"))
    return (*(kind for paper, kind in kinds if paper in named), "licence")


def facts_as_json(facts: PaperFacts) -> dict[str, Any]:
    """Return what a paper says as JSON can hold it."""
    plain = {name: value for name, value in asdict(facts).items() if value not in ("", (), None)}
    return {
        name: str(value) if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else value
        for name, value in plain.items()
    }


def facts_from_json(told: Mapping[str, Any]) -> PaperFacts:
    """Return what `facts_as_json` wrote down."""
    from opencwc.transfers.check.paper_facts import PaperFacts

    values: dict[str, Any] = {}
    for name, value in told.items():
        if name in ("day", "issued", "valid_until", "notify_by"):
            values[name] = date.fromisoformat(value)
        elif name == "quantity_kg":
            values[name] = Decimal(value)
        elif name == "drawn":
            values[name] = tuple((str(id), str(amount), str(left)) for id, amount, left in value)
        else:
            values[name] = tuple(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return PaperFacts(**values)


def answer_from_json(told: Mapping[str, Any]) -> Told:
    """Return an answer as `answer_as_json` wrote it down."""
    facts, certificate = dict(told["facts"]), dict(told.get("certificate", told["facts"]))
    for one in (facts, certificate):
        facts_from_json(one)
    return Told(
        int(told["row"]),
        str(told["id"]),
        str(told["said"]),
        str(told["sender"]),
        str(told["receiver"]),
        str(told["verdict"]),
        str(told["day"]),
        tuple((str(verdict), str(rule), message_from_plain(says)) for verdict, rule, says in told["reasons"]),
        tuple(
            Duty(
                str(duty["state"]),
                message_from_plain(duty["says"]),
                str(duty["due"]),
                str(duty["entry"]),
                str(duty["source"]),
                str(duty["evidence"]),
            )
            for duty in told["duties"]
        ),
        tuple(message_from_plain(state) for state in told["states"]),
        tuple(message_from_plain(note) for note in told["notes"]),
        {str(name): str(text) for name, text in told["texts"].items()},
        tuple(map(str, told["papers"])),
        facts,
        certificate,
        tuple(
            Alike(
                str(one["field"]),
                str(one["asked"]),
                str(one["name"]),
                float(one["score"]),
                str(one["entry"]),
                str(one["schema"]),
                tuple(map(str, one["countries"])),
                str(one["country"]),
            )
            for one in told["alike"]
        ),
    )


MOST_ALIKE = 5
"""Names of a list that are told for one consignee, the most alike first."""


def alike(names: SanctionsList, answer: Answer, most: int = MOST_ALIKE) -> list[tuple[str, str, Hit]]:
    """Return the names of a list that are like a consignee or end user: (field, name asked for, name of the list)."""
    code = answer.shipment.receiver.code
    return [(field, name, hit) for name, field in _asked_for(answer) for hit in names.find(name, code, most)]


def alike_findings(names: SanctionsList, answer: Answer, maker: Maker, most: int = MOST_ALIKE) -> Iterator[Finding]:
    """Yield a finding for review for each of them."""
    shipment = answer.shipment
    for name, _ in _asked_for(answer):
        subject = Subject(shipment.row, shipment.id, name)
        yield from names.findings(name, subject, maker, shipment.receiver.code)[:most]


def _asked_for(answer: Answer) -> Iterable[tuple[str, str]]:
    """Return the names that a shipment gives for who receives it, each once, and the field of each."""
    named = ((field, answer.shipment.text(field)) for field in ("end_user", "consignee"))
    return {name: field for field, name in named if name}.items()


def balances_as_json(balances: Balances) -> list[dict[str, Any]]:
    """Return what is left of each certificate as JSON can hold it."""
    told = []
    for certificate in balances.certificates:
        left = balances.left.get(certificate.id.casefold())
        whole = certificate.amount.value if certificate.amount else Decimal(0)
        told.append(
            {
                "id": certificate.id[:_LONGEST],
                "issued_by": certificate.issued_by.code or certificate.issued_by.text[:_LONGEST],
                "chemical": (certificate.chemical or certificate.cas)[:_LONGEST],
                "amount": str(certificate.amount) if certificate.amount else "",
                "left": str(left) if left else "",
                "share": float(left.value / whole) if left and whole else 0.0,
                "expires": certificate.expires.isoformat() if certificate.expires else "",
                "statements": "".join(sorted(certificate.statements)),
            }
        )
    return told


_LONGEST = 500
