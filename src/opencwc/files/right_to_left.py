"""Pages with Arabic on them: lines put together anew from where each character stands, and said in reading order.

A PDF draws Arabic glyph by glyph in an order of its own, and PDFium's text keeps much of that order. Here characters
of one height are a line, from left to right as they are seen; then what is read from the right is turned. This is the
bidirectional algorithm (Unicode Standard Annex 9) backwards, for lines without marks of direction.
"""

from __future__ import annotations

import ctypes
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pypdfium2

_LETTERS = "\u0620-\u065f\u0670-\u06d3\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc"
ARABIC = re.compile(f"[{_LETTERS}]")
# What is read from the left inside Arabic: words of other scripts, and numbers with the signs inside and behind them.
_FROM_LEFT = re.compile(
    rf"[^\W{_LETTERS}](?:[^{_LETTERS}()\[\]{{}}«»،؛؟]*[^\W{_LETTERS}])?%?|%[^\W{_LETTERS}](?:[\w.,/-]*[^\W{_LETTERS}])?"
)
_FROM_RIGHT = re.compile(f"[{_LETTERS}](?:[^A-Za-z0-9\u00c0-\u024f\u0370-\u05ff]*[{_LETTERS}])?")
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")


_IN_BRACKETS = re.compile(r"[()]([A-Za-z0-9][A-Za-z0-9 ,.%/+-]*)[()]")
_LEAST_LETTERS, _FEWEST_LINES = 3, 3
"""Letters of each script that a line of two columns has, and such lines that a page has to have."""
_LEAST_GAP = 0.18
"""Of the height of the tallest character of a line: what stands further apart are two words."""


class _Sign(NamedTuple):
    """A character, the height of its line, the left and the right side of its box and how high that is, in points."""

    y: float
    left: float
    right: float
    size: float
    number: int
    text: str


def lines_as_read(textpage: pypdfium2.PdfTextPage) -> list[tuple[str, float]]:
    """Return the lines of a page from above and how high each stands; columns in two scripts are parted by a tab."""
    lines: list[list[_Sign]] = []
    tallest = 0.0
    for sign in sorted(_signs(textpage), key=lambda sign: -sign.y):
        if lines and lines[-1][0].y - sign.y <= max(1.0, 0.3 * min(tallest, 40.0)):
            lines[-1].append(sign)
            tallest = max(tallest, sign.size)
        else:
            lines.append([sign])
            tallest = sign.size
    middle = _between_columns(lines)
    if middle is None:
        return [(in_reading_order(_as_seen(line)), line[0].y) for line in lines]
    return [("\t".join(map(in_reading_order, _cells(line, middle))), line[0].y) for line in lines]


def _between_columns(lines: list[list[_Sign]]) -> float | None:
    """Return where, from the left, the columns of a page part that has Arabic on one side and other words beside it."""
    reach = []
    for line in lines:
        arabic = [sign for sign in line if ARABIC.match(sign.text)]
        others = [sign for sign in line if sign.text.isalpha() and not ARABIC.match(sign.text)]
        if len(arabic) >= _LEAST_LETTERS and len(others) >= _LEAST_LETTERS:
            reach.append([bound(getattr(sign, side) for sign in signs) for signs in (arabic, others)
                          for side, bound in (("left", min), ("right", max))])  # fmt: skip
    if len(reach) < _FEWEST_LINES:
        return None
    lefts, rights, other_lefts, other_rights = (list(bounds) for bounds in zip(*reach, strict=True))
    for ends, begins in ((max(other_rights), min(lefts)), (max(rights), min(other_lefts))):
        if ends < begins:
            return float(ends + begins) / 2
    return None


def _cells(line: list[_Sign], middle: float) -> list[str]:
    sides = [sign for sign in line if sign.left < middle], [sign for sign in line if sign.left >= middle]
    return [_as_seen(side) if side else "" for side in sides]


def _signs(textpage: pypdfium2.PdfTextPage) -> list[_Sign]:
    from pypdfium2 import raw

    page = textpage.raw
    x, y, box = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF()
    at_x, at_y, at_box = ctypes.byref(x), ctypes.byref(y), ctypes.byref(box)
    code_of, origin_of, box_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetCharOrigin, raw.FPDFText_GetLooseCharBox
    signs = []
    for number in range(textpage.count_chars()):
        code = code_of(page, number)
        if code < 32 or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
            continue
        if not box_of(page, number, at_box) or not origin_of(page, number, at_x, at_y):
            continue
        left, right, size = box.left, box.right, abs(box.top - box.bottom)
        if code == 32 and (size == 0 or left == right):  # put in by PDFium, anywhere
            continue
        signs.append(_Sign(y.value, left, right, size, number, chr(code)))
    return signs


def _as_seen(line: list[_Sign]) -> str:
    """Return the characters of a line from left to right, a space where they stand apart."""
    line.sort(key=lambda sign: (sign.left, -sign.number))
    least = _LEAST_GAP * max(sign.size for sign in line)
    pieces: list[str] = []
    reached = line[0].left
    for sign in line:
        if pieces and sign.text != " " and pieces[-1] != " " and sign.left - reached > least:
            pieces.append(" ")
        pieces.append(sign.text)
        reached = max(reached, sign.right)
    return "".join(pieces).strip()


def in_reading_order(seen: str) -> str:
    """Return a line, seen from the left, as it is read.

    >>> in_reading_order("102-71-6 مقر (TEA) نيمأ")
    'أمين (TEA) رقم 102-71-6'
    >>> in_reading_order("Name of the goods: نيمأ لوناثيإ, 5 kg")
    'Name of the goods: إيثانول أمين, 5 kg'
    """
    arabic = len(ARABIC.findall(seen))
    if not arabic:
        return seen
    others = sum(character.isalpha() for character in seen) - arabic
    if others > arabic:
        return _FROM_RIGHT.sub(lambda run: run[0][::-1].translate(_MIRRORED), seen)
    pieces: list[str] = []
    at = len(seen)
    for run in reversed(list(_FROM_LEFT.finditer(seen))):
        pieces.append(seen[run.end() : at][::-1].translate(_MIRRORED))
        pieces.append(run[0])
        at = run.start()
    pieces.append(seen[:at][::-1].translate(_MIRRORED))
    # PDFium turns some brackets and not others.
    return _IN_BRACKETS.sub(r"(\1)", "".join(pieces))
