"""What a commercial line states beside the name: concentration, quantity, packing, HS code and the registers' numbers.

A line is first made plain, sign for sign: small letters without accents, European digits, one kind of dash and space.
The numbers of registers are taken first and hidden, so that none of their digits is read as an amount; then the
amounts, then the packings with their counts. The words stand in ``data/commerce.yaml``. Nothing is judged here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from opencwc.convention.fields import cached_json
from opencwc.errors import RuleError
from opencwc.settings import cache_folder

DATA = Path(__file__).parent / "data" / "commerce.yaml"
KINDS = ("concentration", "quantity", "packaging", "hs_code", "un_number", "ec_number", "cas_number")
LABELLED = "labelled"
IN_KILOGRAMS = {"kg": "1", "g": "0.001", "mg": "0.000001", "t": "1000", "lb": "0.45359237", "oz": "0.028349523125"}
"""Avoirdupois pound and ounce (NIST Handbook 44, Appendix C); a ton is a metric one."""


class Stated(NamedTuple):
    """One thing a line states: one of `KINDS`, where it stands, as it is written, and as it is meant.

    ``text`` is the line from ``start`` to ``end``, without the word that labels a number. ``value`` is decimal text
    (``85``, ``30-40``, ``<5``, ``>=98``), the digits of a number, or the English word of a packing. ``unit`` is that
    of the value; for a packing how many; for a CAS or EC number ``labelled`` or empty.
    """

    kind: str
    start: int
    end: int
    text: str
    value: str
    unit: str


def read_commerce(text: str) -> tuple[Stated, ...]:
    """Return what one line or sentence states, in the order of the line; statements of a kind never overlap.

    >>> [one[3:] for one in read_commerce("TEA 85%, 4 fûts de 200 kg, SH 2922.15.00")]
    [('85%', '85', '%'), ('4 fûts', 'drum', '4'), ('200 kg', '200', 'kg'), ('2922.15.00', '29221500', '')]
    """
    words = load_words()
    if text.isascii():
        plain, origin = text.lower(), None
    else:
        plain, origin = _made_plain(text, words.signs)
    line = _Line(text, plain, words)
    if _DIGIT.search(plain):
        line.read_numbers()
    line.read_packings()
    if not line.found:
        return ()
    line.found.sort(key=_by_place)
    if origin is None:
        return tuple([Stated(kind, a, b, text[a:b], value, unit) for kind, a, b, value, unit in line.found])
    return tuple([_as_written(text, origin, one) for one in line.found])


@dataclass(frozen=True, slots=True)
class CommerceWords:
    """The words of ``commerce.yaml``, made plain and ready to be looked for.

    ``starts`` are the first words of everything that has a meaning without a number before it, with the forms that
    begin with each: the pattern of the rest, what it is (``packaging``, ``counted``, ``hs_strong`` ...), what it means.
    ``told_by_accent`` has, for a plain word of two meanings, that of each spelling.
    ``units`` are the same as ``starts`` for what stands behind a number. ``han`` and ``han_units`` find those in
    Chinese, which has no spaces between its words.
    """

    signs: Mapping[int, str | None]
    starts: Mapping[str, tuple[tuple[str, str, str, str], ...]]
    names: frozenset[str]
    told_by_accent: Mapping[str, Mapping[str, str]]
    han: re.Pattern[str]
    han_names: Mapping[str, tuple[str, str, str]]
    units: Mapping[str, tuple[tuple[str, str, str], ...]]
    han_units: re.Pattern[str]
    han_meanings: Mapping[str, tuple[str, str]]
    percent: re.Pattern[str]
    rates: frozenset[str]
    range_words: re.Pattern[str]
    qualifier: re.Pattern[str]
    qualifier_behind: re.Pattern[str]
    other_percent: re.Pattern[str]
    other_percent_before: re.Pattern[str]
    other_percent_behind: re.Pattern[str]
    adjectives_end: re.Pattern[str]
    adjectives_only: re.Pattern[str]
    label_tail: re.Pattern[str]
    cas_label: re.Pattern[str]
    ec_label: re.Pattern[str]
    joined: re.Pattern[str]
    money: re.Pattern[str]
    decimal_comma: frozenset[str]


@lru_cache(maxsize=4)
def load_words(path: Path = DATA) -> CommerceWords:
    """Read and compile the words once; raise `RuleError` where the file cannot be read or holds what is no word."""
    try:
        stamp = (str(path), path.stat().st_mtime_ns, path.stat().st_size)
        raw = cached_json(cache_folder(), "commerce", (_FORMAT, stamp), lambda: _read(path))
    except OSError as error:
        raise RuleError(f"the words of commerce cannot be read ({error})", where=str(path)) from error
    return _compiled(raw)


Forms: TypeAlias = Mapping[str, Iterable[str]]
Found: TypeAlias = tuple[str, int, int, str, str]
"""Kind, start and end in the plain line, value, unit."""


@dataclass(slots=True)
class _Line:
    """One line while it is read: ``plain`` has the numbers of registers hidden once they are found."""

    text: str
    plain: str
    words: CommerceWords
    found: list[Found] = field(default_factory=list)
    named: list[tuple[str, int, int, str, str]] | None = None
    read_until: int = 0
    """The end of the amount read last: no later one reaches back behind it."""
    quantities: dict[int, tuple[str, int, int]] = field(default_factory=dict)
    """By the end of a quantity: how many times it is taken, and where that is said."""
    registered: set[int] = field(default_factory=set)
    packings: set[int] | None = None
    comma: bool | None = None
    other_percents: bool | None = None

    def read_numbers(self) -> None:
        """Read all that is made of digits: numbers of registers, codes, amounts."""
        plain = self.plain
        if "-" in plain:
            self._registry_numbers()
        self._labelled()
        if self.found:
            self._hide()
        if "." in self.plain:
            self._bare_codes()
        self._amounts()

    def names(self) -> list[tuple[str, int, int, str, str]]:
        """Return what the words of the line name, in order: kind, start, end, meaning, count."""
        if self.named is None:
            self.named = _names_of(self.plain, self.words)
        return self.named

    def _hide(self) -> None:
        parts, place = [], 0
        for _, start, end, _, _ in sorted(self.found, key=_by_place):
            first, until = max(start, place), max(end, place)
            parts += [self.plain[place:first], "\0" * (until - first)]
            place = until
        self.plain = "".join((*parts, self.plain[place:]))

    def _registry_numbers(self) -> None:
        plain, last = self.plain, {"cas_number": -1, "ec_number": -1}
        for number in _THREE_PARTS.finditer(plain):
            first, middle, check = number.groups()
            start, end = number.span()
            if len(middle) == 2:
                kind, label, first = "cas_number", self.words.cas_label, first.lstrip("0")
                fits = 2 <= len(first) <= 7 and _cas_digit(first + middle) == int(check)
                possible = 2 <= len(first) <= 7
            else:
                kind, label = "ec_number", self.words.ec_label
                possible = len(first) == 3
                fits = possible and first[0] in "23456789" and _ec_digit(first + middle) == int(check)
            if not possible:
                continue
            before = plain[max(0, start - 48) : start]
            labelled = label.search(before) is not None or (
                0 <= start - last[kind] <= 8 and last[kind] >= 0 and self._goes_on(last[kind], start)
            )
            if not labelled and (not fits or _PART_BEFORE.search(before) or _PART_BEHIND.match(plain, end)):
                continue
            if labelled:
                last[kind] = end
            self.found.append((kind, start, end, f"{first}-{middle}-{check}", LABELLED if labelled else ""))
            self.registered.add(start)

    def _goes_on(self, end: int, start: int) -> bool:
        return self.words.joined.fullmatch(self.plain, end, start) is not None

    def _labelled(self) -> None:
        taken = 0
        for kind, start, end, _, _ in self.names():
            if start < taken or kind in _PACKINGS:
                continue
            tail = self.words.label_tail.match(self.plain, end)
            place = tail.end() if tail else end
            if self.plain[place : place + 1] not in _DIGITS:
                continue
            if kind.startswith("hs_"):
                taken = max(taken, self._codes_behind(kind, place))
            elif kind == "un_number":
                self._un_number(start, end, place)
            elif kind == "cas_number":
                self._dashless(place)

    def _codes_behind(self, kind: str, place: int) -> int:
        number = _CODE.match(self.plain, place)
        while number:
            end = self._without_amount(number.start(), number.end())
            digits = _NOT_DIGIT.sub("", self.plain[number.start() : end])
            dotted = "." in self.plain[number.start() : end]
            long = {"hs_strong": 4, "hs_weak": 6, "hs_faint": 8}[kind]
            if not (4 <= len(digits) <= 10 and "01" <= digits[:2] <= "97"):
                return place
            if not dotted and (len(digits) < long or (kind == "hs_faint" and len(digits) == 9)):
                return place
            if self._measure(end) or self._money_beside(number.start(), end, near=6):
                return place
            self.found.append(("hs_code", number.start(), end, digits, ""))
            place = end
            goes_on = self.words.joined.match(self.plain, end)
            number = _DOTTED_CODE.match(self.plain, goes_on.end()) if goes_on else None
        return place

    def _without_amount(self, start: int, end: int) -> int:
        """Return where a code ends whose last groups, behind a space, are rather the amount or the count that follows.

        Of "HS 2922 15 20 drums" the code is 2922 15.
        """
        while (space := self.plain.rfind(" ", start + 4, end)) > 0 and (
            self._measure(end) or self._packing_follows(end) or _TIMES.match(self.plain, end)
        ):
            end = space
        return end

    def _packing_follows(self, end: int) -> bool:
        between = self.words.adjectives_only.match(self.plain, end)
        place = between.end() if between else end
        if self.packings is None:
            self.packings = {start for kind, start, *_ in self.names() if kind in _PACKINGS}
        return place in self.packings

    def _un_number(self, start: int, end: int, place: int) -> None:
        number = _FOUR_DIGITS.match(self.plain, place)
        if number is None or not (1 <= int(number[0]) <= 620 or 1001 <= int(number[0]) <= 3999):
            return
        written = self.plain[start:end]
        # "un" is an article in two of the languages: "un 2023 difficile".
        if written == "un" and place - end == 1 and not self._written_large(start):
            return
        if self._measure(number.end()) and place - end > 0:
            return
        self.found.append(("un_number", start, number.end(), number[0], ""))

    def _written_large(self, start: int) -> bool:
        """Tell whether the letters are capitals; where signs were left out of the plain line the places differ."""
        if len(self.text) == len(self.plain):
            return self.text[start : start + 2].isupper()
        return "UN" in unicodedata.normalize("NFKC", self.text)

    def _dashless(self, place: int) -> None:
        number = _DASHLESS.match(self.plain, place)
        if number is None or place in self.registered:
            return
        digits = _NOT_DIGIT.sub("", number[0]).lstrip("0")
        if 5 <= len(digits) <= 10 and _cas_digit(digits[:-1]) == int(digits[-1]):
            value = f"{digits[:-3]}-{digits[-3:-1]}-{digits[-1]}"
            self.found.append(("cas_number", place, number.end(), value, LABELLED))

    def _bare_codes(self) -> None:
        """Read codes without a label; 2922.15 in a line with another bare number of its form is one more price."""
        plain = self.plain
        prices: int | None = None
        codes: list[Found] = []
        for number in _BARE_CODE.finditer(plain):
            start, end = number.span()
            if self._measure(end) or self._money_beside(start, end, near=24):
                continue
            if end - start == 7:
                if prices is None:
                    prices = sum(self._measure(one.end()) is None for one in _TWO_DECIMALS.finditer(plain))
                if prices > 1:
                    continue
            codes.append(("hs_code", start, end, _NOT_DIGIT.sub("", number[0]), ""))
        if codes:
            self.found += codes
            self._hide()

    def _money_beside(self, start: int, end: int, *, near: int) -> bool:
        money = self.words.money
        before = self.plain[max(0, start - near) : start]
        return money.search(before) is not None or money.match(self.plain[end : end + 12].lstrip(" ")) is not None

    def _amounts(self) -> None:
        plain = self.plain
        times: tuple[int, int, int] | None = None
        for number in _NUMBER.finditer(plain):
            start, end = number.span()
            if start < self.read_until:
                continue
            if times and times[1] != start:
                times = None
            factor = _TIMES.match(plain, end) if plain[end : end + 2].strip(" ")[:1] in _TIMES_SIGNS else None
            if factor:
                count = number[0]
                if count.isdigit() and len(count) < 8:
                    times = (
                        (times[0], factor.end(), times[2] * int(count)) if times else (start, factor.end(), int(count))
                    )
                continue
            measured = self._measure(end)
            until = end
            upper = ""
            if measured is None or measured[0] == "%":
                second = self._range(number[0], measured[3] if measured else end, in_percent=measured is not None)
                if second:
                    upper, until, measured = second
            if measured is None and start > self.read_until and plain[start - 1] == "%":
                self.read_until = self._concentration(start - 1, end, self._value(number[0], share=True), "%")
            if measured is None:
                continue
            self.read_until = self._amount(number, upper, until, measured, times)
            times = None

    def _range(self, lower: str, end: int, *, in_percent: bool) -> tuple[str, int, tuple[str, str, int, int]] | None:
        """Return the upper end of a range, where it ends, and what it measures."""
        between = self.words.range_words.match(self.plain, end)
        number = _NUMBER.match(self.plain, between.end()) if between else None
        if number is None:
            return None
        measured = self._measure(number.end())
        if measured is None or (in_percent and measured[0] != "%"):
            return None
        share = measured[0] == "%"
        if Decimal(self._value(lower, share=share)) >= Decimal(self._value(number[0], share=share)):
            return None
        return number[0], number.end(), measured

    def _amount(
        self,
        number: re.Match[str],
        upper: str,
        until: int,
        measured: tuple[str, str, int, int],
        times: tuple[int, int, int] | None,
    ) -> int:
        """Put an amount down and return where it ends; what only looks like one is passed over."""
        plain = self.plain
        unit, kind, scale, end = measured
        start = number.start()
        before = plain[start - 1] if start else ""
        if before in _BELONGS_TO_WORD and before and not self._may_touch(start, before):
            return until
        written = number[0]
        share = kind == "concentration"
        # A volume of freight is written with three decimals (25.000 CBM), as a share is: no thousands there.
        value = self._value(written, share=unit == "%" or (unit == "m3" and "." in written))
        if before == "/" and (half := _FRACTION.fullmatch(plain, max(self.read_until, start - 2), number.end())):
            value, start = str(Decimal(half[1]) / Decimal(half[2])), half.start()
        elif (
            before == "."
            and start > self.read_until
            and written.isdigit()
            and plain[start - 2 : start - 1].strip(" (:<>") == ""
        ):
            value, start = f"0.{written}", start - 1
        if scale > 1:
            value = _plain_decimal(Decimal(value) * scale)
        if upper:
            second = self._value(upper, share=unit == "%")
            value = f"{value}-{_plain_decimal(Decimal(second) * scale) if scale > 1 else second}"
        if share:
            return self._concentration(start, end, value, unit)
        if self._no_quantity(start, until, end, written, unit):
            return until
        self.found.append(("quantity", start, end, value, unit))
        if times:
            self.quantities[end] = (str(times[2]), times[0], times[1])
        elif (factor := self._factor_behind(end)) is not None:
            self.quantities[end] = (factor[1], end + len(factor[0]) - len(factor[0].lstrip()), factor.end())
        return end

    def _may_touch(self, start: int, before: str) -> bool:
        """Tell whether a number may follow a Latin letter at once: "x200", "IBC1000", not "R134" or "N95"."""
        word = _WORD_END.search(self.plain, max(0, start - 16), start)
        return word is not None and (word[0] in self.words.names or word[0] in _TOUCHING)

    def _value(self, written: str, *, share: bool) -> str:
        if written.isdigit():
            return written.lstrip("0") or "0"
        return _decimal_text(written, share=share, comma=self._decimal_comma)

    def _decimal_comma(self) -> bool:
        """Tell whether the running words of the line are of a language that writes a decimal comma."""
        if self.comma is None:
            self.comma = not self.words.decimal_comma.isdisjoint(_WORD.findall(self.plain))
        return self.comma

    def _no_quantity(self, start: int, until: int, end: int, written: str, unit: str) -> bool:
        plain = self.plain
        before = plain[max(0, start - 6) : start].rstrip()
        if before[-1:] in _LAST_OF_MONEY and _MONEY_BEFORE.search(before):
            return True
        if unit == "pcs" and (self._packing_follows(end) or _PRICE.match(plain, end)):
            return True
        if plain[end : end + 1] in _BEFORE_NO_UNIT and _NO_UNIT.match(plain, end):
            return True
        letter = end - until <= 2
        if letter and unit in ("g", "t", "L") and _NUMBERED.search(before):
            return True
        if unit == "g" and letter:
            if plain[end - 1] == "г" and _YEAR.fullmatch(written):
                return True  # 2024 г. is a year
            if plain[end - 1] == "g" and end - until == 1 and written in "23456":
                return "G" in self.text[max(0, start) : end + len(self.text) - len(plain)]  # 5G
        return False

    def _concentration(self, start: int, end: int, value: str, unit: str) -> int:
        plain, words = self.plain, self.words
        before = plain[max(self.read_until, start - 28) : start]
        if _TOLERANCE.search(before):
            return end
        if unit == "%" and self._is_no_concentration(start, end, value):
            return end
        qualifier = ""
        tail = before.rstrip(" :(")
        if tail and (tail[-1] in _QUALIFYING or tail[-1].isalpha()) and (found := words.qualifier.search(before)):
            qualifier, start = str(found.lastgroup), start - len(before) + found.start()
            behind = None
        else:
            behind = words.qualifier_behind.match(plain, end)
        if behind and behind.lastgroup:
            qualifier, end = behind.lastgroup, behind.end()
        elif not qualifier and "+" in plain[start:end]:
            qualifier = "ge"
        if "-" in value and qualifier:
            qualifier = ""
        self.found.append(("concentration", start, end, _SIGNS[qualifier] + value, unit))
        return end

    def _is_no_concentration(self, start: int, end: int, value: str) -> bool:
        """Tell whether a percentage is one of tax, price, humidity and the like, or of more than the whole."""
        words = self.words
        if Decimal(value.partition("-")[0]) > 100:
            return True
        if self.other_percents is None:
            self.other_percents = words.other_percent.search(self.plain) is not None
        if not self.other_percents:
            return False
        if words.other_percent_before.search(self.plain, max(0, start - 44), start):
            return True
        return words.other_percent_behind.match(self.plain, end) is not None

    def _measure(self, end: int) -> tuple[str, str, int, int] | None:
        """Return what a number that ends here is measured in: unit, kind, factor, end; ``None`` where in nothing."""
        plain, words = self.plain, self.words
        sign = plain[end : end + 1]
        place = end
        if sign and sign in " -\t":
            place += 1
            sign = plain[place : place + 1]
            if sign == " ":
                place += 1
                sign = plain[place : place + 1]
        if not sign or sign in _DIGITS:
            return None
        if sign in "%+":
            share = words.percent.match(plain, end)
            return ("%", "concentration", 1, share.end()) if share else None
        if "\u3400" <= sign <= "\u9fff" or sign in "㎏㎎㎖㎥":
            return self._measured(words.han_units.match(plain, place), 1)
        if not sign.isalpha():
            return None
        return self._measured_in_words(end, place)

    def _measured_in_words(self, end: int, place: int) -> tuple[str, str, int, int] | None:
        plain, words, scale = self.plain, self.words, 1
        for _ in range(2):
            word = _WORD.match(plain, place)
            forms = words.units.get(word[0]) if word else None
            if word is not None and forms is None and word[0][-1] in _TIMES_SIGNS:
                word = _WORD_BEFORE_TIMES.match(plain, place)
                forms = words.units.get(word[0]) if word else None
            if word is None or forms is None:
                return None
            for rest, meaning, kind in forms:
                found = _rest_of(rest).match(plain, word.end()) if rest else word
                if found is None:
                    continue
                if kind == "scale":
                    scale = int(meaning)
                    place = _after_gap(plain, found.end())
                    break
                if kind == "percent":
                    if share := words.percent.match(plain, end):
                        return "%", "concentration", 1, share.end()
                    continue
                return self._per(meaning, found.end(), scale)
            else:
                return None
        return None

    def _measured(self, found: re.Match[str] | None, scale: int) -> tuple[str, str, int, int] | None:
        if found is None:
            return None
        meaning, kind = self.words.han_meanings[found[0]]
        if kind == "scale":
            behind = self._measure(found.end())
            return (behind[0], behind[1], behind[2] * int(meaning), behind[3]) if behind and scale == 1 else None
        return self._per(meaning, found.end(), scale)

    def _per(self, unit: str, end: int, scale: int) -> tuple[str, str, int, int] | None:
        """Return a unit as a quantity, or with what stands under it: a concentration, or a rate, which is neither."""
        plain = self.plain
        sign = plain[end : end + 1]
        if sign and sign in _DIGITS and not _is_han(plain[end - 1]):
            return None
        under = _UNDER.match(plain, end) if sign and sign in " /·" else None
        if under is None:
            return (unit, "quantity", scale, end) if unit not in _ALWAYS_SHARE else (unit, "concentration", scale, end)
        if hundred := _HUNDRED.match(plain, under.end()):
            return (f"{unit}/100 mL", "concentration", scale, hundred.end()) if unit in _SOLIDS else None
        below = self._measure_below(under.end())
        if below is None:
            return unit, "quantity", scale, end
        ratio = f"{unit}/{below[0]}"
        return (ratio, "concentration", scale, below[1]) if ratio in _CONCENTRATIONS else None

    def _measure_below(self, place: int) -> tuple[str, int] | None:
        plain, words = self.plain, self.words
        sign = plain[place : place + 1]
        if "\u3400" <= sign <= "\u9fff":
            found = words.han_units.match(plain, place)
            if found and words.han_meanings[found[0]][1] == "unit":
                meaning = words.han_meanings[found[0]][0]
                return None if meaning == "pcs" else (meaning, found.end())
            return ("rate", place) if any(plain.startswith(rate, place) for rate in words.rates) else None
        word = _RATE_WORD.match(plain, place)
        if word is None:
            return None
        if word[0] in words.rates:
            return "rate", word.end()
        first = word[0].rstrip("23")
        for rest, meaning, kind in words.units.get(first, ()):
            found = _rest_of(rest).match(plain, place + len(first)) if rest else word
            if found and kind == "unit":
                return None if meaning == "pcs" else (meaning, found.end())
        return None

    def read_packings(self) -> None:
        """Read the packings with their counts, and the counts that stand without a word: "4 x 200 L"."""
        taken = 0
        claimed: set[int] = set()
        for kind, start, end, meaning, count in self.names():
            if kind not in _PACKINGS or start < taken:
                continue
            number, begin, until, quantity = self._count(start, end, taken)
            number = number or count
            if kind == "counted" and not number:
                continue
            claimed.add(quantity)
            taken = until
            self.found.append(("packaging", begin, until, self._by_accent(start, end, meaning), number))
        if self.quantities:
            said = sorted(
                (begin, until, number) for end, (number, begin, until) in self.quantities.items() if end not in claimed
            )
            packings = [one for one in self.found if one[0] == "packaging"]
            for begin, until, number in said:
                stop = begin + len(self.plain[begin:until].rstrip())
                if not any(start < stop and begin < end for _, start, end, _, _ in packings):
                    self.found.append(("packaging", begin, stop, "package", number))

    def _by_accent(self, start: int, end: int, meaning: str) -> str:
        spellings = self.words.told_by_accent.get(self.plain[start:end])
        if spellings is None or len(self.text) != len(self.plain):
            return meaning
        return spellings.get(self.text[start:end].lower(), meaning)

    def _count(self, start: int, end: int, taken: int) -> tuple[str, int, int, int]:
        """Return how many of a packing there are, from where to where that is said, and the quantity that says it."""
        plain, words = self.plain, self.words
        low = max(taken, start - 56)
        before = plain[low:start]
        if _DIGIT.search(before):
            adjectives = words.adjectives_end.search(before)
            behind = low + (adjectives.start() if adjectives else len(before))
            if behind in self.quantities:
                return self.quantities[behind][0], start, end, behind
            if "/" not in plain[behind:start] and (number := _COUNT_END.search(plain, max(low, behind - 40), behind)):
                return _NOT_DIGIT.sub("", number[1]), number.start(1), end, -1
        factor = self._factor_behind(end)
        return (factor[1], start, factor.end(), -1) if factor else ("", start, end, -1)

    def _factor_behind(self, end: int) -> re.Match[str] | None:
        """Return the "x 80" that follows, unless it is itself so many kilograms or litres."""
        if self.plain[end : end + 2].strip(" ")[:1] not in _TIMES_SIGNS:
            return None
        factor = _TIMES_BEHIND.match(self.plain, end)
        return factor if factor and self._measure(factor.end()) is None else None


def _by_place(one: Found) -> tuple[int, int]:
    return one[1], one[2]


def _as_written(text: str, origin: list[int], found: Found) -> Stated:
    kind, start, end, value, unit = found
    first, until = origin[start], origin[end - 1] + 1
    while until < len(text) and unicodedata.combining(text[until]):
        until += 1
    return Stated(kind, first, until, text[first:until], value, unit)


def _made_plain(text: str, signs: Mapping[int, str | None]) -> tuple[str, list[int] | None]:
    """Return a text sign for sign in plain form, and where its signs stood if some were left out."""
    plain = text.translate(signs)
    if len(plain) == len(text):
        return plain, None
    return plain, [place for place, sign in enumerate(text) if signs.get(ord(sign), sign) is not None]


def _names_of(plain: str, words: CommerceWords) -> list[tuple[str, int, int, str, str]]:
    found: list[tuple[str, int, int, str, str]] = []
    if not words.names.isdisjoint(_WORD.findall(plain)):
        place = 0
        for word in _WORD.finditer(plain):
            forms = words.starts.get(word[0])
            if forms is None or word.start() < place:
                continue
            for rest, kind, meaning, count in forms:
                hit = _rest_of(rest).match(plain, word.end()) if rest else word
                if hit:
                    place = hit.end()
                    found.append((kind, word.start(), place, meaning, count))
                    break
    if plain.isascii() or not (first := words.han.search(plain)):
        return found
    inside = {place for _, start, end, _, _ in found for place in range(start, end)}
    for hit in words.han.finditer(plain, first.start()):
        if hit.start() not in inside:
            kind, meaning, count = words.han_names[hit[0]]
            found.append((kind, hit.start(), hit.end(), meaning, count))
    found.sort(key=_by_place)
    return found


def _decimal_text(written: str, *, share: bool, comma: Callable[[], bool]) -> str:
    """Return a number as decimal text; ``comma()`` tells how a single sign before three digits is meant.

    >>> _decimal_text("1.234,50", share=False, comma=bool), _decimal_text("1 000", share=False, comma=bool)
    ('1234.50', '1000')
    >>> _decimal_text("1,250", share=False, comma=lambda: True), _decimal_text("1,250", share=False, comma=bool)
    ('1.250', '1250')
    """
    joined = written.replace(" ", "").replace("'", "")
    signs = [sign for sign in joined if sign in ".,"]
    if not signs:
        return joined.lstrip("0") or "0"
    whole, _, part = joined.rpartition(signs[-1])
    if len(set(signs)) == 1 and (len(signs) > 1 or _is_thousands(written, whole, part, share=share, comma=comma)):
        whole, part = joined, ""
    whole = whole.replace(".", "").replace(",", "").lstrip("0") or "0"
    return f"{whole}.{part}" if part else whole


def _is_thousands(written: str, whole: str, part: str, *, share: bool, comma: Callable[[], bool]) -> bool:
    """Tell whether the one sign of a number marks thousands.

    1.000 is a thousand everywhere in trade; 1,250 and 1.250 are read as the language of the line has it.
    """
    if share or len(part) != 3 or len(whole) > 3 or not whole.strip("0") or len(written) != len(whole) + 4:
        return False
    return part == "000" or comma() is (written[len(whole)] == ".")


def _plain_decimal(number: Decimal) -> str:
    said = f"{number:f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def _after_gap(plain: str, place: int) -> int:
    while plain[place : place + 1] in _GAPS:
        place += 1
    return place


def _cas_digit(digits: str) -> int:
    """Return the check digit of a CAS number: each digit times its place from the right, the sum modulo 10."""
    return sum(place * int(digit) for place, digit in enumerate(reversed(digits), start=1)) % 10


def _ec_digit(digits: str) -> int:
    """Return the check digit of an EC number: each digit times its place from the left, the sum modulo 11."""
    return sum(place * int(digit) for place, digit in enumerate(digits, start=1)) % 11


def _read(path: Path) -> dict[str, Any]:
    import yaml

    text = path.read_text(encoding="utf-8")
    try:
        raw = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    except (yaml.YAMLError, ValueError) as error:
        raise RuleError(f"this is not YAML ({error})", where=str(path), remedy="Mend the line it names.") from error
    if not isinstance(raw, dict) or set(raw) != set(_FIELDS):
        odd = ", ".join(sorted(map(str, set(raw) ^ set(_FIELDS)))) if isinstance(raw, dict) else "it is no mapping"
        raise RuleError(f"the words of commerce lack or have too many fields: {odd}", where=str(path))
    for place, form in _every_form(raw, ""):
        if not isinstance(form, str) or not form.strip():
            raise RuleError(f"{form!r} under {place} is no word", where=str(path), remedy='Write it in quotes: "off".')
    plain: dict[str, Any] = _keys_as_text(raw)
    return plain


def _every_form(raw: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(raw, dict):
        for key, value in raw.items():
            yield from _every_form(value, f"{place} {key}".strip())
    elif isinstance(raw, list):
        yield from ((place, form) for form in raw)
    else:
        yield place, None


def _keys_as_text(raw: Any) -> Any:
    return {str(key): _keys_as_text(value) for key, value in raw.items()} if isinstance(raw, dict) else raw


def _signs() -> dict[int, str | None]:
    """Return what each sign becomes: one plain sign, or nothing where it is invisible or a mark on another."""
    signs: dict[int, str | None] = {}
    for first, last in _FOLDED_BLOCKS:
        for code in range(first, last + 1):
            sign = chr(code)
            if unicodedata.category(sign) in ("Cf", "Mn"):
                signs[code] = None
            elif sign.isdecimal():
                signs[code] = str(int(sign))
            else:
                kept = "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))
                signs[code] = (kept if len(kept) == 1 else sign).lower()[0]
    signs |= {ord(sign): plain for sign, plain in zip(*_SPECIAL_SIGNS, strict=True)}
    signs |= dict.fromkeys(map(ord, _DASHES), "-")
    signs |= dict.fromkeys(map(ord, _SPACES), " ")
    signs[0x0640] = None  # the stroke that draws an Arabic word out
    return signs


def _compiled(raw: Mapping[str, Any]) -> CommerceWords:
    signs = _signs()

    def forms(named: Forms) -> list[str]:
        return list(dict.fromkeys(form.translate(signs).strip() for many in named.values() for form in many))

    starts: dict[str, list[tuple[str, str, str, str, int]]] = {}
    han: dict[str, tuple[str, str, str]] = {}
    for kind, meaning, count, form in _all_starts(raw, forms):
        if _is_han(form):
            han.setdefault(form, (kind, meaning, count))
            continue
        for first, rest in _first_and_rest(form, particles=True):
            starts.setdefault(first, []).append((rest, kind, meaning, count, len(form)))
            if kind == "packaging":  # 18xIBC
                starts.setdefault(f"x{first}", []).append((rest, kind, meaning, count, len(form)))
    units: dict[str, list[tuple[str, str, str, int]]] = {}
    han_units: dict[str, tuple[str, str]] = {}
    for form, meaning, kind in _all_measures(raw, forms):
        if _is_han(form) or not _WORD.match(form):
            han_units.setdefault(form, (meaning, kind))
            continue
        for first, rest in _first_and_rest(form):
            units.setdefault(first, []).append((rest, meaning, kind, len(form)))
    other, linking = _alternatives(forms(raw["not_concentration"])), _alternatives(forms(raw["linking"]))
    other_behind = _alternatives([*forms(raw["not_concentration"]), *forms(raw["not_concentration_behind"])])
    adjectives = _alternatives(forms(raw["adjectives"]))
    tail = rf"""(?:{_alternatives(forms(raw["words_of_labels"]))}|[\s.:#=()\[\]°№/*'"-]){{0,12}}"""
    behind = _alternatives(forms(raw["percent_behind"]))
    return CommerceWords(
        signs=signs,
        starts={
            first: tuple((one[0], one[1], one[2], one[3]) for one in sorted(many, key=lambda one: -one[4]))
            for first, many in starts.items()
        },
        names=frozenset(starts),
        told_by_accent=_told_by_accent(raw["packaging"], signs),
        han=re.compile(_longest_first(han)),
        han_names=han,
        units={
            first: tuple((one[0], one[1], one[2]) for one in sorted(many, key=lambda one: -one[3]))
            for first, many in units.items()
        },
        han_units=re.compile(_longest_first(han_units)),
        han_meanings=han_units,
        percent=re.compile(
            rf"(?:\s?\+?[\s-]?(?:{_alternatives(forms(raw['percent_before']))}\.?[\s-]?)?%\+?"
            rf"|[\s-]?{_alternatives(forms(raw['percent']))})"
            rf"(?:\s?\({behind}\.?\)|\s?{behind}(?![/\w]))?"
        ),
        rates=frozenset(forms(raw["rates"])),
        range_words=re.compile(rf"(?:\s?[-~]\s?[<≤]?\s?|\s?{_alternatives(forms(raw['ranges']))}\s?)(?=[0-9])"),
        qualifier=re.compile(rf"{_qualifiers(raw['qualifiers'], forms)}[\s.:(]{{0,3}}$"),
        qualifier_behind=re.compile(rf"[\s,(]{{0,2}}{_qualifiers(raw['qualifiers_behind'], forms)}"),
        other_percent=re.compile(other_behind),
        other_percent_before=re.compile(rf"{other}(?:[\s.:=('-]{{0,3}}{linking}){{0,3}}[\s.:=(<>≤≥~'-]{{0,4}}$"),
        other_percent_behind=re.compile(
            rf"[\s('-]{{0,2}}(?:{linking}[\s']){{0,2}}{other_behind}"
            r"(?!\W{0,2}(?:free|paid|unpaid|excl|incl|exempt))(?![^%;,|\n]{0,12}[0-9]\s?%)"
        ),
        adjectives_end=re.compile(rf"(?:[\s,(*-]{{0,2}}{adjectives}\.?){{0,4}}[\s/,.(*-]{{0,3}}$"),
        adjectives_only=re.compile(rf"[\s.-]{{0,2}}(?:{adjectives}[\s.-]{{1,2}}){{0,3}}"),
        label_tail=re.compile(tail),
        cas_label=re.compile(rf"{_alternatives(forms(raw['cas_number']))}{tail}$"),
        ec_label=re.compile(rf"{_alternatives(forms(raw['ec_number']))}{tail}$"),
        joined=re.compile(rf"[\s,;]{{0,3}}(?:{_alternatives(forms(raw['joined']))})?[\s,;]{{0,2}}"),
        money=re.compile(_alternatives(forms(raw["money"]))),
        decimal_comma=frozenset(forms(raw["decimal_comma"])),
    )


def _all_starts(raw: Mapping[str, Any], forms: Callable[[Forms], list[str]]) -> Iterator[tuple[str, str, str, str]]:
    """Yield what has a meaning of its own: kind, meaning, count, form."""
    for kind in _PACKINGS:
        for meaning, named in raw[kind].items():
            yield from ((kind, meaning, "", form) for form in forms(named))
    yield from (("no_packing", "", "", form) for form in forms(raw["no_packing"]))
    for named in raw["of_two"].values():
        for meaning, many in named.items():
            yield from (("packaging", meaning, "2", form) for form in forms({"": many}))
    for strength, named in raw["hs_code"].items():
        yield from ((f"hs_{strength}", "", "", form) for form in forms(named))
    for kind in ("un_number", "cas_number"):
        yield from ((kind, "", "", form) for form in forms(raw[kind]))


def _told_by_accent(raw: Mapping[str, Forms], signs: Mapping[int, str | None]) -> dict[str, dict[str, str]]:
    """Return the packings that only an accent tells apart: French bidon, Spanish bidón."""
    written: dict[str, dict[str, str]] = {}
    for meaning, named in raw.items():
        for many in named.values():
            for form in many:
                written.setdefault(form.translate(signs), {})[form] = meaning
    return {plain: forms for plain, forms in written.items() if len(set(forms.values())) > 1}


def _all_measures(raw: Mapping[str, Any], forms: Callable[[Forms], list[str]]) -> Iterator[tuple[str, str, str]]:
    """Yield what may stand behind a number: form, meaning, and whether a unit, a factor or a sign of percentage."""
    for field_name, kind in (("units", "unit"), ("scales", "scale")):
        for meaning, named in raw[field_name].items():
            yield from ((form, meaning, kind) for form in forms(named))
    for field_name in ("percent", "percent_before"):
        yield from ((form, "%", "percent") for form in forms(raw[field_name]))


def _first_and_rest(form: str, *, particles: bool = False) -> Iterator[tuple[str, str]]:
    """Yield the first word of a form, in each way an Arabic word may begin, and the pattern of what follows it."""
    first, *others = _PIECES.findall(form)
    rest = ""
    for piece in others:
        gap = r"[\s-]?" if _is_han(piece) else r"[\s./-]{1,2}" if piece[0].isalpha() else ""
        rest += gap + re.escape(piece)
    if rest and not _is_han(form[-1]):
        rest += _NO_LETTER
    for particle in _PARTICLES if particles and "\u0600" <= form[0] <= "\u06ff" else ("",):
        yield particle + first, rest


_rest_of = lru_cache(maxsize=1024)(re.compile)
"""The pattern of the rest of a form, compiled when its first word is met."""


def _qualifiers(raw: Mapping[str, Forms], forms: Callable[[Forms], list[str]]) -> str:
    groups = {sign: name for name, sign in _SIGNS.items()}
    return "(?:" + "|".join(f"(?P<{groups[sign]}>{_alternatives(forms(named))})" for sign, named in raw.items()) + ")"


def _alternatives(forms: Iterable[str]) -> str:
    """Return a pattern of any of the forms, whole words only; a form with a star at its end is the start of a word."""
    whole: dict[str, list[str]] = {}
    stems: dict[str, list[str]] = {}
    signs: list[str] = []
    for form in sorted(forms, key=lambda one: -len(one)):
        stem = form.removesuffix("*")
        pattern = r"\s{1,2}".join(map(re.escape, stem.split()))
        if not stem[0].isalpha() or _is_han(stem):
            signs.append(pattern)
        else:
            rest = pattern[1:] + ("" if stem == form else _REST_OF_WORD)
            (whole if stem == form and stem[-1].isalpha() else stems).setdefault(stem[0], []).append(rest)
    words = [f"(?:{_by_first_letter(whole)}){_NO_LETTER}"] * bool(whole) + [_by_first_letter(stems)] * bool(stems)
    return "(?:" + "|".join([f"{_NO_LETTER_BEFORE}(?:{'|'.join(words)})"] * bool(words) + signs) + ")"


def _by_first_letter(rests: Mapping[str, Iterable[str]]) -> str:
    return "|".join(f"{first}(?:{'|'.join(many)})" for first, many in rests.items())


def _longest_first(forms: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(forms, key=lambda one: (-len(one), one))))})"


