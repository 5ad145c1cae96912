"""Rule files are data that a lawyer can add to, and what cannot hold is refused with its place."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path

import pytest
import yaml

from opencwc.convention import Convention
from opencwc.convention.fields import load_yaml
from opencwc.convention.rule_cache import forget_written
from opencwc.convention.rule_files import DATA, load_list, read_list
from opencwc.errors import RuleError, SettingsError
from opencwc.screening.rulebook import Rulebook
from opencwc.wording import LANGUAGES

ENTRY = {
    "id": "X01",
    "title": {"en": "Acetone"},
    "kind": "chemicals",
    "in_force": "2024-01-01",
    "source": "National list, item 1",
    "evidence": "official",
    "salts": "silent",
    "structure": [{"core": "CC(C)=O"}],
    "examples": [{"name": "Acetone", "cas": "67-64-1", "smiles": "CC(C)=O"}],
}


def write_list(folder: Path, *entries: dict[str, object], **header: object) -> Path:
    raw = {
        "list": "MINE",
        "title": {"en": "My list"},
        "authority": "A ministry",
        "text_of": "2024-05-01",
        "source": "Official journal",
        "evidence": "official",
        "entries": list(entries),
        **header,
    }
    file = folder / "mine.yaml"
    file.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return file


def changed(**fields: object) -> dict[str, object]:
    entry = {**ENTRY, **fields}
    return {key: value for key, value in entry.items() if value is not None}


def test_a_list_of_one_entry_is_read(tmp_path: Path) -> None:
    rule_list = load_list(write_list(tmp_path, ENTRY))
    assert (rule_list.id, rule_list.entries[0].id, rule_list.entries[0].examples[0].cas) == ("MINE", "X01", "67-64-1")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"colour": "red"}, "unknown field 'colour'"),
        ({"source": None}, "'source' is missing"),
        ({"evidence": "hearsay"}, "evidence is 'hearsay'"),
        ({"in_force": None}, "'in_force' is missing"),
        ({"in_force": "soon"}, "'soon' is not a date"),
        ({"salts": "perhaps"}, "salts is 'perhaps'"),
        ({"title": 7}, "'title' must be"),
        ({"examples": [{"name": "Acetone", "cas": "67-64-2", "smiles": "CC(C)=O"}]}, "check digit"),
        ({"examples": [{"name": "Acetone", "cas": "67-64-1", "smile": "CC(C)=O"}]}, "unknown field 'smile'"),
        ({"structure": [{"core": "CC(C)=O", "rest": "open"}]}, "rest is 'open'"),
        ({"structure": "CC(C)=O"}, "must be a list of mappings"),
    ],
)
def test_a_file_that_cannot_hold_is_refused_with_its_place(
    tmp_path: Path, fields: dict[str, object], message: str
) -> None:
    file = write_list(tmp_path, changed(**fields))
    with pytest.raises(RuleError, match=message) as refused:
        load_list(file)
    assert str(file) in str(refused.value)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"examples": [{"name": "Ethanol", "cas": "64-17-5", "smiles": "CCO"}]}, "not listed under its own"),
        ({"examples": [{"name": "Acetone", "cas": "67-64-1", "smiles": "CC(C"}]}, "is not a SMILES"),
        ({"exempt": [{"name": "Ethanol", "cas": "64-17-5", "smiles": "CC(O"}]}, "is not a SMILES"),
        ({"structure": [{"core": "CC({R})=O"}]}, "the value of {R} is not defined"),
        ({"structure": [{"core": "CC(=O"}]}, "is not a SMILES"),
        ({"places": {"R": "alkil(max=3)"}, "structure": [{"core": "CC({R})=O"}]}, "the place '.*' is unknown"),
        ({"places": {"R": "alkyl(longest=3)"}, "structure": [{"core": "CC({R})=O"}]}, "has no option 'longest'"),
        ({"structure": [{"core": "CC(C)=O", "where": ["carbon is nice"]}]}, "the condition '.*' is unknown"),
    ],
)
def test_a_rule_that_its_own_example_does_not_meet_is_refused_each_time(
    tmp_path: Path, fields: dict[str, object], message: str
) -> None:
    file = write_list(tmp_path, changed(**fields))
    for _ in range(2):
        with pytest.raises(RuleError, match=message):
            Rulebook.of(date(2026, 1, 1), ("MINE",), (file,))


def test_an_entry_twice_for_the_same_days_is_refused_and_one_after_the_other_is_not(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="appears twice"):
        load_list(write_list(tmp_path, ENTRY, ENTRY))
    earlier = changed(in_force={"from": "2020-01-01", "until": "2023-12-31"})
    assert len(load_list(write_list(tmp_path, earlier, ENTRY)).entries) == 2


def test_an_amendment_is_a_new_dated_value_and_no_code(tmp_path: Path) -> None:
    earlier = changed(in_force={"from": "2020-01-01", "until": "2023-12-31"}, structure=[{"core": "CCO"}])
    earlier["examples"] = [{"name": "Ethanol", "cas": "64-17-5", "smiles": "CCO"}]
    file = write_list(tmp_path, earlier, ENTRY)
    for day, smiles in ((date(2022, 1, 1), "CCO"), (date(2024, 1, 1), "CC(C)=O")):
        entry = Convention(day, ("MINE",), (file,)).find("MINE", "X01")
        assert entry is not None
        assert entry.structure[0].core == smiles
    assert Convention(date(2019, 12, 31), ("MINE",), (file,)).entries == ()


def test_a_list_in_the_settings_folder_works_without_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path))
    (tmp_path / "lists").mkdir()
    write_list(tmp_path / "lists", ENTRY)
    assert [rule_list.id for rule_list in Convention().lists] == ["CWC", "AG", "MINE"]


def test_an_unknown_list_is_named_with_a_near_one() -> None:
    with pytest.raises(SettingsError, match="Did you mean CWC"):
        Convention(lists=("CWS",))


def test_every_value_of_the_project_carries_source_and_evidence() -> None:
    convention = Convention()
    assert len(convention.entries) == 137
    for value in (*convention.entries, *convention.policies, *convention.duties):
        assert value.source
        assert value.evidence in ("treaty", "official", "secondary", "unverified")


def scripts_of(text: str) -> set[str]:
    """Return the scripts of a text's letters, as Unicode names them: LATIN, ARABIC, CYRILLIC, CJK."""
    return {unicodedata.name(letter).split()[0] for letter in text if letter.isalpha()}


