"""Names of chemicals in running text: every word of it is held against all known names at once, in one pass.

A text becomes a stream of keys, one a word, in which spaces, hyphens and case do not count; at each word the two tries
(the curated names, and the index of names) give every name that begins there. Names in Arabic are found with their
article and the letters that join on to a word, names in Russian in every case, plurals by their ending.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate, islice, pairwise, product
from operator import attrgetter
from typing import NamedTuple

import marisa_trie

from opencwc.chemistry.chemical_words import looks_chemical
from opencwc.chemistry.curated_names import TABLES_KEPT, CuratedNames, Spelling, by_key, kept_of_names
from opencwc.chemistry.inflections import Inflections
from opencwc.chemistry.memo import Remembered
from opencwc.chemistry.name_resolver import Resolver
from opencwc.chemistry.names import as_read_by_ocr, normalise_name, token_key

STEMS_VERSION = 8
"""Raised with every change of what ``running_name`` gives, so that stored stems are made anew."""

MOST_CHARACTERS = 240
"""Of a name's key; no curated name is longer."""


class Word(NamedTuple):
    """A word of a text: where it stands, its key as the index of names has it, its stem, and what it can be.

    ``marks`` are of `BEGINS_NAME` (a known name can begin with it), `MISREAD` (a reader of pictures can have confused
    it), `DIGIT_FIRST`, `DIGIT_LAST` and `INFLECTED` (a form of a word of names, as its language has them).
    """

    start: int
    end: int
    key: str
    stem: str
    marks: int = 0


class Spotted(NamedTuple):
    """A name in a text: characters ``start`` to ``end``, which are the words ``first`` to ``last``.

    ``spellings`` are curated ones; where there are none, ``name_id`` is the name's in the index. ``repaired`` is set
    where the name is only there when what a reader of pictures confuses is read as letters; ``plural`` where it is a
    short name that stands in the plural, as sarins, and may be another word; ``doubtful`` where what stands around it
    speaks as much for another meaning.
    """

    start: int
    end: int
    first: int
    last: int
    spellings: tuple[Spelling, ...] = ()
    name_id: int = -1
    repaired: bool = False
    plural: bool = False
    doubtful: bool = False


