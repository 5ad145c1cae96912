"""Open reports from end to end: what each tells, which are on one event, and what comes from one text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from opencwc.finding import Message
from opencwc.reports.batches import ready_items
from opencwc.reports.commands_to_programs import commands_in
from opencwc.reports.corrections import Correction
from opencwc.reports.event_wording import place_others_said
from opencwc.reports.events import Archive, Event
from opencwc.reports.item import Item
from opencwc.reports.likeness import fact_signs
from opencwc.reports.lookalike_letters import disguised_words
from opencwc.reports.model import Report, Told
from opencwc.reports.origins import RestsOn, find_origins, origin_name, rests_on
from opencwc.reports.private_people import masked

if TYPE_CHECKING:
    from opencwc.language.encoders import Encoder


class Line(Struct, frozen=True):
    """A report with what it tells, its event and origin (empty where it is on no event), and why."""

    told: Told
    event: str = ""
    origin: str = ""
    why: tuple[Message, ...] = ()


class Watched(Struct, frozen=True):
    """All reports in the order in which they came, and the events in the order of their first report.

    The places in an event's ``items`` are those of ``lines``.
    """

    lines: Sequence[Line]
    events: Sequence[Event]


def watch(
    reports: Iterable[Report],
    encoder: Encoder | None,
    corrections: Iterable[Correction] = (),
    progress: Callable[[int], None] = lambda done: None,
    jobs: int = 1,
) -> Watched:
    """Tell what reports say and join those that are on one event; without an encoder words and facts decide alone.

    With several ``jobs`` so many processes read, once there are enough reports to be worth it.
    """
    return joined(ready_items(reports, encoder, jobs), corrections, progress)


def joined(
    batches: Iterable[Sequence[Item]],
    corrections: Iterable[Correction] = (),
    progress: Callable[[int], None] = lambda done: None,
) -> Watched:
    """Join reports that are ready to be compared."""
    return joining(batches, corrections, progress)[1]


def joining(
    batches: Iterable[Sequence[Item]],
    corrections: Iterable[Correction] = (),
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[Archive, Watched]:
    """Join reports that are ready to be compared, and return with them the archive in which they are joined."""
    archive = Archive(corrections)
    for batch in batches:
        archive.add(batch)
        progress(len(archive.items))
    events = archive.events()
    lines = lines_of(archive, events, range(len(archive.items)))
    return archive, Watched(tuple(line for _, line in lines), tuple(events))


def lines_of(archive: Archive, events: Sequence[Event], numbers: Iterable[int]) -> Iterator[tuple[int, Line]]:
    """Yield the lines of some reports by their numbers; ``events`` are all that any of them is on."""
    items = archive.items
    event_of = {number: event for event in events for number in event.items}
    origins = list(chain.from_iterable(find_origins(items, event) for event in events))
    origin_of = {number: origin for origin in origins for number in origin}
    copied = {number: link for origin in origins for number, link in rests_on(items, origin).items()}
    for number in numbers:
        item, event = items[number], event_of.get(number)
        if event is None:
            why = (*_commands_why(item.told), *_letters_why(item.told), Message("watch_no_event"))
            yield number, Line(item.told, why=why)
        else:
            origin = origin_of[number]
            why = (
                *_corrected_why(archive, item.told),
                *_commands_why(item.told),
                *_letters_why(item.told),
                *_told_why(item.told),
                *_joined_why(archive, number, event),
                *_origin_why(items, copied.get(number)),
            )
            yield number, Line(item.told, event.id, origin_name(items, origin), why)


def _corrected_why(archive: Archive, told: Told) -> Iterator[Message]:
    """Yield that a person decided where a report belongs."""
    if told.report.id in archive.decided:
        yield Message("watch_by_correction")


def _commands_why(told: Told) -> Iterator[Message]:
    """Yield that sentences of a report speak to a program and were left out."""
    if commands := commands_in(told.report):
        yield Message("watch_commands_left_out", {"sentences": len(commands)})


def _letters_why(told: Told) -> Iterator[Message]:
    """Yield which words of a report are written with letters that only pass for others."""
    if words := disguised_words(told.report.whole)[:_MOST_DISGUISED]:
        yield Message("watch_disguised_words", {"words": words})


def _told_why(told: Told) -> Iterator[Message]:
    """Yield the words that decided on kind, stage and stance, and which figures of people are unsure."""
    whole = masked(told)
    for name, spans in told.nature.spans.items():
        words = tuple(dict.fromkeys(_readable(whole, *span) for span in spans[:3]))
        if words:
            yield Message(f"watch_{name}_by_words", {"words": words})
    if others := place_others_said(told.place):
        yield others
    for name, count in told.casualties._asdict().items():
        if count.chance < UNSURE:
            yield Message(f"watch_{name}_unsure")


def _readable(whole: str, start: int, end: int) -> str:
    """Return deciding words as a person understands them: a lone Chinese sign with the clause around it."""
    if not _HAN.fullmatch(whole[start:end]):
        return whole[start:end]
    before = _HAN_BEFORE.search(whole, max(0, start - _MOST_AROUND), start)
    after = _HAN_AFTER.match(whole, end, end + _MOST_AROUND)
    return f"{before.group() if before else ''}{whole[start:end]}{after.group() if after else ''}"


def _joined_why(archive: Archive, number: int, event: Event) -> Iterator[Message]:
    """Yield what a report shares with the one of its event that it is nearest to."""
    others = [other for other in event.items if other != number]
    if not others:
        yield Message("watch_alone")
        return
    items = archive.items
    nearest = max(others, key=lambda other: (archive.score(number, other), -other))
    signs = fact_signs(items[number], items[nearest])
    shared = tuple(Message(f"watch_shared_{name}") for name in _SHARED if signs.get(name))
    other_id = items[nearest].told.report.id
    yield Message("watch_joined", {"report": other_id, "shared": shared or (Message("watch_shared_words"),)})


def _origin_why(items: Sequence[Item], link: RestsOn | None) -> Iterator[Message]:
    """Yield which earlier report a report rests on, and why that is thought."""
    if link is not None:
        shared = tuple(Message(f"watch_origin_{name}") for name in link.shared)
        earlier = items[link.earlier].told.report.id
        yield Message(RESTS_ON, {"report": earlier, "shared": shared or (Message("watch_shared_words"),)})


RESTS_ON = "watch_one_origin"
"""The message by which a report's line says which earlier report it rests on."""
_HAN = re.compile(r"[㐀-鿿]")
_HAN_BEFORE, _HAN_AFTER = re.compile(r"[㐀-鿿\d]+\Z"), re.compile(r"[㐀-鿿\d]+")
_MOST_AROUND = 6
"""Signs on each side that a lone Chinese sign is shown with."""
_MOST_DISGUISED = 5
UNSURE = 0.6
"""Below this chance a figure of people is said to be unsure."""
_SHARED = ("date_same", "date_within", "country_same", "place_same", "agents_shared", "figures_same")
