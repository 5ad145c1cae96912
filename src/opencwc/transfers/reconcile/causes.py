"""The two learned models of a reconciliation, as they are registered: the causes, and the order of the sums.

Where a model is switched off, plain rules take its place (`opencwc.transfers.reconcile.cause_rules`); every answer says
which of the two spoke.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from opencwc.models.model import Model
from opencwc.transfers.model import CAUSES
from opencwc.transfers.reconcile import learned_causes
from opencwc.transfers.reconcile.cause_figures import evaluate_causes, evaluate_ranking
from opencwc.transfers.reconcile.learned_causes import DATA


def cause_files() -> tuple[Path, ...]:
    """Return the files that the proposed causes depend on, in the order of the card."""
    return (DATA / "causes.txt", DATA / "causes.json")


def ranking_files() -> tuple[Path, ...]:
    """Return the files that the order depends on, in the order of the card."""
    return (DATA / "ranking.txt",)


MODEL = Model("transfer-causes", DATA / "transfer-causes.card.yaml", cause_files, evaluate_causes)
RANKING = Model("transfer-ranking", DATA / "transfer-ranking.card.yaml", ranking_files, evaluate_ranking)
"""Both are registered through the entry points ``opencwc.models``."""


class ModelUse(NamedTuple):
    """Whether a model is used: the hash of its weights, empty where it is not; ``unfit`` where its file cannot be."""

    weights: str = ""
    unfit: bool = False


def use_of(model: Model) -> ModelUse:
    """Return whether a model is used: it is switched on, its files are as its card says, and they fit this version."""
    from opencwc.models.register import state_of

    state = state_of(model)
    if not state.usable:
        return ModelUse()
    return ModelUse(state.hash) if fits(model) else ModelUse(unfit=True)


def fits(model: Model) -> bool:
    """Tell whether a model's file was trained on the features of this version, and can be read at all.

    The order looks at the probabilities of the causes, so it fits only where they do.
    """
    import lightgbm

    try:
        boosters = [(booster.feature_name(), learned_causes.FEATURES) for booster in learned_causes.boosters()]
        ranker = [(learned_causes.ranker().feature_name(), learned_causes.RANKING_FEATURES)] if model is RANKING else []
    except (OSError, ValueError, lightgbm.basic.LightGBMError):
        return False
    return len(boosters) == len(CAUSES) and all(names == list(wanted) for names, wanted in (*boosters, *ranker))
