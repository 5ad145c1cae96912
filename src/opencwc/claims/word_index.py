"""Which statements of a record share rare words, names and numbers with a text: names also across scripts.

A word counts by how rare it is in the record, as BM25 weighs it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from opencwc.claims.name_sounds import names_in_chinese, sound_of
from opencwc.language.numerals import digits
from opencwc.language.whole_numbers import find_numbers
from opencwc.reports.traits import bones_of, word_keys, words_in

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_SATURATION, _LENGTH = 1.2, 0.6
"""BM25's k1 and b."""
_MOST_WORDS = 1_000
_LEAST_BONES = 3


class SharedWords:
    """An index of the words of texts, in their languages."""

    def __init__(self, texts: Sequence[tuple[str, str]]) -> None:
        self._place: dict[str, int] = {}
        self._count = len(texts)
        if not texts:
            return
        rows, columns, counts, lengths = [], [], [], []
        for row, (text, lang) in enumerate(texts):
            keys = Counter(keys_of(text, lang))
            lengths.append(sum(keys.values()))
            for key, count in keys.items():
                rows.append(row)
                columns.append(self._place.setdefault(key, len(self._place)))
                counts.append(count)
        self._table, self._rarity = _weighed(rows, columns, counts, lengths, len(self._place))

    def near(self, text: str, lang: str) -> NDArray[np.float32]:
        """Return for each text what it shares with this one, as a part of all that this one has (0 to about 2)."""
        asked_for = set(keys_of(text, lang))
        keys = {self._place[key] for key in asked_for if key in self._place}
        if not keys or not self._count:
            return np.zeros(self._count, np.float32)
        asked = np.zeros(len(self._place), np.float32)
        asked[list(keys)] = 1.0
        found: NDArray[np.float32] = self._table @ asked
        strange = (len(asked_for) - len(keys)) * float(self._rarity.max())
        return found / float(self._rarity[list(keys)].sum() + strange + 1e-6)


def _weighed(
    rows: Sequence[int], columns: Sequence[int], counts: Sequence[int], lengths: Sequence[int], words: int
) -> tuple[csr_matrix, NDArray[np.float32]]:
    from scipy.sparse import csr_matrix

    in_texts = np.bincount(columns, minlength=words)
    rarity = np.log(1 + (len(lengths) - in_texts + 0.5) / (in_texts + 0.5)).astype(np.float32)
    mean = max(1.0, float(np.mean(lengths)))
    times = np.asarray(counts, np.float32)
    room = _SATURATION * (1 - _LENGTH + _LENGTH * np.asarray(lengths, np.float32)[list(rows)] / mean)
    values = rarity[list(columns)] * times * (_SATURATION + 1) / (times + room)
    shape: Any = (len(lengths), words)
    return csr_matrix((values.astype(np.float32), (rows, columns)), shape=shape), rarity


def keys_of(text: str, lang: str) -> list[str]:
    """Return what is compared of a text: words without endings, numbers as numbers, consonants of names."""
    plain = digits(text)
    words = words_in(plain)[:_MOST_WORDS]
    keys = [f"w{key}" for word in words for key in word_keys(word)]
    keys += [f"n{number.value}" for number in find_numbers(plain, lang) if not number.article]
    keys += [f"b{bone}" for word in words for bone in bones_of(word) if len(bone) > _LEAST_BONES]
    names = [plain[slice(*span)] for span in names_in_chinese(plain)] if lang == "zh" else words
    return [*keys, *(f"f{sound}" for name in names if len(sound := sound_of(name)) > _LEAST_BONES)]
