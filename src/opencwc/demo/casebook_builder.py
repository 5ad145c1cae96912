"""The demonstration's casebook: files kept and screened, and what the invented people did, as ``state.yaml`` tells it.

Everything goes through the same functions as anybody's work, so the record is a real one: its moments are those of
writing, and only the files speak of the year that is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from opencwc.casebook.cases import change_case, open_case
from opencwc.casebook.custody_steps import receive
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import comment, decide, set_recheck_share
from opencwc.casebook.exports import ask_for_export
from opencwc.casebook.feeds import NewFeed, add_feeds
from opencwc.casebook.findings import list_findings
from opencwc.casebook.model import Filter, Mark, Outcome, Person, Role, Status
from opencwc.casebook.people import CONSOLE, People
from opencwc.casebook.saved_watches import note_look, save_watch
from opencwc.casebook.submission_states import MARKS, Step
from opencwc.casebook.submissions import (
    Amendment,
    Submission,
    VersionFile,
    add_version,
    open_submission,
    set_mark,
    take_step,
)
from opencwc.claims.comparison_file import unpack
from opencwc.claims.reader import RECORD, REPORTS
from opencwc.declarations.amounts import amounts_of
from opencwc.declarations.register_reader import read_uploads
from opencwc.demo.brief_steps import decide_on_reports, release, write_brief
from opencwc.demo.evidence import Original, write_captures, write_pictures
from opencwc.demo.open_reports import write_places, write_reports
from opencwc.demo.record import write_chosen_reports, write_record
from opencwc.demo.register import due_year, write_register
from opencwc.demo.state import State, load_state
from opencwc.demo.trade import write_ledgers, write_planned
from opencwc.demo.year import COLUMNS, write_year
from opencwc.jobs.archives import ARCHIVE_TYPE, keep_files
from opencwc.jobs.briefs import BriefVersion
from opencwc.jobs.claim_decisions import SHELF, ClaimCorrection, decide_on_claim, standings
from opencwc.jobs.kept_runs import shown_run
from opencwc.jobs.run_and_keep import Place, run_and_keep
from opencwc.jobs.source_list import keep_sources
from opencwc.jobs.watch_news import WatchNews
from opencwc.legislation.example_texts import NOW, example_text
from opencwc.reports.sources import Source
from opencwc.settings import settings_folder
from opencwc.transfers.check.reader import CERTIFICATES, NAMES, SHIPMENTS
from opencwc.verbs import Input, verb_named

Told = Callable[[int, int], None]
"""Called after each step with how many are done, and how many there are."""
_MOST = 1_000
_Step: TypeAlias = Mapping[str, Any]


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
    submissions: dict[str, Submission] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)
    briefs: dict[str, BriefVersion] = field(default_factory=dict)


def build(book: Casebook, folder: Path, *, year: int | None = None, told: Told = lambda done, all: None) -> Built:
    """Fill an empty casebook with the year before the present one; the files of the year go into a folder."""
    state = load_state()
    year = year or date.today().year - 1
    files = write_year(folder, year)
    write_places(settings_folder())
    people = People(book)
    who = {
        person.short: people.add(CONSOLE, person.login, person.name, Role(person.role), Mark[person.clearance.upper()])
        for person in state.people
    }
    for person in state.people:
        if person.sites:
            people.set_sites(CONSOLE, person.login, person.sites)
    telling = _Telling(book, state, year, files, who)
    for number, step in enumerate(state.story, 1):
        _STEPS[next(iter(step))](telling, step)
        told(number, len(state.story))
    return Built(state.name, year, tuple(files), tuple(who.values()))


class _Given(NamedTuple):
    """What a verb is given: files, the question beside its day and lists, their archive's name, their kind."""

    files: Sequence[Path]
    question: Mapping[str, Any]
    archive: str = ""
    media_type: str = "text/csv"


def _inventory(telling: _Telling, step: _Step) -> _Given:
    shape = telling.state.files[step["file"]].shape
    question = {"kind": "auto", "column": "chemical", "id_column": COLUMNS[shape][0]}
    return _Given([telling.files[step["file"]]], question)


def _planned(telling: _Telling, step: _Step) -> _Given:
    files = write_planned(telling.state, telling.files[0].parent, telling.year)
    question = {"roles": (SHIPMENTS, CERTIFICATES, NAMES), "files": [file.name for file in files]}
    return _Given(files, question, f"invented-shipments-{telling.year + 2}.zip")


def _ledgers(telling: _Telling, step: _Step) -> _Given:
    files = write_ledgers(telling.state, telling.files[0].parent, telling.year)
    return _Given(files, {"model": True}, f"invented-ledgers-{telling.year}.zip")


