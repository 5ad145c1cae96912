"""Pictures seen before, by how they look: who published one when, and what in it is the same.

All distances are exact: every hash is compared, in columns of 64 bits. An index is a file of JSON Lines, one picture
a line, which other programs can read.
"""

from __future__ import annotations

import base64
import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, TypeAlias

import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from opencwc.custody.pictures.examination import examine_files
from opencwc.custody.pictures.look_hashes import ALIKE, ALIKE_IN_PART, BOXES, SAME, WORDS, distance, words_of
from opencwc.custody.pictures.model import Hex, Look, PictureFacts, Text
from opencwc.errors import InputError
from opencwc.records import from_json, to_json

How: TypeAlias = Literal["file", "same", "mirrored", "part", "whole", "alike"]
"""The same file; the same picture; that mirrored; a part of it; more than it; changed, or much alike."""
ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".jp2", ".avif")
TABLE = "pictures.csv"
"""In a folder of pictures: who published each of them when."""
MOST_PICTURES = 300_000
MOST_IN_FOLDER = 20_000
MOST_USES = 20
_LONGEST_LINE = 10_000
_MOST_HITS = 20_000
"""That are looked at, the wholes first: an index may hold one picture without end."""


class SeenPicture(Struct, frozen=True):
    """A picture that was seen: when it was published (empty: nobody knows), by whom, where, and how it looks.

    ``parts`` are the hashes of `look_hashes.BOXES`, 32 bytes each, in Base64.
    """

    sha256: Hex
    parts: Annotated[str, Meta(max_length=4 * (32 * len(BOXES) + 2) // 3 + 4)]
    phash: Hex
    plain: bool = False
    published: Annotated[str, Meta(pattern=r"^(\d{4}-\d\d-\d\d)?$")] = ""
    source: Text = ""
    address: Text = ""
    name: Text = ""


class EarlierUse(NamedTuple):
    """An earlier use of a picture: what was seen, how it is the same, and by how many of 256 bits it differs."""

    seen: SeenPicture
    how: How
    bits: int


class SeenPictures:
    """An index of pictures, held as columns of 64 bits."""

    def __init__(self, pictures: Sequence[SeenPicture]) -> None:
        self.pictures = list(pictures)
        words = [_words(picture) for picture in self.pictures]
        parts = np.concatenate(words) if words else np.empty((0, WORDS), np.uint64)
        self._parts = np.ascontiguousarray(parts.T)
        self._wholes = np.ascontiguousarray(parts[:: len(BOXES)].T)
        self._plain = np.array([picture.plain for picture in self.pictures], dtype=bool)
        self._by_sha256: dict[str, list[int]] = {}
        for at, picture in enumerate(self.pictures):
            self._by_sha256.setdefault(picture.sha256, []).append(at)

    def __len__(self) -> int:
        """Return how many pictures it holds."""
        return len(self.pictures)

    def uses_of(self, facts: PictureFacts) -> tuple[EarlierUse, ...]:
        """Return the earlier uses of a picture, earliest first, those without a day last; at most `MOST_USES`."""
        found = {at: EarlierUse(self.pictures[at], "file", 0) for at in self._by_sha256.get(facts.sha256, ())}
        if facts.contents is not None and not facts.contents.look.plain and self.pictures:
            for at, how, bits in islice(self._near(facts.contents.look), _MOST_HITS):
                use = EarlierUse(self.pictures[at], how, bits)
                found[at] = min(found.get(at, use), use, key=_nearness)
        nearest = sorted(found.values(), key=_nearness)[:MOST_USES]
        return tuple(sorted(nearest, key=lambda use: (use.seen.published or "9999", use.bits)))

    def _near(self, look: Look) -> Iterator[tuple[int, How, int]]:
        """Yield pictures that are near, one perhaps in several ways."""
        own, mirrored = words_of(look.parts), words_of(look.mirrored)
        whole = self._bits(self._wholes, own[0])
        for at in np.flatnonzero((whole <= ALIKE) & ~self._plain):
            bits = int(whole[at])
            near = bits <= SAME and distance(look.phash, self.pictures[at].phash) <= ALIKE
            yield int(at), "same" if near else "alike", bits
        turned = self._bits(self._wholes, mirrored[0])
        for at in np.flatnonzero((turned <= ALIKE) & ~self._plain):
            yield int(at), "mirrored", int(turned[at])
        yield from self._in_part(own, "part", "whole")
        yield from self._in_part(mirrored, "mirrored", "mirrored")

    def _in_part(self, query: NDArray[np.uint64], part_of: How, whole_of: How) -> Iterator[tuple[int, How, int]]:
        """Yield pictures of which this is a part, then those that are a part of this."""
        parts = self._bits(self._parts, query[0])
        for at in np.flatnonzero(parts <= ALIKE_IN_PART):
            if not self._plain[at // len(BOXES)]:
                yield int(at) // len(BOXES), part_of, int(parts[at])
        for part in query[1:]:
            bits = self._bits(self._wholes, part)
            for at in np.flatnonzero((bits <= ALIKE_IN_PART) & ~self._plain):
                yield int(at), whole_of, int(bits[at])

    @staticmethod
    def _bits(columns: NDArray[np.uint64], query: NDArray[np.uint64]) -> NDArray[np.uint16]:
        """Return by how many bits each hash differs from one."""
        bits = np.zeros(columns.shape[1], dtype=np.uint16)
        for column, word in zip(columns, query, strict=True):
            bits += np.bitwise_count(column ^ word)
        return bits


def seen_picture(facts: PictureFacts, published: str = "", source: str = "", address: str = "") -> SeenPicture | None:
    """Return what an index keeps of a picture; ``None`` where it was not read."""
    if facts.contents is None:
        return None
    look = facts.contents.look
    parts = base64.b64encode(bytes.fromhex("".join(look.parts))).decode()
    name = Path(facts.name).name[:300]
    return SeenPicture(facts.sha256, parts, look.phash, look.plain, published, source[:300], address[:300], name)


def read_seen(place: Path) -> SeenPictures:
    """Return the pictures of an index, or those in a folder, read anew, with what its `TABLE` says of them.

    Raises:
        InputError: there is no picture, a line of the index or the table says what cannot hold, or it has too many.

    """
    return SeenPictures(_of_folder(place) if place.is_dir() else list(_of_index(place)))


def append_seen(index: Path, pictures: Iterable[SeenPicture]) -> None:
    """Add pictures to an index, which is made where there is none; raise `OutputError` where it cannot be written."""
    from opencwc.files import open_for_writing

    before = index.read_bytes() if index.exists() else b""
    with open_for_writing(index, binary=True) as stream:
        stream.write(before if not before or before.endswith(b"\n") else before + b"\n")
        for picture in pictures:
            stream.write(to_json(picture) + b"\n")


def _of_index(index: Path) -> Iterator[SeenPicture]:
    try:
        with index.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if number > MOST_PICTURES:
                    raise InputError("seen_too_many", where=index.name, most=MOST_PICTURES)
                if line.strip():
                    yield _seen_line(line, index, number)
    except OSError as error:
        raise InputError("file_cannot_be_opened", where=str(index), reason=str(error.strerror)) from error


def _seen_line(line: bytes, index: Path, number: int) -> SeenPicture:
    try:
        picture = from_json(SeenPicture, line[:_LONGEST_LINE])
        whole = len(base64.b64decode(picture.parts, validate=True)) == 32 * len(BOXES)
        if picture.published:
            date.fromisoformat(picture.published)
    except ValueError:
        whole = False
    if not whole:
        raise InputError("seen_line_wrong", where=index.name, line=number)
    return picture


def _of_folder(folder: Path) -> list[SeenPicture]:
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS and path.is_file())
    if not files:
        raise InputError("seen_folder_empty", where=str(folder))
    if len(files) > MOST_IN_FOLDER:
        raise InputError("seen_too_many", where=str(folder), most=MOST_IN_FOLDER)
    published = _table(folder / TABLE)
    facts = examine_files((path.relative_to(folder).as_posix(), path) for path in files)
    kept = (seen_picture(fact, *published.get(fact.name, ("", "", ""))) for fact in facts)
    return [picture for picture in kept if picture is not None]


def _table(table: Path) -> dict[str, tuple[str, str, str]]:
    """Return when, by whom and where the files of a folder were published: columns file, published, source, address."""
    if not table.is_file():
        return {}
    rows: dict[str, tuple[str, str, str]] = {}
    with table.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        reader = csv.DictReader(islice(stream, MOST_IN_FOLDER + 1))
        for number, row in enumerate(reader, 2):
            day = (row.get("published") or "").strip()
            try:
                if day:
                    date.fromisoformat(day)
            except ValueError:
                raise InputError("seen_day_wrong", where=table.name, line=number, text=day[:40]) from None
            rows[row.get("file") or ""] = (day, row.get("source") or "", row.get("address") or "")
    return rows


def _words(picture: SeenPicture) -> NDArray[np.uint64]:
    written = base64.b64decode(picture.parts)
    return np.frombuffer(written, dtype=">u8").astype(np.uint64).reshape(-1, WORDS)


def _nearness(use: EarlierUse) -> tuple[int, int]:
    """Return how near a use is: the same before what is the same in part or changed, then by its bits."""
    return ("file", "same", use.how).index(use.how), use.bits
