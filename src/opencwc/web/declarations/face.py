"""How the casebook's pages show registers that were judged."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import History
from opencwc.casebook.model import Person
from opencwc.casebook.permissions import may
from opencwc.casebook.submission_states import State
from opencwc.casebook.submissions import amendments_due, count_waiting, list_submissions
from opencwc.declarations.findings import ROW_FIELDS, row_as_written
from opencwc.declarations.model import ACTIVITIES
from opencwc.declarations.questions import field_label
from opencwc.declarations.verb import ASK
from opencwc.errors import OpenCWCError
from opencwc.finding import Evidence, Finding, Message, Value
from opencwc.language.name_search import NameIndex
from opencwc.web.casebook.faces import Cell, EvidenceTable, Face, JobPage, TableColumn, shortened
from opencwc.web.casebook.finders import Hit, Sought
from opencwc.web.casebook.home_doors import DECIDES_ON_GOODS, Door, FigureRow, HomeCount, HouseFigure, Work
from opencwc.web.declarations.preview import label_of
from opencwc.web.server.days_and_sizes import day_said
from opencwc.web.server.navigation import SUBMISSIONS
from opencwc.wording import say, sentence
from opencwc.wording.chemical_names import name_said
from opencwc.wording.states import state_name

RUNS = "/declarations/runs"
_REGIMES = ("S1", "S2", "S3", "OCPF")
_STATE = re.compile("[A-Z]{3}")


def _rests_on(finding: Finding, lang: str) -> list[tuple[str, str]]:
    """Return what a finding of a register rests on: its day, its range and the cell that it speaks of."""
    seen = []
    for evidence in finding.evidence:
        if evidence.kind == "due":
            seen.append((say("declare_label_due", lang), _due_said(evidence, lang)))
        elif evidence.kind == "range":
            seen.append((say("declare_label_range", lang), evidence.label))
        elif evidence.kind == "cell":
            seen.append((say(f"declare_table_{evidence.label}", lang), evidence.value))
    return seen


def _rows(finding: Finding, lang: str) -> list[EvidenceTable]:
    """Show the rows of the register that a finding rests on, as they are written."""
    seen = [evidence for evidence in finding.evidence if evidence.kind == "row"]
    if not seen:
        return []
    written = [row_as_written(evidence.value) for evidence in seen]
    number, caption = TableColumn(say("label_row", lang)), say("page_evidence_register", lang)
    if not all(written):  # a finding kept before its cells were told apart
        whole = tuple((Cell(evidence.label), Cell(evidence.value)) for evidence in seen)
        return [EvidenceTable(caption, (number, TableColumn(say("page_evidence_as_written", lang))), whole)]
    fields = [field for field in ROW_FIELDS if field not in _SMALL and any(row[field] for row in written)]
    columns = (number, *(TableColumn(label_of(field, lang), number=field == "quantity") for field in fields))
    rows = (
        (Cell(evidence.label), *(_cell(row, field) for field in fields))
        for evidence, row in zip(seen, written, strict=True)
    )
    return [EvidenceTable(caption, columns, tuple(rows))]


_SMALL = ("cas", "unit", "concentration")
"""Cells that stand with another one: the number of a chemical, the unit and the share of a quantity."""


def _cell(row: Mapping[str, str], field: str) -> Cell:
    """Return a cell of a row with what stands small under it."""
    if field == "chemical":
        return Cell(row[field], tuple(filter(None, (row["cas"],))))
    if field == "quantity":
        share = row["concentration"]
        return Cell(f"{row[field]}\u00a0{row['unit']}".strip(), (share,) if share else ())
    return Cell(row[field])


def _columns(error: OpenCWCError, lang: str) -> str:
    """Say what is wrong with the columns of a table; empty where an error says something else."""
    if error.code != "register_column_missing":
        return ""
    field = say(f"page_declarations_field_{error.values['field']}", lang)
    return sentence(Message("page_declarations_column_missing", {"field": field, "file": error.where}), lang)


def _beside(history: History) -> tuple[str, str]:
    """Return the message and the address of what a finding stands in: what is due, the faults, or what to ask."""
    run, finding = history.run["number"], history.finding
    if str(finding.verdict) == ASK:
        return "page_declarations_view_ask", f"{RUNS}/{run}/ask"
    part = "faults" if str(finding.verdict) in ("review", "unreadable") else "due"
    return f"page_declarations_see_{part}", f"{RUNS}/{run}#{part}"


def _title(finding: Finding, lang: str) -> str:
    """Name what is due of whom, or the row that a fault or a question is on."""
    if cell := next((seen for seen in finding.evidence if seen.kind == "cell"), None):
        row, _, column = cell.value.partition(" ")
        values: dict[str, Value] = {
            "table": Message(f"declare_table_{cell.label}"),
            "row": row,
            "column": field_label(column),
        }
        return shortened(say(Message("check_where_column" if column else "check_where", values), lang))
    place = finding.subject.id
    said = (_place_said(place, lang), _subject_said(finding.subject.input, lang))
    return shortened(" · ".join(name for name in said if name))


def _place_said(place: str, lang: str) -> str:
    """Say whose it is: the State, a site, or a plant of a site, always parted in the same way."""
    return state_name(place, lang) if _STATE.fullmatch(place) else " / ".join(re.split(" ?/ ?", place))


def _apart(finding: Finding, lang: str) -> str:
    """Say which declaration is due by when, since a site owes several for one chemical; else the activity."""
    due = (_due_said(seen, lang) for seen in finding.evidence if seen.kind == "due")
    rows = (_activity_said(row_as_written(seen.value), lang) for seen in finding.evidence if seen.kind == "row")
    return next(due, "") or next(rows, "")


def _activity_said(row: Mapping[str, str], lang: str) -> str:
    activity = row.get("activity", "")
    named = say(f"declare_unusual_activity_{activity}", lang) if activity in ACTIVITIES else activity
    year = row.get("year", "")
    return (
        say(Message("activity_in_year", {"activity": named, "year": year}), lang) if named and year else named or year
    )


def _due_said(due: Evidence, lang: str) -> str:
    declaration = Message(f"declare_declaration_{due.label}")
    day = day_said(due.value, lang)
    return say(Message("page_declarations_due_of", {"declaration": declaration, "date": day}), lang)


def _subject_said(written: str, lang: str) -> str:
    """Say the chemical, or the regime where a declaration is of no single one."""
    return say(f"page_declarations_regime_{written}", lang) if written in _REGIMES else name_said(written, lang)


def _find(sought: Sought) -> Iterator[Hit]:
    """Yield the submissions that a question finds by year, site or state."""
    if sought.book is None or not may(sought.person, "submissions"):
        return
    known = list_submissions(sought.book, sought.person)
    titles = {one.seq: f"{', '.join(one.sites)}, {one.year}" for one in known}
    states = {one.seq: say(f"submission_state_{one.state}", sought.lang) for one in known}
    for seq, _, score in NameIndex((f"{titles[seq]} {states[seq]}", seq) for seq in titles).find(sought.text):
        yield Hit("submission", titles[seq], states[seq], f"{SUBMISSIONS.address}/{seq}", score)


_DECLARES = DECIDES_ON_GOODS | {Work.DECLARANT}


def _counts(book: Casebook, person: Person, today: date, work: Work) -> Iterator[HomeCount]:
    """Count the submissions that are not submitted yet, and the amendments whose day is over."""
    if not may(person, "submissions") or work not in _DECLARES:
        return
    late = sum(not one.is_submitted and one.due < today for one in amendments_due(book, person))
    yield HomeCount("submissions", count_waiting(book, person), SUBMISSIONS.address)
    if late:
        yield HomeCount("late_amendments", late, SUBMISSIONS.address)


def _due(book: Casebook, person: Person, lang: str, today: date) -> Iterator[HouseFigure]:
    """Count the submissions of each year by how far they are."""
    if not may(person, "submissions"):
        return
    by_year: dict[int, Counter[State]] = defaultdict(Counter)
    for one in list_submissions(book, person):
        by_year[one.year][one.state] += 1
    rows = tuple(
        FigureRow(str(year), tuple(states[state] for state in State), SUBMISSIONS.address)
        for year, states in sorted(by_year.items())
    )
    groups = tuple(say(f"submission_state_{state}", lang) for state in State)
    yield HouseFigure("submissions", say("page_submissions_year", lang), groups, rows)


FACE = Face(
    JobPage("page_declarations_job", "/declarations", RUNS, columns=_columns),
    jobs="/declarations/jobs", among=_beside, rests_on=_rests_on, tables=_rows, written=False, title=_title,
    apart=_apart,
    doors=(
        Door("check", "register", "/declarations", "keep"),
        Door("check", "declaration", SUBMISSIONS.address, "submissions", frozenset({Work.DECLARANT}), own=True),
        Door("waits", "submissions", SUBMISSIONS.address, "submissions", frozenset({Work.DECLARANT}), own=True),
        Door("rule", "calendar", "/declarations/calendar", "rules"),
    ),
    counts=_counts, find=_find, figures=_due,
)  # fmt: skip
