"""Registers in text files and JSON: which rows are read, and where what is said of the others stands."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from register_making import said, write_folder

from opencwc.declarations.model import Place, Register
from opencwc.declarations.register_reader import read_register
from opencwc.errors import InputError

HEAD = "site,plant,chemical,activity,year,quantity,unit"
GOOD = "A,1,thiodiglycol,produce,2025,250,kg"


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    lines = [
        "Register of 2025, draft",
        "",
        HEAD,
        GOOD,
        "",
        'A,1,"two\nlines",produce,2025,5,kg',
        "A,1,x,sell,2025,5,kg",
    ]
    register = read_register(write_folder(tmp_path, "\n".join(lines) + "\n"))
    assert said(register) == [("activities.csv 8 activity", "declare_activity_unknown")]
    assert [activity.row for activity in register.activities] == [1, 2]
    assert register.locate(Place("activities", 2, "quantity")).values["line"] == "6"  # type: ignore[union-attr]


@pytest.mark.parametrize("start", ["sep=;\n", "\n\n", "", "\ufeff"])
def test_what_stands_before_the_header_is_no_row(tmp_path: Path, start: str) -> None:
    text = start + HEAD.replace(",", ";") + "\n" + GOOD.replace(",", ";") + "\nA;1;x;sell;2025;5;kg\n"
    register = read_register(write_folder(tmp_path, text))
    line = 3 + start.count("\n")
    assert said(register) == [(f"activities.csv {line} activity", "declare_activity_unknown")]


@pytest.mark.parametrize(("encoding", "notes"), [("utf-8", []), ("utf-16", []), ("cp1252", ["note_encoding"])])
def test_title_lines_in_another_encoding(tmp_path: Path, encoding: str, notes: list[str]) -> None:
    text = "Registre 2025; à vérifier\n\ncode du site;produit;activité;année;quantité (kg)\n"
    text += "É-1;x;production;2025;1 234,5\n"
    register = read_register(write_folder(tmp_path, text.encode(encoding)))
    assert [(activity.site, activity.kg) for activity in register.activities] == [("É-1", Decimal("1234.5"))]
    assert register.locate(Place("activities", 1)).values["line"] == "4"  # type: ignore[union-attr]
    assert [says for _, says in said(register)] == notes


def test_a_line_of_other_length_and_an_open_quote_are_said(tmp_path: Path) -> None:
    text = f'{HEAD}\n{GOOD}\n{GOOD},more\n{GOOD}\nA,1,"open,produce,2025,5,kg\n{GOOD}\n'
    register = read_register(write_folder(tmp_path, text))
    places = dict(said(register))
    assert places["activities.csv 3"] == "row_ragged"
    assert places["activities.csv 5"] == "row_quote_open"
    assert [activity.row for activity in register.activities] == [1, 3, 5]


def test_cells_that_were_kept_from_running_are_themselves(tmp_path: Path) -> None:
    register = read_register(write_folder(tmp_path, f"{HEAD},remarks\n{GOOD},'=1+1\n{GOOD},'quoted'\n"))
    assert [activity.remarks for activity in register.activities] == ["=1+1", "'quoted'"]


def test_elements_of_json_are_named_by_their_paths(tmp_path: Path) -> None:
    row = dict(zip(HEAD.split(","), GOOD.split(","), strict=True))
    held = {
        "sites": [{"site": "A", "plant": "1", "country": "Nowhereland"}],
        "activities": [row, None, row | {"quantity": "1,234"}, "text", row | {"quantity": 1.234, "year": 2025}],
    }
    file = tmp_path / "r.json"
    file.write_text(json.dumps(held), encoding="utf-8")
    register = read_register(file)
    assert said(register) == [
        ("$.sites[0].country", "declare_state_unknown"),
        ("$.activities[2].quantity", "declare_quantity_two"),
        ("$.activities[3]", "declare_row_no_object"),
    ]
    assert [activity.kg for activity in register.activities] == [Decimal(250), Decimal("1.234")]


def test_a_number_of_json_keeps_its_digits_and_its_point(tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    row = '"site": "A", "chemical": "x", "activity": "produce", "year": 2025, "unit": "kg"'
    file.write_text(f'[{{{row}, "quantity": 30.0010000000000000000001}}, {{{row}, "quantity": "12,5"}}]')
    kilograms = [activity.kg for activity in read_register(file).activities]
    assert kilograms == [Decimal("30.0010000000000000000001"), Decimal("12.5")]


def test_a_key_that_stands_twice_has_no_value(tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    file.write_text(
        '[{"site": "A", "chemical": "x", "activity": "produce", "quantity": 5, "quantity": 6, "unit": "kg"}]'
    )
    register = read_register(file)
    assert said(register) == [("$[0].quantity", "declare_member_twice"), ("$[0]", "declare_year_missing")]
    assert not register.activities


@pytest.mark.parametrize("text", ["", "{", "[1", '{"a": 1}', "[" * 100_000, "5", "null", '{"activities": 5}', "\xff"])
def test_json_that_is_no_register_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "r.json"
    file.write_text(text, encoding="latin-1")
    with pytest.raises(InputError):
        read_register(file)


def test_codes_that_look_alike_are_kept_apart(tmp_path: Path) -> None:
    sites = "site,plant\nA-1,\nA-1,P1\nA-1,p 1\na-1,\nВ2,\nB2,\n"
    activities = f"{HEAD}\nA1,,x,produce,2025,5,kg\nA-1,P1,x,produce,2025,5,kg\n"
    register = read_register(write_folder(tmp_path, activities, sites))
    alike = [
        (problem.says.values["one"], problem.says.values["other"])
        for problem in register.problems
        if problem.says.id == "declare_codes_alike"
    ]
    assert alike == [("A-1", "a-1"), ("A-1", "A1"), ("В2", "B2"), ("P1", "p 1")] or sorted(alike) == sorted(
        [("A-1", "a-1"), ("A-1", "A1"), ("В2", "B2"), ("P1", "p 1")]
    )
    assert {site for site, _ in register.sites} == {"A-1", "a-1", "В2", "B2"}
    assert {activity.site for activity in register.activities} == {"A1", "A-1"}


def test_two_lines_of_one_code_and_contradictions_are_said(tmp_path: Path) -> None:
    sites = (
        "site,plant,name,country,kind\nA,,Works,FRA,\nA,1,Plant,FRA,sssf\nA,1,Other,FRA,sssf\nA,1,Plant,FRA,sssf\n"
        "B,,,DEU,research\nB,1,,FRA,medical\n"
    )
    register = read_register(write_folder(tmp_path, f"{HEAD}\n{GOOD}\n{GOOD}\nC,,x,produce,2025,5,kg\n", sites))
    assert said(register) == [
        ("sites.csv 4 site", "declare_site_twice"),
        ("sites.csv 5 site", "declare_site_repeated"),
        ("activities.csv 3", "declare_row_repeated"),
        ("activities.csv 4 site", "declare_site_unknown"),
        ("sites.csv 7 country", "declare_site_contradicts"),
        ("sites.csv 7 kind", "declare_site_contradicts"),
    ]
    assert register.sites["A", "1"].name == "Plant"
    assert len(register.activities) == 3


@pytest.mark.parametrize("name", ["Germany", "Allemagne", "ألمانيا", "Alemania", "Германия", "德国", "DEU", "de"])
def test_a_state_is_known_in_six_languages(tmp_path: Path, name: str) -> None:
    register = read_register(write_folder(tmp_path, f"{HEAD}\n{GOOD}\n", f"site,plant,country\nA,1,{name}\n"))
    assert register.sites["A", "1"].country == "DEU"
    assert said(register) == []


def test_columns_of_both_tables_are_mapped_by_the_user(tmp_path: Path) -> None:
    sites = "Werk;Bereich;Wer;name\nA;1;Acme;further\n"
    activities = "Werk;Bereich;Was;Tat;Wann;Wieviel\nA;1;thiodiglycol;produce;2025;2\n"
    given = {
        "sites": {"site": "Werk", "plant": "2", "name": "Wer", "country": "=FRA"},
        "activities": {
            "site": "Werk", "plant": "Bereich", "chemical": "Was", "activity": "Tat", "year": "Wann",
            "quantity": "Wieviel", "unit": "=t",
        },
    }  # fmt: skip
    register = read_register(write_folder(tmp_path, activities, sites), given)
    assert said(register) == []
    assert register.sites["A", "1"][:6] == (1, "A", "1", "Acme", "", "FRA")
    assert dict(register.sites["A", "1"].more) == {"name (2)": "further"}
    assert register.activities[0].kg == Decimal(2000)
    assert register.locate(Place("activities", 1, "quantity")).values["column"] == "Wieviel"  # type: ignore[union-attr]


def test_a_unit_in_the_heading_holds_for_every_row(tmp_path: Path) -> None:
    text = "site,chemical,activity,year,Quantity (t)\nA,x,produce,2025,2\nA,y,produce,2025,3 kg\n"
    register = read_register(write_folder(tmp_path, text))
    assert [activity.kg for activity in register.activities] == [Decimal(2000)]
    assert [says for _, says in said(register)] == ["declare_unit_differs"]


def test_two_files_that_may_be_the_table_are_an_error(tmp_path: Path) -> None:
    for name in ("production.csv", "data.csv"):
        (tmp_path / name).write_text(f"{HEAD}\n{GOOD}\n")
    with pytest.raises(InputError) as raised:
        read_register(tmp_path)
    assert raised.value.code == "register_table_twice"
    (tmp_path / "activities.csv").write_text(f"{HEAD}\n{GOOD}\n")
    register = read_register(tmp_path)
    assert sorted(str(problem.says.values["name"]) for problem in register.problems) == ["data.csv", "production.csv"]


def test_a_register_without_activities_or_columns_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read_register(tmp_path)
    assert raised.value.code == "register_without_activities"
    (tmp_path / "activities.csv").write_text("site,chemical,year\nA,x,2025\n")
    with pytest.raises(InputError) as raised:
        read_register(tmp_path)
    assert (raised.value.code, raised.value.values["field"]) == ("register_column_missing", "activity")
    assert "--map activities:activity=COLUMN" in str(raised.value)


def test_a_place_of_a_register_that_was_never_a_file_is_its_row() -> None:
    register = Register("x", {}, ())
    assert register.locate(Place("activities")) == "activities"
    place = register.locate(Place("activities", 3, "quantity"))
    assert getattr(place, "values", {}) == {"name": "activities", "row": "3", "column": "quantity"}


def test_a_zip_of_the_tables_says_the_same_as_their_folder(tmp_path: Path) -> None:
    folder = tmp_path / "register"
    folder.mkdir()
    write_folder(folder, f"{HEAD}\n{GOOD}\n")
    packed = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", folder))
    register = read_register(packed)
    assert register.name == "packed.zip"
    assert register.activities == read_register(folder).activities
