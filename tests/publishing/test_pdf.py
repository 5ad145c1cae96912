"""A report becomes a PDF that everybody can read, that is the same every time, and in which nothing of a user runs."""

import io
import re
from datetime import date

import pypdfium2
import pytest

from opencwc.chemistry.drawing import draw
from opencwc.errors import OutputError, UnavailableError
from opencwc.publishing import pdf
from opencwc.publishing.model import (
    Badge,
    Bullets,
    Card,
    Cards,
    Clause,
    Clauses,
    Count,
    Counts,
    Excerpt,
    Fact,
    Facts,
    Field,
    Figure,
    Form,
    Key,
    Labels,
    Note,
    Paragraph,
    Passage,
    Passages,
    Piece,
    Remark,
    Report,
    Section,
    Signature,
    Table,
    Text,
)
from opencwc.publishing.pdf import EMBEDDED, as_data, make_pdf, settable, write_pdf

LABELS = Labels("Skip", "Contents", "Filter", "Search", "all", "Reset", "{shown}", "{length} in all, {limit} here")
DRAWN = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50" role="img" aria-label="a ring">\
<circle class="oc-core" cx="20" cy="20" r="10"/></svg>'
TEXTS = {
    "en": "The chemicals will only be used for purposes not prohibited.",
    "fr": "Les produits ne seront utilisés qu’à des fins non interdites : œuvre, ÿ.",
    "es": "¿Solo se utilizarán para fines no prohibidos? ¡Sí, mañana!",
    "ru": "Химикаты будут использоваться только в целях, не запрещаемых по Конвенции.",
    "zh": "“化学品”只用于本公约不加禁止的目的；不再转让。",
    "ar": "لن تستعمل المواد الكيميائية في أغراض محظورة بموجب هذه الوثيقة ولن يعاد نقلها",
}


def report(*blocks, lang="en", **more):
    sections = (Section("first", "First", blocks),)
    known = {"title": "A title", "lang": lang, "labels": LABELS, "sections": sections}
    return Report(**{**known, **more})


def pages(made):
    return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in pypdfium2.PdfDocument(made)]


def words_of(report):
    return " ".join(" ".join(pages(make_pdf(report))).split())


def letters_by_place(made, page=0):
    """Return every letter of a page with where it stands: from the top, from the left."""
    text = pypdfium2.PdfDocument(made)[page].get_textpage()
    letters = []
    for number in range(text.count_chars()):
        left, _, _, top = text.get_charbox(number)
        letters.append((text.get_text_range(number, 1), round(left, 1), round(top, 1)))
    return letters


@pytest.mark.parametrize("lang", ["en", "fr", "es", "ru", "zh"])
def test_the_words_come_back_in_their_order(lang):
    words = words_of(report(Paragraph((TEXTS[lang],)), Paragraph(("and then this",)), lang=lang))
    assert TEXTS[lang] in words.replace("\u00a0", " ")
    assert words.index(TEXTS[lang][:9]) < words.index("and then this")


def test_arabic_words_come_back_in_their_order_though_a_line_runs_from_right_to_left():
    words = words_of(report(Paragraph((TEXTS["ar"],)), lang="ar"))
    assert [word for word in words.split() if "\u0600" <= word[0] <= "\u06ff"] == TEXTS["ar"].split()


def test_arabic_stands_at_the_right_and_a_formula_in_it_runs_from_left_to_right():
    made = make_pdf(report(Paragraph(("مادة", Text("CH3-PO", verbatim=True), "هنا")), lang="ar"))
    letters = letters_by_place(made)
    formula = [left for sign, left, _ in letters if sign in "CH3-PO"]
    written = [left for sign, left, _ in letters if sign and "\u0600" <= sign <= "\u06ff"]
    by_place = "".join(sign for sign, left, _ in sorted(letters, key=lambda letter: letter[1]) if sign in "CH3-PO")
    assert by_place == "CH3-PO"
    width = pypdfium2.PdfDocument(made)[0].get_width()
    assert max(written) > width - 62 * 72 / 25.4 / 2
    first, last = written[0], written[-1]
    assert first > max(formula) or last < min(formula)


def test_a_quantity_in_arabic_keeps_its_digits_and_its_unit_in_order():
    made = make_pdf(report(Paragraph(("الكمية هي \u200e1\u202f234.5\u00a0kg\u200e هنا",)), lang="ar"))
    placed = sorted((left, sign) for sign, left, _ in letters_by_place(made) if sign in "12345.kg")
    numbers = "".join(sign for _, sign in placed)
    assert "1234.5kg" in numbers


def test_the_same_report_is_the_same_file():
    dated = report(Paragraph(("x",)), made=date(2026, 11, 25))
    assert make_pdf(dated) == make_pdf(dated)


