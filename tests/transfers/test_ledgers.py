import io
import random
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.errors import InputError
from opencwc.files.days import read_day
from opencwc.files.numbers import decimal_mark, read_number
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.transfers.ledgers.layout import lay_out
from opencwc.transfers.ledgers.line_fields import read_flow
from opencwc.transfers.ledgers.reader import preview, read_ledger
from opencwc.transfers.model import LEDGER_COLUMNS, Ledger
from opencwc.transfers.substances import hs_digits
from opencwc.wording import LANGUAGES, say

HEADER = ",".join(LEDGER_COLUMNS)


@cache
def screener() -> Screener:
    return Screener(Rulebook.of(date(2026, 11, 24)))


def ledger_of(text: str, name: str = "ours.csv", **given: str) -> Ledger:
    return read_ledger(io.BytesIO(text.encode()), name, given, screener())


def line(**fields: str) -> str:
    usual = {
        "id": "1", "reporter": "FRA", "flow": "export", "partner": "DEU", "date": "2012-03-01", "cas": "111-48-8",
        "quantity": "1000", "unit": "kg",
    }  # fmt: skip
    cells = {**usual, **fields}
    return ",".join(f'"{cells.get(name, "")}"' for name in LEDGER_COLUMNS)


def one_line(**fields: str) -> tuple[dict, Ledger]:
    ledger = ledger_of(f"{HEADER}\n{line(**fields)}\n")
    return ledger.lines.to_dicts()[0], ledger


def problems(ledger: Ledger, row: int = 1) -> list[str]:
    number = ledger.lines["problem"][row - 1]
    if not number:
        return []
    message = ledger.problems[number - 1]
    return [part.id for part in message.values["problems"]] if message.id == "ledger_problems" else [message.id]


def test_a_line_in_a_ledgers_own_columns_comes_out_as_the_model_says():
    row, ledger = one_line(concentration="98.5", hs="2930.70", remarks="see file")
    assert row == {
        "row": 1, "id": "1", "reporter": "FRA", "partner": "DEU", "export": True, "substance": 0,
        "day": date(2012, 3, 1), "year": 2012, "kg": 1000.0, "concentration": 98.5, "hs": 293070, "returned": False,
        "problem": 0,
    }  # fmt: skip
    assert ledger.substances[0][:2] == ("111-48-8", "Thiodiglycol")
    assert ledger.substances[0].entries[0] == "CWC 2B13"
    assert (ledger.substances[0].threshold_kg, ledger.substances[0].limit, ledger.substances[0].heading) == (
        1000,
        30,
        2930,
    )
    assert dict(ledger.lines.schema) == {
        "row": pl.UInt32, "id": pl.String, "reporter": ledger.lines["partner"].dtype,
        "partner": ledger.lines["reporter"].dtype, "export": pl.Boolean, "substance": pl.UInt32, "day": pl.Date,
        "year": pl.Int16, "kg": pl.Float64, "concentration": pl.Float32, "hs": pl.UInt32, "returned": pl.Boolean,
        "problem": pl.UInt16,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cas", "threshold", "limit"),
    [("6581-06-2", 1.0, 1.0), ("382-21-8", 100.0, 1.0), ("756-79-6", 1000.0, 30.0), ("75-44-5", 30_000.0, 30.0),
     ("107-44-8", None, None), ("67-56-1", None, None)],
)  # fmt: skip
def test_the_threshold_and_the_limit_are_those_of_the_entry(cas, threshold, limit):
    _, ledger = one_line(cas=cas)
    assert (ledger.substances[0].threshold_kg, ledger.substances[0].limit) == (threshold, limit)


FOREIGN = {
    "fr": ("N°;Pays déclarant;Flux;Pays de destination;Date;Produit chimique;Quantité (kg);Remarques",
           "7;France;Exportation;Corée du Sud;31/12/2012;thiodiglycol;1 234,5;"),
    "es": ("Número;País declarante;Flujo;País de destino;Fecha;Sustancia;Cantidad;Unidad",
           "7;Francia;exportación;República de Corea;31/12/2012;tiodiglicol;1.234,5;kilogramos"),
    "ru": ("№ п/п;Государство;Направление;Страна назначения;Дата;Вещество;Количество;Ед. изм.",
           "7;Франция;экспорт;Республика Корея;31.12.2012;тиодигликоль;1234,5;кг"),
    "zh": ("序号;申报国;流向;目的国;日期;化学品;数量;单位", "7;法国;出口;韩国;2012年12月31日;硫二甘醇;1,234.5;公斤"),
    "ar": ("الرقم;الدولة المبلغة;التدفق;بلد المقصد;التاريخ;المادة;الكمية;الوحدة",
           "7;فرنسا;تصدير;كوريا الجنوبية;٣١/١٢/٢٠١٢;ثيوديغليكول;١٬٢٣٤٫٥;كجم"),
}  # fmt: skip


