"""Identity: lines whose name, CAS number and HS code do not stand for one chemical."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from opencwc.convention import Convention, Subheading
from opencwc.declarations.checks.base import CheckedBooks, row_of
from opencwc.declarations.model import Chemical, Fault
from opencwc.finding import Message

MIXTURES = range(30, 40)
"""Chapters of the HS that hold preparations, of whatever chemical."""


def chemical_disagrees(checked: CheckedBooks) -> Iterator[Fault]:
    """Find lines whose name, number and HS code (a further column ``hs``) do not agree.

    An HS code is held against the subheadings that the data knows: one that is for other chemicals alone disagrees; one
    of another heading than all known ones of the chemical is asked. A preparation may stand in chapters 30 to 39
    whatever it holds, and a code of which nothing is known says nothing.
    """
    codes = HeldChemicals(checked.law.convention)
    seen: set[tuple[str, ...]] = set()
    for activity, chemical in checked.books.lines:
        if activity.year not in checked.years or (chemical.doubt is None and not activity.texts.get("hs")):
            continue
        said = (activity.site, activity.plant, activity.chemical, activity.cas, activity.texts.get("hs", ""))
        if said in seen:
            continue
        seen.add(said)
        subject = checked.subject(activity.site, activity.plant, chemical.key, activity.year)
        if chemical.doubt is not None:
            by_name = chemical.doubt.id == "declare_chemical_disagrees"
            gravity = "wrong" if by_name else "ask"
            yield Fault(row_of(activity, "cas" if activity.cas else "chemical"), "", gravity, subject, chemical.doubt)
        code = hs_digits(activity.texts.get("hs", ""))
        if code and (named := codes.disagreement(code, chemical)):
            values = {"code": f"{code[:4]}.{code[4:]}", "chemical": checked.named(chemical.key), "title": named[1]}
            gravity = "wrong" if named[0] == "check_hs_other" else "ask"
            yield Fault(row_of(activity, "hs"), "", gravity, subject, Message(named[0], dict(values)))


class HeldChemicals:
    """The HS subheadings that the data knows, and the chemicals that each holds."""

    def __init__(self, convention: Convention) -> None:
        self._subheadings = convention.naming.subheadings

    @cached_property
    def _by_code(self) -> Mapping[str, Subheading]:
        return {hs_digits(subheading.code): subheading for subheading in self._subheadings}

    @cached_property
    def _by_cas(self) -> Mapping[str, frozenset[str]]:
        held: dict[str, set[str]] = {}
        for subheading in self._subheadings:
            for cas in subheading.chemicals:
                held.setdefault(cas, set()).add(hs_digits(subheading.code))
        return {cas: frozenset(codes) for cas, codes in held.items()}

    def disagreement(self, code: str, chemical: Chemical) -> tuple[str, Message] | None:
        """Return what to say of a code that is not the chemical's, and what the code is; ``None`` where it may be."""
        known, own = self._by_code.get(code), self._by_cas.get(chemical.cas, frozenset())
        if known is None or code in own or not chemical.cas:
            return None
        title = Message("by_language", dict(known.title))
        if known.alone:
            return "check_hs_other", title
        others = own and code[:4] not in {of[:4] for of in own}
        return ("check_hs_heading", title) if others and int(code[:2]) not in MIXTURES else None


def hs_digits(text: str) -> str:
    """Return the six digits of an HS code; empty where a text is none.

    >>> hs_digits("2930.70"), hs_digits("29307000"), hs_digits("293")
    ('293070', '293070', '')
    """
    digits = re.sub(r"[\s.\-]", "", text)
    return digits[:6] if digits.isascii() and digits.isdecimal() and len(digits) >= 6 else ""
