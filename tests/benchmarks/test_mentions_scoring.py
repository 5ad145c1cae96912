"""How the benchmark of mentions scores, on invented items and invented finds."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from benchmarks.invoice_lines import invoice_lines, systematic_names
from benchmarks.mentions import (
    CASES,
    Find,
    Item,
    Label,
    PlainFinders,
    Score,
    labelled,
    print_misses,
    score,
    short_of_aim,
    text_pdf,
    totals,
    wilson,
)

from opencwc.chemistry.registry_numbers import is_valid
from opencwc.convention import Convention
from opencwc.screening.documents import open_texts

TEA, SARIN, TDG = "102-71-6", "107-44-8", "111-48-8"
ENTRIES = {TEA: ("CWC", "3B17"), SARIN: ("CWC", "1A01"), "329-99-7": ("CWC", "1A01"), TDG: ("CWC", "2B13")}


def entries_of(cas: str) -> frozenset[tuple[str, str]]:
    return frozenset([ENTRIES[cas]]) if cas in ENTRIES else frozenset()


def item(text: str, *labels: tuple[str, str, str], id: str = "en-001", kind: str = "name") -> Item:
    placed = [
        Label(text.index(written), text.index(written) + len(written), written, cas, verdict)
        for written, cas, verdict in labels
    ]
    return Item(id, text, "line", kind, tuple(placed))


def find(text: str, written: str, verdict: str = "listed", kind: str = "name", cas: tuple[str, ...] = ()) -> Find:
    start = text.index(written)
    entries = frozenset(entry for number in cas for entry in entries_of(number))
    return Find(start, start + len(written), written, verdict, kind, cas, entries)


LINE = "Sarin and thiodiglycol 99 %, 2 drums"


def test_a_label_is_found_by_a_find_of_its_chemical_that_overlaps_it() -> None:
    labelled_item = item(LINE, ("thiodiglycol", TDG, "listed"))
    scored = score(labelled_item, [find(LINE, "thiodiglycol 99", cas=(TDG,))], entries_of)
    assert (scored.missed, scored.wrong, scored.right) == ((), (), 1)


def test_a_label_without_a_find_is_missed_and_a_find_without_a_label_is_wrong() -> None:
    labelled_item = item(LINE, ("thiodiglycol", TDG, "listed"))
    scored = score(labelled_item, [find(LINE, "drums", cas=(TEA,))], entries_of)
    assert [label.text for label in scored.missed] == ["thiodiglycol"]
    assert [wrong.text for wrong in scored.wrong] == ["drums"]


def test_a_find_of_another_chemical_is_a_miss_and_wrong() -> None:
    labelled_item = item(LINE, ("thiodiglycol", TDG, "listed"))
    scored = score(labelled_item, [find(LINE, "thiodiglycol", cas=(TEA,))], entries_of)
    assert (len(scored.missed), len(scored.wrong), scored.right) == (1, 1, 0)


def test_another_number_under_the_same_entry_is_the_same_chemical() -> None:
    labelled_item = item(LINE, ("Sarin", SARIN, "listed"))
    assert not score(labelled_item, [find(LINE, "Sarin", cas=("329-99-7",))], entries_of).missed


def test_a_structure_without_a_number_is_held_against_the_entry() -> None:
    labelled_item = item(LINE, ("Sarin", SARIN, "listed"))
    drawn = find(LINE, "Sarin", kind="structure")
    right, wrong = (drawn._replace(entries=entries_of(cas)) for cas in (SARIN, TEA))
    assert not score(labelled_item, [right], entries_of).missed
    assert score(labelled_item, [wrong], entries_of).missed


def test_a_label_of_a_family_takes_any_number() -> None:
    labelled_item = item(LINE, ("Sarin", "", "listed"))
    assert not score(labelled_item, [find(LINE, "Sarin", cas=(TEA,))], entries_of).missed


def test_several_finds_over_one_label_count_once() -> None:
    labelled_item = item(LINE, ("thiodiglycol", TDG, "listed"))
    finds = [find(LINE, "thio", cas=(TDG,)), find(LINE, "diglycol", cas=(TDG,))]
    assert totals([score(labelled_item, finds, entries_of)]).precision == (1, 1)


def test_one_find_over_two_labels_finds_both() -> None:
    labelled_item = item(LINE, ("Sarin", "", "listed"), ("thiodiglycol", "", "listed"))
    assert totals([score(labelled_item, [find(LINE, "Sarin and thiodiglycol")], entries_of)]).recall == (2, 2)


def test_the_same_name_twice_is_two_labels(tmp_path: Path) -> None:
    (tmp_path / "en.yaml").write_text(
        '- {id: en-003, text: "TEA, TEA", form: line, kind: name,'
        ' listed: [{text: TEA, cas: null, verdict: review}, {text: TEA, cas: "102-71-6", verdict: either}]}',
        encoding="utf-8",
    )
    (labelled_item,) = labelled(tmp_path)
    assert [(label.start, label.cas) for label in labelled_item.labels] == [(0, ""), (5, TEA)]
    assert labelled_item.held_out


def test_a_label_that_does_not_stand_in_its_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "en.yaml").write_text(
        "- {id: en-001, text: TEA, form: line, kind: name, listed: [{text: TDG, cas: null, verdict: listed}]}",
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match="en-001"):
        labelled(tmp_path)


def test_a_verdict_agrees_where_it_is_as_labelled_or_either_was_allowed() -> None:
    def other(verdict: str, given: str) -> int:
        scored = score(item(LINE, ("Sarin", SARIN, verdict)), [find(LINE, "Sarin", given, cas=(SARIN,))], entries_of)
        return len(scored.other_verdict)

    assert (other("listed", "listed"), other("either", "review"), other("review", "listed")) == (0, 0, 1)


NUMBERED = "Glycerine, CAS 102-71-6, HS 2922.15"


def test_a_disagreement_over_a_number_makes_it_one_for_review() -> None:
    labelled_item = item(NUMBERED, (TEA, TEA, "review"))
    finds = [
        find(NUMBERED, TEA, "review", "disagreement"),
        find(NUMBERED, TEA, "listed", "cas", (TEA,)),
    ]
    scored = score(labelled_item, finds, entries_of)
    assert not scored.other_verdict
    assert (scored.right, scored.wrong) == (1, ())


@pytest.mark.parametrize(("verdict", "right"), [("review", 2), ("either", 2), ("listed", 1)])
def test_a_disagreeing_code_is_right_only_on_a_line_that_is_labelled_as_doubtful(verdict: str, right: int) -> None:
    labelled_item = item(NUMBERED, (TEA, TEA, verdict))
    finds = [find(NUMBERED, TEA, verdict, "cas", (TEA,)), find(NUMBERED, "2922.15", "review", "hs")]
    assert totals([score(labelled_item, finds, entries_of)]).precision == (right, 2)


def test_a_un_number_counts_with_the_label_of_its_chemical_and_is_wrong_elsewhere() -> None:
    text = "Thionyl chloride UN 1836"
    beside = item(text, ("Thionyl chloride", "7719-09-7", "listed"))
    number = find(text, "UN 1836", "review", "un", ("7719-09-7",))
    name = find(text, "Thionyl chloride", cas=("7719-09-7",))
    assert totals([score(beside, [name, number], entries_of)]).precision == (1, 1)
    assert totals([score(item(text), [number], entries_of)]).precision == (0, 1)
    assert totals([score(beside, [number], entries_of)]).recall == (0, 1)


def test_a_line_is_told_right_where_it_has_finds_and_labels_or_neither() -> None:
    none = item("Office chairs", id="en-002")
    listed = item(LINE, ("Sarin", SARIN, "listed"))
    counts = totals(
        [
            score(none, [], entries_of),
            score(none, [find("Office chairs", "chairs")], entries_of),
            score(listed, [find(LINE, "Sarin", cas=(SARIN,))], entries_of),
            score(listed, [], entries_of),
        ]
    ).counts
    assert (counts["lines_with_told"], counts["lines_with"]) == (1, 2)
    assert (counts["lines_without_left"], counts["lines_without"]) == (1, 2)


def test_f1_is_the_harmonic_mean_of_precision_and_recall() -> None:
    labelled_item = item(LINE, ("Sarin", SARIN, "listed"), ("thiodiglycol", TDG, "listed"))
    assert totals([score(labelled_item, [find(LINE, "Sarin", cas=(SARIN,))], entries_of)]).f1 == pytest.approx(2 / 3)
    assert totals([score(labelled_item, [], entries_of)]).f1 is None


def test_the_interval_is_wilsons() -> None:
    assert wilson(98, 100) == pytest.approx((0.9300, 0.9945), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


def test_misses_of_held_out_items_are_never_printed(capsys: pytest.CaptureFixture[str]) -> None:
    open_one, held_out = (item(LINE, ("Sarin", SARIN, "listed"), id=id) for id in ("en-001", "en-003"))
    print_misses(score(item, [find(LINE, "drums")], entries_of) for item in (open_one, held_out))
    printed = capsys.readouterr().out
    assert "en-001" in printed
    assert "MISSED 'Sarin'" in printed
    assert "WRONG 'drums'" in printed
    assert "en-003" not in printed


def test_every_label_of_the_set_stands_in_its_text_and_a_third_is_held_out() -> None:
    items = labelled()
    assert len({item.id for item in items}) == len(items)
    assert sum(item.held_out for item in items) == pytest.approx(len(items) / 3, abs=6)


def test_every_file_of_the_set_holds_one_language_and_every_third_item_of_it_is_held_out() -> None:
    items = labelled()
    by_lang = {lang: [item for item in items if item.lang == lang] for lang in {item.lang for item in items}}
    assert sorted(by_lang) == sorted(file.stem for file in CASES.glob("*.yaml"))
    for lang, of_lang in by_lang.items():
        assert [item.id for item in of_lang] == [f"{lang}-{number:03}" for number in range(1, len(of_lang) + 1)]
        assert {bool(item.labels) for item in of_lang if item.held_out} == {True, False}


def test_no_text_of_the_set_stands_twice_and_every_number_in_it_has_its_check_digit() -> None:
    items = labelled()
    assert [text for text, count in Counter(item.text for item in items).items() if count > 1] == []
    numbers = {label.cas for item in items for label in item.labels if label.cas}
    assert {number for number in numbers if not is_valid(number)} == set()
    assert {item.form for item in items} == {"line", "sentence"}
    assert {label.verdict for item in items for label in item.labels} == {"listed", "review", "either"}


def test_a_language_is_short_of_its_own_aim() -> None:
    def scores(lang: str, found: int) -> list[Score]:
        labels = [item(LINE, ("Sarin", SARIN, "listed"), id=f"{lang}-{number:03}") for number in range(1, 101)]
        finds = [find(LINE, "Sarin", cas=(SARIN,))]
        return [
            score(labelled_item, finds if number < found else [], entries_of)
            for number, labelled_item in enumerate(labels)
        ]

    assert short_of_aim([*scores("en", 96), *scores("de", 96)], "part").endswith("en (0.960 / 1.000).")
    assert "de (0.940 / 1.000)" in short_of_aim(scores("de", 94), "part")
    assert short_of_aim(scores("de", 96), "part").endswith("reached in every language.")


def test_the_plain_ways_find_printed_numbers_and_printed_names_and_no_more() -> None:
    ways = PlainFinders(Convention())
    text = "SARIN, thiodiglycol; 107-44-8; 64-17-5; sarinium"
    assert [find.text for find in ways.by_number(text)] == [SARIN]
    assert [(find.text, TDG in find.cas) for find in ways.by_name(text)] == [("SARIN", False), ("thiodiglycol", True)]


def test_invoice_lines_differ_from_each_other_and_are_the_same_each_time() -> None:
    lines = list(invoice_lines(3_000))
    assert len({line.text for line in lines}) == 3_000
    assert lines == list(invoice_lines(3_000))
    assert sum(line.about == "listed" for line in lines) == pytest.approx(450, abs=80)


def test_systematic_names_differ_and_have_three_places() -> None:
    names = systematic_names(500)
    assert len(set(names)) == 500
    assert all(len(set(re.findall(r"\d", name))) == 3 for name in names)


def test_the_written_pdf_reads_back_as_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "two.pdf"
    file.write_bytes(text_pdf([["Sarin (GB) 5 g", "Caf\u00e9 10 kg"], ["thiodiglycol"]]))
    with open_texts(file) as rows:
        texts = [text for batch in rows.batches() for text in batch.inputs.to_list()]
    read = " ".join(texts)
    assert all(line in read for line in ("Sarin (GB) 5 g", "Caf\u00e9 10 kg", "thiodiglycol"))
