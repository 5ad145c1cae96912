"""Files of reports and a record to the steps of a run: each claim held against the record, kept for its pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from opencwc.claims import comparison_file
from opencwc.claims.claim_histories import Histories, History
from opencwc.claims.claim_matching import HeldReport, hold, left_out_of
from opencwc.claims.findings import findings_of, maker_of
from opencwc.claims.formats import claims_of
from opencwc.claims.model import Statement
from opencwc.claims.pair_signs import Record
from opencwc.claims.patterns.all_patterns import find_patterns
from opencwc.claims.patterns.model import Pattern
from opencwc.claims.record_file import headings
from opencwc.claims.record_sources import RecordSources
from opencwc.claims.sayings import Saying, sayings_of
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.language.encoders import Encoder, named_encoder
from opencwc.records import to_plain
from opencwc.reports.model import Report
from opencwc.reports.report_files import ReportFiles
from opencwc.reports.report_files import warm as warm_readers
from opencwc.reports.watched import Watched, watch
from opencwc.verbs import Ended, Found, Input, PagesFile, Progress, Started, Step

REPORTS, RECORD = "file", "record"
"""What a file of a run is."""
MOST_REPORTS, MOST_STATEMENTS = 20_000, 50_000
"""What a job keeps for its pages; more goes through the command."""
_AT_ONCE = 500
_SAMPLES = (
    "On 4 March 2026 at 15:00 chlorine leaked from a tank in Basel; two people were injured, the police said.",
    "Le 4 mars 2026 vers 15 heures, du chlore s'est échappé d'un réservoir à Bâle; deux blessés, selon la police.",
    "في 4 مارس 2026 تسرب غاز الكلور من خزان في بازل وأصيب شخصان بحسب الشرطة.",
    "El 4 de marzo de 2026 una fuga de cloro en Basilea dejó dos heridos, según la policía.",
    "4 марта 2026 года в Базеле произошла утечка хлора, двое пострадавших, сообщила полиция.",
    "警方称，2026年3月4日巴塞尔一储罐氯气泄漏，两人受伤。",
)
"""A claim in each language, with which everything is loaded before the rights are given up."""


class HeldRun(NamedTuple):
    """Reports held against a record, with the events that they are on, the histories of their claims and patterns.

    ``notes`` say what could not be read.
    """

    held: Sequence[HeldReport]
    statements: Sequence[Statement]
    watched: Watched
    histories: Sequence[History] = ()
    patterns: Sequence[Pattern] = ()
    notes: Sequence[Message] = ()


class Reader:
    """Holds claims against a record. The question: ``as_of``, the day; ``roles``, what each file is."""

    def __init__(self, question: Mapping[str, Any]) -> None:
        self.as_of = str(question["as_of"])
        self.roles = tuple(question.get("roles", ()))
        self.encoder: Encoder = named_encoder()

    def warm(self) -> None:
        """Hold a sample in each language against itself, so that everything is loaded."""
        warm_readers()
        headings()
        at = datetime(2026, 3, 5, tzinfo=UTC)
        reports = [Report(str(row), at, "", "", "", "", text, row) for row, text in enumerate(_SAMPLES, 1)]
        record = Record([Statement(one.id, at, one.text, row=one.row) for one in reports], self.encoder)
        held = list(hold(reports, record, self.encoder))
        list(steps_of(held_run(held, record.statements, (), self.encoder), ("", ""), self.as_of, self.encoder.id))

    def steps(self, inputs: Sequence[Input]) -> Iterator[Step]:
        """Give what is checked, how far it is, a finding a claim, and the end with the file of the pages."""
        files, records = self._parted(inputs)
        names = named(one.name for one in files), named(one.name for one in records)
        checked = {"file": names[0], "record": names[1], "as_of": self.as_of}
        yield Started(checked, to_plain(maker_of(self.as_of, self.encoder.id)))
        reading = RecordSources(records)
        statements = reading.statements()
        if len(statements) > MOST_STATEMENTS:
            raise InputError("claims_record_too_long", where=names[1], most=MOST_STATEMENTS)
        record = Record(statements, self.encoder)
        reports_read = ReportFiles(files, confine=False)
        reports = list(_all_reports(reports_read))
        if not reports:
            raise InputError("watch_no_reports_in", where=names[0])
        yield Progress(0, 0.1)
        held: list[HeldReport] = []
        for one in hold(reports, record, self.encoder):
            held.append(one)
            yield Progress(len(held), 0.1 + 0.6 * len(held) / len(reports))
        notes = (*reading.notes, *reports_read.notes, *left_out_of(held))
        run = held_run(held, statements, reading.earlier, self.encoder, notes)
        yield Progress(len(held), 0.9)
        yield from steps_of(run, names, self.as_of, self.encoder.id)

    def _parted(self, inputs: Sequence[Input]) -> tuple[list[Input], list[Input]]:
        """Return the files of reports, and those of the record."""
        roles = self.roles or (*[REPORTS] * (len(inputs) - 1), RECORD)
        files = [one for one, role in zip(inputs, roles, strict=True) if role == REPORTS]
        records = [one for one, role in zip(inputs, roles, strict=True) if role == RECORD]
        if not records:
            raise InputError("claims_record_not_given", where="record")
        return files, records


def held_run(
    held: Sequence[HeldReport],
    statements: Sequence[Statement],
    earlier: Sequence[Saying],
    encoder: Encoder,
    notes: Sequence[Message] = (),
) -> HeldRun:
    """Return held reports with their events, the histories of their claims, and the patterns in them."""
    reports = {one.report.id: one.report for one in held}
    watched = watch((one.report for one in held), encoder)
    histories = Histories((*sayings_of(held), *earlier), reports, encoder).all()
    origins = {line.told.report.id: line.origin for line in watched.lines}
    patterns = find_patterns(histories, reports, {one.id: one for one in statements}, origins)
    return HeldRun(held, statements, watched, histories, patterns, notes)


def steps_of(run: HeldRun, names: tuple[str, str], as_of: str, encoder: str) -> Iterator[Step]:
    """Give what is kept of claims: a finding a claim, and the end with the file of the pages."""
    claims = [claim for claim in claims_of(run.held) if claim.relation]
    lines = {line.told.report.row: line for line in run.watched.lines}
    statements = {statement.id: statement for statement in run.statements}
    findings = list(findings_of(claims, lines, statements, maker_of(as_of, encoder)))
    for at in range(0, len(findings), _AT_ONCE):
        yield Found(findings[at : at + _AT_ONCE])
    counts = Counter(str(finding.verdict) for finding in findings)
    summary = comparison_file.RunSummary(*names, as_of, encoder, notes=tuple(run.notes))
    content = comparison_file.pack(summary, run.statements, run.watched, claims, run.histories, run.patterns)
    tally = {"reports": len(run.held), "claims": len(claims)}
    yield Ended(len(findings), counts, tally, PagesFile(comparison_file.NAME, comparison_file.MEDIA_TYPE, content))


def named(files: Iterable[str]) -> str:
    """Return the names of files as a run tells them."""
    return ", ".join(files)[:200]


def _all_reports(reading: ReportFiles) -> Iterator[Report]:
    """Yield the reports of all files, counted through; this process is confined already, and starts no other one."""
    for report in reading.reports():
        if report.row > MOST_REPORTS:
            raise InputError("claims_too_many_reports", most=MOST_REPORTS, where=report.file)
        yield report
