"""Which word of harm a number of people belongs to: the nearest, as the grammar of a sentence counts it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from opencwc.language.whole_numbers import Number
from opencwc.reports.harm.added import adjoins
from opencwc.reports.harm.lists import ANDS, COMMAS, STOPS, listed
from opencwc.reports.harm.people import is_agent, is_one, is_one_of
from opencwc.reports.harm.sentence import UNCOUNTED, HarmWord, Sentence

_FARTHEST = {"people": 14.0, "bare": 10.0, "other": 8.0}
"""How far a number may stand from its word of harm: where people are counted, nothing is named, something else is."""


_WIDE = 8.0
"""So many words count in full that stand between a number and its word of harm; of more, one in five."""


def joined_to_harm(
    sentence: Sentence, numbers: Sequence[Number], words: Sequence[HarmWord]
) -> list[tuple[Number, HarmWord]]:
    """Join each number to a word of harm, the nearest pairs first."""
    parts: list[Number] = []
    wholes: list[Number] = []
    for number in numbers:
        told = any(other.value != UNCOUNTED and other.end <= number.start for other in numbers)
        (parts if told and is_part(sentence, number, words, numbers) else wholes).append(number)
    joined = _nearest(sentence, wholes, words, words, numbers)
    free = [word for word in words if all(word is not other for _, other in joined)]
    dead = [word for word in words if word.harm == "killed"]
    if len(numbers) == 1 and numbers[0].article and dead and listed("one_died", sentence.lang).search(sentence.text):
        return [(numbers[0], dead[0])]
    joined = [_with_the_one_before(sentence, pair, joined) for pair in joined]
    return sorted([*joined, *_nearest(sentence, parts, [*free, *dead], words, numbers)])


def _with_the_one_before(
    sentence: Sentence, pair: tuple[Number, HarmWord], joined: Sequence[tuple[Number, HarmWord]]
) -> tuple[Number, HarmWord]:
    """Give a number that "and" joins to another one that one's word of harm, where its own stands behind it."""
    number, word = pair
    for first, own in joined:
        between = number.end <= own.start < word.start
        if between and first.end <= number.start and adjoins(sentence.text, first, number, sentence.lang) == "and":
            return number, own
    return pair


def _nearest(
    sentence: Sentence,
    some: Sequence[Number],
    open_to: Sequence[HarmWord],
    words: Sequence[HarmWord],
    numbers: Sequence[Number],
) -> list[tuple[Number, HarmWord]]:
    """Join some of the numbers to the words that are open to them."""
    pairs: list[tuple[float, Number, HarmWord]] = []
    for number in some:
        limit = _limit(sentence, number)
        costs = [(_cost(sentence, number, word, numbers, words), number, word) for word in open_to]
        pairs.extend(pair for pair in costs if pair[0] <= limit)
    free_numbers, free_words, joined = set(some), set(open_to), []
    for _, number, word in sorted(pairs):
        if number in free_numbers and word in free_words:
            free_numbers.discard(number)
            free_words.discard(word)
            joined.append((number, word))
    return joined


