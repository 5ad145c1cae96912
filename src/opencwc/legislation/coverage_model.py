"""The learned model of coverage proposes a verdict for each measure; where it may not be used the rules do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from opencwc.finding import Message
from opencwc.legislation.coverage_figures import evaluate_coverage
from opencwc.legislation.coverage_weights import (
    WEIGHTS,
    ProposedVerdict,
    likeliest_verdicts,
    load_weights,
    verdict_chances,
)
from opencwc.legislation.verdicts import by_rules, verdict_of
from opencwc.models.model import Model

Weigher: TypeAlias = Callable[[Sequence[Mapping[str, float]]], list[tuple[float, float, float]]]


def propose_verdicts(
    signs: Sequence[Mapping[str, float]], *, model: bool = True, weigher: Weigher | None = None
) -> tuple[list[ProposedVerdict], str, str, list[Message]]:
    """Return the verdict of each measure, and the model and weights that gave them.

    The id of the model is empty where the rules gave them; then the last value says why.
    """
    if weigher is not None:
        return likeliest_verdicts(weigher(signs), signs), MODEL.id, "", []
    if not model:
        return verdicts_by_rules(signs), "", "", [Message("law_by_rules", {"why": Message("models_not_asked")})]
    from opencwc.models import maker_fields, state_of

    state = state_of(MODEL)
    if not state.usable:
        why = state.why or Message("models_not_asked")
        return verdicts_by_rules(signs), "", "", [Message("law_by_rules", {"why": why})]
    id, hash = maker_fields(MODEL)
    return likeliest_verdicts(verdict_chances(signs, load_weights(WEIGHTS)), signs), id, hash, []


def verdicts_by_rules(signs: Sequence[Mapping[str, float]]) -> list[ProposedVerdict]:
    """Return the verdicts of the rules, which know no probability."""
    return [ProposedVerdict(verdict_of(by_rules(sign)), None) for sign in signs]


MODEL = Model(
    "law-coverage", Path(__file__).parent / "data" / "coverage.card.yaml", lambda: (WEIGHTS,), evaluate_coverage
)
"""Registered through the entry points ``opencwc.models``."""
