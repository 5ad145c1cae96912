"""Settings: one's own sign-in, the accounts, the roles, tokens, lists, policies, blind re-checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple

from fastapi import Form, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from opencwc.casebook.agreement import agreement
from opencwc.casebook.audit_summary import recheck_share, record_state
from opencwc.casebook.decisions import set_recheck_share
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.passwords import SHORTEST
from opencwc.casebook.people import OIDC_LOGIN, OS_LOGIN
from opencwc.casebook.permissions import ACTIONS, SCOPES, may
from opencwc.casebook.tokens import LONGEST_LIFE
from opencwc.convention import Convention
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.jobs.second_looks import agreement_on_events
from opencwc.screening.allow_list import AllowList
from opencwc.settings import load_settings
from opencwc.web.accounts import people_api, session_api, tokens_api
from opencwc.web.accounts.entrance import entrance_of
from opencwc.web.accounts.people_api import PersonId
from opencwc.web.accounts.settings_lists import (
    LIST_COLUMNS,
    lists_at_hand,
    people_columns,
    policy_columns,
    role_columns,
)
from opencwc.web.accounts.tokens_api import TokenId
from opencwc.web.server.downloads import download
from opencwc.web.server.health_api import health_of
from opencwc.web.server.htmx_headers import asked_of, body_of, done, keep_cookies
from opencwc.web.server.listing import Ending, ListAsked, ListColumn, ListWanted, Row, listed
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, book_of, person_of, service_of
from opencwc.web.server.session_cookie import COOKIE
from opencwc.wording import say

router = Router(include_in_schema=False)
LIVES = (7, 30, 90, 365)
"""Days that a token may last, to choose from."""
Word = Annotated[str, Form(max_length=1_000)]


class Tab(NamedTuple):
    """A part of the settings: its name (``page_settings_tab_{name}``), its address, and the action it is for."""

    name: str
    address: str
    action: str


TABS = (
    Tab("you", "/settings", "self"),
    Tab("people", "/settings/people", "people"),
    Tab("roles", "/settings/roles", "self"),
    Tab("tokens", "/settings/tokens", "self"),
    Tab("lists", "/settings/lists", "rules"),
    Tab("allow", "/settings/allow", "rules"),
    Tab("policies", "/settings/policies", "rules"),
    Tab("rechecks", "/settings/rechecks", "decide"),
    Tab("health", "/settings/health", "metrics"),
)


def settings_page(request: Request, tab: str, template: str, **values: Any) -> Response:
    """Return a part of the settings, under the tabs that the person may open."""
    lang = language_of(request)
    tabs = [
        (tab.name, tab.address, say(f"page_settings_tab_{tab.name}", lang))
        for tab in TABS
        if may(person_of(request), tab.action)
    ]
    return page(request, f"accounts/settings/{template}.html", tab=tab, tab_links=tabs, **values)


def _part(request: Request, template: str, message: str | Message, *, csrf: str = "", **values: Any) -> Response:
    """Return what a change brought anew, and have it said aloud."""
    part = page(request, f"accounts/settings/{template}.html", changed=True, **values)
    return done(part, say(message, language_of(request)), csrf=csrf)


def _file(
    request: Request, rows: Iterable[Row], columns: Sequence[ListColumn[Row]], wanted: ListAsked, tab: str,
    ending: Ending,
) -> Response:  # fmt: skip
    lang = language_of(request)
    return download(
        listed(rows, columns, wanted, lang).file(ending, f"page_settings_tab_{tab}", lang), f"{tab}.{ending}"
    )


# You: the sign-in


@router.get("/settings", action="self")
def you(request: Request) -> Response:
    """Show who is signed in, and how."""
    return settings_page(request, "you", "you", **_sign_in(request))


@router.post("/settings/password", action="self")
def change_password(request: Request, password: Word = "", new_password: Word = "") -> Response:
    """Change one's password; every other session ends."""
    asked = asked_of(session_api.NewPassword, password=password, new_password=new_password)
    return _renewed(request, session_api.change_password(request, asked), "page_settings_password_changed")


@router.post("/settings/second-factor", action="self")
def enrol(request: Request, password: Word = "") -> Response:
    """Offer a second factor: show its secret, and wait for a code of it."""
    answer = session_api.enrol(request, asked_of(session_api.PasswordGiven, password=password))
    return _part(request, "sign_in", "page_settings_factor_offered", **_sign_in(request, offer=body_of(answer)))


