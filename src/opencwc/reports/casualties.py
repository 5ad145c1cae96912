"""How many people a report says died, and how many were injured, ill or exposed.

In each sentence every number of people is joined to the nearest word of death or harm; of all figures told, the one
that stands for the whole, now, and by the main speaker, is the report's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.language.dates import FoundDate
from opencwc.language.plain_text import Plain, plain_text
from opencwc.language.sentences import sentences_in
from opencwc.language.whole_numbers import Number, find_numbers
from opencwc.reports.model import Casualties, Count, Date, Nature, Report, Span
from opencwc.reports.when import HEAD, dates_of, find_date, is_remembered

Harm = Literal["killed", "affected", "neither"]
_WITHOUT = ("policy", "technology", "transfer", "inspection")
"""Kinds of events that harm nobody themselves: figures told beside them are those of another event."""
_ENOUGH = -2.8
"""With less that speaks for it, a figure is not the report's own."""
_FARTHEST = {"people": 14.0, "bare": 10.0, "other": 8.0}
"""How far a number may stand from its word of harm: where people are counted, nothing is named, something else is."""
_WIDE = 8.0
"""So many words count in full that stand between a number and its word of harm; of more, one in five."""
_OTHER = 3.0
"""How much it speaks against a figure that its sentence tells of another event."""
_NEAR = 1.1
"""By how much the figures may differ, in what speaks for them, among which the highest is taken."""
_MOST = 30
"""How many numbers, and how many words of harm, are looked at in one sentence."""
_UNCOUNTED = -1
"""Stands for "dozens": no number, yet it takes the place of one."""
_STOPS = re.compile(r"[;:.!?()；：。，、،؛—–«»“”\"]|,(?!\d)")
_COMMAS = re.compile(r"[，、،]|,(?!\d)")
_ANDS = {
    "en": re.compile(r"\b(?:and|while|but|as well as|as|along with|together with|plus)\b"),
    "fr": re.compile(r"\b(?:et|tandis|mais|ainsi que)\b"),
    "es": re.compile(r"\b(?:y|e|mientras|pero|así como|junto con)\b"),
    "ru": re.compile(r"\b(?:и|а также|а|но|вместе с)\b"),
    "ar": re.compile(r"(?<!\w)و"),
    "zh": re.compile(r"[和及并与,]"),
}
_ORS = {
    "en": re.compile(r"\b(?:or|nor)\b"),
    "fr": re.compile(r"\b(?:ni|ou)\b"),
    "es": re.compile(r"\b(?:ni|o)\b"),
    "ru": re.compile(r"\b(?:и|или|ни)\b(?=.*\bни\b)"),
    "ar": re.compile(r"(?<!\w)(?:او|ولا)(?!\w)"),
    "zh": re.compile("[或和、]"),
}
_NEVER = re.compile("(?!)")


class _Word(NamedTuple):
    """A word of harm in a sentence; ``behind`` says that its number only ever follows it."""

    start: int
    end: int
    harm: Harm
    behind: bool


class _Figure(NamedTuple):
    """A number of people that a sentence tells, and how much speaks for its being the report's own and latest."""

    harm: Harm
    number: int
    score: float
    spans: tuple[Span, ...]
    part: bool = False
    by_others: bool = False
    claimed: bool = False
    further: bool = False
    at: int = 0
    total: bool = False
    place: tuple[int, int] = (0, 0)
    weak: bool = False


class _Sentence(NamedTuple):
    """A sentence as words are looked for in it, with its place in the report."""

    plain: Plain
    start: int
    lang: str
    at: int
    is_title: bool
    score: float = 0.0
    is_news: bool = True
    drill: str = ""
    """What is said of exercises in the sentences around."""
    of_other: bool = False
    """Whether it tells of another event too."""

    @property
    def at_or_title(self) -> int:
        """The place of the sentence in the text, -1 for the title."""
        return -1 if self.is_title else self.at

    @property
    def text(self) -> str:
        """The sentence in plain text."""
        return self.plain.text

    def span(self, start: int, end: int) -> Span:
        """Return a place in the report."""
        first, last = self.plain.span(start, end)
        return Span(self.start + first, self.start + last)


def find_casualties(report: Report, lang: str, nature: Nature) -> Casualties:
    """Return who died and who was harmed by the event, as the report's main speaker has it at last."""
    if nature.kind in _WITHOUT or nature.stage == "planned" or lang not in _ANDS:
        return Casualties()
    drill = (nature.kind == "other" or nature.stage == "denied") and _words("exercise", lang).search(
        plain_text(report.whole[:HEAD], lang).text
    )
    dates = dates_of(report, lang, ahead=False)
    sentences = _sentences(report, lang, nature, dates)
    figures = [
        figure
        for sentence in sentences
        if not drill or (_words("really", lang).search(sentence.text) and not _words("exercise", lang).search(sentence.text))
        for figure in _figures(sentence, dates)
    ]
    if nature.stage == "denied" or nature.stance in ("denies", "doubts"):
        figures = [figure for figure in figures if not ((figure.by_others or figure.claimed) and figure.number)]
    if nature.stage == "denied" or nature.stance == "denies":
        none = {figure.harm for figure in figures if not figure.number and not figure.weak and figure.score >= -2.0}
        figures = [figure for figure in figures if not (figure.number and figure.harm in none)]
    if any(figure.number and not figure.weak and figure.score >= _ENOUGH for figure in figures):
        figures = [figure for figure in figures if figure.number or not figure.weak]
    killed = _latest("killed", figures)
    others = [one for one in figures if one.at >= 0 or one.harm == "killed" or one.number != killed.number or not one.number]
    affected = _latest("affected", others)
    lost = next(_none_survived(report, lang), None)
    if lost and affected.number and not killed.number:
        return Casualties(Count(affected.number, (*affected.spans, lost)))
    return Casualties(killed, affected)


def _none_survived(report: Report, lang: str) -> Iterator[Span]:
    """Give the places where all those told of are said to have died: "neither survived"."""
    text = plain_text(report.whole[:HEAD], lang)
    for match in _words("none_survived", lang).finditer(text.text):
        yield Span(*text.span(*match.span()))


def _latest(harm: Harm, figures: Sequence[_Figure]) -> Count:
    """Return the figure that stands: the highest of those for which most speaks, and what is put to it later."""
    told = [figure for figure in figures if figure.harm == harm]
    if any(figure.number == 0 and not figure.weak and figure.score >= -1.0 for figure in told):
        told = [figure for figure in told if not (figure.claimed and figure.number)]
    whole = [figure for figure in told if not figure.part]
    most = max((figure.number for figure in whole), default=-1)
    if not whole or (harm == "affected" and most < max(figure.number for figure in told)):
        whole = told  # "34 of them", and nothing is told of the rest
    best = _highest(whole)
    if best is None:
        return Count()
    body = _highest([one for one in whole if one.at >= 0 and not one.further] or [one for one in whole if one.at >= 0])
    adding = [figure for figure in whole if _adds(figure, body)] if body else []
    more = list({figure.at: figure for figure in adding}.values())
    if body and more and not body.further:
        number = body.number + sum(figure.number for figure in more)
        if number > best.number:
            return Count(number, (*body.spans, *(span for figure in more for span in figure.spans)))
    return Count(best.number, best.spans)


