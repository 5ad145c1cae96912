"""`opencwc corrections`: what a lawyer says of a measure in place of the proposal, kept as labels, listed, exported.

Exit status: 0 done, 2 could not.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from opencwc.cli.value import displayable, report_error, spoken_language
from opencwc.errors import InputError, OpenCWCError, SettingsError
from opencwc.files import open_for_writing
from opencwc.finding import Message
from opencwc.wording import LANGUAGES, sentence

corrections_app = typer.Typer(
    help="A lawyer's corrections of what was proposed for a law: the labels of this house.", no_args_is_help=True
)
FORMATS = ("csv", "jsonl")
Lang = Annotated[str, typer.Option(help=f"Language of the answer: {', '.join(LANGUAGES)}.")]


@corrections_app.command()
def add(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="All texts of the State, as for `law`.")],
    state: Annotated[str, typer.Option(metavar="CODE", help="The State, by its three letters: FRA.")],
    measure: Annotated[str, typer.Option(metavar="ID", help="The measure: PRO-01.")],
    verdict: Annotated[str, typer.Option(help="What is right: covered, partial or none.")],
    by: Annotated[str, typer.Option(help="Who says so.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    section: Annotated[list[str] | None, typer.Option(help="Where it stands: 'Section 5'; may be given again.")] = None,
    element: Annotated[
        list[str] | None, typer.Option(help="An element that the proposal has wrongly: 'retain'; may be given again.")
    ] = None,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="The measures in force on this day.")] = "",
    lang: Lang = "",
) -> None:
    """Check the texts, and keep what a person says of a measure beside what was proposed."""

    def work(spoken: str) -> None:
        from opencwc.legislation import check_law
        from opencwc.legislation.states import known_state

        for file in files:
            if not file.is_file():
                raise InputError("no_such_file", where=str(file))
        checked = check_law(files, known_state(state), _day(as_of))
        answer = next((answer for answer in checked.answers if answer.measure.id == measure.strip().upper()), None)
        if answer is None:
            raise SettingsError("measure_not_of_that_day", measure=measure)
        kept = _of_house().add(
            checked.law, answer, verdict, by=by, reason=reason, sections=section or (), elements=element or ()
        )
        _print(_told(kept, "corrections_kept"), spoken)

    _run(work, lang)


@corrections_app.command("list")
def list_corrections(lang: Lang = "") -> None:
    """Say every correction, in the order in which they were made."""

    def work(spoken: str) -> None:
        held = _of_house().all()
        for one in held:
            _print(_told(one, "corrections_line"), spoken)
        if not held:
            _print(Message("corrections_none"), spoken)

    _run(work, lang)


@corrections_app.command()
def export(
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write them to this file.")] = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMATS)}; else by the ending of -o.")] = "",
    lang: Lang = "",
) -> None:
    """Write the corrections as a table, or as JSON lines with the numbers that each proposal rested on."""

    def work(spoken: str) -> None:
        name = format or (output.suffix.lower().lstrip(".") if output else "csv")
        if name not in FORMATS:
            raise SettingsError("format_unknown", format=name, known=tuple(FORMATS))
        held = _of_house().all()
        with open_for_writing(output) as stream:
            if name == "jsonl":
                stream.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in held)
            else:
                _write_table(stream, held)

    _run(work, lang)


@corrections_app.command()
def take(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Labels as JSON lines: of a kept law, or exported.")],
    lang: Lang = "",
) -> None:
    """Keep labels that were decided on the pages, or in another house, among the corrections."""

    def work(spoken: str) -> None:
        _print(Message("corrections_taken", {"count": _of_house().take(file)}), spoken)

    _run(work, lang)


def _write_table(stream: Any, held: list[dict[str, Any]]) -> None:
    from opencwc.legislation.corrections import COLUMNS

    columns = [column for column in COLUMNS if column != "signs"]
    table = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(
        {**one, "sections": ";".join(one["sections"]), "elements": ";".join(one.get("elements", ()))} for one in held
    )


def _told(record: dict[str, Any], name: str) -> Message:
    words = {one: Message(f"law_verdict_{record[one]}") for one in ("proposed", "verdict")}
    plain = {one: str(record[one]) for one in ("state", "measure", "by", "reason")}
    return Message(name, {**plain, **words, "date": str(record["at"])[:10]})


def _of_house() -> Any:
    from opencwc.legislation.corrections import Corrections

    return Corrections.of_house()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else date.today()
    except ValueError:
        raise SettingsError("as_of_is_no_date", text=text) from None


def _print(message: Message, lang: str) -> None:
    sys.stdout.write(displayable(sentence(message, lang)) + "\n")


def _run(work: Callable[[str], None], lang: str) -> None:
    status = 0
    try:
        work(spoken_language(lang))
    except OpenCWCError as error:
        status = report_error(error)
    except KeyboardInterrupt:
        status = 130
    raise typer.Exit(status)
