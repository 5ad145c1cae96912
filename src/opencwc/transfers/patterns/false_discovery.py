"""How many proposals chance may bring: many tests are corrected for their number.

Y. Benjamini and Y. Hochberg, Journal of the Royal Statistical Society B 57 (1995) 289.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ALARMS = 0.01
"""Among the proposals of one kind, the share that chance may bring (the false discovery rate); in a ledger in which
nothing changed, the probability of any."""


def adjusted(p: Floats) -> Floats:
    """Correct probabilities for their number (Benjamini and Hochberg).

    >>> [round(float(q), 3) for q in adjusted(np.array([0.01, 0.04, 0.03, 0.5]))]
    [0.04, 0.053, 0.053, 0.5]
    """
    order = np.argsort(p)[::-1]
    ranks = np.arange(len(p), 0, -1)
    q = np.empty(len(p))
    q[order] = np.minimum.accumulate(p[order] * len(p) / ranks)
    return np.minimum(q, 1.0)
