"""`opencwc allow`: the user's own allow-list of names that mean no chemical here: staff, suppliers, products, codes.

Exit status: 0 done, 2 could not.
"""

from __future__ import annotations

from getpass import getuser
from typing import Annotated

import typer

from opencwc.cli.options import Lang, command, day_asked, print_line
from opencwc.cli.value import spoken_language
from opencwc.errors import SettingsError
from opencwc.finding import Message
from opencwc.screening.allow_list import Allowed, AllowList
from opencwc.wording import sentence

allow_app = typer.Typer(
    help="The allow-list of this house: names of staff, suppliers, products and codes that mean no chemical here.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The name as it is written: 'Soman Trading', 'R. Sarin'.")]


@allow_app.command()
@command
def add(
    name: Name,
    why: Annotated[str, typer.Option(help="Why it means no chemical: 'our carrier in Kochi'.")] = "",
    until: Annotated[str, typer.Option(metavar="DATE", help="The last day on which it is allowed: 2027-06-30.")] = "",
    by: Annotated[str, typer.Option(help="Who allows it; you, where nobody is named.")] = "",
    lang: Lang = "",
) -> None:
    """Allow a name: it is no longer listed where it stands as a word, and every answer counts what that silenced."""
    spoken = spoken_language(lang)
    if not until:
        raise SettingsError("allow_needs_end", name=name)
    changed = AllowList.of_house().add(name, by=by or getuser(), why=why, until=day_asked(until, "--until"))
    print_line(sentence(_line("allow_added", changed.entries[-1]), spoken))


@allow_app.command("list")
@command
def list_allowed(lang: Lang = "") -> None:
    """Say every entry, and which have expired."""
    spoken = spoken_language(lang)
    allowed = AllowList.of_house()
    for entry in allowed.entries:
        print_line(sentence(_line("allow_expired_line" if entry in allowed.expired else "allow_line", entry), spoken))
    if not allowed.entries:
        print_line(sentence("allow_none", spoken))


@allow_app.command()
@command
def remove(name: Name, lang: Lang = "") -> None:
    """Take a name off the list."""
    spoken = spoken_language(lang)
    AllowList.of_house().remove(name)
    print_line(sentence(Message("allow_removed", {"name": name}), spoken))


def _line(name: str, entry: Allowed) -> Message:
    days = {"until": entry.until.isoformat(), "since": entry.since.isoformat()}
    return Message(name, {"name": entry.name, "by": entry.by, "reason": entry.why, **days})