@pytest.mark.parametrize("language", FOREIGN)
def test_a_ledger_in_another_language_reads_as_the_same_line_in(language):
    ledger = ledger_of("\n".join(FOREIGN[language]) + "\n")
    row = ledger.lines.to_dicts()[0]
    assert (row["id"], row["reporter"], row["partner"], row["export"]) == ("7", "FRA", "KOR", True)
    assert (row["day"], row["kg"]) == (date(2012, 12, 31), 1234.5)
    assert ledger.substances[0].key == "111-48-8"
    assert problems(ledger) == []


def test_units_become_kg_and_the_column_may_name_them():
    ledger = ledger_of(
        f"{HEADER}\n{line(unit='t', quantity='1.5')}\n{line(id='2', unit='lb')}\n{line(id='3', unit='公斤')}\n"
    )
    assert ledger.lines["kg"].to_list() == pytest.approx([1500.0, 453.59237, 1000.0])
    named = ledger_of("reporter,flow,partner,date,cas,quantity_t\nFRA,import,DEU,2012,111-48-8,2\n")
    assert named.lines["kg"].to_list() == [2000.0]


def test_a_unit_for_all_lines_can_be_given_and_without_one_there_are_no_kg():
    text = "reporter,flow,partner,date,cas,quantity\nFRA,import,DEU,2012,111-48-8,2\n"
    assert ledger_of(text, unit="=t").lines["kg"].to_list() == [2000.0]
    ledger = ledger_of(text)
    assert (ledger.lines["kg"].to_list(), problems(ledger)) == ([None], ["ledger_unit_missing"])


def test_a_cell_may_hold_its_own_unit():
    ledger = ledger_of("reporter,flow,partner,date,cas,quantity\nFRA,import,DEU,2012,111-48-8,2.5 t\n")
    assert (ledger.lines["kg"].to_list(), problems(ledger)) == ([2500.0], [])


@pytest.mark.parametrize(
    ("fields", "problem", "nulls"),
    [
        ({"reporter": "Qwertzland"}, "ledger_state_unknown", ["reporter"]),
        ({"partner": "Germny"}, "ledger_state_near", ["partner"]),
        ({"partner": "Korea"}, "ledger_state_unclear", ["partner"]),
        ({"partner": ""}, "ledger_partner_missing", ["partner"]),
        ({"flow": "both"}, "ledger_flow_unread", ["export"]),
        ({"flow": "Transit"}, "ledger_flow_transit", ["export"]),
        ({"date": ""}, "ledger_date_missing", ["day", "year"]),
        ({"date": "Q1 2012"}, "ledger_date_unread", ["day", "year"]),
        ({"date": "41274"}, "ledger_date_serial", ["day", "year"]),
        ({"date": "1/2/12"}, "ledger_date_short", ["day", "year"]),
        ({"date": "05/04/2012"}, "ledger_date_doubtful", ["day"]),
        ({"unit": "l"}, "ledger_unit_volume", ["kg"]),
        ({"unit": "drums"}, "ledger_unit_count", ["kg"]),
        ({"unit": "tons"}, "ledger_unit_unclear", ["kg"]),
        ({"unit": "foo"}, "ledger_unit_unknown", ["kg"]),
        ({"unit": ""}, "ledger_unit_missing", ["kg"]),
        ({"quantity": ""}, "ledger_quantity_missing", ["kg"]),
        ({"quantity": "much"}, "ledger_quantity_unread", ["kg"]),
        ({"quantity": "nan"}, "ledger_quantity_unread", ["kg"]),
        ({"quantity": "1,234"}, "ledger_quantity_doubtful", ["kg"]),
        ({"concentration": "strong"}, "ledger_concentration_unread", ["concentration"]),
        ({"concentration": "101"}, "ledger_concentration_outside", ["concentration"]),
        ({"cas": ""}, "ledger_chemical_missing", ["substance"]),
        ({"cas": "111-48-9"}, "ledger_cas_unread", ["substance"]),
        ({"quantity": "1e12"}, "ledger_quantity_huge", []),
        ({"quantity": "-5"}, "ledger_quantity_negative", []),
        ({"partner": "FRA"}, "ledger_same_state", []),
        ({"partner": "Czechoslovakia"}, "ledger_state_former", []),
        ({"chemical": "sarin"}, "ledger_chemical_disagrees", []),
        ({"hs": "2812.11"}, "ledger_hs_disagrees", []),
    ],
)
def test_what_is_wrong_with_a_line_is_named_and_the_line_is_kept(fields, problem, nulls):
    row, ledger = one_line(**fields)
    assert problems(ledger) == [problem]
    assert [name for name, value in row.items() if value is None and name not in ("concentration", "day")] == [
        name for name in nulls if name not in ("concentration", "day")
    ]
    assert all(row[name] is None for name in nulls)
    for language in LANGUAGES:
        assert "{" not in say(ledger.problems[0], language)
        assert say(ledger.problems[0], language) != problem


