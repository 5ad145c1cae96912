"""Chemicals that a sentence tells of, denies, or leaves open."""

from __future__ import annotations

import pytest

from opencwc.claims.substances import find_substances
from opencwc.language.plain_text import plain_text
from opencwc.reports.agents import named_agents


def told(text: str, lang: str) -> list[tuple[str, bool, bool]]:
    found = find_substances(plain_text(text, lang), lang, named_agents(text))
    return [(one.name, one.denied, one.of_plant) for one in found]


@pytest.mark.parametrize(
    ("lang", "text", "name", "denied"),
    [
        ("en", "No sarin was found in the soil.", "sarin", True),
        ("en", "Shops can no longer sell paraquat.", "paraquat", False),
        ("en", "The team could not say whether sarin had been used.", "sarin", False),
        ("fr", "La mission n'a pas pu établir que du sarin avait servi.", "sarin", False),
        ("ru", "В пробах зарина не оказалось.", "sarin", True),
        ("ar", "ولم يعثر المختبر على أي أثر للسارين في التربة.", "sarin", True),
        ("ar", "لم يتمكن الفريق من الجزم بأن السارين استُعمل.", "sarin", False),
        ("zh", "土壤中未检出沙林。", "sarin", True),
        ("zh", "查获一箱未申报的氰化钾。", "potassium cyanide", False),
    ],
)
def test_what_is_denied_is_told_from_what_is_open(lang: str, text: str, name: str, denied: bool) -> None:
    assert told(text, lang) == [(name, denied, False)]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "A pipe broke at the fertiliser works."),
        ("fr", "Une conduite s'est rompue à l'usine d'engrais."),
        ("ar", "انكسر أنبوب بمصنع الأسمدة."),
        ("ru", "Прорвало трубу на складе удобрений."),
        ("zh", "化肥工厂管道断裂。"),
    ],
)
def test_what_a_plant_is_for_is_no_chemical_that_was_there(lang: str, text: str) -> None:
    assert [(name, of_plant) for name, _, of_plant in told(text, lang)] == [("fertiliser", True)]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("ar", "لم تسم البعثة الجهة التي أطلقت الكلور."),
        ("en", "The mission named nobody who had released chlorine."),
        ("es", "No se sabe quién soltó el cloro."),
    ],
)
def test_who_used_a_chemical_may_be_untold_and_the_chemical_not(lang: str, text: str) -> None:
    assert [denied for _, denied, _ in told(text, lang)] == [False]