@router.post("/settings/second-factor/confirm", action="self")
def confirm(request: Request, code: Word = "") -> Response:
    """Take the first code, and show the recovery codes, this once."""
    answer = session_api.confirm(request, asked_of(session_api.CodeGiven, code=code))
    return _renewed(request, answer, "page_settings_factor_on", codes=body_of(answer)["recovery_codes"])


@router.post("/settings/second-factor/disable", action="self")
def disable(request: Request, password: Word = "", code: Word = "") -> Response:
    """Ask for no second factor any more."""
    asked = asked_of(session_api.PasswordAndCode, password=password, code=code)
    return _renewed(request, session_api.disable(request, asked), "page_settings_factor_off")


@router.post("/settings/sessions/end", action="self")
def end_sessions(request: Request) -> Response:
    """End one's sessions in all other browsers."""
    entrance = entrance_of(request)
    count = entrance.sessions.end_others(person_of(request).id, request.cookies.get(COOKIE, ""))
    return _part(request, "sign_in", Message("page_settings_sessions_ended", {"number": count}), **_sign_in(request))


def _sign_in(
    request: Request, *, offer: dict[str, str] | None = None, codes: list[str] | None = None
) -> dict[str, Any]:
    account = entrance_of(request).people.account(person_of(request).id)
    demanded = service_of(request).configuration.second_factor == "demanded"
    return {"account": account, "offer": offer, "codes": codes, "shortest": SHORTEST, "demanded": demanded}


def _renewed(request: Request, answer: Response, message: str, *, codes: list[str] | None = None) -> Response:
    """Show the part about the sign-in after a new session began, with its cookie and its token for the page."""
    body = body_of(answer)
    csrf = body.get("session", body)["csrf_token"]
    return keep_cookies(answer, _part(request, "sign_in", message, csrf=csrf, **_sign_in(request, codes=codes)))


# People


@router.get("/settings/people", action="people")
def everyone(request: Request, wanted: ListWanted) -> Response:
    """Show all accounts, and the form for another one."""
    return settings_page(request, "people", "people", **_accounts(request, wanted))


@router.get("/settings/people.{ending}", action="people")
def give_people(request: Request, ending: Ending, wanted: ListWanted) -> Response:
    """Give the accounts as a file, in which no cell is a formula."""
    columns = people_columns(demonstration=_in_demonstration(request))
    return _file(request, entrance_of(request).people.everyone(), columns, wanted, "people", ending)


@router.post("/settings/people", action="people")
def add(
    request: Request,
    login: Word = "",
    name: Word = "",
    role: Word = "analyst",
    clearance: Word = "unclassified",
    expected_as: Word = "",
) -> Response:
    """Make an account, with a link for its person where it needs one."""
    asked = asked_of(
        people_api.NewPerson, login=login, name=name, role=role, clearance=clearance, expected_as=expected_as.strip()
    )
    made = body_of(people_api.add(request, asked))
    link = "" if expected_as.strip() else body_of(people_api.invite(request, made["id"]))["link"]
    message = Message("page_settings_person_added", {"login": made["login"]})
    return _part(request, "accounts", message, **_accounts(request, ListAsked(), link, made["login"]))


@router.get("/settings/people/{person_id}", action="people")
def account(request: Request, person_id: PersonId) -> Response:
    """Show one account, and what can be changed of it."""
    return settings_page(request, "people", "person", **_account(request, person_id))


class AccountForm(BaseModel):
    """What is changed of an account, as the form sends it."""

    name: Annotated[str | None, Field(max_length=200)] = None
    role: Annotated[str | None, Field(max_length=40)] = None
    clearance: Annotated[str | None, Field(max_length=40)] = None
    active: bool | None = None
    expected_as: Annotated[str | None, Field(max_length=200)] = None
    sites: Annotated[str | None, Field(max_length=200_000)] = None
    drop_factor: bool = False


@router.post("/settings/people/{person_id}", action="people")
def change(request: Request, person_id: PersonId, form: Annotated[AccountForm, Form()]) -> Response:
    """Change an account; what stands in the form as it was stays as it is."""
    people = entrance_of(request).people
    before = people.account(person_id)
    sites = None if form.sites is None else codes_in(form.sites)
    same_name = form.expected_as is None or form.expected_as.strip().casefold() == before.expected_as
    asked = asked_of(
        people_api.Change,
        name=None if form.name is None or form.name.strip() == before.person.name else form.name,
        role=form.role,
        clearance=form.clearance,
        active=form.active,
        sites=None if sites is None or tuple(sites) == people.sites(person_id) else sites,
        # The same name again would bind the account anew.
        expected_as=None if same_name else form.expected_as,
        has_totp=False if form.drop_factor else None,
    )
    people_api.change(request, person_id, asked)
    return _part(request, "account", "page_settings_person_changed", **_account(request, person_id))