def test_a_line_with_several_problems_tells_them_all():
    _, ledger = one_line(partner="Korea", quantity="much", date="")
    assert problems(ledger) == ["ledger_state_unclear", "ledger_date_missing", "ledger_quantity_unread"]
    assert "Korea" in say(ledger.problems[0])
    assert "much" in say(ledger.problems[0])


def test_a_negative_quantity_and_words_of_return_are_kept_as_returned():
    for fields in ({"quantity": "-5"}, {"remarks": "Returned goods"}, {"remarks": "退货"}, {"remarks": "возврат"}):
        assert one_line(**fields)[0]["returned"]
    assert one_line(quantity="-5")[0]["kg"] == -5.0
    assert not one_line(remarks="nothing to say")[0]["returned"]


def test_a_typing_error_of_many_digits_keeps_its_kg():
    assert one_line(quantity="1000000000000")[0]["kg"] == 1e12


def test_dates_are_read_as_the_others_of_the_file_are_written():
    text = f"{HEADER}\n{line(date='05/04/2012')}\n{line(id='2', date='{}')}\n"
    day_first, month_first = ledger_of(text.replace("{}", "31/12/2012")), ledger_of(text.replace("{}", "12/31/2012"))
    assert day_first.lines["day"].to_list() == [date(2012, 4, 5), date(2012, 12, 31)]
    assert month_first.lines["day"].to_list() == [date(2012, 5, 4), date(2012, 12, 31)]
    assert "ledger_dates_month_first" in [note.id for note in month_first.notes]
    assert problems(month_first) == []


def test_decimals_are_read_as_the_others_of_the_file_are_written():
    text = "Reporting State;flow;partner;date;cas;quantity;unit\n" + "".join(
        f"FRA;export;DEU;2012;111-48-8;{number};kg\n" for number in ("1,234", "1.234", "{}")
    )
    comma, point = ledger_of(text.replace("{}", "12,5")), ledger_of(text.replace("{}", "12.5"))
    assert comma.lines["kg"].to_list() == [1.234, 1234.0, 12.5]
    assert point.lines["kg"].to_list() == [1234.0, 1.234, 12.5]
    assert "ledger_decimal_comma" in [note.id for note in comma.notes]
    undecided = ledger_of(text.replace("{}", "7"))
    assert undecided.lines["kg"].to_list() == [None, None, 7.0]
    assert problems(undecided) == problems(undecided, 2) == ["ledger_quantity_doubtful"]


def test_in_a_ledgers_own_columns_a_point_is_a_decimal_point_unless_decimal_commas_stand_beside_it():
    assert one_line(quantity="1.234")[0]["kg"] == 1.234
    beside = ledger_of(f"{HEADER}\n{line(quantity='1.234')}\n{line(id='2', quantity='12,5')}\n")
    assert beside.lines["kg"].to_list() == [1234.0, 12.5]


