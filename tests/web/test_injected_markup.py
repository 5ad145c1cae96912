"""Nothing that anybody writes becomes markup, a script, a header or a formula in what the service answers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import sync_playwright
from starlette.testclient import TestClient

from attacks import tried
from opencwc.casebook.model import Role
from opencwc.casebook.permissions import ACTIONS
from opencwc.jobs.kept_runs import _loaded
from opencwc.web.access_table import declared_access
from opencwc.web.declarations.opened_registers import _held
from opencwc.web.server.service import OPEN
from opencwc.web.transfers import check_pages, pages
from web.browser.conftest import QUIET
from web.pages.housing import PAGE, PART, opened_house
from web.test_read_records import QUERIES, Kept, addresses

from .live_markup import LIVE, Writer, csv_of, faults_of, fill, register

ACCESS = declared_access()
GETS = [route.removeprefix("GET ") for route in ACCESS if route.startswith("GET ")]
LOGINS = {Role.REVIEWER: "rita", Role.ANALYST: "anna", Role.AUDITOR: "audra", Role.ADMINISTRATOR: "adam"}
ASKED = (
    "case", "run", "verdict", "list", "entry", "status", "grave", "text", "from", "part", "view", "after", "lang",
    "outcome", "next", "code", "state", "error", "question", "value", "q", "first", "second", "as_of", "year",
    "profile", "reading", "margin", "field", "sort", "only", "over", "filter", "row", "page", "kind", "format", "token",
)  # fmt: skip
"""Names that an address gives something under; a route that does not know one of them is asked all the same."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with pytest.MonkeyPatch.context() as patch, opened_house(tmp_path_factory.mktemp("live"), patch) as house:
        yield fill(house, 0)
    _loaded.clear()
    _held.clear()


def logins_for(route: str, *, all_of_them: bool) -> list[str]:
    """Return who is to ask for a route: one who may, or all who may; a job is shown to who asked for it."""
    action = ACCESS[route].action
    may = [login for role, login in LOGINS.items() if action == OPEN or role in ACTIONS[action]]
    if "{job_id}" in route:
        may.remove("anna")
        may.insert(0, "anna")
    return may if all_of_them else may[:1]


def asked(client: TestClient, address: str, headers: dict[str, str]) -> list[str]:
    tried()
    answer: httpx.Response = client.get(address, headers=headers)  # type: ignore[assignment]
    return [f"{address}: {fault}" for fault in faults_of(answer)]


def own_queries(template: str, kept: Kept) -> list[str]:
    """Return what else is asked of a page: findings of each verb as cards and as rows, and by their texts."""
    if template != "/casebook":
        return []
    return [
        *(f"part=findings&case={case}&view={view}" for case in kept.runs for view in ("table", "cards")),
        "part=findings&view=cards", *(f"part=findings&text={quote(text)}" for text in LIVE),
    ]  # fmt: skip


def walk(kept: Kept, lang: str = "", *, thorough: bool) -> None:
    """Ask for everything that is kept, as a page and as a part of one, and see that the texts are in what is shown."""
    faults: list[str] = []
    shown: set[str] = set()
    for login in LOGINS.values():
        with kept.house.signed_in(login) as client:
            for template in GETS:
                if login in logins_for(f"GET {template}", all_of_them=thorough):
                    for address in kept_addresses(kept, template):
                        own, has_text = _walked(client, address, lang)
                        faults += own
                        shown |= {template} if has_text else set()
    assert not faults, "\n".join(dict.fromkeys(faults))
    assert len(shown) > 60, sorted(shown)


def kept_addresses(kept: Kept, template: str) -> Iterator[str]:
    yield from addresses(kept, template)
    yield from (f"{template}?{query}" for query in own_queries(template, kept))


def _walked(client: TestClient, address: str, lang: str) -> tuple[list[str], bool]:
    """Ask for an address in both ways; return its faults, and whether it shows a text of somebody."""
    faults, has_text = [], False
    for headers in (PAGE, PART):
        tried()
        joined = f"{'&' if '?' in address else '?'}lang={lang}" if lang else ""
        answer: httpx.Response = client.get(address + joined, headers=headers)  # type: ignore[assignment]
        faults += [f"{address}: {fault}" for fault in faults_of(answer)]
        has_text = has_text or b"zq" in answer.content
    return faults, has_text


def test_no_page_and_no_file_makes_markup_of_what_is_kept(kept: Kept, thorough: bool) -> None:
    walk(kept, thorough=thorough)


