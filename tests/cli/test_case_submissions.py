"""`case submissions`: a year from the draft to an amendment, by two people; a declaration; a proof; what is refused."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from opencwc.casebook.database import open_casebook
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.people import People
from opencwc.casebook.permissions import ACTIONS, SCOPES
from opencwc.casebook.pinned_keys import PinnedKeys
from opencwc.casebook.tokens import Tokens
from opencwc.declarations.forms.composition import compose
from opencwc.declarations.forms.declaration_files import declaration_file
from opencwc.declarations.judgement import judge
from opencwc.declarations.law import Law
from opencwc.declarations.reader import chemicals_on
from opencwc.declarations.register_reader import read_register
from opencwc.settings import load_settings

from .conftest import Run

HEAD = "site,plant,chemical,cas,activity,year,quantity,unit\n"
FIRST = HEAD + "NORD,A1,Thiodiglycol,111-48-8,process,2025,1.5,t\n"
SECOND = HEAD + "NORD,A1,Thiodiglycol,111-48-8,process,2025,1.75,t\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A casebook with a case and a submission of NORD, and its operator's person."""
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("OPENCWC_CASEBOOK", str(tmp_path / "casebook.db"))
    (tmp_path / "first.csv").write_text(FIRST)
    (tmp_path / "second.csv").write_text(SECOND)
    return tmp_path


@pytest.fixture
def number(run: Run, place: Path) -> int:
    assert run("case", "open", "declared").status == 0
    opened = run("case", "submissions", "open", "declared", "--site", "NORD", "--year", 2026, "--profile", "USA",
                 "--format", "json")  # fmt: skip
    assert opened.status == 0, opened.err
    seq: int = json.loads(opened.text)["number"]
    return seq


def token(place: Path, login: str, role: Role, *sites: str) -> str:
    """Return the API token of another person, who may do all that the role may."""
    book = open_casebook(place / "casebook.db")
    people = People(book)
    person: Person = people.add("console", login, login.title(), role, Mark.HIGHLY_PROTECTED)
    if sites:
        people.set_sites("console", login, sites)
    scopes = [scope for scope in SCOPES if role in ACTIONS[scope]]
    _, secret = Tokens(people).make(person.id, person, "cli", scopes, timedelta(days=3))
    book.close()
    return secret


