"""The two routes of the demonstration: sign in by a link, and change to another invented person in one click.

Only the app of ``opencwc demo`` has them: `opencwc serve` does not include this router.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, cast
from urllib.parse import urlsplit

from fastapi import Form, Query, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import compile_path

from opencwc.casebook.model import Person
from opencwc.casebook.permissions import may
from opencwc.errors import NotFoundError
from opencwc.web.accounts.entrance import entrance_of
from opencwc.web.accounts.sign_in_page import own_address
from opencwc.web.server.htmx_headers import leading_to
from opencwc.web.server.service import OPEN, Router, access_of, person_of
from opencwc.web.server.session_cookie import COOKIE, give_cookie
from opencwc.wording import LANGUAGES, say

router = Router(include_in_schema=False)


@dataclass(frozen=True)
class Demonstration:
    """Who can be played: an app with one in ``app.state.demonstration`` shows the bar and has these routes.

    ``secret`` stands in the link that was printed; ``persons`` are people of the casebook, the first signed in first.
    """

    secret: str = field(repr=False)
    persons: tuple[Person, ...]

    @classmethod
    def of(cls, secret: str, persons: Sequence[Person]) -> Demonstration:
        """Return the demonstration of these people."""
        return cls(secret, tuple(persons))

    @property
    def people(self) -> list[tuple[str, str, str]]:
        """Login, name and role of each, for the bar."""
        return [(person.login, person.name, str(person.role)) for person in self.persons]

    @property
    def path(self) -> str:
        """The path of the link that signs in."""
        return f"/demo/{self.secret}"

    def current(self, request: Request) -> str:
        """Return the login of the person who is played in a request, ``""`` for nobody."""
        person = getattr(request.state, "person", None)
        return person.login if isinstance(person, Person) else ""

    def person(self, login: str) -> Person:
        """Return the person of a login; raise `NotFoundError` where it is nobody of the demonstration."""
        for person in self.persons:
            if person.login == login:
                return person
        raise NotFoundError("no_such_login_in_demonstration")


@router.get("/demo/{secret}", action=OPEN)
def come_in(request: Request, secret: str, lang: Annotated[str, Query(max_length=10)] = "") -> Response:
    """Begin a session as the first person and lead to the first page."""
    demonstration = demonstration_of(request)
    if not hmac.compare_digest(secret.encode(), demonstration.secret.encode()):
        raise NotFoundError("demonstration_link_of_another_start")
    target, spoken = (f"/?lang={lang}", lang) if lang in LANGUAGES else ("/", "en")
    response: Response = RedirectResponse(target, 303)
    if request.headers.get("sec-fetch-site") == "cross-site":
        # A browser withholds a strict cookie from a redirect that another site began (a terminal in a web page).
        link = Markup('<!doctype html><title>OpenCWC</title><p><a href="{}">{}</a></p>')
        text = link.format(target, say("web_go_on", spoken))
        response = HTMLResponse(text, headers={"Refresh": f"0; url={target}"})
    _begin(request, response, demonstration.persons[0])
    return response


@router.post("/demo/switch", action="self")
def switch(request: Request, login: Annotated[str, Form(max_length=100)]) -> Response:
    """End the session and begin that of another person, who comes to the same page where they may see it."""
    person = demonstration_of(request).person(login)
    person_of(request)
    back = _page_it_came_from(request)
    response = leading_to(back if _may_open(request, person, back) else "/")
    _begin(request, response, person)
    return response


def demonstration_of(request: Request) -> Demonstration:
    """Return the demonstration of the app that a request came to."""
    return cast(Demonstration, request.app.state.demonstration)


def _begin(request: Request, response: Response, person: Person) -> None:
    entrance = entrance_of(request)
    secret = entrance.sessions.begin(person.id, instead_of=request.cookies.get(COOKIE, ""))
    give_cookie(response, secret, under_https=entrance.configuration.under_https)


def _page_it_came_from(request: Request) -> str:
    """Return the path, with its question, of the page that htmx names; ``/`` where it is none of ours."""
    named = urlsplit(request.headers.get("hx-current-url", ""))
    if named.netloc and named.netloc != request.headers.get("host", ""):
        return "/"
    return own_address(named.path + (f"?{named.query}" if named.query else ""))


def _may_open(request: Request, person: Person, address: str) -> bool:
    """Return whether a person may open a page: an administrator reads no case."""
    path = urlsplit(address).path
    for route, access in access_of(request.app.routes).items():
        method, _, template = route.partition(" ")
        if method == "GET" and compile_path(template)[0].fullmatch(path):
            return access.action != OPEN and may(person, access.action)
    return False
