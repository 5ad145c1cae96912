"""`opencwc transfers consignees`: is a name like one of a sanctions list that the user supplies? Always for review.

Exit status: 0 ran and no name is alike (which is no clearance), 1 ran and one is, 2 could not run.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencwc.cli.options import Lang, Output, command, format_asked, language_asked, refuse_overwriting
from opencwc.cli.value import displayable
from opencwc.errors import InputError
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.transfers.check.consignees import Hit, SanctionsList

FORMATS = ("csv", "jsonl")
COLUMNS = ("row", "id", "asked", "verdict", "list", "list_date", "entry", "name", "schema", "score", "country", "words")


@command
def consignees(
    source: Annotated[str, typer.Argument(metavar="NAME|FILE|-", help="A name, a table of names, or - for a pipe.")],
    sanctions: Annotated[
        Path, typer.Option("--list", help="targets.simple.csv, or FollowTheMoney as CSV or JSON lines.")
    ],
    column: Annotated[str | None, typer.Option(help="Name or number of the column that holds the names.")] = None,
    country: Annotated[
        str, typer.Option(help="Where those are whose row has no country, as code; it never hides a hit.")
    ] = "",
    output: Output = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMATS)}; else by the ending of -o.")] = "",
    lang: Lang = "",
) -> int:
    """Compare names with a sanctions list, across scripts; a name that is alike is for review, never an answer."""
    from opencwc.files import open_for_writing
    from opencwc.transfers.check.consignees import SanctionsList

    format, lang = format_asked(format, output, FORMATS), language_asked(lang)
    if not sanctions.is_file():
        raise InputError("no_such_list_file", where=str(sanctions))
    refuse_overwriting([sanctions, Path(source)], [output])
    known = SanctionsList.read(sanctions)
    asked = list(_names(source, column))
    found = [(row, id, name, known.find(name, where or country)) for row, id, name, where in asked]
    hits = sum(len(compared[3]) for compared in found)
    told = sentence(known.told_of_all(hits) if len(asked) != 1 else known.told(found[0][3]), lang)
    problems = [sentence(problem, lang) for problem in known.problems[:_PROBLEMS]]
    if not format:
        for row, _, name, some in found:
            sys.stdout.write(displayable(f"{row}. {name}") + "\n")
            sys.stdout.write("".join(f"   {displayable(_said(one, known, lang))}\n" for one in some))
    else:
        with open_for_writing(output) as stream:
            lines = (_line(*compared[:3], hit) for compared in found for hit in compared[3])
            if format == "csv":
                writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
                writer.writeheader()
                writer.writerows(lines)
            else:
                stream.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    out = sys.stderr if format else sys.stdout
    out.write("".join(displayable(problem) + "\n" for problem in (*problems, told)))
    return 1 if hits else 0


def _names(source: str, column: str | None) -> Iterator[tuple[int, str, str, str]]:
    """Yield row, id, name and country, as far as they are given: of a table, or the one name given."""
    from opencwc.files import open_table
    from opencwc.transfers.check.shipments import countries_of

    path = Path(source)
    if source != "-" and not path.is_file():
        if path.suffix.lower() in (".csv", ".xlsx", ".parquet", ".tsv", ".txt", ".json", ".jsonl"):
            raise InputError("no_such_file", where=source)
        yield 1, "", source, ""
        return
    piped = sys.stdin.buffer.read() if source == "-" else b""
    table = open_table(io.BytesIO(piped) if source == "-" else path, column=column)
    countries = countries_of(io.BytesIO(piped) if source == "-" else path) if len(table.columns) > 1 else {}
    for rows in table.batches():
        for place, (id, name) in enumerate(zip(rows.ids, rows.inputs, strict=True)):
            row = rows.first + place
            yield row, id or "", name or "", countries.get(row, "")


def _said(hit: Hit, known: SanctionsList, lang: str) -> str:
    from opencwc.finding import Maker, Subject
    from opencwc.transfers.check.consignees import finding_of

    message = finding_of(
        hit, Subject(1, "", hit.name), Maker("opencwc.transfers", "", known.date, (known.name,))
    ).message
    return f"{say('verdict_review', lang)}: {sentence(message, lang)}"


def _line(row: int, id: str, name: str, hit: Hit) -> dict[str, str | int | float]:
    return {
        "row": row, "id": id, "asked": name, "verdict": str(hit.verdict), "list": hit.list_name,
        "list_date": hit.list_date, "entry": hit.entry, "name": hit.name, "schema": hit.schema, "score": hit.score,
        "country": hit.country, "words": "; ".join(f"{ours} = {theirs}" for ours, theirs, _ in hit.words),
    }  # fmt: skip


_PROBLEMS = 10
