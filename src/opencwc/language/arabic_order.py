"""Arabic as documents garble it, put right where that is sure: shapes of letters, lines backwards, a swapped lam-alef.

A text that was taken out of a PDF may hold the shapes of letters in place of letters, its lines as they are seen from
the left, or the two letters of a lam-alef the wrong way round. No Arabic word begins with taa marbuta, with an alef
behind the article's alef, or stands as the bare article; enough of these show the order to be broken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple

from opencwc.files.right_to_left import ARABIC, in_reading_order


class Mended(NamedTuple):
    """Stretches of a text put right: whether letters had been shapes, lines that were turned, what stays broken."""

    texts: list[str]
    shaped: bool = False
    turned: int = 0
    broken: bool = False


def mend_arabic(texts: Sequence[str]) -> Mended:
    """Put the Arabic of a document's stretches right, judging by all of them together.

    >>> mend_arabic(["\\ufe8d\\ufedf\\ufee4\\ufe8e\\ufea9\\ufe93 1"]).texts
    ['المادة 1']
    """
    whole = "\n".join(texts)
    if not ARABIC.search(whole):
        return Mended(list(texts))
    mended = list(texts)
    turned = 0
    if _is_backwards(_plain(whole)):
        counted = [_by_line(text, in_reading_order) for text in mended]
        mended, turned = [text for text, _ in counted], sum(count for _, count in counted)
    shaped = bool(_SHAPES.search(whole))
    mended = [_plain(text) for text in mended]
    if _has_reversed_words("\n".join(mended)):
        counted = [_by_line(text, lambda line: " ".join(reversed(line.split()))) for text in mended]
        mended, turned = [text for text, _ in counted], turned + sum(count for _, count in counted)
    counted = [_by_line(text, _with_lam_first) for text in mended]
    mended, turned = [text for text, _ in counted], turned or sum(count for _, count in counted)
    return Mended(mended, shaped, turned, _is_broken("\n".join(mended)))


def _plain(text: str) -> str:
    """Write letters in place of their shapes (Unicode Standard, chapter 9.2), and leave all else as it is."""
    return _SHAPES.sub(lambda shape: unicodedata.normalize("NFKC", shape[0]), text)


def _by_line(text: str, turn: Callable[[str], str]) -> tuple[str, int]:
    lines = text.split("\n")
    turned = [turn(line) if ARABIC.search(line) else line for line in lines]
    return "\n".join(turned), sum(line != other for line, other in zip(lines, turned, strict=True))


def _is_backwards(text: str) -> bool:
    """Tell whether words are spelt from their end: they begin with what only ends words, the article at their end."""
    begins = len(_BEGINS_LIKE_AN_END.findall(text)) + len(_ENDS_LIKE_A_BEGINNING.findall(text))
    right = len(_ENDS.findall(text)) + len(_ARTICLE.findall(text))
    return begins >= _ENOUGH and begins > 3 * right


def _has_reversed_words(text: str) -> bool:
    """Tell whether the words of a line stand in reversed order: headings of articles end lines and begin none."""
    return len(_HEADING_AT_END.findall(text)) >= 2 and not _HEADING_AT_BEGINNING.search(text)


def _with_lam_first(line: str) -> str:
    """Put the two letters of a lam-alef in their order where no other reading is possible."""
    line = _ARTICLE_SWAPPED.sub(r"\1\3\2", line)
    return _BARE_ARTICLE.sub("لا", line)


def _is_broken(text: str) -> bool:
    words = len(_WORD.findall(text))
    strange = len(_BEGINS_LIKE_AN_END.findall(text)) + len(_ARTICLE_SWAPPED.findall(text))
    return words >= _ENOUGH and strange >= max(2, 0.02 * words)


_L = "\u0621-\u064a"
_SHAPES = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")
_WORD = re.compile(f"[{_L}]{{2,}}")
_BEGINS_LIKE_AN_END = re.compile(f"(?<![{_L}])[ةى](?=[{_L}]{{2}})")
_ENDS_LIKE_A_BEGINNING = re.compile(f"(?<=[{_L}]{{2}})[{_L}]لا(?![{_L}])")
_ENDS = re.compile(f"(?<=[{_L}]{{2}})[ةى](?![{_L}])")
_ARTICLE = re.compile(f"(?<![{_L}])ال(?=[{_L}]{{3}})")
_ARTICLE_SWAPPED = re.compile(f"(?<![{_L}])([وفبك]?ا)([أإآا])(ل)(?=[{_L}]{{2}})")
_BARE_ARTICLE = re.compile(f"(?<![{_L}])ال(?![{_L}])")
_HEADING_AT_END = re.compile(r"(?:^|\s)[:.]?[0-9٠-٩]+[:.]?\s+[:.]?\s*(?:ال)?مادة[ \t]*$", re.MULTILINE)
_HEADING_AT_BEGINNING = re.compile(r"^[ \t]*(?:ال)?مادة\s*\(?[0-9٠-٩]", re.MULTILINE)
_ENOUGH = 4
"""Words that have to speak for it before a text is turned."""
