"""The report says what was checked, shows each finding with its grounds, and never reads as a clearance."""

import ast
import io
import re
from datetime import date
from pathlib import Path

import pytest

from opencwc.catalogs import read_template
from opencwc.convention.model import EVIDENCE, SALTS
from opencwc.finding import Finding, Maker, Message, Subject, Verdict
from opencwc.screening import report as report_module
from opencwc.screening.model import Checked, CheckedList, Tally, gravest
from opencwc.screening.report import SHOWN_ROWS, write_report
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.screening.verb import VERB as SCREEN
from opencwc.wording import say, sentence
from opencwc.wording.chemical_names import name_said

DAY = date(2026, 11, 24)
MIX = (
    "CC(C)OP(C)(=O)F",
    "OCC[NH+](CCO)CCO.[Cl-]",
    "*OP(C)(=O)F",
    "9009-86-3",
    "108-01-0",
    "COP(=O)(F)N=C(C)N(CC)CC",
    "COP(C)(=O)OC",
    "c1ccccc1",
    "C1CC(",
    "<script>alert('x')</script>",
    "C\u202e(",
)


@pytest.fixture(scope="module")
def screener():
    return Screener(Rulebook.of(DAY))


@pytest.fixture
def report(screener):
    """Screen some inputs and write their report."""

    def write(inputs=MIX, lang="en", hand_over=None, **given):
        findings, tally = [], Tally()
        maker = Maker("opencwc.screening", "0.1.0", DAY.isoformat())
        for row, text in enumerate(inputs, 1):
            outcomes = screener.answer(text)
            tally.add(gravest(outcome.verdict for outcome in outcomes))
            findings += [outcome.finding(Subject(row, f"id-{row}", text), maker) for outcome in outcomes]
        convention = screener.rulebook.convention
        lists = tuple(
            CheckedList(rule_list.id, rule_list.title.get(lang, rule_list.title["en"]), str(rule_list.text_of))
            for rule_list in convention.lists
        )
        policies = tuple(f"policy_{policy.id}_{policy.choice}" for policy in convention.policies)
        note = Message("summary_column", {"column": "smiles", "file": "stock.csv"})
        checked = Checked(lists, DAY.isoformat(), policies, "0.1.0", "stock.csv", "smiles", (note,))
        stream = io.StringIO()
        write_report(
            stream, findings if hand_over is None else hand_over, checked, tally, convention, lang, made=DAY, **given
        )
        return stream.getvalue()

    return write


def cards(page: str) -> list[str]:
    return re.findall(r'<article class="card[^"]*" id="finding-\d+".*?</article>', page, re.DOTALL)


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_what_was_checked_is_said(report):
    page = report()
    for expected in (
        "2026-11-24",
        "stock.csv",
        "smiles",
        "0.1.0",
        "2020-06-07",
        say("policy_isotopes_ignored").capitalize(),
    ):
        assert expected in page
    assert say("evidence_unverified") in page


def test_each_finding_has_a_card_with_its_row_its_entry_and_its_reason(report):
    first, *_ = cards(report())
    assert 'data-entry="CWC 1A01"' in first
    assert "phosphorus carries a methyl group" in first
    assert "id-1" in first
    assert 'href="#rule-CWC-1A01"' in first


def test_a_row_under_two_lists_has_two_cards(report):
    assert [re.search(r'data-entry="([^"]+)"', card)[1] for card in cards(report(["COP(C)(=O)OC"]))] == [
        "CWC 2B04",
        "AG03",
    ]


def test_a_salt_that_an_entry_names_is_drawn_as_a_salt(report):
    (card,) = cards(report(["[K+].[F-]"]))
    assert "[K+].[F-]" in re.search(r"<figure.*?</figure>", card, re.DOTALL)[0]


def test_the_legend_says_what_stands_in_each_place(report):
    (card,) = cards(report(["COP(=O)(F)N=C(C)N(CC)CC"]))
    legend = words(re.search(r'<ul class="legend">.*?</ul>', card, re.DOTALL)[0])
    assert re.search(r"Q\s+a methyl group", legend)
    assert re.search(r"A\s+an ethyl group", legend)
    assert re.search(r"B\s+an ethyl group", legend)


def test_what_is_known_by_number_alone_has_no_drawing(report):
    (card,) = cards(report(["9009-86-3"]))
    assert "<figure" not in card


def test_a_rule_is_written_once_however_often_it_is_met(report):
    page = report(["CC(C)OP(C)(=O)F"] * 50)
    assert len(cards(page)) == 50
    assert page.count('id="rule-CWC-1A01"') == 1
    assert page.count("{R}P(=O)(F)O{Q}") == 1
    assert page.count(say(Message("duty_s1_notice", {"days": "30"}))) == 1


def test_an_unverified_entry_is_plainly_said_to_be_so(report):
    card = next(card for card in cards(report()) if 'data-entry="AG53"' in card)
    assert (
        f'class="warn"><svg class="icon" aria-hidden="true"><use href="#tone-doubt"/></svg>{say("evidence_unverified")}'
        in re.sub(r">\s+", ">", card)
    )


