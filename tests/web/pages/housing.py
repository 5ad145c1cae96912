"""A house with a person of every role, in which the pages are opened by who is signed in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.runs import begin_run
from opencwc.screening import screen
from opencwc.web.app import app_of
from web.signing_in import House, open_house

from .parsed import Element, check_sound, parsed

LOGINS = {
    "anna": Role.ANALYST,
    "rita": Role.REVIEWER,
    "rene": Role.REVIEWER,
    "adam": Role.ADMINISTRATOR,
    "audra": Role.AUDITOR,
}
PAGE = {"accept": "text/html"}
PART = {"accept": "*/*", "hx-request": "true"}
LANGUAGES_READ = ("en", "fr", "ar")


@contextmanager
def opened_house(folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Iterator[House]:
    """Open a house with all roles in it, and a case of two findings."""
    with open_house(folder, monkeypatch, **settings) as house:
        for login, role in LOGINS.items():
            house.add(login, role, Mark.HIGHLY_PROTECTED)
        keeper = Person("p-keeper", "keeper", "Keeper", Role.ANALYST, Mark.HIGHLY_PROTECTED)
        case_for_keeping(house.book, keeper, "inventory")
        run = begin_run(house.book, keeper, "inventory", verb="screen", asked={}, checked={}, maker={})
        run.keep(screen(["OCCSCCO", "CCO"], lists="CWC"))
        run.finish({})
        whole = replace(house, app=app_of(house.entrance, house.book))
        yield whole
        whole.app.state.service.answering.close()


def page_of(client: TestClient, address: str, lang: str = "en") -> Element:
    """Open a page, and check that it is sound."""
    joined = "&" if "?" in address else "?"
    answer = client.get(f"{address.partition('#')[0]}{joined}lang={lang}", headers=PAGE)
    assert answer.status_code == 200, answer.text[:500]
    page = parsed(answer.text)
    check_sound(page)
    html = page.one("html")
    assert (html.attributes["lang"], html.attributes["dir"]) == (lang, "rtl" if lang == "ar" else "ltr")
    return page


def post(client: TestClient, address: str, status: int = 200, **form: Any) -> tuple[Element, dict[str, str]]:
    """Post a form as htmx does; return the part that comes back, and what the page is told."""
    answer = client.post(address, data=form, headers=PART)
    assert answer.status_code == status, answer.text[:500]
    trigger = json.loads(answer.headers.get("hx-trigger", "{}"))
    if "csrf" in trigger:
        client.headers["x-csrf-token"] = trigger["csrf"]
    part = parsed(answer.text)
    check_sound(part)
    return part, trigger


def bundle_of(house: House) -> bytes:
    """Export the case as two reviewers do, and return the bundle."""
    with house.signed_in("rita") as rita, house.signed_in("rene") as rene:
        request = rita.post("/api/v1/requests", json={"kind": "export", "case": "inventory", "reason": "OPCW"}).json()
        assert rene.post(f"/api/v1/requests/{request['seq']}/answer", json={"approve": True}).status_code == 200
        answer = rita.post(f"/api/v1/requests/{request['seq']}/bundle")
        assert answer.status_code == 200
        return answer.content
