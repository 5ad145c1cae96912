"""The pages of submissions: a declarant sends, officers release, and nobody sees another operator's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from opencwc.casebook import tables
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import open_case
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.people import CONSOLE
from opencwc.declarations.confined_judgement import judge_version
from opencwc.declarations.kept import KeptDeclarations
from opencwc.errors import InputError
from opencwc.web.declarations import judged_versions
from opencwc.wording import LANGUAGES, say
from web.pages.housing import PAGE, PART, opened_house, page_of
from web.pages.parsed import Element
from web.signing_in import House, kind

HEAD = "site,plant,chemical,cas,activity,year,quantity,unit\n"
FIRST = HEAD + "NORD,A1,thiodiglycol,111-48-8,process,2025,1.5,t\n"
SECOND = HEAD + "NORD,A1,thiodiglycol,111-48-8,process,2025,1.5000000001,t\nNORD,A1,acetone,67-64-1,produce,2025,7,kg\n"
EVERY = HEAD + "".join(
    f"NORD,A1,thiodiglycol,111-48-8,{did},2025,{number}.5,t\n"
    for number, did in enumerate(("produce", "process", "consume", "import", "export", "store", "acquire"), 1)
)
LIST = "/declarations/submissions"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with two operators, dana of NORD and sven of SUED."""
    with pytest.MonkeyPatch.context() as patch, opened_house(tmp_path_factory.mktemp("house"), patch) as house:
        for login, site in (("dana", "NORD"), ("sven", "SUED")):
            house.add(login, Role.DECLARANT, Mark.PROTECTED)
            house.entrance.people.set_sites(CONSOLE, login, [site])
        rita = house.entrance.people.account("rita").person
        open_case(house.book, rita, "declared", mark=Mark.RESTRICTED)
        open_case(house.book, rita, "guarded", mark=Mark.PROTECTED)
        yield house


def opened(house: House, sites: str = "NORD", case: str = "declared", profile: str = "treaty") -> str:
    """Open a submission as an analyst does; return its address."""
    form = {"case": case, "profile": profile, "year": "2026", "sites": sites}
    with house.signed_in("anna") as client:
        answer = client.post(LIST, data=form, headers=PART)
        assert answer.status_code == 204, answer.text
        return str(answer.headers["hx-redirect"])


def main_of(client: TestClient, address: str, lang: str = "en") -> Element:
    return page_of(client, address, lang).one("main")


def seen(client: TestClient, address: str) -> str:
    return main_of(client, address).all("input", name="seen")[0].attributes["value"]


def send(client: TestClient, address: str, text: str, status: int = 204, **form: str) -> str:
    form = {"seen": seen(client, address), **form}
    files = [("file", ("activities.csv", text))]
    answer = client.post(f"{address}/versions", data=form, files=files, headers=PART)
    assert answer.status_code == status, answer.text
    return answer.text or str(answer.headers["hx-trigger"])


def step(client: TestClient, address: str, name: str, reason: str = "checked", status: int = 204) -> str:
    form = {"step": name, "reason": reason, "seen": seen(client, address)}
    answer = client.post(f"{address}/steps", data=form, headers=PART)
    assert answer.status_code == status, answer.text
    return answer.text


def test_a_year_on_the_page(house: House) -> None:
    address = opened(house)
    with house.signed_in("dana") as dana:
        assert LIST in [link.attributes.get("href") for link in main_of(dana, "/").one("ul", class_="doors").all("a")]
        assert address in [link.attributes.get("href") for link in main_of(dana, LIST).all("a")]
        send(dana, address, FIRST)
        step(dana, address, "provisional", "December is estimated")
        step(dana, address, "complete")
        step(dana, address, "release")
        main = main_of(dana, address)
        assert main.one("h1").text == "Declarations of 2026: complete"
        assert "a second, different person" in main.text and "December is estimated" in main.text
        assert "Release" not in [option.text for option in main.all("option")]
    with house.signed_in("rita") as rita:
        step(rita, address, "release")
        step(rita, address, "submit", "sent to the OPCW")
        assert main_of(rita, address).one("h1").text == "Declarations of 2026: submitted"
        send(rita, address, SECOND, changes="row 1, row 2", why="the scale was wrong", of="data", day="2026-03-02")
        main = main_of(rita, address)
        assert main.one("h1").text == "Declarations of 2026: amended"
        versions = main.one(id="versions").rows()
        assert [row[1].split()[0] for row in versions] == ["Operator", "Authority"]
        assert "row 1, row 2" in versions[1][4] and "the scale was wrong" in versions[1][5]
    with house.signed_in("dana") as dana:
        main = main_of(dana, f"{address}?first=1&second=2")
        differences = main.one(id="differences").rows()
        assert [row[-1] for row in differences] == ["+0.1 mg", "+7 kg"]
        assert "Name of rita" not in main.text and "Name of dana" in main.text and "declared" not in main.text
        for number, text in ((1, FIRST), (2, SECOND)):
            answer = dana.get(f"{address}/versions/{number}")
            assert answer.text == text and "attachment" in answer.headers["content-disposition"]
    assert not verify_all(house.book).problems


