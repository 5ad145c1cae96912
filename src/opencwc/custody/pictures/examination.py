"""Examining pictures from outside: the files go to a confined process, and what comes back is checked.

A file that ends the process, or takes too long, is not read; the next process goes on behind it.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any

from opencwc.confining.rights import Bounds
from opencwc.confining.sandbox import Sandbox, TaskRequest
from opencwc.custody.pictures.model import PictureContents, PictureFacts
from opencwc.errors import InputError
from opencwc.finding import Message, Value
from opencwc.records import from_plain

PROGRAM = ("-m", "opencwc.custody.pictures.reader_process")
MOST_BYTES = 200_000_000
SECONDS = 30.0
"""For one picture; loading has as much again."""
MEMORY = 4_000_000_000
_AT_ONCE, _BYTES_AT_ONCE = 50, 400_000_000
_LONGEST_LINE = 2_000_000
_LONGEST_VALUE = 300


def examine(data: bytes, name: str = "", *, trusted: str = "") -> PictureFacts:
    """Return what is known of a picture; ``trusted`` are certificates of signers who are trusted, as PEM."""
    return next(iter(examine_files([(name, io.BytesIO(data))], trusted=trusted)))


def examine_files(files: Iterable[tuple[str, Path | IO[bytes]]], *, trusted: str = "") -> Iterator[PictureFacts]:
    """Yield what is known of each file, in their order; several of them share a process.

    Raises:
        InputError: a file cannot be opened.

    """
    waiting = iter(files)
    while batch := _batch(waiting):
        facts = [fact for fact, data in batch if data is not None]
        uploads = [(fact.name, data) for fact, data in batch if data is not None]
        answers = iter(_examined(uploads, trusted)) if facts else iter(())
        for fact, data in batch:
            yield fact if data is None else _with(fact, next(answers))


Answer = PictureContents | Message


def _batch(files: Iterator[tuple[str, Path | IO[bytes]]]) -> list[tuple[PictureFacts, bytes | None]]:
    """Return the next files with their hashes and bytes; without bytes where a file is too large to be read."""
    batch: list[tuple[PictureFacts, bytes | None]] = []
    room = _BYTES_AT_ONCE
    for name, file in islice(files, _AT_ONCE):
        fact, data = _hashed(name, file)
        batch.append((fact, data))
        room -= len(data or b"")
        if room < MOST_BYTES:
            break
    return batch


def _hashed(name: str, file: Path | IO[bytes]) -> tuple[PictureFacts, bytes | None]:
    if isinstance(file, Path):
        try:
            with file.open("rb") as stream:
                return _hashed(name, stream)
        except OSError as error:
            raise InputError("file_cannot_be_opened", where=str(file), reason=str(error.strerror)) from error
    digest, size, parts = hashlib.sha256(), 0, []
    while part := file.read(1 << 20):
        digest.update(part)
        size += len(part)
        if size <= MOST_BYTES:
            parts.append(part)
    too_large = Message("picture_unread_bytes", {"most": MOST_BYTES // 1_000_000})
    fits = size <= MOST_BYTES
    facts = PictureFacts(name, digest.hexdigest(), size, None, None if fits else too_large)
    return facts, b"".join(parts) if fits else None


def _with(fact: PictureFacts, answer: Answer) -> PictureFacts:
    if isinstance(answer, Message):
        return PictureFacts(fact.name, fact.sha256, fact.size, None, answer)
    return PictureFacts(fact.name, fact.sha256, fact.size, answer)


def _examined(uploads: Sequence[tuple[str, bytes]], trusted: str) -> Iterator[Answer]:
    """Yield an answer for each upload, from as many processes as it takes."""
    answered = 0
    while answered < len(uploads):
        with packed([data for _, data in uploads[answered:]]) as archive:
            lines = task_lines(archive, "examine", {"trusted": trusted})
            next(lines)  # it is loaded: what ends it from here on is a file
            try:
                for line in islice(lines, len(uploads) - answered):
                    answer = _answer(line)
                    answered += 1
                    yield answer
            except InputError:
                pass
            finally:
                lines.close()
            if answered < len(uploads):  # the process ended at this one
                answered += 1
                yield Message("picture_unread_stopped")


def _answer(line: dict[str, Any]) -> Answer:
    try:
        match line:
            case {"contents": dict(contents)}:
                return from_plain(PictureContents, contents)
            case {"unread": [str(id_), dict(values)]}:
                return unread_message(id_, values)
    except ValueError:
        pass
    raise InputError("reading_lines_not_understood")


def unread_message(id_: str, values: dict[Any, Any]) -> Message:
    """Return why a picture is not read, as the process says it."""
    if not id_.startswith("picture_unread_"):
        return Message("picture_unread_stopped")
    kept: dict[str, Value] = {
        str(name)[:40]: value if isinstance(value, int) else str(value)[:_LONGEST_VALUE]
        for name, value in list(values.items())[:5]
    }
    return Message(id_[:60], kept)


def task_lines(
    archive: IO[bytes], task: str, question: dict[str, Any], longest_line: int = _LONGEST_LINE
) -> Generator[dict[str, Any]]:
    """Yield the lines of a confined process over an archive, the first once it is loaded; each gives it more time.

    Raises:
        InputError: the process ended, or took too long or too much memory.

    """
    bounds = Bounds(MEMORY, int(SECONDS) * (_AT_ONCE + 2), open_files=_AT_ONCE + 64)
    request = TaskRequest(task, question, 2 * SECONDS, bounds, network_must_be_cut=False)
    with Sandbox(PROGRAM, request, archive, longest_line=longest_line, count_caller=False) as running:
        for line in running.lines(poll=None):
            if line is None or line.get("done"):
                continue
            yield line
            running.allow(SECONDS)


@contextmanager
def packed(files: Sequence[bytes]) -> Iterator[IO[bytes]]:
    """Give files as one archive, which is gone afterwards."""
    with tempfile.TemporaryFile(prefix="opencwc-") as whole:
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
            for number, data in enumerate(files, 1):
                archive.writestr(zipfile.ZipInfo(f"{number}-picture"), data)
        yield whole
