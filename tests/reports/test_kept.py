"""What is kept of watched reports for their pages comes back as it was; a file that is none is refused."""

from __future__ import annotations

import gzip

import pytest

from opencwc.errors import InputError
from opencwc.reports.findings import findings_of, maker_of
from opencwc.reports.kept import pack, unpack
from opencwc.reports.reader import steps_of
from opencwc.reports.verb import REPORTED
from opencwc.verbs import Ended, Found
from reports.told_by_hand import watched


def test_reports_and_events_come_back_as_they_were() -> None:
    content = pack(watched(), "reports.jsonl", "2026-03-07", "use")
    assert content == pack(watched(), "reports.jsonl", "2026-03-07", "use")
    kept = unpack(content)
    assert kept.watched == watched()
    assert (kept.summary.file, kept.summary.reports, kept.summary.events) == ("reports.jsonl", 7, 3)


@pytest.mark.parametrize(
    "content",
    [
        b"no archive",
        gzip.compress(b"{}", mtime=0),
        gzip.compress(gzip.decompress(pack(watched(), "", "", "")).rsplit(b"\n", 1)[0]),
        gzip.compress(gzip.decompress(pack(watched(), "", "", "")).replace(b'"items":[5]', b'"items":[7]')),
    ],
)
def test_a_file_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(InputError) as caught:
        unpack(content)
    assert caught.value.code == "kept_watch_unreadable"


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
    assert unpack(end.pages.content).watched == watched()