def test_a_number_of_days_is_a_day_in_a_workbook(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "ledger.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["reporter", "flow", "partner", "date", "cas", "quantity", "unit"])
    sheet.write_row(1, 0, ["FRA", "export", "DEU", 41274, "111-48-8", 1.234, "kg"])
    sheet.write_row(2, 0, ["FRA", "export", "DEU", 2012, "111-48-8", 1000, "kg"])
    book.close()
    ledger = read_ledger(tmp_path / "ledger.xlsx", screener=screener())
    assert ledger.lines["day"].to_list() == [date(2012, 12, 31), None]
    assert ledger.lines["year"].to_list() == [2012, 2012]
    assert ledger.lines["kg"].to_list() == [1.234, 1000.0]


def test_former_states_are_kept_and_told_and_renamed_ones_are_read_and_told():
    former = one_line(partner="USSR", date="1990")
    assert former[0]["partner"] == "SUN"
    assert problems(former[1]) == []
    assert [note.id for note in former[1].notes] == ["ledger_state_was"]
    renamed = one_line(partner="Burma")
    assert renamed[0]["partner"] == "MMR"
    assert [note.id for note in renamed[1].notes] == ["ledger_state_renamed"]


def test_empty_and_unreadable_rows_keep_their_place():
    ledger = ledger_of(f"{HEADER}\n{line()}\n\n{','.join([''] * 12)}\n{line(id='4')},extra\n{line(id='5')}\n")
    assert ledger.lines["row"].to_list() == [1, 2, 3, 4, 5]
    assert ledger.lines["kg"].to_list() == [1000.0, None, None, None, 1000.0]
    assert [problems(ledger, row) for row in (2, 3, 4)] == [["row_empty"], ["row_empty"], ["row_ragged"]]
    assert ledger.lines["reporter"].null_count() == 3


def test_ids_that_stand_twice_are_told_and_missing_ones_are_the_rows_number():
    ledger = ledger_of(f"{HEADER}\n{line()}\n{line(quantity='2')}\n{line(id='')}\n{line(reporter='GBR')}\n")
    assert ledger.lines["id"].to_list() == ["1", "1", "3", "1"]
    assert [problems(ledger, row) for row in (1, 2, 3, 4)] == [["ledger_id_twice"], ["ledger_id_twice"], [], []]


def test_a_chemical_is_one_whether_by_number_or_by_name_or_in_a_line_of_commerce():
    lines = [
        line(), line(id="2", cas="", chemical="thiodiglycol"),
        line(id="3", cas="", chemical="Bis(2-hydroxyethyl)sulfide"),
        line(id="4", cas="", chemical="thiodiglycol, tech. 98%, in drums"), line(id="5", cas="", chemical="111-48-8"),
    ]  # fmt: skip
    ledger = ledger_of("\n".join([HEADER, *lines]) + "\n")
    assert ledger.lines["substance"].to_list() == [0] * 5
    assert len(ledger.substances) == 1


def test_an_unknown_name_is_a_substance_of_its_own_and_told():
    row, ledger = one_line(cas="", chemical="Qwertzol forte")
    assert row["substance"] == 0
    assert problems(ledger) == ["ledger_chemical_unknown"]


OLD = """Classification,Year,Trade Flow,Reporter,Reporter ISO,Partner,Partner ISO,Commodity Code,Netweight (kg),Qty
HS,2012,Export,France,FRA,Germany,DEU,281211,5000,5
HS,2012,Re-Export,France,FRA,Germany,DEU,281211,100,5
HS,2012,Import,France,FRA,"Areas, nes",,440799,,3
"""
NEW = """freqCode,refYear,period,reporterCode,reporterISO,flowCode,partnerCode,partnerISO,partnerDesc,cmdCode,qty,netWgt
A,2012,2012,251,FRA,X,276,DEU,Germany,281211,5,5000.0
A,2012,2012,251,FRA,RX,276,DEU,Germany,281211,5,100.0
A,2012,2012,251,FRA,M,899,_X ,"Areas, nes",440799,3,
"""
FLOWS = """year,flow,reporteriso,reporter,partneriso,partner,productcode,unit,quantity,weight,tradevalue,flag
2012,Export,FRA,France,DEU,Germany,281211.0,Volume in cubic meters,17.0,5000.0,17295.0,0.0
2012,Re-Export,FRA,France,DEU,Germany,281211.0,Volume in cubic meters,17.0,100.0,17295.0,0.0
2012,Import,FRA,France,,"Areas, nes",440799.0,Volume in cubic meters,17.0,,17295.0,0.0
"""


@pytest.mark.parametrize(("form", "text"), [("comtrade_old", OLD), ("comtrade", NEW), ("tradeflows", FLOWS)])
def test_statistics_of_trade_are_read_in_each_of_their_forms(form, text):
    assert lay_out(text.split("\n", 1)[0].split(",")).form == form
    ledger = ledger_of(text)
    lines = ledger.lines
    assert lines["kg"].to_list() == [5000.0, 100.0, None]
    assert lines["year"].to_list() == [2012] * 3
    assert lines["export"].to_list() == [True, None, False]
    assert lines["partner"].to_list() == ["DEU", "DEU", "XAX"]
    assert [substance.key for substance in ledger.substances] == ["75-44-5", "HS 440799"]
    assert problems(ledger, 2) == ["ledger_flow_contained"]
    assert problems(ledger, 3) == ["ledger_quantity_missing"]
    assert {"ledger_statistics", "ledger_elsewhere"} <= {note.id for note in ledger.notes}


def test_in_an_ordinary_ledger_what_is_exported_again_is_an_export_and_told():
    row, ledger = one_line(flow="Réexportation")
    assert row["export"] is True
    assert [note.id for note in ledger.notes] == ["ledger_re_export"]
    assert one_line(flow="реимпорт")[0]["returned"]


def test_a_trade_system_that_a_flow_names_is_told():
    assert read_flow("General import") == ("import", "general")
    assert [note.id for note in one_line(flow="Importations (commerce spécial)")[1].notes] == ["ledger_trade_system"]


def test_without_the_columns_that_a_ledger_needs_there_is_an_error_that_names_them():
    with pytest.raises(InputError, match=r"the flow and the date.*--map flow=COLUMN.*'kg'"):
        ledger_of("reporter,partner,cas,quantity,kg\nFRA,DEU,111-48-8,1,x\n")


def test_what_the_file_leaves_out_can_be_given():
    ledger = ledger_of(
        "to,cas,kilos\nDEU,111-48-8,5\n",
        partner="to",
        quantity="kilos",
        unit="=kg",
        reporter="=FRA",
        flow="=export",
        date="=2012",
    )
    row = ledger.lines.to_dicts()[0]
    assert (row["reporter"], row["partner"], row["export"], row["year"], row["kg"]) == ("FRA", "DEU", True, 2012, 5.0)


def test_a_preview_shows_the_start_and_how_it_would_be_read():
    text = f"{HEADER}\n" + "".join(line(id=str(at)) + "\n" for at in range(50))
    seen = preview(io.BytesIO(text.encode()), "ours.csv", rows=5, screener=screener())
    assert seen.header == LEDGER_COLUMNS
    assert len(seen.rows) == 5
    assert (seen.rows[3][0], seen.missing, seen.error) == ("3", (), None)


def test_a_preview_of_columns_that_cannot_be_told_says_what_is_missing():
    seen = preview(io.BytesIO(b"who,whom,what\nFRA,DEU,thiodiglycol\n"), "theirs.csv")
    assert seen.problems == ()
    assert seen.missing == ("reporter", "flow", "partner", "date", "quantity", "chemical")
    assert seen.rows == (("FRA", "DEU", "thiodiglycol"),)
    assert "--map" in str(seen.error)
    doubtful = preview(io.BytesIO(b"reporter,weight,amount\nFRA,1,2\n"), "theirs.csv")
    assert "'weight' and 'amount'" in str(doubtful.error)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2012-12-31T23:59:59", date(2012, 12, 31)), ("20121231", date(2012, 12, 31)),
        ("2012/12/31", date(2012, 12, 31)),
        ("31.12.2012", date(2012, 12, 31)), ("31-Dec-2012", date(2012, 12, 31)), ("1er janvier 2012", date(2012, 1, 1)),
        ("31 de diciembre de 2012", date(2012, 12, 31)), ("31 декабря 2012 г.", date(2012, 12, 31)),
        ("31 ديسمبر 2012", date(2012, 12, 31)), ("2012年12月31日", date(2012, 12, 31)),
    ],
)  # fmt: skip
def test_days_are_read_as_people_write_them(text, day):
    assert read_day(text).day == day


