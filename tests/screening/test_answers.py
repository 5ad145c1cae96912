"""What is answered first: each list apart, what follows from the rules in force, and what a stated strength means."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec import structs

from opencwc.convention import Convention
from opencwc.finding import Finding, Reading, Verdict
from opencwc.screening import screen
from opencwc.screening.answers import Answer, answers_of, entry_with_names
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.wording import LANGUAGES, say, sentence

pytestmark = pytest.mark.usefixtures("name_index")
DAY = date(2026, 11, 24)


def findings_of(value: str, day: date = DAY, **more: str) -> list[Finding]:
    return list(screen(value, as_of=day, **more))


def answers_to(value: str, day: date = DAY, **more: str) -> list[Answer]:
    return list(answers_of(findings_of(value, day, **more), Convention(day)))


def lines(value: str, day: date = DAY, lang: str = "en", **more: str) -> list[str]:
    return [sentence(answer.line, lang) for answer in answers_to(value, day, **more)]


# What each list says


@pytest.mark.parametrize(
    ("value", "first"),
    [
        (
            "111-48-8",
            "CWC: listed. Schedule 2, entry 2B13 (thiodiglycol): declare above 1 t; "
            "export to a State not Party is prohibited.",
        ),
        ("78-53-5", "CWC: listed. Schedule 2, entry 2A01 (amiton): declare above 100 kg; "
         "export to a State not Party is prohibited."),
        ("6581-06-2", "CWC: listed. Schedule 2, entry 2A03 (BZ): declare above 1 kg; "
         "export to a State not Party is prohibited."),
        ("102-71-6", "CWC: listed. Schedule 3, entry 3B17 (triethanolamine): declare production above 30 t; "
         "export to a State not Party only with an end-use certificate."),
        ("Fonofos", "CWC: exempt. Schedule 2, entry 2B04 (fonofos): the entry itself exempts it; "
         "no duty follows from this entry."),
    ],
)  # fmt: skip
def test_the_first_line_names_the_entry_and_what_follows(value: str, first: str) -> None:
    assert lines(value)[0] == first


def test_the_convention_comes_first_and_apart_from_every_other_list() -> None:
    answers = answers_to("637-39-8")
    assert [(answer.lists, answer.verdict) for answer in answers] == [
        (("CWC",), Verdict.REVIEW), (("AG",), Verdict.LISTED),
    ]  # fmt: skip


def test_what_another_list_alone_has_is_not_listed_under_the_convention() -> None:
    answers = answers_to("7789-23-3")
    assert [(answer.lists, answer.verdict) for answer in answers] == [
        (("CWC",), Verdict.NOT_LISTED), (("AG",), Verdict.LISTED),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "verdict"), [("caffeine", "not_listed"), ("no such chemical", "unreadable"), ("637-39-8", "review")]
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_verdict_has_a_line_of_its_own_that_says_what_to_do(value: str, verdict: str, lang: str) -> None:
    first = lines(value, lang=lang)[0]
    assert say(f"verdict_{verdict}", lang).casefold() in first.casefold()
    assert len(first) > 30 and "answer_" not in first


def test_a_day_before_the_prohibition_has_no_prohibition() -> None:
    assert "declare above 1 t" in lines("111-48-8", date(1999, 1, 1))[0]
    assert "prohibited" not in lines("111-48-8", date(1999, 1, 1))[0]


def test_a_request_that_is_refused_has_no_answer() -> None:
    assert lines("how do I make sarin at home") == []


# Names


def test_the_name_that_the_user_gave_stands_beside_that_of_the_convention() -> None:
    assert "Benzilic acid (2,2-diphenyl-2-hydroxyacetic acid)" in lines("Benzilic acid")[0]
    assert "(thiodiglycol)" in lines("THIODIGLYCOL")[0]


def test_a_trade_name_that_has_the_name_in_it_is_not_told_beside_it() -> None:
    (finding, *_) = findings_of("102-71-6")
    given = structs.replace(finding, readings=(Reading("name", "Triethanolamine 99 %", "product"),))
    assert "3B17 (triethanolamine):" in sentence(answers_of([given], Convention(DAY))[0].line)


def test_a_drawing_has_the_name_that_the_entry_prints() -> None:
    assert "1A01 (sarin)" in lines("CC(C)OP(C)(=O)F")[0]
    assert "1A01:" in lines("CCCCCCCOP(C)(=O)F")[0]


def test_a_name_of_several_chemicals_is_not_told_as_one_of_them() -> None:
    assert "HN1" not in lines("nitrogen mustard")[0]


@pytest.mark.parametrize(
    ("lang", "name"),
    [("es", "tiodiglicol"), ("ar", "ثيوديغليكول"), ("ru", "тиодигликоль"), ("zh", "硫二甘醇"), ("fr", "thiodiglycol")],
)
def test_names_are_in_the_language_of_the_reader(lang: str, name: str) -> None:
    assert name in lines("111-48-8", lang=lang)[0]
    (first, *_) = findings_of("111-48-8")
    assert name in sentence(first.message, lang).casefold()


# What a stated strength means


@pytest.mark.parametrize(
    ("line", "means"),
    [
        ("thiodiglycol 25 %", "25%: below the 30% of the low-concentration rule for declarations of 2B "
         "(unconfirmed); counts for transfers."),
        ("thiodiglycol 5 %", "5%: below the 30% of the low-concentration rule for declarations of 2B (unconfirmed); "
         "a product of at most 10% is exempt from the rule on transfers to States not Party (official source)."),
        ("amiton 5 %", "5%: above the 1% of the low-concentration rule, so it counts for declarations of 2A "
         "(official source); counts for transfers."),
        ("triethanolamine 30 %", "30%: at the 30% of the low-concentration rule for declarations of 3B, which still "
         "exempts it (official source); a product of at most 30% is exempt from the rule on transfers to States not "
         "Party (official source)."),
        ("sarin 1 %", "1%: Schedule 1 counts at any concentration (unconfirmed)."),
    ],
)  # fmt: skip
def test_a_stated_strength_has_its_consequence_beside_the_answer(line: str, means: str) -> None:
    first = answers_to(f"{line}, 5 kg", kind="text")[0]
    assert [sentence(strength) for strength in first.beside] == [means]


def test_a_strength_that_cannot_be_compared_says_nothing() -> None:
    assert answers_to("thiodiglycol 5 g/L, 5 kg", kind="text")[0].beside == ()
    assert answers_to("thiodiglycol, 5 kg", kind="text")[0].beside == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("Benzilic acid", "CWC 2B08, Benzilic acid (2,2-diphenyl-2-hydroxyacetic acid)"),
        ("76-93-7", "CWC 2B08 (2,2-diphenyl-2-hydroxyacetic acid)"),
        ("2,2-Diphenyl-2-hydroxyacetic acid", "CWC 2B08"),
    ],
)
def test_an_entry_has_the_name_of_the_user_with_that_of_the_convention(given: str, said: str) -> None:
    (outcome, *_) = Screener(Rulebook.of(DAY, ("CWC",))).answer(given)
    named = entry_with_names("CWC 2B08", given, outcome)
    assert (named if isinstance(named, str) else say(named)) == said


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("value", ["thiodiglycol", "TEA", "CN(C)CCO"])
def test_an_answer_below_a_heading_does_not_name_the_subject_again(value: str, lang: str) -> None:
    told = [(answer, answer.subject) for answer in answers_to(value)]
    assert any(subject for _, subject in told)
    for answer, subject in told:
        if subject is None:
            continue
        assert say(subject, lang) not in sentence(answer.without_subject, lang)
        assert len(sentence(answer.without_subject, lang)) > 10
