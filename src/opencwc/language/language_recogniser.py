"""Which language a text is in: English, French, Spanish, Arabic, Russian, Chinese, another one, or too short to tell.

The model is that of ``py3langid``; its scores become probabilities by three numbers fitted on written examples
(``data/language-recogniser.calibration.yaml``). Where the model may not be used, script and short words decide. The
figures of its card are measured again from the written examples that come with it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from math import exp
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.convention.fields import load_yaml
from opencwc.errors import UnavailableError
from opencwc.finding import Message
from opencwc.language.language_rules import LANGUAGES, OTHER, UNKNOWN, Recognised, is_japanese, recognise_by_rules
from opencwc.models.drift import DriftWatch, Observation, counted
from opencwc.models.model import Evaluation, Figure, Model
from opencwc.models.register import state_of
from opencwc.models.statistics import calibration_error
from opencwc.settings import load_settings

CLASSES = (*LANGUAGES, OTHER)
DATA = Path(__file__).parent / "data"
CALIBRATION = DATA / "language-recogniser.calibration.yaml"
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


def load_recogniser() -> None:
    """Load what languages are told by, where the model is switched on: reading its weights writes a file beside."""
    list(recognise_languages((), watch=False))


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
    identifier = load_identifier()
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


def other_language(text: str) -> str:
    """Return which language a text is in that is none of ours (``pt``, ``ja``), empty where it is one or is not sure.

    Where the model may not be used, ``ja`` is told by its script; of others only that they are another: ``und``.
    """
    recognised = recognise_language(text, watch=False)
    if recognised.language != OTHER:
        return UNKNOWN
    if recognised.confidence is None:
        return "ja" if is_japanese(text) else "und"
    if recognised.confidence < SURE:
        return UNKNOWN
    return str(load_identifier().rank(text[:LONGEST_READ])[0][0])


def _too_short(text: str) -> Recognised | None:
    """Say so where a text has too few letters: a Chinese sign tells more than a letter."""
    letters = sum(3 if _HAN.match(sign) else 1 for sign in text[:LONGEST_READ] if sign.isalpha())
    return Recognised(UNKNOWN, message=Message("language_too_short")) if letters < SHORTEST else None


def _count(counts: DriftWatch | None, seen: list[Observation]) -> None:
    """Add what was seen to the live counts; a folder that cannot be written must not stop the work."""
    if counts is not None and seen:
        try:
            counts.add(seen)
        except OSError as error:
            logging.getLogger(__name__).warning("live inputs are not counted: %s", error)
    seen.clear()


class Example(NamedTuple):
    """A text with its class, and whether it is held out of the calibration."""

    text: str
    language: str
    held_out: bool
    whole: bool


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


def evaluate_recogniser() -> Evaluation:
    """Measure the language recogniser on what its calibration has not seen, and its rules beside it."""
    examples = language_examples()
    identifier, calibration = load_identifier(), load_calibration()
    answers = [most_likely(class_scores(identifier, example.text), calibration) for example in examples]
    figures: list[Figure] = []
    for part, whole in (("sentences", True), ("fragments", False)):
        unseen = [
            (example, answer)
            for example, answer in zip(examples, answers, strict=True)
            if example.held_out and example.whole == whole
        ]
        figures += _by_class(part, unseen)
    held_out = [example for example in examples if example.held_out and example.whole]
    for language in CLASSES:
        texts = [example for example in held_out if example.language == language]
        hits = sum(recognise_by_rules(text.text).language == language for text in texts)
        figures.append(Figure.of_share("sentences, by rules", language, "recall", hits, len(texts)))
    seen = (
        Observation(label, confidence, len(example.text))
        for example, (label, confidence) in zip(examples, answers, strict=True)
    )
    return Evaluation(tuple(figures), counted(seen, CLASSES))


def _by_class(part: str, answered: Sequence[tuple[Example, tuple[str, float]]]) -> Iterator[Figure]:
    for language in (*CLASSES, "all"):
        mine = [(example, answer) for example, answer in answered if language in (example.language, "all")]
        sure = [(example, answer) for example, answer in mine if answer[1] >= UNSURE]
        hits = sum(example.language == label for example, (label, _) in sure)
        yield Figure.of_share(part, language, "recall", hits, len(mine))
        named = [
            (example, answer) for example, answer in answered if language in (answer[0], "all") and answer[1] >= UNSURE
        ]
        right = sum(example.language == label for example, (label, _) in named)
        yield Figure.of_share(part, language, "precision", right, len(named))
        error = calibration_error(
            [confidence for _, (_, confidence) in mine], [example.language == label for example, (label, _) in mine]
        )
        yield Figure(part, language, "calibration error", round(error, 4), len(mine))


def _first_third(text: str) -> str:
    words = text.split()
    if len(words) >= 3:
        return " ".join(words[: max(2, round(len(words) / 3))])
    return text[: max(4, round(len(text) / 3))]


MODEL = Model("language-recogniser", DATA / "language-recogniser.card.yaml", weight_files, evaluate_recogniser)
"""Registered through the entry points ``opencwc.models``."""

SHORTEST = 12
"""Letters below which nothing is said."""
SURE = 0.9
"""Confidence from which on another language is called by its name."""
_BATCH = 256
_HAN = re.compile(r"[\u3400-\u9fff]")
