"""A run that was kept in a house by hand, so that its pages can be asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.model import Mark, Person, Role
from opencwc.jobs.run_and_keep import Place, keep_steps
from opencwc.verbs import Step, Verb
from web.signing_in import House

ANNA = Person("p-anna", "anna", "Anna", Role.ANALYST, Mark.HIGHLY_PROTECTED)
DAY = "2026-03-07"


class KeptRun(NamedTuple):
    """A house with a run in it: the run's number, and the address of its pages."""

    house: House
    run: int
    base: str


def keep_run(house: House, verb: Verb, steps: Callable[[], Iterator[Step]], case: str, mark: Mark) -> KeptRun:
    """Keep the steps of a run in a case of a house, and return where its pages stand."""
    case_for_keeping(house.book, ANNA, case, mark)
    run = keep_steps(verb, steps(), Place(house.book, lambda: ANNA, case, {"as_of": DAY}, mark=mark))
    assert run.keeper is not None
    return KeptRun(house, run.keeper.number, f"/{verb.id}/runs/{run.keeper.number}")
