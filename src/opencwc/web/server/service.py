"""What routes share, and the guard that decides whether a request may reach a route."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import BaseRoute

from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import record_refusals
from opencwc.casebook.model import Person
from opencwc.casebook.permissions import require
from opencwc.casebook.read_records import Answer, begin_answer
from opencwc.errors import SettingsError, UnavailableError
from opencwc.language.refusals import RefusalLog, judge_request, reason_of_refusal
from opencwc.settings import load_settings
from opencwc.web.server.answering import Answering
from opencwc.web.server.api_parameters import KEY_HEADER, problem_answers
from opencwc.web.server.configuration import Configuration
from opencwc.web.server.idempotency import done_once, keyed_request, under_key
from opencwc.web.server.metrics import Metrics
from opencwc.web.server.problems import refused, sign_in_needed
from opencwc.web.server.rate_limits import Limiter
from opencwc.web.server.request_middleware import visit_of

if TYPE_CHECKING:
    from opencwc.jobs.intake import Intake
    from opencwc.jobs.queue import Jobs

PersonOf = Callable[[Request], "Person | Awaitable[Person | None] | None"]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
OPEN = "open"
"""The action of a route that needs no person."""
FORM_PROOF = "csrf_field"
"""The field of a plain form that holds what scripts send as ``X-CSRF-Token``."""
_ACCESS = "opencwc_access"
MOST_REMEMBERED = 1_000
TYPED_AT_ONCE = 8
"""Characters by which a text that is being typed may grow from one answer to the next."""
_MOST_FIELDS = 300


@dataclass
class Service:
    """Everything that the routes of one app share.

    ``person_of`` says who asks (``None``: nobody that is known). ``jobs`` and ``intake`` (which takes uploads into the
    casebook) are ``None`` where the service runs without a casebook. ``stopping`` is set when the server leaves, so
    that long streams end. ``last_refused`` is the last refused text of a person.
    """

    configuration: Configuration
    person_of: PersonOf | None
    answering: Answering
    limiter: Limiter
    metrics: Metrics
    jobs: Jobs | None = None
    intake: Intake | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    last_refused: dict[str, str] = field(default_factory=dict, repr=False)

    def see_allowed(self, person: Person, text: str, lang: str, *, typing: bool = False) -> None:
        """Raise the problem of a request that is refused (403), which is recorded.

        Who goes on ``typing`` asks the same thing, and the record has it once.
        """
        if (refusal := judge_request(text)) is not None:
            if not typing or self._is_new(person.id, text):
                self.record_refused(person, [text])
            raise refused(refusal, lang)

    def _is_new(self, person: str, text: str) -> bool:
        """Return whether a refused request is another one, and not the last one with a few more letters typed."""
        before = self.last_refused.get(person, "")
        self.last_refused[person] = text
        while len(self.last_refused) > MOST_REMEMBERED:
            self.last_refused.pop(next(iter(self.last_refused)))
        typed_on = (text.startswith(before) or before.startswith(text)) and abs(len(text) - len(before)) < TYPED_AT_ONCE
        return not before or not typed_on

    def record_refused(self, person: Person, refused: Sequence[str]) -> None:
        """Record refused requests where they cannot be taken away: in the casebook, else in the settings folder."""
        if not refused:
            return
        if self.intake is not None:
            record_refusals(self.intake.book, person.id, refused)
            return
        log = RefusalLog(load_settings().folder)
        for text in refused:
            if (refusal := reason_of_refusal(text)) is not None:
                log.record(refusal, text)


def service_of(request: Request) -> Service:
    """Return the service that a request came to."""
    return cast(Service, request.app.state.service)


def book_of(request: Request) -> Casebook:
    """Return the casebook of the service; raise `UnavailableError` where it runs without one."""
    intake = service_of(request).intake
    if intake is None:
        raise UnavailableError("service_keeps_no_casebook")
    return intake.book


def person_of(request: Request) -> Person:
    """Return the person who sent a request; a route that is open has none and must not call this."""
    person = getattr(request.state, "person", None)
    if not isinstance(person, Person):
        raise sign_in_needed()
    return person


@dataclass(frozen=True)
class Access:
    """What a route needs: an action of `opencwc.casebook.permissions`, or ``OPEN``.

    ``asked_inside``: the route itself asks for the action, or for a secret that is no person's. ``uploads``: its body
    may be as long as an upload. ``once``: what its body asks for is done once under an ``Idempotency-Key``.
    ``plain_form``: the page's own token may stand in the form, which a browser without scripts sends (`FORM_PROOF`).
    ``also``: further actions that it needs as well.
    """

    action: str
    asked_inside: bool = False
    uploads: bool = False
    once: bool = False
    plain_form: bool = False
    also: tuple[str, ...] = ()

    @property
    def actions(self) -> tuple[str, ...]:
        """All the actions that it needs, or ``OPEN`` alone."""
        return (self.action, *self.also)


async def admit(request: Request, access: Access) -> None:
    """Let a request through to its route, or raise the problem that keeps it out; before its body is read."""
    if access.action == OPEN or access.asked_inside:
        return
    service = service_of(request)
    person = await who_asks(service, request)
    if person is None:
        raise sign_in_needed()
    visit = visit_of(request.scope)
    visit.person = person.id
    visit.headers.update(service.limiter.passing("person", person.id).headers())
    request.state.person = person
    for action in access.actions:
        require(person, action)
    if access.uploads:
        visit.body_limit = service.configuration.upload_limit


async def who_asks(service: Service, request: Request) -> Person | None:
    """Return the person whom a request comes from, as far as that can be known."""
    if service.person_of is None:
        return None
    if inspect.iscoroutinefunction(service.person_of):
        return cast("Person | None", await service.person_of(request))
    return cast("Person | None", await service.answering.look(service.person_of, request))


async def take_form_proof(request: Request) -> None:
    """Have the page's own token in a form count as if it stood in its header: a form alone cannot set one.

    Where the header is there, or nothing that says who asks, no body is read.
    """
    if "x-csrf-token" in request.headers or not request.cookies:
        return
    if request.headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
        try:
            fields = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS)
        except ValueError:  # more fields than any form of ours has
            return
        request.state.csrf_field = fields.get(FORM_PROOF, [""])[0]


async def recorded(answer: Answer, made: Awaitable[Response]) -> Response:
    """Return a response once it is on record what of the casebook it holds; one without a body holds nothing.

    What a stream reads later is recorded as it is read, before it goes out.

    Raises:
        StorageError: it could not be recorded, and is not given.

    """
    begin_answer(answer)
    try:
        response = await made
    except BaseException:
        answer.drop()
        raise
    if getattr(response, "body", None) == b"":
        answer.drop()
    if answer.waiting:
        await run_in_threadpool(answer.complete)
    answer.complete()
    return response


class GuardedRoute(APIRoute):
    """A route of a `Router`, which nobody reaches but through `admit`."""

    @property
    def access(self) -> Access:
        """What the route needs; raise `SettingsError` where nobody has declared it."""
        access: Access | None = getattr(self.endpoint, _ACCESS, None)
        if access is None:
            raise SettingsError("route_without_declared_access", route=self.path_format)
        return access

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with the guard before it."""
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            if self.access.plain_form:
                await take_form_proof(request)
            await admit(request, self.access)
            if not self.access.once or "idempotency-key" not in request.headers:
                return await handle(request)
            digest = sha256(await request.body()).hexdigest()
            with under_key(keyed_request(request, book_of(request), person_of(request), digest)):
                return await handle(request)

        async def guarded(request: Request) -> Response:
            return await recorded(Answer(f"{request.method} {self.path_format}"), answered(request))

        return guarded


