"""A switch is set by a person, with a reason, and every setting is kept."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencwc.errors import NotAllowedError, NotFoundError, SettingsError, StorageError
from opencwc.models import Switch, find_model, read_switches, state_of, switch
from opencwc.models.switches import FILE, LOG, as_toml

ID = "language-recogniser"


def test_who_switched_what_when_and_why_is_kept(tmp_path: Path) -> None:
    record = switch(ID, on=False, by="amina", reason="wrong on our ledgers", folder=tmp_path)
    assert record["model"] == ID
    assert record["on"] is False
    assert len(str(record["weights"])) == 64
    switch(ID, on=True, by="luc", reason="mended", folder=tmp_path)
    lines = [json.loads(line) for line in (tmp_path / LOG).read_text(encoding="utf-8").splitlines()]
    assert [(line["by"], line["on"], line["reason"]) for line in lines] == [
        ("amina", False, "wrong on our ledgers"),
        ("luc", True, "mended"),
    ]
    assert read_switches(tmp_path)[ID].by == "luc"


def test_a_model_that_is_off_is_not_usable_and_says_who_did_it(tmp_path: Path) -> None:
    model = find_model(ID)
    assert state_of(model, tmp_path).usable
    switch(ID, on=False, by="amina", reason="a trial", folder=tmp_path)
    state = state_of(model, tmp_path)
    assert not state.usable
    assert state.why is not None
    assert state.why.values["by"] == "amina"


@pytest.mark.parametrize("value", ["all", f"other, {ID}"])
def test_a_variable_switches_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("OPENCWC_MODELS_OFF", value)
    assert not state_of(find_model(ID), tmp_path).usable


def test_the_refusals_cannot_be_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotAllowedError):
        switch("refusals", on=False, by="amina", reason="in the way", folder=tmp_path)
    monkeypatch.setenv("OPENCWC_MODELS_OFF", "all")
    assert state_of(find_model("refusals"), tmp_path).usable
    assert not (tmp_path / LOG).exists()


def test_no_switch_without_a_person_and_a_reason(tmp_path: Path) -> None:
    for by, reason in (("", "why"), ("amina", "  ")):
        with pytest.raises(SettingsError):
            switch(ID, on=False, by=by, reason=reason, folder=tmp_path)
    with pytest.raises(NotFoundError, match="refusals"):
        switch("no-such-model", on=False, by="amina", reason="why", folder=tmp_path)


def test_switches_that_cannot_be_read_do_not_count_as_on(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[language-recogniser]\non = 'no'\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="cannot be read"):
        state_of(find_model(ID), tmp_path)


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError):
        switch(ID, on=False, by="amina", reason="why", folder=tmp_path / "file")


@given(st.text(), st.text())
def test_any_name_and_reason_can_be_written_and_read(by: str, reason: str) -> None:
    import tomllib

    read = tomllib.loads(as_toml({ID: Switch(False, by, "2026-11-24T00:00:00+00:00", reason)}))[ID]
    assert (read["by"], read["reason"]) == (by, reason)


def _many(folder: Path, by: str) -> None:
    for number in range(10):
        switch(ID, on=bool(number % 2), by=by, reason=f"{number}", folder=folder)


def test_several_people_at_once_lose_no_record(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    people = [context.Process(target=_many, args=(tmp_path, f"p{number}")) for number in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
        assert person.exitcode == 0
    lines = [json.loads(line) for line in (tmp_path / LOG).read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 40
    last = read_switches(tmp_path)[ID]
    assert (last.by, last.reason, last.on) == (lines[-1]["by"], lines[-1]["reason"], lines[-1]["on"])
