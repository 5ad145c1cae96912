"""Evidence: a picture or a page is examined, originals of a case have steps, names are hidden and shown to belong."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from benchmarks.drawn_pictures import saved, scene
from starlette.testclient import TestClient

from custody.archives import changed
from opencwc.casebook.casebook_verifier import verify_casebook
from opencwc.casebook.findings import list_records
from opencwc.casebook.model import Mark, Person, Role
from opencwc.custody.wacz_verifier import verify_wacz
from opencwc.reports.intake.network import Fetched, Fetcher, Known
from opencwc.web.custody.example_files import PAGE_EXAMPLES, PICTURE_EXAMPLES, example_named
from opencwc.wording import LANGUAGES
from web.pages.housing import PAGE, PART, opened_house, page_of
from web.pages.parsed import Element, check_sound, parsed
from web.signing_in import House

AUDITOR = Person("p-auditor", "auditor", "Auditor", Role.AUDITOR, Mark.HIGHLY_PROTECTED)
OLD, NEW = (example_named(name) for name in reversed(PICTURE_EXAMPLES))
MARCH, SEPTEMBER = (example_named(name) for name in PAGE_EXAMPLES)
PAGE_FILE = b"<html lang='en'><title>Leak</title><p>The resident Ana Roy, 34, saw the drums. They leaked.</p></html>"
API = "/api/v1/cases/drums/custody"
Files = Mapping[str, tuple[str | None, bytes]]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened_house(tmp_path, monkeypatch) as house:
        yield house


def sent(client: TestClient, address: str, files: Files, status: int = 200, lang: str = "en", **texts: str) -> Element:
    answer = client.post(f"{address}?lang={lang}", files=files, data=texts, headers=PART)
    assert answer.status_code == status, answer.text[:600]
    part = parsed(answer.text)
    check_sound(part)
    return part


def api(client: TestClient, address: str, files: Files, status: int = 200, **texts: str) -> dict[str, Any]:
    answer = client.post(address, files=files, data=texts)
    assert answer.status_code == status, answer.text[:600]
    return dict(answer.json())


def received(client: TestClient, content: bytes = PAGE_FILE, name: str = "page.html", **texts: str) -> str:
    steps = api(client, f"{API}/originals", {"file": (name, content)}, 201, **texts)["steps"]
    return str(steps[0]["source_id"])


# --------------------------------------------------------------------------------------------------------- a picture


def test_a_picture_that_was_never_here_is_answered_in_the_heading(house: House) -> None:
    with house.signed_in("anna") as anna:
        found = sent(anna, "/evidence/picture", {"file": ("a.jpg", saved(scene(1), quality=90))})
        assert found.one("h1").text == "Nothing unusual found"
        assert "is among the originals" in found.text and "Compared" not in found.one("h1").text
        assert not list_records(house.book, AUDITOR, kind="custody_step")


def test_an_old_picture_with_a_new_date_is_said_so_with_where_and_when_it_was_first_here(house: House) -> None:
    with house.signed_in("anna") as anna:
        received(anna, OLD, "seen.jpg", url="https://daily.example/a", taken="2019-03-02T08:00:00Z")
        found = sent(anna, "/evidence/picture", {"file": ("new.jpg", NEW)}, claimed_date="2026-03-01")
        heading = "Old picture with a newer date: it was here on 2 March 2019 and is said to show 1 March 2026"
        assert found.one("h1").text == heading
        row = found.one("tbody").one("tr").text
        assert "2 March 2019" in row and "the same picture" in row and "https://daily.example/a" in row
        answer = api(anna, "/api/v1/evidence/pictures", {"file": ("same.jpg", OLD)})
        assert answer["says"].startswith("Seen before: first on 2019-03-02, in the case drums")
        assert [(use["how"], use["case"], use["day"]) for use in answer["kept_uses"]] == [
            ("file", "drums", "2019-03-02")
        ]
        assert (answer["compared"], answer["not_compared"], answer["kept"]) == (1, 0, 0)


def test_who_may_not_read_a_case_is_not_told_that_a_picture_is_in_it(house: House) -> None:
    house.add("low", Role.ANALYST, Mark.UNCLASSIFIED)
    with house.signed_in("anna") as anna, house.signed_in("low") as low, house.signed_in("adam") as adam:
        received(anna, OLD, "seen.jpg", mark="protected")
        before = len(list_records(house.book, AUDITOR, kind="access"))
        for client in (low, adam):
            answer = api(client, "/api/v1/evidence/pictures", {"file": ("same.jpg", OLD)})
            assert (answer["kept_uses"], answer["compared"]) == ([], 0)
        assert len(list_records(house.book, AUDITOR, kind="access")) == before
        assert api(anna, "/api/v1/evidence/pictures", {"file": ("same.jpg", OLD)})["kept_uses"]
        assert len(list_records(house.book, AUDITOR, kind="access")) == before + 1


def test_a_picture_is_compared_with_another_and_the_places_are_framed(house: House) -> None:
    with house.signed_in("anna") as anna:
        found = sent(anna, "/evidence/picture", {"file": ("new.jpg", NEW), "against": ("old.jpg", OLD)})
        assert found.one("img").attributes["src"].startswith("data:image/png;base64,")
        assert "differs from old.jpg in" in found.text


def test_a_picture_is_kept_where_a_case_is_named_and_only_by_who_may(house: House) -> None:
    with house.signed_in("anna") as anna, house.signed_in("audra") as audra:
        files = {"file": ("a.jpg", OLD)}
        found = sent(anna, "/evidence/picture", files, case="river", url="https://a.example/")
        assert "Saved as evidence" in found.text
        steps = anna.get("/api/v1/cases/river/custody").json()["steps"]
        assert [(step["step"], step["source_id"]) for step in steps] == [("received", sha256(OLD).hexdigest())]
        assert audra.post("/evidence/picture", files=files, data={"case": "river"}, headers=PART).status_code == 403


def test_what_is_no_picture_or_makes_no_sense_is_a_clear_error(house: House) -> None:
    with house.signed_in("anna") as anna:
        found = sent(anna, "/evidence/picture", {"file": ("a.jpg", b"<svg onload=x></svg>")})
        assert found.one("h1").text == "Not examined" and "vector drawing" in found.text
        for files, texts in (
            ({}, {}),
            ({"file": ("a.jpg", OLD)}, {"claimed_date": "yesterday"}),
            ({"file": ("a.jpg", OLD), "trust": ("a.pem", b"nonsense")}, {}),
            ({"file": ("a.jpg", OLD)}, {"colour": "red"}),
            ({"file": ("a.jpg", OLD)}, {"case": "No Such Name!"}),
        ):
            answer = anna.post("/api/v1/evidence/pictures", files=files or {"x": ("", b"")}, data=texts)
            assert answer.status_code == 422, answer.text
            assert answer.json()["remedy"]


# ---------------------------------------------------------------------------------------------- pages and archives


def test_two_captures_stand_side_by_side_whichever_comes_first(house: House) -> None:
    with house.signed_in("anna") as anna:
        files = {"file": ("september.wacz", SEPTEMBER), "other": ("march.wacz", MARCH)}
        found = sent(anna, "/evidence/archive", files)
        assert found.one("h1").text == "The page changed between 4 March 2026 and 7 September 2026"
        assert [one.text for one in found.all("mark", class_="earlier")] == [
            "earlier capture: Two",
            "earlier capture: " + ABSENT,
        ]
        assert "Present in the earlier capture, absent in this one." in found.text
        assert "deleted" not in found.text.lower()


ABSENT = "The resident Ana Roy, 34, says that nobody warned her street."


def test_a_signed_archive_says_who_signed_and_a_changed_one_what_does_not_fit(house: House) -> None:
    with house.signed_in("anna") as anna:
        archive = anna.post(
            "/api/v1/evidence/archives",
            files={"file": ("page.html", PAGE_FILE)},
            data={"url": "https://news.example/a", "taken": "2026-03-04T10:00:00Z", "title": "Leak"},
        )
        assert archive.status_code == 200
        key = verify_wacz(io.BytesIO(archive.content), "a.wacz").key
        files = {"file": ("a.wacz", archive.content)}
        answer = api(anna, "/api/v1/evidence/captures", files, key=key.upper())
        assert answer["says"] == "Verified: signed with the key you named."
        assert [(one["verified"], one["vouched"]) for one in answer["files"]] == [(True, True)]
        assert [one["taken"] for one in answer["files"][0]["captures"]] == ["2026-03-04T10:00:00+00:00"]
        forged = changed(archive.content, lambda parts: parts.update({"pages/pages.jsonl": b"{}"}))
        found = sent(anna, "/evidence/archive", {"file": ("a.wacz", forged)})
        assert "errors in hashes or signature" in found.one("h1").text
        assert api(anna, "/api/v1/evidence/captures", files, key="0" * 64)["files"][0]["verified"] is False


def test_an_archive_that_is_none_or_bursts_is_a_clear_error(house: House) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("datapackage.json", b" " * 100_000_000)
    with house.signed_in("anna") as anna:
        for name, content in (("a.wacz", b"PK\x03\x04nonsense"), ("a.html", b""), ("a.warc", b"WARC/1.0\r\nx")):
            answer = anna.post("/api/v1/evidence/captures", files={"file": (name, content)})
            assert answer.status_code == 422, (name, answer.text)
        answer = anna.post("/api/v1/evidence/captures", files={"file": ("bomb.wacz", bomb.getvalue())})
        assert answer.status_code in (200, 422) and "custody_file_unreadable" not in answer.text
        assert answer.status_code == 422 or answer.json()["files"][0]["verified"] is False


# ------------------------------------------------------------------------------------------------------- the custody


def test_a_case_shows_its_originals_apart_from_copies_and_every_step(house: House) -> None:
    with house.signed_in("anna") as anna:
        answer = anna.post("/evidence/originals", files={"file": ("page.html", PAGE_FILE)}, data={"case": "drums"},
                           headers=PART)  # fmt: skip
        assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/evidence/cases/drums")
        original = sha256(PAGE_FILE).hexdigest()
        copy = anna.post(f"/evidence/cases/drums/originals/{original}/working-copy", headers=PART)
        assert (copy.status_code, copy.content) == (200, PAGE_FILE)
        assert copy.headers["content-disposition"] == f'attachment; filename="working-copy-{original[:8]}.html"'
        made = {"file": ("translation.txt", b"Ana Roy a vu les barils.")}
        more = anna.post("/evidence/cases/drums/copies", files=made, data={"original": original, "note": "by hand"},
                         headers=PART)  # fmt: skip
        assert more.status_code == 204
        page = page_of(anna, "/evidence/cases/drums")
        assert page.one("h1").text == "Evidence of drums: 1 original"
        assert "3 of 3 still lack proof of their time" in page.one("main").text
        assert "opencwc case anchor" in page.text
        assert f"/evidence/cases/drums/originals/{original}/mask" in {
            one.attributes.get("href") for one in page.all("a")
        }
        shown = page.one("main").one("form", role="search").one("span", role="status").text
        assert shown == "Originals: 1 of 1 · Copies and masked texts: 1 of 1 · Custody steps: 3 of 3"
        assert [table.one("caption").text for table in page.all("table")] == [
            "Originals", "Copies and masked texts", "Custody steps",
        ]  # fmt: skip
        steps = page.one(id="steps").rows()
        (found,) = page_of(anna, "/evidence/cases/drums?find=translaton").one(id="steps").rows()  # a slip
        assert found in steps and "translation.txt" in found[1]
        oldest = page_of(anna, "/evidence/cases/drums?order=record").one(id="steps").rows()
        assert oldest == steps[::-1] and len(steps) == 3
        lines = anna.get("/evidence/cases/drums/steps.csv?find=translaton&hide=who").text.splitlines()
        assert lines[0] == "step,file,at,proof,record" and len(lines) == 2
        assert anna.get("/evidence/cases/drums/steps.xlsx").content.startswith(b"PK")
        assert page_of(anna, "/evidence").one("tbody").one("tr").one("th").text.strip() == "drums"
        stix = anna.get("/evidence/cases/drums/stix.json", headers=PAGE)
        assert any(one["type"] == "observed-data" for one in stix.json()["objects"])
    assert verify_casebook(house.book, AUDITOR).fits


def test_reading_a_protected_original_leaves_a_trace(house: House) -> None:
    with house.signed_in("anna") as anna, house.signed_in("audra") as audra:
        original = received(anna, mark="protected")
        before = len(list_records(house.book, AUDITOR, kind="access"))
        page_of(audra, "/evidence/cases/drums")
        assert audra.get(API).status_code == 200
        assert anna.post(f"{API}/originals/{original}/working-copy").content == PAGE_FILE
        assert len(list_records(house.book, AUDITOR, kind="access")) >= before + 3


def test_names_are_hidden_and_each_part_can_be_shown_later_to_belong(house: House) -> None:
    with house.signed_in("anna") as anna:
        original = received(anna)
        base = f"/evidence/cases/drums/originals/{original}/mask"
        assert page_of(anna, base).one("h1").text == "Hide names in page.html"
        preview = sent(anna, f"{base}/preview", {"names": (None, b"drums")})
        assert "⟦1⟧ , 34, saw the ⟦2⟧" in preview.text
        salts = anna.post(base, files=[("names", (None, "drums"))], headers=PART)
        assert salts.status_code == 200 and salts.headers["content-disposition"].endswith('.salts.json"')
        assert json.loads(salts.content)["parts"][0]["text"] == "Ana Roy"
        file = {"salts": ("a.salts.json", salts.content)}
        part = anna.post(f"{API}/parts", files=file, data={"number": "1", "to": "the court"})
        assert part.status_code == 200 and "drums" not in part.text
        steps = anna.get(API).json()["steps"]
        assert [step["step"] for step in steps] == ["received", "masked", "masked", "revealed"]
        assert steps[-1]["note"] == "⟦1⟧: the court"
        masks = anna.post(f"{API}/originals/{steps[2]['source_id']}/working-copy").content
        text = anna.post(f"{API}/originals/{steps[1]['source_id']}/working-copy").content
        files = {"masks": ("m.json", masks), "part": ("p.json", part.content), "text": ("t.txt", text)}
        assert sent(anna, "/evidence/part", files).one("h1").text == "Verified: part 1 belongs there"
        forged = {**files, "part": ("p.json", part.content.replace(b"Ana Roy", b"Ana Rey"))}
        assert (
            sent(anna, "/evidence/part", forged).one("h1").text == "Verification failed: part 1 does not belong there"
        )
        assert api(anna, f"{API}/revealed", file)["text"].endswith("Ana Roy, 34, saw the drums. They leaked.")
        whole = {"text": ("t.txt", text), "masks": ("m.json", masks), **file}
        assert "Ana Roy" in api(anna, "/api/v1/evidence/masks/revealed", whole)["text"]
        assert anna.post(f"{API}/parts", files=file, data={"number": "9"}).status_code == 422
    assert verify_casebook(house.book, AUDITOR).fits


def test_salts_of_a_text_that_the_case_does_not_hold_show_nothing(house: House) -> None:
    with house.signed_in("anna") as anna:
        received(anna)
        made = api(anna, "/api/v1/evidence/masks", {"file": ("page.html", PAGE_FILE)})
        salts = {"salts": ("s.json", json.dumps(made["salts"]).encode())}
        assert "Ana Roy" not in made["text"]
        assert anna.post(f"{API}/parts", files=salts, data={"number": "1"}).status_code == 404
        assert api(anna, "/api/v1/evidence/masks/part", salts, number="1")["text"] == "Ana Roy"
        assert len(anna.get(API).json()["steps"]) == 1


def test_an_archive_leaves_by_approval_signed_and_says_so_on_record(house: House) -> None:
    with house.signed_in("anna") as anna, house.signed_in("rita") as rita, house.signed_in("rene") as rene:
        original = received(anna)
        asked = rita.post("/api/v1/requests", json={"kind": "export", "case": "drums", "reason": "OPCW"}).json()
        body = {"request": asked["seq"], "to": "the court"}
        assert rita.post(f"{API}/archive", json=body).status_code == 409
        rene.post(f"/api/v1/requests/{asked['seq']}/answer", json={"approve": True})
        assert anna.post(f"{API}/archive", json=body).status_code == 403
        assert rita.post(f"{API}/archive", json={**body, "masked": True}).status_code == 422
        assert "Approved request" in page_of(rita, "/evidence/cases/drums").text
        given = rita.post("/evidence/cases/drums/archive", data={**body, "masked": "false"}, headers=PART)
        assert given.status_code == 200, given.text
        checked = verify_wacz(io.BytesIO(given.content), "a.wacz")
        assert checked.fits and checked.key
        last = anna.get(API).json()["steps"][-1]
        assert (last["step"], last["source_id"], last["note"]) == ("given_out", original, "the court")
        assert last["file"] == sha256(given.content).hexdigest()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_is_sound_in_every_language(house: House, lang: str) -> None:
    with house.signed_in("rita") as rita:
        assert page_of(rita, "/evidence", lang).all("div", class_="empty")
        received(rita, OLD, "seen.jpg", taken="2019-03-02T08:00:00Z")
        original = received(rita)
        rita.post(f"/evidence/cases/drums/originals/{original}/mask", files=[("rule", (None, "yes"))], headers=PART)
        pages = [page_of(rita, address, lang) for address in (
            "/evidence", "/evidence/cases/drums", f"/evidence/cases/drums/originals/{original}/mask",
        )]  # fmt: skip
        pages += [
            sent(rita, "/evidence/picture", {"file": ("n.jpg", NEW), "against": ("o.jpg", OLD)}, lang=lang),
            sent(rita, "/evidence/archive", {"file": ("m.wacz", MARCH), "other": ("s.wacz", SEPTEMBER)}, lang=lang),
        ]
        for page in pages:
            assert not [word for word in ("page_", "custody_", "picture_") if f"{word}evid" in page.text]
            assert "page_evidence" not in page.text and "custody_step" not in page.text


def test_the_examples_are_those_of_the_repository_and_can_be_had(house: House) -> None:
    folder = Path(__file__).parents[2] / "examples" / "pictures"
    assert ((folder / "drawn-2026.jpg").read_bytes(), (folder / "seen" / "drawn.jpg").read_bytes()) == (NEW, OLD)
    with house.signed_in("anna") as anna:
        for name in (*PICTURE_EXAMPLES, *PAGE_EXAMPLES):
            assert anna.get(f"/evidence/examples/{name}", headers=PAGE).status_code == 200
        assert anna.get("/evidence/examples/passwd", headers=PAGE).status_code == 404


def test_a_case_that_is_not_there_or_above_the_clearance_is_not_found(house: House) -> None:
    house.add("low", Role.ANALYST, Mark.UNCLASSIFIED)
    with house.signed_in("anna") as anna, house.signed_in("low") as low:
        received(anna, mark="protected")
        for client, name in ((anna, "none"), (low, "drums")):
            assert client.get(f"/evidence/cases/{name}", headers=PAGE).status_code == 404
        assert "drums" not in page_of(low, "/evidence").text


def test_a_page_is_captured_by_its_address_where_the_network_is_switched_on(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(self: Fetcher, url: str, known: Known | None = None) -> Fetched:
        return Fetched("new", url, datetime(2026, 3, 4, 10, tzinfo=UTC), PAGE_FILE, "text/html")

    monkeypatch.setattr(Fetcher, "fetch", fetch)
    url = "https://news.example/leak"
    with house.signed_in("rita") as client:
        refused = client.post(f"{API}/captures", files={"url": (None, url)})
        assert refused.status_code == 422, refused.text[:300]
        monkeypatch.setenv("OPENCWC_WATCH_NETWORK", "on")
        step = client.post(f"{API}/captures", files={"url": (None, url)}).json()
        assert (step["step"], step["url"], step["name"]) == ("captured", url, "leak.html")
        page = page_of(client, "/evidence/cases/drums")
        assert page.one("form", hx_post="/evidence/cases/drums/captures").one("input", name="url")
