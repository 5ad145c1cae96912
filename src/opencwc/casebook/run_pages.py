"""What the pages of a run show beside its findings: a file, kept as the source of a second run in the same case.

So it has the mark of the findings, is seen by who may read the case, leaves with its bundle, and is erased with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PAGES = "pages"
"""The word under which the tally of a run names the source with what its pages show, and the run of it."""
FINDINGS = "findings_in_run"
"""The word under which the question of such a run names the run whose findings its pages show."""
JOINED = "joined_with"
"""The word under which what a run checked names the earlier runs of its case that its pages hold too."""


def is_of_pages(run: Mapping[str, Any]) -> bool:
    """Tell whether a run only holds what the pages of another one show: it checked nothing, and has no rows."""
    return FINDINGS in run["asked"]


def pages_of(tally: Mapping[str, Any]) -> str:
    """Return the source of the pages of a run, empty where it has none.

    >>> pages_of({"rows": 3, "pages": {"source": "ab12", "run": 7}}), pages_of({"rows": 3})
    ('ab12', '')
    """
    where = tally.get(PAGES)
    return str(where.get("source", "")) if isinstance(where, Mapping) else ""
