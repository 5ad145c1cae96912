"""CSV and its kin: each record a row with the number of its first line; a quote that is never closed hides nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from opencwc.files.heading_rows import Table, is_known_header
from opencwc.files.passages import Item, Passage, Reading

_DELIMITERS = ("\t", ";", ",", "|")
_MOST_LINES = 100
_LONGEST_LINE = 100_000
SAMPLE_LINES = 100


def sniff_delimiter(start: str) -> str:
    """Return what parts the cells of most lines alike, ``""`` where nothing does.

    >>> sniff_delimiter("a;b;c\\n1;2;3\\n4;5;6\\n"), sniff_delimiter("Dear Sir, thank you.\\nRegards, N.\\n")
    (';', '')
    """
    lines = [line for line in start[:200_000].split("\n") if line.strip()][:SAMPLE_LINES]
    if len(lines) > 1 and len(lines) < SAMPLE_LINES and not start.endswith("\n"):
        lines = lines[:-1] or lines
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
        return lines[0].strip()[4]
    best, best_score = "", 0.0
    for delimiter in _DELIMITERS:
        widths = [_width(line, delimiter) for line in lines]
        wide = max(set(widths), key=widths.count, default=1)
        known = bool(lines) and sum(map(is_known_header, _cut(lines[0], delimiter))) >= 2
        if wide < 2 or (len(lines) < 3 and not known):
            continue
        alike = widths.count(wide) / len(widths)
        if alike < (0.6 if known else 0.8) or (delimiter == "," and wide == 2 and not known):
            continue
        score = alike + min(wide, 50) / 1_000 + (1 if known else 0)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def read_delimited(text: str, reading: Reading) -> Iterator[Item]:
    """Yield the records of a delimited text."""
    delimiter = sniff_delimiter(text[:200_000]) or _weaker_guess(text[:200_000])
    table = Table("", reading.limits)
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


def _weaker_guess(start: str) -> str:
    """For a file that says of itself that it is a table: the delimiter that its first lines hold most often."""
    lines = [line for line in start.split("\n") if line.strip()][:5]
    counts = {delimiter: min((line.count(delimiter) for line in lines), default=0) for delimiter in _DELIMITERS}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    return best if counts[best] else ""


def _width(line: str, delimiter: str) -> int:
    return len(_cut(line, delimiter)) if '"' in line else line.count(delimiter) + 1


def _cut(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line[:_LONGEST_LINE]], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)
