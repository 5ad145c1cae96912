"""The log beside the key: whole lines in their order, whatever stops in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencwc.casebook.checkpoint_log import CheckpointLog, DamagedLine, LoggedCheckpoint, PendingLine
from opencwc.errors import StorageError


def append(log: CheckpointLog, *fields: Any, restored: bool = False) -> None:
    with log.locked(LoggedCheckpoint(*fields, restored=restored)):
        pass


def numbers(log: CheckpointLog, casebook: str = "book") -> list[int]:
    return [line.number for line in log.all(casebook) if not isinstance(line, PendingLine)]


def test_each_casebook_finds_its_own_lines_in_their_order(tmp_path: Path) -> None:
    log = CheckpointLog(tmp_path / "keys")
    assert numbers(log) == []
    append(log, "book", 1, "aa", 3, "bb")
    append(log, "other", 9, "cc", 4, "dd")
    append(log, "book", 2, "ee", 7, "ff", restored=True)
    assert list(log.all("book")) == [
        LoggedCheckpoint("book", 1, "aa", 3, "bb"), LoggedCheckpoint("book", 2, "ee", 7, "ff", restored=True),
    ]  # fmt: skip
    assert numbers(log, "other") == [9]
    assert log.path.stat().st_mode & 0o777 == 0o600


@given(st.integers(0, 10**9))
def test_a_line_that_was_torn_by_a_stop_of_the_machine_is_dropped(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    log = CheckpointLog(tmp_path_factory.mktemp("torn"))
    append(log, "book", 1, "aa", 1, "bb")
    whole = log.path.read_bytes()
    append(log, "book", 2, "cc", 2, "dd")
    both = log.path.read_bytes()
    log.path.write_bytes(both[: len(whole) + cut % (len(both) - len(whole))])
    assert numbers(log) == [1]
    append(log, "book", 3, "ee", 3, "ff")
    assert numbers(log) == [1, 3]
    assert log.path.read_bytes().startswith(whole)


def test_a_transaction_that_fails_leaves_no_line_that_counts(tmp_path: Path) -> None:
    log = CheckpointLog(tmp_path)
    append(log, "book", 1, "aa", 1, "bb")
    with pytest.raises(ZeroDivisionError), log.locked(LoggedCheckpoint("book", 2, "cc", 2, "dd")):
        assert numbers(log) == [1]
        raise ZeroDivisionError
    assert numbers(log) == [1]
    append(log, "book", 2, "ee", 2, "ff")
    assert numbers(log) == [1, 2]
    assert log.path.read_bytes().count(b"\n") == 2


def test_many_that_append_at_once_lose_no_line(tmp_path: Path) -> None:
    log = CheckpointLog(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: append(log, "book", number, "aa", number, "bb"), range(1, 101)))
    assert sorted(numbers(log)) == list(range(1, 101))


def test_a_damaged_line_is_told_by_its_number_and_the_rest_is_read(tmp_path: Path) -> None:
    log = CheckpointLog(tmp_path)
    append(log, "book", 1, "aa", 1, "bb")
    log.path.write_bytes(b"garbage\n" + log.path.read_bytes())
    assert list(log.all("book")) == [DamagedLine(1), LoggedCheckpoint("book", 1, "aa", 1, "bb")]


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        append(CheckpointLog(tmp_path / "file"), "book", 1, "aa", 1, "bb")


def test_a_pending_line_counts_or_does_not_as_the_database_says(tmp_path: Path) -> None:
    log = CheckpointLog(tmp_path)
    append(log, "book", 1, "aa", 1, "bb")
    pending = [LoggedCheckpoint(*fields) for fields in (("book", 2, "cc", 2, "dd"), ("other", 7, "ee", 9, "ff"))]
    with log.path.open("ab") as file:
        file.write(b"".join(b"-" + line.line()[1:] for line in [*pending, LoggedCheckpoint("book", 3, "00", 3, "11")]))
    assert log.has_abandoned() and numbers(log) == [1]
    assert log.settle("book", lambda line: line.sha256 == "cc") == 2
    assert numbers(log) == [1, 2] and numbers(log, "other") == []
    assert log.has_abandoned()  # that of the other casebook
    append(log, "book", 3, "22", 3, "33")
    assert log.settle("other", lambda line: True) == 7
    assert numbers(log) == [1, 2, 3] and not log.has_abandoned()
    assert log.path.read_bytes().count(b"\n") == 5
    assert CheckpointLog(tmp_path / "none").settle("book", lambda line: True) == 0


def test_a_line_of_a_writer_at_work_is_not_abandoned(tmp_path: Path) -> None:
    log = CheckpointLog(tmp_path)
    assert not log.has_abandoned()
    with log.locked(LoggedCheckpoint("book", 1, "aa", 1, "bb")):
        assert not log.has_abandoned()
    log.path.write_bytes(b"-" + LoggedCheckpoint("book", 1, "aa", 1, "bb").line()[1:])
    assert log.has_abandoned()
    append(log, "other", 1, "aa", 1, "bb")  # whoever only looked holds nothing
