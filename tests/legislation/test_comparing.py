"""Two versions of a law: what was gained, lost, said in other words."""

from __future__ import annotations

import csv
import io
import json

from opencwc.legislation.comparing import compare, compared_csv, compared_json, compared_report

from .conftest import Check

OLD = (
    "Section 1. Prohibition\nNo person shall develop, produce, acquire or stockpile a chemical weapon.\n"
    "Section 2. Riot control agents\nNo person shall use a riot control agent as a method of warfare.\n"
    "Section 3. Chemical weapons\nNo person shall use a chemical weapon.\n"
)
NEW = OLD.replace("acquire or stockpile", "acquire, stockpile or retain").replace(
    "No person shall use a riot control agent as a method of warfare.", "Riot control agents are kept by the police."
)


def test_what_was_gained_and_lost_is_told_with_its_elements(check: Check) -> None:
    compared = compare(check(OLD, model=False), check(NEW, model=False))
    by_id = {one.after.measure.id: one for one in compared.changes}
    assert by_id["PRO-01"].change == "gained" and by_id["PRO-01"].came == ("retain",)
    assert by_id["PRO-06"].change == "lost" and by_id["PRO-06"].went == ("warfare",)
    assert by_id["PRO-03"].change == "same"


def test_the_change_is_written_in_every_format(check: Check) -> None:
    compared = compare(check(OLD, model=False), check(NEW, model=False))
    rows = list(csv.DictReader(io.StringIO(compared_csv(compared))))
    ban = next(row for row in rows if row["measure"] == "PRO-01")
    assert (ban["before"], ban["after"], ban["came"]) == ("partial", "covered", "retain")
    said = {one["measure"]: one for one in json.loads(compared_json(compared))["measures"]}
    assert said["PRO-06"]["after"] == "none"
    made = compared_report(compared, "es")
    changes = next(one for one in made.sections if one.id == "changes")
    (table,) = changes.blocks
    assert {row[0].text for row in table.rows} >= {"PRO-01", "PRO-06"}


def test_nothing_changed_is_said_plainly(check: Check) -> None:
    checked = check(OLD, model=False)
    compared = compare(checked, checked)
    assert {one.change for one in compared.changes} == {"same"}
    changes = next(one for one in compared_report(compared).sections if one.id == "changes")
    assert changes.blocks[0].words == ("No measure changed.",)
