"""What people decided on the events of watched reports: kept beside the run, read back in the order of deciding.

A reviewer who has to look at an event a second time (`opencwc.jobs.second_looks`) is given no decision on it until
that is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import structs

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Mark, Person
from opencwc.casebook.people import names_by_id
from opencwc.casebook.run_records import Added, RunRecords, add_to_run, added_to_run, takes_more
from opencwc.errors import ConflictError, InputError
from opencwc.jobs.kept_runs import Shelf, ShownRun, opened_run
from opencwc.jobs.second_looks import Confirmed, SecondLook, draw_second_look, keep_second_look, looks_of
from opencwc.records import from_plain, to_plain
from opencwc.reports.corrected import EventDecision, corrected
from opencwc.reports.kept import KeptWatch, opened
from opencwc.reports.verb import VERB as WATCH
from opencwc.reports.watched import Watched

SHELF = Shelf(WATCH.id, "run of watched reports", "/watch")
"""Where runs of watched reports stand."""
DECISIONS = RunRecords("event_decision", "event-decision.json")


class DecidedEvents(NamedTuple):
    """What people decided on the events of a run, as far as a person may see it now.

    ``decisions`` hold, the earliest first; ``waiting`` are the second looks that the person has to make, ``looks``
    those that are done, ``names`` the names of the people in them by their ids.
    """

    decisions: list[EventDecision]
    waiting: list[SecondLook]
    looks: list[SecondLook]
    names: Mapping[str, str]

    @property
    def hidden(self) -> frozenset[str]:
        """The reports on which the person is given no decision of others."""
        return frozenset().union(*(look.reports for look in self.waiting))


def decide_on_events(book: Casebook, person: Person, run: int, decision: EventDecision, seen: int | None = None) -> int:
    """Keep a decision on events of a run, and return how many hold in it then.

    A confirmed event may be drawn for a second look. What a person decides who has to make one is kept as that.
    ``seen`` is how many the person has seen: where another one has come since, nothing is decided.

    Raises:
        InputError: no reason was given, or no report named.
        ConflictError: somebody decided meanwhile.

    """
    if not decision.reason.strip():
        raise InputError("decision_needs_reason")
    if not decision.reports:
        raise InputError("no_report_named")
    said = structs.replace(decision, reason=decision.reason.strip(), person="", at="")
    before = decided_events(book, person, run)
    _require_seen(before, seen, run)
    look = next((one for one in before.waiting if said.named & one.reports), None)
    if look is not None:
        _look_again(book, person, look, said, before)
    else:
        _decide(book, person, run, said, seen)
    return len(decided_events(book, person, run).decisions)


def _require_seen(before: DecidedEvents, seen: int | None, run: int) -> None:
    if seen is not None and len(before.decisions) != seen:
        raise ConflictError("event_decided_meanwhile", run=run)


def _decide(book: Casebook, person: Person, run: int, decision: EventDecision, seen: int | None) -> None:
    def check(before: Sequence[Added]) -> None:
        _require_seen(decided_events(book, person, run), seen, run)

    number = add_to_run(book, person, run, DECISIONS, to_plain(decision), check)
    if decision.verb != "confirm":
        return
    holding = _holding(book, person, run)
    if any(look.is_open and not look.reports.isdisjoint(decision.reports) for look in looks_of(book, person, run)):
        return
    kept = [from_plain(EventDecision, one.content) for one in holding]
    shown = opened_run(book, person, run, SHELF, opened)
    found = _around(shown, kept, decision.reports)
    now = corrected(found, kept)
    deciders = {
        one.person for one, made in zip(holding, kept, strict=True) if not made.named.isdisjoint(decision.reports)
    }
    confirmed = Confirmed(run, _mark(shown), number, decision, deciders, now, found)
    draw_second_look(book, person, confirmed)


def _look_again(
    book: Casebook, person: Person, look: SecondLook, decision: EventDecision, before: DecidedEvents
) -> None:
    decisions = [*before.decisions, decision]
    found = _around(opened_run(book, person, look.run, SHELF, opened), decisions, look.reports)
    keep_second_look(book, person, look, decision, corrected(found, decisions))


def _around(shown: ShownRun[KeptWatch], decisions: Iterable[EventDecision], reports: Iterable[str]) -> Watched:
    """Return what decisions speak of, and some reports, with all that are on one event with any of them."""
    named = frozenset(reports).union(*(decision.named for decision in decisions))
    return shown.kept.events.around(named)


def _mark(shown: ShownRun[KeptWatch]) -> Mark:
    return max(shown.case.mark, Mark[str(shown.run["mark"]).upper()])


def decisions_on_events(book: Casebook, person: Person, run: int) -> list[EventDecision]:
    """Return the decisions that hold in a run, the earliest first, each with the name of who made it.

    Those on earlier runs of the case hold too: they name reports, which are read again in a later run. Of events that
    the person has to look at a second time only the person's own are returned.
    """
    return decided_events(book, person, run).decisions


def decided_events(book: Casebook, person: Person, run: int) -> DecidedEvents:
    """Return what people decided on the events of a run, with the second looks at them."""
    holding = _holding(book, person, run)
    looks = looks_of(book, person, run)
    open_now = takes_more(book, person, run) if any(look.is_open for look in looks) else False
    waiting = [look for look in looks if open_now and look.waits_for(person)]
    hidden = frozenset().union(*(look.reports for look in waiting))
    names = names_by_id(book, _people(holding, looks))
    decisions = [
        structs.replace(from_plain(EventDecision, one.content), person=names.get(one.person, one.person), at=one.at)
        for one in holding
    ]
    own = [
        structs.replace(decision, person=names.get(who, who), at=at)
        for look in waiting
        for decision, who, at in look.said
    ]
    visible = [one for one in decisions if one.named.isdisjoint(hidden)]
    done = [look for look in looks if not look.is_open and look.reports.isdisjoint(hidden)]
    return DecidedEvents([*visible, *own], waiting, done, names)


def _holding(book: Casebook, person: Person, run: int) -> list[Added]:
    return added_to_run(book, person, run, DECISIONS, others="earlier")


def _people(added: Iterable[Added], looks: Iterable[SecondLook]) -> list[str]:
    return list(dict.fromkeys([*(one.person for one in added), *(who for look in looks for who in look.people)]))
