"""The papers of a transfer say what the record says and nothing else, in six languages, and leave blanks to fill."""

import io
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pypdfium2
import pytest
import typer
from msgspec.structs import replace
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from opencwc.cli.transfers_papers import papers
from opencwc.errors import InputError, SettingsError
from opencwc.finding import Message
from opencwc.publishing.html import write_html
from opencwc.publishing.model import Clauses, Form, Signature
from opencwc.publishing.pdf import make_pdf
from opencwc.publishing.xlsx import said, write_xlsx
from opencwc.screening.model import Question
from opencwc.transfers.check.certificates import certificate_of
from opencwc.transfers.check.checking import Checker
from opencwc.transfers.check.paper_facts import PaperFacts, facts_of, facts_of_answer, facts_of_certificate
from opencwc.transfers.check.papers import PAPER_KINDS, make_paper
from opencwc.transfers.check.shipments import shipment_of
from opencwc.transfers.document_words import spoken_day, spoken_quantity
from opencwc.wording import LANGUAGES, say
from opencwc.wording.states import state_name

FULL = PaperFacts(
    shipment="S-17",
    chemical="Triethanolamine",
    cas="102-71-6",
    structure="OCCN(CCO)CCO",
    entries=("CWC 3B17",),
    quantity="25 t",
    quantity_kg=Decimal(25000),
    concentration="85",
    packing="drums",
    sender="DEU",
    receiver="EGY",
    via=("NLD", "SGP"),
    exporter="Rhein Chemie, 1 Am Ufer, Köln",
    consignee="Nile Trading, Cairo",
    end_users=("Acme, 12 Harbour Road, Alexandria", "Beta, 3 Quay Street, Suez"),
    end_uses=("detergents",),
    day=date(2026, 3, 1),
    certificates=("EUC-14",),
    issued=date(2026, 1, 2),
    valid_until=date(2026, 12, 31),
    papers=("licence DEU 2026-01-03",),
    notify_by=date(2026, 1, 30),
    mark="restricted",
)
SAXITOXIN = PaperFacts(
    shipment="7", chemical="Saxitoxin", cas="35523-89-8", entries=("CWC 1A07",), quantity="5 mg", sender="FRA",
    receiver="CHE", day=date(2026, 3, 1),
)  # fmt: skip
ROW = {
    "id": "S-17", "chemical": "Triethanolamine", "cas": "102-71-6", "quantity": "25", "unit": "t", "from": "Germany",
    "to": "Egypt", "via": "Netherlands;Singapore", "consignee": "Nile Trading", "end_user": "Acme, Alexandria",
    "date": "2026-03-01", "purpose": "detergents", "certificates": "EUC-14", "concentration": "85 %",
}  # fmt: skip
MADE = date(2026, 1, 5)


def facts_for(kind):
    return SAXITOXIN if kind == "notification" else replace(FULL, packing="", exporter="", issued=None)


def fields(report):
    """Return every field of a paper: its label and what stands in it."""
    all_fields = []
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Form):
                all_fields += block.fields
            elif isinstance(block, Clauses):
                all_fields += [field for clause in block.clauses for field in clause.fields]
    return all_fields


def words_of(report):
    document = pypdfium2.PdfDocument(make_pdf(report))
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", PAPER_KINDS)
def test_each_paper_is_made_in_each_language_as_pdf_xlsx_and_html(kind, lang):
    report = make_paper(kind, facts_for(kind), lang, made=MADE)
    assert make_pdf(report).startswith(b"%PDF")
    out = io.BytesIO()
    write_xlsx(report, out)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(out.getvalue())).get_sheet_by_index(0).to_python()
    page = io.StringIO()
    write_html(report, page)
    reader = HTMLParser()
    texts = []
    reader.handle_data = texts.append
    reader.feed(page.getvalue())
    for text in (report.title, facts_for(kind).cas, say("papers_blank", lang), say("papers_stamp", lang)):
        assert any(text in str(cell) for row in rows for cell in row), text
        assert text in " ".join(texts), text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_paper_shows_the_id_of_a_message(lang):
    for kind in PAPER_KINDS:
        report = make_paper(kind, facts_for(kind), lang)
        texts = [report.title, *report.lead, *report.closing, report.marking]
        texts += [section.title for section in report.sections]
        texts += [text for field in fields(report) for text in (field.label, field.blank, said(field.values))]
        for section in report.sections:
            for block in section.blocks:
                if isinstance(block, Clauses):
                    texts += [said(clause.words) for clause in block.clauses]
                elif isinstance(block, Signature):
                    texts += [block.who, *block.lines, block.stamp]
                elif not isinstance(block, Form):
                    texts.append(said(block.words))
        assert not [text for text in texts if "papers_" in text or "{" in text]


