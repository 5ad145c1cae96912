import pytest

from opencwc.claims.quantities import find_quantities
from opencwc.language.plain_text import plain_text


def told(text: str, lang: str) -> list[tuple[float, str]]:
    return [
        (round(one.low, 2), one.unit) for one in find_quantities(plain_text(text, lang), lang, ()) if not one.article
    ]


@pytest.mark.parametrize(
    ("lang", "text", "numbers"),
    [
        ("en", "Two and a half tonnes went, and 15 per cent came back", [(2500, "kg"), (15, "%")]),
        ("en", "Six out of ten samples, one in three of the wells", [(60, "%"), (33.33, "%")]),
        ("en", "Schedule 3 plants, no. 12 on the list", []),
        ("en", "The one in the north, a tanker of 40,000 litres", [(40_000, "L")]),
        ("fr", "une tonne et demie en quatre ans et demi", [(1500, "kg"), (1643.62, "days")]),
        ("fr", "trois quintaux, deux millions d’euros, la loi n° 2022-17", [(300, "kg"), (2_000_000, "money")]),
        ("fr", "quatre cinquièmes des puits", [(80, "%")]),
        (
            "es",
            "2.000 toneladas, siete de cada diez, medio millón de euros",
            [(2_000_000, "kg"), (70, "%"), (500_000, "money")],
        ),
        ("es", "una tonelada y media en tres semanas", [(1500, "kg"), (21, "days")]),
        ("ru", "около полутора тонн, семеро, сорок один день", [(1500, "kg"), (7, "people"), (41, "days")]),
        ("ru", "трое из десяти; каждый пятый; 34-летний мужчина", [(30, "%"), (20, "%"), (12418.5, "days")]),
        ("ar", "طنان ومليونا يورو في يومين", [(2000, "kg"), (2_000_000, "money"), (2, "days")]),
        ("ar", "مليوناً ومئتي ألف يورو", [(1_200_000, "money")]),
        ("ar", "الدورة الحادية والعشرون شارك فيها ثلاثة مفتشين", [(3, "people")]),
        ("ar", "ثلاثة من كل عشرة، طن ونصف", [(30, "%"), (1500, "kg")]),
        ("zh", "二点四吨，约四成，八十余人，三个半小时", [(2400, "kg"), (40, "%"), (80, "people"), (0.15, "days")]),
        ("en", "Two miners died on the M5 and a third was saved; 0.4 ppm", [(2, "people"), (0.4, "ppm")]),
        ("fr", "Maîtrisé en six heures dans la nuit du 8 au 9", [(0.25, "days")]),
        ("es", "La noche del 8 al 9 ardieron 14 camiones", [(14, "")]),
        ("ar", "في النصف الأول من العام استورد 640 طنا", [(640_000, "kg")]),
        ("zh", "判处四年六个月，占三分之二，一处工地", [(1643.62, "days"), (66.7, "%")]),
    ],
)
def test_numbers_are_read_with_their_units(lang: str, text: str, numbers: list[tuple[float, str]]) -> None:
    assert told(text, lang) == numbers


@pytest.mark.parametrize(
    ("lang", "claim", "record", "fits"),
    [
        ("en", "about 200 people", "212 people", True),
        ("en", "about 200 people", "260 people", False),
        ("en", "at least 40 witnesses", "43 witnesses", True),
        ("en", "at least 50 witnesses", "43 witnesses", False),
        ("fr", "2 000 kg", "deux tonnes", True),
        ("es", "casi 500 kilos", "480 kilos", True),
        ("ru", "не менее 30 человек", "28 человек", False),
        ("zh", "三百余人", "317人", True),
        ("ar", "نحو أربعين طنا", "38 طنا", True),
        ("en", "up to ten years", "ten years", True),
        ("en", "54 months", "four and a half years", True),
    ],
)
def test_numbers_bear_out_others(lang: str, claim: str, record: str, fits: bool) -> None:
    other = "fr" if record.startswith("deux") else lang
    one = find_quantities(plain_text(claim, lang), lang, ())[0]
    assert one.fits(find_quantities(plain_text(record, other), other, ())[0]) is fits


def test_a_number_stands_where_it_is_written_also_behind_vowel_signs() -> None:
    text = "وَصَلَتْ سبعةُ أطنان"
    (one,) = find_quantities(plain_text(text, "ar"), "ar", ())
    assert text[one.start : one.end].strip().endswith("أطنان")


def test_to_rise_to_a_number_is_no_upper_bound() -> None:
    (one,) = find_quantities(plain_text("Число пострадавших выросло до 41", "ru"), "ru", ())
    assert not one.most


@pytest.mark.parametrize(
    ("lang", "text", "numbers"),
    [
        ("zh", "罚款4.5亿韩元，货值3亿元", [(450_000_000, "money"), (300_000_000, "money")]),
        ("zh", "烧毁了仓库的一半，上半年", [(50, "%")]),
        ("en", "a fine of 450 million won", [(450_000_000, "money")]),
        ("ru", "в четырёх убежищах из каждых пяти", [(80, "%")]),
    ],
)
def test_hundreds_of_millions_and_shares_in_words(lang: str, text: str, numbers: list[tuple[float, str]]) -> None:
    assert told(text, lang) == numbers


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("es", "una treintena de niños"),
        ("fr", "une soixantaine d'élèves"),
        ("ru", "человек тридцать"),
        ("zh", "三十来人"),
        ("en", "somewhere near forty people"),
    ],
)
def test_a_round_number_calls_itself_approximate(lang: str, text: str) -> None:
    assert [one.about for one in find_quantities(plain_text(text, lang), lang, ()) if not one.article] == [True]
