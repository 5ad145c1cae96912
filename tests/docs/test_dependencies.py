"""What `make` installs is what was reviewed: each package by name and version, none beside, none missing.

No list of known faults can be asked offline. What can be seen here is that nothing comes in which nobody named.
"""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PINNED = {
    canonicalize_name(name): version
    for name, version in re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
}
BY_PYTHON = {"pip", "opencwc"}
"""Not from the list: what the virtual environment brings itself, and what is tested."""
INSTALLED = {
    canonicalize_name(distribution.metadata["Name"]): distribution
    for distribution in distributions()
    if canonicalize_name(distribution.metadata["Name"]) not in BY_PYTHON
}
BY_HATCHLING = {"tomlkit", "trove-classifiers"}
FOR_THE_BUILD = {
    canonicalize_name(Requirement(requirement).name) for requirement in PROJECT["build-system"]["requires"]
} | BY_HATCHLING
"""What is installed apart from the rest, while the package is built, and then thrown away."""
ASKED = [
    Requirement(requirement)
    for requirement in (
        *PROJECT["build-system"]["requires"],
        *PROJECT["project"]["dependencies"],
        *(requirement for extra in PROJECT["project"]["optional-dependencies"].values() for requirement in extra),
    )
]


def test_every_line_of_the_list_names_one_version() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert len(lines) == len(PINNED) > 100
    assert lines == sorted(lines, key=str.lower)


def test_nothing_is_installed_that_the_list_does_not_name_in_this_version() -> None:
    strange = {
        name: distribution.version
        for name, distribution in INSTALLED.items()
        if PINNED.get(name) != distribution.version
    }
    assert not strange


def test_the_list_names_nothing_that_nobody_installs() -> None:
    assert set(PINNED) - set(INSTALLED) <= FOR_THE_BUILD


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
