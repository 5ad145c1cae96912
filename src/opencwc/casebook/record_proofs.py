"""Proofs that stand alone: that a record is among those of a signed head, and that one head goes on from another.

A proof is JSON that anybody checks without the casebook. It shows the commitment of a record and nothing of what the
record says: who holds the salt and the content, in a bundle, sees that they are what was committed to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct
from sqlalchemy import Connection, RowMapping, select

from opencwc.casebook import tables
from opencwc.casebook.anchors import Claim, read_claim, tree_of
from opencwc.casebook.bundle_verifier import CONSISTENCY
from opencwc.casebook.database import Casebook
from opencwc.casebook.merkle_tree import HASH, verify_consistency, verify_inclusion
from opencwc.casebook.model import Person
from opencwc.casebook.permissions import may, require
from opencwc.casebook.pinned_keys import PinnedKeys
from opencwc.casebook.rows import row_of
from opencwc.casebook.signing import fingerprint_of, verify_signature
from opencwc.errors import InputError, IntegrityError, NotFoundError
from opencwc.records import from_json

INCLUSION = "opencwc-inclusion-1"
MOST_BYTES = 1 << 16


class SignedHead(Struct, frozen=True):
    """A checkpoint: the ``statement`` of a root, its ``signature`` (hex) and the public ``key`` (PEM)."""

    statement: str
    signature: str
    key: str


class RecordProof(Struct, frozen=True):
    """That a record, counted from 1, is among ``size`` records with a root (RFC 9162, 2.1.3). Bytes are hex."""

    kind: str
    record: int
    commitment: str
    path: tuple[str, ...]
    size: int
    root: str
    head: SignedHead


class HeadProof(Struct, frozen=True):
    """That ``size`` records with a root begin with ``old`` records with theirs (RFC 9162, 2.1.4). Bytes are hex."""

    kind: str
    old: int
    old_root: str
    path: tuple[str, ...]
    size: int
    root: str
    head: SignedHead


class CheckedProof(NamedTuple):
    """What a proof says: of which record, or from how many records on, under how many, signed when and by which key.

    ``about`` is ``record`` or ``head``. ``faults`` are codes of what does not fit, none where all fits. ``vouched``
    says that the key was given or is pinned in this house: else the proof shows only that it fits itself.
    """

    about: str
    casebook: str
    number: int
    size: int
    at: str
    key: str
    faults: tuple[str, ...]
    vouched: bool = False


def record_proof(book: Casebook, person: Person, record: int, size: int | None = None) -> RecordProof:
    """Return the proof of a record under the newest signed head, or under that of so many records.

    Raises:
        NotFoundError: there is no such record under the head, or no head of so many records that states its root.

    """
    return record_proofs(book, person, [record], size)[0]


def record_proofs(book: Casebook, person: Person, records: Sequence[int], size: int | None = None) -> list[RecordProof]:
    """Return the proofs of several records under one signed head; raises as `record_proof` does."""
    _require(person)
    with book.reading() as connection:
        row, head = _signed_head(connection, size)
        table = tables.record
        query = select(table.c.seq, table.c.commitment).where(table.c.seq.in_(records), table.c.seq <= row["seq"])
        kept = {seq: bytes(commitment).hex() for seq, commitment in connection.execute(query)}
        for record in records:
            if record not in kept:
                raise NotFoundError("no_such_record", record=record, size=row["seq"])
        tree = tree_of(connection, row["seq"])
    root = tree.root().hex()
    paths = {record: tuple(node.hex() for node in tree.inclusion_proof(record - 1)) for record in records}
    return [RecordProof(INCLUSION, record, kept[record], paths[record], tree.size, root, head) for record in records]


def head_proof(book: Casebook, person: Person, old: int, size: int | None = None) -> HeadProof:
    """Return the proof that the newest signed head, or that of so many records, goes on from ``old`` records.

    Raises:
        NotFoundError: the head has fewer records, or there is no head of so many records that states its root.

    """
    _require(person)
    with book.reading() as connection:
        row, head = _signed_head(connection, size)
        if not 1 <= old <= row["seq"]:
            raise NotFoundError("no_such_record", record=old, size=row["seq"])
        tree = tree_of(connection, row["seq"])
    path = tuple(node.hex() for node in tree.consistency_proof(old))
    return HeadProof(CONSISTENCY, old, tree.root(old).hex(), path, tree.size, tree.root().hex(), head)


def _require(person: Person) -> None:
    """Require what reading the whole record needs, or what carrying a case out of the house does."""
    require(person, "export" if may(person, "export") else "audit")


def _signed_head(connection: Connection, size: int | None) -> tuple[RowMapping, SignedHead]:
    checkpoint = tables.checkpoint
    query = select(checkpoint).order_by(checkpoint.c.number.desc()).limit(1)
    if size is not None:
        query = query.where(checkpoint.c.seq == size)
    row = connection.execute(query).mappings().first()
    if row is None or "root" not in json.loads(row["statement"]):
        raise NotFoundError("no_such_signed_head", size=row["seq"] if row else size)
    key = row_of(connection, tables.signing_key, id=row["key"])
    if key is None:
        raise IntegrityError("public_key_missing", key=row["key"])
    return row, SignedHead(row["statement"], bytes(row["signature"]).hex(), key["pem"])


def read_proof(path: Path) -> bytes:
    """Return the bytes of a proof; `InputError` where the file cannot be read or is too large for one."""
    try:
        with path.open("rb") as stream:
            written = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError("record_proof_unreadable", where=str(path)) from error
    if len(written) > MOST_BYTES:
        raise InputError("record_proof_unreadable", where=str(path))
    return written


def check_proof(
    proof: bytes,
    where: str = "",
    keys: Iterable[str] = (),
    pins: PinnedKeys | None = None,
    anchors: Sequence[Path] = (),
) -> CheckedProof:
    """Check a proof; ``keys`` are fingerprints of which one must have signed, else one of those that are pinned.

    ``anchors`` are files with signed heads that came by another way: each must be one of the heads of the proof.

    Raises:
        InputError: it is no proof, or an anchor is none.
        SettingsError: the pins cannot be read.

    """
    claims = [read_claim(anchor) for anchor in anchors]
    try:
        is_of_record = json.loads(proof)["kind"] == INCLUSION
        read = from_json(RecordProof, proof) if is_of_record else from_json(HeadProof, proof)
        statement, fingerprint = json.loads(read.head.statement), fingerprint_of(read.head.key.encode())
        said = {name: statement[name] for name in ("casebook", "seq", "root", "at")}
        signature, fits = bytes.fromhex(read.head.signature), _fits(read)
    except (ValueError, TypeError, KeyError, RecursionError, IntegrityError) as error:
        raise InputError("record_proof_unreadable", where=where) from error
    if read.kind not in (INCLUSION, CONSISTENCY):
        raise InputError("record_proof_unreadable", where=where)
    wanted = tuple(keys) or tuple(pin.fingerprint for pin in (pins.of(str(said["casebook"])) if pins else ()))
    checks = {
        "path": fits,
        "head": (said["seq"], said["root"]) == (read.size, read.root),
        "signature": verify_signature(read.head.key.encode(), read.head.statement.encode(), signature),
        "key": not wanted or fingerprint in wanted,
        "anchor": all(_is_a_head(claim, read) for claim in claims),
    }
    faults = tuple(name for name, fits in checks.items() if not fits)
    about, number = ("record", read.record) if isinstance(read, RecordProof) else ("head", read.old)
    return CheckedProof(
        about, str(said["casebook"]), number, read.size, str(said["at"]), fingerprint, faults, fingerprint in wanted
    )


def _fits(proof: RecordProof | HeadProof) -> bool:
    path = [bytes.fromhex(node) for node in proof.path]
    root = bytes.fromhex(proof.root)
    if any(len(node) != HASH for node in path):
        return False
    if isinstance(proof, RecordProof):
        return verify_inclusion(bytes.fromhex(proof.commitment), proof.record - 1, proof.size, path, root)
    return proof.old > 0 and verify_consistency(proof.old, bytes.fromhex(proof.old_root), proof.size, root, path)


def _is_a_head(claim: Claim, proof: RecordProof | HeadProof) -> bool:
    heads = {proof.size: proof.root}
    if isinstance(proof, HeadProof):
        heads[proof.old] = proof.old_root
    return heads.get(claim.size) == claim.root.hex()
