"""What a route can reach, and the one place where it is decided whether a request may reach the route."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from opencwc.casebook.findings import record_refusals
from opencwc.casebook.model import Person
from opencwc.casebook.permissions import require
from opencwc.language.refusals import RefusalLog, judge_request
from opencwc.settings import load_settings
from opencwc.web.server.answering import Answering
from opencwc.web.server.configuration import Configuration
from opencwc.web.server.metrics import Metrics
from opencwc.web.server.problems import sign_in_needed
from opencwc.web.server.rate_limits import Limiter
from opencwc.web.server.request_middleware import visit_of

if TYPE_CHECKING:
    from opencwc.jobs.intake import Intake
    from opencwc.jobs.queue import Jobs

PersonOf = Callable[[Request], "Person | Awaitable[Person | None] | None"]
OPEN = "open"
"""The action of a route that needs no person."""


@dataclass
class Service:
    """Everything that the routes of one app share.

    ``person_of`` says who asks (``None``: nobody that is known); ``access`` is the table of actions by method and
    template. ``jobs`` and ``intake`` (which takes uploads into the casebook) are ``None`` where the service runs
    without a casebook. ``stopping`` is set when the server leaves, so that long streams end.
    """

    configuration: Configuration
    access: Mapping[str, str]
    person_of: PersonOf | None
    answering: Answering
    limiter: Limiter
    metrics: Metrics
    jobs: Jobs | None = None
    intake: Intake | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def record_refused(self, person: Person, refused: Sequence[str]) -> None:
        """Record refused requests where they cannot be taken away: in the casebook, else in the settings folder."""
        if not refused:
            return
        if self.intake is not None:
            record_refusals(self.intake.book, person.id, refused)
            return
        log = RefusalLog(load_settings().folder)
        for text in refused:
            if (refusal := judge_request(text)) is not None:
                log.record(refusal, text)


def service_of(request: Request) -> Service:
    """Return the service that a request came to."""
    return cast(Service, request.app.state.service)


def person_of(request: Request) -> Person:
    """Return the person who asks; a route that is open to everybody has none and must not call this."""
    person = getattr(request.state, "person", None)
    if not isinstance(person, Person):
        raise sign_in_needed()
    return person


async def admit(request: Request, route: APIRoute) -> None:
    """Let a request through to its route, or raise the problem that keeps it out; before its body is read."""
    service = service_of(request)
    action = service.access[f"{request.method} {route.path_format}"]
    if action == OPEN:
        return
    person = await who_asks(service, request)
    if person is None:
        raise sign_in_needed()
    visit = visit_of(request.scope)
    visit.person = person.id
    visit.headers.update(service.limiter.passing("person", person.id).headers())
    request.state.person = person
    require(person, action)
    if getattr(route.endpoint, "takes_uploads", False):
        visit.body_limit = service.configuration.upload_limit


async def who_asks(service: Service, request: Request) -> Person | None:
    """Return the person whom a request comes from, as far as that can be known."""
    if service.person_of is None:
        return None
    if inspect.iscoroutinefunction(service.person_of):
        return cast("Person | None", await service.person_of(request))
    return cast("Person | None", await service.answering.run(service.person_of, request))


class GuardedRoute(APIRoute):
    """A route that nobody reaches but through `admit`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with the guard before it."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            await admit(request, self)
            return await handle(request)

        return guarded


def takes_uploads(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Mark an endpoint whose body may be as long as an upload."""
    endpoint.takes_uploads = True  # type: ignore[attr-defined]
    return endpoint
