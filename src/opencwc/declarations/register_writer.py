"""A register back to a workbook, JSON or a folder of text files, from which the same register is read again.

Every row is written as it was read, those that are none of the register's lines as well, under the names of the fields.
No text becomes a formula: in workbooks all texts are strings, in text files `register_tables.guarded` keeps them apart.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

from opencwc.declarations.model import ACTIVITY_FIELDS, SITE_FIELDS, Activity, Register, Site
from opencwc.declarations.register_cells import TableHabits, marks_of
from opencwc.declarations.register_tables import ACTIVITIES, SITES, guarded
from opencwc.errors import OutputError
from opencwc.files.writing import open_for_writing
from opencwc.publishing.xlsx import LONGEST_CELL, MOST_ROWS

FIELDS = {SITES: SITE_FIELDS, ACTIVITIES: ACTIVITY_FIELDS}
_NUMBERS = ("quantity", "concentration", "year")
_MADE = datetime(2000, 1, 1)
_CANONICAL = re.compile(r"(?:0|[1-9]\d{0,14})(?:\.\d{0,14}[1-9])?")


class WrittenTable(NamedTuple):
    """A table on its way out: its headings, and its rows as texts by heading.

    ``numbers`` tells whether cells that are plain numbers are written as numbers, ``decimal`` the mark of the others.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    numbers: bool
    decimal: str

    def cell(self, field: str, text: str) -> str | int | float:
        """Return a cell as it is written."""
        if not self.numbers or field not in _NUMBERS or not _is_plain(text, self.decimal):
            return text
        return int(text) if text.isdecimal() else float(text)


def write_register(register: Register, target: Path) -> None:
    """Write a register to ``.xlsx`` or ``.json``, or as text files into a folder (any other name).

    Raises `OutputError`: the place cannot be written to, a table or a text is too long for a sheet, or the numbers of a
    workbook cannot be told apart in a text file.
    """
    ending = target.suffix.lower()
    if ending in (".xlsx", ".json"):
        with open_for_writing(target, binary=True) as stream:
            (write_workbook if ending == ".xlsx" else write_json)(register, stream)
        return
    if target.exists() and not target.is_dir():
        raise OutputError("register_target_unknown", where=str(target))
    files = register_texts(register)
    make_folder(target)
    for name, content in files.items():
        with open_for_writing(target / name, binary=True) as stream:
            stream.write(content)


def make_folder(folder: Path) -> None:
    """Make a folder where there is none; raise `OutputError` where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError("answer_cannot_be_written", where=str(folder), reason=error.strerror or "") from error


def write_json(register: Register, stream: IO[bytes]) -> None:
    """Write a register as JSON: an object with the arrays ``sites`` and ``activities``."""
    held = {
        table.name: [{field: table.cell(field, text) for field, text in row.items()} for row in table.rows]
        for table in written_tables(register, typed=True)
    }
    stream.write(json.dumps(held, ensure_ascii=False, indent=1).encode())


def write_workbook(register: Register, stream: IO[bytes]) -> None:
    """Write a register as a workbook with one sheet a table."""
    from xlsxwriter import Workbook

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(stream, options) as workbook:
        workbook.set_properties({"created": _MADE})
        head = workbook.add_format({"bold": True, "bottom": 1})
        for table in written_tables(register, typed=True):
            _refuse_too_long(table)
            sheet = workbook.add_worksheet(table.name)
            for at, heading in enumerate(table.header):
                sheet.write_string(0, at, heading, head)
            places = {heading: at for at, heading in enumerate(table.header)}
            for number, row in enumerate(table.rows, 1):
                for field, text in row.items():
                    _write_cell(sheet, number, places[field], table.cell(field, text))
            sheet.freeze_panes(1, 0)


def register_texts(register: Register) -> dict[str, bytes]:
    """Return a register as text files by name: UTF-8 with its mark, commas between the cells.

    Raises `OutputError` where its numbers would read otherwise in a text file, which has no cells of numbers.
    """
    texts = {}
    for table in written_tables(register, typed=False):
        origin = register.origins.get(table.name)
        if table.name == ACTIVITIES and origin is not None and origin.decimal != marks_of(_numerals(table.rows)):
            raise OutputError("register_numbers_unclear", where=register.name)
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([guarded(heading) for heading in table.header])
        writer.writerows([guarded(row.get(heading, "")) for heading in table.header] for row in table.rows)
        texts[f"{table.name}.csv"] = b"\xef\xbb\xbf" + out.getvalue().encode()
    return texts


def written_tables(register: Register, *, typed: bool) -> Iterator[WrittenTable]:
    """Yield the tables of a register; ``typed`` where cells may be numbers.

    They are only where that tells nothing else of the marks of the other cells than the file they came from.
    """
    lines: Mapping[str, Iterable[Site | Activity]] = {SITES: register.sites.values(), ACTIVITIES: register.activities}
    for kind, records in lines.items():
        by_row = [(line.row, _texts_of(line)) for line in records]
        by_row += list(register.unread.get(kind, {}).items())
        rows = tuple(texts for _, texts in sorted(by_row, key=lambda item: item[0]))
        further = dict.fromkeys(field for texts in rows for field in texts if field not in FIELDS[kind])
        if kind == SITES and not rows:
            continue
        origin = register.origins.get(kind)
        numerals = _numerals(rows)
        told = origin.decimal if origin is not None else marks_of(numerals)
        numbers = typed and marks_of(text for text in numerals if not _is_plain(text, told)) == told
        yield WrittenTable(kind, (*FIELDS[kind], *further), rows, numbers, told)


def _numerals(rows: Iterable[Mapping[str, str]]) -> list[str]:
    return [text for row in rows for field in ("quantity", "concentration") if (text := row.get(field))]


def _is_plain(text: str, decimal: str) -> bool:
    """Tell whether a number is written as a program writes it, so that it comes back as it stands."""
    if not _CANONICAL.fullmatch(text) or TableHabits(decimal).as_number(text) != text:
        return False
    return len(text) <= 15 and ("." not in text or repr(float(text)) == text)


def _texts_of(line: Site | Activity) -> Mapping[str, str]:
    """Return the cells of a line: as they were written, else what it says."""
    if line.texts:
        return line.texts
    if isinstance(line, Site):
        texts = {field: str(getattr(line, field)) for field in SITE_FIELDS} | dict(line.more)
    else:
        texts = {field: str(getattr(line, field)) for field in ACTIVITY_FIELDS if hasattr(line, field)}
        texts |= {
            "quantity": f"{line.kg:f}" if line.kg is not None else "",
            "unit": "kg" if line.kg is not None else "",
            "concentration": f"{line.share:f}",
            "planned": "yes" if line.planned else "",
            "date": line.date.isoformat() if line.date else "",
        }
    return {field: text for field, text in texts.items() if text}


def _write_cell(sheet: Any, row: int, column: int, value: str | float) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    else:
        sheet.write_number(row, column, value)


def _refuse_too_long(table: WrittenTable) -> None:
    if len(table.rows) >= MOST_ROWS:
        raise OutputError("table_too_long_for_sheet", table=table.name, most=MOST_ROWS)
    if any(len(text) > LONGEST_CELL for row in table.rows for text in row.values()):
        raise OutputError("register_text_too_long", where=table.name, most=LONGEST_CELL)
