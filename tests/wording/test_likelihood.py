"""The words of likelihood are those of ICD 203, each for its own part of the scale, in every language."""

from __future__ import annotations

import pytest

from opencwc.wording import LANGUAGES, say
from opencwc.wording.likelihood import LIKELIHOODS, likelihood_of


def test_every_per_cent_has_the_word_of_the_directive() -> None:
    for percent in range(1, 100):
        low, high = LIKELIHOODS[likelihood_of(percent / 100)]
        assert low <= percent <= high, percent
    for word, (low, _) in LIKELIHOODS.items():
        assert likelihood_of(low / 100) == word


def test_what_lies_outside_the_scale_has_its_outermost_words() -> None:
    assert (likelihood_of(0.0), likelihood_of(1.0)) == ("almost_no_chance", "almost_certain")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["likelihood", "page_declarations_likely"])
def test_every_word_is_said_in_every_language(name: str, lang: str) -> None:
    assert len({say(f"{name}_{word}", lang) for word in LIKELIHOODS}) == len(LIKELIHOODS)
