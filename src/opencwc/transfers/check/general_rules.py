"""The rules on transfers of any schedule: who may send to whom, what is said, and what is to be done afterwards."""

from __future__ import annotations

from datetime import date

from opencwc.convention import TransferRule
from opencwc.finding import Message
from opencwc.transfers.check.exceptions import fits
from opencwc.transfers.check.shipments import Shipment
from opencwc.transfers.check.standing import existence_doubt
from opencwc.transfers.check.weighing import Rules, Weighing, resting


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

    Applies weapons (Art. I.1, Art. II.1(a)).
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

    Applies s1-annual (VA VI.6), s2-aggregate (VA VII.1, VA VII.2(b)), s3-aggregate (VA VIII.1, VA VIII.2(b)), and
    usa-certificate (15 CFR 745.2).
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
    held = "met" if weighing.holds_paper(rule) else "needed"
    weighing.owe(rule, held if rule.paper else "told")


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
