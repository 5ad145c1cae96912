"""The declaration on paper says the same as the records, in every language, with blanks for what is missing."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from declared import ACTIVITIES, Declared, declared

from opencwc.declarations.forms.declaration_files import declaration_file
from opencwc.declarations.forms.form_report import make_report
from opencwc.declarations.forms.json_file import hash_of
from opencwc.publishing.model import Facts, Form, Paragraph, Table, Text
from opencwc.wording import LANGUAGES


def text_of(alpha: Declared, lang: str) -> str:
    document = pypdfium2.PdfDocument(declaration_file(alpha.document, "pdf", lang))
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("Declarations due in 2026", "Schedule 2: past activities, 2025", "Plant site A", "quantity produced",
                "to be filled in (VA VI.15, VI.19)", "B04: storage", "Exported to Germany (DEU): 200 kg", "12.4 t")),
        ("fr", ("Déclarations à présenter en 2026", "Tableau 2", "Site d’usines A", "quantité fabriquée",
                "à compléter (Annexe sur la vérification, VI.15, VI.19)", "B04: stockage",
                "Exportation – Allemagne (DEU) : 200 kg", "31 mars 2026", "12,4 t")),
    ],
)  # fmt: skip
def test_the_pdf_says_what_is_declared(alpha: Declared, lang: str, words: tuple[str, ...]) -> None:
    text = text_of(alpha, lang)
    assert [word for word in (*words, "Alpha works", "111-48-8", "2B13", "OCCSCCO", "C-3") if word not in text] == []
    assert hash_of(alpha.document) in text.replace(" ", "")


def test_the_pdf_in_arabic_runs_from_right_to_left_and_holds_the_figures(alpha: Declared) -> None:
    made = declaration_file(alpha.document, "pdf", "ar")
    document = pypdfium2.PdfDocument(made)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    assert all(word in text for word in ("111-48-8", "12.4", "2026", "Alpha", "works"))
    assert any("\u0600" <= sign <= "\u06ff" or "\ufb50" <= sign <= "\ufefc" for sign in text)
    assert make_report(alpha.document, "ar").direction == "rtl"
    page = document[0].get_textpage()
    left, _, right, _ = page.get_charbox(0)
    assert (left + right) / 2 > document[0].get_width() / 2  # the title begins at the right


def test_a_page_writes_the_days_of_a_form_in_its_own_way(alpha: Declared) -> None:
    report = make_report(alpha.document, "en", lambda day, lang: f"day {day.day} of {lang}")
    due = next(block for section in report.sections if section.id == "declaration-1" for block in section.blocks)
    assert isinstance(due, Facts) and due.facts[0].values[0] == Text(
        f"day {alpha.document.declarations[0].due.day} of en"
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_of_the_paper_is_left_without_words(alpha: Declared, lang: str) -> None:
    report = make_report(alpha.document, lang)
    texts = [section.title for section in report.sections]
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Form):
                texts += [field.label for field in block.fields] + [field.blank for field in block.fields]
            elif isinstance(block, Table):
                texts += [block.caption, *block.headings]
            elif isinstance(block, Paragraph):
                texts += [word for word in block.words if isinstance(word, str)]
    assert len(texts) > 100
    assert not [text for text in texts if text.startswith(("form_", "declare_")) or "{" in text]


def test_parts_stand_under_each_other_and_a_chemical_goes_by_its_name(tmp_path: Path) -> None:
    written = declared(
        tmp_path / "b",
        activities=ACTIVITIES.replace("A,P1,thiodiglycol", "A,P1,OCCSCCO").replace("OCCSCCO,,", "OCCSCCO,111-48-8,"),
    )
    heads = [
        (block.level, block.words[0])
        for section in make_report(written.document, "en").sections
        for block in section.blocks
        if isinstance(block, Paragraph) and block.level
    ]
    at = heads.index((1, "Plant site A"))
    assert heads[at : at + 3] == [(1, "Plant site A"), (2, "Plant P1"), (3, "Thiodiglycol")]
    assert "OCCSCCO" not in {words for _, words in heads}


def test_weights_and_days_of_fields_are_written_as_the_language_has_them(alpha: Declared) -> None:
    said = [
        (word.text if isinstance(word, Text) else word)
        for section in make_report(alpha.document, "es").sections
        for block in section.blocks
        if isinstance(block, Form)
        for field in block.fields
        for word in field.values
    ]
    assert "12.4 t" not in said and "1,4 t" in said
    assert "no consta en el registro" in said, "a quantity that the register does not give is no nil"


def test_the_same_declaration_is_the_same_file(alpha: Declared) -> None:
    assert declaration_file(alpha.document, "pdf", "en") == declaration_file(alpha.document, "pdf", "en")
