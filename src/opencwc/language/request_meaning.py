"""Requests judged by what they mean: a second judge beside the rules, learnt from requests of our own in six languages.

A kernel machine weighs how near a sentence is to each that was learnt: by the vector of its meaning and the groups of
words in it (``data/refusals``) through radial basis functions, and by its runs of letters; the score becomes a
probability. A text is as likely to be refused as the likeliest of its sentences.

Weights: ``data/request-meanings.npz``, made by ``python -m benchmarks.refusals_training``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from opencwc.convention.fields import load_yaml
from opencwc.errors import UnavailableError
from opencwc.language.disguises import as_seen, read_words
from opencwc.language.encoders import named_encoder
from opencwc.language.letter_runs import run_scores
from opencwc.language.request_rules import load_rules, rule_files
from opencwc.language.rule_judge import CATEGORIES, Refusal, judge_by_rules
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
HANDS, HELD_HANDS = DATA / "refusal-hands.yaml", DATA / "refusal-hands-held.yaml"
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
    """What is learnt: the kernel machine, the scale of probabilities, where it refuses and lifts.

    ``vectors`` are the sentences that were learnt, ``squares`` their squared lengths and ``weights`` theirs;
    ``run_weights`` sum up what these say of each run of letters.
    """

    vectors: NDArray[np.float32]
    squares: NDArray[np.float32]
    weights: NDArray[np.float32]
    run_weights: NDArray[np.float32]
    gamma: float
    slope: float
    offset: float
    refuse_from: float
    lift_below: tuple[float, ...]
    groups: tuple[str, ...]
    group_scale: float
    centres: NDArray[np.float32]

    def scores(self, texts: Sequence[str], signs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the score of each text, higher where it is nearer to what must be refused."""
        scores: NDArray[np.float32] = nearness(signs, self.vectors, self.squares, self.gamma) @ self.weights
        return scores + run_scores(texts, self.run_weights)

    def lifted_by(self, chance: float) -> frozenset[str]:
        """Return the categories in which so small a chance lifts what the rules refuse."""
        return frozenset(
            category for category, below in zip(CATEGORIES, self.lift_below, strict=True) if chance < below
        )

    def chances(self, texts: Sequence[str], signs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the calibrated probability of each text that it must be refused; ``signs`` are those of the texts."""
        import numpy as np

        chances: NDArray[np.float32] = 1 / (1 + np.exp(-(self.slope * self.scores(texts, signs) + self.offset)))
        return chances


def load_weights(path: Path = WEIGHTS) -> MeaningWeights:
    """Read the weights, once."""
    return _weights(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _weights(path: Path, changed: int) -> MeaningWeights:
    import numpy as np

    with np.load(path, allow_pickle=False) as kept:
        numbers = ("gamma", "slope", "offset", "refuse_from", "group_scale")
        vectors = kept["vectors"] * np.float32(kept["step"])
        return MeaningWeights(
            vectors=vectors,
            squares=(vectors**2).sum(1),
            weights=kept["weights"].astype(np.float32),
            run_weights=kept["run_weights"].astype(np.float32),
            centres=kept["centres"].astype(np.float32),
            lift_below=tuple(map(float, kept["lift_below"])),
            groups=tuple(map(str, kept["groups"])),
            **{name: float(kept[name]) for name in numbers},
        )


def nearness(
    signs: NDArray[np.float32], others: NDArray[np.float32], squares: NDArray[np.float32], gamma: float
) -> NDArray[np.float32]:
    """Return how near each text is to each other one: 1 where their signs are the same, down to 0.

    ``squares`` are the squared lengths of the others.
    """
    import numpy as np

    square = (signs**2).sum(1)[:, None] + squares[None] - 2 * signs @ others.T
    near: NDArray[np.float32] = np.exp(-gamma * square)
    return near


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
    if not usable_now(MODEL):
        return None
    try:
        meaning = meaning_of(text)
    except UnavailableError:
        return None
    if watch and meaning is not None:
        _count(_observation(text, meaning))
    return meaning


def meaning_of(text: str) -> RequestMeaning | None:
    """Return what a text means by the likeliest of its parts, as a reader sees it; ``None`` where it is no sentence."""
    seen, places = as_seen(text)
    parts = parts_of(seen)
    if not parts:
        return None
    meaning = _weigh(seen, parts)
    return meaning._replace(start=places[meaning.start], end=places[meaning.end - 1] + 1)


def _weigh(text: str, parts: Sequence[tuple[int, int]]) -> RequestMeaning:
    weights = load_weights()
    sentences = [text[start:end] for start, end in parts]
    signs = signs_of(sentences, weights.groups, weights.group_scale)
    chances = weights.chances(sentences, signs)
    most = int(chances.argmax())
    chance, (start, end) = float(chances[most]), parts[most]
    category = CATEGORIES[int((weights.centres @ signs[most, : weights.centres.shape[1]]).argmax())]
    lifts = weights.lifted_by(chance) if len(parts) == 1 else frozenset[str]()
    return RequestMeaning(chance, category, start, end, chance >= weights.refuse_from, lifts)


def is_lifted(refusal: Refusal, meaning: RequestMeaning | None, text: str) -> bool:
    """Tell whether a refusal by the rules falls; never where a structure, a formula or a number stands in the text."""
    return meaning is not None and refusal.category in meaning.lifts and not _SIGNS.search(text)


def parts_of(text: str) -> list[tuple[int, int]]:
    """Return where the sentences of a text stand that have several words, and the whole of a short one."""
    return list(_parts(text))


def _observation(text: str, meaning: RequestMeaning) -> Observation:
    return Observation(CLASSES[meaning.refused], max(meaning.chance, 1 - meaning.chance), len(text))


def _parts(text: str) -> Iterator[tuple[int, int]]:
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
    """A request written to learn or to measure: its category, empty where it must pass, and its place in its list.

    ``hand`` is a person who writes in a way of their own; empty for the first lists.
    """

    text: str
    language: str
    category: str
    place: int
    hand: str = ""


def meant_requests(path: Path) -> list[MeantRequest]:
    """Return the requests of a file of one hand."""
    return _requests_of(load_yaml(path.read_text(encoding="utf-8")))


def requests_by_hands(path: Path) -> list[MeantRequest]:
    """Return the requests of a file of several hands."""
    hands = load_yaml(path.read_text(encoding="utf-8"))
    return [request for hand, by_language in hands.items() for request in _requests_of(by_language, hand)]


def _requests_of(by_language: Mapping[str, Any], hand: str = "") -> list[MeantRequest]:
    requests = []
    for language, both in by_language.items():
        for category, texts in {**both["refuse"], "": both["pass"]}.items():
            requests += [MeantRequest(text, language, category, place, hand) for place, text in enumerate(texts)]
    return requests


def evaluate_meaning() -> Evaluation:
    """Measure on what nothing was learnt from: the meaning alone, the rules alone, and both as they decide together."""
    figures: list[Figure] = []
    seen: list[Observation] = []
    for data, requests in (("first", meant_requests(HELD)), ("hands", requests_by_hands(HELD_HANDS))):
        texts = [request.text for request in requests]
        meanings = [meaning_of(text) for text in texts]
        for judge, refused in _decided(texts, meanings).items():
            figures += _shares(f"{data}, {judge}", requests, refused)
        chances = [meaning.chance if meaning else 0.0 for meaning in meanings]
        error = calibration_error(chances, [bool(request.category) for request in requests])
        figures.append(Figure(f"{data}, meaning alone", "all", "calibration error", round(error, 4), len(requests)))
        seen += (_observation(text, meaning) for text, meaning in zip(texts, meanings, strict=True) if meaning)
    return Evaluation(tuple(figures), counted(seen, CLASSES))


def _decided(texts: Sequence[str], meanings: Sequence[RequestMeaning | None]) -> dict[str, list[bool]]:
    """Return which texts each judge refuses alone, and which both refuse together."""
    by_rules = [judge_by_rules(text) for text in texts]
    alone = [meaning is not None and meaning.refused for meaning in meanings]
    together = [
        (refusal is not None and not is_lifted(refusal, meaning, text)) or refused
        for refusal, meaning, text, refused in zip(by_rules, meanings, texts, alone, strict=True)
    ]
    return {"rules alone": [refusal is not None for refusal in by_rules], "meaning alone": alone, "both": together}


def _shares(part: str, requests: Sequence[MeantRequest], refused: Sequence[bool]) -> Iterator[Figure]:
    for language in (*dict.fromkeys(request.language for request in requests), "all"):
        here = [pair for pair in zip(requests, refused, strict=True) if language in (pair[0].language, "all")]
        for metric, harmful in (("refused", True), ("harmless refused", False)):
            of_kind = [came for request, came in here if bool(request.category) is harmful]
            yield Figure.of_share(part, language, metric, sum(of_kind), len(of_kind))


_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W\d_]{2,}|(?<!\S)[^\W\d_](?!\S)")
_SIGNS = re.compile(r"[0-9=#@\\/\[\]]|\w\(|\)\w")
"""What structures, formulas and numbers of chemicals have, and harmless questions seldom."""
_LEAST_HAN, _LEAST_WORDS = 5, 3
_LONGEST = 600
_MOST_SENTENCES = 40

MODEL = Model(
    "request-meanings", DATA / "request-meanings.card.yaml", lambda: (WEIGHTS, *rule_files()), evaluate_meaning
)
"""Registered through the entry points ``opencwc.models``."""
