"""Files kept as one source: one as it is, several as an archive of them as they are, numbered in their order."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Mark, Person
from opencwc.casebook.runs import Source, keep_source

ARCHIVE_TYPE = "application/zip"
_BETWEEN = ", "
"""What stands between the names of files that are kept as one."""
_MEMBER, _NAME_AT = b"PK\x03\x04", 30
"""How a ZIP file begins, and where the name of its first member stands."""


def pack_uploads(uploads: Sequence[tuple[str, IO[bytes]]], out: IO[bytes]) -> None:
    """Write files under their names into one archive; the same files give the same bytes."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for number, (name, stream) in enumerate(uploads, 1):
            member = zipfile.ZipInfo(f"{number}-{name}", (1980, 1, 1, 0, 0, 0))
            stream.seek(0)
            with archive.open(member, "w", force_zip64=True) as kept:
                while part := stream.read(1 << 20):
                    kept.write(part)
    out.flush()
    out.seek(0)


@contextmanager
def packed_uploads(uploads: Sequence[tuple[str, IO[bytes]]]) -> Iterator[IO[bytes]]:
    """Give files as one archive that is gone afterwards: what a confined process reads."""
    with tempfile.TemporaryFile(prefix="opencwc-version-") as archive:
        pack_uploads(uploads, archive)
        yield archive


def one_or_all(uploads: Sequence[tuple[str, IO[bytes]]], archive: IO[bytes]) -> tuple[str, IO[bytes]]:
    """Return the name and the bytes that are kept of files: one file as it came, several as the archive of them."""
    single = len(uploads) == 1
    stream = uploads[0][1] if single else archive
    stream.seek(0)
    return uploads[0][0] if single else f"{_BETWEEN.join(name for name, _ in uploads)[:190]}.zip", stream


@contextmanager
def packed_again(name: str, stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """Give what `one_or_all` gave under a name as an archive again: one of several files is one already."""
    if _is_packed(name, stream):
        with tempfile.TemporaryFile(prefix="opencwc-version-") as archive:
            stream.seek(0)
            shutil.copyfileobj(stream, archive)  # a process must not read on where a buffer of ours has read ahead
            archive.seek(0)
            yield archive
    else:
        with packed_uploads([(name, stream)]) as archive:
            yield archive


def unpacked_again(name: str, stream: IO[bytes]) -> list[tuple[str, IO[bytes]]]:
    """Return the files that `one_or_all` gave under a name, with the names they came under.

    A member that is compressed, or longer than the archive, is not one of ours: then the file is given as it is.
    """
    stream.seek(0)
    if not _is_packed(name, stream):
        stream.seek(0)
        return [(name, stream)]
    size = stream.seek(0, 2)
    with zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
        if any(one.compress_type != zipfile.ZIP_STORED for one in members) or sum(m.file_size for m in members) > size:
            stream.seek(0)
            return [(name, stream)]
        return [(one.filename.partition("-")[2], _copied(archive, one)) for one in members]


def _copied(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    copy = tempfile.TemporaryFile(prefix="opencwc-member-")  # noqa: SIM115
    with archive.open(member) as source:
        shutil.copyfileobj(source, copy)
    return copy


def _is_packed(name: str, stream: IO[bytes]) -> bool:
    """Tell whether a file is the archive of several that stands under their names."""
    first = f"1-{name.partition(_BETWEEN)[0]}".encode()
    start = stream.read(_NAME_AT + len(first))
    return _BETWEEN in name and start.startswith(_MEMBER) and start[_NAME_AT:] == first


def keep_uploads(
    book: Casebook,
    person: Person,
    uploads: Sequence[tuple[str, IO[bytes]]],
    name: str,
    *,
    mark: Mark,
    media_type: str = "",
    packed: bool,
) -> Source:
    """Keep files under one name as a source: the first as it is, or all of them ``packed`` into one archive."""
    if not packed:
        uploads[0][1].seek(0)
        return keep_source(book, person, uploads[0][1], name, mark=mark, media_type=media_type)
    with tempfile.TemporaryFile(prefix="opencwc-uploads-") as archive:
        pack_uploads(uploads, archive)
        return keep_source(book, person, archive, name, mark=mark, media_type=ARCHIVE_TYPE)


def keep_files(
    book: Casebook, person: Person, files: Sequence[Path], name: str, *, mark: Mark, media_type: str = "", packed: bool
) -> Source:
    """Keep files of this machine as `keep_uploads` does."""
    with ExitStack() as opened:
        uploads = [(file.name, opened.enter_context(file.open("rb"))) for file in files]
        return keep_uploads(book, person, uploads, name, mark=mark, media_type=media_type, packed=packed)
