"""Requests that were sent with a key: which request it was, and what was answered under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from msgspec import Struct, structs
from sqlalchemy import Connection, Engine, Executable, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from opencwc.casebook.database import change_together
from opencwc.casebook.keyed_request import BEING_DONE, IS_ROW, TakenKey, row_values
from opencwc.casebook.tables import answered_key

KEPT_FOR = timedelta(hours=24)
UNFINISHED_FOR = timedelta(minutes=10)
SWEPT_EVERY = timedelta(minutes=1)


class AnsweredKey(Struct, frozen=True):
    """A key that was sent before: the digest of its request, and the answer.

    ``status`` is `BEING_DONE` while there is none, and `COMMITTED` where the work was committed and its answer was not
    kept: ``body`` then says what was made. ``given`` is what `opencwc.casebook.read_records.Answer.given` said of the
    answer.
    """

    request: str
    status: int = BEING_DONE
    body: str = ""
    given: str | None = None


@dataclass(frozen=True)
class AnsweredKeys:
    """The keys of a casebook's service; ``clock`` gives the moment in UTC."""

    engine: Engine
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def take(self, person: str, key: str, digest: str) -> AnsweredKey | TakenKey:
        """Take a key for a request, or return what is known of the request that took it before."""
        table = answered_key
        now = self.clock()
        taken = TakenKey(person, key, now.isoformat())
        row = {**structs.asdict(taken), "request": digest, "status": BEING_DONE, "body": ""}
        this = (table.c.person == person) & (table.c.key == key)
        over = (table.c.at < (now - KEPT_FOR).isoformat()) | (
            (table.c.status == BEING_DONE) & (table.c.at < (now - UNFINISHED_FOR).isoformat())
        )
        is_sweep = now - _SWEPT.get(self.engine, datetime.min.replace(tzinfo=UTC)) > SWEPT_EVERY

        def change(connection: Connection) -> AnsweredKey | TakenKey:
            if is_sweep:  # everybody's: an answer may hold what was erased since
                connection.execute(table.delete().where(over))
            if _is_new(connection, row):
                return taken
            if connection.execute(table.delete().where(this & over)).rowcount and _is_new(connection, row):
                return taken
            columns = (table.c.request, table.c.status, table.c.body, table.c.given)
            before = connection.execute(select(*columns).where(this)).first()
            return AnsweredKey(digest) if before is None else AnsweredKey(*before)

        answer = change_together(self.engine, change)
        if is_sweep:
            _SWEPT[self.engine] = now
        return answer

    def keep(self, taken: TakenKey, status: int, body: str, given: str = "") -> None:
        """Keep the answer given under a key, and of what it is."""
        self._write(_KEEP, taken, {"answered": status, "answer": body, "what": given})

    def forget(self, taken: TakenKey) -> None:
        """Give a key free where nothing was committed under it: the request may be tried again."""
        self._write(_FORGET, taken, {})

    def _write(self, statement: Executable, taken: TakenKey, values: dict[str, Any]) -> None:
        values = {**row_values(taken), **values}
        change_together(self.engine, lambda connection: connection.execute(statement, values).close())


def _is_new(connection: Connection, row: dict[str, Any]) -> bool:
    """Write the row of a key, unless there is one already, and tell whether it was written."""
    return connection.execute(_taking(connection.dialect.name), row).rowcount == 1


@cache
def _taking(dialect: str) -> Executable:
    taking: sqlite.Insert | postgresql.Insert = (postgresql if dialect == "postgresql" else sqlite).insert(answered_key)
    return taking.on_conflict_do_nothing()


_KEEP = (
    answered_key.update()
    .where(IS_ROW)
    .values(status=bindparam("answered"), body=bindparam("answer"), given=bindparam("what"))
)
_FORGET = answered_key.delete().where(IS_ROW, answered_key.c.status == BEING_DONE)
_SWEPT: WeakKeyDictionary[Engine, datetime] = WeakKeyDictionary()
"""When keys were last taken away whose time is over."""
