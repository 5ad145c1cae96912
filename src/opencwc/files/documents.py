"""Opening a document: a bounded number of bytes, a confined reader, and passages as they come."""

from __future__ import annotations

import os
import stat
import tempfile
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Protocol

from opencwc.errors import InputError, SettingsError, UnavailableError
from opencwc.files.passages import DocumentLimits, Item, Reading, Refusal, Unread
from opencwc.files.sources import open_file, read_chunk
from opencwc.files.watched_reading import WatchedItems
from opencwc.finding import Message
from opencwc.settings import PREFIX, load_settings

_CHUNK_BYTES = 1_000_000


class _Source(Protocol):
    """Where the passages of a document come from: this process, or one of its own."""

    kind: str
    notes: list[Message]

    def items(self) -> Iterator[Item]: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Document:
    """A document that has been opened.

    ``kind`` is ``pdf``, ``docx``, ``odt``, ``rtf``, ``xlsx`` (every workbook), ``html``, ``eml``, ``mbox``, ``txt``,
    ``csv``, ``picture``, ``zip`` or ``folder``.
    """

    name: str
    kind: str
    size_bytes: int
    _source: _Source = field(repr=False, compare=False)

    @property
    def notes(self) -> tuple[Message, ...]:
        """What to tell of the whole; more may come while the passages are read (hidden sheets, recognised pages)."""
        return tuple(self._source.notes)

    def passages(self) -> Iterator[Item]:
        """Yield the passages in the order of the document, and each part that cannot be read; once."""
        return self._source.items()

    def close(self) -> None:
        """End the reading, whatever it is doing."""
        self._source.close()

    def __enter__(self) -> Document:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def document_limits(usual: DocumentLimits | None = None) -> DocumentLimits:
    """Return the limits of documents: the usual ones, but where ``[documents]`` or ``OPENCWC_DOCUMENTS_*`` set others.

    Raises:
        SettingsError: a limit is not known, or is no number above nothing.

    """
    given: dict[str, object] = dict(load_settings().sections.get("documents", {}))
    start = f"{PREFIX}DOCUMENTS_"
    given |= {name[len(start) :].lower(): value for name, value in os.environ.items() if name.startswith(start)}
    chosen = {}
    for name, value in given.items():
        if name not in SETTABLE or not str(value).isdecimal() or not int(str(value)):
            raise SettingsError(
                "service_setting_does_not_hold", where="[documents]", setting=name, reason=str(value), known=SETTABLE
            )
        chosen[name] = int(str(value))
    return replace(usual or DocumentLimits(), **chosen)


SETTABLE = ("findings", "passages", "characters", "text_ratio", "pages", "seconds", "memory", "file_bytes")
"""The limits of a document that can be set."""


def open_document(
    source: Path | BinaryIO,
    *,
    name: str = "",
    ocr: bool | None = None,
    limits: DocumentLimits | None = None,
    confine: bool = True,
) -> Document:
    """Open a document for reading, or a folder of documents as one.

    ``ocr``: pages that are pictures are recognised where Tesseract is installed (``None``), must be (``True``), or are
    reported as unread (``False``). With ``confine`` the document is read in a process of its own that has no network
    and bounded memory and time; without it in this one, where no picture is recognised.

    Raises:
        InputError: there is no such file, or it is no document that can be read.
        UnavailableError: ``ocr`` is ``True`` and there is no Tesseract, or it may not be started.

    """
    limits = limits or document_limits()
    where = name or (
        str(source) if isinstance(source, (str, os.PathLike)) else str(getattr(source, "name", "") or "document")
    )
    if ocr:
        _require_ocr(where, confine=confine)
    if not confine:
        data = _read(source, where, limits)
        return _read_unconfined(data, where, limits)
    from opencwc.files.reader_client import ConfinedDocument

    if isinstance(source, (str, os.PathLike)) and Path(source).is_dir():
        return _open_folder(Path(source), where, limits, ocr=ocr is not False)
    file, size = _as_file(source, where, limits)
    with file:
        confined = ConfinedDocument(file, where, limits, ocr=ocr is not False)
    return Document(where, confined.kind, size, confined)


