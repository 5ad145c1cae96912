"""Search over passages: by words (BM25 in the law's own language) and by meaning, fused by reciprocal rank.

What a question asks for comes in one or more wordings; each gives a ranking by meaning, and the words of the law's
language one by BM25. Reciprocal rank fusion: Cormack, Clarke and Buettcher, SIGIR 2009, with their k of 60. For a
measure the ranking of the search is fused with what sections hold of its elements (`rank`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from opencwc.convention.measures import LANGUAGES, Measure
from opencwc.language.encoders import question_vectors_of, vectors_of
from opencwc.language.numerals import digits
from opencwc.legislation.model import SectionHolding
from opencwc.legislation.passage_words import PassageWords
from opencwc.legislation.texts.passages import LegalPassage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from opencwc.language.encoders import Encoder


FUSION = 60
MOST_ENCODED = 1_500
"""Passages that are encoded at most: of a longer text, those that share the most words with what is looked for."""


class Hit(NamedTuple):
    """A passage that was found: its place in the index, the fused score, its nearness in meaning and by words."""

    at: int
    score: float
    similarity: float
    words: float


@dataclass(frozen=True)
class Question:
    """What is looked for: wordings for the search by meaning, and by language the words for that of BM25."""

    wordings: tuple[str, ...]
    words: Mapping[str, str] = field(default_factory=dict)


class PassageIndex:
    """Passages of one State's texts, ready to be searched.

    ``expected`` are the questions that will be asked, where they are known: of a text with more than `MOST_ENCODED`
    passages, those that share no word with any of them are found by words alone. ``progress`` receives how many
    passages are encoded, of how many, where the cache does not hold them.
    """

    def __init__(
        self,
        passages: Sequence[LegalPassage],
        encoder: Encoder,
        *,
        expected: Sequence[Question] = (),
        cache: Path | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        import numpy as np

        self.passages = list(passages)
        self.encoder = encoder
        self._cache = cache
        self._words: dict[str, tuple[NDArray[np.int64], Any]] = {}
        self._similar: tuple[tuple[str, ...], NDArray[np.float32]] = (), np.zeros((0, 0), np.float32)
        self._scored: tuple[Question, NDArray[np.float64]] = Question(()), np.zeros(0)
        self.languages: dict[str, list[int]] = {}
        for at, passage in enumerate(self.passages):
            self.languages.setdefault(passage.section.lang, []).append(at)
        chosen = self._chosen(expected)
        self.encoded = np.array(chosen, dtype=np.int64)
        files: dict[str, list[int]] = {}
        for at in chosen:
            files.setdefault(self.passages[at].section.file, []).append(at)
        self._vectors = np.zeros((len(self.passages), encoder.dimensions), np.float32)
        before = 0
        for in_file in files.values():
            tell = _from(before, len(chosen), progress)
            searched = [self.passages[at].searched for at in in_file]
            self._vectors[in_file] = vectors_of(searched, encoder, folder=cache, progress=tell)
            before += len(in_file)

    def search(self, questions: Sequence[Question], most: int = 50, *, asked: bool = False) -> list[list[Hit]]:
        """Return the best passages for each question, best first; what is ``asked`` by a person is not kept on disk."""
        import numpy as np

        if not self.passages:
            return [[] for _ in questions]
        wordings = [wording for question in questions for wording in question.wordings]
        similar = self._similarities(wordings, asked=asked)
        best_of_all: list[list[Hit]] = []
        at = 0
        for question in questions:
            rows = similar[at : at + len(question.wordings)]
            at += len(question.wordings)
            fused = np.zeros(len(self.passages))
            for row in rows:
                fused += self._reciprocal(row, self.encoded) / len(rows)
            words = self.word_scores(question)
            spoken = np.flatnonzero(words > 0)
            fused += self._reciprocal(words, spoken)
            best = rows.max(axis=0) if len(rows) else np.zeros(len(self.passages))
            order = np.argsort(-fused, kind="stable")[:most]
            best_of_all.append(
                [Hit(int(i), float(fused[i]), float(best[i]), float(words[i])) for i in order if fused[i] > 0]
            )
        return best_of_all

    def nearest(self, wordings: Sequence[str]) -> list[float]:
        """Return how near any passage comes to each of some sentences."""
        if not self.passages or not wordings:
            return [0.0 for _ in wordings]
        similar = self._similarities(wordings)
        return [float(value) for value in similar.max(axis=1)]

    @cached_property
    def spoken(self) -> PassageWords:
        """The words of the passages, to see what is asked in them; made when the first question is asked."""
        return PassageWords(self.passages, self.encoder, cache=self._cache)

    def similarities(self, wording: str) -> NDArray[np.float32]:
        """Return how near each passage is in meaning to one wording."""
        nearness: NDArray[np.float32] = self._similarities([wording], asked=True)[0]
        return nearness

    def _similarities(self, wordings: Sequence[str], *, asked: bool = False) -> NDArray[np.float32]:
        """Return how near each passage is to each wording; what a person asked last is kept."""
        known, similar = self._similar
        if known == tuple(wordings):
            return similar
        if not asked:
            vectors = vectors_of(wordings, self.encoder, as_="questions", folder=self._cache)
            return vectors @ self._vectors.T
        similar = question_vectors_of(wordings, self.encoder) @ self._vectors.T
        self._similar = tuple(wordings), similar
        return similar

    def question_vector(self, wording: str) -> NDArray[np.float32]:
        """Return the vector of a question that a person asks."""
        vector: NDArray[np.float32] = question_vectors_of([wording], self.encoder)[0]
        return vector

    def word_scores(self, question: Question) -> NDArray[np.float64]:
        """Return the BM25 score of every passage, each by the words in its own language; the last are kept."""
        import numpy as np

        asked, scored = self._scored
        if asked is question:
            return scored
        scores = np.zeros(len(self.passages))
        for lang in self.languages:
            wanted = question.words.get(lang) or question.words.get("")
            if not wanted:
                continue
            places, ranker = self._ranker(lang)
            tokens = [token for token in tokens_of(wanted, lang) if token in ranker.vocab_dict]
            if tokens:
                scores[places] = ranker.get_scores(tokens)
        self._scored = question, scores
        return scores

    @staticmethod
    def _reciprocal(scores: NDArray[Any], among: NDArray[np.int64]) -> NDArray[np.float64]:
        import numpy as np

        gained = np.zeros(len(scores))
        order = among[np.argsort(-scores[among], kind="stable")]
        gained[order] = 1.0 / (FUSION + 1 + np.arange(len(order)))
        return gained

    def _ranker(self, lang: str) -> tuple[NDArray[np.int64], Any]:
        import numpy as np

        if lang not in self._words:
            import bm25s

            places = self.languages[lang]
            ranker = bm25s.BM25()
            tokens = [tokens_of(self.passages[at].searched, lang) or [" "] for at in places]
            ranker.index(tokens, show_progress=False)
            self._words[lang] = np.array(places, dtype=np.int64), ranker
        return self._words[lang]

    def _chosen(self, expected: Sequence[Question]) -> list[int]:
        import numpy as np

        everything = list(range(len(self.passages)))
        if len(everything) <= MOST_ENCODED or not expected:
            return everything[: 5 * MOST_ENCODED]
        best = np.zeros(len(everything))
        for question in expected:
            scores = self.word_scores(question)
            top = scores.max()
            if top > 0:
                best = np.maximum(best, scores / top)
        return sorted(np.argsort(-best, kind="stable")[:MOST_ENCODED].tolist())


def _from(before: int, of: int, progress: Callable[[int, int], None] | None) -> Callable[[int, int], None] | None:
    """Return what tells of the work on one file as work on all of them."""
    if progress is None:
        return None
    return lambda done, _: progress(before + done, of)


_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_MARKS = re.compile("[\u064b-\u0652\u0640\u200c-\u200f]")
_ARABIC_LEAD = re.compile(r"^(?:[وفبكل]?ال|لل|و(?=\w{4})|ب(?=\w{4})|ل(?=\w{4}))")
_ARABIC_END = re.compile(r"(?:هما|ها|هم|ات|ون|ين|ان|ية|يه|ه|ة|ي)$")
_KEPT = 6
_SHORTEST = {"de": 3, "en": 3, "fr": 3, "es": 3, "ru": 3}


def tokens_of(text: str, lang: str) -> list[str]:
    """Return the words of a text as BM25 counts them: beginnings of words, of Arabic the stem, of Chinese pairs.

    >>> tokens_of("Prohibited activities", "en"), tokens_of("化学武器", "zh"), tokens_of("والأسلحة", "ar")
    (['prohib', 'activi'], ['化学', '学武', '武器'], ['اسلح'])
    """
    plain = digits(text.lower())
    if lang == "zh":
        tokens = []
        for run in _HAN.findall(plain):
            tokens += [run[at : at + 2] for at in range(len(run) - 1)] or [run]
        return tokens + [word for word in re.findall(r"[a-z0-9]+", plain) if len(word) > 1]
    if lang == "ar":
        plain = _MARKS.sub("", plain).translate(str.maketrans("أإآى", "اااي"))
        stems = (_ARABIC_LEAD.sub("", word) for word in _WORD.findall(plain))
        return [stem for word in stems if len(stem := _ARABIC_END.sub("", word) if len(word) > 4 else word) > 1]
    plain = plain.translate(str.maketrans("áàâäéèêëíîïóôöúùûüñçё", "aaaaeeeeiiiooouuuuncе"))
    least = _SHORTEST.get(lang, 2)
    return [word[:_KEPT] for word in _WORD.findall(plain) if len(word) > least or word.isdigit()]


def nearest_to_elements(
    index: PassageIndex, measures: Sequence[Measure], languages: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Return by measure and element how near any passage comes to what a provision on the element says."""
    spoken = next((lang for lang in languages if lang in LANGUAGES), "en")
    elements = [element for measure in measures for element in measure.elements]
    near = index.nearest([element.says.get(spoken) or element.says["en"] for element in elements])
    by_measure: dict[str, dict[str, float]] = {measure.id: {} for measure in measures}
    for element, value in zip(elements, near, strict=True):
        by_measure[element.measure][element.id] = value
    return by_measure


