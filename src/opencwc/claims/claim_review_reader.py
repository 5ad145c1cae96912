"""ClaimReview as others publish it (schema.org, JSON-LD): what was claimed, by whom, and how a reviewer worded it.

A file holds one, a list, an ``@graph``, or a ``DataFeed``. The rating is kept in the reviewer's own words and is no
verdict of this software: a claim that somebody reviewed is an earlier claim, never a statement of the record.
Source: https://schema.org/ClaimReview, https://schema.org/Claim, https://schema.org/Rating
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from opencwc.claims.sayings import Review, Saying
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.language.language_recogniser import recognise_language

MOST_BYTES = 64_000_000
MOST_REVIEWS = 100_000
MOST_NODES = 3_000_000
"""Objects and lists of one file that are walked through."""
LONGEST_CLAIM = 2_000
_LONGEST = 500
_TYPE = "ClaimReview"
_START = 4_000


class ReviewedClaim(Struct, frozen=True):
    """A claim that somebody reviewed: by whom it was made and when, as far as the file says it, and the review."""

    claim: str
    reviewer: str = ""
    words: str = ""
    reviewed: datetime | None = None
    author: str = ""
    made: datetime | None = None
    appearances: tuple[str, ...] = ()
    url: str = ""
    lang: str = ""

    def sayings(self) -> Iterator[Saying]:
        """Yield the claim as it was made, where its day is told, and its review, where that of the review is."""
        lang = self.lang or recognise_language(self.claim).language or "en"
        known = self.url or f"{self.reviewer} {self.reviewed or self.made}"
        if self.made:
            where = self.appearances[0] if self.appearances else ""
            yield Saying(known, self.claim, self.made, self.author, lang, url=where, earlier=True)
        if self.reviewed:
            review = Review(self.reviewer, self.words, self.reviewed, self.url)
            yield Saying(
                known, self.claim, self.reviewed, self.reviewer, lang, url=self.url, earlier=True, review=review
            )


def is_claim_review(file: Path) -> bool:
    """Tell by its start whether a file may hold ClaimReview."""
    with file.open("rb") as stream:
        start = stream.read(_START).lstrip(b"\xef\xbb\xbf \t\r\n")
    return start[:1] in (b"{", b"[") and (_TYPE.encode() in start or b"schema.org" in start)


def read_claim_reviews(file: Path, name: str = "") -> tuple[list[ReviewedClaim], list[Message]]:
    """Return the reviewed claims of a file, and notes on those that cannot be used.

    Raises:
        InputError: the file is too large, is no JSON, is nested too deeply, or holds no ClaimReview.

    """
    name = name or file.name
    if file.stat().st_size > MOST_BYTES:
        raise InputError("claim_review_too_large", where=name, most=MOST_BYTES // 1_000_000)
    try:
        held = msgspec.json.decode(file.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise InputError("claim_review_not_json", where=name, reason=str(error)[:200]) from error
    nodes, reviews = _walked(held, name)
    found, notes = [], []
    for number, node in enumerate(reviews, 1):
        review = _Nodes(nodes).review(node)
        where = f"{name}:{number}"
        if not review.claim:
            notes.append(Message("claim_review_without_claim", {"text": where}))
        elif review.made is None and review.reviewed is None:
            notes.append(Message("claim_review_without_date", {"text": where}))
        else:
            found.append(review)
    if not reviews:
        raise InputError("claim_review_none_in", where=name)
    return found, notes


def _walked(held: object, where: str) -> tuple[dict[str, Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Return the objects of a file by their ``@id``, and its reviews in their order."""
    waiting, walked = deque([held]), 0
    by_id: dict[str, Mapping[str, Any]] = {}
    reviews: list[Mapping[str, Any]] = []
    while waiting:
        node = waiting.popleft()
        walked += 1
        if walked > MOST_NODES or len(reviews) > MOST_REVIEWS:
            raise InputError("claim_review_too_many", where=where, most=MOST_REVIEWS)
        if isinstance(node, list):
            waiting.extend(one for one in node if isinstance(one, (dict, list)))
        elif isinstance(node, dict):
            if _is_review(node):
                reviews.append(node)
            if isinstance(name := node.get("@id"), str) and len(node) > 1:
                by_id.setdefault(name, node)
            waiting.extend(one for one in node.values() if isinstance(one, (dict, list)))
    return by_id, reviews


