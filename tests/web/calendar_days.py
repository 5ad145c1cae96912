"""A day on which a page believes to be."""

from __future__ import annotations

from datetime import date
from types import ModuleType

import pytest


def take_for_today(monkeypatch: pytest.MonkeyPatch, day: date, *modules: ModuleType) -> None:
    """Have modules of pages take a day for today."""

    class Day(date):
        @classmethod
        def today(cls) -> Day:
            return cls(day.year, day.month, day.day)

    for module in modules:
        monkeypatch.setattr(module, "date", Day)
