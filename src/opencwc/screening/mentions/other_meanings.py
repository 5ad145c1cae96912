"""What a name means beside what stands around it: the signs of a chemical, weighed against those of something else.

Sarin is a family name, Tabun a village, L-1 a shelf. What touches a name weighs most, what stands somewhere in its line
least. Where the other meaning weighs more, the name is no mention; where both weigh the same, a person must look.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from opencwc.chemistry.chemical_words import has_morpheme
from opencwc.chemistry.curated_names import CuratedNames
from opencwc.chemistry.name_parts import NameParts
from opencwc.chemistry.name_scanning import NameScanner, Spotted, Word
from opencwc.language.commerce import Stated
from opencwc.language.other_meanings import MeaningWords
from opencwc.screening.mentions.model import TextRead

TOUCHING, APPOSED, SOMEWHERE = 3, 2, 1
"""What a sign weighs: beside the name; parted from it by a comma; somewhere in its line."""


class OtherMeanings:
    """Weighs what a name means, by the words of all languages at once."""

    def __init__(self, scanner: NameScanner, curated: CuratedNames, parts: NameParts) -> None:
        words = MeaningWords.load()
        self._curated = curated
        self._parts = parts
        self._people, self._places, self._towards, self._storage, self._firms, self._senders = (
            _Phrases.of(phrases, scanner)
            for phrases in (
                words.people_before, words.places_before, words.towards, words.parts_before, words.firms_before,
                words.before_colon,
            )
        )  # fmt: skip
        self._no_names, self._chemical = (_Phrases.of(phrases, scanner) for phrases in (words.no_names, words.chemical))
        self._hazard_class = _Phrases.of(words.hazard_class, scanner)
        self._greetings = words.greetings
        self._chapters, self._packings = words.chapters, words.packings
        self._people_behind, self._firms_behind = (
            _Phrases.of(phrases, scanner, stemmed=False) for phrases in (words.people_after, words.firms_after)
        )

    def is_title(self, word: Word) -> bool:
        """Tell whether the name of a person, a place or a firm follows a word."""
        return self._people.has(word) or self._places.has(word) or self._firms.has(word)

    def is_firm(self, name: Spotted, text: str, words: Sequence[Word]) -> bool:
        """Tell whether a name in capitals has a word of firms, of streets or of places beside it."""
        return _is_capital(text, name) and (
            self._firms_behind.follow(name, text, words)
            or self._firms.precede(name, text, words, _SPACES, self._parts.joins)
            or self._places.precede(name, text, words, _SPACES, self._parts.joins)
        )

    def against(self, name: Spotted, text: str, words: Sequence[Word], *, is_code: bool) -> int:
        """Weigh what speaks for a person, a place, or for a part and where it lies; the latter only of a code."""
        if self._is_of_another(name, text, words) or (is_code and self._storage.precede(name, text, words, _SIGNS)):
            return TOUCHING
        if initial := _INITIAL_BEFORE.search(text, max(0, name.start - 6), name.start):
            return TOUCHING if initial.start() else SOMEWHERE  # "A. Sarin" can also begin a list
        if self._is_apposed(name, text, words):
            return SOMEWHERE if any(map(str.isdigit, text)) else APPOSED
        if text[name.start : name.end].istitle() and self._towards.precede(name, text, words, _SPACES):
            return SOMEWHERE if any(map(self._speaks_of_chemicals, words)) else APPOSED
        if _is_capital(text, name) and (_OWNING.match(text, name.end - 1) or _is_signature(name, text)):
            return APPOSED if self._is_below_a_greeting(name, text) else SOMEWHERE
        return 0

    def in_favour(self, name: Spotted, read: TextRead, *, plain: bool) -> int:
        """Weigh what speaks for a chemical; a ``plain`` name is one where nothing speaks against it."""
        touching = self._touches_chemical(name, read.text, read.words) or (plain and _touches(name, read, _AMOUNTS))
        somewhere = any(statement.kind in _OF_CHEMICALS for statement in read.stated) or any(
            word.stem in self._parts.context for word in read.words
        )
        return SOMEWHERE * plain + TOUCHING * touching + SOMEWHERE * somewhere

    def may_be_named(self, word: Word) -> bool:
        """Tell whether a word in capitals can be a part of a person's name, and is no small word or kind of goods."""
        return not self._no_names.has(word)

    def speaks_of_agents(self, read: TextRead) -> bool:
        """Tell whether a text has what makes even two letters a code of a chemical: a word such as "precursor", a UN
        number, the class of poisons.
        """
        text = read.text
        return (
            any(word.stem in self._parts.agents for word in read.words)
            or any(statement.kind == "un_number" for statement in read.stated)
            or (not text.isascii() and any(sign in text for sign in self._parts.agents_unspaced))
            or any(self._is_class_of_poisons(found.start(), read) for found in _CLASS_OF_POISONS.finditer(text))
        )

    def states_chemical(self, statement: Stated) -> bool:
        """Tell whether what a text states is said of chemicals alone: a share, a number, a tariff code, a drum."""
        if statement.kind == "hs_code":
            return statement.value.startswith(self._chapters)
        return statement.kind in _OF_CHEMICALS or (statement.kind == "packaging" and statement.value in self._packings)

    def touches_share(self, name: Spotted, read: TextRead) -> bool:
        """Tell whether a concentration stands right beside a name."""
        return _touches(name, read, ("concentration",))

    def _is_class_of_poisons(self, start: int, read: TextRead) -> bool:
        number = bisect_left(read.words, start, key=_start) - 1
        if self._hazard_class.signs and read.text[:start].rstrip(_BARE_SIGNS).endswith(self._hazard_class.signs):
            return True
        return number >= 0 and self._hazard_class.has(read.words[number])

    def _is_of_another(self, name: Spotted, text: str, words: Sequence[Word]) -> bool:
        """Tell whether what is beside a name makes it a person's or a place's."""
        if (
            self._people.precede(name, text, words, _SIGNS)
            or self._senders.precede(name, text, words, _COLON)
            or ("@" in text and _is_in_address(name, text))
        ):
            return True
        return _is_capital(text, name) and (
            self._places.precede(name, text, words, _SIGNS, self._parts.joins)
            or self._people_behind.follow(name, text, words)
            or _INITIAL_BEHIND.match(text, name.end) is not None
            or self._has_street_behind(name, text, words)
        )

    def _has_street_behind(self, name: Spotted, text: str, words: Sequence[Word]) -> bool:
        """Tell whether the number of a house and a word of streets stand behind a name: ", 12 Park Road"."""
        house = _HOUSE.match(text, name.end)
        if house is None:
            return False
        first, *rest = words[name.last + 2 : name.last + 4] or (None,)
        if first is None or first.start != house.end():
            return False
        is_street = self._places.has(first) or (first.key,) in self._firms_behind.words
        named = text[first.start].isupper() and any((word.key,) in self._firms_behind.words for word in rest)
        return is_street or named

    def _is_below_a_greeting(self, name: Spotted, text: str) -> bool:
        """Tell whether the line above a name is a greeting and nothing else."""
        above = text[: name.start].rstrip().rpartition("\n")[2]
        return above.strip(" ,!،，").casefold() in self._greetings

    def _is_apposed(self, name: Spotted, text: str, words: Sequence[Word]) -> bool:
        """Tell whether behind a name in capitals come a comma and a place, or a word in capitals that is none of
        chemicals.
        """
        if not _is_capital(text, name) or name.last + 1 >= len(words):
            return False
        word = words[name.last + 1]
        if not _APPOSED.match(text, name.end):
            return self._places.has(word) and _COMMA.fullmatch(text, name.end, word.start) is not None
        written = text[word.start : word.end]
        return not (
            self._speaks_of_chemicals(word)
            or self._no_names.has(word)
            or has_morpheme(word.key)
            or self._curated.by_name(written)
        )

    def _speaks_of_chemicals(self, word: Word) -> bool:
        return word.stem in self._parts.context or word.stem in self._parts.agents or self._chemical.has(word)

    def _touches_chemical(self, name: Spotted, text: str, words: Sequence[Word]) -> bool:
        behind = text[name.end : name.end + _HAN_BESIDE]
        if not behind.isascii() and any(sign in behind for sign in self._parts.context_han):
            return True
        before, after = words[max(0, name.first - 1) : name.first], words[name.last + 1 : name.last + 2]
        return any(
            self._speaks_of_chemicals(word)
            and (word.key,) not in self._firms_behind.words  # Sarin Solutions
            and _BESIDE.fullmatch(text, start, end)
            for word, start, end in (
                *((word, word.end, name.start) for word in before),
                *((word, name.end, word.start) for word in after),
            )
        )


