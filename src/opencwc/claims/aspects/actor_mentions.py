"""Who acts, speaks or is blamed in a sentence: bodies and people by sort, the States beside them, what they do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from opencwc.claims.aspects.compared_sides import pattern
from opencwc.convention.fields import read_yaml
from opencwc.language.gazetteer import Named, the_gazetteer
from opencwc.language.plain_text import Plain, plain_text
from opencwc.reports.model import Span

_DATA = Path(__file__).parents[1] / "data" / "who.yaml"
_BESIDE, _BESIDE_CHINESE = 26, 5
"""Characters between a body and the State that it is of."""
_WHO_BLAME = frozenset(
    {"prosecutors", "court", "police", "commission", "opcw", "united_nations", "press", "laboratory", "gendarmes"}
)
"""Who blames and is seldom blamed: only where they stand behind the word of blame."""
_PAUSE_CHINESE = re.compile("[，。；、]")
_NEAR_SPEECH, _NEAR_SPEECH_CHINESE = 8, 4
_TOWN_BEHIND = 12
_JOINED = 3
_BETWEEN = {
    "en": r"\W+(?:\w+\W+){0,3}?",
    "fr": r"\W+(?:[\w'’]+\W+){0,3}?",
    "es": r"\W+(?:\w+\W+){0,3}?",
    "ru": r"\W+(?:\w+\W+){0,2}?(?:по )?",
    "ar": r"\W+(?:\w+\W+){0,2}?(?:ل)?",
}
"""What stands between a ministry and what it is of."""
_IN = {
    "en": "in|from|to|at|near|into|across|through|via|towards|leave|left|outside",
    "fr": "en|au|aux|à|dans|vers|depuis|du",
    "es": "en|a|desde|hacia|del?",
    "ru": "в|во|на|из|под|до|через",
    "ar": "في|الى|من|عبر|نحو|داخل|شمال|جنوب",
    "zh": "在|从|往|到|运|自|至",
}
"""What stands before a State that is but a place."""
_AT = {
    "en": "in|at|near|into|across|through|outside",
    "fr": "en|au|aux|à|dans",
    "es": "en",
    "ru": "в|во|на",
    "ar": "في|داخل",
    "zh": "在",
}
"""What stands before a State that somebody is in, though they are not of it."""
_CAPITAL = re.compile(r"\W*(?:capital|столиц|عاصمة|首都|coast|south|north|east|west|border|port|town|city)")
_OF_CONTINENT = re.compile(r"(?:[Ll]atin|[Ss]outh|[Cc]entral|[Nn]orth|[Ss]ud|[Nn]ord)[- ]$")
_JOINED_ARABIC = re.compile(r"\w*$")
_PARTING = re.compile(r"[\s,،，\d]|(?<=\d)[年月日]|\b(?:in|of|de|du|d['’]|à|en|в|في)\b")
"""What may stand between somebody and the place or day beside them."""
_JOINED_PLACE = re.compile(r"(?<!\w)[وف]?ب(?:ا|ال)?$")
_CAPITAL_WORD = re.compile(r"(?<!\w)[A-ZÀ-ÖØ-ÞĀ-ŽА-ЯЁ][\w'’-]+")
_CLAUSE = re.compile(r"[,;:،؛，；：()«»—–]|(?<!\d)\.(?!\d)")


class Who(NamedTuple):
    """Somebody: of which sort, in which words, of which States; of sort ``state`` where a State or people acts itself.

    ``denied`` is who is named as not having done it, ``blamed`` who is blamed or charged, ``speaks`` who but says it.
    """

    sort: str
    span: Span
    states: frozenset[str] = frozenset()
    towns: tuple[Named, ...] = ()
    denied: bool = False
    blamed: bool = False
    speaks: bool = False


@lru_cache(maxsize=8_192)
def somebody(text: str, lang: str) -> tuple[Who, ...]:
    """Return who is named in a text, in its order."""
    plain = plain_text(text, lang)
    found: list[Who] = []
    for sort, looked_for in _patterns(lang):
        for match in looked_for.finditer(plain.text):
            span = Span(*plain.span(match.start("who"), match.end("who")))
            if not any(span.start < one.span.end and one.span.start < span.end for one in found):
                found.append(Who(sort, span))
    towns = [one for one in the_gazetteer().named(text) if _is_town(one)]
    states = [
        (
            span,
            state,
            _is_denied(text, span, lang),
            sort == "state" and _is_place(text, plain, lang, span, towns),
        )
        for span, state, sort in states_in(text, lang)
        if not _CAPITAL.match(plain.text, span.end) and not (sort == "state" and _is_behind(_AT, plain, lang, span))
    ]
    beside = _BESIDE_CHINESE if lang == "zh" else _BESIDE
    bodies = [
        one._replace(
            states=frozenset(
                state
                for span, state, denied, _ in states
                if not denied
                and _apart(one.span, span) <= beside
                and not (lang == "zh" and _PAUSE_CHINESE.search(text[one.span.end : span.start]))
            ),
            towns=tuple(town for town in towns if _is_of_town(one.span, town, lang)),
        )
        for one in found
    ]
    bare = [
        Who("state", span, frozenset({state}))
        for span, state, denied, is_place in states
        if denied or (not is_place and not any(_apart(span, one.span) <= _JOINED for one in bodies))
    ]
    passed = [*(Span(one.start, one.end) for one in towns), *(span for span, *_ in states)]
    return tuple(_in_roles(sorted([*bodies, *bare], key=lambda one: one.span), text, plain, lang, passed))


def _names(text: str) -> list[Span]:
    """Return the words with a capital: a minister and the verb of saying have the minister's name between them."""
    return [Span(*match.span()) for match in _CAPITAL_WORD.finditer(text)]


