"""Two versions of a State's law side by side: which measures gained or lost, and which words came or went."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import groupby

from opencwc.finding import Message, Tone, message_to_plain
from opencwc.legislation.caveats import NOT_IN_FORCE, unread_files
from opencwc.legislation.formats import element_words
from opencwc.legislation.languages import language_named
from opencwc.legislation.model import NONE, VERDICTS, Answer, Checked, Law, Shown
from opencwc.legislation.passages import sentences_of
from opencwc.legislation.report import badge, title_of
from opencwc.legislation.sections import LegalSection
from opencwc.publishing import (
    Badge,
    Beside,
    Block,
    Bullets,
    Card,
    Cards,
    Column,
    Count,
    Counts,
    Fact,
    Facts,
    Filter,
    Paragraph,
    Passage,
    Passages,
    Piece,
    Report,
    Section,
    Table,
    Text,
    Words,
)
from opencwc.publishing.labels import labels_in
from opencwc.wording import RIGHT_TO_LEFT, say, sentence
from opencwc.wording.states import state_named

CHANGES = ("gained", "lost", "mixed", "reworded", "reading", "same")
"""What became of a measure: more of it is covered, less, some more and some less, other words, or nothing changed.

``reading`` is a verdict that differs though the words that it rested on still stand: the reading changed, not the law.
"""
CHANGE_TONES: dict[str, Tone] = {
    "gained": "calm", "lost": "grave", "mixed": "doubt", "reworded": "mild", "reading": "doubt", "same": "calm",
}  # fmt: skip
COMPARED_COLUMNS = (
    "measure", "change", "before", "after", "came", "went", "section_before", "section_after", "words_came",
    "words_went", "text_before", "text_after",
)  # fmt: skip
"""The columns of the CSV; in the texts what went stands as ``[-word-]``, what came as ``{+word+}``."""
_ORDER = {verdict: place for place, verdict in enumerate(reversed(VERDICTS))}
_WORD = re.compile(r"[\u3400-\u9fff]|\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Pair:
    """A passage before and after, ``None`` where there is none, in pieces: what went and what came has a tone.

    ``standing`` are the texts of the law before and after: what stands in both is no difference, wherever it stands.
    """

    before: Shown | None
    after: Shown | None
    standing: tuple[_Texts, _Texts]

    @cached_property
    def pieces(self) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """Both texts, the words that differ marked."""
        earlier, later = self.standing
        went = _differing(self.before, self.after, earlier, later, "grave")
        return went, _differing(self.after, self.before, later, earlier, "calm")

    @property
    def words(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The words that went, and those that came."""
        went, came = (tuple(" ".join(one.text.split()) for one in side if one.tone) for side in self.pieces)
        return went, came


class _Texts:
    """The sections of one version of a law, to be asked whether they still say something."""

    def __init__(self, law: Law) -> None:
        self._sections = {(section.file, section.id): section for section in reversed(law.sections)}
        self._by_id = {section.id: section for section in reversed(law.sections)}
        whole = [text.text for text in law.texts if text.text] or [section.text for section in law.sections]
        self._said = "\n".join(_plain(one) for one in whole)
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


def _differing(own: Shown | None, paired: Shown | None, texts: _Texts, others: _Texts, tone: Tone) -> tuple[Piece, ...]:
    """Return a passage in pieces, marked what the other version does not say: first by sentences, then word by word."""
    if own is None:
        return ()
    text = own.passage.text
    fresh = [span for span in sentences_of(text) if not others.say(text[slice(*span)])]
    beside = others.beside(own.passage.section, paired)
    against = [beside[slice(*span)] for span in sentences_of(beside)]
    rest = _WORD.findall(" ".join(one for one in against if not texts.say(one))[:_LONGEST_COMPARED])
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
    return tuple(Piece(said, of) for said, of in _joined(stretches))


def _joined(stretches: Iterable[tuple[str, Tone | None]]) -> Iterator[tuple[str, Tone | None]]:
    """Yield stretches, those of one tone that follow each other as one, and none that is empty."""
    for tone, held in groupby((stretch for stretch in stretches if stretch[0]), key=lambda one: one[1]):
        yield "".join(said for said, _ in held), tone


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
        said = [note for side in sides for note in side.notes if note.id == NOT_IN_FORCE]
        before, after = (_languages(side) for side in sides)
        if before and after and set(before) != set(after):
            named = {name: tuple(map(language_named, held)) for name, held in (("before", before), ("after", after))}
            said.append(Message("law_compare_languages", dict(named)))
        unread = [file for side in sides for file in unread_files(side.notes)]
        if unread:
            said.append(Message("law_compare_unread", {"files": tuple(dict.fromkeys(unread))}))
        return tuple(one for at, one in enumerate(said) if one not in said[:at])


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
    standing = _Texts(before.law), _Texts(after.law)
    both = [answer for answer in after.answers if answer.measure.id in earlier]
    changes = tuple(_change(earlier[answer.measure.id], answer, standing) for answer in both)
    return Compared(before, after, changes)


