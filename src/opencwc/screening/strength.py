"""What a stated strength means under an entry: by the rule on low concentrations, and when the goods are transferred.

The limits are the Convention's thresholds (`convention/data/thresholds.yaml`); the verdict never depends on them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from opencwc.convention import Convention, Threshold
from opencwc.finding import Message, Rule
from opencwc.language.commerce import Stated
from opencwc.language.commerce.shares import Share, share_stated


class Limits(NamedTuple):
    """Up to which share a mixture of a part is not declared, and a product is free of a rule on transfers."""

    part: str
    declared: Threshold | None
    moved: Threshold | None


def strength_message(rule: Rule, stated: Stated, convention: Convention) -> Message | None:
    """Say on which side of an entry's limits a stated strength is; ``None`` where the entry has none."""
    limits = limits_of(rule, convention)
    written = " ".join(stated.text.split())
    if limits.declared is None:
        return None
    if limits.declared.quantity is None:  # no strength is too low: Schedule 1
        return Message("strength_any", {"stated": written, "grade": _grade(limits.declared)})
    share = share_stated(stated.value, stated.unit, written)
    if share is None:
        return None
    declared = _against(share, limits.declared, "strength_declared", limits.part)
    moved = (
        _against(share, limits.moved, "strength_moved", limits.part)
        if limits.moved
        else Message("strength_moved_above")
    )
    return Message("strength", {"stated": written, "declared": declared, "moved": moved})


@lru_cache(maxsize=200)
def limits_of(rule: Rule, convention: Convention) -> Limits:
    """Return the limits under the entry that a rule names."""
    entry = convention.find(rule.list, rule.entry)
    if entry is None:
        return Limits("", None, None)
    of_duties = (convention.threshold(duty.threshold) for duty in convention.duties_for(entry) if duty.threshold)
    declared = next((threshold for threshold in of_duties if threshold and threshold.purpose == "low_conc"), None)
    exceptions = (
        convention.threshold(rule.threshold)
        for rule in convention.transfer_rules
        if rule.effect == "exempt" and rule.threshold and rule.covers(entry)
    )
    return Limits(
        f"{entry.schedule}{entry.part}",
        declared,
        next((limit for limit in exceptions if limit and limit.unit == "percent"), None),
    )


def _against(share: Share, limit: Threshold, about: str, part: str) -> Message:
    """Hold a share against a limit: below it, exactly at it, above it, or on both sides of it."""
    most = limit.quantity or 0
    holds = share.is_at_most(most)
    side = "perhaps" if holds is None else "above" if not holds else "at" if share.high == most else "below"
    return Message(f"{about}_{side}", {"limit": f"{most} %", "part": part, "grade": _grade(limit)})


def _grade(threshold: Threshold) -> Message:
    return Message(f"evidence_{threshold.evidence}")
