"""Who hands something to whom, and from where to where something goes that leaves a place."""

from __future__ import annotations

from datetime import date

import pytest

from opencwc.claims.aspects.directions import way_of
from opencwc.claims.aspects.handings import handing_of, is_turned
from opencwc.claims.sentence_details import Details, details_of
from opencwc.language.encoders import named_encoder


def details(text: str, lang: str) -> Details:
    return details_of(text, lang, date(2025, 4, 12), named_encoder())


RECORD = "The army handed the museum six empty shells."
SAME = [
    ("en", "The museum received six empty shells from the army."),
    ("fr", "L'armée a remis six obus vides au musée."),
    ("es", "El ejército entregó al museo seis proyectiles vacíos."),
    ("ru", "Армия передала музею шесть пустых снарядов."),
    ("ar", "سلّم الجيش إلى المتحف ست قذائف فارغة."),
    ("zh", "军队向博物馆捐赠六枚空炮弹。"),
]
TURNED = [
    ("en", "The museum handed six empty shells over to the army."),
    ("fr", "Le musée a remis six obus vides à l'armée."),
    ("es", "El museo entregó al ejército seis proyectiles vacíos."),
    ("ru", "Музей передал армии шесть пустых снарядов."),
    ("ar", "سلّم المتحف إلى الجيش ست قذائف فارغة."),
    ("zh", "博物馆向军队捐赠六枚空炮弹。"),
]


@pytest.mark.parametrize(
    ("lang", "claim", "turned"), [*((*one, False) for one in SAME), *((*one, True) for one in TURNED)]
)
def test_giver_and_taker_are_told_apart(lang: str, claim: str, *, turned: bool) -> None:
    assert is_turned(handing_of(details(claim, lang)), handing_of(details(RECORD, "en"))) is turned


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Ghana sold Côte d'Ivoire 26 tonnes of phosphorus."),
        ("en", "Phosphorus was sold by Ghana to Côte d'Ivoire."),
        ("fr", "Le Ghana a vendu à la Côte d'Ivoire 26 tonnes de phosphore."),
    ],
)
def test_a_state_without_a_word_before_it_is_who_sells_or_who_is_sold_to(lang: str, text: str) -> None:
    way = way_of(details(text, lang))
    assert [{"GHA"}, {"CIV"}] == [set().union(*(one.countries for one in some)) for some in (way.origins, way.goals)]


@pytest.mark.parametrize(
    ("lang", "text", "origin"),
    [
        ("en", "The convoy left Suippes for Mourmelon.", "Suippes"),
        ("fr", "Le convoi a quitté Suippes pour Mourmelon.", "Suippes"),
        ("ar", "غادرت القافلة بلدة سويب متجهة إلى مورملون.", "سويب"),
    ],
)
def test_what_leaves_a_place_comes_from_there(lang: str, text: str, origin: str) -> None:
    assert [text[one.start : one.end] for one in way_of(details(text, lang)).origins] == [origin]
