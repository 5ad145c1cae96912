"""Whether a consignee may be on a sanctions list that the user supplies: names that are alike go to a person.

A hit is never an answer, and no hit is no clearance: both are told with the list's name, its size and its date. Only
the list at hand is looked at, and only names; who owns whom, numbers and birth dates are for a person to compare.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from opencwc.errors import InputError
from opencwc.finding import Evidence, Finding, Maker, Message, Rule, Subject, Value, Verdict
from opencwc.transfers.check.consignee_names import (
    NameWord,
    alike,
    bones,
    coarse,
    heard,
    name_words,
    plural,
    syllables,
    together,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIKENESS = 0.80
"""From which score a name is told: measured on tests/cases/consignees (docs/how-to/screen-consignees.md)."""
LIKENESS_AT_HOME = 0.77
"""The same where the country is that of the list's entry."""
WEIGHTS = {"word": 1.0, "number": 0.5, "initial": 0.5, "place": 0.3, "common": 0.2}
"""How much each kind of word tells of who it is."""


class Listed(NamedTuple):
    """An entry of a list: its id there, what it is (Person, Company ...), its names, and its countries (alpha-2)."""

    id: str
    schema: str
    names: tuple[str, ...]
    countries: tuple[str, ...] = ()
    dataset: str = ""
    row: int = 0


class Hit(NamedTuple):
    """A name of a list that is like the one asked for: ``score`` from 0 to 1, ``words`` the pairs that it rests on.

    ``country`` is ``same``, ``different`` or ``unknown``; ``list_name`` and ``list_date`` are those of the list, the
    date empty where it states none. The answer is always for review.
    """

    score: float
    entry: str
    name: str
    schema: str
    countries: tuple[str, ...]
    country: str
    words: tuple[tuple[str, str, float], ...]
    list_name: str
    list_date: str

    @property
    def verdict(self) -> Verdict:
        """A name alone decides nothing."""
        return Verdict.REVIEW


class _Name(NamedTuple):
    entry: int
    text: str
    words: tuple[NameWord, ...]


@dataclass(frozen=True)
class SanctionsList:
    """A list of names, ready to be asked.

    ``date`` is the last day that any of its entries states (seen or changed), empty where none does; ``problems`` are
    rows that could not be taken, each with its row.
    """

    name: str
    entries: tuple[Listed, ...]
    date: str = ""
    problems: tuple[Message, ...] = ()
    _kept: dict[str, object] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, path: Path) -> SanctionsList:
        """Read a list: OpenSanctions "targets simple" (CSV), or FollowTheMoney entities (CSV or JSON lines).

        The file may be compressed (.gz, .zst). Several values in a cell stand apart by ``;``. Raises `InputError`
        where there are no names in it.
        """
        entries: list[Listed] = []
        problems: list[Message] = []
        newest = ""
        for entry in _entries(path):
            if isinstance(entry, Message):
                problems.append(entry)
            else:
                listed, day = entry
                entries.append(listed)
                newest = max(newest, day)
        if not entries:
            raise InputError(
                "No names were found in the list.", where=str(path),
                remedy="Give OpenSanctions targets.simple.csv, or FollowTheMoney entities as CSV or JSON lines.",
            )  # fmt: skip
        return cls(path.name, tuple(entries), newest, tuple(problems))

    @property
    def names(self) -> int:
        """How many names its entries have."""
        return len(self._index.names)

    def find(self, name: str, country: str = "", most: int = 20) -> list[Hit]:
        """Return the entries with a name like this one, most alike first; each entry once, by its best name.

        ``country`` is alpha-2 or alpha-3; it supports a likeness and is told, and it never hides one.
        """
        words = name_words(name)
        index = self._index
        asked = _alpha_2(country)
        best: dict[int, Hit] = {}
        total = index.weight(words)
        for place in index.candidates(words):
            known = index.names[place]
            score, pairs = index.likeness(words, total, known)
            entry = self.entries[known.entry]
            where = _countries_agree(asked, entry.countries)
            if score < (LIKENESS_AT_HOME if where == "same" else LIKENESS):
                continue
            held = best.get(known.entry)
            if held is None or held.score < score:
                best[known.entry] = Hit(
                    round(score, 3), entry.id, known.text, entry.schema, entry.countries, where, pairs, self.name,
                    self.date,
                )  # fmt: skip
        order = {"same": 0, "unknown": 1, "different": 2}
        found = sorted(best.values(), key=lambda hit: (-hit.score, order[hit.country], hit.entry))
        return found[:most]

    def told(self, hits: Sequence[Hit]) -> Message:
        """Say what was compared, with the list's name, size and date; never that somebody is clear."""
        values: dict[str, Value] = {
            "list": self.name, "count": len(hits), "entries": len(self.entries), "names": self.names,
            "date": self.date or Message("consignees_undated"),
        }  # fmt: skip
        return Message("consignees_alike" if hits else "consignees_none_alike", values)

    def told_of_all(self, hits: int) -> Message:
        """Say with what the names of a whole ledger were compared, and how many entries are like one of them."""
        values: dict[str, Value] = {
            "list": self.name, "count": hits, "entries": len(self.entries), "names": self.names,
            "date": self.date or Message("consignees_undated"), "unread": len(self.problems),
        }  # fmt: skip
        return Message("consignees_compared", values)

    def findings(self, name: str, subject: Subject, maker: Maker, country: str = "") -> list[Finding]:
        """Return a finding for review for each hit; none is no clearance, and ``told`` says what was compared."""
        return [finding_of(hit, subject, maker) for hit in self.find(name, country)]

    @cached_property
    def _index(self) -> _Index:
        return _Index(self.entries)


