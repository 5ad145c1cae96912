"""Which reports rest on one text: copies, rewrites and translations do, an outlet's own matter does not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from opencwc.language.encoders import named_encoder
from opencwc.reports.basis import Basis, basis_of
from opencwc.reports.events import Event
from opencwc.reports.facts import tell
from opencwc.reports.item import Item, item_of
from opencwc.reports.model import Report
from opencwc.reports.origin_signs import origin_signs
from opencwc.reports.origins import find_origins, rests_on
from opencwc.reports.traits import traits_of
from opencwc.reports.watched import watch
from opencwc.wording import LANGUAGES, say

AT = datetime(2026, 3, 4, 9, tzinfo=UTC)


def report(identity: str, hours: float, source: str, lang: str, title: str, text: str) -> Report:
    return Report(identity, AT + timedelta(hours=hours), source, "", lang, title, text)


WIRE = report(
    "wire", 0, "Harbour Wire", "en", "Ammonia leak injures 23 at Nouadhibou fish plant",
    "NOUADHIBOU (Harbour Wire) - An ammonia leak at a fish-freezing plant in Nouadhibou, Mauritania, injured 23 "
    "workers on Tuesday 3 March, the regional health director, Mokhtar Ould Sidi, said in a statement. Nine of them "
    "remain under observation. About 200 people were moved from plants nearby.",
)  # fmt: skip
IN_FRENCH = report(
    "french", 4, "Le Littoral", "fr", "Mauritanie : une fuite d'ammoniac fait 23 blessés à Nouadhibou",
    "Une fuite d'ammoniac dans une usine de congélation de poisson de Nouadhibou a blessé 23 ouvriers mardi 3 mars, "
    "rapporte Harbour Wire, qui cite le directeur régional de la santé, Mokhtar Ould Sidi. Neuf restent en "
    "observation. La pêche est la première industrie du pays.",
)  # fmt: skip
SHORTENED = report(
    "shortened", 6, "Cold Store News", "en", "Fish plant leak hurts 23",
    "An ammonia leak at a fish-freezing plant in Nouadhibou, Mauritania, injured 23 workers on Tuesday 3 March, the "
    "regional health director, Mokhtar Ould Sidi, said in a statement. Nine of them remain under observation.",
)  # fmt: skip
OWN = report(
    "own", 30, "La Lonja", "es", "«Salimos a gatas»: hablan los obreros de Nuadibú",
    "Entramos ayer en el hospital de Nuadibú, en Mauritania, donde siguen los heridos del escape de amoníaco del 3 de "
    "marzo. «Salimos a gatas, no se veía nada», nos contó Aminata, de 31 años. Un médico habla a este diario de 31 "
    "afectados y de un compresor sin revisar desde 2019.",
)  # fmt: skip
DENIAL = report(
    "denial", 50, "Atlantic Frost SA", "fr", "Communiqué",
    "La société dément toute fuite d'ammoniac dans son usine de Nouadhibou le 3 mars. Six salariés seulement ont été "
    "gênés par une odeur de peinture. La production continue.",
)  # fmt: skip
ALL = (WIRE, IN_FRENCH, SHORTENED, OWN, DENIAL)


def read(reports: Sequence[Report]) -> list[Item]:
    told = [tell(one) for one in reports]
    return list(map(item_of, told, traits_of(told, named_encoder())))


def origins(items: Sequence[Item]) -> set[frozenset[str]]:
    found = find_origins(items, Event("", tuple(range(len(items)))))
    return {frozenset(items[number].told.report.id for number in origin) for origin in found}


@pytest.fixture(scope="module")
def items() -> list[Item]:
    return read(ALL)


def test_a_rewrite_and_a_translation_share_an_origin_and_own_matter_makes_a_new_one(items: list[Item]) -> None:
    assert origins(items) == {frozenset({"wire", "french", "shortened"}), frozenset({"own"}), frozenset({"denial"})}


def test_the_order_in_which_reports_come_changes_no_origin(items: list[Item]) -> None:
    for seed in range(6):
        assert origins(random.Random(seed).sample(items, len(items))) == origins(items)


def test_a_flood_of_near_copies_changes_nothing_for_the_others(items: list[Item]) -> None:
    words = OWN.text.split()
    flood = [
        report(
            f"f{number}", 31 + number / 60, f"Copia {number}", "es", OWN.title, " ".join([*words, f"Copia {number}."])
        )
        for number in range(80)
    ]
    flooded = origins([*items, *read(flood)])
    assert {origin - {one.id for one in flood} for origin in flooded} == origins(items)
    assert any("own" in origin and len(origin) == 81 for origin in flooded)


def test_it_is_said_why_two_are_of_one_origin(items: list[Item]) -> None:
    links = rests_on(items, (0, 1, 2))
    assert links[1].earlier == links[2].earlier == 0
    assert {"cites", "relays"} <= set(links[1].shared)
    assert links[2].shared == ("copy",)
    lines = watch(ALL, named_encoder()).lines
    said = {line.told.report.id: [message.id for message in line.why] for line in lines}
    assert "watch_one_origin" in said["french"]
    assert not {"watch_one_origin"} & {*said["wire"], *said["own"], *said["denial"]}
    (message,) = [message for message in lines[1].why if message.id == "watch_one_origin"]
    sentences = {say(message, lang) for lang in LANGUAGES}
    assert len(sentences) == len(LANGUAGES)
    assert all("wire" in sentence for sentence in sentences)


def test_later_reports_are_asked_about_earlier_ones(items: list[Item]) -> None:
    signs = origin_signs(items, (1, 0))
    assert signs[1, 0]["later_cites_earlier"] == 1.0
    assert signs[1, 0]["numbers_told_again"] > 0.6


OWN_MATTER = {
    "en": "The guard told this newspaper that twelve cylinders were gone.",
    "fr": "Nous avons vu le hangar vide ; le gardien parle de douze bouteilles.",
    "es": "El guardia contó a este diario que faltan doce cilindros.",
    "ru": "Сторож рассказал нашему корреспонденту о двенадцати баллонах.",
    "ar": "وقال الحارس لمراسلنا إن اثنتي عشرة أسطوانة سُرقت.",
    "zh": "看守对本报记者说，十二只气瓶被盗。",
}
PASSED_ON = {
    "en": "Twelve cylinders are gone, the news agency reports, citing police.",
    "fr": "Douze bouteilles ont disparu, rapporte l'agence.",
    "es": "Faltan doce cilindros, según informó la agencia.",
    "ru": "Пропали двенадцать баллонов, сообщает портал со ссылкой на полицию.",
    "ar": "سُرقت اثنتا عشرة أسطوانة، نقلاً عن صحيفة محلية.",
    "zh": "据当地媒体报道，十二只气瓶被盗。",
}


def basis(lang: str, text: str, source: str = "Outlet", title: str = "") -> Basis:
    (item,) = (item_of(one, traits_of([one], None)[0]) for one in [tell(report("r", 0, source, lang, title, text))])
    return basis_of(item.told, item.traits)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_own_matter_and_matter_passed_on_are_known_by_words(lang: str) -> None:
    assert basis(lang, OWN_MATTER[lang]).own
    assert not basis(lang, OWN_MATTER[lang]).relays
    assert basis(lang, PASSED_ON[lang]).relays
    assert not basis(lang, PASSED_ON[lang]).own


def test_a_company_in_russian_quotation_marks_is_no_outlet() -> None:
    assert not basis("ru", "Пострадали двое, сообщили в компании «Азот».").relays
    assert basis("ru", "Пострадали двое, пишет вчера «Вечерний Каменск».").relays


@pytest.mark.parametrize(
    ("source", "lang", "text", "own"),
    [
        ("Nile Wire", "en", "The surgeon told Nile Wire that three died.", True),
        ("Delta Post", "en", "The surgeon told Nile Wire that three died.", False),
        ("صدى حوران", "ar", "وقال المدير لصدى حوران إن الكمية تسعون طناً.", True),
        ("Эгейский листок", "ru", "Врач рассказала «Эгейскому листку» о двух больных.", True),
        ("Каменский листок", "ru", "Копия письма есть в распоряжении редакции.", True),
        ("Каменский листок", "ru", "Собеседник издания видел двух больных.", True),
        ("Ministry of Health", "en", "The Ministry of Health confirms that three people died.", False),
        ("Delta Post", "en", "'We ran,' one of them said. 'Our guard saw it.'", False),
    ],
)
def test_an_outlet_that_names_itself_has_its_own_matter(source: str, lang: str, text: str, own: bool) -> None:
    assert basis(lang, text, source).own == own


def test_a_body_that_publishes_its_own_words_makes_a_statement() -> None:
    assert basis("es", "Se informa que hubo un incidente.", "Policía de Santa Fe").is_statement
    assert basis("fr", "La société dément.", "Chimerys", "Communiqué").is_statement
    assert not basis("en", "Police said three people died.", "Police Gazette").is_statement


def test_an_outlet_is_recognised_in_another_script() -> None:
    wire = basis("en", "Three died.", "Meridian Wire")
    for lang, text in {
        "ar": "قال الجراح لوكالة «ميريديان» إن ثلاثة قتلوا.",
        "fr": "Trois morts, selon Meridian Wire.",
        "ru": "Трое погибших, передаёт агентство «Меридиан».",
    }.items():
        assert basis(lang, text).cites(wire)
    assert not basis("fr", "Trois morts, selon la police.").cites(wire)


def test_who_accuses_and_who_denies_rest_on_no_one_text() -> None:
    accuses = report(
        "accuses", 0, "Herald", "en", "Army accuses rebels of chlorine attack at Marib",
        "The army said rebels fired shells with chlorine at Marib on Tuesday and that nine soldiers were choking.",
    )  # fmt: skip
    denies = report(
        "denies", 3, "Tribune", "en", "Rebels deny chlorine attack at Marib",
        "The rebels denied that they fired shells with chlorine at Marib on Tuesday; the army had said nine soldiers "
        "were choking.",
    )  # fmt: skip
    watched = watch([accuses, denies], named_encoder())
    assert len({line.event for line in watched.lines}) == 1
    assert len({line.origin for line in watched.lines}) == 2
