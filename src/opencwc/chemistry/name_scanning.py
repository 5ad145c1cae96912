"""Names of chemicals in running text: every word of it is held against all known names at once, in one pass.

A text becomes a stream of keys, one a word, in which spaces, hyphens and case do not count; at each word the two tries
(the curated names, and the index of names) give every name that begins there. Names in Arabic are found with their
article and the letters that join on to a word, names in Russian in every case, plurals by their ending.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import accumulate, islice, pairwise, product
from typing import NamedTuple

import marisa_trie

from opencwc.chemistry.chemical_words import looks_chemical
from opencwc.chemistry.curated_names import Spelling, by_key
from opencwc.chemistry.names import as_read_by_ocr, token_key
from opencwc.chemistry.resolving import Resolver

STEMS_VERSION = 6
"""Raised with every change of what ``running_name`` gives, so that stored stems are made anew."""

MOST_CHARACTERS = 240
"""Of a name's key; no curated name is longer."""


class Word(NamedTuple):
    """A word of a text: where it stands, its key as the index of names has it, and its stem."""

    start: int
    end: int
    key: str
    stem: str


class Spotted(NamedTuple):
    """A name in a text: characters ``start`` to ``end``, which are the words ``first`` to ``last``.

    ``spellings`` are curated ones; where there are none, ``name_id`` is the name's in the index. ``repaired`` is set
    where the name is only there when what a reader of pictures confuses is read as letters; ``plural`` where it is a
    short name that stands in the plural, as sarins, and may be another word.
    """

    start: int
    end: int
    first: int
    last: int
    spellings: tuple[Spelling, ...] = ()
    name_id: int = -1
    repaired: bool = False
    plural: bool = False