def finding_of(hit: Hit, subject: Subject, maker: Maker) -> Finding:
    """Return a hit as a finding for review, with the words that are alike as its evidence."""
    values: dict[str, Value] = {
        "name": hit.name, "entry": hit.entry, "score": round(100 * hit.score), "list": hit.list_name,
        "date": hit.list_date or Message("consignees_undated"), "country": Message(f"consignees_country_{hit.country}"),
    }  # fmt: skip
    evidence = tuple(
        Evidence("name", f"{ours} = {theirs}", value=f"{likeness:.2f}") for ours, theirs, likeness in hit.words
    )
    rule = Rule(hit.list_name, hit.entry)
    return Finding(subject, hit.verdict, Message("consignees_hit", values), maker, rule, "name", evidence)


_Option: TypeAlias = tuple[float, float, tuple[int, ...], tuple[int, ...], str, str]
"""What is gained by taking words of ours for words of theirs, how alike they are, their places, their spelling."""


def _by_gain(option: _Option) -> tuple[float, tuple[int, ...], tuple[int, ...]]:
    return -option[0], option[2], option[3]


class _Index:
    """The words of all names, and in which names each stands."""

    def __init__(self, entries: Sequence[Listed]) -> None:
        self.names: list[_Name] = []
        self.words: dict[str, int] = {}
        firsts: list[NameWord] = []
        holders: list[list[int]] = []
        for number, entry in enumerate(entries):
            for text in entry.names:
                words = name_words(text)
                if not words:
                    continue
                place = len(self.names)
                self.names.append(_Name(number, text, words))
                for word in {f"{word.kind[0]}{word.script[0]}{word.key}": word for word in words}.items():
                    spelt, one = word
                    held = self.words.get(spelt)
                    if held is None:
                        held = self.words[spelt] = len(holders)
                        holders.append([])
                        firsts.append(one)
                    holders[held].append(place)
        self.holders: list[NDArray[np.int32]] = [np.array(holder, np.int32) for holder in holders]
        number = len(self.names)
        self.rare = [
            max(_LEAST_RARE, math.log(1 + number / len(holder)) / math.log(1 + number)) for holder in self.holders
        ]
        self.by_key: dict[str, list[int]] = {}
        self.by_bones: dict[str, list[int]] = {}
        trigrams: dict[str, list[int]] = {}
        self.by_sound: dict[str, list[int]] = {}
        self.by_foreign_sound: dict[str, list[int]] = {}
        for spelt, held in self.words.items():
            first = firsts[held]
            key = spelt[2:]
            self.by_key.setdefault(key, []).append(held)
            if first.kind != "word":
                continue
            for skeleton in _skeletons(first.written if first.script == "arabic" else first.latin, first.script):
                self.by_bones.setdefault(skeleton, []).append(held)
            if first.foreign:
                self.by_foreign_sound.setdefault(heard(first), []).append(held)
            elif first.script in ("latin", "cyrillic"):
                self.by_sound.setdefault(heard(first), []).append(held)
            if first.script != "arabic":
                for gram in _trigrams(key):
                    trigrams.setdefault(gram, []).append(held)
        self.trigrams: dict[str, NDArray[np.int32]] = {gram: np.array(one, np.int32) for gram, one in trigrams.items()}
        self.keys = [""] * len(holders)
        for spelt, held in self.words.items():
            self.keys[held] = spelt[2:]
        self.name_weight: NDArray[np.float32] = np.array([self.weight(name.words) for name in self.names], np.float32)

    def rarity(self, word: NameWord) -> float:
        """How much a word tells of who it is: less for a common word, and for one that many names have."""
        weight = WEIGHTS[word.kind]
        if word.kind != "word":
            return weight
        held = self.words.get(f"w{word.script[0]}{word.key}")
        return weight if held is None else weight * self.rare[held]

    def weight(self, words: Iterable[NameWord]) -> float:
        """The weight of all words of a name."""
        return sum(map(self.rarity, words))

    def candidates(self, words: tuple[NameWord, ...]) -> list[int]:
        """The names that share most with these words, to be compared one by one."""
        found: dict[int, float] = {}
        for word in words:
            weight = self.rarity(word)
            for held, likeness in self._near(word):
                found[held] = max(found.get(held, 0.0), weight * likeness)
        for _, joined in together(words):
            for held in self.by_key.get(joined.key, ()):
                found[held] = max(found.get(held, 0.0), 2 * WEIGHTS["word"])
        if not found:
            return []
        places = np.concatenate([self.holders[held] for held in found])
        weights = np.repeat(
            np.fromiter(found.values(), np.float32, len(found)), [len(self.holders[held]) for held in found]
        )
        order = np.argsort(places, kind="stable")
        places, weights = places[order], weights[order]
        starts = np.flatnonzero(np.r_[True, places[1:] != places[:-1]])
        shared = np.add.reduceat(weights, starts)
        names = places[starts]
        promise = shared / (self.weight(words) + self.name_weight[names])
        # Of a whole name the promise is a half; what shares only a common word with it needs no closer look.
        names, promise = names[promise >= _PROMISING], promise[promise >= _PROMISING]
        if len(names) > _COMPARED:
            chosen = np.argpartition(-promise, _COMPARED)[:_COMPARED]
            names = names[chosen]
        return sorted(int(name) for name in names)

    def likeness(
        self, words: tuple[NameWord, ...], total: float, known: _Name
    ) -> tuple[float, tuple[tuple[str, str, float], ...]]:
        """How alike two names are from 0 to 1, and the pairs of words that it rests on.

        The weights of the words that are alike, as a share of the weights of all words of both names (Dice); the
        words are laid beside each other so that the likest come first.
        """
        theirs = known.words
        ours_weight = [self.rarity(word) for word in words]
        their_weight = [self.rarity(word) for word in theirs]
        options: list[_Option] = []
        companies = all(any(word.kind == "common" for word in name) for name in (words, theirs))
        for i, one in enumerate(words):
            for j, other in enumerate(theirs):
                if value := alike(one, other) or (plural(one, other) if companies else 0.0):
                    gain = value * (ours_weight[i] + their_weight[j])
                    options.append((gain, value, (i,), (j,), one.written, other.written))
        options.sort(key=_by_gain)
        best_ours = {option[2][0] for option in options if option[1] >= _JOINED_LIKENESS}
        best_theirs = {option[3][0] for option in options if option[1] >= _JOINED_LIKENESS}
        if len(best_ours) < len(words) and len(best_theirs) < len(theirs):
            options += self._joined(words, theirs, ours_weight, their_weight)
            options.sort(key=_by_gain)
        ours_left, their_left = set(range(len(words))), set(range(len(theirs)))
        gained = telling = 0.0
        pairs: list[tuple[str, str, float]] = []
        for gain, value, ours, others, left, right in options:
            if ours_left.issuperset(ours) and their_left.issuperset(others):
                ours_left -= set(ours)
                their_left -= set(others)
                gained += gain
                if words[ours[0]].kind in ("word", "initial"):
                    telling += min(1.0, value) * len(ours)
                pairs.append((left, right, round(value, 2)))
        whole = total + sum(their_weight)
        score = gained / whole if whole else 0.0
        # A part of a long name (no patronymic, no third name) is more than the share of its words says, if two words
        # at least tell who it is; with one word alone it may be anybody.
        left_over = min(sum(ours_weight[i] for i in ours_left), sum(their_weight[j] for j in their_left))
        if telling >= _TWO_WORDS and left_over == 0:
            score = (
                _PART * (gained / (whole - self._left(ours_left, their_left, ours_weight, their_weight)))
                + (1 - _PART) * score
            )
        if _numbers_differ(words, theirs, ours_left, their_left):
            score *= _OTHER_NUMBER
        if not _one_tells(words, theirs):
            return score, tuple(pairs)
        # Two names that differ in a word which tells who it is are two names.
        rivals = min(_rivals(words, ours_left), _rivals(theirs, their_left))
        return score * (_OTHER_WORD**rivals), tuple(pairs)

    @staticmethod
    def _left(ours: set[int], theirs: set[int], ours_weight: list[float], their_weight: list[float]) -> float:
        return sum(ours_weight[i] for i in ours) + sum(their_weight[j] for j in theirs)

    @staticmethod
    def _joined(
        words: tuple[NameWord, ...], theirs: tuple[NameWord, ...], ours_weight: list[float], their_weight: list[float]
    ) -> Iterator[_Option]:
        their_words = [(j, other) for j, other in enumerate(theirs) if other.kind == "word"]
        for places, joined in together(words) if their_words else ():
            for j, other in their_words:
                if (value := alike(joined, other)) >= _JOINED_LIKENESS:
                    gain = value * (sum(ours_weight[i] for i in places) + their_weight[j]) + _JOIN
                    yield gain, value, places, (j,), joined.written, other.written
        our_words = [(i, one) for i, one in enumerate(words) if one.kind == "word"]
        for places, joined in together(theirs) if our_words else ():
            for i, one in our_words:
                if (value := alike(one, joined)) >= _JOINED_LIKENESS:
                    gain = value * (ours_weight[i] + sum(their_weight[j] for j in places)) + _JOIN
                    yield gain, value, (i,), places, one.written, joined.written

    def _near(self, word: NameWord) -> Iterator[tuple[int, float]]:
        for held in self.by_key.get(word.key, ()):
            yield held, 1.0
        if word.kind != "word":
            return
        for skeleton in _skeletons(word.written if word.script == "arabic" else word.latin, word.script):
            for held in self.by_bones.get(skeleton, ()):
                yield held, 0.9
        if word.script == "arabic":
            return
        yield from self._near_in_trigrams(word.key)
        if sound := heard(word):
            for held in (self.by_sound if word.foreign else self.by_foreign_sound).get(sound, ()):
                yield held, 0.8
        if word.script == "chinese":
            for syllable in syllables(word.written):
                for held in self.by_key.get(coarse(syllable), ()):
                    yield held, 0.5
        for cut in range(2, min(len(word.latin), _LONGEST_WORD) - 1):
            parts = (word.latin[:cut], word.latin[cut:])
            known = [self.by_key.get(coarse(part), ()) for part in parts]
            for part, found in zip(parts, known, strict=True):
                if all(known) or len(part) > _TELLING_PART:
                    for held in found:
                        yield held, 0.5

    def _near_in_trigrams(self, key: str) -> Iterator[tuple[int, float]]:
        grams = _trigrams(key)
        lists = [held for gram in grams if (held := self.trigrams.get(gram)) is not None]
        if len(key) < 4 or not lists:
            return
        held, shared = np.unique(np.concatenate(lists), return_counts=True)
        # One letter that differs spoils up to three trigrams, two up to six.
        for one in held[shared >= max(1, len(grams) - (3 if len(key) < _LONG_KEY else 6))].tolist():
            if abs(len(self.keys[one]) - len(key)) <= 2:
                yield one, 0.8