def _highest(figures: Sequence[_Figure]) -> _Figure | None:
    top = max((figure.score for figure in figures), default=_ENOUGH)
    near = [figure for figure in figures if figure.score >= max(top - _NEAR, _ENOUGH)]
    return max(near, key=lambda figure: figure.number, default=None)


def _adds(figure: _Figure, body: _Figure) -> bool:
    """Tell whether a figure is of people put to those told before."""
    alone = 1 in (body.number, figure.number)
    later = (figure.at, figure.place) > (body.at, body.place) if alone else figure.at > body.at
    fits = figure.further and later and figure.number > 0 and not figure.by_others and not body.total
    return fits and figure.score + 1.5 > body.score - 1.5


def _sentences(report: Report, lang: str, nature: Nature, dates: Sequence[FoundDate]) -> Iterator[_Sentence]:
    """Give the sentences, each with what speaks against its figures as a whole."""
    spans = sentences_in(report.whole[:HEAD])
    plain = [plain_text(report.whole[start:end], lang) for start, end in spans]
    corrects = bool(_words("correction", lang).search(" ".join(one.text for one in plain[:2])))
    remembers = is_remembered(report, lang, nature)
    event = _day_of(find_date(report, lang, nature), report)
    at = 0
    for index, (start, end) in enumerate(spans):
        is_title = start < report.body_at
        score = (0.3 if corrects else -0.15) * at - (0.1 if is_title else 0.0)
        inside = [found for found in dates if start <= found.start < end and not _is_birth(report.whole, found, lang)]
        lasted = nature.stage == "concluded" or not at
        old = not lasted and bool(inside) and all(_is_before(found, event) for found in inside)
        other = not remembers and (old or bool(_words("elsewhere", lang).search(plain[index].text)))
        score -= _OTHER * other
        behind = plain[index + 1].text if index + 1 < len(plain) else ""
        mistaken = _words("mistaken", lang)
        score -= 2.5 * bool(mistaken.search(behind[:60]) and not mistaken.search(plain[index].text))
        around = " ".join(one.text for one in plain[max(0, index - 1) : index + 1])
        yield _Sentence(plain[index], start, lang, at, is_title, score, nature.stance != "none", around, other)
        at += not is_title


def _is_birth(text: str, found: FoundDate, lang: str) -> bool:
    """Tell whether a date says when somebody was born."""
    around = text[max(0, found.start - 20) : found.start], text[found.end : found.end + 20]
    return any(_words("born", lang).search(plain_text(one, lang).text) for one in around)


def _is_before(found: FoundDate, event: date) -> bool:
    """Tell whether a date lies well before the event."""
    return (event - found.first).days > 20 and not event.isoformat().startswith(found.text)


def _day_of(told: Date, report: Report) -> date:
    """Return the first day of the event's date, the day of the report where it has none."""
    return date.fromisoformat((told.text + "-01-01")[:10]) if told.text else report.published.date()


def _figures(sentence: _Sentence, dates: Sequence[FoundDate]) -> Iterator[_Figure]:
    """Give the figures of one sentence."""
    nobody = list(_nobody(sentence))
    yield from (figure for figure, _ in nobody)
    words = [word for word in _harms(sentence) if not any(_overlap(word, place) for _, place in nobody)][:_MOST]
    spared = [word for word in words if word.harm != "neither" and _is_spared(sentence, word)]
    yield from _unharmed(sentence, spared)
    words = [word for word in words if word not in spared]
    if not any(word.harm != "neither" for word in words):
        return
    numbers = [number for number in _people(sentence, words) if not _is_date(sentence, number, dates)][:_MOST]
    joined = _joined(sentence, numbers, words)
    joined = [_with_harm_behind(sentence, pair, numbers, words, joined) for pair in joined]
    harms = {number: word.harm for number, word in joined}
    free = [number for number in numbers if number not in harms]
    figures = []
    for number, word in [*joined, *_carried(sentence, free, words)]:
        if word.harm != "neither" and number.value != _UNCOUNTED:
            addable = [other for other in numbers if _shares_fate(other, number, word, joined)]
            figures.append(_figure(sentence, number, word, words, numbers, addable))
    ones = list(_ones(sentence, [word for word in words if all(word is not other for _, other in joined)]))
    lang = sentence.lang
    told = [*figures, *(ones if sentence.is_news else ())]
    if {figure.harm for figure in told} == {"killed", "affected"} and len(numbers) <= 1:
        if lang != "ar" and all(figure.number == 1 and not figure.further for figure in told):  # the same one: "who collapsed has died"
            ones = [one for one in ones if one.harm == "killed"]
            figures = [figure for figure in figures if figure.harm == "killed"]
    yield from ones if sentence.is_news else ()
    yield from _with_here_and_there(sentence, figures)


def _shares_fate(other: Number, number: Number, word: _Word, joined: Sequence[tuple[Number, _Word]]) -> bool:
    """Tell whether the same may be told of another number: it has no word of its own, or only one farther off."""
    own = next((one for joined_to, one in joined if joined_to == other), word)
    farther = own.harm == "neither" and own.start > word.start >= max(other.end, number.end)
    return own.harm == word.harm or farther


def _with_harm_behind(
    sentence: _Sentence,
    pair: tuple[Number, _Word],
    numbers: Sequence[Number],
    words: Sequence[_Word],
    joined: Sequence[tuple[Number, _Word]],
) -> tuple[Number, _Word]:
    """Join a number to the harm told behind what else befell them: "three were evacuated with burns"."""
    number, word = pair
    if word.harm != "neither" or word.start < number.end:
        return pair
    for other in words:
        if other.start > word.end and other.harm != "neither" and not other.behind:
            gap = sentence.text[word.end : other.start]
            taken = any(other is one for _, one in joined) or any(word.end <= one.start < other.start for one in numbers)
            near = len(gap) <= 6 if sentence.lang == "zh" else len(gap.split()) <= 4
            if near and not taken and len(_STOPS.findall(gap)) <= 1 and not _ANDS[sentence.lang].search(gap):
                return number, other
            break
    return pair


def _is_spared(sentence: _Sentence, word: _Word) -> bool:
    """Tell whether a word of harm is denied of somebody: "were not hurt"."""
    text, lang = sentence.text, sentence.lang
    before = text[max(0, word.start - 30) : word.start]
    told = list(_words("negation", lang).finditer(before))
    around = text[max(0, word.start - 30) : word.end + 20]
    if not told or _words("breath", lang).match(text, word.start) or _words("only", lang).search(around):
        return False
    gap = before[told[-1].end() :]
    few = len(gap.strip()) <= 2 if lang == "zh" else len(gap.split()) <= 2
    return few and not _STOPS.search(gap) and not find_numbers(gap, lang)


