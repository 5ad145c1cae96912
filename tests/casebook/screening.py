"""Real findings for the tests of the casebook: published chemicals, screened."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from opencwc.finding import finding_to_plain
from opencwc.screening import screen

SARIN, THIODIGLYCOL, ETHANOL, NOT_READ = "CC(C)OP(C)(=O)F", "OCCSCCO", "CCO", "C1CC"


@cache
def _screened(values: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    kept_findings = [finding_to_plain(finding) for finding in screen(values, lists="CWC", as_of="2026-11-24")]
    return tuple(json.loads(json.dumps(kept_findings)))


def findings(*values: str, first_row: int = 1) -> list[dict[str, Any]]:
    """Return the findings of values, their rows counted from ``first_row``."""
    return [{**pair, "row": pair["row"] + first_row - 1} for pair in _screened(values)]
