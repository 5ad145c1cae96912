"""Whole numbers in running text: figures of every script and words of six languages, with where they stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.language.numerals import chinese_number
from opencwc.language.plain_text import plain_arabic

_TOKEN = re.compile(
    r"\d{1,3}(?:[ \u00a0\u202f.,٬’']\d{3})+(?![\d]|[.,]\d)|\d+(?:[.,٫]\d+)?|[^\W\d_]+(?:[\u064b-\u0652]+[^\W\d_]*)*"
)
_CHINESE = re.compile(
    r"(?P<rank>第)?(?P<vague>[数數几幾])?(?P<number>\d[\d,，]*(?:\.\d+)?|[零〇一二三四五六七八九十百千万萬两兩]+)"
    r"(?P<vague_end>[几幾])?(?:[余餘多])?(?P<scale>[千万萬]?)"
)
_RANGE = re.compile(r"\s*(?:[-–—~～至到])\s*")
_BETWEEN = re.compile(r"(?P<ends>[一二两三四五六七八九]{2})(?P<unit>[十百千]?)")
"""Two or three, thirty or forty: 两三, 三四十."""
_LEANING_SIGNS = re.compile(r"(?:و|ف)?(?:ب|ل|ك)?(?:ال)?")


_FRACTION = re.compile(r"(?P<whole>\d+)[.,٫](?P<part>\d{1,2})")


class _Figures(dict[int, str]):
    """The figure 0 to 9 that a decimal digit of any script stands for, worked out when a sign is first met."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        self[code] = figure = str(unicodedata.decimal(sign)) if sign.isdecimal() else sign
        return figure


_FIGURES = _Figures()


def in_figures(text: str) -> str:
    """Return a text with the decimal digits of every script written as 0 to 9; its length stays.

    >>> in_figures("१२ और ٣٤")
    '12 और 34'
    """
    return text if text.isascii() else text.translate(_FIGURES)


class Number(NamedTuple):
    """A number and its place; ``high`` is the upper end of a range.

    ``article`` says that it may be no more than an article ("a worker"), ``rank`` that it says an order ("the third").
    """

    start: int
    end: int
    value: int
    high: int = 0
    article: bool = False
    rank: bool = False


class _Token(NamedTuple):
    start: int
    end: int
    word: str
    value: int | None
    figure: bool
    joined: bool


class _Words(NamedTuple):
    """The words of one language."""

    values: Mapping[str, int]
    ranks: Mapping[str, int]
    leaning: frozenset[str]
    multiplying: frozenset[str]
    vague: frozenset[str]
    halves: frozenset[str]
    one_and_a_half: frozenset[str]
    ranges: frozenset[str]
    between: frozenset[str]
    joining: str


_ARTICLES = frozenset(["a", "an", "one", "un", "une", "uno", "una", "один", "одна", "одно", "واحد", "واحدة"])


def find_numbers(text: str, lang: str) -> list[Number]:
    """Return the numbers of a text in order, years and days of dates among them; what is vague ("dozens") is none.

    >>> [number.value for number in find_numbers("Twenty-three of 1,400 people, at least a dozen", "en")]
    [23, 1400, 12]
    >>> [number.value for number in find_numbers("إصابة ثمانية وأربعين شخصا", "ar")]
    [48]
    """
    return list(_numbers_in(text, lang))


@lru_cache(maxsize=512)
def _numbers_in(text: str, lang: str) -> tuple[Number, ...]:
    """Return the numbers of a text, which several readers of a sentence ask for one after the other."""
    if lang == "zh":
        return tuple(_ranged(text, list(_chinese(text)), None))
    words = _words(lang)
    tokens = [_token(match, words, lang) for match in _TOKEN.finditer(in_figures(text))]
    return tuple(_ranged(text, list(_spaced(text, tokens, words, lang)), words))


