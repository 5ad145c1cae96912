"""Compile the wording catalogs (.po to .mo) whenever the package is built or installed, editable or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before files are collected, so that the compiled catalogs go into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile every catalog beside its source."""
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        for po in sorted((Path(self.root) / "src/opencwc/wording/catalogs").glob("*/LC_MESSAGES/*.po")):
            with po.open("rb") as source:
                catalog = read_po(source, locale=po.parents[1].name)
            with po.with_suffix(".mo").open("wb") as target:
                write_mo(target, catalog)
