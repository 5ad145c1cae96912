"""Every number of people that a report may mean by its dead or its harmed, each with signs of what it is.

Better too many than too few: what a number is of, a learned model says (`opencwc.reports.figure_model`).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from opencwc.language.whole_numbers import Number, find_numbers
from opencwc.reports.harm.lists import ANDS, STOPS, harm_pattern, listed
from opencwc.reports.harm.people import is_agent, people_in
from opencwc.reports.harm.sentence import UNCOUNTED, Figure, HarmWord, Sentence
from opencwc.reports.harm.words import harms_in
from opencwc.reports.model import Casualties, Nature, Span

Signs = dict[str, float]

_FAR = 30.0
"""Stands for "no such word"."""
_MOST = 12
"""How many numbers of one sentence become candidates."""
_WIDE = {"zh": 14}
_BEFORE = (
    "earlier", "elsewhere", "further", "total", "part", "from", "up_to", "about", "not_this", "lesser", "out_of",
    "negation", "claims", "definite", "only",
)  # fmt: skip
_BEHIND = ("part", "of", "earlier", "state", "further", "lightly", "the_rest", "precaution", "there", "mistaken")
_AROUND = ("exercise", "elsewhere", "earlier", "lesser", "claims", "this_time", "mistaken", "untrue", "nobody")
_MADE = ("sum", "word", "ruled", "one_by_rank")
"""Mentions that no number of the text is."""
_HARMS = ("killed", "affected", "neither")


class Told(NamedTuple):
    """What the rules read in one sentence: its figures, and whether its numbers are dates."""

    sentence: Sentence
    figures: tuple[Figure, ...]
    is_date: Callable[[Number], bool]


class Candidate(NamedTuple):
    """A number that may be a figure of the report, its place, and the signs that speak for or against it."""

    value: int
    spans: tuple[Span, ...]
    signs: Signs


class _Mention(NamedTuple):
    """A number of people in a sentence; ``how`` it is told: by figures, in words, as one person, as nobody ..."""

    start: int
    end: int
    value: int
    how: str
    further: int = 0
    """How many numbers it adds up, less one."""
    last: int = 0
    """Where the last number of a sum ends."""


class _Word(NamedTuple):
    start: int
    end: int
    harm: str
    behind: bool
    kept: bool


class _Scene(NamedTuple):
    """A sentence with its mentions and its words of harm."""

    told: Told
    mentions: list[_Mention]
    words: list[_Word]
    around: Signs


def candidates_of(told: Sequence[Told], answer: Casualties, nature: Nature, *, drill: bool) -> list[Candidate]:
    """Return the candidates of a report, the first one the figure that is not told."""
    scenes = [_scene(one) for one in told]
    of_report = _of_report(scenes, answer, nature, drill=drill)
    found = [Candidate(UNCOUNTED, (), {"none": 1.0, **_none(scenes), **of_report})]
    values = Counter(mention.value for scene in scenes for mention in scene.mentions if mention.how not in _MADE)
    titles = {mention.value for scene in scenes if scene.told.sentence.is_title for mention in scene.mentions}
    most = max((mention.value for scene in scenes for mention in scene.mentions if mention.how not in _MADE), default=0)
    vague, counted = False, 0
    for at, scene in enumerate(scenes):
        for mention in scene.mentions:
            if mention.value == UNCOUNTED:
                continue
            signs = {
                **_signs(scene, mention),
                **scene.around,
                **of_report,
                "sentence": float(at),
                "same": float(values[mention.value] - (mention.how not in _MADE)),
                "in_title": float(mention.value in titles),
                "is_most": float(mention.value >= most),
                "adds_up": float(_adds_up(mention.value, values)),
                "is_killed_answer": float(mention.value == answer.killed.number),
                "is_affected_answer": float(mention.value == answer.affected.number),
            }
            if at + 1 < len(scenes):
                signs |= _of_all(scenes[at + 1])
            signs["vague_told"] = float(vague)
            signs["more_before"] = float(counted > mention.value)
            spans = _spans(scene, mention)
            found.append(Candidate(mention.value, spans, signs))
        vague = vague or (_is_vague(scene))
        counted = max([counted, *(figure.number for figure in scene.told.figures)])
    found.extend(_answers(found, answer, of_report))
    if all(one.value for one in found):
        found.append(Candidate(0, (), {"zero_unsaid": 1.0, **_none(scenes), **of_report}))
    return found


def _is_vague(scene: _Scene) -> bool:
    """Tell whether a sentence says of many that they were harmed, and not how many."""
    harmed = any(word.harm != "neither" for word in scene.words)
    return harmed and any(mention.value == UNCOUNTED for mention in scene.mentions)


def _of_all(following: _Scene) -> Signs:
    """Return what the next sentence says of all those told before it."""
    sentence = following.told.sentence
    if not listed("all_of_them", sentence.lang).match(sentence.text.lstrip()):
        return {}
    return {f"all_{word.harm}": 1.0 for word in following.words}


def _answers(found: Sequence[Candidate], answer: Casualties, of_report: Signs) -> Iterator[Candidate]:
    """Give what the rules answer, where no candidate has that value: a sum over sentences, or what is left of one."""
    for count in answer:
        if count.number is not None and all(one.value != count.number for one in found):
            yield Candidate(
                count.number,
                count.spans,
                {
                    **of_report,
                    "how_answer": 1.0,
                    "is_killed_answer": float(count.number == answer.killed.number),
                    "is_affected_answer": float(count.number == answer.affected.number),
                },
            )


def _adds_up(value: int, values: Mapping[int, int]) -> bool:
    """Tell whether two other numbers make this one."""
    parts = [one for one in values if 0 < one < value]
    return any(value - one in values and (value != 2 * one or values[one] > 1) for one in parts)


def _spans(scene: _Scene, mention: _Mention) -> tuple[Span, ...]:
    sentence = scene.told.sentence
    spans = [sentence.span(mention.start, mention.end)]
    near = [word for word in scene.words if word.harm != "neither"]
    if near and mention.how not in ("nobody", "word"):
        word = min(near, key=lambda one: (max(mention.start - one.end, one.start - mention.end), one.start))
        spans.append(sentence.span(word.start, word.end))
    return tuple(spans)


def _of_report(scenes: Sequence[_Scene], answer: Casualties, nature: Nature, *, drill: bool) -> Signs:
    figures = [figure for scene in scenes for figure in scene.told.figures if figure.number]
    return {
        f"kind_{nature.kind}": 1.0,
        f"stage_{nature.stage}": 1.0,
        f"stance_{nature.stance}": 1.0,
        "drill": float(drill),
        "no_killed_answer": float(answer.killed.number is None),
        "no_affected_answer": float(answer.affected.number is None),
        "best_killed": max((one.score for one in figures if one.harm == "killed"), default=-9.0),
        "best_affected": max((one.score for one in figures if one.harm == "affected"), default=-9.0),
    }


def _none(scenes: Sequence[_Scene]) -> Signs:
    words = Counter(word.harm for scene in scenes for word in scene.words)
    vague = sum(
        any(word.harm == "affected" for word in scene.words)
        for scene in scenes
        for mention in scene.mentions
        if mention.value == UNCOUNTED
    )
    return {f"words_{harm}": float(words[harm]) for harm in _HARMS} | {"vague": float(vague)}


def _scene(told: Told) -> _Scene:
    sentence = told.sentence
    text, lang = sentence.text, sentence.lang
    kept = harms_in(sentence)
    words = _words(text, lang, kept)
    mentions = _mentions(told, kept, words)
    around = {}
    if mentions:
        around = {f"around_{name}": float(bool(listed(name, lang).search(text))) for name in _AROUND}
        around |= {
            "around_ago": float(bool(listed("ago", lang).search(text))),
            "is_title": float(sentence.is_title),
            "of_other": float(sentence.of_other),
            "exercise_near": float(bool(listed("exercise", lang).search(sentence.drill))),
        }
    return _Scene(told, mentions, words, around)


def _words(text: str, lang: str, kept: Sequence[HarmWord]) -> list[_Word]:
    """Return all words of harm, with those that the rules leave out as ones that tell no harm."""
    places = {word.start: word for word in kept}
    found = []
    for match in harm_pattern(lang).finditer(text):
        name = match.lastgroup or "neither"
        word = places.get(match.start())
        harm = word.harm if word else name.partition("_")[0]
        found.append(_Word(match.start(), match.end(), harm, name.endswith("_behind"), word is not None))
    return found[:30]


def _mentions(told: Told, kept: Sequence[HarmWord], words: Sequence[_Word]) -> list[_Mention]:
    sentence = told.sentence
    text, lang = sentence.text, sentence.lang
    people = [number for number in people_in(sentence, kept) if not told.is_date(number)]
    found = {(number.start, number.end): _mention(number, text) for number in people}
    for number in find_numbers(text, lang):
        free = not any(number.start < end and start < number.end for start, end in found)
        if free and not told.is_date(number) and (not number.article or lang != "zh"):
            how = "article" if number.article else "order" if number.rank else "thing"
            found[number.start, number.end] = _mention(number, text, how)
    mentions = sorted(found.values())[:_MOST]
    mentions += [one._replace(value=1, how="one_by_rank") for one in mentions if one.how in ("rank", "order")]
    sums = list(
        _sums(
            text,
            lang,
            [one for one in mentions if one.how not in ("thing", "article", "vague", "order", "one_by_rank")],
        )
    )
    mentions += sums
    mentions += _of_rules(sentence, told.figures, mentions)
    mentions += _alone(words, mentions)
    return mentions


def _mention(number: Number, text: str, how: str = "") -> _Mention:
    if not how:
        digit = any(sign.isdecimal() for sign in text[number.start : number.end])
        how = "rank" if number.rank else "one" if number.article else "digits" if digit else "words"
        how = "vague" if number.value == UNCOUNTED else how
    return _Mention(number.start, number.end, number.value, how)


def _sums(text: str, lang: str, mentions: Sequence[_Mention]) -> Iterator[_Mention]:
    """Give the sums of numbers that stand beside each other: "a father and his two sons"."""
    some = [one for one in mentions if one.value > 0 and one.how != "rank"]
    for first, one in enumerate(some):
        total, last = one.value, one
        for further, other in enumerate(some[first + 1 : first + 4], 1):
            gap = text[last.end : other.start]
            if len(gap) > (25 if lang == "zh" else 70) or other.start < last.end:
                break
            total, last = total + other.value, other
            yield _Mention(one.start, one.end, total, "sum", further, other.end)


def _of_rules(sentence: Sentence, figures: Sequence[Figure], mentions: Sequence[_Mention]) -> Iterator[_Mention]:
    """Give the figures of the rules that no mention has: nobody, and sums."""
    known = {(one.value, one.start) for one in mentions}
    values = {one.value for one in mentions}
    for figure in figures:
        start, end = figure.place
        if figure.number == 0:
            first = figure.spans[0]
            start, end = sentence.places_of(first)
            if (0, start) not in known:
                known.add((0, start))
                yield _Mention(start, end, 0, "nobody")
        elif figure.number > 0 and figure.number not in values:
            values.add(figure.number)
            start, end = sentence.places_of(figure.spans[0])
            yield _Mention(start, end, figure.number, "ruled")


def _alone(words: Sequence[_Word], mentions: Sequence[_Mention]) -> Iterator[_Mention]:
    """Give one person for a word of harm: "the welder was burnt"."""
    some = [word for word in words if word.harm != "neither"][:3]
    for word in some:
        if not any(one.start < word.end and word.start < one.end for one in mentions):
            yield _Mention(word.start, word.end, 1, "word")


def _signs(scene: _Scene, mention: _Mention) -> Signs:
    text, lang = scene.told.sentence.text, scene.told.sentence.lang
    signs = {f"how_{mention.how}": 1.0, "value": math.log1p(mention.value), "further_parts": float(mention.further)}
    signs |= {"exact_one": float(mention.value == 1), "zero": float(mention.value == 0)}
    end = max(mention.end, mention.last)
    signs |= _near_harm(scene, mention.start, end)
    signs |= _by_rules(scene, mention)
    signs |= _by_lists(text, lang, scene.mentions, mention, end)
    signs |= _beside(text, lang, mention.start, end)
    signs |= _among(scene.mentions, mention)
    if mention.how == "word":
        signs |= _of_one(text, lang, mention)
    return signs


def _of_one(text: str, lang: str, mention: _Mention) -> Signs:
    before = text[max(0, mention.start - 60) : mention.start]
    return {
        "one_verb": float(bool(listed("one_verb", lang).fullmatch(text, mention.start, mention.end))),
        "one_before": float(bool(listed("one_before", lang).search(before))),
        "one_person": float(bool(listed("one_person", lang).search(before[-30:]))),
        "many": float(bool(listed("many", lang).search(before[-30:]))),
        "people_before": float(bool(listed("people", lang).search(before[-30:]))),
    }


def _near_harm(scene: _Scene, start: int, end: int) -> Signs:
    text, lang = scene.told.sentence.text, scene.told.sentence.lang
    signs: Signs = {}
    for harm in _HARMS:
        for side in ("ahead", "back"):
            signs[f"{harm}_{side}"] = _FAR
    nearest: list[tuple[float, str]] = []
    numbers = [one.start for one in scene.mentions if one.how not in _MADE]
    for word in scene.words:
        if word.start >= end:
            gap, side = text[end : word.start], "ahead"
            between = sum(end <= one < word.start for one in numbers)
        elif word.end <= start:
            gap, side = text[word.end : start], "back"
            between = sum(word.end <= one < start for one in numbers)
        else:
            gap, side, between = "", "ahead", 0
        if side == "ahead" and word.behind and gap:
            continue
        stops = len(STOPS.findall(gap))
        length = (len(gap) / 2 if lang == "zh" else len(gap.split())) + 2 * stops + 2 * between
        length += 0 if word.kept else 5
        name = f"{word.harm}_{side}"
        if length < signs[name]:
            signs[name] = length
            signs[f"{name}_stops"] = float(stops)
            signs[f"{name}_between"] = float(between)
            signs[f"{name}_and"] = float(bool(ANDS[lang].search(gap)))
        nearest.append((length, word.harm))
    nearest.sort()
    for place, (length, harm) in enumerate(nearest[:2]):
        signs[f"near_{place}"] = length
        signs[f"near_{place}_harm"] = float(_HARMS.index(harm) + 1)
    signs["killed_less_affected"] = min(signs["killed_ahead"], signs["killed_back"]) - min(
        signs["affected_ahead"], signs["affected_back"]
    )
    return signs


def _by_rules(scene: _Scene, mention: _Mention) -> Signs:
    sentence = scene.told.sentence
    span = sentence.span(mention.start, mention.end)
    signs: Signs = {}
    for figure in scene.told.figures:
        if figure.number != mention.value and not (span in figure.spans and figure.number > mention.value):
            continue
        beside = span in figure.spans or any(one.start < span.end and span.start < one.end for one in figure.spans)
        name = f"rule_{figure.harm}"
        if figure.number != mention.value:
            signs[f"{name}_in_sum"] = 1.0
            continue
        if name in signs and not beside:
            continue
        signs[name] = 1.0 if beside else 0.5
        signs[f"{name}_score"] = figure.score
        for sign in ("part", "by_others", "claimed", "further", "total", "weak", "ago"):
            signs[f"{name}_{sign}"] = float(getattr(figure, sign))
    return signs


def _by_lists(text: str, lang: str, mentions: Sequence[_Mention], mention: _Mention, end: int) -> Signs:
    wide = _WIDE.get(lang, 45)
    last = max((one.end for one in mentions if one.end <= mention.start and one.how not in _MADE), default=0)
    following = min((one.start for one in mentions if one.start >= end and one.how not in _MADE), default=len(text))
    before = text[max(last, mention.start - wide) : mention.start]
    behind = text[end : min(following, end + wide)]
    low = max((stop.end() for stop in STOPS.finditer(text, 0, mention.start)), default=0)
    stop = STOPS.search(text, end)
    clause = text[low : stop.start() if stop else len(text)]
    signs = {"clause_ago": float(bool(listed("ago", lang).search(clause)))}
    signs |= {f"before_{name}": float(bool(listed(name, lang).search(before))) for name in _BEFORE}
    signs |= {f"behind_{name}": float(bool(listed(name, lang).search(behind))) for name in _BEHIND}
    return signs


def _beside(text: str, lang: str, start: int, end: int) -> Signs:
    """Return what the words right behind and before a number are."""
    behind, before = text[end : end + 30], text[max(0, start - 16) : start]
    if lang == "zh":
        return {
            "unit_people": float(bool(re.match("[多余餘]?(?:名|位|人|个|口|具|例|死|伤|者|工|员)", behind))),
            "unit_things": float(bool(listed("things", lang).match(behind))),
            "unit_age": float(behind.startswith("岁")),
        }
    words = behind.split()[:3]
    first = re.match(r"\s*([\w'’-]+)", behind)
    led = before.split()[-1:] or [""]
    lead = behind.lstrip()
    return {
        "unit_people": float(bool(listed("people", lang).match(lead) or listed("one_person", lang).match(lead))),
        "unit_agent": float(is_agent(behind, lang)),
        "unit_things": float(bool(first and listed("things", lang).fullmatch(first[1]))),
        "unit_animals": float(any(listed("animals", lang).fullmatch(one) for one in words[:2])),
        "unit_age": float(bool(listed("age", lang).match(text, start) or listed("aged", lang).fullmatch(led[0]))),
        "unit_none": float(first is None or first.start(1) > 1),
        "led_by_people": float(bool(listed("people", lang).fullmatch(led[0]))),
        "led_by_things": float(bool(listed("things", lang).fullmatch(led[0]))),
        "percent": float(lead.startswith("%")),
    }


def _among(mentions: Sequence[_Mention], mention: _Mention) -> Signs:
    """Return how a number stands to the others of its sentence."""
    others = [one for one in mentions if one.how not in _MADE and one is not mention]
    before = [one.value for one in others if one.start < mention.start]
    behind = [one.value for one in others if one.start > mention.start]
    return {
        "numbers_before": float(len(before)),
        "numbers_behind": float(len(behind)),
        "less_than_before": float(bool(before) and before[-1] > mention.value),
        "less_than_behind": float(bool(behind) and behind[0] > mention.value),
        "vague_before": float(UNCOUNTED in before),
        "most_of_sentence": float(all(mention.value >= one for one in (*before, *behind))),
    }