class NameScanner:
    """Finds names in texts; its memory of words makes the next text quicker."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._known = _KnownWords(self._know)
        self._written = _names_as_written(resolver.curated)
        self._openings: Remembered[tuple[str, str], _Opening | None] = Remembered(self._opening)
        self._stems = Remembered(self._stem)

    def cut(self, text: str) -> list[str]:
        """Cut a text into words as they are written."""
        return (ASCII_WORD if text.isascii() else WORD).findall(text)

    def words(self, text: str, cut: Sequence[str] | None = None) -> list[Word]:
        """Return the words of a text with their keys; ``cut`` is what `cut` gives, where that is at hand."""
        known, find = self._known, text.find
        words: list[Word] = []
        new = tuple.__new__  # quicker than `Word(...)`, and words are what most is made of
        end = 0
        for written in self.cut(text) if cut is None else cut:
            start = find(written, end)  # no sign between two words is one of a word
            end = start + len(written)
            key, stem, marks = known[written]
            if key:
                words.append(new(Word, (start, end, key, stem, marks)))
        return words

    def is_curated(self, name: str) -> bool:
        """Tell whether a text is a curated name as it stands in running text."""
        return running_name(name) in self._table

    def curated_around(self, text: str, words: list[Word], number: int) -> Iterator[Spotted]:
        """Yield, of each word up to ``number``, the longest curated name that begins there and reaches that word.

        The words may have other stems than the text has there.
        """
        row, begin = "", list[int]()
        for first in range(number, -1, -1):
            joined = row and words[first].marks & DIGIT_LAST and words[first + 1].marks & DIGIT_FIRST
            row = f"{words[first].stem},{row}" if joined else words[first].stem + row
            if self._begins_any(row):
                begin.append(first)
        for first in reversed(begin):
            found = self._longest_curated(text, words, first, (0,))
            if found is not None and found.last >= number:
                yield found

    def scan(self, text: str, words: list[Word] | None = None) -> list[Spotted]:
        """Return the names in a text, in its order, the longest at each place; none lies within another."""
        words = self.words(text) if words is None else words
        openings = self._openings
        spotted: list[Spotted] = []
        misread = False
        reached = 0
        last = len(words) - 1
        for number, word in enumerate(words):
            marks = word[4]
            if not marks & (BEGINS_NAME | MISREAD) or number < reached:
                continue
            key = word[2]
            if marks & BEGINS_NAME and not (key.isdecimal() and text[word.end : word.end + 1] not in AFTER_LOCANT):
                following = words[number + 1][2] if number < last else ""
                opening = openings[key, AMOUNT if is_amount(following) else following]
                if opening is not None:
                    if opening.goes_on:
                        found = self._longest(text, words, number, curated=opening.curated)
                    else:
                        found = opening.alone and _placed(opening.alone, word, number)
                    if found:
                        spotted.append(found)
                        reached = found.last + 1
                        continue
            misread = misread or bool(marks & MISREAD and self._is_of_a_pair(words, number))
        return _longest_apart([*spotted, *self._repaired(text, words, spotted)]) if misread else spotted

    def _opening(self, keys: tuple[str, str]) -> _Opening | None:
        """Return what known names can begin with a word and the next one; ``None`` where none can."""
        key, following = keys
        word = Word(0, len(key), key, *self._stems[key])
        stem_behind = AMOUNT if following == AMOUNT else self._stems[following][0]
        second = Word(0, 0, following, stem_behind) if following else None
        if not self.may_begin(word, second):
            return None
        curated, indexed = self._go_on(word, second)
        alone = self._longest(key, [word], 0, curated=True)
        of_curated = curated or any(self._begins_curated(stem, second) for _, stem in _beginnings(word.stem))
        by_capital = alone is not None and bool(alone.spellings) and _is_short(word) and key.endswith("s")
        return _Opening(alone, curated or indexed or by_capital, of_curated)

    def _go_on(self, word: Word, following: Word | None) -> tuple[bool, bool]:
        """Tell whether curated names, and names of the index, of two words or more could begin with these two."""
        if following is None:
            return False, False
        stems: Sequence[str] = (following.stem,)
        keys: Sequence[str] = (following.key, following.key.removesuffix("s"))
        if following.key == AMOUNT:
            stems = keys = "0123456789"
        curated = any(
            self._begins_any(_joined(stem, following_stem))
            for _, stem in _beginnings(word.stem)
            for following_stem in stems
        )
        begins = self._resolver.index.begins
        return curated, word.key.isascii() and any(begins(_joined(word.key, key)) for key in keys if key)

    def _longest(self, text: str, words: list[Word], first: int, *, curated: bool) -> Spotted | None:
        """Return the longest name that begins with a word, a curated one, where there can be one, before others."""
        word = words[first]
        skips = [skipped for skipped, _ in _beginnings(word.stem)] if curated else ()
        best = self._longest_curated(text, words, first, skips) if skips else None
        if best is not None and best.last == first:
            best = best._replace(plural=self._is_plural(word, best.spellings))
        if word.key.isascii():
            index = self._resolver.index
            row, ends = _in_a_row(words, first, FEW_WORDS, KEY)
            if first + FEW_WORDS < len(words) and index.begins(row):
                row, ends = _in_a_row(words, first, MOST_CHARACTERS, KEY)
            for length, name_id in index.prefixes(row[:MOST_CHARACTERS]):
                last = _last_word(words, ends, length)
                if last is None or (best is not None and not _reaches_further(words, best.last, last)):
                    continue
                weak = (best is not None and best.spellings) or len(word.key) <= LONGEST_LITTLE
                if weak and last > first and not looks_chemical(text[word.start : words[last].end]):
                    continue  # "TDG à" is no TDGA, "of 2" no OF2
                if last == first or not _STRANGE_GAP.search(text, words[first].end, words[last].start):
                    best = Spotted(word.start, words[last].end, first, last, (), name_id)
        return best

    def _longest_curated(self, text: str, words: list[Word], first: int, skips: Sequence[int]) -> Spotted | None:
        """Return the longest curated name that begins with a word, or with what is left of it without its beginning."""
        row, ends = _in_a_row(words, first, FEW_WORDS, STEM)
        if first + FEW_WORDS < len(words) and any(self._begins_any(row[skipped:]) for skipped in skips):
            row, ends = _in_a_row(words, first, MOST_CHARACTERS, STEM)
        best: Spotted | None = None
        for skipped in skips:
            for name in self._trie.prefixes(row[skipped : skipped + MOST_CHARACTERS]):
                last = ends.get(skipped + len(name))
                spellings = () if last is None else self._written_so(text, words, first, last, name)
                if last is not None and spellings:
                    best = Spotted(words[first].start + skipped, words[last].end, first, last, spellings)
            if best is not None:
                break
        return best

    def _repaired(self, text: str, words: list[Word], spotted: list[Spotted]) -> Iterator[Spotted]:
        """Yield the curated names that are there when words are read without what a reader of pictures confuses."""
        covered = {number for name in spotted if name.spellings for number in range(name.first, name.last + 1)}
        mended: list[Word] = []
        for number, word in enumerate(words):
            key = word.key if number in covered else self._mended(word.key)
            mended.append(word if key == word.key else word._replace(key=key, stem=_stem(key), marks=_digits_of(key)))
        number = 0
        while number < len(mended):
            found = self._longest_mended(text, mended, number)
            if found is None:
                number += 1
                continue
            changed = any(mended[n].key != words[n].key for n in range(found.first, found.last + 1))
            whole = found.last - found.first >= LEAST_HAN or not _HAN_ONE.match(mended[found.first].key)
            if changed and whole and self._holds_what_is_known(found, spotted, covered):
                yield found._replace(repaired=True)
            number = found.last + 1

    def _longest_mended(self, text: str, words: list[Word], first: int) -> Spotted | None:
        """Return the longest curated name that begins with a whole word; most words that are put right begin none."""
        return self._longest_curated(text, words, first, (0,)) if self._begins_any(words[first].stem) else None

    @staticmethod
    def _holds_what_is_known(found: Spotted, spotted: list[Spotted], covered: set[int]) -> bool:
        """Tell whether a name put right covers no known one but such as are only parts of it."""
        span = range(found.first, found.last + 1)
        if covered.isdisjoint(span):
            return True
        return all(
            found.first <= name.first and name.last <= found.last
            for name in spotted
            if name.spellings and name.first <= found.last and name.last >= found.first
        )

    def may_begin(self, word: Word, following: Word | None) -> bool:
        """Tell whether a known name is this word, or begins with this word and the next."""
        if following is not None and following.key == AMOUNT:
            following = following._replace(stem=AMOUNT)
        may = any(self._begins_curated(stem, following) for _, stem in _beginnings(word.stem))
        if not may and word.key.isascii():
            index = self._resolver.index
            ends_here = looks_chemical(word.key) and (
                index.name_id(word.key) is not None or index.name_id(word.key.removesuffix("s")) is not None
            )
            may = ends_here or (
                following is not None and following.key != AMOUNT and index.begins(_joined(word.key, following.key))
            )
        return may and not is_amount(word.key)

    def may_begin_more(self, word: Word) -> bool:
        """Tell whether a known name of more words could begin with this one."""
        if any(self._begins_any(stem) for _, stem in _beginnings(word.stem)):
            return True
        return word.key.isascii() and self._resolver.index.begins(word.key)

    def _begins_curated(self, stem: str, following: Word | None) -> bool:
        if stem in self._table:
            return True
        if following is None:
            return False
        nexts = (
            (f"{stem}{digit}" for digit in "123456789")
            if following.stem == AMOUNT
            else (_joined(stem, following.stem),)
        )
        return any(map(self._begins_any, nexts))

    def _begins_any(self, stems: str) -> bool:
        """Tell whether a curated name begins with these stems, or is them."""
        return next(self._trie.iterkeys(stems), None) is not None

    def _is_of_a_pair(self, words: list[Word], number: int) -> bool:
        """Tell whether a miswritten Chinese character, put right, stands beside one as it does in a name."""
        mended = _MISWRITTEN_HAN.get(words[number].key)
        if mended is None:
            return True
        before = words[number - 1].key if number else ""
        behind = words[number + 1].key if number + 1 < len(words) else ""
        around = {before + mended, mended + behind, _mended(before) + mended, mended + _mended(behind)}
        return not self._han_pairs.isdisjoint(around)

    @cached_property
    def _han_pairs(self) -> frozenset[str]:
        """Two characters of curated Chinese names, one behind the other."""
        return _han_pairs(self._resolver.curated)

    def _mended(self, key: str) -> str:
        """Read a word without what is confused; of what a digit can be, the letter that makes a word of names."""
        mended = _mended(key)
        if mended == key and _LOOKS_CYRILLIC.issuperset(key):  # сера with one Latin letter, of which all look Latin
            cyrillic = key.translate(_FROM_LATIN)
            return cyrillic if _stem(cyrillic) in self._words_of_names else key
        digits = [place for place, sign in enumerate(key) if sign in _DIGITS_MISREAD]
        if not digits or len(key) - len(digits) < LEAST_LETTERS or _stem(mended) in self._words_of_names:
            return mended
        readings = _CYRILLIC_FOR if _CYRILLIC.search(key) else _LATIN_FOR
        for letters in islice(product(*(readings.get(key[place], key[place]) for place in digits)), MOST_READINGS):
            read = list(key)
            for place, letter in zip(digits, letters, strict=True):
                read[place] = letter
            if _stem("".join(read)) in self._words_of_names:
                return "".join(read)
        return mended

    @cached_property
    def _words_of_names(self) -> frozenset[str]:
        """The stems of the words of all curated names."""
        return _words_of_names(self._resolver.curated)

    def _may_be_misread(self, key: str) -> bool:
        """Tell whether a word could be one that a reader of pictures confused."""
        return not key.isdecimal() and (len(key) > 1 or not key.isascii()) and self._mended(key) != key

    def _stem(self, key: str) -> tuple[str, int]:
        """Return a word's stem, and the mark of a form that its language has of a word of names."""
        stem = _stem(key)
        if key in self._inflected_words or stem in self._words_of_names:
            return stem, 0
        base = self._inflections.base(key, self._inflected_words)
        return (_stem(base), INFLECTED) if base else (stem, 0)

    @cached_property
    def _inflections(self) -> Inflections:
        return Inflections.load()

    @cached_property
    def _inflected_words(self) -> frozenset[str]:
        """The keys of names, and of their words, in the languages whose words change."""
        return _inflected_words(self._resolver.curated)

    def _know(self, written: str) -> tuple[str, str, int]:
        """Return the key, the stem and the marks of a word."""
        if "l" in written and written.isalpha() and _CAPITAL_I.search(written):
            key = token_key(_CAPITAL_I.sub("1", written))  # to be mended, and told as such
        else:
            key = _key_of(written)
        if not key:
            return "", "", 0
        word = Word(0, len(key), key, *self._stems[key])
        marks = word.marks | _digits_of(key)
        marks |= MISREAD if self._may_be_misread(key) else 0
        if not is_amount(key) and (self.may_begin_more(word) or self.may_begin(word, None)):
            marks |= BEGINS_NAME
        return key, word.stem, marks

    @cached_property
    def _table(self) -> dict[str, tuple[Spelling, ...]]:
        return _spellings_by_stem(self._resolver.curated)

    def _written_so(self, text: str, words: list[Word], first: int, last: int, key: str) -> tuple[Spelling, ...]:
        """Return the spellings of this key that words of a text can be, by one of the chemical's names that have it."""
        return tuple(
            spelling
            for spelling in self._table[key]
            if any(
                _holds_together(text, words, first, last, name) for name in self._written[spelling.chemical.cas][key]
            )
        )

    def _is_plural(self, word: Word, spellings: tuple[Spelling, ...]) -> bool:
        """Tell whether a word is a short name in the plural."""
        if not _is_short(word) or word.marks & INFLECTED:
            return False
        names = (name for spelling in spellings for name in self._written[spelling.chemical.cas][word.stem])
        return all(_key_of(name) != word.key for name in names)

    @cached_property
    def _trie(self) -> marisa_trie.Trie:
        return _trie_of_stems(self._resolver.curated)


