"""Sign in, with the second factor where one is due, and sign out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Form, Query, Request
from starlette.responses import RedirectResponse, Response

from opencwc.web.accounts.entrance import entrance_of
from opencwc.web.accounts.session_api import CodeGiven, SignIn, give_code, sign_in
from opencwc.web.server.htmx_headers import keep_cookies, leading_to
from opencwc.web.server.page import page
from opencwc.web.server.problems import HttpProblem
from opencwc.web.server.service import OPEN, Router
from opencwc.web.server.session_cookie import COOKIE, take_cookie

router = Router(include_in_schema=False)
Next = Annotated[str, Query(max_length=2_000)]
REFUSED = 401


@router.get("/sign-in", action=OPEN)
def form(request: Request, next: Next = "") -> Response:
    """Show the form; where the password was given already, the one for the code."""
    entrance = entrance_of(request)
    session = entrance.session_of(request)
    if session is not None and session.fully_in:
        return RedirectResponse(own_address(next), 303)
    return _form(request, next, due=session is not None)


@router.post("/sign-in", action=OPEN)
def enter(
    request: Request,
    login: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=1_000)] = "",
    next: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Take the login and the password."""
    return _entered(request, next, lambda: sign_in(request, SignIn(login=login, password=password)), login=login)


@router.post("/sign-in/code", action=OPEN)
def enter_code(
    request: Request, code: Annotated[str, Form(max_length=100)] = "", next: Annotated[str, Form(max_length=2_000)] = ""
) -> Response:
    """Take the code of the second factor."""
    return _entered(request, next, lambda: give_code(request, CodeGiven(code=code)), due=True)


@router.post("/sign-out", action="self")
def leave(request: Request) -> Response:
    """End the session."""
    entrance = entrance_of(request)
    entrance.sessions.end(request.cookies.get(COOKIE, ""))
    response = leading_to("/sign-in")
    take_cookie(response, under_https=entrance.configuration.under_https)
    return response


def own_address(address: str) -> str:
    """Return an address of this service as it is, and the first page for any other: no sign-in leads elsewhere.

    >>> own_address("/cases/a?x=1"), own_address("//elsewhere.example/"), own_address("https://elsewhere.example/")
    ('/cases/a?x=1', '/', '/')
    """
    parts = urlsplit(address)
    ours = not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if ours and address.isprintable() else "/"


def _entered(
    request: Request, next: str, attempt: Callable[[], Response], *, login: str = "", due: bool = False
) -> Response:
    try:
        answer = attempt()
    except (HttpProblem, ValueError) as error:
        if isinstance(error, HttpProblem) and error.status != REFUSED:
            raise
        return _form(request, next, due=due, login=login, refused=True)
    owes = b'"second_factor_due":true' in bytes(answer.body)
    response = _form(request, next, due=True) if owes else RedirectResponse(own_address(next), 303)
    return keep_cookies(answer, response)


def _form(request: Request, next: str, *, due: bool, login: str = "", refused: bool = False) -> Response:
    ministry = entrance_of(request).ministry is not None
    status = REFUSED if refused else 200
    return page(
        request, "accounts/sign_in/page.html", status, next=own_address(next), due=due, login=login, refused=refused,
        ministry=ministry,
    )  # fmt: skip
