"""Single values are read as people write them, as a value and as a text alike."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from opencwc.finding import Verdict
from opencwc.screening.model import Outcome, gravest
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener

sys.path.insert(0, str(Path(__file__).parents[2]))  # the benchmarks stand beside the tests, not in a package

from benchmarks.__main__ import AS_OF
from benchmarks.identifiers import WAYS, answer, figures, items

from message_ids import ids_in

pytestmark = pytest.mark.usefixtures("name_index")
FLOORS = {("looked_at", "auto"): 0.99, ("looked_at", "text"): 0.975, ("fresh", "auto"): 0.98, ("fresh", "text"): 0.96}
"""Recall; precision has to be 0.995 everywhere."""


@pytest.fixture(scope="module")
def screener(name_index: None) -> Iterator[Screener]:
    made = Screener(Rulebook.of(AS_OF))
    yield made
    if made.known.resolver.systematic:
        made.known.resolver.systematic.close()


def said(outcomes: tuple[Outcome, ...]) -> set[str]:
    return {name for outcome in outcomes for name in ids_in(outcome.message)}


def verdict(outcomes: tuple[Outcome, ...]) -> Verdict:
    return gravest(outcome.verdict for outcome in outcomes)


def entries(outcomes: tuple[Outcome, ...]) -> set[str]:
    return {outcome.rule.entry for outcome in outcomes if outcome.rule and outcome.rule.list == "CWC"}


@pytest.mark.parametrize(("part", "way"), FLOORS)
def test_values_of_listed_chemicals_are_found_and_no_others(part: str, way: str, screener: Screener) -> None:
    answers = [answer(screener, item, way) for item in items() if item.part == part]
    recall, precision = figures(answers)
    wrong = [one.item for one in answers if not one.right]
    assert recall >= FLOORS[part, way], wrong
    assert precision >= 0.995, wrong


def test_a_number_that_a_program_of_tables_took_for_a_day_is_one_to_review(screener: Screener) -> None:
    of_phosgene = screener.answer("75-44-05")
    assert (verdict(of_phosgene), entries(of_phosgene)) == (Verdict.REVIEW, {"3A01"})
    assert "doubt_near_spelling" in said(of_phosgene)
    assert verdict(screener.answer("2026-03-05")) is Verdict.UNREADABLE


@pytest.mark.parametrize("value", ["n.d.", "s.d.", "k.A.", "n.d"])
def test_what_says_that_there_is_nothing_is_no_element(value: str, screener: Screener) -> None:
    assert said(screener.answer(value)) >= {"unreadable_noise"}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("value", "wanted", "entry"),
    [
        ("DYAHQFWOVKZOOW-UHFFFAOYSA-N", "listed", "1A01"),
        ("inchikey=dyahqfwovkzoow-uhfffaoysa-n", "listed", "1A01"),
        ("DYAHQFWOVKZOOW-QMMMGPOBSA-N", "review", "1A01"),
        ("UN 1581", "review", "3A04"),
        ("UN 1810", "review", "3B05"),
        ("29314100", "review", "2B04"),
        ("HS 2931.41.00.00", "review", "2B04"),
        ("1O7-44-8", "review", "1A01"),
        ("107.44.8", "review", "1A01"),
        ("107-44-8 / 64-17-5", "listed", "1A01"),
        ("102-71-\n6", "listed", "3B17"),
        ("'10025-87-3'", "listed", "3B05"),
        ('"CC(C)OP(C)(=O)F"', "listed", "1A01"),
        ("INCHI=1S/C4H10O2S/c5-1-3-7-4-2-6/h5-6H,1-4H2", "listed", "2B13"),
        ("thiodiglycol, 98%, 200 L drum", "listed", "2B13"),
        ("Triethano1amine", "review", "3B17"),
        ("Acetic acid, hydroxydiphenyl- 25 kg", "listed", "2B08"),
        ("[C][C]([C])[O][P](=[O])([C])[F]", "review", "1A01"),
    ],
)
def test_a_value_and_a_text_say_the_same(value: str, wanted: str, entry: str, way: str, screener: Screener) -> None:
    outcomes = screener.answer(value, way)
    assert (verdict(outcomes), entries(outcomes)) == (Verdict(wanted), {entry})


def test_a_name_written_letter_by_letter_is_found_in_a_text(screener: Screener) -> None:
    outcomes = screener.answer("Contents: T H I O D I G L Y C O L  (4 drums)", "text")
    assert entries(outcomes) == {"2B13"}
    assert outcomes[0].written == "T H I O D I G L Y C O L"
    assert screener.answer("A B C D E F G", "text")[0].message.id == "why_no_mention"


@pytest.mark.parametrize(
    ("value", "name", "rest"),
    [
        ("caffeine 10 kg", "caffeine", "10 kg"),
        ("ethanol 96% 200 L drum", "ethanol", "96% 200 L drum"),
        ("Toluene, technical grade, for Lagos", "toluene", "technical grade, for Lagos"),
        ("CCN(CC)CC, 5 L", "", "5 L"),
    ],
)
def test_a_benign_name_beside_amounts_is_read_and_the_rest_is_named(
    value: str, name: str, rest: str, screener: Screener
) -> None:
    (outcome,) = screener.answer(value)
    assert (outcome.verdict, outcome.message.values["rest"]) == (Verdict.NOT_LISTED, rest)
    assert name in str(outcome.message).lower()


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("серная кислота 98 %", "sulfuric acid"),
        ("丙酮", "acetone"),
        ("أسيتون", "acetone"),
        ("хлорид цинка", "zinc chloride"),
        ("dioxyde d'azote", "nitrogen dioxide"),
        ("Ácido peracético", "peracetic acid"),
    ],
)
def test_a_benign_chemical_is_known_by_its_name_in_each_language(value: str, name: str, screener: Screener) -> None:
    (outcome,) = screener.answer(value)
    assert outcome.verdict is Verdict.NOT_LISTED
    assert name in str(outcome.message).lower()


def test_what_is_left_over_and_looks_like_a_chemical_is_not_passed_over(screener: Screener) -> None:
    outcomes = screener.answer("acetone 20 L, dichloroxyzphosphonate 5 kg")
    assert verdict(outcomes) is Verdict.UNREADABLE


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("QWERTYUIOPASDF-UHFFFAOYSA-N", "unreadable_key_unknown"),
        ("[C,N]P(=O)(F)OC", "unreadable_smarts"),
        ("UN 1993", "unreadable_un_unknown"),
        ("HS 2207.10", "unreadable_hs_unknown"),
        ("EC 200-000-7", "unreadable_ec_unknown"),
        ("2931", "unreadable_number"),
        ("108-88-2", "unreadable_cas_digit"),
        ("orange juice 10 L", "unreadable_name"),
    ],
)
def test_a_value_that_is_not_read_says_why(value: str, reason: str, screener: Screener) -> None:
    outcomes = screener.answer(value)
    assert verdict(outcomes) is Verdict.UNREADABLE
    assert reason in said(outcomes)


def test_a_key_of_a_benign_chemical_is_read_from_the_index(screener: Screener) -> None:
    (outcome,) = screener.answer("RYYVLZVUVIJVGH-UHFFFAOYSA-N")
    assert outcome.verdict is Verdict.NOT_LISTED
    assert "caffeine" in str(outcome.message).lower()


def test_a_heading_says_what_to_look_for_once(screener: Screener) -> None:
    (outcome,) = screener.answer("HS 2931")
    assert (outcome.verdict, outcome.message.id) == (Verdict.REVIEW, "why_hs_residual")
    assert verdict(screener.answer("5 kg of glue, HS 2931.49", "text")) is Verdict.NOT_LISTED


def test_each_side_of_a_reaction_is_screened_and_named(screener: Screener) -> None:
    for kind in ("auto", "smiles"):
        outcomes = screener.answer("CC(C)O.CP(=O)(F)Cl>>CC(C)OP(C)(=O)F", kind)
        sides = {
            (outcome.rule.entry, str(outcome.message.values["side"]), outcome.component)
            for outcome in outcomes
            if outcome.rule
        }
        assert {entry for entry, _, _ in sides} == {"2B04", "1A01"}
        assert any("side_product" in side and component == 3 for entry, side, component in sides if entry == "1A01")
    assert [one.verdict for one in screener.answer("CCO>[Na]>CC=O")] == [Verdict.NOT_LISTED]
    assert verdict(screener.answer("CCO>>C(C")) is Verdict.UNREADABLE


@pytest.mark.parametrize(
    ("kind", "value"), [("ec", "203-874-3"), ("un", "1810"), ("hs", "29314100"), ("hs", "2931.41")]
)
def test_a_number_of_a_known_kind_needs_no_label(kind: str, value: str, screener: Screener) -> None:
    assert verdict(screener.answer(value, kind)) in (Verdict.LISTED, Verdict.REVIEW)
    assert verdict(screener.answer("0000", kind)) is Verdict.UNREADABLE
