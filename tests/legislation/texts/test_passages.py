"""Sections become passages that lose nothing, break at sentences and know the line that a list hangs on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencwc.language.sentences import sentences_of
from opencwc.legislation.texts.passages import LONGEST, passages_of
from opencwc.legislation.texts.sections import LegalSection


def section(text: str) -> LegalSection:
    return LegalSection("law.txt", "Article 1", "", text, 0, len(text), "1")


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=300), max_size=30))
def test_passages_hold_all_the_letters_of_a_section_in_their_places(lines: list[str]) -> None:
    text = "\n".join(lines)
    passages = list(passages_of([section(text)]))
    assert all(text[passage.start : passage.end] == passage.text for passage in passages)
    kept = "".join("".join(passage.text.split()) for passage in passages)
    assert kept == "".join(text.split())


def test_no_passage_is_much_longer_than_usual() -> None:
    text = "The holder of a permit shall keep a register of every quantity. " * 60 + "word " * 900
    assert max(len(passage.text) for passage in passages_of([section(text)])) <= LONGEST + 10


def test_later_items_of_a_list_carry_the_line_that_they_hang_on() -> None:
    items = "\n".join(
        f"{n}° la détention de produits chimiques de la catégorie numéro {n} sans autorisation ;" for n in range(1, 30)
    )
    passages = list(passages_of([section(f"Il est interdit :\n{items}")]))
    assert len(passages) > 2
    assert all("Il est interdit" in passage.searched for passage in passages)


def test_lines_broken_by_width_are_one_sentence() -> None:
    text = (
        "Wer eine Tätigkeit ausübt, die nach einer Verordnung der Genehmigung\nbedarf, hat die erforderlichen "
        "Maßnahmen zu\ntreffen, um zu verhindern, daß die Chemikalien abhanden kommen oder\nunbefugt "
        "verwendet werden.\n1. Einfuhr\n"
    )
    assert [text[a:b].split(maxsplit=1)[0] for a, b in sentences_of(text)] == ["Wer", "1."]


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("Queda prohibido:\nI. Producir;\nII. Transferir;\nIV. Emplear armas.", ["Queda", "I.", "II.", "IV."]),
        ("Nur für Zwecke nach § 11. Die Ausfuhr ist verboten.", ["Nur", "Die"]),
        ("Die Meldung ist bis zum 15. Februar abzugeben. Sie ist frei.", ["Die", "Sie"]),
        ("1. Whoever imports. 2. Whoever exports under section 4. The rest.", ["1.", "2.", "The"]),
    ],
)
def test_a_number_ends_a_sentence_but_neither_marks_an_item_off_nor_a_day(text: str, begins: list[str]) -> None:
    assert [text[a:b].split(maxsplit=1)[0] for a, b in sentences_of(text)] == begins
