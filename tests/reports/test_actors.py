"""Who speaks in a report, and whether they say, confirm or deny, in six languages."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from opencwc.reports.actors import find_actors, speakers_in
from opencwc.reports.confirmed_steps import confirms_a_step
from opencwc.reports.model import Report

CASES = [
    ("en", "The army denied it. Police confirmed that chlorine leaked, and a hospital said four were treated.",
     [("defence", "denies"), ("police", "confirms"), ("hospital", "says")]),
    ("fr", "L'armée dément toute frappe. Selon la gendarmerie, du chlore a fui.",
     [("defence", "denies"), ("police", "says")]),
    ("es", "El ejército negó el ataque. Los bomberos confirmaron la fuga.",
     [("defence", "denies"), ("civil_defence", "confirms")]),
    ("ru", "Минобороны опровергло обвинения. Полиция подтвердила утечку хлора.",
     [("defence", "denies"), ("police", "confirms")]),
    ("ar", "ونفى الجيش ذلك. وأكدت الشرطة تسرب الكلور.", [("defence", "denies"), ("police", "confirms")]),
    ("zh", "国防部否认使用化学武器。警方证实氯气泄漏。", [("defence", "denies"), ("police", "confirms")]),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text", "expected"), CASES)
def test_who_says_confirms_and_denies(lang: str, text: str, expected: list[tuple[str, str]]) -> None:
    report = Report("1", datetime(2026, 3, 4, tzinfo=UTC), "", "", lang, "", text)
    actors = find_actors(report, lang)
    assert [(actor.sort, actor.role) for actor in actors] == expected
    assert all(text[slice(*actor.span)] == actor.words for actor in actors)


def test_a_body_that_says_nothing_is_no_actor() -> None:
    report = Report("1", datetime(2026, 3, 4, tzinfo=UTC), "", "", "en", "", "They were taken to hospital.")
    assert find_actors(report, "en") == ()
    assert find_actors(report, "xx") == ()


SENTENCES = yaml.safe_load(Path(__file__).with_name("actors.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("lang", "sentence", "expected"), SENTENCES)
def test_the_speaker_is_whom_the_grammar_makes_one(lang: str, sentence: str, expected: list[list[str]]) -> None:
    assert [[actor.sort, actor.role] for actor in speakers_in(sentence, lang)] == expected


STEPS = [
    ("en", "confirm", "The OPCW confirmed on Tuesday that it is aware of the reports.", True),
    ("en", "confirm", "The secretariat confirmed that samples were being analysed.", True),
    ("en", "confirm", "Police confirmed they had received two calls.", True),
    ("en", "confirm", "Police confirmed the leak and opened an inquiry.", False),
    ("en", "confirm", "The hospital confirmed it received 12 patients.", False),
    ("fr", "confirm", "L'OIAC a confirmé avoir reçu une demande.", True),
    ("fr", "confirm", "L'enquête a confirmé l'emploi de sarin.", False),
    ("es", "confirm", "El ministerio confirmó que está al tanto de los informes.", True),
    ("es", "confirm", "El alcalde confirmó la fuga y que se abrió una investigación.", False),
    ("ru", "подтверд", "ОЗХО подтвердила получение запроса.", True),
    ("ru", "подтверд", "Полиция подтвердила утечку и начала проверку.", False),
    ("ar", "وأكدت", "وأكدت الوزارة أنها على علم بالتقارير.", True),
    ("ar", "أكدت", "أكدت الشرطة تسرب الكلور وفتح تحقيق.", False),
    ("zh", "证实", "警方证实已接到报案。", True),
    ("zh", "证实", "警方证实氯气泄漏，正在调查。", False),
]


@pytest.mark.parametrize(("lang", "word", "sentence", "expected"), STEPS)
def test_a_step_of_a_body_s_own_work_is_no_confirmation(lang: str, word: str, sentence: str, expected: bool) -> None:
    assert confirms_a_step(sentence, sentence.index(word), lang) is expected
