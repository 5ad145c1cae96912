"""What commands ask and answer alike: their errors and exit status, a day, a language, a format, ledgers, a report."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import wraps
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, ParamSpec

import typer

from opencwc.cli.value import displayable, report_error, spoken_language
from opencwc.errors import InputError, OpenCWCError, SettingsError
from opencwc.finding import Message
from opencwc.wording import LANGUAGES, sentence

if TYPE_CHECKING:
    from rich.text import Text

    from opencwc.publishing.model import Report
    from opencwc.transfers.model import Ledger

P = ParamSpec("P")
Ledgers = Annotated[list[str], typer.Argument(metavar="OURS [THEIRS ...]", help="Ledgers: files, or - for a pipe.")]
Columns = Annotated[
    list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="Which column is what; 2:FIELD of ledger 2.")
]
AsOf = Annotated[str, typer.Option(metavar="DATE", help="Apply the rules in force on this day.")]
Lang = Annotated[str, typer.Option(help=f"Language of the answer: {', '.join(LANGUAGES)}.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="Write the answer to this file.")]

Rules = Annotated[list[Path] | None, typer.Option(help="A further list as a YAML file; may be given again.")]

YEARS = range(1997, 2101)
"""The years that a declaration can fall into: the Convention is in force since 1997."""
_ENDINGS = {"htm": "html", "json": "jsonl", "ndjson": "jsonl"}


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


def command(work: Callable[P, int | None]) -> Callable[P, None]:
    """Return a command that tells its errors and leaves with the status that ``work`` returns, 0 where it has none."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with told():
            status = work(*args, **kwargs)
        raise typer.Exit(status or 0)

    return run


def read_ledgers(
    sources: Sequence[str], columns: Mapping[str, str], written: Sequence[Path | None] = ()
) -> list[Ledger]:
    """Read ledgers by name, ``-`` for the pipe; none of the files ``written`` may be one of them.

    Raises:
        InputError: a file is not there, two come from the pipe, or an answer would take the place of a ledger.

    """
    from opencwc.transfers.ledgers.reader import read_ledger

    if sources.count("-") > 1:
        raise InputError("two_ledgers_from_pipe")
    files = [_file(source) for source in sources if source != "-"]
    refuse_overwriting(files, written)
    called = [source if source == "-" else Path(source).name for source in sources]
    names = [one if called.count(name) > 1 else name for one, name in zip(sources, called, strict=True)]
    return [
        read_ledger(sys.stdin.buffer if one == "-" else Path(one), name=name, given=_columns_of(columns, number))
        for number, (one, name) in enumerate(zip(sources, names, strict=True), 1)
    ]


def _columns_of(columns: Mapping[str, str], number: int) -> dict[str, str]:
    """Return what is asked for one ledger: ``2:reporter`` is for the second only, and comes before ``reporter``."""
    common = {field: column for field, column in columns.items() if not field.partition(":")[0].isdecimal()}
    own = {field.partition(":")[2]: column for field, column in columns.items() if field.startswith(f"{number}:")}
    return common | own


def _file(source: str) -> Path:
    """Return the file of a source, which may name a sheet of a workbook after a ``#``."""
    for path in (source, source.rpartition("#")[0]):
        if path and Path(path).is_file():
            return Path(path)
    raise InputError("no_such_ledger", where=source)


def refuse_overwriting(read: Sequence[Path], written: Sequence[Path | None]) -> None:
    """Raise `InputError` where an answer would take the place of a file that is read, or of another answer."""
    targets = [file for file in written if file is not None]
    for target in targets:
        if target.is_file() and any(file.is_file() and target.samefile(file) for file in read):
            raise InputError("answer_replaces_ledger", where=str(target))
    if len({target.resolve() for target in targets}) < len(targets):
        raise InputError("two_answers_in_one_file", where=str(targets[0]))


def refuse_overwriting_input(read: Sequence[Path], output: Path | None) -> None:
    """Raise `InputError` where an answer would take the place of a file that is read."""
    if output is not None and output.is_file() and any(file.is_file() and output.samefile(file) for file in read):
        raise InputError("answer_replaces_input", where=str(output))


