"""A folder of documents: packed into an archive without a name, so that one confined process reads all of it."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from opencwc.errors import InputError
from opencwc.files.archives import is_of_the_system
from opencwc.files.passages import DocumentLimits, Unread
from opencwc.finding import Message


class PackedFolder(NamedTuple):
    """The archive, its size, and the files that were not packed, with why."""

    archive: BinaryIO
    size: int
    left_out: tuple[Unread, ...]


def pack_folder(folder: Path, where: str, limits: DocumentLimits) -> PackedFolder:
    """Pack the files of a folder and of those inside it, in the order of their names; links are not followed.

    Raises `InputError`: the folder holds no file, or it cannot be read.
    """
    files = list(islice(_files_of(folder), limits.files + 1))
    if not files:
        raise InputError("folder_without_files", where=where)
    archive = tempfile.TemporaryFile(prefix="opencwc-")  # noqa: SIM115 - the caller closes it
    left_out = [Unread(name, Message("reading_files", {"count": limits.files})) for _, name in files[limits.files :]]
    room = limits.file_bytes
    try:
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as whole:
            for path, name in files[: limits.files]:
                try:
                    why, data = _why_not(path, room), b""
                    if why is None:
                        data = path.read_bytes()
                except OSError:
                    why = Message("reading_may_not_be_opened")
                if why is None:
                    whole.writestr(zipfile.ZipInfo(name), data)
                    room -= len(data)
                else:
                    left_out.append(Unread(name, why))
        return PackedFolder(archive, archive.seek(0, os.SEEK_END), tuple(left_out))
    except BaseException:
        archive.close()
        raise


def _files_of(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield every file with its name from the folder on; what the system put there is left out."""
    for place, folders, names in os.walk(folder, onerror=_raise):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            own = path.relative_to(folder).as_posix()
            if not is_of_the_system(own):
                yield path, own


def _raise(error: OSError) -> None:
    raise InputError("file_cannot_be_opened", where=error.filename, reason=str(error.strerror)) from error


def _why_not(path: Path, room: int) -> Message | None:
    if path.is_symlink():
        return Message("reading_link")
    if not path.is_file():
        return Message("reading_kind_unknown")
    if path.stat().st_size > room:
        return Message("reading_folder_too_large", {"bytes": room})
    return None
