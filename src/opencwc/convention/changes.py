"""What changed between two days: entries, duties, policies, thresholds and deadlines that began or ended, and States.

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
KINDS = ("entry", "duty", "policy", "threshold", "deadline", "state")


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
    found = [*_of_rules(convention), *(one for held in convention.states for one in _of_state(held.state))]
    within = (one for one in found if first < one.day <= second)
    return sorted(within, key=lambda one: (one.day, KINDS.index(one.kind), one.list, one.id, one.what))


def _of_rules(convention: Convention) -> Iterator[Change]:
    for one in convention.dated():
        if one.in_force.start is not None:
            yield Change(one.in_force.start, one.kind, BEGAN, one.id, one.list, one.source, one.evidence)
        if one.in_force.end is not None:
            after = one.in_force.end + timedelta(days=1)
            yield Change(after, one.kind, ENDED, one.id, one.list, one.source, one.evidence)


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
