"""A way to PostgreSQL that is cut anywhere, a server that stops at once, a full disk of its own: nothing is lost."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from attacks import tried
from opencwc.casebook import tables
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import case_for_keeping, open_case
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.decisions import comment, decide
from opencwc.casebook.exports import ask_for_export
from opencwc.casebook.model import Outcome
from opencwc.casebook.requests import answer, ask
from opencwc.casebook.runs import begin_run
from opencwc.errors import StorageError

from .cluster import Cluster
from .conftest import person
from .faulty_server import Cut, SmallServer, Way
from .screening import ETHANOL, NOT_READ, SARIN, THIODIGLYCOL, findings
from .test_disk_faults import (
    RENE,
    RITA,
    Act,
    assert_whole,
    comment_much,
    decide_two,
    do,
    erase,
    export,
    keep_run,
    make_case,
    some,
)
from .test_failures import many
from .test_surviving import durable, start

__all__ = ["durable"]
# Where a connection was cut, pg8000 tries to send what it still holds once the connection is collected.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
_NUMBERS = count(1)
ACTS = (make_case, keep_run, decide_two, erase, export, comment_much)


class Desk:
    """A casebook in PostgreSQL with something to do, of which each try gets a copy; every way to it may be cut."""

    def __init__(self, cluster: Cluster, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.way = Way(cluster)
        self._cluster, self._folder, self._patch = cluster, folder, patch
        self._known: dict[Act, tuple[int, list[int]]] = {}
        self._first = f"first_{os.getpid()}_{next(_NUMBERS)}"
        cluster.make_database(self._first)
        book = self.opened(self._first, folder / "first")
        for name, values in (("inventory", (SARIN, THIODIGLYCOL)), ("gone", (ETHANOL, NOT_READ))):
            open_case(book, RITA, name)
            run = begin_run(book, RITA, name, verb="screen", asked={}, checked={}, maker={})
            run.keep(findings(*values))
            run.finish({"rows": 2})
        erasure = ask(book, RITA, "erase", "gone", {"reason": "planted", "ground": "retention ended"})
        for request in (erasure, ask_for_export(book, RITA, "inventory", "for the OPCW")):
            answer(book, RENE, request.seq, approve=True)
        book.close()

    def opened(self, database: str, folder: Path) -> Casebook:
        self._patch.setenv("OPENCWC_SETTINGS", str(folder / "settings"))
        return open_casebook(self.way.url(database))

    def copy(self) -> tuple[str, Path]:
        """Return the name of a copy of the database, and a folder with the keys and the log."""
        name = f"try_{os.getpid()}_{next(_NUMBERS)}"
        self._cluster.make_database(name, self._first)
        return name, Path(shutil.copytree(self._folder / "first", self._folder / name))

    def points_of(self, act: Act) -> tuple[int, list[int]]:
        """Return how many messages are sent while this is done, and which of them commit."""
        if act not in self._known:
            name, folder = self.copy()
            book = self.opened(name, folder)
            self.way.arm(Cut.BEFORE, 0)
            acknowledged, told = do(act, book, folder)
            self._known[act] = (self.way.count, list(self.way.commits))
            assert told is None
            assert_whole(book, folder, acknowledged)
            book.close()
        return self._known[act]


@pytest.fixture(scope="module")
def desk(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with pytest.MonkeyPatch.context() as patch:
        desk = Desk(cluster, tmp_path_factory.mktemp("desk"), patch)
        yield desk
        desk.way.close()


@pytest.mark.parametrize("cut", Cut, ids=lambda cut: cut.name.lower())
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_a_connection_that_is_cut_anywhere_loses_nothing_and_leaves_nothing_half_done(
    desk: Desk, act: Act, cut: Cut, thorough: bool
) -> None:
    messages, commits = desk.points_of(act)
    assert commits
    points = {*some(messages, 30), *commits} if thorough else {*some(messages, 3)[1:2], commits[-1]}
    for point in sorted(points):
        name, folder = desk.copy()
        book = desk.opened(name, folder)
        desk.way.arm(cut, point)
        acknowledged, told = do(act, book, folder)
        was_cut = desk.way.was_cut
        desk.way.arm(cut, 0)
        tried(was_cut)
        assert told is None or isinstance(told, StorageError), told
        comment(book, RITA, "inventory", "and it goes on")
        assert_whole(book, folder, acknowledged)
        book.close()


def wait_until_nobody_is_at_work(book: Casebook) -> None:
    """Wait until the server is through with what reached it on connections that are cut."""
    at_work = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
    )
    for _ in range(600):
        with book.reading() as connection:
            if not connection.execute(at_work).scalar_one():
                return
        time.sleep(0.1)
    raise AssertionError("a connection is still at work after a minute")


def test_the_way_is_cut_and_a_commit_that_arrived_is_found_again(desk: Desk) -> None:
    """The tests above would hold on a sound way too: so this one sees what became of a commit."""
    _, commits = desk.points_of(decide_two)
    found = {}
    for cut in Cut:
        name, folder = desk.copy()
        book = desk.opened(name, folder)
        desk.way.arm(cut, commits[-1])
        acknowledged, told = do(decide_two, book, folder)
        assert desk.way.was_cut and told is not None and not acknowledged
        desk.way.arm(cut, 0)
        wait_until_nobody_is_at_work(book)
        with book.reading() as connection:
            found[cut] = connection.execute(select(func.count()).select_from(tables.decision)).scalar_one()
        assert verify_all(book).fits
        book.close()
    assert found == {Cut.BEFORE: 0, Cut.HALF: 0, Cut.AFTER: 2}


# ---- a server that stops at once


class Decider(threading.Thread):
    """Decides on two findings after the other until the casebook is out of reach; ``reasons`` were acknowledged."""

    def __init__(self, book: Casebook, name: str, of: list[int]) -> None:
        super().__init__(daemon=True)
        self._book, self._person, self._of = book, person(name), of
        self.reasons: list[str] = []
        self.told: Exception | None = None

    def run(self) -> None:
        for turn in count(1):
            reason = f"{self._person.login} {turn}"
            try:
                decide(self._book, self._person, self._of, Outcome.NEED_MORE, reason)
            except Exception as error:
                self.told = error
                return
            self.reasons.append(reason)


def test_a_server_that_stops_at_once_while_many_decide_loses_nothing(
    durable: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, thorough: bool
) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    place = durable.make_database("deciding")
    book = open_casebook(place)
    case_for_keeping(book, RITA, "inventory")
    run = begin_run(book, RITA, "inventory", verb="screen", asked={}, checked={}, maker={})
    run.keep(many(8))
    acknowledged = 0
    for stop in range(12 if thorough else 2):
        tried()
        deciders = [Decider(book, f"decider-{stop}-{n}", [2 * n + 1, 2 * n + 2]) for n in range(4)]
        for decider in deciders:
            decider.start()
        _wait_for(lambda of=deciders: all(len(decider.reasons) > 2 for decider in of))
        time.sleep(0.003 * stop)
        stop_at_once(durable)
        for decider in deciders:
            decider.join(60)
            assert isinstance(decider.told, StorageError), decider.told
        start(durable, "start")
        _assert_decided(book, [reason for decider in deciders for reason in decider.reasons])
        acknowledged += sum(len(decider.reasons) for decider in deciders)
    assert acknowledged >= 12
    comment(book, RITA, "inventory", "and it goes on")
    book.close()


def _wait_for(what: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not what():
        assert time.monotonic() < ends
        time.sleep(0.01)


def stop_at_once(cluster: Cluster) -> None:
    """Have every process of the server die where it is, and wait until it is gone."""
    file = cluster.folder / "data" / "postmaster.pid"
    os.kill(int(file.read_text().splitlines()[0]), signal.SIGQUIT)
    _wait_for(lambda: not file.exists())


def _assert_decided(book: Casebook, reasons: list[str]) -> None:
    decision = tables.decision
    with book.reading_contents() as connection:
        query = select(decision.c.reason, func.count()).group_by(decision.c.reason)
        counts = dict(connection.execute(query).tuples().all())
    assert {reason: counts.get(reason) for reason in reasons} == dict.fromkeys(reasons, 2)
    assert set(counts.values()) == {2}  # decided two by two, and never one of them
    report = verify_all(book)
    assert report.fits, report.problems[:3]


# ---- a full disk

FULL = ("disk_full", "database_connection_broke", "database_server_silent")
"""What is told: that the disk is full, or that the server is gone, which it is where its own log finds no room."""


def test_a_server_whose_disk_is_full_loses_nothing_and_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    server = SmallServer(80)
    try:
        book = open_casebook(server.url())
        case_for_keeping(book, RITA, "inventory")
        run = begin_run(book, RITA, "inventory", verb="screen", asked={}, checked={}, maker={})
        kept, told = 0, None
        for _ in range(200):
            try:
                kept += run.keep(many(500))
            except StorageError as error:
                told = error
                break
        tried()
        assert told is not None and told.code in FULL and kept > 0, told
        server.make_room()
        report = verify_all(book)
        assert report.fits, report.problems[:3]
        assert report.findings == kept
        assert run.keep(findings(SARIN, ETHANOL)) == 2
        assert verify_all(book).fits
        book.close()
    finally:
        server.stop()
