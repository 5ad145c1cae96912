"""What kind of event a report tells of, how far it is known and what its main speaker says.

Words and phrases (`words`) are signs (`signs`); learned weights, or where they may not be used those set by hand, turn
signs into answers. Where the words leave it open, the sentence encoder is asked too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from opencwc.convention.fields import read_yaml
from opencwc.reports.decisions import decides_because
from opencwc.reports.health_visits import is_health_visit
from opencwc.reports.kind_model import NEAR, Weights, usable_weights
from opencwc.reports.model import Kind, Nature, Report, Span, Stage, Stance
from opencwc.reports.signs import ZONES, Read, certainty_signs, kind_signs, load_rules, read
from opencwc.reports.turns import Turn, turn_of
from opencwc.reports.words import CERTAINTY, Hit, known_language

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MEANING = Path(__file__).parent / "data" / "deciding_words.yaml"
NONE = "none"
SURE = {"kind": 0.85, "stage": 0.7}
"""Chance of an answer from which on the encoder is not asked."""
_MATTER = frozenset(
    (
        "accident", "accident_w", "agent", "army", "blast", "bombing", "chemical", "crash", "destruction", "device",
        "drill", "harm", "inspection", "law", "leak", "licence", "opcw", "sanction", "seizure", "sick",
        "strike", "technology", "theft", "transfer", "use", "use_w", "weapon",
    )
)  # fmt: skip
"""Words of which a report on an event has some: one on an exhibition, a film or a book that has none is on no event.

A plant or a port is none of them: it is where a show is held, or what it is on.
"""
_MAY_BE_A_CAUSE = frozenset(("alleged_use", "attack", "accident", "theft", "seizure", "other", "destruction"))
"""Kinds of happenings that something may be decided because of."""
_HEARD = frozenset(("body", "confirm", "deny", "opcw", "law"))
"""Words of who is heard on something real."""
_OFTEN = 3
"""Words of films in title and opening from which on a report is on a film, whatever happens in it."""
_SHOWN = 4
"""How many deciding words are shown for an answer."""
_OPENING, _OPENING_IN_SIGNS = 700, 240
"""Signs that the encoder is given, and Chinese ones."""


class _Reading(NamedTuple):
    """A report with the words found in it."""

    report: Report
    lang: str
    found: Read


class _Answer(NamedTuple):
    """The likeliest answer to a question, its chance, and the signs that it was given by."""

    text: str
    chance: float
    signs: Mapping[str, float]


def find_nature(report: Report, lang: str) -> Nature:
    """Return the kind, stage and stance of what a report tells; nothing where it tells of no event."""
    return find_natures([(report, lang)])[0]


def find_natures(reports: Sequence[tuple[Report, str]]) -> list[Nature]:
    """Return the nature of each report in its language; together they are encoded at less cost."""
    weights = usable_weights()
    readings = [_Reading(report, lang, read(report, lang)) for report, lang in _in_known_languages(reports)]
    meanings = _Meanings(readings, weights)
    pairs = load_rules()["kind"].pairs
    kinds = meanings.answers("kind", [kind_signs(reading.found, pairs) for reading in readings])
    kinds = [kind._replace(text=_by_facts(reading, kind.text)) for kind, reading in zip(kinds, readings, strict=True)]
    known = [certainty_signs(reading.found, kind.text) for reading, kind in zip(readings, kinds, strict=True)]
    stages = [
        stage._replace(text=_stage_by_facts(reading.found, kind.text, stage.text))
        for reading, kind, stage in zip(readings, kinds, meanings.answers("stage", known), strict=True)
    ]
    return [_nature(*one, weights) for one in zip(readings, kinds, stages, strict=True)]


def _by_facts(reading: _Reading, kind: str) -> str:
    """Return a report's kind: none where it is on a film or on a kitchen, policy where something is decided."""
    if _is_of_a_show(reading.found) or _is_of_health(reading, kind):
        return NONE
    if kind in _MAY_BE_A_CAUSE and decides_because(reading.report, reading.lang, reading.found):
        return "policy"
    return kind


