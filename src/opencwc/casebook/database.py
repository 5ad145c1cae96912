"""Where the casebook lies and how it is opened: SQLite in one file by habit, PostgreSQL by its URL.

Every failure of the database becomes a `StorageError` that says what to do; a transaction that failed left nothing.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from opencwc.casebook import tables
from opencwc.casebook.chain import FIRST_LINK
from opencwc.casebook.contents import OPTION, guard_contents
from opencwc.casebook.read_sinks import AuditReads, audit_reads_of
from opencwc.casebook.turns import SharedTransactions, Turns
from opencwc.errors import IntegrityError, NotFoundError, SettingsError, StorageError
from opencwc.settings import data_folder, load_settings

if TYPE_CHECKING:
    from opencwc.casebook.checkpoint_log import CheckpointLog
    from opencwc.casebook.pinned_keys import Pin, PinnedKeys
    from opencwc.casebook.signing import Signer
    from opencwc.casebook.transaction import Works, Writer

T = TypeVar("T")
_LOG = logging.getLogger("opencwc.casebook")
LOCK_SECONDS = 15.0
"""How long a writer waits for another one before it says that the casebook is locked (``OPENCWC_LOCK_SECONDS``)."""


@dataclass(frozen=True)
class Casebook:
    """An opened casebook: its engine, and the key that signs each transaction's checkpoint with the log beside it.

    ``pins`` are the keys that the house knows for its own; ``newly_pinned`` became so when it was opened.
    ``audit`` says which reads are recorded, and where.
    """

    engine: Engine
    signer: Signer
    log: CheckpointLog
    pins: PinnedKeys
    audit: AuditReads = field(default_factory=AuditReads)
    newly_pinned: tuple[Pin, ...] = ()
    _shared: SharedTransactions[Works] = field(
        default_factory=SharedTransactions, init=False, repr=False, compare=False
    )

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a connection on which all reads see one state; raise `StorageError` where there is none.

        Contents (`opencwc.casebook.contents`) are not read on it: who gives them to a person reads them in
        `opencwc.casebook.read_records.giving`.
        """
        return self._reading(told_of=False)

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """Give a connection for one statement that reads no contents, which needs no transaction around it."""
        with told(self.engine), self.engine.connect() as connection:
            yield connection.execution_options(**{OPTION: False}, begin="")

    def reading_contents(self, told_of: set[str] | None = None) -> AbstractContextManager[Connection]:
        """Give a connection on which contents are read that nobody is given, as the worker and `verify` read them.

        ``told_of`` takes the names of the tables whose contents are read.
        """
        return self._reading(told_of=told_of)

    @contextmanager
    def _reading(self, *, told_of: set[str] | bool | None) -> Iterator[Connection]:
        with told(self.engine), self.engine.connect() as connection:
            connection.execution_options(**{OPTION: told_of})
            if self.dialect == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self, actor: str, *, log_is_lost: bool = False) -> Iterator[Writer]:
        """Give the one writer of the chain; all it wrote is committed and signed together, or nothing is.

        ``log_is_lost`` says that it writes although the log beside the key lacks checkpoints.
        """
        with self._transaction(log_is_lost=log_is_lost) as works, works.next(actor) as writer:
            yield writer

    def write(self, actor: str, work: Callable[[Writer], T]) -> T:
        """Do a piece of work as in `writing`, and return what it returns.

        On SQLite it shares a transaction, a checkpoint and a line of the log with the work of other threads that waited
        for their turn meanwhile; where it fails, it is undone alone.
        """
        if self.dialect != "sqlite":
            with self.writing(actor) as writer:
                return work(writer)

        def do(works: Works) -> T:
            with told(self.engine), works.next(actor) as writer:
                return work(writer)

        return self._shared.do(self._shared_transaction, do)

    @contextmanager
    def _shared_transaction(self) -> Iterator[tuple[Connection, Works]]:
        with self._transaction() as works:
            yield works.connection, works

    @contextmanager
    def _transaction(self, *, log_is_lost: bool = False) -> Iterator[Works]:
        """Lock the head of the chain for what is written one after the other, then sign it, log it and commit it."""
        from opencwc.casebook.checkpoint_log import LoggedCheckpoint
        from opencwc.casebook.transaction import Works, Writer

        # The turn first: who waits for it holds no connection that a reader could use.
        with (
            told(self.engine), turn_of_writer(self.engine), self.engine.connect() as connection, ExitStack() as logged,
        ):  # fmt: skip
            prepared = connection.execution_options(begin="BEGIN IMMEDIATE")
            if self.dialect == "postgresql":
                prepared = prepared.execution_options(isolation_level="READ COMMITTED")
            with prepared.begin():
                works = Works(Writer.at_head(prepared, "", self.signer, self.log.wait))
                self._hold_against_log(works.last, log_is_lost=log_is_lost)
                yield works
                checkpoint = works.close()
                if checkpoint is not None:
                    # Held from before the commit until after it: lines of several processes stand in commit order.
                    entry = LoggedCheckpoint(*checkpoint, restored=works.last.restored)
                    logged.enter_context(self.log.locked(entry))

    def _hold_against_log(self, writer: Writer, *, log_is_lost: bool) -> None:
        """Settle what a writer left pending that died, and see that the log knows the head, no more and no less."""
        known = self.log.last_number(writer.casebook_id)
        if known != writer.number:
            known = self.log.settle(writer.casebook_id, writer.has_checkpoint)
        if known > writer.number:
            raise IntegrityError("casebook_put_back", where=shown(self.engine.url))
        if known < writer.number and writer.logged_from and not log_is_lost:
            raise IntegrityError(
                "checkpoint_log_lacks_checkpoints", where=str(self.log.path), last=known, number=writer.number
            )

    @property
    def id(self) -> str:
        """The casebook's own id, which every checkpoint names."""
        with self.reading() as connection:
            return str(connection.execute(select(tables.casebook.c.id)).scalar_one())

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def open_casebook(
    url: str | Path = "", *, signer: Signer | None = None, create: bool = True, pin: bool = True
) -> Casebook:
    """Open the casebook at a path or URL, or where the settings say; make it where it is not there yet.

    Where no key of it is pinned yet and the key in use signed its last checkpoint, that key is pinned (``pin``).

    Raises:
        NotFoundError: there is none, and ``create`` is false.
        SettingsError: the URL has no meaning, or the casebook was made by another version of OpenCWC.
        StorageError: the database cannot be reached, read or written.

    """
    from opencwc.casebook.checkpoint_log import CheckpointLog
    from opencwc.casebook.migration import state_of
    from opencwc.casebook.pinned_keys import PinnedKeys
    from opencwc.casebook.signing import KEY_FILE, key_setting, open_signer

    settings = load_settings()
    place = casebook_url(str(url))
    file = Path(place.database) if place.get_backend_name() == "sqlite" and place.database else None
    if file is not None:
        if not create and not file.exists():
            raise NotFoundError("no_casebook_yet", where=str(file))
        _make_private_folder(file.parent)
        if create:
            _make_private_file(file)
    engine = make_engine(place)
    keys = settings.folder / "keys"
    written = settings.sections.get("casebook", {})
    if unknown := sorted(set(written) - _SETTINGS):
        raise SettingsError("casebook_setting_unknown", where="opencwc.toml", setting=unknown[0])
    with told(engine):
        state = state_of(engine)
    if signer is None:
        named = key_setting(settings)
        if not named and not (keys / KEY_FILE).exists() and state == "current" and _is_begun(engine):
            raise SettingsError("signing_key_not_here", where=str(keys / KEY_FILE))
        signer = open_signer(named, keys)
    if state == "none":
        if not create:
            raise NotFoundError("no_casebook_yet", where=shown(place))
        _make_tables(engine)
    elif state != "current":
        raise SettingsError("casebook_of_another_version", where=shown(place))
    if file is not None and os.name == "posix" and file.stat().st_uid == os.getuid() and file.stat().st_mode & 0o077:
        with suppress(OSError):  # on a read-only medium it stays as it is
            file.chmod(0o600)
    log, pins = CheckpointLog(keys, lock_seconds()), PinnedKeys.of_settings(settings)
    book = Casebook(engine, signer, log, pins, audit_reads_of(written, os.environ))
    _begin_or_settle(book)
    finish_erasures(book, wait=0.0)
    return replace(book, newly_pinned=_pin_key_in_use(book)) if pin else book


