"""Words that reports use, found in a text: which kinds of words (``seizure``, ``future``, ``deny`` ...) stand where.

A list of words is a YAML file a language: ``group: > phrase; phrase``. In a phrase ``*`` stands for any ending of a
word, ``..`` (in Chinese ``…``) for up to a few other words, ``a/b`` for one of two words. Case, accents, the marks of
Arabic and the forms of its letters do not count, nor do articles between two words of a phrase; words of Arabic are
also looked up without what is written onto their front.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise, product
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from opencwc.convention.chinese import simplified

LANGUAGES = ("en", "fr", "ar", "es", "ru", "zh")
_FOLDER = Path(__file__).parent / "data" / "words"
_WORD = re.compile(r"[^\W_]+")
_END = re.compile(r"[.!?…。！？؟;；\n]+(?!\d)")
_GAPS = ("..", "…")
_GAP, _SIGNS = 4, 8
"""How many words, and how many Chinese signs, may stand where a phrase has a gap."""
_ARTICLES = {
    "en": {"the", "a", "an"},
    "fr": {"le", "la", "les", "l", "un", "une", "des", "du", "de", "d"},
    "es": {"el", "la", "los", "las", "un", "una", "de", "del"},
}
CERTAINTY = frozenset(
    (
        "began",
        "future",
        "over",
        "deny",
        "deny_w",
        "confirm",
        "confirm_w",
        "body",
        "alleged",
        "alleged_w",
        "doubt",
        "remember",
        "refuse",
        "correct",
    )
)
"""The groups that tell how far something is known; all others tell what it is."""
_ARABIC_LETTERS = str.maketrans("أإآٱىةؤئ", "اااايهوي")
_LONGEST_WORD = 40
"""Signs of a word that are looked at: what is longer is no word."""
_LONGEST = 8
"""Signs of the longest Chinese phrase that is looked up at once."""


class Hit(NamedTuple):
    """Words of a group at a place in the text as it was given; ``sentence`` counts from 0."""

    group: str
    start: int
    end: int
    sentence: int


class Word(NamedTuple):
    """A word in the forms under which it is looked up, and its place."""

    forms: tuple[str, ...]
    start: int
    end: int
    sentence: int


class Phrase(NamedTuple):
    """What follows the first word of a phrase: pieces, each with whether a gap stands before it."""

    group: str
    rest: tuple[tuple[str, bool], ...]


class WordList(NamedTuple):
    """The phrases of a language by their first word, whole (``exact``) or by its beginning (``stems``)."""

    lang: str
    exact: Mapping[str, tuple[Phrase, ...]]
    stems: Mapping[str, tuple[Phrase, ...]]
    shapes: Mapping[str, re.Pattern[str]]

    def find(self, text: str) -> list[Hit]:
        """Return every phrase found, in the order of the text."""
        folded, places = fold(text)
        hits = self._in_signs(folded) if self.lang == "zh" else self._in_words(folded)
        told = {Hit(one.group, places(one.start), places(one.end), one.sentence) for one in hits}
        return list(_longest(told.union(self._shaped(text))))

    def _shaped(self, text: str) -> Iterator[Hit]:
        if not self.shapes:
            return
        ends = [match.start() for match in _END.finditer(text)]
        for group, shape in self.shapes.items():
            for match in shape.finditer(text):
                yield Hit(group, match.start(), match.end(), bisect_left(ends, match.start()))

    def _in_words(self, folded: str) -> Iterator[Hit]:
        words = list(_words(folded, self.lang))
        skipped = _ARTICLES.get(self.lang, set())
        for at, word in enumerate(words):
            for phrase in _beginning(self.lang, word.forms):
                end = _end_of(phrase.rest, words, at + 1, skipped) if phrase.rest else at
                if end is not None:
                    yield Hit(phrase.group, word.start, words[end].end, word.sentence)

    def beginning(self, forms: Sequence[str]) -> Iterator[Phrase]:
        """Yield the phrases that begin with a word of these forms."""
        for form in forms:
            yield from self.exact.get(form, ())
            for length in range(2, len(form) + 1):
                yield from self.stems.get(form[:length], ())

    def _in_signs(self, folded: str) -> Iterator[Hit]:
        ends = [match.start() for match in _END.finditer(folded)]
        sentence = 0
        for at in range(len(folded)):
            while sentence < len(ends) and ends[sentence] < at:
                sentence += 1
            for length in range(1, _LONGEST + 1):
                for phrase in self.exact.get(folded[at : at + length], ()):
                    end = _end_of_signs(phrase.rest, folded, at + length)
                    if end is not None:
                        yield Hit(phrase.group, at, end, sentence)


def _longest(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Yield the hits in the order of the text, without those inside a longer one of their family."""
    last: dict[bool, Hit] = {}
    for hit in sorted(hits, key=lambda one: (one.start, -one.end, one.group)):
        family = hit.group in CERTAINTY
        before = last.get(family)
        if before and hit.end <= before.end and (hit.start, hit.end) != (before.start, before.end):
            continue
        if before is None or hit.end > before.end:
            last[family] = hit
        yield hit


@lru_cache(maxsize=50_000)
def _beginning(lang: str, forms: tuple[str, ...]) -> tuple[Phrase, ...]:
    return tuple(dict.fromkeys(load_words(lang).beginning(forms)))


