"""Anchors: the signed head of the record, put where who rules over database and log does not rule.

An anchor states how many records there were and the root of their tree. Whoever has one can say later whether the
record still begins with those. A witness that signs it too says when it saw it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_string, policy
from hashlib import sha256
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection, select

from opencwc.casebook import tables
from opencwc.casebook.anchor_settings import AnchorSettings, load_anchor_settings
from opencwc.casebook.database import Casebook
from opencwc.casebook.durable_files import write_new
from opencwc.casebook.merkle_tree import Tree
from opencwc.casebook.model import Person
from opencwc.casebook.permissions import require
from opencwc.casebook.rows import change_row, row_of, rows_by_key, stored_bytes
from opencwc.casebook.signed_notes import Head, Note, Signature, read_note, read_signatures, sign_head
from opencwc.casebook.transaction import Writer
from opencwc.errors import InputError, IntegrityError, NotFoundError, StorageError

ENDING = ".checkpoint"
ACTOR = "system"
NEWEST = 100
"""How many anchors are looked at where not all are: on the page, and before the next one is signed."""
_LARGEST = 1 << 20


class Anchor(Struct, frozen=True):
    """A signed head, the record that tells of it, and when it was signed (ISO 8601, UTC)."""

    note: Note
    seq: int
    at: str


class Claim(Struct, frozen=True):
    """What somebody holds against the casebook: a note, or a size and a root alone, typed off from a page; and where.

    ``at`` is when it was signed, empty where nobody knows.
    """

    size: int
    root: bytes
    where: str
    note: Note | None = None
    at: str = ""


def anchor(book: Casebook, person: Person) -> Anchor:
    """Sign the head of the record as it is and keep it; into the folder of the settings too, where one is set.

    Where nothing was recorded since the last anchor, that one is returned.

    Raises:
        IntegrityError: an anchor in the folder knows more records, or others.
        StorageError: the folder cannot be read or written; nothing was recorded.

    """
    require(person, _action(person))
    return _anchor(book, person.id, load_anchor_settings())


def anchor_if_due(book: Casebook) -> Anchor | None:
    """Anchor by itself what was recorded since the last anchor in the folder; ``None`` where that is not due."""
    settings = load_anchor_settings()
    if settings.folder is None or not settings.every:
        return None
    with book.reading() as connection:
        last = _last(connection)
        head = connection.execute(select(tables.casebook.c.seq)).scalar_one()
    if last is not None:
        age = datetime.now(UTC) - datetime.fromisoformat(last.at)
        if head == last.seq or age.total_seconds() < settings.every:
            return None
    return _anchor(book, ACTOR, settings)


def _anchor(book: Casebook, actor: str, settings: AnchorSettings) -> Anchor:
    with book.writing(actor) as writer:
        last = _last(writer.connection)
        if last is not None and last.seq == writer.seq:
            made = last
        else:
            head = Head(settings.origin(writer.casebook_id), writer.seq, writer.tree.root())
            made = _keep(writer, sign_head(book.signer, head))
        if settings.folder is not None:  # before the commit: what stands in the folder was true without it
            put_into(settings.folder, writer.casebook_id, made.note)
    return made


def _keep(writer: Writer, note: Note) -> Anchor:
    body = {"size": note.head.size, "root": note.head.root.hex(), "note": digest_of_note(note)}
    seq = writer.record("anchored", body)
    row = {"size": note.head.size, "seq": seq, "note": note.text}
    writer.connection.execute(tables.anchor.insert(), row)
    return Anchor(note, seq, writer.at)


def digest_of_note(note: Note) -> str:
    """Return the hash of a note with its signatures, as the record names it."""
    return sha256(note.text.encode()).hexdigest()


def put_into(folder: Path, casebook: str, note: Note) -> Path:
    """Put a note into a folder and return the file; one that is there already stays, with what witnesses added.

    Raises:
        IntegrityError: an anchor in the folder knows more records, or as many and others.
        StorageError: the folder cannot be read or written.

    """
    file = folder / f"{casebook}-{note.head.size:012}{ENDING}"
    for claim in claims_in(folder, casebook, newest=NEWEST):
        if claim.size > note.head.size or (claim.size == note.head.size and claim.root != note.head.root):
            raise IntegrityError("anchor_contradicts", where=claim.where, records=claim.size, ours=note.head.size)
    try:
        write_new(file, note.text.encode())
    except FileExistsError:
        return file
    except OSError as error:
        raise StorageError("anchor_folder_unusable", where=str(folder), reason=str(error.strerror)) from error
    return file


def claims_in(folder: Path, casebook: str, newest: int | None = None) -> Iterator[Claim]:
    """Yield the anchors of a casebook in a folder, the smallest first: all, or so many of the newest.

    Raises:
        InputError: one cannot be read.
        StorageError: the folder cannot be read.

    """
    try:
        files = sorted(folder.glob(f"{casebook}-*{ENDING}")) if folder.is_dir() else None
    except OSError as error:
        raise StorageError("anchor_folder_unusable", where=str(folder), reason=str(error.strerror)) from error
    if files is None:
        raise StorageError("anchor_folder_unusable", where=str(folder), reason="no such folder")
    for file in files[-newest:] if newest else files:
        yield read_claim(file)


def read_claim(file: Path) -> Claim:
    """Read an anchor that somebody brings: a note, an e-mail with one, or a number of records and a root typed off.

    Raises `InputError` where it is none of them or cannot be read.
    """
    try:
        with file.open("rb") as stream:
            text = stream.read(_LARGEST).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("anchor_unreadable", where=str(file), reason=str(error)) from error
    typed = re.fullmatch(r"\s*(0|[1-9][0-9]{0,18})\s+((?:[0-9a-f]\s*){64})", text.lower())
    if typed:
        return Claim(int(typed[1]), bytes.fromhex("".join(typed[2].split())), str(file))
    try:
        note = read_note(_attached(text) if "\nContent-Type: multipart/" in text.replace("\r", "") else text)
    except InputError as error:
        raise InputError("anchor_unreadable", where=str(file), reason=str(error)) from error
    return Claim(note.head.size, note.head.root, str(file), note)


def _attached(mail: str) -> str:
    for part in message_from_string(mail, policy=policy.default).walk():
        if (part.get_filename() or "").endswith(ENDING):
            content = part.get_content()
            return content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content)
    return ""


def take_in(book: Casebook, person: Person, file: Path) -> list[str]:
    """Take in what witnesses signed, and return their names: a note, or signature lines alone for the last anchor.

    Raises:
        InputError: no witness of the settings signed, or the file cannot be read.
        IntegrityError: the signature of a witness does not hold.
        NotFoundError: there is no such anchor in the casebook.

    """
    require(person, _action(person))
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("anchor_unreadable", where=str(file), reason=str(error)) from error
    settings = load_anchor_settings()
    with book.writing(person.id) as writer:
        if text.startswith("\N{EM DASH} "):
            last = _last(writer.connection)
            if last is None:
                raise NotFoundError("anchor_not_kept", where=str(file))
            brought = Note(last.note.head, read_signatures(text))
        else:
            claim = read_claim(file)
            if claim.note is None:
                raise InputError("note_unreadable", where=str(file))
            brought = claim.note
        row = row_of(writer.connection, tables.anchor, size=brought.head.size)
        if row is None or read_note(row["note"]).head != brought.head:
            raise NotFoundError("anchor_not_kept", where=str(file))
        kept = read_note(row["note"])
        theirs = _cosignatures(brought, settings, str(file))
        new = [line for line in theirs if line not in kept.signatures]
        if new:
            signed = Note(kept.head, (*kept.signatures, *new))
            change_row(writer.connection, tables.anchor, kept.head.size, note=signed.text)
            names = [line.name for line in new]
            body = {"size": kept.head.size, "witnesses": names, "note": digest_of_note(signed)}
            writer.record("countersigned", body)
    return [line.name for line in theirs]


def _cosignatures(note: Note, settings: AnchorSettings, where: str) -> list[Signature]:
    """Return the lines of the witnesses of the settings, which hold."""
    lines = []
    for key in settings.witnesses:
        moment = note.cosigned_at(key)
        if moment == -1:
            raise IntegrityError("cosignature_does_not_hold", where=where, witness=key.name)
        if moment is not None:
            lines.append(next(line for line in note.signatures if (line.name, line.key_id) == (key.name, key.id)))
    if not lines:
        raise InputError("note_without_witness", where=where)
    return lines


def anchors_of(connection: Connection, newest: int = NEWEST) -> list[Anchor]:
    """Return the newest anchors that a casebook keeps, the newest first."""
    table, record = tables.anchor, tables.record
    query = select(table, record.c.at).join(record, record.c.seq == table.c.seq)
    rows = connection.execute(query.order_by(table.c.size.desc()).limit(newest)).mappings()
    return [Anchor(read_note(row["note"]), row["seq"], row["at"]) for row in rows]


def _last(connection: Connection) -> Anchor | None:
    return next(iter(anchors_of(connection, 1)), None)


def tree_of(connection: Connection, size: int) -> Tree:
    """Return the tree of the first records of a casebook, to make proofs from."""
    table = tables.record
    query = select(table.c.seq, table.c.commitment).where(table.c.seq <= size)
    return Tree(stored_bytes(row["commitment"]) for row in rows_by_key(connection, query, table.c.seq))


def witness_request(book: Casebook, person: Person, made: Anchor, old: int) -> str:
    """Return what a witness is asked with: the proof that the head goes on where it saw ``old`` records, and the head.

    This is the body of ``add-checkpoint`` of C2SP tlog-witness. `InputError` where the anchor has fewer records.
    """
    require(person, _action(person))
    size = made.note.head.size
    if not 0 <= old <= size:
        raise InputError("anchor_has_fewer_records", records=size, old=old)
    with book.reading() as connection:
        proof = tree_of(connection, size).consistency_proof(old)
    lines = "".join(f"{b64encode(node).decode()}\n" for node in proof)
    return f"old {old}\n{lines}\n{made.note.text}"


def _action(person: Person) -> str:
    return "audit" if person.role.value in ("auditor", "administrator") else "export"
