"""Which statements of a record share rare words, names and numbers with a text: names also across scripts.

A word counts by how rare it is in the record, as BM25 weighs it. The index has for each word the statements that have
it; that of a large record is written once into the cache folder and then only opened.
"""

from __future__ import annotations

import logging
import tempfile
from array import array
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b, sha256
from pathlib import Path
from shutil import rmtree
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opencwc.claims.name_sounds import names_in_chinese, sound_of
from opencwc.language.numerals import digits
from opencwc.language.whole_numbers import find_numbers
from opencwc.reports.traits import bones_of, word_keys, words_in
from opencwc.settings import cache_folder

_SATURATION, _LENGTH = 1.2, 0.6
"""BM25's k1 and b."""
_MOST_WORDS = 1_000
_LEAST_BONES = 3
_MOST_READ = 400_000
"""Places of words that are read for one text: those of its rarest words, in a large record."""
_KEPT_FROM = 16_384
"""Statements from which on the index is kept on disk."""
_FORM = b"1"
"""To be raised when what is written changes."""


class _Postings(NamedTuple):
    """The words of all texts as hashes, in order; for each the texts that have it, and how much it weighs in them."""

    keys: NDArray[np.uint64]
    starts: NDArray[np.int64]
    texts: NDArray[np.int32]
    weights: NDArray[np.float32]
    rarity: NDArray[np.float32]