@lru_cache(maxsize=TABLES_KEPT)
def _spellings_by_stem(curated: CuratedNames) -> dict[str, tuple[Spelling, ...]]:
    return by_key(curated.chemicals, running_name, f"stem-{STEMS_VERSION}")


@lru_cache(maxsize=TABLES_KEPT)
def _trie_of_stems(curated: CuratedNames) -> marisa_trie.Trie:
    return marisa_trie.Trie(_spellings_by_stem(curated))


@lru_cache(maxsize=TABLES_KEPT)
def _words_of_names(curated: CuratedNames) -> frozenset[str]:
    def words(_: list[str]) -> Iterator[str]:
        for name in _names_in(curated, _WRITTEN_IN_LETTERS):
            yield from (running_key(found[0]) for found in WORD.finditer(name))

    return frozenset(kept_of_names(curated.chemicals, f"words-{STEMS_VERSION}", words))


@lru_cache(maxsize=TABLES_KEPT)
def _inflected_words(curated: CuratedNames) -> frozenset[str]:
    def words(_: list[str]) -> Iterator[str]:
        for name in _names_in(curated, Inflections.load().languages):
            yield normalise_name(name)
            yield from (_key_of(found[0]) for found in WORD.finditer(name))

    return frozenset(kept_of_names(curated.chemicals, f"inflected-words-{STEMS_VERSION}", words))


