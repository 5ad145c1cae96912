"""What is left of an erasure in the files of the database: free pages, dead rows, the log of writes, values sampled.

An erasure notes in its own transaction that it has remnants. They are overwritten after it: SQLite builds its file anew
(``VACUUM``) and empties its log; PostgreSQL builds the tables and what it knows of their values anew (``VACUUM FULL``).
Either is whole or was not done, whenever it is killed; the note goes last, so that the next start does it again.
PostgreSQL's write-ahead log, its archives and the server's logs are out of reach here.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, select
from sqlalchemy.exc import DBAPIError

from opencwc.casebook.tables import metadata, remnant
from opencwc.confining.leased_folders import remove_left_folders
from opencwc.errors import SettingsError, StorageError
from opencwc.settings import load_settings

OVERWRITE_SECONDS = 600.0
"""How long an erasure may keep others from writing while its remnants go (``OPENCWC_OVERWRITE_SECONDS``)."""


def note_remnants(connection: Connection, erasure: int, at: str) -> None:
    """Note that an erasure, named by the number of its record, has remnants."""
    connection.execute(remnant.insert(), {"seq": erasure, "at": at})


def has_remnants(engine: Engine) -> bool:
    """Tell whether an erasure was not finished."""
    with engine.connect() as connection:
        return connection.execute(select(remnant.c.seq).limit(1)).first() is not None


def overwrite_remnants(engine: Engine, wait: float) -> None:
    """Overwrite what is left of erasures, waiting up to some seconds for others to let go of the database.

    Raises:
        StorageError: there is no room, no right or not enough time for it, or another process does it now. What the
            driver itself raises is left to the caller to tell.

    """
    until = time.monotonic() + wait
    _remove_left_copies(engine)
    try:
        if engine.dialect.name == "sqlite":
            _rebuild_file(engine, until)
        else:
            _rebuild_tables(engine, until)
    except (sqlite3.OperationalError, DBAPIError) as error:
        if any(sign in str(error) for sign in _OUT_OF_TIME):
            raise StorageError("overwriting_took_too_long", where=_shown(engine)) from error
        raise


def overwrite_seconds() -> float:
    """Return how long to overwrite at most: ``OPENCWC_OVERWRITE_SECONDS``, or `OVERWRITE_SECONDS`."""
    text = os.environ.get("OPENCWC_OVERWRITE_SECONDS", "")
    try:
        seconds = float(text) if text else OVERWRITE_SECONDS
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 86_400:
        raise SettingsError("overwrite_seconds_not_valid", where="OPENCWC_OVERWRITE_SECONDS", text=text)
    return seconds


def _remove_left_copies(engine: Engine) -> None:
    """Remove what killed processes left: folders of jobs, and copies of the casebook half restored or backed up."""
    remove_left_folders()
    folder, name = load_settings().folder, ""
    if engine.dialect.name == "sqlite" and engine.url.database:
        folder, name = Path(engine.url.database).parent, Path(engine.url.database).name
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.name.startswith(".opencwc-") and path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif name and path.name.startswith(f".{name}.") and ".restoring" in path.name:
            path.unlink(missing_ok=True)


# --------------------------------------------------------------------------------------------------------- SQLite


def _rebuild_file(engine: Engine, until: float) -> None:
    file = Path(str(engine.url.database))
    _require_room(file)
    raw = engine.raw_connection()
    raw.detach()
    with closing(raw):
        database: Any = raw.dbapi_connection
        database.isolation_level = None  # SQLAlchemy may have had it begin transactions by itself
        database.execute(f"PRAGMA busy_timeout={_milliseconds(until)}")
        database.execute("PRAGMA secure_delete=ON")
        _put_temporary_files_beside(database, file.parent)
        ends = time.monotonic() + overwrite_seconds()
        database.set_progress_handler(lambda: time.monotonic() > ends, _STEPS)
        database.execute("VACUUM")
        database.set_progress_handler(None, 0)
        _empty_log(database, file, until)
        database.execute("DELETE FROM remnant")


def _require_room(file: Path) -> None:
    """Raise where the disk has no room for the new file twice: as it is built, and in the log."""
    needed = 2 * file.stat().st_size + _SPARE
    free = shutil.disk_usage(file.parent).free
    if free < needed:
        raise StorageError("overwriting_needs_room", where=str(file.parent), needed=_mega(needed), free=_mega(free))


def _put_temporary_files_beside(database: Any, folder: Path) -> None:
    """Have the new file built on the casebook's own disk, in a file without a name; in memory where it cannot be."""
    quoted = str(folder).replace("'", "''")
    database.execute(f"PRAGMA temp_store_directory='{quoted}'")
    (set_to,) = database.execute("PRAGMA temp_store_directory").fetchone() or ("",)
    if set_to == str(folder):
        database.execute("PRAGMA temp_store=FILE")


