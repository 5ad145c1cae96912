"""The company that a ledger names beside a line, where it has such a column, and the site of a register that it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import BinaryIO

from opencwc.declarations.model import Register, Site
from opencwc.declarations.site_likeness import likeness, profile_of, profiles_of, rarity_of
from opencwc.files.frames import ROW, open_frame

HEADINGS = frozenset({
    "party", "company", "trader", "operator", "declarant", "firm", "enterprise", "our party", "own party",
    "entreprise", "société", "exploitant", "déclarant", "empresa", "operador", "declarante", "compañía",
    "предприятие", "компания", "оператор", "декларант", "الشركة", "المشغل", "المشغِّل", "公司", "企业", "经营者",
})  # fmt: skip
"""What the column of the State's own company is called; the other side's is no operator of the register."""
LEAST_ALIKE = 0.88
"""How alike two names are at least (`site_likeness.name`): above, names of one site in other years and scripts."""


def parties_of(source: Path | BinaryIO, name: str, rows: Collection[int]) -> dict[int, str]:
    """Return the company that a table names in some of its rows, from 1; nothing where it has no such column."""
    with open_frame(source, name) as frame:
        column = next((heading for heading in frame.header if _plain(heading) in HEADINGS), "")
        if not column or not rows:
            return {}
        wanted, parties = set(rows), {}
        for batch in frame.batches(columns=(column,)):
            for row, party in batch.select(ROW, column).iter_rows():
                if row in wanted and party and party.strip():
                    parties[row] = party.strip()
        return parties


def site_of_parties(parties: Iterable[str], register: Register) -> str:
    """Return the site of a register that companies are, empty where they are none, or are several operators'.

    Of an operator with several sites it is the first by its code.
    """
    profiles = profiles_of(register)
    rarity = rarity_of(profiles)
    found = set()
    for party in set(parties):
        named = profile_of(Site(0, "", name=party, operator=party))
        alike = [
            profile
            for profile in profiles
            if any(
                (likeness(getattr(profile, field), getattr(named, field), field, rarity) or 0) >= LEAST_ALIKE
                for field in ("name", "operator")
            )
        ]
        if not alike:
            return ""
        found |= {(profile.texts[1] or profile.code, profile.code) for profile in alike}
    operators = {operator for operator, _ in found}
    return min(code for _, code in found) if len(operators) == 1 else ""


def _plain(heading: str) -> str:
    return re.sub(r"[\W_]+", " ", heading.casefold()).strip()
