"""`opencwc custody`: what is held stays what it was, and what is claimed of it can be checked."""

from __future__ import annotations

import typer

from opencwc.cli.custody_picture import picture

custody = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Whether what is held is what it claims to be.")
for _command in (picture,):
    custody.command()(_command)
