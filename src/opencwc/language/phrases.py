"""Many phrases looked for in a text at once, whatever their case, accents and endings, in six languages.

A word is compared without its ending in Russian, without article and particles in Arabic, without its plural s in the
languages of Western Europe; Chinese is compared sign by sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from opencwc.language.place_keys import HAN, Folded, place_key, without_clitics

T = TypeVar("T")
_CYRILLIC = re.compile("[а-я]")
_ARABIC = re.compile("[ء-ي]")
_ENDING = re.compile(
    "(?<=...)(?:иями|[аяыи]ми|[оеё]го|[ое]му|[ыи]х|[оеё]в|[еоыи]й|[ая]я|[ое]е|[ыи]е|[аяоеыи]м|[ая]х|[ую]ю|[ыиаяоеуюьй])$"
)


class Found(NamedTuple, Generic[T]):
    """A phrase in a text, from ``start`` to ``end``, and what it stands for, with the particles before it."""

    start: int
    end: int
    value: T
    before: str = ""


class Phrases(Generic[T]):
    """Phrases, and what each stands for; one that has capitals, all or the first, counts with such capitals only."""

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], T, str]]] = {}
        for phrase, value in phrases:
            key = place_key(phrase)
            if HAN.match(key):
                self._by_first.setdefault(key[0], []).append(((key,), value, ""))
            elif key:
                words = tuple(bare_word(word) for word in key.split(" "))
                self._by_first.setdefault(words[0], []).append((words, value, _capitals(phrase)))
        for rows in self._by_first.values():
            rows.sort(key=lambda row: (len(row[0]), len(row[0][0])), reverse=True)

    def find(self, text: str, words: Folded) -> list[Found[T]]:
        """Return the phrases in a text in its order, the longest at each place; none within another one."""
        plain = words.plain
        split = plain.split(" ")
        found: list[Found[T]] = []
        until = 0
        for number, start in enumerate(words.starts):
            if start < until:
                continue
            word = split[number]
            if HAN.match(word):
                found += self._in_run(words, start, word)
            elif not _ARABIC.match(word) and bare_word(word) not in self._by_first:
                continue  # so it is for most words
            elif match := self._at(text, words, split, number):
                found.append(match[0])
                until = match[1]
        return found

    def _at(self, text: str, words: Folded, split: list[str], number: int) -> tuple[Found[T], int] | None:
        for bare, taken in _readings(split[number]):
            for phrase, value, capitals in self._by_first.get(bare, ()):
                last = number + len(phrase) - 1
                if last >= len(split) or any(
                    bare_word(split[number + place]) != phrase[place] for place in range(1, len(phrase))
                ):
                    continue
                end = words.starts[last] + len(split[last])
                first = words.first[words.starts[number] + len(taken)]
                found = Found(first, words.last[end], value, taken)
                if _has_capitals(text[found.start : found.end], capitals):
                    return found, end
        return None

    def _in_run(self, words: Folded, start: int, run: str) -> Iterator[Found[T]]:
        place = 0
        while place < len(run):
            for (phrase,), value, _ in self._by_first.get(run[place], ()):
                if run.startswith(phrase, place):
                    yield Found(words.first[start + place], words.last[start + place + len(phrase)], value)
                    place += len(phrase)
                    break
            else:
                place += 1


def _capitals(phrase: str) -> str:
    return "all" if phrase.isupper() and len(phrase) < 8 else "first" if phrase[0].isupper() else ""


def _has_capitals(written: str, wanted: str) -> bool:
    return not wanted or (written[0].isupper() if wanted == "first" else written.replace(".", "").isupper())


def _readings(word: str) -> Iterator[tuple[str, str]]:
    if not _ARABIC.match(word):
        yield bare_word(word), ""
        return
    for bare, taken in without_clitics(word):
        yield bare_word(bare), taken


@lru_cache(maxsize=65_536)
def bare_word(word: str) -> str:
    """Return a word as it is compared, without ending or article.

    >>> bare_word("хлором"), bare_word("الكلور"), bare_word("cyanures")
    ('хлор', 'كلور', 'cyanure')
    """
    if _CYRILLIC.match(word):
        return _ENDING.sub("", word)
    if _ARABIC.match(word):
        return word[2:] if word.startswith("ال") and len(word) > 4 else word
    return word[:-1] if word.endswith("s") and len(word) > 4 and not word.endswith("ss") else word
