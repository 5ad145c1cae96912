"""Definitions followed: what a law calls a thing by a name of its own means that thing wherever the name stands.

"“Controlled agents” means toxic chemicals listed in Schedule 1": from then on the law speaks of Schedule 1 where it
says "controlled agents". Only names are followed whose definition says at its head that they are one of a few things
that measures speak of; "“production” means the forming of a scheduled chemical" makes production no chemical.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from opencwc.legislation.patterns import written
from opencwc.legislation.reading.resolved_references import Definition, Place
from opencwc.legislation.reading.section_text import SectionText
from opencwc.legislation.reading.term_positions import TermPositions


@dataclass(frozen=True, slots=True)
class FollowedDefinitions:
    """Where terms stand, the names that the law gives to them included, the sections that define, all names given."""

    terms: TermPositions
    defining: frozenset[int]
    names: tuple[Definition, ...] = ()


class NameGiven(NamedTuple):
    """A name that a law gives, in folded text, and the stretch of it that says what the thing is."""

    name: str
    start: int
    end: int


def follow_definitions(terms: TermPositions) -> FollowedDefinitions:
    """Let terms stand wherever the names stand that the law gives to them."""
    names: dict[tuple[str, str], dict[str, None]] = {}
    defining = set()
    definitions: list[Definition] = []
    for at, text in enumerate(terms.texts):
        lang = text.section.lang
        clauses = terms.clauses(at, "defined")
        defines = text.lists_definitions or text.title in clauses
        if defines:
            defining.add(at)
        if lang not in written("means") or not terms.knows(lang):
            continue
        given_here = list(_names_given(text, clauses, defines))
        definitions += _defined_in(text, at, given_here)
        for given in given_here:
            for term in _meant(terms, at, given):
                names.setdefault((lang, term), {})[_pattern(given.name, lang)] = None
    return FollowedDefinitions(terms.with_names(names), frozenset(defining), tuple(definitions))


def _names_given(text: SectionText, defining: Set[int], is_list: bool) -> Iterator[NameGiven]:
    """Yield the names that a section gives, clause by clause: "X means ...", "... (hereinafter called X)".

    "X: ..." gives a name in a section of definitions, and where it hangs on a clause of those ``defining``.
    """
    folded, lang = text.folded.text, text.section.lang
    means, listed, called = _patterns(lang)
    for clause, (start, end) in enumerate(zip(text.starts, text.ends, strict=True)):
        match = means.match(folded, start, end)
        is_listed = is_list or text.hangs_on[clause] in defining
        if match is None and is_listed and clause != text.title:
            match = listed.match(folded, start, end)
        if match is not None:
            name = _plain(match["name"])
            if _is_name(name, lang):
                yield NameGiven(name, match.end(), min(end, match.end() + _HEAD))
        for match in called.finditer(folded, start, end):
            name = _plain(match["name"])
            if _is_name(name, lang):
                yield NameGiven(name, max(start, match.start() - _HEAD), match.start())


def _defined_in(text: SectionText, at: int, given: Sequence[NameGiven]) -> Iterator[Definition]:
    """Yield the names that a section gives, with all that is said of each: up to the next name, its items with it."""
    starts = sorted({name.start for name in given})
    for name in given:
        behind = next((start for start in starts if start > name.end), len(text.folded.text))
        clause = max((begin for begin in text.starts if begin <= behind - 1), default=behind)
        end = clause if name.start < clause and behind < len(text.folded.text) else behind
        yield Definition(" ".join(name.name.split()), Place(at, *text.in_section(name.start, max(end, name.end))))


def _plain(name: str) -> str:
    return re.sub(r"\s+", " ", name).strip(" '-")


def _is_name(name: str, lang: str) -> bool:
    least = 2 if lang == "zh" else 4
    return len(name) >= least and len(name.split()) <= _MOST_WORDS and _NAME.fullmatch(name) is not None


def _meant(terms: TermPositions, at: int, given: NameGiven) -> Iterator[str]:
    """Yield the terms that a name stands for, by the head of its definition."""
    lang = terms.texts[at].section.lang
    first = {
        term: min(
            (place.start for place in terms.find(at, term) if given.start <= place.start < given.end),
            default=given.end,
        )
        for term in (*_CHEMICALS, *_OTHERS)
    }

    def tells(*wanted: str) -> bool:
        return any(first[term] < given.end for term in wanted)

    def calls(*wanted: str) -> bool:
        return any(terms.says(lang, term, given.name) for term in wanted)

    if calls(*_DOING):
        return
    if calls("inspection"):
        if tells("opcw", "international_inspection"):
            yield "international_inspection"
        elif tells("authority"):
            yield "national_inspection"
        return
    ruled_out = min(first["negation"], first["persons"])
    if ((tells("chemicals") and not calls("scheduled")) or calls("chemicals")) and not calls(*_NO_CHEMICAL):
        yield from (
            chemical for chemical in _CHEMICALS if first[chemical] < min(ruled_out, given.end) and not calls(chemical)
        )
    elif tells("chemical_weapons") and first["chemical_weapons"] < ruled_out and not calls(*_NO_WEAPON):
        yield from () if tells(*_NO_WEAPON_OF) else ("chemical_weapons",)


def _pattern(name: str, lang: str) -> str:
    """Return a pattern of a name, in any number and case.

    >>> _pattern("agentes controlados", "es"), _pattern("контролируемые химикаты", "ru")
    ('agente~ controlado~', 'контролируем~ химикат~')
    """
    if lang == "zh":
        return name
    words = []
    for word in name.split():
        if len(word) < _SHORT_WORD:
            words.append(word)
        elif lang == "ru":
            words.append(f"{word[: max(_SHORT_WORD, len(word) - (2 if word[-1] in 'ейяюм' else 1))]}~")
        else:
            words.append(f"{word.rstrip('s') if lang in ('en', 'fr', 'es') else word}~")
    return " ".join(words)


_CHEMICALS = ("schedule_1", "schedule_2", "schedule_3", "scheduled", "discrete_organic")
_DOING = ("produce", "process", "consume", "import", "export", "transfer", "use", "declare", "licence", "records",
          "activity", "threshold", "mixture", "end_use_certificate", "quantity_limit", "information")  # fmt: skip
"""What a name may not say that stands for a chemical, a weapon or a person: it is something done, or a paper."""
_NO_CHEMICAL = ("toxic_chemical", "precursor", "chemical_weapons", "riot_control_agent", "facility", "annexed",
                "convention", "authority", "persons", "legal_person", "equipment_for_use")  # fmt: skip
_NO_WEAPON = ("chemical_weapons", "scheduled", "facility", "weapons_facility", "annexed", "convention",
              "convention_title", "authority", "organisation", "persons", "purposes_not_prohibited",
              "four_purposes")  # fmt: skip
_NO_WEAPON_OF = ("facility", "weapons_facility", "convention_title", "organisation", "toxic_chemical", "precursor",
                 "munitions", "equipment_for_use", "biological_weapons")  # fmt: skip
"""What a definition of a weapon may not say: it would be one of facilities, of what a weapon consists of, of a body."""
_OTHERS = ("chemicals", "chemical_weapons", "opcw", "international_inspection", "authority", "negation", "persons",
           *_NO_WEAPON_OF)  # fmt: skip
_HEAD = 90
"""Signs of a definition, or before a name in brackets, in which the thing has to be told."""
_MOST_WORDS, _SHORT_WORD = 5, 4
_NAME = re.compile(r"[\w' -]+")
_OPENS, _CLOSES = r"[«“„\"‟〝《「『‘']", r"[»”“\"〞》」』’']"
_ITEM = r"\W{0,3}(?:\(?\w{1,4}[).、]\s*){0,2}"


@cache
def _patterns(lang: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return what finds "X means ..." at the beginning of a clause, "X: ..." there, and "... (hereinafter X)" in it."""
    article = r"(?:(?:the|an?|les?|la|l'|el|los|las|der|die|das) ?)?"
    word = r"(?:(?:terms?|expressions?|words?|termes?|mots?|terminos?|expresion|begriff|термин\w*|por|par) )?"
    name = r"(?P<name>[^\n:;.,«»“”\"《》「」()（），。；：]{2,60}?)"
    begins = rf"{_ITEM}(?:本(?:条例|法|办法|规定|细则)所称的?)?{article}{word}{_OPENS}?{name}{_CLOSES}?"
    return (
        re.compile(f"{begins}{written('means')[lang]}"),
        re.compile(begins + written("listed").get(lang, r",?\s*[:-]\s")),
        re.compile(rf"{written('called')[lang]}(?:{article}){_OPENS}?{name}{_CLOSES}?\s*(?:[)）,.]|$)"),
    )
