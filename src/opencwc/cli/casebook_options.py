"""What the commands on a casebook share: the opened book, who acts, and how tables of text are printed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opencwc.cli.value import displayable, report_error, spoken_language
from opencwc.errors import InputError, OpenCWCError, SettingsError
from opencwc.finding import Message
from opencwc.wording import LANGUAGES, say, sentence

if TYPE_CHECKING:
    from opencwc.casebook.database import Casebook
    from opencwc.casebook.model import Mark, Person

Book = Annotated[str, typer.Option("--casebook", metavar="PLACE", help="The casebook's file or URL.")]
Format = Annotated[str, typer.Option("--format", help="text or json.")]
Lang = Annotated[str, typer.Option(help=f"Language: {', '.join(LANGUAGES)}.")]
MARKS = "unclassified, restricted, protected or highly_protected"


@contextmanager
def told() -> Iterator[None]:
    """Print an error where errors go and leave with status 2; a reader who left is no error."""
    try:
        yield
    except OpenCWCError as error:
        raise typer.Exit(report_error(error)) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


@contextmanager
def acting(casebook: str = "", *, create: bool = False) -> Iterator[tuple[Casebook, Person]]:
    """Open the casebook and say who acts; errors are told."""
    with told():
        from opencwc.casebook.database import open_casebook
        from opencwc.casebook.tokens import cli_person

        book = open_casebook(casebook, create=create)
        try:
            yield book, cli_person(book)
        finally:
            book.close()


def language(asked: str) -> str:
    """Return the language to speak; `SettingsError` for one that is not spoken here."""
    if asked and asked not in LANGUAGES:
        raise SettingsError("lang_unknown", lang=asked, known=tuple(LANGUAGES))
    return spoken_language(asked)


def mark_named(name: str) -> Mark:
    """Return a confidentiality mark by its name."""
    from opencwc.casebook.model import Mark

    try:
        return Mark[name.strip().replace("-", "_").replace(" ", "_").upper()]
    except KeyError:
        raise InputError("mark_unknown", mark=name, known=MARKS) from None


def as_json(asked: str) -> bool:
    """Tell whether JSON was asked for."""
    if asked not in ("", "text", "json"):
        raise SettingsError("format_neither_text_nor_json", format=asked)
    return asked == "json"


def print_json(value: object) -> None:
    """Print a value as JSON, one document."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def print_table(names: Sequence[str], rows: Sequence[Sequence[Any]], lang: str) -> None:
    """Print rows under headings, which are message ids after ``casebook_column_``."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(pad_edge=False, box=None)
    for name in names:
        grid.add_column(say(f"casebook_column_{name}", lang), overflow="fold", ratio=6 if name == "why" else None)
    for row in rows:
        grid.add_row(*(Text(displayable(str(cell)).replace("\n", " ")[:400]) for cell in row))
    Console(width=None if sys.stdout.isatty() else 160, highlight=False).print(grid)


def print_sentence(id: str, lang: str, **values: Any) -> None:
    """Print a message as a sentence."""
    sys.stdout.write(displayable(sentence(Message(id, values), lang)) + "\n")
