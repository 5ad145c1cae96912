"""Questions over the texts at hand and the Convention: the nearest passages, as they stand, with their citation.

A question and a law seldom share a language or a word. The measures bridge that: the ones that a question comes nearest
to lend it the words that a law has for them, in the law's own language, and what both searches find is fused. Laws come
first, then the treaty's text where the user supplies it (it is not ours to ship), then this project's own sentences on
the Convention, which are never called the Convention's. Nothing is ever composed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from opencwc.convention import Convention
from opencwc.convention.measure_terms import fold
from opencwc.convention.measures import READ_LANGUAGES, Measure, Measures
from opencwc.finding import Message, Value
from opencwc.language.encoders import Encoder, question_vectors_of, vectors_of
from opencwc.language.refusals import judge_request
from opencwc.language.rule_judge import Refusal
from opencwc.legislation.answer_check import AnswerSigns, asked_matters, names_matter
from opencwc.legislation.answer_wording import doubts_of
from opencwc.legislation.law_texts import in_their_languages
from opencwc.legislation.passage_search import FUSION, PassageIndex, Question, question_of, tokens_of
from opencwc.legislation.passage_words import asked_words
from opencwc.legislation.question_index import PENAL, SEARCHED, QuestionIndex
from opencwc.legislation.texts.legal_texts import LegalText
from opencwc.legislation.texts.passages import LegalPassage, passages_of
from opencwc.legislation.texts.sections import LegalSection, language_of, sections_of
from opencwc.wording import LANGUAGES, sentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CONVENTION = "OpenCWC"
"""Source of this project's own sentences on the Convention."""
TREATY = "CWC"
"""Source of the treaty's text that a user supplies."""
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Cited:
    """A passage that comes near a question: where it stands (State and file), its text; ``ours`` are our own words.

    ``doubt`` is set where the text calls itself a draft, a bill or repealed; ``citation`` names the subsection and item
    too, and ``marks`` are the places in ``text`` of the words that meet what is asked.
    """

    source: str
    place: str
    text: str
    lang: str
    start: int
    end: int
    similarity: float
    ours: bool = False
    doubt: Message | None = None
    citation: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    heading: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A passage that may be shown: its law and place there, its score, and how like the law's words the asked are."""

    name: str
    law: QuestionIndex
    at: int
    score: float
    similarity: float
    like: NDArray[np.float32] | None = None

    @property
    def passage(self) -> LegalPassage:
        """The passage."""
        return self.law.index.passages[self.at]

    @property
    def source(self) -> str:
        """The State and the file, as passages are cited."""
        return CONVENTION if self.name == CONVENTION else f"{self.name} {self.passage.section.file}"


class _Near(NamedTuple):
    """A measure that a question comes near to, and how near."""

    measure: Measure
    similarity: float


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """What a question is answered with: passages, best first; ``note`` says why there are none.

    ``not_in_laws`` is set where laws were asked and none of them holds what is asked.
    """

    passages: tuple[Cited, ...]
    note: Message | None = None
    refusal: Refusal | None = None
    not_in_laws: bool = False


