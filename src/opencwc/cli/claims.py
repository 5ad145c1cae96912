"""`opencwc claims`: reports and a record in; what each sentence claims, and what the record says of it, out.

Exit status: 0 all was read, 1 something was not (the notes say what), 2 could not run.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencwc.claims.verb import VERB as CLAIMS
from opencwc.cli import options
from opencwc.cli.keep_option import CasebookOfKept, Keep, KeepWhere, MarkOfKept, keep_run
from opencwc.cli.steps_progress import StepsProgress
from opencwc.cli.value import AnswerTarget, displayable, see_that_they_are_files
from opencwc.errors import InputError, SettingsError
from opencwc.finding import Message
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.claims.claim_matching import HeldReport
    from opencwc.claims.model import Statement
    from opencwc.claims.pair_signs import Record
    from opencwc.claims.record_sources import RecordSources
    from opencwc.reports.report_files import Piped

FORMATS = ("csv", "jsonl", "pdf", "docx", "html", "xlsx", "claimreview")
"""``claimreview`` also by the ending ``.jsonld``."""
_ENDINGS = {".jsonld": "claimreview"}
GROUPED = ("event", "speaker")
PIPE, _PIPED = Path("-"), "standard input"


@options.command
def claims(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE|-...", help="Reports: JSON Lines, feeds, saved pages, documents, mail, tables; - for a pipe."
        ),
    ],
    record: Annotated[
        list[Path],
        typer.Option(
            metavar="RECORD",
            help="What the record says: a table with id,date,statement,source,lang; or "
            "events, trade, a register, a declaration. May be given again.",
        ),
    ],
    output: options.Output = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMATS)}; else by the ending of -o.")] = "",
    by: Annotated[str, typer.Option(help="Count the claims by event or by speaker instead: csv.")] = "",
    published: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="With - : the day on which the text was published."),
    ] = None,
    least: Annotated[
        float, typer.Option(metavar="SHARE", help="Show sentences that can be checked at least so likely, 0 to 1.")
    ] = 0.2,
    histories: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write who said each claim first, repeated, corrected, denied.")
    ] = None,
    patterns: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write patterns: a corrected number again, one source, a burst.")
    ] = None,
    earlier: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Earlier claims: histories of an earlier run, or ClaimReview."),
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Pictures of the reports, with pictures.csv: file,report.")
    ] = None,
    seen: Annotated[
        list[Path] | None, typer.Option(metavar="FOLDER|INDEX", help="Pictures seen before; may be given again.")
    ] = None,
    author: Annotated[str, typer.Option(help="Who reviews, as ClaimReview names it.")] = "",
    map: options.Columns = None,
    lang: options.Lang = "",
    keep: Keep = "",
    mark: MarkOfKept = "",
    casebook: CasebookOfKept = "",
) -> int:
    """Hold what reports claim against a record: which statement it is about, and whether both say the same."""
    from opencwc.claims.claim_matching import hold, left_out_of
    from opencwc.claims.pair_signs import Record
    from opencwc.claims.record_sources import RecordSources
    from opencwc.cli.claims_outputs import Beside, write_beside
    from opencwc.language.encoders import named_encoder
    from opencwc.reports.report_files import ReportFiles
    from opencwc.verbs import Input

    if not 0 <= least <= 1:
        raise SettingsError("claims_least_is_no_share", given=str(least))
    if by not in ("", *GROUPED):
        raise SettingsError("claims_by_unknown", given=by, known=GROUPED)
    where = KeepWhere(keep, casebook, mark)
    where.require_case()
    format = format or (_ENDINGS.get(output.suffix.lower(), "") if output else "")
    target = AnswerTarget(output, options.format_asked(format, output, FORMATS), options.language_asked(lang))
    beside = Beside(histories, patterns, earlier or (), pictures, seen or ())
    beside.check()
    tables = [file for file in (*files, *record) if file != PIPE and "#" not in file.name and not file.is_dir()]
    see_that_they_are_files([*tables, *beside.read])
    options.refuse_overwriting([*files, *record, *beside.read], [output, histories, patterns])
    kept = RecordSources([Input(file.name, file) for file in record])
    encoder = named_encoder()
    statements = kept.statements()
    with StepsProgress(target.lang) as tell:
        reading = ReportFiles([_source(file, published) for file in files], options.columns_asked(map))
        held_against = Record(statements, encoder)
        held = list(hold(reading.reports(), held_against, encoder, lambda done: tell("reports", done, None)))
    if not held:
        _tell(reading.notes, target.lang)
        raise InputError("watch_nothing_to_read", where=str(files[0]))
    if keep:
        _keep_held(held, statements, kept, reading.notes, (files, record), where, target.lang)
    by_id = {one.id: one for one in statements}
    with StepsProgress(target.lang):
        told = write_beside(beside, held, by_id, kept.earlier, encoder, least, target.lang)
    if by:
        _write_groups(held, by, target, least)
    else:
        _write(held, held_against, target, ", ".join(file.name for file in files), least, author)
    cut = list(left_out_of(held))
    _tell((*kept.notes, *reading.notes, *cut, *told, _summary(held, least)), target.lang)
    return 1 if reading.notes.left_out or kept.left_out or cut else 0


def _source(file: Path, published: datetime | None) -> Path | Piped:
    from opencwc.reports.report_files import Piped

    day = published.replace(hour=12, tzinfo=UTC) if published else None
    return Piped(sys.stdin.buffer, _PIPED, day) if file == PIPE else file


def _keep_held(
    held: Sequence[HeldReport],
    statements: Sequence[Statement],
    reading: RecordSources,
    notes: Iterable[Message],
    given: tuple[Sequence[Path], Sequence[Path]],
    where: KeepWhere,
    lang: str,
) -> None:
    """Keep claims in a case, as the page keeps them; raise `InputError` where they are too many for it."""
    from opencwc.claims.claim_matching import left_out_of
    from opencwc.claims.findings import maker_of
    from opencwc.claims.reader import MOST_REPORTS, MOST_STATEMENTS, RECORD, REPORTS, held_run, named, steps_of
    from opencwc.language.encoders import named_encoder
    from opencwc.records import to_plain
    from opencwc.verbs import Started

    files, records = given
    if len(held) > MOST_REPORTS:
        raise InputError("claims_too_many_reports", most=MOST_REPORTS, where=files[0].name)
    if len(statements) > MOST_STATEMENTS:
        raise InputError("claims_record_too_long", where=records[0].name, most=MOST_STATEMENTS)
    as_of, encoder = date.today().isoformat(), named_encoder()
    names = named(file.name for file in files), named(file.name for file in records)
    run = held_run(held, statements, reading.earlier, encoder, (*reading.notes, *notes, *left_out_of(held)))
    checked = {"file": names[0], "record": names[1], "as_of": as_of}
    started = Started(checked, to_plain(maker_of(as_of, encoder.id)))
    paths = list(dict.fromkeys(Path(str(file).split("#", maxsplit=1)[0]) for file in files if file != PIPE))
    question = {"as_of": as_of, "roles": [*[REPORTS] * len(paths), *[RECORD] * len(records)]}
    steps = chain((started,), steps_of(run, names, as_of, encoder.id))
    keep_run(CLAIMS, steps, where, question, [*paths, *records], lang)


def _write(
    held: Sequence[HeldReport], record: Record, target: AnswerTarget, file: str, least: float, author: str
) -> None:
    from opencwc.claims.claim_review_writer import as_claim_reviews
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
    elif format == "claimreview":
        statements = {one.id: one for one in record.statements}
        content = as_claim_reviews(held, statements, lang, least=least, author=author)
    else:
        reports = {one.report.row: one.report for one in held}
        statements = {one.id: one for one in record.statements}
        report = claims_report(claims_of(held, least), reports, statements, file, lang)
        content = report_file(report, format)  # type: ignore[arg-type]
    with open_for_writing(output, binary=True) as stream:
        stream.write(content)


def _print(held: Sequence[HeldReport], record: Record, lang: str, least: float) -> None:
    """Print each claim with what the record says of it."""
    from opencwc.claims.formats import claims_of
    from opencwc.claims.marked_words import aspects_said

    statements = {one.id: one.text for one in record.statements}
    columns = [(say(f"claims_column_{name}", lang), {"ratio": ratio, "overflow": "fold"}) for name, ratio in _SHOWN]
    shown = list(claims_of(held, least))
    rows = [
        [
            claim.report,
            " ".join(claim.sentence.split()),
            say(f"verdict_{claim.relation}", lang) if claim.relation else "",
            aspects_said(claim, lang),
            " ".join(f"{claim.matched} {statements.get(claim.matched, '')}".split()),
        ]
        for claim in shown[:_MOST_ON_SCREEN]
    ]
    options.print_grid(columns, rows)
    if len(shown) > _MOST_ON_SCREEN:
        options.print_more(len(shown) - _MOST_ON_SCREEN, lang)


def _write_groups(held: Sequence[HeldReport], by: str, target: AnswerTarget, least: float) -> None:
    """Write how many claims on each event, or of each speaker, stand how to the record."""
    from opencwc.claims.claim_groups import COLUMNS, counted
    from opencwc.files import open_for_writing
    from opencwc.files.csv_cells import csv_of
    from opencwc.language.encoders import named_encoder
    from opencwc.reports.watched import watch

    rows = counted(held, watch((one.report for one in held), named_encoder()), by, target.lang, least)
    if target.format != "csv":
        options.print_grid([(say(name, target.lang), {"overflow": "fold"}) for name in COLUMNS.values()], rows)
        return
    with open_for_writing(target.output, binary=True) as stream:
        stream.write(csv_of([tuple(COLUMNS), *rows]).replace(b"\r\n", b"\n"))


def _summary(held: Sequence[HeldReport], least: float) -> Message:
    """Return how many claims there are, and how they stand to the record."""
    from opencwc.claims.formats import claims_of

    counts = Counter(claim.relation for claim in claims_of(held, least))
    return Message("claims_summary", {
        "claims": sum(counts.values()), "reports": len(held), "agrees": counts["agrees"],
        "differs": counts["differs"], "none": counts["not_in_record"],
    })  # fmt: skip


def _tell(notes: Iterable[Message], lang: str) -> None:
    for note in dict.fromkeys(sentence(note, lang) for note in notes):
        sys.stderr.write(displayable(note) + "\n")


_MOST_ON_SCREEN = 200
_SHOWN = (("report", None), ("sentence", 4), ("relation", None), ("differs_in", None), ("statement", 4))
