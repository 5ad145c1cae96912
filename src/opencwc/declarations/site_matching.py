"""Which site of last year's register is which of this year's: by code, name, operator, address and place.

Every pair that shares something telling is weighed (`site_likeness`), then the sites are laid one to one so that the
sum of the weights is greatest; a pair below `LEAST` is none. A register may have codes that changed, were swapped, or
stand for another site now.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from opencwc.declarations.model import Register
from opencwc.declarations.site_likeness import SIGNS, Rarity, SiteProfile, profiles_of, rarity_of
from opencwc.language.name_words import NameWord
from opencwc.language.romanisation import bones

LEAST = 5.0
"""From which weight on two sites are taken for one: 32 times as likely one as two, before all that was compared."""
COMPARED = 10
"""How many sites each is compared with, those that share most with it."""
MOST_HOLDERS = 300
"""A word that more sites have does not lead to any of them."""
GRID = 0.02
"""Degrees of the squares in which neighbours are looked for: about two kilometres."""


class SiteMatch(NamedTuple):
    """A site of both registers: its code before and now, the weight of all signs, and each sign's own."""

    before: str
    now: str
    weight: float
    signs: Mapping[str, float]

    @property
    def code_changed(self) -> bool:
        """Whether it has another code now."""
        return self.before != self.now


class SiteMatching(NamedTuple):
    """All sites of two registers: the same ones, those that are gone, those that are new, by code."""

    matches: tuple[SiteMatch, ...]
    gone: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def now(self) -> Mapping[str, str]:
        """The code now of each site of before that is still there."""
        return {match.before: match.now for match in self.matches}

    @property
    def changed(self) -> tuple[SiteMatch, ...]:
        """The sites whose code changed, but for swaps."""
        swapped = {match.before for pair in self.swapped for match in pair}
        return tuple(match for match in self.matches if match.code_changed and match.before not in swapped)

    @property
    def swapped(self) -> tuple[tuple[SiteMatch, SiteMatch], ...]:
        """The pairs of sites that changed codes with each other."""
        by_code = {match.before: match for match in self.matches}
        pairs = (
            (match, other)
            for match in self.matches
            if match.before < match.now and (other := by_code.get(match.now)) and other.now == match.before
        )
        return tuple(pairs)

    @property
    def reused(self) -> tuple[str, ...]:
        """The codes of before that stand for another site now, but for swaps."""
        swapped = {match.before for pair in self.swapped for match in pair}
        now = self.now
        held = {match.now for match in self.matches} | set(self.new)
        codes = {match.before for match in self.matches} | set(self.gone)
        return tuple(sorted(code for code in codes & held - swapped if now.get(code) != code))


def match_sites(before: Register, now: Register) -> SiteMatching:
    """Return which sites of two registers are one."""
    return match_profiles(profiles_of(before), profiles_of(now))


def match_profiles(before: Sequence[SiteProfile], now: Sequence[SiteProfile]) -> SiteMatching:
    """Return which sites of two years are one; each has one code of its own in its year."""
    rarity = rarity_of((*before, *now))
    matches = list(_certain(before, now, rarity))
    taken = {match.before for match in matches}, {match.now for match in matches}
    ours = [profile for profile in before if profile.code not in taken[0]]
    theirs = [profile for profile in now if profile.code not in taken[1]]
    weights = {
        (i, j): sum(sign(ours[i], theirs[j], rarity) for sign in SIGNS.values())
        for i, j in candidate_pairs(ours, theirs)
    }
    for i, j in _one_to_one({pair: weight for pair, weight in weights.items() if weight >= LEAST}):
        matches.append(_match(ours[i], theirs[j], rarity))
    matches.sort()
    paired = {match.before for match in matches}, {match.now for match in matches}
    return SiteMatching(
        tuple(matches),
        tuple(profile.code for profile in before if profile.code not in paired[0]),
        tuple(profile.code for profile in now if profile.code not in paired[1]),
    )