@cache
def _words(lang: str) -> _Words:
    raw: Mapping[str, Any] = read_yaml(Path(__file__).parent / "data" / "whole_numbers.yaml")
    values = {word: int(value) for value, words in raw.get(lang, {}).items() for word in words.split()}

    def chosen(name: str) -> frozenset[str]:
        return frozenset(raw[name].get(lang, ()))

    return _Words(
        values,
        raw["ordinals"].get(lang, {}),
        chosen("leaning"),
        chosen("multiplying"),
        chosen("vague"),
        chosen("halves"),
        chosen("one_and_a_half"),
        chosen("ranges"),
        chosen("between"),
        raw["joining"].get(lang, ""),
    )


def _token(match: re.Match[str], words: _Words, lang: str) -> _Token:
    written = match[0]
    if written[0].isdecimal():
        return _Token(match.start(), match.end(), "", _figure(written), True, False)
    word = written.lower()
    if lang != "ar":
        return _Token(match.start(), match.end(), word, words.values.get(word), False, False)
    word = plain_arabic(word)
    bare = next(
        (
            word[end:]
            for end in (0, *range(1, min(5, len(word) - 1)))
            if word[end:] in words.values and _LEANING_SIGNS.fullmatch(word[:end])
        ),
        "",
    )
    joined = word != bare and word.startswith("و") and bool(bare)
    return _Token(match.start(), match.end(), bare or word, words.values.get(bare), False, joined)


def _figure(written: str) -> int | None:
    """Return what figures say, ``None`` for a fraction."""
    if re.fullmatch(r"\d+", written):
        return int(written)
    parts = re.split(r"[ \u00a0\u202f.,٬٫’']", written)
    return int("".join(parts)) if all(len(part) == 3 for part in parts[1:]) else None


def _spaced(text: str, tokens: Sequence[_Token], words: _Words, lang: str) -> Iterator[Number]:
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.value is None and _scaled(text, tokens, at, words) is None:
            rank = words.ranks.get(token.word) or words.ranks.get(token.word.removeprefix("ال"))
            if rank and not token.figure:
                yield Number(token.start, token.end, rank, rank=True)
            at += 1
            continue
        end, value = _read(text, tokens, at, words, lang)
        before = tokens[at - 1].word if at else ""
        first, last, only = token, tokens[end - 1], end - at == 1
        if before in words.halves and last.word in words.multiplying:
            value, only, first = value // 2, False, tokens[at - 1]
        if before in words.one_and_a_half and last.word in words.multiplying:
            value, only, first = value * 3 // 2, False, tokens[at - 1]
        if not (before in words.vague or (only and token.word in words.leaning)):
            yield Number(first.start, last.end, value, article=only and token.word in _ARTICLES)
        at = end


def _read(text: str, tokens: Sequence[_Token], at: int, words: _Words, lang: str) -> tuple[int, int]:
    """Return the token after a number, and its value."""
    scaled = _scaled(text, tokens, at, words)
    if scaled is not None:
        return at + 2, scaled
    total, current = 0, tokens[at].value or 0
    if current >= 1000 and not tokens[at].figure:
        total, current = current, 0
    last, end = tokens[at], at + 1
    while end < len(tokens):
        token, joined, step = tokens[end], tokens[end].joined, 1
        if words.joining and token.word == words.joining and end + 1 < len(tokens):
            token, joined, step = tokens[end + 1], True, 2
        gap = text[last.end : token.start]
        if token.value is None or token.figure or (step == 1 and gap.strip("- \u00a0\u202f.")):
            break
        put = _put(current, token, joined, words, lang, figure=last.figure)
        if put is None:
            break
        current = put
        if token.value >= 1000:
            total, current = total + current, 0
        last, end = token, end + step
    return end, total + current


def _scaled(text: str, tokens: Sequence[_Token], at: int, words: _Words) -> int | None:
    """Return the value of a fraction with its thousands or millions behind: "3,5 тысячи", "1.2 million"."""
    if not tokens[at].figure:
        return None
    fraction = _FRACTION.fullmatch(in_figures(text[tokens[at].start : tokens[at].end]))
    if fraction is None or at + 1 == len(tokens):
        return None
    scale = tokens[at + 1]
    if scale.word not in words.multiplying or (scale.value or 0) < 1000:
        return None
    value = Decimal(fraction["whole"] + "." + fraction["part"]) * (scale.value or 0)
    return int(value)


