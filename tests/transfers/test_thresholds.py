"""From which amount a chemical is declared and a difference counts, by which rule, and how a finding names it."""

from __future__ import annotations

from datetime import date

import pytest

from opencwc.convention import Convention
from opencwc.transfers.model import Substance
from opencwc.transfers.thresholds import counted_from, declaration_evidence, limits, rule_evidence

CONVENTION = Convention(date(2026, 11, 28), ("CWC",))


def substance_of(*entries: str) -> Substance:
    found_entries = [entry for name in entries if (entry := CONVENTION.find(*name.split(" ", 1)))]
    return Substance("1-00-0", "A chemical", entries, *limits(CONVENTION, found_entries))


@pytest.mark.parametrize(
    ("entries", "kg", "rules"),
    [
        ((), 30_000, ["s3-declare"]),
        (("AG AG01",), 30_000, ["s3-declare"]),
        (("CWC 1A08",), 0, ["s1-annual"]),
        (("CWC 2A01",), 100, ["s2-s3-discrepancy", "s2a-declare"]),
        (("CWC 2A03",), 1, ["s2-s3-discrepancy", "s2-bz-declare"]),
        (("CWC 2B13", "CWC 3B17"), 1_000, ["s2-s3-discrepancy", "s2b-declare"]),
        (("CWC 3B17",), 30_000, ["s2-s3-discrepancy", "s3-declare"]),
    ],
)
def test_a_difference_counts_by_a_rule_that_the_finding_names(
    entries: tuple[str, ...], kg: float, rules: list[str]
) -> None:
    substance = substance_of(*entries)
    assert counted_from(substance, CONVENTION).kg == kg
    evidence = rule_evidence(substance, CONVENTION)
    assert [(part.kind, part.label) for part in evidence] == [("rule", rule) for rule in rules]
    assert all(part.value.startswith(f"{kg:.3f} kg; ") for part in evidence)
    assert [part.label for part in declaration_evidence(substance, CONVENTION)] == rules[1:]


def test_the_evidence_holds_the_amount_the_source_and_the_grade() -> None:
    discrepancy, declared = rule_evidence(substance_of("CWC 2B13"), CONVENTION)
    assert discrepancy.value == "1000.000 kg; OPCW, customs course of December 2012 (in use since 2006); official"
    assert declared.value == "1000.000 kg; Verification Annex VII.3(c); treaty"


def test_other_goods_have_the_threshold_of_schedule_3_before_the_convention_was_in_force_too() -> None:
    assert counted_from(Substance("x", "Anything"), Convention(date(1990, 1, 1), ("CWC",))).kg == 30_000


def test_a_mixture_counts_as_low_from_the_day_on_which_that_was_decided() -> None:
    entry = CONVENTION.find("CWC", "2B13")
    assert entry is not None
    assert limits(CONVENTION, [entry]) == (1_000.0, 30.0)
    assert limits(Convention(date(2000, 5, 18), ("CWC",)), [entry]) == (1_000.0, None)