def _is_review(node: Mapping[str, Any]) -> bool:
    types = node.get("@type", node.get("type"))
    return any(
        isinstance(one, str) and one.rpartition("/")[2].rpartition(":")[2] == _TYPE
        for one in (types if isinstance(types, list) else [types])
    )


class _Nodes:
    """The objects of a file by their ``@id``, to which others point."""

    def __init__(self, by_id: Mapping[str, Mapping[str, Any]]) -> None:
        self._by_id = by_id

    def review(self, node: Mapping[str, Any]) -> ReviewedClaim:
        """Return what a ClaimReview says."""
        item, rating = self._object(node, "itemReviewed"), self._object(node, "reviewRating")
        claim = _text(node.get("claimReviewed")) or _text(item.get("name")) or _text(item.get("text"))
        words = _text(rating.get("alternateName")) or _text(rating.get("name")) or _text(rating.get("ratingValue"))
        return ReviewedClaim(
            claim=claim[:LONGEST_CLAIM],
            reviewer=self._name(node, "author") or self._name(node, "publisher"),
            words=words[:_LONGEST],
            reviewed=_moment(node.get("datePublished")) or _moment(node.get("dateCreated")),
            author=self._name(item, "author") or self._name(item, "creator"),
            made=_moment(item.get("datePublished")) or _moment(item.get("dateCreated")),
            appearances=self._appearances(item),
            url=_text(node.get("url"))[:_LONGEST],
            lang=_text(node.get("inLanguage")).partition("-")[0].lower()[:3],
        )  # fmt: skip

    def _appearances(self, item: Mapping[str, Any]) -> tuple[str, ...]:
        urls = (*self._urls(item, "firstAppearance"), *self._urls(item, "appearance"))
        return tuple(dict.fromkeys(filter(None, urls)))

    def _objects(self, node: Mapping[str, Any], name: str) -> list[Mapping[str, Any] | str]:
        held = node.get(name)
        found: list[Mapping[str, Any] | str] = []
        for one in (held if isinstance(held, list) else [held])[:20]:
            if isinstance(one, dict):
                pointed = one.get("@id")
                found.append(self._by_id.get(pointed, one) if isinstance(pointed, str) else one)
            elif isinstance(one, str):
                found.append(self._by_id.get(one, one))
        return found

    def _object(self, node: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        return next((one for one in self._objects(node, name) if not isinstance(one, str)), {})

    def _name(self, node: Mapping[str, Any], name: str) -> str:
        names = (one if isinstance(one, str) else _text(one.get("name")) for one in self._objects(node, name))
        return "; ".join(filter(None, names))[:_LONGEST]

    def _urls(self, node: Mapping[str, Any], name: str) -> Iterator[str]:
        for one in self._objects(node, name):
            yield (one if isinstance(one, str) else _text(one.get("url")) or _text(one.get("@id")))[:_LONGEST]


def _text(value: object) -> str:
    """Return a text of JSON-LD: as it is, of a value with its language, or the first of several."""
    if isinstance(value, list):
        return next((text for one in value[:20] if not isinstance(one, list) and (text := _text(one))), "")
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return " ".join(str(value)[: 10 * LONGEST_CLAIM].split())


def _moment(value: object) -> datetime | None:
    text = _text(value)
    try:
        moment = datetime.fromisoformat(text if len(text) > 7 else f"{text}-01" if len(text) == 7 else "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
