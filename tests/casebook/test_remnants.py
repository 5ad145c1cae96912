"""A lawful erasure leaves nothing: in no table, index, log, free page, dead row or folder, killed or not."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text

from opencwc.casebook import remnants, tables
from opencwc.casebook.backup import back_up, restore_into
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.database import Casebook, finish_erasures, open_casebook
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.findings import list_records
from opencwc.casebook.model import Role
from opencwc.casebook.runs import keep_source
from opencwc.errors import ConflictError, SettingsError
from opencwc.jobs.queue import Jobs

from .cluster import Cluster
from .conftest import person
from .erased_case import CASE, READ_BY, REFUSED, RITA, SIGNS, STAYS, approved_erasure, fill

AUDRA = person("audra", Role.AUDITOR)
Raw = Callable[[], bytes]


@pytest.fixture
def raw(request: pytest.FixtureRequest, book: Casebook, tmp_path: Path) -> Raw:
    """Return what gives the bytes of every file of the database, and of every file beside it and of the settings."""

    def read() -> bytes:
        folders = [tmp_path]
        if book.dialect == "postgresql":
            cluster: Cluster = request.getfixturevalue("cluster")
            with book.reading() as connection:
                query = text("SELECT oid FROM pg_database WHERE datname = current_database()")
                database = connection.execute(query).scalar_one()
                connection.execute(text("CHECKPOINT"))
            folders.append(cluster.folder / "data" / "base" / str(database))
        files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        return b"\n".join(path.read_bytes() for path in files)

    return read


def left(content: bytes, packed: list[bytes]) -> list[str]:
    """Return which signs of the case are left in bytes, and which packed ones."""
    signs = [sign for sign in SIGNS if sign.encode() in content]
    return signs + [f"packed {number}" for number, kept in enumerate(packed) if kept[100:164] in content]


def sampled(book: Casebook) -> None:
    """Have PostgreSQL sample the values of all columns, as it does by itself after a while."""
    if book.dialect == "postgresql":
        with book.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def unfinished(book: Casebook) -> bool:
    with book.reading() as connection:
        return bool(connection.execute(select(tables.remnant)).all())


def test_nothing_of_an_erased_case_is_left_in_any_file(book: Casebook, raw: Raw, tmp_path: Path) -> None:
    packed = fill(book)
    request = approved_erasure(book)
    sampled(book)
    assert left(raw(), packed) == [*SIGNS, "packed 0"]
    erase_case(book, RITA, request)
    assert left(raw(), packed) == []
    assert not unfinished(book)
    assert STAYS.encode() in raw()
    report = verify_all(book)
    assert report.fits and report.erased_findings == 4, report.problems
    kinds = [(record["kind"], record["erased"]) for record in list_records(book, AUDRA, limit=1_000)]
    assert ("erasure", False) in kinds and kinds.count(("refusal", True)) == 2 and ("access", False) in kinds
    back_up(book, tmp_path / "backup.zip")
    assert restore_into(tmp_path / "restored" / "casebook.db", tmp_path / "backup.zip", lost=True).fits
    assert left(raw(), packed) == []


def test_who_was_given_what_of_an_erased_case_stays_on_record_and_says_no_word_of_it(book: Casebook) -> None:
    fill(book)
    request = approved_erasure(book)
    before = reads_of_the_case(book)
    erase_case(book, RITA, request)
    stays = {seq: content for seq, content in before.items() if "QXJ77" not in content}
    assert len(before) - len(stays) == 1
    assert reads_of_the_case(book) == stays
    bodies = [json.loads(content)["body"] for content in stays.values()]
    assert {"finding": 1} in bodies  # as an earlier version wrote it
    assert {"by": READ_BY, "mark": "protected", "findings": [[1, 1]], "runs": [[1, 1]]} in bodies
    assert not [sign for sign in SIGNS if sign in "".join(stays.values())]
    assert verify_all(book).fits


def reads_of_the_case(book: Casebook) -> dict[int, str]:
    """Return what is left of the records of reads of the case, by their numbers."""
    record = tables.record
    here = (record.c.case_number == 1, record.c.kind == "access", record.c.content.is_not(None))
    with book.reading_contents() as connection:
        return {row.seq: row.content for row in connection.execute(select(record.c.seq, record.c.content).where(*here))}


def test_a_refused_row_of_a_run_carries_its_case_and_its_mark(book: Casebook) -> None:
    fill(book)
    record = tables.record
    with book.reading_contents() as connection:
        query = select(record.c.case_number, record.c.content).where(record.c.kind == "refusal")
        refusals = [row for row in connection.execute(query) if REFUSED in row.content]
    assert [row.case_number for row in refusals] == [1]
    assert '"mark":"restricted"' in refusals[0].content


def test_a_worker_that_ends_later_brings_nothing_back(book: Casebook) -> None:
    fill(book)
    erase_case(book, RITA, approved_erasure(book))
    jobs, job = Jobs(book.engine), tables.job
    with book.reading() as connection:
        running = connection.execute(select(job.c.id).where(job.c.state == "running")).scalar_one()
    jobs.finish(running, "worker", "failed", problem={"what": "QXJ77-problem"})
    assert (jobs.get(running).state, jobs.get(running).problem) == ("failed", {})
    with pytest.raises(ConflictError):
        jobs.submit(RITA.id, 1, "0" * 64, {"case": CASE, "name": "QXJ77-job.csv"}, kind="screen")
    assert verify_all(book).fits


@pytest.mark.parametrize("point", ["before", "during", "after"])
def test_a_kill_leaves_the_casebook_whole_and_the_next_start_finishes(
    place: str, book: Casebook, raw: Raw, point: str
) -> None:
    packed = fill(book)
    request = approved_erasure(book)
    sampled(book)
    done = subprocess.run(
        [sys.executable, "-m", "casebook.erasing_writer", place, str(request), point],
        cwd=Path(__file__).parents[1], check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    assert unfinished(book)
    assert verify_all(book).fits
    again = open_casebook(place)
    assert not unfinished(again)
    assert left(raw(), packed) == []
    assert verify_all(again).fits
    again.close()


def test_copies_that_were_left_by_a_kill_go_too(
    book: Casebook, tmp_path: Path, raw: Raw, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = fill(book)
    job = tmp_path / "temporary" / "opencwc-leased-sandbox-1234"
    job.mkdir(parents=True)
    (job / "request.json").write_text('{"name": "QXJ77-job.csv"}')
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    beside = tmp_path if book.dialect == "sqlite" else tmp_path / "settings"
    (beside / ".opencwc-1234").mkdir()
    (beside / ".opencwc-1234" / "backup").write_bytes(b"QXJ77-file.csv")
    if book.dialect == "sqlite":
        (tmp_path / ".casebook.db.00ff.restoring-wal").write_bytes(b"QXJ77-file.csv")
    erase_case(book, RITA, approved_erasure(book))
    assert left(raw(), packed) == []


def test_who_reads_an_older_state_is_waited_for_and_told_of(
    book: Casebook, raw: Raw, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = fill(book)
    request = approved_erasure(book)
    monkeypatch.setenv("OPENCWC_LOCK_SECONDS", "0.2")
    with book.reading() as connection:
        connection.execute(select(tables.case)).all()
        erase_case(book, RITA, request)
        assert unfinished(book)
        reason = finish_erasures(book)
        assert reason is not None and reason.code == "overwriting_waits"
    monkeypatch.setenv("OPENCWC_LOCK_SECONDS", "15")
    assert finish_erasures(book) is None
    assert not unfinished(book)
    assert left(raw(), packed) == []


def test_what_takes_too_long_is_broken_off_and_leaves_all_whole(
    book: Casebook, raw: Raw, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = fill(book)
    request = approved_erasure(book)
    with monkeypatch.context() as short:
        short.setattr(remnants, "overwrite_seconds", lambda: 0.001)
        short.setattr(remnants, "_STEPS", 100)
        erase_case(book, RITA, request)
        reason = finish_erasures(book)
    assert reason is not None and reason.code == "overwriting_took_too_long"
    assert unfinished(book) and verify_all(book).fits
    assert finish_erasures(book) is None
    assert left(raw(), packed) == []


def test_a_disk_without_room_is_told_of_before_anything_is_built(
    book: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    if book.dialect == "postgresql":  # the server tells of its own disk
        assert finish_erasures(book) is None
        return
    fill(book)
    request = approved_erasure(book)
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))
        erase_case(book, RITA, request)
        reason = finish_erasures(book)
    assert reason is not None and reason.code == "overwriting_needs_room"
    assert reason.values["free"] == 1 and reason.values["needed"] > 16
    assert unfinished(book)
    assert finish_erasures(book) is None


@pytest.mark.parametrize("seconds", ["0", "soon", "100000"])
def test_how_long_it_may_take_is_a_number_of_seconds(seconds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_OVERWRITE_SECONDS", seconds)
    with pytest.raises(SettingsError, match="seconds"):
        remnants.overwrite_seconds()


def test_the_new_file_is_built_beside_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    book = open_casebook(tmp_path / "books" / "casebook.db")
    fill(book)
    keep_source(book, RITA, io.BytesIO(os.urandom(8 << 20)), "more than stays in memory")
    request = approved_erasure(book)
    opened: set[str] = set()

    def look() -> float:
        for descriptor in Path("/proc/self/fd").iterdir():
            opened.add(os.path.realpath(descriptor))
        return 0.0

    monkeypatch.setattr(remnants, "_STEPS", 500)
    monkeypatch.setattr(remnants, "time", SimpleNamespace(monotonic=look, sleep=lambda _: None))
    erase_case(book, RITA, request)
    temporary = [path for path in opened if "etilqs" in path]
    assert temporary and all(path.startswith(str(tmp_path / "books")) for path in temporary)
    book.close()
