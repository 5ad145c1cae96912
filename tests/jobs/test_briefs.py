"""Who released which version of a brief, whatever came at once, twice, or for another version."""

from __future__ import annotations

from typing import Any

import pytest

from opencwc.casebook.run_records import Added
from opencwc.jobs.briefs import BriefVersion, _digest, _release, _versions
from opencwc.records import to_plain
from opencwc.reports.brief import Brief, BriefItem, Judgement, PinnedReport

FILES = {"pdf": "aa" * 32, "docx": "bb" * 32}
NAMES = {"anna": "Anna", "rita": "Rita", "rene": "René", "wei": "Wei"}


def _brief(says: str) -> Brief:
    judgement = Judgement("E-1", says, "likely", "low")
    return Brief("Week", "en", (BriefItem(judgement, "abc", (PinnedReport("r1", "O-1"),)),))


def _written(number: int, says: str, person: str = "anna") -> Added:
    return Added(to_plain({"number": number, "brief": _brief(says)}), person, "2026-03-07T09:00:00Z")


def _released(person: str, says: str = "One.", version: int = 1, files: dict[str, str] | None = None) -> Added:
    content: dict[str, Any] = {"number": 1, "version": version, "digest": _digest(_brief(says))}
    return Added({**content, "files": files or {}}, person, "2026-03-07T10:00:00Z")


def _versions_after(*releases: Added, written: tuple[Added, ...] = (_written(0, "One."),)) -> list[BriefVersion]:
    briefs = _versions(written, NAMES)
    _release(briefs, releases, NAMES)
    return briefs[1]


SECOND = _released("rene", files=FILES)


@pytest.mark.parametrize(
    ("releases", "state", "people"),
    [
        ((), "draft", []),
        ((_released("rita"),), "one_release", ["Rita"]),
        ((_released("rita"), SECOND), "released", ["Rita", "René"]),
        # one person twice is one person, with files or without
        ((_released("rita"), _released("rita")), "one_release", ["Rita"]),
        ((_released("rita"), _released("rita", files=FILES)), "one_release", ["Rita"]),
        # two who both were the first at once: the one whose record came first is; the other releases again
        ((_released("rita"), _released("rene")), "one_release", ["Rita"]),
        ((_released("rita"), _released("rene"), SECOND), "released", ["Rita", "René"]),
        # two who both were the second at once: the one whose record came first is
        ((_released("rita"), SECOND, _released("wei", files=FILES)), "released", ["Rita", "René"]),
        # files without a first release are of nobody
        ((SECOND,), "draft", []),
        # a release of what was not written, or of another version
        ((_released("rita", says="Two."),), "draft", []),
        ((_released("rita", version=2),), "draft", []),
    ],
)
def test_two_different_people_release_a_version(releases: tuple[Added, ...], state: str, people: list[str]) -> None:
    (version,) = _versions_after(*releases)
    assert (version.state, [one.name for one in version.releases]) == (state, people)
    assert (version.files == FILES) is (state == "released")


def test_a_released_version_is_superseded_by_a_later_one_once_that_is_released() -> None:
    written = (_written(0, "One."), _written(1, "Two."))
    first, second = _versions_after(_released("rita"), SECOND, written=written)
    assert (first.state, second.state) == ("released", "draft")
    later = (_released("wei", "Two.", 2), _released("rita", "Two.", 2, {"pdf": "cc" * 32, "docx": "dd" * 32}))
    first, second = _versions_after(_released("rita"), SECOND, *later, written=written)
    assert (first.state, first.superseded_by, second.state) == ("superseded", 2, "released")
    assert first.files == FILES


def test_two_briefs_that_were_begun_at_once_are_two() -> None:
    briefs = _versions([_written(0, "One."), _written(0, "Two.", "rita"), _written(2, "Three.", "rita")], NAMES)
    assert {number: [one.version for one in versions] for number, versions in briefs.items()} == {1: [1], 2: [1, 2]}
    assert briefs[2][0].author_name == "Rita"
