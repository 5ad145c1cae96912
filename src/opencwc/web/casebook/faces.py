"""How the pages of the casebook show the jobs and the findings of a verb: what differs from verb to verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, cast
from urllib.parse import quote

from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import History
from opencwc.casebook.model import Person
from opencwc.errors import OpenCWCError
from opencwc.finding import Finding, Message, Rule
from opencwc.jobs.queue import Job
from opencwc.screening.answers import reason_of
from opencwc.verbs import verb_named
from opencwc.web.casebook.finders import Finder, find_nothing
from opencwc.web.casebook.home_doors import CountsOf, Door, FiguresOf, count_nothing, no_figures
from opencwc.wording.typography import cut_short


@dataclass(frozen=True)
class JobPage:
    """What the page of a job says and leads to, where it differs from kind to kind.

    ``words`` begin the ids of its messages. ``another`` is the address where one begins another job, ``runs`` where the
    pages of its run stand, to which its end leads; without it the casebook shows the findings. ``template`` is its
    page, ``part`` what is loaded again while the job goes on. ``remedies`` are the messages on a document that is not
    read where they are not the usual ones, by the words of ``job_troubles.yaml``. ``step`` says what a running job is
    at, ``columns`` what an error says of the columns of a file.
    """

    words: str
    another: str
    runs: str = ""
    template: str = "casebook/job.html"
    part: str = "casebook/job_state.html"
    remedies: Mapping[str, str] = MappingProxyType({})
    step: Callable[[Job], Message | None] = lambda job: None
    columns: Callable[[OpenCWCError, str], str] = lambda error, lang: ""


@dataclass(frozen=True)
class CorrectionAsked:
    """What a correction names beside its verdict: the message of its ``place``, of its elements, and these by id."""

    place: str
    elements: str
    choices: Mapping[str, str]


class TableColumn(NamedTuple):
    """A column of a table of evidence; ``unit`` tells that its label is a unit, which no capital changes."""

    label: str
    number: bool = False
    unit: bool = False


class Cell(NamedTuple):
    """A cell of a table of evidence, with what stands small under it."""

    text: str
    notes: tuple[str, ...] = ()


class EvidenceTable(NamedTuple):
    """What a finding rests on, as a table; the first cell of a row names it, ``note`` says what holds for every row."""

    caption: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


class EvidencePart(NamedTuple):
    """The template that shows what a finding rests on, and what it takes; `NotFoundError` where that is gone."""

    template: str
    values: Callable[[Casebook, Person, History, str], dict[str, Any]]


@dataclass(frozen=True)
class Face:
    """How pages show a verb.

    ``jobs`` is the address under which its jobs are shown. ``among`` gives the message and the address of where a
    finding stands among its like, where that is not the page of its run; ``rests_on`` what a finding rests on, in
    words, ``tables`` what of it is a table, and ``evidence`` what of it a template of the verb's own shows; ``reasons``
    why it is so, each a sentence; ``to_do`` what is done now, where the verdict leaves but that; ``written`` tells
    whether its subject is what the user wrote, which is shown as it is, and ``of_file`` whether it is a row of a file
    of theirs; ``rules`` the address under which the rules of its findings stand, by list and entry; ``ruled`` tells
    whether its findings rest on rules at all. ``asks`` is what a correction names where that is no entry of a list.
    ``title`` says what a finding comes to, as the heading of its page and of its row: an entry and a chemical, a
    shipment, a measure; ``apart`` what tells rows of one title apart. ``doors`` and ``counts`` are what it puts on the
    home page, ``find`` what it adds to what is found from everywhere, ``figures`` to the overview of the house.
    """

    job: JobPage
    jobs: str = "/jobs"
    among: Callable[[History], tuple[str, str] | None] = lambda history: None
    rests_on: Callable[[Finding, str], list[tuple[str, str]]] | None = None
    tables: Callable[[Finding, str], list[EvidenceTable]] = lambda finding, lang: []
    evidence: EvidencePart | None = None
    reasons: Callable[[Finding], list[Message]] = lambda finding: [reason_of(finding)]
    to_do: Callable[[Finding], Message | None] = lambda finding: None
    written: bool = True
    of_file: bool = True
    rules: str = ""
    ruled: bool = True
    asks: CorrectionAsked | None = None
    title: Callable[[Finding, str], str] = lambda finding, lang: shortened(finding.subject.input or finding.subject.id)
    apart: Callable[[Finding, str], str] = lambda finding, lang: ""
    doors: tuple[Door, ...] = ()
    counts: CountsOf = count_nothing
    find: Finder = find_nothing
    figures: FiguresOf = no_figures

    def address_of(self, rule: Rule) -> str:
        """Return the address of a rule that is no entry of a list; empty where it has none."""
        return f"{self.rules}/{quote(rule.list)}/{quote(rule.entry)}" if self.rules else ""

    def beside(self, history: History) -> tuple[str, str]:
        """Return the message and the address of where a finding stands among its like; both empty where nowhere."""
        results = (f"{self.job.words}_results", f"{self.job.runs}/{history.run['number']}")
        return self.among(history) or (results if self.job.runs else ("", ""))


MOST_TITLE = 120
"""Characters of a heading."""


def shortened(text: str) -> str:
    """Return a text as a heading has room for it, cut at the end of a word.

    >>> shortened("a\\n b"), len(shortened("word " * 100))
    ('a b', 120)
    >>> shortened("words " * 100)[-7:]
    ' words…'
    """
    return cut_short(" ".join(text.split()), MOST_TITLE)


def face_of(verb: str) -> Face:
    """Return the face of a verb, by its id."""
    return cast(Face, verb_named(verb).part("face"))
