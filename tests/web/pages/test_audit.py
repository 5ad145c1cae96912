"""The page of the audit: the record, its verification, and the check of a bundle."""

from __future__ import annotations

import io
import re
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from casebook.tampering import ELSEWHERE, KINDS, all_rows, rewrite
from opencwc.casebook import tables
from opencwc.casebook.anchors import anchor
from opencwc.casebook.audit_summary import known_keys
from opencwc.casebook.bundle_verifier import verify_bundle
from opencwc.casebook.cases import open_case
from opencwc.casebook.encryption import encrypt_file, make_identity, read_recipients
from opencwc.casebook.findings import list_records
from opencwc.casebook.model import Mark
from opencwc.casebook.people import CONSOLE
from opencwc.casebook.record_proofs import check_proof
from opencwc.casebook.signed_notes import Head, sign_head
from opencwc.casebook.signing import FileKey
from opencwc.web.casebook.record_list import RECORD_KINDS
from opencwc.wording import LANGUAGES, say
from web.signing_in import House, app_of

from .housing import LANGUAGES_READ, LOGINS, PAGE, PART, bundle_of, page_of
from .parsed import Element, check_sound, parsed

MAY = {"adam", "audra"}


def verified(client: TestClient) -> tuple[Element, str]:
    """Verify, and look on until it has ended, as the page does."""
    answer = client.post("/audit/verification", headers=PART)
    assert answer.status_code == 200, answer.text[:500]
    part, trigger = parsed(answer.text), answer.headers.get("hx-trigger", "")
    until = time.monotonic() + 60
    while part.one(id="verification").attributes["data-state"] == "running":
        assert time.monotonic() < until
        answer = client.get("/audit/verification", headers=PART)
        part, trigger = parsed(answer.text), answer.headers.get("hx-trigger", "")
    check_sound(part)
    return part, trigger


def test_every_kind_of_record_has_its_words_and_stands_in_the_reference() -> None:
    assert set(RECORD_KINDS) == KINDS | ELSEWHERE
    text = (Path(__file__).parents[3] / "docs/reference/casebook.md").read_text(encoding="utf-8")
    told = text.split("Kinds of records: ")[1].split(". Their arithmetic")[0]
    assert set(re.findall(r"`(\w+)`", told)) == set(RECORD_KINDS)
    assert all(say(f"page_audit_kind_{kind}", lang) for kind in RECORD_KINDS for lang in LANGUAGES)


def test_an_auditor_and_an_administrator_see_it_and_nobody_else(still: House) -> None:
    for login in LOGINS:
        with still.signed_in(login) as client:
            assert client.get("/audit", headers=PAGE).status_code == (200 if login in MAY else 403)
            assert client.post("/audit/verification", headers=PART).status_code == (200 if login in MAY else 403)
            assert client.get("/audit/bundle", headers=PAGE).status_code == 200


@pytest.mark.parametrize("lang", LANGUAGES_READ)
@pytest.mark.parametrize("login", sorted(MAY))
def test_it_is_whole_in_each_language(still: House, login: str, lang: str) -> None:
    with still.signed_in(login) as client:
        main = page_of(client, "/audit", lang).one("main")
        assert known_keys(still.book)[0] in main.text
        assert bool(main.all(id="agreement-h")) is (login == "audra")  # who runs the house does not read its cases
        page_of(client, "/audit/bundle", lang)
        page_of(client, "/audit/verification", lang)


def test_the_record_is_paged_by_its_numbers_from_its_end_and_by_kind(house: House) -> None:
    for number in range(60):
        house.entrance.people.add(CONSOLE, f"person-{number}")
    auditor = house.entrance.people.account("audra").person
    every = [record["seq"] for record in list_records(house.book, auditor, limit=1_000)]
    with house.signed_in("audra") as client:
        seen: list[int] = []
        address = "/audit"
        while address:
            main = page_of(client, address).one("main")
            numbers = [int(row[0].replace(",", "")) for row in main.all("table")[0].rows()]
            assert numbers == sorted(numbers, reverse=True)
            seen += numbers
            older = [link for link in main.all("a") if link.text == "Older"]
            address = older[0].attributes["href"] if older else ""
        assert seen == every[::-1]
        newer = next(link for link in main.all("a") if link.text == "Newer")
        page_of(client, newer.attributes["href"])
        only = page_of(client, "/audit?kind=case_opened").one("main").all("table")[0].rows()
        assert [row[2] for row in only] == ["case opened"] and only[0][4] == "inventory"
        assert "No such actions" in page_of(client, "/audit?kind=restored").one("main").text


