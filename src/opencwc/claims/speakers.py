"""Who says what a sentence claims: a sort of body, of the State that the sentence names beside it; else the outlet."""

from __future__ import annotations

from opencwc.claims.aspects.actor_mentions import somebody
from opencwc.finding import Message
from opencwc.reports.actors import speakers_in
from opencwc.reports.model import Report
from opencwc.wording import say
from opencwc.wording.states import state_name

OUTLET = "outlet"
_OF_A_STATE = frozenset(
    ("police", "prosecutor", "court", "customs", "civil_defence", "health", "defence", "foreign", "government")
)
"""Bodies that a State has."""


def speaker_of(sentence: str, lang: str, report: Report) -> str:
    """Return by what the speaker of a sentence is known: ``police:TUN``, ``police:``, or ``outlet:`` and its name.

    A body is of the State that the sentence names beside it, and never of that in which the report's event is: an army
    that is heard there may be another State's.
    """
    actors = speakers_in(sentence, lang)
    if not actors:
        return f"{OUTLET}:{report.source or report.id}"
    start, end = actors[0].span
    states = {
        state
        for one in somebody(sentence, lang)
        if one.span.start < end and start < one.span.end
        for state in one.states
    }
    return f"{actors[0].sort}:{states.pop() if len(states) == 1 else ''}"


def speaker_and_state_said(speaker: str, lang: str) -> str:
    """Return the name of a speaker, in a language; of a body of a State that is not named, also this."""
    sort, _, of = speaker.partition(":")
    if of or sort not in _OF_A_STATE:
        return speaker_said(speaker, lang)
    unnamed = say("claims_state_not_named", lang)
    return say(Message("watch_place", {"place": speaker_said(speaker, lang), "state": unnamed}), lang)


def speaker_said(speaker: str, lang: str) -> str:
    """Return the name of a speaker, in a language."""
    sort, _, of = speaker.partition(":")
    if sort == OUTLET:
        return of
    said = say(f"claims_speaker_{sort}", lang)
    return say(Message("watch_place", {"place": said, "state": state_name(of, lang)}), lang) if of else said
