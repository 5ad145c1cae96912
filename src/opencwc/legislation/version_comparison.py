"""Two versions of a State's law side by side: which measures gained or lost, and which words came or went."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import groupby

from opencwc.finding import Message, Tone
from opencwc.language.sentences import sentences_of
from opencwc.legislation.answer_wording import NOT_IN_FORCE, unread_files
from opencwc.legislation.model import COVERED, NONE, PARTIAL, REVIEW, Answer, Checked, Law, Shown
from opencwc.legislation.texts.sections import LegalSection
from opencwc.publishing.model import Piece
from opencwc.wording.languages import language_named

CHANGES = ("gained", "lost", "mixed", "reworded", "reading", "same")
"""What became of a measure: more of it is covered, less, some more and some less, other words, or nothing changed.

``reading`` is a verdict that differs though the words that it rested on still stand: the reading changed, not the law.
"""
_ORDER = {verdict: place for place, verdict in enumerate((NONE, REVIEW, PARTIAL, COVERED))}
_WORD = re.compile(r"[\u3400-\u9fff]|\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Pair:
    """A passage before and after, ``None`` where there is none, in pieces: what went and what came has a tone.

    ``standing`` are the texts of the law before and after: what stands in both is no difference, wherever it stands.
    """

    before: Shown | None
    after: Shown | None
    standing: tuple[_VersionTexts, _VersionTexts]

    @cached_property
    def pieces(self) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """Both texts, the words that differ marked."""
        earlier, later = self.standing
        went = _differing(self.before, self.after, earlier, later, "grave")
        return went, _differing(self.after, self.before, later, earlier, "calm")

    @property
    def words(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The words that went, and those that came."""
        went, came = (tuple(" ".join(piece.text.split()) for piece in side if piece.tone) for side in self.pieces)
        return went, came


class _VersionTexts:
    """The sections of one version of a law, to be asked whether they still say something."""

    def __init__(self, law: Law) -> None:
        self._sections = {(section.file, section.id): section for section in reversed(law.sections)}
        self._by_id = {section.id: section for section in reversed(law.sections)}
        whole = [text.text for text in law.texts if text.text] or [section.text for section in law.sections]
        self._said = "\n".join(_plain(text) for text in whole)
        self._held: dict[str, bool] = {}

    def say(self, text: str) -> bool:
        """Whether a text stands in this version word for word; spaces and line ends do not matter."""
        plain = _plain(text)
        if plain not in self._held:
            self._held[plain] = plain in self._said
        return self._held[plain]

    def beside(self, section: LegalSection, shown: Shown | None) -> str:
        """Return the text that a section is compared with: what was paired with it, else the one of its number."""
        other = shown.passage.section if shown else self._sections.get((section.file, section.id))
        other = other or (self._by_id.get(section.id) if section.id else None)
        return other.text if other else ""


def _plain(text: str) -> str:
    return " ".join(text.split())


def _differing(
    own: Shown | None, paired: Shown | None, texts: _VersionTexts, others: _VersionTexts, tone: Tone
) -> tuple[Piece, ...]:
    """Return a passage in pieces, marked what the other version does not say: first by sentences, then word by word."""
    if own is None:
        return ()
    text = own.passage.text
    fresh = [span for span in sentences_of(text) if not others.say(text[slice(*span)])]
    beside = others.beside(own.passage.section, paired)
    against = [beside[slice(*span)] for span in sentences_of(beside)]
    rest = _WORD.findall(" ".join(sentence for sentence in against if not texts.say(sentence))[:_LONGEST_COMPARED])
    stretches: list[tuple[str, Tone | None]] = []
    at = 0
    for start, end in fresh:
        stretches.append((text[at:start], None))
        words = _WORD.findall(text[start:end])
        steps = SequenceMatcher(None, words, rest, autojunk=False).get_opcodes()
        stretches += [
            ("".join(words[first:last]), None if name == "equal" else tone) for name, first, last, *_ in steps
        ]  # fmt: skip
        at = end
    stretches.append((text[at:], None))
    return tuple(Piece(words, of) for words, of in _joined(stretches))


def _joined(stretches: Iterable[tuple[str, Tone | None]]) -> Iterator[tuple[str, Tone | None]]:
    """Yield stretches, those of one tone that follow each other as one, and none that is empty."""
    for tone, same_tone in groupby((stretch for stretch in stretches if stretch[0]), key=lambda stretch: stretch[1]):
        yield "".join(words for words, _ in same_tone), tone


_LONGEST_COMPARED = 8_000
"""Characters of what is new in a section that words are compared with at most."""


