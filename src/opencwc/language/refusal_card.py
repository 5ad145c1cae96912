"""The refusals as the register knows them: rules, measured like a model. Apart, so that a refusal loads no register."""

from __future__ import annotations

from pathlib import Path

from opencwc.language.card_figures import evaluate_refusals
from opencwc.language.request_rules import rule_files
from opencwc.models.model import Model

MODEL = Model("refusals", Path(__file__).parent / "data" / "refusals.card.yaml", rule_files, evaluate_refusals)
"""Registered through the entry points ``opencwc.models``."""
