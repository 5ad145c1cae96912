"""A company's or a person's name to words that can be compared across scripts.

Legal forms and titles are taken off. A common word (chemical, trading) is one word in all languages. What is left is
written in Latin letters, and in a coarser spelling (`opencwc.language.romanisation`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.chinese import simplified
from opencwc.language.romanisation import CYRILLIC_MARKS, coarse, in_latin, plain_arabic, plain_latin, stem

WORDS = Path(__file__).parent / "data" / "company_words.yaml"
_RUNS = re.compile(
    "(?P<han>[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+)|(?P<arabic>[\u0620-\u065f\u0670-\u06d3\u06ee-\u06ef\u06fa-\u06ff]+)"
    "|(?P<cyrillic>[\u0400-\u052f\u0300]+)|(?P<number>[0-9]+)|(?P<latin>[^\\W\\d_]+)"
)
_APOSTROPHES = re.compile("['’‘ʼʻ`´ʹ\u0640\u200b-\u200f]")
_ELIDED = re.compile(r"\b[dl]['’](?=\w{3})")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}[^\W\d_]?(?![^\W\d_])")
_FOREIGN_DOTS = frozenset("·•‧・∙⋅")
_ARTICLES = ("al", "el", "ul", "as", "ar", "an", "ash", "ad", "ال")
_SERVANT = re.compile("abd(?:(?:[aeou]l?l?|ou?l|ur|us|ush|as|ash|ar|er|es|en|an)(?:-?([^\\W\\d_]{4,}))?)?")
_SERVANT_ARABIC = re.compile("عبد(?:ال(\\w{2,}))?")
_LONGEST_NAME = 400
_MOST_WORDS = 24
_JOINED = ("word", "initial", "common")


class NameWord(NamedTuple):
    """One word of a name.

    ``kind`` is ``word`` (tells who it is), ``common``, ``place``, ``number`` or ``initial``; ``script`` is ``latin``,
    ``cyrillic``, ``arabic`` or ``chinese``; ``written`` as it was written, without case and accents; ``latin`` in
    Latin letters; ``key`` what is equal where two words are the same: the meaning of a common word or a place, else
    the coarse spelling. ``foreign`` is a Chinese word that writes a foreign one by sound, as the dot beside it says.
    """

    kind: str
    script: str
    written: str
    latin: str
    key: str
    foreign: bool = False


def name_words(name: str) -> tuple[NameWord, ...]:
    """Give the words of a name that count, in their order; of a name of legal forms alone, these.

    Only the first 400 characters and 24 words are looked at.

    >>> [word.key for word in name_words("ООО «Северные Химикаты Орвенда»")]
    ['north', 'chemical', 'orvenda']
    >>> [(word.kind, word.key) for word in name_words("上海华源化工有限公司")]
    [('place', 'shanghai'), ('word', 'huaiuan'), ('common', 'chemical')]
    >>> name_words("A.B.C. Trading")[0].key, [word.kind for word in name_words("J. A. Smith")]
    ('abk', ['initial', 'initial', 'word'])
    """
    book = _book()
    parts = list(islice(_joined_servant(_parts(name)), _MOST_WORDS))
    counted: list[NameWord] = []
    dropped: list[NameWord] = []
    place = 0
    while place < len(parts):
        length, sort, meaning = book.at([part.known for part in parts], place)
        if length == 0:
            counted.append(_word(parts[place]))
            length = 1
        elif sort in ("common", "place"):
            written = " ".join(part.written for part in parts[place : place + length])
            if all(word.key != meaning for word in counted):  # import and export is one thing
                counted.append(NameWord(sort, parts[place].script, written, meaning, meaning))
        else:
            dropped += [_word(part) for part in parts[place : place + length]]
        place += length
    return tuple(counted or dropped)


def together(words: tuple[NameWord, ...]) -> Iterator[tuple[tuple[int, ...], NameWord]]:
    """Give two or three neighbours as one word: Hua Yuan Da is Huayuanda; the last may come first: Wei Wang is 王伟.

    >>> [(places, word.key) for places, word in together(name_words("Wei Wang"))]
    [((0, 1), 'veivang'), ((0, 1), 'vangvei')]
    """
    for length in (2, 3):
        for start in range(len(words) - length + 1):
            run = words[start : start + length]
            script = run[0].script
            if script == "chinese" or any(word.kind not in _JOINED or word.script != script for word in run):
                continue
            for order in (run, (run[-1], *run[:-1])):
                latin = "".join(_latin_of(word) for word in order)
                key = latin if script == "arabic" else coarse(latin)
                word = NameWord("word", script, "".join(word.written for word in order), latin, key)
                yield tuple(range(start, start + length)), word


def _latin_of(word: NameWord) -> str:
    return in_latin(word.script, word.written) if word.kind == "common" else word.latin


class _Part(NamedTuple):
    script: str
    written: str
    known: str
    foreign: bool = False


def _parts(name: str) -> Iterator[_Part]:
    """Cut a name into words; a run of Chinese characters at the words that the book knows."""
    text = name[:_LONGEST_NAME]
    if text.isascii():
        text = text.lower()
        text = _APOSTROPHES.sub("", _ELIDED.sub(" ", text)) if "'" in text or "`" in text else text
    else:
        text = unicodedata.normalize("NFKC", text).casefold()
        text = _APOSTROPHES.sub("", _ELIDED.sub(" ", text))
    text = _DOTTED.sub(_undotted, text) if "." in text else text
    for match in _RUNS.finditer(text):
        run = match[0]
        script = match.lastgroup or ""
        if len(run) == 1 and text[match.end() : match.end() + 1] == "." and script in ("latin", "cyrillic"):
            yield _Part(script, run if script == "cyrillic" else plain_latin(run), f"{run}.")
        elif script == "han" and _is_foreign(text, match):
            yield _Part("chinese", simplified(run), "", foreign=True)
        elif script == "han":
            yield from _chinese_parts(simplified(run))
        elif script == "arabic":
            if plain := plain_arabic(run):
                yield _Part(script, plain, plain)
        elif script == "number":
            yield _Part(script, str(int(run)), str(int(run)))
        elif script == "cyrillic":
            plain = CYRILLIC_MARKS.sub("", run)
            yield _Part(script, plain, stem(plain))
        else:
            yield _Part(script, plain_latin(run), plain_latin(run))


def _is_foreign(text: str, match: re.Match[str]) -> bool:
    """Whether a run of Chinese stands beside the dot that parts the names of a foreigner."""
    beside = text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
    return len(match[0]) > 1 and not _FOREIGN_DOTS.isdisjoint(beside)


def _undotted(match: re.Match[str]) -> str:
    """Write S.A.R.L. and A.B.C. as one word, but the initials J.A. of a person as two."""
    joined = match[0].replace(".", "")
    known = (joined,) in _book().known
    return joined if known or len(joined) > 2 else " ".join(f"{letter}." for letter in joined)


def _joined_servant(parts: Iterator[_Part]) -> Iterator[_Part]:
    """Make one word of Abd al-Rahman, Abdel Rahman and Abdulrahman, however it is written."""
    servant: _Part | None = None
    for part in parts:
        if servant is not None:
            if part.known in _ARTICLES:
                continue
            yield servant._replace(written=servant.written + part.written, known=servant.known + part.written)
            servant = None
            continue
        start = _SERVANT_ARABIC if part.script == "arabic" else _SERVANT
        if match := start.fullmatch(part.written):
            root = "عبد" if part.script == "arabic" else "abd"
            rest = match[1] or ""
            joined = part._replace(written=root + rest, known=root + rest)
            if rest:
                yield joined
            else:
                servant = joined
        else:
            yield part
    if servant is not None:
        yield servant


@lru_cache(maxsize=65_536)
def _word(part: _Part) -> NameWord:
    if part.script == "number":
        return NameWord("number", "latin", part.written, part.written, part.written)
    latin = in_latin(part.script, part.written)
    kind = "initial" if len(part.written) == 1 and part.script in ("latin", "cyrillic") else "word"
    key = latin if part.script == "arabic" else coarse(latin)
    return NameWord(kind, part.script, part.written, latin, key, part.foreign)


def _chinese_parts(run: str) -> Iterator[_Part]:
    book = _book()
    start = place = 0
    while place < len(run):
        length = next((n for n in range(min(book.longest, len(run) - place), 0, -1) if run[place : place + n] in book.chinese), 0)  # fmt: skip  # noqa: E501
        # One character is taken for a word only at the end of a run: elsewhere it may be a part of a name.
        if length > 1 or (length == 1 and place > 1 and place == len(run) - 1):
            if place > start:
                yield _Part("chinese", run[start:place], run[start:place])
            yield _Part("chinese", run[place : place + length], run[place : place + length])
            place += length
            start = place
        else:
            place += 1
    if start < len(run):
        yield _Part("chinese", run[start:], run[start:])


class _Book:
    """The words that tell little, by how they are written; a word is a sequence of parts."""

    def __init__(self, raw: Mapping[str, Mapping[str, object]]) -> None:
        self.chinese: frozenset[str] = frozenset()
        self.longest = 0
        self.known: dict[tuple[str, ...], tuple[str, str]] = {}
        self.first: dict[str, int] = {}
        for sort, name in (("common", "common"), ("places", "place")):
            for meaning, by_language in raw[sort].items():
                self._add(by_language, name, meaning)
        for sort in ("forms", "small"):
            self._add(raw[sort], sort, "")

    def _add(self, by_language: object, sort: str, meaning: str) -> None:
        assert isinstance(by_language, Mapping)  # noqa: S101 - our own file
        for language, words in by_language.items():
            for word in words:
                if language == "zh" and not word.isascii():
                    simple = simplified(word)
                    self.chinese = self.chinese | {simple}
                    self.longest = max(self.longest, len(simple))
                    key: tuple[str, ...] = (simple,)
                else:
                    key = tuple(_spelt_apart(word))
                    if sort == "common" and language in ("en", "fr", "es") and len(word) > 2:
                        self.known.setdefault((*key[:-1], key[-1] + "s"), (sort, meaning))
                        self.first.setdefault((*key[:-1], key[-1] + "s")[0], len(key))
                for spelt in {key, ("".join(key),)} if all(len(part) == 1 for part in key) else {key}:
                    self.known.setdefault(spelt, (sort, meaning))
                    self.first[spelt[0]] = max(self.first.get(spelt[0], 0), len(spelt))

    def at(self, parts: list[str], place: int) -> tuple[int, str, str]:
        """Give how many parts from here are a known word, its sort and its meaning; 0 where none is."""
        for length in range(self.first.get(parts[place], 0), 0, -1):
            if known := self.known.get(tuple(parts[place : place + length])):
                return length, *known
        return 0, "", ""


def _spelt_apart(word: str) -> Iterator[str]:
    text = unicodedata.normalize("NFKC", word).casefold()
    for match in _RUNS.finditer(text):
        if match.lastgroup == "arabic":
            yield plain_arabic(match[0])
        elif match.lastgroup == "cyrillic":
            yield stem(CYRILLIC_MARKS.sub("", match[0]))
        else:
            yield plain_latin(match[0])


@cache
def _book() -> _Book:
    from opencwc.convention.fields import read_yaml

    return _Book(read_yaml(WORDS))
