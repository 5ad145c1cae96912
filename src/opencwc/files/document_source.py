"""A document on its way to its reader: its bytes, its text or its parts, and how documents inside it are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from opencwc.files.encodings import Decoded, decode, decode_page
from opencwc.files.office_packages import Package
from opencwc.files.passages import Item, Reading

Inner: TypeAlias = Callable[[bytes, str], Iterator[Item]]
"""Reads a document that another holds, given its bytes and its name."""


@dataclass
class DocumentSource:
    """A document to be read.

    ``claimed`` is the kind that its name claims, ``kind`` what it is. A reader that needs the bytes no longer must not
    keep this: they may be large.
    """

    data: bytes
    reading: Reading
    inner: Inner
    claimed: str = ""
    kind: str = ""

    @cached_property
    def package(self) -> Package:
        """The parts of a ZIP file; `Refusal` where it is none."""
        return Package(self.data, self.reading)

    @cached_property
    def decoded(self) -> Decoded:
        """The text of the bytes, as that of a web page where it begins like one."""
        is_page = self.claimed == "html" or self.data[:4_000].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
        return decode_page(self.data) if is_page else decode(self.data)

    def take_text(self) -> str:
        """Return the text, and note where its encoding is a guess."""
        for note in self.decoded.notes:
            self.reading.note(note)
        return self.decoded.text
