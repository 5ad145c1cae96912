"""A letter says both figures, names a cause as a possibility, accuses nobody, and is for a person to sign."""

import io
from datetime import date

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.publishing.html import write_html
from opencwc.publishing.model import Bullets, Facts, Paragraph, Signature, Table
from opencwc.publishing.pdf import make_pdf
from opencwc.publishing.xlsx import said, write_xlsx
from opencwc.transfers.ledgers.reader import read_ledger
from opencwc.transfers.model import CAUSES, Discrepancy, Substance
from opencwc.transfers.reconcile.letters import (
    MOST_LINES,
    InQuestion,
    LetterLine,
    about,
    find_lines_in_question,
    make_letter,
    plain_text,
)
from opencwc.transfers.reconcile.reconciliation import reconcile
from opencwc.wording import LANGUAGES, say
from opencwc.wording.chemical_names import name_said

SUBSTANCE = Substance("102-71-6", "Triethanolamine", ("CWC 3B17",), 30_000.0, 30.0)
PAIR = Discrepancy(
    SUBSTANCE, "DEU", "EGY", 2024, 1_250_000.5, 820_000.0, 30_000.0,
    (("hub", 0.62), ("year_end", 0.2), ("unit", 0.1), ("unexplained", 0.08)), 77.3,
    Message("ranked_because", {"secret": "score-word"}), (Message("evidence_secret"),),
)  # fmt: skip
LINES = InQuestion((
    LetterLine("DEU", True, "D-1", "2024-03-01", 1_250_000.5, 85.0, "EGY", "Triethanolamine", 3),
    LetterLine("EGY", False, "E-9", "2024-04-11", 820_000.0, None, "DEU", "Methyldiethanolamine", 9),
    LetterLine("DEU", True, "=D-2", "2024", None, number=2),
))  # fmt: skip
MADE = date(2026, 1, 5)


def letter(pair=PAIR, ours="DEU", lang="en", **more):
    return make_letter(pair, ours, lang, **{"asked": LINES, "made": MADE, **more})


def text(pair=PAIR, ours="DEU", lang="en", **more):
    return plain_text(letter(pair, ours, lang, **more))


def test_it_goes_from_one_side_to_the_other():
    ours, theirs = text(), text(ours="EGY")
    assert "To: National Authority (Egypt)\nFrom: National Authority (Germany)" in ours
    assert "To: National Authority (Germany)\nFrom: National Authority (Egypt)" in theirs
    with pytest.raises(InputError, match="FRA is not one of the two sides, DEU and EGY"):
        make_letter(PAIR, "FRA")


def test_it_says_both_figures_the_difference_and_the_threshold():
    letter_text = text()
    for line in (
        "Chemical: Triethanolamine CAS 102-71-6 CWC 3B17",
        "Declared as exported (Germany): 1,250,000.5\u00a0kg",
        "Declared as imported (Egypt): 820,000\u00a0kg",
        "Difference: 430,000.5\u00a0kg",
        "Declaration threshold: 30,000\u00a0kg",
        "The difference is more than the declaration threshold",
    ):
        assert line in letter_text, line


def test_the_figures_are_the_same_whoever_writes():
    def figures(report):
        return next(section for section in report.sections if section.id == "figures").blocks

    assert figures(letter()) == figures(letter(ours="EGY"))


def test_a_cause_is_a_possibility_with_its_probability_in_round_words():
    letter_text = text()
    assert "Possibly the goods went through a third State" in letter_text
    assert "about 60 in 100" in letter_text
    assert "may be wrong" in letter_text
    assert "Another possibility: the goods left in one year and arrived in the next (about 20 in 100)" in letter_text
    assert "different units" not in letter_text


def test_a_second_cause_that_is_unlikely_is_not_named():
    assert "Another possibility" not in text(PAIR._replace(causes=(("hub", 0.9), ("unit", 0.05))))


def test_where_nothing_explains_it_the_letter_says_so_and_guesses_nothing():
    for causes in ((), (("unexplained", 0.6), ("hub", 0.4))):
        letter_text = text(PAIR._replace(causes=causes))
        assert "The figures alone suggest no explanation to us." in letter_text
        assert "Possibly" not in letter_text
        assert "in 100" not in letter_text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_cause_can_be_said_in_every_language(lang):
    for cause in CAUSES:
        letter_text = text(PAIR._replace(causes=((cause, 0.7),)), lang=lang)
        assert "letters_" not in letter_text
        assert "{" not in letter_text
        assert ("70" in letter_text.split(say("letters_explanation", lang))[1].split("2024-")[0]) is (
            cause != "unexplained"
        )


def test_what_the_ranking_thinks_is_not_told_to_the_other_side():
    for lang in LANGUAGES:
        letter_text = text(lang=lang)
        for secret in ("77", "score", "ranked_because", "evidence_secret"):
            assert secret not in letter_text


