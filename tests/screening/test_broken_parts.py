"""What is broken in a value is said with its reason, and no value ends as not listed because of the rest of it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import pytest

from opencwc.finding import Message, Verdict
from opencwc.screening.broken_parts import broken_parts
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener

pytestmark = pytest.mark.usefixtures("name_index")


@lru_cache(maxsize=1)
def screener() -> Screener:
    return Screener(Rulebook.of(date(2026, 11, 28), ("CWC", "AG")))


def reasons(text: str, way: str = "auto") -> list[str]:
    """Return why parts of a value could not be read, as the ids of the messages."""
    return [
        reason.id
        for outcome in screener().answer(text, way)
        if outcome.verdict is Verdict.UNREADABLE
        for reason in _within(outcome.message)
        if reason.id.startswith("unreadable_")
    ]


def _within(message: Message) -> list[Message]:
    inner = [value for value in message.values.values() if isinstance(value, Message)]
    return [message, *(deeper for value in inner for deeper in _within(value))]


def verdicts(text: str, way: str = "auto") -> set[str]:
    return {str(outcome.verdict) for outcome in screener().answer(text, way)}


@pytest.mark.parametrize("way", ["auto", "text"])
@pytest.mark.parametrize(
    "inchi",
    [
        "InChI=1S/C2H6/xx",
        "InChI=1S/C2H6",
        "InChI=1S/C2H6/c1-2/h1-2H",
        "InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H3/zz",
        "InChI=2S/C2H6O/c1-2-3/h3H,2H2,1H3",
        "InChI=C2H6O",
    ],
)
def test_a_broken_inchi_is_unreadable_and_not_read_as_its_formula(inchi: str, way: str) -> None:
    assert reasons(inchi, way) == ["unreadable_inchi"]
    assert verdicts(inchi, way) == {"unreadable"}


@pytest.mark.parametrize("layers", ["", "/c1-4(2)7-8(3,5)6", "/c1-4(2)7-8(3,5)6/h4H,1-3H", "/xx"])
def test_the_formula_of_a_broken_inchi_still_calls_for_a_look_where_a_listed_chemical_has_it(layers: str) -> None:
    assert verdicts(f"InChI=1S/C4H10FO2P{layers}") == {"review", "unreadable"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ethanol InChI=1S/C2H6/xx", "unreadable_inchi"),
        ("ethanol, InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H4", "unreadable_inchi"),
        ("ethanol LFQSCWFLJHTTHZ-UHFFFAOYSA", "unreadable_key_form"),
        ("ethanol LFQSCWFLJHTTHZ-UHFF0AOYSA-N", "unreadable_key_form"),
        ("ethanol 64-17-4", "unreadable_cas_digit"),
        ("acetone (67-64-2)", "unreadable_cas_digit"),
        ("acetone CAS: 67-64", "unreadable_cas_form"),
        ("acetone, EC 200-662-9", "unreadable_ec_digit"),
        ("ethanol CC(C", "unreadable_branch_open"),
        ("acetone CCO(", "unreadable_branch_open"),
        ("CC(C ethanol", "unreadable_branch_open"),
        ("acetone SMILES: CC(C", "unreadable_branch_open"),
        ("ethanol C1CC", "unreadable_ring_open"),
        ("ethanol CP(=O)(F)OC(C)C(", "unreadable_branch_open"),
        ("acetone [C,N]P(=O)F", "unreadable_smarts"),
    ],
)
def test_a_known_name_does_not_answer_for_what_is_broken_beside_it(text: str, reason: str) -> None:
    assert reason in reasons(text)


@pytest.mark.parametrize(
    "text",
    [
        "ethanol 96% (v/v)", "ethanol 64-17-5", "acetone, EC 200-662-2", "ethanol, 2024-05-1", "acetone lot 67-64-2",
        "ethanol (200 L)", "caffeine 10 kg", "acetone UN 1090", "ethanol CO(2) free", "acetone, drawing no. 67-64-2",
    ],
)  # fmt: skip
def test_amounts_days_and_numbers_of_other_things_are_not_broken(text: str) -> None:
    assert verdicts(text) == {"not_listed"}


def test_a_key_that_lost_its_end_still_calls_for_a_look_at_the_chemical_of_its_skeleton() -> None:
    assert verdicts("DYAHQFWOVKZOOW-UHFFFAOYS") == {"review", "unreadable"}


def test_what_was_read_is_not_looked_at_again() -> None:
    assert [*broken_parts("64-17-4", [(0, 7)])] == []


@pytest.mark.parametrize("way", ["auto", "text"])
@pytest.mark.parametrize("text", ["7 4 - 9 0 - 8", "1 0 7 - 4 4 - 8", "CAS 7 4 - 9 0 - 8", "Nr. 7 4 - 9 0 - 8, 2 kg"])
def test_a_cas_number_whose_digits_stand_apart_is_read(text: str, way: str) -> None:
    assert verdicts(text, way) == {"listed"}


@pytest.mark.parametrize(
    "text", ["1 2 3 4 5 - 6 7 - 8", "table 1 2 3 4 5 6 7", "part 7 4 - 9 0 - 8", "3.7 4 - 9 0 - 8"]
)
def test_digits_that_stand_apart_for_another_reason_are_no_number_of_a_chemical(text: str) -> None:
    assert not verdicts(text, "text") & {"listed", "review"}
