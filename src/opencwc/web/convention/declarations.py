"""The rules of declarations as a page shows them: ranges, readings, codes, fields, and what States ask beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from opencwc.convention import Convention, Deadline, InForce
from opencwc.convention.declaration_rules import (
    CODE_TABLES,
    REGIMES,
    TREATY,
    ProductionRange,
    Profile,
    Reading,
    profile_files,
    read_codes,
    read_declaration_rules,
    read_fields,
    read_profile,
)
from opencwc.declarations.law_notes import reading_titled
from opencwc.declarations.phrases import reading_said
from opencwc.finding import Message
from opencwc.settings import load_settings
from opencwc.wording import amount_said, say
from opencwc.wording.typography import in_type, unbroken


class ReadingShown(NamedTuple):
    """A reading, what it says as it is taken, and what it can be turned to."""

    reading: Reading
    title: Message
    taken: str
    others: tuple[str, ...]


class NationalRule(NamedTuple):
    """A rule of a State: of which regime, what it asks and of what, and what the Convention says in its place."""

    regime: str
    asks: Message
    of: tuple[Message, ...]
    instead: Message | None
    in_force: InForce
    source: str
    evidence: str


class ProfileShown(NamedTuple):
    """What a State asks: its name, its rules, its readings and its notes in the reader's language."""

    id: str
    title: str
    rules: tuple[NationalRule, ...]
    notes: tuple[tuple[str, str, str], ...]


def declarations_shown(day: date, lang: str, when: Callable[[Deadline], Message]) -> dict[str, Any]:
    """Return the rules of declarations that hold on a day; ``when`` says the time of a deadline."""
    cache = load_settings().cache
    rules = read_declaration_rules(cache)
    readings = [reading for reading in rules.readings if reading.in_force.holds_on(day)]
    codes, fields = (_on(day, held) for held in (read_codes(cache), read_fields(cache)))
    return {
        "readings": [_reading_shown(reading, lang) for reading in readings],
        "ranges": [(known, _code_name(known, codes, lang)) for known in _on(day, rules.ranges)],
        "profiles": list(_profiles(day, lang, when)),
        "codes": [
            (table, [(code, code.name.get(lang, code.name["en"])) for code in codes if code.table == table])
            for table in CODE_TABLES
            if not table.endswith("_range")  # which stand among the ranges
        ],
        "fields": [
            (regime, [(field, field.name.get(lang, field.name["en"])) for field in fields if field.regime == regime])
            for regime in REGIMES
        ],
    }


def _on(day: date, held: Iterable[Any]) -> list[Any]:
    return [rule for rule in held if rule.in_force.holds_on(day)]


def _reading_shown(reading: Reading, lang: str) -> ReadingShown:
    others = tuple(
        say(reading_said(reading.id, choice), lang) for choice in reading.choices if choice != reading.choice
    )
    return ReadingShown(
        reading, reading_titled(reading.id), say(reading_said(reading.id, reading.choice), lang), others
    )


def declaration_rules_said(day: date, lang: str) -> Iterator[tuple[str, str, str]]:
    """Yield the production ranges and readings of a day in words, each behind its kind and its id."""
    cache = load_settings().cache
    rules, codes = read_declaration_rules(cache), _on(day, read_codes(cache))
    for known in _on(day, rules.ranges):
        name = amount_said(_code_name(known, codes, lang), lang)
        whose = say(f"page_convention_table_{known.of}_range", lang)
        yield "range", known.id, f"{whose}{say('label_colon', lang)}{name}"
    for reading in _on(day, rules.readings):
        yield "reading", reading.id, say(reading_titled(reading.id), lang)


def _code_name(known: ProductionRange, codes: Iterable[Any], lang: str) -> str:
    """Return the range in words: the name of its code."""
    name = next((code.name for code in codes if code.range == known.id), {"en": known.code})
    return unbroken(in_type(str(name.get(lang, name["en"])), lang))


def _profiles(day: date, lang: str, when: Callable[[Deadline], Message]) -> Iterator[ProfileShown]:
    convention = Convention(day, ("CWC",))
    thresholds = {threshold.id: threshold for threshold in convention.thresholds}
    deadlines = {deadline.id: deadline for deadline in convention.deadlines}
    if "s2-past" not in deadlines:  # no Convention yet, nothing to stand beside it
        return
    for name, file in profile_files().items():
        if name != TREATY:
            profile = read_profile(file, thresholds, deadlines)
            notes = tuple(
                (in_type(note.text.get(lang, note.text["en"]), lang), note.source, note.evidence)
                for note in profile.notes
            )
            rules = tuple(_national_rules(profile, thresholds, deadlines, day, when))
            yield ProfileShown(name, profile.title.get(lang, profile.title["en"]), rules, notes)


def _national_rules(
    profile: Profile, thresholds: dict[str, Any], deadlines: dict[str, Any], day: date, when: Callable[[Any], Message]
) -> Iterator[NationalRule]:
    for id, threshold in profile.thresholds.items():
        if threshold.in_force.holds_on(day):
            treaty = thresholds.get(threshold.id)
            instead = None
            if treaty is not None:
                instead = treaty.limit if treaty.note == threshold.note else treaty.limit_noted
            activity = id.removeprefix(threshold.id)[1:]
            acted = Message(f"check_activity_{activity}") if activity else threshold.word("activity")
            of = (*map(threshold.word, ("purpose", "chemicals")), acted, *map(threshold.word, ("scope", "window")))
            asks = threshold.limit_noted
            yield NationalRule(
                threshold.regime, asks, of, instead, threshold.in_force, threshold.source, threshold.evidence
            )
    for id, deadline in profile.deadlines.items():
        if deadline.in_force.holds_on(day):
            whole, _, activity = id.rpartition("-")
            treaty = deadlines.get(id) or deadlines.get(whole)
            act = Message(f"deadline_act_{deadline.act}")
            if id not in deadlines and treaty is not None:
                act = Message("calendar_only_for", {"act": act, "activity": Message(f"calendar_{activity}")})
            instead = when(treaty) if treaty is not None else None
            regime = (treaty or deadline).regime
            yield NationalRule(
                regime, when(deadline), (act,), instead, deadline.in_force, deadline.source, deadline.evidence
            )