def test_it_accuses_nobody():
    letter_text = text().replace(say("letters_draft"), "").casefold()  # what is said to those who check the draft
    for word in ("violat", "suspic", "illegal", "false", "fault", "must ", "fail", "diver", "error", "blame"):
        assert word not in letter_text, word
    assert "the reason may equally be on our side" in letter_text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_that_it_is_a_draft_for_a_person_to_sign(lang):
    report = letter(lang=lang)
    assert report.marking == say("letters_draft_mark", lang)
    assert said(report.closing) == say("letters_draft", lang)
    assert isinstance(report.sections[-1].blocks[-1], Signature)
    assert text(lang=lang).split("\n")[1] == f"[{say('letters_draft_mark', lang)}]"


def test_a_confidentiality_mark_stands_beside_the_mark_of_a_draft():
    assert letter(mark="restricted").marking == "DRAFT · OPCW Restricted"


def test_lines_of_one_shipment_stand_together_and_what_could_not_be_read_is_a_dash():
    table = next(block for section in letter().sections for block in section.blocks if isinstance(block, Table))
    assert [tuple(map(said, row)) for row in table.rows] == [
        ("1", "Germany", "export", "Egypt", "Triethanolamine", "D-1 (row 3)", "1 March 2024",
         "1,250,000.5\u00a0kg", "85%"),
        ("1", "Egypt", "import", "Germany", "Methyldiethanolamine", "E-9 (row 9)", "11 April 2024",
         "820,000\u00a0kg", "—"),
        ("2", "Germany", "export", "—", "Triethanolamine", "=D-2", "2024", "—", "—"),
    ]  # fmt: skip


def test_where_no_line_can_be_named_the_letter_says_why():
    assert "No single entry can be named: only totals are available" in text(asked=InQuestion())
    third = text(asked=InQuestion(third=True))
    assert (
        "Entries recorded by another State also affect the difference" in third and "No single entry can" not in third
    )
    assert "Further entries of less weight, not listed here: 7." in text(asked=LINES._replace(left=7))


def test_a_side_without_a_figure_has_no_zero_put_into_its_mouth():
    letter_text = text(PAIR._replace(imported_kg=0.0))
    assert "Declared as imported (Egypt): no quantity found in the ledgers available to us" in letter_text


def test_a_chemical_without_a_threshold_and_a_difference_below_it_are_said_as_they_are():
    below = PAIR._replace(imported_kg=1_249_000.0)
    assert "The difference is not more than the declaration threshold" in text(below)
    free = PAIR._replace(substance=SUBSTANCE._replace(threshold_kg=None))
    assert "Declaration threshold: none applies" in text(free)
    assert "The difference is" not in text(free)


def test_a_chemical_known_by_its_name_alone_is_named_once():
    named = PAIR._replace(substance=Substance("A mixture", "A mixture"))
    assert "Chemical: A mixture\n" in text(named)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_is_written_as_pdf_xlsx_and_html_in_every_language(lang):
    report = letter(lang=lang, reference="REF/1")
    document = pypdfium2.PdfDocument(make_pdf(report))
    words = " ".join(page.get_textpage().get_text_range() for page in document)
    assert name_said("Triethanolamine", lang) in words
    assert document.get_metadata_value("Title") == report.title.replace("\u202f", "\u00a0")
    out = io.BytesIO()
    write_xlsx(report, out)
    book = CalamineWorkbook.from_filelike(io.BytesIO(out.getvalue()))
    cells = [cell for row in book.get_sheet_by_index(0).to_python() for cell in row]
    assert say("letters_greeting", lang) in cells
    assert "REF/1" in cells
    assert "=D-2" in [row[5] for row in book.get_sheet_by_index(1).to_python()]
    page = io.StringIO()
    write_html(report, page)
    assert "REF/1" in page.getvalue()


def test_plain_text_holds_all_that_the_letter_holds():
    report = letter(reference="REF/1")
    letter_text = plain_text(report)
    assert letter_text.startswith("Differing figures: triethanolamine, 2024\n[DRAFT]\n")
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Paragraph):
                assert said(block.words) in letter_text
            elif isinstance(block, Bullets):
                assert all(f"- {said(item)}" in letter_text for item in block.items)
            elif isinstance(block, Facts):
                assert all(f"{fact.label}: {said(fact.values)}" in letter_text for fact in block.facts)
    assert letter_text.rstrip().endswith("Signature: ...")


def test_plain_text_sets_the_colon_as_the_language_does():
    assert text(lang="fr").rstrip().endswith("Signature\u00a0: ...")


def test_plain_text_does_not_turn_numbers_round_in_a_language_from_right_to_left():
    assert "\u200eCAS 102-71-6\u200e" in text(lang="ar") and "\u200e" not in text(lang="fr")


def test_plain_text_shows_what_would_not_be_seen():
    hidden = PAIR._replace(substance=Substance("x", "Tri\u202eeth\nanol"))
    assert "Tri⟨U+202E⟩eth anol" in text(hidden)


def test_the_same_letter_is_the_same_file():
    assert make_pdf(letter()) == make_pdf(letter())


def test_a_probability_is_never_told_as_none_or_as_all():
    assert [about(probability) for probability in (0.0, 0.02, 0.33, 0.5, 0.99, 1.0)] == [1, 1, 35, 50, 99, 99]


