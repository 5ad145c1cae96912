"""The commands together: what `opencwc --help` lists."""

from __future__ import annotations

import typer

from opencwc import __version__
from opencwc.cli.entries import entries, entry
from opencwc.cli.screen import screen

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


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"opencwc {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", callback=_say_version, is_eager=True, help="Print the version."),
) -> None:
    """What the Chemical Weapons Convention says about what you hold: offline, with the rule and the evidence."""
