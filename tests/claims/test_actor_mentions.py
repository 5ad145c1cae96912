"""Who is named in a sentence, of which States, and whether they did it, said it or are to blame, in six languages."""

import pytest

from opencwc.claims.aspects.actor_mentions import Who, kin, somebody, states_in

NAMED = [
    ("en", "Portuguese customs and the Ministry of Health searched the ship.", ["customs", "ministry_health"]),
    ("fr", "Les pompiers et le ministère de l'Intérieur ont fouillé le navire.", ["fire_service", "ministry_police"]),
    ("es", "La guardia civil y el ministerio de Sanidad registraron el barco.", ["gendarmes", "ministry_health"]),
    ("ru", "Таможня и министерство обороны осмотрели судно.", ["customs", "ministry_army"]),
    ("ar", "فتشت الجمارك ووزارة الصحة السفينة.", ["customs", "ministry_health"]),
    ("zh", "海关和国防部检查了这艘船。", ["customs", "ministry_army"]),
]


@pytest.mark.parametrize(("lang", "text", "sorts"), NAMED)
def test_bodies_are_named_by_sort_and_ministries_by_what_they_are_of(lang: str, text: str, sorts: list[str]) -> None:
    assert [one.sort for one in somebody(text, lang)] == sorts


STATES = [
    ("en", "Belgian soldiers guarded the gate.", "BEL"),
    ("fr", "Des soldats belges gardaient la porte.", "BEL"),
    ("es", "Soldados belgas vigilaban la puerta.", "BEL"),
    ("ru", "Бельгийские солдаты охраняли ворота.", "BEL"),
    ("ar", "حرس جنود بلجيكيون البوابة.", "BEL"),
    ("zh", "比利时士兵看守大门。", "BEL"),
]


@pytest.mark.parametrize(("lang", "text", "state"), STATES)
def test_somebody_is_of_the_state_beside_them(lang: str, text: str, state: str) -> None:
    (army,) = [one for one in somebody(text, lang) if one.sort == "army"]
    assert army.states == {state}


def test_a_state_where_somebody_is_says_nothing_of_whose_they_are() -> None:
    (police,) = somebody("Police in Kenya closed the shop.", "en")
    assert police == Who("police", police.span)
    assert [one.sort for one in somebody("Ghana asked for the vote.", "en")] == ["state"]
    assert somebody("The lorry came from Ghana.", "en") == ()


def test_halves_of_compound_peoples_are_states_too() -> None:
    assert {state for _, state, _ in states_in("Une équipe franco-turque a creusé.", "fr")} >= {"FRA"}
    assert {state for _, state, _ in states_in("费用由德方承担。", "zh")} == {"DEU"}


BLAMED = [
    ("en", "Investigators blamed the night watchman, not the driver.", {"watchman"}, {"driver"}),
    ("fr", "L'enquête a jugé responsable le gardien, pas le chauffeur.", {"watchman"}, {"driver"}),
    ("es", "La comisión culpó al vigilante, no al conductor.", {"watchman"}, {"driver"}),
    ("ru", "Комиссия возложила вину на сторожа, а не на водителя.", {"watchman"}, {"driver"}),
    ("ar", "حمّلت اللجنة المسؤولية للحارس، لا السائق.", {"watchman"}, {"driver"}),
    ("zh", "委员会将事故归咎于保安，而不是司机。", {"watchman"}, {"driver"}),
]


@pytest.mark.parametrize(("lang", "text", "blamed", "denied"), BLAMED)
def test_who_is_blamed_is_told_from_who_is_not(lang: str, text: str, blamed: set[str], denied: set[str]) -> None:
    found = somebody(text, lang)
    assert {one.sort for one in found if one.blamed} - {"commission"} == blamed
    assert {one.sort for one in found if one.denied} == denied


NOBODY = [
    ("en", "The report does not blame the driver."),
    ("fr", "Le rapport n'accuse pas le chauffeur."),
    ("es", "El informe no culpa al conductor."),
    ("ru", "Отчёт не обвиняет водителя."),
    ("ar", "لم يتهم التقرير السائق."),
    ("zh", "报告没有指责司机。"),
]


@pytest.mark.parametrize(("lang", "text"), NOBODY)
def test_nobody_is_blamed_where_a_sentence_says_so(lang: str, text: str) -> None:
    assert not any(one.blamed for one in somebody(text, lang))


def test_a_word_that_begins_like_no_is_no_denial() -> None:
    (driver,) = somebody("Northern prosecutors-general aside, the blame fell on the driver.", "en")[-1:]
    assert driver.blamed
    assert [one.blamed for one in somebody("За ними, по версии обвинения, стоит разведка.", "ru")][-1]


def test_one_body_can_be_called_by_several_sorts() -> None:
    assert kin("army", "navy")
    assert kin("company", "contractor")
    assert not kin("police", "army")