HEAD = "id,reporter,flow,partner,date,chemical,cas,quantity,unit,concentration\n"
AGREED = """A-1,DEU,export,FRA,2023-02-01,Triethanolamine,102-71-6,50000,kg,99
B-1,FRA,import,DEU,2023-02-03,Triethanolamine,102-71-6,50000,kg,99
"""
FRANCE = ("DEU", "FRA", 2023)


def asked_of(lines, pair=FRANCE, ours="DEU"):
    """Reconcile one ledger of all sides; return what a letter on a pair asks about."""
    reconciliation = reconcile([read_ledger(io.BytesIO((HEAD + lines).encode()), name="all.csv")], MADE, model=False)
    groups = reconciliation.groups.filter(reconciliation.groups["over"]).iter_rows(named=True)
    group = next(group for group in groups if (group["exporter"], group["importer"], group["year"]) == pair)
    lines = reconciliation.lines_of(group["rank"])
    return find_lines_in_question(lines, ours, pair[0] if ours == pair[1] else pair[1])


@pytest.mark.parametrize(
    ("lines", "pair", "expected"),
    [
        ("A-2,DEU,export,FRA,2023-03-01,Triethanolamine,102-71-6,90000,kg,99\n", FRANCE, [("A-2", 1)]),
        ("B-2,FRA,import,DEU,2023-03-01,Triethanolamine,102-71-6,90000,kg,99\n", FRANCE, [("B-2", 1)]),
        ("A-2,DEU,export,FRA,2023-03-01,Triethanolamine,102-71-6,90000,kg,99\n"
         "B-2,FRA,import,DEU,2023-03-04,Triethanolamine,102-71-6,90,kg,99\n", FRANCE, [("A-2", 1), ("B-2", 1)]),
        ("A-2,DEU,export,FRA,2023-12-28,Triethanolamine,102-71-6,90000,kg,99\n"
         "B-2,FRA,import,DEU,2024-01-04,Triethanolamine,102-71-6,90000,kg,99\n", FRANCE, [("A-2", 1), ("B-2", 1)]),
        ("A-2,DEU,export,FRA,2023-12-28,Triethanolamine,102-71-6,90000,kg,99\n"
         "B-2,FRA,import,DEU,2024-01-04,Triethanolamine,102-71-6,90000,kg,99\n", ("DEU", "FRA", 2024),
         [("A-2", 1), ("B-2", 1)]),
        ("A-2,DEU,export,FRA,2023-03-01,Triethanolamine,102-71-6,90000,kg,99\n"
         "B-2,FRA,import,DEU,2023-03-04,Methyldiethanolamine,105-59-9,90000,kg,99\n", FRANCE, [("A-2", 1), ("B-2", 1)]),
        ("A-2,DEU,export,FRA,2023-03-01,Triethanolamine,102-71-6,90000,kg,99\n"
         "B-2,FRA,import,DEU,2023-03-04,Triethanolamine,102-71-6,90000,kg,99\n"
         "B-3,FRA,import,DEU,2023-03-04,Triethanolamine,102-71-6,90000,kg,99\n", FRANCE,
         [("A-2", 1), ("B-2", 1), ("B-3", 1)]),
    ],
    ids=["theirs silent", "ours silent", "unit", "year end", "the year after", "wrong chemical", "twice"],
)  # fmt: skip
def test_the_lines_that_make_the_difference_are_named_of_both_ledgers_and_no_others(lines, pair, expected):
    asked_for = asked_of(AGREED + lines, pair)
    assert ([(line.id, line.number) for line in asked_for.lines], asked_for.left, asked_for.third) == (
        expected,
        0,
        False,
    )
    assert asked_of(AGREED + lines, pair, pair[1])[1:] == asked_for[1:]


def test_a_line_of_a_third_state_is_not_told_but_that_there_is_one_is():
    lines = """A-2,DEU,export,NLD,2023-03-01,Triethanolamine,102-71-6,90000,kg,99
B-2,FRA,import,DEU,2023-03-09,Triethanolamine,102-71-6,90000,kg,99
C-1,NLD,import,DEU,2023-02-01,Triethanolamine,102-71-6,40000,kg,99
A-3,DEU,export,NLD,2023-02-01,Triethanolamine,102-71-6,40000,kg,99
"""
    to_france = asked_of(lines)
    assert [(line.id, line.partner) for line in to_france.lines] == [("A-2", "NLD"), ("B-2", "DEU")]
    assert not to_france.third
    to_netherlands = asked_of(lines, ("DEU", "NLD", 2023))
    assert [line.id for line in to_netherlands.lines] == ["A-2"] and to_netherlands.third


def test_the_weightiest_lines_come_first_and_how_many_are_left_out_is_told():
    lines = "".join(f"A-{n},DEU,export,FRA,2023-01-01,Triethanolamine,102-71-6,{1000 + n},kg,99\n" for n in range(100))
    asked_for = asked_of(lines + "B-9,FRA,import,DEU,2022-01-01,Triethanolamine,102-71-6,1,kg,99\n")
    assert [line.id for line in asked_for.lines[:2]] == ["A-99", "A-98"]
    assert (len(asked_for.lines), asked_for.left) == (MOST_LINES, 60)
