"""Findings as rows of what a person decides on: their columns, their titles, and the list as a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import makers_of
from opencwc.casebook.model import Filter, KeptFinding, Person
from opencwc.casebook.runs import finding_of
from opencwc.casebook.units import KeptUnit, UnitPage, list_units
from opencwc.files.identifier_columns import MOST_OTHERS
from opencwc.finding import Message
from opencwc.records import from_plain
from opencwc.web.casebook.faces import face_of, shortened
from opencwc.web.casebook.run_summary import is_no_mention
from opencwc.web.server.days_and_sizes import in_sentences_of_page
from opencwc.web.server.listing import ListAsked, ListColumn, ListShown, listed
from opencwc.wording import number_said, say
from opencwc.wording.chemical_names import name_said

ROWS, MOST_PRINTED, MOST_IN_FILE = 50, 2_000, 20_000
"""Rows of one page, of the whole list in print, and of a file."""
_NUMBER = re.compile(r"[-+−]?\d[\d.,'\u00a0\u202f ]*")
GROUPS = ("", "case", "verdict", "entry", "status")


@dataclass(frozen=True)
class UnitLine:
    """A unit in a list: its title, why it is so, what it was read from, what tells it apart from its like."""

    unit: KeptUnit
    title: str
    why: str
    input: str
    no_mention: bool = False
    apart: str = ""

    @property
    def kept(self) -> KeptFinding:
        """The finding that the row opens: the gravest of those asked for."""
        return self.unit.finding


def why_of(content: Mapping[str, Any], lang: str) -> str:
    """Say the reason of a kept finding on a page, each fact a sentence; nothing is left to say of an erased one."""
    return (
        in_sentences_of_page(from_plain(Message, content["message"]), lang) if content else say("casebook_erased", lang)
    )


class Said(NamedTuple):
    """What a finding comes to, what tells it apart from its like, and whether its input was written by a person."""

    title: str
    apart: str
    written: bool = False


def titles_of(book: Casebook, findings: Sequence[KeptFinding], lang: str) -> dict[int, str]:
    """Return what each finding comes to, as its verb says it."""
    return {number: said.title for number, said in said_of(book, findings, lang).items()}


def said_of(book: Casebook, findings: Sequence[KeptFinding], lang: str) -> dict[int, Said]:
    """Return what each finding comes to and what tells it apart, as its verb says it."""
    makers, said = makers_of(book, findings), dict[int, Said]()
    for kept in findings:
        made = makers[kept.run]
        if kept.content is None:
            said[kept.id] = Said(say("casebook_erased", lang), "")
        else:
            face, finding = face_of(made.verb), finding_of(kept.content, made.maker)
            said[kept.id] = Said(face.title(finding, lang), face.apart(finding, lang), face.written)
    return said


def lines_of(book: Casebook, units: Sequence[KeptUnit], lang: str) -> list[UnitLine]:
    """Return units as rows."""
    told = said_of(book, [unit.finding for unit in units], lang)
    return [_line(unit, told[unit.finding.id].title, told[unit.finding.id].apart, lang) for unit in units]


def _line(unit: KeptUnit, title: str, apart: str, lang: str) -> UnitLine:
    content = unit.finding.content or {}
    written = shortened(str(content.get("input", ""))) if face_of(unit.verb).written else ""
    names = (written, name_said(written, lang))
    said = "" if not written or any(name.casefold() in title.casefold() for name in names) else written
    return UnitLine(unit, title or unit.name, why_of(content, lang), said, is_no_mention(content), apart)


def _counted(
    values: Callable[[UnitLine], dict[str, int]], message: Callable[[str], str]
) -> Callable[[UnitLine, str], str]:
    def said(line: UnitLine, lang: str) -> str:
        counts = values(line)
        names = [say(message(name), lang) for name in counts]
        if len(counts) > 1:
            names = [f"{name} {number_said(n, lang)}" for name, n in zip(names, counts.values(), strict=True)]
        return say("list_separator", lang).join(names)

    return said


COLUMNS: tuple[ListColumn[UnitLine], ...] = (
    ListColumn("name", "page_units_what", lambda line, _: line.title),
    ListColumn(
        "verdict", "label_verdict", _counted(lambda line: dict(line.unit.verdicts), lambda name: f"verdict_{name}")
    ),
    ListColumn("entry", "label_entry", lambda line, _: ", ".join(" ".join(one) for one in line.unit.entries)),
    ListColumn("mentions", "page_units_mentions", lambda line, _: str(line.unit.mentions), number=True),
    ListColumn(
        "status",
        "casebook_status",
        _counted(lambda line: dict(line.unit.statuses), lambda name: f"casebook_status_{name}"),
    ),
    ListColumn("case", "casebook_column_case", lambda line, _: line.kept.case),
    ListColumn("due", "casebook_column_due", lambda line, _: line.unit.due),
)
"""The columns of the list, by the names of their orders."""
FILE_COLUMNS: tuple[ListColumn[UnitLine], ...] = (
    *COLUMNS,
    ListColumn("input", "label_input", lambda line, _: str((line.kept.content or {}).get("input", ""))),
    ListColumn("row", "casebook_column_row", lambda line, _: str(line.kept.row)),
    ListColumn("id", "label_id", lambda line, _: line.kept.subject_id),
    ListColumn("finding", "casebook_column_finding", lambda line, _: str(line.kept.id)),
    ListColumn("mark", "casebook_column_mark", lambda line, lang: say(f"casebook_mark_{line.kept.mark}", lang)),
    ListColumn("why", "casebook_column_why", lambda line, _: line.why),
)
"""What a file of the list holds beside what is shown."""


def others_of(kept: KeptFinding) -> dict[str, str]:
    """Return what stands in the other columns of the row that a finding is on, by their names."""
    others: Any = (kept.content or {}).get("others", ())
    return {str(name): str(cell) for name, cell in others}


def names_of_others(findings: Iterable[KeptFinding]) -> list[str]:
    """Return the names of the other columns of the rows that findings are on, in the order of the files."""
    names = dict.fromkeys(name for kept in findings for name in others_of(kept))
    return list(names)[:MOST_OTHERS]


def number_columns(findings: Iterable[KeptFinding], names: Iterable[str]) -> frozenset[str]:
    """Return those of some of the user's own columns in which every cell is a number."""
    rows = [others_of(kept) for kept in findings]
    cells = {name: [row[name].strip() for row in rows if row.get(name, "").strip()] for name in names}
    return frozenset(name for name, some in cells.items() if some and all(map(_NUMBER.fullmatch, some)))


