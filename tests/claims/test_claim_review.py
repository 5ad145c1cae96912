"""ClaimReview read and written: what others claimed and how they worded a review, and our relation in words alone."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from opencwc.claims.claim_matching import HeldReport
from opencwc.claims.claim_review_reader import is_claim_review, read_claim_reviews
from opencwc.claims.claim_review_writer import as_claim_reviews
from opencwc.claims.model import Claim, Difference, Statement
from opencwc.errors import InputError
from opencwc.reports.model import Report, Span
from opencwc.wording import LANGUAGES

REVIEW: dict[str, Any] = {
    "@context": "https://schema.org", "@type": "ClaimReview", "url": "https://reviewer.example/1",
    "claimReviewed": "Fourteen cylinders of chlorine were stolen.", "datePublished": "2026-03-12",
    "author": {"@type": "Organization", "name": "Reviewer"},
    "itemReviewed": {
        "@type": "Claim", "author": {"@type": "Person", "name": "A. Speaker"}, "datePublished": "2026-03-10T08:00:00Z",
        "appearance": [{"@type": "CreativeWork", "url": "https://posts.example/7"}, "https://posts.example/8"],
    },
    "reviewRating": {"@type": "Rating", "ratingValue": 2, "bestRating": 5, "alternateName": "Half of it"},
}  # fmt: skip
FORMS = {
    "single": REVIEW,
    "list": [REVIEW],
    "graph": {"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, REVIEW]},
    "feed": {
        "@context": "http://schema.org", "@type": "DataFeed",
        "dataFeedElement": [{"@type": "DataFeedItem", "item": [REVIEW]}],
    },
    "by id": {
        "@graph": [
            {**REVIEW, "@type": ["http://schema.org/ClaimReview"], "author": {"@id": "#r"}},
            {"@id": "#r", "@type": "Organization", "name": "Reviewer"},
        ]
    },
}  # fmt: skip


def written(folder: Path, held: object) -> Path:
    file = folder / "reviews.json"
    file.write_text(json.dumps(held), encoding="utf-8")
    return file


@pytest.mark.parametrize("form", FORMS)
def test_a_review_is_read_in_every_form(tmp_path: Path, form: str) -> None:
    (review,), notes = read_claim_reviews(written(tmp_path, FORMS[form]))
    assert notes == []
    assert (review.claim, review.author, review.reviewer) == (REVIEW["claimReviewed"], "A. Speaker", "Reviewer")
    assert review.words == "Half of it"
    assert review.made == datetime(2026, 3, 10, 8, tzinfo=UTC)
    assert review.appearances == ("https://posts.example/7", "https://posts.example/8")


def test_the_claim_and_its_review_are_two_sayings_of_their_days() -> None:
    from opencwc.claims.claim_review_reader import ReviewedClaim

    review = ReviewedClaim("Fourteen were stolen.", "R", "Half", datetime(2026, 3, 12, tzinfo=UTC), "S",
                           datetime(2026, 3, 10, tzinfo=UTC), url="https://r.example", lang="en")  # fmt: skip
    claim, told = review.sayings()
    assert (claim.source, claim.review) == ("S", None)
    assert told.review is not None
    assert (told.source, told.review.words) == ("R", "Half")
    assert claim.copied_as == told.copied_as


def test_what_has_no_claim_or_no_date_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    bare = {"@type": "ClaimReview", "claimReviewed": "Something."}
    reviews, notes = read_claim_reviews(written(tmp_path, [REVIEW, {"@type": "ClaimReview"}, bare]))
    assert len(reviews) == 1
    assert [note.id for note in notes] == ["claim_review_without_claim", "claim_review_without_date"]


@pytest.mark.parametrize("value", [None, 7, True, [], {}, [[["x"]]], {"@value": ["x"]}, "\ud800", "x" * 100_000])
@pytest.mark.parametrize("field", ["claimReviewed", "author", "datePublished", "itemReviewed", "reviewRating", "url"])
def test_odd_values_are_read_as_far_as_they_say_something(tmp_path: Path, field: str, value: object) -> None:
    file = tmp_path / "reviews.json"
    file.write_bytes(json.dumps({**REVIEW, field: value}).encode())
    try:
        reviews, _ = read_claim_reviews(file)
    except InputError as error:
        assert error.code == "claim_review_not_json"  # a half of a character outside the basic plane
        return
    assert all(len(review.claim) <= 2_000 and len(review.words) <= 500 for review in reviews)


@pytest.mark.attack("hostile files")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"@type": "ClaimReview"', "claim_review_not_json"),
        (b"[" * 100_000 + b"]" * 100_000, "claim_review_not_json"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "claim_review_not_json"),
        (b"[]", "claim_review_none_in"),
        (b'{"@type": "Recipe"}', "claim_review_none_in"),
        (b"\xff\xfe\x00", "claim_review_not_json"),
    ],
)
def test_hostile_json_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    file = tmp_path / "reviews.json"
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_claim_reviews(file)
    assert caught.value.code == code


def test_objects_that_point_at_each_other_end(tmp_path: Path) -> None:
    circle = {
        "@graph": [{**REVIEW, "@id": "#a", "itemReviewed": {"@id": "#b"}}, {"@id": "#b", "author": {"@id": "#a"}}]
    }
    (review,), _ = read_claim_reviews(written(tmp_path, circle))
    assert review.reviewer == "Reviewer"


def test_other_json_is_not_taken_for_it(tmp_path: Path) -> None:
    assert is_claim_review(written(tmp_path, REVIEW))
    assert not is_claim_review(written(tmp_path, {"rows": []}))


# ------------------------------------------------------------------------------------------------------------ writing


def held() -> tuple[HeldReport, dict[str, Statement]]:
    made = datetime(2026, 3, 10, 9, tzinfo=UTC)
    report = Report("r1", made, "Tunis Matinal", "https://tunis.example/1", "fr", "Bizerte", "Quatorze. Non. Oui.", 1)
    claims = (
        Claim("r1", "Quatorze.", Span(9, 18), "fr", 0.9, matched="b1", relation="differs",
              differences=(Difference("number"), Difference("actor"))),
        Claim("r1", "Non.", Span(19, 23), "fr", 0.9, relation="not_in_record"),
        Claim("r1", "Oui.", Span(24, 28), "fr", 0.9, matched="b1", relation="agrees"),
        Claim("r1", "Peut-être.", Span(24, 28), "fr", 0.01),
    )  # fmt: skip
    statement = Statement("b1", made, "Seize.", "Société des eaux", "fr")
    return HeldReport(report, "fr", claims), {"b1": statement}


def graph(lang: str = "en") -> list[dict[str, Any]]:
    one, statements = held()
    written = as_claim_reviews([one], statements, lang, author="Office", made=date(2026, 4, 1))
    return list(json.loads(written)["@graph"])


def test_the_relation_is_said_in_words_and_no_rating_is_given() -> None:
    reviews = graph()
    assert [review["reviewRating"]["alternateName"] for review in reviews] == [
        "differs from the record in: number, who did it", "not in the record", "agrees with the record",
    ]  # fmt: skip
    for review in reviews:
        assert set(review["reviewRating"]) == {"@type", "alternateName", "ratingExplanation"}


def test_the_record_and_the_report_are_named() -> None:
    first, second, _ = graph()
    assert first["citation"]["text"] == "Seize."
    assert "citation" not in second
    assert first["itemReviewed"]["appearance"]["url"] == "https://tunis.example/1"
    assert first["author"]["name"] == "Office"


TERMS = {
    "ClaimReview": {
        "claimReviewed",
        "datePublished",
        "inLanguage",
        "author",
        "itemReviewed",
        "reviewRating",
        "citation",
    },
    "Claim": {"text", "inLanguage", "datePublished", "author", "appearance"},
    "Rating": {"alternateName", "ratingExplanation"},
    "CreativeWork": {"identifier", "headline", "url", "text", "datePublished", "inLanguage", "author"},
    "Organization": {"name"},
}
"""The properties that schema.org has for each type, as far as they are written here."""


def test_only_terms_of_the_vocabulary_are_used() -> None:
    waiting: list[Any] = graph()
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            assert set(node) - {"@type"} <= TERMS[node["@type"]]
            waiting += node.values()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_written_is_read_back(tmp_path: Path, lang: str) -> None:
    reviews, notes = read_claim_reviews(written(tmp_path, {"@graph": graph(lang)}))
    assert notes == []
    assert [review.claim for review in reviews] == ["Quatorze.", "Non.", "Oui."]
    assert all(review.words and "claims_" not in review.words for review in reviews)