def test_the_record_is_searched_sorted_by_number_and_printed_whole(house: House) -> None:
    for number in range(60):
        house.entrance.people.add(CONSOLE, f"person-{number}")
    with house.signed_in("audra") as client:

        def rows(query: str) -> list[list[str]]:
            return page_of(client, f"/audit?{query}").one("main").all("table")[0].rows()

        assert [row[0] for row in rows("order=number")[:3]] == ["1", "2", "3"]
        last = int(rows("")[0][0])
        assert len(rows("all=yes")) == last and len(rows("")) == 50
        assert [row[0] for row in rows("find=2")] == ["2"]
        assert {row[4] for row in rows("find=invnetory")} == {"inventory"}  # a slip
        assert "No such actions" in page_of(client, "/audit?find=1999-01").one("main").text
        year = house.entrance.people.now()[:4]
        found = client.get(f"/audit/records.csv?find={year}&hide=who").text.splitlines()
        assert found[0] == "number,moment,kind,case,about" and len(found) == last + 1
        assert {row[2] for row in rows("find=case+opened")} == {"case opened"}
        assert "1 of " in page_of(client, "/audit?kind=case_opened").one("main").text
        heads = page_of(client, "/audit").one("main").all("table")[0].all("th")[:5]
        assert [bool(head.all("a")) for head in heads] == [True, True, False, False, False]
    with house.signed_in("anna") as client:
        assert client.get("/audit/records.csv?find=inventory").status_code == 403


def test_a_case_above_the_clearance_is_not_found_by_its_name(house: House) -> None:
    reviewer = house.entrance.people.account("rita").person
    open_case(house.book, reviewer, "quicksilver", mark=Mark.HIGHLY_PROTECTED)
    with house.signed_in("adam") as client:
        assert "quicksilver" in page_of(client, "/audit?find=quicksilver").one(id="record").text
    house.entrance.people.change(CONSOLE, "adam", clearance=Mark.PROTECTED)
    with house.signed_in("adam") as client:
        assert "No such actions" in page_of(client, "/audit?find=quicksilver").one("main").text


def test_the_checkpoints_agree_with_the_log_and_a_log_that_misses_them_is_told(house: House) -> None:
    with house.signed_in("audra") as client:
        assert "does not match" not in page_of(client, "/audit").one("main").text
        lines = house.book.log.path.read_bytes().splitlines(keepends=True)
        house.book.log.path.write_bytes(b"".join(lines[:-1]))
        assert "does not match" in page_of(client, "/audit").one("main").text


