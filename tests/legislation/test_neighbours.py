"""A law beside those of other States: for each open measure who has it, and the passage in its own words."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import pytest

from opencwc.errors import SettingsError
from opencwc.legislation import Checked
from opencwc.legislation.neighbours import NeighbourComparison, OpenMeasure, chosen_neighbours, compare_with_neighbours
from opencwc.legislation.neighbours_report import (
    NEIGHBOUR_COLUMNS,
    neighbours_csv,
    neighbours_json,
    neighbours_report,
)
from opencwc.publishing.html import write_html
from opencwc.wording import LANGUAGES

from .conftest import Check, answer

OURS = (
    "Section 1. Prohibition\nNo person shall develop, produce, acquire or stockpile a chemical weapon.\n"
    "Section 2. Chemical weapons\nNo person shall use a chemical weapon.\n"
)
FRENCH = (
    "Article 1. Il est interdit à toute personne de mettre au point, de fabriquer, d'acquérir, de stocker ou de "
    "conserver des armes chimiques.\n"
    "Article 2. L'emploi d'agents de lutte antiémeute comme moyen de guerre est interdit.\n"
)
SPANISH = "Artículo 1. Se prohíbe a toda persona desarrollar y producir armas químicas.\n"


@pytest.fixture(scope="module")
def laws(check: Check) -> tuple[Checked, Checked, Checked]:
    return (
        check(OURS, model=False, state="XNV"), check(FRENCH, model=False, state="FRA"),
        check(SPANISH, model=False, state="ESP"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def compared(laws: tuple[Checked, Checked, Checked]) -> NeighbourComparison:
    ours, *others = laws
    return compare_with_neighbours(ours, others)


def measure(compared: NeighbourComparison, id: str) -> OpenMeasure:
    return next(one for one in compared.measures if one.measure.id == id)


def test_who_has_an_open_element_is_named_with_the_passage_in_its_own_words(compared: NeighbourComparison) -> None:
    ban = measure(compared, "PRO-01")
    assert ban.wants == ("retain",)
    (french,) = ban.neighbours
    assert (french.state, french.answer.verdict, french.has) == ("FRA", "covered", ("retain",))
    (shown,) = french.passages
    assert "conserver" in shown.passage.text and shown.passage.citation and shown.passage.section.lang == "fr"


def test_what_is_covered_is_not_listed_and_what_nobody_has_stays_with_nobody(compared: NeighbourComparison) -> None:
    assert "PRO-03" not in {one.measure.id for one in compared.measures}
    assert [other.state for other in measure(compared, "PRO-06").neighbours] == ["FRA"]
    assert measure(compared, "NAT-01").neighbours == ()


def test_a_law_is_never_its_own_neighbour(laws: tuple[Checked, Checked, Checked]) -> None:
    ours = laws[0]
    compared = compare_with_neighbours(ours, [ours])
    assert compared.neighbours == () and not any(one.neighbours for one in compared.measures)


def test_a_law_that_lacks_the_same_does_not_count_and_the_fullest_comes_first(
    laws: tuple[Checked, Checked, Checked], check: Check
) -> None:
    _, french, spanish = laws
    nothing = check("Section 1. The Minister makes regulations.\n", model=False, state="CHL")
    ban = measure(compare_with_neighbours(nothing, [spanish, french]), "PRO-01")
    assert [(other.state, len(other.has)) for other in ban.neighbours] == [("FRA", 5), ("ESP", 2)]
    assert measure(compare_with_neighbours(laws[0], [spanish]), "PRO-01").neighbours == ()


def test_what_needs_reading_here_is_looked_for_there(laws: tuple[Checked, Checked, Checked]) -> None:
    ours, french, _ = laws
    use = answer(ours, "PRO-01")
    unsure = replace(use, verdict="review", leans="covered", missing=(), unsure=("stockpile",), passing=())
    answers = tuple(unsure if one is use else one for one in ours.answers)
    ban = measure(compare_with_neighbours(replace(ours, answers=answers), [french]), "PRO-01")
    assert ban.wants == ("stockpile",) and ban.neighbours[0].has == ("stockpile",)


def test_the_table_has_a_line_a_passage_and_a_line_for_what_nobody_has(compared: NeighbourComparison) -> None:
    rows = list(csv.DictReader(io.StringIO(neighbours_csv(compared))))
    assert tuple(rows[0]) == NEIGHBOUR_COLUMNS
    (ban,) = (row for row in rows if row["measure"] == "PRO-01")
    assert (ban["verdict"], ban["wants"], ban["state"], ban["state_verdict"]) == ("partial", "retain", "FRA", "covered")
    assert ban["citation"] == "Article 1" and ban["language"] == "fr" and "conserver" in ban["text"]
    assert FRENCH[int(ban["start"]) : int(ban["end"])].split() == ban["text"].split()
    (nobody,) = (row for row in rows if row["measure"] == "NAT-01")
    assert nobody["state"] == nobody["text"] == ""


def test_the_comparison_is_written_as_json(compared: NeighbourComparison) -> None:
    written = json.loads(neighbours_json(compared, "es"))
    assert [other["state"] for other in written["neighbours"]] == ["FRA", "ESP"]
    ban = next(one for one in written["measures"] if one["measure"] == "PRO-01")
    assert ban["wants"] == ["retain"] and ban["contain"]
    assert ban["neighbours"][0]["passages"][0]["text"].startswith("Il est interdit")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_quotes_each_law_under_its_state(compared: NeighbourComparison, lang: str) -> None:
    page = io.StringIO()
    write_html(neighbours_report(compared, lang), page)
    html = page.getvalue()
    assert 'id="measure-PRO-01"' in html and "law_" not in html
    assert "de stocker ou de conserver" in re.sub(r"<[^>]*>", "", html)


def test_neighbours_are_chosen_by_place_or_by_name() -> None:
    assert chosen_neighbours("FRA", "near", ["CHL", "DEU", "ESP"]) == ["DEU", "ESP"]
    assert chosen_neighbours("FRA", "all", ["CHL", "FRA"]) == ["CHL"]
    assert chosen_neighbours("FRA", "Chile, esp,ESP", []) == ["CHL", "ESP"]
    with pytest.raises(SettingsError):
        chosen_neighbours("FRA", "Atlantis", [])
