"""Exceptions from the rules on transfers: products of low concentration, retail goods, and rules in another's place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from opencwc.convention import Threshold, TransferRule
from opencwc.finding import Message
from opencwc.language.commerce import IN_KILOGRAMS
from opencwc.transfers.check.weighing import Weighing


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
    met: list[bool | None] = []
    if rule.only:
        met.append(weighing.shipment.purpose in rule.only)
    if rule.packing:
        met.append(weighing.shipment.retail)
    if rule.threshold:
        met.append(_is_within(weighing, weighing.law.thresholds[rule.threshold]))
    return False if False in met else None if None in met else True


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
