"""The whole casebook into one file and back, from either database into either.

A backup is a ZIP file with a Parquet file for each table, read in one transaction, and a signed manifest of their
hashes. Sessions are not in it: who was signed in is no matter of record. It holds everything that the casebook holds;
give recipients, and it is encrypted to them (`opencwc.casebook.encrypting`).
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import BigInteger, Boolean, Connection, Float, Integer, LargeBinary, SmallInteger, Table, select

from opencwc import __version__
from opencwc.casebook import tables
from opencwc.casebook.bulk import insert_rows
from opencwc.casebook.chain import canonical
from opencwc.casebook.model import Person
from opencwc.casebook.opening import Casebook
from opencwc.casebook.permissions import require
from opencwc.casebook.recording import now
from opencwc.casebook.signing import verify_signature
from opencwc.errors import ConflictError, InputError, IntegrityError
from opencwc.tables import open_for_writing

FORMAT = "opencwc-backup-1"
_LEFT_OUT = ("session", "answered_key")
_ROWS = 20_000


def back_up(book: Casebook, person: Person, target: Path, recipients: Sequence[str] = ()) -> dict[str, Any]:
    """Write a backup to a file, whole or not at all, and return its manifest."""
    require(person, "backup")
    if recipients:
        from opencwc.casebook.encrypting import encrypt_file

        plain = target.with_name(f".{target.name}.plain")
        try:
            manifest = _write(book, plain)
            encrypt_file(plain, target, recipients)
        finally:
            plain.unlink(missing_ok=True)
        return manifest
    return _write(book, target)


def restore(backup: Path, book: Casebook) -> dict[str, Any]:
    """Fill an empty casebook from a backup, in one transaction, and return the backup's manifest.

    Raises:
        ConflictError: the casebook holds something already.
        InputError: the file is no backup, or one of another format.
        IntegrityError: a table is not what the manifest says, or the manifest's signature does not hold.

    """
    try:
        with zipfile.ZipFile(backup) as archive:
            manifest = _checked_manifest(archive, backup)
            _fill(book, archive, manifest)
    except (zipfile.BadZipFile, KeyError, OSError, pa.ArrowException) as error:
        raise InputError(
            f"this is no backup of a casebook ({error})",
            where=str(backup),
            remedy="If it was encrypted, name your identity with --identity.",
        ) from error
    with book.writing("console") as writer:
        writer.record("restored", {"from": manifest["made_at"], "head": manifest["head"]})
    return manifest


def _write(book: Casebook, target: Path) -> dict[str, Any]:
    files: dict[str, str] = {}
    counts: dict[str, int] = {}
    with open_for_writing(target, binary=True) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        with book.reading() as connection:
            head = connection.execute(select(tables.casebook)).mappings().one()
            for table in _kept_tables():
                name = f"{table.name}.parquet"
                with archive.open(name, "w", force_zip64=True) as member:
                    hashing = _Hashing(member)
                    counts[table.name] = _write_table(connection, table, hashing)
                files[name] = hashing.digest.hexdigest()
        manifest = {
            "format": FORMAT, "version": __version__, "casebook": head["id"], "made_at": now(),
            "head": {"seq": head["seq"], "link": bytes(head["link"]).hex()}, "files": files, "rows": counts,
            "key": book.signer.fingerprint,
        }  # fmt: skip
        said = canonical(manifest).encode()
        archive.writestr("manifest.json", said)
        archive.writestr("manifest.sig", book.signer.sign(said))
        archive.writestr("key.pem", book.signer.public_pem())
    os.chmod(target, 0o600)  # noqa: PTH101 - as the casebook itself
    return manifest


def _write_table(connection: Connection, table: Table, stream: _Hashing) -> int:
    schema = _schema(table)
    rows = 0
    with pq.ParquetWriter(pa.PythonFile(stream, mode="w"), schema, compression="zstd") as writer:
        for chunk in _chunks(connection, table):
            columns = zip(*chunk, strict=True)
            arrays = [pa.array(list(column), field.type) for column, field in zip(columns, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            rows += len(chunk)
    return rows


def _chunks(connection: Connection, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    result = connection.execution_options(stream_results=True, yield_per=_ROWS).execute(
        select(table).order_by(*table.primary_key.columns)
    )
    for chunk in result.partitions(100 if table.name == "source_part" else _ROWS):
        yield [tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row) for row in chunk]


def _fill(book: Casebook, archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    with book.writing("console") as writer:
        connection = writer.connection
        if writer.seq > 1 or connection.execute(select(tables.person.c.id).limit(1)).first():
            raise ConflictError(
                "the casebook to restore into is not empty", remedy="Name a new file or an empty database."
            )
        for table in reversed(_kept_tables()):
            connection.execute(table.delete())
        for table in _kept_tables():
            _fill_table(connection, table, archive, manifest)
        head = connection.execute(select(tables.casebook)).mappings().one()
        writer.seq, writer.link, writer.number = head["seq"], head["link"], head["checkpoint"]
        writer.numbers = {name: head[name] for name in ("findings", "cases", "runs")}
        writer.recheck_share = head["recheck_share"]


def _fill_table(connection: Connection, table: Table, archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    name = f"{table.name}.parquet"
    columns = [column.name for column in table.columns]
    with archive.open(name) as member:
        digest = sha256()
        while part := member.read(1 << 20):
            digest.update(part)
    if digest.hexdigest() != manifest["files"][name]:
        raise IntegrityError(f"{name} is not what the backup's manifest says", remedy="Take another backup.")
    with archive.open(name) as member:
        file = pq.ParquetFile(pa.PythonFile(member, mode="r"))
        if file.schema_arrow.names != columns:
            raise InputError(f"{name} has other columns than this version", where=name, remedy="Use that version.")
        for batch in file.iter_batches(_ROWS):
            rows = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
            insert_rows(connection, table, columns, rows)


def _checked_manifest(archive: zipfile.ZipFile, backup: Path) -> dict[str, Any]:
    said = archive.read("manifest.json")
    pem = archive.read("key.pem")
    if not verify_signature(pem, said, archive.read("manifest.sig")):
        raise IntegrityError("the signature of the backup does not hold", where=str(backup))
    manifest: dict[str, Any] = json.loads(said)
    if manifest.get("format") != FORMAT:
        raise InputError(f"a backup of the format {manifest.get('format')!r} is not read", where=str(backup))
    names = {f"{table.name}.parquet" for table in _kept_tables()}
    if set(manifest["files"]) != names:
        raise InputError("the backup has other tables than this version", where=str(backup))
    return manifest


def _kept_tables() -> list[Table]:
    return [table for table in tables.metadata.sorted_tables if table.name not in _LEFT_OUT]


def _schema(table: Table) -> pa.Schema:
    return pa.schema([pa.field(column.name, _type(column.type)) for column in table.columns])


def _type(kind: object) -> pa.DataType:
    for sql, arrow in _TYPES:
        if isinstance(kind, sql):
            return arrow
    return pa.large_string()


class _Hashing:
    """A stream to write to that hashes what goes through it."""

    closed = False

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._at = 0
        self.digest = sha256()

    def write(self, data: Any) -> int:
        taken = bytes(data)
        self.digest.update(taken)
        self._stream.write(taken)
        self._at += len(taken)
        return len(taken)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        """Nothing is held back here."""

    def close(self) -> None:
        """The member is closed by whoever opened it."""


_TYPES = (
    (LargeBinary, pa.large_binary()),
    (Boolean, pa.bool_()),
    (Float, pa.float64()),
    ((BigInteger, Integer, SmallInteger), pa.int64()),
)
