"""What a part of the service puts on the home page: where one begins, how much waits, for which work."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person, Role


class Work(StrEnum):
    """What somebody does here: as a rule that of their role; who keeps findings may choose."""

    OFFICER = "officer"
    ANALYST = "analyst"
    LAWYER = "lawyer"
    REVIEWER = "reviewer"
    DECLARANT = "declarant"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


_KEEPING = (Work.OFFICER, Work.ANALYST, Work.LAWYER)
DECIDES_ON_GOODS = frozenset({Work.OFFICER, Work.ANALYST, Work.REVIEWER})
"""The work that findings in goods, trade and reports are part of."""
WORK_OF: dict[Role, tuple[Work, ...]] = {
    Role.ANALYST: (Work.ANALYST, Work.OFFICER, Work.LAWYER),
    Role.REVIEWER: (Work.REVIEWER, *_KEEPING),
    Role.ADMINISTRATOR: (Work.ADMINISTRATOR,),
    Role.AUDITOR: (Work.AUDITOR,),
    Role.DECLARANT: (Work.DECLARANT,),
}
"""The kinds of work that a role may choose from, its own first."""


class Door(NamedTuple):
    """A way from the home page: which of the three it is and for which work, its message, address and action.

    ``page_door_{name}`` says it. For other work it stands among the further ways, where its action is allowed and it
    is not that work's ``own``.
    """

    kind: Literal["check", "waits", "rule"]
    name: str
    address: str
    action: str
    work: frozenset[Work] = frozenset()
    own: bool = False


class HomeCount(NamedTuple):
    """A number on the home page: ``page_count_{name}`` says of what, ``address`` leads there."""

    name: str
    number: int
    address: str


class CountsOf(Protocol):
    """Counts what a part has for a person and their work on a day."""

    def __call__(self, book: Casebook, person: Person, today: date, work: Work) -> Iterable[HomeCount]:
        """Return the numbers."""
        ...


class FigureRow(NamedTuple):
    """A row of a figure: what it is of, in words, the numbers of its groups, and the address that leads to it."""

    label: str
    numbers: tuple[int, ...]
    address: str = ""


class HouseFigure(NamedTuple):
    """A figure of the overview: ``page_figure_{name}`` says of what; ``groups`` are the names of its columns.

    ``tones`` gives each group its tone, where it is that of a verdict.
    """

    name: str
    of: str
    groups: tuple[str, ...]
    rows: tuple[FigureRow, ...]
    tones: tuple[str, ...] = ()


class FiguresOf(Protocol):
    """Makes what a part adds to the overview, for a person, in a language, on a day."""

    def __call__(self, book: Casebook, person: Person, lang: str, today: date) -> Iterable[HouseFigure]:
        """Return the figures."""
        ...


def no_figures(book: Casebook, person: Person, lang: str, today: date) -> Iterable[HouseFigure]:
    """Return no figures: for a part that has none."""
    return ()


def count_nothing(book: Casebook, person: Person, today: date, work: Work) -> Iterable[HomeCount]:
    """Return no numbers: for a part that has none."""
    return ()
