"""The verbs of OpenCWC, each a record: what it may say, how it runs, what is kept of it, and where its faces stand.

The command line, jobs, casebook, navigation and API read this registry and know no verb by name, but for one short way:
`opencwc.cli` answers `opencwc screen VALUE` before it loads anything else. The demonstration and the tour tell a story
with certain verbs. To add a verb, write its ``verb.py`` and name that module in `MODULES` (docs/how-to/add-a-verb.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, cast

from msgspec import Struct

from opencwc.errors import NotFoundError
from opencwc.finding import Finding, Tone, Verdict

MODULES = (
    "opencwc.screening.verb",
    "opencwc.transfers.check.verb",
    "opencwc.transfers.reconcile.verb",
    "opencwc.legislation.verb",
    "opencwc.declarations.verb",
    "opencwc.reports.verb",
    "opencwc.claims.verb",
)
"""The module of each verb, in the order in which the navigation shows them; each holds its record as ``VERB``."""


class Page(NamedTuple):
    """A page of the navigation: its name (``page_nav_{name}`` says it), its address, and the action it needs."""

    name: str
    address: str
    action: str


class Input(NamedTuple):
    """A file that a verb reads: the name it came under, and where its bytes are."""

    name: str
    path: Path


class Started(NamedTuple):
    """What is checked (``checked``) and by whom (``maker``): the first step of a run that keeps findings."""

    checked: Mapping[str, Any]
    maker: Mapping[str, Any]


class Progress(NamedTuple):
    """How far a run is: rows read, and the share of the whole from 0 to 1 (``None`` where nobody can tell)."""

    rows: int
    share: float | None = None


class Found(NamedTuple):
    """Findings of whole rows."""

    findings: Sequence[Finding]


class Ended(NamedTuple):
    """The end of a run: its rows, how many came out how, what else its tally says, and the file of its pages."""

    rows: int
    by_verdict: Mapping[Verdict, int] | Mapping[str, int]
    tally: Mapping[str, Any] = MappingProxyType({})
    pages: PagesFile | None = None


class PagesFile(NamedTuple):
    """What the pages of a run show beside its findings: the file's name, media type and bytes."""

    name: str
    media_type: str
    content: bytes


class UnitOf(NamedTuple):
    """What a finding is part of that a person decides on as a whole: a chemical of a file, a shipment, an event.

    ``key`` is the same for all findings of a run on it, ``name`` what people call it. ``share`` is the most that is
    stated of it there, in per cent.
    """

    key: str
    name: str
    share: float | None = None


Step = Started | Progress | Found | Ended
"""What a run gives while it goes on: `Started` once, then `Progress` and `Found`, and `Ended` once."""


class Reader(Protocol):
    """Reads the inputs of a verb for one question, which is the plain mapping that a job keeps."""

    def __init__(self, question: Mapping[str, Any]) -> None:
        """Load what the question needs."""
        ...

    def warm(self) -> None:
        """Load and compile everything that reading takes: afterwards no file may be opened and no process started."""
        ...

    def steps(self, inputs: Sequence[Input]) -> Iterator[Step]:
        """Give the steps of the run; raise `InputError` where an input cannot be read at all."""
        ...


