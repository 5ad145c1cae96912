"""Do the same request once, however often it is sent with one ``Idempotency-Key``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import sha256

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from opencwc.casebook.answered_keys import AnsweredKey, AnsweredKeys
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.read_records import answer_under_way
from opencwc.web.server.problems import HttpProblem

LONGEST_KEY = 200


async def once(
    request: Request, book: Casebook, asker: Person, digest: str, do: Callable[[], Awaitable[Response]]
) -> Response:
    """Do a request, or give the answer of the same one done before under its ``Idempotency-Key``, which is a read.

    ``digest`` stands for everything that was asked: two requests with one key must have one digest. Who has another
    role or clearance by now asks another thing: an answer that was theirs then is not shown again. Only what came to a
    good end is kept: a refusal is found anew, for what stood against it may be gone.
    """
    person = asker.id
    key = request.headers.get("idempotency-key", "")
    if not key:
        return await do()
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise HttpProblem(400, "bad-key", "idempotency_key_not_valid", where="Idempotency-Key")
    standing = f"{asker.role} {asker.clearance}"
    whole = sha256(f"{request.method} {request.url.path}\n{standing}\n{digest}".encode()).hexdigest()
    keys, answer = AnsweredKeys(book.engine), answer_under_way()
    before = await run_in_threadpool(keys.take, person, key, whole)
    if before is not None:
        again = replayed(before, whole)
        answer.give_again(book, asker, before.given or "")
        return again
    try:
        response = await do()
    except BaseException:
        await run_in_threadpool(keys.forget, person, key)
        raise
    body = bytes(response.body).decode()
    await run_in_threadpool(keys.keep, person, key, response.status_code, body, answer.given)
    return response


def replayed(before: AnsweredKey, digest: str) -> Response:
    """Return again what was answered under a key.

    Raises:
        HttpProblem: the key stands for another request (422), or for one that is still being done (409).

    """
    if before.request != digest:
        raise HttpProblem(422, "key-reused", "idempotency_key_reused", where="Idempotency-Key")
    if before.status == 0:
        raise HttpProblem(
            409, "being-done", "request_being_done", where="Idempotency-Key", headers={"Retry-After": "1"}
        )
    return Response(before.body, before.status, {"Idempotency-Replayed": "true"}, "application/json")
