"""One entry of one shipment, held against the rules on transfers one by one: reasons, duties, what is still needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from typing import NamedTuple, Protocol

from opencwc.convention import Deadline, Entry, StateOnDay, Threshold, TransferRule
from opencwc.convention.territories import all_territories
from opencwc.finding import Evidence, Message, Rule, Value, Verdict
from opencwc.language.commerce import IN_KILOGRAMS
from opencwc.transfers.check.certificates import Balances, Cover, balance_said
from opencwc.transfers.check.shipments import Amount, Share, Shipment, Side, code_of, is_former
from opencwc.transfers.check.verb import VERB as CHECK
from opencwc.wording.states import state_named

STATES_OF_DUTY = ("broken", "late", "needed", "met", "later", "told")
"""What becomes of a rule: not kept; too late for that day; still needed; met by the papers held; to be done afterwards;
told."""


MOST = 10**9
"""Kilograms or litres that no shipment has: more is a slip of the pen (the largest tankers carry half of it)."""

FAR = timedelta(days=5 * 365)
"""From the day of the question to a planned shipment: more is likelier a slip of the pen."""


class Standing(NamedTuple):
    """What a State is on the day of a shipment: ``party``, ``not_party`` or ``unknown``."""

    side: Side
    status: str
    on: StateOnDay | None = None

    @property
    def named(self) -> Message | str:
        """The State's name, or the text of the row where it is not known or is no more."""
        known = self.side.code and not is_former(self.side.code)
        return state_named(self.side.code) if known else self.side.text

    @property
    def says(self) -> Message:
        """The State and what it is, in words."""
        status = self.on.status if self.on else "unknown"
        since = self.on.since.isoformat() if self.on and self.on.since else ""
        return Message(f"transfers_state_{status}", {"state": self.named, "since": since})


class Owed(NamedTuple):
    """A duty that follows from a rule for an entry of a shipment.

    ``state`` is among `STATES_OF_DUTY`; ``due`` the last day for it, where there is one; ``why`` what is wrong with the
    papers held, or what they do; ``by`` the codes of the States that owe it; ``missing`` what no certificate covers.
    """

    rule: TransferRule
    entry: Rule
    state: str
    says: Message
    due: date | None = None
    by: tuple[str, ...] = ()
    why: tuple[Message, ...] = ()
    missing: Amount | None = None

    @property
    def told(self) -> Message:
        """The duty in words, with what has become of it."""
        values: dict[str, Value] = {"says": self.says, "due": self.due.isoformat() if self.due else ""}
        said = Message(f"transfers_owed_{self.state}{'_by' if self.due else ''}", values)
        return joined([said, *self.why])


class Acquired(NamedTuple):
    """How much of Schedule 1 a State has received in a year, in kg, the shipment that is asked of included.

    Only what may go counts; ``doubtful`` is what shipments for review have in it, ``ids`` which these are.
    """

    total: Decimal
    doubtful: Decimal = Decimal(0)
    ids: tuple[str, ...] = ()


class Beside(Protocol):
    """What other shipments of the ledger, and the day of the question, have to do with one shipment."""

    balances: Balances

    @property
    def as_of(self) -> date:
        """The day on which it is asked."""

    def acquired(self, shipment: Shipment, code: str, day: date) -> Acquired | None:
        """Return how much of Schedule 1 a State has received in the year, where the shipment's weight is known."""

    def earlier(self, name: str) -> Shipment | None:
        """Return the shipment of this ledger that has an id."""

    def brought(self, shipment: Shipment, rule: Rule) -> Sequence[Shipment]:
        """Return the shipments of this ledger that bring the same chemical of an entry to the sender by that day."""


class Rules(NamedTuple):
    """The rules on transfers of a day, with what they name; ``begin`` is when the Convention entered into force."""

    rules: tuple[TransferRule, ...]
    thresholds: Mapping[str, Threshold]
    deadlines: Mapping[str, Deadline]
    begin: date

    def against(self, purpose: str) -> tuple[TransferRule, ...]:
        """Return the rules by which nothing may go for a purpose, whatever the chemical."""
        return tuple(rule for rule in self.rules if rule.effect == "not_for" and purpose in rule.only)


