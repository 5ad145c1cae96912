"""A run that fails is ended as interrupted, with what was kept of it; only a resumable one is left as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opencwc.casebook.cases import open_case
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.runs import run_named
from opencwc.errors import InputError, NotFoundError
from opencwc.finding import Finding, Maker, Message, Subject, Verdict
from opencwc.jobs.run_and_keep import KeptRun, Place, keep_steps, run_and_keep
from opencwc.verbs import Ended, Found, Input, Progress, Started, Step, verb_named

SCREEN = verb_named("screen")
RITA = Person("p-rita", "rita", "Rita", Role.REVIEWER, Mark.HIGHLY_PROTECTED)
FINDING = Finding(
    Subject(1, "P1", "CCO"), Verdict.NOT_LISTED, Message("why_not_listed"), Maker("opencwc", "0", "2026-01-01")
)


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Casebook]:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    opened = open_casebook(str(tmp_path / "casebook.db"))
    yield opened
    opened.close()


@pytest.fixture
def place(book: Casebook) -> Place:
    open_case(book, RITA, "k-1")
    return Place(book, lambda: RITA, "k-1", {"as_of": "2026-01-01"})


def steps(failure: BaseException | None = None) -> Iterator[Step]:
    yield Started({}, {})
    yield Progress(1)
    yield Found([FINDING])
    if failure:
        raise failure
    yield Ended(1, {Verdict.NOT_LISTED: 1})


def state_of(place: Place, run: KeptRun) -> tuple[str, int]:
    assert run.keeper
    with place.book.reading_contents() as connection:
        row = run_named(connection, run.keeper.number)
    assert row
    return row["state"], row["finding_count"]


@pytest.mark.parametrize("failure", [InputError("reading_broke_off"), KeyboardInterrupt(), OSError()])
def test_a_run_that_fails_is_interrupted_and_what_was_kept_stays(place: Place, failure: BaseException) -> None:
    run = KeptRun()
    with pytest.raises(type(failure)):
        keep_steps(SCREEN, steps(failure), place, run)
    assert state_of(place, run) == ("interrupted", 1)


def test_steps_that_break_off_interrupt_the_run(place: Place) -> None:
    run = KeptRun()
    with pytest.raises(InputError):
        keep_steps(SCREEN, list(steps())[:-1], place, run)
    assert state_of(place, run) == ("interrupted", 1)


def test_a_resumable_run_is_left_as_it_stands_and_another_goes_on(place: Place) -> None:
    run = KeptRun()
    with pytest.raises(OSError, match="gone"):
        keep_steps(SCREEN, steps(OSError("gone")), place, run, is_resumable=lambda error: isinstance(error, OSError))
    assert state_of(place, run) == ("running", 1)
    assert keep_steps(SCREEN, steps(), place, run) is run
    assert state_of(place, run) == ("done", 1)


def test_what_heed_raises_interrupts_the_run_unless_it_is_resumable(place: Place) -> None:
    def heed(run: KeptRun, step: Step | None) -> None:
        if step == Found([FINDING]):
            raise LookupError

    run, other = KeptRun(), KeptRun()
    with pytest.raises(LookupError):
        keep_steps(SCREEN, steps(), place, run, heed=heed)
    with pytest.raises(LookupError):
        keep_steps(SCREEN, steps(), place, other, heed=heed, is_resumable=lambda error: True)
    assert (state_of(place, run), state_of(place, other)) == (("interrupted", 0), ("running", 0))


def test_a_run_that_failed_before_it_began_keeps_nothing(place: Place, tmp_path: Path) -> None:
    question: dict[str, Any] = {"as_of": "2026-01-01", "lists": [], "kind": "auto"}
    with pytest.raises(InputError):
        run_and_keep(SCREEN, [Input("x.csv", tmp_path / "x.csv")], question, place)
    with place.book.reading_contents() as connection, pytest.raises(NotFoundError):
        run_named(connection, 1)
