"""Temporary folders that do not outlast their process: where it was killed, whoever comes next removes them.

The process holds a lock on its folder for as long as it lives. A folder without a lock is nobody's any more.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

_BEGIN = "opencwc-leased-"


class LeasedFolder:
    """A folder for its owner alone, in ``name``; ``cleanup``, or the end of a ``with`` block, removes it."""

    def __init__(self, purpose: str) -> None:
        made = tempfile.mkdtemp(prefix=".leased-")
        self._lease = _lock(made) if os.name == "posix" else None
        self.name = str(Path(made).with_name(_BEGIN + purpose + Path(made).name.removeprefix(".leased")))
        Path(made).rename(self.name)  # under its own name only once it is locked

    def cleanup(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.name, ignore_errors=True)
        if self._lease is not None:
            os.close(self._lease)
            self._lease = None

    def __enter__(self) -> str:
        return self.name

    def __exit__(self, *_: object) -> None:
        self.cleanup()


def remove_left_folders() -> int:
    """Remove the folders of processes that were killed, and return how many they were."""
    if os.name != "posix":
        return 0
    left = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{_BEGIN}*"):
        if folder.is_symlink() or not folder.is_dir() or folder.stat().st_uid != os.getuid():
            continue
        lease = _lock(str(folder))
        if lease is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lease)
            left += 1
    return left


def _lock(folder: str) -> int | None:
    """Lock a folder and return the lease; ``None`` where a living process has it, or it is gone."""
    import fcntl

    try:
        lease = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lease)
        return None
    return lease
