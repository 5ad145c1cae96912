"""The start of a register, read in a process that can do nothing else."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

from register_making import write_folder

from opencwc.declarations.previews import preview, preview_line, preview_register
from opencwc.declarations.register_reader import read_register
from opencwc.declarations.register_writer import write_register
from opencwc.errors import error_from_plain
from opencwc.jobs.archives import pack_uploads

SITES = "site,plant,country\nA,1,Nowhere\n"
ACTIVITIES = (
    "Werk,plant,chemical,activity,year,quantity,unit\n" + "A,1,x,produce,2025,5,kg\nA,1,x,produce,2025,5,l\n" * 10
)
GIVEN = {"activities": {"site": "Werk"}}


def confined(files: dict[str, bytes], given: dict[str, dict[str, str]]) -> dict[str, Any]:
    with tempfile.TemporaryFile() as file:
        pack_uploads([(name, io.BytesIO(content)) for name, content in files.items()], file)
        return preview_register(file, given, network_must_be_cut=False)


def test_a_folder_of_uploads_shows_its_columns_and_the_faults_of_its_cells() -> None:
    shown = confined({"sites.csv": SITES.encode(), "activities.csv": ACTIVITIES.encode()}, GIVEN)
    assert [(table["kind"], table["count"], table["missing"]) for table in shown["tables"]] == [
        ("sites", 1, []),
        ("activities", 20, []),
    ]
    assert shown["tables"][1]["columns"]["site"] == "Werk"
    assert shown["tables"][1]["rows"][0] == {"at": 2, "cells": ["A", "1", "x", "produce", "2025", "5", "kg"]}
    assert (shown["sites"], shown["activities"]) == (1, 10)
    assert shown["problem_count"] > 10
    first = next(problem for problem in shown["problems"] if problem["unjudged"])
    assert (first["table"], first["row"], first["field"]) == ("activities", 2, "unit")
    assert "declare_unit_no_weight" in str(first["says"])


def test_a_workbook_and_what_is_no_register_in_the_process(tmp_path: Path) -> None:
    register = read_register(write_folder(tmp_path, ACTIVITIES, SITES), GIVEN)
    write_register(register, tmp_path / "r.xlsx")
    shown = confined({"r.xlsx": (tmp_path / "r.xlsx").read_bytes()}, {})
    assert (shown["sites"], shown["activities"]) == (1, 10)
    assert shown["tables"][1]["name"] == "activities"
    assert next(problem["place"] for problem in shown["problems"] if problem["unjudged"]) == "activities!H3"
    shown = confined({"r.json": b"{"}, {})
    assert error_from_plain(shown["problem"]).code == "register_not_json"


def test_columns_that_are_missing_or_doubtful_are_asked_for(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, ACTIVITIES)
    line = preview_line(preview({"activities.csv": folder / "activities.csv"}, {}))
    assert (line["tables"][0]["missing"], line["activities"]) == (["site"], 0)
    (folder / "activities.csv").write_text("site,amount,weight,chemical,activity\nA,1,2,x,produce\n")
    line = preview_line(preview({"activities.csv": folder / "activities.csv"}, {}))
    assert error_from_plain(line["tables"][0]["problem"]).code == "two_columns_fit"
