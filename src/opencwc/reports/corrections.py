"""What people said of which reports are one event, and what holds of it when all of it is taken together.

Corrections are taken in the order in which they were made: what was said last holds. They name reports, so they hold
in whatever order the reports come.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain, pairwise, product, starmap
from typing import NamedTuple, TypeAlias

from msgspec import Struct

PairKey: TypeAlias = tuple[int, int]
VERBS = ("split", "join", "move", "confirm")


class Correction(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a person said: ``reports`` are one event, together with ``beside``, and not with ``apart``.

    A ``split`` without ``apart`` says that no two of its reports are one event. A report that moves is where those
    ``beside`` are, whatever it is like.
    """

    verb: str
    reports: tuple[str, ...]
    beside: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()

    @property
    def is_clear(self) -> bool:
        """Whether the verb is known, a move says where to, no report is named twice, and nothing else is given."""
        named = (*self.reports, *self.beside, *self.apart)
        if self.verb not in VERBS or not self.reports or len(set(named)) < len(named):
            return False
        if self.verb == "move" and not self.beside:
            return False
        return (self.verb in ("join", "move") or not self.beside) and (self.verb in ("split", "move") or not self.apart)

    @property
    def relates(self) -> bool:
        """Whether it names two reports at least."""
        return len(self.reports) + len(self.beside) + len(self.apart) > 1

    @property
    def told_apart(self) -> tuple[str, ...]:
        """The reports that are parted from others, and so never go with whoever says the same words."""
        return (*self.reports, *self.apart) if self.verb in ("split", "move") else ()


class Held(NamedTuple):
    """What holds of reports, by their numbers.

    ``joined`` are pairs that are one, ``parted`` those that are not, ``following`` says beside which report one is that
    was moved there, and ``named`` are all that were put to others.
    """

    joined: Collection[PairKey]
    parted: Collection[PairKey]
    following: dict[int, int]
    named: Collection[int]


def what_holds(corrections: Iterable[Correction], numbers_of: Callable[[Iterable[str]], set[int]]) -> Held:
    """Return what holds after all corrections; ``numbers_of`` gives the numbers of those reports that there are."""
    saying = _Saying()
    for correction in corrections:
        reports, beside, apart = map(numbers_of, (correction.reports, correction.beside, correction.apart))
        if correction.verb == "split" and not correction.apart:
            for at, name in enumerate(correction.reports):
                saying.say(numbers_of([name]), set(), numbers_of(correction.reports[at + 1 :]))
        elif reports:
            saying.say(reports, beside, apart, moves=correction.verb == "move" and bool(beside))
            saying.named |= reports | beside
    return saying.held()


class _Saying:
    """Groups of reports that are one, and pairs that are not, as they stand after what was said up to now."""

    def __init__(self) -> None:
        self.groups: list[set[int]] = []
        self.parted: set[PairKey] = set()
        self.moved: set[int] = set()
        self.named: set[int] = set()

    def say(self, reports: set[int], beside: set[int], apart: set[int], *, moves: bool = False) -> None:
        """Put reports together, and beside others, and apart from others."""
        left = [group - reports if group & apart or (moves and not group & beside) else group for group in self.groups]
        together = reports | beside
        whole = together.union(*(group for group in left if group & together))
        one, rest = whole - apart, whole & apart
        self.groups = [group for group in (*(g for g in left if not g & together), one, rest) if len(group) > 1]
        self.parted = {pair for pair in self.parted if not one.issuperset(pair)}
        self.parted |= set(starmap(_pair, chain(product(reports, apart), product(one, rest))))
        self.moved = self.moved | reports if moves else self.moved - reports

    def held(self) -> Held:
        """Return what holds now."""
        following: dict[int, int] = {}
        joined: set[PairKey] = set()
        for group in self.groups:
            staying = sorted(group - self.moved) or sorted(group)
            following |= dict.fromkeys(group.difference(staying), staying[0])
            joined |= set(pairwise(staying))
        parted = {_pair(following.get(one, one), following.get(other, other)) for one, other in self.parted}
        return Held(joined, parted, following, self.named)


def _pair(one: int, other: int) -> PairKey:
    return min(one, other), max(one, other)


def with_followers(groups: Iterable[Sequence[int]], following: dict[int, int]) -> list[list[int]]:
    """Return groups of reports with those that follow one of them."""
    beside: dict[int, list[int]] = {}
    for number, other in following.items():
        beside.setdefault(other, []).append(number)
    return [[*group, *(one for number in group for one in beside.get(number, ()))] for group in groups]
