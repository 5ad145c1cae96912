"""The app: its routers, its middleware and its handlers of errors, put together in one place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from opencwc.casebook.database import Casebook
from opencwc.jobs.intake import Intake, intake_of
from opencwc.jobs.queue import Jobs
from opencwc.verbs import parts
from opencwc.version import __version__
from opencwc.web.accounts import people_api, session_api, settings_pages, sign_in_page, tokens_api
from opencwc.web.accounts.entrance import Entrance
from opencwc.web.casebook import api as casebook_api
from opencwc.web.casebook import (
    audit_api,
    audit_page,
    bulk_page,
    case_page,
    casebook_page,
    finding_page,
    job_page,
    jobs_api,
)
from opencwc.web.convention import api as convention_api
from opencwc.web.convention import pages as convention_pages
from opencwc.web.custody import api as custody_api
from opencwc.web.custody import pages as custody_pages
from opencwc.web.find import api as find_api
from opencwc.web.find import pages as find_pages
from opencwc.web.home import overview_page
from opencwc.web.home import pages as home_pages
from opencwc.web.models import api as models_api
from opencwc.web.models import pages as models_pages
from opencwc.web.server import health_api, static_files
from opencwc.web.server.answering import Answering
from opencwc.web.server.configuration import Configuration
from opencwc.web.server.metrics import Metrics
from opencwc.web.server.page import language_of
from opencwc.web.server.problem_page import show_problem
from opencwc.web.server.problems import tell_problems
from opencwc.web.server.rate_limits import Limiter
from opencwc.web.server.request_middleware import RequestMiddleware
from opencwc.web.server.same_origin import SameOrigin
from opencwc.web.server.service import PersonOf, Service, access_of
from opencwc.web.states import api as states_api
from opencwc.web.states import pages as states_pages


def open_routers() -> tuple[APIRouter, ...]:
    """Return the routes that need no accounts of a casebook."""
    return (
        health_api.router, *parts("api"), convention_api.router, custody_api.router, models_api.router,
        jobs_api.router,
    )  # fmt: skip


def account_routers() -> tuple[APIRouter, ...]:
    """Return the routes that need the accounts of a casebook."""
    modules = (
        find_api, find_pages, home_pages, overview_page, session_api, people_api, tokens_api, casebook_api, audit_api,
        static_files, sign_in_page, casebook_page, bulk_page, case_page, finding_page, job_page, convention_pages,
        custody_pages,
        models_pages, audit_page, settings_pages, states_api, states_pages,
    )  # fmt: skip
    return (*parts("router"), *(module.router for module in modules))


DESCRIPTION = health_api.description
"""The route of the API's description, which is included last."""


def create_app(
    configuration: Configuration,
    *,
    person_of: PersonOf | None = None,
    queue: Jobs | None = None,
    intake: Intake | None = None,
    routers: Iterable[APIRouter] = (),
) -> FastAPI:
    """Return the service as an ASGI app.

    ``person_of`` tells who asks: without it nobody is known, and only what is open answers. ``queue`` and ``intake``
    are the jobs and how an upload is taken into the casebook; without them there are no jobs. ``routers`` are further
    routes.

    Raises:
        SettingsError: a route has not declared what it needs, or does not stand behind the guard.

    """
    service = Service(
        configuration=configuration,
        person_of=person_of,
        answering=Answering(configuration.screening_threads),
        limiter=Limiter(configuration),
        metrics=Metrics(),
        jobs=queue,
        intake=intake,
    )
    if queue is not None:
        service.metrics.watch_jobs(queue.count)
    app = FastAPI(
        title="OpenCWC",
        version=__version__,
        summary="What the Chemical Weapons Convention says about what you hold.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # one address for one thing, and no redirect made of what a request says of itself
        lifespan=_while_it_runs,
    )
    app.state.service = service
    for router in (*open_routers(), *routers, DESCRIPTION):
        app.router.routes += router.routes  # `include_router` would build each of 160 routes a second time
    app.add_middleware(RequestMiddleware, configuration=configuration, limiter=service.limiter, metrics=service.metrics)
    tell_problems(app, show_problem, language_of)
    access_of(app.routes)
    return app


@asynccontextmanager
async def _while_it_runs(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    service.stopping.clear()
    service.answering.open()
    yield
    service.stopping.set()
    service.answering.close()


def app_of(entrance: Entrance, book: Casebook, routers: Iterable[APIRouter] = ()) -> FastAPI:
    """Return the service of a casebook behind its entrance; ``routers`` are further groups of routes."""
    app = create_app(
        entrance.configuration,
        person_of=entrance.person_of,
        queue=Jobs(book.engine),
        intake=intake_of(book),
        routers=(*account_routers(), *routers),
    )
    app.state.entrance = entrance
    # Last, so that it stands inside the outermost one, which turns what it raises into a problem.
    app.user_middleware.append(Middleware(SameOrigin, configuration=entrance.configuration))
    return app
