"""`screen --keep` and `case`: kept, decided by two people, exported, verified, backed up."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from opencwc.casebook import tables
from opencwc.casebook.database import open_casebook
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.people import People
from opencwc.casebook.tokens import Tokens

from .conftest import Run

TABLE = "id,chemical\na,CC(C)OP(C)(=O)F\nb,OCCSCCO\nc,CCO\nd,no such name\n"


@pytest.fixture
def kept(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A casebook in which one inventory is kept."""
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("OPENCWC_CASEBOOK", str(tmp_path / "casebook.db"))
    (tmp_path / "inventory.csv").write_text(TABLE)
    done = run("screen", tmp_path / "inventory.csv", "--lists", "CWC", "--keep", "inventory", "--mark", "restricted")
    assert (done.status, "4 findings saved in the case inventory (run 1)." in done.err) == (1, True)
    return tmp_path


@pytest.fixture
def second(kept: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The API token of another reviewer."""
    book = open_casebook(kept / "casebook.db")
    people = People(book)
    other = people.add("console", "rene", "René", Role.REVIEWER, Mark.HIGHLY_PROTECTED)
    _, secret = Tokens(people).make(other.id, other, "cli", ("read", "decide", "approve"), timedelta(days=3))
    book.close()
    return secret


def test_a_kept_run_shows_what_was_found_and_what_was_checked(run: Run, kept: Path) -> None:
    done = run("case", "show", "inventory")
    assert done.status == 0
    for words in ("OPCW Restricted", "inventory.csv", "CWC (2020-06-07)", "1A01", "2B13", "open"):
        assert words in done.text
    listed = json.loads(run("case", "list", "--format", "json").text)
    assert (listed[0]["name"], listed[0]["mark"], listed[0]["counts"]["all"]) == ("inventory", "restricted", 4)


def test_a_command_that_shows_what_is_protected_leaves_a_record(run: Run, kept: Path) -> None:
    (kept / "secret.csv").write_text(TABLE + "e,CCCO\n")
    assert run("screen", kept / "secret.csv", "--lists", "CWC", "--keep", "secret", "--mark", "protected").status == 1
    assert not _reads(kept)
    for asked in (("show", "secret"), ("show", 5), ("inbox",), ("list",), ("show", "secret", "--text", "CCO")):
        before = len(_reads(kept))
        assert run("case", *asked).status == 0
        reads = _reads(kept)[before:]
        assert reads and {read["by"] for read in reads} == {f"opencwc case {asked[0]}"}, asked
        assert {read["mark"] for read in reads} == {"protected"}
    before = len(_reads(kept))
    assert run("case", "show", "inventory").status == 0  # restricted
    assert len(_reads(kept)) == before
    assert run("case", "verify").status == 0


def test_one_decision_is_shown_taken_and_taken_back_for_all_that_a_filter_finds(run: Run, kept: Path) -> None:
    asked = ("case", "decide", "--filter", "case=inventory")
    shown = run(*asked, "--preview").text
    assert "Findings to decide: 2; groups: 2" in shown and "Need two people: 1" in shown
    assert "Findings to decide: 1" in run(*asked, "--filter", "entry=CWC 2B13", "--preview").text
    assert "Findings to decide: 0" in run(*asked, "--filter", "below=30", "--preview").text
    done = run(*asked, "--two-people", "--as", "accept", "--reason", "all seen").text
    number = done.partition("--undo ")[2].split()[0].rstrip(".")
    assert "decided on 3 findings" in done.lower() and "waiting for a second person" in done
    undone = run("case", "decide", "--undo", number)
    assert undone.status == 0 and "3\topen" in undone.text
    assert run("case", "decide", "--undo", number).status == 2
    assert run("case", "verify").status == 0


@pytest.mark.parametrize(
    ("filters", "told"),
    [(("colour=red",), "no part 'colour'"), (("below=much",), "'much' is no number"), (("run=x",), "'x' is no number")],
)
def test_a_filter_that_has_no_meaning_is_refused(run: Run, kept: Path, filters: tuple[str, ...], told: str) -> None:
    done = run("case", "decide", *(part for one in filters for part in ("--filter", one)), "--preview")
    assert done.status == 2 and told in done.err


def _reads(folder: Path) -> list[dict[str, str]]:
    """Return what the records of reads say."""
    with closing(open_casebook(folder / "casebook.db")) as book, book.reading_contents() as connection:
        content = select(tables.record.c.content).where(tables.record.c.kind == "access")
        return [json.loads(text)["body"] for text in connection.execute(content.order_by("seq")).scalars()]


def test_a_single_value_and_a_pipe_are_kept_too(run: Run, kept: Path) -> None:
    assert run("screen", "107-44-8", "--keep", "values", "--lists", "CWC").status == 1
    assert run("screen", "-", "--keep", "values", "--lists", "CWC", given=b"chemical\nCCO\n").status == 0
    case = json.loads(run("case", "show", "values", "--format", "json").text)
    assert [finding["verdict"] for finding in case["findings"]] == ["listed", "not_listed"]


def test_two_people_decide_what_is_grave(run: Run, kept: Path, second: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "second person" in run("case", "decide", 1, "--as", "accept", "--reason", "sarin").text
    again = run("case", "decide", 1, "--as", "accept", "--reason", "sarin")
    assert (again.status, "Ask another reviewer to decide" in again.err) == (2, True)
    monkeypatch.setenv("OPENCWC_TOKEN", second)
    assert "accepted" in run("case", "decide", 1, "--as", "accept", "--reason", "seen").text
    history = run("case", "show", 1).text
    assert "rene: accepted" in history
    assert "os:" in history


def test_an_export_is_asked_approved_written_decrypted_and_verified(
    run: Run, kept: Path, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipient = run("case", "identity", kept / "identity").text.strip()
    refused = run("case", "export", "inventory", "--reason", "OPCW")
    assert (refused.status, "encrypted" in refused.err) == (2, True)
    request = run("case", "export", "inventory", "--reason", "OPCW", "--to", recipient)
    number = next(word.strip(":") for word in request.text.split() if word.strip(":").isdigit())
    with monkeypatch.context() as other:
        other.setenv("OPENCWC_TOKEN", second)
        assert "approved" in run("case", "approve", number).text
    assert run("case", "export", number, "-o", kept / "case.age").status == 0
    assert (
        run("case", "decrypt", kept / "case.age", "--identity", kept / "identity", "-o", kept / "case.zip").status == 0
    )
    verified = run("case", "verify", kept / "case.zip")
    assert (verified.status, "THE BUNDLE FITS" in verified.text) == (0, True)


def test_a_backup_restored_elsewhere_verifies(run: Run, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("case", "backup", kept / "backup.zip").status == 0
    monkeypatch.setenv("OPENCWC_CASEBOOK", str(kept / "elsewhere.db"))
    beside = run("case", "restore", kept / "backup.zip")
    assert (beside.status, "--lost" in beside.err) == (2, True)
    restored = run("case", "restore", kept / "backup.zip", "--lost")
    assert (restored.status, "Verified" in restored.text) == (0, True), restored.err
    assert "inventory" in run("case", "list").text
    assert run("case", "verify").status == 0


def test_an_altered_casebook_is_told_with_status_1(run: Run, kept: Path) -> None:
    import sqlite3

    with sqlite3.connect(kept / "casebook.db") as connection:
        connection.execute("UPDATE finding SET verdict = 4 WHERE id = 1")
    connection.close()
    done = run("case", "verify")
    assert (done.status, "finding 1" in done.text) == (1, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("case", "show", "inventroy"), "Did you mean inventory?"),
        (("case", "show", "99"), "there is no finding 99"),
        (("case", "show", "inventory", "--status", "lost"), "the status 'lost' does not exist"),
        (("case", "show", "inventory", "--entry", "1A01"), "list and entry"),
        (("case", "decide", "1", "--as", "maybe", "--reason", "x"), "the decision 'maybe' does not exist"),
        (("case", "decide", "1", "--as", "accept", "--reason", " "), "needs a reason"),
        (("case", "set", "inventory", "--mark", "secret"), "the classification 'secret' does not exist"),
        (("case", "set", "inventory", "--due", "soon"), "is not a date"),
        (("case", "assign", "inventory", "nobody"), "nobody"),
        (("case", "export", "5"), "Name the file with -o"),
        (("case", "approve", "77"), "there is no request 77"),
        (("case", "verify", "no-such-file.zip"), "no-such-file.zip"),
        (("case", "restore", "no-such-file.zip"), "no-such-file.zip"),
        (("case", "timestamp"), "either --request or --response"),
        (("case", "list", "--lang", "tlh"), "--lang 'tlh' is unknown"),
        (("case", "list", "--format", "xml"), "--format 'xml' is unknown"),
        (("case", "list", "--casebook", "mysql://x/y"), "mysql"),
        (("screen", "CCO", "--mark", "restricted"), "need --keep"),
        (("screen", "CCO", "--keep", "Bad Name"), "cannot be the name of a case"),
        (("screen", "CCO", "--keep", "x", "--mark", "secret"), "the classification 'secret' does not exist"),
    ],
)
def test_bad_input_is_told_with_what_to_do(run: Run, kept: Path, words: tuple[str, ...], message: str) -> None:
    done = run(*words)
    assert (done.status, message in done.err) == (2, True), done.err


def test_nothing_is_made_by_looking(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    done = run("case", "list", "--casebook", tmp_path / "none.db")
    assert (done.status, "there is no casebook yet" in done.err) == (2, True)
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("lang", ["fr", "ar", "es", "ru", "zh"])
def test_a_case_is_shown_in_every_language(run: Run, kept: Path, lang: str) -> None:
    done = run("case", "show", "inventory", "--lang", lang)
    assert done.status == 0
    assert "casebook_" not in done.text
    assert "waits for" not in done.text


def test_an_erasure_that_was_cut_short_is_told_and_finished(
    run: Run, kept: Path, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("case", "erase", "inventory", "--reason", "over", "--ground", "law").status == 0
    (request,) = json.loads(run("case", "requests", "--format", "json").text)
    with monkeypatch.context() as other:
        other.setenv("OPENCWC_TOKEN", second)
        assert run("case", "approve", request["seq"]).status == 0
    monkeypatch.setenv("OPENCWC_LOCK_SECONDS", "0.2")
    book = open_casebook(kept / "casebook.db")
    with book.reading() as connection:  # who reads an older state keeps it in the log
        connection.exec_driver_sql("SELECT count(*) FROM record").all()
        done = run("case", "erase", request["seq"])
    book.close()
    assert done.status != 0
    assert "findings 4" in done.text and "not overwritten yet" in done.text
    assert "somebody else is using the casebook" in done.err + done.text
    done = run("case", "erase", "--finish")
    assert (done.status, "No remains of erased cases" in done.text) == (0, True)
