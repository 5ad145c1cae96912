"""Every name leads back to its own chemical: those of the curated table, and those of the package for what is listed.

What does not is in tests/cases/name_exceptions.yaml, each name with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from opencwc.chemistry.curated_names import CuratedChemical
from opencwc.chemistry.name_index import SOURCES
from opencwc.chemistry.name_resolver import Candidate
from opencwc.chemistry.names import normalise_name
from opencwc.chemistry.registry_numbers import looks_like_cas
from opencwc.convention.fields import load_yaml
from opencwc.finding import Rule
from opencwc.screening.model import Outcome
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.screening.structure_screener import MET

pytestmark = pytest.mark.usefixtures("name_index")
EXCEPTIONS: dict[str, list[dict[str, Any]]] = load_yaml(
    (Path(__file__).parents[1] / "cases" / "name_exceptions.yaml").read_text(encoding="utf-8")
)
SCREENER = Screener(Rulebook.of(date(2026, 11, 24)))
SCREENER.__dict__["answer_structure"] = cache(SCREENER.answer_structure)  # one drawing has many names
RESOLVER = SCREENER.known.resolver
BESIDE_AN_AGENT = {
    normalise_name(word.word) for word in SCREENER.rulebook.convention.naming.ordinary if "agent" in word.needs
}
"""Everyday words that are read only in one list with an agent of Schedule 1."""
LISTED = {chemical.cas: chemical for chemical in RESOLVER.curated.chemicals if chemical.named_in}


@pytest.fixture(scope="module", autouse=True)
def java_ends_with_the_module() -> Iterator[None]:
    yield
    if "systematic" in RESOLVER.__dict__ and RESOLVER.systematic:
        RESOLVER.systematic.close()


@pytest.fixture(scope="module")
def package_names(name_index: None) -> list[tuple[str, str]]:
    """Return number and name of every row of the package's files that has the number of a listed chemical."""
    import chemicals

    folder = Path(chemicals.__file__).parent / "Identifiers"
    names: dict[tuple[str, str], None] = {}
    for source in SOURCES:
        with (folder / source).open(encoding="utf-8") as lines:
            for line in lines:
                _, cas, *columns = line.rstrip("\n").split("\t")
                if cas in LISTED:
                    names.update({(cas, name): None for name in columns[5:] if name and not looks_like_cas(name)})
    return list(names)


def curated() -> Iterator[tuple[CuratedChemical, str]]:
    for chemical in RESOLVER.curated.chemicals:
        for name in chemical.names:
            yield chemical, name.text


def numbers(candidates: tuple[Candidate, ...]) -> set[str]:
    return {candidate.cas for candidate in candidates}


def rules_met(outcomes: tuple[Outcome, ...]) -> set[Rule]:
    return {outcome.rule for outcome in outcomes if outcome.rule is not None and outcome.verdict in MET}


def entries_of(chemical: CuratedChemical) -> set[Rule]:
    return {entry.rule for entry, _ in chemical.named_in}


# The curated table


def test_every_curated_name_resolves_to_its_own_chemical_and_to_no_other_that_lacks_the_name() -> None:
    owners: dict[str, set[str]] = {}
    for chemical, name in curated():
        for spelling in RESOLVER.curated.by_name(name):
            owners.setdefault(name, set()).add(spelling.chemical.cas)
        owners[name].add(chemical.cas)
    wrong = []
    for name, expected in owners.items():
        candidates = RESOLVER.resolve(name)
        sure = {"certain"} if len(expected) == 1 else {"ambiguous"}
        if numbers(candidates) != expected or {candidate.sure for candidate in candidates} != sure:
            wrong.append((name, expected, numbers(candidates)))
        if {candidate.found for candidate in candidates} != {"curated"}:
            wrong.append((name, expected, {candidate.found for candidate in candidates}))
    assert wrong == []


def test_every_curated_name_of_a_listed_chemical_is_screened_under_its_entries() -> None:
    wrong = [
        (chemical.cas, name)
        for chemical, name in curated()
        if chemical.named_in and not entries_of(chemical) <= rules_met(SCREENER.answer(name, "name"))
    ]
    assert wrong == []


