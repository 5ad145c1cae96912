"""Figures that belong together: in one breath, lightly and badly hurt, here and there, some and others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from opencwc.language.whole_numbers import Number
from opencwc.reports.harm.lists import ANDS, COMMAS, STOPS, harm_pattern, listed
from opencwc.reports.harm.sentence import UNCOUNTED, Figure, HarmWord, Sentence


def said_in_one_breath(text: str, number: Number, numbers: Sequence[Number], lang: str) -> list[Number]:
    """Return the numbers to add to one: people, "and", people: "a baker, his wife and their two daughters"."""
    ordered = sorted({number, *numbers})
    links = [adjoins(text, one, other, lang) for one, other in pairwise(ordered)]
    at = ordered.index(number)
    start, end = at, at
    while start and links[start - 1]:
        start -= 1
    while end < len(links) and links[end]:
        end += 1
    while end > start and links[end - 1] == "," and lang != "zh":  # a list ends with "and"
        end -= 1
    return [other for other in ordered[start : end + 1] if other is not number] if start <= at <= end else []


_AGES = re.compile(
    r",?\s*(?:aged|ages|âgée?s?|de entre|de edades? entre|в возрасте)?\s*(?:de|d’|d'|from|от)?\s*\d+\s*"
    r"(?:to|à|y|a|et|and|-|–|до|и|و)?\s*\d*\s*(?:years?(?: old)?|ans|años|лет|عاما|سنة|岁),?"
)


def adjoins(text: str, first: Number, second: Number, lang: str) -> str:
    """Tell whether two numbers of people stand side by side: with "and" between, with a comma, or not (empty)."""
    if first.end > second.start or UNCOUNTED in (first.value, second.value) or first.rank or second.rank:
        return ""
    gap = _AGES.sub("", text[first.end : second.start])
    if lang == "ar" and text[second.start] == "و":
        gap += " و"
    if len(gap) > 40 or harm_pattern(lang).search(gap) or listed("part", lang).search(gap):
        return ""
    commas = re.findall("、", gap) if lang == "zh" else COMMAS.findall(gap)
    if len(STOPS.findall(gap)) > len(commas) or len(commas) > 1:
        return ""
    ands = list(ANDS[lang].finditer(gap))
    most = 7 if first.article and second.article else 4
    if (commas and ands) or (lang == "zh" and len(gap) > 8) or len(gap.split()) > most:
        return ""
    link = ands[-1].end() if ands else gap.find(commas[0]) + 1 if commas else -1
    if link < 0:
        return ""
    rest = listed("about", lang).sub("", gap[link:]).strip()
    if rest and not (second.article and " " not in rest) and not listed("possessive", lang).match(rest):
        return ""
    return "and" if ands else ","


def graver(text: str, number: Number, word: HarmWord, numbers: Sequence[Number], lang: str) -> list[Number]:
    """Return the number of those badly harmed to add to one of the lightly harmed: "23 lightly and four badly hurt"."""
    behind = text[number.end : max(word.end, number.end) + 25]
    light = listed("lightly", lang).search(behind)
    if word.harm != "affected" or light is None:
        return []
    following = [other for other in numbers if other.start >= number.end + light.end()][:1]
    near = [other for other in following if other.start - number.end - light.end() < 15]
    return [other for other in near if listed("state", lang).search(text[other.start : other.end + 25])]


def with_here_and_there(sentence: Sentence, figures: Sequence[Figure]) -> Iterator[Figure]:
    """Add up those who were harmed here and there: "four died on the spot and two in hospital"."""
    text, lang = sentence.text, sentence.lang
    here = [match.start() for match in listed("here", lang).finditer(text)]
    told = sorted(figures, key=lambda figure: figure.place)
    added: set[int] = set()
    for at, (first, second) in enumerate(pairwise(told)):
        stop = told[at + 2].place[0] if at + 2 < len(told) else len(text)
        one_is_here = any(first.place[0] <= start < stop for start in here)
        apart = any(figure.part or figure.by_others for figure in (first, second))
        if not one_is_here or apart or at in added:
            continue
        if set(first.spans) & set(second.spans):
            continue
        if first.harm != second.harm and not _dies_there(sentence, first, second):
            continue
        added.update((at, at + 1))
        yield first._replace(
            number=first.number + second.number,
            score=max(first.score, second.score) + 0.4,
            spans=first.spans + second.spans,
        )
    yield from (figure for at, figure in enumerate(told) if at not in added)


def with_others(sentence: Sentence, figures: Sequence[Figure]) -> Iterator[Figure]:
    """Add up some and others of whom one sentence tells: "six were treated there, three more taken to hospital"."""
    told = sorted(figures, key=lambda figure: figure.place)
    at = 0
    while at < len(told):
        figure = told[at]
        while at + 1 < len(told) and _are_others(sentence, figure, told[at + 1]):
            other = told[at + 1]
            figure = figure._replace(
                number=figure.number + other.number,
                score=figure.score + 0.4,
                spans=figure.spans + other.spans,
                place=(figure.place[0], other.place[1]),
            )
            at += 1
        yield figure
        at += 1


def _are_others(sentence: Sentence, some: Figure, more: Figure) -> bool:
    if some.harm != more.harm or some.number < 2 or more.number < 1 or not (some.spans and more.spans):
        return False
    if some.further or set(some.spans) & set(more.spans) or any(one.part or one.total for one in (some, more)):
        return False
    counted = more.spans[0]
    if sentence.start > counted.start or some.spans[0] >= counted:
        return False
    text, lang = sentence.text, sentence.lang
    start, end = sentence.places_of(counted)
    said = sentence.places_of(more.spans[-1])
    if said[1] <= start and STOPS.search(text[said[1] : start]):
        return False  # told of some, not of the others
    before, behind = text[max(0, start - 20) : start].rstrip(), text[end : end + 30].lstrip()
    if listed("known_ones", lang).search(before) or (lang == "ar" and text.startswith("ال", start)):
        return False  # the others of those told before
    return bool(listed("others_before", lang).search(before) or listed("others_behind", lang).match(behind))


def _dies_there(sentence: Sentence, first: Figure, second: Figure) -> bool:
    """Tell whether the second of two figures is of dead, though only the first has a word that says so."""
    between = sentence.text[first.place[1] : second.place[1]]
    plain = between.split()
    return first.harm == "killed" and len(plain) <= 9 and bool(listed("there", sentence.lang).search(between))
