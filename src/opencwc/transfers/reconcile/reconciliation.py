"""Do the books agree? Ledgers in; one ranked line a chemical, pair of States and year out, with the causes proposed.

The official rule comes first: a discrepancy counts where the difference is more than the chemical's declaration
threshold. Then all are ranked by how much they deserve an officer's hour, and causes are proposed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from opencwc.finding import Message
from opencwc.transfers.model import CAUSES, Ledger
from opencwc.transfers.reconcile.causes import (
    MODEL,
    RANKING,
    ModelUse,
    by_model,
    by_rules,
    order_by_model,
    order_by_rules,
    use_of,
)
from opencwc.transfers.reconcile.comparison import Compared, compare
from opencwc.transfers.reconcile.halves import with_halves
from opencwc.transfers.reconcile.reconciled import Reconciled, sliced
from opencwc.transfers.reconcile.score import BY_MODEL, BY_RULES, score_of
from opencwc.transfers.reconcile.sums import GROUP

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BEARING = frozenset((
    "ledger_quantity_huge", "ledger_quantity_negative", "ledger_date_far", "ledger_date_ahead", "ledger_hs_disagrees",
    "ledger_chemical_disagrees", "ledger_chemical_doubtful",
))  # fmt: skip
"""Problems of lines that are read all the same, and that the amounts or the places of a group rest on."""
_SAME_KG, _SAME_SHARE, _SAME_G = 0.5, 0.001, 1e-9
"""What counts as no difference at all: half a kilogram, less where the threshold is small."""
_WORTH_SAYING = 0.1


def reconcile(ledgers: Sequence[Ledger], as_of: date | None = None, *, model: bool = True) -> Reconciled:
    """Say where ledgers disagree, by how much, why probably, and in which order to look.

    ``model`` false has the causes proposed by plain rules, as they are where the model is switched off.
    """
    as_of = as_of or date.today()
    compared = compare(ledgers, as_of)
    compared, doubts = _doubted(compared, ledgers)
    uses = {learned.id: use_of(learned) if model else ModelUse() for learned in (MODEL, RANKING)}
    weights, ranking = (use.weights for use in uses.values())
    unfit = tuple(id for id, use in uses.items() if use.unfit)
    weighed = [_weighed(groups, model=bool(weights), order=bool(ranking)) for groups in sliced(compared.groups)]
    causes, urgency = (np.concatenate(parts) for parts in zip(*weighed, strict=True))
    ranked, probabilities = _ranked(compared.groups, causes, urgency, BY_MODEL if ranking else BY_RULES)
    return Reconciled(
        tuple(ledgers), compared, ranked, probabilities, as_of, weights, ranking, unfit, doubts
    )  # fmt: skip


def _ranked(
    groups: pl.DataFrame, causes: NDArray[np.float64], urgency: NDArray[np.float64], by: str
) -> tuple[pl.DataFrame, NDArray[np.float64]]:
    """Return the sums by rank, with their score and likeliest causes, and the probabilities of all causes.

    ``place`` is that of a sum among the probabilities.
    """
    order = np.argsort(-causes, axis=1, kind="stable")
    first, second = order[:, 0], order[:, 1] if len(groups) else order[:, 0]
    rows = np.arange(len(groups))
    same = groups.select(
        pl.col("size") <= pl.min_horizontal(_SAME_KG, _SAME_SHARE * pl.col("threshold")).clip(lower_bound=_SAME_G)
    ).to_series().to_numpy()  # fmt: skip
    kinds = pl.Enum(CAUSES)
    ranked = groups.with_columns(
        score=pl.Series(np.where(same, 0.0, score_of(urgency, by)), dtype=pl.Float64),
        cause=pl.Series(np.array(CAUSES)[first], dtype=pl.String).cast(kinds),
        probability=pl.Series(causes[rows, first]),
        second=pl.Series(np.array(CAUSES)[second], dtype=pl.String).cast(kinds),
        second_probability=pl.Series(causes[rows, second]),
        place=pl.Series(rows),
    ).with_columns(
        second=pl.when(pl.col("second_probability") >= _WORTH_SAYING).then("second"),
    )
    agreed = pl.Series(same)
    ranked = ranked.with_columns(
        pl.when(agreed).then(None).otherwise(pl.col(name)).alias(name) for name in ("cause", "probability", "second")
    ).sort(pl.col("over"), "score", "size", descending=[True, True, True], maintain_order=True)
    ranked = with_halves(ranked)
    order = ranked["place"].to_numpy()
    return ranked.with_columns(place=pl.Series(rows)), causes[order]


def _doubted(compared: Compared, ledgers: Sequence[Ledger]) -> tuple[Compared, tuple[Message, ...]]:
    """Give each group the problem of its largest line on whose reading its amounts rest (``doubt``), where one has."""
    doubts: dict[str, tuple[int, Message]] = {}
    places = []
    for ledger in ledgers:
        bearing = [_bearing(problem) for problem in ledger.problems]
        numbers = [
            None if problem is None else doubts.setdefault(repr(problem), (len(doubts), problem))[0]
            for problem in bearing
        ]
        doubt = pl.lit(pl.Series([None, *numbers], dtype=pl.UInt32))
        places.append(ledger.lines.select(doubt.gather(pl.col("problem").cast(pl.UInt32))).to_series())
    lines = compared.lines.select(*GROUP, "compared", "kg").with_columns(
        pl.concat(places or [pl.Series([], dtype=pl.UInt32)]).alias("doubt")
    )
    of_groups = (
        lines.filter("compared", pl.col("doubt").is_not_null())
        .group_by(GROUP)
        .agg(pl.col("doubt").sort_by(pl.col("kg").abs(), "doubt", descending=[True, False]).first())
    )
    groups = compared.groups.join(of_groups, on=GROUP, how="left", maintain_order="left")
    return compared._replace(groups=groups), tuple(message for _, message in doubts.values())


def _bearing(problem: Message) -> Message | None:
    """Return of a line's problem what amounts may rest on, and nothing where that is none of it."""
    parts = problem.values["problems"] if problem.id == "ledger_problems" else (problem,)
    kept = tuple(part for part in parts if isinstance(part, Message) and part.id in _BEARING)  # type: ignore[union-attr]
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else Message("ledger_problems", {"problems": kept})


def _weighed(groups: pl.DataFrame, *, model: bool, order: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the probability of each cause, and the order from 0 to 1, by the models or by plain rules."""
    causes = by_model(groups) if model and len(groups) else by_rules(groups)
    if not (order and len(groups)):
        return causes, order_by_rules(groups, causes)
    return causes, order_by_model(groups, causes if model else by_model(groups))