def test_a_certificate_has_the_five_statements_in_the_order_of_the_treaty():
    report = make_paper("certificate", FULL)
    clauses = next(
        block for section in report.sections for block in section.blocks if isinstance(block, Clauses)
    ).clauses
    assert [clause.mark for clause in clauses] == ["(a)", "(b)", "(c)", "(d)", "(e)"]
    stated = [said(clause.words) for clause in clauses]
    assert "purposes not prohibited" in stated[0]
    assert "not be re-transferred" in stated[1]
    assert "types and quantities" in stated[2]
    assert [said(field.values) for field in clauses[2].fields] == [
        "Triethanolamine", "102-71-6", "OCCN(CCO)CCO", "CWC 3B17", "25 t (= 25,000\u00a0kg)", "85",
    ]  # fmt: skip
    assert [said(field.values) for field in clauses[3].fields] == ["detergents"]
    assert [said(field.values) for field in clauses[4].fields] == list(FULL.end_users)


def test_what_the_record_holds_stands_in_the_certificate_and_what_it_does_not_is_a_blank():
    words = words_of(make_paper("certificate", FULL))
    days = ("2 January 2026", "31 December 2026")
    for text in ("EUC-14", "Egypt (EGY)", "Germany (DEU)", *days, "OPCW Restricted", "S-17"):
        assert text in words, text
    empty = make_paper("certificate", PaperFacts())
    assert all(not field.values and field.blank == "to be filled in" for field in fields(empty))
    assert words_of(empty).count("to be filled in") == len(fields(empty)) == 14


@pytest.mark.parametrize("kind", PAPER_KINDS)
def test_an_empty_record_makes_a_paper_of_blanks_and_invents_nothing(kind):
    known = {"To": {say("papers_to_secretariat"), say("papers_licensing")}}
    for field in fields(make_paper(kind, PaperFacts())):
        assert not field.values or said(field.values) in known[field.label]


def test_a_notification_names_both_states_the_day_and_the_side_whose_it_is():
    ours = {field.label: said(field.values) for field in fields(make_paper("notification", SAXITOXIN))}
    theirs = {
        field.label: said(field.values) for field in fields(make_paper("notification", SAXITOXIN, side="receiver"))
    }
    assert ours["Notifying State Party"] == theirs["Other State Party"] == "France (FRA)"
    assert theirs["Notifying State Party"] == ours["Other State Party"] == "Switzerland (CHE)"
    assert ours["Planned date of transfer"] == "1 March 2026"
    assert ours["State of dispatch"] == theirs["State of dispatch"] == "France (FRA)"
    assert ours["To be notified by"] == ""


def test_the_shorter_notice_is_named_for_saxitoxin_and_for_nothing_else():
    assert "5 milligrams or less" in words_of(make_paper("notification", SAXITOXIN))
    sarin = PaperFacts(chemical="Sarin", cas="107-44-8", entries=("CWC 1A01",))
    assert "5 milligrams or less" not in words_of(make_paper("notification", sarin))


def test_a_notification_for_a_chemical_of_another_schedule_is_refused():
    with pytest.raises(InputError, match="Triethanolamine is CWC 3B17"):
        make_paper("notification", FULL)