def _rivals(words: tuple[NameWord, ...], left: set[int]) -> int:
    return sum(words[place].kind in ("word", "number") for place in left)


def _one_tells(words: tuple[NameWord, ...], theirs: tuple[NameWord, ...]) -> bool:
    return any(word.kind == "word" for word in words) and any(word.kind == "word" for word in theirs)


def _numbers_differ(
    words: tuple[NameWord, ...], theirs: tuple[NameWord, ...], ours_left: set[int], their_left: set[int]
) -> bool:
    return any(words[i].kind == "number" for i in ours_left) and any(theirs[j].kind == "number" for j in their_left)


def _skeletons(text: str, script: str) -> tuple[str, ...]:
    if script == "arabic":
        return (bones(text, arabic=True).consonants,)
    skeletons = [bones(text).consonants]
    if len(text) > 6 and text[:2] in ("al", "el"):
        skeletons.append(bones(text[2:]).consonants)
    return tuple(skeletons)


def _trigrams(key: str) -> set[str]:
    padded = f"^{key}$"
    return {padded[place : place + 3] for place in range(len(padded) - 2)}


def _countries_agree(asked: str, listed: tuple[str, ...]) -> str:
    if not asked or not listed:
        return "unknown"
    return "same" if asked in listed else "different"


def _alpha_2(country: str) -> str:
    """Give the alpha-2 code of an alpha-2 or alpha-3 code, in small letters as lists have it.

    >>> _alpha_2("SYR"), _alpha_2("sy"), _alpha_2("")
    ('sy', 'sy', '')
    """
    code = country.strip()
    if len(code) != 3:
        return code.lower()
    from babel.core import get_global

    found = get_global("territory_aliases").get(code.upper())
    return str(found[0]).lower() if found else code.lower()