def _unharmed(sentence: _Sentence, spared: Sequence[_Word]) -> Iterator[_Figure]:
    """Give the figures of none where some are said to have come off unharmed; they count where nobody else was."""
    text, lang = sentence.text, sentence.lang
    places = [(word.start, word.end, word.harm) for word in spared]
    symptoms = {(word.start, word.end) for word in spared if not _words("injury", lang).search(text[word.start : word.end])}
    places += [(*match.span(), "affected") for match in _words("unharmed", lang).finditer(text)]
    for start, end, harm in places:
        if _words("precaution", lang).search(text):
            continue
        around = text[max(0, start - 12) : start] + " " + _STOPS.split(text[end : end + 25])[0]
        if harm == "affected" and (start, end) in symptoms:
            continue
        if not _words("some_only", lang).search(around):
            for each in ("killed",) if harm == "killed" else ("affected", "killed"):
                yield _Figure(each, 0, sentence.score - 1.0, (sentence.span(start, end),), weak=True, at=sentence.at)


def _ones(sentence: _Sentence, free: Sequence[_Word]) -> Iterator[_Figure]:
    """Give one person for a verb in the singular that no number belongs to: "the foreman was overcome"."""
    told = [word for word in free if word.harm != "neither" and _is_of_one(sentence, word)]
    killed = any(word.harm == "killed" for word in told)
    for word in told:
        if word.harm == "affected" and killed:  # the same one: "he collapsed and died"
            continue
        further = _is_further(sentence, word.start, word.end)
        score = sentence.score - 1.0 - 1.5 * further
        place = (sentence.span(word.start, word.end),)
        span = (word.start, word.end)
        yield _Figure(word.harm, 1, score, place, at=sentence.at_or_title, further=further, place=span)


def _is_of_one(sentence: _Sentence, word: _Word) -> bool:
    """Tell whether a word of harm is said of one person, by its own form or by what stands before it."""
    text, lang = sentence.text, sentence.lang
    if lang == "ar":
        return _strikes_one(text, word)
    if lang == "zh":
        clause = max(text.rfind("，", 0, word.start), word.start - 20) + 1 if find_numbers(text, lang) else 0
        return not find_numbers(text[clause : word.start], lang) and bool(
            _words("one_person", lang).search(text, max(0, clause), word.start)
        )
    if word.behind or _words("of_things", lang).match(text, word.start):
        return False
    before, behind = text[max(0, word.start - 60) : word.start], text[word.end : word.end + 20]
    verb = _words("one_verb", lang).fullmatch(text[word.start : word.end])
    led = _words("one_before", lang).search(before)
    if verb and not led and lang == "en":
        led = verb = _SUBJECT.search(before)
    if not (verb or led):
        return False
    near = [*re.findall(r"[^\W\d_]+", before)[-3:], *re.findall(r"[^\W\d_]+", _STOPS.split(behind)[0])[:3]]
    return not any(_words("things", lang).fullmatch(one) or _words("many", lang).fullmatch(one) for one in near)


_SUBJECT = re.compile(
    r"(?:\b(?:he|she|who)|\b(?:an?|the|his|her|my|our)(?: [\w'’-]+){0,3} [\w'’-]*(?:[^s\W]|ss))"
    r"(?: (?:has|had|later|then|also|reportedly|since))*\s*$"
)
"""One person before a verb that has one form for one and for many."""


def _strikes_one(text: str, word: _Word) -> bool:
    """Tell whether the noun behind an Arabic verb, which is in the singular before any noun, is of one person."""
    known = re.compile(r"\s+ال([^\W\d_]+)").match(text, word.end)
    if known and word.behind and _words("one_behind", "ar").fullmatch(text[word.start : word.end]):
        return any(_words("one_person", "ar").fullmatch(one) for one in (known[1], known[1] + "ا"))
    found = re.compile(r"\s+(?!ال)([^\W\d_]+)").match(text, word.end)
    if not word.behind or found is None or not _words("one_behind", "ar").fullmatch(text[word.start : word.end]):
        return False
    noun = found[1]
    plain = not noun.endswith(("ون", "ين", "ان", "ات")) or noun.endswith("انسان")
    known = any(_words(name, "ar").fullmatch(noun) for name in ("things", "many", "uncounted", "part"))
    return plain and not known and len(noun) > 2 and not find_numbers(noun, "ar")


