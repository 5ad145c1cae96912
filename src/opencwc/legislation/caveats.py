"""What a verdict cannot say by itself: a text was not read, or one that it rests on may not be in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from opencwc.finding import Message
from opencwc.legislation.model import COVERED, NONE, Answer, Checked, Fulfilled

NOT_ALL_READ, NOT_IN_FORCE = "law_not_all_read", "law_not_in_force"
_NOT_READ = ("law_unreadable", "law_recognised_nothing", "law_language_unread", "law_unread")


def not_all_read(notes: Iterable[Message]) -> tuple[Message, ...]:
    """Return what is to be said of every gap where a text, or a part of one, was not read; nothing where all were."""
    files = unread_files(notes)
    return (Message(NOT_ALL_READ, {"files": files}),) if files else ()


def unread_files(notes: Iterable[Message]) -> tuple[str, ...]:
    """Return the texts that were not read, or not wholly, by what the notes say."""
    files = (str(note.values["file"]) for note in notes if note.id in _NOT_READ and "file" in note.values)
    return tuple(dict.fromkeys(files))


def doubts_of(notes: Iterable[Message]) -> dict[str, Message]:
    """Return by file what is to be said of texts that call themselves drafts, bills or repealed."""
    return {str(note.values["file"]): note for note in notes if note.id == NOT_IN_FORCE}


def qualified(answers: Iterable[Answer], notes: Sequence[Message]) -> list[Answer]:
    """Add to why a verdict was proposed what the notes on the texts mean for it."""
    unread = not_all_read(notes)
    doubtful = doubts_of(notes)
    return [
        replace(
            answer, why=(*answer.why, *_rested_on(answer, doubtful), *(unread if answer.verdict != COVERED else ()))
        )
        for answer in answers
    ]


def told_of_obligation(obligation: Fulfilled, checked: Checked) -> tuple[Message, ...]:
    """Say how an obligation came out, and what of the texts was not read where something of it is open."""
    return (obligation.summary, *(not_all_read(checked.notes) if obligation.verdict != COVERED else ()))


def _rested_on(answer: Answer, doubtful: dict[str, Message]) -> list[Message]:
    """Return what is to be said of the texts that a verdict rests on."""
    if answer.verdict == NONE:
        return []
    deciding = [one for one in answer.shown if one.decides] or answer.shown[:1]
    files = dict.fromkeys(passage.passage.section.file for passage in deciding)
    return [doubtful[file] for file in files if file in doubtful]
