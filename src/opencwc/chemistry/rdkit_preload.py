"""RDKit's shared libraries, read by a thread of their own while Python is busy with other modules.

Loading a library lets go of Python's lock, so on two processors the wait for RDKit all but disappears. It is a head
start and no more: where a library is not found, the import that follows loads it as ever.
"""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Thread

_LIBRARIES = ("rdBase", "Chem/rdchem", "DataStructs/cDataStructs", "Chem/rdmolfiles", "Chem/rdmolops")


def preload_rdkit() -> None:
    """Start reading RDKit's libraries in the background."""
    folder = next((Path(place, "rdkit") for place in sys.path if Path(place, "rdkit").is_dir()), None)
    if folder is not None and "rdkit" not in sys.modules:
        Thread(target=_read, args=(folder,), daemon=True).start()


def _read(folder: Path) -> None:
    from _ctypes import dlopen

    for name in _LIBRARIES:
        try:
            dlopen(str(folder / f"{name}.so"), 2)
        except OSError:
            return
