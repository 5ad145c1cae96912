"""A footnote is told by its mark, which hangs on a word before it; what only looks like one stays law."""

from __future__ import annotations

import pytest

from opencwc.legislation.texts.footnotes import footnotes_of, without
from opencwc.legislation.texts.legal_texts import LegalText
from opencwc.legislation.texts.sections import FOOTNOTE, sections_of

ACT = (
    "CHEMICAL WEAPONS ACT\nArrangement of sections\n1. Interpretation ........ 2\n2. Prohibition ........ 3\n\n"
    "1. Interpretation\nWords of this Act have the meaning that Article II gives them.\n\n"
    "2. Prohibition\nNo person shall use a chemical weapon.[1]\n\n"
    "3. Repeal\nSection 9 of the Chemical Weapons Act 1998, with all that was made under it, is repealed.\n\n"
    "4. The Minister makes rules.\n\n"
    "[1] See also military preparations in Article I(1)(c)\nof the Convention.\n"
)


def test_a_note_runs_from_its_mark_to_the_end_of_its_paragraph() -> None:
    (note,) = footnotes_of(ACT)
    assert note.mark == "[1]" and ACT[note.start : note.end].endswith("of the Convention.")


@pytest.mark.parametrize(
    "text",
    [
        "[1] The list begins here.\n[2] It goes on.\n",
        "**Article 1** No one may.\n\n**Article 2** No one shall.\n",
        "[[Art. 1]] No one may.[1]\n\n[[Art. 2]] No one shall.\n",
        "- *use* is banned\n* use\n",
    ],
)
def test_what_no_mark_points_to_is_no_note(text: str) -> None:
    assert footnotes_of(text) == []


def test_a_list_under_the_head_footnotes_is_notes() -> None:
    text = "Article 1\nNo one may1 use them.\n\nNotes de bas de page\n1. Voir l'article I.\n2. Voir l'article II.\n"
    assert [footnote.mark for footnote in footnotes_of(text)] == ["1", "2"]


def test_what_is_taken_out_leaves_every_offset_as_it_was() -> None:
    (note,) = footnotes_of(ACT)
    rest = without(ACT, [(note.start, note.end)])
    assert len(rest) == len(ACT) and "military" not in rest and rest.count("\n") == ACT.count("\n")


def test_contents_and_footnotes_of_a_plain_text_are_no_sections_of_the_law() -> None:
    sections = sections_of(LegalText("act.txt", ACT))
    law = [section for section in sections if section.kind == "article"]
    assert [(section.number, section.heading) for section in law] == [
        ("1", "Interpretation"), ("2", "Prohibition"), ("3", "Repeal"), ("4", ""),
    ]  # fmt: skip
    assert law[1].text == "Prohibition\nNo person shall use a chemical weapon.[1]"
    assert not any("........" in section.text for section in sections)
    (note,) = [section for section in sections if section.kind == FOOTNOTE]
    assert note.id == "[1]" and note.text == ACT[note.start : note.end]
