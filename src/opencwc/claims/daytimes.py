"""Times of day in a sentence: a minute, or a part of the day, in six languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.language.plain_text import Plain

DATA = Path(__file__).parent / "data" / "times.yaml"
HALF_DAY = 720
DAY = 1440
_CLOSE = 20
"""Minutes that two times may lie apart where one of them is a round one."""

_BESIDE = 45
"""Minutes that a minute may lie outside a part of the day, whose ends are no sharp ones."""

_SHARED = 0.45
"""How much of the shorter of two parts of the day the other has, if both can be one."""


class DayTime(NamedTuple):
    """The minutes of the day from ``first`` to ``last`` (beyond 1440: after midnight), and the place.

    ``open`` says that it may be twelve hours later: no word tells morning from evening.
    """

    first: int
    last: int
    start: int
    end: int
    open: bool = False

    @property
    def exact(self) -> bool:
        """Whether it is a minute and not a part of the day."""
        return self.first == self.last

    def fits(self, other: DayTime) -> bool:
        """Tell whether both can be the same time."""
        shifts = {0, DAY, -DAY}
        if self.open or other.open:
            shifts |= {HALF_DAY, -HALF_DAY}
        round_one = self.first % 30 == 0 or other.first % 30 == 0
        if not self.exact and not other.exact:
            shorter = min(self.last - self.first, other.last - other.first)
            return any(
                min(self.last + shift, other.last) - max(self.first + shift, other.first) >= _SHARED * shorter
                for shift in shifts
            )
        room = (_CLOSE if round_one else 0) if self.exact and other.exact else _BESIDE
        return any(
            self.first + shift <= other.last + room and other.first <= self.last + shift + room for shift in shifts
        )


def find_times(plain: Plain, lang: str) -> list[DayTime]:
    """Return the times of a sentence in its order, placed in the text as written.

    A part of the day beside a minute is a part of it.
    """
    return [_in_text(one, plain) for one in _times(plain, lang)]


def _in_text(time: DayTime, plain: Plain) -> DayTime:
    start, end = plain.span(time.start, time.end)
    return time._replace(start=start, end=end)


def _times(plain: Plain, lang: str) -> list[DayTime]:
    exact: list[DayTime] = []
    for time in sorted(_clocks(plain.text, lang), key=lambda one: (one.start, -one.end)):
        if not exact or time.start >= exact[-1].end:
            exact.append(time)
    parts = [
        DayTime(first, last, match.start(), match.end())
        for first, last, pattern in _parts(lang)
        for match in pattern.finditer(plain.text)
    ]
    if not exact:
        return sorted(parts, key=lambda one: one.start)[:2]
    return [_placed(time, parts) for time in exact]


def _placed(time: DayTime, parts: list[DayTime]) -> DayTime:
    """Return a time of twelve hours as the one that the part of the day beside it means."""
    if not time.open:
        return time
    for part in sorted(parts, key=lambda part: abs(part.start - time.start)):
        if abs(part.start - time.end) <= 40 or abs(time.start - part.end) <= 40:
            for minutes in (time.first, time.first + HALF_DAY, time.first + DAY):
                if part.first <= minutes <= part.last:
                    return time._replace(first=minutes % DAY, last=minutes % DAY, open=False)
    return time


def _clocks(text: str, lang: str) -> Iterator[DayTime]:
    for pattern in _clock(lang):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            hours, minutes = int(groups["h"]), int(groups.get("m") or 0)
            if hours <= 24:
                yield _time(hours, minutes, match, am=bool(groups.get("am")), pm=bool(groups.get("pm")))
    for minutes, hour, pattern in _words(lang):
        for match in pattern.finditer(text):
            yield _time(hour, minutes, match, am=False, pm=False)


def _time(hours: int, minutes: int, match: re.Match[str], *, am: bool, pm: bool) -> DayTime:
    written_out = ":" in match[0] and len(match["h"] if "h" in match.re.groupindex else "") == 2
    if pm and hours < 12:
        hours += 12
    if am and hours == 12:
        hours = 0
    at = (60 * hours + minutes) % DAY
    return DayTime(at, at, match.start(), match.end(), not (am or pm or hours > 12 or hours == 0 or written_out))


@cache
def _clock(lang: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in read_yaml(DATA)["clock"].get(lang, ()))


@cache
def _words(lang: str) -> tuple[tuple[int, int, re.Pattern[str]], ...]:
    raw = read_yaml(DATA)
    edge = "" if lang == "zh" else r"(?<!\w)"
    return tuple(
        (int(minutes), hour, re.compile(edge + f"(?:{form})".replace("{h}", f"(?:{word})")))
        for minutes, form in raw["words"].get(lang, {}).items()
        for hour, word in enumerate(raw["hours"][lang], 1)
    )


@cache
def _parts(lang: str) -> tuple[tuple[int, int, re.Pattern[str]], ...]:
    edge = "" if lang == "zh" else r"(?<!\w)"
    found = []
    for hours, words in read_yaml(DATA)["parts"].get(lang, {}).items():
        first, last = (round(60 * float(hour)) for hour in hours.split("-"))
        found.append((first, last, re.compile(f"{edge}(?:{words})")))
    return tuple(found)
