"""Steps leave a confined process as lines and come back as they were; what it cannot have said is refused."""

from __future__ import annotations

from typing import Any

import pytest

from opencwc.confining.step_lines import lines_of, steps_of
from opencwc.errors import InputError
from opencwc.finding import Finding, Maker, Message, Subject, Verdict
from opencwc.screening.verb import VERB as SCREEN
from opencwc.verbs import Ended, Found, Progress, Started

MAKER = Maker("opencwc.screening", "0", "2026-11-24")


def finding(row: int, verdict: Verdict = Verdict.LISTED) -> Finding:
    return Finding(Subject(row, "", "CCO"), verdict, Message("why_not_listed"), MAKER)


def test_steps_come_back_as_they_were() -> None:
    steps = [
        Started({"file": "x.csv"}, {"component": "opencwc.screening"}),
        Progress(2, 0.5),
        Found([finding(1), finding(2)]),
        Ended(2, {Verdict.LISTED: 2}, {"notes": [{"id": "note_no_header", "values": {"name": "x" * 400}}]}),
    ]  # fmt: skip
    started, progress, hit, ended = steps_of(SCREEN, lines_of(steps, {"files": True}))
    assert started == Started({"file": "x.csv", "protection": {"files": True}}, {"component": "opencwc.screening"})
    assert (progress, hit) == (steps[1], steps[2])
    assert isinstance(ended, Ended) and ended.by_verdict == {"listed": 2}
    assert ended.tally["notes"] == [{"id": "note_no_header", "values": {"name": "x" * 300}}]


def test_a_moment_without_a_line_is_passed_on_and_no_findings_are_no_line() -> None:
    assert list(steps_of(SCREEN, [None])) == [None]
    assert list(lines_of([Found([])], {})) == []


def plain(**changed: Any) -> dict[str, Any]:
    (line,) = lines_of([Found([finding(3)])], {})
    return {**line["findings"][0], **changed}


@pytest.mark.parametrize(
    "line",
    [
        {}, {"rows": "many", "share": None}, {"checked": 5}, {"checked": {}, "maker": None}, {"findings": []},
        {"findings": 7}, {"findings": [{}]}, {"findings": [plain(verdict="covered")]},
        {"findings": [plain(row="3")]}, {"findings": [plain(), plain(row=2)]}, {"pages": 5}, {"pages": "%%%"},
        {"done": True}, {"done": True, "rows": 1, "tally": {"listed": "x"}},
    ],
)  # fmt: skip
def test_what_the_verb_cannot_have_said_is_refused(line: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        list(steps_of(SCREEN, [line]))