def test_what_is_no_paper_and_no_side_is_refused():
    with pytest.raises(SettingsError, match="certificate, notification, licence"):
        make_paper("passport", FULL)
    with pytest.raises(SettingsError, match="sender, receiver"):
        make_paper("licence", FULL, side="middle")


def test_a_certificate_for_schedule_2_does_not_say_that_the_treaty_asks_for_it():
    assert make_paper("certificate", FULL).lead
    assert make_paper("certificate", PaperFacts()).lead
    assert not make_paper("certificate", PaperFacts(entries=("CWC 2B08",))).lead


def test_a_paper_says_that_it_is_a_draft_and_in_other_languages_that_the_wording_is_ours():
    assert "no force" in said(make_paper("certificate", FULL, "en").closing)
    assert not any("English text" in block for block in make_paper("certificate", FULL, "en").closing)
    for lang in LANGUAGES:
        closing = make_paper("certificate", FULL, lang).closing
        assert (say("papers_own_words", lang) in closing) is (lang != "en")


def test_the_facts_are_those_of_the_row():
    facts = facts_of(shipment_of(1, ROW))
    assert facts == PaperFacts(
        shipment="S-17", chemical="Triethanolamine", cas="102-71-6", quantity="25 t", quantity_kg=Decimal(25000),
        concentration="85 %", sender="DEU", receiver="EGY", via=("NLD", "SGP"), consignee="Nile Trading",
        end_users=("Acme, Alexandria",), end_uses=("detergents",), day=date(2026, 3, 1), certificates=("EUC-14",),
    )  # fmt: skip


def test_a_state_that_is_not_known_stands_as_the_row_has_it():
    facts = facts_of(shipment_of(1, ROW | {"to": "Freedonia"}))
    paper = {field.label: said(field.values) for field in fields(make_paper("licence", facts, "fr"))}
    assert paper["État de destination"] == "Freedonia"
    assert paper["État d’expédition"] == "Allemagne (DEU)"


def test_a_quantity_that_cannot_be_read_stands_as_the_row_has_it():
    facts = facts_of(shipment_of(1, ROW | {"quantity": "12", "unit": "drums"}))
    assert (facts.quantity, facts.quantity_kg) == ("12 drums", None)


def test_the_certificate_at_hand_lends_its_days_and_what_the_row_does_not_say():
    texts = {"id": "EUC-14", "issued": "2026-01-02", "expires": "2026-12-31", "end_use": "soap", "end_users": "Beta"}
    certificate = certificate_of(1, texts)
    facts = facts_of(shipment_of(1, ROW), certificate=certificate)
    assert (facts.issued, facts.valid_until) == (date(2026, 1, 2), date(2026, 12, 31))
    assert (facts.end_users, facts.end_uses) == (("Acme, Alexandria",), ("detergents",))
    bare = facts_of(shipment_of(1, {"id": "2"}), certificate=certificate)
    assert (bare.end_users, bare.end_uses) == (("Beta",), ("soap",))


def answer_for(row, certificates=()):
    return next(Checker(Question(MADE), certificates).check([shipment_of(1, row)]))


def test_the_check_brings_the_entry_and_the_last_day_for_the_notice():
    row = {"id": "1", "cas": "107-44-8", "quantity": "1", "unit": "g", "from": "FRA", "to": "CHE",
           "date": "2026-03-01", "purpose": "research"}  # fmt: skip
    facts = facts_of_answer(answer_for(row))
    assert facts.entries == ("CWC 1A01",)
    assert facts.notify_by == date(2026, 1, 30)
    words = words_of(make_paper("notification", facts))
    assert "CWC 1A01" in words
    assert "30 January 2026" in words


HELD = {
    "id": "EUC-14", "issued_by": "Egypt", "recipient": "Nile Trading", "chemical": "Triethanolamine", "quantity": "40",
    "unit": "t", "issued": "2026-01-02", "expires": "2026-12-31", "end_use": "industrial", "statements": "a-e",
    "end_users": "Acme, 12 Harbour Road, Alexandria",
}  # fmt: skip


