"""The measures are complete in every language, found by their own words, and a user's own set stands beside them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from time import process_time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from opencwc.convention.clauses import CLAUSE
from opencwc.convention.measure_terms import Terms, compile_pattern, fold
from opencwc.convention.measures import (
    FOLDER,
    KINDS,
    LANGUAGES,
    READ_LANGUAGES,
    TIERS,
    Measures,
    own_sets,
    read_measures,
)
from opencwc.convention.model import EVIDENCE
from opencwc.errors import RuleError

DAY = date(2026, 11, 26)
OWN = {
    "set": "REGIONAL",
    "title": "A regional agreement",
    "source": "Agreement of 2025",
    "evidence": "unverified",
    "in_force": date(2025, 1, 1),
    "obligations": [{"id": "A1", "title": "Forbid them", "measures": ["PRO-01", "REG-01"], "source": "article 1"}],
    "measures": [
        {
            "id": "REG-01", "kind": "obliges", "tier": "necessary", "article": "2", "subject": ["precursor"],
            "elements": [{"id": "label", "terms": ["labelled", "precursor"]}],
        }
    ],
    "wording": {
        "en": {
            "REG-01": {
                "title": "Labelling of precursors",
                "query": "Every container of a precursor shall be labelled.",
                "elements": {"label": ["label", "Containers of a precursor are labelled."]},
            }
        }
    },
    "terms": {"en": {"labelled": "label~; mark~"}},
}  # fmt: skip


ANNEXES = ("Annex on Chemicals", "Confidentiality Annex")


@pytest.fixture(scope="module")
def measures() -> Measures:
    return read_measures(DAY)


def own_file(folder: Path, **changed: object) -> Path:
    path = folder / "measures" / "regional.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump({**OWN, **changed}, allow_unicode=True), encoding="utf-8")
    return path


def test_there_are_sixty_measures_each_with_its_article_tier_kind_and_grade(measures: Measures) -> None:
    core = [measure for measure in measures.measures if measure.set == "CWC"]
    assert len(core) == 60
    for measure in core:
        assert measure.kind in KINDS and measure.tier in TIERS and measure.evidence == "treaty" and measure.needed
        assert all(CLAUSE.fullmatch(clause) or clause in ANNEXES for clause in re.split("[,;] ", measure.article)), (
            measure.article
        )
        assert all(grade in EVIDENCE for grade in measure.decisions.values())


def test_what_is_not_known_from_a_text_that_was_read_says_so(measures: Measures) -> None:
    for measure in measures.measures:
        assert all(grade == "unverified" for grade in measure.decisions.values())
    resolution = next(obligations for obligations in measures.sets if obligations.id == "UNSCR1540")
    assert resolution.evidence == "unverified" and {obligation.evidence for obligation in resolution.obligations} == {
        "unverified"
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_measure_and_element_is_said_in_the_language(measures: Measures, language: str) -> None:
    wordings: set[str] = set()
    for measure in measures.measures:
        assert measure.titles[language] and measure.queries[language]
        wordings |= {measure.titles[language], measure.queries[language]}
        for element in measure.elements:
            assert element.names[language] and element.says[language].rstrip()[-1] in ".。"
    for every in measures.sets:
        assert every.titles[language]
        assert all(obligation.titles[language] for obligation in every.obligations)
    assert len(wordings) == 2 * len(measures.measures)  # nobody copied one measure's words to another


@pytest.mark.parametrize("language", ["ar", "ru", "zh"])
def test_no_sentence_was_left_in_latin_letters(measures: Measures, language: str) -> None:
    for measure in measures.measures:
        sentences = [
            measure.titles[language],
            measure.queries[language],
            *(element.says[language] for element in measure.elements),
        ]
        assert not [sentence for sentence in sentences if re.search("[a-z]{3}", sentence)]


@pytest.mark.parametrize("language", READ_LANGUAGES)
def test_every_element_is_found_in_the_sentence_a_law_would_have(measures: Measures, language: str) -> None:
    terms = measures.terms(language)
    for measure in measures.measures:
        query = fold(measure.queries[language]).text
        assert terms.holds(measure.subject, query), (measure.id, measure.subject)
        for element in measure.elements:
            assert terms.holds(element.terms, query), (element.key, element.terms)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_element_is_found_by_what_a_provision_on_it_says(measures: Measures, language: str) -> None:
    terms = measures.terms(language)
    for measure in measures.measures:
        for element in measure.elements:
            assert terms.holds(element.terms, fold(element.says[language]).text), (element.key, element.says[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_biological_weapon_is_not_a_chemical_one(measures: Measures, language: str) -> None:
    sentences = {
        "en": "No person shall produce biological weapons.",
        "fr": "Il est interdit de fabriquer des armes biologiques.",
        "ar": "يحظر إنتاج الأسلحة البيولوجية.",
        "es": "Se prohíbe producir armas biológicas.",
        "ru": "Запрещается производство биологического оружия.",
        "zh": "禁止生产生物武器。",
    }
    folded = fold(sentences[language]).text
    assert measures.terms(language).holds((("biological_weapons",),), folded)
    assert not measures.terms(language).holds((("chemical_weapons",),), folded)


@pytest.mark.parametrize("language", READ_LANGUAGES)
def test_terms_that_mean_different_things_have_different_patterns(measures: Measures, language: str) -> None:
    terms = measures.terms(language)
    for term, other in [
        ("produce", "acquire"),
        ("import", "export"),
        ("develop", "stockpile"),
        ("safety", "environment"),
    ]:
        assert not set(terms.patterns[term]) & set(terms.patterns[other])


@pytest.mark.parametrize("language", READ_LANGUAGES)
def test_no_pattern_runs_away(measures: Measures, language: str) -> None:
    """Twice the text takes about twice the time, also where every word invites a pattern to go on."""
    terms = measures.terms(language)
    words = [
        re.sub(r"[~()|?]", " ", pattern).replace("..", " ") for regex in terms.patterns.values() for pattern in regex
    ]
    invited = " ".join(words)
    for text in (invited, "a " * 4000, "ا" * 4000, "前" * 4000, "-" * 4000):
        once = fold((text * (4000 // len(text) + 1))[:4000]).text
        spent: list[float] = []
        for folded in (once, once * 2):
            start = process_time()
            for term in terms.patterns:
                sum(1 for _ in terms.find(term, folded))
            spent.append(process_time() - start)
        assert spent[1] < 4 * spent[0] + 0.2


@pytest.mark.parametrize("strange", ["a+", "(a", "[ab]", "a{2}", "a\\b", "", "^a", "(?=a)", "a~~"])
def test_a_pattern_that_could_run_away_or_cannot_be_read_is_refused(strange: str) -> None:
    with pytest.raises(RuleError):
        Terms("en", {"x": [strange]}).pattern("x")


def test_inflection_accents_and_line_breaks_do_not_hide_a_term() -> None:
    french = re.compile(compile_pattern("arme~ chimique~", "fr"))
    assert french.search(fold("l’arme\nCHIMIQUE").text) and not french.search(fold("alarme chimique").text)
    arabic = re.compile(compile_pattern("حيازة~", "ar"))
    assert all(arabic.search(fold(word).text) for word in ("والحيازة", "حيازتها", "لحِيَازَة", "بحيـازة"))
    assert re.search(compile_pattern("schedule 1", "en"), fold("Schedule (1)").text)
    assert re.search(compile_pattern("附表1", "zh"), fold("附表１").text)


def test_chinese_is_read_in_both_ways_of_writing(measures: Measures) -> None:
    ban = measures.measure("PRO-01")
    assert ban is not None
    for sentence in ("不得研制、生产、取得、储存或保留化学武器", "不得研製、生產、取得、儲存或保留化學武器"):
        text = fold(sentence).text
        assert all(measures.terms("zh").holds(element.terms, text) for element in ban.elements)
    assert fold("儲存").span(0, 2) == (0, 2)


@given(st.text(max_size=40))
def test_a_folded_text_knows_where_every_sign_stood(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.places)
    assert all(0 <= place < len(text) for place in folded.places) and list(folded.places) == sorted(folded.places)
    if folded.text:
        start, end = folded.span(0, len(folded.text))
        assert 0 <= start < end <= len(text)


def test_missing_elements_are_named_and_one_of_a_group_is_enough(measures: Measures) -> None:
    ban = measures.measure("PRO-01")
    assert ban is not None
    assert [element.id for element in ban.missing(["develop", "produce", "acquire"])] == ["stockpile", "retain"]
    transfer = measures.measure("PRO-02")
    assert transfer is not None
    assert transfer.missing(["transfer", "trade"]) == ()
    assert [element.id for element in transfer.missing(["transfer"])] == ["indirectly"]  # the group is named once


def test_the_ban_on_schedule_2_transfers_holds_from_the_day_the_treaty_gives() -> None:
    assert read_measures(date(2000, 4, 28)).measure("SCH-06") is None
    assert read_measures(date(2000, 4, 29)).measure("SCH-06") is not None
    assert read_measures(date(2004, 4, 27)).obligations == ()


def test_every_obligation_of_resolution_1540_rests_on_measures(measures: Measures) -> None:
    known = {measure.id for measure in measures.measures}
    assert len(measures.obligations) == 8
    assert all(set(obligation.measures) <= known for obligation in measures.obligations)


def test_a_users_own_set_works_without_code(tmp_path: Path) -> None:
    own_file(tmp_path)
    made = read_measures(DAY, own_sets(tmp_path))
    own = made.measure("REG-01")
    assert own is not None and own.set == "REGIONAL" and own.evidence == "unverified"
    assert made.terms("en").holds(own.elements[0].terms, fold("A precursor is to be marked.").text)
    assert made.terms("fr").holds((("labelled",),), "labelled")  # English words, where no others are given
    assert [obligation.id for obligation in made.obligations if obligation.set == "REGIONAL"] == ["A1"]
    assert own_sets(tmp_path / "nowhere") == ()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"set": "CWC"}, "already exists"),
        ({"obligations": [{**OWN["obligations"][0], "measures": ["PRO-99"]}]}, "PRO-99"),  # type: ignore[index]
        ({"terms": {}}, "labelled"),
        ({"terms": {"en": {"labelled": "label~", "develop": "x"}}}, "develop"),
        ({"wording": {}}, "wording"),
        ({"evidence": "certain"}, "certain"),
        ({"colour": "red"}, "colour"),
        ({"wording": 5}, "another shape"),
    ],
)
def test_an_own_set_that_cannot_hold_is_left_out_and_told_with_its_place(
    tmp_path: Path, changed: dict[str, object], message: str
) -> None:
    path = own_file(tmp_path, **changed)
    made = read_measures(DAY, [path])
    (refused,) = made.refused
    assert message in refused.why and refused.file == path.name
    assert str(path) in refused.why or message == "another shape"
    assert made.measures == read_measures(DAY).measures and made.obligations == read_measures(DAY).obligations


def test_a_set_behind_a_broken_one_is_read_all_the_same(tmp_path: Path) -> None:
    good = own_file(tmp_path)
    broken = good.with_name("a-broken.yaml")
    broken.write_text("set: [REGIONAL\n", encoding="utf-8")
    for cache in (None, tmp_path / "cache", tmp_path / "cache"):
        made = read_measures(DAY, [broken, good], cache)
        assert [refusal.file for refusal in made.refused] == ["a-broken.yaml"] and "line" in made.refused[0].why
        assert made.measure("REG-01") is not None


def test_a_language_that_leaves_an_element_out_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    folder = tmp_path / "data"
    shutil.copytree(FOLDER, folder)
    text = (folder / "ru.yaml").read_text(encoding="utf-8")
    (folder / "ru.yaml").write_text(re.sub(r"(?m)^      retain: .*\n", "", text, count=1), encoding="utf-8")
    monkeypatch.setattr("opencwc.convention.measures.FOLDER", folder)
    with pytest.raises(RuleError, match="retain"):
        read_measures(DAY)


def test_the_cache_gives_the_same_measures(tmp_path: Path) -> None:
    first = read_measures(DAY, cache=tmp_path)
    assert [*tmp_path.glob("measures-*.json")]
    again = read_measures(DAY, cache=tmp_path)
    assert again.measures == first.measures and again.obligations == first.obligations


def test_the_documented_set_of_ones_own_is_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/reference/measure-files.md").read_text(encoding="utf-8")
    block = re.search(r"```yaml[^\n]*\n(.*?)```", page, re.DOTALL)
    assert block is not None
    path = tmp_path / "regional.yaml"
    path.write_text(block[1], encoding="utf-8")
    made = read_measures(DAY, [path])
    assert [obligation.id for obligation in made.obligations if obligation.set == "REGIONAL"] == ["A1", "A2"]
    assert made.terms("fr").holds((("labelled",),), fold("Étiquetage des précurseurs").text)


@pytest.mark.parametrize("field", ["tier", "kind", "how", "measures", "terms", "one_of", "ordinary", "decisions"])
def test_the_page_on_measure_files_names_every_field(field: str) -> None:
    page = (Path(__file__).parents[2] / "docs/reference/measure-files.md").read_text(encoding="utf-8")
    assert f"`{field}`" in page or f"{field}:" in page


@pytest.mark.parametrize("lang", ["en", "fr", "es", "ru", "ar", "zh"])
def test_what_is_shown_of_an_element_is_a_sentence_and_names_authorities_and_chemicals_as_the_convention(lang):
    from opencwc.legislation.answer_wording import said_alone

    shown = [
        said_alone(each, lang) for measure in read_measures(date(2026, 1, 1)).measures for each in measure.elements
    ]
    assert all(text.endswith("。" if lang == "zh" else ".") for text in shown)
    wrong = {
        "es": r"complejos que|Estado no parte|\blista \d",
        "ru": r"\bсписк[аиу] \d",
        "zh": "主管机关",
        "ar": "المجدولة",
    }
    assert not [text for text in shown if lang in wrong and re.search(wrong[lang], text)]
