"""The register of the invented State: what is planted in it is found, and it agrees with the State's trade."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.findings import comments_on_case, inbox, show_case
from opencwc.casebook.model import Person, Status
from opencwc.casebook.people import People
from opencwc.casebook.run_pages import is_of_pages
from opencwc.casebook.submissions import differences_of, list_submissions, show_submission
from opencwc.declarations.books import Books
from opencwc.declarations.forms.composition import compose, missing_in
from opencwc.declarations.judgement import judge, read_lines
from opencwc.declarations.kept import KeptDeclarations, ShownDue
from opencwc.declarations.law import Law
from opencwc.declarations.ledger_comparison import compare_trade, declared_trade
from opencwc.declarations.model import Answer
from opencwc.declarations.reader import chemicals_on
from opencwc.declarations.register_reader import read_uploads
from opencwc.declarations.unusual.proposals import Unusual, unusual_figures
from opencwc.demo.folder import Place, own_environment
from opencwc.demo.register import due_year, write_register
from opencwc.demo.state import load_state
from opencwc.demo.trade import write_ledgers
from opencwc.jobs.kept_runs import shown_run
from opencwc.transfers.ledgers.reader import read_ledger
from opencwc.web.declarations.judged_registers import SHELF
from opencwc.wording import sentence

YEAR = 2025
DAY = date(2026, 11, 24)
CASE = "declarations-of-nordavia"
VERSIONS = tuple(load_state().register.versions)


class Judged(NamedTuple):
    """A version of the register, judged for the year in which it is declared, and its unusual figures."""

    answer: Answer
    unusual: Unusual


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Judged]:
    state, folder = load_state(), tmp_path_factory.mktemp("registers")
    law, chemicals, versions = Law(DAY), chemicals_on(DAY), {}
    for version in VERSIONS:
        path, year = write_register(state, folder, YEAR, version), due_year(state, YEAR, version)
        register = read_uploads([(path.name, path)])
        lines, _ = read_lines(register, chemicals)
        answer = judge(register, law, year, chemicals, Decimal("0.1"))
        versions[version] = Judged(answer, unusual_figures(Books(register, lines, law), law, year - 1))
    return versions


class Demonstration(NamedTuple):
    """The casebook of the demonstration, and the person who is signed in first."""

    book: Casebook
    first: Person

    def registers(self) -> list[KeptDeclarations]:
        """Return the registers that are kept in the case of the declarations, the oldest first."""
        _, _, runs = show_case(self.book, self.first, CASE)
        numbers = sorted(run["number"] for run in runs if not is_of_pages(run))
        return [shown_run(self.book, self.first, number, SHELF, _unpacked).kept for number in numbers]


def _unpacked(content: bytes) -> KeptDeclarations:
    from opencwc.declarations.kept import unpack

    return unpack(content)


@pytest.fixture(scope="module")
def demonstration(made_year: Path, tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    folder = tmp_path_factory.mktemp("demo") / "year"
    shutil.copytree(made_year, folder)
    with own_environment(Place(folder, kept=True)):
        book = open_casebook()
        return Demonstration(book, People(book).account(load_state().people[0].login).person)


def test_a_version_is_the_same_file_whenever_it_is_written(tmp_path: Path) -> None:
    state = load_state()
    for version in VERSIONS:
        first = write_register(state, tmp_path, YEAR, version).read_bytes()
        assert write_register(state, tmp_path, YEAR, version).read_bytes() == first


def test_the_register_has_two_operators_of_several_plants_over_four_years(judged: dict[str, Judged]) -> None:
    for version, (answer, _) in judged.items():
        register = answer.register
        plants: dict[str, set[tuple[str, str]]] = {}
        for (site, plant), line in register.sites.items():
            if plant:
                plants.setdefault(line.operator, set()).add((site, plant))
        several = {operator for operator, held in plants.items() if len({site for site, _ in held}) > 1}
        last = due_year(load_state(), YEAR, version) - 1
        assert len(several) == 2
        assert {line.year for line in register.activities if not line.planned} == set(range(last - 3, last + 1))
        assert all("invented" in line.remarks for line in register.activities)
        assert all("invented" in line.operator for line in register.sites.values())


def test_no_form_lacks_a_field(judged: dict[str, Judged]) -> None:
    for answer, _ in judged.values():
        assert not [(at.site, at.plant, at.field.name) for at in missing_in(compose(answer, Law(DAY)))]
        assert not [fault for fault in answer.faults if fault.check == "capacity"]


def test_every_regime_a_trader_and_a_laboratory_take_part(judged: dict[str, Judged]) -> None:
    answer = judged["current"].answer
    register = answer.register
    traders = {activity.site for activity in register.activities} - {site for site, plant in register.sites if plant}
    assert {line.regime for line in answer.due} == {"S1", "S2", "S3", "OCPF"}
    assert {line.declaration for line in answer.due} == {"past", "anticipated", "additional", "aggregate", "transfer"}
    assert traders == {"TT-1"}
    assert [line.kind for line in register.sites.values() if line.kind] == ["laboratory"]
    assert not [line for line in answer.due if line.site == "EU-1" and line.declaration == "past"], "under 100 g"
    assert answer.near


def test_the_unit_slip_is_found_by_the_check_and_by_the_model(judged: dict[str, Judged]) -> None:
    first, amended = judged["first"], judged["amended"]
    slips = [fault for fault in first.answer.faults if fault.check == "unit-slip"]
    assert [(slip.subject.site, slip.subject.plant, slip.subject.chemical) for slip in slips] == [
        ("NC-1", "AM", "Triethanolamine")
    ]
    assert slips[0].gravity == "wrong"
    assert first.unusual.model, "rules rank a register that is too small"
    top = first.unusual.proposals[0]
    assert (top.site, top.plant, top.chemical, top.reason) == ("NC-1", "AM", "Triethanolamine", "unit")
    assert not [fault for fault in amended.answer.faults if fault.gravity != "ask"]
    assert "unit" not in {proposal.reason for proposal in amended.unusual.proposals}


def test_the_site_that_is_late_is_missed_until_its_figures_come(judged: dict[str, Judged]) -> None:
    def missed(version: str) -> set[str]:
        return {fault.subject.site for fault in judged[version].answer.faults if fault.check == "missing-year"}

    late = [line for line in judged["amended"].answer.register.activities if "received" in line.remarks]
    due = {line.due for line in judged["amended"].answer.due if line.site == "BC-2"}
    assert "BC-2" in missed("first")
    assert "BC-2" not in missed("amended")
    assert {line.site for line in late} == {"BC-2"}
    assert all(date.fromisoformat(line.remarks.split()[-1]) > max(due) for line in late)


def test_the_name_and_the_number_that_disagree_are_for_a_person_to_settle(judged: dict[str, Judged]) -> None:
    assert not judged["first"].answer.problems
    assert not judged["amended"].answer.problems
    (problem,) = judged["current"].answer.problems
    assert problem.says.id == "declare_chemical_disagrees"
    assert problem.says.values["cas"] == "756-79-6"
    assert problem.text == "Dimethyl propylphosphonate; 756-79-6"
    assert sentence(problem.says, "es").endswith("¿cuál es correcto?")


def test_a_range_that_adds_up_several_chemicals_says_their_sum(judged: dict[str, Judged]) -> None:
    (line,) = [line for line in judged["current"].answer.due if (line.site, line.plant) == ("NC-2", "FR")]
    said = sentence(line.why)
    assert "151 t of tris(1-chloro-2-propyl) phosphate" in said and said.endswith("218 t.") and line.range == "B31"


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_declared_of_trade_is_what_the_ledger_says(
    judged: dict[str, Judged], version: str, tmp_path: Path
) -> None:
    answer = judged[version].answer
    own, _ = write_ledgers(load_state(), tmp_path, YEAR)
    faults, apart = compare_trade(answer, declared_trade(answer, DAY), read_ledger(own), DAY)
    assert not faults
    assert apart < 261, "nothing was compared"


def test_three_runs_tell_the_declaration_its_amendment_and_the_year_now(demonstration: Demonstration) -> None:
    first, amended, current = demonstration.registers()
    assert first.year == amended.year == current.year - 1 == date.today().year - 1
    new = _keys(amended) - _keys(first)
    assert not _keys(first) - _keys(amended)
    assert {(site, regime, declaration) for site, _, _, regime, declaration in new} == {
        ("NC-1", "S3", "past"), ("BC-2", "OCPF", "past"),
    }  # fmt: skip
    assert len(new) == 3
    texts = [comment["text"] for comment in comments_on_case(demonstration.book, demonstration.first, CASE)]
    assert "three declarations" in texts[1]
    assert "NC-1" in texts[1]
    assert "BC-2" in texts[1]


def _keys(register: KeptDeclarations) -> set[tuple[str, str, str, str, str]]:
    def key(line: ShownDue) -> tuple[str, str, str, str, str]:
        return line.site, line.plant, line.chemical, str(line.regime), str(line.declaration)

    return {key(line) for line in register.due}


def test_a_task_waits_for_the_officer_who_is_signed_in(demonstration: Demonstration) -> None:
    waiting = [finding for finding in inbox(demonstration.book, demonstration.first, limit=500) if finding.case == CASE]
    (task,) = [finding for finding in waiting if str(finding.verdict) == "review"]
    assert task.status is Status.OPEN
    assert "declare_chemical_disagrees" in str(task.content)


def test_the_record_fits_with_the_declarations_in_it(demonstration: Demonstration) -> None:
    assert verify_all(demonstration.book).problems == []


def test_an_operators_person_sees_its_own_year_and_nothing_else(demonstration: Demonstration) -> None:
    book = demonstration.book
    nora = People(book).account("demo-nora").person
    now, then = list_submissions(book, nora)
    assert {site for one in (now, then) for site in one.sites} == {"NC-1", "NC-2"}
    assert (str(then.state), str(now.state), now.year - then.year) == ("submitted", "draft", 1)
    assert now.provisional
    history = show_submission(book, nora, then.seq)
    assert [version.side for version in history.versions] == ["operator", "operator"]
    (slip,) = differences_of(book, nora, then.seq, 1, 2)
    assert (slip.key.site, slip.key.plant, slip.kg) == ("NC-1", "AM", Decimal("261738"))
    released = [step.person for step in history.steps if step.step == "release"]
    assert len(released) == 4 and len(set(released[:2])) == len(set(released[2:])) == 2


def test_the_late_figures_are_an_amendment_of_the_other_operator(demonstration: Demonstration) -> None:
    book, first = demonstration.book, demonstration.first
    (brenna,) = (one for one in list_submissions(book, first) if "BC-2" in one.sites)
    assert str(brenna.state) == "amended" and brenna.incomplete
    assert {one.key.site for one in differences_of(book, first, brenna.seq, 1, 2)} == {"BC-2"}
    assert show_submission(book, first, brenna.seq).versions[-1].why.startswith("They came on 22 April")
