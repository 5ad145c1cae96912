"""The rules on transfers, held against one entry of a shipment one by one: what each of them does is listed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from opencwc.convention import Threshold, TransferRule
from opencwc.finding import Message, Verdict
from opencwc.language.commerce import IN_KILOGRAMS
from opencwc.transfers.check.certificates import balance_said
from opencwc.transfers.check.schedule_1_rules import at_most, no_third_state, notice, only_for
from opencwc.transfers.check.shipments import Shipment
from opencwc.transfers.check.weighing import Owed, Rules, Weighing, existence_doubt, resting, written

Effect = Callable[[Weighing, TransferRule, Message | None], None]
"""What a rule does to a weighing; the message says why it perhaps does not hold."""
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
    if weighing.verdict is Verdict.PROHIBITED or not weighing.goes:
        weighing.owed = [owed for owed in map(_needed_no_more, weighing.owed) if owed]


def _needed_no_more(owed: Owed) -> Owed | None:
    """Return what is left of a duty where the shipment does not go: what was needed is told where a paper is wrong."""
    if owed.state != "needed":
        return owed
    return owed._replace(state="told", due=None, missing=None) if owed.why else None


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


def prohibited(weighing: Weighing, rule: TransferRule, unsure: Message | None) -> None:
    """Say that it may not go, unless an exception perhaps holds.

    Applies s1-not-party (VA VI.1, VA VI.3), s2-not-party (VA VII.31).
    """
    if not unsure:
        weighing.break_rule(rule)
        return
    weighing.doubt(unsure)
    weighing.doubt(weighing.says(rule))
    weighing.owe(rule, "told")


def not_for(weighing: Weighing) -> None:
    """Hold the purpose against what nothing may be transferred for; words that are not known are for a person.

    Applies weapons (Art. I.1(a), Art. I.1(d), Art. II.1(a)).
    """
    if weighing.day >= weighing.law.begin:
        for rule in weighing.law.against(weighing.shipment.purpose):
            weighing.break_rule(rule, weighing.shipment.other_purpose)
    if weighing.shipment.purpose_unread:
        weighing.doubt(weighing.shipment.purpose_unread)


def barred(shipment: Shipment, law: Rules, day: date) -> tuple[Message, ...]:
    """Say by what a shipment may not go that falls under no entry: what it is for, and on what that rests."""
    against = law.against(shipment.purpose) if day >= law.begin else ()
    rests = (resting(rule, Message(rule.says)) for rule in against)
    return (*rests, shipment.other_purpose) if against else ()


def later(weighing: Weighing, rule: TransferRule, _: Message | None) -> None:
    """Say what is to be declared or sent afterwards, by whom and until when.

    Applies s1-annual (VA VI.6), s2-aggregate (VA VII.1, VA VII.2(b), VA VII.4(b)), s3-aggregate (VA VIII.1,
    VA VIII.2(b), VA VIII.4(b)), and usa-certificate (15 CFR 745.2).
    """
    if codes := weighing.owing_states(rule):
        weighing.owe(rule, "later", weighing.due(rule), codes)


def told(weighing: Weighing, rule: TransferRule, _: Message | None) -> None:
    """Say what else holds, which changes nothing; it is met where its paper is held.

    Applies s1-justified (VA VI.2(b)), s3-measures (VA VIII.26), s3-further (VA VIII.27), s3-received (VA VIII.26),
    licence (Art. VI.2, Art. VII.1), usa-s1-export (15 CFR 745.1).
    """
    weighing.owe(rule, "met" if weighing.holds_paper(rule) else "told", weighing.due(rule))


def review(weighing: Weighing, rule: TransferRule, _: Message | None) -> None:
    """Leave it to a person.

    Applies neither-party (our reading) and ag-licence (Australia Group, guidelines).
    """
    weighing.doubt(weighing.resting_on(rule))
    state = "met" if weighing.holds_paper(rule) else "needed"
    weighing.owe(rule, state if rule.paper else "told")


def transit(weighing: Weighing, rule: TransferRule, _: Message | None) -> None:
    """Leave it to a person where a State on the way is not a State Party, unless an exception holds.

    Applies transit (C-13/DEC.4).
    """
    if not weighing.via:
        return
    excepted = any(
        exception.effect == "exempt" and exception.covers(weighing.entry) and fits(weighing, exception)
        for exception in weighing.law.rules
    )
    outside = [] if excepted else [state for state in weighing.via if state.status != "party"]
    for state in outside:
        if gone := existence_doubt(state.side, weighing.day):
            weighing.doubt(gone)
        elif state.status == "unknown":
            weighing.doubt(Message("transfers_check_via_unknown", {"state": state.named}))
        else:
            weighing.doubt(Message("transfers_check_via_not_party", {"state": state.says}))
    if outside:
        weighing.doubt(weighing.resting_on(rule))
    weighing.owe(rule, "told")


def certificate(weighing: Weighing, rule: TransferRule, unsure: Message | None) -> None:
    """Ask for the receiving State's end-use certificate, and draw the shipment from those that it names.

    Applies s2-certificate (VA VII.32), s3-certificate (VA VIII.26).
    """
    if unsure:
        weighing.doubt(unsure)
    cover = weighing.beside.balances.cover(weighing.shipment, written(weighing.rule), weighing.day, draw=weighing.goes)
    weighing.cover = cover
    by = (weighing.receiver.side.code,)
    used = tuple(balance_said(drawn) for drawn in cover.drawn) if weighing.goes else ()
    if cover.met:
        weighing.owe(rule, "met", by=by, why=used)
        return
    for doubt in cover.doubts:
        weighing.doubt(doubt)
    why = (*(cover.wrong or cover.doubts), *used)
    owed = weighing.owe(rule, "needed", by=by, why=why, missing=cover.missing)
    if cover.wrong:
        weighing.reasons.append((Verdict.ALLOWED_WITH, owed.told))


def find_exceptions(weighing: Weighing, rules: Sequence[TransferRule]) -> tuple[set[str], Mapping[str, Message]]:
    """Return the ids of rules that do not hold, and those that perhaps do not, with the reason.

    Applies s2a-product, s2b-product, s2-retail, s3-product and s3-retail, and s1-saxitoxin (VA VI.5bis) in the place of
    s1-notice.
    """
    removed: set[str] = set()
    unsure: dict[str, Message] = {}
    here = {rule.id for rule in rules}
    for rule in rules:
        targets = [target for target in rule.instead_of if target in here]
        if not targets:
            continue
        holds = _holds(weighing, rule)
        if holds:
            removed |= set(targets)
            if rule.effect == "exempt":
                weighing.notes.append(weighing.resting_on(rule))
        elif rule.effect != "exempt":
            removed.add(rule.id)
        elif holds is None:
            unsure |= dict.fromkeys(targets, Message("transfers_check_perhaps", {"rule": weighing.resting_on(rule)}))
    return removed, {id: why for id, why in unsure.items() if id not in removed}


def _holds(weighing: Weighing, rule: TransferRule) -> bool | None:
    """Tell whether an exception holds on the day of the shipment; ``None`` where it may."""
    percent = rule.threshold and weighing.law.thresholds[rule.threshold].unit == "percent"
    if percent and weighing.share is None and not weighing.shipment.text("concentration"):
        weighing.notes.append(Message("transfers_check_no_concentration"))
    holds = fits(weighing, rule)
    return None if holds and rule.sure_from and weighing.day < rule.sure_from else holds


def fits(weighing: Weighing, rule: TransferRule) -> bool | None:
    """Tell whether the conditions of a rule are met; ``None`` where they may be."""
    conditions: list[bool | None] = []
    if rule.only:
        conditions.append(weighing.shipment.purpose in rule.only)
    if rule.packing:
        conditions.append(weighing.shipment.retail)
    if rule.threshold:
        conditions.append(_is_within(weighing, weighing.law.thresholds[rule.threshold]))
    return False if False in conditions else None if None in conditions else True


def _is_within(weighing: Weighing, threshold: Threshold) -> bool | None:
    limit = threshold.quantity or 0
    if threshold.unit == "percent":
        if weighing.share is not None:
            return weighing.share.is_at_most(limit)
        return None if weighing.shipment.text("concentration") else False
    amount = weighing.shipment.amount
    if amount is None or amount.unit != "kg":
        return False
    return amount.value <= Decimal(limit) * Decimal(IN_KILOGRAMS[threshold.unit])


EFFECTS: Mapping[str, Effect] = MappingProxyType({
    "prohibited": prohibited, "only_for": only_for, "no_third_state": no_third_state, "at_most": at_most,
    "paper notice": notice, "paper certificate": certificate, "later": later, "told": told, "review": review,
    "transit": transit,
})  # fmt: skip
"""By the effect of a rule (``convention/data/transfers.yaml``), and for a paper which paper. Two effects concern no
single rule: `not_for` comes before all, exemptions say which rules hold at all (`find_exceptions`)."""
