"""What ``--keep CASE`` does for every verb: the user's files, the run and its findings go into the casebook."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from opencwc.cli.casebook_options import MARKS, mark_named
from opencwc.errors import SettingsError
from opencwc.finding import Message
from opencwc.wording import sentence

if TYPE_CHECKING:
    from opencwc.casebook.database import Casebook
    from opencwc.casebook.model import Mark, Person
    from opencwc.casebook.runs import Source
    from opencwc.verbs import Step, Verb

Keep = Annotated[str, typer.Option("--keep", metavar="CASE", help="Keep the findings in this case of the casebook.")]
MarkOfKept = Annotated[str, typer.Option("--mark", help=f"With --keep, the confidentiality of the input: {MARKS}.")]
Place = Annotated[str, typer.Option("--casebook", metavar="PLACE", help="With --keep, the casebook's file or URL.")]


class KeepWhere(NamedTuple):
    """Where a run is kept: the case (empty: nowhere), the casebook's place, the mark of the input."""

    case: str
    casebook: str
    mark: str

    def require_case(self) -> None:
        """Raise `SettingsError` where a casebook or a mark is named without a case."""
        if not self.case and (self.casebook or self.mark):
            raise SettingsError("casebook_and_mark_without_keep")


def keep_run(
    verb: Verb, steps: Iterable[Step], where: KeepWhere, asked: Mapping[str, Any], files: Sequence[Path], lang: str
) -> None:
    """Keep the steps of a run in the case that was named, and say so; without a case only run through them.

    Several files are kept as one archive, as the service keeps them.
    """
    if not where.case:
        for _ in steps:
            pass
        return
    from opencwc.casebook.cases import case_for_keeping
    from opencwc.casebook.database import open_casebook
    from opencwc.casebook.tokens import cli_person
    from opencwc.jobs.run_and_keep import KeptRun, Place, interrupt, keep_steps

    book = open_casebook(where.casebook)
    person = cli_person(book)
    mark = mark_named(where.mark or "unclassified")
    case = case_for_keeping(book, person, where.case, mark)
    source = _keep_files(book, person, files, mark)
    run = KeptRun()
    try:
        keep_steps(verb, steps, Place(book, lambda: person, case.name, asked, source, mark), run)
    except BaseException:
        interrupt(run)
        raise
    book.close()
    number = run.keeper.number if run.keeper else 0
    kept = Message("casebook_kept", {"count": run.findings, "case": case.name, "run": number})
    sys.stderr.write(sentence(kept, lang) + "\n")


def _keep_files(book: Casebook, person: Person, files: Sequence[Path], mark: Mark) -> Source | None:
    from opencwc.casebook.runs import keep_source
    from opencwc.jobs.archives import ARCHIVE_TYPE, pack_files

    if not files:
        return None
    if len(files) == 1:
        with files[0].open("rb") as stream:
            return keep_source(book, person, stream, files[0].name, mark=mark)
    with tempfile.TemporaryFile(prefix="opencwc-kept-") as archive:
        pack_files(files, archive)
        names = ", ".join(file.name for file in files)[:100]
        return keep_source(book, person, archive, names, mark=mark, media_type=ARCHIVE_TYPE)