def test_every_curated_name_is_found_in_running_text_at_its_place() -> None:
    explained = {(exception["cas"], exception["name"]) for exception in EXCEPTIONS["in_text"]}
    missed = []
    for chemical, name in curated():
        if ": " in name or (chemical.cas, name) in explained:  # "Sarin: O-isopropyl ...": two names in one
            continue
        beside = "lewisite" if normalise_name(name) in BESIDE_AN_AGENT else "class 6.1, chemical warfare agent"
        mentions = [mention for mention in SCREENER.finder.find(f"200 kg {name}, {beside}") if mention.known]
        over = [mention for mention in mentions if mention.start < 7 + len(name) and mention.end > 7]
        if not any(mention.known and chemical.cas in mention.known.cas for mention in over):
            missed.append((chemical.cas, name, [mention.text for mention in over]))
    assert missed == [], len(missed)


def test_names_that_running_text_is_not_searched_for_are_few_and_each_has_a_reason() -> None:
    for exception in EXCEPTIONS["in_text"]:
        assert exception["reason"].strip()
        assert exception["cas"] in numbers(RESOLVER.resolve(exception["name"])), exception
        mentions = SCREENER.finder.find(f"200 kg {exception['name']}, class 6.1, chemical warfare agent")
        assert not any(mention.known and exception["cas"] in mention.known.cas for mention in mentions), (
            f"{exception} is found now"
        )
    assert len(EXCEPTIONS["in_text"]) <= 25


# The package


def test_every_name_of_the_package_for_a_listed_chemical_resolves_to_it_or_is_an_exception(
    package_names: list[tuple[str, str]],
) -> None:
    explained = {(exception["cas"], exception["name"]) for exception in EXCEPTIONS["package"]}
    resolved = [RESOLVER.resolve(name) for _, name in package_names]
    wrong = [
        (cas, name, numbers(candidates))
        for (cas, name), candidates in zip(package_names, resolved, strict=True)
        if numbers(candidates) != {cas} and (cas, name) not in explained
    ]
    assert wrong == []
    assert len(package_names) > 2_000


def test_every_name_of_the_package_for_a_listed_chemical_is_screened_under_its_entries_or_is_an_exception(
    package_names: list[tuple[str, str]],
) -> None:
    explained = {
        (exception["cas"], exception["name"]) for exception in EXCEPTIONS["package"] if exception.get("not_met")
    }
    wrong = [
        (cas, name)
        for cas, name in package_names
        if (cas, name) not in explained and not _is_another_number(cas, name)
        if not entries_of(LISTED[cas]) <= rules_met(SCREENER.answer(name, "name"))
    ]
    assert wrong == []


def _is_another_number(cas: str, name: str) -> bool:
    return any(exception["name"] == name and cas not in exception["resolves_to"] for exception in EXCEPTIONS["package"])


def test_each_exception_is_a_name_of_the_package_resolves_as_it_says_and_gives_its_reason(
    package_names: list[tuple[str, str]],
) -> None:
    known = set(package_names)
    for exception in EXCEPTIONS["package"]:
        assert (exception["cas"], exception["name"]) in known, exception
        assert numbers(RESOLVER.resolve(exception["name"])) == set(exception["resolves_to"]), exception
        assert exception["reason"].strip()
        is_met = entries_of(LISTED[exception["cas"]]) <= rules_met(SCREENER.answer(exception["name"], "name"))
        assert not (exception.get("not_met") and is_met), f"{exception} is met now"
    assert len(EXCEPTIONS["package"]) <= 30


def test_an_exception_for_another_number_is_screened_as_that_number_is() -> None:
    for exception in EXCEPTIONS["package"]:
        if exception["cas"] not in exception["resolves_to"]:
            assert rules_met(SCREENER.answer(exception["name"], "name")) == rules_met(
                SCREENER.answer(exception["resolves_to"][0], "cas")
            ), exception
