"""The list of what is due as a page shows it: its filter and order, its days, and the answer in its heading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Query
from pydantic import AfterValidator

from opencwc.convention.declaration_rules import read_codes, read_declaration_rules
from opencwc.declarations.kept import KeptDeclarations, ShownDue
from opencwc.declarations.model import DUE_FIELDS, REGIMES
from opencwc.declarations.phrases import BY_READING, reading_said
from opencwc.finding import Message
from opencwc.web.server.listing import Ending, ListAsked, ListColumn, ListShown, Searched, day_column, listed
from opencwc.web.server.page_parameters import AddressFilter, Brief
from opencwc.wording import say, sentence, year_said
from opencwc.wording.chemical_names import as_heading
from opencwc.wording.common_chemicals import written_name
from opencwc.wording.states import state_name
from opencwc.wording.typography import in_type, unbroken

ORDERS = ("due", "regime", "site", "chemical", "range", "why", "kg")
"""What the list is sorted by: a column each, and the weight that a line rests on."""


def _known_or(usual: str) -> AfterValidator:
    return AfterValidator(lambda order: order if order.removeprefix("-") in ORDERS else usual)


Order = Annotated[Brief, _known_or("due")]
ShownOrder = Annotated[Brief, _known_or("")]
"""The order of the list of a page; the usual one has what falls due next first."""


@dataclass(frozen=True)
class DueFilter(AddressFilter):
    """Which declarations to list, and in which order; a ``-`` before the order turns it round."""

    site: Annotated[str, Query(max_length=200)] = ""
    chemical: Annotated[str, Query(max_length=500)] = ""
    regime: Brief = ""
    declaration: Brief = ""
    due: Brief = ""
    text: Annotated[str, Query(max_length=200)] = ""
    order: Order = "due"

    @property
    def filters(self) -> bool:
        """Whether some declarations are left out."""
        return any((self.site, self.chemical, self.regime, self.declaration, self.due, self.text))

    def holds(self, line: ShownDue, called: str = "") -> bool:
        """Tell whether a declaration is listed; its chemical is found by what it is called on the page too."""
        exact = ((self.site, line.site), (self.chemical, line.chemical), (self.regime, line.regime),
                 (self.declaration, line.declaration), (self.due, line.due.isoformat()))  # fmt: skip
        if any(wanted and wanted != value for wanted, value in exact):
            return False
        words = " ".join((line.site, line.plant, line.chemical, called, line.entry, line.range)).casefold()
        return all(word in words for word in self.text.casefold().split())


DueAsked = Annotated[DueFilter, Depends()]


@dataclass(frozen=True)
class DueShown(DueFilter, ListAsked):
    """The same with what a list of a page is asked for: what to find, which columns to hide."""

    order: ShownOrder = ""
    find: Searched = ""

    @property
    def kept(self) -> dict[str, str]:
        """What the address holds that no field of the page asks for."""
        return {"due": self.due, "text": self.text}


DueShownAsked = Annotated[DueShown, Depends()]


class DayDue(NamedTuple):
    """A day of the calendar: how many declarations fall due on it, by regime, and whether it is over."""

    day: date
    number: int
    regimes: dict[str, int]
    over: bool


def in_order(counts: Mapping[str, int]) -> dict[str, int]:
    """Return how many there are of each regime, Schedules 1 to 3 first."""
    return {str(regime): counts[regime] for regime in REGIMES if counts.get(regime)}


def fitting(kept: KeptDeclarations, wanted: DueFilter, lang: str = "en", today: date | None = None) -> list[ShownDue]:
    """Return the declarations that a filter wants, in its order; reasons are ordered as they read in a language.

    In the usual order of a page, what falls due next comes first, and what was due before ``today`` after it.
    """
    called = chemicals_said(kept, lang)
    lines = [line for line in kept.due if wanted.holds(line, called.get(line.chemical, ""))]
    name = wanted.order.removeprefix("-") or "due"

    def key(line: ShownDue) -> tuple[Any, ...]:
        value = sentence(line.why, lang) if name == "why" else getattr(line, name)
        value = called.get(line.chemical, value) if name == "chemical" else value
        return (value.casefold() if isinstance(value, str) else value, line.due, line.site.casefold(), line.plant)

    found = sorted(lines, key=key, reverse=wanted.order.startswith("-"))
    return sorted(found, key=lambda line: line.due < today) if today and not wanted.order else found


def due_columns(kept: KeptDeclarations, lang: str, lines: Sequence[ShownDue]) -> tuple[ListColumn[ShownDue], ...]:
    """Return the columns of a list of lines, by the names of its orders; a range only where a line has one."""
    called = chemicals_said(kept, lang)
    columns: tuple[ListColumn[ShownDue], ...] = (
        day_column("due", "declare_label_due", lambda line: line.due.isoformat()),
        ListColumn("regime", "declare_label_declaration", _declaration_said),
        ListColumn(
            "site", "declare_label_site",
            lambda line, lang: _joined(line.site, line.plant, kept.names.get(line.site, ""), _country_said(line, lang)),
        ),
        ListColumn(
            "chemical", "declare_label_chemical",
            lambda line, lang: _joined(called.get(line.chemical, ""), line.chemical, line.entry),
        ),
        ListColumn("range", "declare_label_range", lambda line, lang: _joined(line.range, range_said(line, lang))),
        ListColumn("why", "declare_label_why", lambda line, lang: sentence(line.why, lang)),
    )  # fmt: skip
    ranged = any(line.range or line.inspection for line in lines)
    return tuple(column for column in columns if ranged or column.name != "range")


def _joined(*parts: str) -> str:
    return " ".join(dict.fromkeys(filter(None, parts)))


def _declaration_said(line: ShownDue, lang: str) -> str:
    regime, declaration = (
        say(f"page_declarations_regime_{line.regime}", lang),
        f"declare_declaration_{line.declaration}",
    )
    return _joined(f"{regime}{say('label_colon', lang)}{say(declaration, lang)}", year_said(str(line.period), lang))


def _country_said(line: ShownDue, lang: str) -> str:
    return "" if line.site else state_name(line.country, lang) if line.country else say("page_declarations_state", lang)


def due_listed(kept: KeptDeclarations, wanted: DueShown, lang: str, today: date) -> ListShown[ShownDue]:
    """Return the declarations that a filter wants and a search finds, in its order."""
    lines = fitting(kept, wanted, lang, today)
    shown = listed(lines, due_columns(kept, lang, lines), ListAsked(find=wanted.find), lang)
    return replace(shown, asked=wanted, total=len(kept.due))


def usual_order(lines: Sequence[ShownDue]) -> str:
    """Return the column that the usual order sorts by: none where what is past stands behind what is to come."""
    days = [line.due for line in lines]
    return "due" if days == sorted(days) else ""


FILE_COLUMNS: tuple[ListColumn[ShownDue], ...] = (
    *(ListColumn[ShownDue](name, "", partial(lambda name, line, _: str(getattr(line, name)), name))
      for name in DUE_FIELDS if name not in ("inspection", "why")),
    ListColumn("inspection", "", lambda line, _: "yes" if line.inspection else "no"),
    ListColumn("why", "", lambda line, lang: sentence(line.why, lang)),
    ListColumn("treaty_due", "", lambda line, _: line.treaty_due.isoformat() if line.treaty_due else ""),
    ListColumn("source", "", lambda line, _: line.source),
)  # fmt: skip
"""What a file of the list holds, by the names of the command."""


def due_file(kept: KeptDeclarations, wanted: DueShown, lang: str, ending: Ending, title: str, today: date) -> bytes:
    """Return the declarations that are shown as a file, in which no cell is a formula."""
    rows = due_listed(kept, wanted, lang, today).rows
    return listed(rows, FILE_COLUMNS, ListAsked(hide=wanted.hide), lang).file(ending, title, lang)


def without_readings(why: Message) -> tuple[Message, tuple[Message, ...]]:
    """Return a reason without the readings of the treaty that it rests on, and these."""
    if why.id != BY_READING:
        return why, ()
    whole, readings = why.values["why"], why.values["readings"]
    held = tuple(one for one in (readings if isinstance(readings, tuple) else (readings,)) if isinstance(one, Message))
    return (whole, held) if isinstance(whole, Message) else (why, ())


def readings_of(lines: Iterable[ShownDue]) -> list[Message]:
    """Return the readings that the reasons of some lines rest on, each once, in the same order however lines stand."""
    found = {one.id: one for line in lines for one in without_readings(line.why)[1]}
    return [found[name] for name in sorted(found)]


def chemicals_said(kept: KeptDeclarations, lang: str) -> dict[str, str]:
    """Return what the chemicals of a register are called in a language, by the names under which they are kept."""
    found = (chemical for line in (*kept.due, *kept.gone) for chemical in _chemicals_in(line.why))
    near = {one.chemical: as_heading(written_name(one.chemical, lang) or one.chemical) for one in kept.near}
    return near | {str(one.values["name"]): as_heading(say(one, lang)) for one in found}


@cache
def unconfirmed_readings() -> frozenset[str]:
    """Return the readings of the treaty that no text confirms, by the messages of their choices."""
    readings = (reading for reading in read_declaration_rules().readings if reading.evidence == "unverified")
    return frozenset(reading_said(reading.id, choice).id for reading in readings for choice in reading.choices)


def _chemicals_in(message: Message) -> Iterator[Message]:
    if message.id == "chemical":
        yield message
    for value in message.values.values():
        for part in value if isinstance(value, (tuple, list)) else (value,):
            if isinstance(part, Message):
                yield from _chemicals_in(part)


def range_said(line: ShownDue, lang: str) -> str:
    """Return the amounts that the code of a range stands for; empty where the line has none."""
    table = "s3_range" if line.regime == "S3" else "psf_range" if line.plant else "doc_range"
    names = _ranges().get((table, line.range), {})
    return unbroken(in_type(names.get(lang, names.get("en", "")), lang))


@cache
def _ranges() -> Mapping[tuple[str, str], Mapping[str, str]]:
    return {(known.table, known.code): known.name for known in read_codes() if known.table.endswith("_range")}


def days_of(lines: Sequence[ShownDue], today: date) -> list[DayDue]:
    """Return the days on which something falls due, in their order."""
    regimes: dict[date, Counter[str]] = {}
    for line in lines:
        regimes.setdefault(line.due, Counter())[line.regime] += 1
    return [DayDue(day, sum(counts.values()), in_order(counts), day < today) for day, counts in sorted(regimes.items())]


def answer_of(kept: KeptDeclarations, days: Sequence[DayDue]) -> Message:
    """Return the answer that stands in the heading: the next day and how many fall due on it, or that none do."""
    if not days:
        return Message("page_declarations_answer_none", {"year": str(kept.year)})
    ahead = next((day for day in days if not day.over), None)
    if ahead is None:
        return Message("page_declarations_answer_over", {"count": len(kept.due), "date": days[-1].day.isoformat()})
    return Message("page_declarations_answer_next", {"count": ahead.number, "date": ahead.day.isoformat()})


def choices_of(kept: KeptDeclarations) -> dict[str, list[Any]]:
    """Return what the filters offer: sites with their names, chemicals, regimes and declarations in the list."""
    sites = sorted({line.site for line in kept.due if line.site}, key=str.casefold)
    return {
        "sites": [(site, kept.names.get(site, "")) for site in sites],
        "chemicals": sorted({line.chemical for line in kept.due if line.chemical}, key=str.casefold),
        "regimes": list(in_order(Counter(str(line.regime) for line in kept.due))),
        "declarations": sorted({str(line.declaration) for line in kept.due}),
    }
