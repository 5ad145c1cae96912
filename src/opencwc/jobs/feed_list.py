"""The feeds of cases as pages, programs and commands show them: where each stands now, and whether any is fetched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct, structs

from opencwc.casebook.database import Casebook
from opencwc.casebook.feeds import CaseFeed, Feed, NewFeed, add_feeds, list_feeds
from opencwc.casebook.model import Person
from opencwc.casebook.transaction import now
from opencwc.errors import NotFoundError
from opencwc.finding import Message
from opencwc.jobs.feed_news import FeedNews
from opencwc.jobs.queue import Job, Jobs
from opencwc.reports.intake.network import load_network_settings
from opencwc.reports.opml import ListedFeed, as_opml

State = Literal["waiting", "never", "reading", "new", "unread", "unchanged", "failed"]


class FeedRow(Struct, frozen=True):
    """A feed as it stands: waiting to be fetched now, or what its last fetch came to.

    What is ``new`` stands in the ``run``; it is ``reading`` as long as its job goes on, and ``unread`` where that
    failed or found no report. ``brought`` is how many new items came when something came last, nothing where that is
    not to be seen, and ``since_look`` how many since the person last looked.
    """

    feed: Feed
    case: str
    state: State
    says: Message
    fetched_at: str
    due_at: str
    run: int | None = None
    brought: int | None = None
    since_look: int = 0


@dataclass(frozen=True)
class FeedList:
    """The feeds that a person may see; ``fetched`` says whether the setting lets the service fetch any.

    ``looked`` says whether the person looked before, ``newest`` is the last run of which something is counted.
    """

    rows: tuple[FeedRow, ...]
    fetched: bool
    looked: bool = False
    newest: int = 0

    @property
    def since_look(self) -> int:
        """How many new items came since the person last looked."""
        return sum(row.since_look for row in self.rows)

    @property
    def is_moving(self) -> bool:
        """Whether something is being fetched or read."""
        return self.fetched and any(row.state in ("waiting", "reading") for row in self.rows)

    def count(self, state: State) -> int:
        """Return how many feeds stand so."""
        return sum(row.state == state for row in self.rows)

    def opml(self, title: str) -> bytes:
        """Return the list as OPML."""
        return as_opml([ListedFeed(row.feed.name, row.feed.url) for row in self.rows], title)


def feed_list(book: Casebook, person: Person, case: str = "") -> FeedList:
    """Return the feeds of a case, or of all cases that a person may see; raise as `list_feeds` does."""
    fetched, moment, jobs = load_network_settings().network, now(), Jobs(book.engine)
    read: dict[str, Job | None] = {}
    rows, news = [], FeedNews(book, person)
    for one in list_feeds(book, person, case):
        if one.last.job not in read:
            read[one.last.job] = _job(jobs, one.last.job)
        job = read[one.last.job]
        row = _row(one, job, is_due=fetched and "" < one.last.due_at <= moment)
        brought = news.brought(one.feed.url, job.run) if job is not None and job.ended else None
        rows.append(structs.replace(row, brought=brought, since_look=news.since_look(one.feed.url, one.case.name)))
    return FeedList(tuple(rows), fetched, news.looked > 0, news.newest)


def _job(jobs: Jobs, identity: str) -> Job | None:
    try:
        return jobs.get(identity) if identity else None
    except NotFoundError:  # a backup brought the feeds and not their jobs
        return None


def _row(one: CaseFeed, job: Job | None, *, is_due: bool) -> FeedRow:
    last = one.last
    state = _state(one, job, is_due=is_due)
    says = Message(f"feed_state_{state}")
    if state == "failed" and last.why is not None:
        says = Message("feed_failed_why", {"reason": last.why})
    run = job.run if job is not None and state in ("new", "reading") else None
    return FeedRow(one.feed, one.case.name, state, says, last.fetched_at, last.due_at, run)


def _state(one: CaseFeed, job: Job | None, *, is_due: bool) -> State:
    answer = one.last.answer
    if is_due:
        return "waiting"
    if not answer:
        return "never"
    if answer == "new" and job is not None:
        return "reading" if not job.ended else "new" if job.state == "done" and job.rows_done else "unread"
    return "new" if answer == "new" else "unchanged" if answer == "unchanged" else "failed"


def add_listed(book: Casebook, person: Person, case: str, feeds: Iterable[ListedFeed], hours: int) -> int:
    """Add the feeds of a list to a case, and return how many of them it did not have yet."""
    return len(add_feeds(book, person, case, [NewFeed(feed.url, feed.name) for feed in feeds], hours))
