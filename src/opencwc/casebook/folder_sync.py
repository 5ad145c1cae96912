"""A file that was made or renamed is there after a power cut only once its folder is on the disk as well."""

from __future__ import annotations

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """See the names in a folder on the disk (``fsync``); systems that know no such thing do without."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
