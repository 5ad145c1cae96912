"""Submissions: their states and versions, who sees them, and that nothing of what is on record can be changed."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from opencwc.casebook import tables
from opencwc.casebook.backup import back_up, restore_into
from opencwc.casebook.bundle_verifier import verify_bundle
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import change_case, open_case
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.exports import export_case
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.people import CONSOLE, People
from opencwc.casebook.requests import answer, ask
from opencwc.casebook.submission_states import ALLOWED, State, Step, state_after
from opencwc.casebook.submissions import (
    Amendment,
    Submission,
    Version,
    VersionFile,
    add_version,
    differences_of,
    list_submissions,
    open_submission,
    read_version,
    set_mark,
    show_submission,
    take_step,
)
from opencwc.declarations.amounts import amounts_of
from opencwc.declarations.register_reader import read_register
from opencwc.errors import ConflictError, InputError, NotAllowedError, NotFoundError, OpenCWCError

from .conftest import person

RITA, RUTH, ANNA = person("rita"), person("ruth"), person("anna", Role.ANALYST)
AUDRA, ADAM = person("audra", Role.AUDITOR), person("adam", Role.ADMINISTRATOR)
HEAD = "site,plant,chemical,cas,activity,year,quantity,unit,concentration\n"
FIRST = HEAD + "NORD,A1,thiodiglycol,111-48-8,process,2025,1.5,t,98\n"
SECOND = HEAD + "NORD,A1,thiodiglycol,111-48-8,process,2025,1.50000000000000000001,t,98\n"


def file_of(text: str, name: str = "activities.csv") -> VersionFile:
    register = read_register({"activities.csv": text.encode()})
    return VersionFile(name, io.BytesIO(text.encode()), amounts_of(register), "text/csv")


def operator(book: Casebook, name: str, *sites: str) -> Person:
    people = People(book)
    made = people.add(CONSOLE, name, "", Role.DECLARANT, Mark.RESTRICTED)
    people.set_sites(CONSOLE, name, sites)
    return made


def opened(book: Casebook, *sites: str, mark: Mark = Mark.RESTRICTED, profile: str = "USA") -> Submission:
    name = f"declared-{len(sites)}-{sites[0].lower()}"
    open_case(book, RITA, name, mark=mark)
    return open_submission(book, RITA, name, profile, 2026, sites)


def sound(book: Casebook) -> bool:
    return not verify_all(book).problems


def submitted(book: Casebook, dana: Person, seq: int) -> None:
    add_version(book, dana, seq, file_of(FIRST))
    take_step(book, dana, seq, Step.COMPLETE, "all rows are in")
    take_step(book, dana, seq, Step.RELEASE, "checked")
    take_step(book, RITA, seq, Step.RELEASE, "checked again")
    take_step(book, RITA, seq, Step.SUBMIT, "sent")


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("state", State)
def test_only_the_steps_of_the_table_are_taken(state: State, step: Step) -> None:
    if state in ALLOWED[step]:
        assert state_after(step, state) in State
    else:
        with pytest.raises(ConflictError) as refused:
            state_after(step, state)
        assert refused.value.code == "submission_step_not_allowed"


def test_a_year_of_a_submission_with_an_amendment(book: Casebook) -> None:
    dana = operator(book, "dana", "NORD")
    seq = opened(book, "NORD").seq
    assert str(show_submission(book, dana, seq).submission.state) == "draft"
    submitted(book, dana, seq)
    assert show_submission(book, RITA, seq).submission.state is State.SUBMITTED
    amendment = Amendment("the scale was wrong", "data", date(2026, 3, 2))
    version = add_version(book, RITA, seq, file_of(SECOND), changes="row 1", amendment=amendment)
    assert (version.number, version.side, version.why) == (2, "authority", "the scale was wrong")
    assert (version.due, version.rule) == ("2026-03-17", "us-amendment-data")
    history = show_submission(book, dana, seq)
    assert history.submission.state is State.AMENDED
    assert [(one.number, one.side) for one in history.versions] == [(1, "operator"), (2, "authority")]
    assert [one.step for one in history.steps] == ["complete", "release", "release", "submit"]
    assert [str(one.state) for one in history.steps] == ["complete", "complete", "released", "submitted"]
    assert all(one.reason and one.person and one.at for one in history.steps)
    assert sound(book)


def test_a_profile_without_a_time_makes_no_deadline(book: Casebook) -> None:
    dana = operator(book, "dana", "NORD")
    seq = opened(book, "NORD", profile="treaty").seq
    submitted(book, dana, seq)
    version = add_version(
        book, dana, seq, file_of(SECOND), changes="row 1", amendment=Amendment("why", "data", date(2026, 3, 2))
    )
    assert (version.due, version.rule, version.side) == ("", "", "operator")


def test_the_original_and_the_changes_stand_side_by_side_exactly(book: Casebook) -> None:
    dana = operator(book, "dana", "NORD")
    seq = opened(book, "NORD").seq
    add_version(book, dana, seq, file_of(FIRST))
    more = SECOND + "NORD,A1,acetone,67-64-1,produce,2025,,kg,\n"
    add_version(book, ANNA, seq, file_of(more), changes="row 1 and 2")
    changed, added = sorted(differences_of(book, dana, seq, 1, 2), key=lambda one: one.before is None)
    assert changed.key == ("NORD", "A1", "111-48-8", "process", 2025, False)
    assert changed.before and changed.after
    assert (changed.before.kg, changed.kg) == (Decimal(1470), Decimal("0.0000000000000000098"))
    assert added.before is None and added.after and added.after.missing == 1
    assert not differences_of(book, dana, seq, 2, 2)
    for number, text in ((1, FIRST), (2, more)):
        _, parts = read_version(book, dana, seq, number)
        assert b"".join(parts).decode() == text


def test_what_must_be_said_must_be_said(book: Casebook) -> None:
    dana = operator(book, "dana", "NORD")
    seq = opened(book, "NORD").seq

    def refused(code: str, kind: type[OpenCWCError]) -> pytest.RaisesExc[OpenCWCError]:
        return pytest.raises(kind, check=lambda error: error.code == code)

    with refused("submission_without_version", ConflictError):
        take_step(book, dana, seq, Step.COMPLETE, "done")
    add_version(book, dana, seq, file_of(FIRST))
    with refused("submission_needs_reason", InputError):
        take_step(book, dana, seq, Step.COMPLETE, "  ")
    with refused("submission_step_not_allowed", ConflictError):
        take_step(book, dana, seq, Step.SUBMIT, "early")
    with refused("submission_needs_changes", InputError):
        add_version(book, dana, seq, file_of(SECOND))
    with refused("submission_version_same", ConflictError):
        add_version(book, dana, seq, file_of(FIRST), changes="nothing")
    with refused("submission_of_other_sites", InputError):
        add_version(book, RITA, seq, file_of(FIRST.replace("NORD", "SUED")), changes="another operator's")
    last = show_submission(book, dana, seq).last
    take_step(book, dana, seq, Step.COMPLETE, "done")
    with refused("submission_changed_meanwhile", ConflictError):
        take_step(book, RITA, seq, Step.RELEASE, "checked", seen=last)
    with refused("submission_step_unknown", InputError):
        take_step(book, dana, seq, Step.AMEND, "why")
    with refused("submission_needs_sites", InputError):
        open_submission(book, RITA, "declared-1-nord", "treaty", 2026, [" "])
    assert sound(book)


def test_one_person_alone_releases_nothing(book: Casebook) -> None:
    dana, dora = operator(book, "dana", "NORD"), operator(book, "dora", "NORD")
    seq = opened(book, "NORD").seq
    add_version(book, dana, seq, file_of(FIRST))
    take_step(book, dana, seq, Step.COMPLETE, "done")
    with pytest.raises(NotAllowedError):
        take_step(book, ANNA, seq, Step.RELEASE, "an analyst does not release")
    assert take_step(book, dana, seq, Step.RELEASE, "checked").submission.state is State.COMPLETE
    assert show_submission(book, dana, seq).may_next == ("revise",)
    with pytest.raises(ConflictError) as refused:
        take_step(book, dana, seq, Step.RELEASE, "checked twice")
    assert refused.value.code == "submission_needs_second_person"
    add_version(book, dora, seq, file_of(SECOND), changes="row 1")  # what was released was another file
    take_step(book, dora, seq, Step.COMPLETE, "done")
    assert take_step(book, dora, seq, Step.RELEASE, "checked").submission.state is State.COMPLETE
    assert take_step(book, dana, seq, Step.RELEASE, "checked").submission.state is State.RELEASED


def test_an_operator_does_not_release_what_the_authority_wrote(book: Casebook) -> None:
    dana = operator(book, "dana", "NORD")
    seq = opened(book, "NORD").seq
    add_version(book, RITA, seq, file_of(FIRST))
    assert show_submission(book, dana, seq).may_next == ("revise",)
    with pytest.raises(NotAllowedError) as refused:
        take_step(book, dana, seq, Step.COMPLETE, "done")
    assert refused.value.code == "submission_version_of_authority"
    take_step(book, RITA, seq, Step.COMPLETE, "done")
    take_step(book, RITA, seq, Step.RELEASE, "checked")
    take_step(book, RUTH, seq, Step.RELEASE, "checked")
    with pytest.raises(NotAllowedError):
        add_version(book, dana, seq, file_of(SECOND), changes="takes it back")


def test_marks_have_a_reason_and_are_taken_away_again(book: Casebook) -> None:
    dana = operator(book, "dana", "NORD")
    seq = opened(book, "NORD").seq
    add_version(book, dana, seq, file_of(FIRST))
    history = set_mark(book, dana, seq, "provisional", "figures of December follow")
    assert history.submission.provisional == "figures of December follow"
    assert set_mark(book, RITA, seq, "incomplete", "plant B is missing").submission.incomplete
    assert sound(book)
    assert not set_mark(book, dana, seq, "provisional", "final", on=False).submission.provisional
    with pytest.raises(ConflictError):
        set_mark(book, dana, seq, "provisional", "final", on=False)
    with pytest.raises(InputError):
        set_mark(book, dana, seq, "incomplete", "")
    with pytest.raises(InputError):
        set_mark(book, dana, seq, "state", "x")
    assert sound(book)


def test_a_declarant_knows_of_nothing_but_the_submissions_of_its_own_sites(book: Casebook) -> None:
    dana, nora = operator(book, "dana", "NORD", "OST"), operator(book, "nora")
    own, other, shared = (opened(book, *sites).seq for sites in (("NORD",), ("SUED",), ("NORD", "SUED")))
    secret = opened(book, "OST", mark=Mark.PROTECTED).seq
    assert [one.seq for one in list_submissions(book, dana)] == [own]
    assert not list_submissions(book, nora)
    assert {one.seq for one in list_submissions(book, RITA)} == {own, other, shared, secret}
    add_version(book, RITA, other, file_of(FIRST.replace("NORD", "SUED")))
    for seq in (other, shared, secret, 999):
        for act in (
            lambda seq=seq: show_submission(book, dana, seq),
            lambda seq=seq: read_version(book, dana, seq, 1),
            lambda seq=seq: differences_of(book, dana, seq, 1, 1),
            lambda seq=seq: add_version(book, dana, seq, file_of(FIRST)),
            lambda seq=seq: take_step(book, dana, seq, Step.COMPLETE, "x"),
            lambda seq=seq: set_mark(book, dana, seq, "provisional", "x"),
        ):
            with pytest.raises(NotFoundError) as refused:
                act()
            assert refused.value.code == "no_such_submission"
    assert show_submission(book, dana, own).case == ""
    assert show_submission(book, ANNA, own).case == "declared-1-nord"
    with pytest.raises(NotAllowedError):
        open_submission(book, dana, "declared-1-nord", "treaty", 2026, ["NORD"])
    with pytest.raises(NotAllowedError):
        list_submissions(book, ADAM)
    with pytest.raises(NotAllowedError):
        add_version(book, AUDRA, own, file_of(FIRST))
    People(book).set_sites(CONSOLE, "dana", ["OST"])  # what is taken away is gone at once
    with pytest.raises(NotFoundError):
        show_submission(book, dana, own)


def test_sites_are_those_of_a_declarant_alone_and_go_with_the_role(book: Casebook) -> None:
    people = People(book)
    dana = operator(book, "dana", "NORD", " OST ")
    assert people.sites("dana") == ("NORD", "OST")
    people.add(CONSOLE, "carl", "", Role.ANALYST)
    with pytest.raises(ConflictError):
        people.set_sites(CONSOLE, "carl", ["NORD"])
    with pytest.raises(InputError):
        people.set_sites(CONSOLE, "dana", [""])
    with pytest.raises(NotAllowedError):
        people.set_sites(dana.id, "dana", ["SUED"])
    people.change(CONSOLE, "dana", role=Role.ANALYST)
    people.change(CONSOLE, "dana", role=Role.DECLARANT)
    assert people.sites("dana") == ()
    assert sound(book)


def test_who_looks_at_a_protected_submission_leaves_a_trace(book: Casebook) -> None:
    seq = opened(book, "NORD", mark=Mark.PROTECTED).seq
    add_version(book, RITA, seq, file_of(FIRST))
    show_submission(book, RUTH, seq)
    list(read_version(book, AUDRA, seq, 1)[1])
    with book.reading() as connection:
        query = select(tables.record.c.actor).where(tables.record.c.kind == "access")
        assert list(connection.execute(query).scalars()) == [RUTH.id, AUDRA.id]


def test_a_closed_case_takes_no_step(book: Casebook) -> None:
    dana = operator(book, "dana", "NORD")
    seq = opened(book, "NORD").seq
    add_version(book, dana, seq, file_of(FIRST))
    change_case(book, RITA, "declared-1-nord", status="closed")
    assert not show_submission(book, dana, seq).may_next
    with pytest.raises(ConflictError) as refused:
        take_step(book, dana, seq, Step.COMPLETE, "late")
    assert refused.value.code == "submission_case_not_open"


def _set(book: Casebook, table: str, **values: object) -> None:
    changed = tables.metadata.tables[table]
    with book.engine.connect() as connection, connection.begin():
        connection.execute(changed.update().values(**values))


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("submission", "state", "draft"), ("submission", "sites", '["SUED"]'), ("submission", "provisional", "x"),
        ("submission_version", "source_id", "0" * 64), ("submission_version", "amounts_id", "0" * 64),
        ("submission_version", "side", "authority"), ("submission_version", "due", "2099-01-01"),
        ("submission_step", "person", "p-ruth"), ("submission_step", "reason", "another"),
        ("declarant", "sites", '["NORD","SUED"]'),
    ],
)  # fmt: skip
def test_what_is_changed_in_the_tables_is_found(book: Casebook, table: str, column: str, value: str) -> None:
    dana = operator(book, "dana", "NORD")
    submitted(book, dana, opened(book, "NORD").seq)
    assert sound(book)
    _set(book, table, **{column: value})
    problems = verify_all(book).problems
    assert problems and any(column in problem.what for problem in problems)


@pytest.mark.parametrize("table", ["submission", "submission_version", "submission_step", "declarant"])
def test_what_is_taken_out_of_the_tables_is_found(book: Casebook, table: str) -> None:
    dana = operator(book, "dana", "NORD")
    submitted(book, dana, opened(book, "NORD").seq)
    with book.engine.connect() as connection, connection.begin():
        connection.execute(tables.metadata.tables[table].delete())
    assert any("missing" in problem.what for problem in verify_all(book).problems)


def erased(book: Casebook, case: str) -> dict[str, int]:
    change_case(book, RITA, case, status="closed")
    request = ask(book, RITA, "erase", case, {"reason": "the time is over", "ground": "law"})
    answer(book, RUTH, request.seq, approve=True)
    return erase_case(book, RITA, request.seq)


def test_an_erasure_takes_the_versions_that_no_other_case_has(book: Casebook) -> None:
    dana = operator(book, "dana", "NORD")
    gone, stays = opened(book, "NORD").seq, opened(book, "NORD", "OST").seq
    submitted(book, dana, gone)
    add_version(book, RITA, stays, file_of(SECOND))
    people = People(book)
    people.set_sites(CONSOLE, "dana", ["NORD", "OST"])
    assert erased(book, "declared-1-nord")["sources"] == 2
    assert sound(book)
    with pytest.raises(NotFoundError):
        show_submission(book, dana, gone)
    history = show_submission(book, RITA, gone)
    assert not history.submission.sites and {one.name + one.changes for one in history.versions} == {""}
    assert {one.reason for one in history.steps} == {""}
    with pytest.raises(NotFoundError):
        read_version(book, RITA, gone, 1)
    assert b"".join(read_version(book, dana, stays, 1)[1]).decode() == SECOND
    _set(book, "submission_version", why="because")
    assert verify_all(book).problems


def test_a_bundle_holds_the_versions_and_verifies(book: Casebook, tmp_path: Path) -> None:
    dana = operator(book, "dana", "NORD")
    seq = opened(book, "NORD", mark=Mark.UNCLASSIFIED).seq
    submitted(book, dana, seq)
    request = ask(book, RITA, "export", "declared-1-nord", {"reason": "for the inspector", "sources": True})
    answer(book, RUTH, request.seq, approve=True)
    target = tmp_path / "case.zip"
    export_case(book, RITA, request.seq, target)
    report = verify_bundle(target)
    assert not report.misfits
    (version,) = show_submission(book, RITA, seq).versions
    with zipfile.ZipFile(target) as bundle:
        assert bundle.read(f"sources/{version.source_id}").decode() == FIRST
        assert f"sources/{version.amounts_id}" in bundle.namelist()
        assert b"submission_step" in bundle.read("records.jsonl")


def test_a_backup_brings_all_of_it_back(book: Casebook, tmp_path: Path) -> None:
    dana = operator(book, "dana", "NORD")
    seq = opened(book, "NORD").seq
    submitted(book, dana, seq)
    backup, place = tmp_path / "backup", tmp_path / "restored" / "casebook.db"
    back_up(book, backup)
    restore_into(str(place), backup, lost=True)
    restored = open_casebook(place)
    assert sound(restored)
    assert show_submission(restored, dana, seq).submission == show_submission(book, dana, seq).submission
    version: Version
    version, parts = read_version(restored, dana, seq, 1)
    assert version.side == "operator" and b"".join(parts).decode() == FIRST
    restored.close()
