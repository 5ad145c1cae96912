"""The shelf keeps a State's texts and verdicts, replaces them whole, and lets them go."""

from __future__ import annotations

from pathlib import Path

import pytest

from opencwc.errors import InputError, NotFoundError, SettingsError
from opencwc.legislation.corrections import Corrections
from opencwc.legislation.state_texts import Shelf
from opencwc.wording import sentence

from .conftest import Check, answer

TEXT = "Section 1. Ban\nNo person shall use a chemical weapon.\n"


def test_a_state_is_put_on_the_shelf_and_taken_off(check: Check, tmp_path: Path) -> None:
    law = tmp_path / "act.txt"
    law.write_text(TEXT, encoding="utf-8")
    shelf = Shelf(tmp_path / "shelf")
    assert shelf.states() == []
    checked = check(TEXT, model=False)
    kept = shelf.put(checked, [law])
    assert kept.state == "FRA" and kept.verdicts["PRO-03"] == "covered"
    assert [file.read_text(encoding="utf-8") for file in kept.files] == [TEXT]
    shelf.put(checked, [law])
    assert [state.state for state in shelf.states()] == ["FRA"] and len(shelf.state("FRA").files) == 1
    shelf.remove("FRA")
    with pytest.raises(NotFoundError, match="no texts of FRA"):
        shelf.state("FRA")


def test_a_name_cannot_lead_out_of_the_shelf(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a State"):
        Shelf(tmp_path).state("../")


def test_a_correction_is_kept_with_its_person_and_reason_and_the_last_one_counts(check: Check, tmp_path: Path) -> None:
    checked = check(TEXT, model=False)
    proposed = answer(checked, "PRO-03")
    corrections = Corrections(tmp_path / "corrections.jsonl")
    with pytest.raises(SettingsError, match="a person and a reason"):
        corrections.add(checked.law, proposed, "partial", by="R. Ortiz", reason="")
    with pytest.raises(SettingsError, match="not a verdict"):
        corrections.add(checked.law, proposed, "absent", by="R. Ortiz", reason="read again")
    corrections.add(checked.law, proposed, "partial", by="R. Ortiz", reason="only in wartime", sections=["Section 1"])
    corrections.add(checked.law, proposed, "covered", by="R. Ortiz", reason="read again")
    assert [correction["verdict"] for correction in corrections.all()] == ["partial", "covered"]
    (row,), left_out = corrections.rows()
    assert row["verdict"] == "covered" and row["all_firm"] == 1.0 and not left_out


def test_a_line_that_is_no_whole_correction_is_named_and_the_others_count(check: Check, tmp_path: Path) -> None:
    checked = check(TEXT, model=False)
    corrections = Corrections(tmp_path / "corrections.jsonl")
    corrections.add(checked.law, answer(checked, "PRO-03"), "partial", by="R. Ortiz", reason="only in wartime")
    whole = corrections.path.read_text(encoding="utf-8")
    label = '{"country": "FRA", "state": "FRA", "lang": "fr", "measure": "PRO-01", "verdict": "covered"}\n'
    corrections.path.write_text(f"{label}not JSON\n{whole}", encoding="utf-8")
    rows, left_out = corrections.rows()
    assert [row["verdict"] for row in rows] == ["partial"]
    sentences = [sentence(note) for note in left_out]
    assert (
        "Line 1 of corrections.jsonl" in sentences[0]
        and "signs" in sentences[0]
        and "Line 2" in sentences[1]
        and "JSON" in sentences[1]
    )
