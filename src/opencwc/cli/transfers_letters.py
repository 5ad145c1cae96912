"""`opencwc transfers letters`: draft letters to the other States about the figures that differ, in their language.

Exit status: 0 written, 1 nothing to write about, 2 could not run.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from opencwc.cli.transfers_options import (
    AsOf,
    Columns,
    Lang,
    Ledgers,
    columns_asked,
    day_asked,
    language_asked,
    one_of,
    read_ledgers,
)
from opencwc.cli.value import displayable, report_error
from opencwc.errors import InputError, OpenCWCError, SettingsError
from opencwc.finding import Message
from opencwc.wording import sentence

if TYPE_CHECKING:
    from opencwc.publishing.model import Report

FORMATS = ("pdf", "xlsx", "html", "txt")
MARKS = ("", "unclassified", "restricted", "protected", "highly_protected")


def letters(
    ledgers: Ledgers,
    ours: Annotated[str, typer.Option("--from", metavar="STATE", help="The State that writes: name or code.")],
    folder: Annotated[Path, typer.Option("-o", "--output", help="The folder to write the letters into.")],
    first: Annotated[int, typer.Option(min=1, help="Write about so many discrepancies, by rank.")] = 10,
    rank: Annotated[list[int] | None, typer.Option(help="Only about this rank; may be given again.")] = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMATS)}.")] = "pdf",
    reference: Annotated[str, typer.Option(help="Your reference; each letter adds its rank.")] = "",
    mark: Annotated[str, typer.Option(help=f"Confidentiality mark: {', '.join(filter(None, MARKS))}.")] = "",
    map: Columns = None,
    as_of: AsOf = "",
    lang: Lang = "",
) -> None:
    """Draft a polite letter to the other State about each discrepancy; a person checks and signs it."""
    try:
        one_of("--format", format, FORMATS)
        one_of("--mark", mark, MARKS)
        columns = columns_asked(map)
        style = _Style(format, reference, mark, day_asked(as_of), language_asked(lang))
        status = _letters(ledgers, columns, ours, folder, first, rank or [], style)
    except OpenCWCError as error:
        status = report_error(error)
    except KeyboardInterrupt:
        status = 130
    raise typer.Exit(status)


class _Style(NamedTuple):
    """What all letters have alike."""

    format: str
    reference: str
    mark: str
    day: date
    lang: str


def _letters(
    sources: list[str],
    columns: dict[str, str],
    ours: str,
    folder: Path,
    first: int,
    ranks: list[int],
    style: _Style,
) -> int:
    from opencwc.convention.territories import find_territory
    from opencwc.transfers.reconcile.letters import find_lines_in_question, make_letter
    from opencwc.transfers.reconcile.reconciliation import reconcile

    state = find_territory(ours)
    if state is None:
        raise SettingsError("from_names_no_state", state=ours)
    if folder.exists() and not folder.is_dir():
        raise InputError("letters_need_folder", where=str(folder))
    found = reconcile(read_ledgers(sources, columns), style.day)
    chosen = found.groups.filter(found.groups["rank"].is_in(ranks) if ranks else found.groups["over"])
    missing = sorted(set(ranks) - set(chosen["rank"]))
    if missing:
        raise InputError("no_such_rank", rank=missing[0], ranks=len(found.groups))
    sides = (chosen["exporter"] == state.code) | (chosen["importer"] == state.code)
    if ranks and not sides.all():
        other = chosen.filter(~sides)["rank"][0]
        raise InputError("state_outside_rank", state=state.code, rank=other)
    written = 0
    for group in chosen.filter(sides).head(len(ranks) or first).iter_rows(named=True):
        reference = f"{style.reference}-{group['rank']}" if style.reference else ""
        theirs = group["importer"] if state.code == group["exporter"] else group["exporter"]
        asked = find_lines_in_question(found.lines_of(group["rank"]), state.code, theirs)
        letter = make_letter(found.discrepancy(group), state.code, style.lang, asked, reference, style.day, style.mark)
        pair = f"{group['exporter']}-{group['importer']}-{group['year']}"
        _write(letter, folder, f"{group['rank']:04d}-{pair}.{style.format}")
        written += 1
    told = sentence(Message("letters_drafted", {"count": written, "path": str(folder)}), style.lang)
    sys.stdout.write(displayable(told) + "\n")
    return 0 if written else 1


def _write(letter: Report, folder: Path, name: str) -> None:
    from opencwc.files import open_for_writing
    from opencwc.transfers.reconcile.letters import plain_text

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if path.suffix == ".txt":
        with open_for_writing(path) as text:
            text.write(plain_text(letter))
        return
    if path.suffix == ".html":
        from opencwc.publishing.html import write_html

        with open_for_writing(path) as page:
            write_html(letter, page)
        return
    with open_for_writing(path, binary=True) as stream:
        if path.suffix == ".pdf":
            from opencwc.publishing.pdf import write_pdf

            write_pdf(letter, stream)
        else:
            from opencwc.publishing.xlsx import write_xlsx

            write_xlsx(letter, stream)
