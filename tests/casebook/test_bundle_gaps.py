"""What a bundle leaves out, and what it puts beside the records, is seen even where the house's own key signs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opencwc.casebook import tables
from opencwc.casebook.bundle_verifier import Report, verify_bundle
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.chain import canonical
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.decisions import comment, decide
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.exports import ask_for_export, export_case
from opencwc.casebook.house_keys import change_key
from opencwc.casebook.model import Outcome
from opencwc.casebook.requests import answer, ask
from opencwc.casebook.signing import FileKey

from .bundle_case import lines_of, members_of, resigned, set_lines, zipped
from .conftest import person
from .screening import ETHANOL, SARIN, THIODIGLYCOL
from .tampering import all_rows, change, without_counts
from .test_runs import keep

RITA, RENE = person("rita"), person("rene")


@pytest.fixture
def kept(book: Casebook) -> Casebook:
    keep(book, ETHANOL, case="elsewhere")
    keep(book, SARIN, THIODIGLYCOL, case="inventory")
    decide(book, RITA, [2], Outcome.ACCEPT, "the label says so")
    decide(book, RENE, [2], Outcome.REJECT, "a typing error")
    comment(book, RITA, "inventory", "ask the warehouse")
    return book


def export(book: Casebook, target: Path) -> Path:
    request = ask_for_export(book, RITA, "inventory", "for the OPCW")
    answer(book, RENE, request.seq, approve=True)
    export_case(book, RITA, request.seq, target)
    return target


def without(book: Casebook, bundle: Path, *seqs: int) -> Report:
    """Verify the bundle without some records, its manifest made anew and signed with the house's own key."""
    members = members_of(bundle)
    set_lines(
        members, "records.jsonl", [line for line in lines_of(members, "records.jsonl") if line["seq"] not in seqs]
    )
    return verify_bundle(zipped(bundle.with_name("less.zip"), resigned(members, book.signer)))


def seqs_of(book: Casebook, kind: str) -> list[int]:
    return [row["seq"] for row in all_rows(book, tables.record) if row["kind"] == kind and row["case_number"] != 1]


def test_a_decision_that_is_left_out_is_seen(kept: Casebook, tmp_path: Path) -> None:
    bundle = export(kept, tmp_path / "case.zip")
    assert verify_bundle(bundle).fits, verify_bundle(bundle).as_text()
    first, second = seqs_of(kept, "decision")
    (said,) = seqs_of(kept, "comment")
    for left_out, seen_at, what in (
        ((second,), said, "1 record of the case before it is not in the bundle."),
        ((first, second), said, "2 records of the case before it are not in the bundle."),
    ):
        report = without(kept, bundle, *left_out)
        assert [(misfit.seq, misfit.what) for misfit in report.misfits] == [(seen_at, what)]


def test_every_single_record_of_the_case_that_is_left_out_is_seen(kept: Casebook, tmp_path: Path) -> None:
    bundle = export(kept, tmp_path / "case.zip")
    shown = [line["seq"] for line in lines_of(members_of(bundle), "records.jsonl")]
    assert len(shown) == 10
    for seq in shown:
        assert not without(kept, bundle, seq).fits, seq


def test_records_count_those_of_their_case_and_verify_counts_again(kept: Casebook) -> None:
    contents = [json.loads(row["content"]) for row in all_rows(kept, tables.record)]
    for case in (1, 2):
        counts = [content["before"] for content in contents if content["case"] == case]
        assert counts == list(range(len(counts)))
    assert all("before" not in content for content in contents if content["case"] is None)
    assert verify_all(kept).fits


def test_where_older_records_do_not_count_the_next_counts_them_too(kept: Casebook, tmp_path: Path) -> None:
    without_counts(kept)
    bundle = export(kept, tmp_path / "case.zip")
    assert verify_all(kept).fits, verify_all(kept).problems
    assert verify_bundle(bundle).fits
    (said,) = seqs_of(kept, "comment")
    report = without(kept, bundle, said)
    assert [misfit.seq for misfit in report.misfits] == seqs_of(kept, "request")


def test_a_wrong_count_is_found_in_the_casebook(kept: Casebook) -> None:
    (said,) = seqs_of(kept, "comment")
    without_counts(kept, **{str(said): 3})
    found = verify_all(kept)
    assert [problem.seq for problem in found.problems] == [said]


