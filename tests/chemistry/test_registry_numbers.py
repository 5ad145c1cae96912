"""Registry numbers are recognised however they are typed, and mistyped ones are told by their check digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencwc.chemistry.registry_numbers import check_digit, is_valid, looks_like_cas, normalise_cas, repaired_by_ocr
from opencwc.errors import InputError


@st.composite
def registry_numbers(draw: st.DrawFn) -> str:
    digits = str(draw(st.integers(min_value=1_000, max_value=999_999_999)))
    return f"{digits[:-2]}-{digits[-2:]}-{check_digit(f'{digits[:-2]}-{digits[-2:]}-0')}"


@pytest.mark.parametrize(
    "written",
    [
        "107-44-8",
        " 107-44-8 ",
        "CAS 107-44-8",
        "cas no.: 107-44-8",
        "CAS-Nr. 107-44-8",
        "CAS RN [107-44-8]",
        "CAS# 107-44-8",
        "CAS号：107-44-8",
        "КАС № 107-44-8",
        "(107-44-8)",
        "107 - 44 - 8",
        "107–44–8",
        "107—44−8",
        "107‑44‑8",
        "107\u00ad44\u00ad8",
        "107-44-8\u200b",
        "\u200f١٠٧-٤٤-٨",
        "۱۰۷-۴۴-۸",
        "１０７－４４－８",
        "0000107-44-8",
        "107-44-8.",
        "107\u00a0-\u00a044-8",
    ],
)
def test_one_number_is_read_from_many_ways_of_writing_it(written):
    assert normalise_cas(written) == "107-44-8"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "CAS",
        "sarin",
        "203-448-7",  # an EC number
        "1,2-dichloroethane",
        "107-44-8-1",
        "107-44-88",
        "7-44-8",
        "12345678-44-8",
        "000-44-8",
        "107-44-8 and 96-64-0",
        "sarin 107-44-8",
        "²07-44-8",
        "--",
    ],
)
def test_what_is_no_single_number_is_not_taken_for_one(written):
    assert normalise_cas(written) is None
    assert not looks_like_cas(written)
    assert not is_valid(written)


def test_digits_alone_are_a_number_only_when_asked():
    assert normalise_cas("107448") is None
    assert normalise_cas("107448", dashless=True) == "107-44-8"
    assert normalise_cas("107 44 8", dashless=True) == "107-44-8"
    assert normalise_cas("0000107448", dashless=True) == "107-44-8"
    assert normalise_cas("107-44-8", dashless=True) == "107-44-8"
    assert normalise_cas("1074", dashless=True) is None


def test_the_check_digit_of_a_text_that_is_no_number_is_an_error():
    with pytest.raises(InputError, match="sarin"):
        check_digit("sarin")


@given(registry_numbers())
def test_a_made_number_is_valid_and_its_own_normal_form(cas):
    assert is_valid(cas)
    assert looks_like_cas(cas)
    assert normalise_cas(cas) == cas


@given(registry_numbers())
def test_a_number_survives_losing_its_dashes_where_it_is_asked_for(cas):
    assert normalise_cas(cas.replace("-", ""), dashless=True) == cas


@given(registry_numbers(), st.data())
def test_one_wrong_digit_is_noticed_unless_its_weight_hides_it(cas, data):
    places = [place for place, character in enumerate(cas) if character != "-"]
    place = data.draw(st.sampled_from(places))
    wrong = data.draw(st.sampled_from([d for d in "0123456789" if d != cas[place]]))
    weight = 1 if place == places[-1] else len(places) - 1 - places.index(place)
    hidden = weight * (int(wrong) - int(cas[place])) % 10 == 0
    typo = cas[:place] + wrong + cas[place + 1 :]
    if not typo.startswith("0"):
        assert is_valid(typo) == hidden


@given(registry_numbers(), st.data())
def test_two_neighbouring_digits_swapped_are_always_noticed(cas, data):
    digits = cas.replace("-", "")
    place = data.draw(st.integers(min_value=0, max_value=len(digits) - 3))
    if digits[place] != digits[place + 1]:
        swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
        if not swapped.startswith("0"):
            assert not is_valid(normalise_cas(swapped, dashless=True))


@given(st.text())
def test_no_text_breaks_the_reader(text):
    for dashless in (False, True):
        cas = normalise_cas(text, dashless=dashless)
        assert cas is None or normalise_cas(cas) == cas


@pytest.mark.parametrize(
    ("text", "cas"),
    [
        ("1O2-71-6", "102-71-6"),
        ("1o2-7l-6", "102-71-6"),
        ("I11-48-8", "111-48-8"),
        ("CAS No. 1l1-4B-8", "111-48-8"),
        ("[1О7–44–8]", "107-44-8"),
        ("7S-44-5", "75-44-5"),
    ],
)
def test_letters_read_for_digits_are_mended_where_the_check_digit_then_fits(text, cas):
    assert repaired_by_ocr(text) == cas


@pytest.mark.parametrize(
    "text", ["102-71-6", "1O2-71-5", "IOS-BS-I", "SOS-SO-S", "sarin", "", "l-O", "2O24-O1-O1", "O12-71-6"]
)
def test_what_needs_no_mending_or_would_be_no_number_is_left_alone(text):
    assert repaired_by_ocr(text) is None


@given(registry_numbers(), st.data())
def test_a_number_with_one_digit_misread_is_mended(cas, data):
    letters = {"0": "Oo", "1": "Il|", "5": "S", "8": "B"}
    places = [place for place, digit in enumerate(cas) if digit in letters]
    if places:
        place = data.draw(st.sampled_from(places))
        misread = cas[:place] + data.draw(st.sampled_from(letters[cas[place]])) + cas[place + 1 :]
        assert repaired_by_ocr(misread) == cas


@given(st.text())
def test_no_text_breaks_the_mending(text):
    assert repaired_by_ocr(text) is None or is_valid(repaired_by_ocr(text))
