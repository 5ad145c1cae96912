"""Words of reports are found in every form that a language gives them, and their places are those of the text."""

from __future__ import annotations

import pytest
import yaml

from opencwc.reports.signs import load_rules
from opencwc.reports.words import _FOLDER, CERTAINTY, LANGUAGES, known_language, load_words


def found(lang: str, text: str, group: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in load_words(lang).find(text) if hit.group == group]


@pytest.mark.parametrize(
    ("lang", "text", "group", "words"),
    [
        ("en", "Thieves STOLE the drums", "theft", ["Thieves", "STOLE"]),
        ("en", "They dropped over the town chlorine", "use", ["dropped over the town chlorine"]),
        ("en", "They dropped it. The chlorine was old", "use", []),
        ("fr", "L’usine a été évacuée après une fuite", "leak", ["fuite"]),
        ("fr", "La loi interdira la vente", "future", ["interdira"]),
        ("fr", "Ferreira visite l’opéra", "future", []),
        ("es", "La planta recibirá inspectores", "future", ["recibirá"]),
        ("es", "La planta de Teherán está detrás", "future", []),
        ("ru", "На складе произошла УТЕЧКА", "leak", ["УТЕЧКА"]),
        ("ar", "وسُرقت الأسطوانات", "theft", ["وسُرقت"]),
        ("ar", "بالتسرّب في المصنع", "leak", ["بالتسرّب"]),
        ("ar", "وسيصل المفتشون", "future", ["وسيصل"]),
        ("ar", "سيارة وسيانيد", "future", []),
        ("zh", "洩漏事故", "leak", ["洩漏"]),
        ("zh", "無人機擊中一家化工廠", "strike", ["無人機擊中一家化工廠"]),
    ],
)
def test_words_are_found_in_their_forms(lang: str, text: str, group: str, words: list[str]) -> None:
    assert found(lang, text, group) == words


def test_a_longer_phrase_hides_the_words_inside_it() -> None:
    assert found("en", "the Organisation for the Prohibition of Chemical Weapons", "weapon") == []
    assert found("zh", "禁止化学武器组织", "weapon") == []
    assert found("en", "It has not been confirmed", "confirm") == []


def test_marks_that_are_taken_away_do_not_move_the_places() -> None:
    text = "كَانَ التَّسَرُّبُ كَبِيرًا"
    assert found("ar", text, "leak") == ["التَّسَرُّبُ"]


@pytest.mark.parametrize("tag", ["zh", "zh-Hant", "ZH_tw"])
def test_a_tag_stands_for_its_language(tag: str) -> None:
    assert known_language(tag) == "zh"


@pytest.mark.parametrize("tag", ["", "de", "shapes", "../en", "english"])
def test_other_tags_stand_for_english(tag: str) -> None:
    assert known_language(tag) == "en"


def test_every_language_has_every_group_and_the_rules_know_each() -> None:
    rules = load_rules()
    known = {name.split("@")[0] for one in rules.values() for name in one.names if "@" in name}
    for lang in LANGUAGES:
        groups = set(yaml.safe_load((_FOLDER / f"{lang}.yaml").read_text(encoding="utf-8")))
        assert groups == known - {"ended", "confirmed", "past"}
        assert groups >= CERTAINTY