def states_in(text: str, lang: str) -> list[tuple[Span, str, str]]:
    """Return the States that a text names: where, which, and whether by name (``state``) or by its ``people``."""
    named = [
        (Span(one.start, one.end), one.spots[0].country, one.spots[0].sort)
        for one in the_gazetteer().named(text)
        if one.spots[0].sort in ("people", "state")
    ]
    found = [*named, *_other_states(plain_text(text, lang))]
    return [one for one in found if not (one[1] == "USA" and _OF_CONTINENT.search(text[: one[0].start]))]


def _is_town(one: Named) -> bool:
    return one.spots[0].sort == "town" and not one.ordinary and not one.frequent


def _is_of_town(span: Span, town: Named, lang: str) -> bool:
    if lang == "zh":
        return 0 <= span.start - town.end <= 1
    return -2 <= town.start - span.end <= _TOWN_BEHIND


def kin(one: str, other: str) -> bool:
    """Tell whether two sorts can be of one body or person: an army and its navy, a company and a contractor."""
    return one == other or any(one in some and other in some for some in _kin())


@cache
def _kin() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(some) for some in read_yaml(_DATA)["kin"])


def _other_states(plain: Plain) -> Iterator[tuple[Span, str, str]]:
    for state, looked_for in _more_states():
        for match in looked_for.finditer(plain.text):
            yield Span(*plain.span(match.start(), match.end())), state, "people"


def _is_behind_town(text: str, span: Span, towns: Sequence[Named]) -> bool:
    """Tell whether a State stands behind a town and a comma."""
    return any(town.end < span.start and text[town.end : span.start].strip() in (",", "(", "،", "，") for town in towns)


def _is_place(text: str, plain: Plain, lang: str, span: Span, towns: Sequence[Named]) -> bool:
    """Tell whether a State is but where something is: behind a word of place (in Arabic written with it) or a town."""
    joined = lang == "ar" and _JOINED_PLACE.search(plain.text[max(0, span.start - 4) : span.start + 1]) is not None
    return joined or _is_behind(_IN, plain, lang, span) or _is_behind_town(text, span, towns)


def _is_behind(words: Mapping[str, str], plain: Plain, lang: str, span: Span) -> bool:
    gap = "" if lang == "zh" else r"\W+(?:\w{1,3}\W+)?"
    before = rf"(?:^|\W|[㐀-鿿])(?:{words.get(lang, words['en'])}){gap}$"
    return re.search(before, plain.text[: span.start]) is not None