def _law(telling: _Telling, step: _Step) -> _Given:
    file = telling.files[0].parent / NOW
    file.write_text(example_text(NOW), encoding="utf-8")
    question = {"state": telling.state.trade.state, "files": [NOW], "model": True}
    return _Given([file], question, "invented-law.zip")


def _register(telling: _Telling, step: _Step) -> _Given:
    state, version = telling.state, step["version"]
    file = write_register(state, telling.files[0].parent, telling.year, version)
    question = {"year": due_year(state, telling.year, version), "profile": "treaty", "margin": 10}
    return _Given([file], question, media_type=ARCHIVE_TYPE)


def _reports(telling: _Telling, step: _Step) -> _Given:
    file = write_reports(telling.files[0].parent, telling.year, step["until"])
    return _Given([file], {}, media_type="application/jsonl")


def _claims(telling: _Telling, step: _Step) -> _Given:
    folder = telling.files[0].parent
    reports = write_chosen_reports(folder, telling.year, step["reports"])
    record = write_record(telling.state, folder, telling.year)
    return _Given([reports, record], {"roles": (REPORTS, RECORD)}, f"invented-claims-{telling.year}-09.zip")


_GIVEN: Mapping[str, Callable[[_Telling, _Step], _Given]] = {
    "screen": _inventory, "check": _planned, "reconcile": _ledgers, "law": _law,
    "declare": _register, "watch": _reports, "claims": _claims,
}  # fmt: skip
"""What the verbs of the story are given, by their ids."""


def _open(telling: _Telling, step: _Step) -> None:
    """Open the case of a step, and keep in it what the verb finds."""
    book, person = telling.book, telling.people[step["by"]]
    case, title = (step[name].format(**_years(telling)) for name in ("case", "title"))
    due = (date.today() + timedelta(days=step["days"])).isoformat()
    open_case(book, person, case, title=title, mark=_mark(step), due=due)
    telling.cases[_object(step)] = case
    _run(telling, step)


def _run(telling: _Telling, step: _Step) -> None:
    """Keep the file of a step, or its files as one archive, in its case, and keep what the verb finds in them."""
    given = _GIVEN[step["verb"]](telling, step)
    question = {"as_of": date.today().isoformat(), "lists": [], **given.question}
    book, person, case, mark = telling.book, telling.people[step["by"]], telling.cases[_object(step)], _mark(step)
    name, packed = given.archive or given.files[0].name, bool(given.archive)
    source = keep_files(book, person, given.files, name, mark=mark, media_type=given.media_type, packed=packed)
    place = Place(book, lambda: person, case, question, source, mark)
    run = run_and_keep(verb_named(step["verb"]), [Input(file.name, file) for file in given.files], question, place)
    if run.keeper is not None:
        telling.runs[_object(step)] = run.keeper.number


def _mark(step: _Step) -> Mark:
    return Mark[step.get("mark", "unclassified").upper()]


def _years(telling: _Telling) -> dict[str, int]:
    """Return the years that texts of the story name: the one told, the one after it, and the next."""
    return {"year": telling.year, "coming": telling.year + 1, "next": telling.year + 2}


def _object(step: _Step) -> Any:
    """Return what a step is done to: its first key says what is done, the value of it to which case."""
    return next(iter(step.values()))


def _decide(telling: _Telling, step: _Step) -> None:
    person = telling.people[step["by"]]
    if "findings" in step:
        findings = telling.called[step["findings"]]
    else:
        wanted = Filter(
            case=telling.cases[_object(step)],
            verdict=(step["verdict"],),
            list=step.get("list", ""),
            entry=step.get("entry", ""),
            status=(Status.OPEN,),
            grave=step.get("grave"),
        )
        findings = [finding.id for finding in list_findings(telling.book, person, wanted, limit=_MOST).findings]
    skip = step.get("skip", 0)
    findings = findings[skip : skip + step.get("most", _MOST)]
    if "called" in step:
        telling.called[step["called"]] = findings
    if findings:
        reason = step["reason"].format(**_years(telling))
        decide(telling.book, person, findings, Outcome(step["as"]), reason, correction=step.get("correction"))


def _comment(telling: _Telling, step: _Step) -> None:
    text = step["text"].format(**_years(telling))
    comment(telling.book, telling.people[step["by"]], telling.cases[_object(step)], text)


def _set_status(telling: _Telling, step: _Step, status: str) -> None:
    change_case(telling.book, telling.people[step["by"]], telling.cases[_object(step)], status=status)


def _export(telling: _Telling, step: _Step) -> None:
    ask_for_export(telling.book, telling.people[step["by"]], telling.cases[_object(step)], step["reason"])


def _share(telling: _Telling, step: _Step) -> None:
    set_recheck_share(telling.book, telling.people[step["by"]], _object(step))


