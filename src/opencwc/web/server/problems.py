"""Every error as a problem (RFC 9457): what was wrong, where, what to do, and the id under which it stands in the log.

Nothing that was sent in comes back in a problem but the names of its fields, and of an unforeseen fault only the id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.responses import Response

from opencwc import errors
from opencwc.errors import OpenCWCError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

MEDIA_TYPE = "application/problem+json"


class HttpProblem(OpenCWCError):
    """A problem that only the service knows, with its status: not signed in, too many requests, too large."""

    def __init__(
        self,
        status: int,
        kind: str,
        what: str,
        *,
        where: str = "",
        remedy: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.status = status
        self.kind = kind
        self.headers = dict(headers or {})


def sign_in_needed(what: str = "you are not signed in") -> HttpProblem:
    """Return the problem of a request that comes from no person."""
    return HttpProblem(
        401,
        "sign-in-needed",
        what,
        remedy="Sign in, or send a token as 'Authorization: Bearer ...'.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def too_large() -> HTTPException:
    """Return the problem of a body that is longer than it may be: of the kind that the framework lets through."""
    return HTTPException(413)


def problem_response(
    status: int,
    kind: str,
    what: str,
    *,
    where: str = "",
    remedy: str = "",
    request_id: str = "",
    headers: Mapping[str, str] | None = None,
    errors: list[dict[str, str]] | None = None,
) -> Response:
    """Return a problem as a response; ``kind`` is the last word of its type."""
    body: dict[str, object] = {
        "type": f"urn:opencwc:problem:{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": what,
        "where": where,
        "remedy": remedy,
        "request_id": request_id,
    }
    if errors:
        body["errors"] = errors
    text = json.dumps(body, ensure_ascii=True)
    return Response(text, status, dict(headers or {}), MEDIA_TYPE)


def response_to(request: Request, error: OpenCWCError) -> Response:
    """Return the response that an error of ours becomes: for a person a page, for a machine a problem."""
    status, kind, headers = 400, "not-possible", {}
    if isinstance(error, HttpProblem):
        status, kind, headers = error.status, error.kind, error.headers
    else:
        for family, found_status, found_kind in _STATUSES:
            if isinstance(error, family):
                status, kind = found_status, found_kind
                break
    if status == 503:
        headers = {**headers, "Retry-After": "5"}
    told = {"where": error.where, "remedy": error.remedy, "request_id": request_id_of(request)}
    return _told(request, status, kind, error.what, headers, told)


def _told(
    request: Request,
    status: int,
    kind: str,
    what: str,
    headers: Mapping[str, str],
    told: Mapping[str, str],
    errors: list[dict[str, str]] | None = None,
) -> Response:
    show: ShowProblem = request.app.state.show_problem
    shown = show(request, status, kind, what, **told)
    if shown is None:
        return problem_response(status, kind, what, headers=headers, errors=errors, **told)
    shown.headers.update({name: value for name, value in headers.items() if name != "WWW-Authenticate"})
    return shown


def fault_response(request: Request) -> Response:
    """Return the response to a fault of ours that nobody foresaw: nothing of it but the id."""
    remedy = "Tell the administrator the request id: the log has the place under it."
    told = {"remedy": remedy, "request_id": request_id_of(request)}
    return _told(request, 500, "fault", "something went wrong in the service", {}, told)


class ShowProblem(Protocol):
    """Shows a problem as a page; returns ``None`` where it is a machine that asks."""

    def __call__(
        self, request: Request, status: int, kind: str, what: str, *, where: str = "", remedy: str, request_id: str
    ) -> Response | None:
        """Return the page of a problem."""


def tell_problems(app: FastAPI, show: ShowProblem) -> None:
    """Make the app answer every error with a problem: what ``show`` makes of it for a person, else JSON."""
    app.state.show_problem = show

    async def ours(request: Request, error: Exception) -> Response:
        return response_to(request, _as(OpenCWCError, error))

    async def invalid(request: Request, error: Exception) -> Response:
        found = [
            {"where": ".".join(str(part) for part in misfit["loc"]), "what": str(misfit["msg"])}
            for misfit in _as(RequestValidationError, error).errors()
        ]
        first = found[0] if found else {"where": "", "what": "the request does not fit"}
        remedy = "Send what the description at /api/v1/openapi.json asks for."
        told = {"where": first["where"], "remedy": remedy, "request_id": request_id_of(request)}
        return _told(request, 422, "does-not-fit", first["what"], {}, told, found)

    async def plain(request: Request, error: Exception) -> Response:
        known = _as(HTTPException, error)
        kind, what, remedy = _PLAIN.get(known.status_code, ("not-possible", str(known.detail), ""))
        headers = dict(known.headers or {})
        if known.status_code == 405:
            headers["Allow"] = ", ".join(_methods_of(request))
        return _told(
            request, known.status_code, kind, what, headers, {"remedy": remedy, "request_id": request_id_of(request)}
        )

    app.add_exception_handler(OpenCWCError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)


def _methods_of(request: Request) -> list[str]:
    """Return every method of an address; the framework knows only those of the first route that fits it."""
    template = getattr(request.scope.get("route"), "path", "")
    routes = (context.original_route for context in iter_route_contexts(request.app.routes))
    return sorted(
        method
        for route in routes
        if isinstance(route, APIRoute) and route.path_format == template
        for method in route.methods or ()
    )


def request_id_of(request: Request) -> str:
    """Return the id that the door gave to a request."""
    visit = request.scope.get("opencwc.visit")
    return "" if visit is None else str(visit.id)


def _as(kind: type[Any], error: Exception) -> Any:
    if not isinstance(error, kind):
        raise error
    return error


PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "where", "remedy", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "where": {"type": "string"},
        "remedy": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"where": {"type": "string"}, "what": {"type": "string"}},
            },
        },
    },
}
"""What a problem looks like, for the description of the API."""

_STATUSES: tuple[tuple[type[OpenCWCError], int, str], ...] = (
    (errors.InputError, 422, "unreadable"),
    (errors.SettingsError, 422, "no-meaning"),
    (errors.RuleError, 500, "rules-do-not-hold"),
    (errors.NotAllowedError, 403, "not-allowed"),
    (errors.NotFoundError, 404, "not-found"),
    (errors.ConflictError, 409, "conflict"),
    (errors.StorageError, 503, "casebook-out-of-reach"),
    (errors.UnavailableError, 501, "not-installed"),
    (errors.OutputError, 503, "could-not-finish"),
    (errors.IntegrityError, 500, "record-does-not-fit"),
)
_PLAIN = {
    400: ("bad-request", "the request cannot be read", "Send what the description at /api/v1/openapi.json asks for."),
    404: ("not-found", "there is nothing at this address", "The addresses are in /api/v1/openapi.json."),
    413: ("too-large", "the body is longer than it may be", "Send less at a time, or send a file as a job."),
    405: ("method-not-allowed", "this address does not take this method", "See the Allow header."),
}
