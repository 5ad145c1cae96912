"""Signing in and out, the second factor, the one-time link, and the ministry's own login."""

from __future__ import annotations

import logging
from typing import Annotated, Any, NotRequired, TypedDict

from fastapi import Form, Query, Request
from markupsafe import Markup
from msgspec import Meta
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from opencwc.casebook.model import Person, Role
from opencwc.casebook.passwords import SHORTEST
from opencwc.casebook.people import Invitation
from opencwc.casebook.permissions import ACTIONS, may
from opencwc.casebook.sessions import Session
from opencwc.errors import ConflictError, InputError, NotFoundError, OpenCWCError
from opencwc.records import fields_of, one_of
from opencwc.web.accounts.entrance import Entrance, entrance_of
from opencwc.web.accounts.oidc import CALLBACK, COOKIE_PATH, LASTS, MinistryLogin
from opencwc.web.accounts.oidc import COOKIE as OIDC_COOKIE
from opencwc.web.server.api_parameters import Closed, Lang, MarkName, Moment, answers
from opencwc.web.server.page import environment, language_of
from opencwc.web.server.problems import HttpProblem, sign_in_needed
from opencwc.web.server.rate_limits import address_key
from opencwc.web.server.service import OPEN, Router, person_of, service_of
from opencwc.web.server.session_cookie import COOKIE, csrf_of, give_cookie, take_cookie
from opencwc.wording import RIGHT_TO_LEFT, say

router = Router(tags=["session"])
_LOG = logging.getLogger("opencwc.web.sign_in")
Secret = Annotated[str, Field(min_length=1, max_length=1000)]
Code = Annotated[str, Field(min_length=6, max_length=40)]


class PersonAnswer(TypedDict):
    """A person as the API tells of one."""

    id: str
    login: str
    name: str
    role: Annotated[str, one_of(str(role) for role in Role)]
    clearance: MarkName


class SessionAnswer(TypedDict):
    """Who is signed in, and what is still to be done."""

    person: PersonAnswer | None
    second_factor_due: bool
    second_factor_to_set_up: NotRequired[Annotated[bool, Meta(description="Nothing else is open before that.")]]
    csrf_token: NotRequired[Annotated[str, Meta(description="What every request that changes something must carry.")]]
    ends_at: NotRequired[Moment]
    actions: NotRequired[list[str]]


_ForCode = Annotated[str, Meta(description="For a QR code.")]


class SignIn(Closed):
    """A login, its password, and the code of the second factor where the person has it at hand."""

    login: Annotated[str, Field(min_length=1, max_length=200)]
    password: Secret
    code: Annotated[str, Field(max_length=40)] = ""


class CodeGiven(Closed):
    """A code of the second factor, or a recovery code."""

    code: Code


class PasswordGiven(Closed):
    """The password, once more: what changes how one signs in asks for it."""

    password: Secret


class PasswordAndCode(Closed):
    """The password and a code."""

    password: Secret
    code: Code


class NewPassword(Closed):
    """The password that was, and the one that shall be."""

    password: Secret
    new_password: Secret


class Acceptance(Closed):
    """The secret of a one-time link and a password; a login and a name where the link makes a new account."""

    token: Secret
    password: Secret
    login: Annotated[str, Field(max_length=100)] = ""
    name: Annotated[str, Field(max_length=200)] = ""


def person_json(person: Person) -> PersonAnswer:
    """Return a person as JSON."""
    answer: PersonAnswer = fields_of(PersonAnswer, person, role=str(person.role), clearance=str(person.clearance))
    return answer


@router.post("/api/v1/session", action=OPEN, answer=answers("Signed in", SessionAnswer))
def sign_in(request: Request, asked: SignIn) -> Response:
    """Sign in with a login and a password; where a second factor is due and no code came, the code is still to come."""
    entrance = _at_the_door(request)
    account = entrance.people.with_password(asked.login, asked.password)
    if account is None:
        raise _refused("login_or_password_wrong")
    person = account.person
    if account.has_totp and asked.code and not entrance.second_factor.check(person.id, asked.code):
        raise _refused("second_factor_code_wrong", person.id)
    return _begun(request, entrance, person, fully_in=bool(asked.code) or not account.has_totp)


@router.post("/api/v1/session/totp", action=OPEN, answer=answers("Signed in", SessionAnswer))
def give_code(request: Request, asked: CodeGiven) -> Response:
    """Give the code of the second factor, after the password."""
    entrance = _at_the_door(request)
    session = entrance.session_of(request)
    if session is None or session.fully_in:
        raise sign_in_needed("no_sign_in_waits_for_code")
    if not entrance.second_factor.check(session.person.id, asked.code):
        raise _refused("second_factor_code_wrong", session.person.id)
    return _begun(request, entrance, session.person)


@router.get("/api/v1/session", action="self", answer=answers("Who is signed in", SessionAnswer))
def who_am_i(request: Request) -> Response:
    """Say who is signed in, what they may do, and the token that pages send with what they change."""
    session = _session(request)
    return JSONResponse(_session_json(entrance_of(request), session, request.cookies[COOKIE]))