class SharedWords:
    """An index of the words of texts, in their languages."""

    def __init__(self, texts: Sequence[tuple[str, str]], folder: Path | None = None) -> None:
        self._count = len(texts)
        if len(texts) < _KEPT_FROM:
            self._postings = _indexed(texts)
            return
        place = (folder or cache_folder()) / "words" / _digest(texts)
        self._postings = _opened(place) or _written(_indexed(texts), place)

    def near(self, text: str, lang: str, among: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Return for each text what it shares with this one, as a part of all that this one has (0 to about 2).

        ``among`` are the texts to be compared, in order; without them all are.
        """
        known, weight = self._asked(text, lang)
        return self._shared(known, among) / np.float32(weight + 1e-6)

    def shared(self, text: str, lang: str, among: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Return for each text what it shares with this one, as BM25 counts it (0 and more)."""
        return self._shared(self._asked(text, lang)[0], among)

    def likeliest(self, text: str, lang: str, most: int) -> NDArray[np.int64]:
        """Return the texts that share most with this one, at most so many; of a large record by its rarest words."""
        known, _ = self._asked(text, lang)
        starts = self._postings.starts
        lengths = starts[known + 1] - starts[known]
        order = np.argsort(lengths, kind="stable")
        rarest = known[order][np.cumsum(lengths[order]) <= _MOST_READ]
        shared = self._shared(rarest, None)
        some = np.flatnonzero(shared)
        return some[np.argsort(-shared[some], kind="stable")[:most]]

    def _asked(self, text: str, lang: str) -> tuple[NDArray[np.int64], float]:
        """Return the places of the words of a text that are known, and how much all its words weigh."""
        asked, keys = np.array(sorted(map(_hash, set(keys_of(text, lang)))), np.uint64), self._postings.keys
        if not len(keys) or not len(asked):
            return np.zeros(0, np.int64), 0.0
        place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
        known = place[keys[place] == asked]
        rarity = self._postings.rarity
        strange = (len(asked) - len(known)) * float(rarity.max())
        return known, float(rarity[known].sum()) + strange

    def _shared(self, known: NDArray[np.int64], among: NDArray[np.int64] | None) -> NDArray[np.float32]:
        """Return the sum of what these words weigh in each text."""
        found = np.zeros(self._count if among is None else len(among), np.float32)
        for word in known:
            first, last = self._postings.starts[word : word + 2]
            texts, weights = self._postings.texts[first:last], self._postings.weights[first:last]
            if among is None:
                found[texts] += weights
            else:
                place = np.minimum(np.searchsorted(texts, among), len(texts) - 1)
                has = texts[place] == among
                found[has] += weights[place[has]]
        return found


def _indexed(texts: Sequence[tuple[str, str]]) -> _Postings:
    place: dict[str, int] = {}
    columns, counts, starts, lengths = array("i"), array("H"), array("q", [0]), array("i")
    for text, lang in texts:
        keys = Counter(keys_of(text, lang))
        lengths.append(sum(keys.values()))
        columns.extend(place.setdefault(key, len(place)) for key in keys)
        counts.extend(keys.values())
        starts.append(len(columns))
    hashes = np.fromiter(map(_hash, place), np.uint64, len(place))
    order = np.argsort(hashes)
    to_place = np.empty(len(place), np.int32)
    to_place[order] = np.arange(len(place), dtype=np.int32)
    return _weighed(
        hashes[order], to_place[np.asarray(columns, np.int32)], np.asarray(counts, np.float32),
        np.asarray(starts, np.int64), np.asarray(lengths, np.float32),
    )  # fmt: skip


def _weighed(
    keys: NDArray[np.uint64],
    columns: NDArray[np.int32],
    counts: NDArray[np.float32],
    starts: NDArray[np.int64],
    lengths: NDArray[np.float32],
) -> _Postings:
    from scipy.sparse import csr_matrix

    in_texts = np.bincount(columns, minlength=len(keys))
    rarity = np.log(1 + (len(lengths) - in_texts + 0.5) / (in_texts + 0.5)).astype(np.float32)
    mean = max(1.0, float(lengths.mean())) if len(lengths) else 1.0
    room = np.repeat(_SATURATION * (1 - _LENGTH + _LENGTH * lengths / np.float32(mean)), np.diff(starts))
    weights = rarity[columns] * counts * (_SATURATION + 1) / (counts + room)
    shape: Any = (len(lengths), len(keys))
    by_word = csr_matrix((weights.astype(np.float32), columns, starts), shape=shape).tocsc()
    return _Postings(keys, by_word.indptr.astype(np.int64), by_word.indices.astype(np.int32), by_word.data, rarity)


def _hash(key: str) -> int:
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _digest(texts: Sequence[tuple[str, str]]) -> str:
    whole = sha256(_FORM)
    for text, lang in texts:
        raw = f"{lang}\n{text}".encode("utf-8", "surrogatepass")
        whole.update(len(raw).to_bytes(8, "big") + raw)
    return whole.hexdigest()[:40]


def _opened(folder: Path) -> _Postings | None:
    """Return an index that was kept; a cache that cannot be read costs time, never the answer."""
    if not folder.is_dir():
        return None
    try:
        return _Postings(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in _Postings._fields))
    except (OSError, ValueError, EOFError) as error:
        logging.getLogger(__name__).warning("a kept index of words is not read: %s", error)
        return None


def _written(postings: _Postings, folder: Path) -> _Postings:
    """Keep an index and return it as it is read from there, so that it needs no memory."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as other:
            part = Path(other) / "index"
            part.mkdir()
            for name, values in postings._asdict().items():
                np.save(part / f"{name}.npy", np.asarray(values))
            rmtree(folder, ignore_errors=True)
            part.rename(folder)
    except OSError as error:
        logging.getLogger(__name__).warning("an index of words is not kept: %s", error)
    return _opened(folder) or postings


def keys_of(text: str, lang: str) -> list[str]:
    """Return what is compared of a text: words without endings, numbers as numbers, consonants of names."""
    plain = digits(text)
    words = words_in(plain)[:_MOST_WORDS]
    keys = [f"w{key}" for word in words for key in word_keys(word)]
    keys += [f"n{number.value}" for number in find_numbers(plain, lang) if not number.article]
    keys += [f"b{bone}" for word in words for bone in bones_of(word) if len(bone) > _LEAST_BONES]
    names = [plain[slice(*span)] for span in names_in_chinese(plain)] if lang == "zh" else words
    return [*keys, *(f"f{sound}" for name in names if len(sound := sound_of(name)) > _LEAST_BONES)]
