"""One value as people write it: quotes and brackets around it, and a name beside amounts, packing and grade."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from opencwc.chemistry.names import token_key


def unframed(text: str) -> str:
    """Return a value without the quotes, the brackets and the signs of a sentence that stand around the whole of it.

    >>> unframed(' "CC(C)O" '), unframed("[thiodiglycol];"), unframed("(CH3)2CO"), unframed("SMILES=CCO")
    ('CC(C)O', 'thiodiglycol', '(CH3)2CO', 'CCO')
    """
    bare = _DRAWING_LABEL.sub("", text.strip().rstrip(",;:.").strip())
    while len(bare) > 2 and (bare[0] + bare[-1] in _PAIRS) and _is_one_pair(bare):
        bare = bare[1:-1].strip().rstrip(",;:.")
    return bare


def _is_one_pair(text: str) -> bool:
    """Tell whether the first sign of a text belongs to its last one."""
    opening, closing = text[0], text[-1]
    if opening == closing:
        return opening not in text[1:-1]
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == opening) - (sign == closing)
        if not depth:
            return place == len(text) - 1
    return False


def rest_of(text: str, spans: Iterable[tuple[int, ...]]) -> str:
    """Return what is left of a value beside what was read of it; empty where that is only labels and signs.

    >>> rest_of("caffeine, 10 kg", [(0, 8)]), rest_of("CAS No. 50-00-0", [(8, 15)])
    ('10 kg', '')
    """
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    pieces, place = [], 0
    for start, end in (*sorted(spans), (len(text), len(text))):
        pieces.append(" ".join(shown[place : max(place, start)].split()).strip(_SIGNS))
        place = max(place, end)
    rest = " … ".join(piece for piece in pieces if not _is_label(piece))
    return rest if len(rest) <= LONGEST_REST else rest[:LONGEST_REST] + "…"


def _is_label(piece: str) -> bool:
    """Tell whether a piece of a value only says what kind of thing stands beside it: CAS No."""
    from opencwc.chemistry.name_parts import NameParts

    labels = NameParts.load().labels
    return all(token_key(word) in labels for word in _LETTERS.findall(piece)) and not _DIGIT.search(piece)


def names_beside_amounts(text: str) -> Iterator[tuple[int, int]]:
    """Yield where names can stand in a value: what is left of its amounts and packings, without words of grade.

    The whole of it comes first, then what signs part.

    >>> [text[a:b] for text in ["ethanol 96% 200 L drum"] for a, b in names_beside_amounts(text)]
    ['ethanol']
    """
    from opencwc.language.commerce import read_commerce

    place = 0
    for statement in (*read_commerce(text), None):
        until = statement.start if statement else len(text)
        if until > place:
            yield from _pieces(text, place, until)
        place = max(place, statement.end) if statement else place


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    whole = _trimmed(text, start, end)
    if whole[0] < whole[1]:
        yield whole
    for piece in _PIECE.finditer(text, *whole):
        trimmed = _trimmed(text, piece.start(), piece.end())
        if trimmed != whole and trimmed[0] < trimmed[1]:
            yield trimmed


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out words of grade and signs at both ends."""
    from opencwc.chemistry.name_parts import NameParts

    grades = NameParts.load().grades
    words = [word for word in _WORD.finditer(text, start, end) if word[0].strip(_SIGNS)]
    while words and token_key(words[-1][0]) in grades:
        words.pop()
    while words and token_key(words[0][0]) in grades:
        words.pop(0)
    if not words:
        return end, end
    first, last = words[0].start(), words[-1].end()
    while first < last and text[first] in _OUTER:
        first += 1
    while last > first and text[last - 1] in _OUTER:
        last -= 1
    return first, last


LONGEST_REST = 80
_PAIRS = frozenset(('""', "''", "``", "“”", "„“", "„”", "«»", "‘’", "()", "[]", "{}", "<>", "（）", "【】", "「」"))
_SIGNS = " \t\r\n,;:.|/*#-–—()[]{}<>\"'`“”„«»="
_OUTER = " \t,;:|\"'`“”«»"
_DRAWING_LABEL = re.compile(r"^smiles\s*(?:[:=]\s*|\s)", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_PIECE = re.compile(r"[^/;|+]+?(?=\s*(?:[/;|+]|,\s|\s[-–—]\s|\s?\(|\)|$))|[^/;|+,()]+")
_WORD = re.compile(r"\S+")
