"""Questions over the texts at hand and the Convention: the nearest passages, as they stand, with their citation.

The Convention's text is not ours to ship: it answers with this project's own sentences on its measures and duties, each
with the article, and with the text of the treaty where the user supplies it. Nothing is ever composed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from opencwc.convention import Convention
from opencwc.convention.measures import Measures
from opencwc.finding import Message
from opencwc.language.encoders import Encoder
from opencwc.language.legal_texts import LegalText
from opencwc.language.refusing import Refusal, judge_request
from opencwc.language.searching import PassageIndex, Question, tokens_of
from opencwc.language.sections import LegalSection, recognised, sections_of
from opencwc.language.splitting import LegalPassage, passages_of
from opencwc.legislation.retrieving import question_of
from opencwc.wording import LANGUAGES, sentence

CONVENTION = "CWC"
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Cited:
    """A passage that comes near a question: where it stands (State and file, or the Convention's article), its text."""

    source: str
    place: str
    text: str
    lang: str
    start: int
    end: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question is answered with: passages, best first; ``note`` says why there are none."""

    passages: tuple[Cited, ...]
    note: Message | None = None
    refusal: Refusal | None = None


class Library:
    """Texts ready to be asked: ``Library(encoder, measures, {"FRA": texts})``; build it once, ask it often.

    The Convention's own sentences are always among them. ``ready`` are indexes that stand already, by State.
    """

    def __init__(
        self,
        encoder: Encoder,
        measures: Measures,
        texts: Mapping[str, Sequence[LegalText]],
        *,
        treaty: LegalText | None = None,
        cache: Path | None = None,
        ready: Mapping[str, PassageIndex] = MappingProxyType({}),
    ) -> None:
        self.encoder = encoder
        expected = [question_of(one, LANGUAGES) for one in measures.measures]
        self._indexes: dict[str, PassageIndex] = dict(ready)
        if CONVENTION not in ready:
            own = list(_convention_passages(measures))
            if treaty is not None:
                own += passages_of(sections_of(treaty))
            self._indexes[CONVENTION] = PassageIndex(own, encoder, cache=cache)
        for state, held in texts.items():
            passages = [one for text in held for one in passages_of(sections_of(text))]
            self._indexes[state] = PassageIndex(passages, encoder, expected=expected, cache=cache)

    @property
    def convention(self) -> PassageIndex:
        """The index of the Convention's own sentences."""
        return self._indexes[CONVENTION]

    @property
    def states(self) -> tuple[str, ...]:
        """The States whose texts are at hand."""
        return tuple(one for one in self._indexes if one != CONVENTION)

    def ask(self, question: str, state: str = "", most: int = SHOWN) -> Asked:
        """Return the passages that come near a question, best first, or why there are none.

        What OpenCWC never gives is refused; a passage that is not near enough is not shown.
        """
        refusal = judge_request(question)
        if refusal is not None:
            return Asked((), refusal.message, refusal)
        lang = recognised(question)
        asked = Question((question,), dict.fromkeys((lang, ""), question))
        wanted = [state, CONVENTION] if state else list(self._indexes)
        found = [one for name in wanted if name in self._indexes for one in self._near(name, asked, lang)]
        found.sort(key=lambda one: (bool(state) and one[1].source == CONVENTION, -one[0]))  # the State asked for first
        seen: set[tuple[str, str]] = set()
        shown: list[Cited] = []
        for _, cited in found:
            if (cited.source, cited.place) not in seen:
                seen.add((cited.source, cited.place))
                shown.append(cited)
        return Asked(tuple(shown[:most]), None if shown else Message("ask_nothing"))

    def _near(self, name: str, asked: Question, lang: str) -> Iterator[tuple[float, Cited]]:
        index = self._indexes[name]
        near, good = self.encoder.thresholds.near, self.encoder.thresholds.good
        wanted = set(tokens_of(asked.wordings[0], lang))
        for hit in index.search([asked], 4 * SHOWN)[0]:
            passage = index.passages[hit.at]
            if name == CONVENTION and passage.section.lang not in (lang, "") and lang in LANGUAGES:
                continue  # the Convention answers in the language of the question
            share = len(wanted & set(tokens_of(passage.searched, lang))) / len(wanted) if wanted else 0.0
            if hit.similarity >= good or (hit.similarity >= near and share >= _SHARED):
                yield hit.similarity + 0.2 * share, _cited(name, passage, hit.similarity)


def _cited(name: str, passage: LegalPassage, similarity: float) -> Cited:
    section = passage.section
    source = CONVENTION if name == CONVENTION and section.file == CONVENTION else f"{name} {section.file}"
    return Cited(source, section.id, passage.text, section.lang, passage.start, passage.end, similarity)


def _convention_passages(measures: Measures) -> Iterator[LegalPassage]:
    """Yield this project's own sentences on measures, their elements and duties, in six languages."""
    for measure in measures.measures:
        for lang in LANGUAGES:
            if lang in measure.titles:
                says = " ".join(one.says.get(lang, "") for one in measure.elements)
                yield _sentence(f"{measure.article} ({measure.id})", measure.titles[lang], says, lang)
    for duty in Convention(measures.as_of).duties:
        for lang in LANGUAGES:
            values = {key: _value(value) for key, value in duty.values.items()}
            said = sentence(Message(duty.says, dict(values)), lang)
            yield _sentence(f"{duty.source} ({', '.join(duty.applies_to)})", ", ".join(duty.applies_to), said, lang)


def _value(value: object) -> str | int:
    return value if isinstance(value, int) else str(value)


def _sentence(place: str, heading: str, said: str, lang: str) -> LegalPassage:
    section = LegalSection(CONVENTION, place, heading, said, 0, len(said), "", 0, lang, "sentence")
    return LegalPassage(section, 0, len(said), said)


_SHARED = 0.5
"""Share of a question's words that a passage has to hold where it is near, not good, in meaning."""
