import pytest

from opencwc.errors import InputError
from opencwc.files.column_mapping import map_columns, plain_header
from opencwc.files.numbers import decimal_mark, read_number
from opencwc.files.units import find_unit, split_unit, unclear_unit

FIELDS = {
    "reporter": ["Reporting State", "pays déclarant", "申报国"],
    "quantity": ["net weight", "количество", "cantidad"],
    "unit": ["uom", "unité"],
    "remarks": [],
}


def test_columns_are_found_whatever_case_accents_and_punctuation_they_have():
    assert dict(map_columns(["PAYS DECLARANT", "Net_Weight", "Unité :"], FIELDS)) == {
        "reporter": "PAYS DECLARANT",
        "quantity": "Net_Weight",
        "unit": "Unité :",
    }


@pytest.mark.parametrize(
    "column", ["Cantidad (kg)", "cantidad_kg", "Количество, кг", "Net weight [t]", "Quantity in kg"]
)
def test_a_unit_at_the_end_of_a_column_does_not_matter(column):
    assert map_columns([column], FIELDS)["quantity"] == column


def test_the_fields_own_name_comes_before_what_others_call_it():
    assert map_columns(["net weight", "quantity"], FIELDS)["quantity"] == "quantity"


def test_two_columns_that_fit_one_field_are_an_error_that_names_both_and_the_option():
    with pytest.raises(InputError, match=r"'cantidad' and 'net weight'.*--map quantity='cantidad'"):
        map_columns(["cantidad", "net weight"], FIELDS)


def test_the_user_decides_by_name_by_number_or_by_a_value_for_all_lines():
    header = ["cantidad", "net weight", "x"]
    chosen = map_columns(header, FIELDS, {"quantity": "2", "unit": "=kg", "reporter": "X"})
    assert dict(chosen) == {"reporter": "x", "quantity": "net weight", "unit": "=kg"}


def test_a_field_can_be_left_without_a_column():
    assert "quantity" not in map_columns(["quantity"], FIELDS, {"quantity": ""})


def test_a_column_that_the_user_gave_to_a_field_is_not_taken_for_another():
    assert dict(map_columns(["quantity"], FIELDS, {"remarks": "quantity"})) == {"remarks": "quantity"}


def test_an_unknown_field_and_an_unknown_column_are_errors_that_help():
    with pytest.raises(InputError, match="Did you mean 'quantity'"):
        map_columns(["x"], FIELDS, {"quantty": "x"})
    with pytest.raises(InputError, match="no column 'weigth'"):
        map_columns(["weight"], FIELDS, {"quantity": "weigth"})


def test_headers_lose_what_does_not_tell():
    assert plain_header("  N° déclaration (2012)_") == "n declaration 2012"


@pytest.mark.parametrize(
    ("text", "kg"),
    [
        ("kg", 1), ("KGS", 1), ("kg.", 1), ("кг", 1), ("公斤", 1), ("千克", 1), ("كجم", 1), ("كيلوغرام", 1), ("KGM", 1),
        ("g", 0.001), ("грамм", 0.001), ("t", 1000), ("tonnes", 1000), ("MT", 1000), ("т", 1000), ("吨", 1000),
        ("طن", 1000), ("toneladas métricas", 1000), ("lbs", 0.45359237), ("oz", 0.028349523125), ("斤", 0.5),
    ],
)  # fmt: skip
def test_units_weigh(text, kg):
    assert find_unit(text).kg == pytest.approx(kg)


@pytest.mark.parametrize(
    ("text", "kind"), [("litres", "volume"), ("m³", "volume"), ("drums", "count"), ("шт.", "count")]
)
def test_what_does_not_weigh_is_known_to_be_of_another_kind(text, kind):
    assert (find_unit(text).kg, find_unit(text).kind) == (None, kind)


@pytest.mark.parametrize("text", ["tons", "Mt", "gr", "livres"])
def test_a_unit_that_may_be_two_is_neither_and_both_can_be_told(text):
    assert find_unit(text) is None
    assert len(unclear_unit(text)) > 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("1 234,5", 1234.5), ("1\u202f234,5", 1234.5), ("1'234.5", 1234.5),
        ("١٬٢٣٤٫٥", 1234.5), ("１２", 12), ("12,34,567", 1234567), ("1.234.567", 1234567), ("0,500", 0.5),
        ("1e12", 1e12), ("-12", -12), ("−12", -12), ("(12)", -12), ("12,5", 12.5),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_written_in_the_world(text, value):
    number = read_number(text)
    assert number.value == pytest.approx(value)
    assert number.other is None


@pytest.mark.parametrize("text", ["", "-", "5 kg", "1,2,3", "1.2.3", "abc", "nan", "inf", "1e999"])
def test_what_is_no_number_is_none(text):
    assert read_number(text).value is None


def test_a_mark_that_can_be_two_things_gives_both_readings_until_the_file_tells():
    assert read_number("1,234") == (1234.0, 1.234)
    assert read_number("1.234") == (1.234, 1234.0)
    assert read_number("1,234", decimal_mark(["12,50"])).value == 1.234
    assert read_number("1,234", decimal_mark(["12.50"])).value == 1234
    assert decimal_mark(["12.50", "12,50"]) == ""


def test_the_unit_of_a_column_is_told_from_its_name():
    assert split_unit("Netweight (kg)") == ("Netweight", "kg")
    assert split_unit("quantity") == ("quantity", "")
