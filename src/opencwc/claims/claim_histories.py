"""The history of a claim: who said it first and when, who repeated, changed, corrected, denied and reviewed it.

Claims that are about one statement of the record, or that say the same thing in whatever language, make one history.
It comes out the same in whatever order the reports come. None of its steps says who is right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from opencwc.claims.claim_model import usable_weights
from opencwc.claims.model import ASPECTS, Aspect
from opencwc.claims.same_claims import Link, UniqueTexts, links_between
from opencwc.claims.sayings import Saying
from opencwc.claims.statement_comparison import compare
from opencwc.reports.model import Report

if TYPE_CHECKING:
    from opencwc.language.encoders import Encoder

Step = Literal["first_said", "repeated", "changed", "corrected", "denied", "reviewed"]
STEPS: tuple[Step, ...] = ("first_said", "repeated", "changed", "corrected", "denied", "reviewed")
MOST_TEXTS = 300
"""Different texts of one history that are compared with what was said before; further ones count as repeated."""
MOST_COMPARED = 5_000
"""Pairs of texts of one run that are compared; what comes after them counts as repeated, or by its own words."""
_LATEST = 10
"""Corrections, the latest first, that what is said later is compared with."""
_ENOUGH = 3


class Mention(Struct, frozen=True):
    """A saying as a step of its history; ``changed`` is in what it differs from ``against``, an earlier mention.

    ``against`` is the place of that mention among those of the history, 0 for the first of them.
    """

    saying: Saying
    step: Step
    changed: tuple[Aspect, ...] = ()
    against: int = 0


class History(Struct, frozen=True):
    """What was said of one thing, in the order of time; ``statement`` is the one of the record, where it is on one."""

    id: str
    mentions: tuple[Mention, ...]
    statement: str = ""

    @property
    def first(self) -> Saying:
        """What was said first; of a claim that was only reviewed, the first review."""
        return _first_said([mention.saying for mention in self.mentions])

    def of(self, step: Step) -> list[Mention]:
        """Return the mentions of a step."""
        return [mention for mention in self.mentions if mention.step == step]


class Histories:
    """The histories of some sayings; ``reports`` are those that they come from, by their ids."""

    def __init__(
        self,
        sayings: Iterable[Saying],
        reports: Mapping[str, Report],
        encoder: Encoder,
        progress: Callable[[int], None] = lambda done: None,
    ) -> None:
        self._sayings = sorted(set(sayings), key=lambda saying: saying.order)
        self._texts = UniqueTexts(self._sayings, reports, encoder)
        self._links = list(links_between(self._texts, reports, encoder, progress))
        self._changed = lru_cache(maxsize=2 * MOST_COMPARED)(self._compared)
        self._compared_pairs = 0

    def all(self) -> list[History]:
        """Return the histories, those said first first."""
        texts = self._texts
        members: dict[int, list[Saying]] = defaultdict(list)
        for saying in self._sayings:
            members[texts.place_of[saying.copied_as]].append(saying)
        groups = _joined(members, self._links)
        found = [self._history(group, members) for group in groups]
        return sorted(found, key=lambda history: history.mentions[0].saying.order)

    def _history(self, places: Sequence[int], members: Mapping[int, Sequence[Saying]]) -> History:
        sayings = sorted((saying for place in places for saying in members[place]), key=lambda saying: saying.order)
        mentions = self._mentions(sayings, set(places[:MOST_TEXTS]))
        key = f"{sayings[0].report}\n{sayings[0].sentence}".encode()
        return History(f"H-{sha256(key).hexdigest()[:8]}", tuple(mentions), _statement_of(sayings))

    def _mentions(self, sayings: Sequence[Saying], compared: set[int]) -> Iterator[Mention]:
        """Yield the mentions; each is compared with what was said first, and with every correction since."""
        first, corrections = _first_said(sayings), list[int]()
        for number, saying in enumerate(sayings):
            if saying.review:
                yield Mention(saying, "reviewed")
                continue
            if saying is first:
                yield Mention(saying, "first_said")
                continue
            if self._texts.place_of[saying.copied_as] not in compared:
                yield Mention(saying, "repeated")
                continue
            mention = self._step(saying, first, [(place, sayings[place]) for place in corrections[: -_LATEST - 1 : -1]])
            if mention.step == "corrected":
                corrections.append(number)
            yield mention

    def _step(self, saying: Saying, first: Saying, corrections: Sequence[tuple[int, Saying]]) -> Mention:
        if saying.denies and not first.denies and not saying.relation == first.relation == "agrees":
            return Mention(saying, "denied")
        changed = self.changed(saying, first)
        corrects = saying.corrects or (saying.under_correction and changed)
        if corrects and not self._repeats(saying, corrections):
            return Mention(saying, "corrected", _with_number(changed, _corrected_numbers(saying, first)))
        for place, correction in corrections:
            against = self.changed(saying, correction)
            if _corrected_numbers(correction, first):
                against = _with_number(against, _says_old_number(saying, correction, first))
                changed = () if "number" in against else changed
            if not against:
                return Mention(saying, "repeated", (), place)
            if not changed:
                return Mention(saying, "repeated", against, place)
        return Mention(saying, "changed" if changed else "repeated", changed)

    def _repeats(self, saying: Saying, corrections: Sequence[tuple[int, Saying]]) -> bool:
        return any(not self.changed(saying, correction) for _, correction in corrections)

    def changed(self, later: Saying, earlier: Saying) -> tuple[Aspect, ...]:
        """Return in what one saying differs from an earlier one."""
        places = self._texts.place_of[later.copied_as], self._texts.place_of[earlier.copied_as]
        return () if places[0] == places[1] else self._changed(*places)

    def _compared(self, later: int, earlier: int) -> tuple[Aspect, ...]:
        one, other = self._texts.firsts[later], self._texts.firsts[earlier]
        if one.matched and one.matched == other.matched and one.relation == other.relation == "agrees":
            return ()
        self._compared_pairs += 1
        if self._compared_pairs > MOST_COMPARED:
            return ()
        signs = compare(self._texts.details(later), self._texts.details(earlier)).signs
        found = set(usable_weights().differing(signs))
        if one.matched and one.matched == other.matched:  # what neither says otherwise than the record, both say alike
            found &= {difference.aspect for side in (one, other) for difference in side.differences}
        return tuple(aspect for aspect in ASPECTS if aspect in found)


def _joined(members: Mapping[int, Sequence[Saying]], links: Iterable[Link]) -> list[list[int]]:
    """Join texts by the likeliest links first; two sentences of one report never say the same thing.

    Groups come together where at least half of their pairs, of up to three, are linked.
    """
    chances = sorted(links, key=lambda link: (-link.chance, link.later, link.earlier))
    linked: dict[int, set[int]] = defaultdict(set)
    for link in chances:
        linked[link.later].add(link.earlier)
        linked[link.earlier].add(link.later)
    groups = {place: {place} for place in members}
    reports = {place: {saying.report for saying in some} for place, some in members.items()}
    head = {place: place for place in members}
    for link in chances:
        one, other = sorted((head[link.later], head[link.earlier]), key=lambda place: (len(groups[place]), place))
        if one == other or not reports[one].isdisjoint(reports[other]):
            continue
        both = sum(len(linked[place] & groups[other]) for place in groups[one])
        if 2 * both >= min(_ENOUGH, len(groups[one]) * len(groups[other])):
            for place in groups[one]:
                head[place] = other
            groups[other] |= groups.pop(one)
            reports[other] |= reports.pop(one)
    return [sorted(group) for group in groups.values()]


def _corrected_numbers(correction: Saying, first: Saying) -> bool:
    """Tell whether a correction has a number in place of one of those said first."""
    return bool(correction.numbers - first.numbers and first.numbers)


def _says_old_number(saying: Saying, correction: Saying, first: Saying) -> bool:
    """Tell whether a saying has a number that was said first, and none of those that a correction put in its place."""
    return bool(saying.numbers & first.numbers) and saying.numbers.isdisjoint(correction.numbers - first.numbers)


def _with_number(changed: tuple[Aspect, ...], differs: bool) -> tuple[Aspect, ...]:
    """Return the aspects with the number, or without it."""
    return tuple(aspect for aspect in ASPECTS if (differs if aspect == "number" else aspect in changed))


def _first_said(sayings: Sequence[Saying]) -> Saying:
    return next((saying for saying in sayings if saying.review is None), sayings[0])


def _statement_of(sayings: Sequence[Saying]) -> str:
    """Return the statement that most of some sayings are about."""
    counts = Counter(saying.matched for saying in sayings if saying.matched)
    return min(counts, key=lambda statement: (-counts[statement], statement), default="")
