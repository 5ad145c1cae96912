"""The scores of the language model ``py3langid``, and how they become the probabilities of our classes.

Three numbers do it, fitted on written examples (``data/language-recogniser.calibration.yaml``).
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from math import exp
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.convention.fields import load_yaml
from opencwc.errors import UnavailableError
from opencwc.language.language_rules import LANGUAGES, OTHER

CLASSES = (*LANGUAGES, OTHER)
CALIBRATION = Path(__file__).parent / "data" / "language-recogniser.calibration.yaml"
LONGEST_READ = 4_000
"""Characters of a text that are looked at."""
UNSURE = 0.6
"""Probability below which no language is named."""
_FAMILY = {"ary": "ar", "arz": "ar", "wuu": "zh", "yue": "zh"}
"""What the model tells apart and we do not: spoken forms of Arabic and of Chinese."""


class Calibration(NamedTuple):
    """How scores become probabilities: ``softmax((score + other) / (temperature * bytes ** power))``."""

    temperature: float
    power: float
    other: float


def load_calibration(path: Path = CALIBRATION) -> Calibration:
    """Read the three numbers."""
    return _calibration(path, path.stat().st_mtime_ns)


def class_scores(identifier: Any, text: str) -> tuple[list[float], int]:
    """Return the model's best score in each class, in the order of ``CLASSES``, and the length in bytes."""
    part = text[:LONGEST_READ]
    best = dict.fromkeys(CLASSES, float("-inf"))
    for label, score in identifier.rank(part):
        name = _FAMILY.get(label, label)
        name = name if name in best else OTHER
        best[name] = max(best[name], score)
    return [best[name] for name in CLASSES], len(part.encode("utf-8", "replace"))


def most_likely(scored: tuple[list[float], int], calibration: Calibration) -> tuple[str, float]:
    """Return the likeliest class and its calibrated probability."""
    chances = probabilities(scored, calibration)
    place = max(range(len(chances)), key=chances.__getitem__)
    return CLASSES[place], chances[place]


def probabilities(scored: tuple[list[float], int], calibration: Calibration) -> list[float]:
    """Return the calibrated probability of each class."""
    scores, length = scored
    scale = calibration.temperature * max(length, 1) ** calibration.power
    raised = [score / scale for score in scores]
    raised[-1] += calibration.other
    top = max(raised)
    weights = [exp(score - top) for score in raised]
    whole = sum(weights)
    return [weight / whole for weight in weights]


def load_identifier() -> Any:
    """Load the model of ``py3langid``, once; `UnavailableError` where it is not installed."""
    return _identifier(*_installed_model())


def weight_files() -> tuple[Path, ...]:
    """Return the installed model and the calibration, the files that the probabilities depend on."""
    return (_installed_model()[0], CALIBRATION)


def _installed_model() -> tuple[Path, int]:
    spec = find_spec("py3langid")
    if spec is None or not spec.origin:
        raise UnavailableError("py3langid_not_installed")
    path = Path(spec.origin).parent / "data" / "model.npz.xz"
    return path, path.stat().st_mtime_ns


@lru_cache(maxsize=1)
def _identifier(path: Path, changed: int) -> Any:
    from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped]

    return LanguageIdentifier.from_modelpath(str(path))


@lru_cache(maxsize=4)
def _calibration(path: Path, changed: int) -> Calibration:
    return Calibration(**load_yaml(path.read_text(encoding="utf-8")))
