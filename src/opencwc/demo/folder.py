"""Where a demonstration lives: a folder of its own, gone when it ends, or one that the user names to keep.

Nothing of the user's is touched: settings, keys and casebook of a demonstration lie in its folder, and what the
environment says of the user's own is left out for it.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from opencwc.errors import InputError, OutputError
from opencwc.settings import PREFIX, cache_folder

_MARKER = "demonstration.json"
_LOCK = "lock"
_SHARED = ("OPENCWC_CACHE", "OPENCWC_LANG")
"""What a demonstration may know of the user: where the index of names is, and the language."""


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of a demonstration; ``kept`` where the user named it, so that it stays."""

    folder: Path
    kept: bool

    @property
    def settings(self) -> Path:
        """The settings folder of the demonstration."""
        return self.folder / "settings"

    @property
    def casebook(self) -> Path:
        """The casebook of the demonstration."""
        return self.folder / "casebook.db"

    @property
    def files(self) -> Path:
        """The folder of the invented files."""
        return self.folder / "files"

    @property
    def log(self) -> Path:
        """The log of the service and of its worker."""
        return self.folder / "service.log"

    def is_made(self) -> bool:
        """Tell whether a whole demonstration is here."""
        return (self.folder / _MARKER).is_file()

    def mark_made(self, year: int) -> None:
        """Note that the demonstration is whole."""
        (self.folder / _MARKER).write_text(json.dumps({"invented": True, "year": year}) + "\n", encoding="utf-8")


@contextmanager
def placed(keep: Path | None) -> Iterator[Place]:
    """Give the place of a demonstration, and remove it at the end where it is not to be kept or did not become whole.

    Raises:
        InputError: the folder to keep holds something else.
        OutputError: the folder cannot be made.

    """
    if keep is not None:
        place = Place(_own(keep.expanduser().absolute()), kept=True)
        try:
            yield place
        finally:
            if not place.is_made():
                _empty(place.folder)
        return
    room = cache_folder() / "demo"
    try:
        room.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(room)
        folder = Path(tempfile.mkdtemp(prefix="year-", dir=room))
    except OSError as error:
        raise OutputError("demonstration_not_made", where=str(room), reason=str(error.strerror)) from error
    with (folder / _LOCK).open("w") as lock:
        _hold(lock)
        try:
            yield Place(folder, kept=False)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_environment(place: Place) -> Iterator[None]:
    """Let this process, and what it starts, see the demonstration's settings and casebook and none of the user's."""
    before = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
    for name in before:
        if name not in _SHARED:
            del os.environ[name]
    os.environ.update(
        OPENCWC_SETTINGS=str(place.settings),
        OPENCWC_CASEBOOK=str(place.casebook),
        OPENCWC_DATA=str(place.folder / "data"),
    )
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith(PREFIX)]:
            del os.environ[name]
        os.environ.update(before)


def _own(folder: Path) -> Path:
    """Return a folder that is empty, new, or a whole demonstration's."""
    if folder.exists() and not folder.is_dir():
        raise InputError("not_a_folder", where=str(folder))
    if folder.is_dir() and any(folder.iterdir()) and not Place(folder, kept=True).is_made():
        raise InputError("folder_holds_something_else", where=str(folder))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError("folder_cannot_be_made", where=str(folder), reason=str(error.strerror)) from error
    return folder


def _empty(folder: Path) -> None:
    """Remove what was made of a demonstration that did not become whole: the folder was empty when it began."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _sweep(room: Path) -> None:
    """Remove what a demonstration left that was killed: its folder is there, and nobody holds its lock."""
    for folder in room.glob("year-*"):
        try:
            with (folder / _LOCK).open("r+") as lock:
                free = _hold(lock)
        except OSError:  # it is only being made, or being removed, by another start
            continue
        if free:
            shutil.rmtree(folder, ignore_errors=True)


def _hold(lock: IO[str]) -> bool:
    """Hold a lock for as long as the file is open; tell whether it was free. Without such locks, nothing is free."""
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock
    except ImportError:
        return False
    try:
        flock(lock, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    return True
