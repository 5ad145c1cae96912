"""Do the same request once, however often it is sent with one ``Idempotency-Key``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from hashlib import sha256
from typing import Any, NamedTuple

from fastapi import Request
from msgspec import json
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from opencwc.casebook.answered_keys import AnsweredKey, AnsweredKeys
from opencwc.casebook.database import Casebook
from opencwc.casebook.keyed_request import BEING_DONE, COMMITTED, TakenKey, doing
from opencwc.casebook.model import Person
from opencwc.casebook.read_records import answer_under_way
from opencwc.web.server.problems import HttpProblem

LONGEST_KEY = 200
Rebuild = Callable[[Mapping[str, Any]], Response | None]
"""Makes the answer to work that was done before from what was made; ``None`` where it cannot."""


class KeyedRequest(NamedTuple):
    """A request that came with a key: where the key is kept, who asks, and the digest of everything that was asked."""

    book: Casebook
    asker: Person
    key: str
    digest: str


def keyed_request(request: Request, book: Casebook, asker: Person, digest: str) -> KeyedRequest | None:
    """Return a request with its ``Idempotency-Key``, ``None`` where it has none.

    ``digest`` stands for what stood in its body. Who has another role or clearance by now asks another thing: an answer
    that was theirs then is not shown again.

    Raises:
        HttpProblem: the key is too long, or holds what cannot be printed (400).

    """
    key = request.headers.get("idempotency-key", "")
    if not key:
        return None
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise HttpProblem(400, "bad-key", "idempotency_key_not_valid", where="Idempotency-Key")
    standing = f"{asker.role} {asker.clearance}"
    whole = sha256(f"{request.method} {request.url.path}\n{standing}\n{digest}".encode()).hexdigest()
    return KeyedRequest(book, asker, key, whole)


async def once(
    asked: KeyedRequest | None, do: Callable[[], Awaitable[Response]], rebuild: Rebuild = lambda made: None
) -> Response:
    """Do a request, or give the answer of the same one done before under its ``Idempotency-Key``, which is a read.

    Only what came to a good end is kept: a refusal is found anew, for what stood against it may be gone. The key is
    committed with the work (`opencwc.casebook.keyed_request`): where the service died before the answer was kept,
    ``rebuild`` makes it.
    """
    if asked is None:
        return await do()
    keys, answer = AnsweredKeys(asked.book.engine), answer_under_way()
    taken = await run_in_threadpool(keys.take, asked.asker.id, asked.key, asked.digest)
    if not isinstance(taken, TakenKey):
        again = await run_in_threadpool(replayed, taken, asked.digest, rebuild)
        answer.give_again(asked.book, asked.asker, taken.given or "")
        return again
    try:
        with doing(taken):
            response = await do()
    except BaseException:
        await run_in_threadpool(keys.forget, taken)
        raise
    body = bytes(response.body).decode()
    await run_in_threadpool(keys.keep, taken, response.status_code, body, answer.given)
    return response


def done_once(endpoint: Callable[..., Response]) -> Callable[..., Response]:
    """Return an endpoint that does as `once` does for the request of `under_key`, without leaving its thread."""

    @wraps(endpoint)
    def do_once(*given: Any, **named: Any) -> Response:
        asked = _UNDER_WAY.get()
        if asked is None:
            return endpoint(*given, **named)
        keys, answer = AnsweredKeys(asked.book.engine), answer_under_way()
        taken = keys.take(asked.asker.id, asked.key, asked.digest)
        if not isinstance(taken, TakenKey):
            again = replayed(taken, asked.digest)
            answer.give_again(asked.book, asked.asker, taken.given or "")
            return again
        try:
            with doing(taken):
                response = endpoint(*given, **named)
        except BaseException:
            keys.forget(taken)
            raise
        keys.keep(taken, response.status_code, bytes(response.body).decode(), answer.given)
        return response

    return do_once


@contextmanager
def under_key(asked: KeyedRequest | None) -> Iterator[None]:
    """Have an endpoint that is called meanwhile do this request."""
    before = _UNDER_WAY.set(asked)
    try:
        yield
    finally:
        _UNDER_WAY.reset(before)


_UNDER_WAY: ContextVar[KeyedRequest | None] = ContextVar("keyed_request_under_way", default=None)


def replayed(before: AnsweredKey, digest: str, rebuild: Rebuild = lambda made: None) -> Response:
    """Return again what was answered under a key.

    Raises:
        HttpProblem: the key stands for another request (422), for one that is still being done (409), or for one that
            was done and whose answer is lost (409).

    """
    if before.request != digest:
        raise HttpProblem(422, "key-reused", "idempotency_key_reused", where="Idempotency-Key")
    if before.status == BEING_DONE:
        raise HttpProblem(
            409, "being-done", "request_being_done", where="Idempotency-Key", headers={"Retry-After": "1"}
        )
    if before.status == COMMITTED:
        made = json.decode(before.body, type=dict[str, Any])
        if (rebuilt := rebuild(made)) is None:
            raise HttpProblem(409, "done-before", "request_done_before", where="Idempotency-Key", **made)
        rebuilt.headers["Idempotency-Replayed"] = "true"
        return rebuilt
    return Response(before.body, before.status, {"Idempotency-Replayed": "true"}, "application/json")
