"""The user's own allow-list: names of staff, suppliers, products and codes that mean no chemical here.

It stands as a table, `allow.csv`, in the settings folder: who allowed each name, why, and until when. It silences words
alone, never a drawing or a number, and what it silenced is counted and shown in every answer. An entry that has expired
silences nothing, and that is said.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from opencwc.chemistry.registry_numbers import looks_like_cas
from opencwc.errors import InputError, SettingsError
from opencwc.finding import Finding, Message, Verdict
from opencwc.screening.model import Outcome
from opencwc.settings import settings_folder

if TYPE_CHECKING:
    from opencwc.screening.screener import Screener

FILE = "allow.csv"
COLUMNS = ("name", "by", "why", "until", "since")
LONGEST_NAME, MOST_ENTRIES = 200, 5_000
MOST_NAMED = 5
"""Names of expired entries that a summary gives; the others are counted."""


class Allowed(Struct, frozen=True):
    """A name that means no chemical here: who allowed it, why, from which day and up to which."""

    name: str
    by: str
    why: str
    until: date
    since: date


class AllowList(Struct, frozen=True, dict=True):
    """The entries of a file; those that hold on ``day`` silence."""

    path: Path
    day: date
    entries: tuple[Allowed, ...] = ()

    @classmethod
    def of_house(cls, day: date | None = None) -> AllowList:
        """Return the list of this house on a day, today if none is given.

        Raises:
            InputError: the file is no such table.

        """
        path = settings_folder() / FILE
        try:
            changed = path.stat().st_mtime_ns
        except OSError:
            return cls(path, day or date.today())
        return _read(path, changed, day or date.today())

    @cached_property
    def in_force(self) -> dict[str, Allowed]:
        """The entries that silence, by the key of their name."""
        return {_key(entry.name): entry for entry in self.entries if entry.until >= self.day}

    @cached_property
    def expired(self) -> tuple[Allowed, ...]:
        """The entries that silence nothing any more."""
        return tuple(entry for entry in self.entries if entry.until < self.day)

    def add(self, name: str, *, by: str, why: str, until: date) -> AllowList:
        """Write another entry, and return the list with it.

        Raises:
            SettingsError: it is no word, says not who, why or until when, or is there already.

        """
        name = " ".join(name.split())
        if looks_like_cas(name) or _NO_WORD.search(name):
            raise SettingsError("allow_is_no_word", name=name)
        if not any(map(str.isalpha, name)) or len(name) > LONGEST_NAME:
            raise SettingsError("allow_name_unfit", name=name, most=LONGEST_NAME)
        if not by.strip() or not why.strip():
            raise SettingsError("allow_needs_person_and_reason", name=name)
        if until < self.day:
            raise SettingsError("allow_until_past", name=name, until=until.isoformat())
        if _key(name) in self.in_force:
            raise SettingsError("allow_there_already", name=name, by=self.in_force[_key(name)].by)
        if len(self.entries) >= MOST_ENTRIES:
            raise SettingsError("allow_too_many", most=MOST_ENTRIES)
        others = (entry for entry in self.entries if _key(entry.name) != _key(name))
        return self._write((*others, Allowed(name, " ".join(by.split()), " ".join(why.split()), until, self.day)))

    def remove(self, name: str) -> AllowList:
        """Take an entry away, and return the list without it; raise `SettingsError` where there is none."""
        left = tuple(entry for entry in self.entries if _key(entry.name) != _key(name))
        if len(left) == len(self.entries):
            raise SettingsError("allow_unknown", name=name)
        return self._write(left)

    def silence(self, text: str, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        """Return outcomes in which the allowed names of a text are listed no more, with who allowed them and why."""
        if not self.in_force or not any(map(_is_word, outcomes)):
            return outcomes
        return tuple(self._silenced(outcome, text) for outcome in outcomes)

    def notes(self, silenced: Counter[str]) -> Iterator[Message]:
        """Say what was silenced, and which entries silence nothing any more."""
        if silenced:
            names = tuple(f"{name} × {count}" for name, count in sorted(silenced.items()))
            yield Message("summary_allowed", {"count": silenced.total(), "names": names})
        if self.expired:
            names = tuple(f"{entry.name} ({entry.until})" for entry in self.expired[:MOST_NAMED])
            yield Message("summary_allow_expired", {"count": len(self.expired), "names": names})

    def _silenced(self, outcome: Outcome, text: str) -> Outcome:
        if not _is_word(outcome):
            return outcome
        where = text if outcome.span else outcome.written or text
        start, end = outcome.span or (0, len(where.rstrip()))
        over = (found[0] for found in self._pattern.finditer(where) if found.start() <= start and end <= found.end())
        entry = self.in_force.get(_key(next(over, "")))
        left = self._pattern.sub(" ", where).casefold()
        if entry is None or any(reading.written.casefold() in left for reading in outcome.readings):
            return outcome  # the chemical is named elsewhere in the text as well
        rule = f"{outcome.rule.list} {outcome.rule.entry}" if outcome.rule else ""
        values = {"name": entry.name, "by": entry.by, "reason": entry.why, "until": entry.until.isoformat()}
        why = Message("why_allowed", {**values, "written": outcome.written or text, "rule": rule})
        return outcome._replace(verdict=Verdict.NOT_LISTED, message=why, rule=None)

    def _write(self, entries: Iterable[Allowed]) -> AllowList:
        from opencwc.files import open_for_writing

        changed = structs.replace(self, entries=tuple(entries))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open_for_writing(self.path) as stream:
            table = csv.writer(stream, lineterminator="\n")
            table.writerow(COLUMNS)
            table.writerows([getattr(entry, column) for column in COLUMNS] for entry in changed.entries)
        return changed

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Any of the names in force as whole words; a script without spaces has no edges of words."""
        names = sorted((entry.name for entry in self.in_force.values()), key=len, reverse=True)
        return re.compile("|".join(map(_as_pattern, names)), re.IGNORECASE)