MOST = 60
"""Passages that the search gives for a measure at most."""


class RankedPassage(NamedTuple):
    """A passage found for a measure: its place in the index, the fused score, its similarity, the section's holding."""

    at: int
    score: float
    similarity: float
    holding: SectionHolding | None


def question_of(measure: Measure, languages: Sequence[str]) -> Question:
    """Return what is looked for: the measure as a law would have it, in the law's languages and in English."""
    queries = [measure.queries[lang] for lang in languages if lang in measure.queries]
    wordings = [*dict.fromkeys([*queries[:2], measure.queries["en"]])]
    words = {
        lang: " ".join(
            (measure.titles.get(lang, ""), query, *(element.says.get(lang, "") for element in measure.elements))
        )
        for lang, query in measure.queries.items()
    }
    return Question(tuple(wordings), words)


def retrieve(index: PassageIndex, measures: Sequence[Measure], languages: Sequence[str]) -> dict[str, list[Hit]]:
    """Search the index for every measure; the passages come best first."""
    questions = [question_of(measure, languages) for measure in measures]
    return dict(zip((measure.id for measure in measures), index.search(questions, MOST), strict=True))


def rank(
    hits: Sequence[Hit],
    holdings: Mapping[int, SectionHolding],
    strength: Mapping[int, float],
    section_of: Sequence[int],
    spoken: Mapping[int, int],
) -> list[RankedPassage]:
    """Fuse the search with what sections hold: one passage a section, best first.

    ``strength`` says how much of the measure each section holds; ``section_of`` in which section a passage stands;
    ``spoken`` counts the deciding words that stand in each passage.
    """
    fused: dict[int, float] = {hit.at: hit.score for hit in hits}
    similar = {hit.at: hit.similarity for hit in hits}
    nearest: dict[int, float] = {}
    for hit in hits:
        nearest[section_of[hit.at]] = max(nearest.get(section_of[hit.at], 0.0), hit.score)
    order = sorted(
        (section for section in strength if strength[section] > 0),
        key=lambda section: (-round(strength[section], 1), -nearest.get(section, 0.0)),
    )
    passages: dict[int, list[int]] = {}
    for at, section in enumerate(section_of):
        passages.setdefault(section, []).append(at)
    for number, section in enumerate(order):
        gained = _WEIGHT * min(1.0, strength[section]) / (FUSION + 1 + number)
        for at in passages.get(section, ()):
            share = 1.0 if spoken.get(at) else 0.9
            fused[at] = fused.get(at, 0.0) + gained * share + 1e-5 * min(spoken.get(at, 0), 20)
    best: dict[int, int] = {}
    for at in sorted(fused, key=lambda at: -fused[at]):
        best.setdefault(section_of[at], at)
    chosen = sorted(best.values(), key=lambda at: -fused[at])
    return [RankedPassage(at, fused[at], similar.get(at, 0.0), holdings.get(section_of[at])) for at in chosen]


_WEIGHT = 2.0
"""How much what a section holds counts beside each ranking of the search."""
