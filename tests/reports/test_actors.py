"""Who speaks in a report, and whether they say, confirm or deny, in six languages."""

from datetime import UTC, datetime

import pytest

from opencwc.reports.actors import find_actors
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
