"""Days that are counted from another one: resolved where that one is told, else compared by how long lies between."""

from __future__ import annotations

from datetime import date

import pytest

from opencwc.claims.aspects.compared_sides import Sides
from opencwc.claims.aspects.date_comparison import date_signs
from opencwc.claims.day_offsets import find_offsets
from opencwc.claims.sentence_details import Details, details_of
from opencwc.claims.word_alignment import align
from opencwc.language.encoders import named_encoder
from opencwc.language.plain_text import plain_text

TODAY = date(2025, 6, 20)


def details(text: str, lang: str) -> Details:
    return details_of(text, lang, TODAY, named_encoder())


def conflict(claim: tuple[str, str], statement: tuple[str, str]) -> float:
    mine, theirs = details(*claim), details(*statement)
    return date_signs(Sides(mine, theirs, align(mine.words, theirs.words), align(theirs.words, mine.words))).signs[
        "date_conflict"
    ]


@pytest.mark.parametrize(
    ("lang", "text", "days"),
    [
        ("en", "It came back the next day, and again three weeks later.", [1, 21]),
        ("fr", "Il est revenu le lendemain, puis au bout de trois semaines.", [1, 21]),
        ("es", "Volvió al día siguiente y dos meses más tarde.", [1, 60]),
        ("ru", "Он вернулся на следующий день, а неделю спустя уехал.", [1, 7]),
        ("ar", "عاد في اليوم التالي ثم بعد أسبوعين.", [1, 14]),
        ("zh", "他次日返回，三天后离开。", [1, 3]),
        ("en", "It had closed two days earlier.", [-2]),
        ("en", "Two days ago it was closed, and two hours later it opened.", []),
        ("es", "Acabó diez días después de lo previsto.", []),
    ],
)
def test_days_counted_from_another_are_found(lang: str, text: str, days: list[int]) -> None:
    assert [one.days for one in find_offsets(plain_text(text, lang), lang)] == days


@pytest.mark.parametrize(
    ("lang", "text", "last"),
    [
        ("en", "On 12 May 2025 it leaked and was sealed the next day.", "2025-05-13"),
        ("ar", "اندلع الحريق ظهر 12 مايو 2025 وأُخمد فجر اليوم التالي.", "2025-05-13"),
        ("zh", "5月12日发生泄漏，三天后恢复供水。", "2025-05-15"),
        ("ru", "Утечка случилась 12 мая 2025 года, через два дня её устранили.", "2025-05-14"),
    ],
)
def test_such_a_day_is_known_where_the_other_one_is_told(lang: str, text: str, last: str) -> None:
    assert details(text, lang).days[-1].last.isoformat() == last


def test_the_day_told_beside_is_the_one_that_counts() -> None:
    found = details("A week later, on 12 May 2025, it was sealed.", "en")
    assert [one.first.isoformat() for one in found.days] == ["2025-05-12"]
    assert not found.offsets


RECORD = ("On 12 May 2025 the crew left the ship; it came back the next day.", "en")


@pytest.mark.parametrize(
    ("lang", "claim", "differs"),
    [
        ("ru", "Экипаж вернулся лишь через неделю.", True),
        ("fr", "L'équipage est revenu trois jours plus tard.", True),
        ("es", "La tripulación volvió al día siguiente.", False),
        ("zh", "船员5月13日返回。", False),
        ("ar", "عاد الطاقم في 15 مايو.", True),
    ],
)
def test_how_long_lies_between_is_compared(lang: str, claim: str, differs: bool) -> None:
    assert (conflict((claim, lang), RECORD) > 0) == differs


def test_last_week_is_a_week_and_no_month() -> None:
    claim = ("They were there last week.", "en")
    assert conflict(claim, ("On 11 June 2025 they came.", "en")) == 0
    assert conflict(claim, ("On 4 June 2025 they came.", "en")) > 0