def _stage_by_facts(found: Read, kind: str, stage: str) -> str:
    """Return how far something is known: refused is done; that an inquiry is open confirms nothing."""
    if stage == "planned" and _is_refused(found, kind):
        return "reported"
    if stage == "confirmed" and found.only_steps:
        return "alleged" if kind in ("alleged_use", "attack") else "reported"
    return stage


def _is_of_a_show(found: Read) -> bool:
    """Tell whether a title speaks of an exhibition, a film or a book, and nothing of what events are made of.

    What happens in a film is made of the same: then title and opening speak of the film several times, and nobody in
    charge of anything real is heard.
    """
    of_show = [hit for hit in found.hits if hit.group == "film"]
    if not any(found.zone(hit) == "title" for hit in of_show):
        return False
    opening = {hit.group for hit in found.hits if hit.start < found.lead_ends}
    often = len({(hit.start, hit.end) for hit in of_show if hit.start < found.lead_ends}) >= _OFTEN
    return (often and not _HEARD & opening) or not _MATTER & {hit.group for hit in found.hits}


def _is_of_health(reading: _Reading, kind: str) -> bool:
    return kind == "inspection" and is_health_visit(reading.report.whole, reading.lang, reading.found)


def _is_refused(found: Read, kind: str) -> bool:
    """Tell whether a title says that a licence is refused: that is decided, and what is to come follows on it."""
    title = {hit.group for hit in found.hits if found.zone(hit) == "title"}
    return kind == "transfer" and "refuse" in title and "future" not in title


def _in_known_languages(reports: Iterable[tuple[Report, str]]) -> Iterable[tuple[Report, str]]:
    return ((report, known_language(lang)) for report, lang in reports)


def _nature(reading: _Reading, kind: _Answer, stage: _Answer, weights: Mapping[str, Weights]) -> Nature:
    if kind.text == NONE:
        return Nature()
    stance, _ = weights["stance"].answer(_given(stage.signs, stage.text))
    spans = {
        "kind": _deciding(reading, weights["kind"], "kind", kind.text),
        "stage": _deciding(reading, weights["stage"], "stage", stage.text),
        "stance": _deciding(reading, weights["stance"], "stance", stance),
    }
    turn = turn_of(reading.report, reading.lang, cast(Kind, kind.text), cast(Stage, stage.text))
    if turn and not _is_denied_beside(reading.found, turn):
        spans |= {"stage": (turn.span,), "stance": (turn.span,)}
        return Nature(cast(Kind, kind.text), turn.stage, turn.stance, spans)
    return Nature(cast(Kind, kind.text), cast(Stage, stage.text), cast(Stance, stance), spans)


class _Meanings:
    """Answers by signs, and by the encoder's vectors where signs leave it open; a report is encoded once."""

    def __init__(self, readings: Sequence[_Reading], weights: Mapping[str, Weights]) -> None:
        self.readings = readings
        self.weights = weights
        self.vectors: dict[int, NDArray[np.float32]] = {}

    def answers(self, question: str, signs: Sequence[Mapping[str, float]]) -> list[_Answer]:
        """Return the answer of each report to a question."""
        by_signs = self.weights[question]
        answers = [_Answer(*by_signs.answer(one), one) for one in signs]
        nearer = self.weights.get(question + NEAR)
        if nearer is None:
            return answers
        unsure = [at for at, answer in enumerate(answers) if answer.chance < SURE[question]]
        self._encode(unsure, nearer)
        for at in unsure:
            if at in self.vectors:
                answers[at] = _Answer(*nearer.answer(signs[at], self.vectors[at]), signs[at])
        return answers

    def _encode(self, unsure: Sequence[int], nearer: Weights) -> None:
        new = [at for at in unsure if at not in self.vectors]
        texts = [opening(self.readings[at].report, self.readings[at].lang) for at in new]
        rows = nearer.vectors(texts) if texts else None
        if rows is not None:
            self.vectors |= dict(zip(new, rows, strict=True))