def test_the_list_leads_with_site_and_year_and_the_form_offers_the_open_cases(house: House) -> None:
    at = opened(house)
    with house.signed_in("anna") as client:
        main = main_of(client, LIST)
    leading = next(link for link in main.one(id="submissions").all("a") if link.attributes.get("href") == at)
    assert leading.text.strip() == "NORD, 2026"
    offered = {option.attributes["value"] for option in main.one(id="open-cases").all("option")}
    assert {"declared", "guarded"} <= offered


@pytest.mark.parametrize(
    ("lang", "first", "second", "more"),
    [("en", "1,234.5 t", "500 g", "−1,234.4995 t"), ("fr", "1 234,5 t", "500 g", "−1 234,4995 t")],
)
def test_versions_side_by_side_name_the_chemical_and_group_the_digits(
    house: House, lang: str, first: str, second: str, more: str
) -> None:
    address = opened(house)
    row = "NORD,A1,,111-48-8,process,2025,{},kg\nNORD,A1,Our resin,,produce,2025,{},t\n"
    with house.signed_in("dana") as dana:
        send(dana, address, HEAD + row.format("1234500", 2))
        send(dana, address, HEAD + row.format("0.5", 2000), changes="the scale was wrong")
        named, own = page_of(dana, address, lang).one(id="differences").rows()
    assert named[2].casefold() == "thiodiglycol 111-48-8" and own[2] == "Our resin"
    shown = [" ".join(cell.split()) for cell in named[5:]]
    assert shown == [first, second, more]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_is_sound_for_officers_and_declarants(house: House, lang: str) -> None:
    address = opened(house, profile="treaty")
    with house.signed_in("dana") as dana:
        assert page_of(dana, address, lang).one("h1").text
        send(dana, address, FIRST)
        send(dana, address, SECOND, changes="a row more")
        for at in (LIST, address):
            page = page_of(dana, at, lang)
            shown = [link.attributes["href"] for link in page.one("nav").all("a")]
            assert shown == [LIST, "/settings"]
            assert not page.all("form", hx_post=LIST)
        assert say("submission_side_operator", lang) in page_of(dana, address, lang).text
        assert page_of(dana, "/settings/roles", lang).one("h1").text
    with house.signed_in("audra") as audra:
        for at in (LIST, address):
            assert not page_of(audra, at, lang).one("main").all("form", hx_post=f"{address}/steps")
    with house.signed_in("anna") as anna:
        assert page_of(anna, LIST, lang).all("form", hx_post=LIST)
        assert LIST in [link.attributes.get("href") for link in page_of(anna, "/declarations", lang).all("a")]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_activity_has_its_word(house: House, lang: str) -> None:
    address = opened(house)
    with house.signed_in("dana") as dana:
        send(dana, address, FIRST)
        send(dana, address, EVERY, changes="all that is done")
        rows = page_of(dana, address, lang).one(id="differences").rows()
    assert len({row[3] for row in rows}) == len(rows) == 7
    assert not [row for row in rows if "declare_" in row[3]]


@pytest.mark.usefixtures("true_processes")  # no fork hides what it has not loaded before its rights go
def test_what_is_due_of_a_version_and_what_is_wrong_stand_on_a_page(house: House) -> None:
    address = opened(house)
    unread = (
        FIRST
        + "NORD,A1,acetone,67-64-1,produce,2025,12x,kg\n"
        + "NORD,A1,methanol,67-56-1,produce,2025,1,t\nNORD,A1,methanol,67-56-1,consume,2025,9,t\n"
    )
    with house.signed_in("dana") as dana:
        send(dana, address, unread)
        shown = f"{address}/versions/1/due"
        assert shown in [link.attributes.get("href") for link in main_of(dana, address).all("a")]
        assert not main_of(dana, address).all("button", hx_post=f"{address}/versions/1/register")
        main = main_of(dana, shown)
        assert "31 March 2026" in main.one("h1").text
        (due,) = main.one(id="due").rows()
        assert due[2] == "NORD / A1" and due[3] == "thiodiglycol CWC 2B13"
        assert main_of(dana, f"{shown}?find=thiodiglcol").one(id="due").rows() == [due]  # a slip
        assert not main_of(dana, f"{shown}?find=xyzzyplugh").all(id="due")
        lines = dana.get(f"{shown}.csv?find=thiodiglcol&hide=why").text.splitlines()
        assert len(lines) == 2 and "NORD" in lines[1] and "why" not in lines[0].split(",")
        assert dana.get(f"{shown}.xlsx").content.startswith(b"PK")
        assert "12x" in main.one(id="faults").text
        assert "methanol" in main.one(id="figures").text.casefold()
        send(dana, address, FIRST, changes="row 2")
        assert say("page_submissions_figures") not in main_of(dana, f"{address}/versions/2/due").text
        assert dana.get(f"{address}/versions/3/due").status_code == 404
    for lang in LANGUAGES:
        with house.signed_in("anna") as anna:
            assert "{" not in page_of(anna, shown, lang).one("main").text


