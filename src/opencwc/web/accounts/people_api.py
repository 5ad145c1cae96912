"""The accounts, for administrators."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Request
from msgspec import Meta
from pydantic import Field
from starlette.responses import JSONResponse, Response

from opencwc.casebook.model import Mark, Role
from opencwc.casebook.people import OIDC_LOGIN, OS_LOGIN, Account, People
from opencwc.errors import InputError
from opencwc.records import fields_of
from opencwc.web.accounts.entrance import entrance_of
from opencwc.web.accounts.session_api import PersonAnswer, person_json
from opencwc.web.server.api_parameters import Closed, MarkNamed, Moment, answers
from opencwc.web.server.service import Router, person_of

router = Router(tags=["people"])
RoleNamed = Literal["analyst", "reviewer", "administrator", "auditor", "declarant"]
SiteCode = Annotated[str, Field(min_length=1, max_length=200)]
PersonId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="The id of the person.")]


class AccountAnswer(PersonAnswer):
    """An account, for who manages it."""

    active: bool
    has_password: bool
    has_totp: bool
    bound: Annotated[bool, Meta(description="Whether it is bound to a subject of the ministry's login.")]
    expected_as: Annotated[str, Meta(description="The name by which that login will know it.")]
    made_at: Moment
    sites: Annotated[list[str], Meta(description="The codes of the sites that a declarant is bound to.")]


class NewPerson(Closed):
    """An account to make; ``expected_as`` is the e-mail or user name by which the ministry's login knows the person."""

    login: Annotated[str, Field(min_length=1, max_length=100)]
    name: Annotated[str, Field(max_length=200)] = ""
    role: RoleNamed = "analyst"
    clearance: MarkNamed = "unclassified"
    expected_as: Annotated[str, Field(max_length=200)] = ""


class Change(Closed):
    """What shall change of an account; what is left out stays."""

    name: Annotated[str | None, Field(max_length=200)] = None
    role: RoleNamed | None = None
    clearance: MarkNamed | None = None
    active: bool | None = None
    sites: Annotated[list[SiteCode] | None, Field(max_length=2_000)] = None
    expected_as: Annotated[str | None, Field(max_length=200)] = None
    has_totp: Annotated[Literal[False] | None, Field(description="false removes a lost second factor.")] = None


@router.get("/api/v1/people", action="people", answer=answers("All accounts", people=list[AccountAnswer]))
def everyone(request: Request) -> Response:
    """List all accounts, by login."""
    people = entrance_of(request).people
    return JSONResponse({"people": [_json(people, account) for account in people.everyone()]})


@router.post(
    "/api/v1/people", action="people", status_code=201, answer=answers("The account", AccountAnswer), problems=(409,)
)
def add(request: Request, asked: NewPerson) -> Response:
    """Make an account; an invitation gives it a password, or the ministry's login finds it by ``expected_as``."""
    if asked.login.strip().casefold().startswith((OS_LOGIN, OIDC_LOGIN)):
        raise InputError("login_prefix_reserved", where="login")
    people = entrance_of(request).people
    role, clearance = Role(asked.role), Mark[asked.clearance.upper()]
    actor = person_of(request).id
    person = people.add(actor, asked.login, asked.name, role, clearance, expected_as=asked.expected_as)
    return JSONResponse(_json(people, people.account(person.id)), 201)


@router.get(
    "/api/v1/people/{person_id}", action="people", answer=answers("The account", AccountAnswer), problems=(404,)
)
def one(request: Request, person_id: PersonId) -> Response:
    """Give one account."""
    people = entrance_of(request).people
    return JSONResponse(_json(people, people.account(person_id)))


@router.patch(
    "/api/v1/people/{person_id}", action="people", answer=answers("The account", AccountAnswer), problems=(404, 409)
)
def change(request: Request, person_id: PersonId, asked: Change) -> Response:
    """Change an account; its sessions end where its role, clearance, activity or second factor does."""
    people = entrance_of(request).people
    changed = people.change(
        person_of(request).id,
        person_id,
        name=asked.name,
        role=None if asked.role is None else Role(asked.role),
        clearance=None if asked.clearance is None else Mark[asked.clearance.upper()],
        active=asked.active,
        expected_as=asked.expected_as,
        drop_totp=asked.has_totp is False,
    )
    if asked.sites is not None:
        people.set_sites(person_of(request).id, person_id, asked.sites)
    return JSONResponse(_json(people, changed))


@router.post(
    "/api/v1/people/{person_id}/invitation",
    action="people",
    status_code=201,
    answer=answers("The link, shown this once", link=str, token=str),
    problems=(404, 409),
)
def invite(request: Request, person_id: PersonId) -> Response:
    """Make a one-time link by which the person sets a password; it holds for a day, and the one before is void."""
    entrance = entrance_of(request)
    secret = entrance.people.invite(person_of(request).id, person_id)
    return JSONResponse({"link": f"{entrance.address(request)}/auth/invitation?token={secret}", "token": secret}, 201)


def _json(people: People, account: Account) -> AccountAnswer:
    sites = list(people.sites(account.person.id)) if account.person.role is Role.DECLARANT else []
    answer: AccountAnswer = fields_of(AccountAnswer, account, **person_json(account.person), sites=sites)
    return answer
