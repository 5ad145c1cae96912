"""The face over HTTP and the domain packages ask the casebook's functions, never its tables."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import opencwc

SOURCE = Path(opencwc.__file__).parent
WITHOUT_SQL = ("web", "screening", "transfers", "legislation", "chemistry", "language", "convention")


def modules_named(file: Path) -> Iterator[str]:
    """Yield every module that a file imports from, with what it takes from there."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_page_and_no_domain_package_runs_sql() -> None:
    files = [file for package in WITHOUT_SQL for file in (SOURCE / package).rglob("*.py")]
    assert len(files) > 100
    asks = [
        (file.relative_to(SOURCE).as_posix(), module)
        for file in files
        for module in modules_named(file)
        if module.startswith(("sqlalchemy", "opencwc.casebook.tables"))
    ]
    assert asks == []
