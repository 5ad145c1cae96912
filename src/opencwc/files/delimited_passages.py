"""CSV and its kin: each record a row with the number of its first line; a quote that is never closed hides nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from opencwc.files.delimiters import guess_delimiter_of_text, sniff_delimiter_of_text
from opencwc.files.document_source import DocumentSource
from opencwc.files.passages import Item, Passage, Reading
from opencwc.files.table_passages import TablePassages

_MOST_LINES = 100
_LONGEST_LINE = 100_000


def read_passages(source: DocumentSource) -> Iterator[Item]:
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
