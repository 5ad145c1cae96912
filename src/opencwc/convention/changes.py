"""What changed between two days: rules of every kind that began or ended, and States.

A rule whose first day is not known changes nothing: nobody can say when it did.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from opencwc.convention import Convention
from opencwc.convention.model import State

BEGAN, ENDED = "began", "ended"
SIGNED, DEPOSITED, JOINED, LEFT = "signed", "deposited", "joined", "left"
KINDS = ("entry", "duty", "policy", "threshold", "deadline", "range", "reading", "state")


class Change(NamedTuple):
    """One thing that changed on a day: ``Change(date(2020, 6, 7), "entry", "began", "1A13", "CWC", ...)``.

    ``day`` is the first on which it is otherwise. ``what`` is ``began`` or ``ended``; for a State ``signed``,
    ``deposited`` (it will be bound on a later day), ``joined`` or ``left``. ``list`` is the list of an entry.
    """

    day: date
    kind: str
    what: str
    id: str
    list: str
    source: str
    evidence: str


def changes_between(first: date, second: date, lists: Sequence[str] = ()) -> list[Change]:
    """Return what is otherwise on the later of two days than on the earlier, by day; ``lists`` as for `Convention`.

    >>> [(one.day.isoformat(), one.id) for one in changes_between(date(2020, 6, 6), date(2020, 6, 8), ["CWC"])]
    [('2020-06-07', '1A13'), ('2020-06-07', '1A14'), ('2020-06-07', '1A15'), ('2020-06-07', '1A16')]
    """
    first, second = sorted((first, second))
    convention = Convention(second, lists)
    found = [*_of_rules(convention), *(change for held in convention.states for change in _of_state(held.state))]
    within = (change for change in found if first < change.day <= second)
    return sorted(within, key=lambda one: (one.day, KINDS.index(one.kind), one.list, one.id, one.what))


def _of_rules(convention: Convention) -> Iterator[Change]:
    for rule in convention.dated():
        if rule.in_force.start is not None:
            yield Change(rule.in_force.start, rule.kind, BEGAN, rule.id, rule.list, rule.source, rule.evidence)
        if rule.in_force.end is not None:
            after = rule.in_force.end + timedelta(days=1)
            yield Change(after, rule.kind, ENDED, rule.id, rule.list, rule.source, rule.evidence)


def _of_state(state: State) -> Iterator[Change]:
    bound = state.in_force
    days = {
        SIGNED: state.signed,
        DEPOSITED: state.deposited,
        JOINED: bound.start if bound else None,
        LEFT: bound.end + timedelta(days=1) if bound and bound.end else None,
    }
    for what, day in days.items():
        if day is not None:
            yield Change(day, "state", what, state.code, "", state.source, state.evidence)
