"""The feeds of cases, fetched when they are due, where the setting switches the network on and names their hosts.

What is new goes the way of an upload: it is kept in its case, and a job reads it. The job's question says from which
address each file was fetched, when, and by which hash of its bytes it is kept.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from threading import Event, Thread
from typing import IO, NamedTuple

from msgspec import structs

from opencwc.casebook.database import Casebook
from opencwc.casebook.feeds import FAILED, NEW, UNCHANGED, DueFeed, Outcome, claim_due, note_fetched
from opencwc.casebook.model import Mark
from opencwc.custody.web_archive import moment
from opencwc.errors import OpenCWCError, StorageError
from opencwc.finding import Message
from opencwc.jobs.archives import ARCHIVE_TYPE
from opencwc.jobs.intake import Intake
from opencwc.jobs.page_capture import file_name
from opencwc.jobs.queue import Job, Jobs
from opencwc.reports.intake.hosts import host_of
from opencwc.reports.intake.network import Fetched, Fetcher, Known, NetworkSettings, load_network_settings
from opencwc.reports.verb import VERB as WATCH

LOOK_SECONDS = 2.0
_SIDE_BY_SIDE = 4
_LONGEST_NAMES = 200
_NOT_KEPT = {
    "account_of_job_not_active": "feed_not_kept_account", "role_not_allowed": "feed_not_kept_account",
    "mark_above_clearance": "feed_not_kept_account", "too_many_jobs": "feed_not_kept_jobs",
}  # fmt: skip
"""What is said of a feed where what came could not be kept, by the code of the error."""
_LOG = logging.getLogger("opencwc.jobs.feeds")


class _Came(NamedTuple):
    """What came of fetching a feed: its bytes are in a file, and no longer in memory."""

    due: DueFeed
    fetched: Fetched
    file: IO[bytes]
    sha256: str

    @property
    def answer(self) -> str:
        """Whether something new came: the same bytes again are unchanged, whatever the server says."""
        same = self.fetched.status == "new" and self.sha256 == self.due.sha256
        return UNCHANGED if same else self.fetched.status


@dataclass(frozen=True)
class FeedFetching:
    """Fetches what is due; ``clock`` gives the moment in UTC, ``settings`` whether and what may be fetched."""

    intake: Intake
    jobs: Jobs
    fetcher: Callable[[NetworkSettings], Fetcher] = Fetcher
    settings: Callable[[], NetworkSettings] = load_network_settings
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def book(self) -> Casebook:
        """The casebook whose feeds are fetched."""
        return self.intake.book

    def fetch_due(self) -> int:
        """Fetch the feeds of one case that are due, and return how many there were; none where the network is off."""
        settings = self.settings()
        if not settings.network:
            return 0
        due = claim_due(self.book, self.clock())
        if not due:
            return 0
        with ExitStack() as files:
            came = self._fetch(due, self.fetcher(settings), files)
            outcomes = self._outcomes(came)
        note_fetched(self.book, list(zip((one.feed for one in due), outcomes, strict=True)), self.clock())
        return len(due)

    def _fetch(self, due: Sequence[DueFeed], fetcher: Fetcher, files: ExitStack) -> list[_Came]:
        def fetch(one: DueFeed) -> _Came:
            file = tempfile.TemporaryFile(prefix="opencwc-feed-")  # noqa: SIM115 - closed with the others
            files.callback(file.close)
            fetched = fetcher.fetch(one.feed.url, Known(one.etag, one.last_modified))
            file.write(fetched.data)
            return _Came(one, structs.replace(fetched, data=b""), file, sha256(fetched.data).hexdigest())

        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            return list(pool.map(fetch, due))

    def _outcomes(self, came: Sequence[_Came]) -> list[Outcome]:
        new = [one for one in came if one.answer == NEW]
        why, job = None, ""
        try:
            job = self._submit(new).id if new else ""
        except StorageError:
            raise
        except OpenCWCError as error:  # the case was closed, the account too, or too many jobs wait
            why = Message(_NOT_KEPT.get(error.code, "feed_not_kept"))
        return [_outcome(one, job, why) for one in came]

    def _submit(self, new: Sequence[_Came]) -> Job:
        """Keep what came in its case as an upload is kept, and have a job read it."""
        person, case = self.intake.person_by_id(new[0].due.person), new[0].due.case
        uploads = [(_name(one), one.file) for one in new]
        names = [name for name, _ in uploads]
        name = ", ".join(names)[:_LONGEST_NAMES]
        asked = {
            "case": case, "name": name, "as_of": self.clock().date().isoformat(), "files": names,
            "fetched": [
                {"url": one.due.feed.url, "taken": moment(one.fetched.taken), "sha256": one.sha256} for one in new
            ],
        }  # fmt: skip
        mark = Mark.UNCLASSIFIED
        taken = self.intake.take(
            person, case, uploads, f"{name}.zip", media_type=ARCHIVE_TYPE, mark=mark, packed=WATCH.many
        )
        return self.jobs.submit(person.id, taken.case_number, taken.source_id, asked, kind=WATCH.id)


def _outcome(one: _Came, job: str, not_read: Message | None) -> Outcome:
    if one.answer == NEW and not_read is not None:
        return Outcome("failed", not_read)
    if one.answer == NEW:
        known = one.fetched.known
        return Outcome("new", None, job, known.etag, known.last_modified, one.sha256)
    return Outcome("failed", one.fetched.why) if one.answer == FAILED else Outcome("unchanged")


def _name(one: _Came) -> str:
    return f"{host_of(one.fetched.url)}-{file_name(one.fetched.url, one.fetched.kind)}"


def fetch_beside(fetching: FeedFetching, stop: Event) -> Thread:
    """Start a thread that fetches what is due until it is told to stop; a casebook out of reach is waited for."""

    def work() -> None:
        while not stop.wait(LOOK_SECONDS):
            try:
                while fetching.fetch_due() and not stop.is_set():
                    pass
            except OpenCWCError as error:
                _LOG.error("no feed fetched", extra={"state": type(error).__name__})
            except Exception:
                _LOG.exception("fault")

    thread = Thread(target=work, daemon=True, name="feeds")
    thread.start()
    return thread
