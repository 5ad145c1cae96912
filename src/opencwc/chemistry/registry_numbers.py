"""CAS registry numbers as people write them, brought to one form and checked against their own check digit.

A number helps to find a structure; it decides nothing, and a well-formed number need not exist.
"""

from __future__ import annotations

import re

from opencwc.errors import InputError

# Between digits every one of these stands for the hyphen: soft hyphen, Armenian and Hebrew hyphens, the general
# punctuation dashes, hyphen bullet, minus, the small and fullwidth forms, the katakana length mark.
_DASHES = "\u00ad\u058a\u05be\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d\u30fc"
_TO_HYPHEN = dict.fromkeys(map(ord, _DASHES), "-")
# Zero-width characters and direction marks, which copying out of PDF, HTML and Arabic text leaves behind.
_INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x061C, 0xFEFF], None
)
_CLEANED = {**_TO_HYPHEN, **_INVISIBLE}

_CANONICAL = re.compile(r"[1-9][0-9]{1,6}-[0-9]{2}-[0-9]")
# Latin or Cyrillic "CAS" and up to 40 characters of "registry number:"; databases pad the first part with zeros.
_BEFORE = r"[\s(\[{\"'#:]*(?:(?:cas|кас)[^0-9]{0,40}?)?"
_AFTER = r"[\s)\]}\"'.,;:]*"
_WRITTEN = re.compile(_BEFORE + r"([0-9]{2,10})\s*-+\s*([0-9]{2})\s*-+\s*([0-9])" + _AFTER, re.IGNORECASE)
SPACED = r"((?:[0-9] {1,2}){1,6}[0-9]) {0,2}-+ {0,2}([0-9]) {1,2}([0-9]) {0,2}-+ {0,2}([0-9])"
"""A number whose digits stand apart, as a heading that is spaced out or a reader of pictures has them."""
_SPACED = re.compile(_BEFORE + SPACED + _AFTER, re.IGNORECASE)
_DASHLESS = re.compile(_BEFORE + r"([0-9]{2,10}?)\s*([0-9]{2})\s*([0-9])" + _AFTER, re.IGNORECASE)


def normalise_cas(text: str, *, dashless: bool = False) -> str | None:
    """Give the registry number that ``text`` consists of, as ``107-44-8``, or ``None`` where it is no such number.

    The form alone is judged; whether the check digit fits is ``is_valid``'s question. A word such as "CAS No." may
    stand before the number, any dash and any script's decimal digits are taken. With ``dashless`` a bare run of
    digits is a number too: only for a column known to hold registry numbers, since any quantity would pass.

    >>> normalise_cas("CAS 107-44-8"), normalise_cas("[１０７–４４−８]"), normalise_cas("CAS-Nr.: 0000107-44-8")
    ('107-44-8', '107-44-8', '107-44-8')
    >>> normalise_cas("١٠٧-٤٤-٨")
    '107-44-8'
    >>> normalise_cas("7 4 - 9 0 - 8")
    '74-90-8'
    >>> normalise_cas("107448"), normalise_cas("107448", dashless=True)
    (None, '107-44-8')
    >>> normalise_cas("sarin") is None, normalise_cas("203-448-7") is None
    (True, True)
    """
    if _CANONICAL.fullmatch(text):
        return text
    if not text.isascii():
        text = _decimal_digits(text.translate(_CLEANED))
    found = _WRITTEN.fullmatch(text) or (_DASHLESS.fullmatch(text) if dashless else None)
    if found is None:
        spaced = _SPACED.fullmatch(text) if " " in text else None
        return joined_cas(spaced) if spaced else None
    cas = f"{found[1].lstrip('0')}-{found[2]}-{found[3]}"
    return cas if _CANONICAL.fullmatch(cas) else None


def joined_cas(spaced: re.Match[str]) -> str:
    """Return a number that was found as `SPACED` with its digits together."""
    return f"{spaced[1].replace(' ', '').lstrip('0')}-{spaced[2]}{spaced[3]}-{spaced[4]}"


