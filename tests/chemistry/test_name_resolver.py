"""A name or number goes through the steps in the order of trust, and how it was found stays with what was found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from opencwc.chemistry import name_index
from opencwc.chemistry.name_resolver import STEPS, Candidate, Resolver
from opencwc.chemistry.systematic_names import SystematicNames
from opencwc.convention import Convention
from opencwc.errors import UnavailableError

pytestmark = pytest.mark.usefixtures("name_index")
CONVENTION = Convention(date(2026, 11, 24))
RESOLVER = Resolver(CONVENTION)
CURATED = [
    name.text
    for chemical in RESOLVER.curated.chemicals
    if chemical.named_in
    for name in chemical.names
    if name.kind in ("official", "common")
]


@pytest.fixture(scope="module", autouse=True)
def java_ends_with_the_module() -> Iterator[None]:
    yield
    if "systematic" in RESOLVER.__dict__ and RESOLVER.systematic:
        RESOLVER.systematic.close()


def in_brief(candidates: tuple[Candidate, ...]) -> list[tuple[str, str, str]]:
    return [(candidate.cas, candidate.found, candidate.sure) for candidate in candidates]


def same(smiles: str, other: str) -> bool:
    return Chem.CanonSmiles(smiles) == Chem.CanonSmiles(other)


# The order of trust


@pytest.mark.parametrize(
    ("text", "step", "sure"),
    [
        ("triéthanolamine", "curated", "certain"),
        ("TEA", "curated", "ambiguous"),
        ("aspirin", "index", "certain"),
        ("ethyl propan-2-yl pentane-1,5-diyl-bis-phosphonate", "systematic", "certain"),
        ("thiodiglykoll", "near", "doubtful"),
    ],
)
def test_each_step_answers_what_the_ones_before_do_not_know(text: str, step: str, sure: str) -> None:
    candidates = RESOLVER.resolve(text)
    assert {(candidate.found, candidate.sure) for candidate in candidates} == {(step, sure)}


def test_a_curated_name_needs_neither_the_index_nor_java() -> None:
    fresh = Resolver(CONVENTION)
    assert fresh.resolve("Sarin")
    assert fresh.resolve("triethanolamine")
    assert fresh.by_number("107-44-8")
    assert not {"index", "systematic", "near"} & set(fresh.__dict__)


def test_a_curated_name_overrides_what_the_index_says_of_it() -> None:
    curated, index = RESOLVER.resolve("dimethyl phosphite"), RESOLVER.by_index("dimethyl phosphite")
    assert [candidate.found for candidate in curated] == ["curated"]
    assert {candidate.found for candidate in index} <= {"index"}


@pytest.mark.parametrize(
    ("text", "cas", "smiles"),
    [
        ("2-chloroethylchloromethylsulfide", "2625-76-5", "ClCCSCCl"),
        ("2-Chloroethyl chloromethyl sulfide", "2625-76-5", "ClCCSCCl"),
        ("sulfur monochloride", "10025-67-9", "ClSSCl"),
        ("sulphur monochloride", "10025-67-9", "ClSSCl"),
        ("sulfur dichloride", "10545-99-0", "ClSCl"),
        ("dimethyl phosphite", "868-85-9", "COP(=O)OC"),
        ("diethyl phosphite", "762-04-9", "CCOP(=O)OCC"),
        ("Methylphosphinyl difluoride", "753-59-3", "CP(F)F"),
    ],
)
def test_names_that_the_package_or_opsin_read_wrongly_come_out_right(text: str, cas: str, smiles: str) -> None:
    (candidate,) = RESOLVER.resolve(text)
    assert (candidate.cas, candidate.found, candidate.sure) == (cas, "curated", "certain")
    assert any(same(drawn.replace("[PH]", "P"), smiles) for drawn in candidate.structures), candidate.structures


def test_a_number_that_the_package_gives_to_another_molecule_comes_out_right() -> None:
    (candidate,) = RESOLVER.by_number("753-59-3")
    assert (candidate.found, candidate.name) == ("curated", "Methylphosphinyl difluoride")
    assert all(Chem.MolFromSmiles(drawn).GetNumHeavyAtoms() == 4 for drawn in candidate.structures)


# Ambiguity is kept


@pytest.mark.parametrize(
    ("text", "among"),
    [
        ("TEA", {"102-71-6", "121-44-8"}),
        ("lewisite", {"541-25-3", "40334-69-8", "40334-70-1"}),
        ("nitrogen mustard", {"538-07-8", "51-75-2", "555-77-1"}),
        ("TMP", {"121-45-9", "512-56-1", "77-99-6"}),
        ("DMP", {"868-85-9", "131-11-3"}),
        ("MPA", {"993-13-5"}),
        ("ДЭА", {"111-42-2", "109-89-7"}),
    ],
)
def test_a_name_of_several_chemicals_keeps_them_all(text: str, among: set[str]) -> None:
    candidates = RESOLVER.resolve(text)
    assert among <= {candidate.cas for candidate in candidates}
    assert len(candidates) > 1
    assert {candidate.sure for candidate in candidates} == {"ambiguous"}


def test_mustard_alone_is_not_settled_as_certain() -> None:
    assert all(candidate.sure != "certain" or candidate.found != "near" for candidate in RESOLVER.resolve("mustard"))
    (gas,) = RESOLVER.resolve("mustard gas")
    assert (gas.cas, gas.sure) == ("505-60-2", "certain")


def test_phosgene_oxime_is_another_chemical_than_phosgene() -> None:
    assert in_brief(RESOLVER.resolve("phosgene oxime")) == [("1794-86-1", "curated", "certain")]
    assert in_brief(RESOLVER.resolve("phosgene")) == [("75-44-5", "curated", "certain")]


def test_a_name_of_the_index_with_two_structures_is_ambiguous() -> None:
    candidates = RESOLVER.resolve("dichlor amine")
    assert {(candidate.found, candidate.sure) for candidate in candidates} == {("index", "ambiguous")}
    assert {"51-75-2", "3400-09-7"} <= {candidate.cas for candidate in candidates}


def test_a_name_that_speaks_of_a_polymer_is_doubtful() -> None:
    candidates = RESOLVER.by_index("polyethylene glycol monooleate polymer") or RESOLVER.by_index("polymer with ethene")
    assert all((candidate.sure, candidate.doubt) == ("doubtful", "doubt_named_polymer") for candidate in candidates)


# Near spellings


@pytest.mark.parametrize(
    ("text", "cas"),
    [
        ("triethanolamime", "102-71-6"),
        ("Phosgeen", "75-44-5"),
        ("thionylchlorid", "7719-09-7"),
        ("chlorpicrine", "76-06-2"),
        ("триэтоноламин", "102-71-6"),
    ],
)
def test_a_near_spelling_finds_the_chemical_and_is_doubtful(text: str, cas: str) -> None:
    candidates = [candidate for candidate in RESOLVER.resolve(text) if candidate.cas == cas]
    assert candidates
    assert all(
        candidate.found != "near" or (candidate.sure, candidate.doubt) == ("doubtful", "doubt_near_spelling")
        for candidate in candidates
    )


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CURATED), st.data())
def test_a_name_with_a_letter_changed_is_never_a_certain_near_spelling(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name) - 1))
    other = data.draw(st.sampled_from(["", "x", name[place] * 2]))
    candidates = RESOLVER.by_near_name(name[:place] + other + name[place + 1 :])
    for candidate in candidates:
        assert (candidate.found, candidate.sure, candidate.doubt) == ("near", "doubtful", "doubt_near_spelling")
        assert candidate.chemical is not None
        assert candidate.chemical.named_in


@pytest.mark.parametrize(
    "text",
    ["dimethyl phosphate", "triethylamine", "diethanolamine", "methanol", "sodium chloride", "thionyl bromide",
     "phosphine", "custard", "nitric acid", "acetone cyanohydrin"],
)  # fmt: skip
def test_the_name_of_another_chemical_is_no_near_spelling(text: str) -> None:
    assert all(candidate.found != "near" for candidate in RESOLVER.resolve(text))


# Numbers


def test_a_number_is_looked_up_in_the_curated_table_then_in_the_index() -> None:
    assert in_brief(RESOLVER.by_number("102-71-6")) == [("102-71-6", "curated", "certain")]
    assert in_brief(RESOLVER.by_number("67-64-1")) == [("67-64-1", "index", "certain")]
    assert RESOLVER.by_number("9999999-99-5") == ()


def test_every_number_of_the_table_gives_its_own_chemical() -> None:
    for chemical in RESOLVER.curated.chemicals:
        (candidate,) = RESOLVER.by_number(chemical.cas)
        assert (candidate.cas, candidate.sure, candidate.structures) == (chemical.cas, "certain", chemical.structures)


# What is not installed


def test_without_opsin_systematic_names_are_unknown_and_nothing_else_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystematicNames, "available", staticmethod(lambda: False))
    without = Resolver(CONVENTION)
    systematic = "ethyl propan-2-yl pentane-1,5-diyl-bis-phosphonate"
    assert without.resolve(systematic) == ()
    for name in ("Sarin", "aspirin"):
        assert without.resolve(name) == RESOLVER.resolve(name)
    assert without.by_systematic_names([systematic]) == [()]
    assert in_brief(without.resolve("thiodiglykoll")) == in_brief(RESOLVER.resolve("thiodiglykoll"))


def test_without_the_package_curated_names_are_known_and_others_say_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(name_index, "find_spec", lambda name: None)
    without = Resolver(CONVENTION)
    assert in_brief(without.resolve("Sarin")) == [("107-44-8", "curated", "certain")]
    with pytest.raises(UnavailableError, match="not installed"):
        without.resolve("aspirin")


ANY = st.one_of(
    st.sampled_from(CURATED),
    st.sampled_from(["aspirin", "acetone", "dichlor amine", "thiodiglykoll", "nobody knows", "", "2-(diethylamino)"]),
    st.sampled_from(["TEA", "lewisite", "2-(ethyl(propyl)amino)ethanol", "bis(2-chloroethyl)propylamine"]),
    st.text(max_size=20),
)


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_candidates_of_any_text_are_of_one_step_and_agree_how_sure_they_are(text: str) -> None:
    candidates = RESOLVER.resolve(text)
    assert len({candidate.found for candidate in candidates}) <= 1
    assert all(candidate.found in STEPS for candidate in candidates)
    if len(candidates) > 1:
        assert all(candidate.sure != "certain" for candidate in candidates)