def _in_roles(bodies: Sequence[Who], text: str, plain: Plain, lang: str, passed: Sequence[Span]) -> Iterator[Who]:
    """Yield each with what it does; ``passed`` are places that may stand between somebody and what they say."""
    cues = blaming(plain, lang)
    speech = [Span(*plain.span(*match.span())) for match in pattern("speaking", lang).finditer(plain.text)]
    between = [*passed, *_names(text)]
    nearest = _NEAR_SPEECH_CHINESE if lang == "zh" else _NEAR_SPEECH
    behind = [one for one in bodies if any(one.span.end > cue.start and not _overlap(one.span, cue) for cue in cues)]
    named = any(_names_somebody(text, cue, passed) for cue in cues)
    things = [match.start() for match in pattern("causes", lang).finditer(plain.text)]
    of_people = [cue for cue in cues if not any(plain.span(at, at + 1)[0] == cue.start for at in things)]
    likely = [one for one in bodies if one.sort not in _WHO_BLAME]
    blamed = set(behind or (likely[-1:] if of_people and not named else ()))
    for one in bodies:
        denied = _is_denied(text, one.span, lang) if one.sort == "state" else is_cleared(text, one.span, lang)
        yield one._replace(
            denied=denied,
            blamed=one in blamed and not denied,
            speaks=any(_steps_apart(text, one.span, cue, between) <= nearest for cue in speech),
        )


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _names_somebody(text: str, cue: Span, places: Sequence[Span]) -> bool:
    """Tell whether a name that is no place stands behind a word of blame; then that one is blamed."""
    clause = _CLAUSE.search(text, cue.end)
    last = clause.start() if clause and text[clause.start()] not in "«»" else len(text)
    return any(
        not any(span.start <= match.start() < span.end for span in places)
        for match in _CAPITAL_WORD.finditer(text, cue.end, last)
    )


def blaming(plain: Plain, lang: str) -> list[Span]:
    """Return the words by which somebody is blamed or charged, but for those that say that nobody is."""
    nobody = [match.span() for match in pattern("nobody", lang).finditer(plain.text)]
    return [
        Span(*plain.span(*match.span()))
        for name in ("blames", "charges")
        for match in pattern(name, lang).finditer(plain.text)
        if not any(start < match.end() and match.start() < end for start, end in nobody)
    ]


def _is_denied(text: str, span: Span, lang: str) -> bool:
    """Tell whether somebody is named as not having done it."""
    before = plain_text(_clause(text, span)[0], lang).text
    if lang == "ar":
        before = _JOINED_ARABIC.sub("", before)
    return pattern("denied", lang).search(before) is not None


def is_cleared(text: str, span: Span, lang: str) -> bool:
    """Tell whether somebody is named as not having done it, by the words before or behind."""
    return (
        _is_denied(text, span, lang)
        or pattern("cleared", lang).search(plain_text(_clause(text, span)[1], lang).text) is not None
    )


def _clause(text: str, span: Span) -> tuple[str, str]:
    """Return what stands in its clause before and behind somebody."""
    first = max((match.end() for match in _CLAUSE.finditer(text, 0, span.start)), default=0)
    last = _CLAUSE.search(text, span.end)
    return text[first : span.start], text[span.end : last.start() if last else len(text)]


def _steps_apart(text: str, one: Span, other: Span, passed: Sequence[Span]) -> int:
    """Return how many signs stand between, but for places, figures and what parts them."""
    start, end = (one.end, other.start) if one.end <= other.start else (other.end, one.start)
    between = list(text[start:end])
    for span in passed:
        for place in range(max(span.start, start), min(span.end, end)):
            between[place - start] = " "
    return len(_PARTING.sub("", "".join(between)))


def _apart(one: Span, other: Span) -> int:
    return max(one.start - other.end, other.start - one.end, 0)


@cache
def _more_states() -> tuple[tuple[str, re.Pattern[str]], ...]:
    words_of: dict[str, str] = read_yaml(_DATA)["states"]
    return tuple((state, re.compile(rf"(?<![^\W㐀-鿿])(?:{words})")) for state, words in words_of.items())


@cache
def _patterns(lang: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the patterns of the sorts, those of ministries first."""
    raw = read_yaml(_DATA)
    lang = lang if lang in raw["ministry"] else "en"
    lead = "" if lang == "zh" else r"(?<!\w)(?:و|ف)?(?:ب|ل|ك)?(?:ال|لل)?" if lang == "ar" else r"(?<!\w)(?:ex-?|экс-)?"
    head = raw["ministry"][lang]
    office = f"{head}|{raw['offices'][lang]}"
    found = []
    for sort, by in raw["fields"].items():
        words = [f"(?:{office}){_BETWEEN[lang]}(?:{by[lang]})" if head else by[lang]]
        if lang == "en":
            words.append(f"(?:{by[lang]}) (?:{office})")
        if lang == "ru":
            words += [one for one in by[lang].split("|") if one.startswith(("мин", "мид(", "ространс"))]
        found.append((f"ministry_{sort}", "|".join(words)))
    found += [(sort, by[lang]) for sort, by in raw["bodies"].items()]
    found += [("ministry", head)] if head else []
    return tuple((sort, re.compile(f"{lead}(?P<who>{words})")) for sort, words in found)
