"""Whether a casebook can be written now: its disks have room, and a write that leaves nothing behind is taken."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from opencwc.casebook.database import Casebook, lock_seconds, told
from opencwc.casebook.tables import answered_key
from opencwc.errors import StorageError

LEAST_ROOM = 16_000_000
"""How many bytes must be free where the casebook and its log lie: what one block of findings may take."""


def require_writable(book: Casebook) -> None:
    """Raise `StorageError` where nothing can be written now; that another writer is at work is no such case."""
    folders = [book.log.folder]
    if book.dialect == "sqlite" and book.engine.url.database:
        folders.append(Path(book.engine.url.database).absolute().parent)
    with told(book.engine):
        full = [folder for folder in folders if shutil.disk_usage(folder).free < LEAST_ROOM]
    if full:
        raise StorageError("disk_full", where=str(full[0]))
    try:
        with _at_once(book) as connection:
            row = {"person": "", "key": "", "request": "", "status": 0, "body": "", "at": ""}
            connection.execute(answered_key.insert(), row)
            connection.execute(answered_key.delete().where(answered_key.c.person == ""))
    except StorageError as error:
        if error.code != "casebook_busy":
            raise


@contextmanager
def _at_once(book: Casebook) -> Iterator[Connection]:
    """Give a connection that writes, and that waits for no other writer in SQLite."""
    with told(book.engine), book.engine.connect() as connection:
        waits = book.dialect == "sqlite"
        driver = connection.connection
        if waits:
            driver.cursor().execute("PRAGMA busy_timeout = 0")
        try:
            prepared = connection.execution_options(begin="BEGIN IMMEDIATE")
            with prepared.begin():
                yield prepared
        finally:
            if waits:
                driver.cursor().execute(f"PRAGMA busy_timeout = {int(1000 * lock_seconds())}")