def test_a_version_is_judged_once_a_day_for_all_who_may_see_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = _counted(monkeypatch)
    address = opened(house)
    with house.signed_in("dana") as dana:
        send(dana, address, FIRST + "NORD,A1,acetone,67-64-1,produce,2025,3,kg\n")
        first = main_of(dana, f"{address}/versions/1/due").text
        assert main_of(dana, f"{address}/versions/1/due").text == first
    with house.signed_in("anna") as anna:
        assert "2B13" in main_of(anna, f"{address}/versions/1/due").text
    with house.signed_in("sven") as sven:
        assert sven.get(f"{address}/versions/1/due").status_code == 404
    assert len(judged) == 1


def test_a_version_is_judged_while_a_person_looks_at_its_submission(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = _counted(monkeypatch)
    address = opened(house)
    with house.signed_in("dana") as dana:
        send(dana, address, FIRST + "NORD,A1,acetone,67-64-1,produce,2025,4,kg\n")
        assert dana.get(address, headers={**PAGE, "sec-fetch-mode": "navigate"}).status_code == 200
        assert "2B13" in main_of(dana, f"{address}/versions/1/due").text
        assert len(judged) == 1


def test_what_could_not_be_judged_is_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    address = opened(house)
    with house.signed_in("dana") as dana:
        send(dana, address, FIRST + "NORD,A1,acetone,67-64-1,produce,2025,5,kg\n")
        with monkeypatch.context() as broken:
            broken.setattr(judged_versions, "judge_version", _breaks_off)
            assert dana.get(f"{address}/versions/1/due").status_code == 422
        assert "2B13" in main_of(dana, f"{address}/versions/1/due").text


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Count how often a version is judged."""
    judged: list[object] = []

    def judge(*given: Any, **named: Any) -> KeptDeclarations:
        judged.append(given)
        return judge_version(*given, **named)

    monkeypatch.setattr(judged_versions, "judge_version", judge)
    return judged


def _breaks_off(*_: object, **__: object) -> KeptDeclarations:
    raise InputError("reading_broke_off")


def test_an_officer_opens_the_register_of_a_version_in_the_grid(house: House) -> None:
    address = opened(house)
    files = [
        ("file", ("sites.csv", "site,plant,name\nNORD,A1,Works\n")),
        ("file", ("activities.csv", FIRST)),
        ("file", ("signed.pdf", b"%PDF-1.7\n%%EOF\n")),
    ]
    with house.signed_in("dana") as dana:
        form = {"seen": seen(dana, address)}
        assert dana.post(f"{address}/versions", data=form, files=files, headers=PART).status_code == 204
        assert dana.post(f"{address}/versions/1/register", headers=PART).status_code == 403
        assert "2B13" in main_of(dana, f"{address}/versions/1/due").one(id="due").text
    with house.signed_in("anna") as anna:
        assert anna.post(f"{address}/versions/7/register", headers=PART).status_code == 404
        answer = anna.post(f"{address}/versions/1/register", headers=PART)
        assert answer.status_code == 204, answer.text
        grid = main_of(anna, str(answer.headers["hx-redirect"]))
        assert "thiodiglycol" in grid.one(id="grid").text
        assert anna.get(f"{answer.headers['hx-redirect']}/versions/1").content.startswith(b"PK")


def test_another_operators_submission_is_not_there(house: House) -> None:
    own, both = opened(house), opened(house, "NORD\nSUED")
    with house.signed_in("dana") as dana:
        send(dana, own, FIRST)
        last = seen(dana, own)
    with house.signed_in("sven") as sven:
        assert own not in sven.get(LIST, headers=PAGE).text
        for address in (own, both, f"{LIST}/999999"):
            for answer in (
                sven.get(address),
                sven.get(f"{address}?first=1&second=1"),
                sven.get(f"{address}/versions/1"),
                sven.get(f"{address}/versions/1/due"),
                sven.post(f"{address}/steps", data={"step": "complete", "reason": "x", "seen": last}),
                sven.post(
                    f"{address}/versions", data={"seen": last, "changes": "x"}, files=[("file", ("a.csv", FIRST))]
                ),
            ):
                assert answer.status_code == 404, (address, answer.text)
                assert "NORD" not in answer.text
        for closed in ("/casebook", "/cases/declared", "/declarations", "/convention", "/settings/people", "/audit"):
            assert sven.get(closed).status_code == 403, closed
        assert kind(sven.get("/api/v1/cases")) == "not-allowed"


def test_what_does_not_fit_is_refused_and_keeps_nothing(house: House) -> None:
    address = opened(house)
    with house.signed_in("dana") as dana:
        first = seen(dana, address)
        assert "SUED" in send(dana, address, FIRST.replace("NORD", "SUED"), 422)
        send(dana, address, "this is no register", 422)
        answer = dana.post(f"{address}/versions", data={"seen": first}, files={"x": b""}, headers=PART)
        assert answer.status_code == 422
        unread = FIRST + "NORD,A1,acetone,67-64-1,produce,2025,12x,kg\n"
        assert "1 row could not be read" in send(dana, address, unread)
        old = {"step": "complete", "reason": "x", "seen": first}
        assert dana.post(f"{address}/steps", data=old, headers=PART).status_code == 409
        step(dana, address, "submit", status=409)
        step(dana, address, "complete", "", 422)
        step(dana, address, "vanish", status=422)
        assert len(main_of(dana, address).one(id="versions").rows()) == 1
        assert dana.get(f"{address}/versions/7").status_code == 404


def test_two_tables_are_kept_as_one_archive(house: House) -> None:
    address = opened(house)
    files = [("file", ("sites.csv", "site,plant,name\nNORD,A1,Works\n")), ("file", ("activities.csv", FIRST))]
    with house.signed_in("dana") as dana:
        form = {"seen": seen(dana, address)}
        assert dana.post(f"{address}/versions", data=form, files=files, headers=PART).status_code == 204
        answer = dana.get(f"{address}/versions/1")
    assert answer.content.startswith(b"PK") and "submission-" in answer.headers["content-disposition"]


def test_who_reads_a_protected_submission_leaves_a_trace(house: House) -> None:
    address = opened(house, case="guarded")
    with house.signed_in("dana") as dana:
        main_of(dana, address)
    dana_id = house.entrance.people.account("dana").person.id
    with house.book.reading() as connection:
        query = select(tables.record.c.seq).where(tables.record.c.kind == "access", tables.record.c.actor == dana_id)
        assert connection.execute(query).all()
    house.entrance.people.change(CONSOLE, "dana", clearance=Mark.RESTRICTED)
    with house.signed_in("dana") as dana:
        assert dana.get(address).status_code == 404
    house.entrance.people.change(CONSOLE, "dana", clearance=Mark.PROTECTED)


def test_an_administrator_binds_a_declarant_to_sites(house: House) -> None:
    person = house.add("nora", Role.DECLARANT, Mark.RESTRICTED)
    with house.signed_in("adam") as adam:
        assert page_of(adam, f"/settings/people/{person.id}").all("textarea", name="sites")
        form = {"name": "Nora", "role": "declarant", "clearance": "restricted", "active": "true", "sites": "OST\n NORD"}
        assert adam.post(f"/settings/people/{person.id}", data=form, headers=PART).status_code == 200
        assert adam.get(f"/api/v1/people/{person.id}").json()["sites"] == ["NORD", "OST"]
        changed = adam.patch(f"/api/v1/people/{person.id}", json={"sites": ["WEST"]})
        assert changed.json()["sites"] == ["WEST"]
        anna = house.entrance.people.account("anna").person.id
        assert adam.patch(f"/api/v1/people/{anna}", json={"sites": ["WEST"]}).status_code == 409
        assert page_of(adam, "/audit").one("main").text
    assert house.entrance.people.sites("nora") == ("WEST",)


def test_the_list_is_sorted_searched_and_given_as_csv(house: House) -> None:
    opened(house, "OST")
    opened(house, "ALPHA")
    with house.signed_in("anna") as anna:
        whole = main_of(anna, LIST).one(id="submissions").rows()
        turned = main_of(anna, f"{LIST}?order=number").one(id="submissions").rows()
        assert turned == whole[::-1] and len(whole) > 1
        sites = main_of(anna, f"{LIST}?order=sites")
        assert sites.one(id="submissions").rows()[0][1] == "ALPHA"
        (sorted_by,) = sites.one(id="submissions").all("th", aria_sort="ascending")
        assert "order=-sites" in sorted_by.one("a").attributes["href"]
        assert [row[1] for row in main_of(anna, f"{LIST}?find=alpha").one(id="submissions").rows()] == ["ALPHA"]
        lines = anna.get(f"{LIST}.csv?find=alpha").text.splitlines()
        assert lines[0] == "number,sites,year,profile,state" and len(lines) == 2 and "ALPHA" in lines[1]
    with house.signed_in("sven") as sven:
        assert "ALPHA" not in sven.get(f"{LIST}.csv").text
