"""One cache for the whole run, no settings but the tests' own, and English unless a test asks for another language.

Set in the environment when pytest starts, so that worker processes, subprocesses and doctests all see the same.
"""

from __future__ import annotations

import gc
import os
import pickle
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

import attacks

if TYPE_CHECKING:
    from opencwc.demo import Built

settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("deep", max_examples=500, deadline=None)
settings.load_profile("quick")  # unless pytest is given --hypothesis-profile=deep, as `make fuzz` gives it
_USUAL, _LEAST = 100, 20
"""What a test's own number of examples is a share of, and the fewest that a profile leaves of it."""

_MADE_HERE = "OPENCWC_TESTS_FOLDER" not in os.environ
if _MADE_HERE:
    for variable in [name for name in os.environ if name.startswith("OPENCWC_")]:
        del os.environ[variable]
    os.environ["OPENCWC_TESTS_FOLDER"] = tempfile.mkdtemp(prefix="opencwc-tests-")
_FOLDER = Path(os.environ["OPENCWC_TESTS_FOLDER"])
os.environ.update(
    OPENCWC_CACHE=str(_FOLDER / "cache"),
    OPENCWC_DATA=str(_FOLDER / "data"),
    OPENCWC_SETTINGS=str(_FOLDER / "settings"),
    OPENCWC_LANG="en",
    LC_ALL="C.UTF-8",
    NO_COLOR="1",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Have `make soak` and `make attack` kill more writers than the checks do, and attacks counted."""
    parser.addoption("--kills", type=int, default=10, help="how often a writer to a casebook is killed")
    attacks.add_options(parser)


_MEMORY_OF_A_WORKER = 5 << 30


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Start one worker more than there are processors, where memory allows: some always wait for another process."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    processors = os.cpu_count() or 1
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return processors + (memory >= (processors + 1) * _MEMORY_OF_A_WORKER)


def pytest_configure(config: pytest.Config) -> None:
    """Count the attacks."""
    config.pluginmanager.register(attacks.Counting(config), "attacks")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[Any]:
    """Look for no garbage while tests are collected: almost all that is made then stays, and is set aside for good."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_unconfigure() -> None:
    """Remove the folder at the end of the process that made it."""
    if _MADE_HERE:
        shutil.rmtree(_FOLDER, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make fuzz` and `make attack` run, and scale the examples that a property test sets itself."""
    attacks.mark_attacks(items)
    scaled: set[int] = set()
    for item in items:
        test = getattr(getattr(item, "obj", None), "__func__", getattr(item, "obj", None))
        is_property = getattr(test, "is_hypothesis_test", False)
        if is_property or "fuzz" in item.path.parts:
            item.add_marker("fuzz")
        if is_property and id(test) not in scaled:
            scaled.add(id(test))
            _scale(test)


def _scale(test: Any) -> None:
    # Hypothesis has no public way to ask for a share of a profile's examples, and a second @settings is an error.
    own = test._hypothesis_internal_use_settings
    if own is not None and own.max_examples != settings.default.max_examples:
        share = own.max_examples * settings.default.max_examples // _USUAL
        most = max(share, min(own.max_examples, _LEAST))
        test._hypothesis_internal_use_settings = settings(own, max_examples=most)


@contextmanager
def _alone(what: str) -> Iterator[None]:
    """Let one worker at a time do something that the others then find done."""
    with (_FOLDER / what).open("w") as file:
        try:
            from fcntl import LOCK_EX, flock

            flock(file, LOCK_EX)
        except ImportError:
            pass  # no such lock on Windows: two workers may both do it, which costs only time
        yield


@pytest.fixture(scope="session")
def thorough(request: pytest.FixtureRequest) -> bool:
    """Tell whether all is to be tried (`make attack`), and not some of it."""
    return bool(request.config.getoption("thorough"))


@pytest.fixture(scope="session")
def name_index() -> None:
    """Build the index of names before the test, once for all workers: it takes some seconds."""
    from opencwc.chemistry.name_index import NameIndex

    with _alone("lock"):
        NameIndex.open().close()


@pytest.fixture(scope="session")
def made_year(name_index: None) -> Path:
    """Make the year of the invented State, once for all workers, as a kept demonstration: a folder to be copied."""
    from opencwc.casebook.database import open_casebook
    from opencwc.demo.casebook_builder import build
    from opencwc.demo.folder import own_environment, placed

    folder = _FOLDER / "year"
    with _alone("lock-of-the-year"), placed(folder) as place:
        if not place.is_made():
            with own_environment(place):
                book = open_casebook()
                steps: list[tuple[int, int]] = []
                built = build(book, place.files, told=lambda done, total: steps.append((done, total)))
                book.close()
            (_FOLDER / "year.built").write_bytes(pickle.dumps((built, steps)))
            place.mark_made(built.year)
    return folder


@pytest.fixture(scope="session")
def year_built(made_year: Path) -> tuple[Built, list[tuple[int, int]]]:
    """Return what the builder of the year said it made, with the files where they lie, and the steps that it told."""
    built, steps = pickle.loads((_FOLDER / "year.built").read_bytes())
    return built, steps


@pytest.fixture(scope="session")
def asked_once() -> None:
    """Ask the Convention once before the test: the first question encodes what all later ones find kept."""
    from datetime import date

    from opencwc.convention.measures import read_measures
    from opencwc.language.encoders import named_encoder
    from opencwc.legislation.question_answers import Library

    Library(named_encoder(), read_measures(date.today()), {}).ask("Is there a National Authority?")
