"""The page of the Convention: entries, thresholds, deadlines and States as of a day, and what changed between two."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape

import pytest
from python_calamine import CalamineWorkbook
from starlette.testclient import TestClient

from opencwc.web.app import create_app
from opencwc.web.convention import lists, pages
from opencwc.web.server.configuration import Configuration
from opencwc.wording import LANGUAGES, say
from web.conftest import WIDE, person_of

PARTS = pages.CONVENTION_PARTS


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    app = create_app(
        Configuration(**WIDE),
        person_of=person_of,
        routers=(pages.router,),
    )
    with TestClient(app, headers={"x-test-person": "analyst", "accept": "text/html"}) as client:
        yield client


@pytest.fixture(autouse=True)
def _in_english(client: TestClient) -> None:
    client.cookies.clear()  # a test that chose a language chose it for itself


def text_of(client: TestClient, address: str) -> str:
    """Return what a page says, without its marks."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text[:500]
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def rows_of(client: TestClient, address: str) -> int:
    return client.get(address).text.count('<th scope="row">')


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_said_whole_in_every_language(client: TestClient, part: str, lang: str) -> None:
    page_text = text_of(client, f"/convention?part={part}&lang={lang}")
    assert not re.search(r"\b(page_convention|threshold|deadline|evidence)_\w+", page_text)


@pytest.mark.parametrize("part", PARTS)
def test_no_part_has_a_script_or_a_style_within_and_every_part_is_light(client: TestClient, part: str) -> None:
    html = client.get(f"/convention?part={part}").text
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", html)
    assert len(html.encode()) < 150_000


def test_an_entry_is_shown_on_the_days_on_which_it_is_in_force(client: TestClient) -> None:
    assert "CWC 1A13" in text_of(client, "/convention?as_of=2020-06-07")
    assert "CWC 1A13" not in text_of(client, "/convention?as_of=2020-06-06")


@pytest.mark.parametrize("q", ["sarin", "107-44-8", "1a01", "Саринфосфор", "خردل الكبريت"])
def test_entries_are_found_by_word_number_and_id(client: TestClient, q: str) -> None:
    page_text = text_of(client, f"/convention?find={q}&list=CWC")
    assert ("1A01" in page_text) == (q in ("sarin", "107-44-8", "1a01"))


def test_entries_are_narrowed_by_list_and_schedule(client: TestClient) -> None:
    assert rows_of(client, "/convention?list=CWC") == 47
    assert rows_of(client, "/convention?list=CWC&schedule=3") == 17
    assert "Nothing found for this day" in text_of(client, "/convention?find=no-such-thing-at-all")


def test_the_page_of_an_entry_says_its_rule_its_examples_its_duties_and_its_source(client: TestClient) -> None:
    html = client.get("/convention/CWC/2B04?as_of=2026-11-24").text
    page_text = text_of(client, "/convention/CWC/2B04?as_of=2026-11-24")
    for words in (
        "Methylphosphonyl dichloride",
        "676-97-1",
        "Fonofos",
        "more than 1 t",
        "Schedule 2, Part B",
        "29 April 1997",
    ):
        assert words in page_text
    assert "<svg" in html and "/check?value=CP%28%3DO%29%28Cl%29Cl&amp;as_of=2026-11-24" in html


def test_a_schedule_that_an_entry_yields_to_is_named_in_the_language_of_the_page(client: TestClient) -> None:
    page_text = text_of(client, "/convention/CWC/2B04?lang=es")
    assert "Salvo lo que figura en Lista 1" in page_text
    assert "Schedule" not in page_text


def test_ricin_which_no_drawing_can_hold_is_named_and_screened_by_its_number(client: TestClient) -> None:
    html = client.get("/convention/CWC/1A08").text
    assert "/check?value=9009-86-3" in html


def test_an_entry_before_its_day_is_said_not_to_be_in_force(client: TestClient) -> None:
    assert "CWC 1A13 is not in force on" in text_of(client, "/convention/CWC/1A13?as_of=2020-01-01")
    assert "is not in force on" not in text_of(client, "/convention/CWC/1A13?as_of=2020-06-07")


