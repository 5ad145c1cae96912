"""`opencwc transfers letters`: draft letters to the other States about the figures that differ, in their language.

Exit status: 0 written, 1 nothing to write about, 2 could not run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencwc.cli import options
from opencwc.errors import InputError, SettingsError
from opencwc.finding import Message
from opencwc.wording import sentence

if TYPE_CHECKING:
    from opencwc.publishing.model import Report

FORMATS = ("pdf", "xlsx", "html", "txt")
MARKS = ("", "unclassified", "restricted", "protected", "highly_protected")


@options.command
def letters(
    ledgers: options.Ledgers,
    ours: Annotated[str, typer.Option("--from", metavar="STATE", help="The State that writes: name or code.")],
    folder: Annotated[Path, typer.Option("-o", "--output", help="The folder to write the letters into.")],
    first: Annotated[int, typer.Option(min=1, help="Write about so many discrepancies, by rank.")] = 10,
    rank: Annotated[list[int] | None, typer.Option(help="Only about this rank; may be given again.")] = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMATS)}.")] = "pdf",
    reference: Annotated[str, typer.Option(help="Your reference; each letter adds its rank.")] = "",
    mark: Annotated[str, typer.Option(help=f"Confidentiality mark: {', '.join(filter(None, MARKS))}.")] = "",
    map: options.Columns = None,
    as_of: options.AsOf = "",
    lang: options.Lang = "",
) -> int:
    """Draft a polite letter to the other State about each discrepancy; a person checks and signs it."""
    from opencwc.convention.territories import find_territory
    from opencwc.transfers.reconcile.letters import find_lines_in_question, make_letter
    from opencwc.transfers.reconcile.reconciliation import reconcile

    options.one_of("--format", format, FORMATS)
    options.one_of("--mark", mark, MARKS)
    columns, day, lang = options.columns_asked(map), options.day_asked(as_of), options.language_asked(lang)
    ranks = rank or []
    state = find_territory(ours)
    if state is None:
        raise SettingsError("from_names_no_state", state=ours)
    if folder.exists() and not folder.is_dir():
        raise InputError("letters_need_folder", where=str(folder))
    found = reconcile(options.read_ledgers(ledgers, columns), day)
    chosen = found.matters.filter(found.matters["rank"].is_in(ranks) if ranks else found.matters["over"])
    missing = sorted(set(ranks) - set(chosen["rank"]))
    if missing:
        raise InputError("no_such_rank", rank=missing[0], ranks=len(found.matters))
    sides = (chosen["exporter"] == state.code) | (chosen["importer"] == state.code)
    if ranks and not sides.all():
        other = chosen.filter(~sides)["rank"][0]
        raise InputError("state_outside_rank", state=state.code, rank=other)
    written = 0
    for group in chosen.filter(sides).head(len(ranks) or first).iter_rows(named=True):
        named = f"{reference}-{group['rank']}" if reference else ""
        theirs = group["importer"] if state.code == group["exporter"] else group["exporter"]
        asked = find_lines_in_question(found.lines_of(group["rank"]), state.code, theirs)
        letter = make_letter(found.discrepancy(group), state.code, lang, asked, named, day, mark)
        pair = f"{group['exporter']}-{group['importer']}-{group['year']}"
        _write(letter, folder, f"{group['rank']:04d}-{pair}.{format}")
        written += 1
    told = sentence(Message("letters_drafted", {"count": written, "path": str(folder)}), lang)
    options.print_line(told)
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
    with open_for_writing(path, binary=True) as stream:
        options.publish(letter, stream, path.suffix[1:])
