"""What stands between the cells of a text table: as its first line declares, or as its records show."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from opencwc.files.columns import is_known_header
from opencwc.files.headings import is_heading_word

# The cell delimiter of a table of one column: the ASCII unit separator, which nobody types.
NO_DELIMITER = "\x1f"
SAMPLE_RECORDS = 200
_SAMPLE_CHARACTERS = 200_000
_DELIMITERS = (",", ";", "\t", "|")
_DELIMITERS_OF_TEXT = ("\t", ";", ",", "|")
_SAMPLE_LINES = 100
_LONGEST_LINE = 100_000
_LOCANT_CUT = re.compile(r"\d+'?(?:,\d+'?)*-[A-Za-z(\[]")


def sniff_delimiter(start: str, *, prefer: str = "") -> str:
    """The delimiter that cuts most of the first records as it cuts the first one, ``""`` where there is none."""
    best, best_score = "", 0.0
    for delimiter in _DELIMITERS:
        records = sample_records(start, delimiter)
        width = len(records[0]) if records else 0
        if width < 2 or (delimiter == "," and _cuts_locants(records)):
            continue
        alike = sum(len(record) == width for record in records) / len(records)
        if alike < 0.8 and not any(map(is_known_header, records[0])):
            continue
        score = alike + (1.0 if delimiter == prefer else 0.0) + min(width, 50) / 1000
        if score > best_score:
            best, best_score = delimiter, score
    return best


def declared_delimiter(start: str) -> str:
    """The delimiter of Excel's first line ``sep=;``, ``""`` where there is no such line."""
    declared = re.match(r"\ufeff?sep=([,;\t|])\n", start)
    return declared[1] if declared else ""


def sample_records(start: str, delimiter: str) -> list[list[str]]:
    """The first records of a text that are not blank; the last, perhaps cut, is left out where there are others."""
    text = start[:_SAMPLE_CHARACTERS]
    whole = text if len(start) <= _SAMPLE_CHARACTERS and start.endswith("\n") else text.rpartition("\n")[0] or text
    lines = [line + "\n" for line in whole.lstrip("\ufeff").split("\n") if line.strip(" ")][: 2 * SAMPLE_RECORDS]
    if declared_delimiter(start):
        lines = lines[1:]
    records: list[list[str]] = []
    reader = csv.reader(lines, delimiter=delimiter)
    while len(records) < SAMPLE_RECORDS:
        try:
            record = next(reader, None)
        except csv.Error:
            continue
        if record is None:
            break
        if record:
            records.append(record)
    return records


def guess_delimiter(start: str, prefer: str) -> str:
    """The delimiter that the table's cells tell, else the one that cuts its first line into most cells."""
    if delimiter := sniff_delimiter(start, prefer=prefer):
        return delimiter
    first = next((line for line in start.lstrip("\ufeff").split("\n") if line.strip()), "")
    return max(",;\t|", key=first.count) if any(sign in first for sign in ",;\t|") else ""


def sniff_delimiter_of_text(start: str) -> str:
    """Return the delimiter of a document that may be prose: what cuts most lines alike, ``""`` where nothing does.

    `sniff_delimiter` knows that it has a table before it; this one has to tell a table from prose, in six languages. So
    the two ask for different evidence, and answer differently.

    >>> sniff_delimiter_of_text("a;b;c\\n1;2;3\\n4;5;6\\n")
    ';'
    >>> sniff_delimiter_of_text("Dear Sir, thank you.\\nRegards, N.\\n")
    ''
    """
    lines = [line for line in start[:_SAMPLE_CHARACTERS].split("\n") if line.strip()][:_SAMPLE_LINES]
    if len(lines) > 1 and len(lines) < _SAMPLE_LINES and not start.endswith("\n"):
        lines = lines[:-1] or lines
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
        return lines[0].strip()[4]
    best, best_score = "", 0.0
    for delimiter in _DELIMITERS_OF_TEXT:
        widths = [_count_cells(line, delimiter) for line in lines]
        wide = max(set(widths), key=widths.count, default=1)
        known = bool(lines) and sum(map(is_heading_word, _cut(lines[0], delimiter))) >= 2
        if wide < 2 or (len(lines) < 3 and not known):
            continue
        alike = widths.count(wide) / len(widths)
        if alike < (0.6 if known else 0.8) or (delimiter == "," and wide == 2 and not known):
            continue
        score = alike + min(wide, 50) / 1_000 + (1 if known else 0)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def guess_delimiter_of_text(start: str) -> str:
    """Return the delimiter that the first lines hold most often, for a file whose name says that it is a table."""
    lines = [line for line in start.split("\n") if line.strip()][:5]
    counts = {delimiter: min((line.count(delimiter) for line in lines), default=0) for delimiter in _DELIMITERS_OF_TEXT}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    return best if counts[best] else ""


def _cuts_locants(records: Sequence[Sequence[str]]) -> bool:
    """Whether a comma parts ``1,2-dichloroethane`` in most records: then it is no delimiter."""
    if any(map(is_known_header, records[0])):
        return False
    cut = sum(any(_LOCANT_CUT.match(cell) for cell in record[1:]) for record in records)
    return 2 * cut > len(records)


def _count_cells(line: str, delimiter: str) -> int:
    return len(_cut(line, delimiter)) if '"' in line else line.count(delimiter) + 1


def _cut(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line[:_LONGEST_LINE]], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)
