"""The model laws and labels hold together: sections are printed, gaps are planted, and the terms read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opencwc.convention.fields import load_yaml
from opencwc.convention.measure_terms import fold
from opencwc.convention.measures import LANGUAGES, Measures, read_measures

CASES = Path(__file__).parents[1] / "cases" / "legislation"
HEADINGS = {
    "en": r"(?:Section )?\d+", "es": r"Art(?:ículo|\.) \d+", "fr": r"Art(?:icle|\.) (?:premier|\d+(?:er)?)",
    "ru": r"(?:Статья )?\d+", "zh": "第[一二三四五六七八九十]+[条條]", "ar": r"(?:ال)?مادة [^\s:]+",
}  # fmt: skip


def laws() -> Iterator[dict[str, Any]]:
    for path in sorted(CASES.glob("*.yaml")):
        if path.name != "labels.yaml" and not path.name.startswith("drafted"):
            raw = load_yaml(path.read_text(encoding="utf-8"))
            yield from raw.get("laws", [raw])


LAWS = {law["law"]: law for law in laws()}
MODEL = [name for name, law in LAWS.items() if law.get("variants")]
VARIANTS = {variant["id"]: (name, variant) for name in MODEL for variant in LAWS[name]["variants"]}


@pytest.fixture(scope="module")
def measures() -> Measures:
    return read_measures()


def sections(text: str, language: str, named: set[str]) -> dict[str, str]:
    """The text under each heading that the labels name; a numbered clause inside an article is not a heading."""
    styles = {re.sub(r"[\d一二三四五六七八九十]+", "", name) for name in named}
    printed: dict[str, str] = {}
    current = ""
    for line in text.splitlines():
        heading = re.match(HEADINGS[language], line)
        if heading and (
            not styles or re.sub(r"[\d一二三四五六七八九十]+", "", heading[0]) in styles or language == "ar"
        ):
            current = heading[0]
        if current:
            printed[current] = printed.get(current, "") + line + "\n"
    return printed


def labelled(labels: dict[str, Any]) -> Iterator[tuple[str, list[str], list[str]]]:
    """Each measure that a label names, with its sections and missing elements."""
    for measure, where in (labels.get("covered") or {}).items():
        yield measure, where, []
    for measure, label in (labels.get("partial") or {}).items():
        yield measure, label["in"], label["missing"]


def patched(law: dict[str, Any], variant: dict[str, Any]) -> str:
    text: str = law["text"]
    for patch in variant["patch"]:
        assert text.count(patch["replace"]) == 1, patch["replace"]
        text = text.replace(patch["replace"], patch["with"])
    return text


def test_every_language_has_a_complete_law_with_variants_and_two_texts_in_other_styles() -> None:
    for language in LANGUAGES:
        own = [law for law in LAWS.values() if law["language"] == language]
        assert len([law for law in own if law.get("variants")]) == 1
        assert len(own) >= 3


@pytest.mark.parametrize("name", LAWS)
def test_labels_name_measures_elements_and_printed_sections(measures: Measures, name: str) -> None:
    law = LAWS[name]
    named = {section for _, where, _ in labelled(law["labels"]) for section in where}
    assert named <= set(sections(law["text"], law["language"], named))
    every = [measure for measure, _, _ in labelled(law["labels"])]
    assert len(every) == len(set(every))
    assert not set(every) & set(law["labels"].get("doubtful") or ())
    for measure, where, missing in labelled(law["labels"]):
        labelled_measure = measures.measure(measure)
        assert labelled_measure is not None and where
        assert set(missing) <= {element.id for element in labelled_measure.elements}


@pytest.mark.parametrize("path", sorted(CASES.glob("drafted*.yaml")), ids=lambda path: path.stem)
def test_labels_of_drafted_laws_name_measures_and_their_sections(measures: Measures, path: Path) -> None:
    read = load_yaml(path.read_text(encoding="utf-8"))["laws"]
    assert {law["language"] for law in read} == {*LANGUAGES, "de"}
    for law in read:
        marked = set(re.findall(r"(?m)^\[\[(.+?)\]\]", law["text"]))
        covered, partial = law["labels"]["covered"], law["labels"]["partial"]
        assert not covered.keys() & partial.keys()
        for id, where in [*covered.items(), *((id, label["in"]) for id, label in partial.items())]:
            assert measures.measure(id) is not None and where and set(where) <= marked, (law["law"], id)


def test_labels_of_real_laws_name_measures_and_elements_and_quote_nothing(measures: Measures) -> None:
    raw = load_yaml((CASES / "labels.yaml").read_text(encoding="utf-8"))
    assert set(raw["laws"]) == {"fr", "fr-reg", "es", "es-cp", "es-rd", "sa", "sa-reg", "sa-bwc", "de", "de-v"}
    for law in raw["laws"].values():
        for measure, _, missing in labelled(law):
            labelled_measure = measures.measure(measure)
            assert labelled_measure is not None and set(missing) <= {
                element.id for element in labelled_measure.elements
            }
            if measure in (law.get("partial") or {}) and not missing:
                assert law["partial"][measure]["because"]
        reasons = [*(law.get("differs") or {}).values(), *(law.get("remarks") or {}).values()]
        assert all(len(reason) < 200 and reason.isascii() for reason in reasons)
    for state in raw["together"].values():
        assert set(state["laws"]) <= set(raw["laws"])
    assert not (raw["laws"]["sa-bwc"].keys() & {"covered", "partial"})


@pytest.mark.parametrize("name", MODEL)
def test_the_terms_find_what_a_model_law_covers(measures: Measures, name: str) -> None:
    law = LAWS[name]
    terms = measures.terms(law["language"])
    named = {section for _, where, _ in labelled(law["labels"]) for section in where}
    parts = sections(law["text"], law["language"], named)
    for id, where, missing in labelled(law["labels"]):
        measure = measures.measure(id)
        assert measure is not None
        text = fold("\n".join(parts[place] for place in where)).text
        by_reference = terms.holds((("by_reference",),), text)
        elements_met = [
            element.id
            for element in measure.elements
            if terms.holds(element.terms, text) or (by_reference and element.by_reference)
        ]
        assert {element.id for element in measure.missing(elements_met)} <= set(missing), id


@pytest.mark.parametrize("id", VARIANTS)
def test_a_variant_changes_its_law_once_and_labels_only_what_changes(measures: Measures, id: str) -> None:
    name, variant = VARIANTS[id]
    law = LAWS[name]
    assert patched(law, variant) != law["text"]
    before = {measure: (where, missing) for measure, where, missing in labelled(law["labels"])}
    for measure, label in variant["labels"].items():
        assert label["is"] in ("covered", "partial", "none")
        assert (label.get("in"), label.get("missing")) != before.get(measure)
        labelled_measure = measures.measure(measure)
        assert labelled_measure is not None
        if label["is"] == "partial":
            groups = {element.one_of for element in labelled_measure.elements if element.one_of}
            assert set(label["missing"]) <= {element.id for element in labelled_measure.elements} and not groups & set(
                label["missing"]
            )
        else:
            assert "missing" not in label
