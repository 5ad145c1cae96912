"""`opencwc declare`: a register of plant sites in; what must be declared in a year, until when and why, out.

Exit status: 0 ran and read everything, 1 something could not be read or a person has to look, 2 could not run.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencwc.cli import options
from opencwc.cli.value import displayable
from opencwc.errors import SettingsError
from opencwc.finding import Message
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from opencwc.declarations.model import Answer, Register

FORMATS = ("csv", "jsonl")
YEARS = range(1997, 2101)


@options.command
def declare(
    register: Annotated[
        Path | None,
        typer.Argument(help="A folder with sites.csv and activities.csv, a workbook with such sheets, or JSON."),
    ] = None,
    year: Annotated[str, typer.Option(metavar="YEAR", help="The calendar year in which it falls due; this year.")] = "",
    as_of: options.AsOf = "",
    profile: Annotated[str, typer.Option(help="The treaty, a State such as ESP, or a file of your own.")] = "treaty",
    reading: Annotated[
        list[str] | None, typer.Option(metavar="ID=CHOICE", help="Turn a reading that the treaty leaves open.")
    ] = None,
    margin: Annotated[str, typer.Option(help="How many per cent under a threshold are near.")] = "10",
    output: options.Output = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMATS)}; else by the ending of -o.")] = "",
    map: options.Columns = None,
    template: Annotated[
        Path | None, typer.Option(metavar="FILE.xlsx|FOLDER", help="Write a register to fill in, and nothing else.")
    ] = None,
    write_register: Annotated[
        Path | None, typer.Option(metavar="FILE.xlsx|FILE.json|FOLDER", help="Write the register that was read here.")
    ] = None,
    lang: options.Lang = "",
) -> int:
    """Say which declarations fall due in a year, until when, in which range, and why."""
    from opencwc.cli.declare_registers import write_register_asked, write_template_asked
    from opencwc.declarations.register_reader import read_register
    from opencwc.files import open_for_writing

    asked, language = options.format_asked(format, output, FORMATS), options.language_asked(lang)
    if template is not None:
        return write_template_asked(template, language)
    if register is None:
        raise SettingsError("declare_nothing_given")
    read = read_register(register, _columns(options.columns_asked(map)))
    if write_register is not None:
        write_register_asked(read, register, write_register, language)
    answer = judge_register(read, _year(year), as_of, profile, _readings(reading), margin)
    told = [displayable(note) for note in _notes(answer, language)]
    if asked:
        from opencwc.declarations.formats import due_as_csv, due_as_json

        with open_for_writing(output, binary=True) as stream:
            stream.write((due_as_csv if asked == "csv" else due_as_json)(answer, language).encode())
        sys.stderr.write("".join(f"{line}\n" for line in told))
    else:
        _print(answer, language)
        sys.stdout.write("".join(f"{line}\n" for line in told))
    return 1 if answer.problems else 0


def judge_register(
    register: Register, year: int, as_of: str, profile: str, readings: Mapping[str, str], margin: str
) -> Answer:
    """Return what of a register is due, under the law that the options name."""
    from opencwc.declarations.chemicals import Chemicals
    from opencwc.declarations.judgement import judge
    from opencwc.declarations.law import Law
    from opencwc.screening.rulebook import Rulebook
    from opencwc.screening.screener import Screener

    day, share = options.day_asked(as_of), _share(margin)
    law = Law(day, profile, readings)
    return judge(register, law, year, Chemicals(Screener(Rulebook.of(day, ("CWC",)))), share)


def _year(text: str) -> int:
    from datetime import date

    if not text:
        return date.today().year
    if not text.isdecimal() or int(text) not in YEARS:
        raise SettingsError("option_is_no_year", option="--year", text=text, first=YEARS.start, last=YEARS.stop - 1)
    return int(text)


def _share(text: str) -> Decimal:
    from decimal import Decimal, InvalidOperation

    try:
        per_cent = Decimal(text)
    except InvalidOperation:
        per_cent = Decimal("NaN")
    if not per_cent.is_finite() or not 0 <= per_cent <= 100:
        raise SettingsError("option_is_no_share", option="--margin", text=text)
    return per_cent / 100


def _readings(pairs: list[str] | None) -> dict[str, str]:
    """Return the choice of each reading that is turned."""
    readings: dict[str, str] = {}
    for pair in pairs or ():
        id, equals, choice = pair.partition("=")
        if not equals or not id.strip() or not choice.strip():
            raise SettingsError("reading_is_no_pair", option="--reading", text=pair)
        readings[id.strip()] = choice.strip()
    return readings


def _columns(pairs: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return which column holds which field by table: ``sites:name`` is for the sites, ``name`` for the activities."""
    columns: dict[str, dict[str, str]] = {"sites": {}, "activities": {}}
    for name, column in pairs.items():
        table, colon, field = name.partition(":")
        columns[table if colon and table in columns else "activities"][field if colon else name] = column
    return columns


def _notes(answer: Answer, lang: str) -> list[str]:
    """Return what is told below the lines: problems, each with its place.

    Names of files and the words of a cell keep their first letter, so these lines are no sentences.
    """
    notes = [
        say(Message("declare_problem_at", {"place": answer.register.locate(problem.place), "says": problem.says}), lang)
        for problem in answer.problems[:_MOST_TOLD]
    ]
    if len(answer.problems) > _MOST_TOLD:
        more = Message("declare_more_problems", {"count": len(answer.problems) - _MOST_TOLD})
        notes.append(sentence(more, lang))
    return notes


def _print(answer: Answer, lang: str) -> None:
    """Print the answer first: how many declarations, the next day; then one row each."""
    from collections import Counter

    from opencwc.declarations.formats import due_as_texts

    days = Counter(line.due for line in answer.due)
    if not days:
        sys.stdout.write(sentence(Message("declare_nothing_due", {"year": str(answer.year)}), lang) + "\n")
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
_MOST_TOLD = 50
_RATIOS = {"why": 8, "chemical": 3}