class NameScanner:
    """Finds names in texts; its memory of words makes the next text quicker."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._keys: dict[str, tuple[str, str]] = {}
        self._begins: dict[tuple[str, str], bool] = {}
        self._confused: dict[str, bool] = {}

    def words(self, text: str) -> list[Word]:
        """Cut a text into words with their keys."""
        known = self._keys
        words: list[Word] = []
        new = tuple.__new__  # quicker than `Word(...)`, and words are what most is made of
        for found in (ASCII_WORD if text.isascii() else WORD).finditer(text):
            written = found[0]
            key, stem = known.get(written) or self._remember(written)
            if key:
                start, end = found.span()
                words.append(new(Word, (start, end, key, stem)))
        return words

    def is_curated(self, name: str) -> bool:
        """Tell whether a text is a curated name as it stands in running text."""
        return running_name(name) in self._table

    def curated_around(self, text: str, words: list[Word], number: int) -> Iterator[Spotted]:
        """Yield, of each word up to ``number``, the longest curated name that begins there and reaches that word.

        The words may have other stems than the text has there.
        """
        streams = _Streams.of(words)
        for first in range(number + 1):
            found = self._longest_curated(text, words, first, streams)
            if found is not None and found.last >= number:
                yield found

    def scan(self, text: str, words: list[Word] | None = None) -> list[Spotted]:
        """Return the names in a text, in its order, the longest at each place; none lies within another."""
        words = self.words(text) if words is None else words
        begins = self._begins
        streams: _Streams | None = None
        spotted: list[Spotted] = []
        misread = False
        number = 0
        count = len(words)
        while number < count:
            word = words[number]
            key = word.key
            following = words[number + 1].key if number + 1 < count else ""
            if len(following) > LONGEST_LOCANT and following.isdecimal():
                following = AMOUNT
            may_begin = begins.get((key, following))
            if may_begin is None:
                second = words[number + 1] if following else None
                may_begin = self.may_begin(word, second and second._replace(key=following))
            if may_begin and not (key.isdecimal() and text[word.end : word.end + 1] not in AFTER_LOCANT):
                streams = streams or _Streams.of(words)
                found = self._longest(text, words, number, streams)
                if found is not None:
                    spotted.append(found)
                    number = found.last + 1
                    continue
            misread = misread or (self.may_be_misread(key) and self._is_of_a_pair(words, number))
            number += 1
        return _longest_apart([*spotted, *self._repaired(text, words, spotted)]) if misread else spotted

    def _longest(self, text: str, words: list[Word], first: int, streams: _Streams) -> Spotted | None:
        """Return the longest name that begins with a word, a curated one before one of the index."""
        word = words[first]
        best: Spotted | None = None
        at = streams.stem_starts[first]
        until = at + len(word.stem)
        for skipped, stem in _beginnings(word.stem):
            rest = stem + streams.stems[until : until + MOST_CHARACTERS]
            shift = until - len(stem)
            for name in self._trie.prefixes(rest):
                last = streams.stem_ends.get(shift + len(name))
                if last is None or (best is not None and last <= best.last):
                    continue
                spellings = tuple(
                    one for one in self._table[name] if self._is_written_so(text, words, first, last, name, one)
                )
                if spellings:
                    plural = last == first and self._is_plural(word, name, spellings)
                    best = Spotted(word.start + skipped, words[last].end, first, last, spellings, plural=plural)
            if best is not None:
                break
        if word.key.isascii():
            at = streams.key_starts[first]
            for length, name_id in self._resolver.index.prefixes(streams.keys[at : at + MOST_CHARACTERS]):
                last = _last_word(words, streams.key_ends, at + length)
                if last is None or (best is not None and not _reaches_further(words, best.last, last)):
                    continue
                weak = (best is not None and best.spellings) or len(word.key) <= LONGEST_LITTLE
                if weak and last > first and not looks_chemical(text[word.start : words[last].end]):
                    continue  # "TDG à" is no TDGA, "of 2" no OF2
                if last == first or not _STRANGE_GAP.search(text, words[first].end, words[last].start):
                    best = Spotted(word.start, words[last].end, first, last, (), name_id)
        return best

    def _repaired(self, text: str, words: list[Word], spotted: list[Spotted]) -> Iterator[Spotted]:
        """Yield the curated names that are there when words are read without what a reader of pictures confuses."""
        covered = {number for one in spotted if one.spellings for number in range(one.first, one.last + 1)}
        mended: list[Word] = []
        for number, word in enumerate(words):
            key = word.key if number in covered else self._mended(word.key)
            mended.append(word if key == word.key else word._replace(key=key, stem=_stem(key)))
        streams = _Streams.of(mended)
        number = 0
        while number < len(mended):
            found = self._longest_curated(text, mended, number, streams)
            if found is None:
                number += 1
                continue
            changed = any(mended[n].key != words[n].key for n in range(found.first, found.last + 1))
            whole = found.last - found.first >= LEAST_HAN or not _HAN_ONE.match(mended[found.first].key)
            if changed and whole and self._holds_what_is_known(found, spotted, covered):
                yield found._replace(repaired=True)
            number = found.last + 1

    @staticmethod
    def _holds_what_is_known(found: Spotted, spotted: list[Spotted], covered: set[int]) -> bool:
        """Tell whether a name put right covers no known one but such as are only parts of it."""
        span = range(found.first, found.last + 1)
        if covered.isdisjoint(span):
            return True
        return all(
            found.first <= one.first and one.last <= found.last
            for one in spotted
            if one.spellings and one.first <= found.last and one.last >= found.first
        )

    def _longest_curated(self, text: str, words: list[Word], first: int, streams: _Streams) -> Spotted | None:
        best: Spotted | None = None
        start = streams.stem_starts[first]
        for name in self._trie.prefixes(streams.stems[start : start + MOST_CHARACTERS]):
            last = streams.stem_ends.get(start + len(name))
            if last is not None:
                spellings = tuple(
                    one for one in self._table[name] if self._is_written_so(text, words, first, last, name, one)
                )
                if spellings:
                    best = Spotted(words[first].start, words[last].end, first, last, spellings)
        return best

    def may_begin(self, word: Word, following: Word | None) -> bool:
        """Tell, and remember, whether a known name is this word, or begins with this word and the next."""
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
        if len(self._begins) >= MOST_REMEMBERED:
            self._begins.clear()
        may = may and not (len(word.key) > LONGEST_LOCANT and word.key.isdecimal())
        self._begins[word.key, following.key if following else ""] = may
        return may

    def may_begin_more(self, word: Word) -> bool:
        """Tell whether a known name of more words could begin with this one."""
        if any(next(self._trie.iterkeys(stem), None) is not None for _, stem in _beginnings(word.stem)):
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
        return any(next(self._trie.iterkeys(one), None) is not None for one in nexts)

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
        return frozenset(
            "".join(pair)
            for name in self._table
            for pair in pairwise(name)
            if _HAN_ONE.match(pair[0]) and _HAN_ONE.match(pair[1])
        )

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
        return frozenset(
            running_key(found[0])
            for one in self._resolver.curated.chemicals
            for name in one.names
            if name.lang in _WRITTEN_IN_LETTERS
            for found in WORD.finditer(name.text)
        )

    def may_be_misread(self, key: str) -> bool:
        """Tell, and remember, whether a word could be one that a reader of pictures confused."""
        known = self._confused.get(key)
        if known is None:
            if len(self._confused) >= MOST_REMEMBERED:
                self._confused.clear()
            known = self._confused[key] = (
                not key.isdecimal() and (len(key) > 1 or not key.isascii()) and self._mended(key) != key
            )
        return known

    def _remember(self, written: str) -> tuple[str, str]:
        if "l" in written and written.isalpha() and _CAPITAL_I.search(written):
            key = token_key(_CAPITAL_I.sub("1", written))  # to be mended, and told as such
        else:
            key = _key_of(written)
        if len(self._keys) >= MOST_REMEMBERED:
            self._keys.clear()
        keys = self._keys[written] = (key, _stem(key))
        return keys

    @cached_property
    def _table(self) -> dict[str, tuple[Spelling, ...]]:
        return by_key(self._resolver.curated.chemicals, running_name, f"stem-{STEMS_VERSION}")

    def _is_written_so(self, text: str, words: list[Word], first: int, last: int, key: str, spelling: Spelling) -> bool:
        """Tell whether words of a text can be one of the chemical's names that have this key."""
        names = self._written[key, spelling.chemical.cas]
        return any(_holds_together(text, words, first, last, name) for name in names)

    def _is_plural(self, word: Word, key: str, spellings: tuple[Spelling, ...]) -> bool:
        """Tell whether a word is a short name in the plural."""
        if not word.key.isascii() or len(word.stem) > LONGEST_WITHOUT_PLURAL:
            return False
        names = (name for one in spellings for name in self._written[key, one.chemical.cas])
        return all(_key_of(name) != word.key for name in names)

    @cached_property
    def _written(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """The names of each key and chemical, as they are written: Clorosarín and Cloro Sarín have one key."""
        table: dict[tuple[str, str], dict[str, None]] = {}
        for chemical in self._resolver.curated.chemicals:
            for name in chemical.names:
                table.setdefault((running_name(name.text), chemical.cas), {})[name.text] = None
        return {key: tuple(names) for key, names in table.items()}

    @cached_property
    def _trie(self) -> marisa_trie.Trie:
        return marisa_trie.Trie(self._table)


class _Streams(NamedTuple):
    """The keys and the stems of the words of a text in a row, where each begins, and which word ends at which place."""

    keys: str
    key_starts: list[int]
    key_ends: dict[int, int]
    stems: str
    stem_starts: list[int]
    stem_ends: dict[int, int]

    @classmethod
    def of(cls, words: list[Word]) -> _Streams:
        keys: list[str] = []
        stems: list[str] = []
        key_starts: list[int] = []
        stem_starts: list[int] = []
        key_ends: dict[int, int] = {}
        stem_ends: dict[int, int] = {}
        at = stem_at = 0
        last = ""
        for number, (_, _, key, stem) in enumerate(words):
            if last in _APART_AFTER and key[0].isdecimal():
                keys.append(",")
                stems.append(",")
                at += 1
                stem_at += 1
            keys.append(key)
            stems.append(stem)
            key_starts.append(at)
            stem_starts.append(stem_at)
            at += len(key)
            stem_at += len(stem)
            key_ends[at] = stem_ends[stem_at] = number
            last = key[-1]
        return cls("".join(keys), key_starts, key_ends, "".join(stems), stem_starts, stem_ends)


MOST_REMEMBERED = 200_000


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
        short = words[first].key.isascii() and len(words[first].stem) <= LONGEST_WITHOUT_PLURAL
        if not short or words[first].key == _key_of(name):
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
    repaired = [one for one in spotted if one.repaired]
    kept = (
        one
        for one in spotted
        if one.repaired or not any(other.first <= one.first and one.last <= other.last for other in repaired)
    )
    return sorted(kept)


def _is_little_word(text: str, word: Word, letter: str) -> bool:
    """Tell whether a small letter is a word, and not the capital of a name: "о иприте" is of mustard, no O-mustard."""
    return word.end - word.start == 1 and text[word.start].islower() and letter.isupper()


@lru_cache(maxsize=20_000)
def _breaks(name: str) -> dict[int, str]:
    """Return where the words of a name end in its stems, with the signs that stand there, without spaces."""
    found = list(WORD.finditer(name))
    ends = accumulate(len(running_key(one[0])) for one in found)
    signs = ["".join(name[one.end() : other.start()].split()) for one, other in pairwise(found)]
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


LEAST_WITH_PLURAL = 5
LONGEST_WITHOUT_PLURAL = 6
LEAST_AFTER_JOINED = 3
LEAST_MISREAD = 5
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
_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
_UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_HAN_NEXT = f"(?![{_HAN}])"
_IN_WORD = rf"[^\W_]|[{_MARKS}{_UNSEEN}]|-\r?\n[ \t]{{0,20}}(?={_HAN_NEXT}[^\W\d_])"
WORD = re.compile(rf"[{_HAN}]|(?:{_HAN_NEXT}[^\W_{_UNSEEN}])(?:{_HAN_NEXT}(?:{_IN_WORD}))*['’′″‴]*")
"""A word: of letters and digits with the primes behind it, over the end of a line where it is parted there; in Chinese
every character is one.
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
    "|ия|ию|ии|ья|[ауыеоиюяь])$"
)
