"""Laws of many national styles are cut into their articles, and what is no heading stays text."""

from __future__ import annotations

from pathlib import Path

import pytest

from opencwc.legislation.texts.headings import number_of
from opencwc.legislation.texts.legal_texts import LegalText, join_passages, plain_legal_text, read_legal_text
from opencwc.legislation.texts.sections import LegalSection, sections_of

STYLES = {
    "common law, with an arrangement of sections": (
        "CHEMICAL WEAPONS ACT\nARRANGEMENT OF SECTIONS\n1. Short title.\n2. Interpretation.\n3. Prohibitions.\n\n"
        "PART I - PRELIMINARY\n1. Short title\nThis Act may be cited as the Chemical Weapons Act of this Republic.\n"
        "2. Interpretation\nIn this Act, unless the context otherwise requires, words have their meaning -\n"
        "(a) toxic chemicals;\n3. Prohibitions\n(1) No person shall develop or use a chemical weapon in any place.\n",
        ["1", "2", "3"],
    ),
    "articles with the title under the number": (
        "Article 1\nDefinitions\nFor the purposes of this law.\nArticle 2\nProhibition\nNo one may.\n"
        "Article 5 of the Convention applies.\nArticle 3 - Penalties\nWhoever breaks it.\n",
        ["1", "2", "3"],
    ),
    "French, premier and bis": (
        "TITRE PREMIER\nArticle premier : La présente loi a pour objet\nde faire.\nArt. 2. - Sont interdits l'emploi.\n"
        "Article 3\nSont punis.\nArticle 3 bis :\nPeines\n",
        ["1", "2", "3", "3 bis"],
    ),
    "French code": (
        "Article L. 2342-1\nLes mots.\nArticle L. 2342-2\nLe terme.\nArticle L2342-3\nSont interdits.\n",
        ["L2342-1", "L2342-2", "L2342-3"],
    ),
    "Spanish, ordinals and dispositions": (
        "Artículo 1°.- Objeto. La presente ley.\nArtículo 2°.- Definiciones.\nartículo 5 de la Convención.\n"
        "ARTÍCULO TERCERO. Prohibiciones\na) desarrollar\nDisposición final primera. Entrada en vigor\nEntrará.\n",
        ["1", "2", "3", "disposicion final 1"],
    ),
    "Russian": (
        "Статья 1. Сфера применения\nНастоящий закон.\nСтатья 2. Понятия\nСтатьи 3 и 4 применяются.\n"
        "Статья 3. Запрет\nЗапрещается.\n",
        ["1", "2", "3"],
    ),
    "Chinese numerals": (
        "第一章 总则\n第一条 为了加强管理，制定本条例。\n第二条　监控化学品。\n第三条规定的除外。\n第二章 罚则\n"
        "第十二条 违反本条例第一条的，处以罚款。\n",
        ["1", "2", "12"],
    ),
    "Arabic digits and ordinals": (
        "الفصل الأول\nالمادة (1): يقصد بالكلمات\nالمادة (٢)\nلا يجوز\nالمادة الثالثة: عقوبة\n"
        "المادة الرابعة والعشرون\nتسري\n",
        ["1", "2", "3", "24"],
    ),
    "Arabic articles in brackets, and chapters that are none": (
        "الفصل الأول: عام\n(المادة الأولى)\nنص\n(المادة الثانية)\nنص\nالفصل الثاني: خاص\n(المادة الثالثة)\nنص\n",
        ["1", "2", "3"],
    ),
    "the articles of the Maghreb": (
        "الباب الأول\nالفصل الأول ـ يضبط هذا القانون\nالفصل 2 ـ يحجر\nالفصل 2 من هذا القانون\nالفصل 3 (مكرر) ـ يعاقب\n",
        ["1", "2", "3"],
    ),
    "a chapter of a penal code that begins at its own number": (
        "CHAPTER XXIV\n\n241. Whoever makes a chemical weapon is punished.\n\n242. Whoever uses one is punished.\n\n"
        "243. (1) Attempts are punished.\n(2) So is whoever pays.\n",
        ["241", "242", "243"],
    ),
    "German paragraphs": (
        "§ 1 Begriffe\nIm Sinne dieses Gesetzes\n§ 2 Verbote\n(1) Es ist verboten\n§ 1 Abs. 2 gilt\n§ 3 Strafe\nWer\n",
        ["1", "2", "3"],
    ),
}


def numbers(sections: list[LegalSection]) -> list[str]:
    return [section.number for section in sections if section.number]


@pytest.mark.parametrize("style", STYLES)
def test_articles_are_found_in_the_style_of(style: str) -> None:
    text, wanted = STYLES[style]
    found = sections_of(LegalText("law.txt", text))
    assert numbers(found) == wanted
    for one in found:
        assert text[one.start : one.end] == one.text


def test_marked_headings_are_taken_as_the_sections() -> None:
    text = "# France, Code\n\n[[L2342-1]] Chapitre II\nPour l'application, l'article 3.\n\n[[Art. 7]] \nRien.\n"
    found = sections_of(LegalText("law.txt", text))
    assert [(one.id, one.heading) for one in found] == [("preamble", ""), ("L2342-1", "Chapitre II"), ("Art. 7", "")]
    assert found[0].text == "# France, Code" and found[0].kind == "preamble"
    assert found[1].text == "Pour l'application, l'article 3."


def test_a_law_and_its_regulation_in_one_file_keep_their_sections_apart() -> None:
    article = "Article {n}\nThe person who holds a permit keeps a register of what was used in the year.\n"
    text = "".join(article.format(n=n) for n in (1, 2, 3, 1, 2, 3))
    found = sections_of(LegalText("law.txt", text))
    assert [(one.number, one.part) for one in found] == [(n, p) for p in (0, 1) for n in ("1", "2", "3")]
    assert len({one.id for one in found}) == 6


def test_a_text_without_articles_gives_its_paragraphs() -> None:
    found = sections_of(LegalText("notice.txt", "The Minister gives notice.\n\nNo chemical may be exported.\n"))
    assert [one.text for one in found] == ["The Minister gives notice.", "No chemical may be exported."]


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
    lines = [f"{f'Section {n}. {one}':<60}Article {n}. {other}\n" for n, one, other in pairs]
    text = plain_legal_text("".join(lines).encode(), "act.txt")
    found = sections_of(text)
    assert [(one.id, one.lang) for one in found] == [
        *((f"Section {n}", "en") for n in (1, 2, 3)),
        *((f"Article {n}", "fr") for n in (1, 2, 3)),
    ]
    assert [text.text[one.start : one.end].strip() for one in found] == [one.text.strip() for one in found]
    assert all(said in one.text for one, said in zip(found, (*english, *french), strict=True))