def _submission(telling: _Telling, step: _Step) -> None:
    """Open a submission of the sites of a step, under its name, for the year in which a version falls due."""
    case, year = telling.cases[step["within"]], due_year(telling.state, telling.year, step["version"])
    person = telling.people[step["by"]]
    telling.submissions[_object(step)] = open_submission(telling.book, person, case, "treaty", year, step["sites"])


def _hand_in(telling: _Telling, step: _Step) -> None:
    """Hand in an operator's part of a version of the register; what was submitted already is amended by it."""
    one, person = telling.submissions[_object(step)], telling.people[step["by"]]
    folder = telling.files[0].parent
    path = write_register(telling.state, folder, telling.year, step["version"], one.sites)
    amounts = amounts_of(read_uploads([(path.name, path)]))
    amendment = Amendment(step["why"], "data", date.today()) if "why" in step else None
    with path.open("rb") as stream:
        file = VersionFile(path.name, stream, amounts, ARCHIVE_TYPE)
        add_version(telling.book, person, one.seq, file, changes=step.get("changes", ""), amendment=amendment)


def _take(telling: _Telling, step: _Step) -> None:
    one, person = telling.submissions[_object(step)], telling.people[step["by"]]
    for name in step["steps"]:
        if name in MARKS:
            set_mark(telling.book, person, one.seq, name, step["reason"])
        else:
            take_step(telling.book, person, one.seq, Step(name), step["reason"])


def _follow(telling: _Telling, step: _Step) -> None:
    """Save a watch on the events of open reports, and mark what there is as looked at."""
    book, person = telling.book, telling.people[step["by"]]
    saved = save_watch(book, person, _object(step), step["asks"])
    note_look(book, person, saved.id, WatchNews(book, person).seen)


def _grade(telling: _Telling, step: _Step) -> None:
    """Say of outlets that were read how reliable they are, whose and where."""
    keep_sources(telling.book, telling.people[step["by"]], [Source(**said) for said in _object(step)])


def _feeds(telling: _Telling, step: _Step) -> None:
    """Add feeds to a case; their hosts do not exist, and the network of the demonstration is off."""
    feeds = [NewFeed(url, name) for name, url in step["addresses"].items()]
    add_feeds(telling.book, telling.people[step["by"]], telling.cases[_object(step)], feeds, step["hours"])


def _judge(telling: _Telling, step: _Step) -> None:
    """Say what is right of the first claim of a report."""
    book, person = telling.book, telling.people[step["by"]]
    shown = shown_run(book, person, telling.runs[_object(step)], SHELF, unpack)
    stands = standings(book, person, shown).values()
    standing = next(one for one in stands if one.claim.report == step["report"])
    right = ClaimCorrection(step["relation"], step["statement"], tuple(step["aspects"]))
    decide_on_claim(book, person, shown.kept, standing, right, step["reason"])


def _receive(telling: _Telling, step: _Step) -> None:
    """Keep originals as evidence in a case: pictures, or a page that was captured twice."""
    folder, year = telling.files[0].parent, telling.year
    made: Mapping[str, Callable[[], Iterable[Original]]] = {
        "pictures": lambda: write_pictures(telling.state, folder, year),
        "captures": lambda: write_captures(folder, year),
    }
    for original in made[step["originals"]]():
        with original.path.open("rb") as stream:
            receive(
                telling.book, telling.people[step["by"]], telling.cases[_object(step)], stream, original.path.name,
                media_type=original.media_type, url=original.url, taken=original.taken,
            )  # fmt: skip


def _on_events(telling: _Telling, step: _Step) -> None:
    """Decide on reports of the last run: which of them are one event."""
    decide_on_reports(telling.book, telling.people[step["by"]], step)


def _brief(telling: _Telling, step: _Step) -> None:
    """Write a brief on events that were decided on, each named by one of its reports."""
    telling.briefs[_object(step)] = write_brief(telling.book, telling.people[step["by"]], step, _years(telling))


def _release(telling: _Telling, step: _Step) -> None:
    release(telling.book, telling.people[step["by"]], telling.briefs[_object(step)])


_STEPS: Mapping[str, Callable[[_Telling, _Step], None]] = {
    "open": _open, "run": _run, "decide": _decide, "comment": _comment, "export": _export, "share": _share,
    "submission": _submission, "hand_in": _hand_in, "take": _take, "follow": _follow, "grade": _grade, "feeds": _feeds,
    "judge": _judge, "receive": _receive,
    "on_events": _on_events, "brief": _brief, "release": _release,
    "close": partial(_set_status, status="closed"), "review": partial(_set_status, status="in_review"),
}  # fmt: skip
