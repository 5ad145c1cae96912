"""The records of a model: its card, its figures, what it was measured on, whether it may be used now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from opencwc.finding import Message
from opencwc.models.statistics import wilson


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value: of which part of the data, in which language, with its 95% interval and its number of cases.

    ``low`` and ``high`` are ``None`` where a metric has no simple interval (an expected calibration error).
    """

    part: str
    language: str
    metric: str
    value: float
    n: int
    low: float | None = None
    high: float | None = None

    @classmethod
    def of_share(cls, part: str, language: str, metric: str, hits: int, n: int) -> Figure:
        """Return the share of ``hits`` among ``n`` cases with its interval; 0 where there are no cases."""
        low, high = wilson(hits, n)
        return cls(part, language, metric, round(hits / n, 4) if n else 0.0, n, round(low, 4), round(high, 4))


@dataclass(frozen=True, slots=True)
class Reference:
    """Counts that live inputs are compared with: by class, by tenth of confidence, by length of the input."""

    classes: Mapping[str, int]
    confidence: tuple[int, ...]
    lengths: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many inputs were counted."""
        return sum(self.classes.values())


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A file that the answers depend on, by its name, and the SHA-256 that the card gives for it."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a model is for, what it was made from, how good it is and where it ends; read from YAML beside it.

    ``learned`` is false for a component of rules that is measured like a model. ``required`` marks one that cannot be
    switched off. ``reference`` is ``None`` where there is nothing to watch for drift.
    """

    id: str
    title: str
    component: str
    version: str
    made_on: str
    licence: str
    learned: bool
    required: bool
    use: str
    out_of_use: str
    without: str
    data: tuple[str, ...]
    limits: tuple[str, ...]
    weights: tuple[WeightFile, ...]
    figures: tuple[Figure, ...]
    reference: Reference | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an evaluation on this machine gives: the figures, and the counts that drift is measured against.

    ``own`` are figures on what this house has labelled itself: no card has them, so they are told and not compared.
    ``notes`` say what could not be measured, such as a line of a house's own labels that lacks something.
    """

    figures: tuple[Figure, ...]
    reference: Reference | None = None
    own: tuple[Figure, ...] = ()
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnStanding:
    """What a house's own labels taught: by whom it was asked for, when (ISO 8601), from how many labels.

    ``used`` says whether it takes part in answers, ``says`` what it gains on labels that it was not learnt from.
    """

    by: str
    at: str
    labels: int
    used: bool
    says: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class OwnLearning:
    """How a model learns from a house's own labels, kept as ``file`` in the settings folder.

    ``learn`` takes a file of labels, ``None`` for the house's shelf of labels, and who asks for it. ``forget`` goes
    back to what comes with the package, and tells whether anything was kept. ``on_shelf`` counts the labels of the
    house, where the model has a shelf of them.
    """

    file: str
    learn: Callable[[Path | None, str], OwnStanding]
    forget: Callable[[], bool]
    standing: Callable[[], OwnStanding | None]
    on_shelf: Callable[[], int] | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """What a component registers: where its card is, which files its answers depend on, how to measure it again.

    ``weights`` finds the installed files in the order of the card; it raises `UnavailableError` where the package that
    holds them is not installed.
    """

    id: str
    card: Path
    weights: Callable[[], tuple[Path, ...]]
    evaluate: Callable[[], Evaluation]
    own: OwnLearning | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Whether a model may be used now; ``why`` says what stands against it, or what differs from its card.

    ``hash`` is the SHA-256 over the digests of all weight files as installed, and of what a house's own labels taught,
    where it has some; empty where a file is missing.
    """

    id: str
    usable: bool
    hash: str
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class Switch:
    """How a person last set the switch of a model."""

    on: bool
    by: str
    at: str
    reason: str
