"""What changed on a page that was captured again; a capture that failed says nothing of the page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from opencwc.errors import InputError
from opencwc.reports.captures import MOST_CHANGES, Capture, CaptureBook, compare
from opencwc.wording import LANGUAGES, sentence

MARCH, SEPTEMBER = datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 9, 2, tzinfo=UTC)
URL = "https://ministry.example/statement"
FIRST = Capture(
    URL, MARCH, "1", "Ministry", "en", "Statement", "The plant was inspected. Two drums were found. All is well."
)
SECOND = Capture(
    URL, SEPTEMBER, "2", "Ministry", "en", "Statement", "All is well. The plant was inspected. Nothing was found."
)


def test_what_is_gone_was_present_then_and_is_absent_now() -> None:
    compared = compare(FIRST, SECOND)
    assert compared.state == "changed"
    assert [sentence(change) for change in compared.changes] == [
        "Present on 2026-03-04, absent on 2026-09-02: “Two drums were found.”.",
        "Absent on 2026-03-04, present on 2026-09-02: “Nothing was found.”.",
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_ever_said_to_be_deleted(lang: str) -> None:
    failed = Capture(URL, SEPTEMBER, failed="404")
    changes = (*compare(FIRST, SECOND).changes, *compare(FIRST, failed).changes)
    said = " ".join(sentence(change, lang) for change in changes).lower()
    assert "watch_" not in said
    assert not any(
        word in said for word in ("delet", "remov", "supprim", "elimin", "borr", "удалён", "удален", "حذف", "删", "刪")
    )


def test_a_capture_that_failed_is_no_deletion_and_the_next_is_compared_with_the_last_that_did_not(
    tmp_path: Path,
) -> None:
    book = CaptureBook(tmp_path / "captures.jsonl")
    failed = Capture(URL, datetime(2026, 6, 1, tzinfo=UTC), failed="timeout")
    assert book.add(FIRST).state == "first"
    told = book.add(failed)
    assert told.state == "failed" and [change.id for change in told.changes] == ["watch_page_not_had"]
    assert book.last(URL) == FIRST
    again = CaptureBook(tmp_path / "captures.jsonl")
    assert [change.id for change in again.add(SECOND).changes] == ["watch_passage_absent", "watch_passage_new"]
    assert len((tmp_path / "captures.jsonl").read_bytes().splitlines()) == 3


def test_what_only_moved_or_was_set_anew_did_not_change() -> None:
    moved = Capture(
        URL,
        SEPTEMBER,
        "3",
        "Ministry",
        "en",
        "Statement",
        "All is well.\n\nThe plant was   inspected. Two drums were found.",
    )
    assert compare(FIRST, moved).state == "same"


def test_a_changed_title_and_many_changes_are_told_within_bounds() -> None:
    long = " ".join(f"Sentence number {number}." for number in range(1_000))
    compared = compare(FIRST, Capture(URL, SEPTEMBER, "4", "Ministry", "en", "Correction", long))
    assert compared.changes[0].id == "watch_title_changed" and len(compared.changes) == MOST_CHANGES + 1
    assert compared.changes[-1].values["count"] == 1_004 - MOST_CHANGES


def test_an_older_capture_that_comes_later_is_compared_in_the_order_of_time(tmp_path: Path) -> None:
    book = CaptureBook(tmp_path / "captures.jsonl")
    book.add(SECOND)
    assert book.add(FIRST).changes[0].values["passage"] == "Two drums were found." and book.last(URL) == SECOND


def test_a_line_that_is_no_capture_is_an_error_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "captures.jsonl"
    file.write_text('{"url": "x"}\n')
    with pytest.raises(InputError) as error:
        CaptureBook(file)
    assert error.value.code == "watch_captures_unreadable" and error.value.where == "captures.jsonl:1"


def test_a_capture_that_failed_before_or_after_is_never_compared_with_a_page(tmp_path: Path) -> None:
    failed = Capture(URL, datetime(2026, 6, 1, tzinfo=UTC), failed="404")
    for one, other in ((FIRST, failed), (failed, FIRST), (failed, SECOND)):
        assert [change.id for change in compare(one, other).changes] == ["watch_page_not_had"]
    book = CaptureBook(tmp_path / "captures.jsonl")
    for capture in (FIRST, SECOND, failed):  # told of last, though it lies between
        told = book.add(capture)
    assert told.state == "failed" and len(told.changes) == 1 and book.last(URL) == SECOND
