"""Firms by their names: the same one across scripts, another one where the record has one."""

from __future__ import annotations

from datetime import date

import pytest

from opencwc.claims.aspects.firm_names import firms_of
from opencwc.claims.sentence_details import Details, details_of
from opencwc.claims.statement_comparison import compare
from opencwc.language.encoders import named_encoder


def details(text: str, lang: str) -> Details:
    return details_of(text, lang, date(2025, 6, 14), named_encoder())


@pytest.mark.parametrize(
    ("lang", "text", "names"),
    [
        ("en", "The drums went to a firm called Solvex in Lille.", ["Solvex"]),
        ("en", "It was bought by Harlow Brothers Ltd last year.", ["Harlow Brothers"]),
        ("fr", "La société Alchimar a été condamnée.", ["Alchimar"]),
        ("es", "El cargamento era de la empresa «Tres Ríos».", ["Tres Ríos"]),
        ("ru", "Получателем значилась фирма «Вектор-Хим».", ["Вектор-Хим"]),
        ("ar", "كانت الشحنة موجهة إلى شركة «ألفا ريجنت».", ["ألفا ريجنت"]),
        ("zh", "申报企业为恒达贸易公司，货物拟运往仰光。", ["恒达"]),
        ("en", "The company did not answer.", []),
    ],
)
def test_firms_are_found_by_their_names(lang: str, text: str, names: list[str]) -> None:
    assert [text[slice(*firm.span)] for firm in firms_of(details(text, lang))] == names


RECORD = ("The consignee of the phosphorus trichloride was the firm Vektor.", "en")


@pytest.mark.parametrize(
    ("lang", "claim", "other"),
    [
        ("ru", "Груз предназначался фирме «Вектор».", 0.0),
        ("ar", "كانت الشحنة موجهة إلى شركة «فيكتور».", 0.0),
        ("zh", "收货方是“维克托”公司。", 0.0),
        ("fr", "Le destinataire était la société Vektor.", 0.0),
        ("ru", "Груз предназначался фирме «Заря».", 1.0),
        ("ar", "كانت الشحنة موجهة إلى شركة «النور».", 1.0),
        ("zh", "收货方是“恒达”公司。", 1.0),
        ("es", "El destinatario era la empresa Tres Ríos.", 1.0),
    ],
)
def test_a_firm_is_the_same_across_scripts_or_another(lang: str, claim: str, other: float) -> None:
    compared = compare(details(claim, lang), details(*RECORD))
    assert compared.signs["doer_firm"] == other
    assert compared.signs["found_firm"] == 0


def test_who_is_blamed_by_the_name_of_a_firm_is_no_doer() -> None:
    compared = compare(
        details("The inquiry blames the company Solvex.", "en"),
        details("La commission met en cause la société Alchimar.", "fr"),
    )
    assert compared.signs["found_firm"] == 1
    assert compared.signs["doer_firm"] == 0
