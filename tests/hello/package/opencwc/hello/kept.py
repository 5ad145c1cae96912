"""What the casebook keeps of a run for its pages: the names that were greeted."""

from __future__ import annotations

import json

from opencwc.errors import InputError
from opencwc.records import from_plain

NAME = "hello.json"
MEDIA_TYPE = "application/json"


def pack(names: list[str]) -> bytes:
    """Return the file of a run's pages."""
    return json.dumps(names, ensure_ascii=False).encode()


def unpack(content: bytes) -> list[str]:
    """Return the names that `pack` wrote down; raise `InputError` where it is no such file."""
    try:
        return from_plain(list[str], json.loads(content))
    except ValueError:
        raise InputError("kept_hello_unreadable") from None
