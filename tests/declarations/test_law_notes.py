"""Readings that are turned, and what a State asks beside its tables, are told in every language."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from opencwc.cli.app import application
from opencwc.convention.declaration_rules import read_declaration_rules
from opencwc.declarations.judgement import judge
from opencwc.declarations.law import Law
from opencwc.declarations.law_notes import law_notes
from opencwc.declarations.model import Answer, LeftOut, Register
from opencwc.declarations.phrases import reading_said
from opencwc.declarations.reader import chemicals_on
from opencwc.declarations.register_reader import read_register
from opencwc.wording import LANGUAGES, say, sentence

ASKED = date(2026, 11, 28)


def answer(law: Law) -> Answer:
    profile = None if law.is_treaty else law.profile
    return Answer(2026, (), (), (), (), Register("empty", {}, ()), {}, profile, law.turned)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_choice_of_every_reading_is_said(lang: str) -> None:
    for reading in read_declaration_rules().readings:
        said = [say(reading_said(reading.id, choice), lang) for choice in reading.choices]
        assert len(set(said)) == len(reading.choices) and not any("reading_" in text for text in said)


def test_the_treaty_as_it_is_read_has_nothing_to_tell() -> None:
    assert law_notes(answer(Law(ASKED))) == []


def test_a_turned_reading_is_told_with_its_source() -> None:
    (note,) = law_notes(answer(Law(ASKED, readings={"polymers": "counted"})))
    assert sentence(note).startswith(
        "Interpretation polymers is set to counted: polymers are counted as discrete organic"
    )
    assert "VA I.4" in sentence(note)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_a_state_asks_beside_its_tables_is_told(lang: str) -> None:
    law = Law(ASKED, "ESP")
    told = [sentence(note, lang) for note in law_notes(answer(law))]
    assert len(told) == len(law.turned) + len(law.profile.notes) == 9
    assert all("BOE-A-2019-4357" in text for text in told[2:])
    assert law.profile.notes[0].text[lang].rstrip(".。") in told[2].replace("\u200e", "").replace("\u00a0", " ")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_state_that_is_not_bound_is_named(lang: str) -> None:
    (note,) = law_notes(answer(Law(ASKED))._replace(outside=("ISR",)))
    assert "2026" in say(note, lang) and "declare_state_outside" not in say(note, lang)


BOTH = (
    "N,A,thiodiglycol,consume,2025,900,kg,\nN,A,triethanolamine,produce,2025,31,t,20\nN,B,phosgene,produce,2025,31,t,\n"
)


def left_out(**readings: str) -> LeftOut:
    text = f"site,plant,chemical,activity,year,quantity,unit,concentration\n{BOTH}"
    register = read_register({"activities.csv": text.encode()})
    law = Law(ASKED, readings={name.replace("_", "-"): choice for name, choice in readings.items()})
    return judge(register, law, 2026, chemicals_on(ASKED)).left_out


def test_what_aggregate_national_data_leave_out_is_counted() -> None:
    assert left_out() == (1, 1)
    assert left_out(aggregate_threshold="any") == (0, 1)
    assert left_out(aggregate_mixtures="counted") == (2, 0)  # 6.2 t of the mixture's chemical are under 30 t


def test_a_profile_changes_nothing_in_what_is_left_out() -> None:
    text = f"site,plant,chemical,activity,year,quantity,unit,concentration\n{BOTH}"
    register = read_register({"activities.csv": text.encode()})
    assert judge(register, Law(ASKED, "ESP"), 2026, chemicals_on(ASKED)).left_out == (1, 1)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_left_out_is_told_with_the_reading_that_takes_it_in(lang: str) -> None:
    below, mixtures = (sentence(note, lang) for note in law_notes(answer(Law(ASKED))._replace(left_out=LeftOut(3, 2))))
    assert "aggregate-threshold=any" in below and "VII.1" in below and "VIII.1" in below and "3" in below
    assert "aggregate-mixtures=counted" in mixtures and "2025" in mixtures


def test_one_chemical_that_is_left_out_is_told_as_one() -> None:
    (below,) = (sentence(note) for note in law_notes(answer(Law(ASKED))._replace(left_out=LeftOut(1, 0))))
    assert below.startswith("1 chemical of Schedules 2 and 3 is not in the aggregate national data of 2025, because")


def test_declare_says_why_nothing_is_due_outside_states_parties(tmp_path: Path) -> None:
    (tmp_path / "sites.csv").write_text("site,plant,country\nN,A,ISR\n", encoding="utf-8")
    (tmp_path / "activities.csv").write_text(
        "site,plant,chemical,activity,year,quantity,unit\nN,A,Thiodiglycol,produce,2025,600,t\n", encoding="utf-8"
    )
    done = CliRunner().invoke(application(["declare"]), ["declare", str(tmp_path), "--year", "2026"])
    assert "Israel is not a State Party in 2026" in done.output


def test_declare_tells_them_below_what_is_due(tmp_path: Path) -> None:
    (tmp_path / "sites.csv").write_text("site,plant,country\nN,A,ESP\n", encoding="utf-8")
    (tmp_path / "activities.csv").write_text(
        "site,plant,chemical,activity,year,quantity,unit\nN,A,Thiodiglycol,produce,2025,600,kg\n", encoding="utf-8"
    )
    words = [str(tmp_path), "--year", "2026", "--profile", "ESP", "--reading", "polymers=counted"]
    done = CliRunner().invoke(application(["declare"]), ["declare", *words])
    assert done.exit_code == 0
    assert "2026-02-27" in done.output and "Interpretation polymers is set to counted" in done.output
    assert "Spain: The days are printed" in done.output
