"""What a card says of its model in the reader's language; data and licence stay in English, as reviewed."""

from __future__ import annotations

from dataclasses import dataclass

from opencwc.models.model import Card
from opencwc.wording import say

PARTS = ("title", "use", "out_of_use", "without")
"""The parts of a card that the catalogs say, under ``model_<id>_<part>``."""


@dataclass(frozen=True, slots=True)
class CardWords:
    """The title of a model, what it is for and not for, what happens without it, its limits, and their language."""

    lang: str
    title: str
    use: str
    out_of_use: str
    without: str
    limits: tuple[str, ...]


def card_words(card: Card, lang: str) -> CardWords:
    """Say a card in a language; a model that the catalogs do not know is said as its card is written, in English."""
    ids = [message_id(card.id, part) for part in (*PARTS, *(f"limit_{at + 1}" for at in range(len(card.limits))))]
    texts = [say(id, lang) for id in ids]
    if any(text == id for text, id in zip(texts, ids, strict=True)):
        return CardWords("en", card.title, card.use, card.out_of_use, card.without, tuple(card.limits))
    title, use, out_of_use, without, *limits = texts
    return CardWords(lang, title, use, out_of_use, without, tuple(limits))


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
