"""Each rule of running text makes of a line what a chemist would, and what is told can be said in six languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from message_ids import ids_in
from opencwc.chemistry.name_parts import NameParts
from opencwc.chemistry.name_resolver import Candidate
from opencwc.convention.fields import load_yaml
from opencwc.files.rows import Rows, ValueLimits, part_of_values
from opencwc.finding import Verdict
from opencwc.screening.batches import BatchScreener
from opencwc.screening.mentions import Mention, finder
from opencwc.screening.mentions.first_look import NUMBER, Signs
from opencwc.screening.mentions.model import Judge
from opencwc.screening.mentions.near_spellings import NearSpellings
from opencwc.screening.mentions.other_meanings import OtherMeanings
from opencwc.screening.model import Outcome, Question
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.screening.structure_screener import MET
from opencwc.wording import LANGUAGES, say

pytestmark = pytest.mark.usefixtures("name_index")
CASES: list[dict[str, Any]] = load_yaml(
    (Path(__file__).parents[1] / "cases" / "mentions_rules.yaml").read_text(encoding="utf-8")
)
SCREENER = Screener(Rulebook.of(date(2026, 11, 24)))
LINES = [(group["rule"], case) for group in CASES for case in group["cases"]]


@pytest.fixture(scope="module", autouse=True)
def java_ends_with_the_module() -> Iterator[None]:
    yield
    known = SCREENER.known.resolver
    if "systematic" in known.__dict__ and known.systematic:
        known.systematic.close()


def mentions_in(text: str) -> list[Mention]:
    return [mention for mention in SCREENER.finder.find(text) if mention.verdict in MET]


def message_ids(mention: Mention) -> set[str]:
    return {message_id for outcome in mention.outcomes for message_id in ids_in(outcome.message)}


def outcome_of(text: str) -> Outcome:
    (mention,) = mentions_in(text)
    return mention.outcomes[0]


def readings_of(mention: Mention) -> list[tuple[Mention, str, str]]:
    """Return each way in which a mention names its chemical: what is written there, and of what kind that is."""
    readings = mention.outcomes[0].readings
    if not readings:
        return [(mention, mention.text, mention.kind)]
    return [
        (mention, reading.written, mention.kind if reading.written == mention.text else reading.kind)
        for reading in readings
    ]


# Every rule, by its cases


@pytest.mark.parametrize(("rule", "case"), LINES, ids=[f"{rule}: {case['text']}" for rule, case in LINES])
def test_a_line_is_told_as_written_in_the_cases(rule: str, case: dict[str, Any]) -> None:
    mentions = mentions_in(case["text"])
    read = [reading for mention in mentions for reading in readings_of(mention)]
    got = [(written, str(mention.verdict)) for mention, written, _ in read]
    assert sorted(got) == sorted((str(labelled["written"]), labelled["verdict"]) for labelled in case["found"])
    kinds = [(str(labelled["written"]), labelled["verdict"]) for labelled in case["found"]]
    for mention, written, kind in read:
        expected = case["found"][kinds.index((written, str(mention.verdict)))]
        numbers = set(mention.known.cas) if mention.known else set()
        assert expected.get("kind", kind) == kind
        assert set(expected.get("cas", ())) <= numbers
        assert not set(expected.get("not_cas", ())) & numbers
        assert set(expected.get("says", ())) <= message_ids(mention), message_ids(mention)
        assert not set(expected.get("not_says", ())) & message_ids(mention), message_ids(mention)


def test_every_rule_has_a_line_with_and_one_without_a_listed_chemical_or_says_both_ways() -> None:
    assert len(CASES) >= 15
    assert len(LINES) >= 90
    assert len({case["text"] for _, case in LINES}) == len(LINES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_told_of_every_line_can_be_said(lang: str) -> None:
    for _, case in LINES:
        for mention in SCREENER.finder.find(case["text"]):
            for outcome in mention.outcomes:
                assert say(outcome.message, lang).strip()
                assert "%(" not in say(outcome.message, lang)
                for part in outcome.evidence:
                    assert part.value.strip() or not part.span


# Evidence


def test_the_evidence_is_the_place_and_what_the_line_states() -> None:
    text = "Thiodiglycol 98 %, 4 drums of 200 kg, HS 2930.70, UN 2966"
    outcome = outcome_of(text)
    stated = [(part.kind, text[part.span[0] : part.span[1]], part.value) for part in outcome.evidence if part.span]
    assert stated[0][:2] == ("mention", "Thiodiglycol")
    assert ("concentration", "98 %", "98 %") in stated
    assert ("quantity", "200 kg", "200 kg") in stated
    assert ("packaging", "4 drums", "drum 4") in stated
    assert {"hs_code", "un_number"} <= {kind for kind, _, _ in stated}


def test_a_statement_belongs_to_the_nearest_mention_of_its_line() -> None:
    text = "phosgene 5 kg; thiodiglycol 98 % 20 kg"
    phosgene, thiodiglycol = mentions_in(text)
    assert [part.label for part in phosgene.outcomes[0].evidence if part.kind == "quantity"] == ["5 kg"]
    assert [part.label for part in thiodiglycol.outcomes[0].evidence if part.kind == "quantity"] == ["20 kg"]
    assert [part.label for part in phosgene.outcomes[0].evidence if part.kind == "concentration"] == []


def test_a_statement_of_another_line_does_not_belong() -> None:
    (mention,) = mentions_in("thiodiglycol\nlactic acid 80 %, 500 kg")
    assert {part.kind for part in mention.outcomes[0].evidence if part.span} == {"mention"}


@pytest.mark.parametrize("concentration", ["0.1 %", "5 %", "29 %", "31 %", "99 %"])
def test_a_concentration_never_changes_the_verdict(concentration: str) -> None:
    for name in ("thiodiglycol", "triethanolamine", "amiton", "sarin", "phosgene"):
        (without,), (stated,) = mentions_in(f"{name}, 5 kg"), mentions_in(f"{name} {concentration}, 5 kg")
        assert stated.verdict == without.verdict == Verdict.LISTED
        assert {outcome.rule for outcome in stated.outcomes} == {outcome.rule for outcome in without.outcomes}


def test_a_wrong_check_digit_is_told_with_the_digit_and_with_the_chemical_that_is_meant() -> None:
    (mention,) = mentions_in("CAS 102-71-7, 200 kg")
    for lang in LANGUAGES:
        sentence = say(mention.outcomes[0].message, lang)
        assert "102-71-7" in sentence
        assert "102-71-6" in sentence


def test_a_number_and_a_name_that_disagree_are_told_with_both_readings() -> None:
    disagreements = [
        mention for mention in mentions_in("triethanolamine, CAS 121-44-8") if mention.kind == "disagreement"
    ]
    message = say(disagreements[0].outcomes[0].message, "en")
    assert "121-44-8" in message
    assert "triethanolamine" in message.lower()
    assert "triethylamine" in message.lower()


def test_an_hs_code_that_does_not_belong_is_told_with_those_that_would() -> None:
    codes = [mention for mention in mentions_in("HS 2812.13 phosgene, 200 kg") if mention.kind == "hs"]
    message = say(codes[0].outcomes[0].message, "en")
    assert "2812.13" in message
    assert "2812.11" in message


# As an answer


def test_the_answer_to_a_text_is_its_mentions_with_their_places_and_basis_text() -> None:
    text = "5 kg of phosgene and thionyl chloride"
    answers = SCREENER.answer(text, "text")
    listed = [answer for answer in answers if answer.verdict is Verdict.LISTED]
    assert {(mention.written, mention.basis) for mention in listed} == {
        ("phosgene", "text"),
        ("thionyl chloride", "text"),
    }
    assert all(text[mention.span[0] : mention.span[1]] == mention.written for mention in listed)


def test_a_text_without_a_chemical_says_that_none_was_recognised() -> None:
    (finding,) = SCREENER.answer("spare parts for tractors", "text")
    assert (finding.verdict, finding.message.id) == (Verdict.NOT_LISTED, "why_no_mention")


# Any text


PIECES = st.one_of(
    st.sampled_from([case["text"] for _, case in LINES]),
    st.sampled_from(["sarin", "TEA", "CAS", "102-71-6", "HS", "2812.11", "UN 1076", "20 kg", "85 %", "phosgene", "PCl3",
                     "السارين", "зарином", "三乙醇胺", "CC(C)OP(C)(=O)F", "2-(", ")ethanol", "\n", ";", " ", "\t"]),
    st.text(max_size=10),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=6).map(" ".join))
def test_mentions_of_any_text_stand_in_it_in_order_and_can_be_said(text: str) -> None:
    mentions = SCREENER.finder.find(text)
    assert [mention[:2] for mention in mentions] == sorted(mention[:2] for mention in mentions)
    for mention in mentions:
        assert 0 <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
        assert mention.outcomes
        for outcome in mention.outcomes:
            assert outcome.basis == "text"
            assert say(outcome.message, "en")


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=5).map(" ".join))
def test_a_finder_that_has_read_much_answers_as_before(text: str) -> None:
    assert SCREENER.finder.find(text) == SCREENER.finder.find(text)


# Many texts at once


@pytest.mark.parametrize("characters", [1, 200, finder.CHARACTERS_AT_ONCE])
def test_each_of_many_texts_is_answered_as_it_is_alone(characters: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finder, "CHARACTERS_AT_ONCE", characters)
    texts = [
        "",
        "5 kg \u202eniras\u202c",
        *(case["text"] for _, case in LINES),
        "chairs",
        "5 kg \u202eniras\u202c of TEA",
    ]
    together = list(SCREENER.finder.find_all(texts))
    assert together == [SCREENER.finder.find(text) for text in texts]
    outcomes = [tuple(outcome for mention in mentions for outcome in mention.outcomes) for mentions in together]
    assert list(SCREENER.finder.answer_all(texts)) == outcomes


def test_opsin_is_asked_for_the_names_of_many_texts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = SCREENER.known.resolver
    names = [
        "4-bromo-2-methoxy-5-nitrobenzonitrile",
        "3-ethyl-5-iodo-2-propoxyphenol",
        "2-butyl-4-fluoro-6-nitroaniline",
    ]
    asked_for: list[list[str]] = []

    def by_systematic_names(texts: Sequence[str]) -> list[tuple[Candidate, ...]]:
        asked_for.append(list(texts))
        return [
            (Candidate(text, "", ("CCO",), "systematic", "certain", text),) if text in names else () for text in texts
        ]

    monkeypatch.setattr(resolver, "by_systematic_names", by_systematic_names)
    mentions_by_text = list(SCREENER.finder.find_all(f"{name}, 5 kg" for name in names))
    assert [[(candidate.text, candidate.kind) for candidate in some] for some in mentions_by_text] == [
        [(name, "systematic")] for name in names
    ]
    assert len(asked_for) == 1
    assert set(names) <= set(asked_for[0])


def test_an_amount_is_weighed_as_any_word_is_and_not_remembered() -> None:
    cut = ["12345", "2922", "1076", "11", "99999999"]
    scanner, curated = SCREENER.finder.scanner, SCREENER.known.resolver.curated
    other_meanings = OtherMeanings(scanner, curated, NameParts.load())
    signs = Signs(scanner, NearSpellings(Judge(SCREENER), scanner, other_meanings))
    assert [signs.of(word, [word]) for word in cut] == [0, NUMBER, 0, 0, NUMBER]
    assert not {"12345", "2922", "1076"} & set(signs._weights)


def test_a_line_that_comes_again_is_answered_once_and_told_at_each_of_its_rows() -> None:
    screener = BatchScreener(Question(date(2026, 11, 24), kind="text"), SCREENER.rulebook)
    texts = ["5 kg of phosgene", "chairs", "5 kg of phosgene", "", "chairs", "5 kg of phosgene"]
    part = part_of_values(texts, [None] * len(texts), {}, ValueLimits())
    answered = screener.answer(Rows(1, part.ids, part.inputs, part.problems))
    assert sorted(answered.outcomes) == [0, 2, 3, 5]
    assert answered.outcomes[0] is answered.outcomes[2] is answered.outcomes[5]
    assert (answered.tally.rows, answered.tally.by_verdict[Verdict.LISTED], answered.tally.silent) == (6, 3, 2)


# One chemical, several readings


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("Thiodiglycol, CAS 111-48-8, EC 203-874-3", ["name Thiodiglycol", "cas 111-48-8", "ec 203-874-3"]),
        ("CAS 111-48-8 thiodiglycol 50 kg", ["cas 111-48-8", "name thiodiglycol"]),
        ("Thiodiglycol\nCAS 111-48-8\nEC 203-874-3", ["name Thiodiglycol", "cas 111-48-8", "ec 203-874-3"]),
        ("2,2'-thiodiethanol SMILES OCCSCCO", ["name 2,2'-thiodiethanol", "structure OCCSCCO"]),
        ("TEA (triethanolamine), 102-71-6, 50 kg", ["name TEA", "name triethanolamine", "cas 102-71-6"]),
        ("mustard gas 505-60-2", ["name mustard gas", "cas 505-60-2"]),
    ],
)
def test_the_name_and_the_numbers_of_one_chemical_are_one_mention(text: str, readings: list[str]) -> None:
    (mention,) = mentions_in(text)
    assert mention.kind == "name" and mention.verdict is Verdict.LISTED
    for outcome in mention.outcomes:
        assert [f"{reading.kind} {reading.written}" for reading in outcome.readings] == readings
        assert all(text[slice(*reading.span)] == reading.written for reading in outcome.readings)
        assert text[slice(*outcome.span)] == outcome.written == mention.text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("thiodiglycol 50 kg; thiodiglycol 30 kg", 2),
        ("thiodiglycol 50 kg; 111-48-8 30 kg", 2),
        ("50 kg thiodiglycol, 30 kg CAS 111-48-8", 2),
        ("sarin, tabun, 107-44-8, 77-81-6", 2),
        ("NaCN 98 % and KCN 99 %, class 6.1", 2),
        ("thiodiglycol, CAS 102-71-6", 3),  # the name, the number, and that they do not belong together
        ("1. thiodiglycol 2 kg\n2. 2,2'-thiodiethanol 2 kg", 2),
    ],
)
def test_other_goods_and_what_does_not_belong_together_stay_apart(text: str, number: int) -> None:
    assert len(mentions_in(text)) == number


def test_each_goods_has_its_own_strength() -> None:
    low, high = mentions_in("thiodiglycol 25 %, thiodiglycol 50 %")
    assert [part.label for part in low.outcomes[0].evidence if part.kind == "concentration"] == ["25 %"]
    assert [part.label for part in high.outcomes[0].evidence if part.kind == "concentration"] == ["50 %"]


def test_an_abbreviation_of_two_chemicals_stays_for_review_beside_the_one_that_is_not_listed() -> None:
    verdicts = {mention.text: mention.verdict for mention in mentions_in("TEA: triethylamine or triethanolamine? 5 kg")}
    assert verdicts == {"TEA": Verdict.REVIEW, "triethanolamine": Verdict.LISTED}
