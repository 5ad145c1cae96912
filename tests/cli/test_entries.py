"""`opencwc entries` and `opencwc entry`: the rules as a person reads them."""

from __future__ import annotations

import pytest

from opencwc.convention import Convention

from .conftest import Run


def test_every_entry_in_force_is_listed_with_its_source(run: Run) -> None:
    done = run("entries", "--as-of", "2026-11-24")
    lines = [line.split("\t") for line in done.text.splitlines()]
    assert done.status == 0
    assert {line[0] for line in lines} == {f"{entry.list} {entry.id}" for entry in Convention().entries}
    assert all(len(line) == 3 and line[1] and line[2].endswith(")") for line in lines)


def test_entries_of_one_list_and_of_an_earlier_day_are_chosen(run: Run) -> None:
    only = run("entries", "--lists", "CWC").text
    assert "CWC 2B04" in only
    assert "AG " not in only
    assert "CWC 1A13" in only
    assert "CWC 1A13" not in run("entries", "--lists", "CWC", "--as-of", "2020-06-06").text


def test_an_entry_is_printed_with_its_rule_source_salts_and_duties(run: Run) -> None:
    output = run("entry", "2b04").text
    assert output.startswith("CWC 2B04  ")
    for word in (
        "Source: ",
        "In force since: 1997-04-29",
        "Salts: ",
        "P{A}",
        "A: alkyl(R4)",
        "Fonofos (944-22-9)",
        "Verification Annex VII",
    ):
        assert word in output


def test_an_entry_is_printed_in_french(run: Run) -> None:
    output = run("entry", "1A01", "--lang", "fr").text
    assert "Alkylphosphonofluoridates de O-alkyle" in output
    assert "Inscription" not in output.splitlines()[0]


def test_an_entry_that_does_not_exist_is_refused_with_the_nearest_ones(run: Run) -> None:
    done = run("entry", "2B4")
    assert done.status == 2
    assert "Did you mean" in done.err
    assert "2B04" in done.err
    assert run("entry", "1A13", "--as-of", "2020-06-06").status == 2


def test_what_has_no_meaning_is_refused(run: Run) -> None:
    assert "The available lists are: CWC, AG" in run("entries", "--lists", "ZZ").err
    assert "Write the date as 2020-06-07" in run("entries", "--as-of", "7 June 2020").err
    assert run("entries", "--lang", "tlh").status == 2


@pytest.mark.parametrize(("id", "list_name"), [("1C450.b.1", "EU"), ("ML7.d.2", "ML"), ("ii.acetone", "UN88")])
def test_an_entry_of_a_list_that_is_off_is_shown_too(run: Run, id: str, list_name: str) -> None:
    assert run("entry", id).text.casefold().startswith(f"{list_name} {id}  ".casefold())
    assert run("entry", id, "--lists", "CWC").status == 2
