"""Requests that were sent with a key: which request it was, and what was answered under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

from msgspec import Struct, structs
from sqlalchemy import Connection, Engine, Executable, select
from sqlalchemy.exc import IntegrityError

from opencwc.casebook.database import change_together
from opencwc.casebook.keyed_request import BEING_DONE, TakenKey, row_of
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
            # At times everybody's: an answer may hold what was erased since.
            connection.execute(table.delete().where(over if is_sweep else this & over))
            columns = (table.c.request, table.c.status, table.c.body, table.c.given)
            if (before := connection.execute(select(*columns).where(this)).first()) is not None:
                return AnsweredKey(*before)
            try:
                with connection.begin_nested():
                    connection.execute(table.insert(), row)
            except IntegrityError:  # another connection was quicker (PostgreSQL)
                return AnsweredKey(digest)
            return taken

        answer = change_together(self.engine, change)
        if is_sweep:
            _SWEPT[self.engine] = now
        return answer

    def keep(self, taken: TakenKey, status: int, body: str, given: str = "") -> None:
        """Keep the answer given under a key, and of what it is."""
        self._write(answered_key.update().where(row_of(taken)).values(status=status, body=body, given=given))

    def forget(self, taken: TakenKey) -> None:
        """Give a key free where nothing was committed under it: the request may be tried again."""
        self._write(answered_key.delete().where(row_of(taken), answered_key.c.status == BEING_DONE))

    def _write(self, statement: Executable) -> None:
        change_together(self.engine, lambda connection: connection.execute(statement).close())


_SWEPT: WeakKeyDictionary[Engine, datetime] = WeakKeyDictionary()
"""When keys were last taken away whose time is over."""
