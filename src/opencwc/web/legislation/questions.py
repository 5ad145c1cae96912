"""A question over the laws that are kept and the Convention: passages as they stand, each with its place.

The search is `opencwc.legislation.question_answers`; a law that is kept has its vectors with it, so that only the
question has to be turned into one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.errors import InputError
from opencwc.language.encoders import named_encoder
from opencwc.language.refusals import judge_request
from opencwc.legislation.caveats import doubts_of
from opencwc.legislation.question_answers import CONVENTION, Cited, Library
from opencwc.legislation.search.passage_search import PassageIndex
from opencwc.web.convention.measures import measures_of
from opencwc.web.legislation.kept import ShownLaw, latest_laws, shown_law
from opencwc.web.server.problems import HttpProblem
from opencwc.web.server.service import Service
from opencwc.wording import say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from opencwc.language.encoders import Encoder
    from opencwc.legislation.kept import KeptLaw

LONGEST_QUESTION = 1_000
MOST_FOUND = 10
MOST_INDEXES = 8
"""Laws of which a search index is held ready."""
_indexes: OrderedDict[int, tuple[KeptLaw, PassageIndex]] = OrderedDict()
_of_convention: dict[tuple[date, str], PassageIndex] = {}
_lock = Lock()


@dataclass(frozen=True)
class AnsweredQuestion:
    """What a question found, best first; ``runs`` are the checked laws that were searched, by State."""

    found: tuple[Cited, ...]
    runs: dict[str, int]

    def run_of(self, cited: Cited) -> tuple[str, int, str]:
        """Return the State, the run and the file of a passage; of one of the Convention the State is empty."""
        state, _, file = cited.source.partition(" ")
        return (state, self.runs[state], file) if state in self.runs else ("", 0, "")


class _Known:
    """An encoder whose passages have their vectors already; only questions are turned into new ones."""

    def __init__(self, encoder: Encoder, kept: KeptLaw) -> None:
        self.encoder = encoder
        self.id, self.dimensions, self.thresholds = encoder.id, encoder.dimensions, encoder.thresholds
        self.questions = encoder.questions
        self.kept = dict(zip((passage.searched for passage in kept.passages), kept.vectors, strict=True))

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row for each passage."""
        import numpy as np

        return np.stack([self.kept[text] for text in texts])


def ask_laws(
    service: Service, book: Casebook, person: Person, question: str, state: str, lang: str
) -> AnsweredQuestion:
    """Search the Convention and the law of every State that was checked last, or of one, as the person may see them.

    Raises:
        HttpProblem: the question is refused, which is recorded.
        InputError: there is no question, or it is too long.

    """
    text = question.strip()
    if not text or len(text) > LONGEST_QUESTION:
        raise InputError("question_missing_or_too_long", most=LONGEST_QUESTION)
    if (refusal := judge_request(text)) is not None:
        service.record_refused(person, [text])
        raise HttpProblem(403, "refused", "request_refused", reason=say(refusal.message, lang))
    listed = latest_laws(book, person)
    shown = [shown_law(book, person, run.number) for code, run in listed.items() if state in ("", code)]
    ready = {law.state: _index_of(law) for law in shown}
    doubts = {law.state: doubts_of(law.kept.checked.notes) for law in shown}
    library = Library(
        named_encoder(), measures_of(date.today()), {}, ready={CONVENTION: _convention(), **ready}, doubts=doubts
    )
    asked = library.ask(text, state, MOST_FOUND, lang)
    return AnsweredQuestion(asked.passages, {law.state: law.number for law in shown})


def _convention() -> PassageIndex:
    """Return the index of the Convention's sentences on this day, made once."""
    key = (date.today(), named_encoder().id)
    with _lock:
        if key in _of_convention:
            return _of_convention[key]
    made = Library(named_encoder(), measures_of(date.today()), {}).convention
    with _lock:
        _of_convention.clear()
        _of_convention[key] = made
    return made


def _index_of(shown: ShownLaw) -> PassageIndex:
    """Return the index of a law, built again when it was built of another file than the one that may be seen now."""
    with _lock:
        index = _indexes.get(shown.number)
        if index is not None and index[0] is shown.kept:
            _indexes.move_to_end(shown.number)
            return index[1]
    encoder = named_encoder()
    kept = shown.kept
    chosen = _Known(encoder, kept) if kept.vectors_file and kept.encoder == encoder.id else encoder
    made = PassageIndex(kept.passages, chosen)
    with _lock:
        _indexes[shown.number] = kept, made
        while len(_indexes) > MOST_INDEXES:
            _indexes.popitem(last=False)
    return made
