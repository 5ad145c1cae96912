"""How many people a report says died, and how many were injured, ill or exposed.

In each sentence every number of people is joined to the nearest word of death or harm; of all figures told, the one
that stands for the whole, now, and by the main speaker, is the report's by the rules. A learned model
(`opencwc.reports.figure_model`) weighs what they read beside every other number of people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from opencwc.language.dates import FoundDate
from opencwc.language.plain_text import plain_text
from opencwc.language.sentences import sentences_in
from opencwc.language.whole_numbers import Number, find_numbers
from opencwc.models.register import usable_now
from opencwc.reports.figure_model import MODEL, read_figures
from opencwc.reports.harm.added import graver, said_in_one_breath, with_here_and_there, with_others
from opencwc.reports.harm.candidates import Told, candidates_of
from opencwc.reports.harm.culprits import without_culprits
from opencwc.reports.harm.links import carried, is_part, joined_to_harm, shares_fate, with_harm_behind
from opencwc.reports.harm.lists import ANDS, CLAUSES, COMMAS, STOPS, Harm, clause_around, harm_pattern, listed
from opencwc.reports.harm.nobody import is_of_nobody, is_unhurt, nobody_harmed, none_survived, unharmed
from opencwc.reports.harm.one import in_turn, is_further, lives_lost, ones_harmed
from opencwc.reports.harm.people import people_in
from opencwc.reports.harm.sentence import UNCOUNTED, Figure, HarmWord, Sentence
from opencwc.reports.harm.words import harms_in, is_spared
from opencwc.reports.model import Casualties, Count, Date, Nature, Report
from opencwc.reports.when import HEAD, dates_of, find_date, is_remembered

HARMLESS = ("policy", "technology", "transfer", "inspection")
"""Kinds of events that harm nobody themselves: figures told beside them are those of another event."""


_ENOUGH = -2.8
"""With less that speaks for it, a figure is not the report's own."""


_OTHER = 3.0
"""How much it speaks against a figure that its sentence tells of another event."""


_LONG_AGO = 2.0
"""How much it speaks against a figure that its clause puts it into a time gone by: it stands where no other is told."""


_NEAR = 1.1
"""By how much the figures may differ, in what speaks for them, among which the highest is taken."""


_NEW = 20
"""Within so many days a report is on something new."""


_MOST = 30
"""How many numbers, and how many words of harm, are looked at in one sentence."""


def find_casualties(report: Report, lang: str, nature: Nature) -> Casualties:
    """Return who died and who was harmed by the event, as the report's main speaker has it at last."""
    if nature.kind in HARMLESS or nature.stage == "planned" or lang not in ANDS:
        return Casualties()
    reading = read_by_rules(report, lang, nature)
    if is_denial(nature) or not usable_now(MODEL):
        return with_none_dead(reading.answer)
    candidates = candidates_of(reading.told, reading.answer, nature, drill=reading.drill)
    return with_none_dead(read_figures(candidates, reading.answer))


def with_none_dead(found: Casualties) -> Casualties:
    """Return figures with nobody dead where nobody was hurt, and no dead are told of."""
    if found.affected.number == 0 and found.killed.number is None:
        return found._replace(killed=found.affected)
    return found


def is_denial(nature: Nature) -> bool:
    """Tell whether the main speaker denies or doubts: then the rules answer, which leave out what others claim."""
    return nature.stage == "denied" or nature.stance in ("denies", "doubts")


class RuleReading(NamedTuple):
    """What the rules read: each sentence with its figures, whether a drill is told of, and what they answer."""

    told: tuple[Told, ...]
    drill: bool
    answer: Casualties


def read_by_rules(report: Report, lang: str, nature: Nature) -> RuleReading:
    """Return the figures of each sentence, and who died and was harmed by the rules alone."""
    drill = (nature.kind == "other" or nature.stage == "denied") and bool(
        listed("exercise", lang).search(plain_text(report.whole[:HEAD], lang).text)
    )
    dates = dates_of(report, lang, ahead=False)
    told = tuple(
        Told(sentence, tuple(_figures(sentence, dates)), partial(_is_date, sentence, dates=dates))
        for sentence in _sentences(report, lang, nature, dates)
    )
    figures = [
        figure
        for sentence, some, _ in told
        if not drill
        or (listed("really", lang).search(sentence.text) and not listed("exercise", lang).search(sentence.text))
        for figure in some
    ]
    return RuleReading(told, drill, _answer(report, lang, nature, figures))


