"""The commands together: what `opencwc --help` lists. Only the one that is asked for is loaded."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from opencwc.cli.command_names import name_command
from opencwc.verbs import load, verbs
from opencwc.version import __version__

COMMANDS = {
    "deadlines": "opencwc.cli.deadlines:deadlines",
    "entries": "opencwc.cli.entries:entries",
    "entry": "opencwc.cli.entries:entry",
    "ask": "opencwc.cli.ask:ask",
    "demo": "opencwc.cli.demo:demo",
    "find": "opencwc.cli.find:find",
    "serve": "opencwc.cli.serve:serve",
    "mcp": "opencwc.cli.mcp:mcp",
}
GROUPS = {
    "case": "opencwc.cli.case_groups:case_app",
    "allow": "opencwc.cli.allow:allow_app",
    "models": "opencwc.cli.models:models_app",
    "shelf": "opencwc.cli.ask:shelf_app",
    "corrections": "opencwc.cli.corrections:corrections_app",
    "people": "opencwc.cli.people:people_app",
    "custody": "opencwc.cli.custody_groups:custody_app",
}
"""Where a command, or a group of them, stands; those of the verbs stand in `opencwc.verbs`."""


def application(words: Sequence[str] = ()) -> typer.Typer:
    """Return the command that the words of a command line begin with, alone; all of them where they begin with none.

    Loading them all takes several times as long as loading one.
    """
    app = typer.Typer(
        name="opencwc",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help="What the Chemical Weapons Convention says about what you hold: offline, with the rule and the evidence.",
    )
    app.callback()(options)
    commands = {verb.command[0]: verb.command[1] for verb in verbs() if not verb.group} | COMMANDS
    groups = {verb.command[0]: verb.command[1] for verb in verbs() if verb.group} | GROUPS
    wanted = words[0] if words and words[0] in (*commands, *groups) else ""
    for name, where in commands.items():
        if wanted in ("", name):
            app.command(name)(load(where))
    for name, where in groups.items():
        if wanted in ("", name):
            group = load(where)
            group.callback()(name_command)
            app.add_typer(group, name=name)
    return app


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"opencwc {__version__}")
        raise typer.Exit


def options(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", callback=_say_version, is_eager=True, help="Print the version."),
) -> None:
    """What the Chemical Weapons Convention says about what you hold: offline, with the rule and the evidence."""
    name_command(context)
