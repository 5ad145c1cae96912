"""What single cells of a register come to, or what is said of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from opencwc.declarations.register_reader import read_register

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases" / "registers" / "cells.yaml").read_text(encoding="utf-8")
)
USUAL = {
    "site": "A", "chemical": "thiodiglycol", "activity": "produce", "year": "2025", "quantity": "5", "unit": "kg",
    "concentration": "", "date": "",
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_cell_is_read_or_said(case: dict[str, Any], tmp_path: Path) -> None:
    row = USUAL | {field: str(case[field]) for field in USUAL if field in case}
    if "quantity" in case:
        row["unit"] = case.get("unit", "")
    if "date" in case:
        row["year"] = ""
    rows = [row]
    rows += [USUAL | {"quantity": text, "unit": "" if "kg" in text else "kg"} for text in case.get("beside", ())]
    rows += [USUAL | {"date": text, "year": ""} for text in case.get("dates", ())]
    file = tmp_path / "activities.csv"
    file.write_text("\n".join([";".join(USUAL), *(";".join(row.values()) for row in rows)]) + "\n", encoding="utf-8")
    register = read_register(file)
    problems = [problem.says.id for problem in register.problems if problem.place.row == 1 and problem.unjudged]
    assert problems == ([case["says"]] if "says" in case else [])
    first = [activity for activity in register.activities if activity.row == 1]
    assert len(first) == (0 if "says" in case else 1)
    if first:
        assert first[0].kg == Decimal(case.get("kg", "5"))
        assert first[0].share == Decimal(case.get("share", "100"))
        assert first[0].year == case.get("is_year", 2025)
        assert first[0].date == (date.fromisoformat(case["is_day"]) if "is_day" in case else None)
