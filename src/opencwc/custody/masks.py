"""A text whose names are hidden, provably: of each hidden part a salted hash goes with the text, its salt does not.

Who is given a part with its salt can see that it belongs at its place, and learns nothing of the others: the salts are
random, so that nobody finds a name by trying names. Hidden parts are numbered in their order, so that equal names are
not to be seen as equal unless that is asked for.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, TypeVar

from msgspec import Struct

from opencwc.custody.hidden_names import merged, plain_word
from opencwc.errors import InputError, OutputError
from opencwc.finding import Message
from opencwc.records import from_json, to_json
from opencwc.reports.model import Span

MANIFEST_FORMAT = "opencwc-masks-1"
SALTS_FORMAT = "opencwc-mask-salts-1"
PART_FORMAT = "opencwc-masked-part-1"
SALT_BYTES = 32
MOST_TEXT = 5_000_000
MOST_PARTS = 50_000
"""Characters of a text that is masked, and parts of it that are hidden."""
LARGEST = 64_000_000
"""Bytes of a file about a masked text."""
_HASH = re.compile("[0-9a-f]{64}")
T = TypeVar("T", bound="_File")


class HiddenPart(Struct, frozen=True):
    """A hidden part: its number, where its mark stands in the masked text, and the hash of what is hidden (hex)."""

    number: int
    start: int
    end: int
    hash: str


class _File(Struct, frozen=True, kw_only=True):
    """What each file about a masked text says: what it is, and the SHA-256 of the masked text."""

    format: str
    document: str


class Manifest(_File, frozen=True, kw_only=True):
    """What goes with a masked text; ``original`` is the salted hash of the file that it was made from."""

    original: str
    parts: tuple[HiddenPart, ...]


class Secret(Struct, frozen=True):
    """What a part hides, and its salt (hex)."""

    number: int
    salt: str
    text: str


class Salts(_File, frozen=True, kw_only=True):
    """What stays with the owner: what every part hides, and the salts."""

    original_salt: str
    parts: tuple[Secret, ...]


class ShownPart(_File, frozen=True, kw_only=True):
    """One part as it is shown to somebody later."""

    number: int
    salt: str
    text: str


class Masked(NamedTuple):
    """A masked text, what goes with it, and what stays with the owner."""

    text: str
    manifest: Manifest
    salts: Salts

    @property
    def text_bytes(self) -> bytes:
        """The masked text as it is written into a file."""
        return self.text.encode("utf-8", "surrogatepass")

    @property
    def manifest_bytes(self) -> bytes:
        """What goes with it as it is written into a file."""
        return to_json(self.manifest) + b"\n"


def mask_text(
    text: str, spans: Iterable[Span], original: bytes = b"", person: Callable[[int], str] | None = None
) -> Masked:
    """Hide places of a text; ``person`` names each person by a number, the same person alike.

    Raises:
        InputError: the text is too long, there are too many places, or one is not in the text.

    """
    found = merged(text, spans)
    if len(text) > MOST_TEXT or len(found) > MOST_PARTS:
        raise InputError("custody_text_too_long", characters=MOST_TEXT, parts=MOST_PARTS)
    if any(not 0 <= start < end <= len(text) for start, end in found):
        raise InputError("custody_place_outside", characters=len(text))
    people = people_in([text[start:end] for start, end in found]) if person else []
    pieces: list[str] = []
    parts: list[HiddenPart] = []
    kept: list[Secret] = []
    at = before = 0
    for number, (start, end) in enumerate(found, 1):
        mark = (
            f"\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}{person(people[number - 1]) if person else number}"
            "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"
        )
        pieces += [text[before:start], mark]
        at += start - before
        salt = secrets.token_bytes(SALT_BYTES)
        parts.append(HiddenPart(number, at, at + len(mark), hash_of_part(salt, number, text[start:end])))
        kept.append(Secret(number, salt.hex(), text[start:end]))
        at += len(mark)
        before = end
    masked = "".join([*pieces, text[before:]])
    document, salt = sha256(masked.encode("utf-8", "surrogatepass")).hexdigest(), secrets.token_bytes(SALT_BYTES)
    of_original = hash_of_part(salt, 0, original or text)
    return Masked(
        masked,
        Manifest(format=MANIFEST_FORMAT, document=document, original=of_original, parts=tuple(parts)),
        Salts(format=SALTS_FORMAT, document=document, original_salt=salt.hex(), parts=tuple(kept)),
    )


class Piece(NamedTuple):
    """A piece of a masked text: its words, where they begin in the text that was masked, and whether it is a mark."""

    text: str
    start: int
    is_mark: bool


def pieces_of(masked: Masked) -> Iterator[Piece]:
    """Yield a masked text in pieces, marks and what stands between them, so that places can be told in the original."""
    read = start = 0
    for part, secret in zip(masked.manifest.parts, masked.salts.parts, strict=True):
        if part.start > read:
            yield Piece(masked.text[read : part.start], start, is_mark=False)
        start += part.start - read
        yield Piece(masked.text[part.start : part.end], start, is_mark=True)
        start += len(secret.text)
        read = part.end
    if read < len(masked.text):
        yield Piece(masked.text[read:], start, is_mark=False)


def hash_of_part(salt: bytes, number: int, hidden: str | bytes) -> str:
    """Return the hash of a part: SHA-256 of its salt, its number in 8 bytes (big-endian), and its text in UTF-8.

    The number 0 is that of the whole file.
    """
    data = hidden if isinstance(hidden, bytes) else hidden.encode("utf-8", "surrogatepass")
    return sha256(salt + number.to_bytes(8, "big") + data).hexdigest()


def people_in(names: Sequence[str]) -> list[int]:
    """Return for each name the number of the person: a part of one name alone is the same person.

    >>> people_in(["Ana Roy", "Li Wei", "Roy", "ANA ROY"])
    [1, 2, 1, 1]
    """
    words = [frozenset(map(plain_word, name.split())) for name in names]
    whole = [name for name in dict.fromkeys(words) if not any(name < other for other in words)]
    numbers: dict[frozenset[str], int] = {}
    for name in words:
        held = [other for other in whole if name < other]
        key = held[0] if len(held) == 1 else name
        numbers.setdefault(name, numbers.setdefault(key, len(set(numbers.values())) + 1))
    return [numbers[name] for name in words]


def shown_part(salts: Salts, number: int) -> ShownPart:
    """Return one part as it is shown to somebody; `InputError` where there is none of that number."""
    for part in salts.parts:
        if part.number == number:
            return ShownPart(format=PART_FORMAT, document=salts.document, number=number, salt=part.salt, text=part.text)
    raise InputError("custody_no_such_part", number=number)


def check_part(manifest: Manifest, part: ShownPart, document: bytes | None = None) -> tuple[Message, ...]:
    """Say what speaks against a part belonging where it says, nothing where it does.

    ``document`` is the masked text itself, in UTF-8.
    """
    hidden = next((known for known in manifest.parts if known.number == part.number), None)
    faults = []
    if part.document != manifest.document:
        faults.append(Message("custody_part_of_other"))
    if hidden is None:
        faults.append(Message("custody_part_unknown", {"number": part.number}))
    elif hash_of_part(bytes.fromhex(part.salt), part.number, part.text) != hidden.hash:
        faults.append(Message("custody_part_differs", {"number": part.number}))
    if document is not None and sha256(document).hexdigest() != manifest.document:
        faults.append(Message("custody_text_differs"))
    return tuple(faults)


def revealed(masked: str, manifest: Manifest, salts: Salts) -> str:
    """Return a masked text with every part in its place again.

    Raises:
        InputError: the three do not belong together.

    """
    document = sha256(masked.encode("utf-8", "surrogatepass")).hexdigest()
    texts = {part.number: part for part in salts.parts}
    if not document == manifest.document == salts.document or len(texts) != len(manifest.parts):
        raise InputError("custody_salts_of_other")
    pieces: list[str] = []
    before = 0
    for part in manifest.parts:
        secret = texts.get(part.number)
        if secret is None or hash_of_part(bytes.fromhex(secret.salt), part.number, secret.text) != part.hash:
            raise InputError("custody_salts_of_other")
        pieces += [masked[before : part.start], secret.text]
        before = part.end
    return "".join([*pieces, masked[before:]])


def read_manifest(path: Path) -> Manifest:
    """Read what goes with a masked text; `InputError` where the file is none."""
    return manifest_in(_bytes(path), str(path))


def read_salts(path: Path) -> Salts:
    """Read what stays with the owner; `InputError` where the file is none."""
    return salts_in(_bytes(path), str(path))


def read_part(path: Path) -> ShownPart:
    """Read a part as it was shown; `InputError` where the file is none."""
    return part_in(_bytes(path), str(path))


def manifest_in(data: bytes, where: str) -> Manifest:
    """Return what goes with a masked text; `InputError` where the data are none."""
    manifest = _parsed(Manifest, MANIFEST_FORMAT, data, where)
    numbers, before = set[int](), 0
    for part in manifest.parts:
        if not _HASH.fullmatch(part.hash) or part.number in numbers or not before <= part.start < part.end:
            raise InputError("custody_masks_unreadable", where=where)
        numbers.add(part.number)
        before = part.end
    return manifest


def salts_in(data: bytes, where: str) -> Salts:
    """Return what stays with the owner; `InputError` where the data are none."""
    salts = _parsed(Salts, SALTS_FORMAT, data, where)
    if not all(_HASH.fullmatch(part.salt) for part in salts.parts):
        raise InputError("custody_masks_unreadable", where=where)
    return salts


def part_in(data: bytes, where: str) -> ShownPart:
    """Return a part as it was shown; `InputError` where the data are none."""
    part = _parsed(ShownPart, PART_FORMAT, data, where)
    if not _HASH.fullmatch(part.salt) or not 0 < part.number <= MOST_PARTS:
        raise InputError("custody_masks_unreadable", where=where)
    return part


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise InputError("no_such_file", where=str(path)) from error


def _parsed(kind: type[T], format: str, data: bytes, where: str) -> T:
    try:
        if len(data) <= LARGEST:
            read = from_json(kind, data)
            if read.format == format and _HASH.fullmatch(read.document):
                return read
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError("custody_masks_unreadable", where=where) from error
    raise InputError("custody_masks_unreadable", where=where)


def write_for_owner(path: Path, salts: Salts) -> None:
    """Write what stays with the owner into a new file that nobody else can read.

    Raises:
        OutputError: there is a file already, or it cannot be written.

    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(to_json(salts) + b"\n")
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        raise OutputError("file_cannot_be_written", where=str(path), reason=str(error.strerror or error)) from error
