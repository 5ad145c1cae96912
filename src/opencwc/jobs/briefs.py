"""Briefs on the events of watched reports: written in versions, released by two people, kept in the casebook.

A version and a release are each a small file added to the run (`opencwc.casebook.run_records`), and none is changed.
With the second release the brief's PDF and Word file are kept as they then are, under their SHA-256.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Literal, NamedTuple, get_args

from msgspec import Struct, structs

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Mark, Person
from opencwc.casebook.people import names_by_id
from opencwc.casebook.permissions import require
from opencwc.casebook.run_records import (
    Added,
    RunRecords,
    add_file_to_run,
    add_to_run,
    added_to_run,
    file_of_run,
)
from opencwc.casebook.transaction import now
from opencwc.errors import ConflictError, NotFoundError
from opencwc.finding import Message
from opencwc.jobs.event_decisions import SHELF, decided_events, decisions_on_events
from opencwc.jobs.kept_runs import ShownRun, list_runs, opened_run
from opencwc.jobs.source_list import source_list
from opencwc.publishing.report_files import report_file
from opencwc.records import from_plain, to_json, to_plain
from opencwc.reports.brief import (
    Brief,
    BriefDraft,
    BriefItem,
    brief_of,
    changes_in_run,
    changes_since,
    event_now,
    pinned_event,
)
from opencwc.reports.brief_report import BriefEvent, BriefPaper, Signed, brief_report
from opencwc.reports.corrected import EventDecision
from opencwc.reports.event_index import EventIndex
from opencwc.reports.kept import KeptWatch, opened
from opencwc.reports.model import Report
from opencwc.reports.sources import grades_of
from opencwc.reports.summaries import EventSummary
from opencwc.reports.watched import Line

BRIEFS = RunRecords("event_brief", "brief.json")
RELEASES = RunRecords("event_brief_release", "brief-release.json")
FileFormat = Literal["pdf", "docx"]
FILES: Mapping[FileFormat, RunRecords] = {
    name: RunRecords(f"event_brief_{name}", f"brief.{name}") for name in get_args(FileFormat)
}
_MEDIA_TYPES: Mapping[FileFormat, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
MOST_LATER = 3
"""Later runs of a case that a brief is compared with, the newest ones."""
State = Literal["draft", "one_release", "released", "superseded"]


class _Written(Struct, frozen=True):
    """A version as it is kept; ``number`` is that of its brief, 0 of a new one."""

    number: int
    brief: Brief


class _Release(Struct, frozen=True):
    """A release as it is kept: of which version, by its digest too; the second has the SHA-256 of each file."""

    number: int
    version: int
    digest: str
    files: Mapping[str, str] = {}


@dataclass(frozen=True)
class ReleasedBy:
    """Who released a version, by id and name, and when (ISO 8601, UTC)."""

    person: str
    name: str
    at: str


@dataclass
class BriefVersion:
    """A version of a brief; ``digest`` is the SHA-256 of what was written, ``files`` those of its released files."""

    number: int
    version: int
    brief: Brief
    digest: str
    author: str
    author_name: str
    at: str
    releases: list[ReleasedBy] = field(default_factory=list)
    files: Mapping[str, str] = field(default_factory=dict)
    superseded_by: int = 0

    @property
    def is_released(self) -> bool:
        """Whether two people released it, superseded or not."""
        return bool(self.files)

    @property
    def state(self) -> State:
        """Where it stands."""
        if self.is_released:
            return "superseded" if self.superseded_by else "released"
        return "one_release" if self.releases else "draft"


class LaterRun(NamedTuple):
    """A later run of reports in the same case, with its events as people decided on them."""

    number: int
    events: EventIndex


@dataclass(frozen=True)
class BriefRun:
    """A run of watched reports with its events as people decided on them, and the briefs on them by their numbers.

    ``seen`` is how many versions and releases there are, by which somebody who acts says what was seen. ``later`` are
    later runs of the case, the newest first, in which an event of a brief may be told anew.
    """

    shown: ShownRun[KeptWatch]
    decisions: Sequence[EventDecision]
    briefs: Mapping[int, Sequence[BriefVersion]]
    seen: int
    later: Sequence[LaterRun] = ()

    @property
    def number(self) -> int:
        """The number of the run."""
        return self.shown.number

    @property
    def mark(self) -> Mark:
        """The mark of what is said of the run."""
        return max(self.shown.case.mark, Mark[str(self.shown.run["mark"]).upper()])

    def lines(self, item: BriefItem) -> dict[str, Line]:
        """Return the reports that an event of a brief was pinned with, by their ids."""
        found = {one.id: self.shown.kept.events.report(one.id) for one in item.reports}
        return {name: line for name, line in found.items() if line is not None}

    @cached_property
    def index(self) -> EventIndex:
        """The events as people decided on them."""
        return self.shown.kept.index(self.decisions)

    def event_now(self, item: BriefItem) -> EventSummary | None:
        """Return the event that a pinned one is now, ``None`` where it is none."""
        return event_now(item, self.index.of_reports([item.reports[0].id]))

    @cached_property
    def decided(self) -> list[EventSummary]:
        """The events that a person has decided on."""
        return self.index.of_reports(frozenset().union(*(decision.named for decision in self.decisions)))

    def reports_for(self, draft: BriefDraft) -> list[Report]:
        """Return the reports on the events that a draft judges."""
        judged = {judgement.event for judgement in draft.judgements}
        return [line.told.report for event in self.decided if event.id in judged for line in event.lines]

    def versions(self, number: int) -> Sequence[BriefVersion]:
        """Return the versions of a brief, the first first; raise `NotFoundError` where there is no such brief."""
        if number not in self.briefs:
            raise NotFoundError("no_such_brief", brief=number, run=self.number)
        return self.briefs[number]

    def version(self, number: int, version: int = 0) -> BriefVersion:
        """Return a version of a brief, the last one where none is named."""
        versions = self.versions(number)
        if not 0 <= version <= len(versions):
            raise NotFoundError("no_such_brief_version", brief=number, version=version)
        return versions[version - 1]

    def events(self, brief: Brief) -> tuple[BriefEvent, ...]:
        """Return the events of a brief as they stood when it was written, each with what changed since."""
        events = []
        for item in brief.items:
            then = pinned_event(item, self.lines(item))
            changes = changes_since(item, then, self.event_now(item))
            events.append(BriefEvent(item, then, (*changes, *self._later_changes(then))))
        return tuple(events)

    def _later_changes(self, then: EventSummary) -> tuple[Message, ...]:
        """Return what the newest later run that tells of an event says differently."""
        reports = [line.told.report.id for line in then.lines]
        found = (changes_in_run(then, later.events.of_reports(reports), later.number) for later in self.later)
        return next((changes for changes in found if changes), ())

    def paper(self, version: BriefVersion, releases: Sequence[ReleasedBy] = ()) -> BriefPaper:
        """Return what the pages of a version say; ``releases`` are those that it is to name, else its own."""
        signed = tuple(Signed(one.name, _day(one.at)) for one in releases or version.releases)
        before = [one.version for one in self.versions(version.number)[: version.version - 1] if one.is_released]
        return BriefPaper(
            version.brief, version.number, version.version, Signed(version.author_name, _day(version.at)),
            self.events(version.brief), str(self.mark), signed, before[-1] if before else 0,
        )  # fmt: skip


def brief_run(book: Casebook, person: Person, number: int) -> BriefRun:
    """Return a run with the briefs on its events; raise `NotFoundError` where there is none that the person may see.

    A brief on an event that the person has to look at a second time is not among them until that is done.
    """
    shown = opened_run(book, person, number, SHELF, opened)
    decided = decided_events(book, person, number)
    written = added_to_run(book, person, number, BRIEFS)
    releases = added_to_run(book, person, number, RELEASES)
    names = names_by_id(book, [one.person for one in (*written, *releases)])
    briefs = _versions(written, names)
    _release(briefs, releases, names)
    briefs = {number: versions for number, versions in briefs.items() if not _tells(versions, decided.hidden)}
    later = _later_runs(book, person, shown) if briefs else ()
    return BriefRun(shown, decided.decisions, briefs, len(written) + len(releases), later)


def _tells(versions: Iterable[BriefVersion], hidden: Collection[str]) -> bool:
    """Tell whether a brief is on any of some reports."""
    return any(report.id in hidden for one in versions for item in one.brief.items for report in item.reports)


def _later_runs(book: Casebook, person: Person, shown: ShownRun[KeptWatch]) -> tuple[LaterRun, ...]:
    """Return the newest later runs of reports in the case of a run, none of a higher mark: a brief has its run's."""
    mark = Mark[str(shown.run["mark"]).upper()]
    listed = [one for one in list_runs(book, person, SHELF.verb) if one.case == shown.case.name]
    later = [one for one in listed if one.number > shown.number and Mark[one.mark.upper()] <= mark]
    numbers = [one.number for one in later[:MOST_LATER]]
    return tuple(
        LaterRun(
            number,
            opened_run(book, person, number, SHELF, opened).kept.index(decisions_on_events(book, person, number)),
        )
        for number in numbers
    )