def test_an_entry_that_no_list_has_is_not_found(client: TestClient) -> None:
    assert client.get("/convention/CWC/9Z99").status_code == 404


def test_thresholds_and_deadlines_name_amount_time_source_and_grade(client: TestClient) -> None:
    page_text = text_of(client, "/convention?part=thresholds&regime=S2")
    assert "more than 100 kg" in page_text and "Verification Annex VII.3(b)" in page_text and "treaty text" in page_text
    assert "Verification Annex VIII" not in page_text
    page_text = text_of(client, "/convention?part=deadlines&find=anticipated")
    assert "not less than 60 days before the beginning of the following calendar year" in page_text
    assert "by 3 September each year" in page_text and "United States" in page_text


def test_what_a_rule_leaves_out_and_its_conditions_are_said_in_the_readers_language(client: TestClient) -> None:
    page_text = text_of(client, "/convention/CWC/2B04?lang=ar")
    assert "carbon neighbour" not in page_text and "Schedule 1" not in page_text
    assert "عدد ذرات الكربون المرتبطة بذرة P هو 1 بالضبط" in page_text and "الجدول 1" in page_text
    client.get("/convention?lang=en")


def test_a_long_name_of_a_chemical_may_break_at_its_brackets(client: TestClient) -> None:
    page = client.get("/convention?part=changes&first=2019-01-01&second=2020-12-31").text
    assert "Methyl-<wbr>(bis<wbr>(diethylamino)<wbr>methylene)<wbr>phosphonamidofluoridate" in page


def test_spanish_joins_a_preposition_with_the_article_behind_it(client: TestClient) -> None:
    said = text_of(client, "/convention?part=deadlines&lang=es")
    assert "días antes del inicio de las operaciones" in said and " de el " not in said
    client.get("/convention?lang=en")


def test_a_registry_number_never_breaks_into_two_lines(client: TestClient) -> None:
    assert '<span class="whole">CAS 944-22-9)</span>' in client.get("/convention/CWC/2B04").text


def test_the_rules_of_declarations_are_shown_with_what_states_ask_beside_them(client: TestClient) -> None:
    page_text = text_of(client, "/convention?part=declarations&as_of=2026-11-28")
    assert "exactly 100 g of a Schedule 1 chemical in a year is declared" in page_text
    assert "exactly-100-g" not in page_text and "Our reading; Verification Annex VI.11" in page_text
    assert "B21 30 t to under 200 t a Schedule 3 chemical Verification Annex VIII.8(b)" in page_text
    assert "Spain" in page_text and "More than 500 kg" in page_text and "art. 8.2(a)" in page_text
    assert "Before 28 February each year" in page_text and "antes del" in page_text
    assert "production capacity for each declared chemical" in page_text and "B05 repackaging" in page_text
    before = text_of(client, "/convention?part=declarations&as_of=1997-04-28")
    assert "More than 500 kg" not in before and "B21" not in before


def test_a_range_that_began_leads_to_where_it_is_shown(client: TestClient) -> None:
    html = client.get("/convention?part=changes&first=1997-04-28&second=1997-04-30&kind=range").text
    assert "part=declarations&amp;as_of=1997-04-29#s3-b21" in html


def test_nothing_held_before_the_convention_was_in_force(client: TestClient) -> None:
    assert "Verification Annex VII.3" not in text_of(client, "/convention?part=thresholds&as_of=1997-04-28")


def test_states_are_counted_named_and_dated_as_of_the_day(client: TestClient) -> None:
    now = text_of(client, "/convention?part=states&as_of=2026-11-24")
    assert "States Parties 193" in now and "Status as of 29 November 2023; later changes are not recorded here" in now
    then = text_of(client, "/convention?part=states&as_of=1997-05-01")
    assert "States Parties 87" in then and "instrument deposited, not yet bound 1" in then
    assert rows_of(client, "/convention?part=states&status=signatory&as_of=2026-11-24") == 1
    assert "Maroc" in text_of(client, "/convention?part=states&find=MAR&lang=fr")