def test_every_place_is_tried_with_other_texts_and_from_right_to_left(
    tmp_path_factory: pytest.TempPathFactory, kept: Kept, thorough: bool
) -> None:
    if not thorough:
        with kept.house.signed_in("rita") as client:
            for template in ("/casebook", "/cases/{name}", "/findings/{finding_id}"):
                for address in kept_addresses(kept, template):
                    assert not _walked(client, address, "ar")[0]
        return
    for first in (3, 7, 11, 13):
        with pytest.MonkeyPatch.context() as patch, opened_house(tmp_path_factory.mktemp("live"), patch) as house:
            walk(fill(house, first), "ar", thorough=False)
        _loaded.clear()
        _held.clear()


SEEN_IN_A_BROWSER = (
    "/casebook", "/cases/{name}", "/findings/{finding_id}", "/declarations/runs/{number}",
    "/declarations/submissions/{number}", "/law/runs/{number}", "/transfers/checks/{number}",
    "/transfers/runs/{number}", "/settings/people", "/audit", "/jobs/{job_id}",
)  # fmt: skip
_LOOK = "() => [window.zqCalled || 0, document.querySelectorAll('[zqlive], iframe, object, embed, base').length]"


def test_a_browser_finds_no_live_markup_either(kept: Kept, thorough: bool) -> None:
    """A browser reads HTML in its own way: what it makes of the pages is looked at, with nothing that would hold it."""
    seen = list(_pages(kept, SEEN_IN_A_BROWSER, every=1 if thorough else 5))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(QUIET))
        page = browser.new_page()
        page.route("**/*", lambda route: route.abort())
        page.add_init_script("window.zq = () => { window.zqCalled = 1 }")
        page.goto("about:blank")
        page.set_content(LIVE[2])
        assert page.evaluate(_LOOK) == [1, 1], "the browser would show it"
        for address, text in seen:
            tried()
            page.goto("about:blank")
            page.set_content(text, wait_until="domcontentloaded")
            assert page.evaluate(_LOOK) == [0, 0], address
        browser.close()


def _pages(kept: Kept, templates: tuple[str, ...], every: int) -> Iterator[tuple[str, str]]:
    """Yield addresses with their pages, one of so many."""
    for login in ("rita", "anna", "adam", "audra"):
        with kept.house.signed_in(login) as client:
            mine = [name for name in templates if login == logins_for(f"GET {name}", all_of_them=False)[0]]
            for address in [address for name in mine for address in kept_addresses(kept, name)][::every]:
                answer = client.get(address, headers=PAGE)
                if answer.status_code == 200:
                    yield address, answer.text


def test_no_page_makes_markup_of_its_own_address(kept: Kept, thorough: bool) -> None:
    faults: list[str] = []
    for login in LOGINS.values():
        with kept.house.signed_in(login) as client:
            for number, template in enumerate(GETS):
                if login not in logins_for(f"GET {template}", all_of_them=False):
                    continue
                for text in LIVE if thorough else LIVE[number % 5 :: 5]:
                    for address in crafted(template, text):
                        faults += asked(client, address, PAGE)
    assert not faults, "\n".join(dict.fromkeys(faults))


def crafted(template: str, text: str) -> Iterator[str]:
    """Yield addresses of a route with a text in every place of it, in its queries, and behind it."""
    written = quote(text, safe="")
    filled = re.sub(r"\{\w+(?::\w+)?\}", written, template)
    yield filled
    yield f"{filled}/{written}"
    plain = re.sub(r"\{\w+(?::\w+)?\}", "1", template)
    yield f"{plain}?" + "&".join(f"{name}={written}" for name in ASKED)
    for name in {name for query in QUERIES.get(template, ()) for name in re.findall(r"(\w+)=", query)}:
        yield f"{plain}?{name}={written}"


def test_no_answer_makes_markup_of_what_is_sent(kept: Kept, thorough: bool) -> None:
    """What is refused is told as it was written: names and values of fields, bodies that are none, names of files."""
    faults: list[str] = []
    posts = [route.partition(" ")[2] for route in ACCESS if route.startswith("POST ") and "sign-out" not in route]
    for login in LOGINS.values():
        with kept.house.signed_in(login) as client:
            for number, template in enumerate(posts):
                if login not in logins_for(f"POST {template}", all_of_them=False) or "sessions/end" in template:
                    continue
                for text in LIVE[number % 4 :: 4] if thorough else LIVE[number % 16 :: 16]:
                    for answer in _sent(client, re.sub(r"\{\w+(?::\w+)?\}", "1", template), text):
                        faults += [f"POST {template} {text}: {fault}" for fault in faults_of(answer)]
    assert not faults, "\n".join(dict.fromkeys(faults))


