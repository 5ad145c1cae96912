"""Writing: whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from opencwc.errors import OutputError
from opencwc.files import open_for_writing


def test_what_is_written_takes_its_place_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old")
    with open_for_writing(target) as out:
        out.write("é\r\n")
        assert target.read_text() == "old"
    assert target.read_bytes() == "é\r\n".encode()
    with open_for_writing(target, binary=True) as raw:
        raw.write(b"\0")
    assert target.read_bytes() == b"\0"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old")

    def fail() -> None:
        with open_for_writing(target) as out:
            out.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (target.read_text(), list(tmp_path.iterdir())) == ("old", [target])


def test_no_space_is_said_with_a_remedy(tmp_path: Path) -> None:
    def fail() -> None:
        with open_for_writing(tmp_path / "out.csv"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OutputError, match="Free some space") as caught:
        fail()
    assert caught.value.where == str(tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []


def test_errors_of_reading_inside_the_block_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_for_writing(tmp_path / "out.csv"):
        (tmp_path / "missing").read_text()
    assert list(tmp_path.iterdir()) == []


def test_places_that_cannot_be_written_to_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path, remedy in (
        (tmp_path / "none" / "out.csv", "Create the folder"),
        (tmp_path / "file" / "out.csv", "not a folder"),
        (tmp_path, "name a file inside"),
        (tmp_path / ("x" * 300), "shorter name"),
    ):
        with pytest.raises(OutputError, match=remedy), open_for_writing(path) as out:
            out.write("x")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_device_is_written_to_directly() -> None:
    with pytest.raises(OutputError, match="Free some space"), open_for_writing(Path("/dev/full")) as out:
        out.write("x")
    with open_for_writing(Path(os.devnull), binary=True) as raw:
        raw.write(b"x")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_links_and_permissions_are_kept(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    with open_for_writing(link) as out:
        out.write("new")
    assert link.is_symlink()
    assert (real.read_text(), stat.S_IMODE(real.stat().st_mode)) == ("new", 0o640)


def test_a_read_only_file_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old")
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(OutputError, match=r"Permission denied.*Ask for permission"), open_for_writing(target) as out:
        out.write("new")
    assert target.read_text() == "old"


def test_nothing_named_is_standard_output(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(sys, "stdout", open(os.dup(1), "w", encoding="utf-8"))  # noqa: PTH123, SIM115
    with open_for_writing(None) as out:
        out.write("a")
    with open_for_writing(None, binary=True) as raw:
        raw.write(b"b")
    assert capfdbinary.readouterr().out == b"ab"
