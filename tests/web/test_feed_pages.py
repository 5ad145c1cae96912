"""Feeds on the page and over the API: added, imported, exported, fetched on request, removed; by whom who may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from opencwc.casebook.casebook_verifier import verify_casebook
from opencwc.casebook.findings import list_records
from opencwc.casebook.model import Mark, Person, Role
from opencwc.jobs.feed_fetching import FeedFetching
from opencwc.jobs.intake import intake_of
from opencwc.jobs.queue import Jobs
from reports.intake.local_net import SETTINGS, Net, net
from web.pages.housing import PAGE, PART, opened_house, page_of
from web.signing_in import House

__all__ = ["net"]

FEEDS, API = "/watch/sources/feeds", "/api/v1/watch/feeds"
URL = "http://feeds.example/feed"
AUDITOR = Person("p-audit", "audit", "Audit", Role.AUDITOR, Mark.HIGHLY_PROTECTED)
OPML = b"""<opml version="2.0"><body>
<outline text="Wire"><outline type="rss" text="Harbour Wire" xmlUrl="https://a.wire.example/feed"/></outline>
<outline type="rss" text="Kommune" xmlUrl="https://b.wire.example/feed"/></body></opml>"""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened_house(tmp_path, monkeypatch) as house:
        monkeypatch.setenv("OPENCWC_WATCH_NETWORK", "on")
        yield house


def added(client: TestClient, status: int = 204, **form: str) -> None:
    asked = {"case": "press", "url": URL, "name": "Harbour <b>Wire</b>", "hours": "24", **form}
    answer = client.post(FEEDS, data=asked, headers=PART)
    assert answer.status_code == status, answer.text[:300]


def rows(client: TestClient, query: str = "") -> list[str]:
    return [row.text for row in page_of(client, f"{FEEDS}{query}").one("tbody").all("tr")]


def fetched(house: House, net: Net) -> None:
    """Have what is due be fetched, as the worker does."""
    fetching = FeedFetching(intake_of(house.book), Jobs(house.book.engine))
    replace(fetching, fetcher=lambda settings: net.fetcher(), settings=lambda: SETTINGS).fetch_due()


def test_a_feed_is_added_shown_changed_fetched_and_removed(house: House, net: Net) -> None:
    net.answer("/feed", b"", 503)
    with house.signed_in("anna") as anna:
        assert "No feeds yet" in page_of(anna, FEEDS).text
        added(anna)
        added(anna)
        (row,) = rows(anna)
        assert "Harbour <b>Wire</b>" in row and URL in row and "Due now" in row
        assert page_of(anna, FEEDS).one("h1").text == "Feeds: 1, due now: 1"
        told = anna.get(f"{FEEDS}/table.csv?case=press").text.splitlines()
        assert told[0] == "feed,case,answer,brought,since_look,fetched,due,every" and len(told) == 2
        assert anna.get(f"{FEEDS}/table.xlsx").content.startswith(b"PK")
        fetched(house, net)
        (row,) = rows(anna, "?case=press")
        assert "Failed: the server answers with status 503" in row
        assert page_of(anna, FEEDS).one("h1").text == "Feeds: 1, failed: 1"
        assert anna.post(f"{FEEDS}/fetch", data={"case": "press"}, headers=PART).status_code == 204
        assert "Due now" in rows(anna)[0]
        feed = anna.get(API).json()["feeds"][0]
        changed = anna.post(f"{FEEDS}/{feed['feed']}", data={"hours": "1", "case": "press"}, headers=PART)
        assert changed.headers["hx-redirect"] == f"{FEEDS}?case=press"
        assert anna.get(API).json()["feeds"][0]["hours"] == 1
        assert anna.post(f"{FEEDS}/{feed['feed']}/remove", data={}, headers=PART).status_code == 204
        assert "No feeds yet" in page_of(anna, FEEDS).text
    kinds = [one["kind"] for one in list_records(house.book, AUDITOR) if one["kind"].startswith("feed")]
    assert kinds == ["feed_added", "feed_changed", "feed_removed"] and verify_casebook(house.book, AUDITOR).fits


def test_a_list_is_imported_and_exported_as_opml(house: House) -> None:
    with house.signed_in("anna") as anna:
        sent = {"file": ("feeds.opml", OPML)}
        answer = anna.post(f"{FEEDS}/file", data={"case": "press", "hours": "0"}, files=sent, headers=PART)
        assert answer.status_code == 204, answer.text[:300]
        assert answer.headers["hx-redirect"] == f"{FEEDS}?case=press"
        shown = anna.get(API, params={"case": "press"}).json()["feeds"]
        assert [(one["name"], one["url"], one["hours"], one["state"]) for one in shown] == [
            ("Harbour Wire", "https://a.wire.example/feed", 0, "never"),
            ("Kommune", "https://b.wire.example/feed", 0, "never"),
        ]
        exported = anna.get(f"{FEEDS}/feeds.opml?case=press", headers=PAGE).content
        assert exported == anna.get(f"{API}/opml", params={"case": "press"}).content
        again = anna.post(f"{API}/opml", data={"case": "other"}, files={"file": ("again.opml", exported)})
        assert (again.status_code, again.json()) == (201, {"added": 2})


@pytest.mark.parametrize(
    ("name", "content", "data"),
    [
        ("a.opml", b"<opml><body/></opml>", {"case": "press"}),
        ("a.opml", OPML, {}),
        ("a.opml", OPML, {"case": "press", "hours": "-1"}),
        ("a.opml", OPML.replace(b"https://b.", b"file://b."), {"case": "press"}),
        ("a.opml", b"<opml>" + b" " * 2_000_001 + b"</opml>", {"case": "press"}),
        ("a.opml", b'<!DOCTYPE o [<!ENTITY a "x">]><opml><body>&a;</body></opml>', {"case": "press"}),
    ],
)
def test_a_list_that_is_none_adds_nothing(house: House, name: str, content: bytes, data: dict[str, str]) -> None:
    with house.signed_in("anna") as anna:
        answer = anna.post(f"{API}/opml", data=data, files={"file": (name, content)})
        assert answer.status_code == 422, answer.text[:300]
        assert anna.get(API).json()["feeds"] == []


def test_over_the_api_feeds_are_added_changed_asked_for_and_removed(house: House) -> None:
    with house.signed_in("anna") as anna:
        body = {"case": "press", "feeds": [{"url": URL}, {"url": URL, "name": "Again"}], "hours": 6}
        assert anna.post(API, json=body).json() == {"added": 1}
        (feed,) = anna.get(API).json()["feeds"]
        assert (feed["state"], feed["says"], feed["run"]) == ("waiting", "Due now.", None)
        assert anna.put(f"{API}/{feed['feed']}", json={"hours": 0}).status_code == 204
        assert anna.get(API).json()["feeds"][0]["due_at"] == ""
        assert anna.post(f"{API}/fetch", json={"case": "press"}).json() == {"due": 1}
        assert anna.delete(f"{API}/{feed['feed']}").status_code == 204
        assert anna.delete(f"{API}/{feed['feed']}").status_code == 404
        assert anna.post(API, json={**body, "feeds": [{"url": "https://a:b@feeds.example/"}]}).status_code == 422


def test_who_only_reads_sees_the_list_and_changes_nothing(house: House) -> None:
    with house.signed_in("anna") as anna, house.signed_in("audra") as audra, house.signed_in("adam") as adam:
        added(anna)
        page = page_of(audra, FEEDS)
        assert len(page.all("tr")) == 2 and not page.all("select", name="hours") and "every day" in page.text
        added(audra, 403)
        assert audra.post(f"{FEEDS}/fetch", data={}, headers=PART).status_code == 403
        assert adam.get(FEEDS, headers=PAGE).status_code == 403
        assert adam.get(API).status_code == 403


@pytest.mark.parametrize("lang", ["en", "fr", "es", "ru", "ar", "zh"])
def test_every_page_is_sound_in_every_language(
    house: House, net: Net, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    net.answer("/feed", b"", 503)
    with house.signed_in("anna") as anna:
        added(anna)
        added(anna, case="other", url="http://feeds.example/other", hours="0")
        fetched(house, net)
        on = page_of(anna, FEEDS, lang)
        monkeypatch.setenv("OPENCWC_WATCH_NETWORK", "off")
        off = page_of(anna, FEEDS, lang)
        for text in (on.text, off.text):
            assert "page_" not in text and "feed_" not in text
        assert "opencwc.toml" in off.text and "opencwc.toml" not in on.text
        assert on.all("form", hx_post=f"{FEEDS}/fetch") and not off.all("form", hx_post=f"{FEEDS}/fetch")
