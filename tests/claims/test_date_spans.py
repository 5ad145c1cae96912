from datetime import date

import pytest

from opencwc.claims.date_spans import find_stretches
from opencwc.language.dates import find_dates

TODAY = date(2024, 3, 25)


def days(text: str, lang: str) -> list[tuple[str, str]]:
    found = find_stretches(text, lang, find_dates(text, lang, TODAY), TODAY)
    return [(one.first.isoformat(), one.last.isoformat()) for one in found]


@pytest.mark.parametrize(
    ("lang", "text", "first", "last"),
    [
        ("en", "The visit lasted from 4 to 6 March 2024.", "2024-03-04", "2024-03-06"),
        ("zh", "视察从2月11日持续到13日。", "2024-02-11", "2024-02-13"),
        ("ar", "من 15 إلى 19 أكتوبر 2023 أقيمت الدورة.", "2023-10-15", "2023-10-19"),
        ("es", "Entre el 4 y el 22 de noviembre de 2019 se destruyeron.", "2019-11-04", "2019-11-22"),
        ("ru", "С 16 по 20 мая 2023 года шли учения.", "2023-05-16", "2023-05-20"),
        ("fr", "Du 2 au 13 février 2024, la formation a eu lieu.", "2024-02-02", "2024-02-13"),
        ("en", "The shells were sunk in the years 2016 to 2020.", "2016-01-01", "2020-12-31"),
    ],
)
def test_a_range_goes_from_its_first_to_its_last_day(lang: str, text: str, first: str, last: str) -> None:
    assert days(text, lang) == [(first, last)]


@pytest.mark.parametrize(
    ("lang", "early", "late"),
    [
        ("en", "It came in early January 2024.", "It came in at the end of January 2024."),
        ("fr", "C'était début janvier 2024.", "C'était fin janvier 2024."),
        ("es", "Fue a principios de enero de 2024.", "Fue a finales de enero de 2024."),
        ("ru", "Это было в начале января 2024 года.", "Это было в конце января 2024 года."),
        ("ar", "كان ذلك في مطلع يناير 2024.", "كان ذلك في أواخر يناير 2024."),
        ("zh", "事情发生在2024年1月初。", "事情发生在2024年1月底。"),
    ],
)
def test_parts_of_a_month_are_told_apart(lang: str, early: str, late: str) -> None:
    ((_, last),), ((first, _),) = days(early, lang), days(late, lang)
    assert "2024-01-05" < last < first < "2024-01-25"


def test_a_day_that_counts_from_an_untold_one_is_left_out() -> None:
    assert days("It had been opened the day before.", "en") == []
    assert days("次日，警方通报。", "zh") == []


def test_a_day_without_a_year_can_be_of_the_year_before_or_after() -> None:
    (one,) = find_stretches("on 4 April", "en", find_dates("on 4 April", "en", TODAY), TODAY)
    assert {day.year for day, _ in one.others} == {one.first.year - 1, one.first.year + 1}


def test_the_first_days_of_a_month() -> None:
    ((first, last),) = days("Сказано это было в первых числах марта.", "ru")
    assert first == "2024-03-01" and last < "2024-03-15"


@pytest.mark.parametrize(
    ("claim", "meets"),
    [
        ("From 4 to 6 March 2024", True),
        ("From 4 to 16 March 2024", False),
        ("On 5 March 2024", True),
        ("In March 2024", True),
    ],
)
def test_two_ranges_of_days_meet_only_where_they_are_the_same(claim: str, meets: bool) -> None:
    (mine,), (other,) = (
        find_stretches(text, "en", find_dates(text, "en", TODAY), TODAY) for text in (claim, "from 4 to 6 March 2024")
    )
    assert mine.meets(other) == meets


@pytest.mark.parametrize(
    ("lang", "text", "first", "last"),
    [
        ("en", "Imports fell in the first half of 2023.", "2023-01-01", "2023-06-30"),
        ("fr", "Au premier semestre 2023, rien.", "2023-01-01", "2023-06-30"),
        ("es", "En el segundo trimestre de 2023 creció.", "2023-04-01", "2023-06-30"),
        ("ru", "Во втором полугодии 2023 года вырос.", "2023-07-01", "2023-12-31"),
        ("ar", "في النصف الأول من عام 2023 ارتفعت الواردات.", "2023-01-01", "2023-06-30"),
        ("zh", "2023年下半年进口下降。", "2023-07-01", "2023-12-31"),
    ],
)
def test_halves_and_quarters_of_a_year(lang: str, text: str, first: str, last: str) -> None:
    assert days(text, lang) == [(first, last)]


def test_a_half_without_a_year_is_the_last_that_has_begun() -> None:
    assert days("In the second half of the year it rose.", "en") == [("2023-07-01", "2023-12-31")]


def test_what_is_prolonged_until_a_year_ends_in_no_year_before_it() -> None:
    assert days("The time was extended until the end of 2027.", "en")[0][0] >= "2027-01-01"