def _change(before: Answer, after: Answer, standing: tuple[_Texts, _Texts]) -> Change:
    earlier, later = standing
    held, holds = _holding(before), _holding(after)
    gone = [one for one in held if not later.say(one.passage.text)]
    new = [one for one in holds if not earlier.say(one.passage.text)]
    excepting = any(one.excepts for one in new)
    came = tuple(one for one in after.met if one not in before.met)
    went = tuple(one for one in before.met if one not in after.met)
    step = _ORDER[after.verdict] - _ORDER[before.verdict]
    pairs = tuple(_pairs(gone, new, standing)) if gone or excepting or step > 0 or came else ()
    up, down = step > 0 or bool(came), step < 0 or bool(went)
    if (up and not gone and not new) or (down and not gone and not excepting and not (up and new)):
        still = tuple(dict.fromkeys(one.passage.section.id or one.passage.section.file for one in held or holds))
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
    return [one for one in answer.shown if one.decides] or list(answer.shown[:1])


def _pairs(old: list[Shown], new: Sequence[Shown], standing: tuple[_Texts, _Texts]) -> Iterator[Pair]:
    """Pair the passages that differ: by their section, else by how many words they share; the rest stand alone."""
    old = list(old)
    for one in new:
        near = max(((_nearness(other, one), place) for place, other in enumerate(old)), default=(0.0, -1))
        yield Pair(old.pop(near[1]) if near[0] >= _SHARED else None, one, standing)
    yield from (Pair(one, None, standing) for one in old)


def _nearness(one: Shown, other: Shown) -> float:
    words, others = ({*_WORD.findall(each.passage.text.casefold())} for each in (one, other))
    same_section = one.passage.section.id == other.passage.section.id
    return len(words & others) / (len(words | others) or 1) + (0.2 if same_section else 0.0)


_SHARED = 0.45
"""Share of their words from which on two passages are one in two versions; the same section counts as 0.2 of it."""