def looks_like_cas(text: str) -> bool:
    """Whether ``text`` is written as a registry number, be it a right one or a mistyped one.

    >>> looks_like_cas("107-44-8"), looks_like_cas("107-44-9"), looks_like_cas("107448"), looks_like_cas("1,2-dione")
    (True, True, False, False)
    """
    return normalise_cas(text) is not None


def is_valid(cas: str) -> bool:
    """Whether ``cas`` is written as a registry number and its last digit is the check digit of the others.

    >>> is_valid("107-44-8"), is_valid("107-44-9"), is_valid("sarin")
    (True, False, False)
    """
    normal = normalise_cas(cas)
    return normal is not None and check_digit(normal) == int(normal[-1])


def check_digit(cas: str) -> int:
    """Compute the check digit that belongs to the digits before the last hyphen; the digit given is not looked at.

    Counted from the right, each digit is weighted by its place; the sum's last digit is the check digit (CAS, "Check
    Digit Verification of CAS Registry Numbers"). Raises InputError where ``cas`` is no registry number.

    >>> check_digit("107-44-9")
    8
    """
    normal = normalise_cas(cas)
    if normal is None:
        raise InputError("cas_number_not_valid", cas=cas)
    digits = normal[:-1].replace("-", "")
    return sum(place * int(digit) for place, digit in enumerate(reversed(digits), start=1)) % 10


# What a text recogniser or a typist writes for a digit: O and o, Cyrillic too; I, l, | and i; S and s; B; Z.
_AS_DIGITS = "OoОоIl|iSsBZ"
_DIGIT_FOR = str.maketrans(_AS_DIGITS, "000011115582")
_READ = f"[0-9{_AS_DIGITS}]"
_MISREAD = re.compile(rf"{_BEFORE}({_READ}{{2,10}}\s*-+\s*{_READ}{{2}}\s*-+\s*{_READ}){_AFTER}", re.IGNORECASE)


def repaired_by_ocr(text: str) -> str | None:
    """Give the registry number that ``text`` is with letters in the place of digits, where its check digit then fits.

    ``None`` for a number written in digits alone, and where more than a third of the digits would be letters.

    >>> repaired_by_ocr("1O2-71-6"), repaired_by_ocr("CAS No. 1l1-48-B"), repaired_by_ocr("[111–4B–8]")
    ('102-71-6', '111-48-8', '111-48-8')
    >>> repaired_by_ocr("102-71-6"), repaired_by_ocr("1O2-71-5"), repaired_by_ocr("ISO-BS-I")
    (None, None, None)
    """
    found = _MISREAD.fullmatch(text.translate(_CLEANED) if not text.isascii() else text)
    if found is None:
        return None
    written = found[1]
    letters = sum(map(written.count, _AS_DIGITS))
    repaired = normalise_cas(written.translate(_DIGIT_FOR))
    if not letters or repaired is None or letters * 3 > len(repaired) - 2 or not is_valid(repaired):
        return None
    return repaired


_AS_A_DAY = re.compile(r"([0-9]{2,7})-([0-9]{2})-0([0-9])")
_YEARS = range(1900, 2100)


def written_as_day(text: str) -> str | None:
    """Give the registry number that a program of tables took for a day, and wrote with a nought before its last digit.

    ``None`` where the check digit does not fit, and for a day of our times.

    >>> written_as_day("7719-09-07"), written_as_day("2019-09-03"), written_as_day("7719-09-08")
    ('7719-09-7', None, None)
    """
    found = _AS_A_DAY.fullmatch(text.strip())
    if found is None or int(found[1]) in _YEARS:
        return None
    cas = f"{found[1]}-{found[2]}-{found[3]}"
    return cas if is_valid(cas) else None


def _decimal_digits(text: str) -> str:
    return "".join(str(int(c)) if c.isdecimal() else c for c in text)
