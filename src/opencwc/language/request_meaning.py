"""Requests judged by what they mean: a second judge beside the rules, learnt from requests of our own in six languages.

The vector of a sentence and the groups of words in it (``data/refusals``) go through a kernel machine (radial basis
functions), whose score becomes a probability. A text is as likely to be refused as the likeliest of its sentences.
 Weights: ``data/request-meanings.npz``, made by ``python -m benchmarks.refusals_training``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from opencwc.convention.fields import load_yaml
from opencwc.errors import UnavailableError
from opencwc.language.disguises import read_words
from opencwc.language.encoders import named_encoder
from opencwc.language.request_rules import load_rules, rule_files
from opencwc.language.rule_judge import CATEGORIES, judge_by_rules
from opencwc.language.sentences import sentences_in
from opencwc.models.drift import DriftWatch, Observation, counted
from opencwc.models.model import Evaluation, Figure, Model
from opencwc.models.register import usable_now
from opencwc.models.statistics import calibration_error
from opencwc.settings import load_settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DATA = Path(__file__).parent / "data"
WEIGHTS = DATA / "request-meanings.npz"
LEARNT, HELD = DATA / "refusal-meanings.yaml", DATA / "refusal-meanings-held.yaml"
CLASSES = ("passed", "refused")
ENCODER = "use"


class RequestMeaning(NamedTuple):
    """How likely a text must be refused, as what, and the sentence that speaks most for it.

    ``refused`` says whether that is enough to refuse; ``lifts`` in which categories a refusal by the rules falls: in
    none where there are several sentences.
    """

    chance: float
    category: str
    start: int
    end: int
    refused: bool
    lifts: frozenset[str]


@dataclass(frozen=True, slots=True)
class MeaningWeights:
    """The kernel machine: examples and their weights, the scale of probabilities, where it refuses and lifts."""

    vectors: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: float
    gamma: float
    slope: float
    offset: float
    refuse_from: float
    lift_below: tuple[float, ...]
    groups: tuple[str, ...]
    group_scale: float
    centres: NDArray[np.float32]

    def scores(self, signs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the score of each text, above nought where it is nearer to what must be refused."""
        import numpy as np

        square = (signs**2).sum(1)[:, None] + (self.vectors**2).sum(1)[None] - 2 * signs @ self.vectors.T
        scores: NDArray[np.float32] = np.exp(-self.gamma * square) @ self.weights + self.bias
        return scores

    def lifted_by(self, chance: float) -> frozenset[str]:
        """Return the categories in which so small a chance lifts what the rules refuse."""
        return frozenset(
            category for category, below in zip(CATEGORIES, self.lift_below, strict=True) if chance < below
        )

    def chances(self, signs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the calibrated probability of each text that it must be refused."""
        import numpy as np

        chances: NDArray[np.float32] = 1 / (1 + np.exp(-(self.slope * self.scores(signs) + self.offset)))
        return chances


def load_weights(path: Path = WEIGHTS) -> MeaningWeights:
    """Read the weights, once."""
    return _weights(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _weights(path: Path, changed: int) -> MeaningWeights:
    import numpy as np

    with np.load(path, allow_pickle=False) as kept:
        numbers = ("bias", "gamma", "slope", "offset", "refuse_from", "group_scale")
        return MeaningWeights(
            vectors=kept["vectors"].astype(np.float32),
            weights=kept["weights"].astype(np.float32),
            centres=kept["centres"].astype(np.float32),
            lift_below=tuple(map(float, kept["lift_below"])),
            groups=tuple(map(str, kept["groups"])),
            **{name: float(kept[name]) for name in numbers},
        )


def signs_of(texts: Sequence[str], groups: Sequence[str], scale: float) -> NDArray[np.float32]:
    """Return what is weighed of each text: the vector of its meaning, and which groups of words it has."""
    import numpy as np

    rules = load_rules()
    places = {group: at for at, group in enumerate(groups)}
    spoken = np.zeros((len(texts), len(groups)), np.float32)
    for row, text in enumerate(texts):
        for match in rules.find(read_words(text, rules.compact, rules.variants)):
            if match.group in places:
                spoken[row, places[match.group]] = scale
    return np.hstack([named_encoder(ENCODER).questions(list(texts)), spoken])


def judge_by_meaning(text: str, *, watch: bool = True) -> RequestMeaning | None:
    """Return what a text means; ``None`` where it is no sentence, or where the model may not be used."""
    parts = list(_parts(text))
    if not parts or not usable_now(MODEL):
        return None
    weights = load_weights()
    try:
        signs = signs_of([text[start:end] for start, end in parts], weights.groups, weights.group_scale)
    except UnavailableError:
        return None
    chances = weights.chances(signs)
    most = int(chances.argmax())
    chance, (start, end) = float(chances[most]), parts[most]
    category = CATEGORIES[int((weights.centres @ signs[most, : weights.centres.shape[1]]).argmax())]
    refused = chance >= weights.refuse_from
    if watch:
        _count(Observation(CLASSES[refused], max(chance, 1 - chance), len(text)))
    return RequestMeaning(
        chance, category, start, end, refused, weights.lifted_by(chance) if len(parts) == 1 else frozenset()
    )


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a text where there are several words in it, and the whole of a short one."""
    if not _is_wordy(text):
        return
    every = sentences_in(text)
    sentences = [(start, end) for start, end in every if _is_wordy(text[start:end])]
    if len(every) != 1 and len(text) <= _LONGEST:
        yield 0, len(text)
    most = _MOST_SENTENCES // 2
    chosen = sentences if len(sentences) <= _MOST_SENTENCES else [*sentences[:most], *sentences[-most:]]
    for start, end in chosen:
        yield start, min(end, start + _LONGEST)


def _is_wordy(text: str) -> bool:
    """Tell whether a text has several words: a name, a number or a structure is no request."""
    return len(_HAN.findall(text[:_LONGEST])) >= _LEAST_HAN or len(_WORD.findall(text[:_LONGEST])) >= _LEAST_WORDS


def _count(seen: Observation) -> None:
    """Add what was seen to the live counts; a folder that cannot be written must not stop the work."""
    try:
        DriftWatch(load_settings().folder, MODEL.id, CLASSES).add((seen,))
    except OSError as error:
        logging.getLogger(__name__).warning("live inputs are not counted: %s", error)


class MeantRequest(NamedTuple):
    """A request written to learn or to measure: its category, empty where it must pass, and its place in its list."""

    text: str
    language: str
    category: str
    place: int


def meant_requests(path: Path) -> list[MeantRequest]:
    """Return the requests of a file."""
    requests = []
    for language, both in load_yaml(path.read_text(encoding="utf-8")).items():
        for category, texts in {**both["refuse"], "": both["pass"]}.items():
            requests += [MeantRequest(text, language, category, place) for place, text in enumerate(texts)]
    return requests


def evaluate_meaning() -> Evaluation:
    """Measure on what nothing was learnt from: the meaning alone, the rules alone, and both as they decide together."""
    requests = meant_requests(HELD)
    weights = load_weights()
    chances = weights.chances(signs_of([request.text for request in requests], weights.groups, weights.group_scale))
    by_rules = [judge_by_rules(request.text) for request in requests]
    alone = [bool(chance >= weights.refuse_from) for chance in chances]
    together = [
        (refusal is not None and refusal.category not in weights.lifted_by(chance)) or refused
        for refusal, chance, refused in zip(by_rules, chances, alone, strict=True)
    ]
    judges = {"rules alone": [refusal is not None for refusal in by_rules], "meaning alone": alone, "both": together}
    figures: list[Figure] = []
    for part, refused in judges.items():
        figures += _shares(part, requests, refused)
    error = calibration_error([float(chance) for chance in chances], [bool(request.category) for request in requests])
    figures.append(Figure("meaning alone", "all", "calibration error", round(error, 4), len(requests)))
    seen = (
        Observation(CLASSES[int(refused)], max(float(chance), 1 - float(chance)), len(request.text))
        for request, chance, refused in zip(requests, chances, alone, strict=True)
    )
    return Evaluation(tuple(figures), counted(seen, CLASSES))


def _shares(part: str, requests: Sequence[MeantRequest], refused: Sequence[bool]) -> Iterator[Figure]:
    for language in (*dict.fromkeys(request.language for request in requests), "all"):
        here = [pair for pair in zip(requests, refused, strict=True) if language in (pair[0].language, "all")]
        for metric, harmful in (("refused", True), ("harmless refused", False)):
            of_kind = [came for request, came in here if bool(request.category) is harmful]
            yield Figure.of_share(part, language, metric, sum(of_kind), len(of_kind))


_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W\d_]{2,}|(?<!\S)[^\W\d_](?!\S)")
_LEAST_HAN, _LEAST_WORDS = 5, 3
_LONGEST = 600
_MOST_SENTENCES = 40

MODEL = Model(
    "request-meanings", DATA / "request-meanings.card.yaml", lambda: (WEIGHTS, *rule_files()), evaluate_meaning
)
"""Registered through the entry points ``opencwc.models``."""
