"""`opencwc law`: a State's texts in; which of the Convention's measures they implement, with the passages, out.

Exit status: 0 every measure is covered, 1 something is covered in part or not found, 2 could not run.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opencwc.cli.keep_option import CasebookOfKept, Keep, KeepWhere, MarkOfKept, keep_run
from opencwc.cli.law_neighbours import beside_others, other_states, write_neighbours
from opencwc.cli.options import Lang, Output, command, day_asked, print_grid, publish
from opencwc.cli.steps_progress import StepsProgress
from opencwc.cli.value import AnswerTarget, displayable, see_that_they_are_files, spoken_language
from opencwc.errors import InputError, SettingsError
from opencwc.files import open_for_writing
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.finding import Message
    from opencwc.legislation.model import Checked
FORMATS = ("csv", "json", "html", "pdf", "docx", "xlsx")


@command
def law(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="All texts of one State: PDF, DOCX, HTML, TXT.")
    ],
    state: Annotated[str, typer.Option(metavar="CODE", help="The State, by its three letters: FRA.")],
    as_of: Annotated[str, typer.Option(metavar="DATE", help="Apply the measures in force on this day.")] = "",
    against: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="An earlier version: say what changed in coverage.")
    ] = None,
    neighbours: Annotated[
        str,
        typer.Option(
            metavar="STATES",
            help="Say which laws on the shelf have what is missing here: near (of neighbours), all, or FRA,ESP.",
        ),
    ] = "",
    neighbour_text: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE=FILE", help="A text of another State to compare with: FRA=law.pdf."),
    ] = None,
    output: Output = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMATS)}; else by the ending of -o.")] = "",
    model: Annotated[bool, typer.Option(help="Let the model propose verdicts; else plain rules.")] = True,
    ocr: Annotated[bool | None, typer.Option(help="Have pages that are pictures recognised, or not.")] = None,
    shelf: Annotated[bool, typer.Option("--shelf", help="Put the texts on the shelf of States.")] = False,
    lang: Lang = "",
    keep: Keep = "",
    mark: MarkOfKept = "",
    casebook: CasebookOfKept = "",
) -> int:
    """Say which of the Convention's measures a State's texts implement, in which passages, and what is missing."""
    from opencwc.language.encoders import named_encoder
    from opencwc.legislation import NONE, PARTIAL, check_law
    from opencwc.legislation.reader import RememberingEncoder, steps_of
    from opencwc.legislation.states import known_state
    from opencwc.legislation.verb import VERB as LAW

    state, day, earlier = known_state(state), day_asked(as_of), against or []
    others = other_states(state, neighbours, neighbour_text or [])
    if others and earlier:
        raise SettingsError("law_two_comparisons")
    given = [path for _, files_of in others for path, _ in files_of]
    target = AnswerTarget(output, _format(format, output), spoken_language(lang))
    lang = target.lang
    where = KeepWhere(keep, casebook, mark)
    where.require_case()
    see_that_they_are_files([*files, *earlier, *given])
    for file in (*files, *earlier, *given):
        if output is not None and output.is_file() and output.samefile(file):
            raise InputError("answer_replaces_text", where=str(output))
    with StepsProgress(lang) as tell:
        encoder = RememberingEncoder(named_encoder()) if where.case else None  # its vectors are kept with the law
        checked = check_law(files, state, day, encoder=encoder, model=model, ocr=ocr, progress=tell)
        before = check_law(earlier, state, day, model=model, ocr=ocr, progress=tell) if earlier else None
        beside = beside_others(checked, others, model, ocr, tell) if others else None
    if shelf:
        from opencwc.legislation.state_texts import Shelf

        Shelf.of_house().put(checked, files)
    doubts: tuple[Message, ...] = ()
    if before is not None:
        from opencwc.legislation.version_comparison import compare

        compared = compare(before, checked)
        doubts = compared.notes
        _write_compared(compared, target)
    elif beside is not None:
        doubts = beside.notes
        write_neighbours(beside, target)
    else:
        _write(checked, target)
    if encoder is not None:
        asked = {"files": [file.name for file in files], "state": state, "as_of": day.isoformat()}
        keep_run(LAW, steps_of(checked, encoder), where, asked, files, lang)
    for note in dict.fromkeys(sentence(note, lang) for note in (*checked.notes, *doubts)):
        sys.stderr.write(displayable(note) + "\n")
    return 1 if any(answer.verdict in (PARTIAL, NONE) for answer in checked.answers) else 0


def _write(checked: Checked, target: AnswerTarget) -> None:
    from opencwc.legislation.formats import as_csv, as_json
    from opencwc.legislation.report import report

    output, format, lang = target
    if not format:
        _print(checked, lang)
        return
    with open_for_writing(output, binary=True) as stream:
        if format == "csv":
            stream.write(as_csv(checked, lang).encode())
        elif format == "json":
            stream.write(as_json(checked, lang).encode())
        else:
            publish(report(checked, lang), stream, format)


def _write_compared(compared: Any, target: AnswerTarget) -> None:
    from opencwc.legislation.comparison_report import compared_csv, compared_json, compared_report

    output, format, lang = target
    with open_for_writing(output, binary=True) as stream:
        if format in ("", "csv"):
            stream.write(compared_csv(compared, lang).encode())
        elif format == "json":
            stream.write(compared_json(compared, lang).encode())
        else:
            publish(compared_report(compared, lang), stream, format)


def _print(checked: Checked, lang: str) -> None:
    """Print a line a measure: its verdict, its best passage, what is missing."""
    from opencwc.legislation.answer_wording import missing_words, place_words, said_in, verdict_words

    ratios = {"measure": None, "title": 3, "verdict": None, "passage": 2, "missing": 3}
    rows = []
    for answer in checked.answers:
        title = answer.measure.titles.get(lang, answer.measure.titles["en"])
        verdict = verdict_words(answer, lang)
        place = place_words(answer) if answer.verdict != "none" else ""
        rows.append((answer.measure.id, title, verdict, place, missing_words(answer, lang)))
    for other in checked.obligations:
        verdict = say(f"law_verdict_{other.verdict}", lang)
        still_open = say("list_separator", lang).join(other.open)
        rows.append((other.name, said_in(other.titles, lang), verdict, "", still_open))
    print_grid([(say(f"law_column_{name}", lang), {"ratio": ratio}) for name, ratio in ratios.items()], rows)


def _format(asked: str, output: Path | None) -> str:
    name = asked or (output.suffix.lower().lstrip(".") if output is not None else "")
    name = {"htm": "html"}.get(name, name)
    if name and name not in FORMATS:
        raise SettingsError("format_unknown", format=name, known=tuple(FORMATS))
    return name