def test_the_file_says_its_title_its_language_its_day_and_that_it_is_tagged():
    made = make_pdf(report(Paragraph(("x",)), lang="fr", made=date(2026, 11, 25)))
    document = pypdfium2.PdfDocument(made)
    assert document.get_metadata_value("Title") == "A title"
    assert document.get_metadata_value("CreationDate").startswith("D:20261125")
    assert document.is_tagged()
    assert re.search(rb"/Lang\s*\(fr", made)
    for standard in (b"pdfuaid:part", b"pdfaid:part"):
        assert standard in made


def test_a_report_without_a_day_names_none():
    made = make_pdf(report(Paragraph(("x",))))
    assert pypdfium2.PdfDocument(made).get_metadata_value("CreationDate") == ""
    assert b"pdfuaid:part" in made
    assert b"pdfaid:part" not in made


def test_what_a_user_wrote_is_set_as_text_and_never_run():
    nasty = '#read("/etc/passwd") #panic() *bold* _it_ $x$ @ref <label> // no \\ #import "@preview/a:0.1.0" `code` "'
    words = words_of(report(Paragraph((nasty,)), Bullets((Text(nasty, verbatim=True),)), title=nasty))
    assert words.count('#read("/etc/passwd") #panic() *bold* _it_ $x$ @ref <label> // no \\') >= 3
    assert "root:" not in words


