"""National profiles stand in place of the Convention's rules, each value sourced, graded and dated, or are refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from opencwc.convention import Convention
from opencwc.convention.declaration_rules import DATA, TREATY, Profile, profile_files, read_profile
from opencwc.convention.model import EVIDENCE
from opencwc.declarations.law import Law
from opencwc.errors import RuleError, SettingsError
from opencwc.wording import LANGUAGES

DAY = date(2026, 11, 28)
SHIPPED = ("DEU", "ESP", "NLD", "POL", "SGP", "USA")
RESTS = "source: A law, evidence: official, in_force: 2020-01-01"


def read(file: Path) -> Profile:
    convention = Convention(DAY)
    return read_profile(
        file, {rule.id: rule for rule in convention.thresholds}, {rule.id: rule for rule in convention.deadlines}
    )


def written(folder: Path, text: str) -> Path:
    file = folder / "XNV.yaml"
    file.write_text("id: XNV\nstate: XNV\ntitle: Nowhere\n" + text, encoding="utf-8")
    return file


def test_the_profiles_that_come_along_are_those_of_six_states_and_the_treaty() -> None:
    assert set(profile_files()) == {*SHIPPED, TREATY}


@pytest.mark.parametrize("name", SHIPPED)
def test_every_value_of_a_profile_is_sourced_graded_and_said_in_six_languages(name: str) -> None:
    profile = read(DATA / "profiles" / f"{name}.yaml")
    assert profile.id == profile.state == name and set(profile.title) == set(LANGUAGES)
    assert profile.thresholds or profile.deadlines
    for rule in (*profile.thresholds.values(), *profile.deadlines.values(), *profile.notes):
        assert rule.source and rule.evidence in EVIDENCE
    for note in profile.notes:
        assert set(note.text) == set(LANGUAGES)
    for deadline in profile.deadlines.values():
        assert deadline.state == name


def test_the_treaty_is_a_profile_that_replaces_nothing() -> None:
    treaty = read(DATA / "profiles" / "treaty.yaml")
    assert not (treaty.thresholds or treaty.deadlines or treaty.readings or treaty.notes)


def test_a_rule_takes_from_the_treaty_what_it_does_not_say_itself(tmp_path: Path) -> None:
    file = written(tmp_path, f"thresholds:\n  - {{instead_of: [s2b-declare], quantity: 2, {RESTS}}}\n")
    rule = read(file).thresholds["s2b-declare"]
    assert (rule.quantity, rule.unit, rule.comparator, rule.source) == (2, "t", "gt", "A law")


def test_a_rule_may_be_for_some_activities_alone(tmp_path: Path) -> None:
    file = written(tmp_path, f"deadlines:\n  - {{instead_of: [s1-notice], only_for: [import], amount: 60, {RESTS}}}\n")
    law = Law(DAY, str(file))
    day = date(2026, 6, 30)
    assert law.due("s1-notice", 2026, day, "import") == date(2026, 5, 1)
    assert law.due("s1-notice", 2026, day, "export") == date(2026, 5, 31)


def test_a_rule_holds_from_its_day_on(tmp_path: Path) -> None:
    file = written(tmp_path, f"thresholds:\n  - {{instead_of: [s2b-declare], quantity: 2, {RESTS}}}\n")
    assert [Law(day, str(file)).kg("s2b-declare") for day in (date(2019, 12, 31), date(2020, 1, 1))] == [1000, 2000]


@pytest.mark.parametrize(
    ("text", "words", "place"),
    [
        (f"thresholds:\n  - {{instead_of: [s2c-declare], quantity: 2, {RESTS}}}", "s2c-declare", "thresholds 1"),
        (f"thresholds:\n  - {{quantity: 2, {RESTS}}}", "which is not a rule", "thresholds 1"),
        (f"thresholds:\n  - {{instead_of: [s2b-declare], amount: 2, {RESTS}}}", "amount", "thresholds 1"),
        (f"thresholds:\n  - {{instead_of: [s2b-declare], quantity: much, {RESTS}}}", "much", "thresholds 1"),
        (f"thresholds:\n  - {{instead_of: [s2b-declare], quantity: 2, unit: lb, {RESTS}}}", "lb", "thresholds 1"),
        (f"thresholds:\n  - {{instead_of: [s2-trade], unit: kg, {RESTS}}}", "quantity", "thresholds 1"),
        ("thresholds:\n  - {instead_of: [s2b-declare], quantity: 2, evidence: official, in_force: unknown}", "source",
         "thresholds 1"),
        ("thresholds:\n  - {instead_of: [s2b-declare], quantity: 2, source: A law, in_force: unknown}", "evidence",
         "thresholds 1"),
        ("thresholds:\n  - {instead_of: [s2b-declare], quantity: 2, source: A law, evidence: official}", "in_force",
         "thresholds 1"),
        (f"thresholds:\n  - {{instead_of: [s2b-declare, s2b-declare], quantity: 2, {RESTS}}}", "twice", "thresholds 1"),
        (f"thresholds:\n  - {{instead_of: [s2b-low], only_for: [sell], quantity: 2, {RESTS}}}", "sell", "thresholds 1"),
        (f"deadlines:\n  - {{instead_of: [s2-past], due: on, month: 2, day: 30, {RESTS}}}", "no day 30", "deadlines 1"),
        (f"deadlines:\n  - {{instead_of: [s2-past], due: soon, {RESTS}}}", "soon", "deadlines 1"),
        ("deadlines:\n  - {instead_of: [s2-past], same_as: usa-future}", "usa-future", "deadlines 1"),
        ("readings: {polymers: melted}", "melted", "XNV.yaml"),
        ("readings: {plastics: counted}", "plastics", "XNV.yaml"),
        ("readings: [polymers]", "", "readings"),
        ("notes: [{text: More is asked}]", "source", "XNV.yaml"),
        ("duties: []", "duties", "XNV.yaml"),
    ],
)  # fmt: skip
def test_a_profile_that_cannot_hold_is_refused_with_its_place(
    tmp_path: Path, text: str, words: str, place: str
) -> None:
    with pytest.raises(RuleError) as error:
        read(written(tmp_path, text))
    assert words in str(error.value)
    assert "XNV.yaml" in str(error.value) and place in str(error.value)


def test_a_profile_of_ones_own_is_found_in_the_settings_and_as_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opencwc.declarations import law as laws

    file = written(tmp_path, f"thresholds:\n  - {{instead_of: [s2b-declare], quantity: 2, {RESTS}}}\n")
    monkeypatch.setattr(laws, "_own_profiles", lambda: tmp_path)
    assert [Law(DAY, asked).kg("s2b-declare") for asked in ("XNV", "xnv", str(file))] == [2000, 2000, 2000]
    with pytest.raises(SettingsError, match="XNQ"):
        Law(DAY, "XNQ")


def test_the_profile_of_the_documentation_can_be_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "profiles.md").read_text(encoding="utf-8")
    file = tmp_path / "XNV.yaml"
    file.write_text(page.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    law = Law(DAY, str(file))
    assert (law.kg("s2b-declare"), law.due("s3-past", 2028), law.reading("polymers")) == (
        500, date(2028, 2, 29), "left-out",
    )  # fmt: skip
    assert law.profile.notes[0].text == {"en": "Records are kept for 10 years."}
