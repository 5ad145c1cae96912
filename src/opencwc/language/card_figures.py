"""The figures of the cards of this room, measured again from the written examples that come with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import load_yaml
from opencwc.language.language_rules import OTHER, recognise_by_rules
from opencwc.language.language_scores import (
    CLASSES,
    UNSURE,
    class_scores,
    load_calibration,
    load_identifier,
    most_likely,
)
from opencwc.language.refusals import judge_request
from opencwc.models.drift import Observation, counted
from opencwc.models.model import Evaluation, Figure
from opencwc.models.statistics import calibration_error, wilson

DATA = Path(__file__).parent / "data"
REFUSAL_FILES = ("refusal-examples.yaml", "refusal-examples-seen.yaml", "refusal-examples-fresh.yaml")
REFUSAL_PARTS = ("dev", "test", "seen", "fresh")


class Example(NamedTuple):
    """A text with its class, and whether it is held out of the calibration."""

    text: str
    language: str
    held_out: bool
    whole: bool


class Request(NamedTuple):
    """A written request: the part it belongs to, the category it must be refused for, empty where it must pass."""

    text: str
    language: str
    part: str
    category: str


def language_examples() -> list[Example]:
    """Return every written sentence, and its first third as a text of its own: what is short is harder."""
    raw = load_yaml((DATA / "language-examples.yaml").read_text(encoding="utf-8"))
    examples = []
    for language, texts in raw.items():
        label = language if language in CLASSES else OTHER
        for place, text in enumerate(texts):
            held_out = place % 2 == 1
            examples.append(Example(text, label, held_out, whole=True))
            examples.append(Example(_first_third(text), label, held_out, whole=False))
    return examples


def refusal_examples() -> list[Request]:
    """Return every written request."""
    requests = []
    for name in REFUSAL_FILES:
        raw = load_yaml((DATA / name).read_text(encoding="utf-8"))
        for language, parts in raw.items():
            for part, both in parts.items():
                for category, texts in both["refuse"].items():
                    requests += [Request(text, language, part, category) for text in texts]
                requests += [Request(text, language, part, "") for text in both["pass"]]
    return requests


def evaluate_recogniser() -> Evaluation:
    """Measure the language recogniser on what its calibration has not seen, and its rules beside it."""
    examples = language_examples()
    identifier, calibration = load_identifier(), load_calibration()
    answers = [most_likely(class_scores(identifier, example.text), calibration) for example in examples]
    figures: list[Figure] = []
    for part, whole in (("sentences", True), ("fragments", False)):
        held = [
            (example, answer)
            for example, answer in zip(examples, answers, strict=True)
            if example.held_out and example.whole == whole
        ]
        figures += _by_class(part, held)
    held_out = [example for example in examples if example.held_out and example.whole]
    for language in CLASSES:
        texts = [example for example in held_out if example.language == language]
        hits = sum(recognise_by_rules(text.text).language == language for text in texts)
        figures.append(_share("sentences, by rules", language, "recall", hits, len(texts)))
    seen = (
        Observation(label, confidence, len(example.text))
        for example, (label, confidence) in zip(examples, answers, strict=True)
    )
    return Evaluation(tuple(figures), counted(seen, CLASSES))


def evaluate_refusals() -> Evaluation:
    """Measure the refusals on the written requests, part by part and language by language."""
    figures: list[Figure] = []
    judged = [(example, judge_request(example.text) is not None) for example in refusal_examples()]
    for part in REFUSAL_PARTS:
        here = [(request, refused) for request, refused in judged if request.part == part]
        for language in (*dict.fromkeys(request.language for request, _ in here), "all"):
            figures += _precision_and_recall(
                part, language, [pair for pair in here if language in (pair[0].language, "all")]
            )
    return Evaluation(tuple(figures))


def _by_class(part: str, answered: Sequence[tuple[Example, tuple[str, float]]]) -> Iterator[Figure]:
    for language in (*CLASSES, "all"):
        mine = [(example, answer) for example, answer in answered if language in (example.language, "all")]
        sure = [(example, answer) for example, answer in mine if answer[1] >= UNSURE]
        hits = sum(example.language == label for example, (label, _) in sure)
        yield _share(part, language, "recall", hits, len(mine))
        named = [
            (example, answer) for example, answer in answered if language in (answer[0], "all") and answer[1] >= UNSURE
        ]
        right = sum(example.language == label for example, (label, _) in named)
        yield _share(part, language, "precision", right, len(named))
        error = calibration_error(
            [confidence for _, (_, confidence) in mine], [example.language == label for example, (label, _) in mine]
        )
        yield Figure(part, language, "calibration error", round(error, 4), len(mine))


def _precision_and_recall(part: str, language: str, pairs: Iterable[tuple[Request, bool]]) -> Iterator[Figure]:
    both = list(pairs)
    hits = sum(refused for request, refused in both if request.category)
    yield _share(part, language, "precision", hits, sum(refused for _, refused in both))
    yield _share(part, language, "recall", hits, sum(bool(request.category) for request, _ in both))
    passed = [not refused for request, refused in both if not request.category]
    yield _share(part, language, "harmless passed", sum(passed), len(passed))


def _share(part: str, language: str, metric: str, hits: int, n: int) -> Figure:
    low, high = wilson(hits, n)
    return Figure(part, language, metric, round(hits / n, 4) if n else 0.0, n, round(low, 4), round(high, 4))


def _first_third(text: str) -> str:
    words = text.split()
    if len(words) >= 3:
        return " ".join(words[: max(2, round(len(words) / 3))])
    return text[: max(4, round(len(text) / 3))]
