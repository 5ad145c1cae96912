"""The rules on transfers of Schedule 1 that ask more than who sends and receives: VA VI."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from opencwc.convention import TransferRule
from opencwc.finding import Item, Message, Value, Verdict
from opencwc.language.commerce import IN_KILOGRAMS
from opencwc.transfers.check.shipment_cells import Amount, Side, code_of
from opencwc.transfers.check.weighing import Weighing
from opencwc.wording.states import state_named


def only_for(weighing: Weighing, rule: TransferRule, _: Message | None) -> None:
    """Hold the purpose against those for which alone it may go.

    Applies s1-purpose (VA VI.2(a), VA VI.3).
    """
    shipment = weighing.shipment
    purpose = {"diagnostic": "medical"}.get(shipment.purpose, shipment.purpose)
    if purpose in rule.only:
        weighing.owe(rule, "met")
    elif purpose:
        weighing.break_rule(rule, shipment.other_purpose)
    else:
        weighing.doubt(weighing.says(rule))
        weighing.owe(rule, "told")
        if not shipment.purpose_unread:
            weighing.doubt(Message("transfers_check_purpose_missing"))


def at_most(weighing: Weighing, rule: TransferRule, _: Message | None) -> None:
    """Hold what the receiver acquires in the year against the most that it may.

    Applies s1-total (VA VI.2(c), VA VI.2(d)).
    """
    shipment = weighing.shipment
    threshold = weighing.law.thresholds[rule.threshold]
    limit = Decimal(threshold.quantity or 0) * Decimal(IN_KILOGRAMS[threshold.unit])
    acquired = weighing.beside.acquired(shipment, weighing.receiver.side.code, weighing.day)
    if acquired is None:
        why = Message("transfers_check_total_unknown", {"rule": weighing.says(rule)})
        if shipment.text("quantity"):
            weighing.doubt(why)
        else:
            weighing.notes.append(why)
        return
    if acquired.total <= limit:
        weighing.owe(rule, "told")
        return
    values: dict[str, Value] = {
        "state": weighing.receiver.named, "year": str(weighing.day.year), "amount": str(Amount(acquired.total, "kg"))
    }  # fmt: skip
    over = Message("transfers_check_total", values)
    if acquired.total - acquired.doubtful > limit:
        weighing.break_rule(rule, over)
        return
    for doubt in (weighing.says(rule), over, Message("transfers_check_total_doubtful", {"ids": acquired.ids})):
        weighing.doubt(doubt)
    weighing.owe(rule, "told")


def no_third_state(weighing: Weighing, rule: TransferRule, _: Message | None) -> None:
    """Ask where the chemical was received from: it may not go on to a third State.

    Applies s1-retransfer (VA VI.4).
    """
    origin = _origin(weighing)
    if origin is None:
        _doubt_chain(weighing, rule)
        weighing.owe(rule, "told")
    elif not origin.code:
        weighing.doubt(Message("transfers_check_origin_missing", {"rule": weighing.says(rule)}))
        weighing.owe(rule, "told")
    elif origin.code == weighing.sender.side.code:
        weighing.owe(rule, "told")
    elif origin.code == weighing.receiver.side.code:
        weighing.notes.append(Message("transfers_check_returned", {"state": state_named(origin.code)}))
    else:
        values: dict[str, Value] = {
            "origin": state_named(origin.code), "sender": weighing.sender.named, "receiver": weighing.receiver.named
        }  # fmt: skip
        weighing.break_rule(rule, Message("transfers_check_retransferred", values))


def _origin(weighing: Weighing) -> Side | None:
    """Return the State that the sender had it from, empty where it is not known; ``None`` where it is no retransfer."""
    shipment = weighing.shipment
    retransfer = shipment.retransfer_of
    if shipment.origin.text:
        return shipment.origin
    if not retransfer:
        return None
    if retransfer == "yes":
        return shipment.origin
    earlier = weighing.beside.earlier(retransfer)
    if earlier is None:
        return Side(retransfer, code_of(retransfer))
    return earlier.sender


def _doubt_chain(weighing: Weighing, rule: TransferRule) -> None:
    """Say that by other shipments of the ledger the sender receives what it would send on to a third State."""
    both = (weighing.sender.side.code, weighing.receiver.side.code)
    brought = [
        shipment
        for shipment in weighing.beside.brought(weighing.shipment, weighing.rule)
        if shipment.sender.code not in both
    ]
    if brought:
        origins = dict.fromkeys(shipment.sender.code for shipment in brought)
        values: dict[str, Value] = {
            "ids": tuple(shipment.id for shipment in brought),
            "origins": tuple(state_named(code) for code in origins),
            "sender": weighing.sender.named,
            "receiver": weighing.receiver.named,
            "rule": weighing.says(rule),
        }
        weighing.doubt(Message("transfers_check_chain", values))


class _Notices(NamedTuple):
    """The notices that are held: the States that have given none, the days of those that came too late, doubts."""

    lacking: tuple[str, ...]
    late: tuple[date, ...]
    doubts: tuple[Message, ...]


def notice(weighing: Weighing, rule: TransferRule, unsure: Message | None) -> None:
    """Ask for the notification of both States Parties, so many days before; of saxitoxin for medicine by its day.

    Applies s1-notice (VA VI.5), s1-saxitoxin (VA VI.5bis).
    """
    if unsure:
        weighing.doubt(unsure)
    due, codes = weighing.due(rule), weighing.owing_states(rule)
    notices = _notices(weighing, rule, codes, due)
    for doubt in notices.doubts:
        weighing.doubt(doubt)
    days = timedelta(days=weighing.law.deadlines[rule.deadline].amount or 0)
    states: tuple[Item, ...] = tuple(state_named(code) for code in notices.lacking)
    as_of = weighing.beside.as_of
    if notices.late:
        given = max(notices.late)
        values: dict[str, Value] = {"given": given.isoformat(), "earliest": (given + days).isoformat()}
        owed = weighing.owe(rule, "late", due, codes, (Message("transfers_check_notice_late", values),))
        weighing.reasons.append((Verdict.PROHIBITED, owed.told))
    elif notices.lacking and due and due < as_of:
        if (weighing.shipment.last_day or weighing.day) < as_of:
            why = Message("transfers_check_notice_past", {"states": states})
        else:
            values = {"states": states, "earliest": (as_of + days).isoformat()}
            why = Message("transfers_check_notice_over", values)
        weighing.doubt(weighing.owe(rule, "late", due, codes, (why,)).told)
    elif notices.lacking:
        why = Message("transfers_check_notice_lacking", {"states": states})
        owed = weighing.owe(rule, "needed", due, codes, (why,) if len(notices.lacking) < 2 else ())
        weighing.reasons.append((Verdict.ALLOWED_WITH, owed.told))
    else:
        weighing.owe(rule, "needed" if notices.doubts else "met", due, codes)


def _notices(weighing: Weighing, rule: TransferRule, codes: tuple[str, ...], due: date | None) -> _Notices:
    papers = [paper for paper in weighing.shipment.papers if paper.kind == rule.paper]
    lacking, late, doubts = [], [], []
    for code in codes:
        own = [paper for paper in papers if paper.state == code]
        days = [paper.day for paper in own if paper.day]
        if not own:
            lacking.append(code)
        elif not days:
            doubts.append(Message("transfers_check_notice_undated", {"state": state_named(code)}))
        elif due and min(days) > due:
            late.append(min(days))
    if lacking and any(not paper.state for paper in papers):
        doubts.append(Message("transfers_check_notice_whose"))
    return _Notices(tuple(lacking), tuple(late), tuple(doubts))
