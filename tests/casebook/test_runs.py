"""What is kept comes back as it was, in its place, under its mark, and once."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from opencwc.casebook import runs
from opencwc.casebook.casebook_verifier import verify_casebook
from opencwc.casebook.cases import case_for_keeping, change_case, list_cases, open_case
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import comment, decide
from opencwc.casebook.findings import count_findings, list_findings, show_case, show_finding
from opencwc.casebook.model import Filter, Mark, Outcome, Person, Role, Status
from opencwc.casebook.requests import ask
from opencwc.casebook.runs import RunKeeper, begin_run, keep_source, read_source, resume_run, stretch_of_source
from opencwc.errors import ConflictError, InputError, NotAllowedError, NotFoundError

from .conftest import person
from .screening import ETHANOL, NOT_READ, SARIN, THIODIGLYCOL, findings

ANNA = person("anna", Role.ANALYST)
RITA = person("rita")


def begin(book: Casebook, who: Person = ANNA, case: str = "inventory", **more: object) -> RunKeeper:
    case_for_keeping(book, who, case)
    return begin_run(book, who, case, verb="screen", asked={}, checked={"lists": ["CWC"]}, maker={}, **more)  # type: ignore[arg-type]


def keep(book: Casebook, *values: str, case: str = "inventory") -> RunKeeper:
    run = begin(book, case=case)
    run.keep(findings(*values))
    run.finish({"rows": len(values)})
    return run


def test_findings_come_back_as_they_were(book: Casebook) -> None:
    keep(book, SARIN, THIODIGLYCOL, ETHANOL, NOT_READ)
    kept = list_findings(book, RITA, Filter(case="inventory")).findings
    assert [(finding.verdict, finding.entry, finding.status, finding.grave) for finding in kept] == [
        ("listed", "1A01", Status.OPEN, True),
        ("listed", "2B13", Status.OPEN, False),
        ("not_listed", "", Status.NOTED, False),
        ("unreadable", "", Status.OPEN, False),
    ]
    before = findings(SARIN)[0]
    content = kept[0].content
    assert content is not None
    assert {name: content[name] for name in ("input", "message", "evidence")} == {
        name: [dict(evidence, atoms=list(evidence["atoms"])) for evidence in before[name]]
        if name == "evidence"
        else before[name]
        for name in ("input", "message", "evidence")
    }
    assert verify_casebook(book, RITA).fits


def test_a_run_says_what_was_checked(book: Casebook) -> None:
    keep(book, SARIN)
    case, counts, runs = show_case(book, RITA, "inventory")
    assert (case.owner, case.mark, counts.verdict, runs[0]["checked"]) == (
        ANNA.id, Mark.UNCLASSIFIED, {"listed": 1}, {"lists": ["CWC"]},
    )  # fmt: skip
    assert runs[0]["state"] == "done"


def test_a_run_that_was_cut_short_is_taken_up_after_its_last_row(book: Casebook) -> None:
    run = begin(book)
    run.keep(findings(SARIN, ETHANOL))
    again = resume_run(book, ANNA.id, run.number)
    assert again.rows == 2
    again.keep(findings(THIODIGLYCOL, first_row=3))
    again.finish({})
    assert [finding.row for finding in list_findings(book, RITA, Filter()).findings] == [1, 2, 3]
    with pytest.raises(ConflictError):
        again.keep(findings(SARIN))
    assert verify_casebook(book, RITA).fits


def test_findings_that_cannot_all_be_kept_are_not_kept_at_all(book: Casebook) -> None:
    run = begin(book)
    broken = [*findings(SARIN), {**findings(ETHANOL)[0], "verdict": "no such verdict"}]
    with pytest.raises(InputError, match="no such verdict"):
        run.keep(broken)
    assert count_findings(book, RITA, Filter()).all == 0
    assert verify_casebook(book, RITA).fits


def test_a_source_is_kept_once_by_its_hash_and_never_changed(book: Casebook) -> None:
    content = b"name,cas\nsarin,107-44-8\n" * 100_000
    first = keep_source(book, ANNA, io.BytesIO(content), "inventory.csv")
    second = keep_source(book, RITA, io.BytesIO(content), "the same.csv", mark=Mark.PROTECTED)
    assert (first.id, second.name, second.mark) == (second.id, "inventory.csv", Mark.PROTECTED)
    assert b"".join(read_source(book, RITA, first.id)) == content
    assert verify_casebook(book, RITA).fits


def test_a_stretch_of_a_source_is_read_over_its_parts(book: Casebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "PART", 10)
    content = bytes(range(35))
    source = keep_source(book, RITA, io.BytesIO(content), "x")
    for start, end in ((0, 35), (0, 0), (3, 4), (9, 11), (10, 20), (5, 35), (34, 35)):
        assert stretch_of_source(book, source.id, start, end) == content[start:end]


def test_a_finding_inherits_the_higher_mark_of_its_case_and_its_source(book: Casebook) -> None:
    source = keep_source(book, ANNA, io.BytesIO(b"sarin"), "a.txt", mark=Mark.RESTRICTED)
    run = begin(book, source=source)
    run.keep(findings(SARIN))
    assert list_findings(book, RITA, Filter()).findings[0].mark is Mark.RESTRICTED
    change_case(book, RITA, "inventory", mark="highly_protected")
    assert list_findings(book, RITA, Filter()).findings[0].mark is Mark.HIGHLY_PROTECTED


@pytest.mark.parametrize(
    "look",
    [
        lambda book, who: list_findings(book, who, Filter()).findings,
        lambda book, who: count_findings(book, who, Filter()).all,
        list_cases,
    ],
)
def test_what_is_above_the_clearance_is_not_there(book: Casebook, look: Callable[[Casebook, Person], object]) -> None:
    open_case(book, ANNA, "secret", mark=Mark.PROTECTED)
    keep(book, SARIN, case="secret")
    low = person("leo", Role.REVIEWER, Mark.RESTRICTED)
    assert not look(book, low)
    assert look(book, RITA)
    with pytest.raises(NotFoundError):
        show_case(book, low, "secret")
    with pytest.raises(NotFoundError):
        show_finding(book, low, 1)
    with pytest.raises(NotAllowedError):
        read_source(book, low, keep_source(book, RITA, io.BytesIO(b"x"), "x", mark=Mark.PROTECTED).id).__next__()


def test_looking_at_what_is_protected_is_on_record(book: Casebook) -> None:
    open_case(book, ANNA, "secret", mark=Mark.PROTECTED)
    keep(book, SARIN, case="secret")
    show_finding(book, RITA, 1)
    with book.reading() as connection:
        kinds = [row[0] for row in connection.exec_driver_sql("SELECT kind FROM record ORDER BY seq")]
    assert kinds[-1] == "access"


def test_filters_and_counts_agree(book: Casebook) -> None:
    keep(book, SARIN, THIODIGLYCOL, ETHANOL, NOT_READ)
    keep(book, SARIN, case="other")
    for filters in (
        Filter(), Filter(case="other"), Filter(verdict=("listed",)), Filter(list="CWC", entry="1A01"), Filter(run=1),
        Filter(status=(Status.OPEN,)), Filter(grave=True), Filter(text="cco"), Filter(text=SARIN, case="other"),
    ):  # fmt: skip
        assert len(list_findings(book, RITA, filters).findings) == count_findings(book, RITA, filters).all
    assert count_findings(book, RITA, Filter(text=SARIN)).entry == {"CWC 1A01": 2}


def test_pages_follow_one_another_without_gap_or_overlap(book: Casebook) -> None:
    keep(book, *[SARIN, ETHANOL] * 10)
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        page = list_findings(book, RITA, Filter(), after=after, limit=7)
        seen += [finding.id for finding in page.findings]
        after = page.next
    assert seen == list(range(1, 21))


@pytest.mark.parametrize("name", ["", "Two Words", "../up", "a" * 65, "-a"])
def test_a_case_needs_a_name_that_fits_everywhere(book: Casebook, name: str) -> None:
    with pytest.raises(InputError):
        open_case(book, ANNA, name)


def test_an_unknown_case_is_told_with_the_nearest_name(book: Casebook) -> None:
    open_case(book, ANNA, "inventory")
    with pytest.raises(NotFoundError, match="Did you mean inventory"):
        show_case(book, RITA, "inventry")


@pytest.mark.parametrize(
    "odd", ["tab\tline\nback\\slash", "nul\0", "\ud800 half", "عربي 中文", "'; DROP TABLE finding"]
)
def test_odd_texts_are_kept_as_they_came(book: Casebook, odd: str) -> None:
    run = begin(book)
    run.keep([{**findings(ETHANOL)[0], "id": odd, "input": odd}])
    kept = list_findings(book, RITA, Filter()).findings[0]
    assert kept.content is not None
    assert (kept.content["subject_id"], kept.content["input"]) == (odd, odd)
    assert verify_casebook(book, RITA).fits


def test_long_inputs_make_small_blocks(book: Casebook) -> None:
    run = begin(book)
    run.keep([{**findings(ETHANOL)[0], "row": row, "input": "C" * 900_000} for row in range(1, 31)])
    with book.reading() as connection:
        blocks = connection.exec_driver_sql("SELECT count(DISTINCT block) FROM finding").scalar_one()
    assert blocks > 3
    assert verify_casebook(book, RITA).fits


def test_who_is_not_cleared_for_a_case_learns_nothing_of_it(book: Casebook) -> None:
    low = person("leo", Role.REVIEWER, Mark.RESTRICTED)
    open_case(book, RITA, "hidden-case", mark=Mark.PROTECTED)
    keep_in_hidden = begin_run(book, RITA, "hidden-case", verb="screen", asked={}, checked={}, maker={})
    keep_in_hidden.keep(findings(SARIN))
    acts: list[Callable[[], object]] = [
        lambda: show_case(book, low, "hidden-case"),
        lambda: show_case(book, low, "hidden-cas"),
        lambda: change_case(book, low, "hidden-case", title="x"),
        lambda: comment(book, low, "hidden-case", "x"),
        lambda: decide(book, low, [1], Outcome.ACCEPT, "x"),
        lambda: show_finding(book, low, 1),
        lambda: begin_run(book, low, "hidden-case", verb="screen", asked={}, checked={}, maker={}),
        lambda: ask(book, low, "export", "hidden-case", {"reason": "x"}),
    ]
    for act in acts:
        with pytest.raises(NotFoundError) as raised:
            act()
        assert "hidden-case" not in raised.value.remedy
    for take in (open_case, case_for_keeping):
        with pytest.raises(ConflictError, match="already used"):
            take(book, low, "hidden-case")
