"""One entry of one shipment while it is held against the rules on transfers: reasons, duties, what is still needed.

The rules themselves stand in `rule_effects` and `schedule_1_rules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from typing import NamedTuple, Protocol

from opencwc.convention import Deadline, Entry, StateOnDay, Threshold, TransferRule
from opencwc.convention.territories import all_territories
from opencwc.finding import Evidence, Item, Message, Rule, Value, Verdict
from opencwc.language.commerce.shares import Share
from opencwc.transfers.check.certificates import Balances, Cover
from opencwc.transfers.check.shipment_cells import Amount, Side, is_former
from opencwc.transfers.check.shipments import Shipment
from opencwc.transfers.check.verb import VERB as CHECK
from opencwc.wording.states import state_named


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
        status, since = self.known
        return Message(f"transfers_state_{status}", {"state": self.named, "since": since})

    @property
    def known(self) -> tuple[str, str]:
        """What the Convention says of the State, ``unknown`` where nothing, and since when."""
        since = self.on.since.isoformat() if self.on and self.on.since else ""
        return (self.on.status if self.on else "unknown"), since


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


STATES_OF_DUTY = ("broken", "late", "needed", "met", "later", "told")
"""What becomes of a rule: not kept; too late for that day; still needed; met by the papers held; to be done afterwards;
told."""


LATE = ("late", "needed")
"""The states of a duty that is still owed, the worse first."""


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
        owed = Message(f"transfers_owed_{self.state}{'_by' if self.due else ''}", values)
        return joined([owed, *self.why])


def joined(messages: Sequence[Message]) -> Message:
    """Say messages one after the other, each once."""
    once = {repr(message): message for message in messages}
    return reduce(lambda first, second: Message("transfers_and", {"first": first, "second": second}), once.values())


def separated(message: Message) -> list[Message]:
    """Return the messages that were `joined`.

    >>> [message.id for message in separated(joined([Message("a"), Message("b"), Message("c")]))]
    ['a', 'b', 'c']
    """
    first, second = message.values.get("first"), message.values.get("second")
    if message.id != "transfers_and" or not (isinstance(first, Message) and isinstance(second, Message)):
        return [message]
    return [*separated(first), *separated(second)]


def due_on(deadline: Deadline, day: date) -> date | None:
    """Return the last day for what a deadline asks of a transfer on a day; ``None`` where it speaks of no transfer.

    >>> from opencwc.convention import Convention
    >>> [due_on(rule, date(2023, 5, 10)) for rule in Convention(date(2023, 5, 10)).deadlines if rule.id == "s1-notice"]
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
    """One entry of one shipment, and what the rules say of it so far; the verdict is that of the gravest reason.

    ``goes`` is false where it is known not to go: nothing is then drawn from a certificate, and nothing is needed.
    ``named`` is the entry with the names of the chemical.
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
    named: Item = ""
    reasons: list[tuple[Verdict, Message]] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    cover: Cover | None = None
    asks_states: bool = True

    @property
    def rule(self) -> Rule:
        """The entry, as findings name it."""
        return self.entry.rule

    @property
    def verdict(self) -> Verdict:
        """The verdict of the gravest reason; allowed where there is none."""
        return gravest([Verdict.ALLOWED, *(verdict for verdict, _ in self.reasons)])

    def doubt(self, why: Message) -> None:
        """Add a reason for a person to look at it."""
        self.reasons.append((Verdict.REVIEW, why))

    def owe(
        self,
        rule: TransferRule,
        state: str,
        due: date | None = None,
        by: tuple[str, ...] = (),
        why: tuple[Message, ...] = (),
        missing: Amount | None = None,
    ) -> Owed:
        """Add what has become of a rule's duty (see `Owed`), and return it."""
        owed = Owed(rule, self.rule, state, self.says(rule), due, by, why, missing)
        self.owed.append(owed)
        return owed

    def break_rule(self, rule: TransferRule, *why: Message) -> None:
        """Say that a rule is not kept."""
        self.reasons += ((Verdict.PROHIBITED, reason) for reason in (self.says(rule), *why))
        self.owe(rule, "broken", why=why)

    def holds_paper(self, rule: TransferRule) -> bool:
        """Tell whether the paper that a rule names is at hand."""
        return bool(rule.paper) and any(paper.kind == rule.paper for paper in self.shipment.papers)

    def owing_states(self, rule: TransferRule) -> tuple[str, ...]:
        """Return the codes of the States that owe what a rule asks, as far as they are States Parties."""
        sides = {"sender": self.sender, "receiver": self.receiver}
        return tuple(sides[side].side.code for side in rule.by if sides[side].status == "party")

    def due(self, rule: TransferRule) -> date | None:
        """Return the last day for what a rule asks, where it has one."""
        deadline = self.law.deadlines.get(rule.deadline)
        return due_on(deadline, self.day) if deadline else None

    def says(self, rule: TransferRule) -> Message:
        """Return what a rule says of this shipment."""
        deadline = self.law.deadlines.get(rule.deadline)
        threshold = self.law.thresholds.get(rule.threshold)
        strangers = tuple(side.says for side in (self.sender, self.receiver) if side.status == "not_party")
        values: dict[str, Value] = {
            "entry": self.entry.id,
            "sender": self.sender.named,
            "receiver": self.receiver.named,
            "strangers": strangers,
            "states": tuple(state_named(code) for code in self.owing_states(rule)),
            "via": tuple(state.named for state in self.via),
            "day": self.day.isoformat(),
            "days": str(deadline.amount) if deadline and deadline.amount else "",
            "limit": threshold.limit if threshold else "",
        }
        return Message(rule.says, values)

    def resting_on(self, rule: TransferRule) -> Message:
        """Return what a rule says, with its source and how well that is known."""
        return resting(rule, self.says(rule))

    def message(self, verdict: Verdict) -> Message:
        """Say what decides, gravest first, then what else there is to know, and on what it rests."""
        messages = [
            why for of, why in sorted(self.reasons, key=lambda reason: CHECK.verdicts.index(reason[0])) if of is verdict
        ]
        if verdict is Verdict.REVIEW:  # also what stands against it or is missing whatever the person finds
            messages += [why for of, why in self.reasons if of is not verdict]
        if not messages:
            messages = [owed.told for owed in self.owed if owed.state == "met" and owed.why]
        afterwards = [owed.told for owed in self.owed if owed.state == "later"]
        values: dict[str, Value] = {"entry": self.named or written(self.rule), "verdict": f"verdict_{verdict}"}
        first = Message(f"transfers_why_{verdict}", values)
        return joined([first, *messages, *self.notes, *afterwards])

    def evidence(self) -> Iterator[Evidence]:
        """Yield what a person can look at: the States, each duty with its day and source, and the papers held."""
        states = (("from", self.sender), ("to", self.receiver), *(("via", state) for state in self.via))
        for name, standing in states:
            if standing.side.text:
                yield Evidence("state", name, value=" ".join(filter(None, (standing.side.code, *standing.known))))
        for owed in self.owed:
            due = owed.due.isoformat() if owed.due else ""
            duty = "; ".join(filter(None, (f"{owed.state} {due}".strip(), owed.rule.source, owed.rule.evidence)))
            yield Evidence("duty", owed.rule.id, value=duty)
        for paper in self.shipment.papers:
            yield Evidence("paper", paper.kind, value=paper.text)
        drawn = {name: f"{taken}, {left}" for name, taken, left in reversed(self.cover.drawn if self.cover else ())}
        for certificate in self.shipment.certificates:
            text = f"{certificate}: {drawn[certificate]}" if self.goes and certificate in drawn else certificate
            yield Evidence("paper", "certificate", value=text)


def resting(rule: TransferRule, says: Message) -> Message:
    """Return what a rule ``says``, with its source and how well that is known."""
    evidence = Message(f"evidence_{rule.evidence}")
    return Message("transfers_resting_on", {"says": says, "source": rule.source, "evidence": evidence})


def written(rule: Rule) -> str:
    """Write the entry that a finding rests on: ``CWC 3A01``."""
    return f"{rule.list} {rule.entry}"
