"""What the commands on a casebook share: the opened book, who acts, and how tables of text are printed."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opencwc.cli.command_names import command_path
from opencwc.cli.options import print_grid, print_line, told
from opencwc.cli.value import displayable, spoken_language
from opencwc.errors import InputError, SettingsError
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
def acting(casebook: str = "", *, create: bool = False) -> Iterator[tuple[Casebook, Person]]:
    """Open the casebook and say who acts; errors are told."""
    with told():
        from opencwc.casebook.database import open_casebook
        from opencwc.casebook.read_records import answering_by
        from opencwc.casebook.tokens import cli_person

        with closing(open_casebook(casebook, create=create)) as book, answering_by(command_path()):
            tell_pinned(book)
            yield book, cli_person(book)


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


def fingerprint_asked(text: str) -> str:
    """Return a fingerprint however people write it; `InputError` where it is none."""
    fingerprint = re.sub(r"[\s:]", "", text).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", fingerprint):
        raise InputError("fingerprint_not_valid", where=text)
    return fingerprint


def tell_pinned(book: Casebook) -> None:
    """Say on standard error which keys were pinned when the casebook was opened."""
    for pin in book.newly_pinned:
        id = "casebook_key_pinned" if pin.because == "made" else "casebook_key_pinned_first_use"
        said = Message(id, {"key": pin.fingerprint, "path": str(book.pins.path)})
        sys.stderr.write(displayable(sentence(said, spoken_language(""))) + "\n")


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
    columns = [
        (say(f"casebook_column_{name}", lang), {"overflow": "fold", "ratio": 6 if name == "why" else None})
        for name in names
    ]
    print_grid(columns, [[displayable(str(cell)).replace("\n", " ")[:400] for cell in row] for row in rows])


def print_sentence(id: str, lang: str, **values: Any) -> None:
    """Print a message as a sentence."""
    print_line(sentence(Message(id, values), lang))
