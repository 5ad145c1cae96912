"""The API of submissions and of a register's papers: files in and out, proofs, scopes, and what a declarant finds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import pytest
from starlette.testclient import TestClient

from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import open_case
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.people import CONSOLE
from opencwc.casebook.version_proofs import check_proof
from opencwc.declarations.forms.composition import compose
from opencwc.declarations.forms.declaration_files import declaration_file
from opencwc.declarations.judgement import judge
from opencwc.declarations.law import Law
from opencwc.declarations.reader import chemicals_on
from opencwc.declarations.register_reader import read_register
from opencwc.jobs.kept_runs import _loaded
from opencwc.publishing.labels import labels_in
from opencwc.publishing.model import Report
from opencwc.publishing.pdf import make_pdf
from opencwc.web.access_table import declared_access
from web.pages.housing import PAGE, opened_house, page_of
from web.signing_in import House, kind
from web.test_declarations_pages import judged

HEAD = "site,plant,chemical,cas,activity,year,quantity,unit\n"
NORD = HEAD + "NORD,A1,Thiodiglycol,111-48-8,process,2025,1.5,t\n"
SUED = "SUED,B1,Phosgene,75-44-5,produce,2025,743219,kg\n"
SITES = (
    "site,plant,name,operator,country,address\n"
    "NORD,A1,Nordwerk,Nord AG,ESP,1 Quay\nSUED,B1,Suedwerk,Sued AG,ESP,2 Lane\n"
)
SECRETS = ("SUED", "Suedwerk", "Sued AG", "743219", "743.219", "743,219", "743\u202f219")
"""What tells of the other operator's site, or of the State's sum, which is that site's figure alone."""
ADDRESS = "/api/v1/submissions"


