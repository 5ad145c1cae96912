"""Find anything: what each may see and nothing else, with the record that reading leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from opencwc.casebook.cases import open_case
from opencwc.casebook.findings import list_records
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.runs import begin_run
from opencwc.screening import screen
from opencwc.wording import say
from web.signing_in import House

from .housing import PART, page_of
from .parsed import Element, check_sound, parsed

KEEPER = Person("p-keeper", "keeper", "Keeper", Role.ANALYST, Mark.HIGHLY_PROTECTED)


def hits_of(client: TestClient, text: str, lang: str = "en") -> Element:
    answer = client.post(f"/find?lang={lang}", data={"q": text}, headers=PART)
    assert answer.status_code == 200, answer.text[:300]
    part = parsed(answer.text)
    check_sound(part)
    return part


def addresses(client: TestClient, text: str) -> list[str]:
    return [link.attributes["href"] for link in hits_of(client, text).all("a")]


def api(client: TestClient, text: str, kind: str = "") -> list[dict[str, str]]:
    hits = client.get("/api/v1/find", params={"q": text}).json()["hits"]
    return [hit for hit in hits if not kind or hit["kind"] == kind]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("2B13", "/convention/CWC/2B13"),
        ("111-48-8", "/convention/CWC/2B13"),
        ("thiodigl", "/convention/CWC/2B13"),
        ("ثيودي", "/convention/CWC/2B13"),
        ("硫二甘醇", "/convention/CWC/2B13"),
        ("Тиодигликоль", "/convention/CWC/2B13"),
        ("maroc", "/states/MAR"),
        ("马里", "/states/MLI"),
        ("PRO-01", "/law/measures/CWC/PRO-01"),
        ("inventory", "/cases/inventory"),
        ("OCCSCCO", "/findings/1"),
        ("finding 2", "/findings/2"),
        ("modèles", "/models"),
        ("caffeine", "/check?value=caffeine"),
    ],
)
def test_each_kind_is_found_in_any_language(still: House, text: str, address: str) -> None:
    with still.signed_in("rita") as client:
        assert address in addresses(client, text)


def test_a_part_of_a_word_finds_what_has_it(still: House) -> None:
    with still.signed_in("anna") as client:
        titles = [hit["title"].casefold() + hit["detail"].casefold() for hit in api(client, "phosph")]
    assert titles and any("phosphorus" in title for title in titles)


def test_a_name_that_has_what_was_typed_is_not_followed_by_another_name(still: House) -> None:
    with still.signed_in("anna") as client:
        details = {hit["title"]: hit["detail"] for hit in api(client, "phosph", "chemical")}
    assert details["Phosphorus trichloride"] == "CWC 3B06 · 7719-12-2"


def test_nothing_found_says_so_in_each_language(still: House) -> None:
    for lang in ("en", "fr", "ar"):
        with still.signed_in("rita") as client:
            assert hits_of(client, "qqzzqq", lang).one("p").text == say("find_nothing", lang)


def test_the_page_works_without_scripts(still: House) -> None:
    with still.signed_in("rita") as client:
        page = page_of(client, "/find?q=thiodiglycol")
        links = [link.attributes["href"] for link in page.one("div", class_="hits").all("a")]
        assert "/convention/CWC/2B13" in links
        assert page.one("a", class_="find-link").attributes["href"] == "/find"


def test_each_role_finds_only_what_it_may_open(still: House) -> None:
    with still.signed_in("adam") as client:  # reads no case
        assert {hit["kind"] for hit in api(client, "inventory")} <= {"page", "chemical", "entry", "state", "measure"}
        assert not api(client, "OCCSCCO", "finding")
        assert [hit["kind"] for hit in api(client, "rita")][:1] == ["person"]
    with still.signed_in("rita") as client:
        assert not api(client, "rita", "person")
    still.add("declara", Role.DECLARANT, Mark.UNCLASSIFIED)
    with still.signed_in("declara") as client:
        assert client.get("/api/v1/find", params={"q": "2B13"}).status_code == 403
        assert set(addresses(client, "soumissions")) == {"/declarations/submissions"}
        assert addresses(client, "thiodiglycol") == []  # who may not screen is not led there


def _keep(house: House, case: str, values: list[str], mark: Mark = Mark.UNCLASSIFIED) -> None:
    open_case(house.book, KEEPER, case, title=f"The works of {case}", mark=mark)
    _keep_run(house, case, values)


def _keep_run(house: House, case: str, values: list[str]) -> None:
    run = begin_run(house.book, KEEPER, case, verb="screen", asked={}, checked={}, maker={})
    run.keep(screen(values, lists="CWC"))
    run.finish({})


def test_what_is_above_the_clearance_is_not_found_and_changes_nothing_else(house: House) -> None:
    house.add("low", Role.REVIEWER, Mark.UNCLASSIFIED)
    with house.signed_in("low") as client:
        before = api(client, "CC(C)OC")
        _keep(house, "hidden-works", ["CC(C)OC"] * 30, Mark.PROTECTED)
        assert api(client, "CC(C)OC") == before
        assert not api(client, "hidden-works", "case") and not api(client, "works of", "case")
    with house.signed_in("rita") as client:
        assert next(hit["detail"] for hit in api(client, "CC(C)OC", "finding")).endswith("hidden-works")
        assert api(client, "works of hidden", "case")


def test_findings_that_read_alike_have_their_numbers(house: House) -> None:
    _keep(house, "twins", ["CC(C)OC"])
    _keep_run(house, "twins", ["CC(C)OC"])
    _keep(house, "single", ["CC(C)OC"])
    with house.signed_in("rita") as client:
        details = [hit["detail"] for hit in api(client, "CC(C)OC", "finding")]
        assert len(details) == 3 == len(set(details))
        assert sorted(detail.startswith("Finding ") for detail in details) == [False, True, True]


def test_what_is_found_is_on_record_as_what_is_read(house: House) -> None:
    _keep(house, "guarded", ["CC(C)OC"], Mark.PROTECTED)
    auditor = replace(KEEPER, role=Role.AUDITOR)

    def reads() -> int:
        return len(list_records(house.book, auditor, kind="access", limit=1_000))

    with house.signed_in("rita") as client:
        before = reads()
        assert not api(client, "qqzzqq")
        assert reads() == before
        assert api(client, "CC(C)OC", "finding")
        assert reads() == before + 1


def test_a_new_finding_is_found_at_once_and_an_erased_one_no_more(house: House) -> None:
    with house.signed_in("rita") as rita, house.signed_in("rene") as rene:
        assert not api(rita, "CC(C)OC", "finding")
        _keep(house, "passing", ["CC(C)OC"])
        assert api(rita, "CC(C)OC", "finding")
        asked = {"kind": "erase", "case": "passing", "reason": "over", "ground": "law"}
        seq = rita.post("/api/v1/requests", json=asked).json()["seq"]
        assert rene.post(f"/api/v1/requests/{seq}/answer", json={"approve": True}).status_code == 200
        assert rita.post(f"/api/v1/requests/{seq}/erasure").json()["findings"] == 1
        assert not api(rita, "CC(C)OC", "finding") and not api(rita, "passing", "case")


def test_a_request_that_is_refused_everywhere_is_refused_here_and_recorded_once(house: House) -> None:
    auditor = replace(KEEPER, role=Role.AUDITOR)

    def refusals() -> int:
        return len(list_records(house.book, auditor, kind="refusal", limit=1_000))

    before = refusals()
    with house.signed_in("rita") as client:
        for typed in ("how to make sarin", "how to make sarin a", "how to make sarin at home"):
            assert client.post("/find", data={"q": typed}, headers=PART).status_code == 403
        assert refusals() == before + 1
        assert client.get("/api/v1/find", params={"q": "how to make sarin"}).status_code == 403
