"""Nothing copyleft comes in unless docs/explanation/dependencies.md says why."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path

from boolean.boolean import ParseError
from license_expression import ExpressionError, LicenseExpression, get_spdx_licensing
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PERMISSIVE = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "ISC", "MIT", "MIT-0", "MIT-CMU"),
        *("OFL-1.1", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib"),
    }
)
licensing = cache(get_spdx_licensing)  # each call of it reads the index of all licences anew
LONGEST = 200
"""Characters of an expression; longer ones are the licence itself."""
CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
}
_ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_PAGE = (ROOT / "docs/explanation/dependencies.md").read_text()
_TABLE = _PAGE.split("## Not plainly permissive\n")[1].split("\n## ")[0]
EXCEPTIONS = {canonicalize_name(name) for name, _, _ in _ROW.findall(_TABLE)}
LOCKS = [*ROOT.glob("src/**/package-lock.json"), *ROOT.glob("docs_build/**/package-lock.json")]


def licences_of(package: Distribution) -> list[str]:
    """Return what a package says of its licence, as SPDX where it can be told."""
    said = package.metadata.get("License-Expression") or package.metadata.get("License") or ""
    if said and is_expression(said):
        return [said]
    words = [line.rsplit(" :: ", 1)[-1] for line in package.metadata.get_all("Classifier", []) if "License ::" in line]
    return [CLASSIFIERS.get(word, word) for word in words if word != "OSI Approved"]


def is_expression(said: str) -> bool:
    """Tell whether a text is a licence in SPDX."""
    if len(said) > LONGEST or "\n" in said:
        return False
    try:
        licensing().parse(said, validate=True)
    except (ExpressionError, ParseError):
        return False
    return True


def is_permissive(said: str) -> bool:
    """Tell whether a licence may be used beside Apache-2.0 without further duties."""
    return is_expression(said) and allows(licensing().parse(said))


def allows(part: LicenseExpression) -> bool:
    """Tell whether one of the choices of an expression, or all that it demands at once, is permissive."""
    if part.__class__.__name__ == "OR":
        return any(map(allows, part.args))
    if part.__class__.__name__ == "AND":
        return all(map(allows, part.args))
    return str(part).split(" WITH ", maxsplit=1)[0] in PERMISSIVE


def test_an_expression_is_taken_at_its_word() -> None:
    assert is_permissive("MIT AND (BSD-2-Clause OR LGPL-2.1-or-later)")
    assert is_permissive("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception")
    assert not is_permissive("MIT AND LGPL-2.1-or-later")
    assert not is_permissive("GPL-2.0-only")
    assert not is_permissive("see the file")


def test_what_is_installed_is_permissive_or_has_its_reason() -> None:
    strange = {
        canonicalize_name(package.metadata["Name"]): licences
        for package in distributions()
        if not ((licences := licences_of(package)) and all(map(is_permissive, licences)))
    }
    assert set(strange) == EXCEPTIONS


def test_what_comes_from_npm_is_permissive() -> None:
    assert len(LOCKS) >= 2
    for lock in LOCKS:
        for place, entry in json.loads(lock.read_text())["packages"].items():
            assert not place or is_permissive(entry["license"]), f"{lock}: {place}: {entry.get('license')}"
