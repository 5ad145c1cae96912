"""Who may use which route, and how the service knows who asks: one table, and one way in.

`ACCESS` names for each route the action it needs (`opencwc.casebook.permissions` says which roles may do it); the
table in docs/reference/roles-and-routes.md is made of it. A route without a row, or a row without a route, and the
service does not start. The mark of what a route touches is checked by the casebook, which knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person, Role
from opencwc.casebook.people import People, this_moment
from opencwc.casebook.permissions import ACTIONS, SCOPES
from opencwc.casebook.tokens import Tokens
from opencwc.errors import NotAllowedError, SettingsError
from opencwc.web.accounts.secret import Seal, service_secret
from opencwc.web.accounts.sessions import COOKIE, Session, Sessions, is_csrf
from opencwc.web.accounts.totp import SecondFactor
from opencwc.web.casebook.api import ACCESS as CASES_ACCESS
from opencwc.web.casebook.audit_api import ACCESS as AUDIT_ACCESS
from opencwc.web.server.api_access import ACCESS as SERVICE_ACCESS
from opencwc.web.server.configuration import Configuration
from opencwc.web.server.page_access import ACCESS as PAGE_ACCESS
from opencwc.web.server.problems import HttpProblem

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI

    from opencwc.jobs.intake import Intake
    from opencwc.jobs.queue import Jobs
    from opencwc.web.accounts.oidc import MinistryLogin

OPEN = "open"
"""The action of a route that needs no person."""
ACCESS: dict[str, str] = {
    **SERVICE_ACCESS,
    **CASES_ACCESS,
    **AUDIT_ACCESS,
    **PAGE_ACCESS,
    "POST /api/v1/session": OPEN,
    "GET /api/v1/session": "self",
    "DELETE /api/v1/session": "self",
    "POST /api/v1/session/totp": OPEN,  # who gave the password and owes the second factor
    "POST /api/v1/session/password": "self",
    "POST /api/v1/session/totp/enrol": "self",
    "POST /api/v1/session/totp/confirm": "self",
    "POST /api/v1/session/totp/disable": "self",
    "POST /api/v1/invitations/accept": OPEN,  # who holds the link
    "GET /auth/invitation": OPEN,
    "POST /auth/invitation": OPEN,
    "GET /auth/oidc/start": OPEN,
    "GET /auth/oidc/callback": OPEN,
    "GET /api/v1/people": "people",
    "POST /api/v1/people": "people",
    "GET /api/v1/people/{person_id}": "people",
    "PATCH /api/v1/people/{person_id}": "people",
    "POST /api/v1/people/{person_id}/invitation": "people",
    "GET /api/v1/tokens": "self",
    "POST /api/v1/tokens": "self",
    "DELETE /api/v1/tokens/{token_id}": "self",
}
"""The action of every route, by method and template."""
CHECKED_INSIDE = {"GET /metrics": "metrics"}
"""What is open in the table because the route itself asks for the action, or for a secret that is no person's."""
SETTING_UP = frozenset(
    {
        "/api/v1/session", "/api/v1/session/password", "/api/v1/session/totp/enrol", "/api/v1/session/totp/confirm",
        "/settings", "/settings/password", "/settings/second-factor", "/settings/second-factor/confirm", "/sign-out",
    }
)  # fmt: skip
"""What is open, where a second factor is demanded, to who has none yet: to set one up, or to leave."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that change nothing (RFC 9110, 9.2.1)."""


@dataclass(frozen=True)
class Entrance:
    """All that is needed to know who someone is."""

    configuration: Configuration
    people: People
    sessions: Sessions
    tokens: Tokens
    second_factor: SecondFactor
    ministry: MinistryLogin | None

    @classmethod
    def of(cls, book: Casebook, configuration: Configuration, clock: Callable[[], datetime] = this_moment) -> Entrance:
        """Return the entrance to a casebook; raise `SettingsError` where ``[oidc]`` or the service's secret fails."""
        people = People(book, clock)
        secret = service_secret()
        ministry = None
        if configuration.oidc:
            from opencwc.web.accounts.oidc import MinistryLogin, load_oidc

            settings = load_oidc(configuration)
            ministry = MinistryLogin(settings, people, Seal(secret, "oidc")) if settings else None
        return cls(
            configuration,
            people,
            Sessions(people),
            Tokens(people),
            SecondFactor(people, Seal(secret, "totp")),
            ministry,
        )

    def person_of(self, request: Request) -> Person | None:
        """Return who asks: the bearer of a token, else whose session the cookie is, else nobody.

        Raises:
            NotAllowedError: a cookie came with a request that changes something, and without the page's own token.
            HttpProblem: a second factor is demanded here, and the account has to set one up first (403).

        """
        if (written := request.headers.get("authorization")) is not None:
            scheme, _, token = written.partition(" ")
            return self.tokens.person_of(token.strip()) if scheme.lower() == "bearer" else None
        secret = request.cookies.get(COOKIE, "")
        session = self.sessions.of(secret)
        if session is None or not session.fully_in:
            return None
        if request.method not in SAFE and not is_csrf(secret, request.headers.get("x-csrf-token", "")):
            raise NotAllowedError(
                "the request does not carry the token of the page",
                where="X-CSRF-Token",
                remedy="GET /api/v1/session gives it.",
            )
        if self.lacks_factor(session) and request.url.path not in SETTING_UP:
            raise HttpProblem(
                403,
                "second-factor-needed",
                "a second factor is demanded here, and this account has none yet",
                remedy="Set one up: /settings, or POST /api/v1/session/totp/enrol.",
            )
        return session.person

    def lacks_factor(self, session: Session) -> bool:
        """Tell whether a second factor is demanded of whose session this is, and is not set up yet."""
        return self.configuration.second_factor == "demanded" and session.by_password_alone

    def session_of(self, request: Request) -> Session | None:
        """Return the session of the cookie, also one that owes the second factor still."""
        return self.sessions.of(request.cookies.get(COOKIE, ""))

    def first_link(self, address: str) -> str | None:
        """Return the one-time link that makes the first administrator, ``None`` where there is one.

        ``address`` is where people reach the service. Each call makes a new link and the one before void.
        """
        secret = self.people.first_invitation()
        return None if secret is None else f"{address.rstrip('/')}/auth/invitation?token={secret}"


