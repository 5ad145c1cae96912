"""Laws for the tests: the model laws of ``tests/cases/legislation``, and an encoder that needs no weights."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from opencwc.convention.fields import load_yaml
from opencwc.convention.measures import Measures, read_measures
from opencwc.language.encoders import Thresholds
from opencwc.legislation import Answer, Checked, check_texts
from opencwc.legislation.texts.legal_texts import LegalText

CASES = Path(__file__).parents[1] / "cases" / "legislation"
DAY = date(2026, 6, 1)


THRESHOLDS = Thresholds(near=0.5, good=0.6, about=0.5)


@dataclass(frozen=True)
class WordEncoder:
    """Vectors of hashed beginnings of words: near in words is near here, which is enough to test the way of a law."""

    id: str = "words-for-tests"
    dimensions: int = 256
    thresholds: Thresholds = THRESHOLDS

    def passages(self, texts: Sequence[str]) -> Any:
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w{2,}", text.lower()):
                digest = blake2b(word[:6].encode(), digest_size=2).digest()
                row[int.from_bytes(digest, "big") % self.dimensions] += 1.0
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.maximum(lengths, 1e-6)

    questions = passages


@pytest.fixture(scope="session")
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture(scope="session")
def measures() -> Measures:
    return read_measures(DAY)


Check = Callable[..., Checked]


@pytest.fixture(scope="session")
def check(encoder: WordEncoder, measures: Measures) -> Check:
    """Return what checks texts: ``check("text", "another", model=False)``."""

    def checked(*texts: str, model: bool = True, state: str = "FRA") -> Checked:
        laws = [LegalText(f"law-{number}.txt", text) for number, text in enumerate(texts, 1)]
        return check_texts(laws, state, DAY, measures=measures, encoder=encoder, model=model)

    return checked


def answer(checked: Checked, id: str) -> Answer:
    return next(answer for answer in checked.answers if answer.measure.id == id)


@dataclass(frozen=True)
class ModelLaw:
    name: str
    text: str
    covered: dict[str, list[str]]
    partial: dict[str, dict[str, Any]]
    variants: list[tuple[str, str, dict[str, Any]]]


def model_laws() -> Iterator[ModelLaw]:
    for path in sorted(CASES.glob("*_*.yaml")):
        raw = load_yaml(path.read_text(encoding="utf-8"))
        if "text" not in raw:
            continue
        variants = []
        for variant in raw["variants"]:
            text = raw["text"]
            for patch in variant["patch"]:
                text = text.replace(patch["replace"], patch["with"])
            variants.append((variant["id"], text, variant["labels"]))
        labels = raw["labels"]
        yield ModelLaw(raw["law"], raw["text"], labels.get("covered") or {}, labels.get("partial") or {}, variants)


def leaning(answered: Answer) -> str:
    """Return the verdict of an answer, or the one that it leans to where a person has to read."""
    return answered.leans or answered.verdict
