"""One cache for the whole run, no settings but the tests' own, and English unless a test asks for another language.

Set in the environment when pytest starts, so that worker processes, subprocesses and doctests all see the same.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

_MADE_HERE = "OPENCWC_TESTS_FOLDER" not in os.environ
if _MADE_HERE:
    for variable in [name for name in os.environ if name.startswith("OPENCWC_")]:
        del os.environ[variable]
    os.environ["OPENCWC_TESTS_FOLDER"] = tempfile.mkdtemp(prefix="opencwc-tests-")
_FOLDER = Path(os.environ["OPENCWC_TESTS_FOLDER"])
os.environ.update(
    OPENCWC_CACHE=str(_FOLDER / "cache"),
    OPENCWC_SETTINGS=str(_FOLDER / "settings"),
    OPENCWC_LANG="en",
    LC_ALL="C.UTF-8",
    NO_COLOR="1",
)


def pytest_unconfigure() -> None:
    """Remove the folder at the end of the process that made it."""
    if _MADE_HERE:
        shutil.rmtree(_FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def name_index() -> None:
    """Build the index of names before the test, once for all workers: it takes some seconds."""
    from opencwc.chemistry.name_index import NameIndex

    lock = _FOLDER / "lock"
    with lock.open("w") as file:
        try:
            from fcntl import LOCK_EX, flock

            flock(file, LOCK_EX)
        except ImportError:
            pass  # no such lock on Windows: two workers may both build it, which costs only time
        NameIndex.open().close()


@pytest.fixture(scope="session")
def asked_once() -> None:
    """Ask the Convention once before the test: the first question encodes what all later ones find kept."""
    from datetime import date

    from opencwc.convention.measures import read_measures
    from opencwc.language.encoders import named_encoder
    from opencwc.legislation.question_answers import Library

    Library(named_encoder(), read_measures(date.today()), {}).ask("Is there a National Authority?")
