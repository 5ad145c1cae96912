"""Dates of running text are found and counted from the day of the text, in six languages."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from opencwc.convention.fields import load_yaml
from opencwc.language.dates import find_dates

TODAY = date(2024, 3, 5)
CASES: dict[str, list[list[Any]]] = load_yaml(
    (Path(__file__).parent.parent / "cases" / "dates.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("lang", "case"), [(lang, case) for lang, cases in CASES.items() for case in cases], ids=str)
def test_a_text_says_these_dates(lang: str, case: list[Any]) -> None:
    text, dates = case
    assert [found.text for found in find_dates(text, lang, TODAY)] == [str(day) for day in dates]