def test_a_certificate_that_covers_the_shipment_is_reprinted_as_it_is():
    certificates = [certificate_of(1, HELD)]
    facts, said_of_it = facts_of_certificate(answer_for(ROW, certificates), certificates, "restricted")
    assert facts == PaperFacts(
        shipment="S-17", chemical="Triethanolamine", entries=("CWC 3B17",), quantity="40000 kg", receiver="EGY",
        consignee="Nile Trading", end_users=(HELD["end_users"],), end_uses=("industrial",), certificates=("EUC-14",),
        issued=date(2026, 1, 2), valid_until=date(2026, 12, 31), mark="restricted",
    )  # fmt: skip
    assert said_of_it == Message("transfers_papers_reprinted", {"id": "EUC-14"})


@pytest.mark.parametrize(("certificates", "amount"), [([{**HELD, "quantity": "20"}], "5000 kg"), ([], "25000 kg")])
def test_what_no_certificate_covers_is_for_a_new_one_under_no_number(certificates, amount):
    at_hand = [certificate_of(1, certificate) for certificate in certificates]
    facts, said_of_it = facts_of_certificate(answer_for(ROW, at_hand), at_hand)
    assert (facts.certificates, facts.issued, facts.valid_until) == ((), None, None)
    assert facts.quantity == amount
    assert facts.end_users == ((HELD["end_users"],) if at_hand else ("Acme, Alexandria",))
    name = "transfers_papers_new" if at_hand else "transfers_papers_not_at_hand"
    assert said_of_it == Message(name, {"ids": ("EUC-14",), "amount": amount})


def test_there_is_no_paper_for_a_prohibited_transfer():
    row = {"id": "1", "cas": "107-44-8", "quantity": "1", "unit": "g", "from": "FRA", "to": "ISR", "date": "2026-03-01",
           "purpose": "research"}  # fmt: skip
    with pytest.raises(InputError, match="prohibited"):
        facts_of_answer(answer_for(row))


def test_states_days_and_quantities_are_said_as_each_language_says_them():
    assert [state_name("CHE", lang) for lang in ("en", "fr", "ru", "zh")] == [
        "Switzerland",
        "Suisse",
        "Швейцария",
        "瑞士",
    ]
    assert state_name("PSE", "es") == "Estado de Palestina"
    assert spoken_day(date(2026, 3, 1), "zh") == "2026年3月1日"
    assert spoken_quantity(Decimal("0.000005"), "kg", "en") == "0.000005\u00a0kg"
    assert spoken_quantity(-1500.25, "kg", "ru") == "−1\u00a0500,25\u00a0кг"
    assert spoken_quantity(1e15, "", "en") == "1,000,000,000,000,000"
    assert spoken_quantity(0, "kg", "ar") == "\u200e0\u00a0كغ\u200e"


APP = typer.Typer()
APP.command()(papers)


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "planned.csv"
    path.write_text(
        "id,chemical,cas,quantity,unit,from,to,end_user,date,purpose\n"
        'S-1,Triethanolamine,102-71-6,25,t,Germany,Egypt,"=1+1, Alexandria",2026-03-01,industrial\n'
        "S-2,Sarin,107-44-8,1,g,France,Israel,,2026-03-01,research\n"
        "S-3,Sarin,107-44-8,1,g,France,Switzerland,,2026-03-01,research\n"
        "S-4,Sodium chloride,7647-14-5,1,kg,France,Switzerland,,2026-03-01,\n"
        "twice,Sarin,107-44-8,1,g,France,Switzerland,,2026-03-01,research\n"
        "twice,Sarin,107-44-8,1,g,France,Switzerland,,2026-03-01,research\n"
    )
    return path


def run(*arguments):
    return CliRunner().invoke(APP, [str(argument) for argument in arguments])