@router.delete(
    "/api/v1/session", action="self", status_code=204, response_class=Response, answer={"description": "Done"}
)
def sign_out(request: Request) -> Response:
    """Sign out."""
    entrance = entrance_of(request)
    entrance.sessions.end(request.cookies[COOKIE])
    response = Response(status_code=204)
    take_cookie(response, under_https=entrance.configuration.under_https)
    return response


@router.post("/api/v1/session/password", action="self", answer=answers("Changed", SessionAnswer), problems=(409,))
def change_password(request: Request, asked: NewPassword) -> Response:
    """Change one's password; every session ends, and a new one begins here."""
    entrance, person = _with_password(request, asked.password)
    if asked.password == asked.new_password:
        raise InputError("password_unchanged", where="new_password")
    entrance.people.set_password(person.id, asked.new_password)
    _LOG.info("password-changed", extra={"person": person.id})
    return _begun(request, entrance, person)


@router.post(
    "/api/v1/session/totp/enrol", action="self", answer=answers("The secret", secret=str, uri=_ForCode), problems=(409,)
)
def enrol(request: Request, asked: PasswordGiven) -> Response:
    """Get a secret for an authenticator; nothing changes until a code of it has come back."""
    entrance, person = _with_password(request, asked.password)
    secret, address = entrance.second_factor.offer(person.id)
    return JSONResponse({"secret": secret, "uri": address})


@router.post(
    "/api/v1/session/totp/confirm",
    action="self",
    answer=answers("The second factor is on from now", recovery_codes=list[str], session=SessionAnswer),
    problems=(409,),
)
def confirm(request: Request, asked: CodeGiven) -> Response:
    """Send back a first code: from now on one is asked for; the recovery codes are shown this once."""
    entrance, person = entrance_of(request), person_of(request)
    codes = entrance.second_factor.confirm(person.id, asked.code)
    _LOG.info("second-factor-on", extra={"person": person.id})
    return _begun(request, entrance, person, recovery_codes=codes)


@router.post(
    "/api/v1/session/totp/disable", action="self", answer=answers("It is gone", SessionAnswer), problems=(409,)
)
def disable(request: Request, asked: PasswordAndCode) -> Response:
    """Remove the second factor, with the password and a code."""
    entrance, person = _with_password(request, asked.password)
    if not entrance.people.account(person.id).has_totp:
        raise ConflictError("no_second_factor")
    if entrance.configuration.second_factor == "demanded":
        raise ConflictError("second_factor_demanded")
    if not entrance.second_factor.check(person.id, asked.code):
        raise _refused("second_factor_code_wrong", person.id)
    entrance.second_factor.remove(person.id)
    _LOG.info("second-factor-off", extra={"person": person.id})
    return _begun(request, entrance, person)


# The one-time link


@router.post(
    "/api/v1/invitations/accept",
    action=OPEN,
    status_code=201,
    answer=answers("The account", PersonAnswer),
    problems=(409,),
)
def accept(request: Request, asked: Acceptance) -> Response:
    """Use a one-time link: set the password of an account, or make the first administrator."""
    entrance = _at_the_door(request)
    person = entrance.people.accept(asked.token, asked.password, asked.login, asked.name)
    _LOG.info("invitation-used", extra={"person": person.id})
    return JSONResponse(person_json(person), 201)


@router.get("/auth/invitation", action=OPEN, include_in_schema=False)
def invitation_page(
    request: Request, token: Annotated[str, Query(max_length=200)] = "", lang: Lang | None = None
) -> Response:
    """Show the form that a one-time link leads to."""
    language = lang or language_of(request)
    entrance = _at_the_door(request)
    try:
        invitation = entrance.people.invitation(token)
    except OpenCWCError:
        return _page(language, 403, "web_invitation_void")
    return _page(language, 200, "web_invitation_title", token, invitation)


