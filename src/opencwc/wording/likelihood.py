"""How likely something is, in the words of ICD 203: the one scale of all packages.

The words and their bounds in per cent are the first row of terms of ICD 203, Analytic Standards (Office of the Director
of National Intelligence, 2 January 2015), section D.6.e(2). Each word is a message ``likelihood_...``.
"""

from __future__ import annotations

from typing import NamedTuple


class Bounds(NamedTuple):
    """From how many per cent to how many a word of likelihood says."""

    low: int
    high: int


LIKELIHOODS = {
    "almost_no_chance": Bounds(1, 5),
    "very_unlikely": Bounds(5, 20),
    "unlikely": Bounds(20, 45),
    "even": Bounds(45, 55),
    "likely": Bounds(55, 80),
    "very_likely": Bounds(80, 95),
    "almost_certain": Bounds(95, 99),
}
"""The words from the least likely to the most, each with its bounds."""


def likelihood_of(probability: float) -> str:
    """Return the word for a probability; on a bound, the likelier of two words.

    >>> likelihood_of(0.998), likelihood_of(0.95), likelihood_of(0.949), likelihood_of(0.519)
    ('almost_certain', 'almost_certain', 'very_likely', 'even')
    >>> likelihood_of(0.2), likelihood_of(0.05), likelihood_of(0.04), likelihood_of(0)
    ('unlikely', 'very_unlikely', 'almost_no_chance', 'almost_no_chance')
    """
    return next(
        (word for word, bounds in reversed(LIKELIHOODS.items()) if 100 * probability >= bounds.low), "almost_no_chance"
    )