def _entries(path: Path) -> Iterator[tuple[Listed, str] | Message]:
    text = _text_of(path)
    start = text.read(4096)
    text.seek(0)
    if start.lstrip().startswith("{"):
        yield from _from_json_lines(text)
    elif start.lstrip().startswith("["):
        raise InputError("This is one JSON array.", where=str(path), remedy="Give JSON lines: one entity a line.")
    else:
        yield from _from_csv(text, path)


def _text_of(path: Path) -> io.StringIO:
    from opencwc.files.sources import open_source

    source = open_source(path, str(path))
    data = b"".join(source.chunks())
    failure = source.failure
    source.close()
    if failure:
        raise InputError("The compressed list is cut short or damaged.", where=str(path), remedy="Copy it again.")
    try:
        return io.StringIO(data.decode("utf-8-sig"), newline="")
    except UnicodeDecodeError as error:
        raise InputError(
            f"The list is not UTF-8 (byte {error.start}).",
            where=str(path),
            remedy="Save it as UTF-8, as it was given out.",
        ) from error


def _from_json_lines(text: Iterable[str]) -> Iterator[tuple[Listed, str] | Message]:
    for row, line in enumerate(text, start=1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError):
            yield Message("consignees_row_unread", {"row": row})
            continue
        properties = raw.get("properties") if isinstance(raw, dict) else None
        if not isinstance(properties, dict):
            yield Message("consignees_row_unread", {"row": row})
            continue
        if str(raw.get("schema", "")) in _NOT_NAMED:
            continue
        values = {key: tuple(map(str, value)) for key, value in properties.items() if isinstance(value, list)}
        names = (*_texts(raw.get("caption")), *(name for key in _NAMES for name in values.get(key, ())))
        countries = tuple(one for key in _COUNTRIES for one in values.get(key, ()))
        days = [*_texts(raw.get("last_seen")), *_texts(raw.get("last_change")), *values.get("modifiedAt", ())]
        datasets = raw.get("datasets")
        dataset = ";".join(map(str, datasets)) if isinstance(datasets, list) else ""
        yield _listed(str(raw.get("id", "")), str(raw.get("schema", "")), names, countries, dataset, days, row)


