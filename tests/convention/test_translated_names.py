"""Systematic names are put together in more languages from the names of their parts."""

from __future__ import annotations

from typing import Any

import pytest

from opencwc.convention.fields import read_yaml
from opencwc.convention.rule_files import DATA
from opencwc.convention.translated_names import translate_names
from opencwc.errors import RuleError

RAW = read_yaml(DATA / "translated_names.yaml")
NAMES = {(name.cas, name.lang, name.text) for name in translate_names(RAW, "here")}


@pytest.mark.parametrize(
    ("cas", "lang", "name"),
    [
        ("756-79-6", "de", "methylphosphonsäuredimethylester"),
        ("756-79-6", "pt", "metilfosfonato de dimetila"),
        ("756-79-6", "it", "metilfosfonato di dimetile"),
        ("756-79-6", "nl", "dimethylmethylfosfonaat"),
        ("756-79-6", "pl", "metylofosfonian dimetylu"),
        ("756-79-6", "tr", "dimetil metilfosfonat"),
        ("756-79-6", "ja", "メチルホスホン酸ジメチル"),
        ("756-79-6", "ko", "디메틸 메틸포스포네이트"),
        ("756-79-6", "uk", "метилфосфонат диметилу"),
        ("676-97-1", "uk", "дихлорангідрид метилфосфонової кислоти"),
        ("676-97-1", "ja", "メチルホスホン酸ジクロリド"),
        ("676-97-1", "ko", "메틸포스포닐 디클로라이드"),
        ("7719-12-2", "ja", "三塩化リン"),
        ("7719-12-2", "ko", "삼염화인"),
        ("7719-12-2", "pl", "trichlorek fosforu"),
        ("108-01-0", "it", "dimetilamminoetanolo"),
        ("105-59-9", "pl", "metylodietanoloamina"),
        ("505-60-2", "pt", "sulfureto de bis(2-cloroetilo)"),
    ],
)
def test_a_name_is_said_in_the_way_of_the_language(cas: str, lang: str, name: str) -> None:
    assert (cas, lang, name) in NAMES


def test_every_name_is_said_in_every_language() -> None:
    languages = {cas: {lang for one, lang, _ in NAMES if one == cas} for cas in RAW["names"]}
    assert all(found == set(RAW["languages"]) for found in languages.values())


def test_a_part_that_has_no_translation_is_refused() -> None:
    raw: dict[str, Any] = {**RAW, "names": {"102-71-6": ["trihexanolamine"]}}
    with pytest.raises(RuleError) as refused:
        list(translate_names(raw, "here"))
    assert "'hexanolamine' in 'trihexanolamine'" in refused.value.what