def _names_in(curated: CuratedNames, languages: Container[str]) -> Iterator[str]:
    return (name.text for chemical in curated.chemicals for name in chemical.names if name.lang in languages)


@lru_cache(maxsize=TABLES_KEPT)
def _han_pairs(curated: CuratedNames) -> frozenset[str]:
    return frozenset(
        "".join(pair)
        for name in _spellings_by_stem(curated)
        for pair in pairwise(name)
        if _HAN_ONE.match(pair[0]) and _HAN_ONE.match(pair[1])
    )


@lru_cache(maxsize=TABLES_KEPT)
def _names_as_written(curated: CuratedNames) -> Remembered[str, dict[str, tuple[str, ...]]]:
    """Return a chemical's names by their keys, as they are written: Clorosarín and Cloro Sarín have one key."""

    def names_by_key(cas: str) -> dict[str, tuple[str, ...]]:
        table: dict[str, dict[str, None]] = {}
        for chemical in curated.chemicals:
            for name in chemical.names if chemical.cas == cas else ():
                table.setdefault(running_name(name.text), {})[name.text] = None
        return {key: tuple(names) for key, names in table.items()}

    return Remembered(names_by_key)


class _KnownWords(Remembered[str, tuple[str, str, int]]):
    """The key, the stem and the marks of words; an amount is its own key, and not worth to be remembered."""

    def __missing__(self, written: str) -> tuple[str, str, int]:
        if is_amount(written) and written.isascii():
            return written, written, DIGIT_FIRST | DIGIT_LAST
        return super().__missing__(written)


