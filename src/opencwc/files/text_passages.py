"""Plain text and delimited text as passages.

Plain text gives a passage for each line where lines stand for themselves, for each paragraph where they run on; CSV and
its kin give each record as a row with the number of its first line, and a quote that is never closed hides nothing.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Sequence

from opencwc.files.delimiters import guess_delimiter_of_text, sniff_delimiter_of_text
from opencwc.files.document_reading import DocumentSource
from opencwc.files.line_breaks import is_signed, joined_lines, without_quotation_marks
from opencwc.files.passages import Item, Passage, Reading, TablePassages, paragraphs

SAMPLE_LINES = 4_000
_ENDINGS = ".!?:;。！？：；؟۔"


def read_plain(source: DocumentSource) -> Iterator[Item]:
    """Yield the passages of a text."""
    return read_text(source.take_text().lstrip("\ufeff"))


def read_text(text: str, place: str = "") -> Iterator[Item]:
    """Yield lines as ``7``, or paragraphs as ``¶ 3``; in the body of a message both are paragraphs: ``body ¶ 3``.

    Marks of quotation are taken away. A tab becomes a space: in a passage only the cells of a row are parted by tabs.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").replace("\t", " ")
    lines = plain.split("\n")
    if "\n>" in plain or plain.startswith(">"):
        lines = without_quotation_marks(lines)
    yield from _signed(_passages(lines, place)) if place else _passages(lines, place)


def _passages(lines: Sequence[str], place: str) -> Iterator[Passage]:
    if runs_on(lines[:SAMPLE_LINES]):
        before = f"{place} " if place else ""
        for number, paragraph in enumerate(paragraphs(lines), 1):
            yield Passage(f"{before}¶ {number}", paragraph)
        return
    for number, (at, line) in enumerate(joined_lines(lines, wrapped=bool(place)), 1):
        yield Passage(f"{place} ¶ {number}" if place else str(at), line)


def _signed(passages: Iterator[Passage]) -> Iterator[Passage]:
    """Yield the passages of a message; the name below its greeting is one with it."""
    kept: Passage | None = None
    for passage in passages:
        if kept is not None and is_signed(kept.text, passage.text):
            kept = Passage(kept.place, f"{kept.text}\n{passage.text}")
            continue
        if kept is not None:
            yield kept
        kept = passage
    if kept is not None:
        yield kept


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


_MOST_LINES = 100
_LONGEST_LINE = 100_000


def read_records(source: DocumentSource) -> Iterator[Item]:
    """Yield the records of a delimited text."""
    return _records(source.take_text().lstrip("\ufeff"), source.reading)


def _records(text: str, reading: Reading) -> Iterator[Item]:
    delimiter = sniff_delimiter_of_text(text[:200_000]) or guess_delimiter_of_text(text[:200_000])
    table = TablePassages("", reading.limits)
    lines = text.split("\n")
    at = 1 if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5 else 0
    while at < len(lines):
        line = lines[at].rstrip("\r")
        if len(line) > _LONGEST_LINE:
            yield Passage(str(at + 1), line.replace("\t", " "))
            at += 1
        elif '"' not in line:
            yield from table.row(at + 1, line.split(delimiter) if delimiter else [line])
            at += 1
        else:
            records, taken = _quoted(lines, at, delimiter or "\x1f")
            for offset, cells in records:
                yield from table.row(at + 1 + offset, cells)
            at += taken


def _quoted(lines: Sequence[str], at: int, delimiter: str) -> tuple[list[tuple[int, list[str]]], int]:
    """The records that begin in a line with quotes: offset of the line and cells; and how many lines they take."""
    quotes = size = 0
    for taken in range(1, _MOST_LINES + 1):
        if at + taken > len(lines):
            break
        line = lines[at + taken - 1]
        quotes += line.count('"')
        size += len(line)
        if size > _LONGEST_LINE:
            break
        if quotes % 2 == 0:
            reader = csv.reader([line.rstrip("\r") + "\n" for line in lines[at : at + taken]], delimiter=delimiter)
            records, before = [], 0
            try:
                for cells in reader:
                    records.append((before, cells))
                    before = reader.line_num
            except csv.Error:
                break
            return records, taken
    return [(0, lines[at].rstrip("\r").split(delimiter))], 1
