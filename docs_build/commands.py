"""The reference of the command line, made from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import typer

from opencwc.cli.app import application

INTRODUCTION = """
# Command line

This page is made from the commands themselves each time the documentation is built; `opencwc COMMAND --help` says the
same. How to use them is told in [Screen a file](../how-to/screen-a-file.md), [Screen an
invoice](../how-to/screen-an-invoice.md) (`--as text` and documents), [Keep and decide a
case](../how-to/keep-and-decide.md) and [Control the models](../how-to/control-models.md).

Exit status, for every command:

| status | meaning |
|---|---|
| 0 | it ran; nothing is listed or for review. Rows that could not be read may be there: the summary counts them |
| 1 | it ran; something is listed or for review, does not fit (`verify`), differs or has drifted (`models`) |
| 2 | it could not run; standard error says what was wrong, where, and what to do |
| 130 | it was stopped from the keyboard |
"""


def commands_page() -> str:
    """Return the page as Markdown."""
    lines = [INTRODUCTION.strip(), ""]
    group: Any = typer.main.get_command(application())
    lines += _commands("opencwc", group)
    return "\n".join(lines) + "\n"


def _commands(name: str, command: Any) -> Iterator[str]:
    yield from _command(name, command)
    yield ""
    for inner, one in getattr(command, "commands", {}).items():
        yield from _commands(f"{name} {inner}", one)


def _command(name: str, command: Any) -> Iterator[str]:
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    options = [
        param for param in command.params if param.param_type_name == "option" and not getattr(param, "hidden", False)
    ]
    usage = [name, *(["[OPTIONS]"] if options else []), *(_shown(argument) for argument in arguments)]
    usage += ["COMMAND ..."] if getattr(command, "commands", None) else []
    yield f"## {name}"
    yield ""
    yield inspect.cleandoc(command.help or "")
    yield ""
    yield "```text"
    yield " ".join(usage)
    yield "```"
    yield ""
    if arguments or options:
        yield "| argument or option | meaning | default |"
        yield "|---|---|---|"
    for argument in arguments:
        yield f"| {_code(_shown(argument))} | {_escaped(getattr(argument, 'help', '') or '')} | |"
    for option in options:
        names = ", ".join(_code(name) for name in (*option.opts, *option.secondary_opts))
        value = f" {_code(option.metavar)}" if option.metavar else ""
        yield f"| {names}{value} | {_escaped(option.help or '')} | {_default(option)} |"


def _shown(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


def _default(option: Any) -> str:
    value = option.default
    if callable(value) or value in (None, "", False, [], ()) or "sentinel" in type(value).__name__.lower():
        return ""
    return f"`{option.opts[0] if value is True else value}`"


def _code(text: str) -> str:
    """Set a text as code in a cell of a table, where a bar would end the cell."""
    return f"<code>{text.replace('|', '&#124;')}</code>"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