class _Opening(NamedTuple):
    """What names can begin with a word and the next one: the word alone (at its beginning), whether names can go on, or
    a capital makes the word another one, and whether curated names can.
    """

    alone: Spotted | None
    goes_on: bool
    curated: bool


def _in_a_row(words: list[Word], first: int, most: int, part: Callable[[Word], str]) -> tuple[str, dict[int, int]]:
    """Put the keys or the stems of so many words in a row, at most as long as a name can be, and say which word ends at
    which place of it.
    """
    row = ""
    ends: dict[int, int] = {}
    after_digit = 0
    for number, word in enumerate(words[first : first + most], first):
        marks = word[4]
        row += f",{part(word)}" if after_digit and marks & DIGIT_FIRST else part(word)
        ends[len(row)] = number
        if len(row) > MOST_CHARACTERS + 1:
            break
        after_digit = marks & DIGIT_LAST
    return row, ends


def running_key(word: str) -> str:
    """Return the stem of a word as it stands in running text: without article, plural or case ending.

    >>> running_key("Триэтаноламином"), running_key("السارين"), running_key("cyanures"), running_key("Phosgene")
    ('триэтаноламин', 'سارين', 'cyanur', 'phosgen')
    """
    return _stem(_key_of(word))


@lru_cache(maxsize=100_000)
def running_name(name: str) -> str:
    """Return the stems of a whole name as `NameScanner` meets them in running text."""
    keys = [key for found in WORD.finditer(name) if (key := _key_of(found[0]))]
    return "".join(
        f",{_stem(key)}" if number and keys[number - 1][-1] in _APART_AFTER and key[0].isdecimal() else _stem(key)
        for number, key in enumerate(keys)
    )