def test_who_vouches_from_outside_is_said_and_that_nobody_does(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor = house.entrance.people.account("audra").person
    folder = tmp_path / "second"
    folder.mkdir()
    with house.signed_in("audra") as client:
        assert "Nobody outside confirms" in page_of(client, "/audit").one("main").text
        assert client.get("/api/v1/anchors").json()["outsiders"] == []
        monkeypatch.setenv("OPENCWC_ANCHOR_FOLDER", str(folder))
        made = anchor(house.book, auditor)
        records = made.note.head.size
        main = page_of(client, "/audit").one("main").text
        assert f"The folder of anchors confirms the record up to {records}, on" in main and "Nobody outside" not in main
        told = client.get("/api/v1/anchors").json()
        assert [(vouch["kind"], vouch["seq"]) for vouch in told["outsiders"]] == [("folder", records)]
        assert told["anchors"][0]["note"] == made.note.text
        part, _ = verified(client)
        assert f"the record up to {records}" in part.text
        assert client.post("/api/v1/verification").json()["outsiders"] == told["outsiders"]
        file = next(folder.iterdir())
        file.rename(file.with_name(file.name.replace(f"{records:012}", "000000999999")))
        beyond = Head(made.note.head.origin, 999_999, made.note.head.root)
        next(folder.iterdir()).write_text(sign_head(house.book.signer, beyond).text)
        assert "it was put back to an earlier state" in page_of(client, "/audit").one("main").text
    with house.signed_in("anna") as client:
        assert client.get("/api/v1/anchors").status_code == 403


def test_a_record_and_a_head_are_proved_to_who_audits_and_to_nobody_else(house: House) -> None:
    with house.signed_in("audra") as client:
        size = client.get("/api/v1/records/1/proof").json()["size"]
        for address, number in (("records/2/proof", 2), ("heads/2/proof", 2), (f"records/2/proof?of={size}", 2)):
            made = client.get(f"/api/v1/{address}")
            checked = check_proof(made.content, keys=[house.book.signer.fingerprint])
            assert (checked.number, checked.faults, checked.vouched) == (number, (), True)
        assert client.get("/api/v1/records/999999/proof").status_code == 404
        assert client.get("/api/v1/heads/2/proof?of=999999").status_code == 404
    with house.signed_in("anna") as client:
        for address in ("records/1/proof", "heads/1/proof"):
            assert client.get(f"/api/v1/{address}").status_code == 403


def test_a_record_as_it_was_written_fits(house: House) -> None:
    with house.signed_in("audra") as client:
        before = page_of(client, "/audit")
        assert before.one("h1").text.endswith(" records, not verified since the service started")
        part, trigger = verified(client)
        assert part.one(id="verification").attributes["data-state"] == "fits" and "Verified" in trigger
        records = before.one("h1").text.split()[0]
        assert part.one(id="audit-h").text.startswith(f"The record is whole: all {records} records verified on ")
        house.entrance.people.add(CONSOLE, "later")
        for address in ("/audit", "/audit/verification"):
            answer = page_of(client, address).one("h1").text
            assert answer.startswith(f"The record is whole up to record {records}, verified on ")
        assert known_keys(house.book)[0] in part.text and "Name of audra" in part.text
        assert "Verified" in page_of(client, "/audit").one("main").text  # it stands there on coming back


def test_a_casebook_for_whose_key_nobody_vouches_is_not_simply_said_to_fit(house: House) -> None:
    with house.signed_in("audra") as client:
        assert "pinned here" in page_of(client, "/audit").one("main").text
        house.book.pins.path.unlink()
        part, trigger = verified(client)
        assert part.one(id="verification").attributes["data-state"] == "unvouched" and "nobody confirms" in trigger
        assert "Verified" not in part.text and "opencwc case key pin" in part.text
        assert "which nobody here confirms" in part.text
        assert "not pinned here" in page_of(client, "/audit").one("main").text
        said = client.post("/api/v1/verification").json()
        assert (said["fits"], said["vouched"], said["stretches"][0]["by"]) == (True, False, "nobody")


def test_the_keys_and_what_is_no_fault_stand_in_each_language(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("opencwc.casebook.transaction.now", lambda: "2020-01-01T00:00:00.000000Z")
        house.entrance.people.add(CONSOLE, "late")
    with house.signed_in("audra") as client:
        part, _ = verified(client)
        assert part.one(id="verification").attributes["data-state"] == "fits"
        assert "is dated" in part.text and "your organisation’s key" in part.text
        for lang in LANGUAGES_READ:
            assert known_keys(house.book)[0] in page_of(client, "/audit/verification", lang).one("main").text
        said = client.post("/api/v1/verification?lang=fr").json()
        assert [remark["code"] for remark in said["remarks"]] == ["verify_dated_before"]
        assert "est daté" in said["remarks"][0]["what"] and said["vouched"]


def test_the_first_record_that_was_altered_is_named(house: House) -> None:
    with house.book.engine.begin() as connection:
        changed = update(tables.record).where(tables.record.c.seq == 4)
        connection.execute(changed.values(content=tables.record.c.content + " "))
    with house.signed_in("adam") as client:
        part, trigger = verified(client)
        assert part.one(id="verification").attributes["data-state"] == "fits_not" and "erification failed" in trigger
        assert part.one(id="audit-h").text == "Verification failed"
        assert "The first wrong record is 4." in part.text and "last backup" in part.text


def check(client: TestClient, content: bytes, status: int = 200, **form: str) -> Element:
    answer = client.post("/audit/bundle", data=form, files={"file": ("case.zip", content)}, headers=PART)
    assert answer.status_code == status, answer.text[:500]
    part = parsed(answer.text)
    check_sound(part)
    return part


def test_who_is_no_auditor_checks_a_bundle_without_a_terminal(house: House) -> None:
    bundle = bundle_of(house)
    with house.signed_in("anna") as client:
        part = check(client, bundle, key=known_keys(house.book)[0])
        assert part.one("section").attributes["data-verdict"] == "fits"
        assert "a key of this casebook" in part.text and part.all("li")
        strange = check(client, bundle, key="0" * 64)
        assert strange.one("section").attributes["data-verdict"] == "fits_not"
        check(client, bundle, 422, key="not a fingerprint")


def test_a_bundle_of_our_casebook_that_a_stranger_signed_does_not_fit_though_no_key_is_typed(
    house: House, tmp_path: Path
) -> None:
    own = bundle_of(house)
    forger = FileKey.make(tmp_path / "forger.key")
    opened = next(row for row in all_rows(house.book, tables.record) if row["kind"] == "case_opened")
    rewrite(house.book, opened["seq"], forger, title="forged")
    forged = bundle_of(replace(house, app=app_of(house.entrance, replace(house.book, signer=forger))))
    assert verifies(tmp_path, forged, forger.fingerprint)
    with house.signed_in("anna") as client:
        assert check(client, own).one("section").attributes["data-verdict"] == "fits"
        part = check(client, forged)
        assert part.one("section").attributes["data-verdict"] == "fits_not"
        assert f"signed with {forger.fingerprint}, expected was {known_keys(house.book)[0]}" in part.text
        assert "This casebook does not know the key" in part.text
        house.book.pins.path.write_text("not a list of keys")
        for bundle in (own, forged):
            assert not check(client, bundle, 422).all("section")


def verifies(folder: Path, bundle: bytes, key: str) -> bool:
    file = folder / "bundle.zip"
    file.write_bytes(bundle)
    return verify_bundle(file, key=key).fits


def test_what_the_verifier_says_of_our_own_bundle_names_the_people(house: House) -> None:
    bundle = bundle_of(house)
    with house.signed_in("anna") as client:
        page_text = check(client, bundle).text
        assert re.search(r"exported \S+ by Name of rita \([0-9a-f]{16}\), approved by Name of rene \(", page_text)


def test_a_bundle_in_which_something_was_altered_does_not_fit_and_the_record_is_named(house: House) -> None:
    old, new = io.BytesIO(bundle_of(house)), io.BytesIO()
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(new, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(
                name, content.replace(b"case_opened", b"case_closed") if name.startswith("rec") else content
            )
    with house.signed_in("rita") as client:
        part = check(client, new.getvalue())
        assert part.one("section").attributes["data-verdict"] == "fits_not"
        first = part.one("p", class_="warning").text
        assert "Record " in first and "Keep it as it is" in part.text
        assert part.text.count(first) == 1
        assert "Name of" not in part.text  # of what nobody signed as it stands, no name of ours is told


def test_what_is_no_bundle_or_is_encrypted_is_told_apart(house: House, tmp_path: Path) -> None:
    identity = tmp_path / "identity"
    recipient = make_identity(identity)
    plain = tmp_path / "plain"
    plain.write_bytes(b"x" * 100)
    encrypt_file(plain, tmp_path / "sealed", read_recipients([recipient]))
    with house.signed_in("adam") as client:
        assert check(client, b"no zip").one("section").attributes["data-verdict"] == "unreadable"
        sealed = check(client, (tmp_path / "sealed").read_bytes())
        assert sealed.one("section").attributes["data-verdict"] == "encrypted"
        answer = client.post("/audit/bundle", data={"key": ""}, headers=PART)
        assert answer.status_code in (415, 422)


def test_a_bundle_is_checked_only_by_who_is_signed_in(house: House) -> None:
    with house.client() as client:
        answer = client.post("/audit/bundle", files={"file": ("case.zip", b"x")}, headers=PART)
        assert answer.status_code == 401


def test_a_bundle_that_unpacks_to_far_more_than_it_is_stops_nothing_but_itself(house: House) -> None:
    swollen = io.BytesIO()
    with zipfile.ZipFile(swollen, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("manifest.json", b" " * 200_000_000)
    with house.signed_in("anna") as client:
        assert check(client, swollen.getvalue()).one("section").attributes["data-verdict"] in ("fits_not", "unreadable")
        assert page_of(client, "/audit/bundle")


def test_a_row_of_the_record_leads_to_its_page(still: House) -> None:
    with still.signed_in("audra") as client:
        links = [link.attributes["href"] for link in page_of(client, "/audit").one("main").all("a")]
        records = [link for link in links if link.startswith("/audit/records/")]
        shown = page_of(client, records[-1], "fr").one("main")
        assert shown.one("button", data_copy="").attributes["data-done"] == say("page_copied", "fr")
        proof = next(link.attributes["href"] for link in shown.all("a") if link.attributes["href"].endswith("/proof"))
        assert client.get(proof).status_code == 200
        links = [link.attributes["href"] for link in page_of(client, "/audit?kind=run_finished").one("main").all("a")]
        ended = next(link for link in links if link.startswith("/audit/records/"))
        assert page_of(client, ended).one("h1").text.endswith("run ended (run 1)")
        assert client.get("/audit/records/999999", headers=PAGE).status_code == 404
    with still.signed_in("rita") as client:
        assert client.get(records[0], headers=PAGE).status_code == 403


def test_the_record_is_given_as_a_file(house: House) -> None:
    with house.signed_in("audra") as client:
        lines = client.get("/audit/records.csv?kind=casebook_made").text.splitlines()
        assert lines[0] == "number,moment,kind,who,case,about" and len(lines) == 2
        assert client.get("/audit/records.xlsx").content.startswith(b"PK")
    with house.signed_in("anna") as client:
        assert client.get("/audit/records.csv").status_code == 403