def _answer(report: Report, lang: str, nature: Nature, figures: Sequence[Figure]) -> Casualties:
    if nature.stage == "denied" or nature.stance in ("denies", "doubts"):
        figures = [figure for figure in figures if not ((figure.by_others or figure.claimed) and figure.number)]
    if nature.stage == "denied" or nature.stance == "denies":
        none = {figure.harm for figure in figures if not figure.number and not figure.weak and figure.score >= -2.0}
        figures = [figure for figure in figures if not (figure.number and figure.harm in none)]
    if any(figure.number and not figure.weak and figure.score >= _ENOUGH for figure in figures):
        figures = [figure for figure in figures if figure.number or not figure.weak]
    new = [figure.spans[0] for figure in figures if figure.number and not figure.ago and figure.score >= -_NEAR]
    if new:
        figures = [figure for figure in figures if not figure.ago or figure.spans[0] < min(new)]
    killed = _latest("killed", figures)
    others = [
        one for one in figures if one.at >= 0 or one.harm == "killed" or one.number != killed.number or not one.number
    ]
    affected = _latest("affected", others)
    lost = next(none_survived(report, lang), None) if affected.number and not killed.number else None
    if lost:
        return Casualties(Count(affected.number, (*affected.spans, lost)))
    return Casualties(
        killed, _of_those_hit(figures, killed, affected) or _without_the_dead(report, lang, killed, affected)
    )


def _of_those_hit(figures: Sequence[Figure], killed: Count, affected: Count) -> Count | None:
    """Return those harmed where they and the dead, told side by side, make up who was hit: one of three died."""
    if not killed.number or not affected.number or affected.number <= killed.number:
        return None
    beside = {
        figure.at: figure.spans[0].start
        for figure in figures
        if figure.harm == "killed" and figure.number == killed.number and figure.spans
    }
    hit = affected.spans[0].start if affected.spans else 0
    told = (
        one
        for one in figures
        if one.harm == "affected" and one.number == affected.number - killed.number
        if one.spans and one.spans[0].start >= max(hit, beside.get(one.at, one.spans[0].start + 1))
    )
    return next((Count(one.number, one.spans) for one in told), None)


def _without_the_dead(report: Report, lang: str, killed: Count, affected: Count) -> Count:
    """Take the dead off those harmed, where the rest is told of without a number: "33 fell ill; two died, the rest"."""
    if not killed.number or not affected.number or not affected.spans:
        return affected
    if killed.number == affected.number == 1 and _is_the_same_one(report, lang, killed, affected):
        return Count()
    if affected.number <= killed.number:
        return affected
    told = max(span.end for span in affected.spans)
    died = min(span.start for span in killed.spans)
    text = plain_text(report.whole[:HEAD], lang).text
    rest = listed("the_rest", lang).search(text, max(span.end for span in killed.spans))
    near = rest is not None and rest.start() - died < 160 and told <= died
    return Count(affected.number - killed.number, (*affected.spans, *killed.spans)) if near else affected


def _is_the_same_one(report: Report, lang: str, killed: Count, affected: Count) -> bool:
    """Tell whether the next sentence begins with a pronoun and says that the one harmed has died."""
    first, then = affected.spans[-1].end, killed.spans[0].start
    gap = plain_text(report.whole[first : killed.spans[0].end], lang).text
    stop = re.search(r"[.。!?] ?", gap)
    return first < then and stop is not None and bool(listed("pronoun", lang).match(gap, stop.end()))


def _latest(harm: Harm, figures: Sequence[Figure]) -> Count:
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


def _highest(figures: Sequence[Figure]) -> Figure | None:
    top = max((figure.score for figure in figures), default=_ENOUGH)
    near = [figure for figure in figures if figure.score >= max(top - _NEAR, _ENOUGH)]
    return max(near, key=lambda figure: figure.number, default=None)


def _adds(figure: Figure, body: Figure) -> bool:
    """Tell whether a figure is of people put to those told before."""
    alone = 1 in (body.number, figure.number)
    later = (figure.at, figure.place) > (body.at, body.place) if alone else figure.at > body.at
    fits = figure.further and later and figure.number > 0 and not figure.by_others and not body.total
    return fits and figure.score + 1.5 > body.score - 1.5