def _cost(
    sentence: Sentence, number: Number, word: HarmWord, numbers: Sequence[Number], words: Sequence[HarmWord]
) -> float:
    """Return how far a number and a word of harm stand apart: words between them, and more for what divides them."""
    ahead = number.end <= word.start
    if ahead and word.behind:
        return 99.0
    if word.start < number.end and number.start < word.end:
        return 0.0  # one word that says both: "an injured man"
    start, end = (number.end, word.start) if ahead else (word.end, number.start)
    gap = sentence.text[start:end]
    if not ahead and sentence.lang == "zh" and _CHINESE_COUNT.fullmatch(gap):
        return 0.0
    aside = _aside(gap, sentence.lang) if ahead else None
    if aside:
        inside = range(start + aside[0], start + aside[1])
        gap = gap[: aside[0]] + gap[aside[1] :]
        numbers = [other for other in numbers if other.start not in inside]
        words = [other for other in words if other.start not in inside]
    clauses = 6.0 * bool(listed("though", sentence.lang).search(gap)) + 0.5 * bool(aside)
    clauses += 12.0 * (not ahead and not word.behind and re.search("[;；؛]", gap) is not None)
    if sentence.lang == "ar" and not word.behind:
        clauses += _arabic_clauses(sentence, number, word, gap)
    if not ahead:
        gap = listed("about", sentence.lang).sub("", gap)
    people = listed("people", sentence.lang).match(gap.lstrip()) if ahead else None
    length = len(gap) / 3 if sentence.lang == "zh" else len(gap.split())
    cost = (
        min(length, _WIDE + (length - _WIDE) / 5)
        - (1.0 if people and sentence.lang != "zh" else 0.0)
        + (0.0 if ahead or word.behind else 0.4)
    )
    cost += (
        2.5 * len(STOPS.findall(gap))
        - 1.5 * len(COMMAS.findall(gap))
        + (1.5 if ahead or sentence.lang == "zh" else 3.0) * len(ANDS[sentence.lang].findall(gap))
    )
    cost += 2.0 * len(re.findall(r"[;；؛]", gap)) + clauses
    if number.article and not ahead and not word.behind and not _is_named(sentence, number):
        cost += 5.0
    cost += 2.5 * sum(start <= other.start < end for other in numbers if other is not number)
    return cost + 2.0 * sum(start <= other.start < end for other in words if other is not word)


_AND_THEY = re.compile("و(?!فا|في|عي|عك|ذم|رم|جع)")
"""An Arabic "and" in front of a word, and no word that begins with that letter."""


def _arabic_clauses(sentence: Sentence, number: Number, word: HarmWord, gap: str) -> float:
    """Return what speaks against an Arabic pair: "and" begins the other half, or a verb with "and" stands between."""
    if number.end <= word.start:
        return 2.0 * (_AND_THEY.match(sentence.text, word.start) is not None)
    if sentence.text[number.start] == "و":
        return 1.5
    last = listed("about", "ar").sub("", gap).split()[-1:]
    return 8.0 * bool(last and last[0].startswith("و") and len(last[0]) > 3)


def _is_named(sentence: Sentence, number: Number) -> bool:
    """Tell whether a word of the list for one person stands at an article or soon behind it."""
    clause = STOPS.split(sentence.text[number.start : number.end + 30])[0]
    return listed("one_person", sentence.lang).search(clause) is not None


def _aside(gap: str, lang: str) -> tuple[int, int] | None:
    """Return the place of what is told of a part, between commas: "eight people, two of them rescuers, were hurt"."""
    part = listed("part", lang).search(gap) or re.search(r"(?<=,) (?:not|et non|y no|а не|وليس|而非|而不是) ", gap)
    if part is None:
        return None
    start = max((comma.start() for comma in COMMAS.finditer(gap, 0, part.end())), default=part.start())
    end = COMMAS.search(gap, part.end())
    return (start, end.end()) if end else None


_CHINESE_COUNT = re.compile(r"(?:的)?(?:人数|总数|者|人员)[^，。；、]{0,8}(?:至|为|达|到|过|逾|有|共|是)?")


def _limit(sentence: Sentence, number: Number) -> float:
    """Return how far from a number its word of harm may stand: far, where people are counted by name."""
    text, lang = sentence.text, sentence.lang
    behind = text[number.end : number.end + 40]
    if any(listed(name, lang).match(text, number.start) for name in ("two_people", "one_person")):
        return _FARTHEST["people"]
    if number.article and (is_one_of(behind, lang) or listed("age", lang).fullmatch(text, number.start, number.end)):
        return _FARTHEST["people"]
    if number.article and not is_one(behind, lang):
        return 8.0 if listed("victim", lang).match(text, number.start) else 3.0
    before = text[max(0, number.start - 12) : number.start]
    if lang == "zh" or is_up_to(before, lang) or _is_of_people(before, behind, lang):
        return _FARTHEST["people"]
    return _FARTHEST["other" if re.match(r" [^\W\d_]", behind) else "bare"]


def _is_of_people(before: str, behind: str, lang: str) -> bool:
    """Tell whether people are named beside a number, or it is said of how many it is."""
    people, words = listed("people", lang), before.split()
    if listed("of", lang).match(behind.lstrip()) or people.match(behind.lstrip()) or is_agent(behind, lang):
        return True
    return bool(words) and people.fullmatch(words[-1]) is not None


