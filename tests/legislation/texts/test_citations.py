"""What stands in a section is cited as the law's own language cites it, down to the item."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from opencwc.convention.fields import load_yaml
from opencwc.legislation.texts.citations import act_title, citation, find_subdivision
from opencwc.legislation.texts.legal_texts import LegalText
from opencwc.legislation.texts.passages import LegalPassage
from opencwc.legislation.texts.sections import LegalSection, sections_of

CASES = load_yaml((Path(__file__).parents[2] / "cases" / "citations.yaml").read_text(encoding="utf-8"))


def section_of(case: dict[str, Any], start: int = 100) -> LegalSection:
    return LegalSection("act.txt", case["id"], "", case["text"], start, start + len(case["text"]), lang=case["lang"])


@pytest.mark.parametrize("case", CASES, ids=[f"{case['lang']} {case['id']}" for case in CASES])
def test_a_place_is_cited_in_the_style_of_its_language(case: dict[str, Any]) -> None:
    section = section_of(case)
    cited = {words: citation(section, section.start + case["text"].index(words)) for words in case["cited"]}
    assert cited == case["cited"]


def test_a_passage_that_holds_several_items_is_cited_from_the_first_to_the_last() -> None:
    section = section_of(CASES[0])
    text = section.text
    first, last = text.index("(a)"), text.index("(ii)")
    passage = LegalPassage(section, section.start + first, section.start + last, text[first:last])
    assert passage.citation == "section 6(1)(a) to (b)"
    assert LegalPassage(section, section.start, section.end, text).citation == "section 6"


def test_an_item_is_found_by_its_marks() -> None:
    section = section_of(CASES[0])
    item = find_subdivision(section, ("1", "b", "ii"))
    assert item is not None and section.text[item.start : item.end].strip() == "(ii) lend one."
    assert find_subdivision(section, ("3",)) is None


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("REPUBLIC\nThe Agents Act, 2001\nAn Act to ban agents.\n", "The Agents Act, 2001"),
        ("JOURNAL OFFICIEL\n\nLoi n° 5 du 3 mai relative aux agents\n", "Loi n° 5 du 3 mai relative aux agents"),
        ("禁止制剂条例\n（公布）\n", "禁止制剂条例"),
        ("Notes\n", "act"),
    ],
)
def test_an_act_is_called_what_it_calls_itself(head: str, title: str) -> None:
    text = LegalText("act.txt", f"{head}Article 1. Use is banned.\nArticle 2. Attempts are.\nArticle 3. All are.\n")
    assert act_title(text, sections_of(text)) == title