def answer_allowing(screener: Screener, text: str, kind: str = "auto") -> tuple[Outcome, ...]:
    """Return the outcomes of a value under the allow-list of this house."""
    return AllowList.of_house().silence(text, screener.answer(text, kind))


def silenced_in(statements: Iterable[Outcome | Finding]) -> Counter[str]:
    """Count the mentions that an allow-list silenced, by what is written and the entries that it would fall under."""
    rules: dict[tuple[str, object], list[str]] = {}
    for statement in statements:
        if statement.message.id == "why_allowed":
            span = next((shown.span for shown in statement.evidence if shown.kind == "mention"), ())
            values = statement.message.values
            rules.setdefault((str(values["written"]), span), []).append(str(values["rule"]))
    return Counter(f"{written} ({', '.join(dict.fromkeys(fell))})" for (written, _), fell in rules.items())


def _is_word(outcome: Outcome) -> bool:
    """Tell whether an outcome that an entry has to do with rests on words alone, and on no number or drawing."""
    if outcome.verdict not in _MET or outcome.basis not in ("name", "text"):
        return False
    if any(reading.kind not in _WORDS for reading in outcome.readings):
        return False
    kind = next((shown.label for shown in outcome.evidence if shown.kind == "mention"), "name")
    return kind in _WORDS


@lru_cache(maxsize=2)
def _read(path: Path, changed: int, day: date) -> AllowList:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = [*csv.DictReader(stream)]
            return AllowList(path, day, tuple(_entry(row) for row in rows if any(row.values())))
    except (OSError, UnicodeError, csv.Error, KeyError, ValueError, AttributeError) as error:
        raise InputError("allow_list_unreadable", where=str(path), reason=str(error), columns=COLUMNS) from error


def _entry(row: dict[str, str]) -> Allowed:
    until, since = date.fromisoformat(row["until"].strip()), date.fromisoformat(row["since"].strip())
    return Allowed(row["name"].strip(), row["by"].strip(), row["why"].strip(), until, since)


@lru_cache(maxsize=10_000)
def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _as_pattern(name: str) -> str:
    words = r"\s+".join(map(re.escape, name.split()))
    left, right = (r"(?<!\w)" if ord(name[0]) < _UNSPACED else ""), (r"(?!\w)" if ord(name[-1]) < _UNSPACED else "")
    return f"{left}{words}{right}"


_MET = (Verdict.LISTED, Verdict.REVIEW)
_WORDS = ("name", "near")
_UNSPACED = 0x2E80
_NO_WORD = re.compile(r"(?i)^InChI|^[A-Z]{14}-[A-Z]{10}-[A-Z]$|[=#\[\]@\\]|\d{2,7}-\d\d-\d(?!\d)")
