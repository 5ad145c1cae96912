"""Which language a text is in: English, French, Spanish, Arabic, Russian, Chinese, another one, or too short to tell.

The model is that of ``py3langid``; its scores become probabilities by three numbers fitted on written examples
(``data/language-recogniser.calibration.yaml``). Where the model may not be used, script and short words decide.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from opencwc.finding import Message
from opencwc.language.card_figures import evaluate_recogniser
from opencwc.language.language_rules import OTHER, UNKNOWN, Recognised, is_japanese, recognise_by_rules
from opencwc.language.language_scores import (
    CLASSES,
    LONGEST_READ,
    UNSURE,
    class_scores,
    load_calibration,
    load_identifier,
    most_likely,
    weight_files,
)
from opencwc.models.drift import DriftWatch, Observation
from opencwc.models.model import Model
from opencwc.models.register import state_of
from opencwc.settings import load_settings


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


MODEL = Model(
    "language-recogniser",
    Path(__file__).parent / "data" / "language-recogniser.card.yaml",
    weight_files,
    evaluate_recogniser,
)
"""Registered through the entry points ``opencwc.models``."""

SHORTEST = 12
"""Letters below which nothing is said."""
SURE = 0.9
"""Confidence from which on another language is called by its name."""
_BATCH = 256
_HAN = re.compile(r"[\u3400-\u9fff]")
