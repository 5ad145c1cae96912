"""MkDocs hooks: the pages that are made from the convention data and from the commands, anew at every build."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mkdocs.structure.files import File

from docs_build.commands import commands_page
from docs_build.entries import entries_page

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

MADE = {"reference/entries.md": entries_page, "reference/cli.md": commands_page}
MERMAID = Path(__file__).parent / "mermaid"
WRITTEN_BY_OTHERS = ("how-to/screen-on-a-cluster.md", "how-to/use-the-api.md", "reference/http-api.md", "benchmarks/")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put into the navigation what is there: pages on the cluster and on measurements are written apart."""
    docs = Path(config.docs_dir)
    config.nav = _present(config.nav, docs)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the made pages, and the library that draws Mermaid pictures with its licence."""
    for place, make in MADE.items():
        files.append(File.generated(config, place, content=make()))
    for name in ("mermaid.tiny.js", "mermaid.LICENSE.txt"):
        files.append(File.generated(config, f"javascripts/{name}", abs_src_path=str(MERMAID / name)))
    return files


def _present(items: list[Any] | None, docs: Path) -> list[Any]:
    kept: list[Any] = []
    for item in items or []:
        if isinstance(item, dict):
            ((title, inside),) = item.items()
            if isinstance(inside, list):
                kept.append({title: _present(inside, docs)})
            elif inside == "benchmarks/":
                pages = sorted(page.relative_to(docs).as_posix() for page in (docs / inside).glob("*.md"))
                kept += [{title: pages}] if pages else []
            else:
                kept.append(item)
        elif item not in WRITTEN_BY_OTHERS or (docs / item).is_file():
            kept.append(item)
    return kept