@dataclass(frozen=True)
class Change:
    """One measure before and after: the change, the elements that came and went, the passages that differ.

    ``still`` are the sections after in which the words stand that a verdict rested on which is read differently now.
    """

    before: Answer
    after: Answer
    change: str
    came: tuple[str, ...]
    went: tuple[str, ...]
    pairs: tuple[Pair, ...]
    still: tuple[str, ...] = ()


@dataclass(frozen=True)
class Compared:
    """Two versions of a State's law, measure by measure."""

    before: Checked
    after: Checked
    changes: tuple[Change, ...]

    @property
    def notes(self) -> tuple[Message, ...]:
        """What makes a comparison doubtful: other languages, texts that were not read or are not known in force."""
        sides = (self.before, self.after)
        doubts = [note for side in sides for note in side.notes if note.id == NOT_IN_FORCE]
        before, after = (_languages(side) for side in sides)
        if before and after and set(before) != set(after):
            named = [tuple(map(language_named, languages)) for languages in (before, after)]
            doubts.append(Message("law_compare_languages", {"before": named[0], "after": named[1]}))
        unread = [file for side in sides for file in unread_files(side.notes)]
        if unread:
            doubts.append(Message("law_compare_unread", {"files": tuple(dict.fromkeys(unread))}))
        return tuple(note for at, note in enumerate(doubts) if note not in doubts[:at])


def _languages(checked: Checked) -> list[str]:
    """Return the languages that a good part of the texts is in."""
    sizes: dict[str, int] = {}
    for section in checked.law.sections:
        sizes[section.lang] = sizes.get(section.lang, 0) + len(section.text)
    return [lang for lang, size in sizes.items() if lang and size >= _GOOD_PART * sum(sizes.values())]


_GOOD_PART = 0.2


def compare(before: Checked, after: Checked) -> Compared:
    """Compare two readings of one State's law against the same measures."""
    earlier = {answer.measure.id: answer for answer in before.answers}
    standing = _VersionTexts(before.law), _VersionTexts(after.law)
    both = [answer for answer in after.answers if answer.measure.id in earlier]
    changes = tuple(_change(earlier[answer.measure.id], answer, standing) for answer in both)
    return Compared(before, after, changes)


def _change(before: Answer, after: Answer, standing: tuple[_VersionTexts, _VersionTexts]) -> Change:
    earlier, later = standing
    old, fresh = _holding(before), _holding(after)
    gone = [passage for passage in old if not later.say(passage.passage.text)]
    new = [passage for passage in fresh if not earlier.say(passage.passage.text)]
    excepting = any(passage.excepts for passage in new)
    came = tuple(element for element in after.met if element not in before.met)
    went = tuple(element for element in before.met if element not in after.met)
    step = _ORDER[after.verdict] - _ORDER[before.verdict]
    pairs = tuple(_pairs(gone, new, standing)) if gone or excepting or step > 0 or came else ()
    up, down = step > 0 or bool(came), step < 0 or bool(went)
    up_by_reading = up and not gone and not new
    down_by_reading = down and not gone and not excepting and not (up and new)
    if up_by_reading or down_by_reading:
        still = tuple(
            dict.fromkeys(passage.passage.section.id or passage.passage.section.file for passage in old or fresh)
        )
        return Change(before, after, "reading", (), (), (), still)
    if not gone and not excepting:  # what is no longer counted still stands: it did not go
        went = ()
    if came and went and not step:
        change = "mixed"
    elif step or came or went:
        change = "gained" if step > 0 or (not step and came) else "lost"
    else:
        change = "reworded" if gone else "same"
    return Change(before, after, change, came, went, pairs)


def _holding(answer: Answer) -> list[Shown]:
    """Return the passages that a measure rests on: those that hold something of it."""
    if answer.verdict == NONE:
        return []
    return [passage for passage in answer.shown if passage.decides] or list(answer.shown[:1])


def _pairs(old: list[Shown], new: Sequence[Shown], standing: tuple[_VersionTexts, _VersionTexts]) -> Iterator[Pair]:
    """Pair the passages that differ: by their section, else by how many words they share; the rest stand alone."""
    old = list(old)
    for passage in new:
        near = max(((_nearness(other, passage), place) for place, other in enumerate(old)), default=(0.0, -1))
        yield Pair(old.pop(near[1]) if near[0] >= _SHARED else None, passage, standing)
    yield from (Pair(passage, None, standing) for passage in old)


def _nearness(passage: Shown, other: Shown) -> float:
    words, others = ({*_WORD.findall(side.passage.text.casefold())} for side in (passage, other))
    same_section = passage.passage.section.id == other.passage.section.id
    return len(words & others) / (len(words | others) or 1) + (0.2 if same_section else 0.0)


_SHARED = 0.45
"""Share of their words from which on two passages are one in two versions; the same section counts as 0.2 of it."""
