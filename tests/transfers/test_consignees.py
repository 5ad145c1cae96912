"""Names on a sanctions list are found across scripts, spellings and forms, and names that only share words are not."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.convention.fields import load_yaml
from opencwc.errors import InputError
from opencwc.finding import Maker, Subject, Verdict
from opencwc.language.name_words import name_words
from opencwc.language.romanisation import bones, coarse
from opencwc.language.word_likeness import alike
from opencwc.transfers.check.consignees import LIKENESS, LIKENESS_AT_HOME, Hit, Listed, SanctionsList
from opencwc.wording import LANGUAGES, say

CASES = Path(__file__).parents[1] / "cases" / "consignees"
COLUMNS = (
    "id", "schema", "name", "aliases", "birth_date", "countries", "addresses", "identifiers", "sanctions", "phones",
    "emails", "dataset", "first_seen", "last_seen", "last_change",
)  # fmt: skip


def cases(name: str) -> list[dict[str, Any]]:
    read = load_yaml((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    assert isinstance(read, list)
    return read


def list_of(*names: str, countries: tuple[str, ...] = ()) -> SanctionsList:
    entries = tuple(Listed(str(number), "LegalEntity", (name,), countries) for number, name in enumerate(names))
    return SanctionsList("invented.csv", entries, "2026-11-20")


ALIKE, APART, LATER = cases("alike"), cases("apart"), cases("later")
NAMES = tuple(dict.fromkeys(case["listed"] for case in (*ALIKE, *APART, *LATER)))
LIST = list_of(*NAMES)


def finds(name: str, listed: str) -> bool:
    return NAMES.index(listed) in [int(hit.entry) for hit in LIST.find(name)]


def target(**cells: str) -> dict[str, str]:
    return {name: cells.get(name, "") for name in COLUMNS}


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize("case", ALIKE, ids=lambda case: f"{case['asked']}: {case['why']}")
def test_a_name_that_is_alike_is_found(case: dict[str, Any]) -> None:
    assert finds(case["asked"], case["listed"])


@pytest.mark.parametrize("case", APART, ids=lambda case: f"{case['asked']}: {case['why']}")
def test_a_name_that_only_shares_words_is_not_found(case: dict[str, Any]) -> None:
    assert not finds(case["asked"], case["listed"])


def test_there_are_150_cases_and_more() -> None:
    assert len(ALIKE) + len(APART) + len(LATER) >= 150


@pytest.mark.parametrize(
    ("russian", "german", "french"),
    [("Яковлева", "Jakowlewa", "Iakovleva"), ("Юрий", "Jurij", "Iouri"), ("Жилябова", "Schiljabowa", "Jiliabova")],
)
def test_a_j_is_read_as_german_and_as_french_writes_it(russian: str, german: str, french: str) -> None:
    first, *others = (name_words(name)[0] for name in (russian, german, french))
    assert all(alike(first, other) >= 0.9 for other in others)


def test_recall_and_precision_on_the_pairs_written_later() -> None:
    should = [case for case in LATER if case["alike"]]
    should_not = [case for case in LATER if not case["alike"]]
    hit = sum(finds(case["asked"], case["listed"]) for case in should)
    false = sum(finds(case["asked"], case["listed"]) for case in should_not)
    assert hit / len(should) >= 0.9
    assert hit / (hit + false) >= 0.9


def test_no_case_finds_another_name_of_the_list_that_it_is_not_about() -> None:
    others = [
        (case["asked"], hit.name)
        for case in (*ALIKE, *APART) for hit in LIST.find(case["asked"])
        if hit.name != case["listed"]
    ]  # fmt: skip
    # They are names of other cases that a person would look at, too.
    assert len(others) <= 3


def test_likeness_does_not_depend_on_who_asks() -> None:
    for case in ALIKE:
        there, back = list_of(case["listed"]).find(case["asked"]), list_of(case["asked"]).find(case["listed"])
        assert [hit.score for hit in there] == pytest.approx([hit.score for hit in back], abs=0.02)


def test_the_country_supports_a_likeness_and_never_hides_one() -> None:
    sanctions = list_of("Orvenda Chemical Trading LLC", countries=("sy",))
    by_country = {country: sanctions.find("Orvenda Chemicals", country)[0] for country in ("", "SYR", "sy", "FRA")}
    assert {country: hit.country for country, hit in by_country.items()} == {
        "": "unknown", "SYR": "same", "sy": "same", "FRA": "different",
    }  # fmt: skip
    assert len({hit.score for hit in by_country.values()}) == 1
    assert LIKENESS_AT_HOME < LIKENESS


def test_of_two_entries_of_the_same_name_the_one_of_the_same_country_comes_first() -> None:
    entries = tuple(Listed(country, "Company", ("Orvenda Trading",), (country,)) for country in ("ir", "sy"))
    hits = SanctionsList("two.csv", entries).find("Orvenda Trading", "SYR")
    assert [hit.entry for hit in hits] == ["sy", "ir"]


def test_targets_simple_is_read_with_its_aliases_countries_and_date(tmp_path: Path) -> None:
    rows = [
        target(id="NK-1", schema="Company", name="Orvenda Chemical LLC", aliases="Orvenda;شركة أورفندا;Zelmira Chem",
               countries="sy;ir", last_seen="2026-11-20T10:00:00", last_change="2026-10-01", dataset="Invented"),
        target(id="NK-2", schema="Person", name="Yuri Scherbanenko", countries="ru", last_seen="2026-11-19"),
        target(id="NK-3", schema="Company"),
    ]  # fmt: skip
    read = SanctionsList.read(written(tmp_path / "targets.simple.csv", rows))
    assert (read.name, len(read.entries), read.names, read.date) == ("targets.simple.csv", 2, 5, "2026-11-20")
    assert [(problem.id, problem.values["row"]) for problem in read.problems] == [("consignees_row_nameless", 3)]
    (hit,) = read.find("ZELMIRA CHEMICALS", "IRN")
    assert (hit.entry, hit.name, hit.country, hit.list_date) == ("NK-1", "Zelmira Chem", "same", "2026-11-20")


def test_aliases_in_quotes_keep_their_semicolons(tmp_path: Path) -> None:
    rows = [target(id="1", schema="Company", name="Alpenreagens", aliases='"Kelmar; Sons";Bravox')]
    read = SanctionsList.read(written(tmp_path / "list.csv", rows))
    assert read.entries[0].names == ("Alpenreagens", "Kelmar; Sons", "Bravox")


ENTITIES = [
    {"id": "e1", "schema": "Company", "caption": "Orvenda Chemical LLC", "datasets": ["inv"],
     "last_seen": "2026-11-18T00:00:00",
     "properties": {"name": ["Orvenda Chemical LLC"], "alias": ["Орвенда Химия"], "country": ["sy"]}},
    {"id": "e2", "schema": "Address", "caption": "12 Orvenda Street", "properties": {"full": ["12 Orvenda Street"]}},
    {"id": "e3", "schema": "Person", "properties": {"name": ["Yuri Scherbanenko"], "nationality": ["ru"]}},
]  # fmt: skip


def test_follow_the_money_entities_are_read_from_json_lines_also_compressed(tmp_path: Path) -> None:
    path = tmp_path / "entities.ftm.json.gz"
    lines = [json.dumps(entity, ensure_ascii=False) for entity in ENTITIES]
    path.write_bytes(gzip.compress("\n".join([*lines, "{broken", ""]).encode()))
    read = SanctionsList.read(path)
    assert [entry.id for entry in read.entries] == ["e1", "e3"]
    assert read.date == "2026-11-18"
    assert [problem.values["row"] for problem in read.problems] == [4]
    assert read.find("Orvenda Khimiya OOO")[0].entry == "e1"


def test_follow_the_money_csv_is_read(tmp_path: Path) -> None:
    path = tmp_path / "Company.csv"
    path.write_text("id,name,alias,weakAlias,country\ne1,Orvenda Chemical LLC,Zelmira; Zelmex,,sy\n", encoding="utf-8")
    assert SanctionsList.read(path).entries == (
        Listed("e1", "", ("Orvenda Chemical LLC", "Zelmira", "Zelmex"), ("sy",)),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("country,city\nSY,Aleppo\n", "columns"),
        ("id,name\n", "No names"),
        ('[{"id": 1}]', "JSON array"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_what_to_give(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        SanctionsList.read(path)


def test_a_list_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("id,name\n1,Орвенда\n".encode("cp1251"))
    with pytest.raises(InputError, match="UTF-8"):
        SanctionsList.read(path)


def test_a_row_with_too_many_cells_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("id,name\n1,Orvenda\n2,Kel,mar\n3,Zelmira\n", encoding="utf-8")
    read = SanctionsList.read(path)
    assert [entry.id for entry in read.entries] == ["1", "3"]
    assert [(problem.id, problem.values["row"]) for problem in read.problems] == [("consignees_row_unread", 2)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_hit_is_told_with_the_lists_name_size_and_date_and_is_no_clearance(lang: str) -> None:
    sentence = say(LIST.told(LIST.find("Nothing Like It Wurzelpeter")), lang)
    assert "invented.csv" in sentence
    assert str(len(LIST.entries)) in sentence
    assert "2026" in sentence
    undated = SanctionsList("old.csv", (Listed("1", "", ("Orvenda",)),))
    assert say("consignees_undated", lang) in say(undated.told([]), lang)


def test_a_hit_is_a_finding_for_review_that_names_entry_list_words_and_country() -> None:
    subject, maker = Subject(4, "S-4", "Orlanskiy Zavod JSC"), Maker("consignees", "0", "2026-11-25")
    (finding,) = LIST.findings("Orlanskiy Zavod JSC", subject, maker)
    assert finding.verdict is Verdict.REVIEW
    assert finding.rule is not None
    assert finding.rule.entry == str(NAMES.index("АО Завод Орланский"))
    assert [part.label for part in finding.evidence] == ["orlanskiy = орланский", "zavod = завод"]
    sentence = say(finding.message, "en")
    assert all(
        part in sentence for part in ("АО Завод Орланский", "invented.csv", "2026-11-20", "could not be compared")
    )


@pytest.mark.parametrize("name", ["", "   ", "...", "Ltd", "№ 5", "\u202e", "公司", "ООО", "a" * 5000, "💥", "-" * 9])
def test_odd_names_do_no_harm(name: str) -> None:
    assert isinstance(LIST.find(name), list)
    SanctionsList("odd", (Listed("1", "", (name, "Orvenda")),)).find(name)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_asked_for_and_listed(name: str) -> None:
    sanctions = SanctionsList("any", (Listed("1", "", (name, "Orvenda")),))
    hits = sanctions.find(name)
    assert all(isinstance(hit, Hit) and 0 <= hit.score <= 1 for hit in hits)
    if name_words(name):
        assert hits


PLAIN = [name for name in NAMES if "عبد" not in name and len(name.split()) <= 3 and not set(name) & set('.«»"&')]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PLAIN), st.randoms(use_true_random=False))
def test_neither_case_nor_punctuation_nor_order_hides_a_name(name: str, chance: random.Random) -> None:
    words = name.split()
    chance.shuffle(words)
    assert finds(f"  {', '.join(words).upper()} ", name)


def test_the_same_sound_is_alike_in_every_script() -> None:
    for written_as in ("Хусейн", "Hussein", "حسين"):
        (word,), (arabic,) = name_words(written_as), name_words("حسين")
        assert alike(word, arabic) > 0.7
    assert coarse("khrushchev") == coarse("hrushchev")
    assert bones("qaddafi").consonants == bones("gaddafi").consonants.replace("j", "k")


def test_20_000_names_are_searched_in_milliseconds(tmp_path: Path) -> None:
    chance = random.Random(7)
    syllables = [first + second for first in "klmtvdbrnpshwzf" for second in ("a", "ol", "ir", "en", "ush")]

    def name() -> str:
        word = "".join(chance.choice(syllables) for _ in range(chance.randint(2, 4))).title()
        other = "".join(chance.choice(syllables) for _ in range(2)).title()
        return f"{word} {other} {chance.choice(['Chemical Trading', 'Shipping', 'Industries'])} Ltd"

    rows = [target(id=str(n), name=name(), last_seen="2026-11-20") for n in range(20_000)]
    rows.append(target(id="planted", name="ООО Щукинреагент Орланика"))
    sanctions = SanctionsList.read(written(tmp_path / "large.csv", rows))
    assert sanctions.find("Shchukinreagent Orlanika")[0].entry == "planted"
    names = [name() for _ in range(50)]
    started = time.process_time()
    for asked_name in names:
        sanctions.find(asked_name)
    assert (time.process_time() - started) / len(names) < 0.05
    stream = io.StringIO()
    stream.write(say(sanctions.told([]), "en"))
    assert "20001" in stream.getvalue()
