"""What a sentence says that can be compared with another one: numbers, days, times, places, chemicals, words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from opencwc.claims.date_spans import Stretch, find_stretches
from opencwc.claims.day_offsets import Offset, find_offsets, with_offsets
from opencwc.claims.daytimes import DayTime, find_times
from opencwc.claims.person_names import person_names, without_people
from opencwc.claims.place_mentions import ToldPlace, find_places, find_sides
from opencwc.claims.quantities import Quantity, find_quantities
from opencwc.claims.substances import Substance, find_substances
from opencwc.claims.word_alignment import Words, word_vectors, words_of
from opencwc.language.dates import FoundDate, find_dates
from opencwc.language.gazetteer import Named, the_gazetteer
from opencwc.language.plain_text import plain_text
from opencwc.reports.agents import named_agents
from opencwc.reports.model import Span

if TYPE_CHECKING:
    from opencwc.language.encoders import Encoder


class Details(NamedTuple):
    """What a sentence says; all places count from its beginning.

    ``today`` is the day on which it was written, ``source`` whose statement it is, where that is known; ``acting`` says
    of each word how far it is one for somebody who acts; ``offsets`` are the days counted from others.
    """

    text: str
    lang: str
    quantities: tuple[Quantity, ...]
    dates: tuple[FoundDate, ...]
    times: tuple[DayTime, ...]
    places: tuple[Named, ...]
    agents: tuple[tuple[str, Span], ...]
    words: Words
    told: tuple[ToldPlace, ...] = ()
    sides: frozenset[str] = frozenset()
    days: tuple[Stretch, ...] = ()
    substances: tuple[Substance, ...] = ()
    today: date = date.min
    source: str = ""
    acting: tuple[float, ...] = ()
    offsets: tuple[Offset, ...] = ()


def details_of(text: str, lang: str, today: date, encoder: Encoder, source: str = "") -> Details:
    """Return what a sentence says; days without a year are the latest up to ``today``."""
    plain = plain_text(text, lang)
    counted_days = find_offsets(plain, lang)
    dates = [one for one in _dates(text, lang, today) if not _meets(one, counted_days)]
    times = find_times(plain, lang)
    taken = [Span(one.start, one.end) for some in (dates, times, counted_days) for one in some]
    agents = named_agents(text)
    found = the_gazetteer().named(text)
    people = person_names(text, lang, found)
    named = without_people(found, people)
    of_names = [
        Span(one.start, one.end) for one in named if lang == "zh" and not one.ordinary and one.spots[0].sort != "money"
    ]
    quantities = find_quantities(plain, lang, [*taken, *of_names, *(span for _, span in agents)])
    words = words_of(text, lang, [*taken, *(Span(one.start, one.end) for one in quantities)], encoder)
    taken += [span for _, span in agents]
    acting = _acting(words, encoder)
    told = find_places(text, lang, named, [*taken, *people], words, acting)
    days, offsets = with_offsets(text, find_stretches(text, lang, dates, today), counted_days)
    return Details(
        text, lang, tuple(quantities), tuple(dates), tuple(times), tuple(named), tuple(agents),
        words, told, find_sides(text, lang), days,
        find_substances(plain, lang, agents), today, source, tuple(acting), offsets,
    )  # fmt: skip


def _meets(one: FoundDate, counted_days: Sequence[Offset]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in counted_days)


def _dates(text: str, lang: str, today: date) -> list[FoundDate]:
    """Return the dates of a sentence; a weekday or day until which something lasts is the next one.

    What is so to this day has no date.
    """
    still = [match.span() for match in _STILL[lang].finditer(text)] if lang in _STILL else []
    found = [
        one
        for one in find_dates(text, lang, today)
        if not any(start < one.end and one.start < end for start, end in still)
    ]
    until = _UNTIL.get(lang)
    if until is None or not until.search(text):
        return found
    ahead = {(one.start, one.end): one for one in find_dates(text, lang, today, ahead=True)}
    return [
        ahead.get((one.start, one.end), one) if until.search(text[max(0, one.start - _BEFORE) : one.start]) else one
        for one in found
    ]


_STILL = {
    "en": re.compile(r"to(?: this|day)? day|still today|even today|today still|as of today", re.IGNORECASE),
    "fr": re.compile(r"(?:encore|toujours) aujourd['’]hui|aujourd['’]hui (?:encore|toujours)|à ce jour", re.IGNORECASE),
    "es": re.compile(r"(?:todavía|aún) hoy|hoy (?:todavía|aún|en día|por hoy|sigue)|a día de hoy", re.IGNORECASE),
    "ru": re.compile(r"по сей день|(?:и|до) сегодня|сегодня (?:ещё|еще|по-прежнему)|по-прежнему", re.IGNORECASE),
    "ar": re.compile(r"(?:حتى|إلى|الى) (?:اليوم|الآن|يومنا هذا)|(?:تزال|يزال|زال|زالت) اليوم"),
    "zh": re.compile("时至今日|至今|如今|今天仍|今日仍|直到今天"),
}
"""Words for what has not changed up to the day of writing."""
_BEFORE = 24
"""Characters before a day in which it is said that something lasts until then."""
_UNTIL = {
    "en": re.compile(r"\b(?:until|till|through|ends|ending|lasts?|expected to end|will end)\b", re.IGNORECASE),
    "fr": re.compile(r"jusqu|prend(?:ra)? fin|s['’]achèv|se termin|durer", re.IGNORECASE),
    "es": re.compile(r"\bhasta\b|termin(?:a|ará)\b|finaliza|concluy|concluirá|durará", re.IGNORECASE),
    "ru": re.compile(r"\bдо\b|заверш|законч|продлит", re.IGNORECASE),
    "ar": re.compile(r"حتى|ينتهي|تنتهي|يستمر|تستمر|تختتم|يختتم"),
    "zh": re.compile(r"(?<!截)至|持续到|将于"),
}
_WHO_ACTS = (
    "officials", "team", "experts", "governor", "government", "university", "police", "soldiers", "company",
    "ministry", "representatives", "delegation", "mission", "firefighters", "customs",
    "inspectors", "visitors", "institute", "deputies",
)  # fmt: skip
_WHERE = (
    "port", "city", "warehouse", "station", "factory", "district", "coast", "village", "happened", "arrived", "came",
    "exercise", "shipped", "sea", "hospital", "fire",
)  # fmt: skip


def _acting(words: Words, encoder: Encoder) -> list[float]:
    """Return of each word how much nearer it is to those who act than to where something is."""
    who = (words.vectors @ word_vectors(_WHO_ACTS, encoder).T).max(axis=1)
    where = (words.vectors @ word_vectors(_WHERE, encoder).T).max(axis=1)
    return [float(one) for one in who - where]
