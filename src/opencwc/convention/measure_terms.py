"""How the measures' terms are said in a language: small patterns that carry inflection, found in folded text.

A pattern is written as one would say it, without accents mattering: ``~`` stands for any ending (``develop~`` is also
"development"), a space for any space or line break, ``..`` for up to 60 signs within a sentence, ``(a|b)`` and ``?`` as
in a regular expression. Arabic words are found with the article and with the particles written onto them; Chinese has
no word boundaries. Nothing else of regular expressions is let in, so that no pattern can run away.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from opencwc.convention.chinese import simplified
from opencwc.errors import RuleError


class Folded(NamedTuple):
    """A text made plain for looking things up; ``places[i]`` is where sign ``i`` of ``text`` stands in the original."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Turn a span of the folded text into one of the original."""
        return self.places[start], self.places[end - 1] + 1


class Hit(NamedTuple):
    """Where a term was found in a folded text: ``Hit("develop", 3, 10)``."""

    term: str
    start: int
    end: int


def fold(text: str) -> Folded:
    """Return a text in small letters without accents, vowel signs and stretches, whatever form its letters have.

    Traditional Chinese becomes simplified.

    >>> fold("Détention «L’État»").text
    "detention «l'etat»"
    >>> fold("الأَسلحة").text == fold("الاسلحه").text
    True
    """
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for letter in _plain(sign):
            signs.append(letter)
            places.append(place)
    return Folded("".join(signs), tuple(places))


@lru_cache(maxsize=4096)
def _plain(sign: str) -> str:
    if sign in _REPLACED:
        return _REPLACED[sign]
    opened = simplified(unicodedata.normalize("NFKD", sign).casefold())
    return "".join(
        _REPLACED.get(letter, letter)
        for letter in opened
        if not unicodedata.combining(letter) and unicodedata.category(letter) != "Cf"
    )


_REPLACED = {
    "’": "'", "ʼ": "'", "‘": "'", "‐": "-", "‑": "-", "–": "-", "—": "-", "ة": "ه", "ى": "ي", "ـ": "",
    "٠": "0", "١": "1", "٢": "2", "٣": "3", "٤": "4", "٥": "5", "٦": "6", "٧": "7", "٨": "8", "٩": "9",
    "ی": "ي", "ک": "ك", "…": "...", "œ": "oe", "æ": "ae",
}  # fmt: skip


class Terms:
    """The terms of one language; each is compiled when it is first asked for.

    >>> words = Terms("en", {"develop": ["develop~"]})
    >>> [words.holds((("develop",),), fold(text).text) for text in ("the Development of", "to produce")]
    [True, False]
    """

    def __init__(self, language: str, patterns: Mapping[str, tuple[str, ...] | list[str]]) -> None:
        self.language = language
        self.patterns = {term: tuple(said) for term, said in patterns.items()}
        self._compiled: dict[str, re.Pattern[str]] = {}

    def pattern(self, term: str) -> re.Pattern[str]:
        """Return the compiled pattern of a term; raise `RuleError` where it is not known in the language."""
        if term not in self._compiled:
            if term not in self.patterns:
                raise RuleError(
                    "term_not_said_in_language", where=f"{self.language}.yaml", term=term, language=self.language
                )
            said = sorted(self.patterns[term], key=len, reverse=True)
            whole = joined([compile_pattern(pattern, self.language) for pattern in said])
            try:
                self._compiled[term] = re.compile(whole)
            except re.error as error:
                raise RuleError(
                    "pattern_unreadable", where=f"{self.language}.yaml", term=term, reason=str(error)
                ) from error
        return self._compiled[term]

    def find(self, term: str, folded: str) -> Iterator[Hit]:
        """Yield every place of a term in a folded text."""
        for match in self.pattern(term).finditer(folded):
            yield Hit(term, match.start(), match.end())

    def found(self, groups: tuple[tuple[str, ...], ...], folded: str) -> tuple[Hit, ...]:
        """Return one hit for every group of terms, the first of each; nothing where one group has none."""
        hits: list[Hit] = []
        for group in groups:
            first = next((hit for term in group for hit in self.find(term, folded)), None)
            if first is None:
                return ()
            hits.append(first)
        return tuple(hits)

    def holds(self, groups: tuple[tuple[str, ...], ...], folded: str) -> bool:
        """Tell whether a folded text holds a term of every group."""
        return all(any(self.pattern(term).search(folded) for term in group) for group in groups)


def joined(patterns: Sequence[str]) -> str:
    """Join compiled patterns; that a word begins is asked once for all of them, which is several times as fast."""
    begun = [pattern.removeprefix(_BEGINS) for pattern in patterns if pattern.startswith(_BEGINS)]
    others = [pattern for pattern in patterns if not pattern.startswith(_BEGINS)]
    return "|".join([f"{_BEGINS}(?:{'|'.join(begun)})", *others] if begun else others)


def compile_pattern(said: str, language: str) -> str:
    """Turn a pattern as written in a language's file into a regular expression for folded text.

    >>> bool(re.search(compile_pattern("arme~ chimique~", "fr"), fold("d'Armes\\nchimiques").text))
    True
    >>> bool(re.search(compile_pattern("سلاح~ كيميايي~", "ar"), fold("والسلاح الكيميائي").text))
    True
    """
    strange = _NOT_LET_IN.search(said)
    if strange or not said.strip():
        where = f"{language}.yaml"
        if strange:
            raise RuleError("pattern_sign_unknown", where=where, pattern=said, sign=strange.group())
        raise RuleError("pattern_empty", where=where)
    if language == "ar":  # written before a suffix, these two change their letter
        said = said.replace("ة~", "(ه|ت)~").replace("ء~", "(ء|و|ي)~")
    text = fold(said.replace(" .. ", "\x00").replace("..", "\x00")).text
    pieces: list[str] = []
    opens = True  # a word begins here
    for sign in text:
        arabic = language == "ar" and "ء" <= sign <= "ي"
        if arabic and opens:
            pieces.append(_ARABIC_ONTO)
        opens = sign in " (|\x00"
        pieces.append(_SIGNS.get(sign, re.escape(sign)))
    whole = "".join(pieces)
    if language == "zh":
        return whole.replace(_SIGNS[" "], r"\s*").replace(_SIGNS["\x00"], "[^。;]{0,30}?")
    left = "" if text.startswith("\x00") else _BEGINS  # also before "~": a word is tried once, from its beginning
    right = "" if text.endswith(("~", "\x00")) else r"(?!\w)"
    return f"{left}(?:{whole}){right}"


_NOT_LET_IN = re.compile(r"[*+{}\[\]\\^$]|\((?!\w|~)|[~?]{2}|\.\.\.")
_SIGNS = {
    " ": r'[\s("«\[]+',
    "~": r"\w*",
    "\x00": r"\W(?:[^.;。；؛]{0,60}?\W)?",
    "(": "(?:",
    ")": ")",
    "|": "|",
    "?": "?",
}
_BEGINS = r"(?<!\w)"
_ARABIC_ONTO = "(?:[وف]?(?:[بكل]?ال|لل|[بكل])?)"