def similar_codes(profiles: Iterable[SiteProfile]) -> tuple[tuple[str, ...], ...]:
    """Return the codes of one register that differ in case, marks or leading zeros only: A-01 and a1."""
    codes: dict[str, list[str]] = defaultdict(list)
    for profile in profiles:
        codes[profile.plain_code].append(profile.code)
    return tuple(tuple(sorted(alike)) for alike in codes.values() if len(alike) > 1)


def _certain(before: Sequence[SiteProfile], now: Sequence[SiteProfile], rarity: Rarity) -> Iterator[SiteMatch]:
    """Yield the sites whose code, name, operator and address all are as they were; most sites of most years."""
    by_code = {profile.code: profile for profile in now}
    for profile in before:
        same = by_code.get(profile.code)
        if same is not None and same.texts == profile.texts and any(profile.texts) and same.country == profile.country:
            yield _match(profile, same, rarity)


def _match(ours: SiteProfile, theirs: SiteProfile, rarity: Rarity) -> SiteMatch:
    signs = {name: sign(ours, theirs, rarity) for name, sign in SIGNS.items()}
    return SiteMatch(ours.code, theirs.code, sum(signs.values()), signs)


def candidate_pairs(ours: Sequence[SiteProfile], theirs: Sequence[SiteProfile]) -> Iterator[tuple[int, int]]:
    """Yield the pairs that share most of what is rare: a code, words however they are written, a square of the map."""
    holders: dict[str, list[int]] = defaultdict(list)
    for at, profile in enumerate(theirs):
        for key in set(_keys(profile)):
            holders[key].append(at)
    for at, profile in enumerate(ours):
        shared: Counter[int] = Counter()
        for key in set(_keys(profile)):
            held = holders.get(key, ())
            weight = 6 if key.startswith("code ") else round(4 * math.log2(1 + len(theirs) / max(1, len(held))))
            for other in held if len(held) <= MOST_HOLDERS else ():
                shared[other] += weight
        for other, _ in shared.most_common(COMPARED):
            yield at, other


def _keys(profile: SiteProfile) -> Iterator[str]:
    """Yield what a site is looked for by."""
    yield f"code {profile.plain_code}"
    for field, words in (("n", profile.name), ("n", profile.operator), ("a", profile.address)):
        for word in words:
            yield f"{field} {_skeleton(word)}"
    if profile.at is not None:
        north, east = (math.floor(degrees / GRID) for degrees in profile.at)
        yield from (f"at {north + i} {east + j}" for i in (0, 1) for j in (0, 1))


def _skeleton(word: NameWord) -> str:
    """Return the consonants of a word, which romanisations write alike; what is no word of its own as it is."""
    if word.kind != "word" or word.script == "chinese":
        return word.key
    if word.script == "arabic":
        return bones(word.written, arabic=True).consonants or word.key
    return bones(word.latin).consonants or word.key


def _one_to_one(weights: Mapping[tuple[int, int], float]) -> Iterator[tuple[int, int]]:
    """Yield the pairs, each site in one at most, that have the greatest sum of weights."""
    if not weights:
        return
    rows, columns = sorted({i for i, _ in weights}), sorted({j for _, j in weights})
    row_of, column_of = {i: at for at, i in enumerate(rows)}, {j: at + len(rows) for at, j in enumerate(columns)}
    edges = [(row_of[i], column_of[j]) for i, j in weights]
    size = len(rows) + len(columns)
    graph = coo_matrix((np.ones(len(edges)), tuple(zip(*edges, strict=True))), shape=(size, size))
    _, part = connected_components(graph, directed=False)
    parts: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pair in weights:
        parts[part[row_of[pair[0]]]].append(pair)
    for pairs in parts.values():
        yield from _assigned(pairs, weights)


def _assigned(pairs: Sequence[tuple[int, int]], weights: Mapping[tuple[int, int], float]) -> Iterator[tuple[int, int]]:
    rows, columns = sorted({i for i, _ in pairs}), sorted({j for _, j in pairs})
    gain = np.zeros((len(rows), len(columns)))
    for i, j in pairs:
        gain[rows.index(i), columns.index(j)] = weights[i, j]
    for row, column in zip(*linear_sum_assignment(gain, maximize=True), strict=True):
        if gain[row, column] > 0:
            yield rows[row], columns[column]