def _declaring(method: str) -> Callable[..., Callable[[Endpoint], Endpoint]]:
    def declare(
        router: Router,
        path: str,
        *,
        action: str | tuple[str, ...],
        asked_inside: bool = False,
        uploads: bool = False,
        plain_form: bool = False,
        answer: dict[str, Any] | None = None,
        problems: Iterable[int] = (),
        takes_key: bool = False,
        form: dict[str, Any] | None = None,
        **options: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        first, *also = (action,) if isinstance(action, str) else action
        access = Access(
            first, asked_inside, uploads or form is not None, takes_key and form is None, plain_form, tuple(also)
        )
        if answer is not None:
            options["responses"] = {options.get("status_code", 200): answer, **problem_answers(problems)}
        if form is not None:
            content = {"multipart/form-data": {"schema": form}}
            options["openapi_extra"] = {"requestBody": {"required": True, "content": content}}
        if takes_key:
            options.setdefault("openapi_extra", {})["parameters"] = [KEY_HEADER]

        def add(endpoint: Endpoint) -> Endpoint:
            if getattr(endpoint, _ACCESS, access) != access:
                raise SettingsError("route_needs_two_actions", route=path)
            setattr(endpoint, _ACCESS, access)
            called = done_once(endpoint) if access.once else endpoint
            router.api_route(path, methods=[method], **options)(called)
            return endpoint

        return add

    return declare


class Router(APIRouter):
    """A router whose routes declare what they need: ``@router.get("/cases", action="read")``; see `Access`.

    A route of the API also declares what it gives, for its description: ``answer`` at its status, ``problems`` by their
    statuses beside the usual ones, ``takes_key`` that it takes an ``Idempotency-Key`` (and is no coroutine), ``form``
    the JSON Schema of the form with uploads that it takes, which sees to the key itself.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=GuardedRoute, **options)

    get = _declaring("GET")
    post = _declaring("POST")
    put = _declaring("PUT")
    patch = _declaring("PATCH")
    delete = _declaring("DELETE")


def access_of(routes: Iterable[BaseRoute]) -> dict[str, Access]:
    """Return what each route needs, by ``METHOD template``.

    Raises:
        SettingsError: a route has not declared it, or does not stand behind the guard.

    """
    needed: dict[str, Access] = {}
    for context in iter_route_contexts(list(routes)):
        route = context.original_route
        if not isinstance(route, GuardedRoute):
            raise SettingsError("route_of_another_router", route=getattr(route, "path", route))
        needed |= {f"{method} {route.path_format}": route.access for method in sorted(route.methods or ())}
    return needed
