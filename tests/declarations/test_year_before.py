"""Last year's own register beside this year's: codes are followed, what is due otherwise and other figures are told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from opencwc.convention.inspection_limits import inspection_limits
from opencwc.declarations.chemicals import Chemicals
from opencwc.declarations.inspections import told_of_inspections, told_of_near, told_of_unknown
from opencwc.declarations.judgement import judge
from opencwc.declarations.law import Law
from opencwc.declarations.model import Answer, Register
from opencwc.declarations.reader import chemicals_on
from opencwc.declarations.register_reader import read_register
from opencwc.declarations.year_before import (
    YearBefore,
    compare_years,
    told_of_amounts,
    told_of_changes,
    told_of_sites,
)
from opencwc.finding import Message
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.wording import LANGUAGES, sentence

DAY = "2026-11-28"
SITES = "site,plant,name,operator,country,address\n"
ORVENDA = "Orvenda Works,Orvenda Ltd,XNV,Tulmar Street 12\n"
KASBIN = "Kasbin Dyes,Kasbin AG,XNV,Harbour Road 4\n"
ROWS = "site,plant,chemical,activity,year,quantity,unit,planned\n"


@pytest.fixture(scope="module")
def chemicals() -> Chemicals:
    return Chemicals(Screener(Rulebook.of(date.fromisoformat(DAY), ("CWC",))))


def register(folder: Path, name: str, sites: str, rows: str) -> Register:
    place = folder / name
    place.mkdir()
    (place / "sites.csv").write_text(SITES + sites, encoding="utf-8")
    (place / "activities.csv").write_text(ROWS + rows, encoding="utf-8")
    return read_register(place)


def answer(now: Register) -> Answer:
    return judge(now, Law(date.fromisoformat(DAY)), 2026, chemicals_on(date.fromisoformat(DAY)))


def compared(before: Register, now: Register, chemicals: Chemicals) -> YearBefore:
    return compare_years(before, answer(now), Law(date.fromisoformat(DAY)), chemicals)


def said(messages: Iterable[Message]) -> list[str]:
    found = list(messages)
    assert all("{" not in sentence(message, lang) for message in found for lang in LANGUAGES)
    return [sentence(message) for message in found]


def test_what_is_due_is_compared_under_the_code_of_now(tmp_path: Path, chemicals: Chemicals) -> None:
    rows = "{code},P1,phosgene,produce,2024,{old},t,\n"
    before = register(tmp_path, "before", f"N1,,{ORVENDA}", rows.format(code="N1", old=150))
    now = register(tmp_path, "now", f"X9,,{ORVENDA}", "X9,P1,phosgene,produce,2025,150,t,\n")
    years = compared(before, now, chemicals)
    assert years.changes == ()
    assert said(told_of_sites(years)) == [
        "In both registers: 1; new: 0; removed: 0.",
        "Site N1 is now X9; these match: name, operator, address.",
    ]


def test_another_range_a_new_and_a_gone_declaration_are_told(tmp_path: Path, chemicals: Chemicals) -> None:
    sites = f"N1,,{ORVENDA}N2,,{KASBIN}"
    before = register(
        tmp_path, "before", sites, "N1,P1,phosgene,produce,2024,150,t,\nN2,P1,phosgene,produce,2024,31,t,\n"
    )
    now = register(
        tmp_path, "now", sites, "N1,P1,phosgene,produce,2025,250,t,\nN1,P2,chloropicrin,produce,2025,40,t,\n"
    )
    told = said(told_of_changes(compared(before, now, chemicals).changes))
    assert "Range changed: S3, past activities, plant P1 of N1, phosgene (2025): B21 before, B22 now." in told
    assert "New: S3, past activities, plant P2 of N1, chloropicrin (2025)." in told
    assert "No longer due: S3, past activities, plant P1 of N2, phosgene (last for 2024)." in told


def test_figures_that_changed_by_a_factor_or_were_restated_are_told(tmp_path: Path, chemicals: Chemicals) -> None:
    site = f"N1,,{ORVENDA}"
    before = register(
        tmp_path, "before", site, "N1,P1,phosgene,produce,2023,20,t,\nN1,P1,phosgene,produce,2024,20,t,\n"
        "N1,P2,phosgene,produce,2024,20,t,\n",
    )  # fmt: skip
    now = register(
        tmp_path, "now", site, "N1,P1,phosgene,produce,2024,25,t,\nN1,P1,phosgene,produce,2025,60,t,\n"
        "N1,P2,phosgene,produce,2025,59.9,t,\n",
    )  # fmt: skip
    assert said(told_of_amounts(compared(before, now, chemicals).amounts)) == [
        "Plant P1 of N1, production of phosgene: 60 t in 2025, 20 t in 2024.",
        "Plant P1 of N1, production of phosgene in 2024: 25 t here, 20 t in last year’s register.",
    ]


def test_a_gone_site_whose_code_another_site_has_is_not_taken_for_it(tmp_path: Path, chemicals: Chemicals) -> None:
    before = register(tmp_path, "before", f"N1,,{ORVENDA}", "N1,P1,phosgene,produce,2024,150,t,\n")
    now = register(tmp_path, "now", f"N1,,{KASBIN}", "N1,P1,phosgene,produce,2025,150,t,\n")
    years = compared(before, now, chemicals)
    assert sorted(change.kind for change in years.changes if change.kind != "range") == ["gone", "new"]
    assert "The code N1 names a different site from last year." in said(told_of_sites(years))


def test_what_is_near_what_is_inspected_and_what_nobody_can_say(tmp_path: Path) -> None:
    now = register(
        tmp_path, "now", f"N1,,{ORVENDA}N2,,{KASBIN}",
        "N1,P1,phosgene,produce,2025,201,t,\nN2,P1,thiodiglycol,consume,2023,10.1,t,\n"
        "N2,P2,thiodiglycol,process,2025,0.95,t,\nN2,P3,thiodiglycol,consume,2024,,t,\n"
        "N2,P4,thiodiglycol,consume,2020,,t,\n",
    )  # fmt: skip
    found, day = answer(now), date.fromisoformat(DAY)
    assert said(told_of_near(found)) == [
        "Plant P2 of N2, processing of thiodiglycol in 2025: 950 kg, not more than 1 t."
    ]
    assert said(told_of_inspections(found, day)) == [
        "S2: N2; each at most 2 inspections a year of up to 96 hours (VA VII.22, VII.29).",
        "S3: N1; each at most 2 inspections a year of up to 24 hours (VA VIII.15, VIII.24).",
        "Nordavia: at most 3 inspections a year of Schedule 3 and other facilities together (plant sites declared: 1; "
        "VA VIII.16, IX.13).",
    ]
    assert said(told_of_unknown(found)) == [
        "Plant P3 of N2, consumption of thiodiglycol in 2024: row 4 has no quantity, so it is not known "
        "whether it must be declared."
    ]


def test_a_missing_quantity_is_open_only_where_nothing_else_makes_it_due(tmp_path: Path) -> None:
    rows = "N1,P1,thiodiglycol,consume,2024,,t,\nN1,P1,thiodiglycol,consume,2025,5,t,\n"
    assert said(told_of_unknown(answer(register(tmp_path, "now", f"N1,,{ORVENDA}", rows)))) == []


@pytest.mark.parametrize(("sites", "most"), [(0, 3), (19, 3), (20, 4), (339, 19), (340, 20), (5_000, 20)])
def test_a_state_receives_three_and_five_per_cent_at_most_twenty(sites: int, most: int) -> None:
    (cap,) = (limit for limit in inspection_limits(date(2026, 1, 1)) if limit.scope == "state_party")
    assert cap.most_for(sites) == most and cap.evidence == "treaty"


def test_other_facilities_are_inspected_from_the_fourth_year_on() -> None:
    ids = {limit.id for limit in inspection_limits(date(2000, 4, 28))}
    assert "ocpf-inspections" not in ids
    assert "ocpf-inspections" in {limit.id for limit in inspection_limits(date(2000, 4, 29))}
