"""The proof of a submission's version: its record, the way to the checkpoint that was signed over it, and the key.

Whoever holds the file and the proof sees without the casebook that the file is the one that was frozen, and who signed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from msgspec import Struct
from sqlalchemy import Connection, select

from opencwc.casebook import tables
from opencwc.casebook.chain import FIRST_LINK, commitment, link
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.pinned_keys import PinnedKeys
from opencwc.casebook.rows import row_of
from opencwc.casebook.signing import fingerprint_of, verify_signature
from opencwc.casebook.submissions import show_submission, version_numbered
from opencwc.errors import InputError, NotFoundError
from opencwc.records import from_json, to_json

KIND = "opencwc-version-1"
MOST_BYTES = 20_000_000


class VersionProof(Struct, frozen=True):
    """What proves a version. Bytes are hex.

    ``before`` is the link before the first of ``commitments``, which lead to the ``statement`` that was signed;
    ``place`` is where among them that of the version's record stands, which ``salt`` and ``content`` open.
    """

    kind: str
    salt: str
    content: str
    place: int
    before: str
    commitments: tuple[str, ...]
    statement: str
    signature: str
    key: str


class Proven(NamedTuple):
    """What a proof says of a file: which version of which submission it is, when it was frozen, by which key.

    ``faults`` are codes of what does not fit, none where all fits. ``vouched`` says that the key was given or is
    pinned in this house: else the proof shows only that it fits itself.
    """

    submission: int
    version: int
    name: str
    at: str
    source: str
    key: str
    faults: tuple[str, ...]
    vouched: bool = False


def version_proof(book: Casebook, person: Person, seq: int, number: int) -> bytes:
    """Return the proof of a version as JSON; that somebody read a protected one is on record.

    Raises:
        NotFoundError: there is no such version, the person may not see it, or it was erased.

    """
    version = version_numbered(show_submission(book, person, seq).versions, number)
    with book.reading_contents() as connection:
        record = row_of(connection, tables.record, seq=version.seq)
        if record is None or record["salt"] is None:
            raise NotFoundError("no_such_submission_version", version=number)
        return to_json(_proof(connection, version.seq, bytes(record["salt"]), record["content"]))


def check_proof(
    digest: str, proof: bytes, where: str = "", keys: Iterable[str] = (), pins: PinnedKeys | None = None
) -> Proven:
    """Hold the SHA-256 of a file against a proof; ``keys`` are fingerprints of which one must have signed.

    Where none is given, one of the keys that are pinned for the casebook must have, where any is.

    Raises:
        InputError: it is no proof of a version.
        SettingsError: the pins cannot be read.

    """
    try:
        read = from_json(VersionProof, proof)
        content, statement = json.loads(read.content), json.loads(read.statement)
        body, fingerprint = content["body"], fingerprint_of(read.key.encode())
        commitments = [bytes.fromhex(one) for one in read.commitments]
        committed = commitment(bytes.fromhex(read.salt), read.content)
        reached, signature = bytes.fromhex(read.before), bytes.fromhex(read.signature)
        proven = Proven(
            int(body["submission"]), int(body["number"]), str(body["name"]), str(content["at"]), str(body["source"]),
            fingerprint, (),
        )  # fmt: skip
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError("version_proof_unreadable", where=where) from error
    if read.kind != KIND or content.get("kind") != "submission_version":
        raise InputError("version_proof_unreadable", where=where)
    for one in commitments:
        reached = link(reached, one)
    wanted = tuple(keys)
    if not wanted and pins is not None:
        wanted = tuple(pin.fingerprint for pin in pins.of(str(statement.get("casebook", ""))))
    checks = {
        "file": proven.source == digest,
        "record": 0 <= read.place < len(commitments) and commitments[read.place] == committed,
        "chain": statement.get("link") == reached.hex(),
        "signature": verify_signature(read.key.encode(), read.statement.encode(), signature),
        "key": not wanted or fingerprint in wanted,
    }
    faults = tuple(name for name, fits in checks.items() if not fits)
    return proven._replace(faults=faults, vouched=fingerprint in wanted)


def _proof(connection: Connection, seq: int, salt: bytes, content: str) -> VersionProof:
    """Return the proof of a record: from the checkpoint before it to the one that covers it."""
    checkpoint, record, key = tables.checkpoint, tables.record, tables.signing_key
    covering = select(checkpoint).where(checkpoint.c.seq >= seq).order_by(checkpoint.c.number).limit(1)
    signed = connection.execute(covering).mappings().one()
    former = select(checkpoint).where(checkpoint.c.number < signed["number"]).order_by(checkpoint.c.number.desc())
    last = connection.execute(former.limit(1)).mappings().one_or_none()
    start, before = (last["seq"], json.loads(last["statement"])["link"]) if last else (0, FIRST_LINK.hex())
    between = select(record.c.seq, record.c.commitment).where(record.c.seq > start, record.c.seq <= signed["seq"])
    records = connection.execute(between.order_by(record.c.seq)).all()
    pem = connection.execute(select(key.c.pem).where(key.c.id == signed["key"])).scalar_one()
    place = [one.seq for one in records].index(seq)
    return VersionProof(
        KIND, salt.hex(), content, place, before, tuple(bytes(one.commitment).hex() for one in records),
        signed["statement"], bytes(signed["signature"]).hex(), pem,
    )  # fmt: skip


def digest_of_parts(parts: Iterable[bytes]) -> str:
    """Return the SHA-256 of what comes in parts, in hex."""
    digest = sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()
