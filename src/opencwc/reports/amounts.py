"""How much of a chemical a report tells of: a number and what it is measured or counted in, beside the chemical."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

from opencwc.convention.fields import read_yaml
from opencwc.language.plain_text import plain_text
from opencwc.language.sentences import sentences_in
from opencwc.language.whole_numbers import Number, find_numbers, in_figures
from opencwc.language.word_edges import leaning, word_ends
from opencwc.reports.model import Agents, Amount, Report, Span
from opencwc.reports.qualifiers import qualifier_of
from opencwc.reports.when import HEAD

_FRACTION = re.compile(r"(?<![\d.,])(\d+)[.,٫](\d{1,2})(?![\d.,])")
_GAP = re.compile(r"[ \u00a0-]*(?:[^\W\d_]+ )?")
"""Between a number and its unit: nothing, or one word ("20 blue drums")."""


def find_amounts(report: Report, lang: str, agents: Agents) -> tuple[Amount, ...]:
    """Return the amounts told in the sentences that name a chemical of the event, in the order of the text."""
    units = units_of(lang)
    if units is None:
        return ()
    found: dict[tuple[Decimal, str], Amount] = {}
    for start, end in sentences_in(report.whole[:HEAD]):
        if any(start <= span.start < end for span in agents.spans):
            for amount in _amounts_in(report.whole[start:end], start, lang, units):
                found.setdefault((amount.number, amount.unit), amount)
    return tuple(found.values())


def _amounts_in(sentence: str, at: int, lang: str, units: re.Pattern[str]) -> Iterator[Amount]:
    plain = plain_text(sentence, lang)
    for number, value in sorted(_numbers_in(plain.text, lang)):
        end = number.end
        gap = _GAP.match(plain.text, end)
        places = (end, gap.end() if gap else end, end + 1)
        unit = next((match for place in places if (match := units.match(plain.text, place))), None)
        if unit and value:
            first, last = plain.span(number.start, unit.end())
            high = Decimal(number.high) if number.high else None
            sure = "" if high else qualifier_of(plain.text, number, lang)
            yield Amount(value, unit.lastgroup or "", (Span(at + first, at + last),), high, sure)


def _numbers_in(text: str, lang: str) -> Iterator[tuple[Number, Decimal]]:
    fractions = [] if lang == "zh" else list(_FRACTION.finditer(in_figures(text)))
    for match in fractions:
        yield Number(match.start(), match.end(), int(match[1])), Decimal(f"{match[1]}.{match[2]}")
    for number in find_numbers(text, lang):
        if not number.rank and not any(
            match.start() < number.end and number.start < match.end() for match in fractions
        ):
            yield number, Decimal(number.value)


@cache
def units_of(lang: str) -> re.Pattern[str] | None:
    """Return a pattern of the units of a language, in groups by unit; ``None`` where the language has none."""
    raw = read_yaml(Path(__file__).parent / "data" / "amounts.yaml")
    groups = [f"(?P<{unit}>{'|'.join(words[lang])})" for unit, words in raw.items() if lang in words]
    if not groups:
        return None
    return re.compile(f"{leaning(lang)}(?:{'|'.join(groups)}){word_ends(lang)}")