def test_the_command_writes_the_certificate_of_one_shipment(ledger, tmp_path, name_index):
    target = tmp_path / "certificate.xlsx"
    done = run(
        ledger, "-o", target, "--shipment", "s-1", "--lang", "fr", "--as-of", "2026-01-05", "--mark", "restricted"
    )
    assert str(target) in done.stdout
    rows = CalamineWorkbook.from_path(target).get_sheet_by_index(0).to_python()
    assert ["OIAC Diffusion restreinte", ""] in rows
    assert ["Utilisateur final, nom et adresse", "=1+1, Alexandria"] in rows
    assert ["Rubrique des tableaux", "CIAC 3B17"] in rows


@pytest.mark.parametrize("ending", ["pdf", "xlsx", "html"])
def test_the_command_writes_a_notification_as_each_kind_of_file(ledger, tmp_path, ending, name_index):
    target = tmp_path / f"notice.{ending}"
    done = run(ledger, "-o", target, "--shipment", "S-3", "--kind", "notification", "--as-of", "2026-01-05")
    assert done.exit_code == 0, done.output
    assert target.read_bytes()[:4] in (b"%PDF", b"PK\x03\x04", b"<!do")
    again = tmp_path / f"again.{ending}"
    run(ledger, "-o", again, "--shipment", "S-3", "--kind", "notification", "--as-of", "2026-01-05")
    assert again.read_bytes() == target.read_bytes()


def test_the_command_says_that_a_paper_is_met_and_writes_it_in_a_folder_that_it_makes(tmp_path, name_index):
    ledger = tmp_path / "planned.csv"
    ledger.write_text(
        "id,chemical,cas,quantity,unit,from,to,date,purpose,papers\n"
        "S-1,Sarin,107-44-8,1,g,France,Switzerland,2026-03-01,research,"
        "notice FRA 2026-01-01; notice CHE 2026-01-02\n"
    )
    target = tmp_path / "new" / "folder" / "notice.html"
    options = ("--shipment", "S-1", "--kind", "notification", "--as-of", "2026-01-05")
    done = run(ledger, "-o", target, *options)
    assert done.exit_code == 0, done.output
    assert "is already met" in done.stderr and "no rule" not in done.stderr.casefold()
    assert target.read_bytes()[:4] == b"<!do"
    assert run(ledger, "-o", ledger / "below" / "a.html", *options).exit_code == 2


def test_the_command_says_when_no_rule_asks_for_a_paper(ledger, tmp_path, name_index):
    done = run(ledger, "-o", tmp_path / "x.pdf", "--shipment", "S-4", "--kind", "licence")
    assert done.exit_code == 1
    assert "No rule of these lists" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--shipment", "S-2"), "prohibited"),
        (("--shipment", "S-9"), "Did you mean S-"),
        (("--shipment", "twice"), "in rows 5, 6"),
        (("--shipment", "S-1", "--kind", "notification"), "Schedule 1"),
        (("--shipment", "S-1", "--kind", "passport"), "certificate, notification, licence"),
        (("--shipment", "S-1", "--by", "me"), "sender, receiver"),
        (("--shipment", "S-1", "--lang", "tlh"), "--lang"),
        (("--shipment", "S-1", "--mark", "secret"), "highly_protected"),
        (("--shipment", "S-1", "--map", "cas"), "--map"),
        (("--shipment", "S-1", "--as-of", "soon"), "2020-06-07"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(ledger, tmp_path, arguments, complaint, name_index):
    target = tmp_path / "x.pdf"
    done = run(ledger, "-o", target, *arguments)
    assert done.exit_code == 2
    assert complaint in done.stderr
    assert not target.exists()


def test_a_paper_never_takes_the_place_of_its_ledger_and_has_a_known_ending(ledger, tmp_path):
    before = ledger.read_bytes()
    same = tmp_path / "same.html"
    same.write_bytes(before)
    assert "replace a ledger" in run(same, "-o", same, "--shipment", "S-1").stderr
    assert same.read_bytes() == before
    assert ".pdf, .xlsx, .html" in run(ledger, "-o", tmp_path / "x.doc", "--shipment", "S-1").stderr
