"""`opencwc custody`: whether what is held is what it claims to be."""

from __future__ import annotations

import typer

custody_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Whether what is held is what it claims to be."
)
