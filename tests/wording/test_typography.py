"""Numbers hold their units, dates hold together, French has its own apostrophe, chemicals have their names."""

from __future__ import annotations

import re

import pytest

from opencwc.catalogs import CATALOGS
from opencwc.finding import Message
from opencwc.wording import LANGUAGES, say
from opencwc.wording.chemical_names import name_said
from opencwc.wording.common_chemicals import common_name
from opencwc.wording.states import state_name
from opencwc.wording.typography import closed_up

OTHERS = tuple(lang for lang in LANGUAGES if lang != "en")


@pytest.mark.parametrize("domain", ["opencwc", "errors"])
def test_no_french_message_has_a_straight_apostrophe_between_letters(domain: str) -> None:
    lines = (CATALOGS / "fr" / "LC_MESSAGES" / f"{domain}.po").read_text(encoding="utf-8").splitlines()
    said = [line for line in lines if line.startswith(("msgstr", '"'))]
    assert len(said) > 1_000
    assert [line for line in said if re.search(r"[^\W\d_]'[^\W\d_]", line)] == []


@pytest.mark.parametrize("lang", OTHERS)
def test_no_line_breaks_between_a_number_and_its_unit(lang: str) -> None:
    over = Message("reconcile_over", {"difference": 180060.0, "threshold": 30000.0})
    drawn = Message("transfers_certificate_drawn", {"id": "EUC-1", "amount": "250 kg", "left": "0.5 kg"})
    assert not re.search(r"[0-9]\u200e? (?:kg|кг|كغ|千克|公斤)", say(over, lang) + say(drawn, lang))


def test_a_french_text_of_the_data_is_set_like_the_catalogs() -> None:
    assert say(Message("by_language", {"en": "a", "fr": "fin de l'année ; rien"}), "fr") == "fin de l’année\u00a0; rien"
    assert state_name("CIV", "fr") == "Côte d’Ivoire"


@pytest.mark.parametrize("lang", OTHERS)
def test_a_chemical_that_a_finding_keeps_in_english_is_named_in_every_language(lang: str) -> None:
    values = {"also_chemical": "Phosphorus oxychloride", "also_exporter": "DEU", "also_importer": "FRA"}
    amounts = {"also_year": "2024", "also_exported": 1.0, "also_imported": 2.0}
    said = say(Message("reconcile_also_chemical", {**values, **amounts}), lang)
    assert name_said("Phosphorus oxychloride", lang) in said
    assert "oxychloride" not in said


def test_a_text_that_no_table_has_stays_as_the_user_wrote_it() -> None:
    assert name_said("our mixture No. 7 'blue'", "fr") == "our mixture No. 7 'blue'"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("× 5.23", "×\xa05,23"),
        ("÷ 4", "÷\xa04"),
        ("72 %", "72\xa0%"),
        ("1.5 kg", "1,5\xa0kg"),
        ("7.2", "7.2"),
        ("2920.90", "2920.90"),
    ],
)
def test_a_number_with_a_sign_or_unit_has_the_signs_of_the_language_and_one_alone_may_be_a_paragraph(
    text: str, said: str
) -> None:
    assert say(Message("pattern_unusual_ratio", {"value": text}), "fr").startswith((f"{said} fois", f"{said}\xa0fois"))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": "thiodiglycol"}, "该名称指硫二甘醇"),
        ({"name": "ω-imaginary acid"}, "该名称指“ω-imaginary acid”"),
    ],
)
def test_no_space_stands_between_two_characters_of_chinese(values: dict[str, str], said: str) -> None:
    assert say(Message("found_name", {**values}), "zh") == said


def test_a_chinese_text_has_no_space_between_an_amount_and_its_substance_or_before_a_day() -> None:
    template = "{place} 在 {year} 年生产了 {amount} {chemical}，通知于 {day} 发出"
    values = {"place": "NC-1", "year": "2025", "amount": "12\xa0吨", "chemical": "磷酰氯", "day": "2026年3月1日"}
    assert (
        closed_up(template, values).format_map(values) == "NC-1 在 2025 年生产了 12\xa0吨磷酰氯，通知于2026年3月1日发出"
    )


def test_a_share_has_no_space_in_chinese() -> None:
    assert "72%" in say(Message("pattern_unusual_rate", {"value": "72 %", "tests": 3}), "zh")


@pytest.mark.parametrize("lang", OTHERS)
def test_a_chemical_of_no_list_is_named_in_the_language_or_quoted(lang: str) -> None:
    known = say(Message("found_cas", {"cas": "67-68-5", "name": "dimethyl sulfoxide"}), lang)
    assert "dimethyl sulfoxide" not in known and common_name("dimethyl sulfoxide", lang) in known
    unknown = say(Message("found_name", {"name": "ω-imaginary acid"}), lang)
    assert not re.search("[«“][\xa0\u202f ]?[«“]", unknown), unknown
    assert re.search("[«“]\u200e?[\xa0\u202f]?ω-imaginary acid[\xa0\u202f]?\u200e?[»”]", unknown), unknown
