"""Which language a text is in by its script and its short words, where no model may say so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from opencwc.convention.fields import load_yaml
from opencwc.finding import Message
from opencwc.language.disguises import make_plain

LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")
OTHER = "other"
UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Recognised:
    """The language of a text: ``language`` is ISO 639-1, ``other``, or empty where it cannot be told.

    ``confidence`` is a calibrated probability, ``None`` where rules decided or nothing could be told; ``model`` and
    ``weights`` are what a finding's maker carries, empty where rules decided; ``message`` says what limits the answer.
    """

    language: str
    confidence: float | None = None
    model: str = ""
    weights: str = ""
    message: Message | None = None


def recognise_by_rules(text: str, why: Message | None = None) -> Recognised:
    """Return the language by script and short words, with no confidence; ``why`` says why no model took part.

    >>> recognise_by_rules("le solvant est dans les fûts").language
    'fr'
    """
    language = _by_script(text) or _by_words(text)
    return Recognised(language, message=Message("language_by_rules", {"why": why or Message("models_not_asked")}))


def is_japanese(text: str) -> bool:
    """Tell whether a text has signs that only Japanese is written with."""
    return _SCRIPTS["kana"].search(text) is not None


def _by_script(text: str) -> str:
    counted: Mapping[str, int] = {name: len(pattern.findall(text)) for name, pattern in _SCRIPTS.items()}
    script = max(counted, key=lambda name: counted[name])
    if counted["kana"] or script == "rest":
        return OTHER
    if script == "arab":
        return OTHER if _PERSIAN.search(text) else "ar"
    if script == "cyrl":
        return OTHER if _NOT_RUSSIAN.search(text) else "ru"
    return "zh" if script == "hani" else ""


def _by_words(text: str) -> str:
    words = re.findall(r"[^\W\d_]+", make_plain(text)[0])
    counted = {
        language: sum(word in known for word in words) / (2 if language == OTHER else 1)
        for language, known in _stop_words().items()
    }
    foreign = len(_FOREIGN.findall(text.lower()))
    counted[OTHER] += foreign
    best, second = sorted(counted, key=lambda name: -counted[name])[:2]
    return best if counted[best] > counted[second] else UNKNOWN


@lru_cache(maxsize=1)
def _stop_words() -> dict[str, frozenset[str]]:
    raw = load_yaml(_STOP_WORDS.read_text(encoding="utf-8"))
    return {language: frozenset(map(str, words)) for language, words in raw.items()}


_STOP_WORDS = Path(__file__).parent / "data" / "stop-words.yaml"
_SCRIPTS = {
    "latn": re.compile(r"[A-Za-z\u00c0-\u024f]"),
    "arab": re.compile(r"[\u0600-\u06ff]"),
    "cyrl": re.compile(r"[\u0400-\u04ff]"),
    "hani": re.compile(r"[\u3400-\u9fff]"),
    "kana": re.compile(r"[\u3040-\u30ff]"),
    "rest": re.compile(r"[\u0370-\u03ff\u0530-\u05ff\u0900-\u1fff\uac00-\ud7af]"),
}
_PERSIAN = re.compile("[پچژگکیہےٹڈ]")
_NOT_RUSSIAN = re.compile("[іїєґўђћљњјѓќәғқңөұүһІЇЄҐЎЂЋЉЊЈ]")
_FOREIGN = re.compile("[äßğşıãõåøæłąężźśćňřůőűțșõ]")
