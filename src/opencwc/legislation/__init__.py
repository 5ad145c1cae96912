"""Legislation: a State's laws to what they implement of the Convention, measure by measure, with the passages.

`check_law` is the verb (`law_check`): texts become sections (`texts`), sections are read (`reading`) and searched
(`search`), and a verdict is proposed for each measure (`coverage_model`, `verdicts`) with its passages (`answers`).
`version_comparison` sets two readings side by side, `report` puts one on paper. What is not found is not found "in the
texts supplied": a State may have said it elsewhere.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opencwc.legislation.law_check import check_law, check_texts
    from opencwc.legislation.model import COLUMNS, COVERED, NONE, PARTIAL, VERDICTS, Answer, Checked, Law, Shown

__all__ = [
    "COLUMNS",
    "COVERED",
    "NONE",
    "PARTIAL",
    "VERDICTS",
    "Answer",
    "Checked",
    "Law",
    "Shown",
    "check_law",
    "check_texts",
]


def __getattr__(name: str) -> Any:
    """Load what checks a law when it is first used: every command and confined process reads this package's `verb`."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{'law_check' if name.startswith('check') else 'model'}"), name)
