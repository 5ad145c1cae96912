"""Places by their names in the six languages: States, their people and regions, and 170,000 towns of GeoNames.

The names are written once into one compact file in the cache folder, which is then only opened. A name that stands for
several places gives them all: which one is meant is for the reader of the text to say.
"""

from __future__ import annotations

import csv
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.errors import InputError
from opencwc.language.gazetteer_index import SORTS, Spot, loaded
from opencwc.language.place_keys import HAN, Folded, folded, place_key, russian_forms, without_clitics
from opencwc.language.town_adjectives import towns_of_adjective
from opencwc.settings import settings_folder

ORDINARY = Path(__file__).parent / "data" / "ordinary_words.yaml"
FREQUENT = Path(__file__).parent / "data" / "frequent_words.yaml"
LONGEST = 64
LEAST_WITH_ADJECTIVE = 50_000
"""Towns that a Russian adjective is looked for; of smaller ones it is mostly another word."""


_ARTICLES = frozenset(["el ", "la ", "le ", "los ", "les ", "the "])


class Named(NamedTuple):
    """A name in a text, from ``start`` to ``end``, the places it can stand for, and the clitics before it."""

    start: int
    end: int
    spots: tuple[Spot, ...]
    before: str = ""
    ordinary: bool = False
    frequent: bool = False
    """Whether the name is more often a word or somebody's name than this place's."""

    @property
    def seat(self) -> bool:
        """Whether it is a body's name, which stands for its seat."""
        return self.spots[0].sort == "seat"


class OwnName(NamedTuple):
    """A name that a user gives to a place of their own, in one spelling."""

    written: str
    spot: Spot