def _key_of(word: str) -> str:
    """Return a word's key: О- and Р- are places in a name, whichever alphabet the one letter is of, and the alef that
    carries the Arabic sign of the accusative is no letter of the word.
    """
    key = token_key(word)
    if _ACCUSATIVE in word and key.endswith("ا"):
        return key[:-1]
    return _PLACES.get(key, key)


def _stem(key: str) -> str:
    if key.isascii():
        return _PLURAL.sub("", key) if len(key) >= LEAST_WITH_PLURAL and key.isalpha() else key
    if _ARABIC.match(key):
        return _ARTICLE.sub("", key)
    return _CASE_ENDING.sub("", key) if _CYRILLIC.match(key) else key


def is_amount(key: str) -> bool:
    """Tell whether a word is a number of more digits than a place in a name has: no name begins with it."""
    return len(key) > LONGEST_LOCANT and key.isdecimal()


def _is_short(word: Word) -> bool:
    """Tell whether a word is so short that the ending of a plural may make it another word."""
    return word.key.isascii() and len(word.stem) <= LONGEST_WITHOUT_PLURAL


def _digits_of(key: str) -> int:
    return (DIGIT_FIRST if key[0].isdecimal() else 0) | (DIGIT_LAST if key[-1] in _APART_AFTER else 0)


def _placed(alone: Spotted, word: Word, number: int) -> Spotted:
    """Return a name of one word where it stands in a text."""
    return Spotted(word.start + alone.start, word.end, number, number, alone.spellings, alone.name_id)


def _joined(one: str, other: str) -> str:
    return f"{one},{other}" if one[-1] in _APART_AFTER and other[0].isdecimal() else one + other


def _mended(key: str) -> str:
    """Read a word without what a reader of pictures confuses: digits among letters, and rn for m.

    >>> _mended("thiodig1yc0l"), _mended("rnethylphosphonate"), _mended("хл0рпикрин"), _mended("c6h15no3")
    ('thiodiglycol', 'methylphosphonate', 'хлорпикрин', 'c6h15no3')
    """
    if not key.isascii():
        if key in _MISWRITTEN_HAN:
            return _MISWRITTEN_HAN[key]
        if all(letter in _LOOKS_LATIN for letter in key):
            return key.translate(_AS_LATIN)
        return _DIGIT_IN_CYRILLIC.sub(lambda found: _AS_CYRILLIC[found[0]], key) if _CYRILLIC.search(key) else key
    mended = as_read_by_ocr(key) or key
    if mended == key and len(key) <= LONGEST_FORMULA and not key.isalpha():
        return key.replace("0", "o").replace("i", "l")
    return mended.replace("rn", "m") if len(mended) > LEAST_MISREAD and mended.isalpha() else mended


def _last_word(words: list[Word], ends: dict[int, int], at: int) -> int | None:
    """Return the word that ends at a place of the stream, or that ends there but for the sign of the plural."""
    last = ends.get(at)
    if last is None and (last := ends.get(at + 1)) is not None:
        key = words[last].key
        return last if key.endswith("s") and len(key) > LEAST_WITH_PLURAL else None
    return last