def test_after_an_erasure_the_count_goes_on(kept: Casebook) -> None:
    request = ask(kept, RITA, "erase", "elsewhere", {"reason": "over", "ground": "law"})
    answer(kept, RENE, request.seq, approve=True)
    erase_case(kept, RITA, request.seq)
    with kept.writing(RITA.id) as writer:
        writer.record("access", {"what": "case"}, 1)
    row = all_rows(kept, tables.record)[-1]
    rows = [one for one in all_rows(kept, tables.record) if one["case_number"] == 1]
    assert json.loads(row["content"])["before"] == len(rows) - 1
    assert verify_all(kept).fits


def test_the_page_for_people_is_the_one_that_the_record_of_the_export_commits_to(
    kept: Casebook, tmp_path: Path
) -> None:
    bundle = export(kept, tmp_path / "case.zip")
    members = members_of(bundle)
    assert kept.signer.fingerprint in members["report.html"].decode()
    members["report.html"] = members["report.html"].replace(b"a typing error", b"all is in order")
    report = verify_bundle(zipped(tmp_path / "other.zip", resigned(members, kept.signer)))
    (exported,) = seqs_of(kept, "export")
    assert [(misfit.seq, misfit.what) for misfit in report.misfits] == [
        (exported, "It commits to another page than report.html.")
    ]


def test_a_bundle_is_known_by_a_former_key_that_handed_over(kept: Casebook, place: str, tmp_path: Path) -> None:
    changed = change_key(place)
    again = open_casebook(place)
    bundle = export(again, tmp_path / "case.zip")
    for key in (changed.former, changed.next):
        report = verify_bundle(bundle, key=key)
        assert report.fits, report.as_text()
        assert any("hands over" in what for what in report.told)
    assert changed.former in members_of(bundle)["README.txt"].decode()
    stranger = FileKey.make(tmp_path / "stranger")
    assert not verify_bundle(bundle, key=stranger.fingerprint).fits
    assert verify_bundle(bundle, key=[stranger.fingerprint, changed.next]).fits
    report = without(again, bundle, changed.seq)
    assert any("did not hand over" in what for what in report.told)
    members = members_of(zipped(tmp_path / "resigned.zip", resigned(members_of(bundle), again.signer)))
    set_lines(
        members, "records.jsonl",
        [line for line in lines_of(members, "records.jsonl") if line["seq"] != changed.seq],
    )  # fmt: skip
    assert not verify_bundle(
        zipped(tmp_path / "unhanded.zip", resigned(members, again.signer)), key=changed.former
    ).fits
    again.close()


def test_records_whose_clock_went_wrong_are_told_with_by_how_much(
    kept: Casebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = verify_all(kept).records
    with monkeypatch.context() as patch:
        patch.setattr("opencwc.casebook.transaction.now", lambda: "2020-01-01T00:00:00.000000Z")
        comment(kept, RITA, "inventory", "the battery of the clock was empty")
        patch.setattr("opencwc.casebook.transaction.now", lambda: "2999-01-01T00:00:00.250000Z")
        comment(kept, RITA, "inventory", "and was set by hand")
    found = verify_all(kept)
    assert found.fits
    assert [(remark.seq, remark.code) for remark in found.remarks] == [
        (last + 1, "verify_dated_before"), (last + 2, "verify_dated_ahead"),
    ]  # fmt: skip
    assert float(found.remarks[1].values["seconds"]) > 900 * 365 * 24 * 3600
    report = verify_bundle(export(kept, tmp_path / "case.zip"))
    assert report.fits
    assert [f"Record {seq} is dated" in " ".join(report.told) for seq in (last + 1, last + 2, last + 3)] == [True] * 3


def test_a_forged_count_that_nobody_signed_is_caught_by_the_chain(kept: Casebook) -> None:
    row = all_rows(kept, tables.record)[-1]
    content = canonical({**json.loads(row["content"]), "before": 99})
    change(kept, tables.record, row, content=content)
    assert verify_all(kept).problems[0].what == "the content is not what was committed to"
    change(kept, tables.record, row, content=row["content"])
