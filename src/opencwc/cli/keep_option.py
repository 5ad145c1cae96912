"""What ``--keep CASE`` does for every verb: the user's files, the run and its findings go into the casebook."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from opencwc.cli.casebook_options import MARKS, mark_named, tell_pinned
from opencwc.errors import SettingsError
from opencwc.finding import Message
from opencwc.wording import sentence

if TYPE_CHECKING:
    from opencwc.verbs import Step, Verb

Keep = Annotated[str, typer.Option("--keep", metavar="CASE", help="Keep the findings in this case of the casebook.")]
MarkOfKept = Annotated[str, typer.Option("--mark", help=f"With --keep, the confidentiality of the input: {MARKS}.")]
CasebookOfKept = Annotated[
    str, typer.Option("--casebook", metavar="PLACE", help="With --keep, the casebook's file or URL.")
]


class KeepWhere(NamedTuple):
    """Where a run is kept: the case (empty: nowhere), the casebook's place, the mark of the input."""

    case: str
    casebook: str
    mark: str

    def require_case(self) -> None:
        """Refuse a casebook or a mark without a case, and what cannot be a case or a mark, before anything is made.

        Raises:
            SettingsError: a casebook or a mark is named without a case, or there is no such mark.
            InputError: no case can be called so.

        """
        if not self.case and (self.casebook or self.mark):
            raise SettingsError("casebook_and_mark_without_keep")
        if self.case:
            from opencwc.casebook.cases import require_case_name

            require_case_name(self.case)
            mark_named(self.mark or "unclassified")


def keep_run(
    verb: Verb, steps: Iterable[Step], where: KeepWhere, asked: Mapping[str, Any], files: Sequence[Path], lang: str
) -> int:
    """Keep the steps of a run in the case that was named, say so, and return the number of the run.

    Without a case only run through them.

    Several files are kept as one archive, as the service keeps them.
    """
    if not where.case:
        for _ in steps:
            pass
        return 0
    from opencwc.casebook.cases import case_for_keeping
    from opencwc.casebook.database import open_casebook
    from opencwc.casebook.tokens import cli_person
    from opencwc.jobs.archives import keep_files
    from opencwc.jobs.run_and_keep import Place, keep_steps

    book = open_casebook(where.casebook)
    tell_pinned(book)
    person = cli_person(book)
    mark = mark_named(where.mark or "unclassified")
    case = case_for_keeping(book, person, where.case, mark)
    several = len(files) > 1
    name = ", ".join(file.name for file in files)[: 100 if several else None]
    source = keep_files(book, person, files, name, mark=mark, packed=several) if files else None
    run = keep_steps(verb, steps, Place(book, lambda: person, case.name, asked, source, mark))
    book.close()
    number = run.keeper.number if run.keeper else 0
    kept = Message("casebook_kept", {"count": run.findings, "case": case.name, "run": number})
    sys.stderr.write(sentence(kept, lang) + "\n")
    return number
