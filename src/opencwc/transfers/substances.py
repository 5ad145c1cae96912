"""What the lines of a ledger move: a CAS number comes before a name, a name before an HS code.

What numbers and names stand for is `opencwc.screening`'s to say; here it becomes one `Substance` with the thresholds
of its entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from opencwc.chemistry.names import normalise_name
from opencwc.chemistry.registry_numbers import looks_like_cas, normalise_cas
from opencwc.convention import Entry
from opencwc.convention.chemical_names import Subheading
from opencwc.finding import Message, Verdict
from opencwc.screening.known_chemicals import Known
from opencwc.screening.model import Outcome
from opencwc.screening.screener import Screener
from opencwc.transfers.model import Substance
from opencwc.transfers.thresholds import limits

_STARTS = 80


class Stated(NamedTuple):
    """What a line says it moves: the substance, its HS subheading (0 where none), and what is to be said of it."""

    substance: Substance | None
    hs: int = 0
    problem: Message | None = None


class Substances:
    """Reads what lines move, each different statement once."""

    def __init__(self, screener: Screener) -> None:
        self._screener = screener
        self._convention = screener.rulebook.convention
        self._headings: dict[str, int] = {}
        self._held: dict[int, tuple[str, ...]] = {}
        self._alone: dict[int, tuple[str, Message]] = {}
        for subheading in self._convention.naming.subheadings:
            self._held[int(subheading.code)] = tuple(subheading.chemicals)
            for cas in subheading.chemicals:
                self._headings.setdefault(cas, int(subheading.code[:4]))
            if subheading.alone and (cas := self._only_one(subheading)):
                self._alone[int(subheading.code)] = (cas, Message("by_language", dict(subheading.title)))
        self._by_cas: dict[str, Substance] = {}
        self._by_name: dict[str, Stated] = {}

    def read(self, chemical: str, cas: str, hs: str) -> Stated:
        """Return what a line moves by its name, CAS number and HS code, each empty where the line has none."""
        chemical, cas = " ".join(chemical.split()), cas.strip()
        code = hs_digits(hs)
        if not cas and looks_like_cas(chemical):
            chemical, cas = "", chemical
        problem: Message | None = None
        if cas:
            by_number = self._by_number(cas, chemical)
            if isinstance(by_number, Substance):
                doubt = self._disagreement(by_number, chemical) or self._other_code(by_number, code)
                return Stated(by_number, code, doubt)
            problem = by_number
        if chemical:
            named = self._named(chemical)
            other = self._other_code(named.substance, code) if named.substance else None
            return named._replace(hs=code, problem=problem or named.problem or other)
        if code:
            return Stated(self._by_code(code), code, problem)
        if hs.strip() and not problem:
            problem = Message("ledger_hs_unread", {"text": hs.strip()[:_STARTS]})
        return Stated(None, 0, problem or Message("ledger_chemical_missing"))

    def _only_one(self, subheading: Subheading) -> str:
        """Return the one chemical that a subheading holds, or that its title names beside its salts; else ``""``."""
        if len(subheading.chemicals) == 1:
            return subheading.chemicals[0]
        known = self._screener.known.resolver.by_curated_name(subheading.title["en"])
        named = {candidate.cas for candidate in known} & set(subheading.chemicals)
        return named.pop() if len(named) == 1 else ""

    def _by_number(self, text: str, chemical: str) -> Substance | Message:
        known = self._screener.known.by_number(text)
        if isinstance(known, Known):
            return self._of_cas(known.cas[0] if known.cas else str(normalise_cas(text)), known, chemical)
        if known.id == "unreadable_cas_unknown":
            cas = str(normalise_cas(text))
            return Substance(cas, chemical or cas, heading=self._headings.get(cas, -1))
        return Message("ledger_cas_unread", {"text": text[:_STARTS], "why": known})

    def _of_cas(self, cas: str, known: Known, name: str = "") -> Substance:
        if cas not in self._by_cas:
            outcomes = self._screener.answer_known(known, "cas")
            entries = self._entries(outcomes)
            called = known.names[0] if known.names else known.named_in[0][1].name if known.named_in else name or cas
            self._by_cas[cas] = Substance(
                cas, called, _said(entries), *limits(self._convention, entries), self._headings.get(cas, -1)
            )
        return self._by_cas[cas]

    def _disagreement(self, by_number: Substance, chemical: str) -> Message | None:
        """Say that name and number stand for different chemicals, where both are known for certain."""
        if not chemical or chemical.casefold() == by_number.name.casefold():
            return None
        candidates = self._screener.known.resolver.by_curated_name(chemical)
        if not candidates or any(candidate.cas == by_number.key for candidate in candidates):
            return None
        if by_number.key not in self._by_cas and not by_number.entries:
            return None
        return Message(
            "ledger_chemical_disagrees", {"name": chemical[:_STARTS], "cas": by_number.key, "other": candidates[0].cas}
        )

    def _other_code(self, substance: Substance, code: int) -> Message | None:
        """Say that the HS code is that of another chemical alone."""
        if code not in self._alone or substance.key in self._held[code] or not substance.entries:
            return None
        cas, title = self._alone[code]
        return Message("ledger_hs_disagrees", {"code": f"{code:06d}", "title": title, "cas": cas})

    def _named(self, name: str) -> Stated:
        key = normalise_name(name)
        if key not in self._by_name:
            self._by_name[key] = self._read_name(name, key)
        return self._by_name[key]

    def _read_name(self, name: str, key: str) -> Stated:
        known = self._screener.known.by_name(name)
        numbers = tuple(dict.fromkeys(known.cas)) if isinstance(known, Known) else ()
        if isinstance(known, Known) and not known.doubt and len(numbers) == 1:
            by_number = self._screener.known.by_number(numbers[0])
            return Stated(self._of_cas(numbers[0], by_number if isinstance(by_number, Known) else known, name))
        if isinstance(known, Known):
            outcomes = self._screener.answer_known(known, "name")
        elif _SEVERAL.search(name):
            outcomes = self._screener.answer(name)
            if sole := self._sole_mention(outcomes):
                return Stated(sole)
        else:
            outcomes = ()
        entries = self._entries(outcomes)
        substance = Substance(key or name, name[:_STARTS], _said(entries), *limits(self._convention, entries))
        if numbers and not entries:  # one of several unlisted chemicals: the one of that very name, where there is one
            exact = isinstance(known, Known) and known.names and normalise_name(known.names[0]) == key
            return Stated(substance._replace(key=numbers[0]) if exact else substance)
        doubtful = bool(entries) or any(outcome.verdict is Verdict.REVIEW for outcome in outcomes)
        message = "ledger_chemical_doubtful" if doubtful else "ledger_chemical_unknown"
        return Stated(substance, 0, Message(message, {"name": name[:_STARTS]}))

    def _sole_mention(self, outcomes: Iterable[Outcome]) -> Substance | None:
        """The chemical of a line of commerce, where it mentions one and no other."""
        written = {
            evidence.value[slice(*evidence.span)]
            for outcome in outcomes
            if outcome.verdict is Verdict.LISTED
            for evidence in outcome.evidence
            if evidence.kind == "mention" and evidence.span
        }
        mentioned: set[Substance] = set()
        for text in written:
            known = self._screener.known.by_number(text) if looks_like_cas(text) else self._screener.known.by_name(text)
            if isinstance(known, Known) and not known.doubt and len({*known.cas}) == 1:
                mentioned.add(self._of_cas(known.cas[0], known))
            else:
                return None
        return mentioned.pop() if len(mentioned) == 1 else None

    def _by_code(self, code: int) -> Substance:
        if code in self._alone:
            cas, _ = self._alone[code]
            known = self._screener.known.by_number(cas)
            if isinstance(known, Known):
                return self._of_cas(cas, known)
        name = f"HS {code:06d}"
        return Substance(name, name, heading=code // 100, code=code, may_be=self._held.get(code, ()))

    def _entries(self, outcomes: Iterable[Outcome]) -> tuple[Entry, ...]:
        """The entries that list it, gravest first: the Convention's by schedule, then those of other lists."""
        entries = {
            (entry.list, entry.id): entry
            for outcome in outcomes
            if outcome.rule and outcome.verdict in (Verdict.LISTED, Verdict.REVIEW)
            if (entry := self._convention.find(outcome.rule.list, outcome.rule.entry)) is not None
        }
        return tuple(
            sorted(entries.values(), key=lambda entry: (entry.list != "CWC", entry.schedule or 9, entry.list, entry.id))
        )


def _said(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(f"{entry.list} {entry.id}" for entry in entries)


def hs_digits(text: str) -> int:
    """Return the six digits of an HS subheading, 0 where a text has fewer or is no code.

    >>> hs_digits("2931.49"), hs_digits("440799.0"), hs_digits("29314900"), hs_digits("2931"), hs_digits("TOTAL")
    (293149, 440799, 293149, 0, 0)
    """
    bare = re.sub(r"^HS\s*", "", re.sub(r"\.0$", "", text.strip()), flags=re.IGNORECASE)
    digits = re.sub(r"[\s.\-]", "", bare)
    if not digits.isascii() or not digits.isdecimal() or not 5 <= len(digits) <= 12:
        return 0
    if len(digits) % 2:  # a leading zero that a spreadsheet took away
        digits = f"0{digits}"
    return int(digits[:6]) if 1 <= int(digits[:2]) <= 99 else 0


_SEVERAL = re.compile(r"\w\W+\w|[^\x00-\x7f]")
