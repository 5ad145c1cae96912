"""Numbers that a sentence states: with unit and range, and whether they call themselves about or at least.

Figures of every script and words of six languages; tonnes and kilograms are one unit, and so are shares and percent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.language.plain_text import Plain
from opencwc.language.whole_numbers import find_numbers, in_figures
from opencwc.reports.amounts import units_of
from opencwc.reports.model import Span

DATA = Path(__file__).parent / "data" / "quantities.yaml"
_FRACTION = re.compile(r"(?<![\d.,])(\d+)[.,٫](\d{1,2})(?![\d.,])")
_AHEAD, _BEHIND = 28, 22
_GAP = re.compile(r"[ \u00a0-]*(?:[^\W\d_]+ )?")
_TENTH = 0.1
_IN_BASE = {"t": ("kg", 1000.0), "kg": ("kg", 1.0), "g": ("kg", 0.001), "L": ("L", 1.0), "m3": ("L", 1000.0)}
"""What masses and volumes are compared in."""
_SCALES = re.compile(
    r"\s*(?:(?P<k>thousand|mille|mil|тыс\w*|الف|الاف|千)|(?P<w>万|萬)|(?P<m>million\w*|millones|millón|млн|миллион\w*|مليون\w*|ملايين|百万)"
    r"|(?P<b>billion\w*|milliards?|млрд|миллиард\w*|مليار\w*|亿))(?!\w)"
)
_AND_A_HALF = re.compile(r"\s*(?:and a half|et demie?|y medi[oa]|с половиной|و ?نصف|个?半)(?!\w|月)")
_TIMES = {"k": 1e3, "w": 1e4, "m": 1e6, "b": 1e9}


class Quantity(NamedTuple):
    """A number from ``low`` to ``high`` in a unit (``kg``, ``L``, ``%``, ``people``, ``money`` or none), and its place.

    ``about`` says that it calls itself approximate; ``least`` and ``most`` that it is a lower or an upper bound.
    """

    low: float
    high: float
    unit: str
    start: int
    end: int
    about: bool = False
    least: bool = False
    most: bool = False

    def fits(self, recorded: Quantity) -> bool:
        """Tell whether a recorded number bears this one out: the same, within its range, or a tenth of about it."""
        if self.low <= recorded.high and recorded.low <= self.high:
            return True
        if self.least or recorded.most:
            return recorded.high >= self.low
        if self.most or recorded.least:
            return recorded.low <= self.high
        apart = max(self.low - recorded.high, recorded.low - self.high)
        return (self.about or recorded.about) and apart <= _TENTH * max(recorded.high, 1e-9)


def find_quantities(plain: Plain, lang: str, taken: Sequence[Span]) -> list[Quantity]:
    """Return the numbers of a sentence in its order, but for those within the spans ``taken`` (dates, times)."""
    found: list[Quantity] = []
    text = plain.text
    for start, end, low, high in sorted(_numbers(text, lang)):
        if any(first < end and start < last for first, last in taken):
            continue
        if (found and start < found[-1].end) or text.startswith("百分之", start):
            continue
        found.append(_quantity(text, lang, start, end, low, high))
    return sorted([*found, *_shares(text, lang, found)], key=lambda one: one.start)


def _numbers(text: str, lang: str) -> Iterator[tuple[int, int, float, float]]:
    fractions = [] if lang == "zh" else list(_FRACTION.finditer(in_figures(text)))
    for match in fractions:
        value = float(f"{match[1]}.{match[2]}")
        yield match.start(), match.end(), value, value
    for number in find_numbers(text, lang):
        inside = any(match.start() < number.end and number.start < match.end() for match in fractions)
        if not number.rank and not number.article and not inside:
            yield number.start, number.end, float(number.value), float(number.high or number.value)


def _quantity(text: str, lang: str, start: int, end: int, low: float, high: float) -> Quantity:
    words = _words(lang)
    scale = _SCALES.match(text, end)
    if scale and high < 1000:
        times = _TIMES[scale.lastgroup or "k"]
        low, high, end = low * times, high * times, scale.end()
    if half := _AND_A_HALF.match(text, end):
        low, high, end = low + 0.5, high + 0.5, half.end()
    before, behind = text[max(0, start - _AHEAD) : start], text[end : end + _BEHIND]
    unit, times, stop = _unit(text, lang, start, end)
    if unit and low == high and (half := _AND_A_HALF.match(text, stop)):
        low, high, stop = low + 0.5, high + 0.5, half.end()
    least = bool(words.least_before.search(before) or (lang == "zh" and words.least_behind.match(behind)))
    about = bool(words.about_before.search(before) or words.about_behind.match(text, stop))
    return Quantity(
        low * times,
        high * times,
        unit,
        start,
        stop if unit else end,
        about,
        least,
        not least and bool(words.most_before.search(before) or (lang == "zh" and words.most_behind.match(behind))),
    )


def _unit(text: str, lang: str, start: int, end: int) -> tuple[str, float, int]:
    """Return the unit of a number, what makes it the one to compare in, and where it ends."""
    words = _words(lang)
    if match := words.percent.match(text, end):
        return "%", 1.0, match.end()
    if lang == "zh" and text[max(0, start - 3) : start] == "百分之":
        return "%", 1.0, end
    gap = _GAP.match(text, end)
    places = dict.fromkeys((end, end + 1, gap.end() if gap else end))
    if measures := units_of(lang):
        for place in places:
            if match := measures.match(text, place):
                unit, times = _IN_BASE.get(match.lastgroup or "", (match.lastgroup or "", 1.0))
                return unit, times, match.end()
    for unit, pattern in words.units.items():
        for place in places:
            if match := pattern.match(text, place):
                return unit, 1.0, match.end()
    return "", 1.0, end


def _shares(text: str, lang: str, found: Sequence[Quantity]) -> Iterator[Quantity]:
    for share, pattern in _words(lang).shares.items():
        for match in pattern.finditer(text):
            if not any(one.start < match.end() and match.start() < one.end for one in found):
                yield Quantity(share, share, "%", match.start(), match.end(), about=share not in (25, 50, 75))


class _Words(NamedTuple):
    about_before: re.Pattern[str]
    about_behind: re.Pattern[str]
    least_before: re.Pattern[str]
    least_behind: re.Pattern[str]
    most_before: re.Pattern[str]
    most_behind: re.Pattern[str]
    percent: re.Pattern[str]
    shares: dict[float, re.Pattern[str]]
    units: dict[str, re.Pattern[str]]


@cache
def _words(lang: str) -> _Words:
    raw = read_yaml(DATA)
    lang = lang if lang in raw["about"] else "en"
    edge = "" if lang == "zh" else r"(?<!\w)"
    ends = "" if lang == "zh" else r"(?!\w)"

    def before(name: str) -> re.Pattern[str]:
        return re.compile(f"{edge}{raw[name][lang]}(?:\\s+[^\\W\\d_]+)?\\s*$")

    def behind(name: str) -> re.Pattern[str]:
        return re.compile(f"\\s*{raw[name][lang]}{ends}")

    return _Words(
        before("about"), behind("about"), before("least"), behind("least"), before("most"), behind("most"),
        re.compile(f"\\s*{raw['percent'][lang]}"),
        {float(share): re.compile(f"{edge}(?:{words}){ends}") for share, words in raw["shares"][lang].items()},
        {unit: re.compile(f"(?:{words[lang]}){ends}") for unit, words in raw["units"].items()},
    )  # fmt: skip


def is_of_nothing(text: str, lang: str) -> bool:
    """Tell whether words before something say that there was none of it."""
    return _nothing(lang).search(text) is not None


@cache
def _nothing(lang: str) -> re.Pattern[str]:
    raw: dict[str, Any] = read_yaml(DATA)["none"]
    edge = ("", "") if lang == "zh" else (r"(?<!\w)", r"(?!\w)")
    return re.compile(f"{edge[0]}{raw.get(lang, raw['en'])}{edge[1]}")
