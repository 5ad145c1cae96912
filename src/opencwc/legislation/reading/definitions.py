"""Definitions followed: what a law calls a thing by a name of its own means that thing wherever the name stands.

"“Controlled agents” means toxic chemicals listed in Schedule 1": from then on the law speaks of Schedule 1 where it
says "controlled agents". Only names are followed whose definition says at its head that they are one of a few things
that measures speak of; "“production” means the forming of a scheduled chemical" makes production no chemical.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from functools import cache
from typing import NamedTuple

from opencwc.legislation.reading.section_text import ReadSection
from opencwc.legislation.reading.term_positions import Places


class Named(NamedTuple):
    """A name that a law gives: the name in folded text, the clause, and where in it the thing is told."""

    name: str
    clause: int
    start: int
    end: int


def follow(places: Places) -> None:
    """Let the terms of a law stand wherever the names stand that it gives to them."""
    found: dict[tuple[str, str], list[str]] = {}
    for at, read in enumerate(places.read):
        lang = read.section.lang
        if lang not in _MEANS or not places.knows(lang):
            continue
        for named in _named(read, {clause for *_, clause in places.raw(at, "defined")}):
            for term in _meant(places, at, named):
                found.setdefault((lang, term), []).append(_pattern(named.name, lang))
    for (lang, term), patterns in found.items():
        places.learn(lang, term, dict.fromkeys(patterns))


def _named(read: ReadSection, defining: Set[int]) -> Iterator[Named]:
    """Yield the names that a section gives, clause by clause: "X means ...", "... (hereinafter called X)".

    "X: ..." gives one in a section of definitions, and where it hangs on a clause of those ``defining``.
    """
    text, lang = read.folded.text, read.section.lang
    means, listed, called = _patterns(lang)
    for clause, (start, end) in enumerate(zip(read.starts, read.ends, strict=True)):
        found = means.match(text, start, end)
        is_listed = read.defines or read.title in defining or read.hangs_on[clause] in defining
        if found is None and is_listed and clause != read.title:
            found = listed.match(text, start, end)
        if found is not None:
            name = _plain(found["name"])
            if _is_name(name, lang):
                yield Named(name, clause, found.end(), min(end, found.end() + _HEAD))
        for found in called.finditer(text, start, end):
            name = _plain(found["name"])
            if _is_name(name, lang):
                yield Named(name, clause, max(start, found.start() - _HEAD), found.start())


def _plain(name: str) -> str:
    return re.sub(r"\s+", " ", name).strip(" '-")


def _is_name(name: str, lang: str) -> bool:
    least = 2 if lang == "zh" else 4
    return len(name) >= least and len(name.split()) <= _MOST_WORDS and _NAME.fullmatch(name) is not None


def _meant(places: Places, at: int, named: Named) -> Iterator[str]:
    """Yield the terms that a name stands for, by the head of its definition."""
    lang = places.read[at].section.lang
    told = {
        term: min((one for one, *_ in places.raw(at, term) if named.start <= one < named.end), default=named.end)
        for term in (*_CHEMICALS, *_OTHERS)
    }

    def tells(*terms: str) -> bool:
        return any(told[term] < named.end for term in terms)

    def calls(*terms: str) -> bool:
        return any(places.says(lang, term, named.name) for term in terms)

    if calls(*_DOING):
        return
    if calls("inspection"):
        if tells("opcw", "international_inspection"):
            yield "international_inspection"
        elif tells("authority"):
            yield "national_inspection"
        return
    ruled_out = min(told["negation"], told["persons"])
    if ((tells("chemicals") and not calls("scheduled")) or calls("chemicals")) and not calls(*_NO_CHEMICAL):
        yield from (
            chemical for chemical in _CHEMICALS if told[chemical] < min(ruled_out, named.end) and not calls(chemical)
        )
    elif tells("chemical_weapons") and told["chemical_weapons"] < ruled_out and not calls(*_NO_WEAPON):
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
_MEANS = {
    "en": r"(?:,? in relation to [^,]{1,40},)?,? ?(?:means|shall mean|is defined as) ",
    "fr": r",? ?(?:designent?|s'entend(?:ent)?|signifient?|on entend|est defini\w*) ",
    "es": r",? ?(?:se entiende(?:n|ra|ran)?|significan?|designan?|se define\w*) ",
    "de": r",? ?(?:bedeutet|bezeichnet) ",
    "ru": r",? ?(?:- это|означа\w+|понима\w+) ",
    "zh": r"[，,]?(?:是指|系指|(?<!所)指(?!定|派|导|示|令))",
    "ar": r" ?(?:يقصد به\w*|تعني|يعني) ?",
}
"""What joins a name to its definition, in folded text."""
_LISTED = {"zh": r"[:：]", "ar": r" ?[:-] ?"}
"""What joins them, beside these, in a list of definitions; elsewhere a colon or a dash."""
_CALLED = {
    "en": r"\((?:hereinafter|hereafter|in this \w+)[^)\n]{0,40}?",
    "fr": r"[(,] ?ci-apres[^)\n]{0,30}?",
    "es": r"[(,] ?(?:en adelante|en lo sucesivo)[^)\n]{0,30}?",
    "de": r"\((?:im folgenden|nachfolgend|nachstehend)[^)\n]{0,20}?",
    "ru": r"\(далее(?: по тексту)? ?[-:,]? ?(?:именуем\w+ )?",
    "zh": r"[（(](?:以下|下)(?:简)?称",
    "ar": r"(?:ويشار الي\w+|المشار الي\w+|يشار الي\w+|وتسمي|ويسمي)[^.\n]{0,30}?",
}
"""What a name in brackets begins with."""


@cache
def _patterns(lang: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return what finds "X means ..." at the beginning of a clause, "X: ..." there, and "... (hereinafter X)" in it."""
    article = r"(?:(?:the|an?|les?|la|l'|el|los|las|der|die|das) ?)?"
    word = r"(?:(?:terms?|expressions?|words?|termes?|mots?|terminos?|expresion|begriff|термин\w*|por|par) )?"
    name = r"(?P<name>[^\n:;.,«»“”\"《》「」()（），。；：]{2,60}?)"
    begins = rf"{_ITEM}(?:本(?:条例|法|办法|规定|细则)所称的?)?{article}{word}{_OPENS}?{name}{_CLOSES}?"
    spaced = _MEANS[lang].replace(" ", r"\s").replace(r"\s?", r"\s*")
    return (
        re.compile(f"{begins}{spaced}"),
        re.compile(begins + _LISTED.get(lang, r",?\s*[:-]\s")),
        re.compile(rf"{_CALLED[lang]}(?:{article}){_OPENS}?{name}{_CLOSES}?\s*(?:[)）,.]|$)"),
    )
