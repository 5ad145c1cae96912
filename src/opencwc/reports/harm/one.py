"""One person, told of without a number: by a verb in the singular, or an Arabic verb with one noun."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from opencwc.language.whole_numbers import find_numbers
from opencwc.reports.harm.lists import STOPS, listed
from opencwc.reports.harm.sentence import Figure, HarmWord, Sentence


def ones_harmed(sentence: Sentence, free: Sequence[HarmWord]) -> Iterator[Figure]:
    """Give one person for a verb in the singular that no number belongs to: "the foreman was overcome"."""
    told = [word for word in free if word.harm != "neither" and _is_of_one(sentence, word)]
    killed = any(word.harm == "killed" for word in told)
    for word in told:
        if word.harm == "affected" and killed:  # the same one: "he collapsed and died"
            continue
        further = is_further(sentence, word.start, word.end)
        score = sentence.score - 1.0 - 1.5 * further
        place = (sentence.span(word.start, word.end),)
        span = (word.start, word.end)
        yield Figure(word.harm, 1, score, place, at=sentence.at_or_title, further=further, place=span)


def lives_lost(sentence: Sentence) -> Iterator[Figure]:
    """Give one for an expression by which one person died: "cost the foreman his life", "the death of a sweep"."""
    text, lang = sentence.text, sentence.lang
    for match in listed("one_killed", lang).finditer(text):
        before = text[max(0, match.start() - 20) : match.start()].rstrip()
        counted = find_numbers(match[0], lang)
        if any(not number.article for number in counted) or _ends_with(before, "no_one_killed", lang):
            continue
        span = (match.start(), match.end())
        yield Figure("killed", 1, sentence.score - 1.0, (sentence.span(*span),), at=sentence.at_or_title, place=span)


def _ends_with(before: str, name: str, lang: str) -> bool:
    return any(match.end() == len(before) for match in listed(name, lang).finditer(before))


def in_turn(sentence: Sentence, words: Sequence[HarmWord], figures: Sequence[Figure]) -> Iterator[Figure]:
    """Add up those told of one after another: "one was killed, another lost an eye and a third broke his leg"."""
    subjects = [match.span() for match in listed("in_turn", sentence.lang).finditer(sentence.text)]
    ends = [*(start for start, _ in subjects), len(sentence.text)][1:]
    places = []
    for (_, start), end in zip(subjects, ends, strict=True):
        stop = _SENTENCE_PART.search(sentence.text, start, end)
        last = stop.start() if stop else end
        numbers = [number for number in find_numbers(sentence.text[start:last], sentence.lang) if not number.article]
        last = start + numbers[0].start if numbers else last
        first = next((word for word in words if start <= word.start < last and word.harm != "neither"), None)
        if first and first.harm == "affected" and _is_said_of(sentence, start, first.start):
            places.append((start, last, first))
    inside = [(start, last) for start, last, _ in places]
    alone = [
        figure
        for figure in figures
        if figure.harm == "affected" and not any(start - 20 <= figure.place[0] < last for start, last in inside)
    ]
    if places and all(figure.number == 1 for figure in alone):
        spans = tuple(sentence.span(word.start, word.end) for _, _, word in places)
        number = len(places) + len(alone)
        yield Figure("affected", number, sentence.score - 0.3, spans, at=sentence.at_or_title, place=places[0][:2])


def _is_said_of(sentence: Sentence, start: int, end: int) -> bool:
    """Tell whether a word of harm stands soon enough behind, with no thing between."""
    words = re.findall(r"\w+", sentence.text[start:end])
    near = len(sentence.text[start:end]) <= 12 if sentence.lang == "zh" else len(words) <= 6
    return near and not any(listed("things", sentence.lang).fullmatch(word) for word in words)


_SENTENCE_PART = re.compile(r"[;:.!?；：。؛]")


def _is_of_one(sentence: Sentence, word: HarmWord) -> bool:
    """Tell whether a word of harm is said of one person, by its own form or by what stands before it."""
    text, lang = sentence.text, sentence.lang
    if lang == "ar":
        return _strikes_one(text, word)
    if lang == "zh":
        return _is_of_one_in_chinese(text, word)
    if word.behind or listed("of_things", lang).match(text, word.start):
        return False
    before, behind = text[max(0, word.start - 60) : word.start], text[word.end : word.end + 20]
    verb = listed("one_verb", lang).fullmatch(text[word.start : word.end])
    led = listed("one_before", lang).search(before)
    if verb and not led and lang == "en":
        led = verb = _SUBJECT.search(before)
    if not (verb or led):
        return False
    near = [*re.findall(r"[^\W\d_]+", before)[-3:], *re.findall(r"[^\W\d_]+", STOPS.split(behind)[0])[:3]]
    return not any(listed("things", lang).fullmatch(one) or listed("many", lang).fullmatch(one) for one in near)


def _is_of_one_in_chinese(text: str, word: HarmWord) -> bool:
    numbers = [number for number in find_numbers(text, "zh") if not number.rank]
    told = [
        number
        for number in numbers
        if not _CHINESE_TIME.match(text, number.end) and text[number.start - 1 : number.start] not in ("周", "期")
    ]
    start = max(0, text.rfind("，", 0, word.start) + 1, word.start - 19) if told else 0
    counted = any(start <= number.start < word.start for number in told)
    named = (found for name in _ONES for found in listed(name, "zh").finditer(text, start, word.start))
    return not counted and any(not _SAYS.match(text, found.end()) for found in named)


_ONES = ("one_person", "one_at_work")


_SAYS = re.compile("[^，。]{0,4}(?:称|说|表示|透露|告诉|指出|认为)")


_CHINESE_TIME = re.compile("岁|[年月日号时点分]")


_SUBJECT = re.compile(
    r"(?:\b(?:he|she|who)|\b(?:an?|the|his|her|my|our)(?: [\w'’-]+){0,3} [\w'’-]*(?:[^s\W]|ss))"
    r"(?: (?:has|had|later|then|also|reportedly|since))*\s*$"
)
"""One person before a verb that has one form for one and for many."""


_NOUN = re.compile(r"\s+(?P<definite>ال)?(?P<noun>[^\W\d_]+)")


def _strikes_one(text: str, word: HarmWord) -> bool:
    """Tell whether the noun behind an Arabic verb, which is in the singular before any noun, is of one person."""
    found = _NOUN.match(text, word.end)
    if not word.behind or found is None or not listed("one_behind", "ar").fullmatch(text[word.start : word.end]):
        return False
    noun = found["noun"]
    if found["definite"]:
        return any(listed("one_person", "ar").fullmatch(one) for one in (noun, noun + "ا"))
    plain = not noun.endswith(("ون", "ين", "ان", "ات")) or noun.endswith("انسان")
    known = any(listed(name, "ar").fullmatch(noun) for name in ("things", "many", "uncounted", "part"))
    return plain and not known and len(noun) > 2 and not find_numbers(noun, "ar")


def is_further(sentence: Sentence, start: int, end: int) -> bool:
    """Tell whether somebody is put to those told before: "also", "too"."""
    text, lang = sentence.text, sentence.lang
    wide = 8 if lang == "zh" else 30
    before = re.split(r"[;:.!?。；：]", text[max(0, start - wide) : start])[-1]
    behind = STOPS.split(text[end : end + wide // 2])[0]
    return bool(listed("also", lang).search(before + text[start:end] + behind))
