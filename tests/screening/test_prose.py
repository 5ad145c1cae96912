"""A text file is read as what it is: prose as a document, a list with one chemical a line, or a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from opencwc.screening.documents import is_document, is_document_by, open_texts

PROSE = [
    "We ship thiodiglycol, phosphorus oxychloride and acetone to the plant",
    "acetone, ethanol, sarin",
    "The drums on the second pallet were filled with phosphorus oxychlo-\nride and closed.\n",
    "The number on the label was CAS 111-\n48-8\n",
    "Dear colleagues,\nthe three samples of Monday held thiodiglycol.\nPlease tell the laboratory in Rijswijk.\n",
    "Les fûts contenaient du thiodiglycol.\nIls ont été fermés hier soir.\n",
    "桶里装有硫二甘醇，已经密封。\n第二批货物明天到达，请确认。\n",
    "وصلت البراميل وفيها ثيوديغليكول.\nالرجاء إبلاغ المختبر في المدينة.\n",
    "Бочки с тиодигликолем прибыли вчера.\nПросим сообщить об этом лаборатории.\n",
]
DATA = [
    "ethanol\nsarin\nthiodiglycol\n",
    "Phosphonic acid, methyl-\nethanol\n",
    "Ethanol, 2,2'-thiobis-\nAcetone, technical\n",
    "2 drums of triethanolamine 85 %, CAS 102-71-6\n1 drum of acetone\n",
    "107-44-8\n64-17-5\n",
    "name,cas\nethanol,64-17-5\n",
    "ethanol,64-17-5\n",
    "CCO\nCC(=O)C\n",
    "Name\tCAS\nsarin\t107-44-8\n",
    '[{"name": "sarin"}]',
    "sarin",
]


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_a_document(text: str) -> None:
    assert is_document_by("note.txt", text.encode())


@pytest.mark.parametrize("text", DATA)
def test_a_list_or_a_table_is_none(text: str) -> None:
    assert not is_document_by("list.txt", text.encode())


def test_what_a_name_says_to_be_a_table_stays_one() -> None:
    assert not is_document_by("note.csv", PROSE[0].encode())


def test_a_word_and_a_number_broken_at_the_end_of_a_line_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("The drums held phosphorus oxychlo-\nride, and the label said CAS 111-\n48-8.\n", encoding="utf-8")
    assert is_document(path)
    with open_texts(path, ocr=False) as rows:
        texts = [text for batch in rows.batches() for text in batch.inputs.to_list()]
    assert len(texts) == 1
    assert "oxychlo-\nride" in texts[0]


def test_a_long_text_is_known_by_its_beginning() -> None:
    assert is_document_by("note.txt", ("The drums on the second pallet were closed.\n" * 200).encode()[:4_096])