def _pin_key_in_use(book: Casebook) -> tuple[Pin, ...]:
    """Pin the key in use for a casebook that has no pin yet, where it signed the last checkpoint.

    A key before it is not pinned: anybody who may write to the database can put one there. What cannot be read or
    written stays as it is: `opencwc case verify` tells then that nobody vouches.
    """
    from opencwc.casebook.transaction import now

    with suppress(SettingsError, StorageError):
        if book.pins.of(book.id):
            return ()
        with book.reading() as connection:
            head = connection.execute(select(tables.casebook)).mappings().one()
            signed = tables.checkpoint.c
            last = connection.execute(select(signed.key).where(signed.number == head["checkpoint"])).scalar()
        if last == book.signer.fingerprint:
            because = "made" if head["seq"] == 1 else "first_use"
            return book.pins.add(head["id"], [last], because, now())
    return ()


def finish_erasures(book: Casebook, wait: float | None = None) -> StorageError | None:
    """Overwrite what erasures left in the database's files, and return what stood against it, if anything did.

    ``wait`` is for how many seconds others may keep the database: as long as a writer waits, where none is given.
    """
    from opencwc.casebook.remnants import has_remnants, overwrite_remnants

    try:
        with told(book.engine):
            if has_remnants(book.engine):
                overwrite_remnants(book.engine, lock_seconds() if wait is None else wait)
    except StorageError as error:
        _LOG.warning("an erasure is not finished", extra={"state": error.code})
        unfinished = _UNFINISHED.get(error.code)
        return StorageError(unfinished, where=error.where) if unfinished else error
    return None


