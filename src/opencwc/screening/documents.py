"""Texts as rows: each passage of a document is a row, whose id is its place; or the text column of a table.

What comes out has the shape of an opened table, so that everything behind it is one way for both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import polars as pl

from opencwc.files import (
    Document,
    DocumentLimits,
    Passage,
    Rows,
    Table,
    Unread,
    document_limits,
    open_document,
    open_table,
)  # fmt: skip
from opencwc.files.encodings import decode
from opencwc.files.identifier_columns import ReadColumn
from opencwc.files.kinds import PICTURES, document_kind_by_name, is_message, reads_as_prose, signature_of
from opencwc.files.passages import STOPPED, Item
from opencwc.files.tables import split_sheet
from opencwc.finding import Message
from opencwc.language.language_rules import LANGUAGES

PASSAGES_AT_ONCE = 2_000
CHARACTERS_AT_ONCE = 60_000
_DOCUMENTS = ("pdf", "docx", "odt", "rtf", "html", "eml", "mbox", "picture", "zip")
"""The kinds that are never read as a table of chemicals."""
_DOCUMENTS_NOT_READ = (".doc", ".dot", ".msg", ".ppt", ".pptx", ".odp", ".heic", ".rar", ".7z")
"""Documents of kinds that are not read: the reader of documents says why."""
_SIGNATURES = ("rtf", *PICTURES)
_START_BYTES = 4_096
_TABLES_ONLY = (".parquet", ".json", ".jsonl", ".ndjson", ".sdf", ".sd", ".mol", ".smi", ".gz", ".zst")


@dataclass(frozen=True)
class DocumentRows:
    """A document as a table of one column without a name: its passages, with their places as ids."""

    name: str
    size_bytes: int | None
    _document: Document = field(repr=False, compare=False)
    languages: Counter[str] = field(default_factory=Counter, repr=False, compare=False)
    kind: str = ""
    columns: tuple[str, ...] = ()
    reads: tuple[ReadColumn, ...] = ()
    column: str = ""
    id_column: str | None = None
    inputs_are: str = "text"
    limits: DocumentLimits = field(default_factory=DocumentLimits, repr=False, compare=False)
    stopped: list[Message] = field(default_factory=list, repr=False, compare=False)
    _found: Counter[str] = field(default_factory=Counter, repr=False, compare=False)

    @property
    def notes(self) -> tuple[Message, ...]:
        """What is to be said of the document, as far as it was read."""
        return (*self._document.notes, *([Message("note_part_only")] if self.stopped else ()))

    def batches(self) -> Iterator[Rows]:
        """The passages in batches; a part that could not be read is a row with its reason."""
        from opencwc.language.language_recogniser import recognise_languages

        passages = self._within_findings()
        first = 1
        while run := _next_run(passages):
            problems = {at: item.message for at, item in enumerate(run) if isinstance(item, Unread)}
            self.stopped.extend(message for message in problems.values() if message.id in STOPPED)
            texts = [item.text if isinstance(item, Passage) else None for item in run]
            self.languages.update(
                language.language for language in recognise_languages(filter(None, texts), watch=False)
            )
            ids = pl.Series("ids", [item.place for item in run], dtype=pl.String)
            # As they are: the tabs in front of a row tell which cell is which, and spans count from there.
            yield Rows(first, ids, pl.Series("inputs", texts, dtype=pl.String), problems)
            first += len(run)

    def count(self, findings: int) -> None:
        """Count what was found in the passages so far: where it is too much, the rest is not read."""
        self._found["all"] += findings

    def _within_findings(self) -> Iterator[Item]:
        most = self.limits.findings
        for item in self._document.passages():
            if self._found["all"] > most:
                yield Unread(item.place, Message("reading_too_many_findings", {"findings": most}))
                return
            yield item

    def recognised_languages(self) -> Iterator[Message]:
        """Say in which languages the passages read so far are, as far as it can be told."""
        known = [(lang, count) for lang, count in self.languages.most_common() if lang in LANGUAGES]
        if known:
            languages = tuple(
                Message("summary_in_language", {"language": Message(f"language_{lang}"), "passages": count})
                for lang, count in known
            )
            yield Message("summary_languages", {"languages": languages})

    def bytes_read(self) -> int:
        """How far the reading is: not known before its end."""
        return 0

    def close(self) -> None:
        """Close the document."""
        self._document.close()

    def __enter__(self) -> DocumentRows:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _next_run(passages: Iterator[Item]) -> list[Item]:
    """Take passages for one batch, bounded in number and in length."""
    run: list[Item] = []
    size = 0
    for item in islice(passages, PASSAGES_AT_ONCE):
        run.append(item)
        size += len(item.text) if isinstance(item, Passage) else 0
        if size > CHARACTERS_AT_ONCE:
            break
    return run


def open_texts(
    source: Path | BinaryIO,
    *,
    name: str = "",
    column: str | None = None,
    id_column: str | None = None,
    ocr: bool | None = None,
    confine: bool = True,
    limits: DocumentLimits | None = None,
) -> Table | DocumentRows:
    """Open what holds texts: the column of a table where one is named, else a document of whatever kind.

    Raises:
        InputError: there is no such file, or it holds neither.

    """
    written = name or getattr(source, "name", "")
    is_sheet = isinstance(source, Path) and split_sheet(source)[1] is not None
    if is_sheet or column is not None or str(written).lower().endswith(_TABLES_ONLY):
        return open_table(source, name=name, column=column, id_column=id_column)
    own_name = name or (source.name if isinstance(source, Path) else "")
    limits = limits or document_limits()
    document = open_document(source, name=own_name, ocr=ocr, confine=confine, limits=limits)
    return DocumentRows(document.name, document.size_bytes, document, kind=document.kind, limits=limits)


def is_document(path: Path) -> bool:
    """Tell whether a file is a document and no table, or a folder of documents."""
    if path.is_dir():
        return True
    try:
        with path.open("rb") as stream:
            start = stream.read(_START_BYTES)
    except OSError:
        return False
    return is_document_by(path.name, start)


def is_document_by(name: str, start: bytes) -> bool:
    """Tell whether a file is a document and no table, by its name, its first bytes, or as a message with its header.

    A ``.txt`` is one where it reads as prose, and else a list with one chemical a line, or a table.

    >>> is_document_by("x.bin", b"%PDF-1.7"), is_document_by("sheet.docx", b"PK"), is_document_by("goods.xlsx", b"PK")
    (True, True, False)
    """
    kind = document_kind_by_name(name)
    signature = signature_of(start)
    if kind in _DOCUMENTS or name.lower().endswith(_DOCUMENTS_NOT_READ) or signature in _SIGNATURES:
        return True
    if signature == "zip":
        return kind != "xlsx"
    if b"%PDF-" in start[:1_024]:
        return True
    if kind not in ("", "txt") or signature:
        return False
    return is_message(start, kind) or (kind == "txt" and reads_as_prose(_decoded(start)))


def _decoded(start: bytes) -> str:
    """Return the first bytes as text, without the letter and the line that they may end amid."""
    text = decode(start).text.replace("\r\n", "\n").replace("\r", "\n")
    return text.rpartition("\n")[0] or text if len(start) >= _START_BYTES else text
