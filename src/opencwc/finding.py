"""The one currency of OpenCWC: every verb turns inputs into findings, and a person decides on them.

A finding never holds a finished sentence: it holds a message id and its values, and ``opencwc.wording`` says it in
the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from msgspec import Meta, Struct

from opencwc.records import from_plain, to_plain

FINDING_COLUMNS = ("row", "id", "input", "component", "verdict", "list", "entry", "basis", "why", "readings")
"""The columns of a table of findings."""
Tone: TypeAlias = Literal["grave", "doubt", "mild", "gap", "calm"]
"""How a verdict or a status is shown: its colour and its shape."""
Item: TypeAlias = "str | int | float | Message"
Value: TypeAlias = "str | int | float | Message | tuple[str | int | float | Message, ...]"
"""What a message names, or lists."""


class Verdict(str):
    """What is said of a subject, by its name; `opencwc.verbs` says which verdicts a verb has, and in which order.

    One name is one object, so that verdicts compare with ``is``.

    >>> Verdict("listed") is Verdict.LISTED, f"{Verdict.LISTED}"
    (True, 'listed')
    """

    __slots__ = ()
    _named: ClassVar[dict[str, Verdict]] = {}

    LISTED: ClassVar[Verdict]
    REVIEW: ClassVar[Verdict]
    EXEMPT: ClassVar[Verdict]
    UNREADABLE: ClassVar[Verdict]
    NOT_LISTED: ClassVar[Verdict]
    PROHIBITED: ClassVar[Verdict]
    ALLOWED_WITH: ClassVar[Verdict]
    ALLOWED: ClassVar[Verdict]
    DISCREPANCY: ClassVar[Verdict]
    AGREED: ClassVar[Verdict]
    COVERED: ClassVar[Verdict]
    PARTIAL: ClassVar[Verdict]
    NONE: ClassVar[Verdict]

    def __new__(cls, name: str) -> Verdict:
        """Return the verdict of this name."""
        have = cls._named.get(name)
        return have if have is not None else cls._named.setdefault(str(name), super().__new__(cls, name))


for _name in [name for name in Verdict.__annotations__ if name.isupper()]:
    setattr(Verdict, _name, Verdict(_name.lower()))


class Message(Struct, frozen=True):
    """Something to say to a person: an id of the wording catalogs, and the values it names."""

    id: str
    values: dict[str, Value] = {}


def chemical_named(name: str, cas: str) -> Message | str:
    """Return the name of a chemical to say in any language; without a CAS number it is known by this name alone."""
    return Message("chemical", {"cas": cas, "name": name}) if cas else name


class Subject(Struct, frozen=True):
    """What a finding speaks of, and where it stands in the user's file.

    ``row`` counts the data rows from 1; ``component`` counts the dot-separated parts of a structure from 1, and is
    ``None`` where the finding speaks of the row as a whole. ``others`` are names and cells of the row's other columns.
    """

    row: int
    id: str
    input: str
    component: int | None = None
    file: str = ""
    others: tuple[tuple[str, str], ...] = ()


def entry_code(entry: str) -> str:
    """Return an entry of a list by its code, without the list where the code itself begins with it.

    >>> entry_code("AG AG19"), entry_code("CWC 2B04"), entry_code("")
    ('AG19', 'CWC 2B04', '')
    """
    listed, _, code = entry.partition(" ")
    return code if listed and code.startswith(listed) else entry


class Rule(Struct, frozen=True):
    """The entry or measure that a finding rests on, with where it stands and how sure that is.

    ``source`` and ``grade`` are empty where they are not known: of lists of names, and in findings of older casebooks.
    """

    list: str
    entry: str
    source: str = ""
    grade: str = ""


class Evidence(Struct, frozen=True):
    """What a person can look at: atoms of a drawing, or in a text the mention and what is stated of it."""

    kind: Annotated[
        str,
        Meta(
            description="`atoms`; in a text `mention`, `concentration`, `quantity`, `packaging`, `hs_code`, "
            "`un_number`."
        ),
    ]
    label: Annotated[
        str,
        Meta(description="What the atoms are (`core`, or the name of a place), or what is written in the text."),
    ]
    structure: Annotated[str, Meta(description="The component as SMILES after standardisation.")] = ""
    atoms: Annotated[tuple[int, ...], Meta(description="Places of atoms in the order of that SMILES.")] = ()
    value: Annotated[str, Meta(description="Of a mention the text around it, else the value in plain form.")] = ""
    span: Annotated[
        tuple[Annotated[int, Meta(ge=0)], ...],
        Meta(
            max_length=2,
            description="The characters from and up to which it stands in the text; empty for what is of no text.",
        ),
    ] = ()


class Reading(Struct, frozen=True):
    """One way in which the input says what the chemical is: its name, a number, a drawing."""

    kind: Annotated[str, Meta(description="`name`, `cas`, `ec`, `inchikey`, `un`, `hs`, `structure`.")]
    written: Annotated[str, Meta(description="What is written, as it is written.")]
    place: Annotated[str, Meta(description="The column of a table, where it stands in one.")] = ""
    span: Annotated[
        tuple[Annotated[int, Meta(ge=0)], ...],
        Meta(max_length=2, description="The characters from and up to which it stands in a text; else empty."),
    ] = ()


class Maker(Struct, frozen=True):
    """Who made a finding: component, version, the date the rules are read at, and the model where one took part."""

    component: str
    version: str
    as_of: str
    lists: tuple[str, ...] = ()
    model: str = ""
    weights: str = ""


class Finding(Struct, frozen=True):
    """One statement about one subject: the rule, the verdict, the evidence, how sure, and who made it.

    ``confidence`` is ``None`` where a rule decides; a model gives a calibrated probability. ``basis`` says what the
    chemical was known by: ``structure``, ``cas``, ``name`` or ``text``. ``steps`` are the changes standardisation made.
    ``readings`` are all that the input says of the chemical that this finding speaks of, where that is more than one.
    """

    subject: Subject
    verdict: Verdict
    message: Message
    maker: Maker
    rule: Rule | None = None
    basis: str = ""
    evidence: tuple[Evidence, ...] = ()
    steps: tuple[Message, ...] = ()
    confidence: float | None = None
    readings: tuple[Reading, ...] = ()


def spans_of(readings: Iterable[Reading], span: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return where in its text a chemical is named: by each of its readings, else at the one place."""
    return [reading.span for reading in readings if reading.span] or ([span] if span else [])