def _is_further(sentence: _Sentence, start: int, end: int) -> bool:
    """Tell whether somebody is put to those told before: "also", "too"."""
    text, lang = sentence.text, sentence.lang
    wide = 8 if lang == "zh" else 30
    before = re.split(r"[;:.!?。；：]", text[max(0, start - wide) : start])[-1]
    return bool(_words("also", lang).search(before + text[start:end] + text[end : end + wide // 3]))


def _with_here_and_there(sentence: _Sentence, figures: Sequence[_Figure]) -> Iterator[_Figure]:
    """Add up those who were harmed here and there: "four died on the spot and two in hospital"."""
    text, lang = sentence.text, sentence.lang
    here = [match.start() for match in _words("here", lang).finditer(text)]
    told = sorted(figures, key=lambda figure: figure.place)
    added: set[int] = set()
    for at, (first, second) in enumerate(zip(told, told[1:], strict=False)):
        stop = told[at + 2].place[0] if at + 2 < len(told) else len(text)
        one_is_here = any(first.place[0] <= start < stop for start in here)
        if not one_is_here or first.part or second.part or first.by_others or second.by_others or at in added:
            continue
        if set(first.spans) & set(second.spans):
            continue
        if first.harm != second.harm and not _dies_there(sentence, first, second):
            continue
        added.update((at, at + 1))
        yield first._replace(
            number=first.number + second.number, score=max(first.score, second.score) + 0.4, spans=first.spans + second.spans
        )
    yield from (figure for at, figure in enumerate(told) if at not in added)


def _dies_there(sentence: _Sentence, first: _Figure, second: _Figure) -> bool:
    """Tell whether the second of two figures is of dead, though only the first has a word that says so."""
    between = sentence.text[first.place[1] : second.place[1]]
    plain = between.split()
    return first.harm == "killed" and len(plain) <= 9 and bool(_words("there", sentence.lang).search(between))


def _overlap(word: _Word, place: tuple[int, int]) -> bool:
    return word.start < place[1] and place[0] < word.end


def _nobody(sentence: _Sentence) -> Iterator[tuple[_Figure, tuple[int, int]]]:
    """Give the figures of none: "no deaths", "nobody was hurt"."""
    lang, text = sentence.lang, sentence.text
    found: dict[tuple[int, int], str] = {}
    for name in ("nobody_killed", "nobody_affected"):
        found.update((match.span(), name) for match in _words(name, lang).finditer(text))
    for match in _words("nobody", lang).finditer(text):
        if not any(_overlap_of(match.span(), place) for place in found):
            found.update(_harm_of_nobody(sentence, match.end(), match.start()))
    found.update(dict(_or_harmed(sentence, found)))
    for place, name in found.items():
        behind = _STOPS.split(text[place[1] : place[1] + 25])[0]
        said = text[slice(*place)]
        some = not _ORS[lang].search(said) and _words("some_only", lang).search(said + behind)
        for harm in ("killed",) if name == "nobody_killed" else ("affected", "killed"):
            score = sentence.score - (0.6 if harm == "killed" and name == "nobody_affected" else 0.0)
            yield _Figure(harm, 0, score - 9.0 * bool(some), (sentence.span(*place),), at=sentence.at_or_title), place


def _or_harmed(
    sentence: _Sentence, found: Mapping[tuple[int, int], str]
) -> Iterator[tuple[tuple[int, int], str]]:
    """Give the places where nobody died "or" was harmed."""
    text, lang = sentence.text, sentence.lang
    for (start, end), name in found.items():
        match = _harm_words(lang).search(text, end, end + 25)
        if name != "nobody_killed" or match is None or not (match.lastgroup or "").startswith("affected"):
            continue
        if _ORS[lang].search(text[end : match.start()]) or lang == "ru" and re.search(r"\bи\b|,", text[end : match.start()]):
            yield (start, match.end()), "nobody_affected"


def _overlap_of(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _harm_of_nobody(sentence: _Sentence, end: int, start: int) -> Iterator[tuple[tuple[int, int], str]]:
    """Give the place from "nobody" to the word of harm that is said of it."""
    limit = end + (12 if sentence.lang == "zh" else 60)
    match = _harm_words(sentence.lang).search(sentence.text, end, limit)
    if match is None or (match.lastgroup or "neither") == "neither":
        return
    gap = sentence.text[end : match.start()]
    if _words("care", sentence.lang).match(sentence.text, match.start()):
        return
    if not re.search(r"[;:.!?；：。؛]", gap) and not _is_spared_by(gap, sentence.lang):
        yield (start, match.end()), "nobody_killed" if (match.lastgroup or "").startswith("killed") else "nobody_affected"


def _is_spared_by(gap: str, lang: str) -> bool:
    """Tell whether something else is said of nobody before: "none is in danger, twelve were hurt"."""
    return bool(find_numbers(gap, lang)) or len(_COMMAS.findall(gap)) > 1 or "danger" in gap


def _harms(sentence: _Sentence) -> list[_Word]:
    """Return the words of harm, without those that call people by what befell them before: "two injured men died"."""
    found: list[_Word] = []
    for match in _harm_words(sentence.lang).finditer(sentence.text):
        name = match.lastgroup or "neither"
        harm: Harm = "killed" if name.startswith("killed") else "affected" if name.startswith("affected") else "neither"
        if found and harm == "killed" and found[-1].harm == "affected" and not name.endswith("_behind"):
            gap = sentence.text[found[-1].end : match.start()]
            if len(gap.split()) <= 1 and not _STOPS.search(gap) and not _ANDS[sentence.lang].search(gap):
                found.pop()
        before = sentence.text[max(0, match.start() - 25) : match.start()].rstrip()
        if any(one.end() == len(before) for one in _words("no_harm", sentence.lang).finditer(before)):
            continue
        if not sentence.is_news and _words("survivor", sentence.lang).match(sentence.text, match.start()):
            continue
        if before[-1:] in "«“\"'‘" and before and _words("exercise", sentence.lang).search(sentence.drill):
            continue
        if found and found[-1].harm == "killed" and harm == "affected":
            gap = sentence.text[found[-1].end : match.start()]
            if _words("cause", sentence.lang).match(gap) and not find_numbers(gap, sentence.lang):
                continue
        if harm == "killed" and found and _is_told_of_the_dead(sentence, found[-1], match.start()):
            found.pop()
        if found and found[-1].harm == "neither" and harm == "affected":
            gap = sentence.text[found[-1].end : match.start()]
            if _ANDS[sentence.lang].fullmatch(gap.strip()) and not _STOPS.search(gap):
                found.pop()
        found.append(_Word(match.start(), match.end(), harm, name.endswith("_behind")))
    return [word for at, word in enumerate(found) if not _names_the_dead(sentence, found, at)]


def _is_told_of_the_dead(sentence: _Sentence, word: _Word, end: int) -> bool:
    """Tell whether a word of harm only says which people died: "one of the workers admitted on Friday has died"."""
    text, lang = sentence.text, sentence.lang
    if word.harm != "affected" or word.behind or lang in ("ar", "zh"):
        return False
    gap, before = text[word.end : end], text[max(0, word.start - 20) : word.start].rstrip()
    if len(gap.split()) > 14 or _ANDS[lang].search(gap) or re.search("[;:.]", gap):
        return False
    numbers = (number for number in find_numbers(gap, lang) if not number.article)
    if any(not _BEHIND_NO_PEOPLE.match(gap[number.end :]) for number in numbers) or _words("nobody", lang).search(gap):
        return False
    if any(match.end() > end for match in _words("nobody_killed", lang).finditer(text, word.end)):
        return False
    if lang == "ru":
        return text[word.start : word.end].endswith(("ых", "их", "ого", "ый", "ая", "ой", "ий", "ные", "шие"))
    led = any(match.end() == len(before) for match in _words("auxiliary", lang).finditer(before))
    return not led and _words("participle", lang).fullmatch(text[word.start : word.end]) is not None


def _names_the_dead(sentence: _Sentence, words: Sequence[_Word], at: int) -> bool:
    """Tell whether a word of harm only says who died: "скончался третий пострадавший", "murieron dos heridos"."""
    if sentence.lang == "zh" or not at or words[at].harm != "affected" or words[at - 1].harm != "killed":
        return False
    gap = sentence.text[words[at - 1].end : words[at].start]
    if sentence.lang == "ar" and sentence.text[words[at].start] == "و":
        return False
    if not gap.strip() or len(gap.split()) > 4 or _STOPS.search(gap) or _ANDS[sentence.lang].search(gap):
        return False
    if len(find_numbers(gap, sentence.lang)) != 1:
        return False
    before = sentence.text[max(0, words[at - 1].start - 25) : words[at - 1].start]
    counted = find_numbers(before, sentence.lang)
    return words[at - 1].behind or not counted or len(before[counted[-1].end :].split()) > 1


def _people(sentence: _Sentence, words: Sequence[_Word]) -> list[Number]:
    """Return the numbers that may be of people, with those that a word for one person, or for two, says."""
    text, lang = sentence.text, sentence.lang
    numbers: list[Number] = []
    found = find_numbers(text, lang)
    for at, number in enumerate(found):
        following = found[at + 1] if at + 1 < len(found) else None
        if at and _is_age_too(text, found[at - 1], number, lang):
            continue
        if following and _shares_unit(text, number, following, lang, words):
            continue
        added = number.article and bool(numbers) and _is_added(text, numbers[-1], number, lang)
        if added or _may_be_people(text, number, lang, words):
            numbers.append(number)
    for name, value in (("two_people", 2), ("uncounted", _UNCOUNTED)):
        for match in _words(name, lang).finditer(text):
            if any(one.start == match.end() for one in numbers):
                continue
            numbers = [one for one in numbers if not (one.article and 0 < match.start() - one.end < 2)]
            if not any(number.start < match.end() and match.start() < number.end for number in numbers):
                numbers.append(Number(match.start(), match.end(), value))
    numbers.extend(_single(sentence, numbers))
    numbers = [number for number in numbers if not _is_pool_ahead(text, number, numbers, lang)]
    ranks = [number for number in numbers if number.rank]
    numbers = sorted(number for number in numbers if not any(_by_rank(text, number, rank) for rank in ranks))
    return [
        number for at, number in enumerate(numbers) if not (at and _is_pool(text, numbers[at - 1], number, lang, words))
    ]


def _is_age_too(text: str, before: Number, number: Number, lang: str) -> bool:
    """Tell whether a number goes with one that counts nobody: "aged 17 and 20", "not twenty and two"."""
    told = text[max(0, before.start - 14) : before.start].rstrip()
    if not any(match.end() == len(told) for name in ("aged", "not_this") for match in _words(name, lang).finditer(told)):
        return False
    gap = text[before.end : number.start].replace(",", " ").strip()
    return _ANDS[lang].fullmatch(gap) is not None and gap not in ("а", "но", "but", "mais", "pero", "while", "as", "mientras")


def _shares_unit(text: str, number: Number, following: Number, lang: str, words: Sequence[_Word]) -> bool:
    """Tell whether a number has the unit of the next one, which is not people: "17 and 20 years", "aged 17 and 20"."""
    gap = text[number.end : following.start]
    before = text[max(0, number.start - 12) : number.start]
    if lang == "zh":
        return gap in ("和", "、", "及", "至", "岁和", "岁、", "岁及") and text.startswith("岁", following.end)
    plain = gap.replace(",", " ").strip() + (" و" if lang == "ar" and text[following.start] == "و" else "")
    if number.article or (plain.strip() and not _ANDS[lang].fullmatch(plain.strip())):
        return False
    aged = any(match.end() == len(before.rstrip()) for match in _words("aged", lang).finditer(before.rstrip()))
    return aged or _counts_things(following, text[following.end : following.end + 40], lang, words)


def _is_added(text: str, people: Number, article: Number, lang: str) -> bool:
    """Tell whether an article adds one to the people before it: "13 bathers and a lifeguard"."""
    gap = text[people.end : article.start]
    named = _words("people", lang).match(gap.lstrip()) is not None and not people.article
    behind = text[article.end : article.end + 30].split()
    thing = not behind or _words("things", lang).fullmatch(behind[0]) is not None
    return (
        named and not thing and len(gap.split()) <= 3 and _ANDS[lang].search(gap) is not None and not _STOPS.search(gap)
    )


def _is_pool_ahead(text: str, number: Number, numbers: Sequence[Number], lang: str) -> bool:
    """Tell whether a number says first of how many the next one is: "of the 52 passengers, 19 were treated"."""
    before = text[max(0, number.start - 14) : number.start].rstrip()
    if not any(match.end() == len(before) for match in _words("out_of", lang).finditer(before)):
        return False
    following = [other for other in numbers if other.start >= number.end][:1]
    return any(_COMMAS.search(text, number.end, other.start) or lang == "ar" for other in following)


def _is_pool(text: str, part: Number, number: Number, lang: str, words: Sequence[_Word]) -> bool:
    """Tell whether a number says only of how many the number before it is: "ten of the 64 on shift"."""
    if not _words("of", lang).fullmatch(text[part.end : number.start].strip()):
        return False
    return not any(0 <= word.start - number.end < 3 or 0 <= number.start - word.end < 3 for word in words)


def _by_rank(text: str, number: Number, rank: Number) -> bool:
    """Tell whether an article or a person belongs to an order: "un segundo bombero" are two."""
    gap = text[number.end : rank.start] if number.end <= rank.start else text[rank.end : number.start]
    return number.article and len(gap) < 12 and len(gap.split()) <= 1


def _single(sentence: _Sentence, numbers: Sequence[Number]) -> Iterator[Number]:
    """Give the people that are told of as one without a number: in a headline, or where a language has no article."""
    text, lang = sentence.text, sentence.lang
    possessive, definite = _words("possessive", lang), _words("definite", lang)
    for match in _words("one_person", lang).finditer(text):
        if lang == "ar" and match[0].startswith(_DEFINITE) and not text.startswith(" و", match.end()):
            continue
        if lang == "ru" and any(0 <= number.start - match.end() <= 1 for number in numbers):  # "человек тридцать"
            continue
        before = text[max(0, match.start() - 12) : match.start()].split()
        owned = bool(before) and possessive.fullmatch(before[-1]) is not None
        if not owned and _words("at_work", lang).fullmatch(match[0]):
            continue
        owned = owned or (bool(before) and before[-1].endswith(("'s", "’s")))
        known = bool(before) and definite.fullmatch(re.split("[’']", before[-1])[0]) is not None
        if _does_it(text, match.end(), lang):
            continue
        if not (owned or known or sentence.is_title or lang in ("ru", "ar", "zh")):
            continue
        beside = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        if lang == "zh" and (beside[0] in ("名", "位", "个", "些") or not any(one in ("和", "与", "及", "其") for one in beside)):
            continue
        joined = lang == "zh" or (lang == "ar" and match[0].startswith("و"))
        before_it = [text[number.end : match.start()] for number in numbers if number.start <= match.start()]
        if not joined and any(_is_next(gap, lang) for gap in before_it):
            continue
        yield Number(match.start(), match.end(), 1, article=True)


_DEFINITE = ("ال", "وال", "بال", "لل", "كال", "فال")


def _is_next(gap: str, lang: str) -> bool:
    """Tell whether a word still belongs to the number before it."""
    divided = _STOPS.search(gap) or _ANDS[lang].search(gap) or _harm_words(lang).search(gap)
    return len(gap.split()) <= 2 and not divided


def _may_be_people(text: str, number: Number, lang: str, words: Sequence[_Word]) -> bool:
    """Tell whether a number can count people, by what stands behind it and before it."""
    behind = text[number.end : number.end + 40]
    before = text[max(0, number.start - 12) : number.start]
    if number.rank:
        near = [word for word in words if 0 <= word.start - number.end < 25 or 0 <= number.start - word.end < 25]
        named = _words("people", lang).match(behind.lstrip()) or any(
            abs(word.start - number.end) <= 6 or abs(number.start - word.end) <= 1 for word in near
        )
        return any(word.harm == "killed" for word in near) or (lang != "zh" and bool(near) and bool(named))
    if _counts_no_people(before, behind, number, lang):
        return False
    if lang == "zh" and _CHINESE_POOL.match(behind):
        return any(0 <= number.start - word.end <= 1 for word in words)
    if lang == "zh":
        counted = _CHINESE_COUNTED.search(text, max(0, number.start - 14), number.start)
        if counted and counted.end() == number.start and re.match(r"[多余餘]?[人名个位]?(?:[，。；、,;（(]|$)", behind):
            return True
        return _CHINESE_PEOPLE.match(behind) is not None or any(word.start == number.end for word in words)
    if number.article and lang != "ar":
        touching = [word for word in words if 0 <= word.start - number.end <= 1]
        if any(_calls_a_person(text[word.start : word.end], word.harm, lang) for word in touching):
            return True
        if _words("kin", lang).match(behind):
            return True
    if number.article and _does_it(text, number.end, lang):
        return False
    if number.article and _is_one_of(behind, lang):
        return True
    return _is_one(behind, lang) if number.article else not _counts_things(number, behind, lang, words)


def _does_it(text: str, at: int, lang: str) -> bool:
    """Tell whether one person does or says it rather than suffers it: "a man threw acid", "a coordinator said"."""
    clause = _STOPS.split(text[at : at + 60])[0]
    does = _words("doer", lang).search(clause)
    harmed = _harm_words(lang).search(clause)
    return does is not None and (harmed is None or does.start() <= harmed.start())


def _calls_a_person(word: str, harm: Harm, lang: str) -> bool:
    """Tell whether a word of harm right behind an article stands for a person: "un blessé", "an injured man"."""
    if _words("of_things", lang).match(word):
        return False
    return harm == "killed" or any(_words(name, lang).fullmatch(word) for name in ("injury", "participle"))


def _counts_no_people(before: str, behind: str, number: Number, lang: str) -> bool:
    """Tell whether what touches a number makes it an age, a price, a name, a year, or a figure that does not hold."""
    if before.endswith(", ") and behind.startswith(","):  # an age: "a neighbour, 70, was treated"
        return True
    if _BEFORE_NO_PEOPLE.search(before) or _BEHIND_NO_PEOPLE.match(behind):
        return True
    if number.value in range(1900, 2101) and not _words("people", lang).match(behind.strip()):
        return True
    end = len(before.rstrip())
    return any(
        match.end() == end for name in ("not_this", "aged") for match in _words(name, lang).finditer(before.rstrip())
    )


_BEFORE_NO_PEOPLE = re.compile(r"[$€£№%§]\s?$|[\w]-$|\bno\. $|\d[.,:]$")
_BEHIND_NO_PEOPLE = re.compile(r"s\b|-(?:я|й|го|му|е|х|ю|ой|ый|ая|ое|ую|ых)\b|(?:e|ème|er|re|st|nd|rd|th|ª|º|°)\b|\s?[%$€£℃°]|[.:,-]\d|-?[^\W\d_]*-?(?:year|ans|летн|лет)")


def _counts_things(number: Number, behind: str, lang: str, words: Sequence[_Word]) -> bool:
    """Tell whether the words behind a number name what is no person."""
    people, things = _words("people", lang), _words("things", lang)
    found = list(re.finditer(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[^\w\s]|\d+", behind))
    for match in found[: 1 if lang == "ar" and found and found[0][0] != "من" else 2]:
        if people.fullmatch(match[0]) or any(word.start == number.end + match.start() for word in words):
            return False
        if things.fullmatch(match[0]):
            return True
        if _is_agent_word(match[0], lang):
            return False
        if not match[0][0].isalpha():
            break
    return False


_CHINESE_POOL = re.compile(r"[人名个位][^，。、,;；]{0,6}(?<!其)中(?!毒)")
_CHINESE_COUNTED = re.compile(
    r"(?:伤者|伤员|伤亡者|患者|病人|死者|遇难者|受害者|中毒者|受伤者|死亡|受伤|遇难|中毒)(?:人数|总数|人员)?[^，。；、]{0,6}?(?:至|为|达|到|过|逾|有|共|是|超|仅)?$"
)
_CHINESE_PEOPLE = re.compile(
    r"[余餘多]?(?!人?(?:升至|增至|上升|增加|降至|下调|减至|改为))(?:个?人|个(?!月|小时|星期|礼拜|钟头|国|村|县|省|市|镇|乡|区|城|州|地|点|部|工厂|厂|学校|油|罐|桶|箱|袋|瓶|气|钢|仓|车|站|集|样|项|方|问|案|百|阶|批|层|单|组|队|家|物|炸|弹|装|口|洞|坑|房|院|社|街|团|营|师|旅|世|年|季|学期|回|字|词|版|频|视|账|网|电|水|蛋|包|盒|鱼|鸡|牛|羊|猪|狗|仍)|名|位|具|例|口|死|伤|亡|者|工人|员工|学生|儿童|居民|村民|男子|女子|士兵|警察|平民|乘客|孩子|妇女)"
)


def _is_agent(behind: str, lang: str) -> bool:
    """Tell whether the first word is formed like a word for people who do something."""
    word = re.match(r"\s*([\w-]+)", behind)
    return word is not None and _is_agent_word(word[1], lang)


def _is_agent_word(word: str, lang: str) -> bool:
    none = any(_words(name, lang).fullmatch(word) for name in ("things", "no_agent"))
    return not none and _words("agent", lang).fullmatch(word) is not None


def _is_one(behind: str, lang: str) -> bool:
    """Tell whether what follows an article is a person: "a 41-year-old worker"."""
    clause = _STOPS.split(behind)[0]
    first = re.match(r"\s*([\w-]+)", clause)
    if first and lang in ("fr", "es") and _words("things", lang).fullmatch(first[1]):
        return False
    if first and lang in ("fr", "es") and _is_agent_word(first[1], lang):
        return True
    found = _words("one_person", lang).search(clause) or next(
        (one for one in _words("agent", lang).finditer(clause) if lang in ("en", "ru") and _is_agent_word(one[0], lang)), None
    )
    if found is None:
        return False
    between = clause[: found.start()]
    return len(between.split()) <= 3 and not _SMALL.search(between) and not _harm_words(lang).search(between)


def _is_one_of(behind: str, lang: str) -> bool:
    """Tell whether one of several people is meant: "one of the workers"."""
    told = _words("one_of", lang).match(behind.lstrip())
    return told is not None and _words("people", lang).search(behind[:35]) is not None


_SMALL = re.compile(
    r"\b(?:of|at|in|on|by|to|for|from|with|that|who|de|du|des|à|en|dans|par|del|al|por|para|que|qui|и|в|на|с)\b"
)


def _is_date(sentence: _Sentence, number: Number, dates: Iterable[FoundDate]) -> bool:
    span = sentence.span(number.start, number.end)
    return any(found.start <= span.start < found.end for found in dates)


def _joined(sentence: _Sentence, numbers: Sequence[Number], words: Sequence[_Word]) -> list[tuple[Number, _Word]]:
    """Join each number to a word of harm, the nearest pairs first."""
    parts: list[Number] = []
    wholes: list[Number] = []
    for number in numbers:
        told = any(other.value != _UNCOUNTED and other.end <= number.start for other in numbers)
        (parts if told and _is_part(sentence, number, words, numbers) else wholes).append(number)
    joined = _nearest(sentence, wholes, words, words, numbers)
    free = [word for word in words if all(word is not other for _, other in joined)]
    dead = [word for word in words if word.harm == "killed"]
    if len(numbers) == 1 and numbers[0].article and dead and _words("one_died", sentence.lang).search(sentence.text):
        return [(numbers[0], dead[0])]
    joined = [_with_the_one_before(sentence, pair, joined) for pair in joined]
    return sorted([*joined, *_nearest(sentence, parts, [*free, *dead], words, numbers)])


def _with_the_one_before(
    sentence: _Sentence, pair: tuple[Number, _Word], joined: Sequence[tuple[Number, _Word]]
) -> tuple[Number, _Word]:
    """Give a number that "and" joins to the one before that one's word of harm, where it stands between it and its own."""
    number, word = pair
    for first, own in joined:
        between = number.end <= own.start < word.start
        if between and first.end <= number.start and _adjoins(sentence.text, first, number, sentence.lang) == "and":
            return number, own
    return pair


def _nearest(
    sentence: _Sentence,
    some: Sequence[Number],
    open_to: Sequence[_Word],
    words: Sequence[_Word],
    numbers: Sequence[Number],
) -> list[tuple[Number, _Word]]:
    """Join some of the numbers to the words that are open to them."""
    pairs: list[tuple[float, Number, _Word]] = []
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


def _cost(sentence: _Sentence, number: Number, word: _Word, numbers: Sequence[Number], words: Sequence[_Word]) -> float:
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
    if not ahead:
        gap = _words("about", sentence.lang).sub("", gap)
    people = _words("people", sentence.lang).match(gap.lstrip()) if ahead else None
    length = len(gap) / 3 if sentence.lang == "zh" else len(gap.split())
    cost = min(length, _WIDE + (length - _WIDE) / 5) - (1.0 if people and sentence.lang != "zh" else 0.0) + (0.0 if ahead or word.behind else 0.4)
    cost += (
        2.5 * len(_STOPS.findall(gap)) - 1.5 * len(_COMMAS.findall(gap)) + 1.5 * len(_ANDS[sentence.lang].findall(gap))
    )
    cost += 2.0 * len(re.findall(r"[;；؛]", gap))
    if number.article and not ahead and not word.behind and not _is_named(sentence, number):
        cost += 5.0
    cost += 2.5 * sum(start <= other.start < end for other in numbers if other is not number)
    return cost + 2.0 * sum(start <= other.start < end for other in words if other is not word)


def _is_named(sentence: _Sentence, number: Number) -> bool:
    """Tell whether a word of the list for one person stands at an article or soon behind it."""
    clause = _STOPS.split(sentence.text[number.start : number.end + 30])[0]
    return _words("one_person", sentence.lang).search(clause) is not None


def _aside(gap: str, lang: str) -> tuple[int, int] | None:
    """Return the place of what is told of a part, between commas: "eight people, two of them rescuers, were hurt"."""
    part = _words("part", lang).search(gap) or re.search(r"(?<=,) (?:not|et non|y no|а не|وليس|而非|而不是) ", gap)
    if part is None:
        return None
    start = max((comma.start() for comma in _COMMAS.finditer(gap, 0, part.end())), default=part.start())
    end = _COMMAS.search(gap, part.end())
    return (start, end.end()) if end else None


_CHINESE_COUNT = re.compile(r"(?:的)?(?:人数|总数|者|人员)[^，。；、]{0,8}(?:至|为|达|到|过|逾|有|共|是)?")


def _limit(sentence: _Sentence, number: Number) -> float:
    """Return how far from a number its word of harm may stand: far, where people are counted by name."""
    text, lang = sentence.text, sentence.lang
    behind = text[number.end : number.end + 40]
    if any(_words(name, lang).match(text, number.start) for name in ("two_people", "one_person")):
        return _FARTHEST["people"]
    if number.article and _is_one_of(behind, lang):
        return _FARTHEST["people"]
    if number.article and not _is_one(behind, lang):
        return 8.0 if _words("victim", lang).match(text, number.start) else 3.0
    people = _words("people", lang)
    before = text[max(0, number.start - 12) : number.start].split()
    if _is_up_to(text[max(0, number.start - 12) : number.start], lang):
        return _FARTHEST["people"]
    of = _words("of", lang).match(behind.lstrip())
    if lang == "zh" or of or people.match(behind.lstrip()) or _is_agent(behind, lang) or (before and people.fullmatch(before[-1])):
        return _FARTHEST["people"]
    return _FARTHEST["other" if re.match(r" [^\W\d_]", behind) else "bare"]


def _carried(sentence: _Sentence, free: Sequence[Number], words: Sequence[_Word]) -> Iterator[tuple[Number, _Word]]:
    """Join a number that says how far it rose or fell to the word of harm before it: "died; the toll stands at 17"."""
    for number in free:
        before = sentence.text[max(0, number.start - 40) : number.start]
        told = [word for word in words if word.end <= number.start and word.harm != "neither"]
        rises = _is_up_to(before, sentence.lang) and _words("total", sentence.lang).search(before)
        if told and rises and not number.article:
            counted = [match.end() for match in _words("total", sentence.lang).finditer(sentence.text, 0, number.start)]
            named = [word for word in told if counted and word.start >= counted[0]]
            yield number, (named or told[-1:])[0]


def _is_up_to(before: str, lang: str) -> bool:
    """Tell whether a number is what something rose or fell to."""
    plain = before.rstrip()
    return any(match.end() == len(plain) for match in _words("up_to", lang).finditer(plain))


def _is_part(sentence: _Sentence, number: Number, words: Sequence[_Word], numbers: Sequence[Number]) -> bool:
    """Tell whether a number is a part of one told before: "of whom two", "mostly workers and two firemen"."""
    lang, text = sentence.lang, sentence.text
    last = max((other.end for other in numbers if other.end <= number.start), default=max(0, number.start - 14))
    before = text[max(last, number.start - 40) : number.start]
    following = min((other.start for other in numbers if other.start >= number.end), default=len(text))
    if following < len(text) and _words("of", lang).fullmatch(text[number.end : following].strip()):
        return True
    behind = text[number.end : min(following, number.end + (12 if lang == "zh" else 40))].lstrip()
    parts = list(_words("part", lang).finditer(before))
    if (parts and not _is_over(before[parts[-1].end() :], lang)) or _words("part", lang).match(behind):
        return True
    harmed = any(word.harm == "affected" and word.end <= number.start for word in words)
    return harmed and bool(_words("state", lang).search(_STOPS.split(behind)[0] + before[-12:]))


def _is_over(gap: str, lang: str) -> bool:
    """Tell whether what is told of a part has ended: "seven died, among them the bride, and 52 ..."."""
    comma = _COMMAS.search(gap, 1)
    return comma is not None and bool(_ANDS[lang].search(gap, comma.end()))


def _figure(
    sentence: _Sentence,
    number: Number,
    word: _Word,
    words: Sequence[_Word],
    numbers: Sequence[Number],
    addable: Sequence[Number],
) -> _Figure:
    """Weigh a number by what is said around it, and add what is told in one breath: "26 children and two women"."""
    lang, text = sentence.lang, sentence.text
    wide = 10 if lang == "zh" else 30
    before = text[max(0, number.start - 2 * wide) : number.start]
    behind = text[number.end : number.end + wide]
    value, spans = number.value, [sentence.span(number.start, number.end)]
    low, high = min(number.start, word.start), max(number.end, word.end)
    if number.rank and word.harm == "affected":
        value = 1
    score = sentence.score - (0.8 if number.article and _words("one_person", lang).match(text, number.start) else 0.0)
    further = bool(_words("further", lang).search(before[-10:]) or _words("further", lang).match(behind.lstrip()))
    further = further or _is_further(sentence, number.start, word.end if word.start > number.start else number.end)
    further = further and not _words("still", lang).search(text[low : high + 2])
    score -= 1.5 * further
    last = max((other.end for other in numbers if other.end <= low), default=0)
    total = bool(_words("total", lang).search(text[max(last, low - 60) : high + 2]))
    clause = re.split(r"[;:!?；：。؛]", before)[-1]
    told = find_numbers(clause, lang)
    if told:
        clause = _COMMAS.split(clause[told[-1].end :])[-1]
    earlier = bool(_words("earlier", lang).search(clause))
    earlier = earlier or any(_words(name, lang).search(_CLAUSES.split(text[high:])[0]) for name in ("mistaken", "untrue"))
    lesser = _is_lesser(text, number.start, number.end, number, lang)
    if sentence.of_other and _words("this_time", lang).search(text[:low]):
        score += _OTHER
    score += 1.5 * (total and not earlier and not lesser) - 2.5 * earlier - 2.0 * lesser
    if word.harm == "affected" and _is_unhurt(re.split("[.;。；]", text[high : high + 60])[0], lang):
        score -= 3.0
    for other in [*_said_in_one_breath(text, number, addable, lang), *_graver(text, number, word, numbers, lang)]:
        score += 0.4
        value += other.value
        spans.insert(0, sentence.span(other.start, other.end))
    part = _is_part(sentence, number, words, numbers)
    spans.append(sentence.span(word.start, word.end))
    place = (low, high)
    return _Figure(word.harm, value, score, tuple(spans), part, earlier or lesser, _is_claimed(sentence, low, high), further, sentence.at_or_title, total, place)


def _is_claimed(sentence: _Sentence, low: int, high: int) -> bool:
    """Tell whether somebody is said to say so: of weight where the main speaker denies or doubts."""
    start = max((stop.end() for stop in _SAID.finditer(sentence.text, 0, low)), default=0)
    stop = _SAID.search(sentence.text, high)
    said = sentence.text[start : stop.start() if stop else len(sentence.text)]
    if _words("myself", sentence.lang).search(said):
        return False
    return any(_words(name, sentence.lang).search(sentence.text) for name in ("says", "claims"))


_SAID = re.compile(r"[;；؛]")


def _graver(text: str, number: Number, word: _Word, numbers: Sequence[Number], lang: str) -> list[Number]:
    """Return the number of those badly harmed to add to one of the lightly harmed: "23 lightly and four badly hurt"."""
    behind = text[number.end : max(word.end, number.end) + 25]
    light = _words("lightly", lang).search(behind)
    if word.harm != "affected" or light is None:
        return []
    following = [other for other in numbers if other.start >= number.end + light.end()][:1]
    near = [other for other in following if other.start - number.end - light.end() < 15]
    return [other for other in near if _words("state", lang).search(text[other.start : other.end + 25])]


def _is_unhurt(behind: str, lang: str) -> bool:
    """Tell whether those in care were not harmed: "were seen as a precaution, without injuries"."""
    return bool(_words("precaution", lang).search(behind))


def _clause(text: str, low: int, high: int, lang: str) -> tuple[int, int]:
    """Return the part of a sentence around a place, up to a semicolon or a word of contrast on either side."""
    stops = [match.span() for match in _CLAUSES.finditer(text)]
    stops += [match.span() for match in _words("contrast", lang).finditer(text)]
    if lang == "zh":
        stops += [match.span() for match in _CHINESE_COMMA.finditer(text)]
    start = max((stop[1] for stop in stops if stop[1] <= low), default=0)
    return start, min((stop[0] for stop in stops if stop[0] >= high), default=len(text))


_CHINESE_COMMA = re.compile(r"(?<![称说示出露绍道])，")


def _is_lesser(text: str, low: int, high: int, number: Number, lang: str) -> bool:
    """Tell whether the clause of a figure gives it to neighbours, posts, the opposition or the like."""
    start, end = _clause(text, low, high, lang)
    speakers = list(_words("lesser", lang).finditer(text, start, end))
    counted = number.end + (4 if lang == "zh" else 20)
    return any(not number.start <= match.start() <= counted for match in speakers) and bool(
        _words("says", lang).search(text, start, end)
    )


_CLAUSES = re.compile(r"[;；؛]|: ")


def _said_in_one_breath(text: str, number: Number, numbers: Sequence[Number], lang: str) -> list[Number]:
    """Return the numbers to add to one: people, "and", people: "a baker, his wife and their two daughters"."""
    ordered = sorted({number, *numbers})
    links = [_adjoins(text, one, other, lang) for one, other in pairwise(ordered)]
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


def _adjoins(text: str, first: Number, second: Number, lang: str) -> str:
    """Tell whether two numbers of people stand side by side: with "and" between, with a comma, or not (empty)."""
    if first.end > second.start or _UNCOUNTED in (first.value, second.value) or first.rank or second.rank:
        return ""
    gap = _AGES.sub("", text[first.end : second.start])
    if lang == "ar" and text[second.start] == "و":
        gap += " و"
    if len(gap) > 40 or _harm_words(lang).search(gap) or _words("part", lang).search(gap):
        return ""
    commas = re.findall("、", gap) if lang == "zh" else _COMMAS.findall(gap)
    if len(_STOPS.findall(gap)) > len(commas) or len(commas) > 1:
        return ""
    ands = list(_ANDS[lang].finditer(gap))
    most = 7 if first.article and second.article else 4
    if (commas and ands) or (lang == "zh" and len(gap) > 8) or len(gap.split()) > most:
        return ""
    link = ands[-1].end() if ands else gap.find(commas[0]) + 1 if commas else -1
    if link < 0:
        return ""
    rest = _words("about", lang).sub("", gap[link:]).strip()
    if rest and not (second.article and " " not in rest) and not _words("possessive", lang).match(rest):
        return ""
    return "and" if ands else ","


@cache
def _raw() -> dict[str, dict[str, list[str]]]:
    return read_yaml(Path(__file__).parent / "data" / "casualties.yaml")


def _bounded(words: str, lang: str) -> str:
    if lang == "zh":
        return words
    lead = "(?:و|ف)?(?:ب|ل|ك)?(?:ال)?" if lang == "ar" else ""
    return rf"(?<!\w){lead}(?:{words})(?!\w)"


@cache
def _words(name: str, lang: str) -> re.Pattern[str]:
    """Return a pattern of the words of a list, one that finds nothing where the language has none."""
    words = "|".join(_raw()[name].get(lang, ()))
    return re.compile(_bounded(words, lang)) if words else _NEVER


@cache
def _harm_words(lang: str) -> re.Pattern[str]:
    """Return a pattern of all words of harm, in groups by what they say."""
    order = ("neither", "killed_behind", "affected_behind", "killed", "affected")
    return re.compile(_bounded("|".join(f"(?P<{name}>{'|'.join(_raw()[name][lang])})" for name in order), lang))
