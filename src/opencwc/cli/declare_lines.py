"""What is due, line by line: as CSV or JSON lines, or as a table on the screen with what is told beside it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from opencwc.cli import options
from opencwc.cli.declare_asked import PAPERS, DeclareAsked, declarations_named
from opencwc.cli.declare_books import DeclareBooks
from opencwc.cli.value import displayable
from opencwc.finding import Message
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.declarations.model import Answer

FORMATS = ("csv", "jsonl", "ledger")


def write_lines(asked: DeclareAsked) -> int:
    """Write or print what is due, with what is told beside it; return the exit status."""
    from opencwc.cli.declare_checks import fault_notes
    from opencwc.cli.declare_summaries import comparison_lines, summary_lines
    from opencwc.declarations.forms.composition import is_named

    only = declarations_named(asked.only)
    asked.refuse_overwriting()
    format = asked.format_among((*FORMATS, *PAPERS))
    books = DeclareBooks.read(asked)
    answer, compared = books.compared(books.judge(beside=not format))
    books.keep(answer, compared=bool(compared))
    told = books.told_of(answer, compared)
    told += [sentence(message, asked.lang) for message in fault_notes(answer)]
    if asked.before is not None:
        told += comparison_lines(asked.before, answer, asked.columns, asked.law, asked.lang)
    shown = answer._replace(due=tuple(line for line in answer.due if not only or is_named(line, only)))
    if format:
        from opencwc.declarations.formats import due_as_csv, due_as_json

        write_text((due_as_csv if format == "csv" else due_as_json)(shown, asked.lang), asked.output, told)
    else:
        _print(shown, asked.lang, rest=len(answer.due) - len(shown.due))
        lines = (*told, *summary_lines(answer, asked.law.as_of, asked.lang))
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if answer.problems else 0


def write_text(text: str, output: Path | None, told: Sequence[str]) -> None:
    """Write lines to the file that is asked for, and what is told beside them to the standard error."""
    from opencwc.files import open_for_writing

    with open_for_writing(output, binary=True) as stream:
        stream.write(text.encode())
    sys.stderr.write("".join(f"{line}\n" for line in told))


def _print(answer: Answer, lang: str, rest: int) -> None:
    """Print the answer first: how many declarations, the next day; then one row each.

    ``rest`` is how many more are due than were asked for.
    """
    from collections import Counter

    from opencwc.declarations.formats import due_as_texts

    days = Counter(line.due for line in answer.due)
    if not days:
        nothing = "declare_nothing_named_due" if rest else "declare_nothing_due"
        if not answer.register.activities and not answer.problems:
            nothing = "declare_no_activities"
        sys.stdout.write(sentence(Message(nothing, {"year": str(answer.year)}), lang) + "\n")
        return
    due = Message("declare_due", {"count": len(answer.due), "year": str(answer.year), "first": min(days).isoformat()})
    sys.stdout.write(sentence(due, lang) + "\n\n")
    fields = ("due", "regime", "declaration", "site", "plant", "chemical", "entry", "range", "inspection", "why")
    columns = [
        (say(f"declare_label_{field}", lang), {"overflow": "fold", "ratio": _RATIOS.get(field)}) for field in fields
    ]
    rows = []
    for line in answer.due[:_MOST_ON_SCREEN]:
        texts = due_as_texts(line, lang)
        texts["declaration"] = say(f"declare_declaration_{line.declaration}", lang)
        texts["inspection"] = say(f"declare_{texts['inspection']}", lang)
        rows.append([displayable(texts[field]) for field in fields])
    options.print_grid(columns, rows)
    if len(answer.due) > _MOST_ON_SCREEN:
        options.print_more(len(answer.due) - _MOST_ON_SCREEN, lang)
    sys.stdout.write("\n")


_MOST_ON_SCREEN = 200
_RATIOS = {"why": 8, "chemical": 3}
