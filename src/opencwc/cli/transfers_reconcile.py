"""`opencwc transfers reconcile`: two or more ledgers in; where they disagree, why probably, and in which order to look.

Exit status: 0 ran and nothing is over a threshold, 1 ran and something is, 2 could not run.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opencwc.cli import options
from opencwc.cli.keep_option import CasebookOfKept, Keep, KeepWhere, MarkOfKept, keep_run
from opencwc.cli.value import AnswerTarget, displayable
from opencwc.files import open_for_writing
from opencwc.finding import Message
from opencwc.transfers.reconcile.verb import VERB as RECONCILE
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.transfers.reconcile.reconciled import Reconciled

FORMATS = ("csv", "jsonl", "parquet", "html", "xlsx")


@options.command
def reconcile(
    ledgers: options.Ledgers,
    output: options.Output = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMATS)}; else by the ending of -o.")] = "",
    matches: Annotated[Path | None, typer.Option(help="Write what became of each line to this CSV file.")] = None,
    map: options.Columns = None,
    as_of: options.AsOf = "",
    model: Annotated[bool, typer.Option(help="Let the models propose causes and order; else plain rules.")] = True,
    over: Annotated[bool, typer.Option("--over", help="Give only what is over its threshold.")] = False,
    lang: options.Lang = "",
    keep: Keep = "",
    mark: MarkOfKept = "",
    casebook: CasebookOfKept = "",
) -> int:
    """Say where the books of exporters and importers disagree, and propose why."""
    from opencwc.transfers.reconcile.reconciled import PROBLEMS_TOLD
    from opencwc.transfers.reconcile.reconciliation import reconcile as reconcile_ledgers

    format = options.format_asked(format, output, FORMATS)
    columns, day, lang = options.columns_asked(map), options.day_asked(as_of), options.language_asked(lang)
    where = KeepWhere(keep, casebook, mark)
    where.require_case()
    read = options.read_ledgers(ledgers, columns, (output, matches))
    found = reconcile_ledgers(read, day, model=model)
    if matches is not None:
        with open_for_writing(matches, binary=True) as stream:
            for number, part in enumerate(found.matches_by_parts(lang)):
                part.write_csv(stream, include_header=number == 0)
    _write(found, AnswerTarget(output, format, lang), over=over)
    told = [sentence(message, lang) for message in found.told()]
    if where.case:
        asked = {"ledgers": ledgers, "map": columns, "as_of": day.isoformat(), "model": model}
        files = [Path(source) for source in ledgers if source != "-" and Path(source).is_file()]
        _keep(found, where, asked, files, lang)
    notes = [f"{ledger.name}: {sentence(note, lang)}" for ledger in read for note in ledger.notes]
    most = PROBLEMS_TOLD if where.case else None  # what is kept holds them all; else they stand nowhere but here
    notes += [f"{name}: {sentence(problem, lang)}" for name, problem in found.problems(most)]
    written = [say(Message("summary_report", {"path": str(output)}), lang)] if output is not None else []
    out = sys.stderr if format else sys.stdout
    out.write("".join(displayable(note) + "\n" for note in (*notes, *told, *written)))
    unreadable = found.counts["unreadable"] == len(found.compared.lines)
    return 2 if unreadable else 1 if found.counts["discrepancy"] else 0


def _keep(found: Reconciled, where: KeepWhere, asked: Mapping[str, Any], files: Sequence[Path], lang: str) -> None:
    from opencwc.transfers.patterns import find_patterns  # its statistics take a second to load
    from opencwc.transfers.reconcile.reader import steps_of

    keep_run(RECONCILE, steps_of(found, find_patterns(found.ledgers)), where, asked, files, lang)


def _write(found: Reconciled, target: AnswerTarget, *, over: bool) -> None:
    from opencwc.transfers.reconcile.report import MOST_IN_A_SHEET, report

    output, format, lang = target
    if not format:
        _print(found, lang)
        return
    table = found.table(lang)
    table = table.filter("over_threshold") if over else table
    with open_for_writing(output, binary=True) as stream:
        if format == "html":
            options.publish(report(found, lang, over=over), stream, format)
        elif format == "xlsx":
            options.publish(report(found, lang, over=over, most=MOST_IN_A_SHEET), stream, format)
        elif format == "csv":
            table.write_csv(stream)
        elif format == "parquet":
            checked = "\n".join(map(sentence, found.told()))
            table.write_parquet(stream, metadata={"opencwc.checked": checked})
        else:
            table.write_ndjson(stream)


def _print(found: Reconciled, lang: str) -> None:
    from opencwc.transfers.reconcile.report import places_of

    shown = found.table(lang).filter("over_threshold").head(_MOST)
    columns = [
        (say(f"label_{name}", lang), {"justify": "right" if name.endswith("_kg") else "left", "ratio": ratio})
        for name, ratio in _COLUMNS.items()
    ]
    rows = []
    for row in shown.iter_rows(named=True):
        quantities = (f"{row[name]:,.0f}" for name in ("exported_kg", "imported_kg", "difference_kg"))
        chemical, pair, year = places_of(row)
        rows.append((str(row["rank"]), chemical, row["entry"], pair, year, *quantities, row["why"]))
    if rows:
        options.print_grid(columns, rows, width=_WIDTH)


_MOST = 50
_WIDTH = 200
_COLUMNS = {
    "rank": None, "chemical": 2, "entry": None, "pair": None, "year": None,
    "exported_kg": None, "imported_kg": None, "difference_kg": None, "why": 6,
}  # fmt: skip
