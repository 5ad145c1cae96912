"""May it go? Planned shipments held against the rules on transfers, as of each shipment's own day.

Each shipment gets one `Answer`: a verdict of its verb, what decides it, the duties that follow with their days, and
what is still needed. What is not known (a State, a chemical, a purpose, a day) is for review and never guessed. Read
in this order: `Checker`, then `identification` (what is it) and `rule_effects` (rule by rule).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, cached_property
from typing import NamedTuple

import msgspec

from opencwc.convention import Convention, Entry, TransferRule
from opencwc.convention.transfer_rules import read_transfer_rules
from opencwc.finding import Finding, Maker, Message, Rule, Value, Verdict
from opencwc.language.commerce.shares import Share
from opencwc.screening.answers import entry_with_names
from opencwc.screening.model import Outcome, Question
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.settings import cache_folder
from opencwc.transfers.check.certificates import Balances, Certificate
from opencwc.transfers.check.consignees import Hit, SanctionsList, finding_of
from opencwc.transfers.check.identification import Answering, Identified, identify
from opencwc.transfers.check.rule_effects import barred, plain_doubts, weigh
from opencwc.transfers.check.shipment_cells import Side
from opencwc.transfers.check.shipments import Shipment
from opencwc.transfers.check.verb import VERB as CHECK
from opencwc.transfers.check.weighing import Acquired, Owed, Rules, Standing, Weighing, gravest, joined, written
from opencwc.version import __version__


class SimilarReceiver(NamedTuple):
    """A name of a sanctions list that is like one in a ``field`` of the shipment, and the finding of it."""

    field: str
    name: str
    hit: Hit
    finding: Finding


@dataclass(frozen=True)
class Answer:
    """What the rules say of one shipment; ``states`` are sender, receiver, those on the way and the origin.

    ``shipment`` has the amounts that were taken from its commercial line. ``day`` is the day as of which the rules
    were read. ``findings`` stand gravest first; those of names that are like a receiver's (``alike``) are among them.
    """

    shipment: Shipment
    verdict: Verdict
    findings: tuple[Finding, ...]
    owed: tuple[Owed, ...]
    states: tuple[Standing, ...]
    day: date
    alike: tuple[SimilarReceiver, ...] = ()


class Law:
    """Lists, rules, thresholds and deadlines as they stand between two changes of any of them."""

    def __init__(self, question: Question, day: date, rules: tuple[TransferRule, ...]) -> None:
        self.rulebook = Rulebook.of(day, question.lists, question.files)
        self.convention: Convention = self.rulebook.convention
        self.screener = Screener(self.rulebook)
        self.rules = Rules(
            tuple(rule for rule in rules if rule.in_force.holds_on(day)),
            {threshold.id: threshold for threshold in self.convention.thresholds},
            {deadline.id: deadline for deadline in self.convention.deadlines},
            min(rule.in_force.start for rule in rules if rule.in_force.start),
        )
        self.answer: Answering = cache(lambda text, kind: self.screener.answer(text.strip(), kind))

    def entry(self, rule: Rule) -> Entry:
        """Return the entry of a rule that the screener has just named."""
        entry = self.convention.find(rule.list, rule.entry)
        if entry is None:
            raise LookupError(f"{rule.list} {rule.entry} is not in force")
        return entry


def with_names_alike(answer: Answer, names: SanctionsList) -> Answer:
    """Add a finding for review for every entry of a sanctions list whose name is like one that receives.

    It outranks that the rules allow the transfer: it stands before, and the verdict is for review.
    """
    shipment, maker = answer.shipment, answer.findings[0].maker
    alike: dict[str, SimilarReceiver] = {}
    for field, name in receivers_of(shipment):
        for hit in names.find(name, shipment.receiver.code):
            subject = msgspec.structs.replace(shipment.subject, input=name)
            alike.setdefault(hit.entry, SimilarReceiver(field, name, hit, finding_of(hit, subject, maker)))
    findings = (*answer.findings, *(receiver.finding for receiver in alike.values()))
    return replace(
        answer,
        verdict=gravest([answer.verdict, *(receiver.finding.verdict for receiver in alike.values())]),
        findings=tuple(sorted(findings, key=lambda finding: CHECK.verdicts.index(finding.verdict))),
        alike=tuple(alike.values()),
    )


class _Received(NamedTuple):
    """What a State receives of Schedule 1 by one shipment, in kg; it counts where it ``goes``."""

    id: str
    weight: Decimal
    goes: bool = False
    doubtful: bool = False


_Judged = tuple[Finding, tuple[Owed, ...]]
"""What the rules say of one entry of a shipment, and the duties that follow."""


class Checker:
    """Checks shipments of one question; what is drawn from certificates and yearly totals is remembered.

    ``question`` gives the lists (the Convention's Schedules where none is named) and the day on which it is asked: a
    notice whose last day is over by then cannot be given in time any more. ``unnamed`` says which certificates no
    shipment of the ledger names, and what is wrong with them.
    """

    def __init__(self, question: Question, certificates: Sequence[Certificate] = ()) -> None:
        self.question = question if question.lists else question._replace(lists=("CWC",))
        self._rules = read_transfer_rules(cache_folder())
        self._laws: dict[date, Law] = {}
        self.balances = Balances(certificates, self._same_chemical)
        self._acquired: dict[tuple[str, int], dict[int, _Received]] = {}
        self.unnamed: tuple[Message, ...] = ()
        self._by_id: Mapping[str, Shipment] = {}
        self._into: dict[str, list[Shipment]] = {}

    @property
    def as_of(self) -> date:
        """The day on which it is asked."""
        return self.question.as_of

    @cached_property
    def convention(self) -> Convention:
        """The Convention on the day of the question, for what it knows of States."""
        return Convention(self.question.as_of, self.question.lists, self.question.files)

    @property
    def maker(self) -> Maker:
        """Who makes the findings."""
        lists = tuple(list_.id for list_ in self.convention.lists)
        return Maker("opencwc.transfers", __version__, self.question.as_of.isoformat(), lists)

    def check(self, shipments: Iterable[Shipment]) -> Iterator[Answer]:
        """Yield an answer for each shipment, in their order, by the rules and States of its own day.

        Certificates and totals go by the order of days.
        """
        given = list(shipments)
        self.unnamed = tuple(_unnamed_said(*certificate) for certificate in self.balances.unnamed(given))
        self._by_id = {shipment.id.casefold(): shipment for shipment in reversed(given)}
        self._into = {}
        for shipment in given:
            self._into.setdefault(shipment.receiver.code, []).append(shipment)
        order = sorted(range(len(given)), key=lambda number: (given[number].first_day or date.max, number))
        answers = {number: self.answer(given[number]) for number in order}
        for number in range(len(given)):
            yield answers.pop(number)

    @cached_property
    def begin(self) -> date:
        """The day on which the Convention entered into force: that of its first rule on transfers."""
        return min(rule.in_force.start for rule in self._rules if rule.in_force.start)

    def law_of(self, day: date) -> Law:
        """Return the law of a day; days between two changes share it."""
        place = bisect_right(self._changes, day)
        since = self._changes[place - 1] if place else date.min
        if since not in self._laws:
            self._laws[since] = Law(self.question, since if place else day, self._rules)
        return self._laws[since]

    @cached_property
    def _changes(self) -> list[date]:
        spans = [rule.in_force for rule in self._rules] + [dated.in_force for dated in self.convention.dated()]
        starts = {span.start for span in spans if span.start}
        return sorted(starts | {span.end + timedelta(days=1) for span in spans if span.end})

    def standing(self, side: Side, day: date) -> Standing:
        """Say what a State is on a day; a territory that is in no list of States is unknown."""
        state = self.convention.state(side.code)
        if state is None:
            return Standing(side, "unknown")
        on = state.on(day)
        return Standing(side, "party" if on.status == "state_party" else "not_party", on)

    def answer(self, shipment: Shipment) -> Answer:
        """Answer for one shipment."""
        day = shipment.first_day or self.question.as_of
        law = self.law_of(max(day, self.begin))
        if shipment.unreadable:
            return self._plain(shipment, day, Verdict.UNREADABLE, shipment.problems[0])
        identified = identify(shipment, law.answer)
        shipment = identified.shipment
        if not identified.read and not identified.doubts:
            why = identified.outcome.message if identified.outcome else Message("transfers_check_no_chemical")
            return self._without_entry(shipment, day, law, Verdict.UNREADABLE, why, identified.outcome)
        if not identified.doubts and all(outcome.verdict is Verdict.EXEMPT for outcome, _ in identified.met):
            why = joined([self._free(identified, law, day), *identified.notes])
            return self._without_entry(shipment, day, law, Verdict.ALLOWED, why, identified.outcome)
        return self._weighed(shipment, day, law, identified)

    def _free(self, identified: Identified, law: Law, day: date) -> Message:
        exempt = next((outcome for outcome, _ in identified.met if outcome.verdict is Verdict.EXEMPT), None)
        if exempt:
            return exempt.message
        lists = tuple(list_.id for list_ in law.convention.lists)
        return Message("transfers_check_not_listed", {"lists": lists, "date": day.isoformat()})

    def _without_entry(
        self, shipment: Shipment, day: date, law: Law, verdict: Verdict, why: Message, outcome: Outcome | None
    ) -> Answer:
        """Answer where no entry covers it: what it is for decides all the same (Art. I speaks of any chemical)."""
        if against := barred(shipment, law.rules, day):
            unread = [why] if verdict is Verdict.UNREADABLE else []
            verdict, why = Verdict.PROHIBITED, joined([*against, *unread])
        else:
            doubts = [*plain_doubts(shipment, self.as_of), *filter(None, [shipment.purpose_unread])]
            verdict = Verdict.REVIEW if verdict is Verdict.ALLOWED and doubts else verdict
            why = joined([*doubts, why])
        return self._plain(shipment, day, verdict, why, outcome)

    def _plain(
        self, shipment: Shipment, day: date, verdict: Verdict, why: Message, outcome: Outcome | None = None
    ) -> Answer:
        """Answer where no rule is weighed."""
        rule = outcome.rule if outcome else None
        finding = Finding(shipment.subject, verdict, why, self.maker, rule, outcome.basis if outcome else "")
        return Answer(shipment, verdict, (finding,), (), (), day)

    def _weighed(self, shipment: Shipment, day: date, law: Law, identified: Identified) -> Answer:
        sender, receiver = self.standing(shipment.sender, day), self.standing(shipment.receiver, day)
        via = tuple(self.standing(state, day) for state in shipment.via)
        left = dict(self.balances.left)
        judged = self._judged(shipment, day, law, identified, (sender, receiver, *via))
        if not judged:
            return self._plain(shipment, day, Verdict.REVIEW, joined(identified.doubts), identified.outcome)
        verdict = gravest(finding.verdict for finding, _ in judged)
        if verdict is Verdict.PROHIBITED:  # what does not go draws nothing, and nothing is needed for it
            self.balances.left = left
            judged = self._judged(shipment, day, law, identified, (sender, receiver, *via), goes=False)
        self._settle(shipment, verdict)
        judged.sort(key=lambda entry: CHECK.verdicts.index(entry[0].verdict))
        findings = tuple(finding for finding, _ in judged)
        owed = tuple(duty for _, duties in judged for duty in duties)
        return Answer(shipment, verdict, findings, owed, (sender, receiver, *via), day)

    def _judged(
        self,
        shipment: Shipment,
        day: date,
        law: Law,
        identified: Identified,
        states: tuple[Standing, ...],
        *,
        goes: bool = True,
    ) -> list[_Judged]:
        """Weigh each entry; ``goes`` is false where it is known that the shipment does not go."""
        by_rule: dict[Rule, tuple[Outcome, Share | None]] = {}
        for outcome, share in identified.met:
            if outcome.rule and (outcome.rule not in by_rule or outcome.verdict is Verdict.LISTED):
                by_rule[outcome.rule] = (outcome, share)
        several = len({rule.entry for rule in by_rule if rule.list == "CWC"}) > 1
        sender, receiver, *via = states
        judged: list[_Judged] = []
        for rule, (outcome, share) in by_rule.items():
            if outcome.verdict is Verdict.EXEMPT:
                finding = Finding(shipment.subject, Verdict.ALLOWED, outcome.message, self.maker, rule, outcome.basis)
                judged.append((finding, ()))
                continue
            stated = share or (None if several else shipment.share)
            named = entry_with_names(written(rule), shipment.text("chemical"), outcome)
            weighing = Weighing(
                self, law.rules, shipment, law.entry(rule), day, sender, receiver, tuple(via), stated, goes, named
            )
            judged.append(self._judge(weighing, outcome, identified))
        return judged

    def _judge(self, weighing: Weighing, outcome: Outcome, identified: Identified) -> _Judged:
        """Weigh one entry, with what is doubtful of the day, the States and the chemical."""
        shipment, day = weighing.shipment, weighing.day
        weigh(weighing)
        weighing.notes += identified.notes
        if shipment.day is None:
            weighing.doubt(self._unsure_of_day(shipment, day))
            for state in (weighing.sender, weighing.receiver, *weighing.via):
                last = self.standing(state.side, shipment.last_day or day)
                if last.status != state.status:
                    weighing.doubt(Message("transfers_check_state_changes", {"before": state.says, "after": last.says}))
        for doubt in identified.doubts:
            weighing.doubt(doubt)
        if outcome.verdict is Verdict.REVIEW:
            weighing.doubt(Message("transfers_check_doubtful", {"why": outcome.message}))
        verdict = weighing.verdict
        if verdict is Verdict.PROHIBITED and (outcome.verdict is Verdict.REVIEW or shipment.day is None):
            verdict = Verdict.REVIEW
        until = self.convention.states_known_until
        if day > until and weighing.asks_states:
            weighing.notes.append(Message("transfers_states_as_of", {"date": until.isoformat()}))
        evidence = (*weighing.evidence(), *(evident for evident in outcome.evidence if evident.kind != "atoms"))
        finding = Finding(
            shipment.subject, verdict, weighing.message(verdict), self.maker,
            weighing.rule, outcome.basis, evidence, outcome.steps,
        )  # fmt: skip
        return finding, tuple(weighing.owed)

    def _unsure_of_day(self, shipment: Shipment, day: date) -> Message:
        if shipment.days is None:
            return Message("transfers_check_date_missing", {"date": day.isoformat()})
        first, last = shipment.days
        values: dict[str, Value] = {
            "text": shipment.text("date"), "first": first.isoformat(), "last": last.isoformat()
        }  # fmt: skip
        return Message("transfers_check_date_between", values)

    def acquired(self, shipment: Shipment, code: str, day: date) -> Acquired | None:
        """Return how much of Schedule 1 a State has received in the year, where the shipment's weight is known.

        Shipments of earlier days count as far as they may go.
        """
        amount = shipment.amount
        if amount is None or amount.unit != "kg":
            return None
        received = self._acquired.setdefault((code, day.year), {})
        earlier = [receipt for row, receipt in received.items() if row != shipment.row and receipt.goes]
        received[shipment.row] = _Received(shipment.id, amount.value)
        doubtful = [receipt for receipt in earlier if receipt.doubtful]
        total = amount.value + sum(receipt.weight for receipt in earlier)
        return Acquired(
            total,
            sum((receipt.weight for receipt in doubtful), Decimal(0)),
            tuple(receipt.id for receipt in doubtful),
        )

    def _settle(self, shipment: Shipment, verdict: Verdict) -> None:
        """Keep what has become of a shipment, for the yearly totals."""
        for received in self._acquired.values():
            if shipment.row in received:
                received[shipment.row] = received[shipment.row]._replace(
                    goes=verdict is not Verdict.PROHIBITED, doubtful=verdict is Verdict.REVIEW
                )

    def earlier(self, name: str) -> Shipment | None:
        """Return the shipment of this ledger that has an id."""
        return self._by_id.get(name.casefold())

    def brought(self, shipment: Shipment, rule: Rule) -> Sequence[Shipment]:
        """Return the shipments of this ledger that bring the same chemical of an entry to the sender by that day."""
        day = shipment.last_day or self.question.as_of
        law = self.law_of(max(shipment.first_day or day, self.begin))
        ours = _structures(identify(shipment, law.answer), rule)
        brought = []
        for other in self._into.get(shipment.sender.code, ()) if shipment.sender.code else ():
            if other.row == shipment.row or not other.sender.code or (other.first_day and other.first_day > day):
                continue
            theirs = _structures(identify(other, law.answer), rule)
            if ours is not None and theirs is not None and (not ours or not theirs or ours & theirs):
                brought.append(other)
        return brought

    def _same_chemical(self, certificate: Certificate, shipment: Shipment, entry: str) -> bool | None:
        law = self.law_of(shipment.day or self.question.as_of)
        text, kind = (certificate.cas, "cas") if certificate.cas else (certificate.chemical, "auto")
        if not text:
            return None
        outcomes = law.answer(text, kind)
        if any(
            outcome.verdict is Verdict.LISTED and outcome.rule and written(outcome.rule) == entry
            for outcome in outcomes
        ):
            return True
        unsure = any(outcome.verdict in (Verdict.REVIEW, Verdict.UNREADABLE) for outcome in outcomes)
        return None if unsure else False


def _unnamed_said(certificate: Certificate, wrong: tuple[Message, ...]) -> Message:
    values: dict[str, Value] = {"id": certificate.id or "?", "row": str(certificate.row)}
    if not wrong:
        return Message("transfers_certificate_unnamed", values)
    return Message("transfers_certificate_unnamed_wrong", {**values, "wrong": joined(wrong)})


def _structures(identified: Identified, rule: Rule) -> set[str] | None:
    """Return the structures by which chemicals fall under an entry, empty if by name; ``None`` where none do."""
    outcomes = [outcome for outcome, _ in identified.met if outcome.rule and written(outcome.rule) == written(rule)]
    structures = {evidence.structure for outcome in outcomes for evidence in outcome.evidence if evidence.structure}
    return structures if outcomes else None


def receivers_of(shipment: Shipment) -> tuple[tuple[str, str], ...]:
    """Return the names of those who receive a shipment, each once, with its field: as written, and up to a comma."""
    fields: dict[str, str] = {}
    for field in ("consignee", "end_user"):
        text = shipment.text(field).strip()
        for name in (text, text.split(",")[0].strip()):
            fields.setdefault(name, field)
    return tuple((field, name) for name, field in fields.items() if name)
