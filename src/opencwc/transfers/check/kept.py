"""What a check of planned shipments leaves for its pages: answers as they are shown, balances, what was told.

The file is kept in the casebook as the source of a run of its own, in the case of the findings: so it has their mark,
is seen by who may read the case, leaves with its bundle, and is erased with it. It is one line of JSON for the check
and one for each answer.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from msgspec import Struct

from opencwc.errors import InputError
from opencwc.finding import Message, Verdict
from opencwc.records import Share, Short, from_plain, one_of, to_plain
from opencwc.transfers.check.paper_facts import PAPER_KINDS, PaperFacts
from opencwc.transfers.check.verb import VERB
from opencwc.transfers.check.weighing import LATE, written

if TYPE_CHECKING:
    from opencwc.chemistry.systematic_names import SystematicNames
    from opencwc.screening.model import Question
    from opencwc.transfers.check.certificates import Balances, Certificate
    from opencwc.transfers.check.checking import Answer, Checker


CheckVerdict = Annotated[str, one_of(VERB.verdicts)]
PaperKind = Annotated[str, one_of(PAPER_KINDS)]


class Duty(Struct, frozen=True):
    """A duty as it is shown: what has become of it, in words, its day, its entry, and where it is written."""

    state: str
    says: Message
    due: str
    entry: str
    source: str
    evidence: str


class SimilarName(Struct, frozen=True):
    """A name of a list that is like a consignee or end user (``field``): for a person to compare, never an answer."""

    field: str
    asked: Short
    name: Short
    score: float
    entry: Short
    schema: Short
    countries: tuple[str, ...]
    country: str


class ShownAnswer(Struct, frozen=True):
    """An answer as it is shown; ``reasons`` are the verdicts of each entry, gravest first.

    ``texts`` is the row of the shipment by field; ``papers`` are the kinds that can be drawn up for it, ``facts`` what
    they say, and ``certificate`` what an end-use certificate says (of answers kept by earlier versions: the same).
    """

    row: int
    id: str
    said: Short
    sender: Short
    receiver: Short
    verdict: CheckVerdict
    day: date
    reasons: tuple[tuple[CheckVerdict, str, Message], ...]
    duties: tuple[Duty, ...]
    states: tuple[Message, ...]
    notes: tuple[Message, ...]
    texts: dict[str, Short]
    papers: tuple[PaperKind, ...]
    facts: PaperFacts
    alike: tuple[SimilarName, ...]
    certificate: PaperFacts | None = None

    @property
    def owed(self) -> tuple[Duty, ...]:
        """What is still needed before the shipment may go, and what comes too late; nothing where it may not go."""
        if self.verdict == Verdict.PROHIBITED:
            return ()
        return tuple(duty for duty in self.duties if duty.state in LATE)

    def facts_for(self, paper: str) -> PaperFacts:
        """Return what a paper of this kind says."""
        return self.certificate if paper == "certificate" and self.certificate else self.facts


class Balance(Struct, frozen=True):
    """What is left of an end-use certificate after the shipments of the file; ``left`` is empty where not known."""

    id: Short
    issued_by: Short
    chemical: Short
    amount: str
    left: str
    share: Share
    expires: str
    statements: str


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


def shown_answer(
    answer: Answer,
    certificates: Sequence[Certificate] = (),
    mark: str = "",
) -> ShownAnswer:
    """Return an answer as it is shown."""
    from opencwc.transfers.check.paper_facts import facts_of_answer, facts_of_certificate

    shipment = answer.shipment
    papers = papers_for(answer)
    of_names = [receiver.finding for receiver in answer.alike]
    return ShownAnswer(
        row=shipment.row,
        id=shipment.id,
        said=shipment.said[:_LONGEST],
        sender=shipment.sender.code or shipment.sender.text[:_LONGEST],
        receiver=shipment.receiver.code or shipment.receiver.text[:_LONGEST],
        verdict=str(answer.verdict),
        day=answer.day,
        reasons=tuple(
            (
                str(finding.verdict),
                written(finding.rule) if finding.rule and finding not in of_names else "",
                finding.message,
            )
            for finding in answer.findings
        ),
        duties=tuple(
            Duty(
                owed.state, owed.told, owed.due.isoformat() if owed.due else "",
                f"{owed.entry.list} {owed.entry.entry}", owed.rule.source, owed.rule.evidence,
            )
            for owed in answer.owed
        ),
        states=tuple(state.says for state in answer.states if state.side.text or state.side.code),
        notes=tuple(shipment.problems),
        texts={name: text[:_LONGEST] for name, text in shipment.texts.items() if text},
        papers=papers,
        facts=facts_of_answer(answer, certificates, mark) if papers else PaperFacts(),
        certificate=facts_of_certificate(answer, certificates, mark)[0] if papers else None,
        alike=tuple(
            SimilarName(
                field, name[:_LONGEST], hit.name[:_LONGEST], hit.score, hit.entry[:_LONGEST], hit.schema[:_LONGEST],
                tuple(hit.countries), hit.country,
            )
            for field, name, hit, _ in answer.alike
        ),
    )  # fmt: skip


def papers_for(answer: Answer) -> tuple[str, ...]:
    """Return the kinds of papers that can go with a shipment: those that its duties name, and the licence application.

    None goes with what is prohibited, cannot be read, or falls under no entry.
    """
    if answer.verdict in (Verdict.PROHIBITED, Verdict.UNREADABLE) or not answer.owed:
        return ()
    named = {owed.rule.paper for owed in answer.owed}
    kinds = (("certificate", "certificate"), ("notice", "notification"))
    return (*(kind for paper, kind in kinds if paper in named), "licence")


def balances_of(balances: Balances) -> tuple[Balance, ...]:
    """Return what is left of each certificate at hand, in the order of their file."""
    kept = []
    for certificate in balances.certificates:
        left = balances.left.get(certificate.id.casefold())
        whole = certificate.amount.value if certificate.amount else Decimal(0)
        kept.append(
            Balance(
                id=certificate.id[:_LONGEST],
                issued_by=certificate.issued_by.code or certificate.issued_by.text[:_LONGEST],
                chemical=(certificate.chemical or certificate.cas)[:_LONGEST],
                amount=str(certificate.amount) if certificate.amount else "",
                left=str(left) if left else "",
                share=min(1.0, max(0.0, float(left.value / whole))) if left and whole else 0.0,
                expires=certificate.expires.isoformat() if certificate.expires else "",
                statements="".join(sorted(certificate.statements)),
            )
        )
    return tuple(kept)


_LONGEST = 500


NAME = "transfers-check.json.gz"
MEDIA_TYPE = "application/gzip"


class KeptCheck(Struct, frozen=True):
    """A check as it is kept; ``names`` is the list that consignees were held against, empty where there was none.

    ``version`` is that of the file's form: 1 also where a file says none.
    """

    as_of: date
    lists: tuple[str, ...]
    file: str
    said: tuple[Message, ...]
    certificates: tuple[Balance, ...]
    names: str
    answers: tuple[ShownAnswer, ...] = ()
    version: int = 1


def summary_of(checker: Checker, file: str, messages: Iterable[Message], names: str = "") -> KeptCheck:
    """Return what is kept of a check beside its answers, once all shipments were answered."""
    lists = tuple(list_.id for list_ in checker.convention.lists)
    return KeptCheck(checker.as_of, lists, file, tuple(messages), balances_of(checker.balances), names)


def packed(summary: KeptCheck, answers: Sequence[ShownAnswer]) -> bytes:
    """Return the file; the same check gives the same bytes."""
    first = {name: value for name, value in to_plain(summary).items() if name != "answers"}
    lines = [json.dumps(line, ensure_ascii=False, sort_keys=True) for line in (first, *map(to_plain, answers))]
    return gzip.compress("\n".join(lines).encode(), mtime=0)


def unpack(content: bytes) -> KeptCheck:
    """Return what was packed.

    Raises `InputError` where it is not such a file.
    """
    try:
        first, *answers = [json.loads(line) for line in gzip.decompress(content).decode().split("\n")]
        return from_plain(KeptCheck, {**first, "answers": answers})
    except (OSError, EOFError, ValueError, TypeError):
        raise InputError("kept_check_unreadable") from None


def tally_of(answers: Iterable[ShownAnswer]) -> dict[str, int]:
    """Return how many shipments came out how."""
    return Counter(answer.verdict for answer in answers)
