"""What is kept of watched reports for their pages comes back as it was; a file that is none is refused."""

from __future__ import annotations

import gzip
import io
from zipfile import ZipFile

import pytest

from opencwc.errors import InputError
from opencwc.files.sections import SectionWriter
from opencwc.records import to_json
from opencwc.reports import kept, watched_file
from opencwc.reports.findings import findings_of, maker_of
from opencwc.reports.kept import opened, pack, unpack
from opencwc.reports.reader import steps_of
from opencwc.reports.verb import REPORTED
from opencwc.verbs import Ended, Found
from reports.told_by_hand import watched

WATCHED = watched()
PACKED = pack(WATCHED, "reports.jsonl", "2026-03-07", "use")


def packed_lines() -> bytes:
    """Return the file of a run in the first form: a line for the run, one a report, one an event."""
    summary = {"file": "r.jsonl", "as_of": "2026-03-07", "encoder": "use", "reports": 7, "events": 3, "version": 1}
    return gzip.compress(b"\n".join(map(to_json, (summary, *WATCHED.lines, *WATCHED.events))), mtime=0)


def without(section: str, content: bytes = b"") -> bytes:
    """Return the file with another content of a section."""
    writer = SectionWriter()
    with ZipFile(io.BytesIO(PACKED)) as archive:
        for name in archive.namelist():
            writer.add(name, content if name == section else archive.read(name))
    return writer.content()


def test_reports_and_events_come_back_as_they_were() -> None:
    assert pack(WATCHED, "reports.jsonl", "2026-03-07", "use") == PACKED
    run = unpack(PACKED)
    assert (tuple(run.watched.lines), tuple(run.watched.events)) == (WATCHED.lines, WATCHED.events)
    assert (run.summary.file, run.summary.reports, run.summary.events) == ("reports.jsonl", 7, 3)
    assert (run.events.on_none, run.events.newest) == (1, WATCHED.lines[-1].told.report.published)


def test_a_file_of_the_first_form_is_opened_too() -> None:
    run = unpack(packed_lines())
    assert (tuple(run.watched.lines), tuple(run.watched.events)) == (WATCHED.lines, WATCHED.events)
    assert run.summary.file == "r.jsonl"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"no archive", PACKED[:-30], PACKED[2_000:], gzip.compress(b"{}", mtime=0),
        gzip.compress(gzip.decompress(packed_lines()).rsplit(b"\n", 1)[0]),
        gzip.compress(gzip.decompress(packed_lines()).replace(b'"items":[5]', b'"items":[7]')),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(InputError) as caught:
        unpack(content)
    assert caught.value.code == "kept_watch_unreadable"


@pytest.mark.parametrize("section", ZipFile(io.BytesIO(PACKED)).namelist())
@pytest.mark.parametrize("content", [b"", b"\xff" * 96, b"\0" * 96])
def test_a_section_that_does_not_hold_with_the_others_is_refused(section: str, content: bytes) -> None:
    with pytest.raises(InputError) as caught:
        unpack(without(section, content))
    assert caught.value.code == "kept_watch_unreadable"


def test_a_page_reads_the_part_that_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched_file, "BLOCK", 1)
    content = pack(WATCHED, "", "", "")
    read: list[tuple[int, int]] = []

    def stretch(start: int, end: int) -> bytes:
        read.append((start, end))
        return content[start:end]

    run = opened(stretch, len(content))
    assert run.events.summary(0).id == WATCHED.events[0].id
    lines = ZipFile(io.BytesIO(content)).getinfo("lines")
    within = [
        end - start for start, end in read if lines.header_offset + 30 < start <= lines.header_offset + lines.file_size
    ]
    assert len(within) == len(WATCHED.events[0].items)


def test_reports_are_kept_up_to_so_many_bytes_each_counted_for_a_least(monkeypatch: pytest.MonkeyPatch) -> None:
    reports = [line.told.report for line in WATCHED.lines]
    monkeypatch.setattr(kept, "MOST_BYTES", 7_000)
    assert list(kept.within_bounds(reports)) == reports
    monkeypatch.setattr(kept, "MOST_BYTES", 6_999)
    with pytest.raises(InputError) as caught:
        list(kept.within_bounds(reports))
    assert (caught.value.code, caught.value.values["most"]) == ("too_many_reports", 6_999)


def test_every_report_is_a_finding_with_its_deciding_words() -> None:
    findings = list(findings_of(watched().lines, maker_of("2026-03-07", "use")))
    assert [str(finding.verdict) for finding in findings] == [
        "reported", "reported", "confirmed", "alleged", "denied", "reported", "no_event",
    ]  # fmt: skip
    first = findings[0]
    words = {evidence.kind: (evidence.label, evidence.span) for evidence in first.evidence}
    whole = watched().lines[0].told.report.whole
    assert words["agents"][0] == "chlorine"
    start, end = words["agents"][1]
    assert whole[start:end] == "chlorine"
    assert words["origin"][0] == "O-1"
    assert findings[-1].evidence == ()


def test_the_steps_of_a_run_end_with_its_counts_and_pages() -> None:
    *found, end = steps_of(watched(), "reports.jsonl", maker_of("2026-03-07", "use"))
    assert sum(len(step.findings) for step in found if isinstance(step, Found)) == 7
    assert isinstance(end, Ended)
    assert (end.rows, end.by_verdict[REPORTED], end.tally["events"]) == (7, 3, 3)
    assert end.pages is not None
    assert tuple(unpack(end.pages.content).watched.lines) == watched().lines
