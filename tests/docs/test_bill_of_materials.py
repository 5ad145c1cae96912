"""The bill of materials of the wheel: all that runs, by hash, none beside."""

from __future__ import annotations

import importlib.util
import json
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    # Loaded above, every worker would wait for these.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    spec = importlib.util.spec_from_file_location("build_package", ROOT / "build_package.py")
    assert spec is not None and spec.loader is not None
    build_package = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build_package)
    sources = tmp_path_factory.mktemp("sources")
    for name in ("constraints.txt", "pyproject.toml", "src/opencwc/web/vendor/package-lock.json"):
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        (sources / name).symlink_to(ROOT / name)
    text = build_package.write_bill(sources).read_text()
    assert text == build_package.write_bill(sources).read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    read: dict[str, Any] = json.loads(text)
    return read


def runs(name: str, extra: str = "", seen: set[str] | None = None) -> set[str]:
    """Return the packages that a package needs to run, and those that these need."""
    seen = set() if seen is None else seen
    for written in distribution(name).requires or ():
        requirement = Requirement(written)
        of = canonicalize_name(requirement.name)
        if of in seen or (requirement.marker and not requirement.marker.evaluate({"extra": extra})):
            continue
        seen.add(of)
        for asked in ("", *requirement.extras):
            runs(of, asked, seen)
    return seen


def test_it_names_all_that_runs(bill: dict[str, Any]) -> None:
    python = {part["name"] for part in bill["components"] if part["purl"].startswith("pkg:pypi/")}
    assert runs("opencwc") <= {canonicalize_name(name) for name in python}
    assert not {"pytest", "mypy", "uv", "hatchling"} & python


def test_each_part_has_its_hashes_and_no_address(bill: dict[str, Any]) -> None:
    for part in bill["components"]:
        files = part.get("externalReferences", [])
        assert part.get("hashes") or all(file["hashes"] for file in files)
        assert all(file["url"] == part["purl"] for file in files)
    fonts = [part for part in bill["components"] if part["name"] == "@fontsource/amiri"]
    assert [part["licenses"][0]["license"]["id"] for part in fonts] == ["OFL-1.1"]


def test_what_is_installed_holds_its_bill(bill: dict[str, Any]) -> None:
    held = json.loads(distribution("opencwc").read_text("sboms/opencwc.cdx.json") or "{}")
    assert held["bomFormat"] == "CycloneDX"
    assert {part["purl"] for part in held["components"]} == {part["purl"] for part in bill["components"]}


def test_what_is_installed_is_held_against_its_hash() -> None:
    commands = (ROOT / "scripts" / "set_up.sh").read_text().splitlines()
    installs = [line.split("install ")[1].split() for line in commands if line.startswith("pip install ")]
    pinned, ours = installs
    assert {"--no-deps", "--require-hashes", "--requirement", "constraints.txt"} == set(pinned)
    assert {"--no-deps", "--no-build-isolation", "--editable", "."} == set(ours)
