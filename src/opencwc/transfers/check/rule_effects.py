"""The rules on transfers, held against one entry of a shipment one by one: what each of them does is listed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from opencwc.convention import TransferRule
from opencwc.finding import Message, Verdict
from opencwc.transfers.check.certificate_rules import certificate
from opencwc.transfers.check.exceptions import find_exceptions
from opencwc.transfers.check.general_rules import later, not_for, prohibited, review, told, transit
from opencwc.transfers.check.schedule_1_rules import at_most, no_third_state, notice, only_for
from opencwc.transfers.check.shipments import Shipment
from opencwc.transfers.check.standing import existence_doubt
from opencwc.transfers.check.weighing import Weighing

Effect = Callable[[Weighing, TransferRule, Message | None], None]
"""What a rule does to a weighing; the message says why it perhaps does not hold."""
EFFECTS: Mapping[str, Effect] = MappingProxyType({
    "prohibited": prohibited, "only_for": only_for, "no_third_state": no_third_state, "at_most": at_most,
    "paper notice": notice, "paper certificate": certificate, "later": later, "told": told, "review": review,
    "transit": transit,
})  # fmt: skip
"""By the effect of a rule (``convention/data/transfers.yaml``), and for a paper which paper. Two effects concern no
single rule: `not_for` comes before all, exemptions say which rules hold at all (`find_exceptions`)."""
MOST = 10**9
"""Kilograms or litres that no shipment has: more is a slip of the pen (the largest tankers carry half of it)."""
FAR = timedelta(days=5 * 365)
"""From the day of the question to a planned shipment: more is likelier a slip of the pen."""
_TOLD_PROBLEMS = frozenset(f"transfers_check_{name}_unread" for name in ("date", "quantity", "concentration", "paper"))
"""Problems of a row that no rule speaks of; what is wrong with a State or a purpose is said where it decides."""


def weigh(weighing: Weighing) -> None:
    """Hold the shipment against every rule that speaks of its entry."""
    _weigh_row(weighing)
    not_for(weighing)
    rules = [rule for rule in weighing.law.rules if rule.covers(weighing.entry)]
    if not _weigh_states(weighing, rules):
        return
    pair = (weighing.sender.status, weighing.receiver.status)
    rules = [
        rule
        for rule in rules
        if (not rule.between or rule.is_between(*pair)) and rule.state in ("", weighing.sender.side.code)
    ]
    removed, unsure = find_exceptions(weighing, rules)
    for rule in rules:
        if rule.id not in removed and rule.effect not in ("exempt", "not_for"):
            EFFECTS[f"{rule.effect} {rule.paper}" if rule.effect == "paper" else rule.effect](
                weighing, rule, unsure.get(rule.id)
            )
    if weighing.verdict is Verdict.PROHIBITED:  # nothing follows from what does not go
        weighing.owed = [owed for owed in weighing.owed if owed.state != "later"]


def _weigh_row(weighing: Weighing) -> None:
    """Say what a person has to know of the row and the entry, whatever the rules."""
    shipment = weighing.shipment
    known = {"transfers_check_date_unread"} if shipment.days else set()  # said with the days that it may mean
    weighing.notes += (problem for problem in shipment.problems if problem.id in _TOLD_PROBLEMS - known)
    if weighing.entry.evidence == "unverified":
        weighing.notes.append(Message("transfers_check_entry_unverified", {"source": weighing.entry.source}))
    for doubt in plain_doubts(shipment, weighing.beside.as_of):
        weighing.doubt(doubt)


def _weigh_states(weighing: Weighing, rules: list[TransferRule]) -> bool:
    """Say what is doubtful of the States; return whether the rules can be applied to them."""
    if not any(rule.between for rule in rules):  # a list whose rules do not ask who is a State Party
        weighing.asks_states = False
        return True
    if weighing.day < weighing.law.begin:
        weighing.doubt(Message("transfers_check_before", {"date": weighing.law.begin.isoformat()}))
        weighing.asks_states = False
        return False
    if not _states_known(weighing):
        return False
    weighing.notes += (
        Message("transfers_check_state_unverified", {"state": standing.named, "source": standing.on.state.source})
        for standing in (weighing.sender, weighing.receiver, *weighing.via)
        if standing.on and standing.on.state.evidence == "unverified"
    )
    if weighing.sender.side.code == weighing.receiver.side.code:
        weighing.doubt(Message("transfers_check_same_state", {"state": weighing.sender.named}))
        return False
    return True


def _states_known(weighing: Weighing) -> bool:
    known = True
    for name, standing in (("from", weighing.sender), ("to", weighing.receiver)):
        gone = existence_doubt(standing.side, weighing.day)
        if standing.status != "unknown" and gone is None:
            continue
        known = False
        if gone is not None:
            weighing.doubt(gone)
        elif standing.side.code:
            weighing.doubt(Message("transfers_check_state_unknown", {"state": standing.named}))
        elif standing.side.text:
            weighing.doubt(Message("transfers_check_state_unread", {"text": standing.side.text}))
        else:
            weighing.doubt(Message(f"transfers_check_{name}_missing"))
    return known


def plain_doubts(shipment: Shipment, as_of: date) -> tuple[Message, ...]:
    """Return what a person has to look at in a row whatever its chemical: a quantity or a day that cannot be meant."""
    doubts = [problem for problem in shipment.problems if problem.id == "transfers_check_quantity_not_above_zero"]
    if shipment.amount is not None and shipment.amount.value > MOST:
        doubts.append(Message("transfers_check_quantity_beyond", {"amount": str(shipment.amount)}))
    first = shipment.first_day
    if first is not None and first > as_of + FAR:
        doubts.append(Message("transfers_check_date_far", {"text": shipment.text("date"), "today": as_of.isoformat()}))
    return tuple(doubts)
