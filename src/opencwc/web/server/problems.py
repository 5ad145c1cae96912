"""Every error as a problem (RFC 9457): what was wrong, where, what to do, its code, and its id in the log.

Nothing that was sent in comes back in a problem but the names of its fields, and of an unforeseen fault only the id.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.responses import Response

from opencwc import errors
from opencwc.errors import OpenCWCError, error_to_plain
from opencwc.language.rule_judge import Refusal
from opencwc.wording import error_sentences, say

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
        code: str,
        *,
        where: str = "",
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> None:
        super().__init__(code, where=where, **values)
        self.args = status, kind, code
        self.status = status
        self.kind = kind
        self.headers = dict(headers or {})


def sign_in_needed(code: str = "not_signed_in") -> HttpProblem:
    """Return the problem of a request that comes from no person."""
    return HttpProblem(401, "sign-in-needed", code, headers={"WWW-Authenticate": "Bearer"})


def refused(refusal: Refusal, lang: str) -> HttpProblem:
    """Return the problem of a request that is refused, said in the language of who asks."""
    return HttpProblem(403, "refused", "request_refused", reason=say(refusal.message, lang))


def too_large() -> HTTPException:
    """Return the problem of a body that is longer than it may be: of the kind that the framework lets through."""
    return HTTPException(413)


def problem_response(
    problem: HttpProblem, lang: str, request_id: str = "", errors: Sequence[Mapping[str, str]] = ()
) -> Response:
    """Return a problem as a response for a machine; its kind is the last word of its type.

    The values of one that says that something is not there are left out: they are what was asked for.
    """
    what, remedy = error_sentences(problem, lang)
    body: dict[str, object] = {
        "type": f"urn:opencwc:problem:{problem.kind}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": what,
        "where": problem.where,
        "remedy": remedy,
        "request_id": request_id,
        "code": problem.code,
        "values": {} if problem.status == HTTPStatus.NOT_FOUND else error_to_plain(problem)["values"],
    }
    if errors:
        body["errors"] = errors
    return Response(json.dumps(body, ensure_ascii=True), problem.status, problem.headers, MEDIA_TYPE)


def response_to(request: Request, error: OpenCWCError) -> Response:
    """Return the response that an error of ours becomes: for a person a page, for a machine a problem."""
    problem = error if isinstance(error, HttpProblem) else _problem_of(error)
    if problem.status == 503:
        problem.headers.setdefault("Retry-After", "5")
    return _answer(request, problem)


def _problem_of(error: OpenCWCError) -> HttpProblem:
    """Return an error of the packages with the status and the kind of its family."""
    kinds = ((status, kind) for family, status, kind in _STATUSES if isinstance(error, family))
    problem = HttpProblem(*next(kinds, (400, "not-possible")), error.code, where=error.where)
    problem.english, problem.values = error.english, error.values
    return problem


def _answer(request: Request, problem: HttpProblem, errors: Sequence[Mapping[str, str]] = ()) -> Response:
    state, request_id = request.app.state, request_id_of(request)
    show: ShowProblem = state.show_problem
    response = show(request, problem.status, problem.kind, problem, request_id)
    if response is None:
        lang: str = state.problem_language(request)
        return problem_response(problem, lang, request_id, errors)
    response.headers.update({name: value for name, value in problem.headers.items() if name != "WWW-Authenticate"})
    return response


def fault_response(request: Request) -> Response:
    """Return the response to a fault of ours that nobody foresaw: nothing of it but the id."""
    return _answer(
        request,
        HttpProblem(500, "fault", "fault_in_service"),
    )


class ShowProblem(Protocol):
    """Shows an error as a page; returns ``None`` where it is a machine that asks."""

    def __call__(
        self, request: Request, status: int, kind: str, error: OpenCWCError, request_id: str
    ) -> Response | None:
        """Return the page of an error."""


def tell_problems(app: FastAPI, show: ShowProblem, language_of: Callable[[Request], str]) -> None:
    """Make the app answer every error with a problem: what ``show`` makes of it for a person, else JSON."""
    app.state.show_problem, app.state.problem_language = show, language_of

    async def ours(request: Request, error: Exception) -> Response:
        return response_to(request, _as(OpenCWCError, error))

    async def invalid(request: Request, error: Exception) -> Response:
        misfits = [
            {"where": ".".join(str(part) for part in misfit["loc"]), "what": str(misfit["msg"])}
            for misfit in _as(RequestValidationError, error).errors()
        ]
        first = misfits[0] if misfits else {"where": "", "what": "the request does not fit"}
        problem = HttpProblem(422, "does-not-fit", "request_does_not_fit", where=first["where"], reason=first["what"])
        return _answer(request, problem, misfits)

    async def plain(request: Request, error: Exception) -> Response:
        known = _as(HTTPException, error)
        problem = _framework_problem(known.status_code, str(known.detail))
        problem.headers.update(known.headers or {})
        if known.status_code == 405:
            problem.headers["Allow"] = ", ".join(_methods_of(request))
        return _answer(request, problem)

    app.add_exception_handler(OpenCWCError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)


def _framework_problem(status: int, detail: str) -> HttpProblem:
    """Return the problem that the framework raised with a status; ``detail`` is its own word for it."""
    if status == 400:
        return HttpProblem(400, "bad-request", "bad_request")
    if status == 404:
        return HttpProblem(404, "not-found", "no_such_address")
    if status == 413:
        return HttpProblem(413, "too-large", "body_too_long")
    if status == 405:
        return HttpProblem(405, "method-not-allowed", "method_not_allowed")
    return HttpProblem(status, "not-possible", "not_possible", reason=detail)


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
        "code": {"type": "string"},
        "values": {"type": "object"},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"where": {"type": "string"}, "what": {"type": "string"}}},
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
