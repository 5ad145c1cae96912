"""Claims from end to end: what agrees, what differs and in what, what the record does not hold."""

from __future__ import annotations

from datetime import UTC, datetime

from opencwc.claims.claim_matching import hold
from opencwc.claims.model import Claim, Statement
from opencwc.claims.pair_signs import MOST_SENTENCES, Record
from opencwc.language.encoders import named_encoder
from opencwc.reports.model import Report

RECORD = (
    Statement(
        "s1", datetime(2026, 3, 5, tzinfo=UTC),
        "On 4 March 2026 chlorine leaked at the waterworks of Basel; 37 people were taken to hospital.", "Police", "en",
    ),
    Statement(
        "s2", datetime(2025, 6, 2, tzinfo=UTC),
        "Le 1er juin 2025, les douanes de Lomé ont saisi 500 kg de cyanure de sodium.", "Douanes togolaises", "fr",
    ),
)  # fmt: skip


def claims_of(text: str, lang: str, title: str = "Chlorine in Basel") -> list[Claim]:
    encoder = named_encoder()
    report = Report("r", datetime(2026, 3, 6, 9, tzinfo=UTC), "Outlet", "", lang, title, text, 1)
    (held,) = hold([report], Record(RECORD, encoder), encoder)
    return list(held.claims)


def test_a_claim_that_says_the_same_in_another_language_agrees() -> None:
    (claim,) = claims_of("Утечка хлора на водопроводе Базеля: 4 марта в больницу доставили 37 человек.", "ru")
    assert (claim.matched, claim.relation, claim.differs_in) == ("s1", "agrees", ())


def test_another_number_differs_and_both_numbers_are_marked() -> None:
    (claim,) = claims_of(
        "On 4 March chlorine leaked at the Basel waterworks and 85 people were taken to hospital.", "en"
    )
    assert (claim.matched, claim.relation, claim.differs_in) == ("s1", "differs", ("number",))
    (difference,) = claim.differences
    assert [claim.sentence[slice(*span)] for span in difference.claimed] == ["85 people"]
    assert [RECORD[0].text[slice(*span)] for span in difference.recorded] == ["37 people"]


def test_another_chemical_differs() -> None:
    (claim,) = claims_of("Ammonia leaked at the waterworks of Basel on 4 March, and 37 people went to hospital.", "en")
    assert (claim.matched, claim.differs_in) == ("s1", ("agent",))


def test_what_the_record_does_not_hold_is_said_to_be_so() -> None:
    (claim,) = claims_of(
        "The national football team won its match against Norway by three goals to one.", "en", "Sport"
    )
    assert (claim.matched, claim.relation) == ("", "not_in_record")


def test_a_wish_is_no_claim() -> None:
    (claim,) = claims_of("We hope that they will soon be well again!", "en")
    assert claim.checkworthy < 0.2
    assert claim.relation == ""


def test_a_sentence_stands_where_its_span_says() -> None:
    claims = claims_of("Chlorine leaked in Basel. Who was asleep? 37 people are in hospital.", "en")
    whole = "Chlorine in Basel\n\nChlorine leaked in Basel. Who was asleep? 37 people are in hospital."
    assert [whole[slice(*claim.span)] for claim in claims] == [claim.sentence for claim in claims]
    assert len(claims) == 3


def test_an_empty_record_holds_nothing() -> None:
    encoder = named_encoder()
    report = Report("r", datetime(2026, 3, 6, tzinfo=UTC), "", "", "en", "", "Two people died in Basel on 4 March.", 1)
    (held,) = hold([report], Record((), encoder), encoder)
    assert held.claims[0].relation == "not_in_record"


def test_a_sentence_of_a_hundred_thousand_characters_is_compared_by_its_beginning() -> None:
    long = "On 4 March chlorine leaked at the Basel waterworks and 85 people went to hospital, " + "and so on, " * 9_000
    (claim,) = claims_of(long.strip(), "en")
    assert claim.sentence == long.strip()
    assert claim.matched in ("s1", "")


def test_a_text_of_ten_million_characters_without_a_full_stop_is_one_sentence() -> None:
    long = (
        "On 4 March chlorine leaked at the Basel waterworks and 85 people went to hospital " + "and so on " * 1_000_000
    )
    (claim,) = claims_of(long.strip(), "en")
    assert claim.span.end - claim.span.start == len(long.strip())


def test_of_very_many_sentences_the_first_are_read_and_how_many_more_there_are_is_told() -> None:
    encoder, moment = named_encoder(), datetime(2026, 3, 6, tzinfo=UTC)
    text = "Two died. " * (MOST_SENTENCES + 30)
    (held,) = hold([Report("r", moment, "", "", "en", "", text.strip(), 1)], Record((), encoder), encoder)
    assert (len(held.claims), held.left_out) == (MOST_SENTENCES, 30)


def test_a_post_is_about_what_it_says_as_a_whole() -> None:
    (first, second) = claims_of("Chlorine at #BaselWaterworks, 37 in hospital? It was on 4 March.", "en", "")
    assert {first.matched, second.matched} <= {"s1", ""}
    assert second.matched == "s1"


def test_the_answer_is_the_same_whatever_else_is_read() -> None:
    alone = claims_of("Two people died in Basel on 4 March. Chlorine leaked there.", "en")
    claims_of("Deux personnes sont mortes à Lomé.", "fr")
    assert claims_of("Two people died in Basel on 4 March. Chlorine leaked there.", "en") == alone
