"""How much two lines of two registers look like one plant site: signs, each with the weight that it lends.

A sign is a function of two profiles with a docstring, listed once in `SIGNS`. Its weight is that of Fellegi and Sunter
("A theory for record linkage", 1969): the logarithm to base 2 of how much oftener such an agreement stands between two
years of one site than between two sites. Names and addresses are compared across Latin, Cyrillic, Arabic and Chinese
script (`opencwc.language.name_words`).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from rapidfuzz.distance import OSA

from opencwc.declarations.model import Register, Site
from opencwc.declarations.register_cells import numeral_of
from opencwc.declarations.register_words import is_coordinate, is_street_word, plain_words
from opencwc.language.distances import distance_km
from opencwc.language.name_words import NameWord, name_words, together
from opencwc.language.romanisation import coarse, in_latin
from opencwc.language.word_likeness import alike

WEIGHT_OF_KIND = {"word": 1.0, "number": 1.0, "initial": 0.4, "place": 0.5, "common": 0.35}
RIVAL = 0.8
"""What is left of a likeness for each pair of words that tell two names apart (Orvenda, Tulmar)."""
APART = 0.75
"""What is left of it where a number or a side stands on one side only, or another one (East, West; 2, 3)."""
SIDES = frozenset({"north", "south", "east", "west", "central"})
JOINED, SAME_CONSONANTS = 0.9, 0.9
LEAST_SLIP, SHORTEST = 0.7, 4
"""How alike two spellings of a word are at least where one is a slip of the pen, and how long it is."""
WORTH_A_LOOK = 0.34
STREET = 0.1
"""What a word such as street or number weighs in an address."""


class SiteProfile(NamedTuple):
    """A plant site as it is compared: its code without marks, its words, and where it lies (degrees north and east)."""

    code: str
    plain_code: str
    country: str
    name: tuple[NameWord, ...]
    operator: tuple[NameWord, ...]
    address: tuple[NameWord, ...]
    at: tuple[float, float] | None = None
    texts: tuple[str, str, str] = ("", "", "")

    @property
    def words(self) -> tuple[NameWord, ...]:
        """All words of a site."""
        return (*self.name, *self.operator, *self.address)


class Rarity(NamedTuple):
    """In how many of the sites of both registers each word stands, by field; ``operators`` counts the operators."""

    sites: int
    words: Mapping[str, Mapping[str, int]]
    operators: Mapping[str, int]

    def weight(self, field: str, word: NameWord) -> float:
        """Return how much a word tells: less for one that many sites have, and for common words and places."""
        if field == "address" and is_street_word(word.written):
            return STREET
        seen = self.words[field].get(word.key, 1)
        rare = math.log(1 + self.sites / seen) / math.log(1 + self.sites)
        return WEIGHT_OF_KIND[word.kind] * max(0.1, rare)


def profiles_of(register: Register) -> tuple[SiteProfile, ...]:
    """Return the sites of a register by the order of their codes; a site without a line of its own by its plants'."""
    lines: dict[str, Site] = {}
    for (code, plant), line in sorted(register.sites.items()):
        if code not in lines or not plant:
            lines[code] = line
    countries = {code: register.country(code, "") for code in lines}
    return tuple(profile_of(line, countries[code]) for code, line in sorted(lines.items()))


def profile_of(line: Site, country: str = "") -> SiteProfile:
    """Return the profile of a line of the table of sites."""
    plain = re.sub(r"\d+", lambda digits: digits[0].lstrip("0") or "0", plain_words(line.site)).replace(" ", "")
    texts = tuple(" ".join(text.casefold().split()) for text in (line.name, line.operator, line.address))
    return SiteProfile(
        line.site, plain, country or line.country, name_words(line.name), name_words(line.operator),
        name_words(line.address), coordinates(line.more), (texts[0], texts[1], texts[2]),
    )  # fmt: skip


def coordinates(more: Mapping[str, str]) -> tuple[float, float] | None:
    """Return where a site lies by its further columns (latitude, longitude), in degrees; ``None`` where not said.

    >>> coordinates({"Latitude": "51.45", "lon": "7.01"}), coordinates({"Latitude": "north"})
    ((51.45, 7.01), None)
    """
    found: dict[str, float] = {}
    for header, text in more.items():
        for name, most in (("latitude", 90), ("longitude", 180)):
            if is_coordinate(name, header):
                value = numeral_of(text, ".").exact
                if value is not None and abs(value) <= most:
                    found[name] = float(value)
    return (found["latitude"], found["longitude"]) if len(found) == 2 else None