class _Phrases(NamedTuple):
    """Words and phrases by their stems, or as keys; those of languages without spaces between words as they are."""

    words: frozenset[tuple[str, ...]]
    signs: tuple[str, ...]
    longest: int

    @classmethod
    def of(cls, phrases: Iterable[str], scanner: NameScanner, *, stemmed: bool = True) -> _Phrases:
        signs = tuple(phrase for phrase in phrases if _UNSPACED.search(phrase))
        words = frozenset(
            tuple(word.stem if stemmed else word.key for word in scanner.words(phrase))
            for phrase in phrases
            if phrase not in signs
        )
        return cls(words, signs, max(map(len, words), default=1))

    def has(self, word: Word) -> bool:
        """Tell whether a word is one of them."""
        return (word.stem,) in self.words

    def precede(
        self, name: Spotted, text: str, words: Sequence[Word], gap: re.Pattern[str], joins: frozenset[str] = frozenset()
    ) -> bool:
        """Tell whether one of them stands before a name, with nothing but a gap and words that join between."""
        if self.signs and not text.isascii() and text[: name.start].rstrip(_BARE_SIGNS).endswith(self.signs):
            return True
        last = name.first - 1
        while last > 0 and words[last].stem in joins:
            last -= 1
        if last < 0 or not gap.fullmatch(text, words[last].end, words[last + 1].start):
            return False
        return any(
            tuple(word.stem for word in words[last + 1 - size : last + 1]) in self.words
            for size in range(1, min(self.longest, last + 1) + 1)
        )

    def follow(self, name: Spotted, text: str, words: Sequence[Word]) -> bool:
        """Tell whether one of them stands right behind a name."""
        if self.signs and not text.isascii() and text[name.end :].lstrip().startswith(self.signs):
            return True
        following = words[name.last + 1 : name.last + 2]
        return any((word.key,) in self.words and _SPACES.fullmatch(text, name.end, word.start) for word in following)


