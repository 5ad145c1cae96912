"""Laws of many national styles are cut into their articles, and what is no heading stays text."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencwc.convention.fields import load_yaml
from opencwc.legislation.texts.headings import number_of
from opencwc.legislation.texts.legal_texts import LegalText, join_passages, plain_legal_text, read_legal_text
from opencwc.legislation.texts.sections import LegalSection, sections_of

STYLES = load_yaml((Path(__file__).parents[2] / "cases" / "section_styles.yaml").read_text(encoding="utf-8"))


def numbers(sections: list[LegalSection]) -> list[str]:
    return [section.number for section in sections if section.number]


@pytest.mark.parametrize("style", STYLES)
def test_articles_are_found_in_the_style_of(style: str) -> None:
    text = STYLES[style]["text"]
    sections = sections_of(LegalText("law.txt", text))
    assert numbers(sections) == STYLES[style]["numbers"]
    for section in sections:
        assert section.number == "" or text[section.start : section.end] == section.text


LINES = [
    "1. Title",
    "2.—(1) In this Act",
    "Article 3",
    "Art. 4. - Nul",
    "المادة (5)",
    "第六条",
    "§ 7 Verbot",
    "(a) an item;",
    "SCHEDULE 1",
    "PART II",
    "CONTENTS",
    "8 This Act binds the State.",
    "«Artículo 9",
    "",
    "No person shall use an agent.",
    "PRIMERO.- Objeto",
]


@given(st.lists(st.sampled_from(LINES), max_size=30))
def test_whatever_stands_in_a_text_its_sections_stand_in_order_where_they_say(lines: list[str]) -> None:
    text = "\n".join(lines)
    sections = sections_of(LegalText("law.txt", text))
    assert all(text[section.start : section.end] == section.text for section in sections)
    assert all(one.end <= other.start for one, other in pairwise(sections))


def test_marked_headings_are_taken_as_the_sections() -> None:
    text = "# France, Code\n\n[[L2342-1]] Chapitre II\nPour l'application, l'article 3.\n\n[[Art. 7]] \nRien.\n"
    sections = sections_of(LegalText("law.txt", text))
    assert [(section.id, section.heading) for section in sections] == [
        ("preamble", ""),
        ("L2342-1", "Chapitre II"),
        ("Art. 7", ""),
    ]
    assert sections[0].text == "# France, Code" and sections[0].kind == "preamble"
    assert sections[1].text == "Pour l'application, l'article 3."


def test_a_law_and_its_regulation_in_one_file_keep_their_sections_apart() -> None:
    article = "Article {n}\nThe person who holds a permit keeps a register of what was used in the year.\n"
    text = "".join(article.format(n=n) for n in (1, 2, 3, 1, 2, 3))
    sections = sections_of(LegalText("law.txt", text))
    assert [(section.number, section.part) for section in sections] == [(n, p) for p in (0, 1) for n in ("1", "2", "3")]
    assert len({section.id for section in sections}) == 6


def test_a_text_without_articles_gives_its_paragraphs() -> None:
    sections = sections_of(LegalText("notice.txt", "The Minister gives notice.\n\nNo chemical may be exported.\n"))
    assert [section.text for section in sections] == ["The Minister gives notice.", "No chemical may be exported."]


def test_each_section_has_its_own_language_in_a_text_of_two() -> None:
    english = "Article {n}\nNo person shall develop, produce or otherwise acquire chemical weapons in this country.\n"
    arabic = "المادة {n}\nيحظر على أي شخص استحداث الأسلحة الكيميائية أو إنتاجها أو حيازتها بأي طريقة أخرى.\n"
    text = "".join(english.format(n=n) for n in (1, 2, 3)) + "".join(arabic.format(n=n) for n in (1, 2, 3))
    assert [section.lang for section in sections_of(LegalText("law.txt", text))] == ["en"] * 3 + ["ar"] * 3


def test_columns_side_by_side_are_read_one_after_the_other() -> None:
    rows = [(f"row {n}", f"Article {n}\tالمادة {n}") for n in (1, 2, 3)]
    rows += [(f"row {n}b", f"No person shall use them, {n}.\tلا يجوز لأي شخص استعمالها {n}.") for n in (1, 2, 3)]
    read = join_passages([row for pair in zip(rows[:3], rows[3:], strict=True) for row in pair], "law.docx", "docx")
    assert read.text.index("Article 3") < read.text.index("المادة 1")
    assert [note.id for note in read.notes] == ["law_columns"]


def test_a_markdown_file_that_begins_like_a_web_page_keeps_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "treaty.md"
    body = f"#### Obligations\n\n1. Each State {'undertakes ' * 60}.\n\n"
    articles = "".join(f"### Article {n}\n\n{body}" for n in ("I", "II", "III"))
    path.write_text(f"<meta charset='utf-8' />\n\n## Convention\n\n{articles}", encoding="utf-8")
    assert [section.number for section in sections_of(read_legal_text(path)) if section.number] == ["1", "2", "3"]


def test_the_navigation_of_a_web_page_is_no_law() -> None:
    pages = [("aside ¶ 1", "No person shall use chemical weapons."), ("title", "Act"), ("¶ 1", "Section 1. Licences")]
    read = join_passages(pages, "law.html", "html")
    assert read.text == "Act\nSection 1. Licences"
    assert [(note.id, note.values["count"]) for note in read.notes] == [("law_navigation", 1)]


def test_a_page_that_holds_nothing_but_what_looks_like_navigation_is_read_as_it_is() -> None:
    read = join_passages([("aside ¶ 1", "Section 1. Licences")], "law.html", "html")
    assert read.text == "Section 1. Licences" and read.notes == ()


def test_running_heads_page_numbers_and_footnotes_are_left_out_of_the_law() -> None:
    pages = [
        (f"p. {n} ¶ {at}", text)
        for n in range(1, 5)
        for at, text in enumerate(
            ("Official Gazette, 3 May 1999", f"Article {n}\nThe holder keeps {n}.", f"[{n}] Amended by {n}.", str(n)), 1
        )
    ]  # fmt: skip
    read = join_passages(pages, "law.pdf", "pdf")
    assert "Gazette" not in read.text and "Amended" not in read.text
    assert read.place(read.text.index("Article 3")) == "p. 3 ¶ 2"
    assert [note.id for note in read.notes] == ["law_footnotes"]


@pytest.mark.parametrize(
    ("id", "number"),
    [("§ 1a", "1a"), ("Section 12", "12"), ("المادة الحادية عشرة", "11"),
     ("第一百零五条", "105"), ("Art. 7 bis", "7 bis")],
)  # fmt: skip
def test_a_section_s_number_is_what_references_name(id: str, number: str) -> None:
    assert number_of(id) == number


def test_opening_words_head_no_article_and_a_sentence_is_no_head_of_a_chapter() -> None:
    (marked,) = sections_of(
        LegalText("de.txt", "[[§ 1]] Eingangsformel — Begriffsbestimmungen\nIm Sinne dieses Gesetzes.\n")
    )
    assert marked.heading == "Begriffsbestimmungen"


def test_each_column_is_numbered_in_its_own_style() -> None:
    english = (
        "No person shall use chemical weapons.",
        "Whoever contravenes section 1 is punished.",
        "The Act applies.",
    )
    french = (
        "Nul ne peut employer des armes chimiques.",
        "Quiconque y contrevient est puni.",
        "La loi s'applique ici.",
    )
    pairs = zip((1, 2, 3), english, french, strict=True)
    lines = [f"{f'Section {n}. {left}':<60}Article {n}. {other}\n" for n, left, other in pairs]
    text = plain_legal_text("".join(lines).encode(), "act.txt")
    sections = sections_of(text)
    assert [(section.id, section.lang) for section in sections] == [
        *((f"Section {n}", "en") for n in (1, 2, 3)),
        *((f"Article {n}", "fr") for n in (1, 2, 3)),
    ]
    assert [text.text[section.start : section.end].strip() for section in sections] == [
        section.text.strip() for section in sections
    ]
    assert all(
        text_of_section in section.text for section, text_of_section in zip(sections, (*english, *french), strict=True)
    )
