"""What the pages of a run show beside its findings: a file, kept as the source of a second run in the same case.

So it has the mark of the findings, is seen by who may read the case, leaves with its bundle, and is erased with it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Mark, Person
from opencwc.casebook.runs import RunKeeper, begin_run, keep_source
from opencwc.verbs import PagesFile

PAGES = "pages"
"""The word under which the tally of a run names the source with what its pages show, and the run of it."""


_FINDINGS = "findings_in_run"


def finish_with_pages(
    book: Casebook,
    person: Person,
    case: str,
    verb: str,
    keeper: RunKeeper,
    file: PagesFile,
    tally: Mapping[str, Any],
    *,
    mark: Mark = Mark.UNCLASSIFIED,
    as_of: str = "",
    rows: int | None = None,
) -> int:
    """Keep the file of a run's pages, and end the run with its tally and a word of where the file is.

    Returns the number of the second run.
    """
    source = keep_source(book, person, io.BytesIO(file.content), file.name, mark=mark, media_type=file.media_type)
    run = begin_run(
        book, person, case, verb=verb, asked={_FINDINGS: keeper.number},
        checked={"file": file.name, "as_of": as_of}, maker={}, source=source,
    )  # fmt: skip
    run.finish({"rows": 0, "by_verdict": {"unreadable": 0}}, rows=0)
    keeper.finish({**tally, PAGES: {"source": source.id, "run": run.number}}, rows=rows)
    return run.number


def is_of_pages(run: Mapping[str, Any]) -> bool:
    """Tell whether a run only holds what the pages of another one show: it checked nothing, and has no rows."""
    return _FINDINGS in run["asked"]


def pages_of(tally: Mapping[str, Any]) -> str:
    """Return the source of the pages of a run, empty where it has none.

    >>> pages_of({"rows": 3, "pages": {"source": "ab12", "run": 7}}), pages_of({"rows": 3})
    ('ab12', '')
    """
    held = tally.get(PAGES)
    return str(held.get("source", "")) if isinstance(held, Mapping) else ""