def _is_capital(text: str, name: Spotted) -> bool:
    """Tell whether a name begins with a capital, or is of a script without capitals."""
    first = text[name.start]
    return first.isupper() or first.lower() == first.upper()


def _is_in_address(name: Spotted, text: str) -> bool:
    """Tell whether a name is a part of a mail address, or stands before one in angle brackets."""
    return (
        _ADDRESS_BEHIND.match(text, name.end) is not None
        or _ADDRESS_BEFORE.search(text, max(0, name.start - _LONGEST_ADDRESS), name.start) is not None
    )


def _is_signature(name: Spotted, text: str) -> bool:
    """Tell whether a name fills a line by itself behind a line that ends as a greeting does."""
    before, _, left = text[: name.start].rpartition("\n")
    right = text[name.end :].partition("\n")[0]
    return before.rstrip().endswith((",", "!")) and not left.strip() and not right.strip(" .")


def _touches(name: Spotted, read: TextRead, kinds: Sequence[str]) -> bool:
    """Tell whether something stated stands beside a name, with nothing but a space or a small word between."""
    return any(
        statement.kind in kinds
        and (
            _OF.fullmatch(read.text, statement.end, name.start) is not None
            or _SPACES.fullmatch(read.text, name.end, statement.start) is not None
        )
        for statement in read.stated
    )


_start = attrgetter("start")
_AMOUNTS = ("quantity", "concentration")
_OF_CHEMICALS = ("concentration", "un_number", "cas_number", "ec_number")
_HAN_BESIDE = 3
_LONGEST_ADDRESS = 60
_ADDRESS_BEHIND = re.compile(r"[\w.+-]*@\w| ?<[^<>\s]+@")
_ADDRESS_BEFORE = re.compile(r"\w@[\w.-]*$")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_BARE_SIGNS = " \t:：,，、;；"
_SPACES = re.compile(r"[ \u00a0]{0,2}[«“„\"'(]?|[ \u00a0]?& ?")
_CLASS_OF_POISONS = re.compile(r"(?<![\w.])6\.1(?![\w.])")
_SIGNS = re.compile(r"[\s\u00a0«“„\"',،:：/\t*–-]{0,6}|\.\s?|\.?\s?[:：]\s?")
_COLON = re.compile(r"\s?[:：]\s{0,2}")
_BESIDE = re.compile(r"[ \u00a0-]{0,2}")
_OF = re.compile(r" ?|(?: (?:of|de|d['’]|von|van|di))? ")
_INITIAL_BEFORE = re.compile(r"(?<!\w)[^\W\d_a-z]\. ?$")
_INITIAL_BEHIND = re.compile(r",? ?[^\W\d_a-zа-я\u0600-\u06ff\u3040-\uffff]\.(?!\d)")
_APPOSED = re.compile(r", ?[^\W\d_a-zа-я\u0600-\u06ff\u3040-\uffff](?!-)\w*")
_HOUSE = re.compile(r",? ?\d{1,4}(?:st|nd|rd|th| ?[a-z])?,? (?=\w)")
_COMMA = re.compile(r",\s?")
_OWNING = re.compile(r".?['’]s?\b|['’]")