def test_states_as_json_have_the_codes_that_maps_go_by(client: TestClient) -> None:
    answer = client.get("/convention/states.json?as_of=2026-11-24").json()
    rows = answer["rows"]
    assert len(rows) == 197 and all(re.fullmatch(r"\d{3}", row["code"]) for row in rows)
    assert len({row["code"] for row in rows}) == 197 and answer["titles"] == {"group": "Status"}
    by_code = {row["iso3"]: row for row in rows}
    assert by_code["CUB"] == {
        "code": "192", "label": "Cuba", "group": "State Party", "iso3": "CUB", "status": "state_party",
        "since": "1997-05-29",
    }  # fmt: skip
    assert {code: by_code[code]["status"] for code in ("ISR", "EGY", "PRK", "SSD")} == {
        "ISR": "signatory", "EGY": "not_party", "PRK": "not_party", "SSD": "not_party",
    }  # fmt: skip
    assert [by_code[code]["code"] for code in ("DEU", "ETH", "FRA", "SDN", "YEM")] == [
        "276", "231", "250", "729", "887",
    ]  # fmt: skip


def test_the_map_asks_for_the_states_of_the_day_and_the_language_of_its_page(client: TestClient) -> None:
    html = client.get("/convention?part=states&as_of=1997-05-01&lang=fr").text
    address = re.search(r'data-chart="map" data-source="([^"]+)"', html)[1]
    rows = client.get(unescape(address)).json()["rows"]
    assert sum(row["status"] == "state_party" for row in rows) == 87
    assert {"Maroc", "Allemagne"} <= {row["label"] for row in rows}


def test_what_changed_is_told_by_day_with_its_source(client: TestClient) -> None:
    page_text = text_of(client, "/convention?part=changes&first=2018-01-01&second=2020-12-31")
    assert "Changes from 1 January 2018 to 31 December 2020: 6" in page_text
    for words in ("CWC 1A13", "CWC 1A16", "Palestin", "16 June 2018", "7 June 2020", "in force 2020"):
        assert words in page_text
    assert page_text.index("CWC 1A13") < page_text.index("Palestin")
    assert "Nothing changed" in text_of(client, "/convention?part=changes&first=2021-01-01&second=2021-12-31")


def test_two_days_may_stand_in_either_order(client: TestClient) -> None:
    page = client.get("/convention?part=changes&first=2020-12-31&second=2020-01-01&kind=entry").text
    assert page.count("/convention/CWC/1A1") == 4


@pytest.mark.parametrize("day", ["yesterday", "2020-13-01", "20200607x", "<b>"])
def test_a_day_that_is_none_is_said_and_today_is_shown(client: TestClient, day: str) -> None:
    for part in PARTS:
        page_text = text_of(client, f"/convention?part={part}&as_of={day}")
        assert "is not a date" in page_text and day in page_text


LISTS = {
    "entries": lists.ENTRIES, "thresholds": lists.THRESHOLDS, "deadlines": lists.DEADLINES, "states": lists.STATES,
    "changes": lists.CHANGES,
}  # fmt: skip
WHOLE = "first=1993-01-01&second=2026-01-01&as_of=2026-01-01"


def table_of(client: TestClient, question: str) -> list[list[str]]:
    answer = client.get(f"/convention/table.csv?{question}")
    assert answer.status_code == 200, answer.text[:500]
    return list(csv.reader(io.StringIO(answer.text)))


@pytest.mark.parametrize("part", LISTS)
def test_a_list_is_sorted_by_each_of_its_columns_and_given_as_it_is_shown(client: TestClient, part: str) -> None:
    usual = table_of(client, f"part={part}&{WHOLE}")
    names = [column.name for column in LISTS[part]]
    assert usual[0] == names
    for name in names:
        sorted_so = f"part={part}&{WHOLE}&order={name}"
        assert sorted(table_of(client, sorted_so)[1:]) == sorted(usual[1:])
        html = client.get(f"/convention?{sorted_so}").text
        assert html.count('aria-sort="ascending"') == 1 and f"order=-{name}" in html
        assert html.count('<th scope="row">') == len(usual) - 1


