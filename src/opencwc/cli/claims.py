"""`opencwc claims`: reports and a record in; what each sentence claims, and what the record says of it, out.

Exit status: 0 all was read, 1 something was not (the notes say what), 2 could not run.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencwc.cli import options
from opencwc.cli.steps_progress import StepsProgress
from opencwc.cli.value import AnswerTarget, displayable, see_that_they_are_files
from opencwc.errors import InputError, SettingsError
from opencwc.finding import Message
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.claims.claim_matching import HeldReport
    from opencwc.claims.pair_signs import Record

FORMATS = ("csv", "jsonl", "pdf", "docx", "html", "xlsx")


@options.command
def claims(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Reports: JSON Lines, feeds, saved pages, documents, mail, tables."),
    ],
    record: Annotated[
        Path, typer.Option(metavar="RECORD", help="What the record says: a table with id,date,statement,source,lang.")
    ],
    output: options.Output = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMATS)}; else by the ending of -o.")] = "",
    least: Annotated[
        float, typer.Option(metavar="SHARE", help="Show sentences that can be checked at least so likely, 0 to 1.")
    ] = 0.2,
    map: options.Columns = None,
    lang: options.Lang = "",
) -> int:
    """Hold what reports claim against a record: which statement it is about, and whether both say the same."""
    from opencwc.claims.claim_matching import hold
    from opencwc.claims.pair_signs import Record
    from opencwc.claims.record_file import RecordFile
    from opencwc.language.encoders import named_encoder
    from opencwc.reports.report_files import ReportFiles

    if not 0 <= least <= 1:
        raise SettingsError("claims_least_is_no_share", given=str(least))
    target = AnswerTarget(output, options.format_asked(format, output, FORMATS), options.language_asked(lang))
    see_that_they_are_files([*(file for file in files if "#" not in file.name), record])
    options.refuse_overwriting_input([*files, record], output)
    kept = RecordFile(record)
    encoder = named_encoder()
    statements = kept.statements()
    with StepsProgress(target.lang) as tell:
        reading = ReportFiles(files, options.columns_asked(map))
        held_against = Record(statements, encoder)
        held = list(hold(reading.reports(), held_against, encoder, lambda done: tell("reports", done, None)))
    if not held:
        _tell(reading.notes, target.lang)
        raise InputError("watch_nothing_to_read", where=str(files[0]))
    _write(held, held_against, target, ", ".join(file.name for file in files), least)
    cut = [_left_out(one) for one in held if one.left_out]
    _tell((*kept.notes, *reading.notes, *cut, _summary(held, least)), target.lang)
    return 1 if reading.notes.left_out or kept.notes or cut else 0


def _write(held: Sequence[HeldReport], record: Record, target: AnswerTarget, file: str, least: float) -> None:
    from opencwc.claims.claims_report import claims_report
    from opencwc.claims.formats import as_csv, as_json_lines, claims_of
    from opencwc.files import open_for_writing
    from opencwc.publishing.report_files import report_file

    output, format, lang = target
    if not format:
        _print(held, record, lang, least)
        return
    if format == "csv":
        content = as_csv(claims_of(held, least))
    elif format == "jsonl":
        content = as_json_lines(claims_of(held, least), lang)
    else:
        report = claims_report(held, {one.id: one for one in record.statements}, file, lang, least)
        content = report_file(report, format)  # type: ignore[arg-type]
    with open_for_writing(output, binary=True) as stream:
        stream.write(content)


def _print(held: Sequence[HeldReport], record: Record, lang: str, least: float) -> None:
    """Print each claim with what the record says of it."""
    from opencwc.claims.formats import claims_of

    statements = {one.id: one.text for one in record.statements}
    columns = [(say(f"claims_column_{name}", lang), {"ratio": ratio, "overflow": "fold"}) for name, ratio in _SHOWN]
    shown = list(claims_of(held, least))
    rows = [
        [
            claim.report,
            " ".join(claim.sentence.split()),
            say(f"verdict_{claim.relation}", lang) if claim.relation else "",
            say("list_separator", lang).join(say(f"claims_aspect_{aspect}", lang) for aspect in claim.differs_in),
            " ".join(f"{claim.matched} {statements.get(claim.matched, '')}".split()),
        ]
        for claim in shown[:_MOST_ON_SCREEN]
    ]
    options.print_grid(columns, rows)
    if len(shown) > _MOST_ON_SCREEN:
        options.print_more(len(shown) - _MOST_ON_SCREEN, lang)


def _left_out(held: HeldReport) -> Message:
    return Message("claims_sentences_left_out", {"report": held.report.id, "count": held.left_out})


def _summary(held: Sequence[HeldReport], least: float) -> Message:
    """Return how many claims there are, and how they stand to the record."""
    from opencwc.claims.formats import claims_of

    counts = Counter(claim.relation for claim in claims_of(held, least))
    return Message("claims_summary", {
        "claims": sum(counts.values()), "reports": len(held), "agrees": counts["agrees"],
        "differs": counts["differs"], "none": counts["not_in_record"],
    })  # fmt: skip


def _tell(notes: Iterable[Message], lang: str) -> None:
    for note in _once(sentence(note, lang) for note in notes):
        sys.stderr.write(displayable(note) + "\n")


def _once(texts: Iterable[str]) -> Iterator[str]:
    yield from dict.fromkeys(texts)


_MOST_ON_SCREEN = 200
_SHOWN = (("report", None), ("sentence", 4), ("relation", None), ("differs_in", None), ("statement", 4))
