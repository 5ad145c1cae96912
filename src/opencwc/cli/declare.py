"""`opencwc declare`: a register of plant sites in; what must be declared in a year, until when and why, out.

Exit status: 0 ran and read everything, 1 something could not be read or a person has to look, 2 could not run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from opencwc.cli import options
from opencwc.cli.declaration_papers import check_declaration, write_declaration
from opencwc.cli.declare_asked import PAPERS, DeclareAsked, LawAsked, columns_by_table, readings_asked
from opencwc.cli.declare_checks import write_checks
from opencwc.cli.declare_ledger import write_ledger
from opencwc.cli.declare_letters import ask_operators, take_answers
from opencwc.cli.declare_lines import FORMATS, write_lines
from opencwc.cli.declare_registers import write_template_asked
from opencwc.cli.declare_unusual import write_unusual
from opencwc.cli.keep_option import CasebookOfKept, Keep, KeepWhere, MarkOfKept
from opencwc.errors import SettingsError

TASKS: Mapping[str, Callable[[DeclareAsked], int]] = {
    "--template": write_template_asked,
    "--check": check_declaration,
    "--letters": ask_operators,
    "--answers": take_answers,
    "--unusual": write_unusual,
    "--check-books": write_checks,
    "papers": write_declaration,
    "ledger": write_ledger,
    "lines": write_lines,
}
"""What does each task that a command line can ask for; the last is done where no other is."""
_KEPT_NOWHERE = ("--template", "--check")
_NAMING_DECLARATIONS = ("papers", "lines")
_USED_BY: Mapping[str, Sequence[str]] = {"--before": ("lines",), "--trade": ("--check-books", "ledger", "lines")}
"""Which tasks have a use for an option that others would pass over in silence."""


@options.command
def declare(
    register: Annotated[
        Path | None,
        typer.Argument(help="A folder with sites.csv and activities.csv, a ZIP of them, such a workbook, or JSON."),
    ] = None,
    map: options.Columns = None,
    before: Annotated[
        Path | None, typer.Option(help="Last year's register: which site is which, and what changed.")
    ] = None,
    trade: Annotated[
        str, typer.Option(metavar="LEDGER", help="A ledger of customs or of a partner State to compare with.")
    ] = "",
    template: Annotated[
        Path | None, typer.Option(metavar="FILE.xlsx|FOLDER", help="Write a register to fill in, and nothing else.")
    ] = None,
    write_register: Annotated[
        Path | None, typer.Option(metavar="FILE.xlsx|FILE.json|FOLDER", help="Write the register that was read here.")
    ] = None,
    year: Annotated[str, typer.Option(metavar="YEAR", help="The calendar year of the due days; else this year.")] = "",
    as_of: options.AsOf = "",
    profile: Annotated[str, typer.Option(help="The treaty, a State such as ESP, or a file of your own.")] = "treaty",
    reading: Annotated[
        list[str] | None, typer.Option(metavar="ID=CHOICE", help="Set a reading that the treaty leaves open.")
    ] = None,
    margin: Annotated[str, typer.Option(help="How many per cent under a threshold are near.")] = "10",
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Write only these declarations: s2-past, s3, anticipated.")
    ] = None,
    check_books: Annotated[
        bool, typer.Option("--check-books", help="List what does not add up in the books, worst first.")
    ] = False,
    unusual: Annotated[
        bool,
        typer.Option(
            "--unusual",
            help="Propose which figures of last year are worth asking about; with --check-books, both as one list.",
        ),
    ] = False,
    letters: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write a letter to each operator with questions, and the form to answer on.",
        ),
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(metavar="FOLDER|FILE", help="Read answers back; -o names the folder that is made.")
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Check a declaration by somebody else: XML, JSON, XLSX, our PDF."),
    ] = None,
    output: options.Output = None,
    format: Annotated[
        str,
        typer.Option(
            help=f"Lines: {', '.join(FORMATS)}; the declaration: {', '.join(PAPERS)}; else by the ending of -o."
        ),
    ] = "",
    lang: options.Lang = "",
    keep: Keep = "",
    mark: MarkOfKept = "",
    casebook: CasebookOfKept = "",
) -> int:
    """Say which declarations fall due in a year, until when, in which range, and why."""
    where = KeepWhere(keep, casebook, mark)
    where.require_case()
    asked = DeclareAsked(
        register=register, columns=columns_by_table(options.columns_asked(map)), before=before, trade=trade,
        write_register=write_register, year=options.year_asked(year),
        law=LawAsked(as_of, profile, readings_asked(reading)), margin=margin, only=tuple(only or ()),
        output=output, format=format, lang=options.language_asked(lang), where=where, template=template, check=check,
        letters=letters, answers=answers, unusual=unusual, check_books=check_books,
    )  # fmt: skip
    return TASKS[_task(asked)](asked)


def _task(asked: DeclareAsked) -> str:
    """Return the one task that is asked for.

    Raises:
        SettingsError: two are, or one with an option that it has no use for.

    """
    wishes = {
        "--template": asked.template, "--check": asked.check, "--letters": asked.letters, "--answers": asked.answers,
        "--unusual": asked.unusual and not asked.check_books, "--check-books": asked.check_books,
    }  # fmt: skip
    names = [name for name, wish in wishes.items() if wish]
    named = {name: name for name in names}
    if asked.paper:
        named["papers"] = f"--format {asked.paper}"
    elif asked.format == "ledger" and not names:
        named["ledger"] = "--format ledger"
    task, *others = named or ["lines"]
    if others:
        raise SettingsError("options_apart", one=named[task], other=named[others[0]])
    if asked.only and task not in _NAMING_DECLARATIONS:
        raise SettingsError("options_apart", one=named[task], other="--only")
    if asked.where.case and task in _KEPT_NOWHERE:
        raise SettingsError("options_apart", one=named[task], other="--keep")
    given = {"--before": asked.before, "--trade": asked.trade}
    for option in (option for option, tasks in _USED_BY.items() if given[option] and task not in tasks):
        raise SettingsError("option_without_use", option=option, task=named[task])
    return task
