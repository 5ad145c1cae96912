"""Open reports from end to end: what each tells, which are on one event, and what comes from one text."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from opencwc.finding import Message
from opencwc.reports.batches import ready_items
from opencwc.reports.commands_to_programs import commands_in
from opencwc.reports.comparing import WORTH_PROCESSES
from opencwc.reports.corrections import Correction
from opencwc.reports.event_wording import place_others_said
from opencwc.reports.events import Archive, Event
from opencwc.reports.item import Item
from opencwc.reports.likeness import fact_signs
from opencwc.reports.lookalike_letters import disguised_words
from opencwc.reports.model import Report, Told
from opencwc.reports.origin_signs import Bases, ByNumber
from opencwc.reports.origins import RestsOn, find_origins, origin_name, rests_on
from opencwc.reports.private_people import masked
from opencwc.workers.pool import WorkerPool, in_order, on_one_thread

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
    return joined(ready_items(reports, encoder, jobs), corrections, progress, jobs)


def joined(
    batches: Iterable[Sequence[Item]],
    corrections: Iterable[Correction] = (),
    progress: Callable[[int], None] = lambda done: None,
    jobs: int = 1,
) -> Watched:
    """Join reports that are ready to be compared."""
    return joining(batches, corrections, progress, jobs)[1]


def joining(
    batches: Iterable[Sequence[Item]],
    corrections: Iterable[Correction] = (),
    progress: Callable[[int], None] = lambda done: None,
    jobs: int = 1,
) -> tuple[Archive, Watched]:
    """Join reports that are ready to be compared, and return with them the archive in which they are joined."""
    archive = Archive(corrections, jobs=jobs)
    for batch in batches:
        archive.add(batch)
        progress(len(archive.items))
    events = archive.events()
    numbers = range(len(archive.items))
    lines = dict(lines_of(archive, events, numbers, jobs))
    return archive, Watched(tuple(lines[number] for number in numbers), tuple(events))


def lines_of(
    archive: Archive, events: Sequence[Event], numbers: Collection[int], jobs: int = 1
) -> Iterator[tuple[int, Line]]:
    """Yield the lines of some reports by their numbers; ``events`` are all that any of them is on.

    With several ``jobs`` so many processes work at it, once there are enough reports to be worth it.
    """
    parts = _parts_of(archive, events, numbers)
    if jobs > 1 and len(numbers) >= WORTH_PROCESSES:
        each = in_order(lambda: WorkerPool(jobs, on_one_thread), _said_of, parts, ahead=2 * jobs)
    else:
        each = map(_said_of, parts)
    for said in chain.from_iterable(each):
        yield said.number, Line(archive.items[said.number].told, said.event, said.origin, said.why)


class _Part(NamedTuple):
    """Some reports with all of their events, and what it takes to say why they are on them.

    ``nearest`` is for each report the one of its event that it is nearest to; on ``decided`` people decided.
    """

    numbers: Sequence[int]
    events: Sequence[Event]
    items: Mapping[int, Item]
    nearest: Mapping[int, int]
    decided: Collection[str]


class _Said(NamedTuple):
    number: int
    event: str
    origin: str
    why: tuple[Message, ...]


def _parts_of(archive: Archive, events: Sequence[Event], numbers: Collection[int]) -> Iterator[_Part]:
    wanted = set(numbers)
    on_event: set[int] = set()
    for some in _some_at_once(events, lambda event: len(event.items)):
        there = {number for event in some for number in event.items}
        on_event |= there
        yield _part_of(archive, sorted(wanted & there), some, there)
    rest = [number for number in numbers if number not in on_event]
    for at in range(0, len(rest), _AT_ONCE):
        alone = rest[at : at + _AT_ONCE]
        yield _part_of(archive, alone, (), alone)


def _part_of(archive: Archive, numbers: Sequence[int], events: Sequence[Event], there: Iterable[int]) -> _Part:
    items = {number: archive.items[number] for number in there}
    event_of = {number: event for event in events for number in event.items}
    others = {number: [other for other in event_of[number].items if other != number] for number in numbers if events}
    nearest = {
        number: max(some, key=lambda other: (archive.score(number, other), -other))
        for number, some in others.items()
        if some
    }
    return _Part(numbers, events, items, nearest, archive.decided)


def _some_at_once(events: Iterable[Event], size: Callable[[Event], int]) -> Iterator[list[Event]]:
    """Yield events, so many at a time that they have some hundred reports."""
    some: list[Event] = []
    for event in events:
        some.append(event)
        if sum(map(size, some)) >= _AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _said_of(part: _Part) -> list[_Said]:
    event_of: dict[int, Event] = {}
    origin_of: dict[int, Sequence[int]] = {}
    copied: dict[int, RestsOn] = {}
    for one in part.events:
        bases = Bases(part.items)
        event_of |= dict.fromkeys(one.items, one)
        for found in find_origins(part.items, one, bases):
            origin_of |= dict.fromkeys(found, found)
            copied |= rests_on(part.items, found, bases)
    return [
        _said(part, number, event_of.get(number), origin_of.get(number, ()), copied.get(number))
        for number in part.numbers
    ]


def _said(part: _Part, number: int, event: Event | None, origin: Sequence[int], link: RestsOn | None) -> _Said:
    told = part.items[number].told
    if event is None:
        return _Said(number, "", "", (*_commands_why(told), *_letters_why(told), Message("watch_no_event")))
    why = (
        *_corrected_why(part.decided, told),
        *_commands_why(told),
        *_letters_why(told),
        *_told_why(told),
        *_joined_why(part.items, number, part.nearest.get(number)),
        *_origin_why(part.items, link),
    )
    return _Said(number, event.id, origin_name(part.items, origin), why)


def _corrected_why(decided: Collection[str], told: Told) -> Iterator[Message]:
    """Yield that a person decided where a report belongs."""
    if told.report.id in decided:
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


def _joined_why(items: ByNumber, number: int, nearest: int | None) -> Iterator[Message]:
    """Yield what a report shares with the one of its event that it is nearest to."""
    if nearest is None:
        yield Message("watch_alone")
        return
    signs = fact_signs(items[number], items[nearest])
    shared = tuple(Message(f"watch_shared_{name}") for name in _SHARED if signs.get(name))
    other_id = items[nearest].told.report.id
    yield Message("watch_joined", {"report": other_id, "shared": shared or (Message("watch_shared_words"),)})


def _origin_why(items: ByNumber, link: RestsOn | None) -> Iterator[Message]:
    """Yield which earlier report a report rests on, and why that is thought."""
    if link is not None:
        shared = tuple(Message(f"watch_origin_{name}") for name in link.shared)
        earlier = items[link.earlier].told.report.id
        yield Message(RESTS_ON, {"report": earlier, "shared": shared or (Message("watch_shared_words"),)})


_AT_ONCE = 256
"""Reports whose lines are made together."""
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
