"""For what Schedule 1 chemicals are made and held, and whether that is within the territories of States Parties."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from opencwc.declarations.checks.base import CheckedBooks, row_of
from opencwc.declarations.checks.partners import rule_on, standing_in
from opencwc.declarations.model import Fault
from opencwc.declarations.phrases import amount, place_said
from opencwc.finding import Message, Value
from opencwc.wording.states import state_named

ALSO_MEDICAL = ("diagnostic",)
"""Purposes that a register names apart and that are medical ones (VA VI.5bis)."""


def purpose_not_allowed(checked: CheckedBooks) -> Iterator[Fault]:
    """Find Schedule 1 chemicals that are produced, acquired, held, used or moved for another purpose than the four.

    Applies s1-purpose (VA VI.2(a), VA VI.3). A line without a purpose is not judged: the kind of the facility says it,
    or nobody does.
    """
    for line in checked.done(checked.books.of("S1")):
        activity, chemical = line
        rule = rule_on("s1-purpose", date(activity.year, 12, 31))
        if rule is None or not activity.purpose or activity.purpose in (*rule.only, *ALSO_MEDICAL):
            continue
        said: dict[str, Value] = {
            "place": place_said(activity.site, activity.plant), "chemical": checked.named(chemical.key),
            "amount": amount(activity.content), "year": str(activity.year), "purpose": activity.purpose[:80],
        }  # fmt: skip
        yield Fault(
            row_of(activity, "purpose"), "", "broken",
            checked.subject(activity.site, activity.plant, chemical.key, activity.year),
            Message("check_purpose", said), {"kg": activity.content}, rule.id, rule.source, rule.evidence,
        )  # fmt: skip


def outside_states_parties(checked: CheckedBooks) -> Iterator[Fault]:
    """Find Schedule 1 chemicals of sites that lie in no State Party, in the year of the line.

    Reads VA VI.1: outside the territories of States Parties nothing is produced, acquired, retained or used, and
    nothing moved there. A State that is not known is not judged.
    """
    for line in checked.done(checked.books.of("S1")):
        activity, chemical = line
        country = checked.books.register.country(activity.site, activity.plant)
        if not country or standing_in(checked.law.convention, country, activity.year, activity.date) != "not_party":
            continue
        said: dict[str, Value] = {
            "place": place_said(activity.site, activity.plant), "chemical": checked.named(chemical.key),
            "amount": amount(activity.content), "year": str(activity.year), "state": state_named(country),
        }  # fmt: skip
        yield Fault(
            row_of(activity, "site"), "", "broken",
            checked.subject(activity.site, activity.plant, chemical.key, activity.year),
            Message("check_outside_states_parties", said), {"kg": activity.content}, "", "VA VI.1", "treaty",
        )  # fmt: skip