def _is_han(form: str) -> bool:
    return "\u3400" <= form[0] <= "\u9fff"


_FORMAT = 1
_PACKINGS = ("packaging", "counted")
_FIELDS = (
    "units", "rates", "scales", "ranges", "percent", "percent_before", "percent_behind", "qualifiers",
    "qualifiers_behind", "not_concentration", "not_concentration_behind", "linking", "packaging", "counted",
    "no_packing", "of_two", "adjectives", "hs_code", "words_of_labels", "un_number", "cas_number", "ec_number",
    "joined", "money", "decimal_comma",
)  # fmt: skip
_FOLDED_BLOCKS = (
    (0x41, 0x5A), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x52F), (0x600, 0x6FF), (0x900, 0x9EF), (0x1E00, 0x1EFF),
    (0x2000, 0x206F), (0x3000, 0x3002), (0xFE30, 0xFE6F), (0xFE70, 0xFEFC), (0xFEFF, 0xFEFF), (0xFF01, 0xFF5E),
)  # fmt: skip
_SPECIAL_SIGNS = ("×✕⨯٪٫٬’‘ʼةىکی", "***%.''''هيكي")
# What stands for the hyphen between digits: the same as `opencwc.chemistry.registry_numbers` takes.
_DASHES = "\u00ad\u058a\u05be\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d\u30fc"
_SPACES = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_PARTICLES = ("", "ال", "و", "وال", "ب", "بال", "ف", "ل", "لل", "ك", "وب")
_NO_LETTER = "(?![a-z\u00df-\u058f\u0600-\u065f\u066e-\u06ff])"
_REST_OF_WORD = r"[^\W\d_]{0,12}"
_NO_LETTER_BEFORE = "(?<![a-z\u00df-\u058f])"
_DIGITS = frozenset("0123456789")
_GAPS = frozenset(" .\t")
_TIMES_SIGNS = frozenset("xх*")
_BELONGS_TO_WORD = frozenset("abcdefghijklmnopqrstuvwxyz")
_TOUCHING = frozenset(("x", "min", "max", "net", "purity", "pure", "ca", "qty"))
_QUALIFYING = frozenset("<>≤≥=~≈.")
_SIGNS = {"": "", "ge": ">=", "le": "<=", "gt": ">", "lt": "<", "about": "~"}
_ALWAYS_SHARE = frozenset(("ppm",))
_SOLIDS = frozenset(("g", "mg"))
_CONCENTRATIONS = frozenset(("g/L", "mg/L", "mg/mL"))
_DIGIT = re.compile("[0-9]")
_NOT_DIGIT = re.compile("[^0-9]")
_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]+")
_WORD_END = re.compile(r"[a-z]{1,16}$")
_WORD_BEFORE_TIMES = re.compile(r"[^\W\d_\u3400-\u9fff]{1,16}(?=[xх][0-9])")
_RATE_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]+[23]?")
_PIECES = re.compile(r"[^\W\d_\u3400-\u9fff]+|[\u3400-\u9fff]+|[0-9]+")
_NUMBER = re.compile(
    r"[0-9](?<![0-9].)(?<![0-9][.,].)(?:"
    r"[0-9]{0,2}([ .,'])[0-9]{3}(?:\1[0-9]{3}){0,4}(?![0-9])(?:[.,][0-9]{1,6}(?![0-9]))?"
    r"|[0-9]?(?:,[0-9]{2}){1,3},[0-9]{3}(?![0-9])(?:\.[0-9]{1,3})?"
    r"|[0-9]{0,17}(?:[.,][0-9]{1,9}(?![0-9]))?)"
)
_THREE_PARTS = re.compile(r"([0-9](?<![0-9].)[0-9]{1,9}) ?-{1,2} ?([0-9]{2,3}) ?-{1,2} ?([0-9])(?![0-9])")
_PART_BEFORE = re.compile(r"(?:[a-z0-9][-+]|[0-9][.,/]|\+|[a-z])$")
_PART_BEHIND = re.compile(r"-?[a-z0-9]|[./][0-9]")
_DASHLESS = re.compile(r"[0-9]{5,10}(?![0-9-])|[0-9]{2,7} [0-9]{2} [0-9](?![0-9-])")
_CODE = re.compile(
    r"(?:[0-9]{4}([ .-])[0-9]{2}(?:\1[0-9]{2}(?:\1[0-9]{2})?|\1[0-9]{4}|\1[0-9]{3}\1[0-9])?(?: 00)?"
    r"|[0-9]{4}[ .][0-9]{4}(?:[ .][0-9]{2})?"
    r"|[0-9]{4} [0-9]{3} [0-9]{3}"
    r"|[0-9]{4} [0-9]{6}"
    r"|[0-9]{6}[ .][0-9]{2}(?:[ .][0-9]{2})?"
    r"|[0-9]{2}\.[0-9]{2}(?:\.[0-9]{2}){0,3}"
    r"|[0-9]{4,10})(?![0-9])(?!\.[0-9])"
)
_DOTTED_CODE = re.compile(r"[0-9]{4}\.[0-9]{2}(?:\.[0-9]{2}(?:\.?[0-9]{2})?)?(?![0-9])(?!\.[0-9])")
_BARE_CODE = re.compile(
    r"[23](?<![0-9a-z.,/$€£¥-].)(?:(?<=2)[89]|(?<=3)[0-9])[0-9]{2}\.[0-9]{2}"
    r"(?:\.[0-9]{2}(?:\.?[0-9]{2})?)?(?![0-9a-z]|[.,/-][0-9])"
)
_TWO_DECIMALS = re.compile(r"[0-9](?<![0-9.,].)[0-9]{0,8}[.,][0-9]{2}(?![0-9.])")
_FOUR_DIGITS = re.compile(r"[0-9]{4}(?![0-9]|[.,-][0-9])")
_TIMES = re.compile(r"\s?[xх*]\s?(?=[0-9])")
_TIMES_BEHIND = re.compile(r"\s?[xх*]\s?([0-9]{1,6})(?![0-9.,]*[0-9])")
_UNDER = re.compile(r"\s?/\s?|\s(?:per|par|por|на|لكل)\s|·")
_HUNDRED = re.compile(r"100\s?(?:ml|мл|毫升|مل)")
_COUNT_END = re.compile(
    r"(?<![0-9a-wyz/-])(?<![0-9][.,])([0-9]{1,3}(?:[ .,'][0-9]{3}){1,2}|[0-9]{1,7})\s?(?:\([^()0-9]{1,24}\)\s?)?$"
)
_FRACTION = re.compile(r"(?<![0-9])([1-9])/([248])")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_MONEY_BEFORE = re.compile(r"(?:[$€£¥₽₹]|(?<![a-z])(?:usd|eur|gbp|rmb|cny))$")
_LAST_OF_MONEY = frozenset("$€£¥₽₹drpby")
_BEFORE_NO_UNIT = frozenset(" /月工小星人国")
_NUMBERED = re.compile(r"(?:#|№|(?<![a-z])(?:lot|no|nr|rev|v|class|page|pos|item|room))\.?$")
_TOLERANCE = re.compile(r"(?:±|\+\s?/\s?-|\+-)\s?$")
_PRICE = re.compile(r"\s(?:price|cost|prix)")
_NO_UNIT = re.compile(r"\sвэд|\ssterling|/t(?![a-z])|(?<=个)[月工小星人国]")
