"""Partners: States from which a chemical comes or to which it goes, and that are no State Party on that day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache

from opencwc.convention import Convention, TransferRule
from opencwc.convention.clauses import in_short
from opencwc.convention.transfer_rules import read_transfer_rules
from opencwc.declarations.checks.base import CheckedBooks, row_of
from opencwc.declarations.model import Fault, Line
from opencwc.declarations.phrases import amount, place_said
from opencwc.declarations.schedule_1 import MOVED, direction_of
from opencwc.finding import Message, Value
from opencwc.wording.states import state_named

PROHIBITED = {"S1": "s1-not-party", "S2": "s2-not-party"}
CERTIFICATE = {"S2": "s2-certificate", "S3": "s3-certificate"}
PRODUCT = {"2A*": "s2a-product", "2A": "s2a-product", "2B": "s2b-product", "3": "s3-product"}
"""By the part of a Schedule: up to which strength a product is not held to these rules."""


def partner_not_party(checked: CheckedBooks) -> Iterator[Fault]:
    """Find imports and exports whose partner is no State Party on that day, is not named, or is the own State.

    What follows is said: a transfer of Schedule 1 is prohibited (s1-not-party: VA VI.1, VA VI.3), one of Schedule 2 too
    (s2-not-party: VA VII.31; before it an export needed a certificate, s2-certificate: VA VII.32), an export of
    Schedule 3 needs an end-use certificate of the receiving State (s3-certificate: VA VIII.26). Products of low
    concentration (s2a-product, s2b-product, s3-product) are not held to it. Of a line with a year and no day, a State
    that became a Party within that year is asked.
    """
    for line in checked.done(checked.books.lines):
        activity, chemical = line
        moved = direction_of(checked.books, activity.activity, activity.partner, activity.site, activity.plant)
        if not chemical.regime or not moved:
            continue
        own = checked.books.register.country(activity.site, activity.plant)
        if not activity.partner:
            yield _fault(checked, line, "check_partner_missing", "ask")
        elif activity.partner == own and activity.activity in MOVED:
            yield _fault(checked, line, "check_partner_own", "wrong")
        else:
            yield from _of_stranger(checked, line, moved)


def _of_stranger(checked: CheckedBooks, line: Line, moved: str) -> Iterator[Fault]:
    activity, chemical = line
    standing = standing_in(checked.law.convention, activity.partner, activity.year, activity.date)
    low = checked.law.percent(PRODUCT[chemical.group]) if chemical.group in PRODUCT else None
    if standing == "party" or (low is not None and activity.share <= low):
        return
    if standing == "unknown":
        yield _fault(checked, line, "check_partner_unknown", "ask")
        return
    day = activity.date or date(activity.year, 12, 31)
    prohibited = rule_on(PROHIBITED.get(chemical.regime, ""), day)
    certificate = rule_on(CERTIFICATE.get(chemical.regime, ""), day) if moved == "export" else None
    in_part = "_in_part" if standing == "in_part" else ""
    if prohibited is not None:
        gravity = "ask" if in_part else "broken"
        yield _fault(checked, line, f"check_partner_prohibited{in_part}", gravity, prohibited)
    elif certificate is not None:
        yield _fault(checked, line, f"check_partner_certificate{in_part}", "ask", certificate)


def standing_in(convention: Convention, code: str, year: int, day: date | None) -> str:
    """Return ``party``, ``not_party``, ``in_part`` (only for a part of the year), or ``unknown``.

    >>> convention = Convention(date(2026, 11, 28), ("CWC",))
    >>> [standing_in(convention, code, 2015, None) for code in ("DEU", "ISR", "AGO", "XXX")]
    ['party', 'not_party', 'in_part', 'unknown']
    """
    state = convention.state(code)
    if state is None:
        return "unknown"
    days = (day,) if day is not None else (date(year, 1, 1), date(year, 12, 31))
    bound = {state.in_force is not None and state.in_force.holds_on(of) for of in days}
    return "in_part" if len(bound) > 1 else "party" if bound == {True} else "not_party"


def rule_on(id: str, day: date) -> TransferRule | None:
    """Return the rule on transfers of an id, ``None`` where it does not hold on the day."""
    rule = _rules().get(id)
    return rule if rule is not None and rule.in_force.holds_on(day) else None


@cache
def _rules() -> dict[str, TransferRule]:
    return {rule.id: rule for rule in read_transfer_rules()}


def _fault(checked: CheckedBooks, line: Line, says: str, gravity: str, rule: TransferRule | None = None) -> Fault:
    activity, chemical = line
    day = activity.date.isoformat() if activity.date else str(activity.year)
    said: dict[str, Value] = {
        "place": place_said(activity.site, activity.plant), "chemical": checked.named(chemical.key),
        "amount": amount(activity.content), "day": day, "activity": Message(f"check_activity_{activity.activity}"),
        "partner": state_named(activity.partner) if activity.partner else "",
        "source": in_short(rule.source) if rule else "",
    }  # fmt: skip
    return Fault(
        row_of(activity, "partner"), "", gravity,
        checked.subject(activity.site, activity.plant, chemical.key, activity.year), Message(says, said),
        {"kg": activity.content}, rule.id if rule else "", rule.source if rule else "", rule.evidence if rule else "",
    )  # fmt: skip