def _own_columns(lines: Sequence[UnitLine]) -> Iterator[ListColumn[UnitLine]]:
    for name in names_of_others(line.kept for line in lines):
        yield ListColumn(name, "", partial(_own_cell, name))


def _own_cell(name: str, line: UnitLine, _: str) -> str:
    return others_of(line.kept).get(name, "")


def whole_list(
    book: Casebook, person: Person, wanted: Filter, lang: str, order: str, most: int, *, waiting: bool
) -> tuple[list[UnitLine], bool]:
    """Return all rows of a list, up to so many, and whether there are more."""
    lines: list[UnitLine] = []
    after = ""
    while True:
        limit = min(1_000, most - len(lines))
        page: UnitPage = list_units(book, person, wanted, order=order, after=after, limit=limit, waiting=waiting)
        lines += lines_of(book, page.units, lang)
        after = page.next
        if not after or len(lines) >= most:
            return lines, bool(after) or page.cut


def as_table(lines: Sequence[UnitLine], lang: str, asked: ListAsked, *, cut: bool) -> ListShown[UnitLine]:
    """Return rows as the table of a file, the user's own columns last; a line says where there are more of them."""
    columns = (*FILE_COLUMNS, *_own_columns(lines))
    shown = listed(lines, columns, asked, lang)
    if not cut:
        return shown
    note = say(Message("page_units_cut", {"number": len(lines)}), lang)
    last = (note, *[""] * (len(columns) - 1))
    return ListShown(shown.rows, shown.total, shown.columns, shown.asked, (*shown.texts, last), shown.found)
