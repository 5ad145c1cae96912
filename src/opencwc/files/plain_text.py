"""Plain text: a passage for each line where lines stand for themselves, for each paragraph where they run on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from opencwc.files.document_source import DocumentSource
from opencwc.files.passages import Item, Passage, paragraphs

SAMPLE_CHARACTERS = 200_000
_ENDINGS = ".!?:;。！？：；؟۔"


def read_passages(source: DocumentSource) -> Iterator[Item]:
    """Yield the passages of a text."""
    return read_text(source.take_text().lstrip("\ufeff"))


def read_text(text: str, place: str = "") -> Iterator[Item]:
    """Yield lines as ``7``, or paragraphs as ``¶ 3``; in a body both are paragraphs: ``body ¶ 3``.

    A tab becomes a space: in a passage only the cells of a row are parted by tabs.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").replace("\t", " ")
    lines = plain.split("\n")
    if runs_on(plain[:SAMPLE_CHARACTERS].split("\n")):
        before = f"{place} " if place else ""
        for number, paragraph in enumerate(paragraphs(lines), 1):
            yield Passage(f"{before}¶ {number}", paragraph)
        return
    number = 0
    for at, line in enumerate(lines, 1):
        if line.strip():
            number += 1
            yield Passage(f"{place} ¶ {number}" if place else str(at), line.rstrip())


def runs_on(lines: Sequence[str]) -> bool:
    """Whether sentences run on from line to line.

    >>> runs_on(["The drums were filled with a solution of", "triethanolamine and put on the pallet."])
    True
    >>> runs_on(["TEA 85% IBC 1000 L", "DMMP drum 200 L", "sodium chloride bag 25 kg"])
    False
    """
    stripped = [line.strip() for line in lines]
    lengths = sorted(len(line) for line in stripped if line)
    if not lengths:
        return False
    usual = lengths[int(0.9 * (len(lengths) - 1))]
    pairs = runs = 0
    for line, following in itertools.pairwise(stripped):
        if not line or not following:
            continue
        pairs += 1
        is_full = len(line) >= 0.7 * usual and len(line) >= 30 and line[-1] not in _ENDINGS
        goes_on = following[0].islower() or not (
            following[0].isupper() or following[0].isdigit() or not following[0].isalpha()
        )
        runs += is_full and goes_on
    return pairs > 0 and runs >= 0.4 * pairs
