"""Count in how many of our own written reports each word and name stands: ``python -m benchmarks.common_words``.

The counts say how rare a word is (`opencwc.reports.likeness.Rarity`). They are taken from the reports that may be
looked at (tests/cases/reports), and not from the archive that is joined: so two reports are as like each other
whatever else there is.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from benchmarks.reports import looked_at, read_folder
from opencwc.reports.facts import tell_all
from opencwc.reports.likeness import COMMON_WORDS, hashed
from opencwc.reports.traits import traits_of

_LEAST = 2
"""A word that stands in fewer reports counts as one that stands in none."""


def main() -> int:
    reports = [report for folder in looked_at() for report in read_folder(folder)[0]]
    traits = traits_of(tell_all(reports), None)
    words, word_counts = _counted([one.words for one in traits])
    names, name_counts = _counted([hashed(one.names) for one in traits])
    np.savez_compressed(
        COMMON_WORDS,
        reports=np.array(len(reports), np.uint32),
        words=words,
        words_counts=word_counts,
        names=names,
        names_counts=name_counts,
    )
    return 0


def _counted(sets: Collection[Collection[int]]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    counts = Counter(key for keys in sets for key in keys)
    some = sorted((key, count) for key, count in counts.items() if count >= _LEAST)
    keys, numbers = np.array(some, np.uint32).reshape(-1, 2).T
    return keys, numbers


if __name__ == "__main__":
    sys.exit(main())
