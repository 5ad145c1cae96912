"""Which language a text is in: English, French, Spanish, Arabic, Russian, Chinese, another one, or too short to tell.

The model is that of ``py3langid``; its scores become probabilities by three numbers fitted on written examples
(``data/language-recogniser.calibration.yaml``). Where the model may not be used, script and short words decide.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from math import exp
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.convention.fields import load_yaml
from opencwc.errors import UnavailableError
from opencwc.finding import Message
from opencwc.language.disguises import make_plain
from opencwc.models.drift import DriftWatch, Observation
from opencwc.models.model import Evaluation, Model
from opencwc.models.register import state_of
from opencwc.settings import load_settings

LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")
OTHER = "other"
UNKNOWN = ""
CLASSES = (*LANGUAGES, OTHER)
DATA = Path(__file__).parent / "data"
CALIBRATION = DATA / "language-recogniser.calibration.yaml"

FAMILY = {"ary": "ar", "arz": "ar", "wuu": "zh", "yue": "zh"}
"""What the model tells apart and we do not: spoken forms of Arabic and of Chinese."""


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


class Calibration(NamedTuple):
    """How scores become probabilities: ``softmax((score + other) / (temperature * bytes ** power))``."""

    temperature: float
    power: float
    other: float


def recognise_language(text: str, *, watch: bool = True) -> Recognised:
    """Return the language of one text; ``watch=False`` leaves it out of the counts that drift is watched by."""
    return next(recognise_languages((text,), watch=watch))


def recognise_languages(texts: Iterable[str], *, watch: bool = True) -> Iterator[Recognised]:
    """Yield the language of each text; the switch, the weights and the folder are looked at once for all of them."""
    settings = load_settings()
    state = state_of(MODEL, settings.folder)
    if not state.usable:
        for text in texts:
            yield _too_short(text) or recognise_by_rules(text, state.why)
        return
    identifier = _identifier(*_installed_model())
    calibration = load_calibration()
    counts = DriftWatch(settings.folder, MODEL.id, CLASSES) if watch else None
    seen: list[Observation] = []
    try:
        for text in texts:
            short = _too_short(text)
            if short:
                yield short
                continue
            language, confidence = most_likely(class_scores(identifier, text), calibration)
            seen.append(Observation(language, confidence, len(text)))
            if len(seen) >= _BATCH:
                _count(counts, seen)
            unsure = confidence < UNSURE
            yield Recognised(
                UNKNOWN if unsure else language,
                confidence,
                state.id,
                state.hash,
                Message("language_unsure") if unsure else None,
            )
    finally:
        _count(counts, seen)


def recognise_by_rules(text: str, why: Message | None = None) -> Recognised:
    """Return the language by script and short words, with no confidence; ``why`` says why no model took part.

    >>> recognise_by_rules("le solvant est dans les fûts").language
    'fr'
    """
    language = _by_script(text) or _by_words(text)
    return Recognised(language, message=Message("language_by_rules", {"why": why or Message("models_not_asked")}))


def other_language(text: str) -> str:
    """Return which language a text is in that is none of ours (``pt``, ``ja``), empty where it is one or is not sure.

    Where the model may not be used, ``ja`` is told by its script; of others only that they are another: ``und``.
    """
    found = recognise_language(text, watch=False)
    if found.language != OTHER:
        return UNKNOWN
    if found.confidence is None:
        return "ja" if _SCRIPTS["kana"].search(text) else "und"
    if found.confidence < SURE:
        return UNKNOWN
    return str(load_identifier().rank(text[:_LONGEST_READ])[0][0])


def load_calibration(path: Path = CALIBRATION) -> Calibration:
    """Read the three numbers."""
    return _calibration(path, path.stat().st_mtime_ns)


def class_scores(identifier: Any, text: str) -> tuple[list[float], int]:
    """Return the model's best score in each class, in the order of ``CLASSES``, and the length in bytes."""
    part = text[:_LONGEST_READ]
    best = dict.fromkeys(CLASSES, float("-inf"))
    for label, score in identifier.rank(part):
        name = FAMILY.get(label, label)
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
    weights = [exp(one - top) for one in raised]
    whole = sum(weights)
    return [weight / whole for weight in weights]


def load_identifier() -> Any:
    """Load the model of ``py3langid``, once; `UnavailableError` where it is not installed."""
    return _identifier(*_installed_model())


def _too_short(text: str) -> Recognised | None:
    """Say so where a text has too few letters: a Chinese sign tells more than a letter."""
    letters = sum(3 if _HAN.match(sign) else 1 for sign in text[:_LONGEST_READ] if sign.isalpha())
    return Recognised(UNKNOWN, message=Message("language_too_short")) if letters < SHORTEST else None


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


def _count(counts: DriftWatch | None, seen: list[Observation]) -> None:
    """Add what was seen to the live counts; a folder that cannot be written must not stop the work."""
    if counts is not None and seen:
        try:
            counts.add(seen)
        except OSError as error:
            logging.getLogger(__name__).warning("live inputs are not counted: %s", error)
    seen.clear()


def _weight_files() -> tuple[Path, ...]:
    return (_installed_model()[0], CALIBRATION)


def _installed_model() -> tuple[Path, int]:
    spec = find_spec("py3langid")
    if spec is None or not spec.origin:
        raise UnavailableError("py3langid is not installed", remedy="Install it, or go on by rules.")
    path = Path(spec.origin).parent / "data" / "model.npz.xz"
    return path, path.stat().st_mtime_ns


@lru_cache(maxsize=1)
def _identifier(path: Path, changed: int) -> Any:
    from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped]

    return LanguageIdentifier.from_modelpath(str(path))


@lru_cache(maxsize=4)
def _calibration(path: Path, changed: int) -> Calibration:
    return Calibration(**load_yaml(path.read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def _stop_words() -> dict[str, frozenset[str]]:
    raw = load_yaml((DATA / "stop-words.yaml").read_text(encoding="utf-8"))
    return {language: frozenset(map(str, words)) for language, words in raw.items()}


def _evaluate() -> Evaluation:
    from opencwc.language.card_figures import evaluate_recogniser

    return evaluate_recogniser()


MODEL = Model("language-recogniser", DATA / "language-recogniser.card.yaml", _weight_files, _evaluate)
"""Registered through the entry points ``opencwc.models``."""

SHORTEST = 12
"""Letters below which nothing is said."""
SURE = 0.9
"""Confidence from which on another language is called by its name."""
UNSURE = 0.6
"""Confidence below which no language is named."""
_LONGEST_READ = 4_000
_BATCH = 256
_HAN = re.compile(r"[\u3400-\u9fff]")
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
