"""`opencwc transfers patterns`: one or more ledgers in; what changed over the years and deserves a look.

Exit status: 0 ran and nothing is proposed, 1 ran and something is, 2 could not run.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencwc.cli import options
from opencwc.cli.value import displayable
from opencwc.files import open_for_writing
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.transfers.model import Ledger
    from opencwc.transfers.patterns.base import Proposal

FORMATS = ("csv", "jsonl", "html")


@options.command
def patterns(
    ledgers: options.Ledgers,
    output: options.Output = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMATS)}; else by the ending of -o.")] = "",
    consumption: Annotated[
        Path | None, typer.Option(help="What States declare to consume: CSV with state, chemical, year, consumed_kg.")
    ] = None,
    kinds: Annotated[str, typer.Option("--kind", help="Only these kinds, such as level_change,splitting.")] = "",
    map: options.Columns = None,
    lang: options.Lang = "",
) -> int:
    """Propose what to look at: new levels, partners and routes, hubs, splitting, use against receipt."""
    from opencwc.transfers.patterns import PATTERN_KINDS, find_patterns
    from opencwc.transfers.patterns.over_consumption import read_consumption
    from opencwc.transfers.patterns.report import told

    format, columns = options.format_asked(format, output, FORMATS), options.columns_asked(map)
    lang = options.language_asked(lang)
    wanted = options.names_asked(kinds) or tuple(PATTERN_KINDS)
    for kind in wanted:
        options.one_of("--kind", kind, PATTERN_KINDS)
    read = options.read_ledgers(ledgers, columns, [output])
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
            options.print_line(f"{row['rank']}. {kind}: {row['why']}")
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