def carried(sentence: Sentence, free: Sequence[Number], words: Sequence[HarmWord]) -> Iterator[tuple[Number, HarmWord]]:
    """Join a number that says how far it rose or fell to the word of harm before it: "died; the toll stands at 17"."""
    for number in free:
        before = sentence.text[max(0, number.start - 40) : number.start]
        told = [word for word in words if word.end <= number.start and word.harm != "neither"]
        rises = is_up_to(before, sentence.lang) and listed("total", sentence.lang).search(before)
        if told and rises and not number.article:
            counted = [match.end() for match in listed("total", sentence.lang).finditer(sentence.text, 0, number.start)]
            named = [word for word in told if counted and word.start >= counted[0]]
            yield number, (named or told[-1:])[0]


def is_up_to(before: str, lang: str) -> bool:
    """Tell whether a number is what something rose or fell to."""
    plain = before.rstrip()
    return any(match.end() == len(plain) for match in listed("up_to", lang).finditer(plain))


def is_part(sentence: Sentence, number: Number, words: Sequence[HarmWord], numbers: Sequence[Number]) -> bool:
    """Tell whether a number is a part of one told before: "of whom two", "mostly workers and two firemen"."""
    lang, text = sentence.lang, sentence.text
    last = max((other.end for other in numbers if other.end <= number.start), default=max(0, number.start - 14))
    before = text[max(last, number.start - 40) : number.start]
    following = min((other.start for other in numbers if other.start >= number.end), default=len(text))
    if following < len(text) and listed("of", lang).fullmatch(text[number.end : following].strip()):
        return True
    behind = text[number.end : min(following, number.end + (12 if lang == "zh" else 40))].lstrip()
    parts = list(listed("part", lang).finditer(before))
    if (parts and not _is_over(before[parts[-1].end() :], lang)) or listed("part", lang).match(behind):
        return True
    harmed = any(word.harm == "affected" and word.end <= number.start for word in words)
    return harmed and bool(listed("state", lang).search(STOPS.split(behind)[0] + before[-12:]))


def _is_over(gap: str, lang: str) -> bool:
    """Tell whether what is told of a part has ended: "seven died, among them the bride, and 52 ..."."""
    comma = COMMAS.search(gap, 1)
    return comma is not None and bool(ANDS[lang].search(gap, comma.end()))


def shares_fate(other: Number, number: Number, word: HarmWord, joined: Sequence[tuple[Number, HarmWord]]) -> bool:
    """Tell whether the same may be told of another number: it has no word of its own, or only one farther off."""
    own = next((one for joined_to, one in joined if joined_to == other), word)
    farther = own.harm == "neither" and own.start > word.start >= max(other.end, number.end)
    return own.harm == word.harm or farther


def with_harm_behind(
    sentence: Sentence,
    pair: tuple[Number, HarmWord],
    numbers: Sequence[Number],
    words: Sequence[HarmWord],
    joined: Sequence[tuple[Number, HarmWord]],
) -> tuple[Number, HarmWord]:
    """Join a number to the harm told behind what else befell them: "three were evacuated with burns"."""
    number, word = pair
    looked_at = listed("looked_at", sentence.lang).fullmatch(sentence.text, word.start, word.end)
    if word.harm != "neither" or (word.start < number.end and not looked_at and sentence.lang != "ar"):
        return pair
    start = max(word.end, number.end)
    for other in words:
        if other.start > start and other.harm != "neither" and not other.behind:
            gap = sentence.text[start : other.start]
            taken = any(other is one for _, one in joined) or any(start <= one.start < other.start for one in numbers)
            near = len(gap) <= 8 if sentence.lang == "zh" else len(gap.split()) <= 5
            if looked_at and not any(other is one for _, one in joined):
                return number, other
            plain = listed("but", sentence.lang).sub("", gap)
            if near and not taken and len(STOPS.findall(gap)) <= 1 and not ANDS[sentence.lang].search(plain):
                return number, other
            break
    return pair
