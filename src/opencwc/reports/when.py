"""When what a report tells of began: of all dates in it, the one that is the event's.

A date counts the more, the nearer to the head of the report it stands; less, where words beside it make it the date of
a statement, of what lies before, or of what is to come.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.language.dates import FoundDate, find_dates
from opencwc.language.plain_text import plain_text
from opencwc.language.sentences import sentences_in
from opencwc.language.whole_numbers import find_numbers
from opencwc.reports.model import Date, Nature, Report, Span

_DECIDED = ("policy", "transfer", "technology")
"""Kinds that somebody decides: the day on which it is said may be the day of the thing itself."""
_BECAUSE_OF_ANOTHER = ("policy", "inspection", "destruction", "technology")
"""Kinds that are told of beside another event because of which they are."""
_WITH_A_TOLL = ("accident", "attack", "alleged_use")
_OF_A_TOLL = 6.0
"""How much less a day counts on which a count of the dead or injured rose."""
_NEAR_IN_CHINESE = 14
_BESIDE = 3
"""Words that may stand between what happened and its day."""
_LESS = {"loose": 1.5, "before": 0.3}
"""How much less a way of saying a date counts."""
HEAD = 20_000
"""How many signs of a report are read: what it tells stands at its head, and what is longer must not take longer."""
_FIRST_SENTENCE = 600
"""How many signs the first sentence may have."""
_MOST_DATES = 60
_VERB_BEHIND = ("ru",)
"""Languages in which a day often stands before the verb that it belongs to."""
JUST_READ = 512
"""Reports whose dates and places are held for those who compare them: two batches."""
_ENOUGH = 0.8
"""With less that speaks for it, no date is the event's."""
_SENTENCES = (3.0, 2.2, 1.6, 1.0)
_PRECISIONS = {"day": 2.0, "month": 0.6, "year": 0.0}
_DATELINE = re.compile(
    r"(?:[^.!?。(]{0,50}\([^)]{2,40}\)\s*[-–—:.،]|[A-ZÀ-ÞА-ЯЁ'’.-]{3,}[^.!?。]{0,50}?\s[-–—]{1,2}\s"
    r"|[^\W\d_]+(?: [^\W\d_]+)?, [^.!?,]{0,20}\s[-–—]{1,2}\s|[^。,，]{0,30}?(?:日电|日讯|日专电))"
)
_WITH_A_DATE = re.compile(r" (?:the|le|la|el|al|du|يوم|день)$|(?<=[aà])u$")
"""A word that may stand between "until" and its day."""
_CLAUSE = re.compile(r"[,;:，；：、،؛—–()«»“”\"]")


def is_remembered(report: Report, lang: str, nature: Nature) -> bool:
    """Tell whether a report looks back at what happened long before: an anniversary, a memorial."""
    if nature.stage == "planned":
        return False
    head = plain_text(report.whole[: report.body_at + (50 if lang == "zh" else 120)], lang).text
    return nature.stance == "none" or bool(_words("remembering", lang).search(head))


@lru_cache(maxsize=4)
def happened_before(report: Report, lang: str) -> bool:
    """Tell whether the title or the first sentence says that it happened before and now again."""
    return _words("again", lang).search(head_of(report, lang)) is not None


def follows(report: Report, lang: str) -> bool:
    """Tell whether the title or the first sentence tells of what follows on something that was told before."""
    return _words("follow_up", lang).search(head_of(report, lang)) is not None


@lru_cache(maxsize=4)
def head_of(report: Report, lang: str) -> str:
    """Return the title and the first sentence, as words are looked for in them."""
    first = next(iter(sentences_in(report.text[:_FIRST_SENTENCE])), (0, 0))
    return plain_text(report.whole[: report.body_at + first[1]], lang).text


class _Candidate(NamedTuple):
    """A date of the report, how much speaks for it, and how much of that the words beside it say."""

    found: FoundDate
    score: float
    words: float = 0.0


def find_date(report: Report, lang: str, nature: Nature) -> Date:
    """Return the day, month or year that an event began, as the report gives it; nothing where it gives none."""
    found = dates_of(report, lang, ahead=nature.stage == "planned")
    if not found:
        return Date()
    reading = _Reading.of(report, lang, nature, found)
    candidates = reading.of_this_time(_as_one([_Candidate(date, *reading.score(date)) for date in found]))
    best = max(candidates, key=lambda candidate: candidate.score)
    if best.score < _ENOUGH:
        return Date()
    return reading.began(best, candidates)


