"""Machine tags of an event, as MISP and STIX carry them: our small CWC taxonomy, and three that everybody knows.

Admiralty tags are the best grades that the user gave to a source that tells it; where nobody graded one they say so
(F, 6). How many independent origins tell it is a tag of its own.
Confidence in the judgement is low where one origin tells it, moderate where several do; high is for a person to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from opencwc.reports.sources import SourceIndex
from opencwc.reports.summaries import STAGES, EventSummary

NAMESPACE = "cwc-event"
KINDS = (
    "alleged_use", "attack", "accident", "seizure", "theft", "transfer", "destruction", "inspection", "policy",
    "technology", "other",
)  # fmt: skip
CORROBORATION = ("several-origins", "one-origin", "denials-only")
NO_SOURCES = SourceIndex(())
TLP = ("clear", "green", "amber", "red")
"""The words of the Traffic Light Protocol 2.0 (FIRST, 2022), for whom something is."""


def tlp_label(tlp: str) -> str:
    """Return the label as the protocol writes it.

    >>> tlp_label("amber")
    'TLP:AMBER'
    """
    return f"TLP:{tlp.upper()}"


def tags_of(summary: EventSummary, tlp: str, listed: SourceIndex = NO_SOURCES) -> Iterator[str]:
    """Yield the tags of an event; ``tlp`` is among `TLP`, ``listed`` are the sources as the user grades them."""
    yield f"tlp:{tlp}"
    yield f'{NAMESPACE}:kind="{summary.kind}"'
    yield f'{NAMESPACE}:stage="{summary.stage}"'
    yield f'{NAMESPACE}:corroboration="{corroboration(summary)}"'
    for difference in summary.differences:
        yield f'{NAMESPACE}:disputed="{difference.field}"'
    graded = [source for line in summary.lines if (source := listed.of(line.told.report)) is not None]
    reliability = min((source.reliability for source in graded if source.reliability), default="F")
    credibility = min((source.credibility for source in graded if source.credibility), default="6")
    yield f'admiralty-scale:source-reliability="{reliability.lower()}"'
    yield f'admiralty-scale:information-credibility="{credibility}"'
    confidence = "moderate" if summary.corroborated else "low"
    yield f'estimative-language:confidence-in-analytic-judgment="{confidence}"'


def corroboration(summary: EventSummary) -> str:
    """Return how an event is corroborated: a word of `CORROBORATION`."""
    if summary.corroborated:
        return "several-origins"
    against = all(line.told.nature.stance in ("denies", "doubts") for line in summary.voices)
    return "denials-only" if against else "one-origin"


def taxonomy() -> dict[str, Any]:
    """Return our taxonomy as MISP takes one (``machinetag.json``)."""
    words = {
        "kind": ("What is told or alleged", KINDS),
        "stage": ("How far it is known, by what most independent origins say", STAGES),
        "corroboration": ("Whether independent origins tell it; copies of one text count once", CORROBORATION),
        "disputed": (
            "What reports disagree on",
            ("kind", "date", "country", "agents", "killed", "affected", "happened"),
        ),
    }
    return {
        "namespace": NAMESPACE,
        "description": "Events with chemicals as open reports tell them, in terms of the Chemical Weapons Convention.",
        "version": 1,
        "predicates": [{"value": name, "expanded": says} for name, (says, _) in words.items()],
        "values": [
            {"predicate": name, "entry": [{"value": value, "expanded": value.replace("_", " ")} for value in values]}
            for name, (_, values) in words.items()
        ],
    }
