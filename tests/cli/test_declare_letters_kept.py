"""Books with a slip go out as a letter, the answer comes back into the casebook, and an officer closes the finding."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.correspondence import correspondence_in
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.decisions import decide
from opencwc.casebook.findings import findings_of_run, show_finding
from opencwc.casebook.model import Outcome, Status
from opencwc.casebook.tokens import cli_person
from opencwc.declarations.kept import unpack
from opencwc.declarations.verb import ASK, VERB
from opencwc.jobs.kept_runs import Shelf, shown_run
from opencwc.jobs.questions_kept import Standing, standings_of

from .conftest import Run

ACTIVITIES = """site,plant,chemical,activity,year,quantity,unit
A,P1,thiodiglycol,produce,2022,5210,kg
A,P1,thiodiglycol,produce,2023,4980,kg
A,P1,thiodiglycol,produce,2024,5330,kg
A,P1,thiodiglycol,produce,2025,5047,t
A,P1,phosgene,produce,2022,5047,kg
A,P1,phosgene,produce,2024,5147,kg
"""
BOOKS = ("--year", "2026", "--as-of", "2026-11-28")


class House:
    """The casebook of a test, the books that are asked about, and the form that came with the letter."""

    def __init__(self, run: Run, folder: Path) -> None:
        self.run, self.folder, self.books = run, folder, folder / "books"
        self.books.mkdir()
        (self.books / "activities.csv").write_text(ACTIVITIES, encoding="utf-8")
        self.sent = run("declare", self.books, *BOOKS, "--letters", folder / "letters", "--keep", "year-2026")
        self.form = json.loads((folder / "letters" / "A.json").read_bytes())

    def answered(self, name: str, **answer: str) -> Path:
        """Fill the form: the slip is answered, all else is left empty."""
        form = json.loads(json.dumps(self.form))
        next(row for row in form["answers"] if row["now"] == "5047 t").update(answer)
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(form), encoding="utf-8")
        return path

    def book(self) -> Casebook:
        return open_casebook(self.folder / "casebook.db")

    def standings(self, number: int = 1) -> dict[str, Standing]:
        book = self.book()
        person = cli_person(book)
        shown = shown_run(book, person, number, Shelf(VERB.id, "judged register", ""), unpack)
        found = standings_of(book, person, shown)
        points = {point.question for point in shown.kept.points}
        book.close()
        return {question: standing for question, standing in found.items() if question in points}


@pytest.fixture
def house(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("OPENCWC_CASEBOOK", str(tmp_path / "casebook.db"))
    yield House(run, tmp_path)


def test_from_the_slip_to_the_closed_finding(house: House) -> None:
    slip, missing = house.standings()
    assert house.sent.status == 1
    assert [standing.state for standing in house.standings().values()] == ["asked", "asked"]
    form = house.answered("a", answer="corrected", value="5047 kg", reason="Wrong unit: we weigh in kg.")
    done = house.run("declare", house.books, *BOOKS, "--answers", form, "-o", house.folder / "c", "--keep", "year-2026")
    assert "Answers saved with their findings: 1; case: year-2026; run: 1." in done.err
    stands = house.standings()
    assert [stands[question].state for question in (slip, missing)] == ["answered", "asked"]
    book = house.book()
    person, finding = cli_person(book), stands[slip].finding
    given = stands[slip].answer
    assert given is not None and given.person == person.id and given.at
    assert (given.exchange.kind, given.exchange.before, given.exchange.value, given.exchange.words) == (
        "corrected", "5047 t", "5047 kg", "Wrong unit: we weigh in kg."
    )  # fmt: skip
    (told,) = show_finding(book, person, finding).comments
    assert "Wrong unit: we weigh in kg." in told["text"] and "5,047 kg" in told["text"] and "a.json" in told["text"]
    assert dict(findings_of_run(book, person, 1, ASK))[finding] is Status.OPEN  # an answer proposes
    decide(book, person, [finding], Outcome.ACCEPT, "The operator corrected the unit.")
    assert verify_all(book).fits
    book.close()
    assert [house.standings()[question].state for question in (slip, missing)] == ["closed", "asked"]
    after = house.run("declare", house.folder / "c", *BOOKS, "--check-books", "--unusual", "--format", "csv")
    assert [row["question"] for row in after.rows] == [missing]


def test_the_same_answers_are_kept_once_and_a_contradiction_closes_nothing(house: House) -> None:
    form = house.answered("a", answer="corrected", value="5047 kg")
    for folder in ("one", "two"):
        house.run("declare", house.books, *BOOKS, "--answers", form, "-o", house.folder / folder, "--keep", "year-2026")
    book = house.book()
    taken = correspondence_in(book, cli_person(book), "year-2026")
    book.close()
    assert [one.exchange.kind for one in taken if one.exchange.answers] == ["corrected"]
    both = house.folder / "both"
    both.mkdir()
    for name, value in (("x", "5 t"), ("y", "6 t")):
        house.answered(f"both/{name}", answer="corrected", value=value)
    (both / "z.json").write_text("[" * 10_000, encoding="utf-8")
    done = house.run("declare", house.books, *BOOKS, "--answers", both, "-o", house.folder / "3", "--keep", "year-2026")
    assert done.status == 1 and "Answers saved with their findings: 0" in done.err
    assert "x.json:answers[" in done.text and "z.json" in done.text
    assert next(iter(house.standings().values())).answer.exchange.value == "5047 kg"


def test_a_confirmed_figure_is_rejected_as_a_finding_and_not_asked_again_in_the_case(house: House) -> None:
    slip, _ = house.standings()
    form = house.answered("a", answer="confirmed", reason="A second line was built.")
    house.run("declare", house.books, *BOOKS, "--answers", form, "-o", house.folder / "c", "--keep", "year-2026")
    book = house.book()
    decide(book, cli_person(book), [house.standings()[slip].finding], Outcome.REJECT, "The operator explained it.")
    book.close()
    house.run("declare", house.folder / "c", *BOOKS, "--keep", "year-2026", "--format", "csv")
    later = max(number for number in range(1, 9) if _is_judged(house, number))
    stands = house.standings(later)[slip]
    assert later > 1 and (stands.state, stands.earlier, stands.status) == ("closed", True, Status.OPEN)


def _is_judged(house: House, number: int) -> bool:
    book = house.book()
    found = findings_of_run(book, cli_person(book), number, ASK)
    book.close()
    return bool(found)


def test_answers_to_books_that_were_not_kept_are_kept_with_them(run: Run, house: House) -> None:
    form = house.answered("a", answer="withdrawn", reason="No such line.")
    done = run("declare", house.books, *BOOKS, "--answers", form, "-o", house.folder / "c", "--keep", "another")
    assert "saved in the case another" in done.err and "Answers saved with their findings: 1; case: another" in done.err
