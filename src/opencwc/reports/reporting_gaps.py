"""What is under-reported: months without reports, languages that none is in, countries of which little or nothing came.

A country without reports is no country without events.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache

from msgspec import Struct

from opencwc.convention import Convention
from opencwc.convention.regions import region_of, regions
from opencwc.finding import Message
from opencwc.reports.covered_months import Period
from opencwc.reports.event_rows import EventRows
from opencwc.reports.event_wording import day_said
from opencwc.wording import LANGUAGES
from opencwc.wording.languages import language_named
from opencwc.wording.states import iso_alpha2

_MUCH, _LITTLE = 1.5, 1 / 1.5
"""How many times as many reports as before make a note."""
_SAME_LANGUAGE: Mapping[str, str] = {"nb": "no", "nn": "no", "fil": "tl", "zh_Hant": "zh", "yue": "zh"}


class SilentRegion(Struct, frozen=True):
    """The States of a region of M49 of which no report tells an event, by alpha-3 code, and how many States it has."""

    region: str
    states: tuple[str, ...]
    all: int


class Gaps(Struct, frozen=True):
    """What is not covered: in words; countries told on little ground, each with why; regions with silent States."""

    says: tuple[Message, ...]
    thin: tuple[tuple[str, tuple[Message, ...]], ...]
    silent: tuple[SilentRegion, ...]


def gaps_of(languages: Collection[str], events: EventRows, period: Period | None) -> Gaps:
    """Return what the reports of a run leave uncovered; ``languages`` are those that they are in."""
    says = []
    if period is not None:
        if empty := tuple(day_said(month.month) for month in period.months if not month.reports):
            says.append(Message("watch_gap_months", {"months": empty}))
        says += _volume(period)
    if missing := tuple(language_named(code) for code in LANGUAGES if code not in languages):
        says.append(Message("watch_gap_languages", {"languages": missing}))
    if undated := len(events.having("date", "".__eq__)):
        says.append(Message("watch_gap_undated", {"undated": undated, "all": len(events)}))
    if nowhere := len(events.having("place", lambda place: not place.country)):
        says.append(Message("watch_gap_nowhere", {"nowhere": nowhere, "all": len(events)}))
    return Gaps(tuple(says), tuple(thinly_reported(events)), tuple(silent_regions(events)))


def _volume(period: Period) -> list[Message]:
    """Say where the last month has many more or many fewer reports than those before."""
    *before, last = period.covered
    time = sum(month.share for month in before)
    if not time:
        return []
    usual = sum(month.reports for month in before) / time
    ratio = last.reports / last.share / usual
    if _LITTLE < ratio < _MUCH:
        return []
    name = "watch_gap_more_reports" if ratio > 1 else "watch_gap_fewer_reports"
    return [Message(name, {"month": day_said(last.month), "now": last.reports, "usual": round(usual * last.share, 1)})]


def silent_regions(events: EventRows) -> list[SilentRegion]:
    """Return the regions of M49 with their States of which no report tells an event, the most silent first."""
    told = {place.country for place in events.values("place")}
    states = [one.state.code for one in Convention().states]
    silent = []
    for region in regions().members:
        inside = [code for code in states if region_of(code) == region]
        if without := tuple(code for code in inside if code not in told):
            silent.append(SilentRegion(region, without, len(inside)))
    return sorted(silent, key=lambda one: (-len(one.states) / one.all, one.region))


def thinly_reported(events: EventRows) -> list[tuple[str, tuple[Message, ...]]]:
    """Return the countries whose picture rests on little, by alpha-3 code, each with why."""
    by_country = events.grouped(events.named("place", lambda place: place.country))
    return [
        (country, why) for (country,), group in by_country.items() if country and (why := _why_thin(country, group))
    ]


def _why_thin(country: str, events: EventRows) -> tuple[Message, ...]:
    why = []
    if alone := events.alone:
        why.append(Message("watch_thin_one_origin", {"alone": alone, "all": len(events)}))
    outlets = set(events.values("outlet")) - {""}
    if len(outlets) == 1 and (outlet := outlets.pop()) is not None:
        why.append(Message("watch_thin_one_outlet", {"source": outlet}))
    languages = {language for some in events.values("languages") for language in some if language}
    if len(languages) == 1 and len(events) > 1:
        why.append(Message("watch_thin_one_language", {"language": language_named(next(iter(languages)))}))
    own = official_languages(country)
    if own and languages and not {_same(code) for code in own} & {_same(code) for code in languages}:
        why.append(Message("watch_thin_no_own_language", {"languages": tuple(map(language_named, own))}))
    return tuple(why)


@cache
def official_languages(country: str) -> tuple[str, ...]:
    """Return the official languages of a country by its alpha-3 code (Unicode's CLDR); none where it is not known.

    >>> official_languages("CHE"), official_languages("XNV")
    (('de', 'fr', 'it'), ())
    """
    from babel.languages import get_official_languages

    code = iso_alpha2(country)
    return tuple(get_official_languages(code) or get_official_languages(code, de_facto=True))


def _same(code: str) -> str:
    return _SAME_LANGUAGE.get(code, code.partition("_")[0])
