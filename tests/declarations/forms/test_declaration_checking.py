"""A declaration that somebody else wrote: every fault is told with its rule, and a whole one has none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from declared import Declared, chemicals, declared, law
from msgspec.structs import replace

from opencwc.declarations.forms.checking import check
from opencwc.declarations.forms.model import Declaration, Document
from opencwc.wording import LANGUAGES, say, sentence

Change = Callable[[Declaration], Declaration]


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Document:
    """The declaration of books that lack nothing: Schedule 2, its aggregate data, and Schedule 3."""
    sites = """site,plant,name,operator,country,address,main activities,capacity,building,dedicated
A,,Alpha works,Alpha SA,FRA,1 rue X,,,,
A,P1,Unit 1,Alpha SA,FRA,,B01,500 t,Hall 3,yes
A,P2,Unit 2,Alpha SA,FRA,,B01,900 t,Hall 4,no
"""
    activities = """site,plant,chemical,activity,year,quantity,unit,purpose,partner
A,P1,thiodiglycol,produce,2025,14,t,dyes,
A,P1,thiodiglycol,consume,2025,2,t,dyes,
A,P1,thiodiglycol,export,2025,4,t,,DEU
A,P2,phosgene,produce,2025,250,t,B11,
"""
    return declared(tmp_path_factory.mktemp("books"), sites, activities).document


def faults_of(document: Document) -> list[tuple[str, str, str]]:
    return [(fault.says.id, fault.rule, fault.path) for fault in check(document, {}, law(), chemicals())]


def changed(document: Document, regime: str, kind: str, change: Change, *, lines: bool = False) -> Document:
    held = tuple(
        change(one) if (one.regime, one.declaration) == (regime, kind) else one for one in document.declarations
    )
    return replace(document, declarations=held, lines=document.lines if lines else ())


def in_site(**values: Any) -> Change:
    return lambda held: replace(held, sites=(replace(held.sites[0], **values),))


def in_plant(**values: Any) -> Change:
    return lambda held: in_site(plants=(replace(held.sites[0].plants[0], **values),))(held)


def in_chemical(**values: Any) -> Change:
    def change(held: Declaration) -> Declaration:
        if held.chemicals:
            return replace(held, chemicals=(replace(held.chemicals[0], **values),))
        return in_plant(chemicals=(replace(held.sites[0].plants[0].chemicals[0], **values),))(held)

    return change


def in_figure(at: int, **values: Any) -> Change:
    def change(held: Declaration) -> Declaration:
        chemical = held.chemicals[0] if held.chemicals else held.sites[0].plants[0].chemicals[0]
        figures = list(chemical.figures)
        figures[at] = replace(figures[at], **values)
        return in_chemical(figures=tuple(figures))(held)

    return change


def in_field(where: str, called: str, /, **values: Any) -> Change:
    def change(held: Declaration) -> Declaration:
        holder = {"site": held.sites[0], "plant": held.sites[0].plants[0]}[where]
        fields = tuple(replace(one, **values) if one.name == called else one for one in holder.fields)
        return (in_site if where == "site" else in_plant)(fields=fields)(held)

    return change


def test_a_whole_declaration_has_no_fault(whole: Document) -> None:
    assert len(whole.declarations) == 4 and whole.lines
    assert faults_of(whole) == []


S2, S3, NATIONAL = ("S2", "past"), ("S3", "past"), ("S2", "aggregate")
EXPORT, CONSUME, PRODUCE = 1, 0, 2
CASES: dict[str, tuple[tuple[str, str], Change, str, str]] = {
    "no plant site": (S2, lambda held: replace(held, sites=()), "form_fault_no_sites", "VA VII.6"),
    "a plant site without plants": (S2, in_site(plants=()), "form_fault_no_plants", "VA VII.7"),
    "a plant without chemicals": (S2, in_plant(chemicals=()), "form_fault_no_chemicals", "VA VII.8"),
    "two sites of one code": (
        S2, lambda held: replace(held, sites=held.sites * 2), "form_fault_site_twice", "VA VII.6"),
    "two plants of one code": (
        S2, lambda held: in_site(plants=held.sites[0].plants * 2)(held), "form_fault_plant_twice", "VA VII.7"),
    "a field left out": (S2, in_site(fields=()), "form_missing", "VA VII.6"),
    "a field left empty": (S2, in_field("plant", "s2-plant-capacity", value=""), "form_missing", "VA VII.7"),
    "a field of another form": (
        S2, in_field("plant", "s2-plant-other", name="x"), "form_fault_field_unknown", "schema"),
    "a code of no table": (S2, in_field("plant", "s2-plant-activities", code="B99"), "form_fault_code", "VA VII.7"),
    "a CAS number with a wrong check digit": (S2, in_chemical(cas="111-48-7"), "form_fault_cas", "VA VII.8"),
    "a chemical of another entry": (S2, in_chemical(entry="2B04"), "form_fault_entry", "Annex 2B13"),
    "a chemical of no entry": (S2, in_chemical(name="ethanol", cas="64-17-5"), "form_fault_entry_none", "Annex 2B13"),
    "a chemical of another Schedule": (
        S2, in_chemical(name="phosgene", cas="75-44-5", entry="3A01"), "form_fault_regime", "VA VII.8"),
    "a chemical without a name": (S2, in_chemical(name="", cas=""), "form_fault_chemical_unnamed", "VA VII.8"),
    "a chemical that nobody knows": (
        S2, in_chemical(name="qwertzuiopasdf", cas=""), "form_fault_chemical_unknown", "VA VII.8"),
    "a range that does not hold the quantity": (S3, in_chemical(range="B21"), "form_fault_range", "VA VIII.8(b)"),
    "no range": (S3, in_chemical(range=""), "form_fault_range", "VA VIII.8(b)"),
    "a range where none is declared": (S2, in_chemical(range="B21"), "form_fault_range_none", "VA VIII.8(b)"),
    "nothing above the threshold": (
        S3, in_figure(0, quantity=Decimal(30_000)), "form_fault_under_threshold", "VA VIII.3"),
    "no quantity": (S2, in_figure(PRODUCE, quantity=None), "form_fault_quantity_missing", "VA VII.8"),
    "a year outside the window": (S2, in_figure(PRODUCE, year=2022), "form_fault_year", "VA VII.8"),
    "a plan among what was done": (S2, in_figure(PRODUCE, planned=True), "form_fault_planned", "VA VII.8"),
    "a day of another year": (
        S2, in_figure(PRODUCE, begins=date(2024, 5, 1)), "form_fault_day_of_year", "VA VII.8"),
    "no partner": (S2, in_figure(EXPORT, partner=""), "form_fault_partner_missing", "VA VII.8"),
    "a partner that is no State": (S2, in_figure(EXPORT, partner="XQZ"), "form_fault_partner_unknown", "schema"),
    "a partner that is the State itself": (
        S2, in_figure(EXPORT, partner="FRA"), "form_fault_partner_self", "VA VII.31"),
    "a partner that is no State Party": (
        S2, in_figure(EXPORT, partner="ISR"), "form_fault_partner_no_party", "VA VII.31"),
    "a State that is none": (S2, lambda held: replace(held, state="France"), "form_fault_partner_unknown", "schema"),
    "no State": (S2, lambda held: replace(held, state=""), "form_fault_state_missing", "VA VII.6"),
    "a State that is no party": (
        S2, lambda held: replace(held, state="ISR"), "form_fault_state_no_party", "VA VII.6"),
    "another year": (S2, lambda held: replace(held, period=2024), "form_fault_period", "VA VII.2(b), VII.4(b)"),
    "a last day after the deadline": (
        S2, lambda held: replace(held, due=date(2026, 4, 1)), "form_fault_due", "VA VII.2(b), VII.4(b)"),
    "made after its last day": (
        S2, lambda held: replace(held, due=date(2026, 1, 1)), "form_fault_late", "VA VII.2(b), VII.4(b)"),
    "national data below the plants": (
        NATIONAL, in_figure(PRODUCE, quantity=Decimal(13_999)), "form_fault_sum", "VA VII.1"),
    "a field that says another figure": (
        S2, in_figure(PRODUCE, quantity=Decimal(14_001)), "form_fault_field_sum", "VA VII.8"),
    "production of organic chemicals under Schedule 2": (
        S2, in_chemical(of="doc"), "form_fault_kind_of_chemical", "schema"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_told_with_its_rule(whole: Document, name: str) -> None:
    (regime, kind), change, id, rule = CASES[name]
    found = faults_of(changed(whole, regime, kind, change))
    assert (id, rule) in {(fault, by) for fault, by, _ in found}


def test_the_lines_of_a_declaration_are_held_against_its_figures(whole: Document) -> None:
    document = changed(whole, *S2, in_figure(CONSUME, quantity=Decimal(1)), lines=True)
    assert "form_fault_lines_differ" in {id for id, _, _ in faults_of(document)}
    without = changed(whole, *S3, lambda held: replace(held, sites=()), lines=True)
    assert "form_fault_not_declared" not in {id for id, _, _ in faults_of(without)}  # it declares no plant at all
    two = changed(whole, *S3, in_plant(code="P9"), lines=True)
    assert "form_fault_not_declared" in {id for id, _, _ in faults_of(two)}


def test_a_declaration_twice_and_another_version_are_faults(whole: Document) -> None:
    document = replace(whole, version="7", declarations=whole.declarations * 2)
    ids = {id for id, _, _ in faults_of(document)}
    assert {"form_fault_version", "form_fault_declaration_twice"} <= ids


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_fault_can_be_said_in_each_language(whole: Document, lang: str) -> None:
    for (regime, kind), change, id, _ in CASES.values():
        for fault in check(changed(whole, regime, kind, change), {}, law(), chemicals()):
            assert id not in sentence(fault.says, lang) and "{" not in sentence(fault.says, lang)


def test_a_declaration_of_ours_has_no_fault_but_what_the_register_lacks(alpha: Declared) -> None:
    assert {id for id, _, _ in faults_of(alpha.document)} == {"form_missing"}


def test_a_fault_says_its_part_of_the_declaration_in_words(whole: Document) -> None:
    faults = check(changed(whole, "S2", "past", in_plant(fields=())), {}, law(), chemicals())
    told = {tuple(say(part) for part in fault.part) for fault in faults}
    assert ("Schedule 2: past activities, 2025", "Plant site A", "Plant P1") in told
    assert all(say(part, "ar") for fault in faults for part in fault.part)
