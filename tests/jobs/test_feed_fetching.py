"""Feeds fetched for a case: through the job, from a local server, whatever that server sends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import NamedTuple

import msgspec
import pytest

from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.feeds import NewFeed, add_feeds, ask_fetch, list_feeds, remove_feed
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.people import CONSOLE, People
from opencwc.jobs import feed_fetching
from opencwc.jobs.event_decisions import SHELF
from opencwc.jobs.feed_fetching import FeedFetching, fetch_beside
from opencwc.jobs.feed_list import feed_list
from opencwc.jobs.feed_news import FeedNews, note_looked
from opencwc.jobs.intake import intake_of
from opencwc.jobs.kept_runs import opened_run
from opencwc.jobs.queue import Job, Jobs
from opencwc.jobs.source_list import read_sources_of
from opencwc.jobs.worker import JobBounds, Worker
from opencwc.reports.kept import KeptWatch, opened
from reports.intake.local_net import SETTINGS, Net, net
from reports.intake.making import item, rss

__all__ = ["net"]

FEED, SECOND = "http://feeds.example/feed", "http://a.wire.example/second"
LATER = timedelta(hours=7)
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY %c "%s">' % (97 + n, b"&%c;" % (96 + n) * 10) for n in range(1, 9))
    + b"]><rss><channel><item><title>&i;</title></item></channel></rss>"
)
SCRIPTS = rss(item(7, "&lt;script&gt;steal()&lt;/script&gt;Chlorine leaked in Basel; two people were injured."))


class Desk(NamedTuple):
    """A casebook with an analyst, the net, and what fetches from it."""

    book: Casebook
    anna: Person
    net: Net
    fetching: FeedFetching

    def at(self, hours: float = 0) -> FeedFetching:
        """Return what fetches so many hours from now."""
        now = datetime.now(UTC) + timedelta(hours=hours, seconds=1)
        return replace(self.fetching, clock=lambda: now)

    def states(self) -> list[str]:
        return [row.state for row in feed_list(self.book, self.anna).rows]

    def read(self) -> Job:
        """Have the job that waits be worked off, and return it."""
        worker = Worker(self.fetching.jobs, self.fetching.intake, JobBounds(network_must_be_cut=False))
        assert worker.work_once()
        return self.fetching.jobs.of_person(self.anna.id)[0]

    def run(self, number: int) -> KeptWatch:
        return opened_run(self.book, self.anna, number, SHELF, opened).kept


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, net: Net) -> Iterator[Desk]:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("OPENCWC_WATCH_NETWORK", "on")
    book = open_casebook(tmp_path / "casebook.db")
    anna = People(book).add(CONSOLE, "anna", "Anna", Role.ANALYST, Mark.HIGHLY_PROTECTED)
    fetching = FeedFetching(intake_of(book), Jobs(book.engine), lambda settings: net.fetcher(), lambda: SETTINGS)
    yield Desk(book, anna, net, fetching)
    book.close()


def test_what_is_new_becomes_a_run_and_what_is_unchanged_none(desk: Desk) -> None:
    content = rss(item(1), item(2, "Police in Tunis seized 40 litres of sarin precursor."))
    desk.net.answer("/feed", content, ETag='"v1"')
    add_feeds(desk.book, desk.anna, "press", [NewFeed(FEED, "Wire")])
    assert desk.states() == ["waiting"]
    assert desk.at().fetch_due() == 1 and desk.states() == ["reading"]
    job = desk.read()
    assert (job.state, job.run) == ("done", 1) and desk.states() == ["new"]
    (captured,) = job.asked["fetched"]
    assert (captured["url"], captured["sha256"]) == (FEED, sha256(content).hexdigest()) and captured["taken"]
    lines = desk.run(1).watched.lines
    assert {line.told.report.file for line in lines} == {FEED} and len(lines) == 2
    run = desk.fetching.intake.run_of(job)
    assert run is not None and run["asked"]["fetched"] == [captured]
    desk.net.answer("/feed", b"", 304)
    assert desk.at().fetch_due() == 0
    assert desk.at(7).fetch_due() == 1 and desk.net.asked[-1][2]["If-None-Match"] == '"v1"'
    assert desk.states() == ["unchanged"] and len(desk.fetching.jobs.of_person(desk.anna.id)) == 1
    desk.net.answer("/feed", content)  # the same bytes from a server that keeps no account of them
    assert desk.at(14).fetch_due() == 1
    assert desk.states() == ["unchanged"] and len(desk.fetching.jobs.of_person(desk.anna.id)) == 1


def test_what_hostile_servers_send_is_bounded_and_keeps_nothing_else_from_being_read(desk: Desk) -> None:
    desk.net.answer("/feed", rss(item(1)))
    desk.net.answer("/bomb", BOMB)
    desk.net.answer("/scripts", SCRIPTS)
    desk.net.answer("/large", b"x" * 200_000)
    desk.net.answer("/nothing", b"\x00" * 10)
    desk.net.answer("/around", b"", 302, Location="/around")
    desk.net.answer("/inside", b"", 302, Location="http://in.wire.example/")
    desk.net.answer("/list", b'<opml><body><outline xmlUrl="http://in.wire.example/x" text="x"/></body></opml>')
    desk.net.names["in.wire.example"] = [["10.0.0.1"]]
    paths = ("feed", "bomb", "scripts", "large", "nothing", "around", "inside", "list")
    add_feeds(desk.book, desk.anna, "press", [NewFeed(f"http://feeds.example/{path}") for path in paths])
    assert desk.at().fetch_due() == len(paths)
    why = {one.feed.url[21:]: one.last.why.id for one in list_feeds(desk.book, desk.anna) if one.last.why is not None}
    assert why == {
        "large": "watch_fetch_too_large", "around": "watch_fetch_redirects", "inside": "watch_fetch_inside",
    }  # fmt: skip
    assert desk.read().state == "done"
    kept = desk.run(1)
    reports = [line.told.report for line in kept.watched.lines]
    assert {report.file[21:] for report in reports} == {"feed", "scripts"}
    assert not any("<script" in f"{report.title}{report.text}" for report in reports)
    assert "http://feeds.example/bomb" not in {report.file for report in reports}
    assert all(address == "93.184.216.34" for address, _ in desk.net.connected)


def test_nothing_is_fetched_where_the_network_is_off_or_the_host_is_not_named(desk: Desk) -> None:
    add_feeds(desk.book, desk.anna, "press", [NewFeed("https://other.example/feed")])
    off = replace(desk.at(), settings=lambda: msgspec.structs.replace(SETTINGS, network=False))
    assert off.fetch_due() == 0 and not desk.net.connected
    assert desk.at().fetch_due() == 1 and desk.states() == ["failed"] and not desk.net.connected
    (row,) = feed_list(desk.book, desk.anna).rows
    assert row.says.values["reason"].id == "watch_fetch_host_unnamed"  # type: ignore[union-attr]


def test_a_feed_of_an_account_that_is_closed_fails_and_is_asked_for_again(desk: Desk) -> None:
    desk.net.answer("/feed", rss(item(1)), ETag='"v1"')
    add_feeds(desk.book, desk.anna, "press", [NewFeed(FEED)])
    People(desk.book).change(CONSOLE, desk.anna.id, active=False)
    assert desk.at().fetch_due() == 1
    (one,) = list_feeds(desk.book, desk.anna)
    assert one.last.why is not None and one.last.why.id == "feed_not_kept_account"
    rene = People(desk.book).add(CONSOLE, "rene", "René", Role.REVIEWER, Mark.HIGHLY_PROTECTED)
    assert ask_fetch(desk.book, rene) == 1 and desk.at().fetch_due() == 1
    assert "If-None-Match" not in desk.net.asked[-1][2]
    assert [job.person for job in desk.fetching.jobs.of_person(rene.id)] == [rene.id]


def test_a_feed_that_was_removed_while_it_was_fetched_stays_removed(desk: Desk) -> None:
    (feed,) = add_feeds(desk.book, desk.anna, "press", [NewFeed(FEED)])

    def remove(handler: object) -> None:
        remove_feed(desk.book, desk.anna, feed.seq)
        raise ConnectionError

    desk.net.server.answers["/feed"] = remove  # type: ignore[attr-defined]
    assert desk.at().fetch_due() == 1 and list_feeds(desk.book, desk.anna) == []


def test_a_thread_fetches_what_is_due_until_it_is_told_to_stop(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_fetching, "LOOK_SECONDS", 0.01)
    asked, stop = Event(), Event()

    def answer(handler: object) -> None:
        asked.set()
        raise ConnectionError

    desk.net.server.answers["/feed"] = answer  # type: ignore[attr-defined]
    add_feeds(desk.book, desk.anna, "press", [NewFeed(FEED)])
    thread = fetch_beside(desk.at(), stop)
    assert asked.wait(60)
    stop.set()
    thread.join(60)
    assert not thread.is_alive()


def test_the_health_of_a_source_follows_from_fetching_its_feed(desk: Desk) -> None:
    days = [f"{day:02d} Mar 2026 08:30:00 +0000" for day in range(1, 6)]
    desk.net.answer("/feed", rss(*(item(number, date=day) for number, day in enumerate(days))))
    add_feeds(desk.book, desk.anna, "press", [NewFeed(FEED)])
    desk.at().fetch_due()
    desk.read()
    (row,) = read_sources_of(desk.book, desk.anna).rows
    assert row.health.state == "silent"  # it answered today, and its newest report is old
    desk.net.answer("/feed", b"", 503)
    desk.at(7).fetch_due()
    assert read_sources_of(desk.book, desk.anna).rows[0].health.state == "silent"
    desk.at(14).fetch_due()
    (row,) = read_sources_of(desk.book, desk.anna).rows
    assert row.health.state == "failing"
    assert [says.id for says in row.health.says] == ["watch_source_failing", "watch_source_silent"]


def test_new_items_are_counted_by_feed_as_they_came_last_and_since_the_reader_looked(desk: Desk) -> None:
    other = "http://feeds.example/other"
    desk.net.answer("/feed", rss(item(1), item(2)))
    desk.net.answer("/other", rss(item(3)))
    add_feeds(desk.book, desk.anna, "press", [NewFeed(FEED), NewFeed(other)])
    desk.at().fetch_due()
    assert new_items(desk) == {FEED: (None, 0), other: (None, 0)}  # nothing is read yet
    desk.read()
    assert new_items(desk) == {FEED: (2, 2), other: (1, 1)}
    note_looked(desk.book, desk.anna, FeedNews(desk.book, desk.anna).newest)
    assert new_items(desk) == {FEED: (2, 0), other: (1, 0)}
    desk.net.answer("/feed", rss(item(2), item(4), item(5), item(6)))
    desk.at(7).fetch_due()
    desk.read()
    assert new_items(desk) == {FEED: (3, 3), other: (1, 0)}  # what came before is not new again
    note_looked(desk.book, desk.anna, 1_000_000)  # a run that there is not yet
    desk.net.answer("/other", rss(item(3), item(7)))
    desk.at(14).fetch_due()
    desk.read()
    assert new_items(desk) == {FEED: (3, 0), other: (1, 1)}
    rene = People(desk.book).add(CONSOLE, "rene", "René", Role.REVIEWER, Mark.HIGHLY_PROTECTED)
    assert {row.feed.url: row.since_look for row in feed_list(desk.book, rene).rows} == {FEED: 5, other: 2}


def new_items(desk: Desk) -> dict[str, tuple[int | None, int]]:
    return {row.feed.url: (row.brought, row.since_look) for row in feed_list(desk.book, desk.anna).rows}
