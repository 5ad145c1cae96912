"""The lists of the Convention's page: their rows, and the columns by which they are searched, sorted and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from opencwc.convention import Deadline, Entry, InForce
from opencwc.convention.changes import KINDS, Change
from opencwc.convention.model import STATUSES, StateOnDay, Threshold
from opencwc.finding import Message
from opencwc.publishing.model import Text
from opencwc.web.server.days_and_sizes import day_of_year_said, day_said
from opencwc.web.server.listing import ListColumn, Row, day_column
from opencwc.wording import LANGUAGES, cited, say
from opencwc.wording.lists import rule_said
from opencwc.wording.states import names_in_use, state_name


class EntryRow(NamedTuple):
    """An entry, its title in the reader's language, and the full name of a chemical whose title is a short one."""

    entry: Entry
    title: Text
    full: str = ""


class StateRow(NamedTuple):
    """A State on a day, its name in the reader's language, and its place among the names."""

    name: str
    place: int
    on_day: StateOnDay


class ChangeRow(NamedTuple):
    """A change, and in words the rule that changed."""

    change: Change
    words: str


def deadline_message(deadline: Deadline, lang: str) -> Message:
    """Return the time of a deadline, a day of the year as the reader's calendar writes it."""
    if deadline.month is None or deadline.day is None:
        return deadline.when
    return Message(f"deadline_{deadline.due}", {"day": day_of_year_said(deadline.month, deadline.day, lang)})


def _label(name: str) -> str:
    return f"page_convention_{name}"


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _source_column(of: Callable[[Row], Any]) -> ListColumn[Row]:
    def source(row: Row, lang: str) -> str:
        rests_on = of(row)
        return f"{cited(rests_on.source, lang)} ({say(f'evidence_{rests_on.evidence}', lang)})"

    return ListColumn("source", _label("source"), source)


def _in_force_column(of: Callable[[Row], InForce], label: str = "in_force") -> ListColumn[Row]:
    """Return a column of days on which something is in force: its first, or first/last as ISO 8601 has it."""

    def days(row: Row, lang: str) -> str:
        return "/".join(filter(None, (_iso(of(row).start), _iso(of(row).end))))

    def on_page(row: Row, lang: str) -> str:
        return " ".join(day_said(day, lang) for day in of(row) if day)

    return ListColumn("in_force", _label(label), days, on_page=on_page)


def _regime_said(rule: Threshold | Deadline, lang: str) -> str:
    return say(f"threshold_regime_{rule.regime}", lang)


def _entries_said(row: EntryRow) -> Iterator[str]:
    return (rule_said(row.entry.rule, lang) for lang in LANGUAGES)


def _names_of(row: EntryRow) -> Iterator[str]:
    entry = row.entry
    yield from (*entry.title.values(), *entry.meaning.values())
    for chemical in (*entry.examples, *entry.exempt, *entry.related):
        yield from (chemical.name, chemical.cas, *(name for names in chemical.names.values() for name in names))


def _word_column(name: str) -> ListColumn[Threshold]:
    return ListColumn(name, _label(name), lambda rule, lang: say(rule.word(name), lang))


def _limit_said(rule: Threshold, lang: str) -> str:
    said = say(rule.limit, lang)
    return f"{said} ({say(rule.word('note'), lang)})" if rule.note else said


def _whose(rule: Deadline, lang: str) -> str:
    return state_name(rule.state, lang) if rule.state else say(_label("treaty"), lang)


def _deposited(row: StateRow, lang: str) -> str:
    """Return the day of the instrument in a file, with what it is."""
    state = row.on_day.state
    kind = say(f"page_convention_instrument_{state.instrument}", lang) if state.instrument else ""
    return " ".join(filter(None, (_iso(state.deposited), kind)))


def changed_said(row: ChangeRow, lang: str) -> str:
    """Say what a change is of: a State, an entry with its title, another rule in words or by its id."""
    change = row.change
    if change.kind == "state":
        return state_name(change.id, lang)
    if change.kind == "entry":
        return f"{change.list} {change.id} {row.words}".strip()
    return row.words or change.id


ENTRIES: tuple[ListColumn[EntryRow], ...] = (
    ListColumn("entry", _label("entry"), lambda row, _: f"{row.entry.list} {row.entry.id}", also=_entries_said),
    ListColumn(
        "words", _label("words"), lambda row, _: ": ".join(filter(None, (row.title.text, row.full))), also=_names_of
    ),
    _in_force_column(lambda row: row.entry.in_force),
    _source_column(lambda row: row.entry),
)
THRESHOLDS: tuple[ListColumn[Threshold], ...] = (
    ListColumn("regime", _label("regime"), _regime_said),
    _word_column("purpose"),
    ListColumn(
        "limit", _label("limit"), _limit_said, lambda rule: (rule.unit, rule.quantity or 0, rule.above or 0),
        also=lambda rule: (rule.id,),
    ),
    *map(_word_column, ("chemicals", "activity", "scope", "window")),
    _in_force_column(lambda rule: rule.in_force),
    _source_column(lambda rule: rule),
)  # fmt: skip
DEADLINES: tuple[ListColumn[Deadline], ...] = (
    ListColumn("regime", _label("regime"), _regime_said),
    ListColumn(
        "act", _label("act"), lambda rule, lang: say(f"deadline_act_{rule.act}", lang), also=lambda rule: (rule.id,)
    ),
    ListColumn("when", _label("when"), lambda rule, lang: say(deadline_message(rule, lang), lang)),
    ListColumn("whose", _label("whose"), _whose),
    _in_force_column(lambda rule: rule.in_force),
    _source_column(lambda rule: rule),
)
STATES: tuple[ListColumn[StateRow], ...] = (
    ListColumn(
        "state", _label("state"), lambda row, _: row.name, lambda row: row.place,
        also=lambda row: names_in_use(row.on_day.state.code),
    ),
    ListColumn("code", _label("code"), lambda row, _: row.on_day.state.code),
    ListColumn(
        "status", _label("status"), lambda row, lang: say(f"page_convention_status_{row.on_day.status}", lang),
        lambda row: STATUSES.index(row.on_day.status),
    ),
    day_column("signed", _label("signed"), lambda row: _iso(row.on_day.state.signed)),
    ListColumn(
        "deposited", _label("deposited"), _deposited,
        on_page=lambda row, lang: day_said(_iso(row.on_day.state.deposited), lang),
    ),
    _in_force_column(lambda row: row.on_day.state.in_force or InForce(None), "binding"),
    _source_column(lambda row: row.on_day.state),
)  # fmt: skip
CHANGES: tuple[ListColumn[ChangeRow], ...] = (
    ListColumn("changed", _label("changed"), changed_said, also=lambda row: (row.change.id,)),
    day_column("day", "page_states_day", lambda row: row.change.day.isoformat()),
    ListColumn(
        "kind", "find_column_kind", lambda row, lang: say(f"page_convention_kind_{row.change.kind}", lang),
        lambda row: KINDS.index(row.change.kind),
    ),
    ListColumn("change", _label("change"), lambda row, lang: say(f"page_convention_what_{row.change.what}", lang)),
    _source_column(lambda row: row.change),
)  # fmt: skip
