"""What people decided on the events of watched reports: kept beside the run, read back in the order of deciding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import structs

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.people import names_by_id
from opencwc.casebook.run_records import Added, RunRecords, add_to_run, added_to_run
from opencwc.errors import ConflictError, InputError
from opencwc.jobs.kept_runs import Shelf
from opencwc.records import from_plain, to_plain
from opencwc.reports.corrected import EventDecision
from opencwc.reports.verb import VERB as WATCH

SHELF = Shelf(WATCH.id, "run of watched reports", "/watch")
"""Where runs of watched reports stand."""
DECISIONS = RunRecords("event_decision", "event-decision.json")


def decide_on_events(book: Casebook, person: Person, run: int, decision: EventDecision, seen: int | None = None) -> int:
    """Keep a decision on events of a run, and return how many hold in it then.

    ``seen`` is how many the person has seen: where another one has come since, nothing is decided.

    Raises:
        InputError: no reason was given, or no report named.
        ConflictError: somebody decided meanwhile.

    """
    if not decision.reason.strip():
        raise InputError("decision_needs_reason")
    if not decision.reports:
        raise InputError("no_report_named")

    def check(before: Sequence[Added]) -> None:
        if seen is not None and len(_holding(book, person, run)) != seen:
            raise ConflictError("event_decided_meanwhile", run=run)

    content = to_plain(structs.replace(decision, reason=decision.reason.strip(), person="", at=""))
    add_to_run(book, person, run, DECISIONS, content, check)
    return len(_holding(book, person, run))


def decisions_on_events(book: Casebook, person: Person, run: int) -> list[EventDecision]:
    """Return the decisions that hold in a run, the earliest first, each with the name of who made it.

    Those on earlier runs of the case hold too: they name reports, which are read again in a later run.
    """
    added = _holding(book, person, run)
    names = names_by_id(book, _people(added))
    return [
        structs.replace(from_plain(EventDecision, one.content), person=names.get(one.person, one.person), at=one.at)
        for one in added
    ]


def _holding(book: Casebook, person: Person, run: int) -> list[Added]:
    return added_to_run(book, person, run, DECISIONS, earlier=True)


def _people(added: Iterable[Added]) -> list[str]:
    return list(dict.fromkeys(one.person for one in added))