class FindingRecord(Struct, frozen=True):
    """A finding as JSON holds it: what stands in its subject and its rule stands beside the rest."""

    row: int
    id: str
    input: str
    component: int | None
    verdict: str
    list: str | None
    entry: str | None
    source: str | None
    grade: str | None
    basis: str
    message: Message
    steps: tuple[Message, ...]
    evidence: tuple[Evidence, ...]
    confidence: float | None
    maker: Maker
    readings: tuple[Reading, ...] = ()
    others: tuple[tuple[str, str], ...] = ()


def finding_to_plain(finding: Finding) -> dict[str, Any]:
    """Return a finding as what JSON can hold; the sentence it amounts to is for `opencwc.wording` to say.

    >>> sarin = Finding(Subject(1, "a", "sarin"), Verdict.LISTED, Message("why"), Maker("screening", "1", "2026-11-24"))
    >>> finding_from_plain(finding_to_plain(sarin)) == sarin
    True
    """
    subject, rule = finding.subject, finding.rule
    source, grade = (rule.source or None, rule.grade or None) if rule else (None, None)
    kept = FindingRecord(
        subject.row, subject.id, subject.input, subject.component, finding.verdict, rule.list if rule else None,
        rule.entry if rule else None, source, grade, finding.basis, finding.message, finding.steps, finding.evidence,
        finding.confidence, finding.maker, finding.readings, subject.others,
    )  # fmt: skip
    plain: dict[str, Any] = to_plain(kept)
    if not subject.others:
        del plain["others"]
    for part in (*plain["evidence"], *plain["readings"]):
        if not part["span"]:  # it stands in no text
            del part["span"]
    return plain


def finding_from_plain(plain: Mapping[str, Any], file: str = "") -> Finding:
    """Return the finding that `finding_to_plain` wrote down; raise `ValueError` where it is none."""
    kept = from_plain(FindingRecord, plain)
    return Finding(
        Subject(kept.row, kept.id, kept.input, kept.component, file, kept.others),
        Verdict(kept.verdict),
        kept.message,
        kept.maker,
        Rule(kept.list, kept.entry or "", kept.source or "", kept.grade or "") if kept.list else None,
        kept.basis,
        kept.evidence,
        kept.steps,
        kept.confidence,
        kept.readings,
    )


def readings_cell(readings: Iterable[Reading]) -> str:
    """Return readings as one cell of a table.

    >>> readings_cell([Reading("name", "Sarin"), Reading("cas", "107-44-8", "CAS No")])
    'name: Sarin; cas (CAS No): 107-44-8'
    """
    return "; ".join(
        f"{reading.kind} ({reading.place}): {reading.written}"
        if reading.place
        else f"{reading.kind}: {reading.written}"
        for reading in readings
    )