def _holds_together(text: str, words: list[Word], first: int, last: int, name: str) -> bool:
    """Tell whether words of a text can be one name: a name of one word is not two with a capital or a sign between."""
    if first == last:  # a capital and a plural are no Soman: Somanes is another word
        if not _is_short(words[first]) or words[first].marks & INFLECTED or words[first].key == _key_of(name):
            return True
        return name[1:].islower() and text[words[first].start].islower() and words[first].key.endswith("s")
    breaks = _breaks(name)
    at = 0
    for number in range(first, last):
        at += len(words[number].stem)
        gap = text[words[number].end : words[number + 1].start]
        signs = "".join(gap.split())
        if _STRANGE_GAP.search(gap) and (not signs or signs != breaks.get(at)):
            return False
        if not signs and (
            (number == first and _is_little_word(text, words[first], name[0]))
            or (number + 1 == last and _is_little_word(text, words[last], name[-1]))
        ):
            return False
        following = text[words[number + 1].start]
        if at not in breaks and following.isupper() and text[words[number].start : words[number].end].istitle():
            return False
        if at not in breaks and _HAN_ONE.match(following) and gap.strip("\n\r \u200b\u200c\u200d\u2060\ufeff"):
            return False
    return True


def _longest_apart(spotted: list[Spotted]) -> list[Spotted]:
    """Return names in the order of the text, without those that are only a part of one put right."""
    repaired = [name for name in spotted if name.repaired]
    kept = (
        name
        for name in spotted
        if name.repaired or not any(other.first <= name.first and name.last <= other.last for other in repaired)
    )
    return sorted(kept)


def _is_little_word(text: str, word: Word, letter: str) -> bool:
    """Tell whether a small letter is a word, and not the capital of a name: "о иприте" is of mustard, no O-mustard."""
    return word.end - word.start == 1 and text[word.start].islower() and letter.isupper()


@lru_cache(maxsize=20_000)
def _breaks(name: str) -> dict[int, str]:
    """Return where the words of a name end in its stems, with the signs that stand there, without spaces."""
    found = list(WORD.finditer(name))
    ends = accumulate(len(running_key(match[0])) for match in found)
    signs = ["".join(name[match.end() : other.start()].split()) for match, other in pairwise(found)]
    return dict(zip(ends, (*signs, ""), strict=True)) if found else {}


def _reaches_further(words: list[Word], one: int, other: int) -> bool:
    """Tell whether a name of the index that ends later is another name, and not the same with an amount behind it."""
    return other > one and not all(word.key.isdecimal() for word in words[one + 1 : other + 1])


def _beginnings(key: str) -> Iterator[tuple[int, str]]:
    """Yield a word's key, and in Arabic the key without a letter that joins on in front, with how much is left out."""
    yield 0, key
    if len(key) > LEAST_AFTER_JOINED and key[0] in _JOINED and _ARABIC.match(key):
        yield 1, key[1:]
        if key[1] in _JOINED and len(key) > LEAST_AFTER_JOINED + 1:
            yield 2, key[2:]


