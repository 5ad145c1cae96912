"""A full disk, a file that is read-only, a lock, a server that is gone: told plainly, and nothing is changed."""

from __future__ import annotations

import json
import os
import pwd
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import case_for_keeping, list_cases, open_case
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.decisions import comment
from opencwc.casebook.runs import RunKeeper, begin_run
from opencwc.errors import StorageError

from .conftest import person
from .screening import ETHANOL, SARIN, findings

RITA = person("rita")
TESTS = Path(__file__).parents[1]


def begin(book: Casebook) -> RunKeeper:
    case_for_keeping(book, RITA, "inventory")
    return begin_run(book, RITA, "inventory", verb="screen", asked={}, checked={}, maker={})


def many(count: int) -> list[dict[str, Any]]:
    finding = findings(SARIN)[0]
    return [{**finding, "row": n, "id": os.urandom(40).hex()} for n in range(1, count + 1)]


@contextmanager
def refused(book: Casebook, what: str, remedy: str) -> Iterator[None]:
    """Expect a `StorageError` of these words, and a casebook that is as it was."""
    before = state(book)
    with pytest.raises(StorageError) as raised:
        yield
    assert (what in raised.value.what, remedy in raised.value.remedy) == (True, True), str(raised.value)
    assert state(book) == before


def state(book: Casebook) -> tuple[int, int]:
    report = verify_all(book)
    assert report.fits, report.problems
    return report.records, report.findings


def works_again(book: Casebook) -> None:
    comment(book, RITA, "inventory", "and it works again")
    run = begin(book)
    assert run.keep(findings(SARIN, ETHANOL)) == 2
    run.finish({})
    assert verify_all(book).fits


# ---- full


def test_a_database_that_may_not_grow_is_told_as_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    book = open_casebook(tmp_path / "casebook.db")
    run = begin(book)

    def limit(pages: int) -> None:
        with book.engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    with book.engine.connect() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    limit(pages + 20)
    with refused(book, "disk is full", "Free some space"):
        run.keep(many(3000))
    limit(1 << 30)
    assert run.keep(many(3000)) == 3000
    works_again(book)
    book.close()


_FULL = """
import json, os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from casebook import test_failures as t
from opencwc.casebook.database import open_casebook
from opencwc.errors import OpenCWCError
full = Path(sys.argv[1])
os.environ["OPENCWC_SETTINGS"] = str(full / "settings")
book = open_casebook(full / "casebook.db")
run = t.begin(book)
kept, told = 0, []
try:
    while True:
        kept += run.keep(t.many(500))
except OpenCWCError as error:
    told = [type(error).__name__, error.what, error.remedy]
(full / "settings" / "ballast").unlink()  # room again, if the log was what could not be written
state = t.state(book)
"""


def test_a_disk_that_is_full_loses_nothing_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    script = (
        _FULL
        + """
import subprocess
subprocess.run(["mount", "-o", "remount,size=64m", str(full)], check=True)
more = run.keep(t.many(500))
run.finish({})
t.works_again(book)
print(json.dumps({"kept": kept, "told": told, "state": state, "more": more}))
"""
    )
    folder = tmp_path / "small"
    folder.mkdir()
    shell = (
        'mount -t tmpfs -o size=12m tmpfs "$0" && mkdir -m 700 "$0/settings" && '
        'head -c 20000 /dev/zero > "$0/settings/ballast" && exec "$@"'
    )
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", shell, str(folder), sys.executable, "-c", script, str(folder), str(TESTS)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["told"][:2] == ["StorageError", "the disk is full"]
    assert "Nothing was changed" in report["told"][2]
    assert report["kept"] > 0 and report["state"][1] == report["kept"] and report["more"] == 500


def test_a_log_that_cannot_be_written_stops_the_writing_before_the_commit(book: Casebook) -> None:
    run = begin(book)
    log = book.log.path
    kept = log.read_bytes()
    log.unlink()
    log.mkdir()
    try:
        with pytest.raises(StorageError, match="log of checkpoints"):
            run.keep(findings(SARIN))
    finally:
        log.rmdir()
        log.write_bytes(kept)
    assert state(book)[1] == 0
    works_again(book)


