"""What a judged register leaves for its papers: the declaration as composed, and what the operators have to be asked.

It stands within what is kept for the pages (`kept`), undecoded: most pages do not need it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Raw, Struct

from opencwc.declarations.forms.composition import compose, missing_in
from opencwc.declarations.forms.model import Document
from opencwc.declarations.law import Law
from opencwc.declarations.letters import operators_of
from opencwc.declarations.model import Answer
from opencwc.declarations.questions import Question, questions_of, questions_of_problems
from opencwc.declarations.register_reader import raw_rows
from opencwc.declarations.replies import Rows
from opencwc.records import from_json, to_json

NOTHING = Raw(b"null")
"""What stands in its place where it was not kept."""


class KeptPapers(Struct, frozen=True):
    """The declaration of a register, the questions to operators, and who operates each plant site.

    ``rows`` are the rows of the register as they stand, undecoded, so that answers can correct them (`rows_of`).
    ``of_problems`` are the ids of the questions of its problems, in their order.
    """

    document: Document
    questions: tuple[Question, ...]
    operators: Mapping[str, str]
    rows: Raw
    of_problems: tuple[str, ...] = ()


def pack_papers(answer: Answer, law: Law, points: Sequence[Question]) -> Raw:
    """Return the papers of an answer as they are kept; the same answer gives the same bytes.

    ``points`` are the questions of what is worth asking about (`points_to_ask`).
    """
    document = compose(answer, law)
    rows = raw_rows(answer.register)
    questions = questions_of(answer, rows, missing_in(document), points)
    of_problems = tuple(question.id for question in questions_of_problems(answer, rows, points))
    operators = operators_of(answer.register)
    return Raw(to_json(KeptPapers(document, questions, operators, Raw(to_json(rows)), of_problems)))


def has_papers(packed: Raw) -> bool:
    """Tell whether papers were kept."""
    return packed != NOTHING


def unpack_papers(packed: Raw) -> KeptPapers | None:
    """Return what was packed; ``None`` where nothing was. Raises `ValueError` where it is something else."""
    return from_json(KeptPapers, bytes(packed)) if has_papers(packed) else None


def rows_of(papers: KeptPapers) -> Rows:
    """Return the rows of the register, by table, row and field."""
    return from_json(dict[str, dict[int, dict[str, str]]], bytes(papers.rows))
