"""The grid of a register: opened from files, empty or from a judged one; edited, kept as versions, judged."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.model import Mark, Role
from opencwc.jobs.intake import intake_of
from opencwc.jobs.queue import Jobs
from opencwc.web.declarations.opened_registers import _held
from opencwc.web.server.worker_process import make_worker
from opencwc.wording import LANGUAGES
from web.pages.housing import PART, opened_house, page_of
from web.pages.parsed import Element, parsed
from web.signing_in import House

SITES = "site,plant,name,country\nNORD,,Nord works,ESP\nNORD,A1,Plant A1,ESP\n"
HEAD = "site,plant,chemical,cas,activity,year,quantity,unit\n"
ACTIVITIES = HEAD + "NORD,A1,thiodiglycol,111-48-8,process,2025,12 x,t\nNORD,A1,acetone,67-64-1,produce,2025,7,kg\n"
LIST = "/declarations/registers"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch, opened_house(tmp_path_factory.mktemp("house"), patch) as house:
        house.add("dana", Role.DECLARANT, Mark.PROTECTED)
        yield house
    _held.clear()


def opened(client: TestClient, *tables: tuple[str, str], case: str = "books", status: int = 204) -> str:
    """Open files in the grid as the page does; return its address."""
    files = [("file", table) for table in tables or (("sites.csv", SITES), ("activities.csv", ACTIVITIES))]
    answer = client.post(LIST, data={"case": case, "mark": "unclassified"}, files=files, headers=PART)
    assert answer.status_code == status, answer.text
    return str(answer.headers.get("hx-redirect", answer.text))


def main_of(client: TestClient, address: str, lang: str = "en") -> Element:
    return page_of(client, address, lang).one("main")


def body_of(element: Element) -> Element:
    return element.one(id="grid-body")


def changed(client: TestClient, address: str, act: str, status: int = 200, seen: str = "", **what: object) -> Element:
    """Make a change as the script does; return the grid as it stands then, or what was said."""
    seen = seen or body_of(main_of(client, address)).attributes["data-seen"]
    answer = client.post(f"{address}/changes", data={"act": act, "seen": seen, **what}, headers=PART)
    assert answer.status_code == status, answer.text
    return parsed(answer.text)


def texts_of(grid: Element) -> list[list[str]]:
    rows = [row for row in grid.one("table", role="grid").all("tr") if "data-row" in row.attributes]
    return [[cell.one("bdi").text for cell in row.all("td")][:8] for row in rows]


def wrong_cells(grid: Element) -> list[str]:
    return [cell.attributes["data-field"] for cell in grid.all("td", aria_invalid="true")]


def test_a_register_is_opened_mended_saved_and_judged(house: House) -> None:
    with house.signed_in("anna") as anna:
        address = opened(anna)
        main = main_of(anna, address)
        assert main.one("h1").text == "1 point to check in the register"
        assert wrong_cells(main) == ["quantity"] and "12 x" in main.one(id="grid-faults").text
        grid = changed(anna, address, "set", row=1, field="quantity", text="1.5")
        assert not wrong_cells(grid) and body_of(grid).attributes["data-answer"] == "No errors found in the register"
        assert texts_of(grid)[0] == ["NORD", "A1", "thiodiglycol", "111-48-8", "process", "2025", "1.5", "t"]
        seen = body_of(grid).attributes["data-seen"]
        answer = anna.post(f"{address}/versions", data={"seen": seen}, headers=PART)
        assert answer.status_code == 204 and "Version 2 saved" in answer.headers["hx-trigger"]
        versions = main_of(anna, address).one(id="versions")
        assert [row[0] for row in versions.rows()] == ["Version 2", "Version 1 original"]
        assert all("Name of anna" in row[1] for row in versions.rows())
        archive = zipfile.ZipFile(io.BytesIO(anna.get(f"{address}/versions/1").content))
        assert archive.read("2-activities.csv").decode() == ACTIVITIES
        seen = body_of(main_of(anna, address)).attributes["data-seen"]
        form = {"seen": seen, "year": "2026", "as_of": "2026-01-15", "profile": "treaty"}
        leads = anna.post(f"{address}/judge", data=form, headers=PART).headers["hx-redirect"]
        assert make_worker(house.entrance.configuration, intake_of(house.book)).work_once()
        job = Jobs(house.book.engine).get(leads.rsplit("/", 1)[-1])
        assert job.state == "done", job.problem
        due = main_of(anna, f"/declarations/runs/{job.run}")
        assert "1.5 t" in due.one(id="due").text
        again = anna.post(f"/declarations/runs/{job.run}/register", headers=PART).headers["hx-redirect"]
        assert texts_of(main_of(anna, again))[0][6] == "1.5"
    assert not verify_all(house.book).problems


def test_the_registers_are_searched_sorted_and_given_as_a_file(house: House) -> None:
    with house.signed_in("anna") as anna:
        first, second = opened(anna, case="harbour"), opened(anna, case="harbour")
        ours = "/declarations/registers?find=harbuor"
        assert len(main_of(anna, f"{ours}&order=-at").one(id="registers").rows()) == 2, "a slip is forgiven"
        links = main_of(anna, f"{ours}&order=at").one(id="registers").all("a")
        opening = [link.attributes["href"] for link in links if "registers/" in link.attributes["href"]]
        assert opening == [first, second]
        lines = anna.get("/declarations/registers.csv?hide=at&find=harbuor").text.splitlines()
        assert lines[0] == "file,versions,case" and len(lines) == 3
        assert anna.get("/declarations/registers.xlsx").content.startswith(b"PK")
    with house.signed_in("adam") as adam:
        assert adam.get("/declarations/registers.csv").status_code == 403


def test_what_is_judged_is_always_a_version(house: House) -> None:
    with house.signed_in("anna") as anna:
        address = opened(anna)
        grid = changed(anna, address, "set", row=1, field="quantity", text="2")
        form = {"seen": body_of(grid).attributes["data-seen"], "year": "2026"}
        assert anna.post(f"{address}/judge", data=form, headers=PART).status_code == 204
        assert len(main_of(anna, address).one(id="versions").rows()) == 2
    assert make_worker(house.entrance.configuration, intake_of(house.book)).work_once()


def test_rows_are_added_removed_and_pasted_and_the_last_change_is_undone(house: House) -> None:
    with house.signed_in("anna") as anna:
        address = opened(anna)
        before = texts_of(main_of(anna, address))
        grid = changed(anna, address, "add", row=1)
        assert len(texts_of(grid)) == 3 and not any(texts_of(grid)[1])
        assert wrong_cells(grid) == ["quantity"], "an empty row is no row"
        block = 'SUED\tB1\t"sodium\nsulfide"\t\tproduce\t2025\t5\tkg\nSUED\tB1\tx\t\tproduce\t2025\t6\tkg\n'
        row = re.findall(r'data-row="(\d+)"', anna.get(address).text)[2]
        grid = changed(anna, address, "paste", row=row, field="site", text=block)
        assert [line[0] for line in texts_of(grid)] == ["NORD", "", "SUED", "SUED"]
        assert texts_of(grid)[2][2] == "sodium sulfide"
        assert "site" in wrong_cells(grid), "no such site in the table of sites"
        for _ in range(2):
            grid = changed(anna, address, "undo")
        assert texts_of(grid) == before
        changed(anna, address, "undo", 409)
        grid = changed(anna, address, "remove", row=1)
        assert texts_of(grid) == before[1:]


def test_a_block_that_does_not_fit_changes_nothing(house: House) -> None:
    with house.signed_in("anna") as anna:
        address = opened(anna)
        before = texts_of(main_of(anna, address))
        assert "room for 1" in changed(anna, address, "paste", 422, row=1, field="remarks", text="a\tb").text
        changed(anna, address, "paste", 422, row=1, field="site", text="a\nb", only="faults")
        changed(anna, address, "set", 422, row=99, field="site", text="a")
        changed(anna, address, "set", 422, row=1, field="quantity", text="9" * 2_001)
        assert texts_of(main_of(anna, address)) == before


def test_the_second_of_two_people_is_told(house: House) -> None:
    with house.signed_in("anna") as anna, house.signed_in("rita") as rita:
        address = opened(anna)
        seen = body_of(main_of(rita, address)).attributes["data-seen"]
        changed(anna, address, "set", row=1, field="quantity", text="1.5")
        told = changed(rita, address, "set", 409, seen=seen, row=1, field="quantity", text="9")
        assert "Somebody else has changed this register" in told.text
        main = main_of(rita, address)
        assert texts_of(main)[0][6] == "1.5" and "Name of anna" in main.text


def test_one_row_is_changed_added_and_removed_by_a_plain_form(house: House) -> None:
    with house.signed_in("anna") as anna:
        address = opened(anna)
        form = page_of(anna, f"{address}/rows?table=activities&row=1").one("main").one("form")
        sent = {one.attributes["name"]: one.attributes.get("value", "") for one in form.all("input")}
        assert (sent["cell-quantity"] == "12 x" and "not a number" in form.text.lower()) or form.all(class_="warn")
        plain = dict(anna.headers)
        anna.headers.pop("x-csrf-token", None)
        refused = anna.post(f"{address}/rows", data=sent | {"csrf_field": ""}, follow_redirects=False)
        assert refused.status_code == 403
        sent["cell-quantity"] = "3"
        answer = anna.post(f"{address}/rows", data=sent, follow_redirects=False)
        assert answer.status_code == 303 and "row=1" in answer.headers["location"]
        assert texts_of(main_of(anna, address))[0][6] == "3"
        late = anna.post(f"{address}/rows", data=sent | {"cell-quantity": "4"}, follow_redirects=False)
        assert late.status_code == 409, "the form does not show what stands there now"
        empty = page_of(anna, f"{address}/rows?table=activities").one("main").one("form")
        sent = {one.attributes["name"]: one.attributes.get("value", "") for one in empty.all("input")}
        sent |= {"cell-site": "NORD", "cell-quantity": "8"}
        hints = {hint.attributes["id"] for hint in empty.all("p", class_="note")}
        described = {one.attributes.get("aria-describedby") for one in empty.all("input")} - {None}
        assert hints and hints == described, "each field says how it is filled in"
        anna.post(f"{address}/rows", data=sent, follow_redirects=False)
        assert texts_of(main_of(anna, address))[2][6] == "8"
        form = page_of(anna, f"{address}/rows?table=activities&row=3").one("main").one("form")
        sent = {one.attributes["name"]: one.attributes.get("value", "") for one in form.all("input")}
        anna.post(f"{address}/rows", data=sent | {"act": "remove"}, follow_redirects=False)
        assert len(texts_of(main_of(anna, address))) == 2
        anna.headers.update(plain)
        assert anna.get(f"{address}/rows?table=activities&row=77", headers=PART).status_code == 422


def row_form(client: TestClient, address: str) -> dict[str, str]:
    """Return what the form of the first row sends, with another quantity."""
    form = page_of(client, f"{address}/rows?table=activities&row=1").one("main").one("form")
    sent = {one.attributes["name"]: one.attributes.get("value", "") for one in form.all("input")}
    assert sent["csrf_field"]
    return sent | {"cell-quantity": "666"}


def test_the_token_in_a_plain_form_is_good_for_its_route_and_its_session_alone(house: House) -> None:
    with house.signed_in("anna") as anna, house.signed_in("rita") as rita, house.signed_in("anna") as other:
        address, before = opened(anna), "12 x"
        sent = row_form(anna, address)
        tokens = {
            "none": "", "a word": "x", "spaces": " " * 128, "half spaces": "a " * 64, "no digits": "z" * 128,
            "of another person": row_form(rita, address)["csrf_field"],
            "of another session": row_form(other, address)["csrf_field"],
        }  # fmt: skip
        own = anna.headers.pop("x-csrf-token")
        for why, token in tokens.items():
            for headers in ({}, {"x-csrf-token": token}):
                body = sent | {"csrf_field": token if not headers else sent["csrf_field"]}
                answer = anna.post(f"{address}/rows", data=body, headers=headers, follow_redirects=False)
                assert answer.status_code == 403, (why, headers)
        without = {name: value for name, value in sent.items() if name != "csrf_field"}
        assert anna.post(f"{address}/rows", data=without, follow_redirects=False).status_code == 403
        assert anna.post(f"{address}/rows", params=sent, data=without, follow_redirects=False).status_code == 403
        for route in (f"{address}/changes", f"{address}/versions", f"{LIST}/empty"):
            body = sent | {"act": "set", "row": "1", "field": "quantity", "text": "666", "case": "books"}
            assert anna.post(route, data=body, follow_redirects=False).status_code == 403, route
        assert anna.get(f"{address}/rows", params=sent).status_code == 200
        assert texts_of(main_of(anna, address))[0][6] == before
        anna.headers["x-csrf-token"] = own


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=b", "application/json", ""])
def test_the_token_is_read_from_no_other_kind_of_body(house: House, kind: str) -> None:
    with house.signed_in("anna") as anna:
        address = opened(anna)
        sent, headers = row_form(anna, address), {"content-type": kind}
        del anna.headers["x-csrf-token"]
        content = "&".join(f"{name}={value}" for name, value in sent.items())
        answer = anna.post(f"{address}/rows", content=content, headers=headers, follow_redirects=False)
        assert answer.status_code == 403
        assert texts_of(main_of(anna, address))[0][6] == "12 x"


def test_a_plain_form_of_another_site_or_of_a_page_before_is_refused(house: House) -> None:
    with house.signed_in("anna") as anna:
        address = opened(anna)
        sent = row_form(anna, address)
        del anna.headers["x-csrf-token"]
        for headers in (
            {"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"},
            {"origin": "http://testserver", "sec-fetch-site": "same-site"},
        ):  # fmt: skip
            answer = anna.post(f"{address}/rows", data=sent, headers=headers, follow_redirects=False)
            assert answer.status_code == 403, headers
        shown = anna.get(f"{address}/rows?table=activities&row=1")
        assert "no-store" in shown.headers["cache-control"]
    with house.signed_in("anna") as again:  # a page that was left open
        del again.headers["x-csrf-token"]
        assert again.post(f"{address}/rows", data=sent, follow_redirects=False).status_code == 403
        again.cookies.clear()
        assert again.post(f"{address}/rows", data=sent, follow_redirects=False).status_code in (303, 401)
    with house.signed_in("anna") as anna:
        assert texts_of(main_of(anna, address))[0][6] == "12 x"


def test_a_long_register_is_shown_some_rows_a_page_and_by_its_faults(house: House) -> None:
    lines = [f"NORD,A1,acetone,67-64-1,produce,2025,{n},{'kg' if n != 130 else 'tons'}\n" for n in range(1, 201)]
    with house.signed_in("anna") as anna:
        address = opened(anna, ("sites.csv", SITES), ("activities.csv", HEAD + "".join(lines)))
        main = main_of(anna, address)
        assert len(texts_of(main)) == 50 and "Rows 1 to 50 of 200" in main.text
        link = main.one(id="grid-faults").one("a").attributes["href"]
        assert [row for row in texts_of(main_of(anna, link)) if row[7] == "tons"]
        only = main_of(anna, f"{address}?only=faults")
        assert [row[6] for row in texts_of(only)] == ["130"]
        assert len(texts_of(main_of(anna, f"{address}?first=150"))) == 50
        assert texts_of(main_of(anna, f"{address}?first=9999"))[0][6] == "151"


def test_an_empty_register_is_begun_and_every_page_is_sound_in_every_language(house: House) -> None:
    with house.signed_in("anna") as anna:
        form = {"case": "begun", "mark": "restricted"}
        address = anna.post(f"{LIST}/empty", data=form, headers=PART).headers["hx-redirect"]
        assert main_of(anna, address).one("h1").text == "The register has no rows yet"
        full = opened(anna)
        for lang in LANGUAGES:
            for page in (LIST, address, full, f"{full}?table=sites", f"{full}/rows?table=activities&row=1"):
                assert main_of(anna, page, lang).one("h1").text, page
        changed(anna, address, "add")
        grid = changed(anna, address, "set", row=1, field="quantity", text="=1+1")
        assert texts_of(grid)[0][6] == "=1+1"
        assert anna.post(f"{LIST}/empty", data={**form, "mark": "none"}, headers=PART).status_code == 422


def test_a_version_is_downloaded_as_tables_without_a_formula(house: House) -> None:
    lines = HEAD + "NORD,A1,acetone,67-64-1,produce,2025,7,kg\n"
    with house.signed_in("anna") as anna:
        address = opened(anna, ("sites.csv", SITES), ("activities.csv", lines))
        grid = changed(anna, address, "set", row=1, field="remarks", text="=HYPERLINK(1)")
        anna.post(f"{address}/versions", data={"seen": body_of(grid).attributes["data-seen"]}, headers=PART)
        archive = zipfile.ZipFile(io.BytesIO(anna.get(f"{address}/versions/2/register.zip").content))
        assert sorted(archive.namelist()) == ["activities.csv", "sites.csv"]
        assert "'=HYPERLINK(1)" in archive.read("activities.csv").decode()
        for format in ("xlsx", "json"):
            answer = anna.get(f"{address}/versions/2/register.{format}")
            assert f"register-{address.rsplit('/', 1)[-1]}-2.{format}" in answer.headers["content-disposition"]
            again = opened(anna, (f"register.{format}", answer.content))  # type: ignore[arg-type]
            assert texts_of(main_of(anna, again))[0][:3] == ["NORD", "A1", "acetone"]
        assert anna.get(f"{address}/versions/9", headers=PART).status_code == 404


def test_who_may_not_keep_sees_no_grid(house: House) -> None:
    with house.signed_in("anna") as anna:
        address = opened(anna)
    for login, status in (("audra", 403), ("adam", 403), ("dana", 404)):
        with house.signed_in(login) as other:
            for path in (LIST, f"{address}/versions/1"):
                assert other.get(path).status_code == 403, (login, path)
            assert other.get(address).status_code == status, login
            assert other.post(f"{address}/changes", data={"act": "undo", "seen": "1.0"}).status_code == status
    with house.signed_in("anna") as anna:
        assert opened(anna, ("activities.csv", "nothing of a register\n"), status=422)
