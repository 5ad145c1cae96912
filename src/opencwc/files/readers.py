"""The registry of readers: which kinds and endings each of them reads, and what it gives.

A reader gives ``rows`` (one input and one id a row), a ``frame`` (every column as text), ``passages`` (texts with their
places), or several of these. To read another kind of file, write its module and add its line here; how a kind is
recognised stands in `opencwc.files.kinds`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, TypeAlias

Gives: TypeAlias = Literal["rows", "frame", "passages"]


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader: its kinds, of which the first names it among documents, and the kind that each ending stands for.

    ``rows``, ``frame`` and ``passages`` name functions, which are loaded when they are first used: of a `TableFile` and
    the `WantedColumns` columns, of a `TableFile`, and of a `DocumentSource`.
    """

    kinds: tuple[str, ...]
    endings: Mapping[str, str]
    rows: str = ""
    frame: str = ""
    passages: str = ""

    def load(self, gives: Gives) -> Callable[..., Any]:
        """Return the function that gives this."""
        module, _, function = getattr(self, gives).partition(":")
        loaded: Callable[..., Any] = getattr(import_module(f"opencwc.files.{module}"), function)
        return loaded


def _endings(kind: str, *endings: str) -> dict[str, str]:
    return dict.fromkeys(endings, kind)


READERS = (
    # Rows of a table of any length come from streams in blocks; passages come from a bounded document with the place
    # of each. The two guarantee different things, so each has a module of its own.
    Reader(
        ("csv", "tsv"), {".csv": "csv", ".tsv": "tsv", ".tab": "tsv"},
        "delimited:read_rows", "delimited:read_frame", "text_passages:read_records",
    ),
    Reader(
        ("xlsx", "xlsb", "xls", "ods"),
        # A template is a workbook, but among tables its name claims nothing.
        {**_endings("xlsx", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), ".xltx": ""},
        "workbook:read_rows", "workbook:read_frame", "workbook_passages:read_passages",
    ),
    Reader(("parquet",), _endings("parquet", ".parquet"), "parquet:read_rows", "parquet:read_frame"),
    Reader(("json",), _endings("json", ".json"), "json_rows:read_rows", "json_rows:read_frame"),
    Reader(("jsonl",), _endings("jsonl", ".jsonl", ".ndjson"), "json_rows:read_rows", "json_rows:read_frame"),
    Reader(("sdf",), _endings("sdf", ".sdf", ".sd"), "sdf:read_rows"),
    Reader(("mol",), _endings("mol", ".mol", ".mdl"), "sdf:read_rows"),
    Reader(("smi",), _endings("smi", ".smi", ".smiles", ".ism", ".cxsmiles"), "smiles_files:read_smiles"),
    Reader(("text",), _endings("text", ".txt", ".text", ".lst"), "smiles_files:read_list"),
    Reader(("txt",), _endings("txt", ".txt", ".text", ".md", ".log"), passages="text_passages:read_plain"),
    Reader(("pdf",), _endings("pdf", ".pdf"), passages="pdf_documents:read_passages"),
    Reader(("docx",), _endings("docx", ".docx", ".docm", ".dotx"), passages="word_documents:read_passages"),
    Reader(("odt",), _endings("odt", ".odt", ".ott"), passages="open_documents:read_passages"),
    Reader(("rtf",), _endings("rtf", ".rtf"), passages="rich_text:read_passages"),
    Reader(("html",), _endings("html", ".html", ".htm", ".xhtml", ".shtml"), passages="web_pages:read_passages"),
    Reader(("eml",), _endings("eml", ".eml", ".mht", ".mhtml"), passages="mail:read_passages"),
    Reader(("mbox",), _endings("mbox", ".mbox"), passages="mail:read_mailbox"),
    Reader(("zip",), _endings("zip", ".zip"), passages="archives:read_passages"),
    Reader(
        ("picture",),
        _endings("picture", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif", ".bmp", ".webp", ".jp2"),
        passages="pictures:read_passages",
    ),
)  # fmt: skip


def reader_of(kind: str, gives: Gives) -> Reader:
    """Return the reader of a kind that gives this."""
    return next(reader for reader in READERS if kind in reader.kinds and getattr(reader, gives))


def reader_by_ending(ending: str, gives: Gives) -> Reader | None:
    """Return the reader of files whose names end so, ``None`` where there is none that gives this."""
    return next((reader for reader in READERS if ending in reader.endings and getattr(reader, gives)), None)


def load_passage_readers() -> None:
    """Load all that documents are read with, before a process gives up its right to open files."""
    import pypdfium2.raw  # noqa: F401
    import python_calamine  # noqa: F401

    from opencwc.files.headings import is_heading_word

    for reader in READERS:
        if reader.passages:
            reader.load("passages")
    is_heading_word("CAS")
