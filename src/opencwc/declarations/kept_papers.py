"""What a judged register leaves for its papers: the declaration as composed, and what the operators have to be asked.

It stands within what is kept for the pages (`kept`), undecoded: most pages do not need it.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Raw, Struct

from opencwc.declarations.forms.composition import compose, missing_in
from opencwc.declarations.forms.model import Document
from opencwc.declarations.law import Law
from opencwc.declarations.letters import operators_of
from opencwc.declarations.model import Answer
from opencwc.declarations.questions import Question, questions_of
from opencwc.declarations.register_reader import raw_rows
from opencwc.records import from_json, to_json

NOTHING = Raw(b"null")
"""What stands in its place where it was not kept."""


class KeptPapers(Struct, frozen=True):
    """The declaration of a register, the questions to operators, and who operates each plant site."""

    document: Document
    questions: tuple[Question, ...]
    operators: Mapping[str, str]


def pack_papers(answer: Answer, law: Law) -> Raw:
    """Return the papers of an answer as they are kept; the same answer gives the same bytes."""
    document = compose(answer, law)
    questions = questions_of(answer, raw_rows(answer.register), missing_in(document))
    return Raw(to_json(KeptPapers(document, questions, operators_of(answer.register))))


def unpack_papers(packed: Raw) -> KeptPapers | None:
    """Return what was packed; ``None`` where nothing was. Raises `ValueError` where it is something else."""
    return from_json(KeptPapers, bytes(packed)) if bytes(packed) != bytes(NOTHING) else None
