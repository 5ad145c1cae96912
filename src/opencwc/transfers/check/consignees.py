"""Whether a consignee may be on a sanctions list that the user supplies: names that are alike go to a person.

A hit is never an answer, and no hit is no clearance: both are told with the list's name, its size and its date. Only
the list at hand is looked at, and only names; who owns whom, numbers and birth dates are for a person to compare. Lists
are OpenSanctions targets, or FollowTheMoney entities.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from opencwc.errors import InputError
from opencwc.finding import Evidence, Finding, Maker, Message, Rule, Subject, Value, Verdict
from opencwc.language.name_words import name_words
from opencwc.transfers.check.name_index import Listed, NameIndex

LIKENESS = 0.80
"""From which score a name is told: measured on tests/cases/consignees (docs/benchmarks/transfers.md)."""
LIKENESS_AT_HOME = 0.77
"""The same where the country is that of the list's entry."""


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

    @classmethod
    def read(cls, path: Path) -> SanctionsList:
        """Read a list: OpenSanctions "targets simple" (CSV), or FollowTheMoney entities (CSV or JSON lines).

        The file may be compressed (.gz, .zst). Several values in a cell stand apart by ``;``. Raises `InputError`
        where there are no names in it.
        """
        entries: list[Listed] = []
        problems: list[Message] = []
        newest = ""
        for entry in read_entries(path):
            if isinstance(entry, Message):
                problems.append(entry)
            else:
                listed, day = entry
                entries.append(listed)
                newest = max(newest, day)
        if not entries:
            raise InputError("list_without_names", where=str(path))
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
        home = alpha_2(country)
        best: dict[int, Hit] = {}
        total = index.weight(words)
        for place in index.candidates(words):
            known = index.names[place]
            score, pairs = index.likeness(words, total, known)
            entry = self.entries[known.entry]
            listed = entry.countries if home else ()
            where = ("same" if home in listed else "different") if listed else "unknown"
            if score < (LIKENESS_AT_HOME if where == "same" else LIKENESS):
                continue
            former = best.get(known.entry)
            if former is None or former.score < score:
                best[known.entry] = Hit(
                    round(score, 3), entry.id, known.text, entry.schema, entry.countries, where, pairs, self.name,
                    self.date,
                )  # fmt: skip
        order = {"same": 0, "unknown": 1, "different": 2}
        hits = sorted(best.values(), key=lambda hit: (-hit.score, order[hit.country], hit.entry))
        return hits[:most]

    def told(self, hits: Sequence[Hit]) -> Message:
        """Say what was compared, with the list's name, size and date; never that somebody is clear."""
        return Message("consignees_alike" if hits else "consignees_none_alike", self._said_of(len(hits)))

    def told_of_all(self, hits: int) -> Message:
        """Say with what the names of a whole ledger were compared, and how many entries are like one of them."""
        return Message("consignees_compared", {**self._said_of(hits), "unread": len(self.problems)})

    def _said_of(self, hits: int) -> dict[str, Value]:
        return {
            "list": self.name, "count": hits, "entries": len(self.entries), "names": self.names,
            "date": self.date or Message("consignees_undated"),
        }  # fmt: skip

    def findings(self, name: str, subject: Subject, maker: Maker, country: str = "") -> list[Finding]:
        """Return a finding for review for each hit; none is no clearance, and ``told`` says what was compared."""
        return [finding_of(hit, subject, maker) for hit in self.find(name, country)]

    @cached_property
    def _index(self) -> NameIndex:
        return NameIndex(self.entries)


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


_NAMES = ("name", "alias", "aliases", "weakAlias", "previousName", "abbreviation")
_COUNTRIES = ("countries", "country", "jurisdiction", "nationality", "citizenship", "mainCountry")
_DAYS = ("last_seen", "last_change", "modifiedAt")
_NOT_NAMED = (
    "Sanction", "Address", "Ownership", "Directorship", "Family", "Associate", "UnknownLink", "Identification",
    "Passport", "Occupancy", "Membership", "Representation", "Employment", "Position", "Succession",
)  # fmt: skip
"""Kinds of FollowTheMoney entities that are links or papers, and have no consignee's name."""
_DAY = re.compile("[12][0-9]{3}-[0-9]{2}-[0-9]{2}")
_LONGEST_CELL = 4_000_000


