"""What a card says of its model in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opencwc.models.model import Card
from opencwc.wording import say

PARTS = ("title", "use", "out_of_use", "without")
"""The parts of a card that the catalogs say, under ``model_<id>_<part>``."""


@dataclass(frozen=True, slots=True)
class CardWords:
    """The title of a model, what it is for and not for, without it, its limits, data and licence; their language."""

    lang: str
    title: str
    use: str
    out_of_use: str
    without: str
    limits: tuple[str, ...]
    data: tuple[str, ...]
    licence: str


def card_words(card: Card, lang: str) -> CardWords:
    """Say a card in a language; a model that the catalogs do not know is said as its card is written, in English."""
    limits, data = (_numbered(name, texts) for name, texts in (("limit", card.limits), ("data", card.data)))
    ids = [message_id(card.id, part) for part in (*PARTS, *limits, *data)]
    texts = [say(id, lang) for id in ids]
    if any(text == id for text, id in zip(texts, ids, strict=True)):
        own = (card.title, card.use, card.out_of_use, card.without)
        return CardWords("en", *own, tuple(card.limits), tuple(card.data), card.licence)
    title, use, out_of_use, without, *rest = texts
    licence = say(message_id(card.id, "licence"), lang)
    licence = card.licence if licence == message_id(card.id, "licence") else licence  # a name alone is said as it is
    return CardWords(
        lang, title, use, out_of_use, without, tuple(rest[: len(limits)]), tuple(rest[len(limits) :]), licence
    )  # fmt: skip


def _numbered(name: str, texts: Sequence[str]) -> list[str]:
    return [f"{name}_{at}" for at in range(1, len(texts) + 1)]


def model_title(id: str, lang: str) -> str:
    """Return the title of a model; the id itself where the catalogs do not know it.

    >>> model_title("refusals", "es"), model_title("another", "es")
    ('Rechazo de solicitudes', 'another')
    """
    title = say(message_id(id, "title"), lang)
    return id if title == message_id(id, "title") else title


def message_id(id: str, part: str) -> str:
    """Return the id under which the catalogs say a part of the card of a model."""
    return f"model_{id.replace('-', '_')}_{part}"
