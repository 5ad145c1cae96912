"""How the service knows who asks: by a token, or by the session of a cookie.

Each route declares what a person may do (`opencwc.web.server.service.Router`); the mark of what a route touches is
checked by the casebook, which knows it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from starlette.requests import Request

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.people import People, this_moment
from opencwc.casebook.second_factor import SecondFactor
from opencwc.casebook.service_secret import Seal, service_secret
from opencwc.casebook.sessions import Session, Sessions
from opencwc.casebook.tokens import Tokens
from opencwc.errors import NotAllowedError
from opencwc.web.accounts.oidc import MinistryLogin, load_oidc
from opencwc.web.server.configuration import Configuration
from opencwc.web.server.problems import HttpProblem
from opencwc.web.server.same_origin import SAFE
from opencwc.web.server.session_cookie import COOKIE, is_csrf

SETTING_UP = frozenset(
    {
        "/api/v1/session", "/api/v1/session/password", "/api/v1/session/totp/enrol", "/api/v1/session/totp/confirm",
        "/settings", "/settings/password", "/settings/second-factor", "/settings/second-factor/confirm", "/sign-out",
    }
)  # fmt: skip
"""What is open, where a second factor is demanded, to who has none yet: to set one up, or to leave."""


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
        oidc = load_oidc(configuration)
        return cls(
            configuration,
            people,
            Sessions(people),
            Tokens(people),
            SecondFactor(people, Seal(secret, "totp")),
            MinistryLogin(oidc, people, Seal(secret, "oidc")) if oidc else None,
        )

    def person_of(self, request: Request) -> Person | None:
        """Return the person who sent a request: by its token, else by the session of its cookie; ``None`` for neither.

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
        proof = str(getattr(request.state, "csrf_field", ""))
        if request.method not in SAFE and not is_csrf(secret, request.headers.get("x-csrf-token", proof)):
            raise NotAllowedError("page_token_missing", where="X-CSRF-Token")
        if self.lacks_factor(session) and request.url.path not in SETTING_UP:
            raise HttpProblem(403, "second-factor-needed", "second_factor_not_set_up")
        return session.person

    def lacks_factor(self, session: Session) -> bool:
        """Return whether a second factor is demanded for this session's account, and is not set up yet."""
        return self.configuration.second_factor == "demanded" and session.by_password_alone

    def session_of(self, request: Request) -> Session | None:
        """Return the session of the cookie, also one that owes the second factor still."""
        return self.sessions.of(request.cookies.get(COOKIE, ""))

    def address(self, request: Request) -> str:
        """Return where people reach the service: its public address, else the one that a request came to."""
        return self.configuration.public_url or f"{request.url.scheme}://{request.headers['host']}"

    def first_link(self, address: str) -> str | None:
        """Return the one-time link that makes the first administrator, ``None`` where there is one.

        ``address`` is where people reach the service. Each call makes a new link and the one before void.
        """
        secret = self.people.first_invitation()
        return None if secret is None else f"{address.rstrip('/')}/auth/invitation?token={secret}"


def entrance_of(request: Request) -> Entrance:
    """Return the entrance that a request came through."""
    return cast(Entrance, request.app.state.entrance)