def test_every_entry_of_the_schedules_says_itself_in_six_languages() -> None:
    entries = Convention(lists=("CWC",)).entries
    assert len(entries) == 47
    for entry in entries:
        for words in (entry.title, entry.meaning):
            assert set(words) == set(LANGUAGES), entry.id
            assert all(words.values()), entry.id
        assert len(set(entry.meaning.values())) == len(LANGUAGES), f"{entry.id} says its meaning twice in one language"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_a_list_says_in_a_language_stands_in_its_script(lang: str) -> None:
    convention = Convention()
    texts = [rule_list.title[lang] for rule_list in convention.lists]
    texts += [words[lang] for entry in convention.entries for words in (entry.title, entry.meaning) if lang in words]
    script = {"ar": "ARABIC", "ru": "CYRILLIC", "zh": "CJK"}.get(lang, "LATIN")
    for text in texts:
        if text in ("BZ", "PFIB"):  # abbreviations, written in Latin letters in other scripts too
            continue
        assert script in scripts_of(text), text
        if script == "LATIN":
            assert scripts_of(text) == {"LATIN"}, text
        else:  # locants, formulas and abbreviations stay in Latin letters; words do not
            assert not re.search("[a-z]{3}", text), text


def test_the_four_entries_of_2019_are_in_force_since_7_june_2020() -> None:
    before, after = (
        {entry.id for entry in Convention(day, ("CWC",)).entries} for day in (date(2020, 6, 6), date(2020, 6, 7))
    )
    assert after - before == {"1A13", "1A14", "1A15", "1A16"}
    assert not Convention(date(1997, 4, 28), ("CWC",)).entries


def test_each_schedule_file_bears_the_name_of_its_entry() -> None:
    for file in (DATA / "lists" / "CWC").glob("[123]*.yaml"):
        assert load_yaml(file.read_text(encoding="utf-8"))["id"] == file.stem
    assert len(read_list(DATA / "lists" / "CWC")["entries"]) == 47


def test_a_broken_cache_costs_time_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_CACHE", str(tmp_path))
    first = Rulebook.of(date(2026, 1, 1), ("CWC",))
    for file in tmp_path.glob("*.json"):
        file.write_text("{", encoding="utf-8")
    forget_written()
    again = Rulebook.of(date(2026, 1, 1), ("CWC",))
    assert again.gate == first.gate


def test_a_cache_folder_that_cannot_be_written_costs_time_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("OPENCWC_CACHE", str(tmp_path / "file" / "below"))
    assert Rulebook.of(date(2026, 1, 1), ("CWC",)).gate.full_keys