class Kept(NamedTuple):
    """A house in which a register of two operators was judged, with a submission of each."""

    house: House
    run: int
    own: int
    other: int


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A house with two operators: dana of NORD, and sven of SUED."""
    with pytest.MonkeyPatch.context() as patch, opened_house(tmp_path_factory.mktemp("api"), patch) as house:
        for login, site in (("dana", "NORD"), ("sven", "SUED")):
            house.add(login, Role.DECLARANT, Mark.HIGHLY_PROTECTED)
            house.entrance.people.set_sites(CONSOLE, login, [site])
        with house.signed_in("anna") as client:
            run = judged(house, client, ("sites.csv", SITES), ("activities.csv", NORD + SUED), year="2026")
        rita = house.entrance.people.account("rita").person
        for case in ("sent-by-nord", "sent-by-sued"):
            open_case(house.book, rita, case, mark=Mark.RESTRICTED)
        own = opened(house, "NORD")
        other = opened(house, "SUED", "sent-by-sued")
        with house.signed_in("sven") as client:
            sent(client, other, ("activities.csv", HEAD + SUED))
        yield Kept(house, run, own, other)
    _loaded.clear()


def opened(house: House, site: str, case: str = "sent-by-nord") -> int:
    with house.signed_in("anna") as client:
        answer = client.post(ADDRESS, json={"case": case, "year": 2026, "profile": "USA", "sites": [site]})
        assert answer.status_code == 201, answer.text
        number: int = answer.json()["number"]
        assert answer.headers["location"] == f"{ADDRESS}/{number}"
        return number


def sent(client: TestClient, number: int, *files: tuple[str, str | bytes], status: int = 201, **texts: str) -> Any:
    answer = client.post(f"{ADDRESS}/{number}/versions", data=texts, files=[("file", file) for file in files])
    assert answer.status_code == status, answer.text
    return answer.json()


def step(client: TestClient, number: int, name: str, status: int = 200, **more: Any) -> Any:
    answer = client.post(f"{ADDRESS}/{number}/steps", json={"step": name, "reason": "checked", **more})
    assert answer.status_code == status, answer.text
    return answer.json()


def declaration(format: str, year: int = 2026, text: str = NORD) -> bytes:
    """Return what a register declares, as a file of our own forms."""
    law, chemicals = Law(date(2026, 11, 28)), chemicals_on(date(2026, 11, 28))
    document = compose(judge(read_register({"activities.csv": text.encode()}), law, year, chemicals), law)
    return declaration_file(document, format)


def test_a_year_of_a_submission_by_programs(kept: Kept) -> None:
    number = opened(kept.house, "NORD")
    with kept.house.signed_in("dana") as dana, kept.house.signed_in("rita") as rita:
        first = sent(dana, number, ("activities.csv", NORD))
        found = {"of": "register", "sites": ["NORD"], "unread": 0, "faults": [], "more": 0, "attached": False}
        assert first["found"] == found
        assert step(dana, number, "provisional")["submission"]["provisional"] == "checked"
        step(dana, number, "not_provisional")
        step(dana, number, "complete", seen=dana.get(f"{ADDRESS}/{number}").json()["last"])
        step(dana, number, "submit", 409)
        step(dana, number, "release")
        assert step(dana, number, "release", 409)["code"] == "submission_needs_second_person"
        step(rita, number, "release")
        assert step(rita, number, "submit")["submission"]["state"] == "submitted"
        sent(rita, number, ("activities.csv", NORD.replace("1.5", "1.6")), status=422, changes="row 1")
        amended = sent(
            rita, number, ("activities.csv", NORD.replace("1.5", "1.6")), changes="row 1", why="the scale was wrong",
            of="data", day="2026-03-02",
        )  # fmt: skip
        assert (amended["version"]["due"], amended["version"]["side"]) == ("2026-03-17", "authority")
        (waiting,) = dana.get("/api/v1/amendments").json()["amendments"]
        assert (waiting["submission"], waiting["due"], waiting["is_submitted"]) == (number, "2026-03-17", False)
        differences = dana.get(f"{ADDRESS}/{number}/differences?first=1&second=2").json()["differences"]
        assert [(one["first"], one["second"], one["difference"]) for one in differences] == [("1500", "1600", "100")]
        history = dana.get(f"{ADDRESS}/{number}").json()
        assert history["case"] == "" and history["versions"][1]["person"] == "" != history["versions"][0]["person"]
        content = dana.get(f"{ADDRESS}/{number}/versions/1").content
        assert content.decode() == NORD and sha256(content).hexdigest() == history["versions"][0]["sha256"]
        proof = dana.get(f"{ADDRESS}/{number}/versions/1/proof").content
    proven = check_proof(sha256(content).hexdigest(), proof)
    assert not proven.faults and (proven.submission, proven.version) == (number, 1)
    assert not verify_all(kept.house.book).problems


@pytest.mark.usefixtures("true_processes")  # no fork hides what it has not loaded before its rights go
@pytest.mark.parametrize("format", ["xml", "json", "xlsx"])
def test_a_declaration_is_checked_and_compared_with_a_register(kept: Kept, format: str) -> None:
    number = opened(kept.house, "NORD")
    content = declaration(format)
    with kept.house.signed_in("dana") as dana:
        sent(dana, number, ("activities.csv", NORD.replace("1.5", "1.25")))
        told = sent(dana, number, (f"ours.{format}", content), changes="as declared")
        assert told["found"]["of"] == "declaration" and told["found"]["sites"] == ["NORD"]
        faults = told["found"]["faults"]
        assert faults and all(fault["rule"] and fault["says"] for fault in faults)
        assert dana.get(f"{ADDRESS}/{number}/versions/2").content == content
        (one,) = dana.get(f"{ADDRESS}/{number}/differences?first=1&second=2").json()["differences"]
        assert one["difference"] == "250"
        spoken = dana.get(f"{ADDRESS}/{number}/versions/2/found?lang=fr").json()["faults"]
        assert [fault["rule"] for fault in spoken] == [fault["rule"] for fault in faults] and spoken != faults
        page = page_of(dana, f"/declarations/submissions/{number}")
        assert len(page.one("table", class_="form-faults").rows()) == len(faults)
        assert sha256(content).hexdigest() in page.text


def test_a_pdf_comes_beside_what_can_be_read_and_is_kept_as_it_is(kept: Kept) -> None:
    number, paper = opened(kept.house, "NORD"), make_pdf(Report("A letter", "en", labels_in("en"), ()))
    with kept.house.signed_in("dana") as dana:
        assert sent(dana, number, ("ours.pdf", paper), status=422)["code"] == "version_of_pdf_alone"
        told = sent(dana, number, ("ours.pdf", paper), ("ours.xml", declaration("xml")))
        assert told["found"]["of"] == "declaration" and told["version"]["name"].endswith(".zip")
        assert paper in dana.get(f"{ADDRESS}/{number}/versions/1").content


def test_of_a_pdf_alone_the_declaration_that_is_attached_is_read_and_that_is_told(kept: Kept) -> None:
    number, paper = opened(kept.house, "NORD"), declaration("pdf")
    with kept.house.signed_in("dana") as dana:
        found = sent(dana, number, ("ours.pdf", paper))["found"]
        assert (found["of"], found["sites"], found["attached"]) == ("declaration", ["NORD"], True)
        assert dana.get(f"{ADDRESS}/{number}/versions/1").content == paper
        told = "The XML attached to this PDF was read, not its printed pages."
        assert told in page_of(dana, f"/declarations/submissions/{number}").text
        assert sent(dana, number, ("ours.xml", declaration("xml")), changes="as XML")["found"]["attached"] is False


def test_what_is_no_declaration_of_the_submission_is_refused_and_not_kept(kept: Kept) -> None:
    number, whole = opened(kept.house, "NORD"), declaration("json")
    off = json.loads(whole)
    off["declarations"][0]["regime"] = "S9"
    both = json.loads(declaration("json", text=NORD.replace("1.5", "2")))
    del both["lines"]
    past = next(one for one in both["declarations"] if one.get("sites"))
    again = json.loads(json.dumps(past | {"period": past["period"] - 1}).replace('"2000"', '"3000"'))
    figures = json.dumps(both | {"declarations": [past, again]})
    with kept.house.signed_in("dana") as dana:
        for code, *files in (
            ("declaration_off_its_form", ("a.json", json.dumps(off))),
            ("declaration_of_other_year", ("a.xml", declaration("xml", 2027))),
            ("version_of_several_declarations", ("a.json", whole), ("b.xml", declaration("xml"))),
            ("version_of_several_declarations", ("a.json", whole), ("activities.csv", NORD)),
            ("submission_of_other_sites", ("a.json", declaration("json", text=HEAD + SUED))),
            ("declaration_contradicts_itself", ("a.json", figures)),
            ("declaration_not_xml", ("a.xml", "<declarations")),
        ):
            assert sent(dana, number, *files, status=422)["code"] == code
        answer = dana.post(
            f"/declarations/submissions/{number}/versions", files=[("file", ("a.json", json.dumps(off)))],
            headers={"accept": "text/html", "hx-request": "true"},
        )  # fmt: skip
        assert (
            answer.status_code == 422
            and "S9" in answer.text
            and "<table" in answer.text
            and "U+2068" not in answer.text
        )
        assert not dana.get(f"{ADDRESS}/{number}").json()["versions"]


def test_a_token_does_what_its_scopes_say(kept: Kept) -> None:
    number, dana = opened(kept.house, "NORD"), kept.house.entrance.people.account("dana").person
    _, secret = kept.house.entrance.tokens.make(CONSOLE, dana, "reads", ["submissions"], timedelta(days=1))
    with kept.house.client() as client:
        client.headers["authorization"] = f"Bearer {secret}"
        listed = [one["number"] for one in client.get(ADDRESS).json()["submissions"]]
        assert number in listed and kept.other not in listed
        assert kind(client.post(f"{ADDRESS}/{number}/steps", json={"step": "complete", "reason": "x"})) == "not-allowed"
        assert kind(client.post(ADDRESS, json={})) == "not-allowed"


def test_another_operators_submission_is_not_there_for_programs(kept: Kept) -> None:
    with kept.house.signed_in("dana") as dana:
        for method, address, body in (
            ("GET", "", {}), ("GET", "/versions/1", {}), ("GET", "/versions/1/found", {}),
            ("GET", "/versions/1/proof", {}), ("GET", "/differences?first=1&second=1", {}),
            ("POST", "/steps", {"json": {"step": "complete", "reason": "x"}}),
            ("POST", "/versions", {"files": [("file", ("activities.csv", NORD))]}),
        ):  # fmt: skip
            answer = dana.request(method, f"{ADDRESS}/{kept.other}{address}", **body)
            assert answer.status_code == 404, (address, answer.text)
            assert not [secret for secret in SECRETS if secret in answer.text]


def test_the_papers_of_a_register_are_given_to_programs(kept: Kept) -> None:
    register = f"/api/v1/declarations/{kept.run}"
    with kept.house.signed_in("rita") as rita:
        forms = rita.get(f"{register}/forms").json()
        assert {one["regime"] for one in forms["declarations"]} >= {"S2", "S3"} and forms["lacking_total"]
        whole = rita.get(f"{register}/declaration.json").json()
        assert len(whole["declarations"]) == len(forms["declarations"])
        assert len(rita.get(f"{register}/declaration.json?part=1").json()["declarations"]) == 1
        for format, start in (("xml", b"<?xml"), ("xlsx", b"PK"), ("pdf", b"%PDF")):
            assert rita.get(f"{register}/declaration.{format}?lang=ar").content.startswith(start)
        assert rita.get(f"{register}/declaration.json?part=99").status_code == 404
        letters = rita.get(f"{register}/letters?limit=1").json()
        assert letters["total"] == 2 and letters["next"] == 1 and letters["letters"][0]["questions"]
        assert rita.get(f"{register}/letters/1.docx").content.startswith(b"PK")
        assert rita.get(f"{register}/letters/1.json").json()["site"] == letters["letters"][0]["site"]
        assert rita.get(f"{register}/letters/9.pdf").status_code == 404
        files = {"file": ("a.json", json.dumps(whole | {"year": 2031}))}
        checked = rita.post("/api/v1/declarations/check", files=files, data={"profile": "treaty"}).json()
        assert checked["year"] == 2031 and checked["total"] and checked["faults"][0]["says"]
    with kept.house.signed_in("adam") as adam:
        assert kind(adam.get(f"{register}/forms")) == "not-allowed"
        assert adam.post("/api/v1/declarations/check", files=files).status_code == 200


def test_what_to_ask_about_is_given_page_by_page(kept: Kept) -> None:
    with kept.house.signed_in("anna") as anna:
        gone = "NORD,A1,Thiodiglycol,111-48-8,export,2025,9,t\nNORD,A1,Phosgene,75-44-5,consume,2025,3,t\n"
        gone += "NORD,A1,DMMP,756-79-6,export,2025,5,t\nNORD,A1,Phosphorus trichloride,7719-12-2,consume,2025,4,t\n"
        books = ("activities.csv", NORD + gone)
        run = judged(kept.house, anna, ("sites.csv", SITES), books, year="2026")
    address = f"/api/v1/declarations/{run}/points"
    with kept.house.signed_in("rita") as rita:
        whole = rita.get(f"{address}?lang=fr").json()
        assert whole["total"] == len(whole["points"]) > 1 and whole["next"] is None
        assert [one["rank"] for one in whole["points"]] == [*range(1, whole["total"] + 1)]
        first = rita.get(f"{address}?limit=1&lang=fr").json()
        assert first["next"] == 1 and first["points"] == whole["points"][:1]
        assert rita.get(f"{address}?limit=1&after=1&lang=fr").json()["points"] == whole["points"][1:2]
        turned = rita.get(f"{address}?order=-rank").json()["points"]
        assert [one["rank"] for one in turned] == [*range(whole["total"], 0, -1)]
        one = whole["points"][0]
        grave = rita.get(f"{address}?gravity={one['gravity']}&state=unasked").json()["points"]
        assert {each["gravity"] for each in grave} == {one["gravity"]} and one["question"] in grave[0]["question"]
        assert rita.get(f"{address}?state=closed").json()["points"] == []
        assert rita.get(f"{address}?find=no-such-word").json()["total"] == 0
        assert rita.get(f"{address}?gravity=heavy").status_code == 422
        assert rita.get("/api/v1/declarations/999/points").status_code == 404
    with kept.house.signed_in("adam") as adam:
        assert kind(adam.get(address)) == "not-allowed"


def test_a_declarant_finds_nothing_of_another_site_on_any_route(kept: Kept) -> None:
    numbers = sorted({kept.run, kept.own, kept.other, 1, 2, 3})
    with kept.house.signed_in("dana") as dana, kept.house.signed_in("rita") as rita:
        sent(dana, kept.own, ("activities.csv", NORD))
        told_to_an_officer = set[str]()
        for route in (route for route in declared_access() if route.startswith("GET ")):
            for address in addresses(route.removeprefix("GET "), numbers):
                if "/events" in address:
                    continue
                for headers in ({}, PAGE):
                    answer = dana.get(address, headers=headers)
                    told = re.sub(r'lang="[a-z]+"', "", answer.text)
                    assert not [secret for secret in SECRETS if secret in told], (address, answer.status_code)
                if "declarations" in address or "submissions" in address or "cases" in address:
                    told_to_an_officer |= {secret for secret in SECRETS if secret in rita.get(address).text}
        assert {"SUED", "Suedwerk", "Sued AG", "743219"} <= told_to_an_officer, "nothing was there to be found"


def addresses(template: str, numbers: list[int]) -> Iterator[str]:
    """Yield the addresses of a route: every number that there is, in each of its places, and the known names."""
    known = {
        "name": ["declared", "sent-by-nord", "sent-by-sued", "inventory"], "list_id": ["CWC"], "entry_id": ["2B13"],
        "model_id": ["refusals"], "format": ["json", "xml"], "part": ["due"], "version": [1], "place": [1, 2],
    }  # fmt: skip
    (first, *others) = re.findall(r"\{(\w+)(?::\w+)?\}", template) or [""]
    for value in known.get(first, numbers) if first else [""]:
        address = re.sub(r"\{" + first + r"(?::\w+)?\}", str(value), template, count=1) if first else template
        for name in others:
            address = re.sub(r"\{" + name + r"(?::\w+)?\}", str(known.get(name, numbers)[0]), address, count=1)
        yield address


def test_amendments_stand_on_the_calendar_and_on_the_first_page_of_each_role(kept: Kept) -> None:
    number = opened(kept.house, "NORD")
    day = date.today() + timedelta(days=3)
    with kept.house.signed_in("rita") as rita, kept.house.signed_in("rene") as rene:
        sent(rita, number, ("activities.csv", NORD))
        step(rita, number, "complete")
        step(rita, number, "release")
        step(rene, number, "release")
        step(rene, number, "submit")
        again = NORD.replace("1.5", "1.75")
        sent(rita, number, ("activities.csv", again), changes="row 1", why="a slip", of="data", day=f"{day}")
        due = day + timedelta(days=15)
        link = f"/declarations/submissions/{number}"
        for at in ("/", f"/declarations/calendar?year={due.year}"):
            assert link in [one.attributes.get("href") for one in page_of(rita, at).one("main").all("a")], at
        calendar = rita.get(f"/declarations/calendar.ics?year={due.year}").text
        assert f"UID:amendment-{number}-{due}@opencwc" in calendar and f"DTSTART;VALUE=DATE:{due:%Y%m%d}" in calendar
        assert f"{due},,us-amendment-data" in rita.get(f"/declarations/calendar.csv?year={due.year}").text
    with kept.house.signed_in("audra") as audra:
        main = page_of(audra, "/casebook").one("main")
        assert link in [one.attributes.get("href") for one in main.all("a")]
        assert "/declarations/calendar" in [one.attributes.get("href") for one in main.all("a")]
    with kept.house.signed_in("dana") as dana:
        waits = page_of(dana, "/declarations/submissions").one("section", class_="next-deadlines")
        assert link in [one.attributes.get("href") for one in waits.all("a")]
    with kept.house.signed_in("sven") as sven:
        coming = page_of(sven, "/declarations/submissions").one("section", class_="next-deadlines")
        assert len(coming.one("ul").all("li")) == 4 and not coming.all("a")  # the days of the treaty, no amendment
    with kept.house.signed_in("adam") as adam:
        assert f"amendment-{number}-" not in adam.get(f"/declarations/calendar.ics?year={due.year}").text
