"""New terms: phrases of reports on the topics that come up oftener in the newest month than before.

Each phrase is counted by independent texts. Whether it rose is judged by Fisher's exact test, corrected for how many
phrases can come out at all; one that rose is shown with the sentences that it stands in.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from msgspec import Struct

from opencwc.convention.fields import read_yaml
from opencwc.finding import Message
from opencwc.language.phrases import bare_word
from opencwc.language.place_keys import HAN, folded
from opencwc.reports.model import Report, Span, Told
from opencwc.reports.private_people import masked
from opencwc.reports.report_columns import ReportColumns
from opencwc.reports.topics.exact_tests import chance_of_at_least, least_counts_tested
from opencwc.reports.topics.tree import load_tree
from opencwc.reports.watched import Line

ALPHA = 0.05
MOST_READ = 3_000
"""Reports whose phrases are compared: reading one takes a millisecond."""
LONGEST_PHRASE = 3
SIGNS = range(2, 7)
"""How many signs a Chinese phrase may have."""
_LONGEST = 4_000
_STOPS = Path(__file__).parent / "data" / "stops.yaml"
_NUMBER = re.compile(r"\d")
_KINDS = ("technology", "policy")
"""Reports of these kinds are read for new terms too, so that a topic outside the tree comes up."""


class NewTerm(Struct, frozen=True):
    """A phrase that rose: in how many texts of the newest month and of all months before, of how many each.

    ``chance`` is how likely that is by coincidence alone, already multiplied by how many phrases were looked at.
    ``places`` are the places of the reports among the lines, each with where the phrase stands in `Report.whole`.
    """

    phrase: str
    lang: str
    texts: int
    of: int
    before: int
    of_before: int
    chance: float
    places: tuple[tuple[int, Span], ...]
    topics: tuple[str, ...]

    @property
    def says(self) -> Message:
        """How it rose, in words."""
        return Message("watch_term_rose", {
            "texts": self.texts, "of": self.of, "before": self.before, "of_before": self.of_before,
        })  # fmt: skip


class _Seen(Struct):
    """Where a phrase was seen: texts, happenings of the newest month, ways of writing it, the first place in each."""

    texts: set[int]
    happenings: set[str]
    written: Counter[str]
    places: dict[int, Span]


def new_terms(lines: Sequence[Line], columns: ReportColumns) -> list[NewTerm]:
    """Return the phrases that rose in the newest month, the surest first.

    Of more reports than `MOST_READ` those that were published last are compared.
    """
    numbers = _read(columns)
    month_of: dict[int, int] = {}
    for text, month in zip(columns.first[numbers].tolist(), columns.month[numbers].tolist(), strict=True):
        month_of[text] = min(month, month_of.get(text, month))
    newest = max(month_of.values(), default=0)
    of = sum(month == newest for month in month_of.values())
    if not of or of == len(month_of):
        return []
    seen = _closed(_all_seen({number: lines[number] for number in numbers}, columns, month_of, newest))
    least, tested = least_counts_tested((len(one.texts) for one in seen.values()), of, len(month_of), ALPHA)
    terms = []
    for (lang, _), one in seen.items():
        texts = sum(month_of[text] == newest for text in one.texts)
        if len(one.texts) < least or len(one.happenings) < 2:
            continue
        chance = tested * chance_of_at_least(texts, of, len(one.texts), len(month_of))
        if chance <= ALPHA:
            before = len(one.texts) - texts
            on = Counter(found.topic for number in one.places for found in lines[number].told.topics)
            terms.append(NewTerm(
                one.written.most_common(1)[0][0], lang, texts, of, before, len(month_of) - of, chance,
                tuple(one.places.items()), tuple(topic for topic, _ in on.most_common()),
            ))  # fmt: skip
    return sorted(terms, key=lambda term: (term.chance, term.phrase))


def _read(columns: ReportColumns) -> list[int]:
    """Return the numbers of the reports that are read for new terms, in their order."""
    read = columns.of("topics", bool) | columns.of("kind", _KINDS.__contains__)
    latest = columns.latest[read[columns.latest]]
    numbers: list[int] = np.sort(latest[:MOST_READ]).tolist()
    return numbers


def _all_seen(
    lines: Mapping[int, Line], columns: ReportColumns, month_of: Mapping[int, int], newest: int
) -> dict[tuple[str, str], _Seen]:
    seen: dict[tuple[str, str], _Seen] = {}
    for number, line in lines.items():
        text = int(columns.first[number])
        for key, span in phrases_of(line.told):
            one = seen.setdefault((line.told.lang, key), _Seen(set(), set(), Counter(), {}))
            one.texts.add(text)
            one.written[line.told.report.whole[span.start : span.end].lower()] += 1
            one.places.setdefault(number, span)
            if month_of[text] == newest:
                one.happenings.add(line.event or str(text))
    return seen


def _closed(seen: Mapping[tuple[str, str], _Seen]) -> dict[tuple[str, str], _Seen]:
    """Leave out a phrase that stands in the same texts as a longer one around it: it says nothing of its own."""
    by_texts: dict[tuple[str, frozenset[int]], list[str]] = defaultdict(list)
    for (lang, key), one in seen.items():
        by_texts[lang, frozenset(one.texts)].append(key)
    kept = {}
    for (lang, _), keys in by_texts.items():
        for key in keys:
            if not any(key != other and _within(key, other) for other in keys):
                kept[lang, key] = seen[lang, key]
    return kept


def _within(key: str, other: str) -> bool:
    return key in other if HAN.match(key) else f" {key} " in f" {other} "


def phrases_of(told: Told) -> Iterator[tuple[str, Span]]:
    """Yield the phrases of a report under the form in which they are compared, with where they stand.

    Words of the topics themselves, places, numbers and words that only bind others are no terms.
    """
    text = masked(told)[:_LONGEST]
    plain = folded(text)
    words = plain.plain.split(" ")
    ends = _ends(told.report)
    stops = _stop_words(told.lang)
    for at, start in enumerate(plain.starts):
        word = words[at]
        if HAN.match(word):
            for first in range(len(word)):
                for length in SIGNS:
                    piece = word[first : first + length]
                    if len(piece) == length and not _bound(piece[0], piece[-1], stops):
                        yield piece, Span(plain.first[start + first], plain.last[start + first + length])
            continue
        for length in range(1, LONGEST_PHRASE + 1):
            some = words[at : at + length]
            if len(some) < length or HAN.match(some[-1]):
                break
            span = Span(plain.first[start], plain.last[plain.starts[at + length - 1] + len(some[-1])])
            if any(span.start < end < span.end for end in ends):
                break
            if _bound(some[0], some[-1], stops) or _NUMBER.search("".join(some)) or len(some[0]) < 3:
                continue
            if not _in_place(span, told):
                yield " ".join(map(bare_word, some)), span


def _bound(first: str, last: str, stops: frozenset[str]) -> bool:
    return first in stops or last in stops


def _ends(report: Report) -> list[int]:
    """Return where title and sentences end, over which no phrase goes."""
    return [match.end() for match in re.finditer(r"[.!?;:,()«»\"“”،؛؟\n]", report.whole[:_LONGEST])]


def _in_place(span: Span, told: Told) -> bool:
    return any(place.start < span.end and span.start < place.end for place in told.place.spans)


@cache
def _stop_words(lang: str) -> frozenset[str]:
    """Return the words of a language that bind others, and those of the topics, which are known already."""
    plain: Mapping[str, str] = read_yaml(_STOPS)
    known = (topic.words.get(lang, "") for topic in load_tree().topics)
    words = {word.strip() for phrases in known for word in phrases.split(";")}
    return frozenset({*plain.get(lang, "").split(), *(folded(word).plain for word in words)})