def _versions(written: Iterable[Added], names: Mapping[str, str]) -> dict[int, list[BriefVersion]]:
    briefs: dict[int, list[BriefVersion]] = {}
    for one in written:
        kept = from_plain(_Written, one.content)
        number = kept.number or len(briefs) + 1
        versions = briefs.setdefault(number, [])
        versions.append(
            BriefVersion(
                number, len(versions) + 1, kept.brief, _digest(kept.brief), one.person,
                names.get(one.person, one.person), one.at,
            )
        )  # fmt: skip
    return briefs


def _release(briefs: Mapping[int, list[BriefVersion]], added: Iterable[Added], names: Mapping[str, str]) -> None:
    """Say of each version who released it: the first of two people, then another one with whom its files were kept."""
    for one in added:
        release = from_plain(_Release, one.content)
        versions = briefs.get(release.number, [])
        version = next((some for some in versions if some.version == release.version), None)
        if version is None or version.digest != release.digest or version.is_released:
            continue
        first = not version.releases
        if first == bool(release.files) or one.person in [some.person for some in version.releases]:
            continue
        version.releases.append(ReleasedBy(one.person, names.get(one.person, one.person), one.at))
        version.files = release.files
        if version.is_released:
            for earlier in versions[: version.version - 1]:
                earlier.superseded_by = version.version