@pytest.mark.parametrize("part", LISTS)
def test_a_list_is_given_as_a_workbook_with_the_headings_of_the_page(client: TestClient, part: str) -> None:
    answer = client.get(f"/convention/table.xlsx?part={part}&{WHOLE}&lang=fr")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[0] == [say(column.label, "fr") for column in LISTS[part]]
    assert len(rows) == len(table_of(client, f"part={part}&{WHOLE}"))


@pytest.mark.parametrize(
    ("part", "slip", "found"),
    [
        ("states", "morroco", "Morocco"), ("states", "Maroco", "Morocco"), ("entries", "thiodiglycoll", "2B13"),
        ("thresholds", "tranfers", "transfers"), ("deadlines", "antcipated", "anticipated"),
        ("changes", "Morroco", "Morocco"),
    ],
)  # fmt: skip
def test_a_list_is_searched_in_spite_of_slips(client: TestClient, part: str, slip: str, found: str) -> None:
    every, rows = (table_of(client, f"part={part}&{WHOLE}{find}")[1:] for find in ("", f"&find={slip}"))
    assert 0 < len(rows) < len(every)
    assert any(found in " ".join(row) for row in rows)
    said = text_of(client, f"/convention?part={part}&{WHOLE}&find={slip}")
    assert f"{len(rows)} of {len(every)} shown" in said and slip.lower() in said.lower()


def test_a_state_is_found_by_a_name_in_another_language_and_by_its_code(client: TestClient) -> None:
    for name in ("Марокко", "المغرب", "Marruecos", "MAR 1993"):
        assert [row[0] for row in table_of(client, f"part=states&find={name}") if "MAR" in row] == ["Morocco"]


def test_a_short_title_stands_with_the_full_name_of_the_chemical(client: TestClient) -> None:
    rows = {row[0]: row[1] for row in table_of(client, "part=entries&list=CWC&schedule=2")}
    assert rows["CWC 2A03"] == "BZ: 3-Quinuclidinyl benzilate (CAS 6581-06-2)"
    assert "(CAS" not in rows["CWC 2A01"]


def test_days_sort_as_days_and_amounts_as_numbers(client: TestClient) -> None:
    days = [row[1] for row in table_of(client, f"part=changes&{WHOLE}&order=day")[1:]]
    assert days == sorted(days) and days[0] == "1993-01-13"
    amounts = [row[2] for row in table_of(client, "part=thresholds&order=limit&as_of=2026-01-01")[1:]]
    kilograms = [amount for amount in amounts if "kg" in amount]
    assert [int(re.search(r"\d+", amount)[0]) for amount in kilograms] == sorted(
        int(re.search(r"\d+", amount)[0]) for amount in kilograms
    )


def test_rules_stand_by_regime_until_they_are_sorted(client: TestClient) -> None:
    usual = client.get("/convention?part=thresholds&as_of=2026-01-01").text
    assert usual.count('<h2 id="regime-') > 1
    flat = client.get("/convention?part=thresholds&as_of=2026-01-01&order=purpose").text
    assert '<h2 id="regime-' not in flat and "order=regime" in flat


def test_the_file_of_a_list_holds_what_its_filters_left(client: TestClient) -> None:
    assert len(table_of(client, "list=CWC&schedule=3")) == 1 + 17
    assert len(table_of(client, "part=states&status=signatory&as_of=2026-11-24")) == 1 + 1
    html = client.get("/convention?list=CWC&schedule=3&find=chlor").text
    assert "/convention/table.csv?list=CWC&amp;schedule=3&amp;find=chlor" in html
    assert client.get("/convention/table.csv?part=declarations").status_code == 404


def test_who_is_not_known_sees_nothing(client: TestClient) -> None:
    for address in ("/convention", "/convention/table.csv", "/convention/states.json", "/convention/CWC/1A01"):
        answer = client.get(address, headers={"x-test-person": "nobody"}, follow_redirects=False)
        assert answer.status_code in (303, 401)
