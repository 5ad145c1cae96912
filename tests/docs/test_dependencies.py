"""What `make` installs is what was reviewed: each package by name, version and hash, none beside, none missing.

No list of known faults can be asked offline. What can be seen here is that nothing comes in which nobody named.
"""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PINS = (ROOT / "constraints.txt").read_text()
LINE = re.compile(r"([A-Za-z0-9_.-]+)==(\S+)(?: ; (.+?))? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)")
PINNED = {canonicalize_name(name): version for name, version, _, _ in LINE.findall(PINS)}
ELSEWHERE = {
    canonicalize_name(name) for name, _, marker, _ in LINE.findall(PINS) if marker and not Marker(marker).evaluate()
}
"""Packages for other systems than this one."""
BY_PYTHON = {"pip", "opencwc"}
"""Not from the list: what the virtual environment brings itself, and what is tested."""
INSTALLED = {
    canonicalize_name(distribution.metadata["Name"]): distribution
    for distribution in distributions()
    if canonicalize_name(distribution.metadata["Name"]) not in BY_PYTHON
}
ASKED = [
    Requirement(requirement)
    for requirement in (
        *PROJECT["build-system"]["requires"],
        *PROJECT["project"]["dependencies"],
        *(requirement for extra in PROJECT["project"]["optional-dependencies"].values() for requirement in extra),
    )
]


def test_every_line_of_the_list_names_one_version_and_the_hashes_of_its_files_and_no_address() -> None:
    assert not LINE.sub("", re.sub(r"^#.*\n", "", PINS, flags=re.MULTILINE))
    assert len(PINNED) > 100
    assert "://" not in PINS


def test_nothing_is_installed_that_the_list_does_not_name_in_this_version() -> None:
    strange = {
        name: distribution.version
        for name, distribution in INSTALLED.items()
        if PINNED.get(name) != distribution.version
    }
    assert not strange


def test_the_list_names_nothing_that_nobody_installs() -> None:
    assert set(PINNED) - set(INSTALLED) == ELSEWHERE


@pytest.mark.parametrize("requirement", ASKED, ids=str)
def test_what_the_project_asks_for_is_in_the_list(requirement: Requirement) -> None:
    assert requirement.specifier.contains(PINNED[canonicalize_name(requirement.name)], prereleases=True)


def test_every_package_has_what_it_asks_for() -> None:
    lacking = [
        f"{name} asks for {requirement}"
        for name, distribution in INSTALLED.items()
        for requirement in map(Requirement, distribution.requires or ())
        if (requirement.marker is None or requirement.marker.evaluate({"extra": ""}))
        and not requirement.specifier.contains(PINNED.get(canonicalize_name(requirement.name), "0"), prereleases=True)
    ]
    assert not lacking
