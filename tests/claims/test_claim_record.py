"""A claim as a plain record."""

from __future__ import annotations

from datetime import date

from opencwc.claims.claim_record import laid_out
from opencwc.claims.sentence_details import details_of
from opencwc.language.encoders import named_encoder


def test_articles_are_no_numbers_and_one_body_is_told_once() -> None:
    text = "The Ministry refused a licence for 6 tonnes to an agent, the ministry said."
    record = laid_out(details_of(text, "en", date(2025, 9, 11), named_encoder()))
    assert record.numbers == ("6 tonnes",)
    assert record.who == ("Ministry",)