def _sentences(report: Report, lang: str, nature: Nature, dates: Sequence[FoundDate]) -> Iterator[Sentence]:
    """Give the sentences, each with what speaks against its figures as a whole."""
    spans = sentences_in(report.whole[:HEAD])
    plain = [plain_text(report.whole[start:end], lang) for start, end in spans]
    corrects = bool(listed("correction", lang).search(" ".join(one.text for one in plain[:2])))
    remembers = is_remembered(report, lang, nature)
    told_day = find_date(report, lang, nature)
    event = _day_of(told_day, report)
    year = 0 if remembers or nature.stage == "concluded" else event.year
    is_new = (report.published.date() - event).days <= _NEW or _is_of_another(report, told_day, lang)
    news = nature.stance != "none"
    at = 0
    for index, (start, end) in enumerate(spans):
        is_title = start < report.body_at
        score = (0.3 if corrects else -0.15) * at - (0.1 if is_title else 0.0)
        inside = [found for found in dates if start <= found.start < end and not _is_birth(report.whole, found, lang)]
        lasted = nature.stage == "concluded" or not at
        old = not lasted and bool(inside) and all(_is_before(found, event) for found in inside)
        other = not remembers and (old or bool(listed("elsewhere", lang).search(plain[index].text)))
        score -= _OTHER * other
        behind = plain[index + 1].text if index + 1 < len(plain) else ""
        mistaken = listed("mistaken", lang)
        score -= 2.5 * bool(mistaken.search(behind[:60]) and not mistaken.search(plain[index].text))
        around = " ".join(one.text for one in plain[max(0, index - 1) : index + 1])
        yield Sentence(plain[index], start, lang, at, is_title, score, news, around, other, year, is_new)
        at += not is_title


def _is_of_another(report: Report, told: Date, lang: str) -> bool:
    """Tell whether the only day of a report is a time long before, told late: "In the same town last autumn"."""
    late = [span for span in told.spans if sentences_in(report.whole[: span.start])[1:]]
    words = (plain_text(report.whole[span.start : span.end], lang).text for span in late)
    return bool(late) and any(listed("ago", lang).search(word) for word in words)


def _is_birth(text: str, found: FoundDate, lang: str) -> bool:
    """Tell whether a date says when somebody was born."""
    around = text[max(0, found.start - 20) : found.start], text[found.end : found.end + 20]
    return any(listed("born", lang).search(plain_text(one, lang).text) for one in around)


def _is_before(found: FoundDate, event: date) -> bool:
    """Tell whether a date lies well before the event."""
    return (event - found.first).days > _NEW and not event.isoformat().startswith(found.text)


def _day_of(told: Date, report: Report) -> date:
    """Return the first day of the event's date, the day of the report where it has none."""
    return date.fromisoformat((told.text + "-01-01")[:10]) if told.text else report.published.date()


def _figures(sentence: Sentence, dates: Sequence[FoundDate]) -> Iterator[Figure]:
    """Give the figures of one sentence."""
    nobody = list(nobody_harmed(sentence))
    yield from (figure for figure, _ in nobody)
    words = [word for word in harms_in(sentence) if not any(_overlap(word, place) for _, place in nobody)][:_MOST]
    spared = [word for word in words if word.harm != "neither" and is_spared(sentence, word)]
    yield from unharmed(sentence, spared)
    words = [word for word in words if word not in spared and not is_of_nobody(sentence, word)]
    if sentence.is_news and not sentence.of_other and not any(figure.harm == "killed" for figure, _ in nobody):
        yield from lives_lost(sentence)
    if not any(word.harm != "neither" for word in words):
        return
    people = [number for number in people_in(sentence, words) if not _is_date(sentence, number, dates)][:_MOST]
    numbers = without_culprits(sentence, people)
    joined = joined_to_harm(sentence, numbers, words)
    joined = [with_harm_behind(sentence, pair, numbers, words, joined) for pair in joined]
    harms = {number: word.harm for number, word in joined}
    free = [number for number in numbers if number not in harms]
    figures = []
    for number, word in [*joined, *carried(sentence, free, words)]:
        if word.harm != "neither" and number.value != UNCOUNTED:
            addable = [other for other in numbers if shares_fate(other, number, word, joined)]
            figures.append(_figure(sentence, number, word, words, numbers, addable))
    ones = list(ones_harmed(sentence, [word for word in words if all(word is not other for _, other in joined)]))
    lang = sentence.lang
    told = [*figures, *(ones if sentence.is_news else ())]
    if (
        {figure.harm for figure in told} == {"killed", "affected"}
        and len(numbers) <= 1
        and lang != "ar"
        and all(figure.number == 1 and not figure.further for figure in told)
    ):  # the same one: "who collapsed has died"
        ones = [one for one in ones if one.harm == "killed"]
        figures = [figure for figure in figures if figure.harm == "killed"]
    turns = list(in_turn(sentence, words, figures))
    yield from turns
    if turns:
        figures = [figure for figure in figures if figure.harm == "killed" or figure.number > 1]
    if sentence.is_news:
        yield from (one for one in ones if not (turns and one.harm == "affected"))
    yield from with_others(sentence, list(with_here_and_there(sentence, figures)))