def _require_ocr(where: str, *, confine: bool) -> None:
    from opencwc.files.tesseract import find_tesseract

    if not confine:
        raise UnavailableError("ocr_not_in_this_process", where=where)
    if find_tesseract() is None:
        raise UnavailableError("tesseract_not_installed", where=where)


class _Folder:
    """The documents of a folder, read as an archive; what was not packed into it is not read."""

    kind = "folder"

    def __init__(self, archive: _Source, left_out: Iterable[Unread]) -> None:
        self.notes = archive.notes
        self._archive, self._left_out = archive, left_out

    def items(self) -> Iterator[Item]:
        yield from self._archive.items()
        yield from self._left_out

    def close(self) -> None:
        self._archive.close()


def _open_folder(folder: Path, where: str, limits: DocumentLimits, *, ocr: bool) -> Document:
    from opencwc.files.folders import pack_folder
    from opencwc.files.reader_client import ConfinedDocument

    packed = pack_folder(folder, where, limits)
    with packed.archive as archive:
        whole = replace(limits, file_bytes=max(limits.file_bytes, packed.size))
        confined = ConfinedDocument(archive, f"{folder.name}.zip", whole, ocr=ocr)
    for file, why in packed.left_out:
        confined.notes.append(Message("reading_file_unread", {"file": file, "reason": why}))
    return Document(where, "folder", packed.size, _Folder(confined, packed.left_out))


class _UnconfinedDocument:
    """A document that is read in this process."""

    def __init__(self, kind: str, items: Iterator[Item], reading: Reading) -> None:
        self.kind, self.notes = kind, reading.notes
        self._items, self._reading = items, reading
        self._watched: Generator[Item] | None = None

    def items(self) -> Iterator[Item]:
        self._reading.ends = time.monotonic() + self._reading.limits.seconds
        self._watched = iter(WatchedItems(self._items, self._reading))
        return self._watched

    def close(self) -> None:
        if self._watched is not None:
            self._watched.close()


def _read_unconfined(data: bytes, where: str, limits: DocumentLimits) -> Document:
    from opencwc.files.document_reading import read_document

    reading = Reading(limits)
    try:
        kind, items = read_document(data, where, reading)
    except Refusal as refusal:
        raise refusal.as_error(where) from refusal
    return Document(where, kind, len(data), _UnconfinedDocument(kind, items, reading))


def _chunks(source: BinaryIO, where: str, limits: DocumentLimits) -> Iterator[bytes]:
    size = 0
    while chunk := read_chunk(source, _CHUNK_BYTES, where):
        size += len(chunk)
        if size > limits.file_bytes:
            raise _too_large(where, limits)
        yield chunk


def _too_large(where: str, limits: DocumentLimits) -> InputError:
    refusal = Refusal(Message("reading_too_large", {"bytes": limits.file_bytes}), "reading_remedy_smaller_parts")
    return refusal.as_error(where)


def _read(source: Path | BinaryIO, where: str, limits: DocumentLimits) -> bytes:
    if isinstance(source, (str, os.PathLike)):
        file, _ = open_file(Path(source), where)
        with file:
            return b"".join(_chunks(file, where, limits))
    return b"".join(_chunks(source, where, limits))


def _as_file(source: Path | BinaryIO, where: str, limits: DocumentLimits) -> tuple[BinaryIO, int]:
    """Return a real file at its beginning: the file itself, or a copy without a name of what is no plain file."""
    if isinstance(source, (str, os.PathLike)):
        file, status = open_file(Path(source), where)
        if stat.S_ISREG(status.st_mode):
            if status.st_size > limits.file_bytes:
                file.close()
                raise _too_large(where, limits)
            return file, status.st_size
        with file:
            return _copied(file, where, limits)
    return _copied(source, where, limits)


def _copied(source: BinaryIO, where: str, limits: DocumentLimits) -> tuple[BinaryIO, int]:
    copy = tempfile.TemporaryFile(prefix="opencwc-")  # noqa: SIM115 - the caller closes it
    try:
        size = sum(copy.write(chunk) for chunk in _chunks(source, where, limits))
        copy.seek(0)
    except BaseException:
        copy.close()
        raise
    return copy, size
