"""The whole casebook into one file and back, from either database into either.

A backup is a ZIP file with a Parquet file for each table, read in one transaction, and a signed manifest of their
hashes. Sessions are not in it: who was signed in is no matter of record. It holds everything that the casebook holds;
give recipients, and it is encrypted to them (`opencwc.casebook.encryption`).
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, Table, select
from sqlalchemy.engine import URL

from opencwc.casebook import tables
from opencwc.casebook.bulk import insert_rows
from opencwc.casebook.bundle_writer import HashingStream
from opencwc.casebook.casebook_verifier import Verification, verify_all
from opencwc.casebook.chain import canonical
from opencwc.casebook.checkpoint_log import CheckpointLog
from opencwc.casebook.database import Casebook, casebook_url, open_casebook
from opencwc.casebook.durable_files import sync_folder
from opencwc.casebook.encryption import decrypt_into, written_for
from opencwc.casebook.former_names import FORMER_VERBS, FORMER_VERDICTS
from opencwc.casebook.model import Person
from opencwc.casebook.permissions import require
from opencwc.casebook.signing import Signer, fingerprint_of, verify_signature
from opencwc.casebook.transaction import now
from opencwc.casebook.unit_keys import count_units
from opencwc.errors import ConflictError, InputError, IntegrityError, OutputError
from opencwc.files.zip_damage import ZIP_DAMAGED
from opencwc.settings import load_settings
from opencwc.version import __version__

FORMAT = "opencwc-backup-1"
_LEFT_OUT = ("session", "answered_key", "remnant")
_NEWER = (
    "submission", "submission_version", "submission_step", "declarant", "register_version", "register_change",
    "register_submission",
    "anchor", "saved_watch", "custody_step", "picture_look", "unit", "bulk_decision",
    "feed", "feed_fetch", "feed_look",
)  # fmt: skip
"""Tables that a backup of an earlier version does not have: they are empty then."""
_NEWER_COLUMNS: dict[str, dict[str, Any]] = {
    "casebook": {"logged_from": 0, "tree": b""},
    "finding": {"unit": 0, "share": None},
}
"""Columns that a backup of an earlier version does not have, and what they hold then."""
_ROWS = 20_000
_PARTS = 50
_ENCRYPTED = b"age-encryption.org/"
_LEAST_MEMBERS = ("manifest.json", "manifest.sig", "key.pem")
_LARGEST_MANIFEST = 1 << 20


def back_up(
    book: Casebook, target: Path, recipients: Sequence[str] = (), *, person: Person | None = None
) -> dict[str, Any]:
    """Write a backup to a file, whole or not at all, and return its manifest.

    ``person`` is who asks for it; ``None`` is the console, which can read the database anyway.

    Raises:
        NotAllowedError: the role does not allow it.
        OutputError: the file cannot be written; nothing is left behind.

    """
    if person is not None:
        require(person, "backup")
    return _write(book, target, recipients)


def restore_into(
    url: str | Path,
    backup: Path,
    identity: Path | None = None,
    *,
    lost: bool = False,
    signer: Signer | None = None,
) -> Verification:
    """Make a casebook from a backup at a path or URL where there is none yet, or an empty one, and verify it.

    A new SQLite file stands at its path once it is complete; into what is there already, all is written in one
    transaction. ``identity`` opens an encrypted backup. ``lost`` says that the casebook of the backup is lost and this
    one takes its place: without it nothing is restored beside a casebook that was signed for with the same settings.

    Raises:
        ConflictError: the casebook holds something already, or it may go on elsewhere.
        InputError: the file is no backup, is cut short, or is one of another format.
        IntegrityError: a table is not what the manifest says, the manifest's signature does not hold, or the casebook
            that was backed up did not fit then (it is restored as it was all the same).

    """
    place = casebook_url(str(url))
    address = place.render_as_string(hide_password=False)
    with _opened(place, backup, identity) as archive:
        if not lost:
            _see_that_it_is_alone(archive)
        if place.get_backend_name() == "sqlite" and place.database and not Path(place.database).exists():
            _restore_new_file(archive, Path(place.database), signer)
        else:
            with closing(open_casebook(address, signer=signer, pin=False)) as book:
                _fill(book, archive)
    with closing(open_casebook(address, signer=signer, create=False, pin=False)) as book:
        book.pins.add(book.id, [book.signer.fingerprint], "restored", now())
        verification = verify_all(book)
    if verification.first is not None:
        raise IntegrityError(
            "restored_casebook_does_not_fit",
            where=f"record {verification.first.seq}" if verification.first.seq else str(backup),
            reason=str(verification.first.what),
        )
    return verification


def _see_that_it_is_alone(archive: _Archive) -> None:
    """Refuse a casebook that the log beside the key knows: two that write on after one record verify neither."""
    log = CheckpointLog(load_settings().folder / "keys")
    if known := log.last_number(archive.manifest["casebook"]):
        raise ConflictError("casebook_may_go_on_elsewhere", where=str(log.path), checkpoint=known)


def _restore_new_file(archive: _Archive, file: Path, signer: Signer | None) -> None:
    """Fill a file beside the target and put it in its place once it is complete."""
    coming = file.with_name(f".{file.name}.{secrets.token_hex(4)}.restoring")
    try:
        with closing(open_casebook(coming, signer=signer, pin=False)) as book:
            _fill(book, archive)
        os.link(coming, file)  # unlike a rename, it does not replace what somebody else made meanwhile
        sync_folder(file.parent)
    except FileExistsError as error:
        raise _not_empty() from error
    except OSError as error:
        raise OutputError("casebook_cannot_be_put_there", where=str(file), reason=str(error.strerror)) from error
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            coming.with_name(coming.name + ending).unlink(missing_ok=True)


def _fill(book: Casebook, archive: _Archive) -> None:
    with book.writing("console") as writer:
        connection = writer.connection
        if writer.seq > 1 or connection.execute(select(tables.person.c.id).limit(1)).first():
            raise _not_empty()
        for table in reversed(_kept_tables()):
            connection.execute(table.delete())
        for table in archive.tables:
            archive.copy_into(connection, table)
        if tables.unit not in archive.tables:
            count_units(connection)
        head = connection.execute(select(tables.casebook)).mappings().one()
        if archive.manifest["head"] != {"seq": head["seq"], "link": bytes(head["link"]).hex()}:
            raise IntegrityError("chain_head_differs")
        # The writer goes on where the backup ended: what it was restored from is the next record of the same chain.
        writer.stand_at(head)
        writer.restored = True
        writer.record("restored", {name: archive.manifest[name] for name in ("made_at", "head", "key")})
        if writer.logged_from:  # the log beside this key may be another one: it has every checkpoint from here on
            writer.logged_from = writer.seq


def _not_empty() -> ConflictError:
    return ConflictError("casebook_not_empty")


def _write(book: Casebook, target: Path, recipients: Sequence[str]) -> dict[str, Any]:
    files: dict[str, str] = {}
    counts: dict[str, int] = {}
    with written_for(target, recipients) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        with book.reading_contents() as connection:
            head = connection.execute(select(tables.casebook)).mappings().one()
            for table in _kept_tables():
                name = f"{table.name}.parquet"
                with archive.open(name, "w", force_zip64=True) as member:
                    hashing = HashingStream(member)
                    counts[table.name] = _write_table(connection, table, hashing)
                files[name] = hashing.digest.hexdigest()
        manifest = {
            "format": FORMAT, "version": __version__, "casebook": head["id"], "made_at": now(),
            "head": {"seq": head["seq"], "link": bytes(head["link"]).hex()}, "files": files, "rows": counts,
            "key": book.signer.fingerprint,
        }  # fmt: skip
        manifest_text = canonical(manifest).encode()
        archive.writestr("manifest.json", manifest_text)
        archive.writestr("manifest.sig", book.signer.sign(manifest_text))
        archive.writestr("key.pem", book.signer.public_pem())
    return manifest


def _write_table(connection: Connection, table: Table, stream: HashingStream) -> int:
    schema = _schema(table)
    rows = 0
    with pq.ParquetWriter(pa.PythonFile(stream, mode="w"), schema, compression="zstd") as writer:
        for chunk in _chunks(connection, table):
            columns = [list(column) for column in zip(*chunk, strict=True)]
            writer.write_table(pa.Table.from_arrays(list(map(pa.array, columns, schema.types)), schema=schema))
            rows += len(chunk)
    return rows


def _chunks(connection: Connection, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    size = _rows_at_once(table)
    streaming = connection.execution_options(stream_results=True, yield_per=size)
    result = streaming.execute(select(table).order_by(*table.primary_key.columns))
    for chunk in result.partitions(size):
        yield [tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row) for row in chunk]


def _rows_at_once(table: Table) -> int:
    """Return how many rows of a table are held at a time; a row of ``source_part`` has up to a megabyte."""
    return _PARTS if table is tables.source_part else _ROWS


class _Archive:
    """An opened backup whose manifest and hashes hold."""

    def __init__(self, file: IO[bytes], shown: Path) -> None:
        self._zip, self._shown = zipfile.ZipFile(file), shown
        self.manifest = self._checked_manifest()
        for table in self.tables:
            name = f"{table.name}.parquet"
            digest = sha256()
            with self._zip.open(name) as member:
                while part := member.read(1 << 20):
                    digest.update(part)
            if digest.hexdigest() != self.manifest["files"][name]:
                raise IntegrityError("backup_part_differs", where=str(shown), part=name)

    @property
    def tables(self) -> list[Table]:
        """The tables that it has, which are all but those of later versions."""
        return [table for table in _kept_tables() if f"{table.name}.parquet" in self.manifest["files"]]

    def copy_into(self, connection: Connection, table: Table) -> None:
        """Insert the rows of a table."""
        name = f"{table.name}.parquet"
        rows = 0
        file = pq.ParquetFile(self._stored(name))
        schema, newer = _schema(table), _NEWER_COLUMNS.get(table.name, {})
        without = pa.schema([field for field in schema if field.name not in newer])
        if not any(map(file.schema_arrow.equals, (schema, without, _former_schema(without)))):
            raise InputError(
                "backup_has_other_columns", where=str(self._shown), table=name, version=self.manifest["version"]
            )
        for batch in file.iter_batches(_rows_at_once(table)):
            held = batch.to_pydict()
            held |= {column: [value] * batch.num_rows for column, value in newer.items() if column not in held}
            values = [_named(column, held[column]) for column in schema.names]
            insert_rows(connection, table, schema.names, list(zip(*values, strict=True)))
            rows += batch.num_rows
        if rows != self.manifest["rows"][table.name]:
            raise IntegrityError("backup_row_count_differs", where=str(self._shown), table=name)

    def _checked_manifest(self) -> dict[str, Any]:
        for name in _LEAST_MEMBERS:
            if self._zip.getinfo(name).file_size > _LARGEST_MANIFEST:
                raise InputError("backup_part_too_large", where=str(self._shown), part=name)
        manifest_text, signature, pem = (self._zip.read(name) for name in _LEAST_MEMBERS)
        manifest: dict[str, Any] = json.loads(manifest_text)
        if manifest["format"] != FORMAT:
            raise InputError("backup_format_unknown", where=str(self._shown), format=manifest["format"], known=FORMAT)
        if manifest["key"] != fingerprint_of(pem) or not verify_signature(pem, manifest_text, signature):
            raise IntegrityError("backup_signature_does_not_hold", where=str(self._shown))
        every = {f"{table.name}.parquet" for table in _kept_tables()}
        if not every - {f"{name}.parquet" for name in _NEWER} <= set(manifest["files"]) <= every:
            raise InputError("backup_has_other_tables", where=str(self._shown), version=manifest["version"])
        return manifest

    def _stored(self, name: str) -> IO[bytes]:
        """Return a member as a file; one that is stored as it is can be sought in."""
        if self._zip.getinfo(name).compress_type != zipfile.ZIP_STORED:
            raise InputError("backup_part_packed_otherwise", where=str(self._shown), part=name)
        return self._zip.open(name)


@contextmanager
def _opened(place: URL, backup: Path, identity: Path | None) -> Iterator[_Archive]:
    """Give a backup, decrypted where an identity is named, to restore at a place."""
    with _plain(place, backup, identity) as file, _read(file, backup) as archive:
        yield archive


@contextmanager
def _plain(place: URL, backup: Path, identity: Path | None) -> Iterator[IO[bytes]]:
    """Give the bytes of a backup; what was decrypted lies where the casebook will, in a file without a name."""
    with ExitStack() as opened:
        if identity is None:
            try:
                file: IO[bytes] = opened.enter_context(backup.open("rb"))
            except OSError as error:
                raise _unreadable(backup, error) from error
        else:
            file = opened.enter_context(_nameless_file(place))
            decrypt_into(backup, file, identity)
        yield file


def _unreadable(backup: Path, error: OSError) -> InputError:
    return InputError("backup_unreadable", where=str(backup), reason=str(error.strerror))


@contextmanager
def _read(file: IO[bytes], shown: Path) -> Iterator[_Archive]:
    try:
        file.seek(0)
        if file.read(len(_ENCRYPTED)) == _ENCRYPTED:
            raise InputError("backup_encrypted", where=str(shown))
        yield _Archive(file, shown)
    except OSError as error:
        raise _unreadable(shown, error) from error
    except (*ZIP_DAMAGED, KeyError, TypeError, ValueError) as error:
        raise InputError("not_a_backup", where=str(shown), reason=str(error)) from error
    except pa.ArrowException as error:
        raise InputError("backup_damaged", where=str(shown), reason=str(error)) from error


def _nameless_file(place: URL) -> IO[bytes]:
    """Return a file on the disk where the casebook lies (of a server: where its key lies), gone with this process."""
    own = Path(place.database).parent if place.get_backend_name() == "sqlite" and place.database else None
    beside = own or load_settings().folder
    try:
        beside.mkdir(mode=0o700, parents=True, exist_ok=True)
        return tempfile.TemporaryFile(prefix=".opencwc-", dir=beside)
    except OSError as error:
        raise OutputError("folder_not_writable", where=str(beside), reason=str(error.strerror)) from error


def _kept_tables() -> list[Table]:
    return [table for table in tables.metadata.sorted_tables if table.name not in _LEFT_OUT]


def _former_schema(schema: pa.Schema) -> pa.Schema:
    """Return the schema under which the first version wrote a table: a verdict was its place in an order."""
    fields = [pa.field("verdict", pa.int64()) if field.name == "verdict" else field for field in schema]
    return pa.schema(fields)


def _named(column: str, values: list[Any]) -> list[Any]:
    """Return the values of a column, with the names of today for verdicts and verbs of the first version."""
    if column == "verdict":
        return [FORMER_VERDICTS[value] if isinstance(value, int) else value for value in values]
    return [FORMER_VERBS.get(value, value) for value in values] if column == "verb" else values


def _schema(table: Table) -> pa.Schema:
    return pa.schema([pa.field(column.name, _TYPES[column.type.python_type]) for column in table.columns])


_TYPES = {
    str: pa.large_string(), bytes: pa.large_binary(), bool: pa.bool_(), float: pa.float64(), int: pa.int64(),
}  # fmt: skip
