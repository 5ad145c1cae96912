"""Two versions of a law: what was gained, lost, said in other words."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

from opencwc.legislation.comparison_report import compared_csv, compared_json, compared_report
from opencwc.legislation.version_comparison import compare
from opencwc.publishing.html import write_html

from .conftest import Check

OLD = (
    "Section 1. Prohibition\nNo person shall develop, produce, acquire or stockpile a chemical weapon.\n"
    "Section 2. Riot control agents\nNo person shall use a riot control agent as a method of warfare.\n"
    "Section 3. Chemical weapons\nNo person shall use a chemical weapon.\n"
)
NEW = OLD.replace("acquire or stockpile", "acquire, stockpile or retain").replace(
    "No person shall use a riot control agent as a method of warfare.", "Riot control agents are kept by the police."
)


def test_what_was_gained_and_lost_is_told_with_its_elements(check: Check) -> None:
    compared = compare(check(OLD, model=False), check(NEW, model=False))
    by_id = {change.after.measure.id: change for change in compared.changes}
    assert by_id["PRO-01"].change == "gained" and by_id["PRO-01"].came == ("retain",)
    assert by_id["PRO-06"].change == "lost" and by_id["PRO-06"].went == ("warfare",)
    assert by_id["PRO-03"].change == "same"


def test_the_change_is_written_in_every_format(check: Check) -> None:
    compared = compare(check(OLD, model=False), check(NEW, model=False))
    rows = list(csv.DictReader(io.StringIO(compared_csv(compared))))
    ban = next(row for row in rows if row["measure"] == "PRO-01")
    assert (ban["before"], ban["after"], ban["came"]) == ("partial", "covered", "retain")
    measures = {measure["measure"]: measure for measure in json.loads(compared_json(compared))["measures"]}
    assert measures["PRO-06"]["after"] == "none"
    made = compared_report(compared, "es")
    changes = next(section for section in made.sections if section.id == "changes")
    table, cards = changes.blocks
    assert {row[0].text for row in table.rows} >= {"PRO-01", "PRO-06"}
    assert {card.id for card in cards.cards} == {f"measure-{row[0].text}" for row in table.rows}


def test_nothing_changed_is_said_plainly(check: Check) -> None:
    checked = check(OLD, model=False)
    compared = compare(checked, checked)
    assert {change.change for change in compared.changes} == {"same"}
    changes = next(section for section in compared_report(compared).sections if section.id == "changes")
    assert changes.blocks[0].words == ("No measure changed.",)


def test_what_went_is_told_where_something_else_came(check: Check) -> None:
    old = (
        "Section 1. No person shall develop, produce, otherwise acquire or stockpile chemical weapons.\n"
        "Section 2. No person shall use chemical weapons.\n"
        "Section 3. A person who contravenes section 2 is liable to imprisonment for life.\n"
    )
    new = (
        "Section 1. No person shall develop, produce, otherwise acquire, stockpile or retain chemical weapons.\n"
        "Section 3. A person who contravenes section 1 is liable to imprisonment for life.\n"
    )
    by_id = {
        change.after.measure.id: change for change in compare(check(old, model=False), check(new, model=False)).changes
    }
    penalty = by_id["PEN-01"]
    assert (penalty.change, penalty.went) == ("mixed", ("use",)) and "develop_produce" in penalty.came
    assert by_id["PRO-01"].change == "gained" and by_id["PRO-03"].change == "lost"
    assert by_id["PEN-02"].change == "reworded" and [pair.words for pair in by_id["PEN-02"].pairs] == [(("2",), ("1",))]


def test_the_words_that_differ_are_marked_in_both_texts(check: Check) -> None:
    compared = compare(check(OLD, model=False), check(NEW, model=False))
    ban = next(change for change in compared.changes if change.after.measure.id == "PRO-01")
    pair = next(pair for pair in ban.pairs if pair.after and pair.after.passage.section.id == "Section 1")
    went, came = pair.words
    assert any("retain" in word for word in came) and not any("retain" in word for word in went)
    assert "".join(piece.text for piece in pair.pieces[1]) == pair.after.passage.text

    row = next(row for row in csv.DictReader(io.StringIO(compared_csv(compared))) if row["measure"] == "PRO-01")
    assert "retain" in row["words_came"] and "{+" in row["text_after"] and "[-" in row["text_before"]
    page = io.StringIO()
    write_html(compared_report(compared), page)
    html = page.getvalue()
    assert "law-1.txt Section 1" in html and '<mark class="calm">' in html and '<mark class="grave">' in html


def test_words_of_chinese_are_compared_sign_by_sign(check: Check) -> None:
    old = "第一条 禁止研制、生产、获取、储存化学武器。\n第二条 禁止使用化学武器。\n"
    compared = compare(check(old, model=False), check(old.replace("储存化学武器", "储存、保有化学武器"), model=False))
    assert any("保有" in word for change in compared.changes for pair in change.pairs for word in pair.words[1])


BANS = "Section 1. No person shall develop, produce, otherwise acquire, stockpile or retain chemical weapons.\n"


def test_what_still_stands_did_not_go_where_a_text_was_added(check: Check) -> None:
    law = BANS + "Section 2. No person shall use chemical weapons.\n"
    added = "Article 1. Nul ne peut employer des armes chimiques.\nArticle 2. Les armes chimiques sont interdites.\n"
    compared = compare(check(law, model=False), check(law, added, model=False))
    assert not [word for change in compared.changes for pair in change.pairs for word in pair.words[0]]
    assert not {"lost", "mixed", "reworded"} & {change.change for change in compared.changes}
    by_id = {change.after.measure.id: change for change in compared.changes}
    assert by_id["PRO-01"].change == "same" and by_id["PRO-03"].change == "same"


def test_a_verdict_that_falls_though_its_words_stand_is_told_as_that(check: Check) -> None:
    before = check(BANS, model=False)
    after = replace(before, answers=tuple(replace(answer, verdict="none", met=()) for answer in before.answers))
    compared = compare(before, after)
    ban = next(change for change in compared.changes if change.after.measure.id == "PRO-01")
    assert (ban.change, ban.went, ban.still) == ("reading", (), ("Section 1",))
    fallen = next(
        measure for measure in json.loads(compared_json(compared))["measures"] if measure["measure"] == "PRO-01"
    )
    assert fallen["still_stands_in"] == ["Section 1"] and not fallen["passages"]
    page = io.StringIO()
    write_html(compared_report(compared, "en"), page)
    assert "is still in the later version, in Section 1" in page.getvalue()


def test_a_new_exception_takes_something_back_though_the_ban_stands(check: Check) -> None:
    exempt = "Section 2. Section 1 shall not apply to members of the Defence Force.\n"
    compared = compare(check(BANS, model=False), check(BANS + exempt, model=False))
    ban = next(change for change in compared.changes if change.after.measure.id == "PRO-01")
    assert ban.change == "lost"
    assert [pair.after.passage.section.id for pair in ban.pairs if pair.after] == ["Section 2"]
    back = compare(check(BANS + exempt, model=False), check(BANS, model=False))
    ban = next(change for change in back.changes if change.after.measure.id == "PRO-01")
    assert ban.change == "gained" and [pair.before is not None for pair in ban.pairs] == [True]


def test_only_the_words_that_changed_are_marked_where_a_passage_moved(check: Check) -> None:
    tail = " The Minister keeps a register of what was found in the country and tells the Organisation of it each year."
    old = BANS.strip() + tail + "\n"
    new = "Section 1. This is the law of the land." + old.removeprefix("Section 1.").replace("retain", "keep")
    compared = compare(check(old, model=False), check(new, model=False))
    ban = next(change for change in compared.changes if change.after.measure.id == "PRO-01")
    went = [word for pair in ban.pairs for word in pair.words[0]]
    assert went == ["retain"], went
