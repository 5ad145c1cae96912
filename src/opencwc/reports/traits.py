"""What two reports are compared by: their meaning, the names and numbers in them, and their exact words.

The sentence vectors come from the encoder; where it is switched off they are empty, and words and facts decide alone.
"""

from __future__ import annotations

import re
from calendar import day_name, month_name
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from opencwc.language.numerals import digits
from opencwc.language.romanisation import bones, in_latin, plain_arabic, plain_latin, stem
from opencwc.language.sentences import sentences_of
from opencwc.language.whole_numbers import find_numbers
from opencwc.reports.meetings import meeting_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from opencwc.language.encoders import Encoder
    from opencwc.reports.model import Report, Told

SENTENCES = 6
"""Sentences of a text that are compared by meaning, the title apart: news says the matter first."""
_LONGEST_SENTENCE = 300
STEPS, _MOST_STEPS = 256, 127
"""Of a value of a vector: into how many steps the number 1 is parted, and how many at most are kept, as a byte."""
_DAYS = frozenset({*month_name, *day_name})
"""English writes them with a capital, as names."""
_MOST_WORDS = 1_500
_BEGINNING = 6
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NUMBER = re.compile(r"\d+(?:[.,  ]\d{3})*(?:[.,]\d+)?")
_HAN = re.compile("[㐀-䶿一-鿿豈-﫿]+")
_ARABIC = re.compile("[ؠ-ي]")
_CYRILLIC = re.compile("[Ѐ-ӿ]")


class Traits(NamedTuple):
    """The traits of one report.

    ``vectors`` has a row for the title and for each of the first sentences (rows of about length one, float32), in
    steps of 1 / `STEPS`: so they are kept as bytes, and what two of them come to is exact in whatever order it is
    summed. ``names``
    are words that look like names, as consonants, so that scripts compare; ``numbers`` are those above 1, in figures or
    in words; ``shingles`` are hashes of four words (of six Chinese characters) in a row; ``words`` are hashes of words
    and numbers.
    """

    vectors: NDArray[np.float32]
    names: frozenset[str]
    numbers: frozenset[str]
    shingles: frozenset[int]
    words: frozenset[int]
    about: NDArray[np.float32]


def traits_of(tolds: Sequence[Told], encoder: Encoder | None) -> list[Traits]:
    """Return the traits of what reports tell; all sentences are encoded together, which is quickest."""
    import numpy as np

    stretches = [_stretches(told.report.plain) for told in tolds]
    abouts = [np.zeros(0, np.float32)] * len(tolds)
    if encoder is None:
        vectors = [np.zeros((0, 0), np.float32)] * len(tolds)
    else:
        subjects = {at: subject for at, told in enumerate(tolds) if (subject := meeting_of(told).subject)}
        rows = in_steps(encoder.passages([*(text for some in stretches for text in some), *subjects.values()]))
        ends = np.cumsum([len(some) for some in stretches])
        *vectors, of_subjects = np.split(rows, ends)
        for at, row in zip(subjects, of_subjects, strict=True):
            abouts[at] = row
    return [_traits(*one) for one in zip(tolds, vectors, abouts, strict=True)]


def in_steps(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return rows with each value rounded to the nearest step."""
    import numpy as np

    return (np.rint(rows * STEPS).clip(-_MOST_STEPS, _MOST_STEPS) / STEPS).astype(np.float32)


def _traits(told: Told, vectors: NDArray[np.float32], about: NDArray[np.float32]) -> Traits:
    report, lang = told.report.plain, told.lang
    names, numbers, shingles, words = _words_of(report.whole[: 8 * _MOST_WORDS], lang)
    names -= _place_names(told)  # where it is says the place itself: a State's name alone joins nothing
    return Traits(vectors, names, numbers, shingles, words, about)


def _stretches(report: Report) -> list[str]:
    """Return the title and the first sentences; a report without a title begins with its first sentence twice."""
    some = [report.text[start:end][:_LONGEST_SENTENCE] for start, end in _first_sentences(report.text)]
    title = report.title or (some[0] if some else "")
    return [title[:_LONGEST_SENTENCE] or " ", *some]


def _first_sentences(text: str) -> Iterator[tuple[int, int]]:
    for number, span in enumerate(sentences_of(text[:4_000])):
        if number == SENTENCES:
            return
        yield span


def words_in(text: str) -> list[str]:
    """Return the words of a text as they stand."""
    return [match[0] for match in _WORD.finditer(text)]


def _words_of(text: str, lang: str) -> tuple[frozenset[str], frozenset[str], frozenset[int], frozenset[int]]:
    plain = digits(text)
    words = words_in(plain)[:_MOST_WORDS]
    keys = [key for word in words for key in word_keys(word)]
    width = 6 if _HAN.search(plain) else 4
    shingles = frozenset(crc32(" ".join(keys[at : at + width]).encode()) for at in range(len(keys) - width + 1))
    numbers = {_plain_number(match[0]) for match in _NUMBER.finditer(plain)}
    numbers |= {str(found.value) for found in find_numbers(plain, lang) if not found.article and not found.rank}
    return (
        frozenset(name for name in _names(words)),
        frozenset(number for number in numbers if number not in ("0", "1")),
        shingles,
        frozenset(crc32(key.encode()) for key in chain(keys, numbers)),
    )


def _place_names(told: Told) -> frozenset[str]:
    whole = told.report.plain.whole
    words = (word for start, end in told.place.spans for word in words_in(whole[start:end]))
    return frozenset(found for word in words for found in bones_of(word))


def _plain_number(text: str) -> str:
    return re.sub(r"[.,  ](?=\d{3}\b)", "", text).replace(",", ".")


@lru_cache(maxsize=262_144)
def word_keys(word: str) -> tuple[str, ...]:
    """Return what is compared of a word: Chinese by character, Russian without endings, Arabic without the article.

    Of a word in Latin letters the beginning counts, which most languages keep when they bend a word.
    """
    if _HAN.search(word):
        return tuple(word)
    if _ARABIC.search(word):
        return (plain_arabic(word),)
    low = word.lower()
    return (stem(low),) if _CYRILLIC.search(low) else (plain_latin(low)[:_BEGINNING],)


def _names(words: Sequence[str]) -> Iterator[str]:
    """Yield words that look like names: with a capital inside a sentence, or of a script without capitals."""
    for before, word in pairwise(("", *words)):
        has_capital = word[:1].isupper() and before[:1].isalpha() and len(word) > 2 and word not in _DAYS
        if has_capital or (_ARABIC.match(word) and len(word) > 3):
            yield from bones_of(word)


@lru_cache(maxsize=262_144)
def bones_of(word: str) -> tuple[str, ...]:
    """Return the consonants of a word as a tuple of one; empty where it has too few to tell."""
    if _ARABIC.match(word):
        found = bones(plain_arabic(word), arabic=True).consonants
    elif _CYRILLIC.match(word):
        found = bones(in_latin("cyrillic", stem(word.lower()))).consonants
    else:
        found = bones(plain_latin(word.lower())).consonants
    return (found,) if len(found) > 2 else ()