def alpha_2(country: str) -> str:
    """Give the alpha-2 code of an alpha-2 or alpha-3 code, in small letters as lists have it.

    >>> alpha_2("SYR"), alpha_2("sy"), alpha_2("")
    ('sy', 'sy', '')
    """
    code = country.strip()
    if len(code) != 3:
        return code.lower()
    from babel.core import get_global

    codes = get_global("territory_aliases").get(code.upper())
    return str(codes[0]).lower() if codes else code.lower()


def read_entries(path: Path) -> Iterator[tuple[Listed, str] | Message]:
    """Yield each entry with the newest day that it states, or the problem of a row that could not be taken.

    The file may be compressed (.gz, .zst). Several values in a cell stand apart by ``;``.
    """
    text = _text_of(path)
    start = text.read(4096)
    text.seek(0)
    if start.lstrip().startswith("{"):
        yield from _from_json_lines(text)
    elif start.lstrip().startswith("["):
        raise InputError("list_is_json_array", where=str(path))
    else:
        yield from _from_csv(text, path)


def _text_of(path: Path) -> io.StringIO:
    from opencwc.files.sources import open_source

    source = open_source(path, str(path))
    data = b"".join(source.chunks())
    failure = source.failure
    source.close()
    if failure:
        raise InputError("compressed_list_damaged", where=str(path))
    try:
        return io.StringIO(data.decode("utf-8-sig"), newline="")
    except UnicodeDecodeError as error:
        raise InputError("list_is_not_utf8", where=str(path), byte=error.start) from error


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
        values |= {key: _texts(raw.get(key)) for key in ("caption", "last_seen", "last_change")}
        yield _listed(str(raw.get("id", "")), str(raw.get("schema", "")), values, row)


def _from_csv(text: io.StringIO, path: Path) -> Iterator[tuple[Listed, str] | Message]:
    reader = csv.reader(text, strict=False)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        header = [cell.strip().removeprefix("properties.") for cell in next(reader, [])]
    except csv.Error as error:
        raise InputError("list_is_no_csv", where=str(path), reason=str(error)) from error
    if "id" not in header or not set(header) & set(_NAMES):
        raise InputError("list_has_other_columns", where=str(path), columns=tuple(header[:12]))
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
        values = {key: _split(at.get(key, ""), whole=key == "name") for key in (*_NAMES, *_COUNTRIES)}
        values |= {key: [at.get(key, "")] for key in _DAYS}
        yield _listed(at.get("id", ""), at.get("schema", ""), values, row)


def _listed(id: str, schema: str, values: Mapping[str, Sequence[str]], row: int) -> tuple[Listed, str] | Message:
    """Return an entry of its values by property; what it is called first (``caption``) comes before its names."""
    names, countries, days = (
        [value for key in keys for value in values.get(key, ()) if value.strip()]
        for keys in (("caption", *_NAMES), _COUNTRIES, _DAYS)
    )
    if not names:
        return Message("consignees_row_nameless", {"row": row})
    newest = max((day[:10] for day in days if _DAY.match(day)), default="")
    called, codes = (
        tuple(dict.fromkeys(map(read, values_of))) for read, values_of in ((str.strip, names), (alpha_2, countries))
    )
    return Listed(id or str(row), schema, called, codes), newest


def _split(cell: str, *, whole: bool = False) -> list[str]:
    """Take a cell apart at ``;``, also where its values stand in quotes, as OpenSanctions writes them."""
    if not cell or (whole and ";" not in cell):
        return [cell] if cell else []
    if '"' in cell:
        return next(csv.reader([cell], delimiter=";"), [])
    return cell.split(";")


def _texts(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else ()