def _empty_log(database: Any, file: Path, until: float) -> None:
    """Bring the log into the file and cut it to nothing; who reads an older state is waited for."""
    while True:
        (busy, *_) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy:
            return
        if time.monotonic() > until:
            raise StorageError("casebook_busy", where=str(file))
        time.sleep(_PAUSE)


# ----------------------------------------------------------------------------------------------------- PostgreSQL


def _rebuild_tables(engine: Engine, until: float) -> None:
    with engine.connect() as pooled:
        pooled.connection.rollback()  # the pool's question whether the server is there has begun a transaction
        connection = pooled.execution_options(isolation_level="AUTOCOMMIT")
        try:
            _rebuild_tables_over(connection, engine, until)
        finally:
            connection.invalidate()  # its limits and its lock go with it


def _rebuild_tables_over(connection: Connection, engine: Engine, until: float) -> None:
    if not connection.exec_driver_sql(_OWNS).scalar_one():
        raise StorageError("overwriting_needs_owner", where=_shown(engine))
    patience = max(until, time.monotonic() + _PATIENCE)
    while not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_OVERWRITING})").scalar_one():
        if time.monotonic() > patience:
            raise StorageError("casebook_busy", where=_shown(engine))
        time.sleep(_PAUSE)
    connection.exec_driver_sql(f"SET lock_timeout = {_milliseconds(until)}")
    connection.exec_driver_sql(f"SET statement_timeout = {int(overwrite_seconds() * 1000)}")
    _wait_for_older_readers(connection, engine, until)
    for table in metadata.sorted_tables:
        connection.exec_driver_sql(f'VACUUM (FULL, ANALYZE) "{table.name}"')
    # What was sampled of the values for the planner was sampled anew; the old sample is a dead row.
    connection.exec_driver_sql("VACUUM (FULL) pg_catalog.pg_statistic")
    connection.execute(delete(remnant))


def _wait_for_older_readers(connection: Connection, engine: Engine, until: float) -> None:
    """Wait for who still sees what was before: for them PostgreSQL keeps dead rows, even in a table built anew."""
    now = connection.exec_driver_sql("SELECT pg_current_xact_id()::xid::text").scalar_one()
    older = _OLDER.format(now=int(now))
    while connection.exec_driver_sql(older).scalar_one():
        if time.monotonic() > until:
            raise StorageError("casebook_busy", where=_shown(engine))
        time.sleep(_PAUSE)


def _shown(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def _milliseconds(until: float) -> int:
    return max(1, int((until - time.monotonic()) * 1000))


def _mega(size: int) -> int:
    return -(-size // 1_000_000)


_PAUSE = 0.02
_PATIENCE = 2.0
"""Seconds that the server may take to notice that who held the lock is gone."""
_OUT_OF_TIME = ("interrupted", "statement timeout")
_STEPS = 20_000
"""Steps of SQLite's machine between two looks at the clock."""
_SPARE = 16_000_000
_OVERWRITING = 0x43574332  # PostgreSQL's advisory lock of who overwrites remnants: "CWC2"
_OWNS = (
    "SELECT pg_has_role(current_user, datdba, 'USAGE') AND pg_has_role(current_user, relowner, 'USAGE') "
    "FROM pg_database, pg_class WHERE datname = current_database() AND pg_class.oid = 'record'::regclass"
)
_OLDER = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_xmin IS NOT NULL AND age(backend_xmin) > age('{now}'::xid)"
)
