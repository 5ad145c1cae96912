"""What the casebook and the Convention hold on a State: a section a part, each line with its source, day and address.

Only what the person may see is looked at, and of runs the latest alone. Nothing is weighed against anything else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from msgspec import Struct

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.permissions import may
from opencwc.casebook.submissions import list_submissions
from opencwc.convention import Convention
from opencwc.convention.territories import all_territories
from opencwc.declarations import kept as kept_declarations
from opencwc.declarations.verb import VERB as DECLARE
from opencwc.errors import NotFoundError
from opencwc.finding import Message
from opencwc.jobs.event_decisions import SHELF as REPORTS
from opencwc.jobs.event_decisions import decisions_on_events
from opencwc.jobs.kept_runs import Listed, Shelf, ShownRun, list_runs, opened_run, shown_run
from opencwc.legislation.model import ALL_VERDICTS
from opencwc.reports.corrected import EventDecision
from opencwc.reports.event_index import EventsAsked
from opencwc.reports.kept import KeptWatch
from opencwc.reports.kept import opened as opened_reports
from opencwc.reports.summaries import EventSummary
from opencwc.reports.verb import VERB as WATCH
from opencwc.transfers.check.verb import VERB as CHECK
from opencwc.transfers.reconcile.verb import VERB as RECONCILE
from opencwc.web.declarations.judged_registers import SHELF as REGISTERS
from opencwc.web.legislation.kept_laws import checks_by_state, shown_law, standings
from opencwc.web.reports.event_run import EventRun
from opencwc.web.transfers.kept_runs import CHECKS, RECONCILIATIONS
from opencwc.wording.states import state_named

Kept = TypeVar("Kept")
MOST_RUNS = 3
"""Runs of a verb that are looked into, the latest."""
MOST_EVENTS = 10
"""Events of a run that have a line of their own, those told last."""


class Holding(Struct, frozen=True):
    """One thing that is held: in words, where it comes from, of which day (ISO 8601, may be empty), and its address.

    ``evidence`` grades a source of the Convention, and is empty for what stands in the casebook.
    """

    says: Message
    source: Message | str
    day: str
    address: str
    evidence: str = ""


class Section(Struct, frozen=True):
    """What one part holds; ``looked`` of the ``all`` runs of it that the person may see were looked into."""

    name: str
    lines: tuple[Holding, ...]
    looked: int = 0
    all: int = 0


def holdings_of(book: Casebook, person: Person, code: str, day: date) -> tuple[Section, ...]:
    """Return what is held on a State, part by part; raise `NotFoundError` where no territory has the code."""
    if code not in all_territories():
        raise NotFoundError("no_such_state", state=code[:20])
    return (
        Section("convention", tuple(_of_convention(code, day))),
        _of_declarations(book, person, code),
        Section("submissions", tuple(_of_submissions(book, person, code))),
        Section("law", tuple(_of_law(book, person, code))),
        _of_runs(book, person, "transfers", RECONCILIATIONS, _unpack_reconciliation, code, _discrepancies),
        _of_runs(book, person, "shipments", CHECKS, _unpack_check, code, _shipments),
        _of_reports(book, person, code),
    )


# ------------------------------------------------------------------------------------------------- the Convention


def _of_convention(code: str, day: date) -> Iterator[Holding]:
    state = Convention(day).state(code)
    if state is None:
        return
    address = f"/convention?part=states&as_of={day.isoformat()}&find={code}"
    on_day = state.on(day)
    days = (
        (f"states_is_{on_day.status}", on_day.since),
        ("states_signed", state.signed),
        ("states_deposited", state.deposited),
        ("states_in_force", state.in_force.start if state.in_force else None),
    )
    said_below = on_day.status == "state_party" and on_day.since == days[-1][1]
    for name, when in days[1:] if said_below else days:
        if when is not None or name == days[0][0]:
            yield Holding(Message(name), state.source, when.isoformat() if when else "", address, state.evidence)


# ------------------------------------------------------------------------------------------------------- the runs


def _of_runs(
    book: Casebook, person: Person, name: str, shelf: Shelf, unpack: Callable[[bytes], Kept], code: str,
    lines_of: Callable[[Kept, str, str, Holding], Iterable[Holding]],
) -> Section:  # fmt: skip
    """Look into the latest runs of a shelf for what they say of a State."""
    runs = list_runs(book, person, shelf.verb)
    lines: list[Holding] = []
    for run in runs[:MOST_RUNS]:
        shown = shown_run(book, person, run.number, shelf, unpack)
        lines += lines_of(shown.kept, code, f"{_PAGES[shelf.verb]}/{run.number}", _blank(run))
    return Section(name, tuple(lines), min(MOST_RUNS, len(runs)), len(runs))


_PAGES = {
    RECONCILE.id: "/transfers/runs", CHECK.id: "/transfers/checks", DECLARE.id: "/declarations/runs",
    WATCH.id: "/watch/runs",
}  # fmt: skip


def _blank(run: Listed) -> Holding:
    """Return a line of a run with its source and day, to be filled in."""
    source = Message("states_run", {"run": run.number, "files": run.files, "case": run.case})
    return Holding(Message("states_nothing"), source, run.at[:10], "")


def _filled(blank: Holding, says: Message, address: str) -> Holding:
    return Holding(says, blank.source, blank.day, address)


def _of_declarations(book: Casebook, person: Person, code: str) -> Section:
    return _of_runs(
        book, person, "declarations", REGISTERS, kept_declarations.unpack, code, _declared
    )  # fmt: skip


def _declared(kept: kept_declarations.KeptDeclarations, code: str, address: str, blank: Holding) -> Iterator[Holding]:
    due = [line for line in kept.due if line.country == code]
    if due:
        sites = len({line.site for line in due if line.site})
        says = Message("states_due", {"year": str(kept.year), "due": len(due), "sites": sites})
        yield _filled(blank, says, address)
    if chemicals := len({(one.regime, one.chemical) for one in kept.national if one.country == code}):
        says = Message("states_national", {"year": str(kept.year - 1), "chemicals": chemicals})
        yield _filled(blank, says, f"{address}/overview")


def _of_submissions(book: Casebook, person: Person, code: str) -> Iterator[Holding]:
    """Yield the submissions under the profile of the State; those under the Convention alone name none."""
    if not may(person, "submissions"):
        return
    for one in list_submissions(book, person):
        if one.profile == code:
            says = Message(
                "states_submission",
                {"year": str(one.year), "sites": len(one.sites), "state": Message(f"submission_state_{one.state}")},
            )
            source = Message("states_submission_number", {"number": one.seq})
            yield Holding(says, source, one.opened_at[:10], f"/declarations/submissions/{one.seq}")


def _of_law(book: Casebook, person: Person, code: str) -> Iterator[Holding]:
    """Yield how much of the Convention's measures the State's law covers, by the check that stands on the shelf."""
    checks = checks_by_state(book, person).get(code, [])
    if not checks:
        return
    run = checks[0]
    law = shown_law(book, person, run.number)
    stands = standings(book, person, run.number)
    answers = law.kept.checked.answers
    verdicts = Counter(
        stands[key].verdict if (key := (answer.measure.set, answer.measure.id)) in stands else answer.verdict
        for answer in answers
    )
    counted = tuple(
        Message("states_verdict", {"verdict": Message(f"verdict_{name}"), "measures": verdicts[name]})
        for name in ALL_VERDICTS
        if verdicts[name]
    )
    values: dict[str, Any] = {
        "all": len(answers), "verdicts": counted, "decided": sum(bool(one.decided) for one in stands.values()),
    }  # fmt: skip
    source = Message("states_run", {"run": run.number, "files": run.files, "case": run.case})
    as_of = law.kept.checked.law.as_of.isoformat()
    yield Holding(Message("states_law", values), source, as_of, f"/law/runs/{run.number}")


def _unpack_reconciliation(content: bytes) -> Any:
    from opencwc.transfers.reconcile.kept import unpack

    return unpack(content)


def _discrepancies(kept: Any, code: str, address: str, blank: Holding) -> Iterator[Holding]:
    import polars as pl

    of_state = kept.groups.filter((pl.col("exporter") == code) | (pl.col("importer") == code))
    if of_state.is_empty():
        return
    over = of_state.filter(pl.col("over"))
    values = {"sums": len(of_state), "over": over["rank"].n_unique()}
    yield _filled(blank, Message("states_discrepancies", values), f"{address}?state={code}")
    for year, partner in over.sort("rank").select(
        "year", pl.when(pl.col("exporter") == code).then("importer").otherwise("exporter")
    ).unique(maintain_order=True).head(MOST_RUNS).iter_rows():  # fmt: skip
        says = Message("states_discrepancy_with", {"partner": state_named(partner), "year": str(year)})
        yield _filled(blank, says, f"{address}?state={code}&year={year}")


def _unpack_check(content: bytes) -> Any:
    from opencwc.transfers.check.kept import unpack

    return unpack(content)


def _shipments(kept: Any, code: str, address: str, blank: Holding) -> Iterator[Holding]:
    verdicts = Counter(answer.verdict for answer in kept.answers if code in (answer.sender, answer.receiver))
    if verdicts:
        counted = tuple(
            Message("states_verdict", {"verdict": Message(f"verdict_{name}"), "measures": verdicts[name]})
            for name in CHECK.verdicts
            if verdicts[name]
        )
        values: dict[str, Any] = {"shipments": verdicts.total(), "verdicts": counted}
        yield _filled(blank, Message("states_shipments", values), address)


# ---------------------------------------------------------------------------------------------------- the reports


def _of_reports(book: Casebook, person: Person, code: str) -> Section:
    runs = list_runs(book, person, WATCH.id)
    seen: set[tuple[str, str]] = set()
    held: set[str] = set()
    lines: list[Holding] = []
    opened = 0
    for run in runs:
        if run.pages in held:  # a later run of its case shows all that it has
            continue
        if opened == MOST_RUNS:
            break
        opened += 1
        shown = opened_run(book, person, run.number, REPORTS, opened_reports)
        held.update(shown.kept.summary.parts)
        lines += _events(shown, decisions_on_events(book, person, run.number), run, code, seen)
    looked = opened + sum(run.pages in held for run in runs)
    return Section("reports", tuple(lines), looked, len(runs))


def _events(
    shown: ShownRun[KeptWatch], decisions: Sequence[EventDecision], run: Listed, code: str, seen: set[tuple[str, str]]
) -> Iterator[Holding]:
    """Yield the events of a run, but those that a later run of its case has too: they are ``seen``."""
    index = EventRun(shown, decisions).index
    columns = index.columns
    there = index.fitting(EventsAsked(country=code)).tolist()
    places = [place for place in there if (run.case, columns.id(place)) not in seen]
    seen.update((run.case, columns.id(place)) for place in places)
    if not places:
        return
    address, blank = f"/watch/runs/{run.number}", _blank(run)
    several = int(columns.corroborated[places].sum())
    says = Message("states_events", {"events": len(places), "several": several})
    yield _filled(blank, says, f"{address}?country={code}")
    for place in places[:MOST_EVENTS]:
        one = index.events.summary(place)
        yield _event(one, f"{address}/events/{one.id}")


def _event(one: EventSummary, address: str) -> Holding:
    stage = Message(f"verdict_{one.stage}")
    says = Message("states_event", {"event": one.headline, "stage": stage, "origins": Message(one.backing)})
    return Holding(says, one.told_by, one.last.date().isoformat(), address)
