"""What a card says of its model in the reader's language; data, limits and licence stay in English, as reviewed."""

from __future__ import annotations

from dataclasses import dataclass

from opencwc.models.model import Card
from opencwc.wording import say

PARTS = ("title", "use", "out_of_use", "without")
"""The parts of a card that the catalogs say, under ``model_<id>_<part>``."""


@dataclass(frozen=True, slots=True)
class CardWords:
    """The title of a model, what it is for, what it is not for, what happens without it; ``lang`` is their language."""

    lang: str
    title: str
    use: str
    out_of_use: str
    without: str


def card_words(card: Card, lang: str) -> CardWords:
    """Say a card in a language; a model that the catalogs do not know is said as its card is written, in English."""
    texts = {part: say(message_id(card.id, part), lang) for part in PARTS}
    if any(text == message_id(card.id, part) for part, text in texts.items()):
        return CardWords("en", card.title, card.use, card.out_of_use, card.without)
    return CardWords(lang, **texts)


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