def _make_tables(engine: Engine) -> None:
    """Bring the tables to this version's, whatever somebody else made of them meanwhile."""
    from opencwc.casebook.migration import bring_up_to_date

    with told(engine), _one_maker(engine):
        bring_up_to_date(engine)
        _make_first_row(engine)


def _begin_or_settle(book: Casebook) -> None:
    """Write the first record, or settle what writers left pending in the log that died."""
    if not _is_begun(book.engine):
        _begin_record(book)
    elif book.log.has_abandoned():
        with suppress(StorageError):  # where nothing can be written, the next writer does it
            _settle_log(book)


def _begin_record(book: Casebook) -> None:
    """Write the first record, unless another process wrote it meanwhile."""
    with book.writing("console") as writer:
        if writer.seq == 0:
            # Who could change the sampling key could choose what is checked again: its hash stands in the record.
            sampling = sha256(writer.sampling_key).hexdigest()
            # ``logged``: from here on the log beside the key has every checkpoint, and a gap in it is a fault.
            writer.record("casebook_made", {"casebook": writer.casebook_id, "sampling": sampling, "logged": True})
            writer.logged_from = writer.seq


def _settle_log(book: Casebook) -> None:
    """Settle pending lines with the head locked, so that no transaction is under way."""
    from opencwc.casebook.transaction import Writer

    with changing(book.engine) as connection:
        writer = Writer.at_head(connection, "console", book.signer, book.log.wait)
        book.log.settle(writer.casebook_id, writer.has_checkpoint)


def casebook_url(asked: str) -> URL:
    """Return where the casebook is: what was asked for, ``OPENCWC_CASEBOOK``, the settings, or the habit.

    >>> casebook_url("postgresql://books/cwc").drivername
    'postgresql+pg8000'
    """
    settings = load_settings()
    text = asked or os.environ.get("OPENCWC_CASEBOOK") or str(settings.sections.get("casebook", {}).get("url", ""))
    if not text:
        text = str(data_folder() / "casebook.db")
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser().absolute()))
    try:
        url = make_url(text)
        backend = url.get_backend_name()
    except (ArgumentError, SQLAlchemyError, ValueError) as error:
        raise SettingsError("casebook_address_not_valid") from error
    if backend not in ("sqlite", "postgresql"):
        raise SettingsError("casebook_backend_unknown", backend=backend)
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+pg8000")
    if backend == "postgresql" and not url.password and (file := os.environ.get("OPENCWC_CASEBOOK_PASSWORD_FILE")):
        try:
            url = url.set(password=Path(file).read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                "database_password_unreadable", where="OPENCWC_CASEBOOK_PASSWORD_FILE", reason=str(error)
            ) from error
    return url


def casebook_is_there() -> bool:
    """Tell whether there is a casebook where one would be opened; one on a server is taken to be there."""
    url = casebook_url("")
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


def lock_seconds() -> float:
    """Return how long to wait for another writer: ``OPENCWC_LOCK_SECONDS``, or `LOCK_SECONDS`."""
    text = os.environ.get("OPENCWC_LOCK_SECONDS", "")
    try:
        seconds = float(text) if text else LOCK_SECONDS
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise SettingsError("lock_seconds_not_valid", where="OPENCWC_LOCK_SECONDS", text=text)
    return seconds


