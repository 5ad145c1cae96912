"""Text that is not what was written: lines of noise, and letters that a program read in the wrong encoding.

The second can be undone where every run of such letters goes back to what it was made from; else it stays as it is.
"""

from __future__ import annotations

import re
from itertools import islice

from opencwc.files.encodings import SURE, encoding_scores

_RUN = re.compile(r"[^\x00-\x7f]+")
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x7f\x80-\x84\x86-\x9f\ufffd\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]")
_NOISY = 0.1
_MOST_LINES = 2_000
_SAMPLE_CHARACTERS = 100_000
_MISREAD_AS = ("cp1252", "cp1251", "gb18030")
_SURELY = 0.8
_LEAST_LETTERS = 12


def noise_share(text: str) -> float:
    """Return the share of the first lines that are noise: of which every tenth character is no text at all.

    >>> noise_share("sarin\\n\\x01\\x02\\x03\\x04")
    0.5
    """
    lines = [line for line in islice(text.splitlines(), _MOST_LINES) if line.strip()]
    noisy = sum(len(_NO_TEXT.findall(line)) >= _NOISY * len(line) for line in lines)
    return noisy / len(lines) if lines else 0.0


def mended(text: str) -> tuple[str, str]:
    """Return a text with its letters put right, and the encoding it had been misread in, ``""`` where it had not.

    >>> mended("TriÃ©thanolamine Ã\\xa0 85 %")
    ('Triéthanolamine à 85 %', 'cp1252')
    >>> mended("Triéthanolamine à 85 %")[1]
    ''
    """
    if text.isascii():
        return text, ""
    runs = _RUN.findall(text[:_SAMPLE_CHARACTERS])
    for encoding in _MISREAD_AS:
        undone = sum(len(run) for run in runs if _undone(run, encoding))
        if undone >= _SURELY * sum(map(len, runs)):
            return _RUN.sub(lambda run: _undone(run[0], encoding) or run[0], text), encoding  # noqa: B023 - used here
    if encoding := _true_encoding(text):
        return _as_bytes(text, "cp1252").decode(encoding, "replace"), "cp1252"
    return text, ""


def _undone(run: str, encoding: str) -> str:
    """Return what a run of letters was before UTF-8 was read in another encoding, ``""`` where it was nothing."""
    try:
        return _as_bytes(run, encoding).decode("utf-8")
    except UnicodeError:
        return ""


def _as_bytes(text: str, encoding: str) -> bytes:
    """Return a text in an encoding; a byte that has no letter there was taken over as it was."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return b"".join(_byte(character, encoding) for character in text)


def _byte(character: str, encoding: str) -> bytes:
    try:
        return character.encode(encoding)
    except UnicodeEncodeError:
        return character.encode("latin-1")


def _true_encoding(text: str) -> str:
    """Return the old encoding of a text whose bytes were read as Windows-1252, where that is sure."""
    try:
        data = _as_bytes(text[:_SAMPLE_CHARACTERS], "cp1252")
    except UnicodeEncodeError:
        return ""
    if sum(byte > 0x7F for byte in data) < _LEAST_LETTERS:
        return ""
    scores = encoding_scores(data)
    best = max(scores, key=lambda encoding: scores[encoding])
    return best if scores[best] > SURE and scores["cp1252"] < 0 else ""