def _overlap(word: HarmWord, place: tuple[int, int]) -> bool:
    return word.start < place[1] and place[0] < word.end


def _is_date(sentence: Sentence, number: Number, dates: Iterable[FoundDate]) -> bool:
    span = sentence.span(number.start, number.end)
    return any(found.start <= span.start < found.end for found in dates)


def _figure(
    sentence: Sentence,
    number: Number,
    word: HarmWord,
    words: Sequence[HarmWord],
    numbers: Sequence[Number],
    addable: Sequence[Number],
) -> Figure:
    """Weigh a number by what is said around it, and add what is told in one breath: "26 children and two women"."""
    lang, text = sentence.lang, sentence.text
    wide = 10 if lang == "zh" else 30
    before = text[max(0, number.start - 2 * wide) : number.start]
    behind = text[number.end : number.end + wide]
    value, spans = number.value, [sentence.span(number.start, number.end)]
    low, high = min(number.start, word.start), max(number.end, word.end)
    if number.rank and word.harm == "affected":
        value = 1
    score = sentence.score - (0.8 if number.article and _is_without_number(text, number, lang) else 0.0)
    further = bool(listed("further", lang).search(before[-10:]) or listed("further", lang).match(behind.lstrip()))
    further = further or is_further(sentence, number.start, word.end if word.start > number.start else number.end)
    further = further or _is_and_nothing_before(text, number, addable, lang)
    further = further and not listed("still", lang).search(text[low : high + 2])
    score -= 1.5 * further
    last = max((other.end for other in numbers if other.end <= low), default=0)
    total = bool(listed("total", lang).search(text[max(last, low - 60) : high + 2]))
    clause = re.split(r"[;:!?；：。؛]", before)[-1]
    told = [one for one in find_numbers(clause, lang) if clause[one.start - 1 : one.start] not in _OF_WEEKDAYS]
    if told:
        clause = COMMAS.split(clause[told[-1].end :])[-1]
    earlier = bool(listed("earlier", lang).search(clause))
    earlier = earlier or any(
        listed(name, lang).search(CLAUSES.split(text[high:])[0]) for name in ("mistaken", "untrue")
    )
    score -= _OTHER * (not number.article and _is_of_another_year(sentence, low, high))
    ago = any(_is_long_ago(sentence, one.start, one.end) for one in (number, word))
    score -= _LONG_AGO * ago
    lesser = _is_lesser(text, number.start, number.end, number, lang)
    if sentence.of_other and (listed("this_time", lang).search(text[:low]) or _is_before_the_other(sentence, high)):
        score += _OTHER
    score += 1.5 * (total and not earlier and not lesser) - 2.5 * earlier - 2.0 * lesser
    if word.harm == "affected" and is_unhurt(re.split("[.;。；]", text[high : high + 60])[0], lang):
        score -= 3.0
    others = [*said_in_one_breath(text, number, addable, lang), *graver(text, number, word, numbers, lang)]
    again = lang == "zh" and text.startswith("人", number.end) and len(others) > 1
    for other in () if again and sum(one.value for one in others) == value else others:
        score += 0.4
        value += other.value
        spans.insert(0, sentence.span(other.start, other.end))
    part = is_part(sentence, number, words, numbers)
    spans.append(sentence.span(word.start, word.end))
    place = (low, high)
    return Figure(
        word.harm,
        value,
        score,
        tuple(spans),
        part,
        earlier or lesser,
        _is_claimed(sentence, low, high),
        further,
        sentence.at_or_title,
        total,
        place,
        ago=ago and sentence.is_new,
    )


