"""The same request twice is done once: an ``Idempotency-Key``, and the answer that was given under it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from fastapi import Request
from pydantic import BaseModel
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from opencwc.casebook.database import Casebook, told
from opencwc.casebook.model import Person
from opencwc.casebook.tables import answered_key
from opencwc.web.server.problems import HttpProblem
from opencwc.web.server.service import person_of

KEPT_FOR = timedelta(hours=24)
UNFINISHED_FOR = timedelta(minutes=10)
LONGEST_KEY = 200
KEY_HEADER: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same request gives the same answer, and the work is done once.",
    "schema": {"type": "string"},
}
"""The header in the description of the API."""


@dataclass(frozen=True)
class AnsweredKeys:
    """The keys of a casebook's service; ``clock`` gives the moment in UTC."""

    engine: Engine
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def take(self, person: str, key: str, digest: str) -> tuple[int, str] | None:
        """Take a key for a request, or return the status and body that were answered under it.

        Raises:
            HttpProblem: the key stands for another request (422), or for one that is still being done (409).

        """
        table = answered_key
        now = self.clock()
        row = {"person": person, "key": key, "request": digest, "status": 0, "body": "", "at": now.isoformat()}
        with told(self.engine), self.engine.connect() as connection:
            prepared = connection.execution_options(begin="BEGIN IMMEDIATE")
            with prepared.begin():
                old = (now - KEPT_FOR).isoformat()
                unfinished = (now - UNFINISHED_FOR).isoformat()
                over = (table.c.at < old) | ((table.c.status == 0) & (table.c.at < unfinished))
                prepared.execute(table.delete().where(over))  # everybody's: an answer may hold what was erased since
                query = select(table).where(table.c.person == person, table.c.key == key)
                found = prepared.execute(query).mappings().first()
                have: dict[str, object] | None = None if found is None else dict(found)
                if have is None:
                    try:
                        with prepared.begin_nested():
                            prepared.execute(table.insert(), row)
                    except IntegrityError:  # another connection was quicker (PostgreSQL)
                        have = dict(row)
        if have is None:
            return None
        if have["request"] != digest:
            raise HttpProblem(
                422,
                "key-reused",
                "this key was sent with another request",
                where="Idempotency-Key",
                remedy="Send a new key with a new request.",
            )
        if have["status"] == 0:
            raise HttpProblem(
                409,
                "being-done",
                "the request of this key is still being done",
                where="Idempotency-Key",
                remedy="Wait, then send the same again.",
                headers={"Retry-After": "1"},
            )
        return int(str(have["status"])), str(have["body"])

    def keep(self, person: str, key: str, status: int, body: str) -> None:
        """Keep the answer given under a key."""
        table = answered_key
        self._write(table.update().where(table.c.person == person, table.c.key == key).values(status=status, body=body))

    def forget(self, person: str, key: str) -> None:
        """Give a key free: the request came to nothing, and may be tried again."""
        table = answered_key
        self._write(table.delete().where(table.c.person == person, table.c.key == key, table.c.status == 0))

    def _write(self, statement: object) -> None:
        with told(self.engine), self.engine.connect() as connection:
            prepared = connection.execution_options(begin="BEGIN IMMEDIATE")
            with prepared.begin():
                prepared.execute(statement)  # type: ignore[call-overload]


async def once(
    request: Request, keys: AnsweredKeys, asker: Person, digest: str, do: Callable[[], Awaitable[Response]]
) -> Response:
    """Do a request, or give the answer of the same one done before under its ``Idempotency-Key``.

    ``digest`` stands for everything that was asked: two requests with one key must have one digest. Who has another
    role or clearance by now asks another thing: an answer that was theirs then is not shown again.
    """
    person = asker.id
    key = request.headers.get("idempotency-key", "")
    if not key:
        return await do()
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise HttpProblem(400, "bad-key", "this is no key", where="Idempotency-Key", remedy="Send a UUID, for example.")
    standing = f"{asker.role} {asker.clearance}"
    whole = sha256(f"{request.method} {request.url.path}\n{standing}\n{digest}".encode()).hexdigest()
    before = await run_in_threadpool(keys.take, person, key, whole)
    if before is not None:
        status, body = before
        return Response(body, status, {"Idempotency-Replayed": "true"}, "application/json")
    try:
        response = await do()
    except BaseException:
        await run_in_threadpool(keys.forget, person, key)
        raise
    await run_in_threadpool(keys.keep, person, key, response.status_code, bytes(response.body).decode())
    return response


async def posted_once(
    request: Request, book: Casebook, asked: BaseModel | None, do: Callable[[], Response]
) -> Response:
    """Do what a body asks for in a thread, or give the answer of the same one done before under its key.

    Only what came to a good end is kept: a refusal is found anew, for what stood against it may be gone.
    """

    async def in_a_thread() -> Response:
        return await run_in_threadpool(do)

    digest = "" if asked is None else asked.model_dump_json()
    return await once(request, AnsweredKeys(book.engine), person_of(request), digest, in_a_thread)
