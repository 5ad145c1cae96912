"""A drawing colours the atoms it was given and no other, can be heard, and never fails a report."""

import re
import time
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from opencwc.chemistry.drawing import LARGEST, PLACE_COLOURS, draw, highlight_classes

SARIN = "CC(C)OP(C)(=O)F"
PARTS = {"core": (3, 4, 6, 7), "R": (5,), "Q": (0, 1, 2)}
ONE_OF_EACH = [
    "P",
    "CP(F)F",
    SARIN,
    "*OP(C)(=O)F",
    "[Cl-]",
    "[H]Cl",
    "c1ccc2ccccc2c1",
    "C1CC1" * 40,
    "OCC[NH+](CCO)CCO",
]


def coloured(svg: str, style: str) -> set[int]:
    """Return the atoms that stand under a circle of this class."""
    root = ElementTree.fromstring(svg)
    return {
        int(ellipse.get("class").removeprefix("atom-"))
        for group in root.iter("{http://www.w3.org/2000/svg}g")
        if group.get("class") == style
        for ellipse in group.iter("{http://www.w3.org/2000/svg}ellipse")
    }


def letters(svg: str, style: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    groups = [group for group in root.iter("{http://www.w3.org/2000/svg}g") if group.get("class") == style]
    return sorted(text.text for group in groups for text in group.iter("{http://www.w3.org/2000/svg}text"))


def test_the_core_and_each_place_are_coloured_and_nothing_else():
    svg = draw(SARIN, PARTS)
    classes = highlight_classes(list(PARTS))
    assert {label: coloured(svg, style) for label, style in classes.items()} == {k: set(v) for k, v in PARTS.items()}


def test_places_are_told_apart_by_letter_and_not_by_colour_alone():
    assert letters(draw(SARIN, PARTS), "oc-note") == ["Q", "R"]


def test_every_place_colour_comes_back_as_its_own_class():
    chain = "C" * len(PLACE_COLOURS)
    places = {letter: [number] for number, letter in enumerate("ABDEGJ"[: len(chain)])}
    svg = draw(chain, places)
    for label, style in highlight_classes(list(places)).items():
        assert coloured(svg, style) == set(places[label])


@given(st.sets(st.integers(0, 7)))
@settings(max_examples=40, deadline=None)
def test_any_choice_of_atoms_is_the_choice_that_is_drawn(atoms):
    assert coloured(draw(SARIN, {"core": sorted(atoms)}), "oc-core") == atoms


def test_hydrogens_that_stand_in_the_smiles_keep_their_number():
    assert coloured(draw("[H]Cl", {"core": [1]}), "oc-core") == {1}
    assert letters(draw("[H]Cl", {"core": [1]}), "oc-ink") == ["C", "H", "l"]


@pytest.mark.parametrize("smiles", ONE_OF_EACH)
def test_the_svg_is_well_formed_and_carries_no_style_script_or_link(smiles):
    svg = draw(smiles, {"core": [0]}, title='A <b> & "c"', description="d\x00\u202e", name="f-1")
    root = ElementTree.fromstring(svg)
    assert not svg.startswith("<?xml")
    assert root.get("role") == "img"
    assert root.get("direction") == "ltr"
    assert root.get("aria-labelledby") == "f-1-t"
    assert root.find("{http://www.w3.org/2000/svg}title").text == 'A <b> & "c"'
    assert not re.search(r"style=|<script|href|url\(", svg)


def test_two_drawings_of_different_name_share_no_id():
    first, second = (draw(SARIN, PARTS, title="t", description="d", name=name) for name in ("a", "b"))
    assert not set(re.findall(r' id="([^"]+)"', first)) & set(re.findall(r' id="([^"]+)"', second))


def test_a_name_that_is_no_id_is_refused():
    with pytest.raises(ValueError, match="is no id"):
        draw(SARIN, {}, name='"><script>')


@pytest.mark.parametrize("smiles", ["C" * (LARGEST + 1), "C" * 10**6, "CC(", "", "not a structure", "c1cccc1"])
def test_what_cannot_be_drawn_says_so_in_words(smiles):
    svg = draw(smiles, {"core": [0]}, instead="Zu gross <hier>")
    assert smiles == "c1cccc1" or "Zu gross &lt;hier&gt;" in svg
    ElementTree.fromstring(svg)


def test_indices_beyond_the_molecule_are_passed_over():
    assert coloured(draw("CC", {"core": [0, 7, -1]}), "oc-core") == {0}


def test_the_largest_molecules_are_drawn_in_bounded_time():
    start = time.perf_counter()
    for smiles in ("C1CC1" * 50, "NCC(=O)" * 37, ".".join(["C"] * 75), "C" * LARGEST):
        assert Chem.MolFromSmiles(smiles).GetNumAtoms() <= LARGEST
        draw(smiles, {"core": [0]})
    assert time.perf_counter() - start < 4


def test_the_same_drawing_is_the_same_text():
    assert draw(SARIN, PARTS, name="a") == draw(SARIN, PARTS, name="a")
