"""The one currency of OpenCWC: every verb turns inputs into findings, and a person decides on them.

A finding never holds a finished sentence: it holds a message id and its values, and ``opencwc.wording`` says it in
the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias

Tone: TypeAlias = Literal["grave", "doubt", "mild", "gap", "calm"]
"""How a verdict or a status is shown: its colour and its shape."""
Value: TypeAlias = "str | int | float | Message | tuple[Value, ...]"


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


class Message(NamedTuple):
    """Something to say to a person: an id of the wording catalogs, and the values it names."""

    id: str
    values: dict[str, Value] = {}  # noqa: RUF012 - never changed


class Subject(NamedTuple):
    """What a finding speaks of, and where it stands in the user's file.

    ``row`` counts the data rows from 1; ``component`` counts the dot-separated parts of a structure from 1, and is
    ``None`` where the finding speaks of the row as a whole.
    """

    row: int
    id: str
    input: str
    component: int | None = None
    file: str = ""


class Rule(NamedTuple):
    """The entry of a list that a finding rests on: ``Rule("CWC", "2B04")``."""

    list: str
    entry: str


class Evidence(NamedTuple):
    """Something a person can look at: atoms of a drawing (``kind="atoms"``) or the number or name that was found.

    For atoms: ``structure`` is the component as SMILES after standardisation and ``atoms`` are indices into it, in
    the order of that SMILES; ``label`` says what they are (``core``, or the name of a place). In a text: ``kind`` is
    ``mention`` or what the text states of it (``concentration``, ``quantity`` ...), ``value`` an excerpt or the value
    in its normal form, ``span`` the characters from and to which it stands in the text.
    """

    kind: str
    label: str
    structure: str = ""
    atoms: tuple[int, ...] = ()
    value: str = ""
    span: tuple[int, ...] = ()


class Maker(NamedTuple):
    """Who made a finding: component, version, the date the rules are read at, and the model where one took part."""

    component: str
    version: str
    as_of: str
    lists: tuple[str, ...] = ()
    model: str = ""
    weights: str = ""


class Finding(NamedTuple):
    """One statement about one subject: the rule, the verdict, the evidence, how sure, and who made it.

    ``confidence`` is ``None`` where a rule decides; a model gives a calibrated probability. ``basis`` says what the
    chemical was known by: ``structure``, ``cas``, ``name`` or ``text``. ``steps`` are the changes standardisation made.
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


def message_to_plain(message: Message) -> dict[str, object]:
    """Return a message as what JSON can hold.

    >>> message_to_plain(Message("why", {"places": (Message("group_methyl"),)}))
    {'id': 'why', 'values': {'places': [{'id': 'group_methyl', 'values': {}}]}}
    """

    def plain(value: object) -> object:
        if isinstance(value, Message):
            return message_to_plain(value)
        return [plain(item) for item in value] if isinstance(value, tuple) else value

    return {"id": message.id, "values": {key: plain(value) for key, value in message.values.items()}}


def message_from_plain(plain: Mapping[str, Any]) -> Message:
    """Return the message that `message_to_plain` wrote down.

    >>> message_from_plain(message_to_plain(Message("why", {"places": (Message("group_methyl"),)})))
    Message(id='why', values={'places': (Message(id='group_methyl', values={}),)})
    """

    def value(held: Any) -> Value:
        if isinstance(held, Mapping):
            return message_from_plain(held)
        return tuple(value(item) for item in held) if isinstance(held, list) else held

    return Message(plain["id"], {key: value(held) for key, held in plain["values"].items()})


def finding_to_plain(finding: Finding) -> dict[str, Any]:
    """Return a finding as what JSON can hold; the sentence it amounts to is for `opencwc.wording` to say."""
    return {
        "row": finding.subject.row,
        "id": finding.subject.id,
        "input": finding.subject.input,
        "component": finding.subject.component,
        "verdict": str(finding.verdict),
        "list": finding.rule.list if finding.rule else None,
        "entry": finding.rule.entry if finding.rule else None,
        "basis": finding.basis,
        "message": message_to_plain(finding.message),
        "steps": [message_to_plain(step) for step in finding.steps],
        "evidence": [_evidence_to_plain(one) for one in finding.evidence],
        "confidence": finding.confidence,
        "maker": finding.maker._asdict(),
    }


def _evidence_to_plain(evidence: Evidence) -> dict[str, Any]:
    plain = evidence._asdict()
    return plain if evidence.span else {name: value for name, value in plain.items() if name != "span"}


def finding_from_plain(plain: Mapping[str, Any], file: str = "") -> Finding:
    """Return the finding that `finding_to_plain` wrote down."""
    maker = plain["maker"]
    return Finding(
        Subject(plain["row"], plain["id"], plain["input"], plain["component"], file),
        Verdict(plain["verdict"]),
        message_from_plain(plain["message"]),
        Maker(**{**maker, "lists": tuple(maker["lists"])}),
        Rule(plain["list"], plain["entry"]) if plain["list"] else None,
        plain["basis"],
        tuple(
            Evidence(**{**one, "atoms": tuple(one["atoms"]), "span": tuple(one.get("span", ()))})
            for one in plain["evidence"]
        ),
        tuple(message_from_plain(step) for step in plain["steps"]),
        plain["confidence"],
    )