def guarded_app(
    entrance: Entrance,
    *,
    queue: Jobs | None = None,
    intake: Intake | None = None,
    routers: Iterable[APIRouter] = (),
    access: Mapping[str, str] = ACCESS,
) -> FastAPI:
    """Return the service behind its entrance; ``routers`` are further routes, which must have rows in ``access``."""
    from opencwc.web.accounts import people_api, session_api, tokens_api
    from opencwc.web.casebook import api as cases_api
    from opencwc.web.casebook import audit_api
    from opencwc.web.server.all_pages import ROUTERS
    from opencwc.web.server.app import create_app

    app = create_app(
        entrance.configuration,
        person_of=entrance.person_of,
        access=access,
        queue=queue,
        intake=intake,
        routers=(
            session_api.router,
            people_api.router,
            tokens_api.router,
            cases_api.router,
            audit_api.router,
            *ROUTERS,
            *routers,
        ),
    )
    guard(app, entrance, access)
    return app


def guard(app: FastAPI, entrance: Entrance, access: Mapping[str, str] = ACCESS) -> None:
    """Put the entrance before an app of `create_app`, which must have been made with its ``person_of``.

    Raises:
        SettingsError: a route has no row in the table, or a row has no route.

    """
    from opencwc.web.server.app import routes_of

    routes = set(routes_of(app))
    if strange := sorted(routes ^ set(access)):
        lacks = "row in the table of access" if strange[0] in routes else "route"
        raise SettingsError(
            f"{strange[0]} has no {lacks}", where="opencwc.web.server.access", remedy="Add or remove it."
        )
    app.state.entrance = entrance
    # Last, so that it stands inside the door, which turns what it raises into a problem.
    app.user_middleware.append(Middleware(SameOrigin, configuration=entrance.configuration))


def entrance_of(request: Request) -> Entrance:
    """Return the entrance that a request came through."""
    return cast(Entrance, request.app.state.entrance)


class SameOrigin:
    """Refuses what changes something and was begun by another site, whatever the route: also a sign-in.

    A browser says where a request comes from, and no page can make it lie (Fetch Metadata; RFC 6454). What is no
    browser says nothing, and carries no cookie that a person did not give it.
    """

    def __init__(self, app: ASGIApp, configuration: Configuration) -> None:
        self.app = app
        self.configuration = configuration

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or raise `NotAllowedError`."""
        if scope["type"] == "websocket":
            raise NotAllowedError("there are no web sockets here", remedy="Use the routes of the API.")
        if scope["type"] == "http" and scope["method"] not in SAFE:
            self._check(Request(scope))
        await self.app(scope, receive, send)

    def _check(self, request: Request) -> None:
        site = request.headers.get("sec-fetch-site")
        origin = request.headers.get("origin")
        own = {self.configuration.public_url, f"{request.url.scheme}://{request.headers.get('host', '')}"} - {""}
        # A page that tells no address sends "null" with a form, even to itself: then the other header must vouch.
        known = origin is None or origin in own or (origin == "null" and site == "same-origin")
        if not known or site not in (None, "same-origin", "none"):
            raise NotAllowedError("the request was begun by another site", where="Origin", remedy="Use our own pages.")


def table_of_access(access: dict[str, str] = ACCESS) -> str:
    """Return the Markdown table of what each role may use, in the order of the paths."""
    head = ("route", "action", "nobody", *(str(role) for role in Role), "token")
    lines = [_line(head), _line(("---", "---", *(":-:" for _ in head[2:])))]
    for route in sorted(access, key=lambda one: (one.split(" ")[1], one)):
        action = CHECKED_INSIDE.get(route, access[route])
        anyone = action == OPEN
        roles = [anyone or role in ACTIONS[action] for role in Role]
        by_token = "-" if anyone else "scope" if action in SCOPES else "no"
        lines.append(_line((f"`{route}`", action, *("yes" if may else "no" for may in (anyone, *roles)), by_token)))
    return "\n".join(lines) + "\n"


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
