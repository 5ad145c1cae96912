"""`case feeds`: added, imported, listed, exported, asked for, removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run

URL, OTHER = "https://a.wire.example/feed", "https://b.wire.example/feed"


@pytest.fixture(autouse=True)
def casebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("OPENCWC_CASEBOOK", str(tmp_path / "casebook.db"))


def test_feeds_go_from_one_case_to_another_as_opml(run: Run, tmp_path: Path) -> None:
    assert run("case", "feeds", "add", "press", URL, OTHER, URL, "--every", "24").text == "Feeds added: 2.\n"
    file = str(tmp_path / "feeds.opml")
    assert run("case", "feeds", "export", "press", "-o", file).status == 0
    assert run("case", "feeds", "import", "other", file, "--every", "0").text == "Feeds added: 2.\n"
    listed = json.loads(run("case", "feeds", "list", "--format", "json").out)
    assert [(one["case"], one["feed"]["url"], one["feed"]["hours"]) for one in listed] == [
        ("press", URL, 24), ("press", OTHER, 24), ("other", URL, 0), ("other", OTHER, 0),
    ]  # fmt: skip


def test_the_list_says_that_nothing_is_fetched_where_the_network_is_off(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("case", "feeds", "add", "press", URL)
    off = run("case", "feeds", "list", "press").text
    assert off.startswith("The service fetches nothing: network access is off.") and "Not fetched yet" in off
    monkeypatch.setenv("OPENCWC_WATCH_NETWORK", "on")
    on = run("case", "feeds", "list", "press").text
    assert "network access" not in on and URL in on and "Due now" in on
    assert run("case", "feeds", "fetch", "press").text == "To be fetched now: 1.\n"


def test_a_feed_is_removed_by_its_number_and_what_is_none_is_refused(run: Run, tmp_path: Path) -> None:
    run("case", "feeds", "add", "press", URL)
    (feed,) = json.loads(run("case", "feeds", "list", "--format", "json").out)
    number = str(feed["feed"]["seq"])
    assert run("case", "feeds", "remove", number).text == "The feed was removed.\n"
    again = run("case", "feeds", "remove", number)
    assert again.status == 2 and "there is no feed" in again.err
    assert run("case", "feeds", "add", "press", "ftp://wire.example").status == 2
    assert run("case", "feeds", "import", "press", str(tmp_path / "none.opml")).status == 2
