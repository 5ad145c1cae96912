"""A declaration to a file and back: PDF, workbook, JSON, XML; each read back before it is handed out."""

from __future__ import annotations

import tempfile
from pathlib import Path

from opencwc.declarations.forms.json_file import is_declaration_json, read_json, write_json
from opencwc.declarations.forms.model import Document
from opencwc.declarations.forms.pdf_file import PDF, attached_declaration, write_pdf
from opencwc.declarations.forms.tree import Fault, Node, places_of, read_node
from opencwc.declarations.forms.workbook_file import is_declaration_workbook, read_workbook, write_workbook
from opencwc.declarations.forms.xml_file import read_xml, write_xml
from opencwc.errors import InputError, OutputError

FORMATS = ("pdf", "xlsx", "json", "xml")
MOST_BYTES = 64_000_000
"""The largest file that is read as a declaration."""


def declaration_file(document: Document, format: str, lang: str = "en") -> bytes:
    """Return a declaration as a file; ``format`` is among `FORMATS`.

    It is read back and compared, of a PDF the XML that is attached to it. Raises `OutputError` where it would not say
    the same again.
    """
    write = {
        "pdf": lambda: write_pdf(document, lang), "xlsx": lambda: write_workbook(document, lang),
        "json": lambda: write_json(document),
    }  # fmt: skip
    content = write.get(format, lambda: write_xml(document))()
    read, faults = _record_of(_tree_of(content, f"declaration.{format}"))
    if read != document or faults:
        raise OutputError(
            "declaration_not_read_back", where=f"declaration.{format}", place=faults[0].path if faults else ""
        )
    return content


def read_declaration(path: Path, where: str = "") -> tuple[Document | None, list[Fault], dict[str, str]]:
    """Read a declaration that somebody wrote: the document, the faults of its form, and the place of each part.

    Of a PDF the declaration that is attached to it is read, never its pages. The document is ``None`` where it does not
    fit the schema. Raises `InputError` where the file is no declaration, is a PDF without one, is damaged, declares a
    document type, or is too large.
    """
    called = where or path.name
    if path.is_dir():
        raise InputError("declaration_is_folder", where=str(path))
    if not path.is_file():
        raise InputError("no_such_declaration", where=str(path))
    if path.stat().st_size > MOST_BYTES:
        raise InputError("declaration_too_large", where=called)
    if not path.stat().st_size:
        raise InputError("file_empty", where=called)
    with path.open("rb") as file:
        start = file.read(4)
    node = read_workbook(path, called) if start[:2] == b"PK" else _tree_of_content(path.read_bytes(), called)
    document, faults = _record_of(node)
    return document, faults, places_of(node)


def is_declaration(path: Path) -> bool:
    """Tell by its content whether a file is meant as a declaration that can be read, and not as a register."""
    with path.open("rb") as file:
        start = file.read(200)
    if start[:2] == b"PK":
        return is_declaration_workbook(path)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):  # XML, or a table of a register
        return "<" in start[: len(start) // 2 * 2].decode("utf-16", "replace")[:5]
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    return text.startswith(b"<") or (text.startswith(b"{") and is_declaration_json(path.read_bytes()))


def is_pdf(path: Path) -> bool:
    """Tell whether a file is a PDF."""
    with path.open("rb") as file:
        return file.read(len(PDF)) == PDF


def holds_attached(path: Path) -> bool:
    """Tell whether a declaration that can be read is attached to a PDF."""
    return path.stat().st_size <= MOST_BYTES and attached_declaration(path.read_bytes()) is not None


def _record_of(node: Node) -> tuple[Document | None, list[Fault]]:
    faults: list[Fault] = []
    return read_node(Document, node, "", faults), faults


def _tree_of(content: bytes, where: str) -> Node:
    if content[:2] != b"PK":
        return _tree_of_content(content, where)
    with tempfile.TemporaryDirectory(prefix="opencwc-") as folder:
        path = Path(folder) / "declaration.xlsx"
        path.write_bytes(content)
        return read_workbook(path, where)


def _tree_of_content(content: bytes, where: str) -> Node:
    if not content.startswith(PDF):
        return _tree_of_text(content, where)
    attached = attached_declaration(content)
    if attached is None:
        raise InputError("declaration_not_attached", where=where)
    if len(attached) > MOST_BYTES:
        raise InputError("declaration_too_large", where=where)
    return read_xml(attached, where)


def _tree_of_text(content: bytes, where: str) -> Node:
    start = content[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    is_utf_16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not is_utf_16 and start[:1] not in (b"<", b"{", b"["):
        raise InputError("declaration_of_no_kind", where=where)
    return (read_xml if start.startswith(b"<") or is_utf_16 else read_json)(content, where)
