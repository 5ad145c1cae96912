"""A judged register that is kept, for who may see it."""

from __future__ import annotations

from fastapi import Request

from opencwc.declarations.kept import KeptDeclarations, unpack
from opencwc.declarations.verb import VERB
from opencwc.jobs.kept_runs import Shelf, ShownRun, shown_run
from opencwc.web.server.service import book_of, person_of

SHELF = Shelf(VERB.id, "judged register", "/declarations")


def shown_register(request: Request, number: int) -> ShownRun[KeptDeclarations]:
    """Return a judged register; raise `NotFoundError` where there is none that the person may see."""
    return shown_run(book_of(request), person_of(request), number, SHELF, unpack)
