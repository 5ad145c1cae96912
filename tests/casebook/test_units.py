"""Units: findings grouped by what a person decides on, in any order, a page at a time, as each person may see them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from opencwc.casebook.cases import case_for_keeping, change_case
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import decide, set_recheck_share
from opencwc.casebook.findings import list_findings
from opencwc.casebook.model import Filter, Mark, Outcome, Person, Status
from opencwc.casebook.people import CONSOLE, People
from opencwc.casebook.runs import begin_run
from opencwc.casebook.unit_keys import folded
from opencwc.casebook.units import count_units, list_units, show_unit
from opencwc.errors import InputError, NotFoundError
from opencwc.finding import Evidence, Subject
from opencwc.screening import screen

from .conftest import person

RITA, RENE, LEO = person("rita"), person("rene"), replace(person("leo"), clearance=Mark.RESTRICTED)
SARIN, THIODIGLYCOL, PHOSPHITE = "CC(C)OP(C)(=O)F", "OCCSCCO", "COP(OC)OC"


def keep(book: Casebook, *values: str, case: str = "inventory", lists: str = "CWC,AG") -> None:
    """Keep the findings of some rows as one run."""
    case_for_keeping(book, RITA, case)
    run = begin_run(book, RITA, case, verb="screen", asked={}, checked={}, maker={})
    run.keep(screen(list(values), lists=lists.split(",")))
    run.finish({})


EVERY = Filter()


def names(book: Casebook, wanted: Filter = EVERY, **how: str) -> list[str]:
    return [unit.name for unit in list_units(book, RITA, wanted, **how).units]  # type: ignore[arg-type]


def test_all_mentions_and_lists_of_a_chemical_are_one_unit_of_their_run(book: Casebook) -> None:
    keep(book, THIODIGLYCOL, "111-48-8", "CCO", "thiodiglycol", "CCO")
    keep(book, THIODIGLYCOL, case="another")
    page = list_units(book, RITA, Filter(case="inventory"))
    assert [(unit.mentions, unit.rows, unit.entries) for unit in page.units] == [
        (6, 3, (("CWC", "2B13"), ("AG", "AG01"))), (2, 2, ()),
    ]  # fmt: skip
    unit, findings = show_unit(book, RITA, page.units[0].number)
    assert unit == page.units[0] and [finding.row for finding in findings] == [1, 1, 2, 2, 4, 4]
    assert (unit.finding.list, unit.finding.verdict, unit.waiting, unit.grave) == ("CWC", "listed", 6, False)
    assert count_units(book, RITA, Filter()) == (3, False)


def test_units_are_kept_over_batches_and_a_run_that_goes_on(book: Casebook) -> None:
    case_for_keeping(book, RITA, "inventory")
    run = begin_run(book, RITA, "inventory", verb="screen", asked={}, checked={}, maker={})
    for _ in range(2):
        run.keep(screen([THIODIGLYCOL], lists="CWC"))
    assert [unit.mentions for unit in list_units(book, RITA, Filter()).units] == [2]


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("verdict", "Thiodiglycol"),
        ("-verdict", "CCO"),
        ("entry", "Sarin"),
        ("-entry", "CCO"),
        ("name", "CCO"),
        ("-mentions", "Thiodiglycol"),
    ],
)
def test_units_are_sorted_by_any_column_and_the_other_way(book: Casebook, order: str, first: str) -> None:
    keep(book, "CCO", "thiodiglycol", "111-48-8", "sarin", lists="CWC")
    assert names(book, order=order)[0] == first
    with pytest.raises(InputError, match="colour"):
        names(book, order="colour")


@pytest.mark.parametrize("order", ["", "verdict", "-verdict", "status", "name", "-mentions", "due", "-case"])
def test_pages_hold_each_unit_once_and_in_the_same_order(book: Casebook, order: str) -> None:
    keep(book, *("C" * length + "O" for length in range(1, 8)), "sarin", "thiodiglycol", "C1CC", THIODIGLYCOL)
    keep(book, "sarin", "CCO", case="second")
    whole = [unit.number for unit in list_units(book, RITA, Filter(), order=order).units]
    seen, after = [], ""
    while True:
        page = list_units(book, RITA, Filter(), order=order, after=after, limit=3)
        seen += [unit.number for unit in page.units]
        if not (after := page.next):
            break
    assert seen == whole and len(set(whole)) == len(whole) == 12


def test_words_are_found_within_a_name_without_case_and_accents(book: Casebook) -> None:
    keep(book, "trimethyl phosphite", "Éthanol", "thiodiglycol", lists="CWC")
    assert names(book, Filter(find="PHOSPH")) == ["Trimethyl phosphite"]
    assert len(names(book, Filter(find="ethanol"))) == 1
    assert names(book, Filter(find="phosph 3B08")) == ["Trimethyl phosphite"]
    assert names(book, Filter(find="%")) == names(book, Filter(find="phosph 2B13")) == []
    assert [finding.entry for finding in list_findings(book, RITA, Filter(find="phosph")).findings] == ["3B08"]
    assert folded("Ácido\tFOSFÓRICO ") == "acido fosforico"


def test_a_filter_shows_of_a_unit_what_it_asks_for(book: Casebook) -> None:
    keep(book, THIODIGLYCOL, "CCO", THIODIGLYCOL)
    decide(book, RITA, [1], Outcome.ACCEPT, "seen")
    (unit,) = list_units(book, RITA, Filter(status=(Status.OPEN,))).units
    assert (unit.found, unit.mentions, unit.statuses) == (3, 4, {"open": 3})
    (unit,) = list_units(book, RITA, Filter(list="CWC", entry="2B13")).units
    assert (unit.found, unit.entries) == (2, (("CWC", "2B13"),))


def test_a_bound_on_what_is_stated_finds_what_lies_below_it(book: Casebook) -> None:
    case_for_keeping(book, RITA, "texts")
    run = begin_run(book, RITA, "texts", verb="screen", asked={}, checked={}, maker={})
    for row, strength in enumerate(("5 %", "20-30 %", "85 %"), 1):
        said = next(iter(screen(["triethanolamine"], lists="CWC")))
        stated = Evidence("concentration", strength, value=strength)
        subject = Subject(row, f"p. {row}", said.subject.input, 1)
        run.keep([structs.replace(said, evidence=(*said.evidence, stated), subject=subject)])
    rows = [finding.row for finding in list_findings(book, RITA, Filter(below=30)).findings]
    assert rows == [1]
    (unit,) = list_units(book, RITA, Filter(below=30)).units
    assert unit.mentions == 3
    assert list_units(book, RITA, Filter(below=2)).units == ()


def test_the_inbox_holds_what_waits_for_this_person_the_grave_first(book: Casebook) -> None:
    set_recheck_share(book, RITA, 0)
    keep(book, "thiodiglycol", "CCO", lists="CWC")
    keep(book, "sarin", "triethanolamine", case="late", lists="CWC")
    change_case(book, RITA, "inventory", due="2027-01-01")

    def waits(who: Person) -> list[str]:
        return [unit.name for unit in list_units(book, who, Filter(), waiting=True).units]

    assert waits(RITA) == ["Sarin", "Thiodiglycol", "Triethanolamine"]
    (sarin,) = list_findings(book, RITA, Filter(grave=True)).findings
    decide(book, RITA, [sarin.id], Outcome.ACCEPT, "seen")
    assert waits(RITA) == ["Thiodiglycol", "Triethanolamine"] and waits(RENE)[0] == "Sarin"


def test_who_decides_again_blindly_sees_a_unit_as_open(book: Casebook) -> None:
    people = People(book)
    rita, rene = (people.add(CONSOLE, name, role=RITA.role, clearance=RITA.clearance) for name in ("rita", "rene"))
    keep(book, "thiodiglycol", lists="CWC")
    set_recheck_share(book, rita, 1)
    decide(book, rita, [1], Outcome.ACCEPT, "seen")
    (unit,) = list_units(book, rene, Filter(status=(Status.OPEN,))).units
    assert unit.statuses == {"open": 1} and unit.waiting == 1
    assert list_units(book, rene, Filter(status=(Status.ACCEPTED,))).units == ()
    assert list_units(book, rita, Filter(status=(Status.OPEN,))).units == ()
    assert [one.number for one in list_units(book, rene, Filter(), waiting=True).units] == [1]


def test_what_is_above_the_clearance_is_in_no_list(book: Casebook) -> None:
    keep(book, "thiodiglycol", lists="CWC")
    change_case(book, RITA, "inventory", mark="protected")
    assert list_units(book, LEO, Filter()).units == () == list_units(book, LEO, Filter(find="thio")).units
    assert count_units(book, LEO, Filter()) == (0, False)
    with pytest.raises(NotFoundError):
        show_unit(book, LEO, 1)
