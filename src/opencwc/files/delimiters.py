"""What stands between the cells of a text table, and whether its first line names the columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from opencwc.files.columns import is_known_header, plain
from opencwc.files.values import looks_like_data, looks_like_smiles

# The cell delimiter of a table of one column: the ASCII unit separator, which nobody types.
NO_DELIMITER = "\x1f"
SAMPLE_RECORDS = 200
_SAMPLE_CHARACTERS = 200_000
_DELIMITERS = (",", ";", "\t", "|")
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


def has_header(records: Sequence[Sequence[str]], asked: Sequence[str | None]) -> bool:
    """Whether the first record names the columns.

    It does where it holds a name the caller asked for or a known header; it does not where a cell of it is data; else
    it does where some column is data below it. When in doubt it is data: a first chemical read as a header would be
    lost, a header read as a chemical is only reported as unknown.
    """
    if not records:
        return False
    first = [cell.strip() for cell in records[0]]
    names = {plain(name) for name in asked if name is not None and not name.strip().isdecimal()}
    if any(is_known_header(cell) or plain(cell) in names for cell in first):
        return True
    if any(map(looks_like_data, first)):
        return False
    return any(_is_data_below(records[1:], at) and not looks_like_smiles(first[at]) for at in range(len(first)))


def _is_data_below(records: Sequence[Sequence[str]], at: int) -> bool:
    cells = [record[at].strip() for record in records if at < len(record) and record[at].strip()]
    return bool(cells) and 2 * sum(looks_like_data(cell) or looks_like_smiles(cell) for cell in cells) > len(cells)


def _cuts_locants(records: Sequence[Sequence[str]]) -> bool:
    """Whether a comma parts ``1,2-dichloroethane`` in most records: then it is no delimiter."""
    if any(map(is_known_header, records[0])):
        return False
    cut = sum(any(_LOCANT_CUT.match(cell) for cell in record[1:]) for record in records)
    return 2 * cut > len(records)
