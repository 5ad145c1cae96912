"""What a part of the service finds for a person by a few letters: its hits, each with the address of its page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person

KINDS = ("entry", "chemical", "measure", "state", "case", "finding", "submission", "event", "person", "page")
"""What is found, in the order in which equally good hits stand; ``find_kind_{kind}`` says it."""
MOST_OF_A_KIND = 6


class Sought(NamedTuple):
    """What somebody looks for, in which language hits are said, and how many of each kind are wanted at most.

    ``book`` is ``None`` where there is no casebook.
    """

    text: str
    lang: str
    person: Person
    book: Casebook | None
    most: int = MOST_OF_A_KIND


class Hit(NamedTuple):
    """Something that was found: what it is, its name and more on it in the reader's language, where it stands.

    ``score`` is from 0 to 1, the better the higher.
    """

    kind: str
    title: str
    detail: str
    address: str
    score: float


class Finder(Protocol):
    """Finds what a person may see, and leaves the record that reading it elsewhere leaves."""

    def __call__(self, sought: Sought) -> Iterable[Hit]:
        """Return the hits, the best first."""
        ...


def find_nothing(sought: Sought) -> Iterable[Hit]:
    """Find nothing: for a part that holds nothing to be found."""
    return ()
