"""`opencwc transfers patterns`: one or more ledgers in; what changed over the years and deserves a look.

Exit status: 0 ran and nothing is proposed, 1 ran and something is, 2 could not run.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencwc.cli.transfers_options import (
    Columns,
    Lang,
    Ledgers,
    Output,
    columns_asked,
    format_asked,
    language_asked,
    one_of,
    read_ledgers,
)
from opencwc.cli.value import displayable, report_error
from opencwc.errors import OpenCWCError
from opencwc.files import open_for_writing
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.transfers.model import Ledger
    from opencwc.transfers.patterns.base import Proposal

FORMATS = ("csv", "jsonl", "html")


def patterns(
    ledgers: Ledgers,
    output: Output = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMATS)}; else by the ending of -o.")] = "",
    consumption: Annotated[
        Path | None, typer.Option(help="What States declare to consume: CSV with state, chemical, year, consumed_kg.")
    ] = None,
    kinds: Annotated[str, typer.Option("--kind", help="Only these kinds, such as level_change,splitting.")] = "",
    map: Columns = None,
    lang: Lang = "",
) -> None:
    """Propose what to look at: new levels, partners and routes, hubs, splitting, use against receipt."""
    try:
        status = _patterns(
            ledgers, output, format_asked(format, output, FORMATS), consumption, kinds, columns_asked(map),
            language_asked(lang),
        )  # fmt: skip
    except OpenCWCError as error:
        status = report_error(error)
    except KeyboardInterrupt:
        status = 130
    raise typer.Exit(status)


def _patterns(
    sources: list[str],
    output: Path | None,
    format: str,
    consumption: Path | None,
    kinds: str,
    columns: dict[str, str],
    lang: str,
) -> int:
    from opencwc.transfers.patterns import PATTERN_KINDS, find_patterns
    from opencwc.transfers.patterns.over_consumption import read_consumption
    from opencwc.transfers.patterns.report import told

    wanted = tuple(filter(None, (part.strip() for part in kinds.split(",")))) or tuple(PATTERN_KINDS)
    for one in wanted:
        one_of("--kind", one, PATTERN_KINDS)
    read = read_ledgers(sources, columns, [output])
    register = read_consumption(consumption) if consumption is not None else None
    found = find_patterns(read, register, wanted)
    _write(found, read, output, format, lang)
    out = sys.stderr if format and output is None else sys.stdout
    problems = register.problems if register else ()
    for message in (*told(found, read), *problems):
        out.write(displayable(sentence(message, lang)) + "\n")
    return 1 if found else 0


def _write(found: list[Proposal], read: list[Ledger], output: Path | None, format: str, lang: str) -> None:
    from opencwc.transfers.patterns.report import COLUMNS, as_json_lines, as_rows, report

    if not format:
        for row in list(as_rows(found, lang))[:_MOST]:
            kind = say(f"pattern_kind_{row['kind']}", lang)
            sys.stdout.write(displayable(f"{row['rank']}. {kind}: {row['why']}") + "\n")
        return
    with open_for_writing(output) as stream:
        if format == "csv":
            import csv

            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(as_rows(found, lang))
        elif format == "jsonl":
            stream.writelines(f"{line}\n" for line in as_json_lines(found, lang))
        else:
            from opencwc.publishing.html import write_html

            write_html(report(found, read, lang), stream)


_MOST = 50
