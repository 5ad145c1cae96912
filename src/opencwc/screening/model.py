"""The records of screening: what was asked, what came of one input, and what was checked."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from opencwc.finding import Evidence, Finding, Maker, Message, Reading, Rule, Subject, Verdict
from opencwc.screening.verb import VERB as SCREEN

KINDS_BY_CELL = ("auto", "molblock")
"""Where each cell is recognised by itself, or a file of drawings has data items: other columns are read beside."""
KINDS = ("auto", "smiles", "inchi", "inchikey", "cas", "ec", "un", "hs", "name", "molblock", "text")
COMPONENT = "opencwc.screening"
"""Who makes the findings of screening (`opencwc.finding.Maker`)."""
BESIDE = 80
"""Characters of a text that evidence shows on either side of a mention."""


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
    """One statement about one input: what becomes a finding once it is known where the input stands.

    Where the input is a text, ``written`` is what the statement speaks of, and ``span`` where that stands in the text.
    """

    verdict: Verdict
    basis: str
    message: Message
    rule: Rule | None = None
    component: int | None = None
    evidence: tuple[Evidence, ...] = ()
    steps: tuple[Message, ...] = ()
    written: str = ""
    span: tuple[int, ...] = ()
    readings: tuple[Reading, ...] = ()

    def finding(self, subject: Subject, maker: Maker) -> Finding:
        """Return the finding that this outcome is for a subject."""
        written = self.written or subject.input
        placed = replace(subject, input=written, component=self.component)
        return Finding(
            placed, self.verdict, self.message, maker, self.rule, self.basis, self.evidence, self.steps,
            readings=self.readings,
        )  # fmt: skip


class TextRow(NamedTuple):
    """A row that is a text: its number, its place in the document (or the row's id), and the text."""

    row: int
    place: str
    text: str


class CheckedList(Struct, frozen=True):
    """A list that was checked, and the date of its text."""

    id: str
    title: str
    text_of: Annotated[str, Meta(description="The date of the latest text that is held.")]


class CheckedColumn(Struct, frozen=True):
    """A column that was read, and as what."""

    name: str
    kind: Annotated[
        str,
        Meta(description="`structure`, `inchikey`, `cas`, `ec`, `name`, `un`, `hs`, or `any` where cells differ."),
    ]


class Checked(Struct, frozen=True):
    """What was checked: the lists with the date of their text, the day, the policies, the file and its columns.

    ``columns`` are those that say what the chemical is, ``column`` the first of them; ``not_read`` are the names of
    others, as many as a person reads, and ``not_read_count`` how many there are.
    ``systematic_names`` is false where names that no table holds could not be read, since OPSIN is not installed.
    """

    lists: tuple[CheckedList, ...]
    as_of: str
    policies: tuple[str, ...]
    version: str
    file: str = ""
    column: str = ""
    notes: tuple[Message, ...] = ()
    systematic_names: bool = True
    columns: tuple[CheckedColumn, ...] = ()
    id_column: str = ""
    not_read: tuple[str, ...] = ()
    not_read_count: int = 0

    @property
    def list_ids(self) -> tuple[str, ...]:
        """The ids of the lists."""
        return tuple(list_.id for list_ in self.lists)


class Tally(Struct):
    """How many rows came out how; a row counts once, with its gravest verdict.

    ``silent`` are the texts, among those not listed, in which no chemical was recognised; ``allowed`` counts the
    mentions that an allow-list silenced, by what is written.
    """

    rows: int = 0
    by_verdict: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(SCREEN.verdicts, 0))
    silent: int = 0
    allowed: dict[str, int] = field(default_factory=dict)

    def add(self, verdict: Verdict, rows: int = 1) -> None:
        """Count rows of one verdict."""
        self.rows += rows
        self.by_verdict[verdict] += rows

    def merge(self, other: "Tally") -> None:
        """Add another count."""
        self.rows += other.rows
        self.silent += other.silent
        for name, mentions in other.allowed.items():
            self.allowed[name] = self.allowed.get(name, 0) + mentions
        for verdict, rows in other.by_verdict.items():
            self.by_verdict[verdict] += rows

    @property
    def status(self) -> int:
        """The exit status: 1 where a row is listed or for review, 2 where no row could be read at all, else 0."""
        if self.by_verdict[Verdict.LISTED] or self.by_verdict[Verdict.REVIEW]:
            return 1
        return 2 if self.rows and self.by_verdict[Verdict.UNREADABLE] == self.rows else 0


def gravest(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the gravest of the verdicts of one row."""
    return min(verdicts, key=SCREEN.verdicts.index)
