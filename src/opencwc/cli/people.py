"""`opencwc people`: who may do what.

The actor is the console: who holds the database's file, or its password, runs the house.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from opencwc.cli.options import told
from opencwc.cli.value import displayable, spoken_language
from opencwc.errors import InputError
from opencwc.finding import Message, Value
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.casebook.model import Mark, Role
    from opencwc.casebook.people import People

people_app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Accounts of the casebook and its service: roles, clearances, links.",
)
Book = Annotated[str, typer.Option("--casebook", metavar="PLACE", help="The casebook's file or URL.")]
Login = Annotated[str, typer.Argument(help="The login, or the id, of the person.")]
RoleWord = Annotated[
    str, typer.Argument(metavar="ROLE", help="analyst, reviewer, administrator, auditor or declarant.")
]
MarkWord = Annotated[
    str, typer.Argument(metavar="MARK", help="unclassified, restricted, protected or highly_protected.")
]


@people_app.command(name="list")
def list_people(casebook: Book = "") -> None:
    """List all accounts: id, login, role, clearance, state, name; separated by tabs."""
    with _people(casebook, create=False) as people:
        lang = spoken_language()
        for account in people.everyone():
            person = account.person
            state = say("people_active" if account.active else "people_inactive", lang)
            cells = (person.id, person.login, str(person.role), str(person.clearance), state, person.name)
            sys.stdout.write("\t".join(map(displayable, cells)) + "\n")


@people_app.command()
def add(
    login: Annotated[str, typer.Argument(help="The login of the new person.")],
    role: Annotated[
        str, typer.Option(metavar="ROLE", help="analyst, reviewer, administrator, auditor or declarant.")
    ] = "analyst",
    clearance: Annotated[
        str, typer.Option(metavar="MARK", help="unclassified, restricted, protected or highly_protected.")
    ] = "unclassified",
    name: Annotated[str, typer.Option(help="The name of the person.")] = "",
    expected_as: Annotated[
        str,
        typer.Option(metavar="NAME", help="The e-mail or user name the ministry's login knows the person by."),
    ] = "",
    casebook: Book = "",
) -> None:
    """Make an account; `opencwc people invite` gives it a password."""
    with _people(casebook) as people:
        person = people.add(_console(), login, name, _role(role), _mark(clearance), expected_as=expected_as)
        _say_standing(people, person.id)


@people_app.command()
def role(who: Login, role: RoleWord, casebook: Book = "") -> None:
    """Give a person another role; their sessions end."""
    with _people(casebook, create=False) as people:
        _say_standing(people, people.change(_console(), who, role=_role(role)).person.id)


@people_app.command()
def clearance(who: Login, mark: MarkWord, casebook: Book = "") -> None:
    """Say up to which mark a person may see; their sessions end."""
    with _people(casebook, create=False) as people:
        _say_standing(people, people.change(_console(), who, clearance=_mark(mark)).person.id)


@people_app.command()
def sites(
    who: Login,
    codes: Annotated[list[str] | None, typer.Argument(metavar="CODE...", help="The codes of the sites.")] = None,
    casebook: Book = "",
) -> None:
    """Bind a declarant to sites, in place of those before; without a code, to none. Print them, one a line."""
    with _people(casebook, create=False) as people:
        for code in people.set_sites(_console(), who, codes or []):
            sys.stdout.write(displayable(code) + "\n")


@people_app.command()
def deactivate(who: Login, casebook: Book = "") -> None:
    """Shut a person out, whatever way they come in: password, ministry's login, token, command line."""
    with _people(casebook, create=False) as people:
        account = people.change(_console(), who, active=False)
        _say(Message("people_deactivated", {"login": displayable(account.person.login)}))


@people_app.command()
def activate(who: Login, casebook: Book = "") -> None:
    """Let a person in again."""
    with _people(casebook, create=False) as people:
        _say_standing(people, people.change(_console(), who, active=True).person.id)


@people_app.command()
def invite(
    who: Login,
    drop_second_factor: Annotated[
        bool, typer.Option("--drop-second-factor", help="Also remove a second factor that was lost.")
    ] = False,
    url: Annotated[str, typer.Option(help="The address of the service, for the link.")] = "http://127.0.0.1:8000",
    casebook: Book = "",
) -> None:
    """Print a one-time link by which a person sets a password; it holds for a day."""
    with _people(casebook, create=False) as people:
        account = people.account(who)
        secret = people.invite(_console(), account.person.id)
        if drop_second_factor:
            people.change(_console(), account.person.id, drop_totp=True)
        _say(Message("people_invited", {"login": displayable(account.person.login)}), to=sys.stderr)
        sys.stdout.write(f"{url.rstrip('/')}/auth/invitation?token={secret}\n")


@people_app.command()
def token(
    who: Login,
    scope: Annotated[list[str], typer.Option(help="What the token allows; may be given several times.")],
    name: Annotated[str, typer.Option(help="What the token is for.")],
    days: Annotated[int, typer.Option(min=1, max=365, help="For how many days it holds.")] = 90,
    casebook: Book = "",
) -> None:
    """Make an API token for a person and print it, this once."""
    with _people(casebook, create=False) as people:
        from datetime import timedelta

        from opencwc.casebook.tokens import Tokens

        person = people.account(who).person
        made, secret = Tokens(people).make(_console(), person, name, scope, timedelta(days=days))
        said: dict[str, Value] = {"login": displayable(person.login), "date": made.ends_at[:10]}
        _say(Message("people_token", said), to=sys.stderr)
        sys.stdout.write(secret + "\n")


@contextmanager
def _people(casebook: str, *, create: bool = True) -> Iterator[People]:
    from opencwc.casebook.database import open_casebook
    from opencwc.casebook.people import People
    from opencwc.cli.casebook_options import tell_pinned

    with told(), closing(open_casebook(casebook, create=create)) as book:
        tell_pinned(book)
        yield People(book)


def _console() -> str:
    from opencwc.casebook.people import CONSOLE

    return CONSOLE


def _say_standing(people: People, who: str) -> None:
    person = people.account(who).person
    said: dict[str, Value] = {
        "login": displayable(person.login),
        "role": str(person.role),
        "clearance": str(person.clearance),
    }
    _say(Message("people_added", said))


def _say(message: Message, to: TextIO | None = None) -> None:
    (to or sys.stdout).write(sentence(message, spoken_language()) + "\n")


def _role(word: str) -> Role:
    from opencwc.casebook.model import Role

    try:
        return Role(word.lower())
    except ValueError:
        raise InputError("role_not_valid", role=displayable(word), known=tuple(Role)) from None


def _mark(word: str) -> Mark:
    from opencwc.casebook.model import Mark

    try:
        return Mark[word.upper().replace(" ", "_").replace("-", "_")]
    except KeyError:
        marks = ", ".join(str(mark) for mark in Mark)
        raise InputError("mark_not_valid", mark=displayable(word), known=marks) from None
