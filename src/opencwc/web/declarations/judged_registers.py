"""A judged register that is kept, for who may see it."""

from __future__ import annotations

from fastapi import Request

from opencwc.declarations.kept import KeptDeclarations, unpack
from opencwc.declarations.run_papers import KeptPapers
from opencwc.declarations.verb import VERB
from opencwc.errors import NotFoundError
from opencwc.jobs.kept_runs import Shelf, ShownRun, shown_run
from opencwc.web.server.service import book_of, person_of

ADDRESS = "/declarations/runs"
SHELF = Shelf(VERB.id, "judged register", "/declarations")


def shown_register(request: Request, number: int) -> ShownRun[KeptDeclarations]:
    """Return a judged register; raise `NotFoundError` where there is none that the person may see."""
    return shown_run(book_of(request), person_of(request), number, SHELF, unpack)


def shown_papers(request: Request, number: int) -> tuple[ShownRun[KeptDeclarations], KeptPapers]:
    """Return a judged register with its papers.

    Raises:
        NotFoundError: there is none that the person may see, or it was kept before papers were.

    """
    shown = shown_register(request, number)
    if shown.kept.papers is None:
        raise NotFoundError("register_papers_not_kept", where=f"{ADDRESS}/{number}", number=number)
    return shown, shown.kept.papers
