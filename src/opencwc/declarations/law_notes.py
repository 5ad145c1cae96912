"""What an answer rests on beside the rules: readings, States that are not bound, and national notes."""

from __future__ import annotations

from collections.abc import Mapping

from opencwc.convention.clauses import in_short
from opencwc.declarations.model import Answer
from opencwc.declarations.phrases import reading_said
from opencwc.finding import Message, Value
from opencwc.wording.states import state_named


def law_notes(answer: Answer) -> list[Message]:
    """Return what is to be told of the law that an answer was given by."""
    notes = [
        Message(
            "declare_reading_turned",
            {
                "reading": reading.id, "choice": reading.choice, "says": reading_said(reading.id, reading.choice),
                "source": in_short(reading.source),
            },
        )
        for reading in answer.turned
    ]  # fmt: skip
    notes += [
        Message("declare_state_outside", {"state": state_named(state), "year": str(answer.year)})
        for state in answer.outside
    ]
    notes += _left_out(answer)
    if answer.profile is None:
        return notes
    title = Message("by_language", dict(answer.profile.title))
    return notes + [
        Message(
            "declare_profile_note",
            {"profile": title, "text": Message("by_language", _unended(note.text)), "source": in_short(note.source)},
        )
        for note in answer.profile.notes
    ]


def _left_out(answer: Answer) -> list[Message]:
    """Return how many chemicals aggregate national data leave out, why, and how that reading is turned."""
    told = {
        "declare_left_out_below": (answer.left_out.below, "aggregate-threshold=any"),
        "declare_left_out_mixtures": (answer.left_out.mixtures, "aggregate-mixtures=counted"),
    }
    return [
        Message(
            id,
            {"count": count, "year": str(answer.year - 1), "command": f"opencwc declare --reading {reading}"},
        )
        for id, (count, reading) in told.items()
        if count
    ]


def reading_titled(id: str) -> Message:
    """Return what a reading is of, in words."""
    return Message(f"page_reading_{id}".replace("-", "_"))


def _unended(text: Mapping[str, str]) -> dict[str, Value]:
    """Return a text by language without its full stop: a source follows."""
    return {lang: said.rstrip(".。") for lang, said in text.items()}
