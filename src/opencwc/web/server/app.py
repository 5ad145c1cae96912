"""The app: all wiring, in one place. What a route does stands in its own file; what it may reach, in `service`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import iter_route_contexts
from starlette.responses import JSONResponse, Response

from opencwc import __version__
from opencwc.errors import SettingsError
from opencwc.web.casebook import jobs_api
from opencwc.web.convention import api as convention
from opencwc.web.legislation import api as legislation
from opencwc.web.models import api as models
from opencwc.web.screening import api as screening
from opencwc.web.server import health_api
from opencwc.web.server.answering import Answering
from opencwc.web.server.api_access import ACCESS
from opencwc.web.server.configuration import Configuration
from opencwc.web.server.metrics import Metrics
from opencwc.web.server.problems import tell_problems
from opencwc.web.server.rate_limits import Limiter
from opencwc.web.server.request_middleware import Door
from opencwc.web.server.service import GuardedRoute, PersonOf, Service
from opencwc.web.transfers import api as transfers

if TYPE_CHECKING:
    from opencwc.jobs.intake import Intake
    from opencwc.jobs.queue import Jobs


def create_app(
    configuration: Configuration,
    *,
    person_of: PersonOf | None = None,
    access: Mapping[str, str] = ACCESS,
    queue: Jobs | None = None,
    intake: Intake | None = None,
    routers: Iterable[APIRouter] = (),
) -> FastAPI:
    """Return the service as an ASGI app.

    ``person_of`` tells who asks: without it nobody is known, and only what is open answers. ``access`` gives the
    action that each route needs, by method and template (``"POST /api/v1/screen": "screen"``). ``queue`` and ``intake``
    are the jobs and how an upload is taken into the casebook; without them there are no jobs. ``routers`` are further
    routes, of `GuardedRoute`.

    Raises:
        SettingsError: a route has no row in ``access``, or does not stand behind the guard.

    """
    service = Service(
        configuration=configuration,
        access=access,
        person_of=person_of,
        answering=Answering(configuration.screening_threads),
        limiter=Limiter(configuration),
        metrics=Metrics(),
        jobs=queue,
        intake=intake,
    )
    if queue is not None:
        service.metrics.watch_jobs(queue.count)

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        service.stopping.clear()
        service.answering.open()
        yield
        service.stopping.set()
        service.answering.close()

    app = FastAPI(
        title="OpenCWC",
        version=__version__,
        summary="What the Chemical Weapons Convention says about what you hold.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # one address for one thing, and no redirect made of what a request says of itself
        lifespan=living,
    )
    app.state.service = service
    own = (health_api, screening, transfers, legislation, convention, models, jobs_api)
    for router in (*(one.router for one in own), *routers):
        app.include_router(router)
    app.include_router(_description())
    app.add_middleware(Door, configuration=configuration, limiter=service.limiter, metrics=service.metrics)
    tell_problems(app)
    _check_access(app, access)
    return app


def routes_of(app: FastAPI) -> list[str]:
    """Return every route as ``METHOD template``: what the table of access must have a row for."""
    found = []
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if not isinstance(route, GuardedRoute):
            raise SettingsError(
                f"the route {getattr(route, 'path', route)!r} does not stand behind the guard",
                remedy="Make its router with route_class=GuardedRoute.",
            )
        found += [f"{method} {route.path_format}" for method in sorted(route.methods or ())]
    return found


def _check_access(app: FastAPI, access: Mapping[str, str]) -> None:
    if missing := [route for route in routes_of(app) if route not in access]:
        raise SettingsError(
            f"nobody has said who may use the route {missing[0]}", remedy="Give it a row in the table of access."
        )


def _description() -> APIRouter:
    router = APIRouter(route_class=GuardedRoute)

    @router.get("/api/v1/openapi.json", include_in_schema=False)
    async def description(request: Request) -> Response:
        """Give the OpenAPI description of the API."""
        return JSONResponse(request.app.openapi())

    return router
