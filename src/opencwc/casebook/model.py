"""The records of the casebook: who, under which mark, in which state, and what a person may decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class _Named(IntEnum):
    """A rank that is said by its name in small letters."""

    def __str__(self) -> str:
        return self.name.lower()


class Mark(_Named):
    """The OPCW's confidentiality marks (Confidentiality Annex; OPCW Policy on Confidentiality), in rising order."""

    UNCLASSIFIED = 0
    RESTRICTED = 1
    PROTECTED = 2
    HIGHLY_PROTECTED = 3


class Role(StrEnum):
    """What a person is in the house; what each may do stands in `opencwc.casebook.permissions`."""

    ANALYST = "analyst"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    DECLARANT = "declarant"


class Outcome(StrEnum):
    """What a person says of a finding; ``WITHDRAW`` takes back what they said last, in a bulk of decisions."""

    ACCEPT = "accept"
    CORRECT = "correct"
    REJECT = "reject"
    NEED_MORE = "need_more"
    WITHDRAW = "withdraw"


OUTCOMES = (Outcome.ACCEPT, Outcome.CORRECT, Outcome.REJECT, Outcome.NEED_MORE)
"""What a person may say of a finding by itself."""


class Status(_Named):
    """Where a finding stands; ``NOTED`` is what the rules leave without need of a person (not listed, exempt)."""

    OPEN = 0
    AWAITING_SECOND = 1
    DISPUTED = 2
    NEEDS_MORE = 3
    ACCEPTED = 4
    CORRECTED = 5
    REJECTED = 6
    NOTED = 7
    ERASED = 8


UNDECIDED = (Status.OPEN, Status.AWAITING_SECOND, Status.DISPUTED, Status.NEEDS_MORE)
"""What still waits for a person."""


class CaseStatus(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    IN_REVIEW = "in_review"
    CLOSED = "closed"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who acts: an id that stands in the record, a login and a name that do not, a role and a clearance.

    ``clearance`` is the highest mark the person may see. ``scopes`` is what an API token allows of what the role
    allows; ``None`` where the person acts without a token.
    """

    id: str
    login: str
    name: str
    role: Role
    clearance: Mark
    scopes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A named group of findings."""

    number: int
    name: str
    title: str
    status: CaseStatus
    owner: str
    due: str
    mark: Mark
    opened_at: str
    closed_at: str = ""
    retain_until: str = ""


NO_LIST = "-"
"""As the list of a filter: findings that name no entry of any."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which findings to list or count; an empty field asks for nothing.

    ``list`` is that of an entry, or `NO_LIST` for the findings without one; ``text`` is the whole input or id of a row,
    ``find`` words that stand in what a unit is called, ``below`` the share in per cent that the text states less than,
    ``units`` are numbers of units.
    """

    case: str = ""
    run: int = 0
    verdict: tuple[str, ...] = ()
    list: str = ""
    entry: str = ""
    status: tuple[Status, ...] = ()
    grave: bool | None = None
    text: str = ""
    find: str = ""
    below: float | None = None
    units: tuple[int, ...] = ()

    @property
    def is_of_keys(self) -> bool:
        """Whether the counts by key tell all of it."""
        return not (self.text or self.find or self.units) and self.below is None


@dataclass(frozen=True, slots=True)
class KeptFinding:
    """A finding as it is kept: its place, its columns, its content (``None`` once erased), its history's head."""

    id: int
    run: int
    case: str
    row: int
    subject_id: str
    verdict: str
    list: str
    entry: str
    status: Status
    mark: Mark
    grave: bool
    content: dict[str, object] | None = field(default=None, repr=False)
