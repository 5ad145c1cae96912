"""The demonstration's casebook: files kept and screened, and what the invented people did, as ``state.yaml`` tells it.

Everything goes through the same functions as anybody's work, so the record is a real one: its moments are those of
writing, and only the files speak of the year that is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from opencwc.casebook.cases import change_case, open_case
from opencwc.casebook.deciding import comment, decide, set_recheck_share
from opencwc.casebook.exporting import ask_for_export
from opencwc.casebook.keeping import begin_run, keep_source
from opencwc.casebook.listing import list_findings, record_refusals
from opencwc.casebook.model import Filter, Mark, Outcome, Person, Role, Status
from opencwc.casebook.opening import Casebook
from opencwc.casebook.people import CONSOLE, People
from opencwc.demo.state import State, load_state
from opencwc.demo.year import COLUMNS, write_year
from opencwc.screening.formats import checked_as_json
from opencwc.screening.model import Question, Tally
from opencwc.screening.rulebook import Rulebook, maker_of
from opencwc.screening.running import Wish, checked_by, run
from opencwc.tables import open_table

Told = Callable[[int, int], None]
"""Called after each step with how many are done, and how many there are."""
_MOST = 1_000


@dataclass(frozen=True)
class Built:
    """What was made: the State's name, the year told, its files, and the people, the first of them signed in first."""

    state: str
    year: int
    files: tuple[Path, ...]
    people: tuple[Person, ...]


@dataclass
class _Telling:
    """The story while it is told: who is who, which case is which, and the findings that a step gave a name."""

    book: Casebook
    state: State
    year: int
    files: Sequence[Path]
    people: Mapping[str, Person]
    cases: dict[str, str] = field(default_factory=dict)
    called: dict[str, list[int]] = field(default_factory=dict)


def build(book: Casebook, folder: Path, *, year: int | None = None, told: Told = lambda done, all: None) -> Built:
    """Fill an empty casebook with the year before the present one; the files of the year go into a folder."""
    state = load_state()
    year = year or date.today().year - 1
    files = write_year(folder, year)
    people = People(book)
    who = {
        one.short: people.add(CONSOLE, one.login, one.name, Role(one.role), Mark[one.clearance.upper()])
        for one in state.people
    }
    telling = _Telling(book, state, year, files, who)
    for number, step in enumerate(state.story, 1):
        _STEPS[next(iter(step))](telling, step)
        told(number, len(state.story))
    return Built(state.name, year, tuple(files), tuple(who.values()))


def _open(telling: _Telling, step: Mapping[str, Any]) -> None:
    """Open a case, and keep a file and what the screening of it finds."""
    person = telling.people[step["by"]]
    name = step["case"].format(year=telling.year)
    mark = Mark[step.get("mark", "unclassified").upper()]
    due = (date.today() + timedelta(days=step["days"])).isoformat()
    open_case(telling.book, person, name, title=step["title"].format(year=telling.year), mark=mark, due=due)
    telling.cases[step["open"]] = name
    plan = telling.state.files[step["file"]]
    _screen(telling.book, person, name, telling.files[step["file"]], mark, COLUMNS[plan.shape][0])


def _screen(book: Casebook, person: Person, case: str, file: Path, mark: Mark, id_column: str) -> None:
    with file.open("rb") as stream:
        source = keep_source(book, person, stream, file.name, media_type="text/csv", mark=mark)
    rulebook = Rulebook.of(date.today())
    question = Question(date.today())
    table = open_table(file, column="chemical", id_column=id_column)
    asked = {
        "as_of": question.as_of.isoformat(), "lists": [], "rules": [], "kind": question.kind, "only": [],
        "column": table.column,
    }  # fmt: skip
    checked = checked_as_json(checked_by(rulebook, question.lang, table.name, table.column, table.notes))
    maker = maker_of(rulebook)._asdict()
    kept = begin_run(book, person, case, verb="screen", asked=asked, checked=checked, maker=maker, source=source)
    tally = Tally()
    for piece in run(table.batches(), question, Wish(file=table.name, everything=True)):
        tally.merge(piece.tally)
        kept.keep(piece.findings)
        if piece.refused:
            record_refusals(book, person.id, piece.refused)
    kept.finish({"rows": tally.rows, "by_verdict": {str(one): count for one, count in tally.by_verdict.items()}})


def _decide(telling: _Telling, step: Mapping[str, Any]) -> None:
    person = telling.people[step["by"]]
    if "findings" in step:
        found = telling.called[step["findings"]]
    else:
        wanted = Filter(
            case=telling.cases[step["decide"]],
            verdict=(step["verdict"],),
            list=step.get("list", ""),
            entry=step.get("entry", ""),
            status=(Status.OPEN,),
            grave=step.get("grave"),
        )
        found = [one.id for one in list_findings(telling.book, person, wanted, limit=_MOST).findings]
    skip = step.get("skip", 0)
    found = found[skip : skip + step.get("most", _MOST)]
    if "called" in step:
        telling.called[step["called"]] = found
    if found:
        reason = step["reason"].format(year=telling.year)
        decide(telling.book, person, found, Outcome(step["as"]), reason, correction=step.get("correction"))


def _comment(telling: _Telling, step: Mapping[str, Any]) -> None:
    text = step["text"].format(year=telling.year)
    comment(telling.book, telling.people[step["by"]], telling.cases[step["comment"]], text)


def _close(telling: _Telling, step: Mapping[str, Any]) -> None:
    change_case(telling.book, telling.people[step["by"]], telling.cases[step["close"]], status="closed")


def _review(telling: _Telling, step: Mapping[str, Any]) -> None:
    change_case(telling.book, telling.people[step["by"]], telling.cases[step["review"]], status="in_review")


def _export(telling: _Telling, step: Mapping[str, Any]) -> None:
    ask_for_export(telling.book, telling.people[step["by"]], telling.cases[step["export"]], step["reason"])


def _share(telling: _Telling, step: Mapping[str, Any]) -> None:
    set_recheck_share(telling.book, telling.people[step["by"]], step["share"])


_STEPS: Mapping[str, Callable[[_Telling, Mapping[str, Any]], None]] = {
    "open": _open, "decide": _decide, "comment": _comment, "close": _close, "review": _review, "export": _export,
    "share": _share,
}  # fmt: skip
