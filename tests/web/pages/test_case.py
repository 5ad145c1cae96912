"""The page of a case: how it stands, who said what, and two people for what leaves the house."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from opencwc.casebook.bundle_verifier import verify_bundle
from opencwc.casebook.model import Mark, Role
from opencwc.web.demonstration import Demonstration
from web.signing_in import House

from .border import border_house, keep_goods
from .housing import LANGUAGES_READ, PAGE, PART, page_of, post
from .parsed import Element, parsed

CASE = "/cases/border"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with border_house(tmp_path, monkeypatch) as house:
        yield house


@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_the_page_is_whole_in_each_language(house: House, lang: str) -> None:
    with house.signed_in("rita") as client:
        main = page_of(client, CASE, lang).one("main")
        assert "border" in main.one("h1").text and "opencwc case verify" in main.text


def test_a_case_says_what_was_checked_and_what_was_not(house: House) -> None:
    with house.signed_in("audra") as client:
        main = page_of(client, CASE).one("main")
        runs = main.one("section", id="runs")
        assert (
            "not checked: 1" in runs.text
            and "Chemical Weapons Convention" in runs.text
            and "24 November 2026" in runs.text
        )
        assert not [form for form in main.all("form") if "hx-post" in form.attributes]


def test_a_unit_stands_once_where_its_file_was_checked_again_and_again_where_another_file_has_it(house: House) -> None:
    for file in ("goods.csv", "goods.csv", "stock.csv"):
        keep_goods(house, file=file)

    with house.signed_in("audra") as client:
        links = page_of(client, CASE).all("a")

    names = [link.text for link in links if link.attributes["href"].startswith("/findings/")]
    assert names.count(names[0]) == 3, "of no file, of goods.csv and of stock.csv"


def test_what_was_found_is_sorted_by_any_of_its_columns(house: House) -> None:
    keep_goods(house, file="stock.csv")
    with house.signed_in("audra") as client:
        usual = page_of(client, CASE).one("main")
        up, down = (page_of(client, f"{CASE}?order={order}").one(id="found") for order in ("mentions", "-mentions"))
        assert up.one("th", aria_sort="ascending").text.startswith("mentions")
        mentions = [int(row[2]) for row in down.rows()]
        assert mentions == sorted(mentions, reverse=True) == [int(row[2]) for row in up.rows()][::-1]
        assert page_of(client, f"{CASE}?order=nothing").one(id="found").rows() == usual.one(id="found").rows()


def test_what_was_found_is_searched_in_its_case_and_given_as_it_is_shown(house: House) -> None:
    with house.signed_in("audra") as client:
        page = page_of(client, f"{CASE}?find=hn2&hide=mentions")
        found = page.one(id="found")
        assert found.rows() and found.one("thead").attributes["data-hides"]
        assert page.one("form", action=CASE).one("input", name="find").attributes["value"] == "hn2"
        links = [one.attributes["href"] for one in page.all("a") if "/casebook/file" in one.attributes["href"]]
        csv = client.get(next(link for link in links if "format=csv" in link)).text.splitlines()
        assert "mentions" not in csv[0] and len(csv) == 1 + len(found.rows())
        assert client.get(next(link for link in links if "format=xlsx" in link)).content.startswith(b"PK")
        nothing = page_of(client, f"{CASE}?find=thiodiglicol")
        assert not nothing.all(id="found")
        whole = page_of(client, f"{CASE}?all=yes")
        assert len(whole.one(id="found").rows()) >= len(page_of(client, CASE).one(id="found").rows())


def changed(client: TestClient, **form: str) -> Element:
    answer = client.post(CASE, data={"status": "open", "mark": "unclassified", **form}, headers=PART)
    assert answer.status_code == 200, answer.text
    return parsed(answer.text)


def test_a_reviewer_changes_a_case_and_an_empty_field_takes_away(house: House) -> None:
    form = {"title": "Goods", "status": "in_review", "mark": "restricted"}
    with house.signed_in("rita") as client:
        part = changed(client, **form, due="2026-12-01")
        assert "OPCW Restricted" in part.text and "1 December 2026" in part.text and "in review" in part.text
        owner = next(
            account.person.id for account in house.entrance.people.everyone() if account.person.login == "rene"
        )
        assert "Name of rene" in changed(client, **form, owner=owner).text
        assert client.get("/api/v1/cases/border").json()["case"]["due"] == ""


def test_nothing_changed_leaves_no_record(house: House) -> None:
    with house.signed_in("rita") as client, house.signed_in("audra") as audra:
        before = len(audra.get("/api/v1/records").json()["records"])
        changed(client)
        assert len(audra.get("/api/v1/records").json()["records"]) == before


def test_a_case_in_which_something_waits_is_not_closed(house: House) -> None:
    with house.signed_in("rita") as client:
        answer = client.post(CASE, data={"status": "closed", "mark": "unclassified"}, headers=PART)
        assert answer.status_code == 409 and parsed(answer.text).one(data_kind="conflict")


def test_comments_bear_the_names_of_people_and_only_the_comments_come_back(house: House) -> None:
    with house.signed_in("anna") as client:
        part, trigger = post(client, f"{CASE}/comments", text="see <box> 4")
        assert trigger["told"] and part.one("section", id="comments") and not part.all("h1")
        assert "see <box> 4" in part.text and "Name of anna" in part.text
    with house.signed_in("audra") as client:
        assert "see <box> 4" in page_of(client, CASE).text
        post(client, f"{CASE}/comments", 403, text="no")


def test_an_export_takes_two_people_and_verifies(house: House, tmp_path: Path) -> None:
    with house.signed_in("rita") as rita, house.signed_in("rene") as rene:
        part, _ = post(rita, f"{CASE}/requests", kind="export", reason="for the court", sources="true")
        seq = part.one("ol", class_="requests").one("form").attributes["hx-post"].split("/")[2]
        assert not part.all("button", value="true"), "who asked does not approve"
        post(rita, f"/requests/{seq}/answer", 409, approve="true")
        assert rita.post(f"/requests/{seq}/bundle").status_code == 409
        part, trigger = post(rene, f"/requests/{seq}/answer", approve="true")
        assert "Name of rita" in part.text and "Name of rene" in part.text
        assert part.all("button", data_download=f"/requests/{seq}/bundle") and trigger["told"]
        answer = rita.post(f"/requests/{seq}/bundle")
        assert answer.headers["content-disposition"].startswith("attachment")
        (tmp_path / "bundle.zip").write_bytes(answer.content)
        assert verify_bundle(tmp_path / "bundle.zip").fits
        assert "done" in page_of(rene, CASE).one("ol", class_="requests").text
        assert rita.post(f"/requests/{seq}/bundle").status_code == 409


def test_the_page_leads_to_where_a_bundle_is_checked(house: House) -> None:
    with house.signed_in("rita") as rita, house.signed_in("rene") as rene:
        assert page_of(rita, CASE).one("details", class_="verify").all("a", href="/audit/bundle")
        part, _ = post(rita, f"{CASE}/requests", kind="export", reason="why")
        seq = part.one("ol", class_="requests").one("form").attributes["hx-post"].split("/")[2]
        part, _ = post(rene, f"/requests/{seq}/answer", approve="true")
        assert part.one("ol", class_="requests").all("a", href="/audit/bundle"), "beside the button that takes it"
        assert rita.post(f"/requests/{seq}/bundle").status_code == 200
        assert page_of(rita, CASE).one("ol", class_="requests").all("a", href="/audit/bundle"), "and after it"


@pytest.mark.parametrize(("login", "is_told"), [("anna", True), ("audra", True), ("rita", False)])
def test_who_may_not_ask_reads_who_may(house: House, login: str, is_told: bool) -> None:
    with house.signed_in(login) as client:
        section = page_of(client, CASE).one("section", id="requests")
        assert ("A reviewer requests an export" in section.text) is is_told


def test_the_demonstration_says_how_to_become_the_second_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with border_house(tmp_path, monkeypatch) as house, house.signed_in("rita") as client:
        second = "Now change person"
        post(client, f"{CASE}/requests", kind="export", reason="why")
        client.post("/findings/3/decision", data={"outcome": "accept", "reason": "seen"}, headers=PART)
        assert second not in page_of(client, CASE).text and second not in page_of(client, "/findings/3").text
        people = [account.person for account in house.entrance.people.everyone()]
        client.app.state.demonstration = Demonstration.of("secret", people)  # type: ignore[attr-defined]
        assert second in page_of(client, CASE).one("section", id="requests").text
        assert second in page_of(client, "/findings/3").one(id="standing").text


def test_the_title_of_a_case_keeps_its_own_direction_inside_the_line(house: House) -> None:
    with house.signed_in("rita") as client:
        changed(client, title="Goods of May")
        lead = page_of(client, CASE, "ar").one("p", class_="lead")
        assert lead.one("bdi").text == "Goods of May" and "dir" not in lead.attributes


def test_what_is_marked_leaves_only_for_named_recipients(house: House) -> None:
    keep_goods(house, "secret", Mark.PROTECTED)
    with house.signed_in("rita") as client:
        assert "required" in page_of(client, "/cases/secret").one("textarea", name="recipients").attributes
        post(client, "/cases/secret/requests", 422, kind="export", reason="why")
        part, _ = post(client, "/cases/secret/requests", 422, kind="export", reason="why", recipients="nobody")
        assert part.all(class_="problem")


def test_an_erasure_takes_two_people_and_leaves_the_record(house: House) -> None:
    with house.signed_in("rita") as rita, house.signed_in("rene") as rene:
        part, _ = post(rita, f"{CASE}/requests", kind="erase", reason="end of retention", ground="law 4")
        seq = part.one("ol", class_="requests").one("form").attributes["hx-post"].split("/")[2]
        post(rita, f"/requests/{seq}/erasure", 409)
        post(rene, f"/requests/{seq}/answer", approve="true")
        answer = rita.post(f"/requests/{seq}/erasure", headers=PART)
        assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/cases/erased-2")
        left = page_of(rene, "/cases/erased-2").one("main")
        assert "erased" in left.text and "border" not in left.text
        assert "erased as required by law" in page_of(rene, "/findings/3").text


def test_a_request_is_declined(house: House) -> None:
    with house.signed_in("rita") as rita, house.signed_in("rene") as rene:
        part, _ = post(rita, f"{CASE}/requests", kind="export", reason="why")
        seq = part.one("ol", class_="requests").one("form").attributes["hx-post"].split("/")[2]
        part, _ = post(rene, f"/requests/{seq}/answer", approve="false", reason="no ground")
        assert "declined" in part.text and not part.all("button", data_download=f"/requests/{seq}/bundle")


def test_what_one_may_not_know_of_is_not_there(house: House) -> None:
    keep_goods(house, "secret", Mark.HIGHLY_PROTECTED)
    house.add("leo", Role.REVIEWER, Mark.RESTRICTED)
    with house.signed_in("leo") as client:
        gone = client.get("/cases/secret", headers=PAGE)
        never = client.get("/cases/never", headers=PAGE)
        assert (gone.status_code, never.status_code) == (404, 404)
    with house.signed_in("adam") as client:
        assert client.get(CASE, headers=PAGE).status_code == 403