def compared_csv(compared: Compared, lang: str = "en") -> str:
    """Return one line a measure."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COMPARED_COLUMNS)
    for change in compared.changes:
        writer.writerow(
            (
                change.after.measure.id, change.change, change.before.verdict, change.after.verdict,
                ";".join(change.came), ";".join(change.went), _section(change.before), _section(change.after),
                "; ".join(_words(change, 1)),
                "; ".join(_words(change, 0)), *_marked(change),
            )
        )  # fmt: skip
    return stream.getvalue()


def _words(change: Change, side: int) -> list[str]:
    return [word for pair in change.pairs for word in pair.words[side] if word]


def _marked(change: Change) -> tuple[str, str]:
    """Return the passages before and after, each on one line, the words that differ in brackets."""
    sides = (("[-", "-]"), ("{+", "+}"))
    texts: list[list[str]] = [[], []]
    for pair in change.pairs:
        for text, pieces, (opens, closes) in zip(texts, pair.pieces, sides, strict=True):
            if pieces:
                said = "".join(f"{opens}{piece.text}{closes}" if piece.tone else piece.text for piece in pieces)
                text.append(" ".join(said.split()))
    before, after = (" | ".join(text) for text in texts)
    return before, after


def compared_json(compared: Compared, lang: str = "en") -> str:
    """Return the changes as JSON."""
    rows = [
        {
            "measure": change.after.measure.id,
            "title": title_of(change.after.measure, lang),
            "change": change.change,
            "before": change.before.verdict,
            "after": change.after.verdict,
            "came": list(change.came),
            "went": list(change.went),
            "section_before": _section(change.before),
            "section_after": _section(change.after),
            "still_stands_in": list(change.still),
            "passages": [_pair_to_plain(pair) for pair in change.pairs],
        }
        for change in compared.changes
    ]
    law = compared.after.law
    texts = {"before": _names(compared.before), "after": _names(compared.after)}
    notes = [message_to_plain(note) | {"said": sentence(note, lang)} for note in compared.notes]
    said = {"state": law.state, "as_of": law.as_of.isoformat(), "texts": texts, "notes": notes, "measures": rows}
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _pair_to_plain(pair: Pair) -> dict[str, object]:
    went, came = pair.words
    sides = {
        name: {"file": one.passage.section.file, "section": one.passage.section.id, "text": one.passage.text}
        if one
        else None
        for name, one in (("before", pair.before), ("after", pair.after))
    }
    return {**sides, "words_went": list(went), "words_came": list(came)}


def _names(checked: Checked) -> list[str]:
    return [text.name for text in checked.law.texts]


def _section(answer: Answer) -> str:
    return answer.shown[0].passage.section.id if answer.shown and answer.verdict != NONE else ""


def compared_report(compared: Compared, lang: str = "en") -> Report:
    """Return what changed in coverage as a report."""
    law = compared.after.law
    titles = {
        "texts": say("law_compare_texts", lang),
        **{one: say(f"law_compare_{one}", lang) for one in ("counts", "changes", "unchanged")},
    }
    return Report(
        title=say(Message("law_compare_title", {"state": state_named(law.state)}), lang),
        lang=lang,
        direction="rtl" if lang in RIGHT_TO_LEFT else "ltr",
        labels=labels_in(lang),
        lead=(sentence("law_compare_lead", lang),),
        contents=tuple(titles.items()),
        sections=_sections(compared, lang, titles),
        closing=(say("report_person", lang),),
        main="changes",
        made=law.as_of,
    )


def _sections(compared: Compared, lang: str, titles: dict[str, str]) -> Iterator[Section]:
    sides = (("before", compared.before), ("after", compared.after))
    names = tuple(
        Fact(say(f"law_compare_{side}", lang), tuple(Text(name, verbatim=True) for name in _names(checked)))
        for side, checked in sides
    )
    notes = (Bullets(tuple(sentence(note, lang) for note in compared.notes)),) if compared.notes else ()
    yield Section("texts", titles["texts"], (Facts(names), *notes))
    for side, checked in sides:
        counts = tuple(
            Count(badge(verdict, lang), sum(answer.verdict == verdict for answer in checked.answers))
            for verdict in VERDICTS
        )
        title = say(f"law_compare_{side}", lang)
        yield Section(f"counts-{side}" if side == "after" else "counts", title, (Counts(counts),), wide=False)
    changed = sorted(
        (change for change in compared.changes if change.change != "same"),
        key=lambda change: CHANGES.index(change.change),
    )
    same = [change for change in compared.changes if change.change == "same"]
    blocks: tuple[Block, ...] = (Paragraph((sentence("law_compare_none", lang),)),)
    if changed:
        columns = ("measure", "title", "change", "before", "after", "came", "went")
        headings = tuple(say(f"law_column_{column}", lang) for column in columns)
        table = Table(titles["changes"], headings, tuple(_row(one, lang) for one in changed))
        cards = Cards((_card(one, lang) for one in changed), (Filter("change", say("law_column_change", lang)),))
        blocks = (table, cards)
    yield Section("changes", titles["changes"], blocks)
    said = say("list_separator", lang).join(one.after.measure.id for one in same)
    yield Section("unchanged", titles["unchanged"], (Paragraph((Text(said or "-", verbatim=True),)),))


def _row(one: Change, lang: str) -> tuple[Words, ...]:
    measure = one.after.measure
    return (
        Text(measure.id, verbatim=True, to=f"#measure-{measure.id}"), title_of(measure, lang),
        say(f"law_change_{one.change}", lang), say(f"law_verdict_{one.before.verdict}", lang),
        say(f"law_verdict_{one.after.verdict}", lang), element_words(measure, one.came, lang),
        element_words(measure, one.went, lang),
    )  # fmt: skip


def _card(one: Change, lang: str) -> Card:
    """Set the passages of a measure before and after beside each other, the words that differ marked."""
    measure = one.after.measure
    told = [
        (say("law_column_before", lang), say(f"law_verdict_{one.before.verdict}", lang)),
        (say("law_column_after", lang), say(f"law_verdict_{one.after.verdict}", lang)),
        (say("law_column_came", lang), element_words(measure, one.came, lang)),
        (say("law_column_went", lang), element_words(measure, one.went, lang)),
    ]
    change = say(f"law_change_{one.change}", lang)
    blocks: list[Block] = [Facts(tuple(Fact(name, (said,)) for name, said in told if said))]
    if one.change == "reading":
        blocks.append(Paragraph((sentence(standing_words(one), lang),), "note"))
    for pair in one.pairs:
        columns = [
            Column(say(f"law_compare_{side}", lang), (_passage(shown, pieces, lang),))
            for side, shown, pieces in zip(("before", "after"), (pair.before, pair.after), pair.pieces, strict=True)
        ]
        blocks.append(Beside((columns[0], columns[1]), even=True))
    return Card(
        f"measure-{measure.id}", (Text(measure.id, verbatim=True), title_of(measure, lang)),
        Badge(change, CHANGE_TONES[one.change]), (), None, tuple(blocks), {"change": change},
    )  # fmt: skip


def standing_words(one: Change) -> Message:
    """Say that the words which a verdict rested on still stand, and where."""
    return Message("law_compare_standing", {"places": one.still})


def _passage(shown: Shown | None, pieces: tuple[Piece, ...], lang: str) -> Block:
    if shown is None:
        return Paragraph((sentence("law_compare_no_passage", lang),), "note")
    section = shown.passage.section
    return Passages((Passage(f"{section.file} {section.id}", pieces, (), section.lang),))
