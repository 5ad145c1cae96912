"""`opencwc declare`: a register of plant sites in; what must be declared in a year, until when and why, out.

Exit status: 0 ran and read everything, 1 something could not be read or a person has to look, 2 could not run.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from opencwc.cli import options
from opencwc.cli.declaration_papers import PAPERS
from opencwc.cli.keep_option import CasebookOfKept, Keep, KeepWhere, MarkOfKept, keep_run
from opencwc.cli.value import displayable
from opencwc.declarations.verb import VERB
from opencwc.errors import SettingsError
from opencwc.finding import Message
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from decimal import Decimal

    from opencwc.declarations.chemicals import Chemicals
    from opencwc.declarations.law import Law
    from opencwc.declarations.model import Answer, Problem, Register

FORMATS = ("csv", "jsonl", "ledger")
FORMATS_OF_FOUND = ("csv", "jsonl")
"""In which what the checks found, or figures worth asking about, can be written."""


@options.command
def declare(
    register: Annotated[
        Path | None,
        typer.Argument(help="A folder with sites.csv and activities.csv, a ZIP of them, such a workbook, or JSON."),
    ] = None,
    year: Annotated[str, typer.Option(metavar="YEAR", help="The calendar year of the due days; else this year.")] = "",
    as_of: options.AsOf = "",
    profile: Annotated[str, typer.Option(help="The treaty, a State such as ESP, or a file of your own.")] = "treaty",
    reading: Annotated[
        list[str] | None, typer.Option(metavar="ID=CHOICE", help="Set a reading that the treaty leaves open.")
    ] = None,
    margin: Annotated[str, typer.Option(help="How many per cent under a threshold are near.")] = "10",
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
    trade: Annotated[
        str, typer.Option(metavar="LEDGER", help="A ledger of customs or of a partner State to compare with.")
    ] = "",
    before: Annotated[
        Path | None, typer.Option(help="Last year's register: which site is which, and what changed.")
    ] = None,
    output: options.Output = None,
    format: Annotated[
        str,
        typer.Option(
            help=f"Lines: {', '.join(FORMATS)}; the declaration: {', '.join(PAPERS)}; else by the ending of -o."
        ),
    ] = "",
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Write only these declarations: s2-past, s3, anticipated.")
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Check a declaration by somebody else: XML, JSON, XLSX, our PDF."),
    ] = None,
    template: Annotated[
        Path | None, typer.Option(metavar="FILE.xlsx|FOLDER", help="Write a register to fill in, and nothing else.")
    ] = None,
    write_register: Annotated[
        Path | None, typer.Option(metavar="FILE.xlsx|FILE.json|FOLDER", help="Write the register that was read here.")
    ] = None,
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
    map: options.Columns = None,
    lang: options.Lang = "",
    keep: Keep = "",
    mark: MarkOfKept = "",
    casebook: CasebookOfKept = "",
) -> int:
    """Say which declarations fall due in a year, until when, in which range, and why."""
    from opencwc.cli import declaration_papers as papers
    from opencwc.cli.declare_letters import ask_operators, take_answers
    from opencwc.cli.declare_registers import write_register_asked, write_template_asked

    where = KeepWhere(keep, casebook, mark)
    where.require_case()
    language = options.language_asked(lang)
    tasks = {
        "--template": template, "--check": check, "--letters": letters, "--answers": answers,
        "--unusual": unusual and not check_books, "--check-books": check_books,
    }  # fmt: skip
    paper = "" if template or check or letters or answers else papers.paper_asked(format, output)
    _refuse_two([*(name for name, wish in tasks.items() if wish), *([f"--format {paper}"] if paper else [])])
    if template is not None:
        return write_template_asked(template, language)
    law = LawAsked(as_of, profile, _readings(reading))
    papers.only_asked(only or [])
    if check is not None:
        options.refuse_overwriting_input([check], output)
        return papers.check_declaration(check, law, output, format, language)
    source, columns = papers.require_register(register), _columns(options.columns_asked(map))
    options.refuse_overwriting_input(_files_read(source, before, trade, profile), output)
    known = FORMATS_OF_FOUND if unusual or check_books else (*FORMATS, *PAPERS)
    asked = "" if paper or answers or letters else options.format_asked(format, output, known)
    with _collection_paused():
        books = _Books.of(source, columns, law, options.year_asked(year))
        if write_register is not None:
            write_register_asked(books.register, source, write_register, language)
        if unusual and not check_books:
            return books.write_unusual(asked, output, language)
        to_screen = not (asked or paper or check_books or letters or answers)
        answer = books.judged(_share(margin), beside=to_screen or bool(where.case))
    answer, compared = _compared(answer, "" if letters or answers else trade, as_of)
    also_asked = {"margin": margin} | ({"trade": Path(trade).name} if compared else {})
    keeping = partial(_keep, answer, books, also_asked, where, language)
    if letters is not None:
        return ask_operators(answer, books.law, letters, where, keeping, language)
    if answers is not None:
        return take_answers(answer, books.law, (source, answers, output), where, keeping, language)
    if where.case:
        keeping()
    if paper:
        return papers.write_declaration(answer, law, only or [], paper, output, language)
    wish = _Wish(asked, output, language, compared, before, check_books=check_books, unusual=unusual)
    return _tell(answer, books, wish)


class LawAsked(NamedTuple):
    """The law that the options name: the day of the rules, the profile, and the readings that are turned."""

    as_of: str
    profile: str
    readings: Mapping[str, str]


class _Wish(NamedTuple):
    """What is to be told of an answer, in which format, to which file and in which language."""

    format: str
    output: Path | None
    lang: str
    compared: Sequence[Message]
    before: Path | None
    check_books: bool
    unusual: bool


class _Books(NamedTuple):
    """A register with the law that it is judged by, and the year asked about."""

    source: Path
    columns: Mapping[str, Mapping[str, str]]
    register: Register
    law: Law
    chemicals: Chemicals
    year: int
    asked: LawAsked

    @classmethod
    def of(cls, source: Path, columns: Mapping[str, Mapping[str, str]], asked: LawAsked, year: int) -> _Books:
        """Read the register, and load the law."""
        from opencwc.declarations.chemicals import Chemicals
        from opencwc.declarations.law import Law
        from opencwc.declarations.register_reader import read_register
        from opencwc.screening.rulebook import Rulebook
        from opencwc.screening.screener import Screener

        day = options.day_asked(asked.as_of)
        law = Law(day, asked.profile, asked.readings)
        chemicals = Chemicals(Screener(Rulebook.of(day, ("CWC",))))
        return cls(source, columns, read_register(source, columns), law, chemicals, year, asked)

    def judged(self, margin: Decimal, *, beside: bool) -> Answer:
        """Return what is due; ``beside`` what is near, and what changed."""
        from opencwc.declarations.judgement import judge

        return judge(self.register, self.law, self.year, self.chemicals, margin, beside=beside)

    def write_unusual(self, format: str, output: Path | None, lang: str) -> int:
        """Write which figures declared on in the year are worth asking about; return the exit status."""
        from opencwc.cli.declare_unusual import write_unusual
        from opencwc.declarations.books import Books
        from opencwc.declarations.judgement import read_lines
        from opencwc.declarations.unusual.proposals import unusual_figures

        lines, unread = read_lines(self.register, self.chemicals)
        proposed = unusual_figures(Books(self.register, lines, self.law), self.law, self.year - 1)
        notes = _notes(self.register, (*self.register.problems, *unread), lang)
        return write_unusual(proposed, notes, format, output, lang)


def _tell(answer: Answer, books: _Books, wish: _Wish) -> int:
    """Write or print an answer with what is told beside it; return the exit status."""
    from opencwc.cli.declare_checks import fault_notes, write_faults
    from opencwc.cli.declare_points import write_points
    from opencwc.cli.declare_summaries import comparison_lines, summary_lines
    from opencwc.cli.declare_trade import declared_trade
    from opencwc.declarations.law_notes import law_notes

    as_of, lang = books.asked.as_of, wish.lang
    told = [sentence(message, lang) for message in law_notes(answer)]
    told += _notes(answer.register, answer.problems, lang)
    told += [sentence(note, lang) for note in wish.compared]
    if wish.check_books and wish.unusual:
        points = write_points(answer, books.law, wish.output, wish.format, lang)
        sys.stderr.write("".join(f"{line}\n" for line in told))
        return 1 if answer.problems or points else 0
    if wish.check_books:
        write_faults(answer, wish.output, wish.format, lang)
        sys.stderr.write("".join(f"{line}\n" for line in told))
        return 1 if answer.problems or answer.faults else 0
    if wish.format == "ledger":
        from opencwc.declarations.national_trade import trade_as_ledger

        _write(trade_as_ledger(declared_trade(answer, as_of)), wish.output, told)
        return 1 if answer.problems else 0
    told += [sentence(message, lang) for message in fault_notes(answer)]
    if wish.before is not None:
        told += comparison_lines(wish.before, answer, books.columns, books.asked, lang)
    if wish.format:
        from opencwc.declarations.formats import due_as_csv, due_as_json

        _write((due_as_csv if wish.format == "csv" else due_as_json)(answer, lang), wish.output, told)
    else:
        _print(answer, lang)
        sys.stdout.write("".join(f"{line}\n" for line in (*told, *summary_lines(answer, as_of, lang))))
    return 1 if answer.problems else 0


def _write(text: str, output: Path | None, told: Sequence[str]) -> None:
    """Write lines to the file that is asked for, and what is told beside them to the standard error."""
    from opencwc.files import open_for_writing

    with open_for_writing(output, binary=True) as stream:
        stream.write(text.encode())
    sys.stderr.write("".join(f"{line}\n" for line in told))


def _compared(answer: Answer, trade: str, as_of: str) -> tuple[Answer, list[Message]]:
    """Return an answer with what differs from a ledger, if one is named, and how much of it was compared."""
    if not trade:
        return answer, []
    from opencwc.cli.declare_trade import with_trade

    return with_trade(answer, trade, {}, as_of)


def _keep(answer: Answer, books: _Books, asked: Mapping[str, str], where: KeepWhere, lang: str) -> int:
    """Keep what was found in a case, with the files of the register; return the number of the run."""
    from opencwc.declarations.reader import steps_of

    law = books.law
    question = {
        "as_of": law.convention.as_of.isoformat(), "year": answer.year, "profile": law.profile.id,
        "readings": dict(books.asked.readings), **asked,
    }  # fmt: skip
    return keep_run(VERB, steps_of(answer, law), where, question, _files(books.source), lang)


@contextmanager
def _collection_paused() -> Iterator[None]:
    """Collect no garbage meanwhile, and look through nothing later that was made meanwhile: it stays until the end."""
    from opencwc.declarations.paused_collection import collection_paused

    with collection_paused():
        yield
        gc.freeze()


def _files_read(register: Path, before: Path | None, trade: str, profile: str) -> list[Path]:
    """Return the files that are read, over which no answer may be written."""
    named = (register, before, Path(trade.rpartition("#")[0] or trade) if trade else None, Path(profile))
    return [file for path in named if path is not None and path.exists() for file in _files(path)]


def _refuse_two(tasks: Sequence[str]) -> None:
    """Raise `SettingsError` where two things are asked for that one answer cannot be."""
    if len(tasks) > 1:
        raise SettingsError("options_apart", one=tasks[0], other=tasks[1])


def _files(register: Path) -> list[Path]:
    """Return the files of a register, which are kept with what was found."""
    from opencwc.declarations.register_words import table_named

    if not register.is_dir():
        return [register]
    return [file for file in sorted(register.iterdir()) if file.is_file() and table_named(file.stem)]


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


def _notes(register: Register, problems: Sequence[Problem], lang: str) -> list[str]:
    """Return what could not be read, each with its place; of many the first.

    Names of files and the words of a cell keep their first letter, so these lines are no sentences.
    """
    told = [
        displayable(say(Message("declare_problem_at", {"place": place, "says": problem.says}), lang))
        for problem in problems[:_MOST_TOLD]
        for place in (register.locate(problem.place),)
    ]
    if len(problems) > _MOST_TOLD:
        told.append(sentence(Message("declare_more_problems", {"count": len(problems) - _MOST_TOLD}), lang))
    return told


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