def shown(url: URL) -> str:
    """Return an address without its password."""
    return url.render_as_string(hide_password=True)


def upgrade(url: str) -> None:
    """Bring the casebook at a place to this version's tables; one that was not there is made."""
    engine = make_engine(casebook_url(url))
    try:
        _make_tables(engine)
    finally:
        engine.dispose()


def make_engine(url: URL) -> Engine:
    """Return an engine whose transactions begin as we say, and on which contents are read only by who may."""
    engine = _engine_of(url)
    guard_contents(engine)
    return engine


def _engine_of(url: URL) -> Engine:
    """Return an engine with SQLite's write-ahead log and full durability, or one of a PostgreSQL server."""
    if url.get_backend_name() == "postgresql":
        plain, secured = _without_certificates(url)
        return create_engine(plain, pool_pre_ping=True, pool_size=8, max_overflow=16, connect_args=secured)
    how: dict[str, Any] = {"timeout": lock_seconds(), "check_same_thread": False}
    if url.database and _is_sealed(file := Path(url.database)):
        # SQLite would make its log beside the file even to read it; told that nobody writes, it needs none.
        unchanging = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
        engine = create_engine(url, creator=lambda: sqlite3.connect(unchanging, uri=True, **how))
    else:
        turns = {"turns": Turns(), "shared_changes": SharedTransactions[Connection]()}
        engine = create_engine(url, connect_args=how, execution_options=turns, pool_size=16, max_overflow=48)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            try:
                _set_up(connection, pragma)
            except Exception as error:  # a read-only file can still be read: only the journal cannot be changed
                if "readonly" not in str(error):
                    raise

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if words := connection.get_execution_options().get("begin", "BEGIN"):
            connection.exec_driver_sql(words)

    return engine


def _set_up(connection: Any, pragma: str) -> None:
    """Set how a connection works; while another one turns the journal, SQLite refuses at once instead of waiting."""
    until = monotonic() + lock_seconds()
    while True:
        try:
            connection.execute(f"PRAGMA {pragma}")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or monotonic() >= until:
                raise
            sleep(0.01)
        else:
            return


def _is_sealed(file: Path) -> bool:
    """Tell whether a casebook lies where nothing can be written, as on a read-only medium, and nobody has it open.

    Raises:
        StorageError: whoever had it open left a write-ahead log, without which an older state would be read.

    """
    if not os.access(file, os.R_OK) or os.access(file.parent, os.W_OK):
        return False
    log, shared = (file.with_name(file.name + ending) for ending in ("-wal", "-shm"))
    if shared.exists():  # somebody has it open: SQLite reads both
        return False
    if log.exists() and log.stat().st_size:
        raise StorageError("casebook_log_not_read", where=str(log))
    return True


def _is_begun(engine: Engine) -> bool:
    """Tell whether anything stands in the record already, signed by somebody's key."""
    with told(engine), engine.connect() as connection:
        return bool(connection.execute(select(tables.casebook.c.seq)).scalar_one_or_none())


def _without_certificates(url: URL) -> tuple[URL, dict[str, Any]]:
    """Take ``sslrootcert`` out of an address: the server must then show a certificate of these authorities, by name."""
    file = url.query.get("sslrootcert")
    if not file or url.get_driver_name() != "pg8000":
        return url, {}
    import ssl

    try:
        context = ssl.create_default_context(cafile=str(file))
    except (OSError, ssl.SSLError) as error:
        raise SettingsError("database_certificates_unreadable", where=str(file), reason=str(error)) from error
    return url.difference_update_query(["sslrootcert"]), {"ssl_context": context}


@contextmanager
def told(engine: Engine) -> Iterator[None]:
    """Turn a failure of the database into a `StorageError` that says what happened and what to do."""
    try:
        yield
    except DBAPIError as error:
        raise _storage_error(_said_by(error.orig), shown(engine.url)) from error
    except (SQLAlchemyError, OSError) as error:
        raise _storage_error(str(error), shown(engine.url)) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] in ("pg8000", "sqlite3", "psycopg"):
            raise _storage_error(_said_by(error), shown(engine.url)) from error
        raise


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """Give a connection for what does not stand in the record, in one transaction of one writer at a time."""
    with told(engine), turn_of_writer(engine), engine.connect() as connection:
        prepared = connection.execution_options(begin="BEGIN IMMEDIATE")
        with prepared.begin():
            yield prepared