def submitted(run: Run, place: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("case", "submissions", "add", number, place / "first.csv").status == 0
    assert run("case", "submissions", "complete", number, "--reason", "all is in").status == 0
    released = run("case", "submissions", "release", number, "--reason", "checked")
    assert (released.status, "second, different person" in released.text) == (0, True)
    alone = run("case", "submissions", "release", number, "--reason", "checked")
    assert (alone.status, "already" in alone.err) == (2, True)
    with monkeypatch.context() as other:
        other.setenv("OPENCWC_TOKEN", token(place, "rene", Role.REVIEWER))
        assert "released" in run("case", "submissions", "release", number, "--reason", "checked").text
    assert "submitted" in run("case", "submissions", "submit", number, "--reason", "sent").text


def test_a_year_with_an_amendment_that_makes_a_deadline(
    run: Run, place: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted(run, place, number, monkeypatch)
    day = date.today()
    amended = run("case", "submissions", "amend", number, place / "second.csv", "--changes", "row 1",
                  "--why", "the scale was wrong", "--day", day)  # fmt: skip
    due = day + timedelta(days=15)
    assert (amended.status, f"Amend by {due}" in amended.text) == (0, True), amended.err
    shown = run("case", "submissions", "show", number).text
    for words in ("NORD, 2026: amended", "first.csv", "second.csv", "the scale was wrong", "+250 kg", "1500 kg"):
        assert words in shown, shown
    told = json.loads(run("case", "submissions", "show", number, "--format", "json").text)
    assert told["differences"][0]["difference"] == "250" and told["versions"][1]["due"] == f"{due}"
    assert told["submission"]["state"] == "amended" and told["may_next"] == ["revise", "complete"]
    listed = json.loads(run("case", "submissions", "list", "--format", "json").text)
    assert [one["number"] for one in listed] == [number]
    assert "amended" in run("case", "submissions", "list", "--lang", "en").text

    words = ("deadlines", "--year", due.year, "--casebook", place / "casebook.db")
    assert f"{due}" in run(*words).text and "Amendment of submission" in run(*words).text
    assert f"UID:amendment-{number}-{due}@opencwc" in run(*words, "--format", "ics").text
    assert any(row["day"] == f"{due}" and row["deadline"] == "us-amendment-data"
               for row in run(*words, "--format", "csv").rows)  # fmt: skip
    assert "Amendment of submission" not in run("deadlines", "--year", due.year).text


def test_an_operator_sends_marks_and_sees_its_own_alone(
    run: Run, place: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = run("case", "submissions", "open", "declared", "--site", "SUED", "--year", 2026, "--format", "json")
    foreign = json.loads(other.text)["number"]
    monkeypatch.setenv("OPENCWC_TOKEN", token(place, "dana", Role.DECLARANT, "NORD"))
    assert run("case", "submissions", "add", number, place / "first.csv").status == 0
    marked = run("case", "submissions", "mark", number, "provisional", "--reason", "December follows")
    assert marked.status == 0
    shown = run("case", "submissions", "show", number).text
    assert "December follows" in shown and "Operator (Dana)" in shown and "declared" not in shown
    told = run("case", "submissions", "show", number, "--format", "json").text
    assert "case_number" not in told and json.loads(told)["case"] == ""
    assert run("case", "submissions", "mark", number, "provisional", "--reason", "final", "--off").status == 0
    for words in (("show",), ("complete", "--reason", "x"), ("add", place / "first.csv")):
        refused = run("case", "submissions", words[0], foreign, *words[1:])
        assert (refused.status, "not found" in refused.err) == (2, True), refused.err
    assert "SUED" not in run("case", "submissions", "list").text
    assert run("case", "submissions", "open", "declared", "--site", "NORD").status == 2


@pytest.mark.parametrize("format", ["xml", "json", "xlsx"])
def test_a_declaration_is_checked_and_kept_with_its_faults(run: Run, place: Path, number: int, format: str) -> None:
    day = date(2026, 11, 28)
    law, chemicals = Law(day), chemicals_on(day)
    document = compose(judge(read_register({"activities.csv": FIRST.encode()}), law, 2026, chemicals), law)
    file = place / f"declaration.{format}"
    file.write_bytes(declaration_file(document, format))
    added = run("case", "submissions", "add", number, file)
    assert (added.status, "VA VII.6" in added.text) == (1, True), added.err
    told = json.loads(run("case", "submissions", "show", number, "--format", "json").text)
    assert told["faults"] and told["versions"][0]["name"] == file.name
    written = place / f"written.{format}"
    assert run("case", "submissions", "export", number, 1, "-o", written).status == 0
    assert written.read_bytes() == file.read_bytes()


def test_an_exported_version_proves_itself(run: Run, place: Path, number: int) -> None:
    assert run("case", "submissions", "add", number, place / "first.csv").status == 0
    file = place / "version.csv"
    assert run("case", "submissions", "export", number, 1, "-o", file).status == 0
    again = run("case", "submissions", "export", number, 1, "-o", file)
    assert (again.status, "already exists" in again.err) == (2, True)
    verified = run("case", "submissions", "verify", file)
    assert (verified.status, f"version 1 of submission {number}" in verified.text) == (0, True), verified.err
    key = run("case", "key").text.strip()
    assert f"{key}, which is pinned here" in verified.text
    assert run("case", "submissions", "verify", file, "--key", key).status == 0
    pins = PinnedKeys.of_settings(load_settings())
    pinned = pins.path.read_text()
    pins.path.write_text(pinned.replace(key, "0" * 64))
    strange = run("case", "submissions", "verify", file)
    assert (strange.status, key in strange.text) == (1, True)
    pins.path.unlink()
    alone = run("case", "submissions", "verify", file)
    assert (alone.status, "compare this number" in alone.text) == (0, True)
    pins.path.write_text(pinned)
    wrong = json.loads(run("case", "submissions", "verify", file, "--key", "0" * 64, "--format", "json").text)
    assert (wrong["fits"], wrong["faults"]) == (False, ["key"])
    file.write_text(SECOND)
    altered = run("case", "submissions", "verify", file)
    assert (altered.status, "not the one that was frozen" in altered.text) == (1, True)
    file.write_text(FIRST)
    beside = place / "version.csv.proof.json"
    proof = json.loads(beside.read_text())
    for name, value, fault in (
        ("content", proof["content"].replace('"side":"authority"', '"side":"operator"'), "record"),
        ("before", "11" * 32, "chain"),
        ("signature", "22" * 64, "signature"),
    ):
        beside.write_text(json.dumps(proof | {name: value}))
        done = run("case", "submissions", "verify", file, "--format", "json")
        assert (done.status, fault in json.loads(done.text)["faults"]) == (1, True), fault
    beside.write_text("{}")
    assert run("case", "submissions", "verify", file).status == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("show", 99), "was not found"),
        (("add", "N", "nothing.csv"), "There is no such file"),
        (("add", "N", "paper.pdf"), "A PDF is stored as it is"),
        (("add", "N", "words.csv"), "words.csv"),
        (("amend", "N", "first.csv", "--of", "all"), "--of"),
        (("amend", "N", "first.csv", "--day", "soon"), "--day"),
        (("amend", "N", "first.csv", "--why", "x"), "not possible in the current state"),
        (("complete", "N"), "no version yet"),
        (("mark", "N", "late", "--reason", "x"), "'late'"),
        (("mark", "N", "incomplete"), "reason"),
        (("submit", "N", "--reason", "x"), "not possible in the current state"),
        (("export", "N", 1, "-o", "out.csv"), "no version 1"),
        (("verify", "first.csv"), "There is no such file"),
        (("open", "declared", "--site", "A", "--profile", "XXX"), "XXX"),
        (("open", "declared", "--site", "A", "--year", "soon"), "soon"),
        (("open", "nothing", "--site", "A"), "nothing"),
        (("list", "--format", "yaml"), "yaml"),
    ],
)  # fmt: skip
def test_bad_input_is_told_and_the_status_is_2(
    run: Run, place: Path, number: int, words: tuple[object, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    Path("paper.pdf").write_bytes(b"%PDF-1.7\n")
    Path("words.csv").write_text("this is no register")
    done = run("case", "submissions", *(number if word == "N" else word for word in words))
    assert (done.status, message in done.err) == (2, True), done.err + done.text
