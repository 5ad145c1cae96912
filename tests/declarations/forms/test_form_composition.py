"""What is due becomes a declaration with every figure, code and field; what the register lacks is said, not made up."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from declared import ACTIVITIES, SITES, YEAR, Declared, chemicals, declared, declared_of, law
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opencwc.convention.declaration_rules import read_fields
from opencwc.declarations.forms.composition import compose, missing_in
from opencwc.declarations.forms.form_fields import column_for, column_heading, column_of, fields_asked
from opencwc.declarations.forms.model import Chemical, Declaration, Document, Field, Plant
from opencwc.declarations.forms.register_made import register_of
from opencwc.declarations.judgement import judge
from opencwc.declarations.model import DECLARATIONS, REGIMES, Activity, Due
from opencwc.declarations.register_reader import read_register
from opencwc.declarations.register_words import fields_of, plain_words
from opencwc.wording import LANGUAGES, say


def one(document: Document, regime: str, kind: str) -> Declaration:
    (held,) = [held for held in document.declarations if (held.regime, held.declaration) == (regime, kind)]
    return held


def plant(held: Declaration, site: str, code: str) -> Plant:
    return next(p for s in held.sites if s.code == site for p in s.plants if p.code == code)


def field(fields: tuple[Field, ...], name: str) -> Field:
    return next(field for field in fields if field.name == name)


def figures(chemical: Chemical) -> list[tuple[str, int, Decimal | None, str]]:
    return [(f.activity, f.year, f.quantity, f.partner) for f in chemical.figures]


def test_there_is_one_declaration_a_regime_kind_and_period(alpha: Declared) -> None:
    named = {(held.regime, held.declaration, held.period) for held in alpha.document.declarations}
    assert named == {(due.regime, due.declaration, due.period) for due in alpha.answer.due}
    assert len(alpha.document.declarations) == len(named)


def test_the_forms_of_the_example_lack_nothing() -> None:
    register = read_register(Path(__file__).parents[3] / "examples" / "register")
    document = compose(judge(register, law(), YEAR, chemicals()), law())
    assert len(document.declarations) == 13
    assert not list(missing_in(document))
    facility = plant(one(document, "S1", "past"), "NW-03", "L")
    formulas = {chemical.name: field(chemical.fields, "s1-chemical-formula").value for chemical in facility.chemicals}
    assert formulas["Ricin"] == "ricin: none, a protein"
    assert formulas["Saxitoxin"].startswith("N"), "a structure that is known stays"


def test_every_line_that_is_due_stands_in_it_once(alpha: Declared) -> None:
    held = [
        (part.regime, part.declaration, site.code, plant.code, chemical.range)
        for part in alpha.document.declarations
        for site in part.sites
        for plant in site.plants
        for chemical in plant.chemicals
    ]
    assert sorted(held) == sorted(
        (due.regime, due.declaration, due.site, due.plant, due.range) for due in alpha.answer.due if due.site
    )


def test_the_figures_are_what_is_counted_and_the_lines_all_that_they_rest_on(alpha: Declared) -> None:
    (chemical,) = plant(one(alpha.document, "S2", "past"), "A", "P1").chemicals
    assert figures(chemical) == [
        ("export", 2025, Decimal(200), "DEU"), ("produce", 2025, Decimal(1400), ""),
        ("produce", 2024, Decimal(12400), ""),
    ]  # fmt: skip
    assert (chemical.cas, chemical.entry, chemical.inspection) == ("111-48-8", "2B13", True)
    assert field(chemical.fields, "s2-chemical-produced").value == "1400 kg"
    assert field(chemical.fields, "s2-chemical-formula").value == "OCCSCCO"
    assert 3 in {line.row for line in alpha.document.lines}  # the mixture, which no figure counts


def test_further_columns_go_onto_the_forms_with_their_codes(alpha: Declared) -> None:
    held = one(alpha.document, "S2", "past")
    (site,) = held.sites
    assert field(site.fields, "s2-site-location").value == "1 rue X; 45.1, 4.2"
    assert field(site.fields, "s2-site-s3-plants").value == "1"
    assert {column.name: column.value for column in site.columns}["contact"] == "info@alpha.example"
    fields = plant(held, "A", "P1").fields
    assert field(fields, "s2-plant-activities").code == "B01,B04"
    assert field(fields, "s2-plant-location").value == "Hall 3"
    assert field(fields, "s2-plant-operator").value == "Alpha SA"
    assert (field(fields, "s2-plant-produces").value, field(fields, "s2-plant-consumes").value) == ("yes", "no")
    ocpf = one(alpha.document, "OCPF", "past").sites[0]
    assert field(ocpf.fields, "ocpf-site-activities").code == "512"
    assert (field(ocpf.fields, "ocpf-site-range").value, field(ocpf.fields, "ocpf-site-psf-plants").value) == (
        "B32",
        "1",
    )
    assert [(p.code, p.chemicals[0].of, p.chemicals[0].range) for p in ocpf.plants] == [
        ("", "doc", "B32"), ("P2", "psf", "<B31"),
    ]  # fmt: skip


def test_national_data_are_by_partner_and_count_traders(alpha: Declared) -> None:
    (chemical,) = one(alpha.document, "S3", "aggregate").chemicals
    assert figures(chemical) == [("import", 2025, Decimal(60_000), "DEU"), ("produce", 2025, Decimal(250_000), "")]
    assert field(chemical.fields, "s3-aggregate-by-state").value == "import DEU 60000 kg"


def test_only_numbers_of_forms_that_are_known_are_written(alpha: Declared) -> None:
    numbers = {(held.regime, held.declaration): held.form for held in alpha.document.declarations}
    assert numbers.pop(("S1", "past")) == "C-3"
    assert set(numbers.values()) == {""}


def test_what_a_form_needs_and_the_register_lacks_is_listed_with_its_rule(alpha: Declared) -> None:
    lacking = {
        (held.declaration.regime, held.declaration.declaration, held.site, held.plant, held.field.name): held.field
        for held in missing_in(alpha.document)
    }
    assert lacking["S1", "past", "F", "", "s1-chemical-stored-at-end"].rule == "VA VI.15, VI.19"
    assert lacking["S3", "past", "A", "P2", "s3-plant-location"].rule == "VA VIII.7"
    assert ("S2", "past", "A", "P1", "s2-plant-capacity") not in lacking
    assert all(not field.value for field in lacking.values())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_name_of_a_column_is_read_back_as_that_column(lang: str) -> None:
    for column in filter(None, {column_for(known.id) for known in read_fields()}):
        label = say(column_heading(column), lang)
        own = {plain_words(word) for word in (column, *fields_of("sites").get(column, ()))}
        assert column_of({label: "500"}, column) == "500" or plain_words(label) in own, (column, label)


def test_a_quantity_that_the_register_does_not_say_is_no_zero(tmp_path) -> None:
    books = ACTIVITIES + "A,P1,thiodiglycol,,process,2025,,,,,,,,\n"
    (chemical,) = plant(one(declared(tmp_path, SITES, books).document, "S2", "past"), "A", "P1").chemicals
    assert ("process", 2025, None, "") in figures(chemical)
    assert field(chemical.fields, "s2-chemical-processed").missing


def test_each_field_of_the_convention_is_asked_by_some_declaration() -> None:
    forms = ("plant_site", "plant", "chemical", "aggregate")
    asked = {
        known.id
        for regime in REGIMES for kind in DECLARATIONS for form in forms
        for known in fields_asked(regime, kind, form)
    }  # fmt: skip
    assert asked == {known.id for known in read_fields()}


@pytest.mark.parametrize(
    ("only", "kinds"),
    [
        ((), 9), (("s2-past",), 1), (("s2",), 4), (("past",), 4), (("s3", "transfer"), 3),
    ],
)  # fmt: skip
def test_only_what_is_named_is_composed(alpha: Declared, only: tuple[str, ...], kinds: int) -> None:
    assert len(compose(alpha.answer, law(), only=only).declarations) == kinds


NAMES = ("thiodiglycol", "phosgene", "ethanol", "dimethyl sulfoxide", "triethanolamine", "amiton")
rows = st.builds(
    lambda site, plant, name, activity, year, kg, share, partner, purpose, ahead: (
        f"{site},{plant},{name},,{activity},{year},{kg},kg,{share},{'yes' if ahead else ''},{purpose},"
        f"{partner if activity in ('import', 'export') else ''},{f'{year}-07-0{1 + kg % 9}' if ahead == 2 else ''},"
    ),
    st.sampled_from("AB"), st.sampled_from(["P1", "P2"]), st.sampled_from(NAMES),
    st.sampled_from(["produce", "process", "consume", "import", "export"]), st.integers(2023, 2027),
    st.integers(1, 900_000), st.sampled_from(["", "", "100", "60", "12.5"]), st.sampled_from(["DEU", "MAR", ""]),
    st.sampled_from(["", "dyes"]), st.sampled_from([0, 0, 1, 2]),
)  # fmt: skip


@given(st.lists(rows, max_size=14))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_register_of_a_declaration_holds_all_that_it_declares(tmp_path_factory, held: list[str]) -> None:
    """Register to declaration to register: the same sites, the same lines, the same declarations due."""
    header = ACTIVITIES.partition("\n")[0]
    sites = SITES.replace("\nF,", "\nB,P1,Beta 1,Beta,FRA,,,,,,,,,\nB,,Beta works,Beta,FRA,4 rue W,,,,,,,,\nF,")
    folder = tmp_path_factory.mktemp("books")
    first = declared(folder, sites, "\n".join([header, *held, ""]))
    made = register_of(first.document)
    lines = {activity.row: _plain(activity) for activity in first.register.activities}
    assert {a.row: _plain(a) for a in made.activities}.items() <= lines.items()
    for key, site in made.sites.items():
        assert site.row == 0 or site == first.register.sites[key]._replace(country=site.country, texts=site.texts)
    again = declared_of(made)
    assert [_without_words(due) for due in again.answer.due] == [_without_words(due) for due in first.answer.due]
    assert [_figures(d) for d in again.document.declarations] == [_figures(d) for d in first.document.declarations]


def _plain(activity: Activity) -> Activity:
    return activity._replace(texts={})


def _without_words(due: Due) -> tuple[object, ...]:
    return due._replace(why=due.why.id, rules=(), chemical="")[:]


def _figures(held: Declaration) -> list[object]:
    return [
        (site.code, plant.code, chemical.name, chemical.figures)
        for site in held.sites for plant in site.plants for chemical in plant.chemicals
    ] + [(chemical.name, chemical.figures) for chemical in held.chemicals]  # fmt: skip
