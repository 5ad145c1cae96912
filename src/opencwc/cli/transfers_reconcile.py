"""`opencwc transfers reconcile`: two or more ledgers in; where they disagree, why probably, and in which order to look.

Exit status: 0 ran and nothing is over a threshold, 1 ran and something is, 2 could not run.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencwc.cli.keep_option import Keep, KeepWhere, MarkOfKept, Place, keep_run
from opencwc.cli.transfers_options import (
    AsOf,
    Columns,
    Lang,
    Ledgers,
    Output,
    columns_asked,
    day_asked,
    format_asked,
    language_asked,
    read_ledgers,
)
from opencwc.cli.value import AnswerTarget, displayable, report_error
from opencwc.errors import OpenCWCError
from opencwc.files import open_for_writing
from opencwc.finding import Message
from opencwc.transfers.reconcile.verb import VERB as RECONCILE
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.transfers.reconcile.reconciled import Reconciled

FORMATS = ("csv", "jsonl", "parquet", "html", "xlsx")


def reconcile(
    ledgers: Ledgers,
    output: Output = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMATS)}; else by the ending of -o.")] = "",
    matches: Annotated[Path | None, typer.Option(help="Write what became of each line to this CSV file.")] = None,
    map: Columns = None,
    as_of: AsOf = "",
    model: Annotated[bool, typer.Option(help="Let the models propose causes and order; else plain rules.")] = True,
    over: Annotated[bool, typer.Option("--over", help="Give only what is over its threshold.")] = False,
    lang: Lang = "",
    keep: Keep = "",
    mark: MarkOfKept = "",
    casebook: Place = "",
) -> None:
    """Say where the books of exporters and importers disagree, and propose why."""
    try:
        format = format_asked(format, output, FORMATS)
        columns, day = columns_asked(map), day_asked(as_of)
        target, where = AnswerTarget(output, format, language_asked(lang)), KeepWhere(keep, casebook, mark)
        status = _reconcile(ledgers, columns, day, target, matches, where, model=model, over=over)
    except OpenCWCError as error:
        status = report_error(error)
    except KeyboardInterrupt:
        status = 130
    raise typer.Exit(status)


def _reconcile(
    sources: list[str],
    columns: dict[str, str],
    as_of: date,
    target: AnswerTarget,
    matches: Path | None,
    where: KeepWhere,
    *,
    model: bool,
    over: bool,
) -> int:
    from opencwc.transfers.patterns import find_patterns
    from opencwc.transfers.reconcile.reader import steps_of
    from opencwc.transfers.reconcile.reconciled import PROBLEMS_TOLD
    from opencwc.transfers.reconcile.reconciliation import reconcile as reconcile_ledgers

    output, format, lang = target
    where.require_case()
    read = read_ledgers(sources, columns, (output, matches))
    found = reconcile_ledgers(read, as_of, model=model)
    if matches is not None:
        with open_for_writing(matches, binary=True) as stream:
            for number, part in enumerate(found.matches_by_parts(lang)):
                part.write_csv(stream, include_header=number == 0)
    _write(found, target, over=over)
    told = [sentence(one, lang) for one in found.told()]
    if where.case:
        asked = {"ledgers": sources, "map": columns, "as_of": as_of.isoformat(), "model": model}
        files = [Path(source) for source in sources if source != "-" and Path(source).is_file()]
        keep_run(RECONCILE, steps_of(found, find_patterns(read)), where, asked, files, lang)
    notes = [f"{ledger.name}: {sentence(note, lang)}" for ledger in read for note in ledger.notes]
    most = PROBLEMS_TOLD if where.case else None  # what is kept holds them all; else they stand nowhere but here
    notes += [f"{name}: {sentence(problem, lang)}" for name, problem in found.problems(most)]
    written = [say(Message("summary_report", {"path": str(output)}), lang)] if output is not None else []
    out = sys.stderr if format else sys.stdout
    out.write("".join(displayable(note) + "\n" for note in (*notes, *told, *written)))
    unreadable = found.counts["unreadable"] == len(found.compared.lines)
    return 2 if unreadable else 1 if found.counts["discrepancy"] else 0


def _write(found: Reconciled, target: AnswerTarget, *, over: bool) -> None:
    output, format, lang = target
    if not format:
        _print(found, lang)
        return
    if format in ("html", "xlsx"):
        _write_report(found, target, over=over)
        return
    table = found.table(lang)
    table = table.filter("over_threshold") if over else table
    with open_for_writing(output, binary=True) as stream:
        if format == "csv":
            table.write_csv(stream)
        elif format == "parquet":
            table.write_parquet(stream, metadata={"opencwc.checked": "\n".join(sentence(one) for one in found.told())})
        else:
            table.write_ndjson(stream)


def _write_report(found: Reconciled, target: AnswerTarget, *, over: bool) -> None:
    from opencwc.transfers.reconcile.report import MOST_IN_A_SHEET, report

    output, format, lang = target
    if format == "html":
        from opencwc.publishing.html import write_html

        with open_for_writing(output) as text:
            write_html(report(found, lang, over=over), text)
    else:
        from opencwc.publishing.xlsx import write_xlsx

        with open_for_writing(output, binary=True) as stream:
            write_xlsx(report(found, lang, over=over, most=MOST_IN_A_SHEET), stream)


def _print(found: Reconciled, lang: str) -> None:
    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False)
    grid = Grid(box=None, pad_edge=False)
    shown = found.table(lang).filter("over_threshold").head(_MOST)
    for name, ratio in _COLUMNS.items():
        grid.add_column(say(f"label_{name}", lang), justify="right" if name.endswith("_kg") else "left", ratio=ratio)
    for row in shown.iter_rows(named=True):
        quantities = (f"{row[name]:,.0f}" for name in ("exported_kg", "imported_kg", "difference_kg"))
        pair = f"{row['exporter']} > {row['importer']}"
        cells = (str(row["rank"]), row["chemical"], row["entry"], pair, str(row["year"]), *quantities, row["why"])
        grid.add_row(*(Text(displayable(cell)) for cell in cells))
    if len(shown):
        console.print(grid)


_MOST = 50
_WIDTH = 200
_COLUMNS = {
    "rank": None, "chemical": 2, "entry": None, "pair": None, "year": None,
    "exported_kg": None, "imported_kg": None, "difference_kg": None, "why": 6,
}  # fmt: skip