@pytest.mark.parametrize("text", ["2012", "2012.0", "201203", "2012-03", "03/2012", "201252", "2012-13-01", "9999"])
def test_a_year_or_a_month_gives_no_day(text):
    assert read_day(text).day is None
    assert (read_day(text).year == 2012) == (text not in ("201252", "2012-13-01", "9999"))


def test_hs_codes_have_six_digits():
    assert [hs_digits(text) for text in ("2931.49", "29314900", "2931 49", "HS 293149", "10121", "2931", "")] == [
        293149, 293149, 293149, 293149, 10121, 0, 0,
    ]  # fmt: skip


numbers = st.one_of(
    st.integers(-9_999_999, 9_999_999).map(str),
    st.integers(1, 9_999_999).map(lambda number: f"{number:,}"),
    st.decimals(1, 99_999, places=2).map(lambda number: f"{number:,}".translate({44: 46, 46: 44})),
    st.decimals(1, 99_999, places=2).map(lambda number: f"{number:,}".translate({44: 32, 46: 44})),
    st.sampled_from(["0,5", "0,500", "12,5", "1,234", "1.234", "٣٫٥", "(7)", "1'000", "-2,25"]),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(numbers, min_size=1, max_size=12))
def test_a_quantity_reads_in_a_ledger_as_by_itself_with_the_decimal_mark_of_its_file(texts):
    mark = decimal_mark(texts)
    header = "Reporting State;flow;partner;date;cas;quantity;unit\n"
    ledger = ledger_of(header + "".join(f"FRA;export;DEU;2012;111-48-8;{text};kg\n" for text in texts))
    readings = [read_number(text, mark) for text in texts]
    if "ledger_decimals_mixed" not in [note.id for note in ledger.notes]:
        assert ledger.lines["kg"].to_list() == [
            None if reading.other is not None else pytest.approx(reading.value) for reading in readings
        ]