def test_findings_beyond_the_most_are_counted_and_not_lost(report):
    page = report(["CC(C)OP(C)(=O)F"] * 7, drawn_most=3)
    assert len(cards(page)) == 3
    assert say(Message("report_more", {"count": 4})) in page


def test_rows_that_were_counted_and_not_handed_over_are_said_to_be_missing(report):
    page = report(["CC(C)OP(C)(=O)F"] * 7, hand_over=[])
    assert say(Message("report_more", {"count": 7})) in page
    assert say("report_nothing") not in page


def test_rows_that_could_not_be_read_stand_in_a_table_with_their_reason(report):
    page = report(["C1CC("])
    table = re.search(r'<section id="unreadable".*?</section>', page, re.DOTALL)[0]
    assert "C1CC(" in table
    assert say("summary_unreadable") in table


def test_more_unreadable_rows_than_are_shown_are_counted(report):
    page = report(["C1CC("] * (SHOWN_ROWS + 20))
    table = re.search(r'<section id="unreadable".*?</section>', page, re.DOTALL)[0]
    assert table.count("<tr>") == SHOWN_ROWS + 1
    assert sentence(Message("report_unreadable_more", {"count": 20})) in table


def test_a_report_of_nothing_says_what_was_checked_and_is_no_clearance(report):
    page = report(["c1ccccc1"])
    assert not cards(page)
    assert say("report_nothing") in page
    assert sentence("report_nothing_means") in page
    assert "Schedules of the Chemical Weapons Convention" in page
    assert 'id="rules"' not in page


def test_the_last_word_is_that_a_person_decides(report):
    footer = report().partition("<footer>")[2]
    assert say("report_person") in footer


@pytest.mark.parametrize(
    "text", ["<script>alert('x')</script>", "\"'><img src=x onerror=alert(1)>", "a\u202eb", "C" * 100_000 + "("]
)
def test_an_input_never_becomes_markup_nor_turns_the_page(report, text):
    page = report(["CC(C)OP(C)(=O)F", text])
    assert page.count("<script>") == 1
    assert "<img" not in page
    assert "\u202e" not in page
    assert len(page) < 120_000


def test_the_same_findings_give_the_same_page(report):
    assert report() == report()


def test_nothing_is_loaded_from_anywhere(report):
    page = report()
    assert not re.findall(r'(?:src|href|action|data)=["\']?(?!#)(?=[^"\'\s>])(?:https?:|//|[\w./]+)', page)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", page)


def test_ids_are_unique_and_links_lead_somewhere(report):
    page = report()
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_the_page_names_its_language_and_direction(report, lang, direction):
    assert f'<html lang="{lang}" dir="{direction}">' in report(lang=lang)


def test_a_title_that_a_list_has_not_in_a_language_is_the_name_of_the_chemical(report):
    assert name_said("Ethylphosphinyl dichloride", "ar") in report(["CCP(Cl)Cl"], lang="ar")


def test_two_rules_never_share_an_anchor(screener):
    from opencwc.finding import Rule

    convention = screener.rulebook.convention
    reporter = report_module._Reporter(Checked((), "", (), ""), Tally(), convention, "en", 1, DAY)
    anchors = [reporter.anchor(Rule("OWN", entry)) for entry in ("a b", "a-b", "a.b", "a b")]
    assert anchors[0] == anchors[3]
    assert len(set(anchors)) == 3


def test_a_finding_under_an_entry_that_is_not_at_hand_still_has_its_card(report):
    from opencwc.finding import Rule

    finding = Finding(
        Subject(1, "", "CC"),
        Verdict.LISTED,
        Message("why_near", {"entry": "9Z99"}),
        Maker("m", "1", ""),
        Rule("OWN", "9Z99"),
    )
    (card,) = cards(report([], hand_over=[finding]))
    assert "9Z99" in card
    assert "href=" not in re.sub(r"<use[^>]+>", "", card)


def test_findings_stream_and_are_not_held(report):
    taken = []

    def endless(page_of):
        for number in range(3000):
            taken.append(number)
            yield page_of

    maker = Maker("m", "1", "")
    finding = Finding(Subject(1, "", "C("), Verdict.UNREADABLE, Message("why_unreadable", {"reason": "x"}), maker)
    page = report([], hand_over=endless(finding))
    assert len(taken) == 3000
    assert page.count("<tr>") == SHOWN_ROWS + 1


def said_in_code() -> set[str]:
    """Every message id that reporting.py writes, the ones that it puts together included."""
    tree = ast.parse(Path(report_module.__file__).read_text(encoding="utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    written = {text for text in texts if re.fullmatch(r"(report|label|summary|rule|list)_[a-z_]+", text)}
    made = {f"{about}_{verdict}" for about in ("verdict", "means") for verdict in SCREEN.verdicts}
    made |= {f"evidence_{kind}" for kind in EVIDENCE} | {f"salts_{salt}" for salt in SALTS}
    made |= {f"basis_{kind}" for kind in ("structure", "cas", "name")}
    made |= {"form_protonated", "form_alkylated", "rule_alkyl", "rule_alkylating", "rule_halogen"}
    return written | made


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_message_that_the_report_says_is_in_the_catalog(lang):
    assert [message for message in sorted(said_in_code()) if read_template("opencwc", message, lang, 2) is None] == []