@router.post("/settings/people/{person_id}/invitation", action="people")
def invite(request: Request, person_id: PersonId) -> Response:
    """Make a one-time link, and show it this once."""
    link = body_of(people_api.invite(request, person_id))["link"]
    login = entrance_of(request).people.account(person_id).person.login
    return _part(request, "invitation", "page_settings_link_made", link=link, invited=login)


def codes_in(text: str) -> list[str]:
    """Return the codes of sites in a text, one a line, each once and in their order.

    >>> codes_in("SUED\\n NORD \\n\\nSUED")
    ['NORD', 'SUED']
    """
    return sorted({line.strip() for line in text.splitlines()} - {""})


def _in_demonstration(request: Request) -> bool:
    return getattr(request.app.state, "demonstration", None) is not None


def _accounts(request: Request, wanted: ListAsked, link: str = "", invited: str = "") -> dict[str, Any]:
    accounts, demonstration = entrance_of(request).people.everyone(), _in_demonstration(request)
    waiting = 0 if demonstration else sum(account.active and not account.can_sign_in for account in accounts)
    table = listed(accounts, people_columns(demonstration=demonstration), wanted, language_of(request))
    return {
        "accounts": accounts, "list": table, "waiting": waiting, "link": link, "invited": invited,
        **_choices(request),
    }  # fmt: skip


def _account(request: Request, person_id: str) -> dict[str, Any]:
    account = entrance_of(request).people.account(person_id)
    own_way = account.person.login.startswith((OS_LOGIN, OIDC_LOGIN))
    is_self = account.person.id == person_of(request).id
    sites = entrance_of(request).people.sites(person_id)
    return {"account": account, "sites": sites, "own_way": own_way, "is_self": is_self, **_choices(request)}


def _choices(request: Request) -> dict[str, Any]:
    return {"roles": list(Role), "marks": list(Mark), "ministry": entrance_of(request).ministry is not None}


# Roles


@router.get("/settings/roles", action="self")
def roles(request: Request, wanted: ListWanted) -> Response:
    """Show who may do what: the table that the service itself asks."""
    role = person_of(request).role
    own = sum(role in roles_allowed for roles_allowed in ACTIONS.values())
    table = listed(ACTIONS, role_columns(role), wanted, language_of(request))
    return settings_page(request, "roles", "roles", list=table, allowed_actions=own)


@router.get("/settings/roles.{ending}", action="self")
def give_roles(request: Request, ending: Ending, wanted: ListWanted) -> Response:
    """Give who may do what as a file, in which no cell is a formula."""
    return _file(request, ACTIONS, role_columns(person_of(request).role), wanted, "roles", ending)


# Tokens


@router.get("/settings/tokens", action="self")
def tokens(request: Request) -> Response:
    """Show one's tokens, to who manages people all of them, and the form for another one."""
    return settings_page(request, "tokens", "tokens", **_tokens(request))


@router.post("/settings/tokens", action="self")
def make_token(
    request: Request,
    name: Word = "",
    scopes: Annotated[list[str] | None, Form()] = None,
    days: Annotated[int, Form()] = 30,
) -> Response:
    """Make a token, and show it this once."""
    if not scopes:
        raise InputError("token_needs_scope", where="scopes")
    asked = asked_of(tokens_api.NewToken, name=name, scopes=scopes, days=days)
    made = body_of(tokens_api.make(request, asked))
    return _part(request, "token_list", "page_settings_token_made", **_tokens(request, secret=made["token"]))


@router.post("/settings/tokens/{token_id}/revoke", action="self")
def revoke_token(request: Request, token_id: TokenId) -> Response:
    """Revoke a token, for good."""
    tokens_api.revoke(request, token_id)
    return _part(request, "token_list", "page_settings_token_revoked", **_tokens(request))


