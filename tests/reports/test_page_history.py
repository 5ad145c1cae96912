"""Pages that were captured again: in one run or several, with what changed, and what is no page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from opencwc.finding import Message
from opencwc.reports.intake.arrivals import FailedCapture
from opencwc.reports.model import Report, Told
from opencwc.reports.page_history import CapturedPages, CapturedRun, PageHistory, side_by_side
from opencwc.reports.report_columns import columns_of_reports
from opencwc.reports.topics.independent_texts import texts_of
from opencwc.reports.watched import Line

URL = "https://ministry.example/statement"
MARCH, JUNE, SEPTEMBER = (datetime(2026, month, 4, 9, tzinfo=UTC) for month in (3, 6, 9))
FIRST = "The plant is safe. Seven drums were missing. Work goes on."
SECOND = "The plant is safe. Work goes on. Inspectors came in August."


def line(name: str, text: str, taken: datetime | None = None, url: str = URL) -> Line:
    report = Report(name, MARCH, "Ministry", url, "en", "Statement", text, sha256=name * 8, taken=taken)
    return Line(Told(report, "en"))


def run(number: int, *lines: Line, failed: tuple[FailedCapture, ...] = (), at: datetime = SEPTEMBER) -> CapturedRun:
    columns = columns_of_reports(lines, texts_of(lines).first)
    return CapturedRun(number, lines, columns, np.arange(len(lines)), failed, at)


def page_histories(runs: Sequence[CapturedRun]) -> list[PageHistory]:
    return list(CapturedPages(runs).by_last())


def test_two_runs_of_a_case_show_what_is_absent_and_what_is_new() -> None:
    (page,) = page_histories([run(2, line("b", SECOND)), run(1, line("a", FIRST), at=MARCH)])
    assert [capture.run for capture in page.captures] == [1, 2]
    (comparison,) = page.comparisons
    assert comparison.state == "changed"
    assert [change.id for change in comparison.changes] == ["watch_passage_absent", "watch_passage_new"]
    assert comparison.changes[0].values == {
        "passage": "Seven drums were missing.", "earlier": "2026-03-04", "later": "2026-09-04",
    }  # fmt: skip
    assert (page.changes, page.usual_pair, page.source) == (1, (1, 2), "Ministry")


def test_two_captures_of_one_day_are_told_with_their_time() -> None:
    (page,) = page_histories([run(1, line("a", FIRST, MARCH), line("b", SECOND, MARCH.replace(hour=18)))])
    values = page.comparisons[0].changes[0].values
    assert (values["earlier"], values["later"]) == ("2026-03-04 09:00:00+00:00", "2026-03-04 18:00:00+00:00")


def test_two_captures_of_an_archive_in_one_run_are_compared_by_when_they_were_taken() -> None:
    (page,) = page_histories([run(1, line("b", SECOND, SEPTEMBER), line("a", FIRST, MARCH))])
    assert [capture.taken for capture in page.captures] == [MARCH, SEPTEMBER]
    assert page.changes == 1


def test_a_capture_that_failed_is_no_deletion_and_is_compared_with_nothing() -> None:
    failed = FailedCapture(URL, JUNE, Message("watch_capture_failed"))
    (page,) = page_histories([run(1, line("a", FIRST, MARCH), line("b", FIRST, SEPTEMBER), failed=(failed,))])
    assert [capture.told is None for capture in page.captures] == [False, True, False]
    assert [one.state for one in page.comparisons] == ["same"]
    assert (page.changes, len(page.had)) == (0, 2)


def test_an_address_that_reports_share_at_one_moment_is_no_page_of_its_own() -> None:
    assert page_histories([run(1, line("a", FIRST), line("b", SECOND))]) == []
    assert page_histories([run(1, line("a", FIRST, url="")), run(2, line("b", SECOND, url="urn:x"))]) == []


def test_pages_that_changed_last_and_the_last_change_come_first() -> None:
    pages = page_histories([
        run(1, line("a", FIRST, MARCH), line("b", SECOND, JUNE), line("c", SECOND, SEPTEMBER)),
        run(2, line("d", FIRST, MARCH, "https://other.example/x")),
    ])  # fmt: skip
    assert [page.url for page in pages] == [URL, "https://other.example/x"]
    assert pages[0].usual_pair == (1, 2)
    assert pages[1].usual_pair == (1, 1)


def test_side_by_side_marks_what_only_one_has() -> None:
    (page,) = page_histories([run(1, line("a", FIRST, MARCH), line("b", SECOND, JUNE))])
    earlier, later = side_by_side(*(capture.as_capture() for capture in page.had))
    assert earlier.sentences == (
        ("The plant is safe.", False), ("Seven drums were missing.", True), ("Work goes on.", False),
    )  # fmt: skip
    assert [text for text, lacks in later.sentences if lacks] == ["Inspectors came in August."]
    assert not earlier.title_differs


def test_pages_are_counted_and_ordered_as_reading_them_would() -> None:
    other, third = "https://other.example/x", "https://third.example/y"
    failed = (FailedCapture(third, JUNE, Message("watch_capture_failed")), FailedCapture(URL, JUNE, Message("x")))
    pages = CapturedPages([
        run(2, line("c", FIRST, SEPTEMBER), line("d", FIRST, SEPTEMBER, other), failed=failed),
        run(1, line("a", FIRST, MARCH), line("b", SECOND, MARCH.replace(hour=10)), line("e", SECOND, MARCH, other)),
    ])  # fmt: skip
    read = list(pages.by_changes())
    assert [(page.url, page.changes, len(page.had)) for page in read] == [(URL, 2, 3), (other, 1, 2), (third, 0, 0)]
    assert (len(pages), pages.again, pages.changed, pages.failed) == (3, 2, 2, 2)
    assert [page.url for page in pages.by_count("captures", most_first=False)] == [third, other, URL]
    assert pages.by_count("last", most_first=False)[0].url == third
    assert pages.page(other) == read[1] and pages.page(third) == read[2]
    assert pages.page("https://nowhere.example") is None


def test_a_text_that_only_moved_did_not_change() -> None:
    moved = "Work goes on. The plant is safe. Seven drums were missing."
    pages = CapturedPages([run(1, line("a", FIRST, MARCH), line("b", moved, JUNE))])
    assert (pages.changed, pages.by_last()[0].changes) == (0, 0)