@router.post("/auth/invitation", action=OPEN, include_in_schema=False)
def invitation_form(
    request: Request,
    token: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
    again: Annotated[str, Form(max_length=1000)],
    lang: Annotated[Lang, Form()] = "en",
    login: Annotated[str, Form(max_length=100)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Take the form."""
    entrance = _at_the_door(request)
    try:
        invitation = entrance.people.invitation(token)
    except OpenCWCError:
        return _page(lang, 403, "web_invitation_void")
    if password != again:
        error: OpenCWCError = InputError("passwords_differ")
        return _page(lang, 422, "web_invitation_title", token, invitation, login=login, name=name, error=error)
    try:
        person = entrance.people.accept(token, password, login, name)
    except (InputError, ConflictError) as error:
        return _page(lang, 422, "web_invitation_title", token, invitation, login=login, name=name, error=error)
    _LOG.info("invitation-used", extra={"person": person.id})
    return _page(lang, 200, "web_invitation_done")


def _page(
    lang: str, status: int, title: str, token: str = "", invitation: Invitation | None = None, **filled: object
) -> Response:
    """Return the page of a one-time link: with its form where there is an invitation, ``filled`` as it was sent."""
    values = {"login": "", "name": "", "error": "", "go_on": "", **filled}
    text = environment(lang).get_template("accounts/invitation.html").render(
        lang=lang, direction="rtl" if lang in RIGHT_TO_LEFT else "ltr", title=title, token=token, invitation=invitation,
        shortest=SHORTEST, **values,
    )  # fmt: skip
    headers = {
        "content-security-policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        # With "no-referrer" a browser would not say, with the form, that it comes from here.
        "referrer-policy": "same-origin",
    }
    return HTMLResponse(text, status, headers)


# The ministry's own login


@router.get("/auth/oidc/start", action=OPEN, include_in_schema=False)
async def oidc_start(request: Request) -> Response:
    """Send a browser to the ministry's login."""
    entrance = _at_the_door(request)
    address, kept = await _ministry(entrance).start(entrance.address(request) + CALLBACK)
    response = RedirectResponse(address, 303)
    secure = entrance.configuration.under_https
    # Lax: the way back begins at the issuer's site, and the cookie must come along.
    response.set_cookie(
        OIDC_COOKIE, kept, max_age=LASTS, path=COOKIE_PATH, httponly=True, samesite="lax", secure=secure
    )
    return response


@router.get("/auth/oidc/callback", action=OPEN, include_in_schema=False)
async def oidc_callback(request: Request) -> Response:
    """Take a browser back from the ministry's login."""
    entrance = _at_the_door(request)
    given = dict(request.query_params)
    redirect = entrance.address(request) + CALLBACK
    account = await _ministry(entrance).finish(redirect, request.cookies.get(OIDC_COOKIE, ""), given)
    lang = language_of(request)
    # Not a redirect: a browser withholds a strict cookie from one that another site began, and the first page of
    # ours would see nobody.
    go_on = Markup('<p><a href="/">{}</a></p><meta http-equiv="refresh" content="0;url=/">').format(
        say("web_go_on", lang)
    )
    response = _page(lang, 200, "web_signed_in", go_on=go_on)
    former = request.cookies.get(COOKIE, "")
    secret = await run_in_threadpool(entrance.sessions.begin, account.person.id, instead_of=former)
    secure = entrance.configuration.under_https
    give_cookie(response, secret, under_https=secure)
    response.delete_cookie(OIDC_COOKIE, path=COOKIE_PATH, httponly=True, samesite="lax", secure=secure)
    _LOG.info("signed-in", extra={"person": account.person.id, "state": "oidc"})
    return response


def _ministry(entrance: Entrance) -> MinistryLogin:
    if entrance.ministry is None:
        raise NotFoundError("no_ministry_login", where="[oidc]")
    return entrance.ministry


# What they share


def _at_the_door(request: Request) -> Entrance:
    """Return the entrance, having counted the attempt by its address."""
    address = request.client.host if request.client else ""
    service_of(request).limiter.passing("sign_in", address_key(address))
    return entrance_of(request)


def _session(request: Request) -> Session:
    session = entrance_of(request).session_of(request)
    if session is None:
        raise sign_in_needed()
    return session


def _with_password(request: Request, password: str) -> tuple[Entrance, Person]:
    entrance = _at_the_door(request)
    person = person_of(request)
    if entrance.people.with_password(person.login, password) is None:
        raise _refused("password_wrong", person.id)
    return entrance, person


def _begun(
    request: Request,
    entrance: Entrance,
    person: Person,
    *,
    fully_in: bool = True,
    recovery_codes: list[str] | None = None,
) -> Response:
    secret = entrance.sessions.begin(person.id, fully_in=fully_in, instead_of=request.cookies.get(COOKIE, ""))
    session = entrance.sessions.of(secret)
    if session is None:
        raise sign_in_needed()
    signed_in = _session_json(entrance, session, secret)
    body = signed_in if recovery_codes is None else {"recovery_codes": recovery_codes, "session": signed_in}
    response = JSONResponse(body)
    give_cookie(response, secret, under_https=entrance.configuration.under_https)
    _LOG.info("signed-in", extra={"person": person.id, "state": "in" if fully_in else "second factor due"})
    return response


def _session_json(entrance: Entrance, session: Session, secret: str) -> dict[str, Any]:
    if not session.fully_in:
        return {"person": None, "second_factor_due": True}
    person = session.person
    return {
        "person": person_json(person),
        "second_factor_due": False,
        "second_factor_to_set_up": entrance.lacks_factor(session),
        "csrf_token": csrf_of(secret),
        "ends_at": session.ends_at,
        "actions": [action for action in ACTIONS if may(person, action)],
    }


def _refused(code: str, person: str = "") -> HttpProblem:
    _LOG.warning("sign-in-refused", extra={"person": person} if person else {})
    return HttpProblem(401, "sign-in-refused", code, headers={"WWW-Authenticate": "Bearer"})
