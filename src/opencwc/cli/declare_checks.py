"""What `opencwc declare` says of the books: the faults that the checks found, in full or as a count."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from opencwc.cli import options
from opencwc.cli.declare_asked import DeclareAsked
from opencwc.cli.declare_books import DeclareBooks
from opencwc.cli.value import displayable
from opencwc.finding import Message
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.declarations.model import Answer, Fault


FORMATS = ("csv", "jsonl")


def write_checks(asked: DeclareAsked) -> int:
    """Write what does not add up in the books, with ``--unusual`` as one list with the figures to ask about.

    Return the exit status: 1 where there is anything.
    """
    from opencwc.cli.declare_points import write_points

    asked.refuse_overwriting()
    format = asked.format_among(FORMATS)
    books = DeclareBooks.read(asked)
    answer, compared = books.compared(books.judge())
    books.keep(answer, compared=bool(compared))
    told = books.told_of(answer, compared)
    if asked.unusual:
        found = write_points(answer, books.law, asked.output, format, asked.lang)
    else:
        found = len(answer.faults)
        write_faults(answer, asked.output, format, asked.lang)
    sys.stderr.write("".join(f"{line}\n" for line in told))
    return 1 if answer.problems or found else 0


def write_faults(answer: Answer, output: Path | None, format: str, lang: str) -> None:
    """Write the faults of an answer, the worst first, as a table on the screen or as a file."""
    from opencwc.declarations.fault_formats import faults_as_csv, faults_as_json
    from opencwc.files import open_for_writing

    if format:
        with open_for_writing(output, binary=True) as stream:
            stream.write((faults_as_csv if format == "csv" else faults_as_json)(answer.faults, lang).encode())
        return
    sys.stdout.write(sentence(counted(answer), lang) + "\n\n")
    if answer.faults:
        columns = [
            (say(f"check_label_{name}", lang), {"overflow": "fold", "ratio": ratio})
            for name, ratio in (("gravity", None), ("where", None), ("says", 4))
        ]
        options.print_grid(columns, [_row(fault, lang) for fault in answer.faults[:_MOST]])
        if len(answer.faults) > _MOST:
            options.print_more(len(answer.faults) - _MOST, lang)


def fault_notes(answer: Answer) -> list[Message]:
    """Return how many faults there are and where to see them; nothing where there is none."""
    return [Message("check_faults_pointer", {"faults": counted(answer)})] if answer.faults else []


def counted(answer: Answer) -> Message:
    """Return how many faults of each gravity there are."""
    if not answer.faults:
        return Message("check_no_faults", {"year": str(answer.year)})
    by_gravity = Counter(fault.gravity for fault in answer.faults)
    faults = Message("check_faults", {"count": len(answer.faults), "year": str(answer.year)})
    said = {gravity: str(by_gravity[gravity]) for gravity in ("broken", "wrong", "ask")}
    return Message("check_faults_of", {"faults": faults, **said})


def _row(fault: Fault, lang: str) -> list[str]:
    table = Message(f"declare_table_{fault.place.table}")
    place = Message("check_where", {"table": table, "row": str(fault.place.row)}) if fault.place.row else table
    return [
        say(f"check_gravity_{fault.gravity}", lang),
        displayable(say(place, lang)),
        displayable(sentence(fault.says, lang)),
    ]


_MOST = 200
