"""Who acts in a clause is read from the subject of its verb, in every language that laws are read in."""

from __future__ import annotations

from datetime import date

import pytest

from opencwc.convention.measures import read_measures
from opencwc.legislation.reading.stages import ReadLaw, read_sections
from opencwc.legislation.texts.sections import LegalSection

MEASURES = read_measures(date(2026, 6, 1))


def read(text: str, lang: str) -> ReadLaw:
    section = LegalSection("law.txt", "1", "", text, 0, len(text), "1", lang=lang)
    return read_sections([section], MEASURES, [lang])


def actor(text: str, lang: str) -> str:
    law = read(text, lang)
    return law.actors.of(0, len(law.texts[0].starts) - 1)


@pytest.mark.parametrize(
    ("lang", "text", "acts"),
    [
        ("en", "The Authority shall keep a register of operators.", "authority"),
        ("en", "Every operator shall keep records and send them to the Authority.", "operators"),
        ("en", "Where the Minister so directs, the licensee shall keep records.", "operators"),
        ("en", "A magistrate may issue a warrant to search the premises.", "police"),
        ("en", "An international inspector may enter a declared facility.", "international"),
        ("fr", "L'autorité nationale tient un registre et doit le publier.", "authority"),
        ("fr", "Tout exploitant doit tenir des registres.", "operators"),
        ("es", "La Autoridad Nacional podrá requerir información.", "authority"),
        ("es", "El juez podrá ordenar la entrada.", "police"),
        ("ar", "يجب على المرخص له الاحتفاظ بسجلات.", "operators"),
        ("ru", "Национальный орган обязан вести реестр.", "authority"),
        ("zh", "主管部门应当建立登记册。", "authority"),
        ("zh", "任何单位和个人不得生产化学武器。", "anyone"),
    ],
)
def test_the_subject_of_the_verb_acts(lang: str, text: str, acts: str) -> None:
    assert actor(text, lang) == acts


def test_an_item_goes_on_with_the_subject_of_its_line() -> None:
    text = "Every operator shall—\n(a) declare the facility; and\n(b) keep records at a place approved by the Minister."
    assert actor(text, "en") == "operators"


def test_who_demands_binds_others() -> None:
    law = read("The Minister may by notice require any person to furnish information.", "en")
    assert not law.actors.is_another(0, 0, ("operators", "anyone"))
    assert read("The Minister shall keep a register.", "en").actors.is_another(0, 0, ("operators", "anyone"))


@pytest.mark.parametrize(
    ("lang", "text", "is_aim"),
    [
        ("en", "The purpose of this Act is to protect the environment.", True),
        ("en", "The Minister may ask for information for the purposes of this Act.", False),
        ("es", "La presente ley tiene por objeto proteger el medio ambiente.", True),
        ("fr", "La présente loi a pour objet de protéger l'environnement.", True),
        ("fr", "Quiconque se livre à une activité visée à l'article 3 est puni.", False),
        ("zh", "为了保护环境，制定本条例。", True),
        ("zh", "为消除威胁，任何人不得生产化学武器。", False),
    ],
)
def test_an_aim_binds_nobody(lang: str, text: str, is_aim: bool) -> None:
    assert read(text, lang).actors.is_aim(0, 0) is is_aim