def _from_csv(text: io.StringIO, path: Path) -> Iterator[tuple[Listed, str] | Message]:
    reader = csv.reader(text, strict=False)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        header = [cell.strip().removeprefix("properties.") for cell in next(reader, [])]
    except csv.Error as error:
        raise InputError(
            f"The list is no CSV ({error}).", where=str(path), remedy="Give it as it was given out."
        ) from error
    if "id" not in header or not set(header) & set(_NAMES):
        raise InputError(
            f"The list has the columns {', '.join(header[:12])}.", where=str(path),
            remedy="It needs id and name (OpenSanctions targets.simple.csv, or FollowTheMoney entities).",
        )  # fmt: skip
    row = 0
    while True:
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Message("consignees_row_unread", {"row": row})
            continue
        if not any(cells):
            continue
        if len(cells) > len(header):
            yield Message("consignees_row_unread", {"row": row})
            continue
        at = dict(zip(header, cells, strict=False))
        names = tuple(name for key in _NAMES for name in _split(at.get(key, ""), whole=key == "name"))
        countries = tuple(one for key in _COUNTRIES for one in _split(at.get(key, "")))
        days = [at.get(key, "") for key in ("last_seen", "last_change", "modifiedAt")]
        yield _listed(at.get("id", ""), at.get("schema", ""), names, countries, at.get("dataset", ""), days, row)


