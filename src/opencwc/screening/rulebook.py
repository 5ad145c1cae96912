"""The rules of the chosen lists on one day, checked against their own examples, shared by all who ask."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from opencwc.convention import Convention
from opencwc.finding import Maker
from opencwc.screening.model import COMPONENT
from opencwc.screening.rule_index import RuleIndex
from opencwc.version import __version__

RULEBOOKS_KEPT = 16
"""As many as the questions that a service keeps."""


class Rulebook(RuleIndex):
    """The rulings of a `Convention`; make it with `of`."""

    @classmethod
    def of(cls, as_of: date | None = None, lists: tuple[str, ...] = (), files: tuple[Path, ...] = ()) -> Rulebook:
        """Return the rulebook of these lists on that day; all who ask share one, with its rules compiled."""
        return _rulebook(Convention(as_of, lists, files))

    def check(self) -> None:
        """Raise `RuleError` at the first printed example that its own entry does not list or exempt."""
        from opencwc.screening.example_checks import check_examples

        check_examples(self)


@lru_cache(maxsize=RULEBOOKS_KEPT)
def _rulebook(convention: Convention) -> Rulebook:
    return Rulebook(convention)


def maker_of(rulebook: Rulebook) -> Maker:
    """Return who makes the findings of a rulebook."""
    return Maker(COMPONENT, __version__, rulebook.convention.as_of.isoformat(), rulebook.list_ids)
