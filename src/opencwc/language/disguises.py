"""A text as the words it may hold, however they are disguised: spaced out, joined, in other signs, with signs between.

A text is first made plain, sign by sign, with the way back kept. Then every place where a word may begin is given the
forms that may stand there: the word itself, the word behind digits in place of letters, the word that short pieces
make together. Nothing is decided here; who reads the forms looks for words that matter.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Words:
    """The forms of a text by place.

    ``starts`` are the places in ``plain`` where a word may begin, rising; ``forms`` has the forms of each with where
    each ends; ``ordinal`` counts words up to a place, spelled-out letters as one word; ``clause`` numbers the clauses
    by place; ``origin`` leads from a place in ``plain`` to the place in the text as it was given.
    """

    plain: str
    origin: list[int]
    starts: list[int] = field(default_factory=list)
    forms: dict[int, dict[str, int]] = field(default_factory=dict)
    ordinal: dict[int, int] = field(default_factory=dict)
    clause: dict[int, int] = field(default_factory=dict)

    def next_start(self, end: int) -> int:
        """Return the index in ``starts`` of the first place at or after ``end``."""
        return bisect_left(self.starts, end)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch of ``plain`` stands in the text as it was given."""
        return self.origin[start], self.origin[end - 1] + 1


def make_plain(text: str, variants: Mapping[str, str] | None = None) -> tuple[str, list[int]]:
    """Return a text without marks, case, width and invisible signs, and the place in it of each sign that is left.

    >>> make_plain("Sy\\u200bnthèse")[0], make_plain("أُنْتِجَ")[0], make_plain("ＶＸ")[0]
    ('synthese', 'انتج', 'vx')
    """
    if text.isascii():
        return text.lower(), list(range(len(text)))
    signs: list[str] = []
    origin: list[int] = []
    for place, sign in enumerate(text):
        for plain_sign in _plain_sign(sign):
            signs.append(variants.get(plain_sign, plain_sign) if variants else plain_sign)
            origin.append(place)
    return "".join(signs), origin


def as_seen(text: str) -> tuple[str, list[int]]:
    """Return a text as a reader takes it in, and the place in it of each sign that is left and of its end.

    Invisible signs are left out, and words whose letters were spelled out are joined where words are farther apart.

    >>> as_seen("ask\\u200bed")[0], as_seen("h o w  d o  i")[0], as_seen("a b")[0], as_seen("问 天 气")[0]
    ('asked', 'how do i', 'a b', '问天气')
    """
    places = [place for place, sign in enumerate(text) if unicodedata.category(sign) != "Cf"]
    seen = "".join(text[place] for place in places) if len(places) < len(text) else text
    if _SPELLED_OUT.search(seen):
        between = {place for letters in _LETTERS_APART.finditer(seen) for place in range(*letters.span())}
        between |= {at for at in range(1, len(seen)) if seen[at - 1 : at + 1] == "  "}
        left = [at for at, sign in enumerate(seen) if not (sign == " " and at in between)]
        seen, places = "".join(seen[at] for at in left), [places[at] for at in left]
    return seen, [*places, len(text)]


def read_words(text: str, compact: frozenset[str] = frozenset(), variants: Mapping[str, str] | None = None) -> Words:
    """Return the words that a text may hold; ``compact`` are the stretches that betray a text without spaces."""
    plain, origin = make_plain(text, variants)
    words = Words(plain, origin)
    pieces = [(piece.start(), piece.end()) for piece in _PIECE.finditer(plain)]
    _number(words, pieces)
    for start, end in pieces:
        _add(words, start, plain[start:end], end)
        _other_signs(words, start, end)
        if end - start >= _COMPACT_FROM and any(stretch in plain[start:end] for stretch in compact):
            _every_stretch(words, start, plain[start : min(end, start + _COMPACT_UP_TO)])
    _digits_for_letters(words, compact)
    _joined(words, pieces)
    words.starts.extend(sorted(words.forms))
    last = (0, 0)
    for start in words.starts:
        if start in words.ordinal:
            last = (words.ordinal[start], words.clause[start])
        else:
            words.ordinal[start], words.clause[start] = last
    return words


def _number(words: Words, pieces: list[tuple[int, int]]) -> None:
    """Count words and clauses; a clause of one or two words belongs to the next: stops between words hide nothing."""
    number = clause = length = 0
    before = 0
    for index, (start, end) in enumerate(pieces):
        between = words.plain[before:start]
        if index and length >= _SHORTEST_CLAUSE and _CLAUSE_END.search(between):
            clause, length = clause + 1, 0
        spelled = index and end - start == 1 == before - pieces[index - 1][0] and not _HAN.match(words.plain, start)
        if index and not spelled:
            number += 1
            length += 1
        words.ordinal[start], words.clause[start] = number, clause
        before = end


def _other_signs(words: Words, start: int, end: int) -> None:
    piece = words.plain[start:end]
    if piece.isascii():
        return
    if "\u0600" <= piece[0] <= "\u06ff":
        for form in _without_arabic_particles(piece):
            _add(words, start, form, end)
    elif _LATIN.search(piece) and _CYRILLIC.search(piece):
        _add(words, start, piece.translate(_TO_LATIN), end)
        _add(words, start, piece.translate(_TO_CYRILLIC), end)


