"""Where in a text the names stand that are to be hidden: those of a list, and those that a rule finds.

A name of a list is found in whatever letters, with or without accents and vowel signs, hyphens and invisible signs, in
Arabic also behind a letter that is written with it, in Russian in each of its cases. Better one word too many is hidden
than one too few; and what no list and no rule knows stays readable, so a person reads what leaves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from unicodedata import category, normalize

from opencwc.errors import InputError
from opencwc.language.language_recogniser import recognise_language
from opencwc.language.plain_text import plain_text
from opencwc.reports.model import Report, Span, Told
from opencwc.reports.private_people import private_names

MOST_NAMES = 10_000
LONGEST_NAME = 500
_MOST_NAMES_BYTES = 10_000_000
_MARK = "\u0300-\u036f\u064b-\u065f\u0670\u0640\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
"""What may stand within a word without being a letter: accents, vowel signs, signs that nobody sees."""
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARK}])*")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_CYRILLIC = re.compile("[а-яё]+")
_WRITTEN_WITH = "وفبلك"
_FARTHEST = 5
"""Signs between two words of a name, none of them a letter."""
_ENDINGS = "аеёиоуыэюяьй"
_LONGEST_ENDING = 3
_STEM = "~"
_MOST_WORDS = 20
_MOST_WAYS = 50
"""Words of a name, and ways in which words can go on to one, that are looked at."""
_SAMPLE = 20_000
_SPACES = " \t\u00a0\u202f"


class _Word(NamedTuple):
    plain: str
    start: int
    end: int


def spans_of_names(text: str, names: Sequence[str]) -> list[Span]:
    """Return where names of a list stand in a text.

    Raises:
        InputError: there are too many names, or one is too long.

    """
    if len(names) > MOST_NAMES or any(len(name) > LONGEST_NAME for name in names):
        raise InputError("custody_too_many_names", most=MOST_NAMES, longest=LONGEST_NAME)
    han = [name for name in names if _HAN.search(name)]
    others = [tuple(word.plain for word in _words(name)) for name in names if not _HAN.search(name)]
    return merged(text, [*_in_words(text, [name[:_MOST_WORDS] for name in others if name]), *_in_han(text, han)])


def spans_by_rule(text: str, lang: str = "") -> list[Span]:
    """Return where a rule finds names of victims, witnesses and staff; without a language it is recognised."""
    report = Report(
        id="", published=datetime(1997, 4, 29, tzinfo=UTC), source="", url="", lang=lang, title="", text=text
    )
    known = lang or recognise_language(text[:_SAMPLE], watch=False).language
    return merged(text, private_names(Told(report, known), staff=True))


def spans_to_hide(
    text: str, names: Sequence[str], places: Sequence[str] = (), lang: str = "", *, rule: bool = True
) -> list[Span]:
    """Return what is to be hidden: places by hand (``5-8``), a list, the rule; a whole name of a rule everywhere.

    Raises:
        InputError: a place cannot be read, there are too many names, or one is too long.

    """
    found, listed = [_span(place) for place in places], list(names)
    if rule:
        by_rule = spans_by_rule(text, lang)
        found += by_rule
        listed += [name for start, end in by_rule if len((name := text[start:end]).split()) > 1]
    return found + spans_of_names(text, list(dict.fromkeys(listed)))


def names_in(data: bytes, where: str) -> list[str]:
    """Return the names of a list, one a line; raise `InputError` where it is too long."""
    if len(data) > _MOST_NAMES_BYTES:
        raise InputError("custody_too_many_names", where=where, most=MOST_NAMES, longest=LONGEST_NAME)
    lines = data.decode("utf-8-sig", "replace").splitlines()
    return [" ".join(line.split()) for line in lines if line.strip()]


def _span(place: str) -> Span:
    match = re.fullmatch(r"(\d{1,9})-(\d{1,9})", place.strip())
    if match is None:
        raise InputError("custody_span_unreadable", where=place[:50])
    return Span(int(match[1]), int(match[2]))


def merged(text: str, spans: Iterable[Span]) -> list[Span]:
    """Return places in their order, those joined between which there is nothing but spaces on one line."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and (span.start <= joined[-1].end or not text[joined[-1].end : span.start].strip(_SPACES)):
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


class _Names:
    """Names as a tree of their words, so that a long list takes no longer than a short one."""

    def __init__(self) -> None:
        self.ends = False
        self._next: dict[str, _Names] = {}

    def add(self, name: Sequence[str]) -> None:
        """Add a name by its words."""
        if not name:
            self.ends = True
            return
        rest = self._next.setdefault(name[0], _Names())
        rest.add(name[1:])
        stem = name[0].rstrip(_ENDINGS)
        if len(stem) > _LONGEST_ENDING and _CYRILLIC.fullmatch(name[0]):
            self._next.setdefault(_STEM + stem, _Names()).add(name[1:])

    def after(self, word: str) -> Iterator[_Names]:
        """Yield what follows a word of a text: as it is, behind a letter written with it, in one of its cases."""
        keys = [word, word[1:]] if word[:1] in _WRITTEN_WITH else [word]
        if _CYRILLIC.fullmatch(word):
            keys += [_STEM + word[: len(word) - ending] for ending in range(_LONGEST_ENDING + 1)]
        for key in keys:
            if (rest := self._next.get(key)) is not None:
                yield rest


def _in_words(text: str, names: Sequence[tuple[str, ...]]) -> Iterator[Span]:
    tree = _Names()
    for name in names:
        tree.add(name)
    words = list(_words(text)) if names else []
    for place, word in enumerate(words):
        if end := _end_of(tree, words, place):
            yield Span(word.start, end)


def _end_of(tree: _Names, words: Sequence[_Word], place: int) -> int:
    """Return where the longest name ends that begins with one of the words of a text; 0 where none does."""
    end, last, open_names = 0, words[place].start, [tree]
    for word in words[place : place + _MOST_WORDS]:
        if word.start - last > _FARTHEST:
            break
        open_names = [rest for names in open_names for rest in names.after(word.plain)][:_MOST_WAYS]
        if not open_names:
            break
        last = word.end
        if any(names.ends for names in open_names):
            end = last
    return end


def _in_han(text: str, names: Sequence[str]) -> Iterator[Span]:
    plain = plain_text(text, "zh").text if names else ""
    for name in dict.fromkeys(plain_text("".join(name.split()), "zh").text for name in names):
        start = plain.find(name)
        while start >= 0:
            yield Span(start, start + len(name))
            start = plain.find(name, start + len(name))


def _words(text: str) -> Iterator[_Word]:
    for match in _WORD.finditer(text):
        yield _Word(plain_word(match[0]), *match.span())


def plain_word(word: str) -> str:
    """Return a word in small letters without accents, vowel signs and signs that nobody sees.

    >>> plain_word("Mu\u00f1\u200boz")
    'munoz'
    """
    letters = normalize("NFKD", word)
    return "".join(sign for sign in letters if category(sign) not in ("Mn", "Cf") and sign != "\u0640").casefold()