def test_a_file_that_may_not_grow_beyond_a_size_is_told(tmp_path: Path) -> None:
    script = _FULL.replace("run = t.begin(book)", """run = t.begin(book)
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, resource.RLIM_INFINITY))
""") + """
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
more = run.keep(t.many(500))
t.works_again(book)
print(json.dumps({"kept": kept, "told": told, "state": state, "more": more}))
"""  # fmt: skip
    (tmp_path / "settings").mkdir(mode=0o700)
    (tmp_path / "settings" / "ballast").write_bytes(b"")
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), str(TESTS)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["told"][0] == "StorageError" and "disk" in report["told"][1]
    assert report["state"][1] == report["kept"] and report["more"] == 500
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY  # here nothing is limited


# ---- only to be read


_AS_ANOTHER = """
import json, os, sys
sys.path.insert(0, sys.argv[2])
from casebook import test_failures as t
from opencwc.casebook.database import open_casebook
from opencwc.errors import OpenCWCError
os.environ["OPENCWC_SETTINGS"] = sys.argv[5]
own = open_casebook(sys.argv[5] + "/casebook.db")  # what is imported late must be so before the folders are closed
t.begin(own); t.comment(own, t.RITA, "inventory", "x"); t.verify_all(own); own.close()
os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[3]))
os.environ["OPENCWC_SETTINGS"] = sys.argv[4]
def told(act):
    try:
        return ["done", str(act()), ""]
    except OpenCWCError as error:
        return [type(error).__name__, error.what, error.remedy]
said = {}
def opened():
    global book
    book = open_casebook(sys.argv[1])
said["open"] = told(opened)
if said["open"][0] == "done":
    said["read"] = told(lambda: t.verify_all(book).records)
    said["write"] = told(lambda: t.comment(book, t.RITA, "inventory", "x"))
print(json.dumps(said))
"""


