"""Words and numbers that a line's end parts are whole again, and nothing else is joined."""

from __future__ import annotations

import pytest

from opencwc.files.line_breaks import join_numbers, without_quotation_marks

from .making import docx, places, read, word_paragraph


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("CAS 111-\n48-8", "CAS 111-48-8"),
        ("CAS 111-48-\n  8", "CAS 111-48-8"),
        ("CAS 111\n-48-8", "CAS 111-48-8"),
        ("CAS 111\u2010\n48-8", "CAS 111-48-8"),
        ("DYAHQFWOVKZOOW-\nUHFFFAOYSA-N", "DYAHQFWOVKZOOW-UHFFFAOYSA-N"),
        ("2-\nchloroethanol", "2-\nchloroethanol"),
        ("20 kg\n- 30 kg", "20 kg\n- 30 kg"),
        ("line 1\n-1995 was the year", "line 1\n-1995 was the year"),
        ("CAS-\nNUMBER", "CAS-\nNUMBER"),
    ],
)
def test_a_number_that_a_line_parts(text: str, joined: str) -> None:
    assert join_numbers(text) == joined


def test_a_line_of_a_text_that_ends_inside_a_word_is_one_passage_with_the_next() -> None:
    passages, *_ = read(b"Goods:\nPhosphorus oxychlo-\nride 5 kg\nCAS 111-48-\n8\nDrums -\n20\n", "a.txt")
    assert places(passages) == {
        "1": "Goods:", "2": "Phosphorus oxychlo-\nride 5 kg", "4": "CAS 111-48-8", "6": "Drums -", "7": "20",
    }  # fmt: skip


def test_an_index_name_that_ends_in_a_hyphen_is_not_one_with_the_name_below_it() -> None:
    passages, *_ = read(b"Ethanol, 2,2'-thiobis-\nAcetone\nPhosphonic dichloride, methyl-\n2-Propanol\n", "a.txt")
    assert places(passages) == {
        "1": "Ethanol, 2,2'-thiobis-", "2": "Acetone", "3": "Phosphonic dichloride, methyl-", "4": "2-Propanol",
    }  # fmt: skip


def test_a_number_is_joined_in_every_kind_of_document() -> None:
    body = word_paragraph("CAS 111-").replace("</w:r>", "<w:br/></w:r><w:r><w:t>48-8</w:t></w:r>", 1)
    assert places(read(docx(body), "a.docx")[0]) == {"¶ 1": "CAS 111-48-8"}


def test_a_sign_of_more_than_is_no_mark_of_quotation() -> None:
    assert without_quotation_marks(["purity:", "> 85 %", "of it"]) == ["purity:", "> 85 %", "of it"]
    assert without_quotation_marks(["> a", ">> b", ">", "c"]) == ["a", "b", "", "c"]
