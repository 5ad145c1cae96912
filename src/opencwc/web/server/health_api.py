"""Whether the service is alive and ready, its metrics, and the description of its API."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import partial
from threading import Lock
from time import monotonic
from typing import Any, cast

from fastapi import Request
from starlette.responses import JSONResponse, Response

from opencwc.casebook.database import Casebook
from opencwc.casebook.permissions import require
from opencwc.casebook.writable import require_writable
from opencwc.errors import OpenCWCError, StorageError
from opencwc.version import __version__
from opencwc.web.server.api_parameters import COMPONENTS, answers
from opencwc.web.server.metrics import MEDIA_TYPE
from opencwc.web.server.problems import sign_in_needed
from opencwc.web.server.service import OPEN, Router, service_of, who_asks

router = Router(tags=["health"])
TRUSTED_FOR = 5.0
description = Router()
"""The description of the API, which includes whatever router comes before this one."""


@router.get("/health/live", action=OPEN, answer=answers("It is alive", status=str))
async def live() -> Response:
    """Say that the process answers."""
    return JSONResponse({"status": "alive"})


@router.get("/health/ready", action=OPEN, answer=answers("It is ready", status=str, parts=dict[str, Any]))
async def ready(request: Request) -> Response:
    """Say whether the service can do its work, part by part: rules, casebook, whether it can be written, sandbox."""
    good, parts = await health_of(request)
    return JSONResponse({"status": "ready" if good else "not ready", "parts": parts}, 200 if good else 503)


async def health_of(request: Request) -> tuple[bool, dict[str, Any]]:
    """Return whether the service can do its work, and how each part of it stands."""
    service = service_of(request)
    parts: dict[str, Any] = {"version": __version__}
    checks: dict[str, Callable[[], object]] = {"rules": service.answering.screener}
    if service.jobs is not None:
        checks["casebook"] = service.jobs.count
    good = True
    if service.intake is not None:
        checks["writing"] = partial(_last_write(request).check, service.intake.book)
    for name, check in checks.items():
        try:
            await service.answering.look(check)
            parts[name] = "ready"
        except OpenCWCError as error:
            parts[name], good = error.code if name == "writing" else type(error).__name__, False
    if service.jobs is not None:
        from opencwc.confining.sandbox import protection

        parts["sandbox"] = protection()
        good &= parts["sandbox"]["network_cut"] or not service.configuration.job_network_must_be_cut
    return good, parts


class LastWrite:
    """Whether the casebook could be written, found out anew after `TRUSTED_FOR` seconds: anybody may ask."""

    def __init__(self) -> None:
        self._lock, self._until, self._error = Lock(), 0.0, cast("StorageError | None", None)

    def check(self, book: Casebook) -> None:
        """Raise `StorageError` where it cannot be written."""
        with self._lock:
            if monotonic() >= self._until:
                self._error = None
                try:
                    require_writable(book)
                except StorageError as error:
                    self._error = error
                self._until = monotonic() + TRUSTED_FOR
            if self._error is not None:
                raise self._error

    def forget(self) -> None:
        """Have the next question look anew."""
        self._until = 0.0


def _last_write(request: Request) -> LastWrite:
    state = request.app.state
    if not hasattr(state, "last_write"):
        state.last_write = LastWrite()
    return cast(LastWrite, state.last_write)


@router.get("/metrics", action="metrics", asked_inside=True, answer=answers("For Prometheus", str, "text/plain"))
async def metrics(request: Request) -> Response:
    """Give the metrics to who holds the metrics token, or to a person who may read them."""
    service = service_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    wanted = service.configuration.metrics_token
    given = wanted and scheme.lower() == "bearer" and hmac.compare_digest(token.encode(), wanted.encode())
    if not given:
        person = await who_asks(service, request)
        if person is None:
            raise sign_in_needed()
        require(person, "metrics")
    return Response(await service.answering.look(service.metrics.text), media_type=MEDIA_TYPE)


@description.get("/api/v1/openapi.json", action=OPEN, include_in_schema=False)
async def openapi(request: Request) -> Response:
    """Give the OpenAPI description of the API."""
    described = request.app.openapi()
    described["components"]["schemas"] |= COMPONENTS
    return JSONResponse(described)