def _as_one(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Give two ways of saying one day side by side ("today, Wednesday") one score."""
    found = list(candidates)
    for at in range(1, len(found)):
        first, second = found[at - 1], found[at]
        if second.found.start - first.found.end <= 3 and first.found.text == second.found.text:
            words = [first.words, second.words]
            both = min(words) if min(words) < 0 else max(words)
            found[at - 1 : at + 1] = [
                one._replace(score=one.score - one.words + both, words=both) for one in found[at - 1 : at + 1]
            ]
    return found


@lru_cache(maxsize=JUST_READ)
def dates_of(report: Report, lang: str, *, ahead: bool) -> Sequence[FoundDate]:
    """Return the dates of a report, counted from the day on which it was published."""
    return find_dates(report.whole[:HEAD], lang, report.published.date(), ahead=ahead)[:_MOST_DATES]


class _Reading(NamedTuple):
    """A report with what is known of it before its dates are weighed."""

    report: Report
    lang: str
    today: date
    nature: Nature
    planned: bool
    remembered: bool
    sentences: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, report: Report, lang: str, nature: Nature, found: Sequence[FoundDate]) -> _Reading:
        planned = nature.stage == "planned"
        remembered = is_remembered(report, lang, nature) or (not planned and _says_how_long_ago(found))
        return cls(
            report,
            lang,
            report.published.date(),
            nature,
            planned,
            remembered,
            tuple(sentences_in(report.whole[:HEAD])),
        )

    def score(self, found: FoundDate) -> tuple[float, float]:
        """Return how much speaks for a date, and how much of that the words beside it say."""
        first = next((at for at, (_, end) in enumerate(self.sentences) if end > self.report.body_at), 0)
        at = next((at for at, (_, end) in enumerate(self.sentences) if found.start < end), len(self.sentences) - 1)
        if self._is_dateline(found) or self._is_last_day(found, at):
            return -9.0, 0.0
        score = _SENTENCES[min(max(0, at - first), 3)] + _PRECISIONS[found.precision]
        score -= _LESS.get(found.form.rstrip("-+0123456789n"), 0.0) + 1.5 * (found.form == "year+0")
        begins = self._begins(found)
        if begins and not self.lasts:  # "held since 2016" is a state of things
            score, begins = score - 1.5 * (found.precision == "year"), False
        words = self._by_words(*self._beside(found, at), begins=begins)
        words -= _OF_A_TOLL * self._is_of_a_toll(found, at)
        words -= self._counts_from_another(found) + self._is_to_come(found, at) + self._is_of_the_cause(found, at)
        return score + words + self._by_time(found), words

    def of_this_time(self, candidates: Sequence[_Candidate]) -> Sequence[_Candidate]:
        """Leave out "a month ago" where it happened again, and a day says when."""
        if self.planned or self.remembered or not happened_before(self.report, self.lang):
            return candidates
        days = [one for one in candidates if one.found.precision == "day" and one.score >= _ENOUGH]
        return (
            [one for one in candidates if one.found.precision == "day" or not one.found.relative]
            if days
            else candidates
        )

    def _by_words(self, before: str, behind: str, *, begins: bool) -> float:
        """Weigh a date by the words beside it."""

        def near(name: str) -> bool:
            words = _words(name, self.lang)
            told_before = self.lang == "zh" and name == "first_signs" and words.search(before[-8:]) is not None
            return told_before or _near(words, before, behind, self.lang)

        score = 4.0 if begins else 2.5 if near("first_signs") else 0.8 * near("happening")
        leads = _words("that", self.lang).match(behind.strip()) and _words("speech", self.lang).search(before)
        told = list(_words("happening", self.lang).finditer(before))
        since = before[told[-1].end() :] if told else before
        beside = told and len(since.split()) < _BESIDE and self.lang != "zh"
        said = _near(_words("speech", self.lang), since, "" if beside else behind, self.lang)
        if said or leads:
            own = (self.nature.kind in _DECIDED and self.nature.stage != "denied") or begins
            score -= (2.0 if leads else 0.7) if own else 3.0
        if near("following") or (self.nature.kind == "theft" and near("after_theft")):
            score -= 1.0 if self.nature.kind in _DECIDED else 2.5
        if not self.planned and near("coming"):
            score -= 2.5
        return score - 1.5 if near("background") else score

    def _is_of_a_toll(self, found: FoundDate, sentence: int) -> bool:
        """Tell whether a day is that on which a count of the dead or injured rose, and not that of what is counted."""
        if self.planned or self.nature.kind not in _WITH_A_TOLL:
            return False
        before, behind = self._beside(found, sentence)
        if self.lang == "zh":
            end = min(self.sentences[sentence][1], found.end + _NEAR_IN_CHINESE)
            before, near, behind = "", "", plain_text(self.report.whole[found.end : end], "zh").text
        else:
            words = 2 if self.lang == "ar" else 3
            near, behind = " ".join(before.split()[-words:]), " ".join(behind.split()[:words])
        rises = _words("toll_rises", self.lang)
        last = next(reversed(list(rises.finditer(near))), None)
        first = rises.search(behind)
        between = [near[last.end() :]] if last else [before]
        between += [behind[: first.start()]] if first else []
        happened = _words("happening", self.lang)
        return bool(last or first) and not any(happened.search(words) for words in between)

    def _counts_from_another(self, found: FoundDate) -> float:
        """Return how much less "a week after" counts: what it is after is another event or has a date of its own."""
        own = plain_text(self.report.whole[found.start : found.end], self.lang).text
        if self.remembered or not found.relative or not _words("after", self.lang).search(own):
            return 0.0
        return 3.0 if self.nature.kind in _BECAUSE_OF_ANOTHER else 1.5

    def _is_of_the_cause(self, found: FoundDate, sentence: int) -> float:
        """Return how much less a day counts on which that happened because of which somebody inspects."""
        if self.planned or self.nature.kind != "inspection":
            return 0.0
        before, behind = self._beside(found, sentence)
        if self.lang == "zh":
            return 3.0 * bool(_words("because_of", "zh").match(behind))
        leads = list(_words("because_of", self.lang).finditer(before))
        return 3.0 * bool(leads and _words("happening", self.lang).search(before, leads[-1].end()))

    def _is_to_come(self, found: FoundDate, sentence: int) -> float:
        """Return how much less a day counts that is still to come as the words of its clause say."""
        if self.planned or found.precision != "day":
            return 0.0
        before, behind = self._beside(found, sentence)
        if found.form == "weekday" and found.first != self.today:
            clause = f"{before} {behind}" if self.lang in _VERB_BEHIND else before
            if _words("will", self.lang).search(clause):
                return 9.0
        return 2.5 * (found.first >= self.today and bool(_words("coming", self.lang).search(before)))

    @property
    def lasts(self) -> bool:
        """Tell whether the report is on the end of something that lasted, so that its beginning is sought."""
        return self.nature.stage == "concluded" or self.nature.kind in ("transfer", "destruction")

    def _by_time(self, found: FoundDate) -> float:
        """Weigh a date by how far from the day of the report it lies."""
        away = (found.first - self.today).days
        if self.planned:
            return 2.0 if away >= 0 or found.text >= self.today.isoformat()[: len(found.text)] else -3.0
        if away > 0:
            return -4.0
        if self.nature.stage in ("denied", "confirmed") and self.nature.kind not in _DECIDED and away >= -1:
            return -0.9  # what is denied or confirmed is seldom of the same day
        if self.remembered:
            return (2.0 if away < -300 else 1.0 if away < -25 else -2.5) + (0.0 if found.relative else 1.0)
        if found.relative and found.form == "date" and away < -300:
            return -3.5  # without a year, and perhaps of the days to come
        return -1.0 if away < -400 and found.precision == "year" else 0.0

    def _is_dateline(self, found: FoundDate) -> bool:
        head = self.report.whole[self.report.body_at : self.report.body_at + 90]
        line = _DATELINE.match(head)
        return line is not None and self.report.body_at <= found.start < self.report.body_at + line.end()

    def _is_last_day(self, found: FoundDate, sentence: int) -> bool:
        """Tell whether something lasts until a date: the event may end then, or an appeal, and does not begin."""
        if self.planned:
            return False
        before, behind = self._beside(found, sentence)
        if self.lang == "zh":
            return _words("until", "zh").match(behind) is not None
        words = _WITH_A_DATE.sub("", before.rstrip())
        return any(match.end() == len(words) for match in _words("until", self.lang).finditer(words))

    def _beside(self, found: FoundDate, sentence: int) -> tuple[str, str]:
        """Return what stands before and behind a date in its clause."""
        start, end = self.sentences[sentence]
        whole = self.report.whole
        others = dates_of(self.report, self.lang, ahead=self.planned)
        last = max((other.end for other in others if other.end <= found.start), default=0)
        before = plain_text(_CLAUSE.split(whole[max(start, last, found.start - 60) : found.start])[-1], self.lang).text
        behind = plain_text(_CLAUSE.split(whole[found.end : min(end, found.end + 60)])[0], self.lang).text
        if self.lang != "zh" and (leads := list(_words("that", self.lang).finditer(before))):
            before = before[leads[-1].end() :]
        later = [other for other in others if found.end <= other.start < end and other.first != found.first]
        if self.lang == "ar" and start >= last and later:  # the verb stands first: "said on Monday that on Friday"
            before = " ".join(plain_text(whole[start : start + 12], self.lang).text.split()[:1]) + " " + before
        return before, behind

    def began(self, best: _Candidate, candidates: Sequence[_Candidate]) -> Date:
        """Return the date on which the event began, where the best date is perhaps that of its end."""
        found = best.found
        if self.remembered and (day := self._to_the_day(found, candidates)):
            return day
        if found.precision != "day":
            finer = [
                other.found
                for other in candidates
                if other.score > best.score - 1
                and len(other.found.text) > len(found.text)
                and other.found.text.startswith(found.text)
            ]
            if finer:
                found = finer[0]
        spans = (Span(found.start, found.end),)
        ended = self.nature.stage == "concluded" and not self._begins(found) and found.precision == "day"
        if ended and (days := self._days(found)):
            first = found.first - timedelta(days=days - 1)
            return Date(first.isoformat(), "day", spans)
        return Date(found.text, found.precision, spans)

    def _begins(self, found: FoundDate) -> bool:
        """Tell whether the words beside a date say that something began on it."""
        at = next((at for at, (_, end) in enumerate(self.sentences) if found.start < end), 0)
        before, behind = self._beside(found, at)
        own = plain_text(self.report.whole[found.start : found.end], self.lang).text
        leads = _words("from", self.lang)
        if leads.match(own) or any(match.end() >= len(before.rstrip()) for match in leads.finditer(before)):
            return True
        sent = self.nature.kind == "transfer" and _near(_words("leaving", self.lang), before, behind, self.lang)
        return sent or _near(_words("beginning", self.lang), before, behind, self.lang)

    def _to_the_day(self, found: FoundDate, candidates: Sequence[_Candidate]) -> Date | None:
        """Return the day of an anniversary that is told with the day on which it falls."""
        if found.precision != "year":
            return None
        for other in candidates:
            near = abs(other.found.start - found.start) < 200 and other.found.form in ("day+0", "day", "date")
            if near and other.found.first == self.today and other.found.precision == "day":
                day = other.found.first
                back = date(found.first.year, day.month, min(day.day, 28) if day.month == 2 else day.day)
                return Date(back.isoformat(), "day", tuple(Span(one.start, one.end) for one in (found, other.found)))
        return None

    def _days(self, found: FoundDate) -> int:
        """Return how many days it lasted, as the sentence of its last day says; 0 where it does not."""
        start, end = next((span for span in self.sentences if found.start < span[1]), (0, 0))
        plain = plain_text(self.report.whole[start:end], self.lang).text
        for match in _words("lasting", self.lang).finditer(plain):
            words = next((group for group in match.groups() if group), "")
            if words == "يومين":
                return 2
            stem = _DAYS_IN_ONE_WORD.get(words)
            numbers = find_numbers(words, self.lang)
            if stem or numbers:
                return min(stem or numbers[0].value, 60)
        return 0


def _says_how_long_ago(found: Sequence[FoundDate]) -> bool:
    """Tell whether a number of years leads back to the year of a day that is given in full."""
    years = {one.first.year for one in found if one.form.startswith("year") and one.precision != "month"}
    years -= {one.first.year for one in found if one.form in ("year+0", "year-1", "year+1")}
    return any(one.form == "date" and not one.relative and one.first.year in years for one in found)


_DAYS_IN_ONE_WORD = {"двух": 2, "трех": 3, "четырех": 4, "пяти": 5, "шести": 6, "семи": 7, "десяти": 10}


def _near(words: re.Pattern[str], before: str, behind: str, lang: str) -> bool:
    """Tell whether such a word stands next to a date: among the three before or behind it."""
    if lang == "zh":
        return bool(words.search(behind[:8]))
    near = before.split()
    near = near[-4:] if lang != "ar" else [*near[:1], *near[-4:]]
    return bool(words.search(" ".join(near)) or words.search(" ".join(behind.split()[:4])))


@cache
def _words(name: str, lang: str) -> re.Pattern[str]:
    """Return a pattern of the words of a list, one that finds nothing where the language has none."""
    words = "|".join(_raw()[name].get(lang, ())) or "(?!)"
    return re.compile(words if lang == "zh" else rf"(?<!\w)(?:{words})(?!\w)")


@cache
def _raw() -> dict[str, dict[str, list[str]]]:
    return read_yaml(Path(__file__).parent / "data" / "when.yaml")
