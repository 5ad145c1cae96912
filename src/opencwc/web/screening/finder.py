"""Finds entries of lists and chemicals, by name in any language, by CAS number and by the entry's id."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from opencwc.casebook.permissions import may
from opencwc.convention import Convention
from opencwc.language.name_search import NameIndex
from opencwc.web.casebook.finders import Hit, Sought
from opencwc.wording.chemical_names import as_heading, chemical_name
from opencwc.wording.lists import entry_said

MOST_LOOKED_AT = 400
"""Names that fit; a chemical has many."""


class _Named(NamedTuple):
    """What a name stands for: a chemical with its CAS number, where it has one, or (``name`` is empty) an entry."""

    name: str
    cas: str
    list: str = ""
    entry: str = ""

    @property
    def kind(self) -> str:
        return "chemical" if self.name else "entry"


def find_chemicals(sought: Sought) -> Iterator[Hit]:
    """Yield the entries and chemicals that a question finds, each once."""
    if not may(sought.person, "rules"):
        return
    rules, seen = Convention(), set[tuple[str, str]]()
    for held, name, score in _index(tuple(list_.id for list_ in rules.lists)).find(sought.text, MOST_LOOKED_AT):
        key = (held.cas, held.cas or held.name) if held.name else (held.list, held.entry)
        if key not in seen:
            seen.add(key)
            yield _hit(held, name, score, rules, sought)


def _hit(held: _Named, name: str, score: float, rules: Convention, sought: Sought) -> Hit:
    lang, entry = sought.lang, rules.find(held.list, held.entry)
    address = f"/convention/{quote(held.list)}/{quote(held.entry)}"
    if not held.name:
        title = entry.title.get(lang, entry.title["en"]) if entry else ""
        return Hit("entry", entry_said(f"{held.list} {held.entry}", lang), title, address, score)
    own = as_heading(chemical_name(held.cas, held.name, lang))
    where = entry_said(f"{held.list} {held.entry}", lang) if entry else ""
    told = name.casefold() == held.cas or any(one.casefold() in own.casefold() for one in (name, sought.text))
    usual = held.name if lang != "en" and sought.text.casefold() in held.name.casefold() else name
    details = (where, held.cas, "" if told else as_heading(usual))
    checked = f"/check?value={quote(held.cas or held.name)}"
    return Hit("chemical", own, " · ".join(filter(None, details)), address if entry else checked, score)


@lru_cache(maxsize=2)
def _index(lists: tuple[str, ...]) -> NameIndex[_Named]:
    """Return the names of all entries and chemicals of lists, in every language; made once."""
    return NameIndex(_names(Convention(lists=lists)))


def _names(rules: Convention) -> Iterator[tuple[str, _Named]]:
    chosen = {list_.id for list_ in rules.lists}
    listed: dict[str, tuple[str, str]] = {}
    for entry, chemical in rules.chemicals():
        if entry.list in chosen and chemical not in entry.exempt:
            listed.setdefault(chemical.cas, (entry.list, entry.id))
            held = _Named(chemical.name, chemical.cas, entry.list, entry.id)
            names = {chemical.name, chemical.cas, *(name for said in chemical.names.values() for name in said)}
            yield from ((name, held) for name in sorted(names) if name)
    for known in rules.naming.chemicals:
        held = _Named(known.name, known.cas, *listed.get(known.cas, ()))
        yield from ((name, held) for name in sorted({known.name, known.cas, *(name.text for name in known.names)}))
    for list_ in rules.lists:
        for entry in list_.entries:
            held = _Named("", "", entry.list, entry.id)
            yield from ((name, held) for name in sorted({entry.id, *entry.title.values()}))