class Gazetteer:
    """Finds names of places in a text; ``own`` is a table of a user's places, as `own_places` reads it."""

    def __init__(self, own: Iterable[OwnName] = ()) -> None:
        self._trie, kept = loaded()
        self._names = kept.names.split("\n")
        self._countries = kept.countries
        self._sorts, self._flags = kept.sorts, kept.flags
        self._people, self._points, self._zone_of = array("I"), array("f"), array("H")
        self._people.frombytes(kept.people)
        self._points.frombytes(kept.points)
        self._zone_of.frombytes(kept.zone_of)
        self._zones, self._areas = kept.zones.split("\n"), kept.areas
        self._spot = lru_cache(maxsize=65_536)(self._read_spot)
        self._of_key = lru_cache(maxsize=65_536)(self._read_key)
        self._of_adjective = lru_cache(maxsize=65_536)(self._read_adjective)
        self._may_begin = lru_cache(maxsize=65_536)(self._begins_a_name)
        self._own = _own_index(own)
        self._ordinary = frozenset(map(str, read_yaml(ORDINARY)["words"]))
        self._frequent = frozenset(word for words in read_yaml(FREQUENT)["words"].values() for word in words.split(" "))

    def named(self, text: str, words: Folded | None = None) -> list[Named]:
        """Return the names in a text in its order, the longest at each place; none within another one.

        ``words`` is the text as `folded` gives it, where it is there already.
        """
        found: list[Named] = []
        words = words or folded(text)
        until = 0
        starts = list(_starts(words))
        for start in starts:
            if start < until:
                continue
            for match in (self._longest(words, start), self._adjective(text, words, start)):
                meant = self._named(text, words, start, match) if match else None
                if match and meant and self._is_cut(words, start, match[0], starts):
                    break
                if match and meant:
                    until = match[0]
                    found += [meant] if meant.spots[0].sort != "nowhere" else []
                    break
        return found

    def _is_cut(self, words: Folded, start: int, end: int, starts: Sequence[int]) -> bool:
        """Tell whether another name begins within one: La Côte in "La Côte d'Ivoire", El Perú for the State."""
        if HAN.match(words.plain, start):
            return False
        inside = starts[bisect_right(starts, start) : bisect_left(starts, end)]
        longer = ((place, self._longest(words, place)) for place in inside)
        return any(
            match
            and (
                (match[0] > end and match[0] - place > end - start)
                or (match[0] == end and match[1][0].sort == "state" and words.plain[start:place] in _ARTICLES)
            )
            for place, match in longer
        )

    def _named(self, text: str, words: Folded, start: int, match: tuple[int, tuple[Spot, ...], str]) -> Named | None:
        """Return a name as it is written in a text, with the places that it is written for; nothing for none."""
        end, spots, before = match
        first = words.first[start + len(before)]
        key = words.plain[start + len(before) : end]
        ordinary = key in self._ordinary or (len(key) < 3 and not HAN.match(key))
        spots = _told_apart(key, text, first, spots)
        named = Named(first, words.last[end], spots, before, ordinary, key in self._frequent)
        return named if spots and spots[0].sort == "nowhere" else _as_written(text, named)

    def people_by_zone(self, country: str) -> Mapping[str, int]:
        """Return how many people live in the towns of a State, by their time zone."""
        return self._people_by_zone.get(country, {})

    @cached_property
    def _people_by_zone(self) -> Mapping[str, Mapping[str, int]]:
        people: dict[str, dict[str, int]] = {}
        for number, zone in enumerate(self._zone_of):
            if name := self._zones[zone]:
                there = people.setdefault(self._countries[3 * number : 3 * number + 3], {})
                there[name] = there.get(name, 0) + self._people[number]
        return people

    def spots(self, name: str) -> tuple[Spot, ...]:
        """Return the places that a name stands for."""
        return self._of_key(place_key(name))

    def _read_key(self, key: str) -> tuple[Spot, ...]:
        own = self._own.get(key, ())  # stands for the towns of that name
        spots = [self._spot(number) for (number,) in sorted(self._trie.get(key, ()))]
        spots = [spot for spot in spots if not own or spot.sort != "town"]
        return (*own, *sorted(spots, key=lambda spot: (SORTS.index(spot.sort), -spot.people)))

    def _longest(self, words: Folded, start: int) -> tuple[int, tuple[Spot, ...], str] | None:
        plain = words.plain
        end_of_word = plain.find(" ", start)
        word = plain[start : end_of_word if end_of_word > 0 else len(plain)]
        if HAN.match(word):
            return self._match(plain, start, plain[start : start + LONGEST], "", cut=True)
        rest = plain[start + len(word) : start + LONGEST]
        best: tuple[int, tuple[Spot, ...], str] | None = None
        for bare, taken in without_clitics(word):
            if not self._may_begin(bare):
                continue
            match = self._match(plain, start + len(word) - len(bare), bare + rest, taken, cut=False)
            if match and (best is None or match[0] > best[0]):
                best = match
        return best

    def _adjective(self, text: str, words: Folded, start: int) -> tuple[int, tuple[Spot, ...], str] | None:
        """Return the towns of a Russian adjective: рижский; but not the name of somebody, Лазарицкий."""
        word = words.plain[start : start + LONGEST].partition(" ")[0]
        spots = self._of_adjective(word) if "ск" in word[2:] or "цк" in word[2:] else ()
        end = start + len(word)
        is_name = text[words.first[start]].isupper() and not _SMALL_BEHIND.match(text, words.last[end])
        return (end, spots, "") if spots and not is_name else None

    def _read_adjective(self, word: str) -> tuple[Spot, ...]:
        if word in self._ordinary:
            return ()
        towns = {spot for name in towns_of_adjective(word) for spot in self._of_key(name) if spot.sort == "town"}
        large = sorted(towns, key=lambda spot: -spot.people)
        return tuple(spot._replace(sort="people") for spot in large if spot.people >= LEAST_WITH_ADJECTIVE)

    def _match(
        self, plain: str, start: int, ahead: str, taken: str, *, cut: bool
    ) -> tuple[int, tuple[Spot, ...], str] | None:
        for key in sorted(self._keys(ahead), key=len, reverse=True):
            end = start + len(key)
            if cut or end >= len(plain) or plain[end] == " ":
                return end, self._of_key(key), taken.replace("لل", "ل")
        return None

    def _begins_a_name(self, word: str) -> bool:
        """Tell whether a name may begin with a word, as most words do none."""
        return bool(self._own) or word in self._trie or next(self._trie.iterkeys(f"{word} "), None) is not None

    def _keys(self, ahead: str) -> list[str]:
        keys: list[str] = self._trie.prefixes(ahead)
        if self._own:
            keys += [ahead[:length] for length in range(2, len(ahead) + 1) if ahead[:length] in self._own]
        return keys

    def _read_spot(self, number: int) -> Spot:
        flags = self._flags[number]
        point = (round(self._points[2 * number], 5), round(self._points[2 * number + 1], 5))
        return Spot(
            SORTS[self._sorts[number]],
            self._countries[3 * number : 3 * number + 3],
            self._names[number],
            self._people[number],
            point if flags & 1 else None,
            bool(flags & 2),
            bool(flags & 4),
            self._zones[self._zone_of[number]],
            self._areas[2 * number : 2 * number + 2].strip(),
        )


