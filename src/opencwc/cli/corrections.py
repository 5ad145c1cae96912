"""`opencwc corrections`: what a lawyer says of a measure in place of the proposal, kept as labels, listed, exported.

Exit status: 0 done, 2 could not.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from opencwc.cli.options import Lang, command, day_asked, print_line
from opencwc.cli.value import spoken_language
from opencwc.errors import InputError, SettingsError
from opencwc.files import open_for_writing
from opencwc.finding import Message
from opencwc.wording import sentence

corrections_app = typer.Typer(
    help="A lawyer's corrections of what was proposed for a law: the labels of this house.", no_args_is_help=True
)
FORMATS = ("csv", "jsonl")


@corrections_app.command()
@command
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
    spoken = spoken_language(lang)
    from opencwc.legislation import check_law
    from opencwc.legislation.states import known_state

    for file in files:
        if not file.is_file():
            raise InputError("no_such_file", where=str(file))
    checked = check_law(files, known_state(state), day_asked(as_of))
    answer = next((answer for answer in checked.answers if answer.measure.id == measure.strip().upper()), None)
    if answer is None:
        raise SettingsError("measure_not_of_that_day", measure=measure)
    kept = _of_house().add(
        checked.law, answer, verdict, by=by, reason=reason, sections=section or (), elements=element or ()
    )
    print_line(sentence(_told(kept, "corrections_kept"), spoken))


@corrections_app.command("list")
@command
def list_corrections(lang: Lang = "") -> None:
    """Say every correction, in the order in which they were made."""
    spoken = spoken_language(lang)
    corrections = _of_house().all()
    for correction in corrections:
        print_line(sentence(_told(correction, "corrections_line"), spoken))
    if not corrections:
        print_line(sentence(Message("corrections_none"), spoken))


@corrections_app.command()
@command
def export(
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write them to this file.")] = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMATS)}; else by the ending of -o.")] = "",
    lang: Lang = "",
) -> None:
    """Write the corrections as a table, or as JSON lines with the numbers that each proposal rested on."""
    spoken_language(lang)  # which refuses another
    name = format or (output.suffix.lower().lstrip(".") if output else "csv")
    if name not in FORMATS:
        raise SettingsError("format_unknown", format=name, known=tuple(FORMATS))
    corrections = _of_house().all()
    with open_for_writing(output) as stream:
        if name == "jsonl":
            stream.writelines(json.dumps(correction, ensure_ascii=False) + "\n" for correction in corrections)
        else:
            _write_table(stream, corrections)


@corrections_app.command()
@command
def take(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Labels as JSON lines: of a kept law, or exported.")],
    lang: Lang = "",
) -> None:
    """Keep labels that were decided on the pages, or in another house, among the corrections."""
    spoken = spoken_language(lang)
    print_line(sentence(Message("corrections_taken", {"count": _of_house().take(file)}), spoken))


def _write_table(stream: Any, corrections: list[dict[str, Any]]) -> None:
    from opencwc.legislation.corrections import COLUMNS

    columns = [column for column in COLUMNS if column != "signs"]
    table = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(
        correction | {name: ";".join(correction.get(name, ())) for name in ("sections", "elements")}
        for correction in corrections
    )


def _told(record: dict[str, Any], name: str) -> Message:
    words = {field: Message(f"law_verdict_{record[field]}") for field in ("proposed", "verdict")}
    plain = {field: str(record[field]) for field in ("state", "measure", "by", "reason")}
    return Message(name, {**plain, **words, "date": str(record["at"])[:10]})


def _of_house() -> Any:
    from opencwc.legislation.corrections import Corrections

    return Corrections.of_house()