def change_together(engine: Engine, change: Callable[[Connection], T]) -> T:
    """Make a small change as in `changing`, in one transaction with those that other threads ask for meanwhile.

    Each of them is made whole or not at all. SQLite only: where writers wait for one another, small changes would
    stand in the queue one by one.
    """
    shared: SharedTransactions[Connection] | None = engine.get_execution_options().get("shared_changes")
    if shared is None:
        with changing(engine) as connection:
            return change(connection)

    @contextmanager
    def begin() -> Iterator[tuple[Connection, Connection]]:
        with changing(engine) as connection:
            yield connection, connection

    def make(connection: Connection) -> T:
        with told(engine):
            return change(connection)

    return shared.do(begin, make)


@contextmanager
def turn_of_writer(engine: Engine) -> Iterator[None]:
    """Wait for the turn to write among the threads of this process, who come in the order in which they asked.

    SQLite only: a writer that finds the file locked sleeps and tries again, up to a tenth of a second at a time, and
    whoever comes by meanwhile is served before it. PostgreSQL has a queue of its own.
    """
    turns = engine.get_execution_options().get("turns")
    if turns is None:
        yield
        return
    with turns.next(lock_seconds()):
        yield


def _said_by(error: BaseException | None) -> str:
    """Return the driver's sentence: pg8000 gives the server's fields, of which ``M`` is the message.

    Where the server refuses a connection and closes it, pg8000 raises that it was closed in place of why.
    """
    cause = error
    while cause is not None:
        fields = cause.args[0] if cause.args else None
        if isinstance(fields, dict):
            return str(fields.get("M", fields))
        cause = cause.__context__
    return str(error)


def _storage_error(text: str, where: str) -> StorageError:
    low = text.lower()
    for sign, code in _KNOWN_FAILURES:
        if re.search(sign, low):
            return StorageError(code, where=where)
    return StorageError("casebook_unusable", where=where, reason=text[:300])


def _make_first_row(engine: Engine) -> None:
    row = {
        "one": 1, "id": str(uuid.uuid4()), "seq": 0, "link": FIRST_LINK, "checkpoint": 0, "findings": 0, "cases": 0,
        "runs": 0, "recheck_share": 0.0, "sampling_key": secrets.token_bytes(32), "logged_from": 0, "tree": b"",
    }  # fmt: skip
    with changing(engine) as connection:
        if connection.execute(select(tables.casebook.c.one)).first() is None:
            connection.execute(tables.casebook.insert(), row)


@contextmanager
def _one_maker(engine: Engine) -> Iterator[None]:
    """Let one process at a time make the tables: PostgreSQL would let two begin, and one fail (SQLite waits)."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect() as connection, connection.begin():
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(1, int(lock_seconds() * 1000))}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MAKING})")
        yield


def _make_private_file(file: Path) -> None:
    """Make the file before the database does, so that it is never for others to read, nor is the log beside it."""
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise _storage_error(str(error), str(file)) from error


def _make_private_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError("casebook_folder_not_made", where=str(folder), reason=str(error)) from error


_MAKING = 0x43574331  # PostgreSQL's advisory lock of who makes the tables: "CWC1"
_SETTINGS = {"url", "key", "pins", "audit_reads", "audit_sinks"}
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "cache_size=-4096", "temp_store=MEMORY", "secure_delete=ON")
_UNFINISHED = {
    "casebook_busy": "overwriting_waits",
    "disk_full": "overwriting_disk_full",
    "disk_broken": "overwriting_disk_broken",
}
"""What is told in place of a failure after an erasure was committed: others say that nothing was changed."""
_KNOWN_FAILURES = (
    ("disk is full|no space left|could not extend file|file too large", "disk_full"),
    ("disk i/o error", "disk_broken"),
    ("readonly database", "casebook_only_read"),
    ("read-only transaction", "casebook_server_only_read"),
    ("database is locked|lock timeout", "casebook_busy"),
    ("not a database", "not_a_casebook"),
    ("malformed", "casebook_damaged"),
    ("unable to open", "casebook_cannot_be_opened"),
    ("can't create a connection|communication error|connection refused", "database_server_silent"),
    ('database ".*" does not exist', "no_such_database"),
    ('role ".*" does not exist|password authentication', "database_login_refused"),
    ("no pg_hba.conf entry", "database_host_refused"),
    ("too many clients|connection slots", "database_server_full"),
    ("terminating connection|connection (is closed|reset)|broken pipe|network error", "database_connection_broke"),
)
