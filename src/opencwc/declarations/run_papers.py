"""What a judged register leaves for its papers: the declaration as composed, and what the operators have to be asked.

It stands within what is kept for the pages (`kept`), in compressed parts: a page opens those of what it shows. To
compose them only when they are asked for would mean to judge the whole register again.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Generic, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from opencwc.declarations.forms.composition import Lacking, compose, missing_in
from opencwc.declarations.forms.model import BookLine, Declaration, Document, Field, Site
from opencwc.declarations.law import Law
from opencwc.declarations.letters import Letter, letters_for, operators_of
from opencwc.declarations.model import Answer
from opencwc.declarations.questions import Question, questions_of, questions_of_problems
from opencwc.declarations.register_reader import raw_rows
from opencwc.declarations.replies import Rows
from opencwc.errors import InputError
from opencwc.records import from_json, to_json

SITES_A_PART, LETTERS_A_PART = 50, 50
AUTHORITY_KEPT = 1_000
LACKING_KEPT = 1_000
"""Of how many fields that a declaration lacks it is kept where they are."""
_QUICKLY = 4
Kind = TypeVar("Kind")
KeptRows: TypeAlias = dict[str, dict[int, Mapping[str, str]]]


class Parts(Struct, Generic[Kind], frozen=True):
    """A sequence of records in compressed parts of ``each`` of them."""

    count: int
    each: int
    parts: tuple[bytes, ...]


class LackingField(Struct, frozen=True):
    """A field that a form needs and the register lacks, and where: the place of the declaration, from 1."""

    place: int
    site: str
    plant: str
    chemical: str
    field: Field


class KeptDeclaration(Struct, frozen=True):
    """A declaration: all of it but its plant sites, the codes of those, and how many fields it lacks."""

    heading: Declaration
    codes: tuple[str, ...]
    sites: Parts[Site]
    lacking: int
    lacks: Parts[LackingField]


class KeptPapers(Struct, frozen=True):
    """The declaration of a register, the letters to operators with the questions, and the rows of the register.

    ``authority`` are the questions for the Authority itself, the first of them; ``questions`` counts those of letters.
    ``heading`` is the document without its declarations and its lines. ``of_problems`` are the ids of the questions of
    the register's problems, in their order.
    """

    heading: Document
    declarations: tuple[KeptDeclaration, ...]
    lines: Parts[tuple[BookLine, ...]]
    questions: int
    letters: Parts[Letter]
    rows: Parts[KeptRows]
    of_problems: tuple[str, ...]
    authority: tuple[Question, ...] = ()


def papers_of(answer: Answer, law: Law, points: Sequence[Question]) -> KeptPapers:
    """Return the papers of an answer as they are kept; the same answer gives the same bytes.

    ``points`` are the questions of what is worth asking about (`points_to_ask`).
    """
    document = compose(answer, law)
    rows = raw_rows(answer.register)
    lacking = list(missing_in(document))
    questions = questions_of(answer, rows, lacking, points)
    of_problems = tuple(question.id for question in questions_of_problems(answer, rows, points))
    return KeptPapers(
        heading=replace(document, declarations=(), lines=()),
        declarations=tuple(_kept_declarations(document, lacking)),
        lines=packed([document.lines], 1),
        questions=sum(not question.to_authority for question in questions),
        letters=packed(letters_for(questions, operators_of(answer.register)), LETTERS_A_PART),
        rows=packed([rows], 1),
        of_problems=of_problems,
        authority=tuple(islice((question for question in questions if question.to_authority), AUTHORITY_KEPT)),
    )


def document_of(papers: KeptPapers, place: int = 0) -> Document:
    """Return the whole document, or one declaration of it, by its place from 1, with the lines of its plant sites."""
    (lines,) = opened(papers.lines, tuple[BookLine, ...])
    if not place:
        whole = tuple(declaration_of(held) for held in papers.declarations)
        return replace(papers.heading, declarations=whole, lines=lines)
    held = papers.declarations[place - 1]
    codes = set(held.codes)
    some = tuple(line for line in lines if not codes or line.site in codes)
    return replace(papers.heading, declarations=(declaration_of(held),), lines=some)


def declaration_of(held: KeptDeclaration, after: int = 0, most: int | None = None) -> Declaration:
    """Return a declaration with its plant sites: ``most`` of them after the first ``after``, all where it is none."""
    return replace(held.heading, sites=tuple(opened(held.sites, Site, after, most)))


def lacking_in(papers: KeptPapers, most: int) -> list[LackingField]:
    """Return the first fields that the forms lack, of all declarations."""
    return list(islice(chain.from_iterable(opened(held.lacks, LackingField) for held in papers.declarations), most))


def letters_of(papers: KeptPapers, after: int = 0, most: int | None = None) -> list[Letter]:
    """Return the letters: ``most`` of them after the first ``after``, all where it is none."""
    return list(opened(papers.letters, Letter, after, most))


def questions_in(papers: KeptPapers) -> Iterator[Question]:
    """Yield the questions of all letters, by plant site."""
    return (question for letter in opened(papers.letters, Letter) for question in letter.questions)


def rows_of(papers: KeptPapers) -> Rows:
    """Return the rows of the register, by table, row and field."""
    (rows,) = opened(papers.rows, KeptRows)
    return rows


def packed(records: Sequence[Kind], each: int) -> Parts[Kind]:
    """Return records in compressed parts of ``each`` of them."""
    parts = (records[start : start + each] for start in range(0, len(records), each))
    return Parts(len(records), each, tuple(zlib.compress(to_json(part), _QUICKLY) for part in parts))


def opened(held: Parts[Kind], kind: type[Kind], after: int = 0, most: int | None = None) -> Iterator[Kind]:
    """Yield the records: ``most`` of them after the first ``after``; only the parts that hold them are opened.

    Raises:
        InputError: a part is not what was packed.

    """
    until = held.count if most is None else min(after + most, held.count)
    for number in range(after // held.each, -(-until // held.each)):
        try:
            records = from_json(tuple[kind, ...], zlib.decompress(held.parts[number]))  # type: ignore[valid-type]
        except (IndexError, ValueError, zlib.error):
            raise InputError("kept_declarations_unreadable") from None
        start = number * held.each
        yield from records[max(0, after - start) : until - start]


def _kept_declarations(document: Document, lacking: Iterable[Lacking]) -> Iterator[KeptDeclaration]:
    lacks: dict[int, list[Lacking]] = {}
    for one in lacking:
        lacks.setdefault(id(one.declaration), []).append(one)
    for place, held in enumerate(document.declarations, 1):
        own = lacks.get(id(held), [])
        fields = [LackingField(place, one.site, one.plant, one.chemical, one.field) for one in own[:LACKING_KEPT]]
        yield KeptDeclaration(
            heading=replace(held, sites=()),
            codes=tuple(site.code for site in held.sites),
            sites=packed(held.sites, SITES_A_PART),
            lacking=len(own),
            lacks=packed(fields, LACKING_KEPT),
        )
