"""A card is said in the reader's language; what the catalogs do not know is said as the card is written."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from opencwc.models import card_words, find_model, load_card, registered
from opencwc.wording import LANGUAGES


@pytest.mark.parametrize("id", [model.id for model in registered()])
def test_the_english_words_are_those_of_the_card_and_every_language_has_its_own(id: str) -> None:
    card = load_card(find_model(id).card)
    english = card_words(card, "en")
    of_the_card = (card.title, card.use, card.out_of_use, card.without, *card.limits, *card.data, card.licence)
    own = (english.title, english.use, english.out_of_use, english.without)
    assert (*own, *english.limits, *english.data, english.licence) == tuple(
        re.sub('"([^"]*)"', r"“\1”", text.replace("'", "’")) for text in of_the_card
    )
    for lang in set(LANGUAGES) - {"en"}:
        words = card_words(card, lang)
        assert words.lang == lang
        assert not {words.title, words.use, words.out_of_use, words.without} & {card.title, card.use, card.without}
        assert len(words.limits) == len(card.limits) and not {*words.limits} & {*card.limits}
        assert len(words.data) == len(card.data) and not {*words.data} & {*card.data}
        assert words.licence != card.licence or " " not in card.licence


def test_a_model_that_the_catalogs_do_not_know_is_said_in_english() -> None:
    card = replace(load_card(find_model("refusals").card), id="another")
    assert card_words(card, "fr").lang == "en"
    assert card_words(card, "fr").use == card.use
