"""How likely something is and how sure of it somebody is, in the words of ICD 203: a person chooses each by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from opencwc.convention.fields import read_yaml
from opencwc.finding import Message
from opencwc.language.sentences import sentences_in
from opencwc.wording.likelihood import LIKELIHOODS

_START = r"(?<![^\W\d_])"
_BEFORE = {"ar": rf"{_START}[وف]?[بلك]?(?:ال)?", "zh": ""}
"""What may stand before a word in a language: in Arabic the particles that are written with it."""
_DATA = Path(__file__).parent / "data" / "estimates.yaml"


@cache
def confidences() -> tuple[str, ...]:
    """Return the levels of confidence, from the lowest."""
    return tuple(_data()["confidences"])


def likelihood_said(name: str) -> Message:
    """Say how likely something is, with the bounds of the word."""
    return Message("brief_likelihood", {"word": _with_bounds(name)})


def confidence_said(name: str) -> Message:
    """Say how sure of a judgement somebody is."""
    return Message("brief_confidence", {"word": Message(f"brief_confidence_{name}")})


def scale_said() -> tuple[Message, ...]:
    """Say every word of likelihood with its bounds, from the least likely."""
    return tuple(map(_with_bounds, LIKELIHOODS))


def _with_bounds(name: str) -> Message:
    bounds = LIKELIHOODS[name]
    word = Message(f"likelihood_{name}")
    return Message("brief_bounds", {"word": word, "low": str(bounds.low), "high": str(bounds.high)})


def mixed_sentence(text: str, lang: str) -> str:
    """Return the first sentence of a text that speaks of likelihood and of confidence at once, empty where none does.

    >>> mixed_sentence("It is likely. We have low confidence.", "en")
    ''
    >>> mixed_sentence("We are highly confident that it is unlikely.", "en")
    'We are highly confident that it is unlikely.'
    """
    both = [_pattern(name, lang) for name in ("says_likelihood", "says_confidence")]
    for sentence in sentences_in(text):
        said = text[sentence.start : sentence.end]
        if all(pattern.search(said) for pattern in both):
            return said
    return ""


@cache
def _pattern(name: str, lang: str) -> re.Pattern[str]:
    """Return what finds words by how they begin; in Chinese, which has no spaces, anywhere."""
    words = "|".join(map(re.escape, _data()[name][lang]))
    return re.compile(f"{_BEFORE.get(lang, _START)}(?:{words})", re.IGNORECASE)


@cache
def _data() -> Mapping[str, Any]:
    return read_yaml(_DATA)