def _tokens(request: Request, secret: str = "") -> dict[str, Any]:
    person, entrance = person_of(request), entrance_of(request)
    everyone = may(person, "people")
    tokens = entrance.tokens.everyone() if everyone else entrance.tokens.of(person.id)
    accounts = [account.person for account in entrance.people.everyone()] if everyone else []
    now = entrance.people.now()
    return {
        "everyone": everyone, "names": {one.id: one.name or one.login for one in accounts},
        "tokens": tokens, "secret": secret, "now": now,
        "valid": sum(not token.revoked and token.ends_at > now for token in tokens),
        "scopes": [scope for scope in SCOPES if person.role in ACTIONS[scope]], "lives": LIVES,
        "longest": LONGEST_LIFE.days,
    }  # fmt: skip


# Lists, policies, re-checks


@router.get("/settings/lists", action="rules")
def lists(request: Request, wanted: ListWanted) -> Response:
    """Show the lists at hand, and where one's own come from."""
    return settings_page(
        request, "lists", "lists", list=listed(lists_at_hand(), LIST_COLUMNS, wanted, language_of(request)),
        at_hand=lists_at_hand(), folder="lists", own=bool(load_settings().own_lists),
    )  # fmt: skip


@router.get("/settings/lists.{ending}", action="rules")
def give_lists(request: Request, ending: Ending, wanted: ListWanted) -> Response:
    """Give the lists at hand as a file, in which no cell is a formula."""
    return _file(request, lists_at_hand(), LIST_COLUMNS, wanted, "lists", ending)


@router.get("/settings/allow", action="rules")
def allowed_names(request: Request) -> Response:
    """Show the allow-list of this house; who decides on findings may change it."""
    return settings_page(request, "allow", "allow", **_allowed(request, AllowList.of_house()))


@router.post("/settings/allow", action="decide")
def allow_name(request: Request, until: Annotated[date, Form()], name: Word = "", why: Word = "") -> Response:
    """Allow a name, in the name of who is signed in."""
    person = person_of(request)
    changed = AllowList.of_house().add(name, by=person.name or person.login, why=why, until=until)
    message = Message("allow_added", {"name": name, "until": until.isoformat(), "by": person.name, "reason": why})
    return _part(request, "allow_entries", message, **_allowed(request, changed))


@router.post("/settings/allow/remove", action="decide")
def remove_allowed_name(request: Request, name: Word = "") -> Response:
    """Take a name off the allow-list."""
    changed = AllowList.of_house().remove(name)
    return _part(request, "allow_entries", Message("allow_removed", {"name": name}), **_allowed(request, changed))


def _allowed(request: Request, allowed: AllowList) -> dict[str, Any]:
    return {"allowed": allowed, "may_change": may(person_of(request), "decide")}


@router.get("/settings/policies", action="rules")
def policies(request: Request, wanted: ListWanted) -> Response:
    """Show how the questions that the entries leave open are answered here."""
    rows = Convention().policies
    table = listed(rows, policy_columns(rows), wanted, language_of(request))
    return settings_page(request, "policies", "policies", policies=rows, list=table)


@router.get("/settings/policies.{ending}", action="rules")
def give_policies(request: Request, ending: Ending, wanted: ListWanted) -> Response:
    """Give these answers as a file, in which no cell is a formula."""
    rows = Convention().policies
    return _file(request, rows, policy_columns(rows), wanted, "policies", ending)


@router.get("/settings/health", action="metrics")
async def health(request: Request) -> Response:
    """Show how the service stands: its parts, the jobs, the record and its keys, how to back up."""
    good, parts = await health_of(request)
    service, person, book = service_of(request), person_of(request), book_of(request)
    look = service.answering.look
    jobs = await look(service.jobs.count) if service.jobs is not None else {}
    record = await look(record_state, book, person) if may(person, "audit") else None
    return settings_page(request, "health", "health", good=good, health=parts, jobs=jobs, record=record)


@router.get("/settings/rechecks", action="decide")
def rechecks(request: Request) -> Response:
    """Show which share of decisions comes back for a blind re-check, and how far people agree."""
    return settings_page(request, "rechecks", "rechecks", **_rechecks(request))


@router.post("/settings/rechecks", action="decide")
def set_share(request: Request, percent: Annotated[float, Form(ge=0, le=100)]) -> Response:
    """Set that share, given in per cent."""
    set_recheck_share(book_of(request), person_of(request), percent / 100)
    return _part(request, "share", "page_settings_share_set", **_rechecks(request))


def _rechecks(request: Request) -> dict[str, Any]:
    book, person = book_of(request), person_of(request)
    agreed = agreement(book, person) if may(person, "read") else None
    events = agreement_on_events(book, person) if may(person, "read") else None
    return {"share": recheck_share(book), "agreed": agreed, "agreed_events": events}
