"""Values inside sentences are written as each language writes them: packings, lists of reasons, moments."""

from __future__ import annotations

from decimal import Decimal

import pytest

from opencwc.catalogs import read_template
from opencwc.convention.fields import load_yaml
from opencwc.finding import Message, Value
from opencwc.language.commerce.words import DATA
from opencwc.web.server.page import environment
from opencwc.wording import LANGUAGES, at_clock, number_said, packing_said, say


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_packing_that_is_read_has_a_name_in_every_language(lang: str) -> None:
    words = load_yaml(DATA.read_text(encoding="utf-8"))
    named = {name.lower().replace(" ", "_") for name in (*words["packaging"], *words["counted"])}
    assert not [name for name in named if not read_template("opencwc", f"packing_{name}", lang)]


@pytest.mark.parametrize(("lang", "said"), [("en", "big bag ×\u00a01,000"), ("es", "saca grande ×\u00a01000")])
def test_a_packing_is_said_with_how_many_there_are(lang: str, said: str) -> None:
    assert packing_said("big bag 1000", lang) == said


@pytest.mark.parametrize(("lang", "between"), [("en", "; "), ("fr", "\u00a0; "), ("zh", "；")])
def test_reasons_with_commas_of_their_own_are_parted_by_semicolons(lang: str, between: str) -> None:
    reasons = (Message("group_methyl"), Message("group_alkyl", {"carbons": 7}))
    whole = say(Message("law_why_all", {"reasons": reasons}), lang)
    assert whole == between.join(say(one, lang) for one in reasons)


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "at most 1%"), ("fr", "au plus 1 %"), ("ar", "1% على الأكثر"), ("zh", "不超过 1%")]
)
def test_a_share_is_written_as_the_language_does_and_reads_on_with_its_sentence(lang: str, said: str) -> None:
    assert say(Message("threshold_le_share", {"quantity": "1 %"}), lang).replace("\u00a0", " ") == said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_number_below_zero_has_the_sign_of_print(lang: str) -> None:
    assert number_said(-5, lang) == "\u22125"


@pytest.mark.parametrize(
    ("number", "said"),
    [("1000", "1000"), ("-2190", "\u22122190"), ("9999.5", "9999,5"), ("10000", "10.000"), ("1959320", "1.959.320")],
)
def test_spanish_sets_thousands_apart_from_five_digits_on(number: str, said: str) -> None:
    on_page = environment("es").filters["number"]
    assert number_said(number, "es") == on_page(Decimal(number), 1 if "." in number else 0) == said
    assert environment("en").filters["number"](9999) == "9,999"


@pytest.mark.parametrize(("lang", "between"), [("en", ", "), ("ar", "، "), ("zh", " ")])
def test_a_day_and_its_hour_have_one_form(lang: str, between: str) -> None:
    assert at_clock("D", "09:16 UTC", lang) == f"D{between}\u200e09:16\u00a0UTC\u200e"


@pytest.mark.parametrize(("lang", "within"), [("en", "thiodiglycol"), ("fr", "thiodiglycol"), ("es", "tiodiglicol")])
def test_the_name_of_a_chemical_is_small_inside_a_sentence_where_the_language_writes_it_so(
    lang: str, within: str
) -> None:
    chemical = Message("chemical", {"cas": "111-48-8", "name": "Thiodiglycol"})
    assert within in say(Message("found_cas", {"cas": "111-48-8", "name": chemical}), lang)
    headed = say(Message("check_chemical_entry", {"chemical": chemical, "entry": "2B13"}), lang)
    assert headed.startswith(say(chemical, lang))
    named = Message("check_chemical_entry", {"chemical": chemical, "entry": "2B13"})
    facts: dict[str, Value] = {"place": "A", "activity": "B", "year": "2025", "amount": "1 t", "before": "2024"}
    assert f"{within} (2B13)" in say(Message("check_missing_year", {**facts, "chemical": named}), lang)
