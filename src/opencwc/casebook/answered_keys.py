"""Requests that were sent with a key: which request it was, and what was answered under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from sqlalchemy import Engine, Executable, select
from sqlalchemy.exc import IntegrityError

from opencwc.casebook.database import changing
from opencwc.casebook.tables import answered_key

KEPT_FOR = timedelta(hours=24)
UNFINISHED_FOR = timedelta(minutes=10)


class AnsweredKey(Struct, frozen=True):
    """A key that was sent before: the digest of its request, and the answer; ``status`` is 0 while it is being done.

    ``given`` is what `opencwc.casebook.read_records.Answer.given` said of the answer.
    """

    request: str
    status: int = 0
    body: str = ""
    given: str | None = None


@dataclass(frozen=True)
class AnsweredKeys:
    """The keys of a casebook's service; ``clock`` gives the moment in UTC."""

    engine: Engine
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def take(self, person: str, key: str, digest: str) -> AnsweredKey | None:
        """Take a key for a request, or return what is known of the request that took it before."""
        table = answered_key
        now = self.clock()
        row = {"person": person, "key": key, "request": digest, "status": 0, "body": "", "at": now.isoformat()}
        with changing(self.engine) as connection:
            old = (now - KEPT_FOR).isoformat()
            unfinished = (now - UNFINISHED_FOR).isoformat()
            over = (table.c.at < old) | ((table.c.status == 0) & (table.c.at < unfinished))
            connection.execute(table.delete().where(over))  # everybody's: an answer may hold what was erased since
            columns = (table.c.request, table.c.status, table.c.body, table.c.given)
            query = select(*columns).where(table.c.person == person, table.c.key == key)
            if (before := connection.execute(query).first()) is not None:
                return AnsweredKey(*before)
            try:
                with connection.begin_nested():
                    connection.execute(table.insert(), row)
            except IntegrityError:  # another connection was quicker (PostgreSQL)
                return AnsweredKey(digest)
        return None

    def keep(self, person: str, key: str, status: int, body: str, given: str = "") -> None:
        """Keep the answer given under a key, and of what it is."""
        table = answered_key
        values = {"status": status, "body": body, "given": given}
        self._write(table.update().where(table.c.person == person, table.c.key == key).values(**values))

    def forget(self, person: str, key: str) -> None:
        """Give a key free: the request came to nothing, and may be tried again."""
        table = answered_key
        self._write(table.delete().where(table.c.person == person, table.c.key == key, table.c.status == 0))

    def _write(self, statement: Executable) -> None:
        with changing(self.engine) as connection:
            connection.execute(statement)