def test_a_picture_cannot_bring_a_file_in(tmp_path):
    (tmp_path / "secret.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    drawn = DRAWN.replace("<circle", f'<image href="{tmp_path}/secret.png" width="9" height="9"/><circle')
    try:
        made = make_pdf(report(Cards((Card("a", ("x",), figure=Figure(drawn)),))))
    except OutputError as error:
        assert "cannot be created" in str(error)
    else:
        assert b"secret" not in made


def test_a_drawn_molecule_is_shown_in_its_colours():
    drawn = draw("CP(=O)(F)OC(C)C", {"core": [1, 2, 3, 4], "R": [0]}, title="sarin")
    made = make_pdf(report(Cards((Card("a", ("x",), figure=Figure(drawn)),)), made=date(2026, 1, 1)))
    picture = pypdfium2.PdfDocument(made)[0].render(scale=1).to_pil().convert("RGB")
    colours = {colour for _, colour in picture.getcolors(picture.width * picture.height)}
    assert {(0xE6, 0x9F, 0x00), (0x9D, 0xD3, 0xF5)} <= colours


def test_signs_that_no_font_has_and_signs_that_nobody_sees_are_written_as_code_points():
    words = words_of(report(Paragraph(("한 and \u202e and \U0001f600 and \u0915",))))
    assert "⟨U+D55C⟩ and ⟨U+202E⟩ and ⟨U+1F600⟩ and ⟨U+0915⟩" in words


def test_the_letters_of_six_languages_can_be_set():
    for text in (
        *TEXTS.values(),
        "ÄÖÜßłøåčžñçğışİ",
        "αβγδμΩἀ",
        "Nguyễn Ế Ữ ỷ",
        "ҚӘҮҒҚ",
        "ЀЁЂЃЄІЇЈЉЊЋЌЎЏҐґ",
        "١٢٣؟،؛",
        "ｍ％（）《》",
        "≥ ≤ − × ± ° µ ₂ ³ – — … € №",
    ):
        assert settable(text) == text, [hex(ord(letter)) for letter in text if settable(letter) != letter]


def test_the_signs_that_we_count_on_from_typst_are_there():
    """Where one were missing, the strict standards would refuse the document."""
    runs = re.findall("(.)-(.)|(.)", EMBEDDED)
    every = "".join(chr(code) for a, b, sign in runs for code in range(ord(a or sign), ord(b or sign) + 1))
    assert settable(every) == every
    assert len(make_pdf(report(Paragraph((every,)), title=every))) > 1000


def test_a_long_formula_is_broken_into_lines_and_is_still_whole():
    formula = "C(=O)OC" * 40
    made = make_pdf(report(Facts((Fact("formula", (Text(formula, verbatim=True),)),))))
    assert formula in re.sub(r"\s", "", "".join(pages(made)))
    width = pypdfium2.PdfDocument(made)[0].get_width()
    assert max(left for sign, left, _ in letters_by_place(made) if sign.strip()) < width - 50


def test_a_verbatim_text_that_is_very_long_is_cut_and_says_so():
    words = words_of(report(Paragraph((Text("word " * 2000, verbatim=True),))))
    assert "9,999 in all, 4,000 here" in words
    assert words.count("word") == 800


def test_a_table_has_its_headings_on_every_page():
    rows = ((str(number), Text(f"C{number}", verbatim=True), "said") for number in range(120))
    printed_pages = pages(make_pdf(report(Table("Lines", ("number", "formula", "what"), rows))))
    assert len(printed_pages) > 2
    assert all("number" in page and "formula" in page for page in printed_pages)
    assert "C119" in printed_pages[-1]


def test_the_mark_stands_on_every_page_and_the_pages_are_numbered():
    long = report(*(Paragraph((f"line {number}",)) for number in range(120)), marking="OPCW Restricted")
    printed_pages = pages(make_pdf(long))
    assert len(printed_pages) > 1
    for number, page in enumerate(printed_pages, start=1):
        assert page.count("OPCW Restricted") == 1
        assert f"{number} / {len(printed_pages)}" in page


def test_a_footnote_stands_at_the_foot_once_and_is_referred_to_by_its_number():
    blocks = (
        Paragraph((Text("One says so.", refs=(1, 2)),)),
        Table("Figures", ("Outlet", "Hurt"), ((Text("Wire", refs=(1,)), "4"),)),
    )
    notes = (Note(("Wire, first page", Text("f" * 64, verbatim=True))), Note(("Gazette",)))
    text = words_of(report(*blocks, notes=notes, made=date(2026, 3, 4)))
    assert text.count("Wire, first page") == text.count("Gazette") == 1
    assert "One says so.1, 2" in text
    assert "Wire1" in text
    assert "f" * 64 in text.replace(" ", "")


def test_a_form_shows_what_is_known_and_a_line_for_what_is_not():
    form = Form((Field("Chemical", ("Sarin",), "to be filled in"), Field("Quantity", (), "to be filled in")))
    clauses = Clauses((Clause("(a)", ("not prohibited",)), Clause("(b)", ("not passed on",), form.fields)))
    signature = Signature("For the authority", ("Name", "Date"), "Stamp")
    words = words_of(report(form, clauses, signature))
    assert words.count("to be filled in") == 2
    assert words.index("(a) not prohibited") < words.index("(b) not passed on") < words.index("For the authority")
    assert "Stamp" in words


def test_every_part_of_the_document_model_can_be_set():
    badge = Badge("listed", "grave")
    parts = (
        Paragraph(("lead words",), "lead"), Paragraph(("note words",), "note"), Paragraph(("warned",), "warning"),
        Facts((Fact("label", ("one value", Text("two", note="noted", warn=True))),)),
        Counts((Count(badge, 1234567, "what it means"),)), Bullets(("first item", Text("linked", to="#first"))),
        Excerpt((Piece("before "), Piece("marked", "doubt", 1, "#card-1", (2,)))),
        Passages(iter((Passage("page 3", (Piece("passage text"),), (Remark(1, badge, ("remarked",)),)),))),
        Table("Caption", ("a", "b"), iter((("1", Text("two", lang="de")),))),
        Cards(iter((
            Card("card-1", ("heading of it",), badge, (Fact("place", ("here",)),),
                 Figure(DRAWN, "", (Key("oc-core", "A", "legend of it"),)), (Paragraph(("inside",)),)),
            Card("card-2", ("second",), figure=Figure(DRAWN, "caption of it")),
        ))),
    )  # fmt: skip
    words = words_of(report(*parts, lead=("led by",), closing=("closed by",))).replace("\u00a0", " ")
    for text in (
        "led by", "lead words", "note words", "warned", "one value", "two noted", "1,234,567", "listed",
        "what it means", "first item", "linked", "before marked1, 2", "page 3", "passage text", "remarked", "Caption",
        "heading of it", "here", "legend of it", "inside", "second", "caption of it", "closed by",
    ):  # fmt: skip
        assert text in words, text


def test_only_what_is_there_once_can_be_led_to():
    twice = Cards((Card("same", ("x",)), Card("same", ("y",)), Card("once", ("z",))))
    assert as_data(report(twice))["ids"] == ["first", "once"]
    assert "x" in words_of(report(Paragraph((Text("away", to="#same"), Text("far", to="/convention"))), twice))


def test_it_is_written_to_a_stream():
    out = io.BytesIO()
    write_pdf(report(Paragraph(("x",))), out)
    assert out.getvalue().startswith(b"%PDF-1.7")


def test_where_the_fonts_are_not_there_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "FONTS", tmp_path)
    with pytest.raises(UnavailableError, match="fonts"):
        make_pdf(report())


def test_the_fonts_come_with_their_licences():
    licences = [path.read_text() for path in (pdf.FONTS / "licences").iterdir()]
    assert len(licences) == 3
    assert all("SIL Open Font License" in licence or "SIL OPEN FONT LICENSE" in licence for licence in licences)
