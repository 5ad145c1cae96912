"""The commands together: what `opencwc --help` lists."""

from __future__ import annotations

import typer

from opencwc import __version__
from opencwc.cli import case_moving  # noqa: F401 - adds its commands to those of `case`
from opencwc.cli.ask import ask, shelf_app
from opencwc.cli.case import case_app
from opencwc.cli.corrections import corrections_app
from opencwc.cli.demo import demo
from opencwc.cli.entries import entries, entry
from opencwc.cli.law import law
from opencwc.cli.mcp import mcp
from opencwc.cli.models import models_app
from opencwc.cli.people import people_app
from opencwc.cli.screen import screen
from opencwc.cli.serve import serve
from opencwc.cli.transfers import transfers

app = typer.Typer(
    name="opencwc",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="What the Chemical Weapons Convention says about what you hold: offline, with the rule and the evidence.",
)
app.command()(screen)
app.command()(entries)
app.command()(entry)
app.command()(law)
app.command()(ask)
app.command()(demo)
app.command()(serve)
app.command()(mcp)
app.add_typer(case_app, name="case")
app.add_typer(models_app, name="models")
app.add_typer(shelf_app, name="shelf")
app.add_typer(corrections_app, name="corrections")
app.add_typer(people_app, name="people")
app.add_typer(transfers, name="transfers")


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"opencwc {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", callback=_say_version, is_eager=True, help="Print the version."),
) -> None:
    """What the Chemical Weapons Convention says about what you hold: offline, with the rule and the evidence."""
