"""What ``--keep CASE`` does for every verb: the user's file, the run and its findings go into the casebook."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opencwc.cli.casebook_options import MARKS, mark_named
from opencwc.finding import Message
from opencwc.wording import sentence

if TYPE_CHECKING:
    from opencwc.casebook.runs import RunKeeper
    from opencwc.finding import Finding

Keep = Annotated[str, typer.Option("--keep", metavar="CASE", help="Keep the findings in this case of the casebook.")]
MarkOfKept = Annotated[str, typer.Option("--mark", help=f"With --keep, the confidentiality of the input: {MARKS}.")]
Place = Annotated[str, typer.Option("--casebook", metavar="PLACE", help="With --keep, the casebook's file or URL.")]


@dataclass
class Kept:
    """The run that is being kept: batches of findings go in, and its tally at the end."""

    run: RunKeeper
    tally: Mapping[str, Any]
    findings: int = 0

    def add(self, findings: Iterable[Finding], refused: Sequence[str] = ()) -> None:
        """Keep a batch, and record the requests in it that were refused."""
        self.findings += self.run.keep(findings)
        if refused:
            from opencwc.casebook.findings import record_refusals

            record_refusals(self.run.book, self.run.person_id, refused)


@contextmanager
def keeping(
    case: str,
    place: str,
    mark: str,
    *,
    verb: str,
    asked: Mapping[str, Any],
    checked: Mapping[str, Any],
    maker: Mapping[str, Any],
    file: Path | None,
    lang: str,
) -> Iterator[Kept | None]:
    """Give what keeps a run, or ``None`` where no case was named; a run that fails is ended as interrupted."""
    if not case:
        yield None
        return
    from opencwc.casebook.cases import case_for_keeping
    from opencwc.casebook.database import open_casebook
    from opencwc.casebook.people import cli_person
    from opencwc.casebook.runs import begin_run, keep_source

    book = open_casebook(place)
    person = cli_person(book)
    marked = mark_named(mark or "unclassified")
    found = case_for_keeping(book, person, case, marked)
    source = None
    if file is not None:
        with file.open("rb") as stream:
            source = keep_source(book, person, stream, file.name, mark=marked)
    run = begin_run(book, person, found.name, verb=verb, asked=asked, checked=checked, maker=maker, source=source)
    kept = Kept(run, {})
    try:
        yield kept
    except BaseException:
        run.finish({}, state="interrupted")
        raise
    run.finish(kept.tally)
    book.close()
    said = Message("casebook_kept", {"count": kept.findings, "case": found.name, "run": run.number})
    sys.stderr.write(sentence(said, lang) + "\n")
