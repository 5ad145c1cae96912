"""The request under an ``Idempotency-Key`` that is being done here: its work and its key are committed together.

The key's row is taken before the work begins. Each transaction that does the work turns the row to `COMMITTED`, with a
word on what was made, through the connection of the work: either both are there after a crash, or neither is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from msgspec import Struct, json
from sqlalchemy import Connection, bindparam

from opencwc.casebook.tables import answered_key
from opencwc.errors import ConflictError

BEING_DONE, COMMITTED = 0, 1
"""What stands in place of the status of an answer while there is none."""
IS_ROW = (
    (answered_key.c.person == bindparam("of_person"))
    & (answered_key.c.key == bindparam("of_key"))
    & (answered_key.c.at == bindparam("taken_at"))
)
"""What picks the row of a key, as long as nobody took it anew; its values are those of `row_values`."""


class TakenKey(Struct, frozen=True):
    """A key that a request has taken: whose it is, and the moment it was taken at."""

    person: str
    key: str
    at: str


@contextmanager
def doing(taken: TakenKey | None) -> Iterator[None]:
    """Have all work that is committed meanwhile be that of the request that took a key; ``None``: of no request."""
    before = _TAKEN.set(taken)
    try:
        yield
    finally:
        _TAKEN.reset(before)


def commit_key(connection: Connection, made: Mapping[str, str | int]) -> None:
    """Say in the transaction that does the work what it makes, where a request is being done under a key.

    Raises:
        ConflictError: the request took so long that its key was given free; the work must not be done.

    """
    if (taken := _TAKEN.get()) is None:
        return
    if connection.execute(_COMMIT, {**row_values(taken), "made": _said(made)}).rowcount != 1:
        raise ConflictError("idempotency_key_given_free", where="Idempotency-Key")


def empty_answers(connection: Connection, record: int) -> None:
    """Take away every answer that was kept, for the sake of a record, and leave the keys: what was done stays done."""
    kept = answered_key.update().where(answered_key.c.status > COMMITTED)
    connection.execute(kept.values(status=COMMITTED, body=_said({"made": "erasure", "record": record}), given=""))


def row_values(taken: TakenKey) -> dict[str, str]:
    """Return the values by which `IS_ROW` picks the row of a key."""
    return {"of_person": taken.person, "of_key": taken.key, "taken_at": taken.at}


def _said(made: Mapping[str, str | int]) -> str:
    return json.encode(dict(made)).decode()


_COMMIT = answered_key.update().where(IS_ROW).values(status=COMMITTED, body=bindparam("made"))
_TAKEN: ContextVar[TakenKey | None] = ContextVar("opencwc_taken_key", default=None)
