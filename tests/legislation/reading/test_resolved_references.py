"""Each reference of a law leads to the passage that it means, or says that it leads out of the texts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from opencwc.convention.fields import load_yaml
from opencwc.convention.measures import Measures
from opencwc.legislation.reading.resolved_references import FILE, ResolvedReference
from opencwc.legislation.reading.stages import ReadLaw, read_sections
from opencwc.legislation.texts.headings import number_of
from opencwc.legislation.texts.sections import LegalSection

CASES = load_yaml((Path(__file__).parents[2] / "cases" / "references.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("table", load_yaml(FILE.read_text(encoding="utf-8")))
def test_every_pattern_of_references_compiles(table: str) -> None:
    for written in load_yaml(FILE.read_text(encoding="utf-8"))[table].values():
        re.compile(written, re.IGNORECASE)


def read(case: dict[str, Any], measures: Measures) -> ReadLaw:
    sections = []
    for id, text in case["sections"].items():
        kind = "annex" if id.startswith(("FIRST", "附件")) else "article"
        number = "annex 1" if kind == "annex" else number_of(id)
        sections.append(LegalSection("act.txt", id, "", text, 0, len(text), number, lang=case["lang"], kind=kind))
    return read_sections(sections, measures, [case["lang"]])


@pytest.mark.parametrize("case", CASES, ids=[case["lang"] for case in CASES])
def test_a_reference_leads_to_what_it_means(case: dict[str, Any], measures: Measures) -> None:
    law = read(case, measures)
    ids = list(case["sections"])
    for wanted in case["refers"]:
        at = ids.index(wanted["in"])
        text = law.texts[at].section.text
        start = text.index(wanted["words"])
        end = start + len(wanted["words"])
        covering = [one for one in law.links.references[at] if one.start < end and one.end > start]
        assert wanted["kind"] in [one.kind for one in covering], wanted
        reference = next(one for one in covering if one.kind == wanted["kind"])
        assert reference.clause == wanted.get("clause", ""), wanted
        assert _beginnings(law, ids, reference, wanted.get("to", {})) == wanted.get("to", {}), wanted


def _beginnings(law: ReadLaw, ids: list[str], reference: ResolvedReference, to: dict[str, str]) -> dict[str, str]:
    """Return the ids of the sections that a reference leads to, with as many words of the place as are wanted."""
    return {
        ids[place.section]: law.texts[place.section]
        .section.text[place.start : place.end]
        .lstrip()[: len(to.get(ids[place.section], ""))]
        for place in reference.places
    }


def test_another_act_of_the_same_state_is_found_by_its_name(measures: Measures) -> None:
    sections = [
        LegalSection("a.txt", "preamble", "", "Agents Act 2001", 0, 15, lang="en", kind="preamble"),
        LegalSection("a.txt", "3", "", "Section 9 of the Penal Code 1990 applies.", 16, 57, "3", lang="en"),
        LegalSection("b.txt", "preamble", "", "The Penal Code 1990", 0, 19, lang="en", kind="preamble"),
        LegalSection("b.txt", "9", "", "Attempts are punished.", 20, 42, "9", lang="en"),
    ]
    (reference,) = read_sections(sections, measures, ["en"]).links.references[1]
    assert reference.kind == "other_law" and [place.section for place in reference.places] == [3]