def fold(text: str) -> tuple[str, _Places]:
    """Return a text in small letters without accents and marks, and where its signs stood."""
    text = simplified(text)
    folded = text.translate(_FOLDING)
    if len(folded) == len(text):
        return folded, _Places(None)
    origin = [at for at, sign in enumerate(text) for _ in sign.translate(_FOLDING)]
    return folded, _Places((*origin, len(text)))


class _Places(NamedTuple):
    origin: tuple[int, ...] | None

    def __call__(self, at: int) -> int:
        return at if self.origin is None else self.origin[at]


class _Folding(dict[int, str]):
    """The folded form of each sign, worked out when it is first met."""

    def __missing__(self, sign: int) -> str:
        plain = "".join(one for one in unicodedata.normalize("NFKD", chr(sign)) if not unicodedata.combining(one))
        kept = plain if len(plain) == 1 else chr(sign) if plain else ""
        small = kept.lower().translate(_ARABIC_LETTERS)
        self[sign] = value = "" if small in ("ـ", "\u200c", "\u200d", "\u00ad") else small
        return value


_FOLDING = _Folding()
# What NFKD would take apart and may not: й is a letter of its own.
_FOLDING.update({ord("й"): "й", ord("Й"): "й"})


def _words(folded: str, lang: str) -> Iterator[Word]:
    ends = [match.start() for match in _END.finditer(folded)]
    sentence = 0
    for match in _WORD.finditer(folded):
        while sentence < len(ends) and ends[sentence] < match.start():
            sentence += 1
        word = match[0][:_LONGEST_WORD]
        forms = _arabic_forms(word) if lang == "ar" else (word,)
        yield Word(forms, match.start(), match.end(), sentence)


@lru_cache(maxsize=20_000)
def _arabic_forms(word: str) -> tuple[str, ...]:
    """Return a word as written and without the particles and the article that may be written onto it."""
    forms = [word]
    for front in ("و", "ف"):
        forms += [form[1:] for form in forms if form.startswith(front) and len(form) > 3]
    for front in ("ب", "ك", "ل", "س"):
        forms += [form[1:] for form in forms if form.startswith(front) and len(form) > 4]
    forms += [form[2:] for form in forms if form.startswith("ال") and len(form) > 4]
    forms += [form[1:] for form in forms if form.startswith("ل") and len(form) > 4]
    return tuple(dict.fromkeys(forms))


def _fits(piece: str, word: Word) -> bool:
    if piece.endswith("*"):
        return any(form.startswith(piece[:-1]) for form in word.forms)
    return piece in word.forms


def _end_of(rest: Sequence[tuple[str, bool]], words: Sequence[Word], at: int, skipped: set[str]) -> int | None:
    """Return the place of the last word of a phrase whose other words are ``rest``."""
    for piece, gap in rest:
        reach = _GAP if gap else 0
        sentence = words[at - 1].sentence
        while at < len(words) and words[at].sentence == sentence and not _fits(piece, words[at]):
            if words[at].forms[0] not in skipped:
                reach -= 1
            if reach < 0:
                return None
            at += 1
        if at == len(words) or words[at].sentence != sentence:
            return None
        at += 1
    return at - 1


def _end_of_signs(rest: Sequence[tuple[str, bool]], folded: str, at: int) -> int | None:
    for piece, _ in rest:
        found = folded.find(piece, at, at + _SIGNS + len(piece))
        if found < 0:
            return None
        at = found + len(piece)
    return at


def known_language(lang: str) -> str:
    """Return the language whose words a tag such as ``zh-Hant`` stands for; English for one without words."""
    short = lang[:2].lower()
    return short if short in LANGUAGES and not lang[2:3].isalpha() else "en"


@lru_cache(maxsize=len(LANGUAGES))
def load_words(lang: str, folder: Path = _FOLDER) -> WordList:
    """Read the words of one of the six languages, once."""
    raw: Mapping[str, str] = _yaml(folder / f"{lang}.yaml")
    shapes: Mapping[str, str] = _yaml(folder / "shapes.yaml").get(lang, {})
    exact: dict[str, list[Phrase]] = {}
    stems: dict[str, list[Phrase]] = {}
    for group, written in raw.items():
        for first, phrase in _phrases(group, written.split(";"), lang):
            table, key = (stems, first[:-1]) if first.endswith("*") else (exact, first)
            table.setdefault(key, []).append(phrase)
    return WordList(lang, _frozen(exact), _frozen(stems), {group: re.compile(shape) for group, shape in shapes.items()})


def _yaml(path: Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - safe


def _frozen(table: Mapping[str, Iterable[Phrase]]) -> dict[str, tuple[Phrase, ...]]:
    return {key: tuple(dict.fromkeys(phrases)) for key, phrases in table.items()}


def _phrases(group: str, written: Iterable[str], lang: str) -> Iterator[tuple[str, Phrase]]:
    for phrase in written:
        folded = fold(phrase.strip())[0]
        if lang == "zh":
            ways: list[tuple[str, ...]] = [tuple(" … ".join(folded.split("…")).split())]
        else:
            ways = list(product(*(word.split("/") for word in folded.split())))
        for words in ways:
            if words:
                yield words[0], Phrase(group, tuple(_after_first(words)))


def _after_first(words: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield each word of a phrase but the first, and whether a gap stands before it."""
    for before, word in pairwise(words):
        if word not in _GAPS:
            yield word, before in _GAPS
