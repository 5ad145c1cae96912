"""`opencwc hello`: a table of States in; which of them are known, out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from opencwc.hello.reader import Reader
from opencwc.hello.verb import VERB

from opencwc.cli.keep_option import CasebookOfKept, Keep, KeepWhere, MarkOfKept, keep_run
from opencwc.cli.options import command, print_line
from opencwc.verbs import Found, Input, Step
from opencwc.wording import sentence


@command
def hello(
    table: Annotated[Path, typer.Argument(metavar="TABLE", help="A table with a column 'state'.")],
    keep: Keep = "",
    mark: MarkOfKept = "",
    casebook: CasebookOfKept = "",
) -> None:
    """Greet the States of a table."""
    question = {"as_of": date.today().isoformat()}
    where = KeepWhere(keep, casebook, mark)

    def steps() -> Iterator[Step]:
        for step in Reader(question).steps([Input(table.name, table)]):
            if isinstance(step, Found):
                for finding in step.findings:
                    print_line(f"{finding.subject.input}: {sentence(finding.message)}")
            yield step

    where.require_case()
    keep_run(VERB, steps(), where, question, [table], "en")