def _without_arabic_particles(piece: str) -> list[str]:
    forms = []
    rest = piece
    for particles in ("وف", "بكل"):
        if len(rest) > 2 and rest[0] in particles:
            rest = rest[1:]
            forms.append(rest)
    forms += [form[2:] for form in (piece, *forms) if len(form) > 4 and form.startswith(("ال", "لل"))]
    if len(rest) > 3 and rest[0] == "ل" and rest != piece:  # of لل, the article that lost its alef
        forms.append(rest[1:])
    return forms


def _every_stretch(words: Words, start: int, text: str) -> None:
    for first in range(len(text)):
        for last in range(first + 1, min(first + _LONGEST_WORD, len(text)) + 1):
            _add(words, start + first, text[first:last], start + last)


def _digits_for_letters(words: Words, compact: frozenset[str]) -> None:
    for run in _RUN.finditer(words.plain):
        piece = run.group().rstrip("!|")
        if len(piece) > _COMPACT_UP_TO or not _SIGN.search(piece) or not any(sign.isalpha() for sign in piece):
            continue
        start, end = run.start(), run.start() + len(piece)
        for table in (_CYRILLIC_SIGNS,) if _CYRILLIC.search(piece) else _LATIN_SIGNS:
            form = piece.translate(table)
            if form.isalpha():
                _add(words, start, form, end)
                if len(form) >= _COMPACT_FROM and any(stretch in form for stretch in compact):
                    _every_stretch(words, start, form)


def _joined(words: Words, pieces: list[tuple[int, int]]) -> None:
    """Add what pieces make together: with signs between them, or spaces between pieces too short for words."""
    plain = words.plain
    for first, (start, close) in enumerate(pieces[:-1]):
        end = close
        if _HAN.match(plain, start) or (plain[start:end].isdigit() and not _SIGN_WORD.match(plain, start)):
            continue
        form = plain[start:end]
        letters = end - start
        spaced = single = True
        signed = True
        for other in range(first + 1, min(first + _LONGEST_WORD, len(pieces))):
            there, until = pieces[other]
            gap = plain[end:there]
            signed = signed and not gap.isspace() and len(gap) <= 2 and not any(sign.isspace() for sign in gap)
            spaced = spaced and max(letters, until - there) <= _SHORT_PIECE and len(gap) <= _WIDEST_GAP
            single = single and letters == 1 == until - there
            if not (signed or (spaced and (single or other - first < _MOST_SHORT_PIECES))):
                break
            form += plain[there:until]
            if len(form) > _LONGEST_JOIN:
                break
            end, letters = until, until - there
            if signed or single or len(form) > _SHORT_PIECE:
                _add(words, start, form, until)
                if any(sign.isdigit() for sign in form) and form.isascii():
                    for table in _LATIN_SIGNS:
                        _add(words, start, form.translate(table), until)


def _add(words: Words, start: int, form: str, end: int) -> None:
    words.forms.setdefault(start, {}).setdefault(form, end)


@lru_cache(maxsize=8192)
def _plain_sign(sign: str) -> str:
    kept = []
    for part in unicodedata.normalize("NFKD", sign):
        category = unicodedata.category(part)
        if category in ("Mn", "Me", "Cf") or part == "ـ":
            continue
        if category == "Nd":
            kept.append(str(unicodedata.digit(part)))
        else:
            kept.append(_EQUAL.get(part, part.casefold()))
    return "".join(kept)


_EQUAL = {"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "ٱ": "ا", "ء": "", "ı": "i", "ł": "l", "ø": "o"}
_LETTERS_APART = re.compile(r"(?<!\S)[^\W\d_](?: [^\W\d_])+(?!\S)")
_SPELLED_OUT = re.compile(r"(?<!\S)[^\W\d_](?: [^\W\d_]){2,}(?!\S)")
_HAN = re.compile(r"[\u3400-\u9fff]")
_PIECE = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")
_CLAUSE_END = re.compile(r"[.?!;؟؛](?=\s|$)|[。？！；]|\n\s*\n")
_LATIN = re.compile(r"[a-z]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_RUN = re.compile(r"(?:[@$!|]|[^\W_\u3400-\u9fff])+")
_SIGN_WORD = re.compile(r"\d[\W_]{1,3}[^\W\d_]")
_SIGN = re.compile(r"[@$!|0-9]")
_LATIN_SIGNS = (str.maketrans("0134578@$!|", "oleastbasil"), str.maketrans("0134578@$!|", "oieastbasil"))
_CYRILLIC_SIGNS = str.maketrans("0346@", "озчба")
_TO_LATIN = str.maketrans("аеорсухіјѕквмнт", "aeopcyxijskbmht")
_TO_CYRILLIC = str.maketrans("aeopcyxkbmht", "аеорсухквмнт")
_SHORTEST_CLAUSE = 3
_COMPACT_FROM = 12
_COMPACT_UP_TO = 200
_LONGEST_WORD = 16
_LONGEST_JOIN = 24
_SHORT_PIECE = 3
_MOST_SHORT_PIECES = 6
_WIDEST_GAP = 3
