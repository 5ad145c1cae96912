"""Which command runs, such as ``opencwc case show``, as the record of a read names it."""

from __future__ import annotations

from contextvars import ContextVar

import typer

_RUNNING: ContextVar[str] = ContextVar("command", default="opencwc")


def command_path() -> str:
    """Return the command that runs, without its arguments."""
    return _RUNNING.get()


def name_command(context: typer.Context) -> None:
    """Take down the command that a group of commands is asked for."""
    _RUNNING.set(" ".join(filter(None, ("opencwc", *context.command_path.split()[1:], context.invoked_subcommand))))
