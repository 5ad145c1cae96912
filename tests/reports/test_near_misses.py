"""Two events that are told alike stay two, and what belongs to one stays with it, in six languages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import yaml
from benchmarks.reports import CASES

from opencwc.language.encoders import named_encoder
from opencwc.reports.model import Report
from opencwc.reports.watched import watch

NEAR = yaml.safe_load((CASES / "near_misses.yaml").read_text(encoding="utf-8"))


def report(name: str, line: str) -> Report:
    published, source, lang, title, text = (cell.strip() for cell in line.split(" | "))
    return Report(name, datetime.fromisoformat(published), source, "", lang, title, text)


@pytest.mark.parametrize("case", NEAR, ids=lambda case: case["name"])
def test_what_is_told_alike_is_joined_only_where_it_is_one(case: dict[str, Any]) -> None:
    watched = watch([report(name, line) for name, line in case["reports"].items()], named_encoder())
    names = [line.told.report.id for line in watched.lines]
    found = {frozenset(names[number] for number in event.items) for event in watched.events}
    assert found == {frozenset(event) for event in case["events"]}


def test_all_languages_are_there() -> None:
    languages = {line.split(" | ")[2].strip() for case in NEAR for line in case["reports"].values()}
    assert languages == {"en", "fr", "ar", "es", "ru", "zh"}