class Verb(Struct, frozen=True, dict=True):
    """A verb by its parts; a part is named as ``module`` or ``module:name`` and loaded when it is first used.

    ``tones`` are its verdicts, gravest first, each with its tone (`opencwc.finding.Tone`); ``settled`` those that need
    no person; ``grave`` those that two people must decide; ``always_counted`` says
    that counts show its verdicts even where nothing came out so. ``formerly`` are ids under which
    earlier versions kept its runs.

    ``reader`` is a `Reader`; ``kept`` a module that reads the file of its pages (``NAME``, ``MEDIA_TYPE``, ``unpack``).
    ``growth``, where a verb has it, joins a run to the earlier runs of its case: it is called with the `Ended` of the
    run by itself, the maker, the SHA-256 of the files of these runs, and what opens one, and gives the findings and end
    of the joined run; its ``kept`` then has ``opened``, too (`opencwc.jobs.case_archive`).
    ``many`` tells that it reads several files at once, which come as one archive; ``in_order`` that findings come in
    the order of the rows; ``under_entry`` that a correction of one may name an entry of a list. ``command`` is the name
    of its command, or of the group that holds it, and where that is; ``router`` and ``api`` are routers of the service;
    ``face`` says how pages show its jobs and findings (`opencwc.web.casebook.faces.Face`), ``words`` are functions that
    its templates call, by name, with a value and the language; ``page`` is its place in the
    navigation. ``correction`` is called with the verdict of a finding and a correction of it, and raises `InputError`
    where the correction lacks something. ``unit`` is called with the content of a finding as the casebook keeps it, and
    returns its `UnitOf`; without it each row of a file is one. What it returns for a kept finding never changes but by
    a migration, which counts the units again.
    """

    id: str
    tones: Mapping[Verdict, Tone]
    settled: frozenset[Verdict] = frozenset()
    grave: frozenset[Verdict] = frozenset()
    always_counted: bool = False
    formerly: tuple[str, ...] = ()
    many: bool = False
    in_order: bool = False
    under_entry: bool = True
    reader: str = ""
    kept: str = ""
    growth: str = ""
    command: tuple[str, str] = ("", "")
    group: bool = False
    router: str = ""
    api: str = ""
    face: str = ""
    words: str = ""
    correction: str = ""
    unit: str = ""
    page: Page | None = None

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts, gravest first."""
        return tuple(self.tones)

    @cached_property
    def unit_of(self) -> Callable[[Mapping[str, Any]], UnitOf]:
        """What gives the unit of a finding."""
        return cast(Callable[[Mapping[str, Any]], UnitOf], self.part("unit")) if self.unit else _row_as_unit

    def part(self, name: str) -> Any:
        """Return a part, loaded; raise `NotFoundError` where the verb has none of this name."""
        where: str = getattr(self, name)
        if not where:
            raise NotFoundError("verb_without_part", verb=self.id, part=name)
        return load(where)


def _row_as_unit(content: Mapping[str, Any]) -> UnitOf:
    return UnitOf(f"row {content['row']}", str(content.get("subject_id") or content.get("input") or ""))


def load(where: str) -> Any:
    """Return what stands at ``module:name``, or the module."""
    module, _, name = where.partition(":")
    return getattr(import_module(module), name) if name else import_module(module)


@cache
def verbs() -> tuple[Verb, ...]:
    """Return all verbs."""
    return tuple(import_module(module).VERB for module in MODULES)


def verb_named(name: str) -> Verb:
    """Return a verb by its id, or by an id under which an earlier version kept its runs.

    Raises:
        NotFoundError: no verb is called so.

    """
    for verb in verbs():
        if name == verb.id or name in verb.formerly:
            return verb
    raise NotFoundError("no_such_verb", verb=name, known=tuple(verb.id for verb in verbs()))


def all_verdicts() -> tuple[Verdict, ...]:
    """Return the verdicts of all verbs, each once, in the order of the verbs."""
    return tuple(dict.fromkeys(verdict for verb in verbs() for verdict in verb.verdicts))


@cache
def verdicts_by_gravity() -> tuple[Verdict, ...]:
    """Return the verdicts of all verbs, the gravest first; those of one verb stay in its order.

    >>> names = verdicts_by_gravity()
    >>> [name for name in names if name in ("not_listed", "review", "listed", "discrepancy", "prohibited")]
    ['prohibited', 'listed', 'discrepancy', 'review', 'not_listed']
    """
    tones, known = tones_of_verdicts(), verbs()
    two_people = {verdict for verb in known for verdict in verb.grave}

    def place(verdict: Verdict) -> tuple[int, bool, int]:
        as_grave = [verb.verdicts[: verb.verdicts.index(verdict) + 1] for verb in known if verdict in verb.verdicts]
        weight = max({"grave": 0, "calm": 2}.get(tones[each], 1) for graver in as_grave for each in graver)
        return weight, verdict not in two_people, max(map(len, as_grave))

    return tuple(sorted(all_verdicts(), key=place))


def always_counted() -> tuple[Verdict, ...]:
    """Return the verdicts that counts show even where nothing came out so."""
    return tuple(verdict for verb in verbs() if verb.always_counted for verdict in verb.verdicts)


def tones_of_verdicts() -> dict[str, Tone]:
    """Return the tone of every verdict."""
    return {verdict: tone for verb in verbs() for verdict, tone in verb.tones.items()}


def settled_verdicts() -> frozenset[Verdict]:
    """Return the verdicts that need no person: the rule says all there is to say."""
    return frozenset(verdict for verb in verbs() for verdict in verb.settled)


def parts(name: str) -> Iterable[Any]:
    """Return a part of every verb that has it, each once."""
    wheres = dict.fromkeys(getattr(verb, name) for verb in verbs())
    return (load(where) for where in wheres if where)