def rarity_of(profiles: Iterable[SiteProfile]) -> Rarity:
    """Return in how many of some sites each word and each operator stands."""
    words: dict[str, Counter[str]] = {field: Counter() for field in ("name", "operator", "address")}
    operators: Counter[str] = Counter()
    count = 0
    for profile in profiles:
        count += 1
        operators[_key(profile.operator)] += 1
        for field, counter in words.items():
            counter.update({word.key for word in getattr(profile, field)})
    return Rarity(max(count, 2), words, operators)


def _key(words: Sequence[NameWord]) -> str:
    return " ".join(sorted(word.key for word in words))


# -- signs -------------------------------------------------------------------------------------------------------------


def code(ours: SiteProfile, theirs: SiteProfile, _: Rarity) -> float:
    """The same code, but for case, marks and leading zeros; or one sign of it apart; codes are changed and swapped."""
    one, other = ours.plain_code, theirs.plain_code
    if one == other:
        return 6.0
    digits = [re.sub(r"\D", "", text) for text in (one, other)]
    longer, shorter = sorted((one, other), key=len, reverse=True)
    if len(shorter) > 3 and (longer.endswith(shorter) or longer.startswith(shorter)):
        return 3.0
    if len(digits[0]) > 2 and digits[0] == digits[1]:
        return 2.0
    return 1.0 if min(len(one), len(other)) > 4 and OSA.distance(one, other) == 1 else -2.5


def name(ours: SiteProfile, theirs: SiteProfile, rarity: Rarity) -> float:
    """How alike the names are, across scripts and spellings; a word that tells two names apart counts against it."""
    return _graded(likeness(ours.name, theirs.name, "name", rarity), ((0.88, 7), (0.7, 4), (0.5, 1), (0.25, -1.5)), -4)


def operator(ours: SiteProfile, theirs: SiteProfile, rarity: Rarity) -> float:
    """How alike the operators are; the more sites it has, the less it tells, and a site may be sold."""
    alike_by = likeness(ours.operator, theirs.operator, "operator", rarity)
    rare = math.log2(rarity.sites / max(1, rarity.operators.get(_key(ours.operator), 1)))
    return _graded(alike_by, ((0.8, max(1.0, min(3.5, rare / 2))), (0.5, 0.5)), -2)


def address(ours: SiteProfile, theirs: SiteProfile, rarity: Rarity) -> float:
    """How alike the addresses are; another number in one street is another address, and a site may move."""
    return _graded(likeness(ours.address, theirs.address, "address", rarity), ((0.85, 6), (0.65, 2.5), (0.4, 0)), -2.5)


def place(ours: SiteProfile, theirs: SiteProfile, _: Rarity) -> float:
    """How far apart they lie, where both say it."""
    if ours.at is None or theirs.at is None:
        return 0.0
    apart = distance_km(ours.at, theirs.at)
    return next((weight for km, weight in ((0.3, 5.0), (1.0, 2.5), (5.0, 0.0), (50.0, -2.0)) if apart <= km), -3.5)


def country(ours: SiteProfile, theirs: SiteProfile, _: Rarity) -> float:
    """Whether both say another State: then they are two sites, whatever else agrees."""
    return -40.0 if ours.country and theirs.country and ours.country != theirs.country else 0.0


Sign = Callable[[SiteProfile, SiteProfile, Rarity], float]
SIGNS: Mapping[str, Sign] = MappingProxyType({
    "code": code, "name": name, "operator": operator, "address": address, "place": place, "country": country,
})  # fmt: skip
"""Every sign by its name."""


def _graded(alike_by: float | None, steps: Sequence[tuple[float, float]], least: float) -> float:
    """Return the weight of the first step that a likeness reaches; 0 where one side says nothing."""
    if alike_by is None:
        return 0.0
    return float(next((weight for step, weight in steps if alike_by >= step), least))


