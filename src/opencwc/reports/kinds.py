"""What kind of event a report tells of, how far it is known and what its main speaker says.

Words and phrases (`words`) are signs (`signs`); learned weights, or where they may not be used those set by hand, turn
signs into answers. Where the words leave it open, the sentence encoder is asked too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from opencwc.reports.kind_model import Weights, usable_weights
from opencwc.reports.model import Kind, Nature, Report, Span, Stage, Stance
from opencwc.reports.signs import ZONES, Read, certainty_signs, kind_signs, load_rules, read
from opencwc.reports.words import Hit, known_language

NONE = "none"
SURE = 0.85
"""Chance of a kind from which on the encoder is not asked."""
_SHOWN = 4
"""How many deciding words are shown for an answer."""


def find_nature(report: Report, lang: str) -> Nature:
    """Return the kind, stage and stance of what a report tells; nothing where it tells of no event."""
    weights = usable_weights()
    lang = known_language(lang)
    found = read(report, lang)
    kind = _kind(report, lang, found, weights)
    if kind == NONE:
        return Nature()
    known = certainty_signs(found, kind)
    stage, _ = weights["stage"].answer(known)
    stance, _ = weights["stance"].answer(_given(known, stage))
    spans = {
        "kind": _deciding(found, weights["kind"], kind, kind_signs(found, {})),
        "stage": _deciding(found, weights["stage"], stage, known),
        "stance": _deciding(found, weights["stance"], stance, known),
    }
    return Nature(cast(Kind, kind), cast(Stage, stage), cast(Stance, stance), spans)


def _kind(report: Report, lang: str, found: Read, weights: Mapping[str, Weights]) -> str:
    signs = kind_signs(found, load_rules()["kind"].pairs)
    kind, chance = weights["kind"].answer(signs)
    nearer = weights.get("kind_near")
    if chance < SURE and nearer is not None:
        vector = nearer.vector(opening(report, lang))
        if vector is not None:
            kind, _ = nearer.answer(signs, vector)
    return kind


def opening(report: Report, lang: str) -> str:
    """Return the title and the first words of a report, which the encoder is given."""
    return report.whole[: 90 if lang == "zh" else 220].encode("utf-8", "replace").decode("utf-8")


def _given(signs: Mapping[str, float], stage: str) -> dict[str, float]:
    rest = {name: value for name, value in signs.items() if not name.startswith("given=")}
    return rest | {f"given={stage}": 1.0}


def _deciding(found: Read, weights: Weights, answer: str, signs: Mapping[str, float]) -> tuple[Span, ...]:
    """Return the places of the words that spoke loudest for an answer, in the order of the text."""

    def weight(hit: Hit) -> float:
        return weights.of(f"{hit.group}@{found.zone(hit)}", answer)

    loud = [hit for hit in found.hits if f"{hit.group}@{found.zone(hit)}" in signs and weight(hit) > 0]
    loud.sort(key=lambda hit: (-weight(hit), ZONES.index(found.zone(hit)), hit.start))
    return tuple(sorted(set(_spans(loud[:_SHOWN]))))


def _spans(hits: Iterable[Hit]) -> Iterable[Span]:
    return (Span(hit.start, hit.end) for hit in hits)
