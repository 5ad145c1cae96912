"""The refusals as the register knows them: rules, measured like a model. Apart, so that a refusal loads no register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import load_yaml
from opencwc.language.request_rules import rule_files
from opencwc.language.rule_judge import judge_by_rules
from opencwc.models.model import Evaluation, Figure, Model

DATA = Path(__file__).parent / "data"
REFUSAL_FILES = ("refusal-examples.yaml", "refusal-examples-seen.yaml", "refusal-examples-fresh.yaml")
REFUSAL_PARTS = ("dev", "test", "seen", "fresh")


class Request(NamedTuple):
    """A written request: the part it belongs to, the category it must be refused for, empty where it must pass."""

    text: str
    language: str
    part: str
    category: str


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


def evaluate_refusals() -> Evaluation:
    """Measure the refusals on the written requests, part by part and language by language."""
    figures: list[Figure] = []
    judged = [(example, judge_by_rules(example.text) is not None) for example in refusal_examples()]
    for part in REFUSAL_PARTS:
        here = [(request, refused) for request, refused in judged if request.part == part]
        for language in (*dict.fromkeys(request.language for request, _ in here), "all"):
            figures += _precision_and_recall(
                part, language, [pair for pair in here if language in (pair[0].language, "all")]
            )
    return Evaluation(tuple(figures))


def _precision_and_recall(part: str, language: str, pairs: Iterable[tuple[Request, bool]]) -> Iterator[Figure]:
    both = list(pairs)
    hits = sum(refused for request, refused in both if request.category)
    yield Figure.of_share(part, language, "precision", hits, sum(refused for _, refused in both))
    yield Figure.of_share(part, language, "recall", hits, sum(bool(request.category) for request, _ in both))
    passed = [not refused for request, refused in both if not request.category]
    yield Figure.of_share(part, language, "harmless passed", sum(passed), len(passed))


MODEL = Model("refusals", DATA / "refusals.card.yaml", rule_files, evaluate_refusals)
"""Registered through the entry points ``opencwc.models``."""
