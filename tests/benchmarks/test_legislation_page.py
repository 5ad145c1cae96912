"""The page of reading laws has a place for every table that its benchmark makes, and nothing else of it is changed."""

from __future__ import annotations

import re

import pytest
from benchmarks.legislation import PAGE, as_markdown, fill, main

PARTS = (
    "made", "retrieval", "model", "confusion_nine", "confusion_real", "reading", "rules", "similarity", "prior",
)  # fmt: skip


def test_the_page_has_a_place_for_every_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    filled = fill(page, {name: f"figures of {name}" for name in PARTS})
    assert all(f"figures of {name}" in filled for name in PARTS)
    parts = re.compile(r"(<!-- begin: (\w+) -->).*?(<!-- end: \2 -->)", re.DOTALL)
    assert parts.sub(r"\1\3", filled) == parts.sub(r"\1\3", page)
    assert fill(filled, {name: f"figures of {name}" for name in PARTS}) == filled


def test_a_part_that_the_page_lacks_is_told() -> None:
    with pytest.raises(ValueError, match="speed"):
        fill("<!-- begin: made -->x<!-- end: made -->", {"made": "y", "speed": "z"})


def test_a_table_has_a_row_a_law_and_its_number_of_labels() -> None:
    assert as_markdown({"fr": {"n": 58.0, "recall@5": 0.9654}}).splitlines() == [
        "| law or group | n | recall@5 |", "|---|--:|--:|", "| fr | 58 | 0.965 |",
    ]  # fmt: skip


def test_half_a_measurement_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--write", "--rules"])
    assert "leave --rules" in capsys.readouterr().err
