"""The demonstration's claims: every relation and aspect is there, people decided on two, and originals are kept."""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from opencwc.casebook.custody_steps import CAPTURED, custody_of, read_evidence
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.model import Person, Status
from opencwc.casebook.people import People
from opencwc.claims.comparison_file import KeptClaims, unpack
from opencwc.claims.model import ASPECTS
from opencwc.custody.pictures import SeenPictures, examine, remarks_on
from opencwc.custody.pictures.seen import seen_picture
from opencwc.demo.evidence import write_captures, write_pictures
from opencwc.demo.folder import Place, own_environment
from opencwc.demo.record import write_record
from opencwc.demo.state import load_state
from opencwc.demo.trade import own_lines
from opencwc.jobs.claim_decisions import SHELF, Standing, standings
from opencwc.jobs.kept_runs import ShownRun, list_runs, shown_run
from opencwc.wording import LANGUAGES

INVENTED = re.compile(r"invented|inventé|inventad|вымышлен|مُختلق|虚构")


class Held(NamedTuple):
    """The demonstration's claims: the casebook, two people, the run, and how each claim stands."""

    book: Casebook
    leila: Person
    run: ShownRun[KeptClaims]
    stands: Mapping[str, Standing]

    def first(self, report: str) -> Standing:
        """Return how the first claim of a report stands."""
        return next(one for one in self.stands.values() if one.claim.report == report)


@pytest.fixture(scope="module")
def held(made_year: Path, tmp_path_factory: pytest.TempPathFactory) -> Held:
    folder = tmp_path_factory.mktemp("demo") / "year"
    shutil.copytree(made_year, folder)
    with own_environment(Place(folder, kept=True)):
        book = open_casebook()
        leila = People(book).account("demo-leila").person
        (run,) = list_runs(book, leila, SHELF.verb)
        shown = shown_run(book, leila, run.number, SHELF, unpack)
        return Held(book, leila, shown, standings(book, leila, shown))


def record(folder: Path, year: int) -> list[dict[str, str]]:
    path = write_record(load_state(), folder, year)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ----------------------------------------------------------------------------------------------------- the record


def test_the_record_is_told_in_six_languages_by_sources_that_say_they_are_invented(tmp_path: Path) -> None:
    rows = record(tmp_path, 2024)
    assert len(rows) >= 25
    assert len({row["id"] for row in rows}) == len(rows)
    assert {row["lang"] for row in rows} == set(LANGUAGES)
    assert len({row["source"] for row in rows}) >= 10
    assert all(INVENTED.search(row["source"]) for row in rows)
    assert {date.fromisoformat(row["date"]).year for row in rows} == {2024}
    assert not any("{" in text for row in rows for text in row.values())


def test_the_record_holds_what_the_ledger_and_the_register_of_the_state_hold(tmp_path: Path) -> None:
    state = load_state()
    rows = {row["id"]: row["statement"] for row in record(tmp_path, 2025)}
    lines = [line for line in own_lines(state, 2025) if (line.day.year, line.day.month) == (2025, 9)]
    ledger = [said for name, said in rows.items() if name.startswith("T-")]
    assert len(ledger) == len(lines) > 0
    for line in lines:
        assert any(f"{line.kg / 1_000:g} tonnes of {line.flow.chemical.lower()}" in said for said in ledger)
    made = next(row for row in state.register.activities if row.chemical == "Triethanolamine")
    assert (
        rows["D-NC-1-102-71-6"] == f"Norwald works in Nordavia made {made.figures[-2]:g} t of triethanolamine in 2024."
    )


# ----------------------------------------------------------------------------------------------------- the claims


def test_claims_agree_differ_in_each_way_and_stand_in_no_record(held: Held) -> None:
    claims = held.run.kept.claims
    relations = Counter(claim.relation for claim in claims)
    assert set(relations) == {"agrees", "differs", "not_in_record"}
    assert min(relations.values()) >= 10
    assert {aspect for claim in claims for aspect in claim.differs_in} == set(ASPECTS)
    assert {claim.lang for claim in claims} >= {"en", "fr", "es", "ru", "zh", "ar"}
    across = {
        (claim.lang, held.run.kept.statement_by_id[claim.matched].lang)
        for claim in claims
        if claim.relation == "differs"
    }
    assert any(one != other for one, other in across), "claims are held against statements in other languages"


@pytest.mark.parametrize(
    ("report", "statement", "aspect"),
    [
        ("nv44", "C-1", "number"),
        ("nv57", "O-2", "date"),
        ("nv83", "V-1", "place"),
        ("nv27", "L-1", "actor"),
        ("nv69", "O-6", "attribution"),
        ("nv37", "I-1", "agent"),
    ],
)
def test_what_was_written_to_differ_is_found_to_differ(held: Held, report: str, statement: str, aspect: str) -> None:
    claim = next(claim for claim in held.run.kept.claims if claim.report == report)
    assert claim.matched == statement
    assert aspect in claim.differs_in
    assert all(one.claimed or one.recorded for one in claim.differences if one.aspect == "number")


def test_one_claim_was_confirmed_and_one_corrected(held: Held) -> None:
    confirmed, corrected = held.first("nv44"), held.first("nv61")
    assert (confirmed.status, confirmed.person) == (Status.ACCEPTED, "Mateo Rivas")
    assert (corrected.status, corrected.person) == (Status.CORRECTED, "Leila Haddad")
    assert (corrected.claim.relation, corrected.claim.differs_in) == ("differs", ("actor",))
    decided = [one for one in held.stands.values() if one.decision is not None]
    assert len(decided) == 2
    assert all(one.decision.reason for one in decided if one.decision is not None)


# ----------------------------------------------------------------------------------------------------- originals


def test_a_picture_its_altered_copy_and_two_captures_of_a_page_are_kept_as_originals(held: Held) -> None:
    case = held.run.case.name
    steps = [proved.step for proved in custody_of(held.book, held.leila, case)]
    assert [step.step for step in steps] == [CAPTURED] * 4
    assert all(step.name.startswith("invented-") and step.url and step.taken for step in steps)
    files = [b"".join(read_evidence(held.book, held.leila, case, step.source_id)) for step in steps]
    pages = [file for step, file in zip(steps, files, strict=True) if step.name.endswith(".html")]
    assert len({step.url for step in steps if step.name.endswith(".html")}) == 1
    assert [b"A second load is to follow" in page for page in pages] == [True, False]


def test_the_altered_picture_is_known_for_a_copy_with_another_date(tmp_path: Path) -> None:
    old, new = (original.path for original in write_pictures(load_state(), tmp_path, 2025))
    first, second = (examine(path.read_bytes(), path.name) for path in (old, new))
    assert first.contents is not None and second.contents is not None
    assert [facts.contents.camera.taken[:10] for facts in (first, second) if facts.contents] == [
        "2020-09-12",
        "2025-09-08",
    ]
    seen = seen_picture(first, "2020-09-12", "Norwald Observer (invented)")
    assert seen is not None
    uses = SeenPictures([seen]).uses_of(second)
    assert [use.how for use in uses] in (["same"], ["alike"])
    assert any(remark.look for remark in remarks_on(second, uses=uses, claimed=date(2025, 9, 8)))


def test_pictures_and_captures_are_the_same_whenever_they_are_made(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        originals = [*write_pictures(load_state(), folder, 2025), *write_captures(folder, 2025)]
        made.append([original.path.read_bytes() for original in originals])
    assert made[0] == made[1]
