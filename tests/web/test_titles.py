"""What heads a finding on a page, and what stands below it as the reasons."""

from __future__ import annotations

import pytest

from opencwc.finding import Finding, Maker, Message, Subject, Verdict
from opencwc.web.legislation.face import FACE as LEGISLATION
from opencwc.web.screening.face import FACE as SCREENING

MAKER = Maker("opencwc.screening", "1", "2026-01-01", ("CWC",))


def finding(message: Message, written: str = "67-68-5") -> Finding:
    return Finding(Subject(1, "1", written), Verdict.NOT_LISTED, message, MAKER)


def found_as(name: str | Message) -> Finding:
    found = Message("found_cas", {"cas": "67-68-5", "name": name})
    return finding(Message("why_found", {"found": found, "why": Message("why_not_listed")}))


@pytest.mark.parametrize(("lang", "title"), [("en", "Dimethyl sulfoxide"), ("fr", "Diméthylsulfoxyde")])
def test_a_chemical_that_no_list_has_is_headed_by_its_name(lang: str, title: str) -> None:
    found = Message("found_cas", {"cas": "67-68-5", "name": "dimethyl sulfoxide"})
    assert (
        SCREENING.title(finding(Message("why_found", {"found": found, "why": Message("why_not_listed")})), lang)
        == title
    )


def test_a_name_that_each_language_has_is_written_in_it() -> None:
    name = Message("chemical", {"cas": "141-43-5", "name": "Ethanolamine"})
    assert SCREENING.title(found_as(name), "en") == "Ethanolamine"


def test_what_no_name_was_found_for_is_headed_as_it_is_written() -> None:
    assert SCREENING.title(finding(Message("why_not_listed"), "CC(C"), "en") == "CC(C"


def test_each_reason_of_a_measure_stands_by_itself() -> None:
    reasons = (Message("law_why_said"), Message("law_why_missing"))
    assert LEGISLATION.reasons(finding(Message("law_why_all", {"reasons": reasons}))) == list(reasons)
    assert LEGISLATION.reasons(finding(Message("law_why_none"))) == [Message("law_why_none")]