def the_gazetteer() -> Gazetteer:
    """Return the gazetteer with the places of ``places.csv`` in the settings folder, where the user wrote one."""
    return _gazetteer_with(settings_folder())


@lru_cache(maxsize=4)
def _gazetteer_with(settings: Path) -> Gazetteer:
    own = settings / "places.csv"
    return Gazetteer(own_places(own) if own.is_file() else ())


def own_places(file: Path) -> list[OwnName]:
    """Read a user's places from a CSV table with the columns ``name``, ``country`` (alpha-3), ``lat`` and ``lon``.

    Rows of one country and one point are spellings of one place, which is shown by the first of them. Raises
    `InputError` at the first row that does not say a place.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError("gazetteer_row", file=str(file), row="1") from error
    read = [_own_place(row, number, file) for number, row in enumerate(csv.DictReader(lines), 2)]
    shown: dict[tuple[str, tuple[float, float] | None], str] = {}
    for spot in read:
        shown.setdefault((spot.country, spot.point), spot.name)
    return [OwnName(spot.name, spot._replace(name=shown[spot.country, spot.point])) for spot in read]


def _own_place(row: dict[str, str], number: int, file: Path) -> Spot:
    from opencwc.convention.territories import all_territories

    try:
        name, country, point = (
            row["name"].strip(),
            row["country"].strip().upper(),
            (float(row["lat"]), float(row["lon"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError("gazetteer_row", file=str(file), row=str(number)) from error
    if not name or country not in all_territories() or not (abs(point[0]) <= 90 and abs(point[1]) <= 180):
        raise InputError("gazetteer_row", file=str(file), row=str(number))
    return Spot("town", country, name, 0, point)


def _own_index(own: Iterable[OwnName]) -> dict[str, tuple[Spot, ...]]:
    index: dict[str, dict[Spot, None]] = {}
    for written, spot in own:
        key = place_key(written)
        for form in (key, *russian_forms(key)):
            index.setdefault(form, {})[spot] = None
    return {form: tuple(spots) for form, spots in index.items()}


def _starts(words: Folded) -> Iterator[int]:
    """Yield where a name can begin: at each word, and at each Chinese character."""
    for start in words.starts:
        yield start
        at = start + 1
        if HAN.match(words.plain, start):
            while at < len(words.plain) and words.plain[at] != " ":
                yield at
                at += 1


def _told_apart(key: str, text: str, start: int, spots: tuple[Spot, ...]) -> tuple[Spot, ...]:
    """Leave out what the marks of an Arabic name rule out: عمّان is Amman, عُمان is Oman."""
    if key == _AMMAN_OR_OMAN:
        written = text[start : start + len(key) + 2]
        country = "JOR" if "\u0651" in written else "OMN" if "\u064f" in written else ""
        return tuple(spot for spot in spots if spot.country == country) or spots
    return spots


_AMMAN_OR_OMAN = "عمان"


def _as_written(text: str, named: Named) -> Named | None:
    """Return a name with the places that it is written for, by its capital letters."""
    written = text[named.start : named.end]
    first = written[0]
    if first.lower() == first.upper():  # a script without capitals
        return named
    last = _LAST_WORD.search(written, 1)
    is_name = first.isupper() and (last is None or last[0][0].isupper())
    in_capitals = written.replace(".", "").isupper()
    spots = tuple(
        spot
        for spot in named.spots
        if (in_capitals or not spot.capitals) and (_needs_less(spot, written) or (is_name and spot.sort != "money"))
    )
    return named._replace(spots=spots) if spots else None


def _needs_less(spot: Spot, written: str) -> bool:
    """Tell whether a name is written so: a people's may be small, a region's but for one word: isla San José."""
    if spot.sort == "money":
        return written[0].islower()
    if spot.sort == "people":
        return not spot.capitals
    if spot.sort == "body":
        return written[0].isupper()
    return spot.sort in ("state", "region") and any(word[0].isupper() for word in written.split())


_SMALL_BEHIND = re.compile(r" [а-яё]")
_LAST_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]{4,}$")
"""The last word of a name of several, which has a capital letter as the first has; not ``le`` or ``sur``."""