class Library:
    """Texts ready to be asked: ``Library(encoder, measures, {"FRA": texts})``; build it once, ask it often.

    The Convention's own sentences are always among them. ``ready`` are laws that were made ready already, by State, and
    ``doubts`` what is to be said of their files that may not be in force.
    ``progress`` receives how many passages are encoded, of how many, where the cache does not hold all of them.
    """

    def __init__(
        self,
        encoder: Encoder,
        measures: Measures,
        texts: Mapping[str, Sequence[LegalText]],
        *,
        treaty: LegalText | None = None,
        cache: Path | None = None,
        ready: Mapping[str, QuestionIndex] = MappingProxyType({}),
        doubts: Mapping[str, Mapping[str, Message]] = MappingProxyType({}),
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.encoder = encoder
        self._measures = measures.measures
        self._terms = {lang: measures.terms(lang) for lang in READ_LANGUAGES}
        self._doubts = dict(doubts)
        expected = [question_of(measure, LANGUAGES) for measure in measures.measures]
        self._asked: dict[str, QuestionIndex] = dict(ready)
        passages_of_source = {CONVENTION: list(_convention_passages(measures))} if CONVENTION not in ready else {}
        if treaty is not None:
            sections = in_their_languages(sections_of(treaty))  # another language beside it says the same again
            passages_of_source[TREATY] = list(
                passages_of(section for section in sections if not section.lang or section.lang in READ_LANGUAGES)
            )
        for state, of_state in texts.items():
            self._doubts[state] = doubts_of(note for text in of_state for note in text.notes)
            passages_of_source[state] = [
                passage for text in of_state for passage in passages_of(in_their_languages(sections_of(text)))
            ]
        for name, passages in passages_of_source.items():
            index = PassageIndex(
                passages, encoder, expected=() if name == CONVENTION else expected, cache=cache, progress=progress
            )
            self._asked[name] = QuestionIndex(index, measures)
            if name != CONVENTION:
                self._asked[name].prepare()
        self._wordings = [
            (measure, wording)
            for measure in self._measures
            for lang in LANGUAGES
            for wording in dict.fromkeys((measure.titles.get(lang, ""), measure.queries.get(lang, "")))
            if wording
        ]
        self._known = vectors_of([wording for _, wording in self._wordings], encoder, folder=cache, progress=progress)

    @property
    def convention(self) -> QuestionIndex:
        """Our own sentences on the Convention."""
        return self._asked[CONVENTION]

    @property
    def states(self) -> tuple[str, ...]:
        """The States whose texts are at hand."""
        return tuple(name for name in self._asked if name not in (CONVENTION, TREATY))

    def ask(self, question: str, state: str = "", most: int = SHOWN, reader: str = "en") -> QuestionAnswer:
        """Return the passages that come near a question, the laws' first, or why there are none.

        What OpenCWC never gives is refused; a passage that is not near enough is not shown. Our own sentences are in
        the question's language, or in the ``reader``'s where we say nothing in that of the question.
        """
        refusal = judge_request(question)
        if refusal is not None:
            return QuestionAnswer((), refusal.message, refusal)
        lang = language_of(question)
        wanted = Question((question,), dict.fromkeys((lang, ""), question))
        near = self._near(question)
        penal = lang in self._terms and self._terms[lang].holds((PENAL,), fold(question).text)
        laws = [state] if state else self.states
        in_laws = [found for name in laws if name in self._asked for found in self._of_law(name, wanted, near, penal)]
        treaty = list(self._of_law(TREATY, wanted, near, penal)) if TREATY in self._asked else []
        ours = self._ours(wanted, lang if lang in LANGUAGES else reader)
        shown = _shared_out([_ranked(in_laws), _ranked(treaty), _ranked(ours)], most)
        asked = any(name in self._asked for name in laws)
        return QuestionAnswer(
            tuple(map(self._cited, shown)), None if shown else Message("ask_nothing"), not_in_laws=asked and not in_laws
        )

    def _near(self, question: str) -> list[_Near]:
        """Return the measures that a question comes nearest to; none where it is about something else."""
        import numpy as np

        similar = self._known @ question_vectors_of([question], self.encoder)[0]
        nearest: dict[str, float] = {}
        for (measure, _), similarity in zip(self._wordings, similar, strict=True):
            nearest[measure.id] = max(nearest.get(measure.id, -1.0), float(similarity))
        least = max(self.encoder.thresholds.about, float(np.max(similar, initial=0.0)) - _AS_NEAR)
        chosen = sorted(
            (measure for measure in self._measures if nearest[measure.id] >= least),
            key=lambda measure: -nearest[measure.id],
        )
        return [_Near(measure, nearest[measure.id]) for measure in chosen[:_MEASURES]]

    def _of_law(self, name: str, wanted: Question, near: Sequence[_Near], penal: bool) -> Iterator[_Candidate]:
        """Yield what a law has: what comes near the question itself, and what near the measures that it is about.

        Where a penalty is asked for, what punishes a section that was found goes right before it.
        """
        law, limits = self._asked[name], self.encoder.thresholds
        index = law.index
        searched = [
            index.search([wanted], SEARCHED, asked=True)[0],
            *(law.lent(measure_near.measure) for measure_near in near),
        ]
        checked = index.spoken.comparable
        if not checked and not near and not any(hit.similarity >= limits.near for hit in searched[0]):
            return
        gained: dict[int, float] = {}
        similar: dict[int, float] = {}
        for number, hits in enumerate(searched):
            weight = 1.0 if not number else _LENT * (near[number - 1].similarity / near[0].similarity) ** _STEEP
            for hit in hits:
                named = law.named(hit.at, near[number - 1].measure) if number else 0.0
                gained[hit.at] = gained.get(hit.at, 0.0) + weight * (hit.score + _SAID * named / FUSION)
                is_near = hit.similarity >= (limits.good if number else limits.near) or hit.words > 0
                similar[hit.at] = max(similar.get(hit.at, 0.0), hit.similarity if is_near else 0.0)
        scores = {at: score for at, score in gained.items() if similar[at] >= limits.about}
        for at, banned in law.penalties(scores) if penal else ():
            scores[at] = max(scores.get(at, 0.0), scores[banned] * _BEFORE)
            similar[at] = max(similar.get(at, 0.0), limits.about)
        like = index.spoken.likeness(asked_words(wanted.wordings[0], language_of(wanted.wordings[0])))
        worth = _held_in(index, wanted, scores, like) if checked else scores
        for at, banned in list(law.penalties(worth)) if penal and checked else ():
            worth[at] = max(worth.get(at, 0.0), worth[banned] * _BEFORE)
        for at, score in worth.items():
            yield _Candidate(name, law, at, score, similar.get(at, 0.0), like)

    def _ours(self, question: Question, lang: str) -> Iterator[_Candidate]:
        """Yield our own sentences in one language."""
        law, index = self.convention, self.convention.index
        near, good = self.encoder.thresholds.near, self.encoder.thresholds.good
        wanted = set(tokens_of(question.wordings[0], lang))
        for hit in index.search([question], 4 * SHOWN, asked=True)[0]:
            passage = index.passages[hit.at]
            if passage.section.lang not in (lang, ""):
                continue
            share = len(wanted & set(tokens_of(passage.searched, lang))) / len(wanted) if wanted else 0.0
            if hit.similarity >= good or (hit.similarity >= near and share >= _SHARED):
                yield _Candidate(CONVENTION, law, hit.at, hit.similarity + 0.2 * share, hit.similarity)

    def _cited(self, found: _Candidate) -> Cited:
        """Return a passage as it is shown, with the words marked that meet what is asked."""
        passage, ours = found.passage, found.name == CONVENTION
        section = passage.section
        marks = () if found.like is None else found.law.index.spoken.marked(found.like, found.at)
        return Cited(
            found.source, section.id, passage.text, section.lang, passage.start, passage.end, found.similarity, ours,
            self._doubts.get(found.name, {}).get(section.file), "" if ours else passage.citation, marks,
            section.heading,
        )  # fmt: skip


def _held_in(
    index: PassageIndex, wanted: Question, scores: Mapping[int, float], like: NDArray[np.float32]
) -> dict[int, float]:
    """Return what each passage is worth as an answer, of those that name the matter; none where the best holds it not.

    Beside what the search found stand the passages nearest by meaning, by words and by their headings.
    """
    import numpy as np

    question = wanted.wordings[0]
    vector = index.question_vector(question)
    similar, words = index.similarities(question), index.word_scores(wanted)
    headings = index.spoken.heading_nearness(vector)
    near = {int(at) for values in (similar, words, headings) for at in np.argsort(-values, kind="stable")[:_CANDIDATES]}
    matters = asked_matters(question)
    candidates = [at for at in sorted({*scores, *near}) if _names_all(index.passages[at].section, matters)]
    if not candidates:
        return {}
    top = max(scores.values(), default=0.0) or 1.0
    signs = AnswerSigns(
        similar[candidates], (words / (float(words.max()) or 1.0)).astype(np.float32)[candidates], headings[candidates],
        index.spoken.met_in(like, candidates), np.array([scores.get(at, 0.0) / top for at in candidates], np.float32),
    )  # fmt: skip
    worth = signs.worth()
    best = int(worth.argmax())
    if not signs.holds(best):
        return {}
    least = _AS_WORTHY * float(worth[best])
    return {at: float(value) for at, value in zip(candidates, worth, strict=True) if value >= least}


def _names_all(section: LegalSection, matters: Sequence[str]) -> bool:
    """Tell whether a section names every matter that is asked about."""
    text = f"{section.heading} {section.text}"
    return all(names_matter(text, matter, section.lang) for matter in matters)


def _ranked(found: Iterable[_Candidate]) -> list[_Candidate]:
    """Return passages best first, one of each section."""
    best: dict[tuple[str, str], _Candidate] = {}
    for candidate in sorted(found, key=lambda candidate: -candidate.score):
        best.setdefault((candidate.source, candidate.passage.section.id), candidate)
    return list(best.values())


def _shared_out(groups: Sequence[Sequence[_Candidate]], most: int) -> list[_Candidate]:
    """Return the groups one after the other; the later ones are left some room, two passages and one."""
    laws, treaty, ours = groups
    room = max(0, most // 2)
    later = [*treaty[: min(2, room)], *ours[: 1 if treaty else 2]][:room] if laws else [*treaty, *ours][:most]
    first = list(laws[: most - len(later)])
    left = most - len(first) - len(later)
    rest = [found for found in (*treaty, *ours) if found not in later][:left]
    return [*first, *(found for found in (*treaty, *ours) if found in later or found in rest)]


def _convention_passages(measures: Measures) -> Iterator[LegalPassage]:
    """Yield this project's own sentences on measures, their elements and duties, in six languages."""
    for measure in measures.measures:
        for lang in LANGUAGES:
            if lang in measure.titles:
                says = " ".join(element.says.get(lang, "") for element in measure.elements)
                yield _sentence(f"{measure.article} ({measure.id})", measure.titles[lang], says, lang)
    for duty in Convention(measures.as_of).duties:
        for lang in LANGUAGES:
            values: dict[str, Value] = {
                key: value if isinstance(value, int) else str(value) for key, value in duty.values.items()
            }
            words = sentence(Message(duty.says, values), lang)
            yield _sentence(f"{duty.source} ({', '.join(duty.applies_to)})", ", ".join(duty.applies_to), words, lang)


def _sentence(place: str, heading: str, words: str, lang: str) -> LegalPassage:
    section = LegalSection(CONVENTION, place, heading, words, 0, len(words), "", 0, lang, "sentence")
    return LegalPassage(section, 0, len(words), words)


_BEFORE = 1.01
"""By how much what punishes a section goes before it."""
_MEASURES, _AS_NEAR = 3, 0.08
"""Measures that lend a question their words at most, and how much farther than the nearest one they may be."""
_LENT, _STEEP = 1.5, 4
"""How much what a lent question finds counts beside what the question finds, and how fast that falls with distance."""
_SAID = 1.0
"""How much counts that a passage names what a measure consists of."""
_CANDIDATES, _AS_WORTHY = 60, 0.5
"""Passages of each kind of nearness that are weighed, and the share of the best one's worth that others reach."""
_SHARED = 0.5
"""Share of a question's words that a passage has to hold where it is near, not good, in meaning."""
