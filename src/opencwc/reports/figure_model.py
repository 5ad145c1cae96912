"""The learned reader of numbers: how likely each number of people is the report's figure of the dead, or of the harmed.

``data/figures.json`` is written by ``python -m benchmarks.figures_training``. Where the model may not be used, the
rules of `opencwc.reports.casualties` answer alone.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from opencwc.models.model import Evaluation, Figure, Model
from opencwc.reports.harm.candidates import Candidate
from opencwc.reports.harm.sentence import UNCOUNTED
from opencwc.reports.model import Casualties, Count

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from opencwc.models.boosted_trees import Forests

WEIGHTS = Path(__file__).parent / "data" / "figures.json"
HELD = WEIGHTS.with_name("figures.held.parquet")
"""What was answered for each labelled report by weights learned without its hand, and its gold."""
HARMS = ("killed", "affected")
FOLDERS = ("a", "b", "c", "d")
PARTS = (
    ("folder left out", FOLDERS, "learned"),
    ("folder, by rules", FOLDERS, "rules"),
    ("new hand left out", ("harm",), "learned"),
    ("new hand, one part left out", ("harm by parts",), "learned"),
    ("new hand, by rules", ("harm",), "rules"),
)
"""What is measured: its name, the hands of the reports, and whose answers."""
LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")


OVERRULES = 0.45
"""How likely a value must be to stand against what the rules read."""


class Likeliest(NamedTuple):
    """The likeliest value of a figure (-1: not told), its chance, and the candidate that most speaks for it."""

    value: int
    chance: float
    candidate: Candidate


@cache
def learned_forests(path: Path = WEIGHTS) -> Forests:
    """Read the two forests, in the order of `HARMS`."""
    from opencwc.models.boosted_trees import read_forests

    raw: Mapping[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return read_forests([raw[harm] for harm in HARMS])


def table_of(candidates: Sequence[Candidate], names: Sequence[str]) -> NDArray[np.float32]:
    """Return the signs of candidates, a row each, a column for each of the names; an unknown sign is left out."""
    import numpy as np

    places = {name: place for place, name in enumerate(names)}
    table = np.zeros((len(candidates), len(names)), np.float32)
    for row, candidate in enumerate(candidates):
        for name, value in candidate.signs.items():
            if name in places:
                table[row, places[name]] = value
    return table


def likeliest(candidates: Sequence[Candidate], scores: Sequence[float]) -> Likeliest:
    """Return the value that the candidates make likeliest together."""
    import numpy as np

    raised = np.exp(np.asarray(scores) - np.max(scores))
    chances = raised / raised.sum()
    by_value: dict[int, float] = defaultdict(float)
    for candidate, chance in zip(candidates, chances, strict=True):
        by_value[candidate.value] += float(chance)
    value = max(by_value, key=lambda one: (by_value[one], -one))
    best = max((at for at, one in enumerate(candidates) if one.value == value), key=lambda at: float(chances[at]))
    return Likeliest(value, by_value[value], candidates[best])


def chance_of(value: int, candidates: Sequence[Candidate], scores: Sequence[float]) -> float:
    """Return how likely the candidates of a value make it together, from 0 to 1."""
    import numpy as np

    raised = np.exp(np.asarray(scores) - np.max(scores))
    mine = [one.value == value for one in candidates]
    return float(raised[mine].sum() / raised.sum())


def read_figures(candidates: Sequence[Candidate], answer: Casualties) -> Casualties:
    """Return the likeliest figures; where the rules' answer is the same, its deciding words are shown.

    Where no value is likely enough, the rules' answer stands, with the chance that the model gives it.
    """
    forests = learned_forests()
    sums = forests.sums(table_of(candidates, forests.names))
    counts = []
    for column, by_rules in enumerate(answer):
        found = likeliest(candidates, sums[:, column].tolist())
        if found.chance < OVERRULES:
            ruled = UNCOUNTED if by_rules.number is None else by_rules.number
            counts.append(by_rules._replace(chance=chance_of(ruled, candidates, sums[:, column].tolist())))
        elif found.value == UNCOUNTED:
            counts.append(Count(chance=found.chance))
        elif found.value == by_rules.number:
            counts.append(by_rules._replace(chance=found.chance))
        else:
            counts.append(Count(found.value, found.candidate.spans, found.chance))
    return Casualties(*counts)


def evaluate_figures() -> Evaluation:
    """Return the shares that are right by language, where gold or answer has a figure: by the model, and by rules."""
    import polars as pl

    rows = pl.read_parquet(HELD).to_dicts()
    figures: list[Figure] = []
    for harm in HARMS:
        for part, hands, way in PARTS:
            some = [row for row in rows if row["harm"] == harm and row["hand"] in hands]
            figures += _shares(f"{harm}, {part}", some, way)
    return Evaluation(tuple(figures))


def _shares(part: str, rows: Sequence[Mapping[str, str]], way: str) -> list[Figure]:
    figures = []
    for lang in (*LANGUAGES, "all"):
        some = [row for row in rows if lang in ("all", row["lang"]) and (row["gold"] or row[way])]
        figures.append(Figure.of_share(part, lang, "right", sum(row["gold"] == row[way] for row in some), len(some)))
    return figures


MODEL = Model("report-figures", WEIGHTS.with_name("figures.card.yaml"), lambda: (WEIGHTS,), evaluate_figures)
"""Registered through the entry points ``opencwc.models``."""
