"""What a number is measured in: a unit, a share, a concentration of one in the other, or nothing."""

from __future__ import annotations

import re

from opencwc.language.commerce.line import DIGITS, TIMES_SIGNS, Line
from opencwc.language.commerce.words import WORD, is_unspaced, rest_of


def measure(line: Line, end: int) -> tuple[str, str, int, int] | None:
    """Return what a number that ends here is measured in: unit, kind, factor, end; ``None`` where in nothing."""
    plain, words = line.plain, line.words
    sign = plain[end : end + 1]
    place = end
    if sign and sign in " -\t":
        place += 1
        sign = plain[place : place + 1]
        if sign == " ":
            place += 1
            sign = plain[place : place + 1]
    if not sign or sign in DIGITS:
        return None
    if sign in "%+":
        share = words.percent.match(plain, end)
        return ("%", "concentration", 1, share.end()) if share else None
    if is_unspaced(sign) or sign in "㎏㎎㎖㎥":
        return _measured(line, words.han_units.match(plain, place), 1)
    if not sign.isalpha():
        return None
    return _measured_in_words(line, end, place)


def _measured_in_words(line: Line, end: int, place: int) -> tuple[str, str, int, int] | None:
    plain, words, scale = line.plain, line.words, 1
    for _ in range(2):
        word = WORD.match(plain, place)
        forms = words.units.get(word[0]) if word else None
        if word is not None and forms is None and word[0][-1] in TIMES_SIGNS:
            word = _WORD_BEFORE_TIMES.match(plain, place)
            forms = words.units.get(word[0]) if word else None
        if word is None or forms is None:
            return None
        for rest, meaning, kind in forms:
            match = rest_of(rest).match(plain, word.end()) if rest else word
            if match is None:
                continue
            if kind == "scale":
                scale = int(meaning)
                place = _after_gap(plain, match.end())
                break
            if kind == "percent":
                if share := words.percent.match(plain, end):
                    return "%", "concentration", 1, share.end()
                continue
            return _per(line, meaning, match.end(), scale)
        else:
            return None
    return None


def _measured(line: Line, match: re.Match[str] | None, scale: int) -> tuple[str, str, int, int] | None:
    if match is None:
        return None
    meaning, kind = line.words.han_meanings[match[0]]
    if kind == "percent":
        return "%", "concentration", 1, match.end()
    if kind == "scale":
        behind = measure(line, match.end())
        return (behind[0], behind[1], behind[2] * int(meaning), behind[3]) if behind and scale == 1 else None
    return _per(line, meaning, match.end(), scale)


def _per(line: Line, unit: str, end: int, scale: int) -> tuple[str, str, int, int] | None:
    """Return a unit as a quantity, or with what stands under it: a concentration, or a rate, which is neither."""
    plain = line.plain
    sign = plain[end : end + 1]
    if sign and sign in DIGITS and not is_unspaced(plain[end - 1]):
        return None
    under = _UNDER.match(plain, end) if sign and sign in " /·" else None
    if under is None:
        return (unit, "quantity", scale, end) if unit not in _ALWAYS_SHARE else (unit, "concentration", scale, end)
    if hundred := _HUNDRED.match(plain, under.end()):
        return (f"{unit}/100 mL", "concentration", scale, hundred.end()) if unit in _SOLIDS else None
    below = _measure_below(line, under.end())
    if below is None:
        return unit, "quantity", scale, end
    ratio = f"{unit}/{below[0]}"
    return (ratio, "concentration", scale, below[1]) if ratio in _CONCENTRATIONS else None


def _measure_below(line: Line, place: int) -> tuple[str, int] | None:
    plain, words = line.plain, line.words
    sign = plain[place : place + 1]
    if sign and is_unspaced(sign):
        match = words.han_units.match(plain, place)
        if match and words.han_meanings[match[0]][1] == "unit":
            meaning = words.han_meanings[match[0]][0]
            return None if meaning == "pcs" else (meaning, match.end())
        return ("rate", place) if any(plain.startswith(rate, place) for rate in words.rates) else None
    word = _RATE_WORD.match(plain, place)
    if word is None:
        return None
    if word[0] in words.rates:
        return "rate", word.end()
    first = word[0].rstrip("23")
    for rest, meaning, kind in words.units.get(first, ()):
        match = rest_of(rest).match(plain, place + len(first)) if rest else word
        if match and kind == "unit":
            return None if meaning == "pcs" else (meaning, match.end())
    return None


def _after_gap(plain: str, place: int) -> int:
    while plain[place : place + 1] in _GAPS:
        place += 1
    return place


_GAPS = frozenset(" .\t")
_ALWAYS_SHARE = frozenset(("ppm",))
_SOLIDS = frozenset(("g", "mg"))
_CONCENTRATIONS = frozenset(("g/L", "mg/L", "mg/mL"))
_WORD_BEFORE_TIMES = re.compile(r"[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,16}(?=[xх][0-9])")
_RATE_WORD = re.compile(r"[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+[23]?")
_UNDER = re.compile(r"\s?/\s?|\s(?:per|par|por|на|لكل)\s|·")
_HUNDRED = re.compile(r"100\s?(?:ml|мл|毫升|مل)")