amounts = st.sampled_from(["1", "2.5", "1000", "12.25", "-3", "", "x", "1e12"])
states = st.sampled_from(["FRA", "Germany", "Korea", "СССР", "", "276"])
rows = st.fixed_dictionaries(
    {"reporter": states, "partner": states, "flow": st.sampled_from(["export", "import", "?"]), "quantity": amounts,
     "unit": st.sampled_from(["kg", "t", "l", ""]), "date": st.sampled_from(["2012", "31/12/2012", "05/04/2012", ""])}
)  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(st.lists(rows, min_size=1, max_size=12), st.integers(0, 2**32))
def test_the_order_of_lines_changes_no_line(drawn, seed):
    written = [line(id=f"n{at}", **row) for at, row in enumerate(drawn)]
    shuffled = random.Random(seed).sample(written, len(written))
    first, second = (ledger_of("\n".join([HEADER, *lines]) + "\n") for lines in (written, shuffled))
    plain_lines = [
        sorted((*row[1:-1], str(ledger.problems[row[-1] - 1]) if row[-1] else "") for row in _plain(ledger))
        for ledger in (first, second)
    ]
    assert plain_lines[0] == plain_lines[1]
    assert first.lines.height == len(drawn)


def _plain(ledger: Ledger) -> list[tuple]:
    keys = [substance.key for substance in ledger.substances]
    lines = ledger.lines.with_columns(
        pl.col("substance").replace_strict(range(len(keys)), keys, return_dtype=pl.String)
    )
    return [tuple("" if cell is None else cell for cell in row[:-1]) + row[-1:] for row in _as_text(lines).iter_rows()]


def _as_text(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.select(pl.exclude("problem").cast(pl.String), "problem")


def test_every_line_of_many_years_of_statistics_has_its_year(tmp_path: Path):
    text = FLOWS + "".join(FLOWS.split("\n", 1)[1].replace("2012", str(year)) for year in range(2005, 2012))
    (tmp_path / "flows.csv").write_text(text, encoding="utf-8")
    ledger = read_ledger(tmp_path / "flows.csv", screener=screener())
    assert sorted(set(ledger.lines["year"])) == [*range(2005, 2013)]
    assert ledger.lines.height == text.count("\n") - 1


def test_a_year_far_from_the_others_or_still_to_come_is_told_and_kept():
    years = [*range(2015, 2025), 1924, 2099]
    ledger = ledger_of("\n".join([HEADER, *(line(id=str(year), date=f"{year}-05-01") for year in years)]))
    assert ledger.lines["year"].to_list() == years
    assert [problems(ledger, row) for row in (1, 10)] == [[], []]
    assert problems(ledger, 11) == ["ledger_date_far"]
    assert problems(ledger, 12) == ["ledger_date_ahead"]


def test_years_of_which_none_is_most_are_not_told_far_from_each_other():
    ledger = ledger_of("\n".join([HEADER, line(date="1995"), line(id="2", date="2024")]))
    assert [problems(ledger, row) for row in (1, 2)] == [[], []]
