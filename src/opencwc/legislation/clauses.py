"""A section clause by clause: its folded text, where its clauses begin, and the line that each item of a list hangs on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from opencwc.convention.measure_terms import Folded, fold
from opencwc.language.sections import LegalSection
from opencwc.language.splitting import sentences_of
from opencwc.legislation.cues import treaty_names


@dataclass
class ReadSection:
    """One section as it was read: its folded text, where its clauses begin, what each hangs on, its links."""

    section: LegalSection
    folded: Folded
    lead: int
    starts: list[int]
    ends: list[int]
    hangs_on: list[int]
    links: tuple[int, ...] = ()
    whole: bool = False
    speaks: bool = False
    titled: bool = False
    anchored: bool = False
    defines: bool = False
    scope: float = 0.0
    hits: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)
    names: list[tuple[int, int]] | None = None
    windows: list[frozenset[int]] = field(default_factory=list)
    permits: dict[int, bool] = field(default_factory=dict)
    cues: dict[str, dict[int, list[int]]] = field(default_factory=dict)


def read_section(section: LegalSection) -> ReadSection:
    """Fold a section's heading and text, and part it into clauses with what each hangs on."""
    heading = f"{section.heading}\n" if section.heading else ""
    said = heading + section.text
    folded = fold(said)
    back = _backwards(folded, len(said))
    starts: list[int] = []
    ends: list[int] = []
    hangs_on: list[int] = []
    stems: list[int] = []
    for start, end in sentences_of(said):
        number = len(starts)
        starts.append(back[start])
        ends.append(back[end - 1] + 1)
        text = said[start:end]
        hangs = is_item(text)
        level = level_of_item(text) if hangs else -1
        while stems and hangs and _level_in(said, starts, ends, folded, stems[-1]) >= level:
            stems.pop()
        if not hangs and stems and stems[-1] != number - 1:
            stems.clear()
        hangs_on.append(stems[-1] if stems else -1)
        if text.rstrip().endswith((":", "：", "—", "–", " -")):
            stems.append(number)
    if not starts:
        starts, ends, hangs_on = [0], [len(folded.text)], [-1]
    defines = len(_DEFINED.findall(said)) >= _MANY_DEFINED
    pattern = treaty_names(section.lang)
    titled = pattern is not None and pattern.search(folded.text) is not None
    return ReadSection(section, folded, len(heading), starts, ends, hangs_on, defines=defines, titled=titled)


def _backwards(folded: Folded, length: int) -> list[int]:
    """Return for each sign of the original where it stands, or would stand, in the folded text."""
    back = [len(folded.text)] * (length + 1)
    for at in range(len(folded.places) - 1, -1, -1):
        back[folded.places[at]] = at
    for at in range(length - 1, -1, -1):
        back[at] = min(back[at], back[at + 1])
    return back


def is_item(text: str) -> bool:
    """Tell whether a clause begins with the mark of an item: ``a)``, ``2.``, ``(iii)``, a dash."""
    return _item(text) is not None


def level_of_item(text: str) -> int:
    """Return how deep an item stands by its mark: ``1.`` outside ``a)`` outside ``(i)`` or a dash."""
    mark = _item(text)
    if mark is None:
        return -1
    if mark[:1].isdigit():
        return 0
    return 2 if mark in "-–—•·" or (len(mark) > 1 and set(mark) <= set("ivx")) else 1


def _level_in(said: str, starts: list[int], ends: list[int], folded: Folded, clause: int) -> int:
    first, last = folded.span(starts[clause], max(ends[clause], starts[clause] + 1))
    return level_of_item(said[first:last])


def _item(text: str) -> str | None:
    found = re.match(
        r"\s*[(（]?(\d{1,3}|[a-zа-я]{1,4}|[أ-ي]{1,2}|[一二三四五六七八九十]{1,3}|[٠-٩]{1,3})\s?(?:[.)）°º、]|[-–](?=\s)|[.]?º)|\s*([-–—•·])\s",
        text,
        re.IGNORECASE,
    )
    return (found[1] or found[2]).lower() if found else None


_DEFINED = re.compile(r"[«“„\"‟〝《「][^»”“\"》」\n]{2,80}[»”“\"》」]|(?m:^\s*[–-]?\s*[^\s:.\d][^:.\n]{2,60}\s?:\s)")
_MANY_DEFINED = 6