def _sent(client: TestClient, address: str, text: str) -> Iterator[Any]:
    tried(3)
    yield client.post(address, data={text: text, "name": text, "case": text, "question": text}, headers=PART)
    yield client.post(address, json={text: text, "name": text}, headers={"accept": "text/html"})
    name = f"zq {text.replace('/', '')}.csv"
    yield client.post(address, files={"file": (name, text)}, data={"case": text}, headers=PART)


def sent_at_once(kept: Kept) -> dict[str, list[dict[str, Any]]]:
    """Return what is sent to the pages that answer at once, by their addresses."""
    write = Writer(3)
    sites, activities = register(write)
    shipments = write.table(
        check_pages.EXAMPLES["shipments.csv"], "id", "chemical", "consignee", "papers", more=write()
    )
    ledger = write.table(pages.EXAMPLES["ours.csv"], "id", "chemical", "remarks", more=write())
    with kept.house.signed_in("anna") as client:
        declaration = client.get(f"/declarations/runs/{kept.runs['declare']}/declaration.xml").content
    tables = [("file", ("sites.csv", sites)), ("file", ("activities.csv", activities))]
    texts = [f"zq sarin {text}" for text in LIVE]
    return {
        "/screen": [{"data": {"value": text, "kind": kind}} for text in texts for kind in ("auto", "text")],
        "/law/ask": [
            {"data": {"question": f"Who must declare chemicals to the National Authority of zq {text}?"}}
            for text in LIVE
        ],
        "/transfers/check": [
            {"data": {"chemical": text, "from": "DEU", "to": "FRA", "consignee": text, "quantity": "5", "unit": "kg"}}
            for text in texts
        ],
        "/transfers/check/file": [{"files": {"file": (write.file("csv"), shipments)}}],
        "/transfers/check/preview": [{"files": {"file": (write.file("csv"), shipments)}}],
        "/transfers/preview": [{"files": {"file": (write.file("csv"), ledger)}}],
        "/declarations/preview": [{"files": tables}],
        "/declarations/check": [{"files": {"file": (write.file("xml"), declaration)}}],
    }


@pytest.fixture(scope="module")
def at_once(kept: Kept) -> dict[str, list[dict[str, Any]]]:
    return sent_at_once(kept)


@pytest.mark.parametrize(
    "address",
    ["/screen", "/law/ask", "/transfers/check", "/transfers/check/file", "/transfers/check/preview",
     "/transfers/preview", "/declarations/preview", "/declarations/check"],
)  # fmt: skip
def test_what_is_answered_at_once_makes_no_markup_of_what_it_was_given(
    kept: Kept, at_once: dict[str, list[dict[str, Any]]], address: str
) -> None:
    shown = 0
    with kept.house.signed_in("anna") as client:
        for body in at_once[address]:
            tried()
            answer: Any = client.post(address, headers=PART, **body)
            assert not faults_of(answer)
            shown += answer.status_code == 200 and "zq" in answer.text
    assert shown, answer.text[:1_000]


WRONG = (
    *(f"<p>{text}" for text in LIVE[:2]), f'<p title="{LIVE[2]}">', f"<p title='{LIVE[3]}'>",
    f'<p title="{LIVE[4]}">', f"<p title='{LIVE[5]}'>", f"<textarea>{LIVE[6]}", f"<!-- {LIVE[7]} -->",
    f'<a href="{LIVE[8]}">x</a>', '<a href="java\tscript:zq()">x</a>', "<script>zq()</script>",
    '<script type="application/json">"<!--"</script>', '<p hx-get="//zq">x</p>', '<p data-hx-post="zq:">x</p>',
)  # fmt: skip
"""Pages that show a text as it was written."""


@pytest.mark.parametrize("page", WRONG)
def test_the_judge_sees_live_markup(page: str) -> None:
    """The tests above would hold over any page too, where the judge saw nothing."""
    answer = httpx.Response(200, headers={"content-type": "text/html", "x-content-type-options": "nosniff"}, text=page)
    assert faults_of(answer), page


def test_the_judge_sees_formulas_and_names_that_end_early() -> None:
    sniffed = {"x-content-type-options": "nosniff"}
    for cell in ("=HYPERLINK(zq,1)", "@zq+1", "+zq", "-zq", "\tzq"):
        table = httpx.Response(200, headers={"content-type": "text/csv", **sniffed}, text=csv_of((cell, "1")))
        assert faults_of(table), cell
    named = {"content-disposition": 'attachment; filename="a"; x="b.csv"', **sniffed}
    assert faults_of(httpx.Response(200, headers=named, text="x"))
    assert faults_of(httpx.Response(200, text="x"))