def gravest(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the gravest of the verdicts of one shipment."""
    return min(verdicts, key=CHECK.verdicts.index)


@dataclass
class Weighing:
    """One entry of one shipment, held against the rules one by one; the verdict is that of the gravest reason.

    ``goes`` is false where it is known not to go: nothing is then drawn from a certificate.
    """

    beside: Beside
    law: Rules
    shipment: Shipment
    entry: Entry
    day: date
    sender: Standing
    receiver: Standing
    via: tuple[Standing, ...]
    share: Share | None
    goes: bool = True
    reasons: list[tuple[Verdict, Message]] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    cover: Cover | None = None
    asks_states: bool = True

    @property
    def rule(self) -> Rule:
        """The entry, as findings name it."""
        return Rule(self.entry.list, self.entry.id)

    @property
    def verdict(self) -> Verdict:
        """The verdict of the gravest reason; allowed where there is none."""
        return gravest([Verdict.ALLOWED, *(verdict for verdict, _ in self.reasons)])

    def doubt(self, why: Message) -> None:
        """Add a reason for a person to look at it."""
        self.reasons.append((Verdict.REVIEW, why))

    def weigh(self) -> None:
        """Hold the shipment against every rule that speaks of its entry."""
        known = {"transfers_check_date_unread"} if self.shipment.days else set()  # said with the days that it may mean
        self.notes += (problem for problem in self.shipment.problems if problem.id in _TOLD_PROBLEMS - known)
        if self.entry.evidence == "unverified":
            self.notes.append(Message("transfers_check_entry_unverified", {"source": self.entry.source}))
        for doubt in plain_doubts(self.shipment, self.beside.as_of):
            self.doubt(doubt)
        self._purpose()
        rules = [rule for rule in self.law.rules if rule.covers(self.entry)]
        if not any(rule.between for rule in rules):  # a list whose rules do not ask who is a State Party
            self.asks_states = False
        elif self.day < self.law.begin:
            self.doubt(Message("transfers_check_before", {"date": self.law.begin.isoformat()}))
            self.asks_states = False
            return
        elif not self._states_known():
            return
        self.notes += (
            Message("transfers_check_state_unverified", {"state": one.named, "source": one.on.state.source})
            for one in (self.sender, self.receiver, *self.via)
            if self.asks_states and one.on and one.on.state.evidence == "unverified"
        )
        pair = (self.sender.status, self.receiver.status)
        if self.asks_states and self.sender.side.code == self.receiver.side.code:
            self.doubt(Message("transfers_check_same_state", {"state": self.sender.named}))
            return
        rules = [
            rule
            for rule in rules
            if (not rule.between or rule.is_between(*pair)) and rule.state in ("", self.sender.side.code)
        ]
        removed, unsure = self._exceptions(rules)
        for rule in rules:
            if rule.id not in removed and rule.effect not in ("exempt", "not_for"):
                getattr(self, f"_{rule.effect}")(rule, unsure.get(rule.id))
        if self.verdict is Verdict.PROHIBITED:  # nothing follows from what does not go
            self.owed = [one for one in self.owed if one.state != "later"]

    def _purpose(self) -> None:
        """Hold the purpose against what nothing may be transferred for; words that are not known are for a person."""
        if self.day >= self.law.begin:
            for one in self.law.against(self.shipment.purpose):
                self._break(one, _purpose_said(self.shipment))
        if self.shipment.purpose_unread:
            self.doubt(self.shipment.purpose_unread)

    def _states_known(self) -> bool:
        known = True
        for name, standing in (("from", self.sender), ("to", self.receiver)):
            gone = existence_doubt(standing.side, self.day)
            if standing.status != "unknown" and gone is None:
                continue
            known = False
            if gone is not None:
                self.doubt(gone)
            elif standing.side.code:
                self.doubt(Message("transfers_check_state_unknown", {"state": standing.named}))
            elif standing.side.text:
                self.doubt(Message("transfers_check_state_unread", {"text": standing.side.text}))
            else:
                self.doubt(Message(f"transfers_check_{name}_missing"))
        return known

    # -- exceptions -------------------------------------------------------------------------------------------------

    def _exceptions(self, rules: Sequence[TransferRule]) -> tuple[set[str], dict[str, Message]]:
        """Say which rules do not hold, and which perhaps do not, with the reason."""
        removed: set[str] = set()
        unsure: dict[str, Message] = {}
        here = {rule.id for rule in rules}
        for rule in rules:
            targets = [target for target in rule.instead_of if target in here]
            if not targets:
                continue
            fits = self._fits(rule)
            percent = rule.threshold and self.law.thresholds[rule.threshold].unit == "percent"
            if percent and self.share is None and not self.shipment.text("concentration"):
                self.notes.append(Message("transfers_check_no_concentration"))
            if fits and rule.sure_from and self.day < rule.sure_from:
                fits = None
            if fits:
                removed |= set(targets)
                if rule.effect == "exempt":
                    self.notes.append(self._resting(rule))
            elif fits is None and rule.effect == "exempt":
                unsure |= dict.fromkeys(targets, Message("transfers_check_perhaps", {"rule": self._resting(rule)}))
            if not fits and rule.effect != "exempt":
                removed.add(rule.id)
        return removed, {name: why for name, why in unsure.items() if name not in removed}

    def _fits(self, rule: TransferRule) -> bool | None:
        """Tell whether the conditions of a rule are met; ``None`` where they may be."""
        found: list[bool | None] = []
        if rule.only:
            found.append(self.shipment.purpose in rule.only)
        if rule.packing:
            found.append(self.shipment.retail)
        if rule.threshold:
            found.append(self._is_within(self.law.thresholds[rule.threshold]))
        return False if False in found else None if None in found else True

    def _is_within(self, threshold: Threshold) -> bool | None:
        limit = threshold.quantity or 0
        if threshold.unit == "percent":
            if self.share is not None:
                return self.share.is_at_most(limit)
            return None if self.shipment.text("concentration") else False
        amount = self.shipment.amount
        if amount is None or amount.unit != "kg":
            return False
        return amount.value <= Decimal(limit) * Decimal(IN_KILOGRAMS[threshold.unit])

    def _resting(self, rule: TransferRule) -> Message:
        values: dict[str, Value] = {
            "says": self._says(rule), "source": rule.source, "evidence": Message(f"evidence_{rule.evidence}")
        }  # fmt: skip
        return Message("transfers_resting_on", values)

    # -- effects ----------------------------------------------------------------------------------------------------

    def _prohibited(self, rule: TransferRule, unsure: Message | None) -> None:
        if unsure:
            self.doubt(unsure)
            self.doubt(self._says(rule))
            self.owed.append(Owed(rule, self.rule, "told", self._says(rule)))
        else:
            self._break(rule)

    def _break(self, rule: TransferRule, *why: Message) -> None:
        """Say that a rule is not kept."""
        self.reasons += ((Verdict.PROHIBITED, one) for one in (self._says(rule), *why))
        self.owed.append(Owed(rule, self.rule, "broken", self._says(rule), why=why))

    def _only_for(self, rule: TransferRule, _: Message | None) -> None:
        purpose = {"diagnostic": "medical"}.get(self.shipment.purpose, self.shipment.purpose)
        if not purpose:
            self.doubt(self._says(rule))
            self.owed.append(Owed(rule, self.rule, "told", self._says(rule)))
            if not self.shipment.purpose_unread:
                self.doubt(Message("transfers_check_purpose_missing"))
        elif purpose not in rule.only:
            self._break(rule, _purpose_said(self.shipment))
        else:
            self.owed.append(Owed(rule, self.rule, "met", self._says(rule)))

    def _no_third_state(self, rule: TransferRule, _: Message | None) -> None:
        said = self.shipment.retransfer_of
        earlier = self.beside.earlier(said) if said and said != "yes" else None
        origin = self.shipment.origin
        if not origin.text and earlier is not None:
            origin = earlier.sender
        if not origin.text and said and said != "yes" and earlier is None:
            origin = Side(said, code_of(said))
        if not origin.text and not said:
            self._chain(rule)
            self.owed.append(Owed(rule, self.rule, "told", self._says(rule)))
        elif not origin.code:
            self.doubt(Message("transfers_check_origin_missing", {"rule": self._says(rule)}))
            self.owed.append(Owed(rule, self.rule, "told", self._says(rule)))
        elif origin.code == self.sender.side.code:
            self.owed.append(Owed(rule, self.rule, "told", self._says(rule)))
        elif origin.code == self.receiver.side.code:
            self.notes.append(Message("transfers_check_returned", {"state": state_named(origin.code)}))
        else:
            values: dict[str, Value] = {
                "origin": state_named(origin.code), "sender": self.sender.named, "receiver": self.receiver.named
            }  # fmt: skip
            self._break(rule, Message("transfers_check_retransferred", values))

    def _chain(self, rule: TransferRule) -> None:
        """Say that by other shipments of the ledger the sender receives what it would send on to a third State."""
        brought = [
            one
            for one in self.beside.brought(self.shipment, self.rule)
            if one.sender.code not in (self.sender.side.code, self.receiver.side.code)
        ]
        if brought:
            values: dict[str, Value] = {
                "ids": tuple(one.id for one in brought),
                "origins": tuple(state_named(code) for code in dict.fromkeys(one.sender.code for one in brought)),
                "sender": self.sender.named,
                "receiver": self.receiver.named,
                "rule": self._says(rule),
            }
            self.doubt(Message("transfers_check_chain", values))

    def _at_most(self, rule: TransferRule, _: Message | None) -> None:
        threshold = self.law.thresholds[rule.threshold]
        limit = Decimal(threshold.quantity or 0) * Decimal(IN_KILOGRAMS[threshold.unit])
        acquired = self.beside.acquired(self.shipment, self.receiver.side.code, self.day)
        if acquired is None:
            why = Message("transfers_check_total_unknown", {"rule": self._says(rule)})
            if self.shipment.text("quantity"):
                self.doubt(why)
            else:
                self.notes.append(why)
        elif acquired.total <= limit:
            self.owed.append(Owed(rule, self.rule, "told", self._says(rule)))
        else:
            values: dict[str, Value] = {
                "state": self.receiver.named, "year": str(self.day.year), "amount": str(Amount(acquired.total, "kg"))
            }  # fmt: skip
            if acquired.total - acquired.doubtful > limit:
                self._break(rule, Message("transfers_check_total", values))
            else:
                self.doubt(self._says(rule))
                self.doubt(Message("transfers_check_total", values))
                self.doubt(Message("transfers_check_total_doubtful", {"ids": acquired.ids}))
                self.owed.append(Owed(rule, self.rule, "told", self._says(rule)))

    def _paper(self, rule: TransferRule, unsure: Message | None) -> None:
        if unsure:
            self.doubt(unsure)
        if rule.paper == "certificate":
            self._certificate(rule)
        else:
            self._notice(rule)

    def _certificate(self, rule: TransferRule) -> None:
        cover = self.beside.balances.cover(self.shipment, written(self.rule), self.day, draw=self.goes)
        self.cover = cover
        by = (self.receiver.side.code,)
        used = tuple(balance_said(one) for one in cover.drawn) if self.goes else ()
        if cover.met:
            self.owed.append(Owed(rule, self.rule, "met", self._says(rule), by=by, why=used))
            return
        for doubt in cover.doubts:
            self.doubt(doubt)
        why = (*(cover.wrong or cover.doubts), *used)
        owed = Owed(rule, self.rule, "needed", self._says(rule), by=by, why=why, missing=cover.missing)
        if cover.wrong:
            self.reasons.append((Verdict.ALLOWED_WITH, owed.told))
        self.owed.append(owed)

    def _notice(self, rule: TransferRule) -> None:
        due = self._due(rule)
        codes = self._by(rule)
        held = [paper for paper in self.shipment.papers if paper.kind == rule.paper]
        lacking, late, doubts = [], [], []
        for code in codes:
            own = [one for one in held if one.state == code]
            days = [one.day for one in own if one.day]
            if not own:
                lacking.append(code)
            elif not days:
                doubts.append(Message("transfers_check_notice_undated", {"state": state_named(code)}))
            elif due and min(days) > due:
                late.append(min(days))
        if lacking and any(not one.state for one in held):
            doubts.append(Message("transfers_check_notice_whose"))
        for doubt in doubts:
            self.doubt(doubt)
        amount = self.law.deadlines[rule.deadline].amount or 0
        names: tuple[Value, ...] = tuple(state_named(one) for one in lacking)
        if late:
            values: dict[str, Value] = {
                "given": max(late).isoformat(), "earliest": (max(late) + timedelta(days=amount)).isoformat()
            }  # fmt: skip
            why = Message("transfers_check_notice_late", values)
            owed = Owed(rule, self.rule, "late", self._says(rule), due, codes, (why,))
            self.reasons.append((Verdict.PROHIBITED, owed.told))
        elif lacking and due and due < self.beside.as_of:
            earliest = self.beside.as_of + timedelta(days=amount)
            why = Message("transfers_check_notice_over", {"states": names, "earliest": earliest.isoformat()})
            if (self.shipment.last_day or self.day) < self.beside.as_of:
                why = Message("transfers_check_notice_past", {"states": names})
            owed = Owed(rule, self.rule, "late", self._says(rule), due, codes, (why,))
            self.doubt(owed.told)
        elif lacking:
            why = Message("transfers_check_notice_lacking", {"states": names})
            owed = Owed(rule, self.rule, "needed", self._says(rule), due, codes, (why,) if len(lacking) < 2 else ())
            self.reasons.append((Verdict.ALLOWED_WITH, owed.told))
        else:
            owed = Owed(rule, self.rule, "needed" if doubts else "met", self._says(rule), due, codes)
        self.owed.append(owed)

    def _later(self, rule: TransferRule, _: Message | None) -> None:
        if codes := self._by(rule):
            self.owed.append(Owed(rule, self.rule, "later", self._says(rule), self._due(rule), codes))

    def _told(self, rule: TransferRule, _: Message | None) -> None:
        held = bool(rule.paper) and any(paper.kind == rule.paper for paper in self.shipment.papers)
        self.owed.append(Owed(rule, self.rule, "met" if held else "told", self._says(rule), self._due(rule)))

    def _review(self, rule: TransferRule, _: Message | None) -> None:
        self.doubt(self._resting(rule))
        held = any(paper.kind == rule.paper for paper in self.shipment.papers)
        state = "told" if not rule.paper else "met" if held else "needed"
        self.owed.append(Owed(rule, self.rule, state, self._says(rule)))

    def _transit(self, rule: TransferRule, _: Message | None) -> None:
        if not self.via:
            return
        excepted = any(
            rule.effect == "exempt" and rule.covers(self.entry) and self._fits(rule) for rule in self.law.rules
        )
        outside = [] if excepted else [one for one in self.via if one.status != "party"]
        for one in outside:
            if gone := existence_doubt(one.side, self.day):
                self.doubt(gone)
            elif one.status == "unknown":
                self.doubt(Message("transfers_check_via_unknown", {"state": one.named}))
            else:
                self.doubt(Message("transfers_check_via_not_party", {"state": one.says}))
        if outside:
            self.doubt(self._resting(rule))
        self.owed.append(Owed(rule, self.rule, "told", self._says(rule)))

    # -- words ------------------------------------------------------------------------------------------------------

    def _by(self, rule: TransferRule) -> tuple[str, ...]:
        """Return the codes of the States that owe what a rule asks, as far as they are States Parties."""
        sides = {"sender": self.sender, "receiver": self.receiver}
        return tuple(sides[one].side.code for one in rule.by if sides[one].status == "party")

    def _due(self, rule: TransferRule) -> date | None:
        deadline = self.law.deadlines.get(rule.deadline)
        return due_on(deadline, self.day) if deadline else None

    def _says(self, rule: TransferRule) -> Message:
        deadline = self.law.deadlines.get(rule.deadline)
        threshold = self.law.thresholds.get(rule.threshold)
        strangers = tuple(one.says for one in (self.sender, self.receiver) if one.status == "not_party")
        values: dict[str, Value] = {
            "entry": self.entry.id,
            "sender": self.sender.named,
            "receiver": self.receiver.named,
            "strangers": strangers,
            "states": tuple(state_named(one) for one in self._by(rule)),
            "via": tuple(one.named for one in self.via),
            "day": self.day.isoformat(),
            "days": str(deadline.amount) if deadline and deadline.amount else "",
            "limit": threshold.limit if threshold else "",
        }
        return Message(rule.says, values)

    def message(self, verdict: Verdict) -> Message:
        """Say what decides, gravest first, then what else there is to know, and on what it rests."""
        said = [
            why for of, why in sorted(self.reasons, key=lambda reason: CHECK.verdicts.index(reason[0])) if of is verdict
        ]
        if verdict is Verdict.REVIEW:  # also what stands against it or is missing whatever the person finds
            said += [why for of, why in self.reasons if of is not verdict]
        if not said:
            said = [one.told for one in self.owed if one.state == "met" and one.why]
        afterwards = [one.told for one in self.owed if one.state == "later"]
        values: dict[str, Value] = {"entry": f"{self.entry.list} {self.entry.id}", "verdict": f"verdict_{verdict}"}
        first = Message(f"transfers_why_{verdict}", values)
        return joined([first, *said, *self.notes, *afterwards])

    def evidence(self) -> Iterator[Evidence]:
        """Yield what a person can look at: the States, each duty with its day and source, and the papers held."""
        for name, one in (("from", self.sender), ("to", self.receiver), *(("via", one) for one in self.via)):
            if one.side.text:
                since = one.on.since.isoformat() if one.on and one.on.since else ""
                status = one.on.status if one.on else "unknown"
                yield Evidence("state", name, value=" ".join(filter(None, (one.side.code, status, since))))
        for owed in self.owed:
            due = owed.due.isoformat() if owed.due else ""
            told = "; ".join(filter(None, (f"{owed.state} {due}".strip(), owed.rule.source, owed.rule.evidence)))
            yield Evidence("duty", owed.rule.id, value=told)
        for paper in self.shipment.papers:
            yield Evidence("paper", paper.kind, value=paper.text)
        for certificate in self.shipment.certificates:
            drawn = next(
                (one for one in (self.cover.drawn if self.cover and self.goes else ()) if one[0] == certificate), None
            )
            yield Evidence(
                "paper", "certificate", value=f"{certificate}: {drawn[1]}, {drawn[2]}" if drawn else certificate
            )


def _purpose_said(shipment: Shipment) -> Message:
    return Message("transfers_check_purpose_other", {"text": shipment.text("purpose")})


def plain_doubts(shipment: Shipment, as_of: date) -> tuple[Message, ...]:
    """Return what a person has to look at in a row whatever its chemical: a quantity or a day that cannot be meant."""
    doubts = [problem for problem in shipment.problems if problem.id == "transfers_check_quantity_not_above_zero"]
    if shipment.amount is not None and shipment.amount.value > MOST:
        doubts.append(Message("transfers_check_quantity_beyond", {"amount": str(shipment.amount)}))
    first = shipment.first_day
    if first is not None and first > as_of + FAR:
        doubts.append(Message("transfers_check_date_far", {"text": shipment.text("date"), "today": as_of.isoformat()}))
    return tuple(doubts)


def existence_doubt(side: Side, day: date) -> Message | None:
    """Say that a State was no more, or not yet there, on the day of a shipment."""
    territory = all_territories().get(side.code)
    if territory is None:
        return None
    if territory.until is not None and territory.until < day:
        values: dict[str, Value] = {
            "state": side.text, "date": territory.until.isoformat(),
            "successors": tuple(state_named(successor) for successor in territory.successors),
        }  # fmt: skip
        return Message("transfers_check_state_no_more", values)
    if territory.since is not None and day < territory.since:
        since = territory.since.isoformat()
        return Message("transfers_check_state_not_yet", {"state": state_named(side.code), "date": since})
    return None


def barred(shipment: Shipment, law: Rules, day: date) -> tuple[Message, ...]:
    """Say by what a shipment may not go that falls under no entry: what it is for, and on what that rests."""
    against = law.against(shipment.purpose) if day >= law.begin else ()
    rests = (
        Message(
            "transfers_resting_on",
            {"says": Message(one.says), "source": one.source, "evidence": Message(f"evidence_{one.evidence}")},
        )
        for one in against
    )
    return (*rests, _purpose_said(shipment)) if against else ()


def joined(messages: Sequence[Message]) -> Message:
    """Say messages one after the other, each once."""
    once = {repr(message): message for message in messages}
    return reduce(lambda first, second: Message("transfers_and", {"first": first, "second": second}), once.values())


def due_on(deadline: Deadline, day: date) -> date | None:
    """Return the last day for what a deadline asks of a transfer on a day; ``None`` where it speaks of no transfer.

    >>> from opencwc.convention import Convention
    >>> [due_on(one, date(2023, 5, 10)) for one in Convention(date(2023, 5, 10)).deadlines if one.id == "s1-notice"]
    [datetime.date(2023, 4, 10)]
    """
    if deadline.due == "by":
        return day
    if deadline.amount is None or deadline.unit != "days":
        return None
    if deadline.due == "before":
        return day - timedelta(days=deadline.amount)
    if deadline.anchor in ("year_end", "previous_year_end"):
        return date(day.year, 12, 31) + timedelta(days=deadline.amount)
    return day + timedelta(days=deadline.amount)


def written(rule: Rule) -> str:
    """Write the entry that a finding rests on: ``CWC 3A01``."""
    return f"{rule.list} {rule.entry}"


_TOLD_PROBLEMS = frozenset(f"transfers_check_{one}_unread" for one in ("date", "quantity", "concentration", "paper"))
"""Problems of a row that no rule speaks of; what is wrong with a State or a purpose is said where it decides."""