KEY, STEM = attrgetter("key"), attrgetter("stem")
BEGINS_NAME, MISREAD, DIGIT_FIRST, DIGIT_LAST, INFLECTED = 1, 2, 4, 8, 16
LEAST_WITH_PLURAL = 5
LONGEST_WITHOUT_PLURAL = 6
LEAST_AFTER_JOINED = 3
LEAST_MISREAD = 5
FEW_WORDS = 5
"""Words that most names have at most; more are only put in a row where a known name begins with so many."""
LONGEST_LOCANT = 2
LEAST_LETTERS, MOST_READINGS = 3, 16
LONGEST_LITTLE = 3
"""Letters of a word that may be no part of a name: of, le, the."""
LEAST_HAN = 2
"""Characters behind the first one of a Chinese name that is put right: of two it is too easily another word."""
AMOUNT = "#"
"""Stands for a number of more digits than a place in a name has: which one it is does not matter."""
LONGEST_FORMULA = 6
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HIRAGANA, _KATAKANA = "\u3041-\u309f", "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_UNSPACED = _HAN + _HIRAGANA + _KATAKANA
_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
_UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_IN_WORD = rf"[^\W_{_UNSPACED}]+|[{_MARKS}{_UNSEEN}]+|-\r?\n[ \t]{{0,20}}(?=[^\W\d_{_UNSPACED}])"
WORD = re.compile(rf"[{_HAN}{_HIRAGANA}]|[{_KATAKANA}]+|[^\W_{_UNSPACED}{_UNSEEN}](?:{_IN_WORD})*['’′″‴]*")
"""A word: of letters and digits with the primes behind it, over the end of a line where it is parted there; in Chinese
and Japanese every character is one, but for a run of katakana, which is one word.
"""
ASCII_WORD = re.compile(r"[A-Za-z0-9]+(?:-\r?\n[ \t]{0,20}[A-Za-z][A-Za-z0-9]*)*'*")
"""The same where a text has no other letters: quicker."""
_APART_AFTER = frozenset("0123456789′")
_ARABIC = re.compile("[\u0600-\u06ff]")
_ARTICLE = re.compile("^(?:[وف]?[بك]?ال|[وف]?لل)(?=..)")
_PLURAL = re.compile("(?:es|s|e)$")
_STRANGE_GAP = re.compile(r"[&;:!?|/=<>@#\t]|\. |, [^\s\d(]?$|\n\n")
_HAN_ONE = re.compile(f"[{_HAN}]")
_DIGIT_IN_CYRILLIC = re.compile("(?<=[а-я])[0361](?=[а-я])")
AFTER_LOCANT = ("-", ",", "،", "，", "、", "'", "’", "′", "(", "‐", "–", ":", "‑", "－", "−", "（", "［", "[", "＇")
_MISWRITTEN_HAN = dict(
    zip(
        "安按鞍胶氨铵纯淳醉脂指旨鳞麟邻林绿录碌砚枫风矾纳晴青请轻清睛哭枯若汽己已淋介戒界干本苹笨贫流琉弗佛养申肿酞谜铜派定魁稀唆棱绷炭",
        "胺胺胺胺胺胺醇醇醇酯酯酯磷磷磷磷氯氯氯砜砜砜砜钠氰氰氢氢氰腈苦苦苦气乙乙林芥芥芥甘苯苯苯频硫硫氟氟氧砷胂酰醚酮哌啶奎烯梭梭崩碳",
        strict=True,
    )
)
"""Characters that are typed or read for others of the same sound or look in names of chemicals."""
_WRITTEN_IN_LETTERS = ("any", "en", "fr", "es", "ru")
_DIGITS_MISREAD = frozenset("013568")
_LATIN_FOR = {"0": "o", "1": "li", "5": "s", "8": "b"}
_CYRILLIC_FOR = {"0": "о", "1": "л", "3": "з", "6": "б"}
_ACCUSATIVE = "\u064b"
_PLACES = {"о": "o", "р": "p"}
_CAPITAL_I = re.compile("(?<=[A-Z]{2})l(?=[A-Z])|(?<=[A-Z])l(?=l?[A-Z]{2})|^l(?=[A-Z]{4})")
"""An l among capitals, which is an I."""
_LOOKS_LATIN = "авекмнорстху"
_AS_LATIN = str.maketrans(_LOOKS_LATIN, "abekmhopctxy")
_FROM_LATIN = str.maketrans("abekmhopctxy", _LOOKS_LATIN)
_LOOKS_CYRILLIC = frozenset("abekmhopctxy")
_AS_CYRILLIC = {"0": "о", "3": "з", "6": "б", "1": "л"}
_JOINED = "وفبكل"
_CYRILLIC = re.compile("[\u0400-\u04ff]")
# Of keys, in which й is и and ё is е.
_CASE_ENDING = re.compile(
    "(?<=...)(?:иями|иям|иях|иеи|ием|ью|ами|ями|ого|его|ому|ему|ыми|ими|ои|еи|ом|ем|ым|им|ых|их|ую|юю|ая|яя|ое|ее|ые|ие|ыи|ов|ев|ам|ям|ах|ях"
    "|ия|ию|ии|ья|ові|еві|єві|ією|ою|ею|єю|ії|оі|іи|[ауыеоиюяьіє])$"
)
