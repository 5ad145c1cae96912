"""Who says what a sentence claims: a sort of body, of the State that the report is on; else the outlet itself."""

from __future__ import annotations

from opencwc.reports.actors import Actor
from opencwc.reports.model import Told
from opencwc.wording import say
from opencwc.wording.states import state_name

OUTLET = "outlet"
_OF_ALL_STATES = ("opcw", "united_nations", "european_union")
"""Bodies that are of no one State."""


def speaker_of(actors: tuple[Actor, ...], told: Told) -> str:
    """Return by what the speaker of a sentence is known: ``police:TUN``, ``opcw:``, or ``outlet:`` and its name.

    ``actors`` are those heard in the sentence, the first first. The police of two States are two speakers.
    """
    if not actors:
        return f"{OUTLET}:{told.report.source or told.report.id}"
    sort = actors[0].sort
    return f"{sort}:{'' if sort in _OF_ALL_STATES else told.place.country}"


def speaker_said(speaker: str, lang: str) -> str:
    """Return the name of a speaker, in a language."""
    sort, _, of = speaker.partition(":")
    if sort == OUTLET:
        return of
    said = say(f"claims_speaker_{sort}", lang)
    return f"{said} ({state_name(of, lang)})" if of else said
