"""The records of screening: what was asked, what came of one input, and what was checked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from opencwc.finding import Evidence, Finding, Maker, Message, Rule, Subject, Verdict

KINDS = ("auto", "smiles", "inchi", "cas", "name", "molblock")
COLUMNS = ("row", "id", "input", "component", "verdict", "list", "entry", "basis", "why")


class Question(NamedTuple):
    """What to screen against, and how: lists and rule files, the day, the kind of input, the gate, the language."""

    as_of: date
    lists: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    kind: str = "auto"
    gate: bool = True
    lang: str = "en"
    only: tuple[Verdict, ...] = ()


class Outcome(NamedTuple):
    """One statement about one input: what becomes a finding once it is known where the input stands."""

    verdict: Verdict
    basis: str
    message: Message
    rule: Rule | None = None
    component: int | None = None
    evidence: tuple[Evidence, ...] = ()
    steps: tuple[Message, ...] = ()

    def finding(self, subject: Subject, maker: Maker) -> Finding:
        """Return the finding that this outcome is for a subject."""
        placed = Subject(subject.row, subject.id, subject.input, self.component, subject.file)
        return Finding(placed, self.verdict, self.message, maker, self.rule, self.basis, self.evidence, self.steps)


class Checked(NamedTuple):
    """What was checked: the lists with the date of their text, the day, the policies, the file and its column."""

    lists: tuple[tuple[str, str, str], ...]
    as_of: str
    policies: tuple[str, ...]
    version: str
    file: str = ""
    column: str = ""
    notes: tuple[Message, ...] = ()

    @property
    def list_ids(self) -> tuple[str, ...]:
        """The ids of the lists."""
        return tuple(one for one, _, _ in self.lists)


@dataclass
class Tally:
    """How many rows came out how; a row counts once, with its gravest verdict."""

    rows: int = 0
    by_verdict: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))

    def add(self, verdict: Verdict, rows: int = 1) -> None:
        """Count rows of one verdict."""
        self.rows += rows
        self.by_verdict[verdict] += rows

    def merge(self, other: "Tally") -> None:
        """Add another count."""
        self.rows += other.rows
        for verdict, rows in other.by_verdict.items():
            self.by_verdict[verdict] += rows

    @property
    def needs_a_person(self) -> bool:
        """Whether a row is listed or for review."""
        return bool(self.by_verdict[Verdict.LISTED] or self.by_verdict[Verdict.REVIEW])


def gravest(outcomes: tuple[Outcome, ...]) -> Verdict:
    """Return the gravest verdict of a row."""
    order = list(Verdict)
    return min((one.verdict for one in outcomes), key=order.index)


def in_order(verdicts: str) -> Iterator[Verdict]:
    """Read verdicts as written on a command line, ``listed,review``."""
    for word in filter(None, (part.strip() for part in verdicts.split(","))):
        yield Verdict(word)