def columns_asked(pairs: Sequence[str] | None) -> dict[str, str]:
    """Return which column holds which field, as ``--map FIELD=COLUMN`` says it; the column may be ``=VALUE``."""
    columns: dict[str, str] = {}
    for pair in pairs or ():
        field, equals, column = pair.partition("=")
        if not equals or not field.strip():
            raise SettingsError("map_names_no_column", pair=pair)
        columns[field.strip()] = column.strip()
    return columns


def day_asked(text: str, option: str = "--as-of") -> date:
    """Return the day that an option names; today where it is empty."""
    try:
        return date.fromisoformat(text) if text else date.today()
    except ValueError:
        raise SettingsError("option_is_no_date", option=option, text=text) from None


def year_asked(text: str, option: str = "--year") -> int:
    """Return the year that an option names; this year where it is empty."""
    if not text:
        return date.today().year
    if not text.isdecimal() or int(text) not in YEARS:
        raise SettingsError("option_is_no_year", option=option, text=text, first=YEARS.start, last=YEARS.stop - 1)
    return int(text)


def language_asked(lang: str) -> str:
    """Return the language of the answer: the one asked for, else that of the settings or of the user."""
    return spoken_language(one_of("--lang", lang, ("", *LANGUAGES)))


def format_asked(asked: str, output: Path | None, formats: Sequence[str]) -> str:
    """Return the format that is asked for, by its name or the ending of the file; ``""`` for a table on the screen."""
    if asked:
        return one_of("--format", _ENDINGS.get(asked, asked), formats)
    return format_of_ending(output, formats)


def format_of_ending(output: Path | None, formats: Sequence[str]) -> str:
    """Return the format that the ending of a file names; ``""`` where nothing is written to a file."""
    if output is None:
        return ""
    ending = output.suffix.lower().lstrip(".")
    format = {**_ENDINGS, "sd": "sdf"}.get(ending, ending)
    if format not in formats:
        raise SettingsError("format_of_ending_unknown", file=output.name, known=tuple(formats))
    return format


def one_of(option: str, given: str, known: Collection[str]) -> str:
    """Return what is given, where it is known; raise `SettingsError` otherwise."""
    if given not in known:
        raise SettingsError("option_unknown", option=option, value=given, known=tuple(filter(None, known)))
    return given


def names_asked(text: str) -> tuple[str, ...]:
    """Return the names of an option that takes several: ``CWC,AG``."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def rule_files_asked(paths: Sequence[Path] | None) -> tuple[Path, ...]:
    """Return further lists; raise `InputError` where one is neither a file nor a folder of a list."""
    for path in paths or ():
        if not path.is_file() and not (path / "list.yaml").is_file():
            raise InputError("no_list_of_rules", where=str(path))
    return tuple(paths or ())


def print_line(text: str) -> None:
    """Print a line, safe to show."""
    sys.stdout.write(displayable(text) + "\n")


def print_grid(
    columns: Iterable[tuple[str, Mapping[str, Any]]], rows: Iterable[Sequence[str | Text]], *, width: int = 160
) -> None:
    """Print rows under headings (each with the options of its column); ``width`` is that of what is no terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(pad_edge=False, box=None)
    for heading, options in columns:
        grid.add_column(heading, **options)
    for row in rows:
        grid.add_row(*(Text(displayable(cell)) if isinstance(cell, str) else cell for cell in row))
    Console(width=None if sys.stdout.isatty() else width, highlight=False).print(grid)


def grid_width(width: int = 160) -> int:
    """Return how wide `print_grid` prints: as the terminal is, or ``width`` where there is none."""
    from rich.console import Console

    return Console().width if sys.stdout.isatty() else width


def print_note(note: Message, lang: str) -> None:
    """Say a sentence below a printed table."""
    from rich.console import Console

    Console(width=grid_width(), highlight=False, markup=False).print(sentence(note, lang))


def print_more(count: int, lang: str) -> None:
    """Say how many rows a printed table leaves out."""
    print_note(Message("table_more", {"count": count}), lang)


def publish(report: Report, stream: IO[bytes], format: Any) -> None:
    """Write a report as ``pdf``, ``docx``, ``xlsx`` or ``html``."""
    from opencwc.publishing.report_files import report_file

    stream.write(report_file(report, format))
