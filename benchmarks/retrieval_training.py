"""Learn from the written claims how words and meaning speak for a statement, of two texts that stand alone.

    python -m benchmarks.retrieval_training

Each claim is held against its record without its report: pairs in one language and pairs in two are learnt apart, the
right ones weighing as much as the others. Printed are the weights that `src/opencwc/claims/data/retrieval.yaml` has
rounded, and beside them those that stand there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.claims import looked_at, read_folder
from opencwc.claims.statement_retrieval import pair_weights
from opencwc.claims.word_index import SharedWords
from opencwc.language.encoders import named_encoder
from opencwc.reports.facts import language_of

_NEAR = 30
"""Statements of each record that a claim is compared with: the nearest ones, and the right one."""


class Pair(NamedTuple):
    """A claim and a statement: whether they are in one language, what they share, and whether the claim is about it."""

    same_language: bool
    words: float
    meaning: float
    right: bool


def written_pairs() -> Iterator[Pair]:
    """Yield the pairs of the folders that may be looked at."""
    encoder = named_encoder()
    for folder in looked_at():
        statements, reports, gold = read_folder(folder)
        langs = {report.id: language_of(report) for report in reports}
        vectors = encoder.passages([one.text for one in statements])
        index = SharedWords([(one.text, one.lang) for one in statements])
        rows = [(langs[report], sentence, row["matched"]) for (report, sentence), row in gold.items() if row["matched"]]
        asked = encoder.passages([sentence for _, sentence, _ in rows])
        for (lang, sentence, right), vector in zip(rows, asked, strict=True):
            words, meaning = index.shared(sentence, lang), vectors @ vector
            near = {*np.argsort(-words)[:_NEAR], *np.argsort(-meaning)[:_NEAR]}
            for place, one in enumerate(statements):
                if place in near or one.id == right:
                    yield Pair(one.lang == lang, float(words[place]), float(meaning[place]), one.id == right)


def main() -> None:
    """Print the weights."""
    pairs = list(written_pairs())
    for name, weights in pair_weights().items():
        some = [pair for pair in pairs if pair.same_language == (name == "same_language")]
        table = np.array([(pair.words, pair.meaning) for pair in some])
        answers = [pair.right for pair in some]
        model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1_000))
        model.fit(table, answers)
        base, words, meaning = (
            float(model.decision_function([point])[0]) for point in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
        )
        sys.stdout.write(
            f"{name}: base {base:.2f}, words {words - base:.3f}, meaning {meaning - base:.2f}"
            f"  ({sum(answers)} of {len(some)} pairs; set: {', '.join(f'{one:g}' for one in weights)})\n"
        )


if __name__ == "__main__":
    main()
