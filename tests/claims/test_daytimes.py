import pytest

from opencwc.claims.daytimes import find_times
from opencwc.language.plain_text import plain_text


def first(text: str, lang: str) -> str:
    time = find_times(plain_text(text, lang), lang)[0]
    return f"{time.first // 60}:{time.first % 60:02}"


@pytest.mark.parametrize(
    ("lang", "text", "time"),
    [
        ("en", "It began at half past three in the afternoon.", "15:30"),
        ("en", "It began at 7 p.m. on Monday.", "19:00"),
        ("fr", "La fuite a commencé à 6 h 40 du matin.", "6:40"),
        ("es", "Ocurrió a las tres y cuarto de la madrugada.", "3:15"),
        ("ru", "Авария произошла в 14:20.", "14:20"),
        ("ar", "وقع التسرب عند الساعة 23:30.", "23:30"),
        ("zh", "事故发生在下午三点半。", "15:30"),
    ],
)
def test_times_are_read(lang: str, text: str, time: str) -> None:
    assert first(text, lang) == time


@pytest.mark.parametrize(
    ("lang", "text"), [("es", "Declaró 2.000 toneladas y luego 1.580."), ("zh", "氯一点也没有漏出来。")]
)
def test_numbers_are_no_times(lang: str, text: str) -> None:
    assert not find_times(plain_text(text, lang), lang)


@pytest.mark.parametrize(
    ("one", "one_lang", "other", "other_lang", "fits"),
    [
        ("at dawn", "en", "в 6:10", "ru", True), ("le soir", "fr", "a las 9.30 de la mañana", "es", False),
        ("在凌晨", "zh", "at 3:15 a.m.", "en", True), ("مساء", "ar", "21时", "zh", True),
        ("ночью", "ru", "à 14 h 20", "fr", False),
    ],
)  # fmt: skip
def test_a_part_of_the_day_agrees_with_a_minute(
    one: str, one_lang: str, other: str, other_lang: str, fits: bool
) -> None:
    mine, theirs = (
        find_times(plain_text(text, lang), lang)[0] for text, lang in ((one, one_lang), (other, other_lang))
    )
    assert mine.fits(theirs) is fits


@pytest.mark.parametrize(
    ("lang", "one", "other", "fits"),
    [
        ("en", "in the morning", "at night", False),
        ("en", "during the night", "before dawn", True),
        ("ru", "глубокой ночью", "в обеденный перерыв", False),
        ("zh", "夜里", "早上", False),
        ("fr", "dans la soirée", "dans la nuit", True),
        ("ar", "قبل منتصف الليل", "في الصباح", False),
    ],
)
def test_two_parts_of_the_day_fit_where_they_share_enough(lang: str, one: str, other: str, *, fits: bool) -> None:
    first, second = (find_times(plain_text(text, lang), lang)[0] for text in (one, other))
    assert first.fits(second) is fits