@pytest.mark.parametrize("mode", ["the file", "file and folder", "with a log beside", "no reading either"])
def test_a_casebook_that_may_only_be_read_is_told(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = pwd.getpwnam("nobody").pw_uid if os.getuid() == 0 else os.getuid()
    import tempfile

    with tempfile.TemporaryDirectory() as name:  # where another user gets to
        folder = Path(name)
        folder.chmod(0o755)
        monkeypatch.setenv("OPENCWC_SETTINGS", str(folder / "settings"))
        book = open_casebook(folder / "books" / "casebook.db")
        begin(book).keep(findings(SARIN))
        records = verify_all(book).records
        log = folder / "books" / "casebook.db-wal"
        written = log.read_bytes()
        book.close()
        if mode == "with a log beside":  # as a process leaves it that was killed
            log.write_bytes(written)
        mine = folder / "mine"
        shutil.copytree(folder / "settings", mine)
        for path in (mine, *mine.rglob("*")):
            os.chown(path, other, other)
        file = folder / "books" / "casebook.db"
        file.chmod(0o000 if mode == "no reading either" else 0o444)
        file.parent.chmod(0o777 if mode == "the file" else 0o555)
        done = subprocess.run(
            [sys.executable, "-c", _AS_ANOTHER, str(file), str(TESTS), str(other), str(mine), str(folder / "own")],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        if mode in ("the file", "file and folder"):
            assert report["read"] == ["done", str(records), ""]
            assert report["write"][:2] == ["StorageError", "the casebook is read-only"]
        else:  # without what stands in the log, an older state would be shown as the one of today
            what = {"with a log beside": "the log beside it contains newer entries"}.get(
                mode, "the file of the casebook cannot be opened"
            )
            assert report["open"][0] == "StorageError" and what in report["open"][1]
        file.parent.chmod(0o700)
        file.chmod(0o600)
        book = open_casebook(file)
        assert verify_all(book).records == records
        works_again(book)
        book.close()


def test_a_server_that_only_reads_is_told(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    place = cluster.make_database("only_reads")
    book = open_casebook(place)
    begin(book)
    administrator = create_engine(cluster.url(), isolation_level="AUTOCOMMIT")
    with administrator.connect() as connection:
        connection.exec_driver_sql("ALTER DATABASE only_reads SET default_transaction_read_only = on")
        book.engine.dispose()
        assert list_cases(book, RITA)
        with refused(book, "is read-only", "primary"):
            comment(book, RITA, "inventory", "x")
        connection.exec_driver_sql("ALTER DATABASE only_reads RESET default_transaction_read_only")
    administrator.dispose()
    book.engine.dispose()
    works_again(book)
    book.close()


# ---- locked


def test_a_casebook_that_somebody_else_writes_to_is_told_after_a_while(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_LOCK_SECONDS", "0.3")
    first, second = open_casebook(place), open_casebook(place)
    open_case(first, RITA, "inventory")
    before = state(second)
    with first.writing("p-slow") as writer:
        writer.record("refusal", {"category": "routes", "language": "en", "text": "slow"})
        assert list_cases(second, RITA)  # and reading goes on
        with pytest.raises(StorageError, match=r"somebody else is writing.*Try again"):
            comment(second, RITA, "inventory", "x")
    assert state(second) == (before[0] + 1, before[1])
    works_again(second)
    first.close()
    second.close()


def test_a_log_that_somebody_else_holds_is_told_after_a_while(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    monkeypatch.setenv("OPENCWC_LOCK_SECONDS", "0.2")
    book = open_casebook(place)
    open_case(book, RITA, "inventory")
    with book.log.path.open("rb") as log_file:
        fcntl.flock(log_file, fcntl.LOCK_EX)
        with refused(book, "is using the log of checkpoints", "Nothing was changed"):
            comment(book, RITA, "inventory", "x")
    works_again(book)
    book.close()


def test_writers_at_once_wait_for_one_another_and_the_log_stands_in_their_order(place: str) -> None:
    books = [open_casebook(place) for _ in range(3)]
    open_case(books[0], RITA, "inventory")
    problems: list[Exception] = []

    def write(book: Casebook) -> None:
        try:
            for n in range(15):
                comment(book, RITA, "inventory", f"{n}")
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=write, args=(book,)) for book in books]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    report = verify_all(books[0])
    assert report.fits and report.logged == report.checkpoints == 47
    for book in books:
        book.close()


# ---- not there, or not a casebook


def test_a_server_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    for place in (f"postgresql://books@/cwc?unix_sock={tmp_path}/none", "postgresql://books@127.0.0.1:1/cwc"):
        with pytest.raises(StorageError, match=r"does not answer.*Check that it is running"):
            open_casebook(place)


def test_a_database_that_is_not_there_is_told(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    with pytest.raises(StorageError, match=r"there is no such database.*Create it first"):
        open_casebook(cluster.url("never_made"))


def test_a_connection_that_breaks_in_the_middle_changes_nothing(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    book = open_casebook(cluster.make_database("breaks"))
    begin(book)
    administrator = create_engine(cluster.url(), isolation_level="AUTOCOMMIT")
    with refused(book, "connection to the database server was lost", "Try again"), book.writing("p") as writer:
        writer.record("refusal", {"category": "routes", "language": "en", "text": "x"})
        own = writer.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with administrator.connect() as connection:
            assert connection.exec_driver_sql(f"SELECT pg_terminate_backend({own}, 5000)").scalar_one()
    administrator.dispose()
    works_again(book)
    book.close()


@pytest.mark.parametrize("content", [b"name,cas\nsarin,107-44-8\n" * 100, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_file_that_is_no_casebook_is_told_and_left_alone(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    file = tmp_path / "inventory.csv"
    file.write_bytes(content)
    with pytest.raises(StorageError, match=r"not a casebook|damaged") as raised:
        open_casebook(file)
    assert "backup" in raised.value.remedy
    assert file.read_bytes() == content


def _overwritten(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(os.urandom(file.stat().st_size - 8192))


def _cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


@pytest.mark.parametrize("damage", [_overwritten, _cut])
def test_a_damaged_file_is_told(
    damage: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    file = tmp_path / "casebook.db"
    book = open_casebook(file)
    begin(book).keep(many(300))
    book.close()
    damage(file)
    with pytest.raises(StorageError, match=r"damaged.*restore the last backup"):
        verify_all(open_casebook(file))


def test_no_signal_is_left_that_would_kill_a_writer_at_a_limit() -> None:
    """Python ignores SIGXFSZ, so that a file beyond its limit is an error and not the end of the process."""
    assert signal.getsignal(signal.SIGXFSZ) == signal.SIG_IGN