def _put(current: int, token: _Token, joined: bool, words: _Words, lang: str, *, figure: bool) -> int | None:
    """Return a number with one more word put to it, ``None`` where the word begins another number."""
    value = token.value or 0
    if token.word in words.multiplying and not joined:
        return (current or 1) * value if current < value or value < 100 else None
    if figure:
        return None
    if lang == "fr" and not joined and value == 20 and current % 100 == 4:
        return current + 76
    room = current == 0 or current % 10 ** len(str(value)) == 0
    fits = _FITS.get(lang, _fits_by_room)(current % 100, value, joined, room)
    return current + value if fits and value else None


def _fits_by_room(tens: int, value: int, joined: bool, room: bool) -> bool:
    return room and value != 0


def _fits_french(tens: int, value: int, joined: bool, room: bool) -> bool:
    """Seventy is sixty-ten, ninety is four-twenty-ten."""
    return room or (tens in (60, 80) and value in range(10, 20))


def _fits_arabic(tens: int, value: int, joined: bool, room: bool) -> bool:
    """A unit stands before its ten: with nothing between up to nineteen, with "and" from twenty-one."""
    if not joined:
        return value == 10 and tens in range(1, 10)
    return room or (value in range(20, 100) and tens in range(1, 10))


_FITS = {"fr": _fits_french, "ar": _fits_arabic}


_WEEKDAY = re.compile("(?<=周|期|拜)[一二三四五六](?![十百千万个次天])")


def _chinese(text: str) -> Iterator[Number]:
    plain = _WEEKDAY.sub("日", in_figures(text))
    for match in _CHINESE.finditer(plain):
        between = _BETWEEN.fullmatch(match["number"])
        if between and not match["vague"] and not match["vague_end"]:
            low, high = (chinese_number(sign + between["unit"]) or 0 for sign in between["ends"])
            if low < high:
                yield Number(match.start(), match.end(), low, high)
                continue
        written = match["number"].replace(",", "").replace("，", "")
        value = _chinese_value(written)
        if match["vague"] or match["vague_end"] or value is None:
            continue
        scaled = value * {"千": 1000, "万": 10_000, "萬": 10_000}.get(match["scale"], 1)
        if scaled == int(scaled):
            yield Number(match.start(), match.end(), int(scaled), rank=bool(match["rank"]))


def _chinese_value(written: str) -> float | None:
    """Return the value of a Chinese number, with ten thousands and with signs read one by one.

    >>> _chinese_value("一万二千"), _chinese_value("二〇二三"), _chinese_value("1.2")
    (12000, 2023, 1.2)
    """
    if written[0].isdecimal():
        return float(written) if "." in written else int(written)
    plain = written.replace("萬", "万").replace("兩", "两")
    if "万" in plain:
        high, _, low = plain.partition("万")
        parts = chinese_number(high or "一"), chinese_number(low) if low else 0
        return None if None in parts else (parts[0] or 0) * 10_000 + (parts[1] or 0)
    if len(plain) > 1 and not re.search("[十百千]", plain):
        return int("".join(str(chinese_number(sign) or 0) for sign in plain))
    return chinese_number(plain)


def _ranged(text: str, numbers: Sequence[Number], words: _Words | None) -> list[Number]:
    """Make one of the two ends of each range."""
    found: list[Number] = []
    for number in numbers:
        if found and _is_range(text, found[-1], number, words):
            found[-1] = found[-1]._replace(end=number.end, high=number.value)
        else:
            found.append(number)
    return found


def _is_range(text: str, low: Number, high: Number, words: _Words | None) -> bool:
    """Tell whether two numbers are the ends of a range: "20-30", "20 to 30", "between 20 and 30"."""
    if low.high or low.article or low.rank or high.rank or not low.value < high.value <= 10 * low.value:
        return False
    gap = text[low.end : high.start]
    if _RANGE.fullmatch(gap):
        return True
    if words is None or not gap.startswith(" "):
        return False
    word = plain_arabic(gap.strip().lower())
    before = text[: low.start].split()
    joined = word == words.joining or (not word and words.joining == "و" and text[high.start] == "و")
    return word in words.ranges or (joined and bool(before) and plain_arabic(before[-1].lower()) in words.between)