def likeness(ours: tuple[NameWord, ...], theirs: tuple[NameWord, ...], field: str, rarity: Rarity) -> float | None:
    """Return how alike two texts are from 0 to 1: the weight of the words that are alike, as a share of all (Dice).

    The words are laid beside each other so that the likest come first. ``None`` where one has no word.
    """
    if not ours or not theirs:
        return None
    left = [rarity.weight(field, word) for word in ours]
    right = [rarity.weight(field, word) for word in theirs]
    whole = sum(left) + sum(right)
    gained = 0.0
    ours_left, theirs_left = set(range(len(ours))), set(range(len(theirs)))
    for gain, places, others in sorted(_options(ours, theirs, left, right), reverse=True):
        if ours_left.issuperset(places) and theirs_left.issuperset(others):
            ours_left -= set(places)
            theirs_left -= set(others)
            gained += gain
    rest = [ours[at] for at in ours_left], [theirs[at] for at in theirs_left]
    if field == "address":
        rest = tuple([word for word in words if not is_street_word(word.written)] for words in rest)  # type: ignore[assignment]
    rivals = min(sum(word.kind == "word" for word in words) for words in rest)
    apart = any(word.kind == "number" or (field == "name" and word.key in SIDES) for words in rest for word in words)
    return gained / whole * RIVAL**rivals * (APART if apart else 1.0)


@lru_cache(maxsize=500_000)
def word_likeness(one: NameWord, other: NameWord) -> float:
    """Return how alike two words are, as consignees are compared, or as two years of one register: with more slips.

    >>> round(word_likeness(name_words("Tabinan")[0], name_words("Tabbnnan")[0]), 2)
    0.75
    """
    if one.kind == other.kind == "word" and not _may_be_alike(one, other):
        return 0.0
    known = alike(one, other)
    if known >= JOINED or one.kind == "number" or other.kind == "number":
        return known
    if one.script == other.script or {one.script, other.script} == {"latin", "cyrillic"}:
        ours, theirs = (one.written, other.written) if one.script == other.script else (one.latin, other.latin)
        near = OSA.normalized_similarity(ours, theirs, score_cutoff=LEAST_SLIP)
        return max(known, near**2) if min(len(ours), len(theirs)) >= SHORTEST else known
    if "arabic" in (one.script, other.script) and "chinese" not in (one.script, other.script):
        ours, theirs = _consonants(one), _consonants(other)
        if min(len(ours), len(theirs)) >= 2 and ours == theirs:
            return max(known, SAME_CONSONANTS)
        near = OSA.normalized_similarity(ours, theirs, score_cutoff=LEAST_SLIP)
        return max(known, near**2) if min(len(ours), len(theirs)) >= SHORTEST else known
    return known


def _may_be_alike(one: NameWord, other: NameWord) -> bool:
    """Tell at little cost whether two words are worth a closer look."""
    if "chinese" in (one.script, other.script):
        return True
    if one.script == other.script == "arabic" or "arabic" not in (one.script, other.script):
        return OSA.normalized_similarity(one.latin, other.latin) >= WORTH_A_LOOK
    return OSA.normalized_similarity(_consonants(one), _consonants(other)) >= WORTH_A_LOOK


@lru_cache(maxsize=100_000)
def _consonants(word: NameWord) -> str:
    """Return the consonants of a word; in Arabic, t and sh together write a ch."""
    if word.script == "arabic":
        spelt = word.latin.replace("tS", "C").replace("'", "")
    else:
        spelt = coarse(in_latin(word.script, word.written) if word.kind != "word" else word.latin)
    return _VOWELS.sub("", spelt).translate(_MERGED)


def _options(
    ours: tuple[NameWord, ...], theirs: tuple[NameWord, ...], left: Sequence[float], right: Sequence[float]
) -> Iterable[tuple[float, tuple[int, ...], tuple[int, ...]]]:
    """Yield what is gained by taking words of ours for words of theirs; two or three neighbours may be one word."""
    best: set[int] = set()
    for i, one in enumerate(ours):
        for j, other in enumerate(theirs):
            if value := word_likeness(one, other):
                if value >= JOINED:
                    best.add(i)
                yield value * (left[i] + right[j]), (i,), (j,)
    if len(best) == len(ours):
        return
    for places, joined in _neighbours(ours):
        for j, other in enumerate(theirs):
            if other.kind == "word" and (value := alike(joined, other)) >= JOINED:
                yield value * (sum(left[i] for i in places) + right[j]), places, (j,)
    for places, joined in _neighbours(theirs):
        for i, one in enumerate(ours):
            if one.kind == "word" and (value := alike(one, joined)) >= JOINED:
                yield value * (left[i] + sum(right[j] for j in places)), (i,), places


@lru_cache(maxsize=50_000)
def _neighbours(words: tuple[NameWord, ...]) -> tuple[tuple[tuple[int, ...], NameWord], ...]:
    return tuple(together(words))


_VOWELS = re.compile("[aeiouy]")
_MERGED = str.maketrans({"v": "f", "w": "f", "p": "b", "g": "j", "q": "k", "c": "k", "z": "s", "Z": "s"})
