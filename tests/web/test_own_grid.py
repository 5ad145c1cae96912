"""A declarant's own grid: the rows of its own submission, edited and sent as the next version, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from starlette.testclient import TestClient

from opencwc.casebook import tables
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import change_case, open_case
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.people import CONSOLE
from opencwc.casebook.requests import answer, ask
from opencwc.casebook.submissions import open_submission
from opencwc.web.declarations.opened_registers import _held
from opencwc.wording import LANGUAGES
from web.pages.housing import PART, opened_house, page_of
from web.pages.parsed import Element
from web.signing_in import House

HEAD = "site,plant,chemical,cas,activity,year,quantity,unit\n"
NORD = HEAD + "NORD,A1,thiodiglycol,111-48-8,process,2025,1.5,t\nNORD,A1,acetone,67-64-1,produce,2025,7,kg\n"
SUED = HEAD + "SUED,B1,phosgene,75-44-5,produce,2025,743219,kg\n"
SECRETS = ("SUED", "phosgene", "743219", "sent-by", "Name of")
REGISTERS, SUBMISSIONS = "/declarations/registers", "/declarations/submissions"


class Kept(NamedTuple):
    """A house with two operators, dana of NORD and sven of SUED, each with a submission that has a version."""

    house: House
    own: str
    other: str


@pytest.fixture
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with pytest.MonkeyPatch.context() as patch, opened_house(tmp_path_factory.mktemp("own"), patch) as house:
        addresses = []
        rita = house.entrance.people.account("rita").person
        for login, site, text in (("dana", "NORD", NORD), ("sven", "SUED", SUED)):
            house.add(login, Role.DECLARANT, Mark.HIGHLY_PROTECTED)
            house.entrance.people.set_sites(CONSOLE, login, [site])
            open_case(house.book, rita, f"sent-by-{login}")
            seq = open_submission(house.book, rita, f"sent-by-{login}", "treaty", 2026, [site]).seq
            addresses.append(f"{SUBMISSIONS}/{seq}")
            with house.signed_in(login) as client:
                send(client, addresses[-1], text)
        yield Kept(house, *addresses)
    _held.clear()


def seen(client: TestClient, address: str) -> str:
    (field, *_) = page_of(client, address).all("input", name="seen")
    return str(field.attributes["value"])


def send(client: TestClient, address: str, text: str, **form: str) -> None:
    form = {"seen": seen(client, address), **form}
    answer = client.post(f"{address}/versions", data=form, files=[("file", ("activities.csv", text))], headers=PART)
    assert answer.status_code == 204, answer.text


def opened(client: TestClient, submission: str) -> str:
    answer = client.post(f"{submission}/grid", headers=PART)
    assert answer.status_code == 204, answer.text
    return str(answer.headers["hx-redirect"])


def body_of(client: TestClient, address: str) -> Element:
    return page_of(client, address).one(id="grid-body")


def change(client: TestClient, address: str, act: str, status: int = 200, **what: object) -> str:
    at = str(body_of(client, address).attributes["data-seen"])
    answer = client.post(f"{address}/changes", data={"act": act, "seen": at, **what}, headers=PART)
    assert answer.status_code == status, answer.text
    return answer.text


def save(client: TestClient, address: str, status: int = 204, changes: str = "row 1: the scale was wrong") -> str:
    at = str(body_of(client, address).attributes["data-seen"])
    answer = client.post(f"{address}/versions", data={"seen": at, "changes": changes}, headers=PART)
    assert answer.status_code == status, answer.text
    return answer.text or str(answer.headers["hx-redirect"])


def test_a_declarant_edits_its_rows_and_sends_them_as_the_next_version(kept: Kept) -> None:
    with kept.house.signed_in("dana") as dana:
        button = page_of(dana, kept.own).all("button", hx_post=f"{kept.own}/grid")
        assert len(button) == 1
        address = opened(dana, kept.own)
        assert opened(dana, kept.own) == address, "the grid that is open already is opened again"
        change(dana, address, "set", row=1, field="quantity", text="1.75")
        change(dana, address, "add")
        change(dana, address, "paste", row=3, field="site", text="NORD\tA1\tacetone\t67-64-1\texport\t2025\t2\tkg")
        save(dana, address, 422, changes="")
        assert save(dana, address) == kept.own
        main = page_of(dana, kept.own).one("main")
        versions = main.one(id="versions").rows()
        assert [row[1].split()[0] for row in versions] == ["Operator", "Operator"]
        assert "the scale was wrong" in versions[1][4]
        assert [row[-1] for row in main.one(id="differences").rows()] == ["+250 kg", "+2 kg"]
        assert dana.get(f"{kept.own}/versions/1").text == NORD
        again = opened(dana, kept.own)
        assert again != address and "1.75" in body_of(dana, again).text
    assert not verify_all(kept.house.book).problems


@pytest.mark.parametrize("lang", LANGUAGES)
def test_its_page_is_sound_and_leads_to_nothing_of_the_house(kept: Kept, lang: str) -> None:
    with kept.house.signed_in("dana") as dana:
        page = page_of(dana, opened(dana, kept.own), lang)
        links = [str(link.attributes.get("href")) for link in page.all("a")]
        assert not [secret for secret in SECRETS if secret in page.one("main").text]
        assert kept.own in links and REGISTERS not in links and not [link for link in links if "/cases/" in link]
        assert not page.all("form", hx_post="judge")
        assert page_of(dana, f"{opened(dana, kept.own)}/rows?table=activities&row=1", lang).one("h1").text


def test_a_row_of_another_site_is_refused_however_it_comes(kept: Kept) -> None:
    with kept.house.signed_in("dana") as dana:
        address = opened(dana, kept.own)
        for field_of in ({"act": "set", "row": 1, "field": "site", "text": "SUED"},
                         {"act": "set", "row": 1, "field": "site", "text": "NOWHERE"},
                         {"act": "set", "row": 1, "field": "site", "text": "nord"},
                         {"act": "paste", "row": 2, "field": "site", "text": "NORD\tA1\nSUED\tB1"}):  # fmt: skip
            told = change(dana, address, str(field_of.pop("act")), 422, **field_of)
            assert "outside this submission" in told and "NORD" in told and "SUED" not in told and "NOWHERE" not in told
        form = {"table": "activities", "row": "0", "act": "set", "cell-site": "SUED", "cell-chemical": "phosgene"}
        at = {"seen": str(body_of(dana, address).attributes["data-seen"]), "csrf_field": dana.headers["x-csrf-token"]}
        assert dana.post(f"{address}/rows", data=form | at, headers={"accept": "text/html"}).status_code == 422
        assert "phosgene" not in body_of(dana, address).text
        change(dana, address, "undo", 409)
        save(dana, address, 409)
        assert len(page_of(dana, kept.own).one(id="versions").rows()) == 1


def test_nobody_else_sees_it_and_what_is_not_ones_own_is_as_if_it_were_not_there(kept: Kept) -> None:
    with kept.house.signed_in("anna") as anna:
        data = {"case": "books", "mark": "unclassified"}
        answer = anna.post(REGISTERS, data=data, files=[("file", ("activities.csv", SUED))], headers=PART)
        of_house = answer.headers["hx-redirect"]
    with kept.house.signed_in("sven") as sven:
        of_sven = opened(sven, kept.other)
    with kept.house.signed_in("dana") as dana:
        own = opened(dana, kept.own)
        told = {every_answer(dana, address) for address in (of_house, of_sven, f"{REGISTERS}/987654")}
        assert len(told) == 1, "another's is told apart from what is not there"
        assert every_answer(dana, own) not in told
        missing = dana.post(f"{SUBMISSIONS}/987654/grid", headers=PART)
        other = dana.post(f"{kept.other}/grid", headers=PART)
        assert (other.status_code, without_numbers(other.text)) == (404, without_numbers(missing.text))
        assert not [secret for secret in SECRETS if secret in other.text]
    for login in ("anna", "rita", "sven"):
        with kept.house.signed_in(login) as client:
            assert client.get(own, headers=PART).status_code == 404
            if login != "sven":
                listed = page_of(client, REGISTERS).one("main").all("a")
                hrefs = {link.attributes.get("href") for link in listed}
                assert own not in hrefs and of_sven not in hrefs and of_house in hrefs
    with kept.house.signed_in("adam") as adam:
        assert adam.get(own, headers=PART).status_code == 403


def every_answer(client: TestClient, address: str) -> tuple[tuple[int, str], ...]:
    """Return what every route of a register answers, without its number."""
    asked = [client.get(f"{address}{at}", headers=PART) for at in ("", "/grid", "/rows", "/versions/1")]
    asked.append(client.get(f"{address}/versions/1/register.json", headers=PART))
    form = {"seen": "1.0", "act": "set", "row": "1", "field": "quantity", "text": "9", "changes": "x"}
    asked += [client.post(f"{address}{at}", data=form, headers=PART) for at in ("/changes", "/versions", "/judge")]
    return tuple((answer.status_code, without_numbers(answer.text)) for answer in asked)


def without_numbers(text: str) -> str:
    """Return a text without numbers and the ids of what went wrong."""
    return re.sub(r"[0-9a-f]{12,}|[0-9]", "", text)


def test_what_the_authority_sent_meanwhile_is_not_written_over(kept: Kept) -> None:
    with kept.house.signed_in("dana") as dana:
        address = opened(dana, kept.own)
        change(dana, address, "set", row=1, field="quantity", text="1.75")
    with kept.house.signed_in("rita") as rita:
        send(rita, kept.own, NORD.replace("1.5", "1.6"), changes="the unit was checked")
    with kept.house.signed_in("dana") as dana:
        main = page_of(dana, address).one("main")
        assert "has changed since" in main.text and "1.75" in main.text, "what was typed is still to be read"
        assert not main.all("form", hx_post=f"{address}/versions")
        change(dana, address, "set", 409, row=1, field="quantity", text="1.8")
        save(dana, address, 409)
        again = opened(dana, kept.own)
        assert again != address and "1.6" in body_of(dana, again).text
        change(dana, again, "set", row=1, field="quantity", text="1.7")
        save(dana, again)
        sides = [row[1].split()[0] for row in page_of(dana, kept.own).one(id="versions").rows()]
        assert sides == ["Operator", "Authority", "Operator"]
    assert not verify_all(kept.house.book).problems


def test_a_submission_that_is_complete_is_not_edited(kept: Kept) -> None:
    with kept.house.signed_in("dana") as dana:
        address = opened(dana, kept.own)
        form = {"step": "complete", "reason": "checked", "seen": seen(dana, kept.own)}
        assert dana.post(f"{kept.own}/steps", data=form, headers=PART).status_code == 204
        assert not page_of(dana, kept.own).all("button", hx_post=f"{kept.own}/grid")
        assert dana.post(f"{kept.own}/grid", headers=PART).status_code == 409
        change(dana, address, "set", 409, row=1, field="quantity", text="1.8")


def test_who_is_no_longer_bound_to_the_sites_has_no_grid(kept: Kept) -> None:
    with kept.house.signed_in("dana") as dana:
        address = opened(dana, kept.own)
        kept.house.entrance.people.set_sites(CONSOLE, "dana", ["WEST"])
        assert dana.get(address, headers=PART).status_code == 404
        form = {"seen": "1.0", "act": "set", "row": "1", "field": "quantity", "text": "9"}
        assert dana.post(f"{address}/changes", data=form, headers=PART).status_code == 404
        assert dana.post(f"{address}/versions", data={"seen": "1.0", "changes": "x"}, headers=PART).status_code == 404


@pytest.mark.parametrize(("column", "value"), [("person", "p-somebody"), ("submission", 1), ("version", 7)])
def test_whose_grid_it_is_stands_on_record(kept: Kept, column: str, value: object) -> None:
    with kept.house.signed_in("dana") as dana:
        opened(dana, kept.own)
    assert not verify_all(kept.house.book).problems
    with kept.house.book.engine.connect() as connection, connection.begin():
        connection.execute(tables.register_submission.update().values(**{column: value}))
    assert any("grid" in problem.what and column in problem.what for problem in verify_all(kept.house.book).problems)


def test_an_erasure_takes_the_grid_too(kept: Kept) -> None:
    book, people = kept.house.book, kept.house.entrance.people
    with kept.house.signed_in("dana") as dana:
        address = opened(dana, kept.own)
        change(dana, address, "set", row=1, field="quantity", text="1.75")
        rita, ruth = (people.account(login).person for login in ("rita", "rene"))
        change_case(book, rita, "sent-by-dana", status="closed")
        change(dana, address, "set", 409, row=1, field="quantity", text="1.8")
        request = ask(book, rita, "erase", "sent-by-dana", {"reason": "the time is over", "ground": "law"})
        answer(book, ruth, request.seq, approve=True)
        erase_case(book, rita, request.seq)
        assert dana.get(address, headers=PART).status_code == 404
    with book.reading_contents() as connection:
        assert not connection.execute(tables.register_change.select()).all()
    assert not verify_all(book).problems
