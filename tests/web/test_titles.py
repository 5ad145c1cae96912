"""What heads a finding on a page, and what stands below it as the reasons."""

from __future__ import annotations

import pytest
from msgspec import structs

from opencwc.finding import Evidence, Finding, Maker, Message, Subject, Verdict
from opencwc.web.legislation.face import FACE as LEGISLATION
from opencwc.web.screening.face import FACE as SCREENING
from opencwc.web.transfers.face import RECONCILE

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


def test_what_a_measure_lacks_comes_before_what_was_found() -> None:
    reasons = (Message("law_why_said"), Message("law_why_missing"))
    partly = structs.replace(finding(Message("law_why_all", {"reasons": reasons})), verdict=Verdict.PARTIAL)
    assert LEGISLATION.reasons(partly) == list(reversed(reasons))


def matched(*lines: tuple[str, str]) -> Finding:
    pair = Subject(1, "102-71-6 XNV>BRA 2025", "Triethanolamine XNV>BRA 2025")
    evidence = tuple(Evidence("line", label, value=value) for label, value in lines)
    return Finding(pair, Verdict.DISCREPANCY, Message("why"), MAKER, evidence=evidence)


def test_the_files_of_rows_are_named_once_and_a_status_only_where_one_has_no_match() -> None:
    sent = "a.csv N-2: export XNV>BRA 2025-02-04 31530 kg"
    both = (f"{sent} = b.csv P-2: import XNV>BRA 2025-02-21 31.53 kg", "matched")
    (table,) = RECONCILE.tables(matched(both), "en")
    assert len(table.columns) == 4 and "a.csv" in table.note and "b.csv" in table.note
    assert not any("csv" in note for row in table.rows for cell in row for note in cell.notes)
    (table,) = RECONCILE.tables(matched(both, ("c.csv N-3: export XNV>BRA 2025 5 kg", "unmatched")), "en")
    assert [row[-1].text for row in table.rows] == ["matched", "no match"] and not table.note
    assert "a.csv" in table.rows[0][0].notes and "c.csv" in table.rows[1][0].notes
