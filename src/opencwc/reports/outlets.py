"""Where an outlet is: by the places in its name and its address, else by its language and the time of day it keeps.

It is the weakest hint of where something happened, and only what nothing else tells is told by it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from opencwc.language.gazetteer import Gazetteer, the_gazetteer
from opencwc.language.gazetteer_index import Spot
from opencwc.language.nations import codes_of_two_letters, nations
from opencwc.language.place_keys import HAN, place_key

BY_NAME, BY_SMALL_TOWN, BY_ADDRESS = 1.0, 0.5, 0.8
LARGE, FAR_LARGER, LEAST_SPOKEN, LEAST_LETTERS = 100_000, 3, 10.0, 5
_OF_NO_STATE = frozenset(("io", "co", "tv", "me", "ai", "fm", "to", "cc", "ws", "gg", "su", "eu", "la", "ly"))


def named_by_outlet(source: str, url: str, zone_fits: frozenset[str], gazetteer: Gazetteer) -> Mapping[str, float]:
    """Return the States that an outlet's name and address speak of, each with how plainly, 1 at most.

    Of several places of a name it is one of the States in ``zone_fits``, where there is one, else the largest.
    """
    found: dict[str, float] = {}
    small: dict[str, float] = {}
    for named in gazetteer.named(source):
        if not named.ordinary and not named.frequent:
            spot = max(named.spots, key=lambda one: (one.country in zone_fits, one.sort != "town", one.people))
            if _is_one_of_many(spot, named.spots) and spot.country not in zone_fits:
                continue
            (found if _is_known(spot) else small)[spot.country] = BY_NAME if _is_known(spot) else BY_SMALL_TOWN
    found = found or small
    if country := _country_of_address(urlsplit(url).hostname or "" if "://" in url else ""):
        found[country] = max(found.get(country, 0.0), BY_ADDRESS)
    return found


def _is_one_of_many(town: Spot, spots: tuple[Spot, ...]) -> bool:
    """Tell whether a town of another State is about as large: Richmond."""
    return any(one.country != town.country and one.people * FAR_LARGER > town.people > 0 for one in spots)


def _is_known(spot: Spot) -> bool:
    return spot.sort != "town" or spot.capital or spot.people > LARGE


@lru_cache(maxsize=16_384)
def _country_of_address(host: str) -> str:
    labels = host.lower().split(".")
    last = labels[-1]
    if len(last) == 2 and last not in _OF_NO_STATE:
        return codes_of_two_letters().get("gb" if last == "uk" else last, "")
    names = _names_in_latin()
    for label in labels[:-1]:
        plain = re.sub("[^a-z]", "", label)
        for length in range(len(plain), LEAST_LETTERS - 1, -1):
            if country := names.get(plain[:length]) or names.get(plain[-length:]):
                return country
    return ""


@cache
def _names_in_latin() -> Mapping[str, str]:
    """Return the names of States in Latin letters, as they stand in an address; not those that other words end in."""
    known: dict[str, set[str]] = defaultdict(set)
    for code, name, people in nations():
        key = place_key(name).replace(" ", "")
        if not people and key.isascii() and len(key) >= LEAST_LETTERS and not HAN.search(key):
            known[key].add(code)
    return {key: codes.pop() for key, codes in known.items() if len(codes) == 1 and key not in _ENDS}


_ENDS = frozenset(("chine", "inde", "coree"))


def where_spoken(lang: str, published: datetime) -> Mapping[str, float]:
    """Return the States where a language is written at the offset that ``published`` keeps, by their share of people.

    Nothing where the offset is 0, which mostly is no outlet's own.
    """
    minutes = minutes_ahead(published)
    return _spoken_at(lang, published.date(), minutes) if minutes else {}


def minutes_ahead(moment: datetime) -> float:
    """Return the minutes that a moment's own offset is ahead of UTC."""
    offset = moment.utcoffset()
    return offset.total_seconds() / 60 if offset is not None else 0.0


@lru_cache(maxsize=4096)
def _spoken_at(lang: str, day: date, minutes: float) -> Mapping[str, float]:
    people: dict[str, float] = {}
    for country, share, zones in _states_of(lang):
        there = sum(count for zone, count in zones if offset_of(zone, day) == minutes)
        if there:
            people[country] = share * there
    whole = sum(people.values())
    return {country: count / whole for country, count in people.items()}


@cache
def _states_of(lang: str) -> tuple[tuple[str, float, tuple[tuple[str, int], ...]], ...]:
    """Return the States where a language is written: the code, the share of who writes it, people by time zone."""
    return tuple(
        (country, share, tuple(the_gazetteer().people_by_zone(country).items())) for country, share in _shares(lang)
    )


def _shares(lang: str) -> Iterator[tuple[str, float]]:
    from babel.languages import get_territory_language_info

    for alpha2, country in codes_of_two_letters().items():
        facts: dict[str, Any] = dict(get_territory_language_info(alpha2.upper()).get(lang) or {})
        if facts and (facts["official_status"] or facts["population_percent"] > LEAST_SPOKEN):
            yield country, facts["population_percent"] / 100


@lru_cache(maxsize=65_536)
def offset_of(zone: str, day: date) -> float | None:
    """Return the minutes that a time zone is ahead of UTC on a day at noon; nothing for one that is not known."""
    try:
        offset = datetime.combine(day, time(12), _zone(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError):
        return None
    return offset.total_seconds() / 60 if offset is not None else None


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