def _digest(brief: Brief) -> str:
    return sha256(to_json(brief)).hexdigest()


def _day(at: str) -> date:
    return date.fromisoformat(at[:10])


def keep_brief(
    book: Casebook, person: Person, run: int, draft: BriefDraft, number: int = 0, seen: int | None = None
) -> BriefVersion:
    """Keep a brief as its next version, or as a new one where no number is given, and return it.

    Reports that the draft does not grade have the grades of the casebook's list of sources. ``seen`` is
    `BriefRun.seen` as the person saw it: where another one wrote or released since, nothing is kept.

    Raises:
        InputError: the draft lacks something; see `opencwc.reports.brief.brief_of`.
        ConflictError: somebody acted meanwhile, or the case is closed.

    """
    having = brief_run(book, person, run)
    if number:
        having.versions(number)
    _require_seen(having, seen)
    graded = {**grades_of(source_list(book, person).now.sources, having.reports_for(draft)), **draft.grades}
    draft = structs.replace(draft, grades=graded)
    brief = brief_of(draft, having.decided)
    add_to_run(book, person, run, BRIEFS, to_plain(_Written(number, brief)))
    after = brief_run(book, person, run)
    own = [versions[-1] for versions in after.briefs.values() if versions[-1].author == person.id]
    return max((one for one in own if number in (0, one.number)), key=lambda one: one.at)


def release_brief(
    book: Casebook, person: Person, run: int, number: int, version: int, seen: int | None = None
) -> BriefVersion:
    """Release the last version of a brief; with the second person's release its files are kept, and it stands.

    Raises:
        ConflictError: it is released already, this person released it, there is a newer version, or somebody acted
            meanwhile.
        NotAllowedError: the person may not release.

    """
    having = brief_run(book, person, run)
    require(person, "release", having.mark)
    _require_seen(having, seen)
    last = having.version(number, version)
    if last.version != len(having.versions(number)):
        raise ConflictError("brief_newer_version", brief=number, version=len(having.versions(number)))
    if last.is_released:
        raise ConflictError("brief_already_released", brief=number, version=last.version)
    if person.id in [one.person for one in last.releases]:
        raise ConflictError("brief_needs_second_person", brief=number)
    files: dict[str, str] = {}
    if last.releases:
        second = ReleasedBy(person.id, names_by_id(book, [person.id]).get(person.id, person.id), now())
        report = brief_report(having.paper(last, (last.releases[0], second)))
        made = {name: report_file(report, name) for name in FILES}
        for name, content in made.items():
            files[name] = add_file_to_run(book, person, run, FILES[name], content, _MEDIA_TYPES[name])
    release = _Release(number, last.version, last.digest, files)
    add_to_run(book, person, run, RELEASES, to_plain(release))
    return brief_run(book, person, run).version(number, last.version)


def _require_seen(having: BriefRun, seen: int | None) -> None:
    if seen is not None and seen != having.seen:
        raise ConflictError("brief_changed_meanwhile", run=having.number)


def brief_file(book: Casebook, person: Person, having: BriefRun, version: BriefVersion, format: FileFormat) -> bytes:
    """Return a version as a file: a released one as it was kept, a draft as it stands, marked as one."""
    if version.is_released:
        return file_of_run(book, person, having.number, FILES[format], version.files[format])
    return report_file(brief_report(having.paper(version)), format)
