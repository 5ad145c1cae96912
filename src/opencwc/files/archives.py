"""A ZIP of documents: each file in it is read by the reader of its kind, and has its own line of what was read.

Nothing is unpacked to the disk. A file that is locked, a bomb, a link, or whose name leads out of the archive is one
that is not read; the others are.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import PurePosixPath
from zipfile import ZipInfo

from opencwc.files.document_reading import DocumentSource
from opencwc.files.encodings import decode
from opencwc.files.passages import Item, Refusal, Unread
from opencwc.finding import Message

_OF_THE_SYSTEM = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_NAME_IS_UTF8 = 0x800
_LONGEST_NAME = 300


def read_passages(source: DocumentSource) -> Iterator[Item]:
    """Yield the passages of every file, behind its name."""
    package, reading = source.package, source.reading
    number = left_out = 0
    for part in package.parts:
        name = _name(part)
        if part.is_dir():
            continue
        if is_of_the_system(name):
            left_out += 1
            continue
        number += 1
        if number > reading.limits.files:
            yield Unread(name, Message("reading_files", {"count": reading.limits.files}))
            break
        if not reading.path:  # of the archive itself, not of one inside it
            if number <= reading.files_to_skip:
                continue
            reading.announce_file(number, name)
        if why := _why_not(name, part):
            yield reading.unread_file(name, why)
            continue
        try:
            data = package.read(part)
        except Refusal as refusal:
            yield reading.unread_file(name, refusal.message)
            continue
        yield from source.inner(data, name)
    if left_out:
        reading.note(Message("reading_files_left_out", {"count": left_out}))


def is_of_the_system(name: str) -> bool:
    """Tell whether a file was put there by the system or by a program that has another one open."""
    path = PurePosixPath(name)
    return path.name in _OF_THE_SYSTEM or path.name.startswith("~$") or path.parts[:1] == ("__MACOSX",)


def _why_not(name: str, part: ZipInfo) -> Message | None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or path.parts[0][1:2] == ":":
        return Message("reading_path_leads_out")
    if stat.S_ISLNK(part.external_attr >> 16):
        return Message("reading_link")
    return None


def _name(part: ZipInfo) -> str:
    """Return the name of a file; what the archive does not say to be UTF-8 is read as what it looks like."""
    name = part.filename
    if not (part.flag_bits & _NAME_IS_UTF8 or name.isascii()):
        try:
            name = decode(name.encode("cp437")).text
        except UnicodeEncodeError:
            name = part.filename
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name)[:_LONGEST_NAME] or "?"
