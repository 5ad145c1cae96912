"""Comparing two pictures from outside: a confined process reads both, and what comes back is checked."""

from __future__ import annotations

import base64
from typing import Any

from opencwc.custody.pictures.examination import packed, task_lines, unread_message
from opencwc.custody.pictures.model import Differences
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.records import from_plain

_LONGEST_PICTURE = 12_000_000


def differences_of(first: bytes, second: bytes) -> Differences | Message:
    """Return where the first picture differs from the second, or why one of them is not read."""
    return _compared(first, second, draw=False)[0]


def differences_picture(first: bytes, second: bytes) -> tuple[Differences | Message, bytes]:
    """Return where the first picture differs from the second, and a PNG of the first with a frame around each place.

    The PNG is empty where one of them is not read.
    """
    return _compared(first, second, draw=True)


def _compared(first: bytes, second: bytes, *, draw: bool) -> tuple[Differences | Message, bytes]:
    found: Differences | Message = Message("picture_unread_stopped")
    png = b""
    with packed([first, second]) as archive:
        lines = task_lines(archive, "compare", {"draw": draw}, 2 * _LONGEST_PICTURE)
        next(lines)
        try:
            for line in lines:
                if "png" in line:
                    png = _png(line["png"])
                else:
                    found = _found(line)
        except InputError:
            return Message("picture_unread_stopped"), b""
    return found, png


def _found(line: dict[str, Any]) -> Differences | Message:
    try:
        match line:
            case {"differences": dict(differences)}:
                return from_plain(Differences, differences)
            case {"unread": [int(), str(id_), dict(values)]}:
                return unread_message(id_, values)
    except ValueError:
        pass
    raise InputError("reading_lines_not_understood")


def _png(encoded: object) -> bytes:
    try:
        png = base64.b64decode(str(encoded), validate=True)
    except ValueError:
        png = b""
    if not png.startswith(b"\x89PNG\r\n\x1a\n") or len(png) > _LONGEST_PICTURE:
        raise InputError("reading_lines_not_understood")
    return png