def opening(report: Report, lang: str) -> str:
    """Return the title and the first sentences of a report, which the encoder is given."""
    return report.whole[: _OPENING_IN_SIGNS if lang == "zh" else _OPENING].encode("utf-8", "replace").decode("utf-8")


def _is_denied_beside(found: Read, turn: Turn) -> bool:
    """Tell whether a title denies something apart from what is refused: then the refusal itself is denied."""
    denials = [hit for hit in found.hits if hit.group == "deny" and found.zone(hit) == "title"]
    apart = [hit for hit in denials if hit.end <= turn.span.start or hit.start >= turn.span.end]
    return turn.of == "refused" and bool(apart)


def _given(signs: Mapping[str, float], stage: str) -> dict[str, float]:
    rest = {name: value for name, value in signs.items() if not name.startswith("given=")}
    return rest | {f"given={stage}": 1.0}


def _deciding(reading: _Reading, weights: Weights, question: str, answer: str) -> tuple[Span, ...]:
    """Return the places of the words that mean an answer, those that spoke loudest for it, in the order of the text.

    What only stood often beside such answers in what was learned from (a plant, a weekday) is not shown.
    """
    found, meaning = reading.found, _meaning()[question].get(answer, frozenset())

    def weight(hit: Hit) -> float:
        return max(weights.of(f"{name}@{found.zone(hit)}", answer) for name in (hit.group, *_ALSO.get(hit.group, ())))

    loud = [hit for hit in found.hits if hit.group in meaning]
    if not loud and question == "kind":  # it was told by what is around
        loud = sorted((hit for hit in found.hits if hit.group not in CERTAINTY and weight(hit) > 0), key=weight)[-1:]
    loud.sort(key=lambda hit: (-weight(hit), ZONES.index(found.zone(hit)), hit.start))
    text, edges = reading.report.whole, _EDGES.get(reading.lang)
    return tuple(sorted({_without_edges(text, hit, edges) for hit in loud[:_SHOWN]}))


_ALSO: Mapping[str, tuple[str, ...]] = {"confirm": ("confirmed",), "over": ("ended",)}
"""Signs that a word makes together with others, beside its own."""
_EDGES = {
    "en": re.compile(r"^(?:the|an?)\s+|\s+(?:the|an?|of|to|in|on|at|that|by|for)$", re.IGNORECASE),
    "fr": re.compile(
        r"^(?:les?|la|une?|des|du|l['’])\s*(?=\w)|\s+(?:d[eu]?|d['’]|à|aux?|que|qu['’]|en|des|l[ae]s?)$", re.IGNORECASE
    ),
    "es": re.compile(r"^(?:el|l[ao]s?|un[ao]?)\s+|\s+(?:del?|al?|que|en|el|l[ao]s?)$", re.IGNORECASE),
    "ru": re.compile(r"[,\s]+что$", re.IGNORECASE),
}
"""Articles in front of a phrase, and what only leads on from it."""


def _without_edges(text: str, hit: Hit, edges: re.Pattern[str] | None) -> Span:
    """Return the place of a phrase without the articles and small words at its ends."""
    start, end = hit.start, hit.end
    while edges and (match := edges.search(text[start:end])) and len(match[0]) < end - start:
        start, end = (start + match.end(), end) if not match.start() else (start, start + match.start())
    return Span(start, end)


@cache
def _meaning() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Return the groups of words that mean an answer, by question and answer."""
    raw: Mapping[str, Mapping[str, str]] = read_yaml(_MEANING)
    return {
        question: {answer: frozenset(groups.split()) for answer, groups in by.items()} for question, by in raw.items()
    }
