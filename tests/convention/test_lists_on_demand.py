"""The lists that come along and are read only once they are named: EU, ML and UN88."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from opencwc.chemistry.molecule_reader import Unreadable, read_structure
from opencwc.convention import Convention
from opencwc.convention.rule_files import DATA, ON_DEMAND, load_list
from opencwc.errors import RuleError, SettingsError
from opencwc.screening import screen
from opencwc.wording import LANGUAGES


def answers(value: str, lists: str) -> set[tuple[str, str]]:
    findings = screen(value, lists=lists)
    return {(str(finding.verdict), finding.rule.entry) for finding in findings if finding.rule}


def test_they_are_off_and_unread_until_they_are_named() -> None:
    convention = Convention()
    assert [list_.id for list_ in convention.known_lists] == ["CWC", "AG"]
    assert convention.list_names == ("CWC", "AG", *ON_DEMAND)
    assert not answers("67-64-1", "")


def test_a_name_beside_theirs_is_refused_with_what_there_is() -> None:
    with pytest.raises(SettingsError) as refused:
        Convention(lists=["UN8"])
    assert refused.value.values["near"] == "UN88"
    assert refused.value.values["known"] == ("CWC", "AG", *ON_DEMAND)


def test_a_setting_makes_them_lasting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_LISTS", "CWC,UN88")
    assert answers("67-64-1", "") == {("listed", "II.acetone")}


def test_a_list_of_the_house_with_the_same_name_comes_first(tmp_path: Path) -> None:
    raw = yaml.safe_load((DATA / "lists" / "UN88" / "list.yaml").read_text(encoding="utf-8"))
    own = tmp_path / "own.yaml"
    own.write_text(yaml.safe_dump({**raw, "entries": raw["entries"][:1]}), encoding="utf-8")
    assert len(Convention(lists=["UN88"], files=[own]).entries) == 1


@pytest.mark.parametrize(("name", "entries"), [("EU", 100), ("ML", 18), ("UN88", 35)])
def test_each_holds_what_the_reference_says(name: str, entries: int) -> None:
    held = load_list(DATA / "lists" / name)
    assert (held.id, len(held.entries)) == (name, entries)
    assert {*held.title} == {*LANGUAGES}
    assert all({*entry.title} == {*LANGUAGES} for entry in held.entries if entry.list != "EU")
    assert f"| `{name}` | {entries} |" in (Path(__file__).parents[2] / "docs/reference/lists.md").read_text("utf-8")


@pytest.mark.parametrize("name", ON_DEMAND)
def test_every_structure_is_readable(name: str) -> None:
    for entry in load_list(DATA / "lists" / name).entries:
        for chemical in (*entry.examples, *entry.exempt, *entry.related):
            assert not chemical.smiles or not isinstance(read_structure(chemical.smiles, "smiles"), Unreadable)


@pytest.mark.parametrize(
    ("value", "lists", "expected"),
    [
        # 1C350 names single chemicals; 1C450.b.1 takes what neither it nor the Munitions List names
        ("CP(=O)(Cl)Cl", "EU", {("listed", "1C350.5")}),
        ("CCCP(=O)(OC)OC", "EU", {("listed", "1C450.b.1")}),
        ("COP(=O)(CCCC)OC", "EU", set()),
        ("CC(C)OP(C)(=O)F", "EU", set()),
        ("CC(C)OP(C)(=O)F", "EU,ML", {("listed", "ML7.b.1.a")}),
        ("CP(=O)(F)F", "EU,ML", {("listed", "ML7.c.1")}),
        ("944-22-9", "EU", {("exempt", "1C450.b.1")}),
        ("75-44-5", "EU", {("listed", "1C450.a.4")}),
        ("142-84-7", "EU", {("listed", "1C350.90")}),
        ("CCCCNCCCC", "EU", set()),
        ("108-01-0", "EU", {("exempt", "1C450.b.5")}),
        # ML7: riot control agents by name, and not their neighbours
        ("5798-79-8", "ML", {("listed", "ML7.d.1")}),
        ("N#CC(C#N)=Cc1ccccc1Cl", "ML", {("listed", "ML7.d.2")}),
        ("N#CC(C#N)=Cc1ccccc1", "ML", set()),
        ("O=C(C)c1ccccc1", "ML", set()),
        ("39277-47-9", "ML", {("listed", "ML7.b.4.b")}),
        ("94-75-7", "ML", set()),
        ("76-06-2", "ML", set()),
        # salts of the 1988 tables are covered; those of hydrochloric acid are not
        ("C1CCNCC1.Cl", "UN88", {("listed", "II.piperidine")}),
        ("[Na+].[O-]C(=O)Cc1ccccc1", "UN88", {("listed", "I.phenylacetic-acid")}),
        ("[Na+].[Cl-]", "UN88", set()),
        ("7722-64-7", "UN88", {("listed", "I.potassium-permanganate")}),
        ("CC1(C(=O)OC(C)(C)C)OC1c1ccccc1", "UN88", {("listed", "I.p-2-p-methyl-glycidic-acid")}),
        ("CC1(C(=O)OCCCCC)OC1c1ccccc1", "UN88", set()),
        ("CCc1ccccc1", "UN88", set()),
    ],
)  # fmt: skip
def test_chemicals_on_both_sides_of_the_borders(value: str, lists: str, expected: set[tuple[str, str]]) -> None:
    assert answers(value, lists) == expected


def test_the_days_of_the_tables_count() -> None:
    before, after = (
        {entry.id for entry in Convention(date(2024, 12, day), ["UN88"]).entries if "piperidone" in entry.id}
        for day in (2, 3)
    )
    assert (before, after) == (set(), {"I.4-piperidone", "I.1-boc-4-piperidone"})


def test_an_entry_takes_the_rule_of_the_one_it_is_the_same_as() -> None:
    (own,) = (entry for entry in load_list(DATA / "lists" / "EU").entries if entry.id == "1C450.b.2")
    (taken,) = (entry for entry in load_list(DATA / "lists" / "CWC").entries if entry.id == "2B05")
    assert (own.structure, own.salts, own.kind, own.title) == (taken.structure, taken.salts, taken.kind, taken.title)
    assert own.see_also == ("CWC 2B05",)
    assert (own.schedule, own.evidence) == (None, "unverified")


def test_a_name_of_no_entry_is_refused(tmp_path: Path) -> None:
    raw = yaml.safe_load((DATA / "lists" / "ML" / "list.yaml").read_text(encoding="utf-8"))
    own = tmp_path / "own.yaml"
    own.write_text(yaml.safe_dump({**raw, "entries": [{**raw["entries"][0], "same_as": "CWC 9Z99"}]}), encoding="utf-8")
    with pytest.raises(RuleError) as refused:
        load_list(own)
    assert refused.value.code == "same_as_names_nothing"
