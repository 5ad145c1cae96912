"""The thresholds of a substance: from how much on it is declared, and from which difference on two ledgers disagree.

Every amount is read from the Convention by the id of its threshold; a finding names the rule with `rule_evidence`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from opencwc.convention import Convention, Entry, Threshold, TransferRule
from opencwc.finding import Evidence
from opencwc.transfers.model import Substance

_DECLARED = {
    "2A*": ("s2-bz-declare", "s2a-low"),
    "2A": ("s2a-declare", "s2a-low"),
    "2B": ("s2b-declare", "s2b-low"),
    "3": ("s3-declare", "s3-low"),
}
"""From how much on a chemical is declared, and up to which per cent a mixture is not: by schedule, part and mark."""
_KG = {"kg": 1.0, "t": 1000.0, "g": 0.001, "mg": 0.000001}


class CountedFrom(NamedTuple):
    """The kilograms that a difference exceeds to be a discrepancy, and the rule that says so."""

    kg: float
    rule: Threshold | TransferRule


def declaration_thresholds(
    convention: Convention, entries: Iterable[Entry]
) -> tuple[Threshold | None, Threshold | None]:
    """Return the declaration threshold, and the per cent up to which a mixture counts as of low concentration.

    They are those of the gravest entry of the Convention; ``None`` where it sets none (Schedule 1, unlisted chemicals).
    """
    schedules = [entry for entry in entries if entry.list == "CWC"]
    entry = next((entry for entry in schedules if entry.schedule in (2, 3)), None)
    if entry is None or schedules[0].schedule == 1:
        return None, None
    amount, low = _DECLARED["3" if entry.schedule == 3 else f"2{entry.part}{entry.mark}"]
    return convention.threshold(amount), convention.threshold(low)


def limits(convention: Convention, entries: Iterable[Entry]) -> tuple[float | None, float | None]:
    """Return `declaration_thresholds` as amounts: in kg, and in per cent."""
    amount, low = declaration_thresholds(convention, entries)
    return kilograms(amount) if amount else None, float(low.quantity) if low and low.quantity is not None else None


def counted_from(substance: Substance, convention: Convention) -> CountedFrom:
    """Return from which difference on the sums of a substance are a discrepancy.

    That is the declaration threshold of a chemical of Schedule 2 or 3. Every transfer of Schedule 1 is declared in
    detail (VA VI.6), so any difference counts. Other goods have the threshold of Schedule 3, for want of their own.
    """
    if substance.threshold_kg is not None and (rule := convention.threshold("s2-s3-discrepancy")):
        return CountedFrom(substance.threshold_kg if rule.quantity is None else kilograms(rule), rule)
    if any(entry.startswith("CWC 1") for entry in substance.entries) and (
        every := convention.transfer_rule("s1-annual")
    ):
        return CountedFrom(0.0, every)
    return other_goods(convention)


def other_goods(convention: Convention) -> CountedFrom:
    """Return from which difference on other goods are told: the threshold of Schedule 3, on any day."""
    rules = (known.threshold("s3-declare") for known in (convention, Convention()))
    rule = next(rule for rule in rules if rule)
    return CountedFrom(kilograms(rule), rule)


def kilograms(threshold: Threshold) -> float:
    """Return the amount of a threshold in kg.

    >>> from datetime import date
    >>> [kilograms(one) for one in Convention(date(2026, 1, 1)).thresholds if one.id == "s3-declare"]
    [30000.0]
    """
    return float(threshold.quantity or 0) * _KG[threshold.unit]


def rule_evidence(substance: Substance, convention: Convention) -> tuple[Evidence, ...]:
    """Return the rules by which a difference counts, as evidence: id, amount, source and grade.

    Where the rule refers to the chemical's declaration threshold, that stands beside it.
    """
    kg, rule = counted_from(substance, convention)
    refers = isinstance(rule, Threshold) and rule.quantity is None
    return (_named(rule, kg), *(declaration_evidence(substance, convention) if refers else ()))


def declaration_evidence(substance: Substance, convention: Convention) -> tuple[Evidence, ...]:
    """Return the declaration threshold of a substance as evidence, where it has one."""
    named = (entry.split(" ", 1) for entry in substance.entries)
    entries = [entry for list_id, id in named if (entry := convention.find(list_id, id))]
    threshold, _ = declaration_thresholds(convention, entries)
    return (_named(threshold, kilograms(threshold)),) if threshold else ()


def _named(rule: Threshold | TransferRule, kg: float) -> Evidence:
    return Evidence("rule", rule.id, value=f"{kg:.3f} kg; {rule.source}; {rule.evidence}")
