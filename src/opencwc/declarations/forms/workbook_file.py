"""A declaration as a workbook: a sheet for each kind of record, each row with its id and that of what it is part of.

Every cell is written as text: nothing that a user wrote becomes a formula. A first sheet says in words what it is.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from opencwc.declarations.forms.model import Document
from opencwc.declarations.forms.tree import Node, shape_of, to_node
from opencwc.errors import InputError
from opencwc.files.frames import PROBLEM, ROW, open_frame
from opencwc.files.zip_damage import ZIP_DAMAGED
from opencwc.finding import Message
from opencwc.publishing.model import RIGHT_TO_LEFT
from opencwc.wording import say, sentence

ROOT = "document"
ID, WITHIN = "id", "within"
HEADINGS = {"row": "register row"}
"""What a value is called in the workbook where its own name means something else to the reader of tables."""
_MIDNIGHT = re.compile(r"[ T]00:00:00(\.0+)?$")
_ID = re.compile(r"[a-z]+ [0-9]{1,9}")
_ROOT_SHEET = re.compile(rb"""<(?:\w+:)?sheet\s[^>]*name=["']document["']""")
_MOST_NAMES = 10_000_000
"""Bytes of a workbook's list of sheets that are looked at."""


def write_workbook(document: Document, lang: str = "en") -> bytes:
    """Return a declaration as a workbook (XLSX)."""
    from datetime import datetime

    from xlsxwriter import Workbook

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(content, options) as workbook:
        made = document.made
        created = datetime(made.year, made.month, made.day) if made else datetime(2000, 1, 1)
        workbook.set_properties({"title": say("form_title", lang), "created": created, "comments": lang})
        _write_words(workbook, document, lang)
        rows = _rows_by_sheet(to_node(document))
        head = workbook.add_format({"bold": True, "bottom": 1, "bg_color": "#eef0ee"})
        for name, record in sheets().items():
            sheet = workbook.add_worksheet(name)
            columns = (ID, WITHIN, *shape_of(record).attributes)
            for at, column in enumerate(columns):
                sheet.write_string(0, at, HEADINGS.get(column, column), head)
            for number, row in enumerate(rows.get(name, ()), 1):
                for at, column in enumerate(columns):
                    if column in row:
                        sheet.write_string(number, at, row[column])
            sheet.set_column(0, len(columns) - 1, 18)
            sheet.freeze_panes(1, 0)
    return content.getvalue()


def is_declaration_workbook(path: Path) -> bool:
    """Tell whether a file is a workbook with the sheet of a declaration; a damaged file is none."""
    return _ROOT_SHEET.search(_sheets_named(path)) is not None


def _sheets_named(path: Path) -> bytes:
    """Return the part of a workbook that names its sheets; empty where it has none, or is damaged."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("xl/workbook.xml") as sheets_named:
            return sheets_named.read(_MOST_NAMES)
    except (*ZIP_DAMAGED, KeyError):
        return b""


def read_workbook(path: Path, where: str) -> Node:
    """Return the tree of a declaration in a workbook; raise `InputError` where it has no sheet ``document``."""
    import fastexcel

    if (named := _sheets_named(path)) and not _ROOT_SHEET.search(named):
        raise InputError("declaration_of_no_kind", where=where)
    with open_frame(Path(f"{path}#{ROOT}"), where):  # says what is wrong with a damaged, locked or huge workbook
        present = fastexcel.read_excel(path).sheet_names
    nodes: dict[str, Node] = {}
    parents: list[tuple[str, str, Node]] = []
    root: Node | None = None
    for name in (sheet for sheet in sheets() if sheet in present):
        for number, values in _sheet_rows(path, name, where):
            node = Node(values, {}, f"{where}#{name}:{number + 1}")
            id, within = values.pop(ID, ""), values.pop(WITHIN, "")
            if name == ROOT and root is None:
                root = node
            else:
                parents.append((name, within, node))
            key = f"{name} {id}"
            if not id or key in nodes:
                node.values[f"{ID} {id}".strip()] = ""  # said as a name that is not known
            nodes.setdefault(key, node)
    if root is None:
        raise InputError("declaration_without_document", where=where)
    for name, within, node in parents:
        parent = nodes.get(within) if _ID.fullmatch(within) else None
        if parent is None or parent is node:
            node.values[f"{WITHIN} {within}".strip()] = ""
            parent = root
        parent.parts.setdefault(name, []).append(node)
    return root


def sheets() -> dict[str, type[Struct]]:
    """Return the sheets with data and the record that a row of each is, outermost first."""
    found: dict[str, type[Struct]] = {ROOT: Document}
    waiting: list[type[Struct]] = [Document]
    while waiting:
        for name, inner in shape_of(waiting.pop(0)).parts.items():
            if name not in found:
                found[name] = inner
                waiting.append(inner)
    return found


def _rows_by_sheet(root: Node) -> Mapping[str, list[dict[str, str]]]:
    rows: dict[str, list[dict[str, str]]] = {}

    def add(name: str, node: Node, within: str) -> None:
        held = rows.setdefault(name, [])
        id = str(len(held) + 1)
        held.append({ID: id, WITHIN: within, **{key: text for key, text in node.values.items() if text}})
        for part, inner in node.parts.items():
            for child in inner:
                add(part, child, f"{name} {id}")

    add(ROOT, root, "")
    return rows


def _sheet_rows(path: Path, name: str, where: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a sheet by the headings of its columns; empty cells are no values."""
    names = {heading: value for value, heading in HEADINGS.items()}
    with open_frame(Path(f"{path}#{name}"), f"{where}#{name}") as frame:
        for batch in frame.batches():
            for line in batch.iter_rows(named=True):
                if line[PROBLEM] is None:
                    yield (
                        line[ROW],
                        {
                            names.get(heading, heading): _MIDNIGHT.sub("", line[heading])
                            for heading in frame.header
                            if line[heading]
                        },
                    )


def _write_words(workbook: Any, document: Document, lang: str) -> None:
    """Write the sheet to read: what the workbook is, and each declaration with its last day."""
    order = 2 if lang in RIGHT_TO_LEFT else 1
    plain = workbook.add_format({"text_wrap": True, "valign": "top", "reading_order": order})
    bold = workbook.add_format({"bold": True, "reading_order": order, "font_size": 14})
    sheet = workbook.add_worksheet("read me")
    if order == 2:
        sheet.right_to_left()
    sheet.set_column(0, 4, 24)
    sheet.write_string(0, 0, say(Message("form_title_of", {"year": str(document.year)}), lang), bold)
    lines = [sentence("form_workbook_words", lang), sentence("form_no_official_format", lang)]
    for number, text in enumerate(lines, 1):
        sheet.merge_range(number, 0, number, 4, "", plain)
        sheet.write_string(number, 0, text, plain)
        sheet.set_row(number, 32)
    headings = [say(f"declare_label_{name}", lang) for name in ("regime", "declaration", "period", "due")]
    for at, heading in enumerate(headings):
        sheet.write_string(4, at, heading, plain)
    for number, held in enumerate(document.declarations, 5):
        cells = (
            held.regime, say(f"declare_declaration_{held.declaration}", lang), str(held.period), held.due.isoformat(),
        )  # fmt: skip
        for at, cell in enumerate(cells):
            sheet.write_string(number, at, cell, plain)
