"""`opencwc declare --unusual`: the figures of a register that are worth asking about, ranked, each with its reason."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from opencwc.cli import options
from opencwc.cli.declare_asked import DeclareAsked
from opencwc.cli.declare_books import DeclareBooks
from opencwc.cli.value import displayable
from opencwc.declarations.paused_collection import collection_paused
from opencwc.finding import Message
from opencwc.wording import amount_said, say, sentence

if TYPE_CHECKING:
    from opencwc.declarations.unusual.proposals import Unusual


def write_unusual(asked: DeclareAsked) -> int:
    """Write which figures declared on in the year are worth asking about; return the exit status.

    The register is judged only where it is kept.
    """
    from opencwc.cli.declare_checks import FORMATS
    from opencwc.declarations.books import Books
    from opencwc.declarations.judgement import read_lines
    from opencwc.declarations.unusual.proposals import unusual_figures

    asked.refuse_overwriting()
    format = asked.format_among(FORMATS)
    books = DeclareBooks.read(asked)
    if asked.where.case:
        books.keep(books.judge())
    with collection_paused():
        lines, unread = read_lines(books.register, books.chemicals)
        proposed = unusual_figures(Books(books.register, lines, books.law), books.law, asked.year - 1)
    notes = books.notes((*books.register.problems, *unread))
    return _write(proposed, notes, format, asked.output, asked.lang)


def _write(unusual: Unusual, notes: Sequence[str], format: str, output: Path | None, lang: str) -> int:
    """Write the proposals in a format, or print the first of them, with notes on what could not be read.

    Return the exit status: 1 where there are any of the two.
    """
    from opencwc.files import open_for_writing

    told = "".join(f"{displayable(sentence(message, lang))}\n" for message in _told(unusual))
    if format:
        from opencwc.declarations.unusual.formats import unusual_as_csv, unusual_as_json

        with open_for_writing(output, binary=True) as stream:
            stream.write((unusual_as_csv if format == "csv" else unusual_as_json)(unusual, lang).encode())
        sys.stderr.write(told)
        sys.stderr.write("".join(f"{note}\n" for note in notes))
    else:
        sys.stdout.write(told)
        if unusual.proposals:
            sys.stdout.write("\n")
            _print(unusual, lang)
        sys.stdout.write("".join(f"{note}\n" for note in notes))
    return 1 if unusual.proposals or notes else 0


def _told(unusual: Unusual) -> list[Message]:
    """Return what is told of the proposals as a whole: how many, and why rules ranked them where they did."""
    said = {"year": str(unusual.year), "figures": str(unusual.figures), "count": str(len(unusual.proposals))}
    name = "told" if unusual.proposals else "none" if unusual.figures else "no_figures"
    told = [Message(f"declare_unusual_{name}", dict(said))]
    if unusual.why_rules is not None:
        told.append(Message("declare_unusual_by_rules", {"why": unusual.why_rules}))
    return told


def _print(unusual: Unusual, lang: str) -> None:
    from opencwc.declarations.phrases import amount
    from opencwc.declarations.unusual.formats import as_texts

    labels = {
        "rank": "label_rank", "site": "declare_label_site", "plant": "declare_label_plant",
        "chemical": "declare_label_chemical", "activity": "declare_unusual_label_activity",
        "kg": "declare_unusual_label_amount", "probability": "declare_unusual_label_probability",
        "why": "declare_label_why",
    }  # fmt: skip
    columns = [(say(label, lang), {"overflow": "fold", "ratio": _RATIOS.get(field)}) for field, label in labels.items()]
    rows = []
    for proposal in unusual.proposals[:MOST_ON_SCREEN]:
        texts = as_texts(proposal, lang)
        texts["kg"] = amount(proposal.kg)
        texts["activity"] = say(f"declare_unusual_activity_{proposal.activity}", lang)
        texts["probability"] = (
            "" if proposal.probability is None else amount_said(f"{100 * proposal.probability:.0f} %", lang)
        )
        rows.append([displayable(texts[field]) for field in labels])
    options.print_grid(columns, rows)
    if len(unusual.proposals) > MOST_ON_SCREEN:
        options.print_more(len(unusual.proposals) - MOST_ON_SCREEN, lang)


MOST_ON_SCREEN = 50
_RATIOS = {"why": 8, "chemical": 3}