def _is_before_the_other(sentence: Sentence, high: int) -> bool:
    """Tell whether another event comes behind a figure, with one of its own: "nine fell ill; such a leak hurt 50"."""
    text, lang = sentence.text, sentence.lang
    other = listed("elsewhere", lang).search(text)
    if other is None or other.start() < high:
        return False
    stops = [stop.end() for stop in STOPS.finditer(text, high, other.start())]
    own = find_numbers(text[stops[-1] :], lang) if stops else []
    return bool(own) and harm_pattern(lang).search(text, stops[-1]) is not None


_OF_WEEKDAYS = ("周", "期", "拜")
"""Signs before the number of a Chinese weekday."""


def _is_of_another_year(sentence: Sentence, low: int, high: int) -> bool:
    """Tell whether the clause of a figure names a year before that of the event: "where two died in 2011"."""
    years = _YEAR.findall(sentence.text, *_clause_at(sentence, low, high))
    return bool(years) and all(int(year) < sentence.year - 1 for year in years)


def _clause_at(sentence: Sentence, low: int, high: int) -> tuple[int, int]:
    """Return the part of a sentence around a place, up to the next sign of punctuation on either side."""
    start = max((stop.end() for stop in STOPS.finditer(sentence.text, 0, low)), default=0)
    stop = STOPS.search(sentence.text, high)
    return start, stop.start() if stop else len(sentence.text)


def _is_long_ago(sentence: Sentence, low: int, high: int) -> bool:
    """Tell whether the clause of a figure says a time long before: "where seven fell ill a month ago"."""
    if not sentence.year:
        return False
    start, end = _clause_at(sentence, low, high)
    while sentence.text[start - 1 : start] == "、":
        start = _clause_at(sentence, start - 1, high)[0]
    ago = listed("ago", sentence.lang)
    return bool(ago.search(sentence.text, start, end)) or _is_set_before(sentence, ago, start)


def _is_set_before(sentence: Sentence, times: re.Pattern[str], start: int) -> bool:
    """Tell whether the part before a clause sets its time: "In the same town last autumn, two died"."""
    if start < 2 or not COMMAS.fullmatch(sentence.text[start - 1]):
        return False
    stop = max((stop.end() for stop in STOPS.finditer(sentence.text, 0, start - 1)), default=0)
    part = sentence.text[stop : start - 1]
    if (stop and COMMAS.fullmatch(sentence.text[stop - 1])) and not _WHERE.match(sentence.text, start):
        return False
    joined = ANDS[sentence.lang].match(sentence.text[start : start + 12].lstrip())
    return not joined and bool(times.search(part)) and not harm_pattern(sentence.lang).search(part)


_WHERE = re.compile(r"\s*(?:in which|where|which|that|qui|où|que|donde|где|котор\w+|التي|الذي|حيث)\b")
"""Begins a clause on what was named before it."""


_YEAR = re.compile(r"(?<![\d.,-])(?:19|20)\d\d(?![\d.,-]\d)")


def _is_without_number(text: str, number: Number, lang: str) -> bool:
    return any(listed(name, lang).match(text, number.start) for name in ("one_person", "age"))


def _is_and_nothing_before(text: str, number: Number, addable: Sequence[Number], lang: str) -> bool:
    """Tell whether the Russian "and" in front of one person joins no other in the sentence, and so says "also"."""
    if lang != "ru" or not number.article or said_in_one_breath(text, number, addable, lang):
        return False
    return re.search(r"\bи (?:(?:его|ее|их) )?$", text[: number.start]) is not None and not any(
        other.end <= number.start and number.start - other.end < 30 and other.article for other in addable
    )


def _is_claimed(sentence: Sentence, low: int, high: int) -> bool:
    """Tell whether somebody is said to say so: of weight where the main speaker denies or doubts."""
    start = max((stop.end() for stop in _SAID.finditer(sentence.text, 0, low)), default=0)
    stop = _SAID.search(sentence.text, high)
    said = sentence.text[start : stop.start() if stop else len(sentence.text)]
    if listed("myself", sentence.lang).search(said):
        return False
    return any(listed(name, sentence.lang).search(sentence.text) for name in ("says", "claims"))


_SAID = re.compile(r"[;；؛]")


def _is_lesser(text: str, low: int, high: int, number: Number, lang: str) -> bool:
    """Tell whether the clause of a figure gives it to neighbours, posts, the opposition or the like."""
    start, end = clause_around(text, low, high, lang)
    speakers = list(listed("lesser", lang).finditer(text, start, end))
    counted = number.end + (4 if lang == "zh" else 20)
    return any(not number.start <= match.start() <= counted for match in speakers) and bool(
        listed("says", lang).search(text, start, end)
    )