def _listed(
    id: str, schema: str, names: Iterable[str], countries: Iterable[str], dataset: str, days: Iterable[str], row: int
) -> tuple[Listed, str] | Message:
    kept = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    if not kept:
        return Message("consignees_row_nameless", {"row": row})
    codes = tuple(dict.fromkeys(_alpha_2(country) for country in countries if country.strip()))
    newest = max((day[:10] for day in days if _DAY.match(day)), default="")
    return Listed(id or str(row), schema, kept, codes, dataset, row), newest


def _split(cell: str, *, whole: bool = False) -> list[str]:
    """Take a cell apart at ``;``, also where its values stand in quotes, as OpenSanctions writes them."""
    if not cell or (whole and ";" not in cell):
        return [cell] if cell else []
    if '"' in cell:
        return next(csv.reader([cell], delimiter=";"), [])
    return cell.split(";")


def _texts(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else ()


_NAMES = ("name", "alias", "aliases", "weakAlias", "previousName", "abbreviation")
_COUNTRIES = ("countries", "country", "jurisdiction", "nationality", "citizenship", "mainCountry")
_NOT_NAMED = (
    "Sanction", "Address", "Ownership", "Directorship", "Family", "Associate", "UnknownLink", "Identification",
    "Passport", "Occupancy", "Membership", "Representation", "Employment", "Position", "Succession",
)  # fmt: skip
"""Kinds of FollowTheMoney entities that are links or papers, and have no consignee's name."""
_DAY = re.compile("[12][0-9]{3}-[0-9]{2}-[0-9]{2}")
_LONGEST_CELL = 4_000_000
_COMPARED = 40
_PROMISING = 0.1
_LEAST_RARE = 0.45
_TWO_WORDS = 1.8
_PART = 0.7
_OTHER_NUMBER = 0.6
_OTHER_WORD = 0.88
_JOINED_LIKENESS = 0.9
_JOIN = 0.01
_LONG_KEY = 9
_TELLING_PART = 4
_LONGEST_WORD = 40
