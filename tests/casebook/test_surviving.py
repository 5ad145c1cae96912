"""A writer that is killed at any moment loses nothing that it had acknowledged, and leaves nothing half done."""

from __future__ import annotations

import json
import os
import random
import select as waiting
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from attacks import tried
from opencwc.casebook import tables
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.database import Casebook, open_casebook

from .cluster import Cluster
from .screening import NOT_READ, SARIN, THIODIGLYCOL, findings
from .surviving_writer import WRITER


class Nursery:
    """The process that forks the writers, and what they have acknowledged."""

    def __init__(self, place: str) -> None:
        folder = Path(__file__).parents[1]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "casebook.surviving_writer", place],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder,
        )  # fmt: skip
        self._rest = b""
        self._send(json.dumps(findings(SARIN, THIODIGLYCOL, NOT_READ)))
        assert self.read() == {"ready": True}

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def read(self, until: float | None = None) -> dict[str, Any] | None:
        """Return the next line; ``None`` where none came until then."""
        assert self._process.stdout is not None
        stream = self._process.stdout.fileno()
        while b"\n" not in self._rest:
            left = None if until is None else max(0.0, until - time.monotonic())
            if not waiting.select([stream], [], [], left)[0]:
                return None
            part = os.read(stream, 65536)
            assert part, "the writers' parent is gone"
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        return json.loads(line)

    def fork(self) -> int:
        """Have a writer start and return its number."""
        self._send("go")
        while True:
            news = self.read()
            assert news is not None
            if "pid" in news:
                return int(news["pid"])
            self._early.append(news)

    def write_until(self, stop: Any, after: int, seconds: float) -> list[dict[str, Any]]:
        """Let a writer acknowledge so many writes, wait for a moment more, stop it, and return all it acknowledged."""
        self._early: list[dict[str, Any]] = []
        pid = self.fork()
        news = self._early
        while len(news) < after:
            line = self.read()
            assert line is not None
            news.append(line)
        until = time.monotonic() + seconds
        while (line := self.read(until)) is not None:
            news.append(line)
        stop(pid)
        while (line := self.read()) != {"gone": pid}:
            assert line is not None
            news.append(line)
        return news

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(30) == 0


@pytest.fixture
def nursery(place: str) -> Iterator[Nursery]:
    with_case(place)
    running = Nursery(place)
    yield running
    running.end()


def with_case(place: str) -> None:
    book = open_casebook(place)
    case_for_keeping(book, WRITER, "killed")
    book.close()


def assert_nothing_is_lost(book: Casebook, acknowledged: list[dict[str, Any]]) -> None:
    run, finding, decision = tables.run, tables.finding, tables.decision
    with book.reading_contents() as connection:
        for news in acknowledged:
            if "rows" in news:
                query = select(run.c.row_count).where(run.c.number == news["run"])
                assert connection.execute(query).scalar_one() >= news["rows"]
            elif "run" in news:
                assert connection.execute(select(run.c.number).where(run.c.number == news["run"])).scalar_one()
            elif "decided" in news:
                query = select(decision.c.finding).where(
                    decision.c.finding.in_(news["decided"]), decision.c.reason == news["reason"]
                )
                assert set(connection.execute(query).scalars()) == set(news["decided"])
            elif "comment" in news:
                assert connection.execute(
                    select(tables.comment.c.text).where(tables.comment.c.seq == news["comment"])
                ).scalar_one()
            elif "finished" in news:
                query = select(run.c.state).where(run.c.number == news["finished"])
                assert connection.execute(query).scalar_one() == "done"
            elif "source" in news:
                query = select(func.sum(func.length(tables.source_part.c.data))).where(
                    tables.source_part.c.source_id == news["source"]
                )
                assert connection.execute(query).scalar_one() == news["size"]
        counted = connection.execute(select(finding.c.run, func.count()).group_by(finding.c.run)).all()
        counts = connection.execute(select(run.c.number, run.c.finding_count).where(run.c.finding_count > 0)).all()
        assert sorted(map(tuple, counted)) == sorted(map(tuple, counts))
        rows = connection.execute(select(run.c.number, run.c.row_count)).all()
        assert all(count in (0, 1, 41, 48) for _, count in rows)  # a run is kept in steps of 1, 40 and 7
        two = connection.execute(select(decision.c.at, func.count()).group_by(decision.c.at)).all()
        assert all(count == 2 for _, count in two)  # decided two by two
        head = connection.execute(select(tables.casebook)).mappings().one()
        last = connection.execute(select(func.max(tables.record.c.seq))).scalar_one()
        assert (head["seq"], head["findings"]) == (last, sum(count for _, count in counted))


def test_kills_lose_nothing_and_leave_nothing_half_done(
    place: str, nursery: Nursery, pytestconfig: pytest.Config
) -> None:
    kills = pytestconfig.getoption("kills")
    moments = random.Random(24)
    acknowledged = 0
    for kill in range(1, kills + 1):
        tried()
        after, seconds = moments.randrange(0, 24), moments.random() * 0.04
        news = nursery.write_until(lambda pid: os.kill(pid, signal.SIGKILL), after, seconds)
        acknowledged += len(news)
        book = open_casebook(place)
        assert_nothing_is_lost(book, news)
        if kill % 5 == 0:
            report = verify_all(book)
            assert report.fits, report.problems[:3]
        book.close()
    assert acknowledged > 4 * kills  # they did write


def test_a_writer_goes_on_where_a_killed_one_stopped(place: str, nursery: Nursery) -> None:
    nursery.write_until(lambda pid: os.kill(pid, signal.SIGKILL), 3, 0.0)
    book = open_casebook(place)
    before = book.log.path.stat().st_size
    case_for_keeping(book, WRITER, "next")
    assert book.log.path.stat().st_size > 0 and before > 0
    assert verify_all(book).fits
    book.close()


@pytest.fixture
def durable() -> Iterator[Cluster]:
    """A server of its own that writes to the disk as a ministry's would."""
    running = Cluster()
    start(running, "restart")
    yield running
    running.stop()


def start(cluster: Cluster, how: str) -> None:
    options = f"-c listen_addresses='' -k {cluster.folder} -c fsync=on -c synchronous_commit=on"
    cluster._run(
        "pg_ctl", "-D", str(cluster.folder / "data"), "-o", options, "-l", str(cluster.folder / "log"), "-w", how
    )


def test_a_server_that_is_killed_loses_nothing(
    durable: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    place = durable.make_database("killed")
    with_case(place)
    nursery = Nursery(place)
    server = int((durable.folder / "data" / "postmaster.pid").read_text().splitlines()[0])

    def kill_server(_: int) -> None:
        os.kill(server, signal.SIGQUIT)  # an immediate stop: every backend dies where it is

    news = nursery.write_until(kill_server, 25, 0.01)
    nursery.end()
    problems = [line["problem"] for line in news if "problem" in line]
    assert len(problems) == 1 and "server" in problems[0]
    ends = time.monotonic() + 60
    while (durable.folder / "data" / "postmaster.pid").exists():
        assert time.monotonic() < ends, "the server does not end"
        time.sleep(0.01)
    start(durable, "start")
    book = open_casebook(place)
    assert_nothing_is_lost(book, [line for line in news if "problem" not in line])
    report = verify_all(book)
    assert report.fits, report.problems[:3]
    case_for_keeping(book, WRITER, "and-it-works-again")
    book.close()
