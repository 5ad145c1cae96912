"""Find for each tweet the claim that it repeats, among 10,375 that were checked before (CLEF CheckThat! 2020, task 2).

    python -m benchmarks.claim_retrieval FOLDER

FOLDER has verified_claims.docs.tsv, train.queries.tsv and train.qrels; no weight is learnt from them or set on them.
Printed are the mean average precision at 5 and the recall at 5 of `opencwc claims`, of BM25 on the tweets as they are
and without links and with tags in their words, and of the encoder alone. ``--every 4`` takes each fourth tweet.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from opencwc.claims.claim_matching import pair_chances
from opencwc.claims.claim_weights import learned_weights
from opencwc.claims.model import Statement
from opencwc.claims.pair_signs import Record, sentences_of_report
from opencwc.claims.posts import is_post, plain_post
from opencwc.claims.sentence_support import support_signs
from opencwc.claims.word_index import SharedWords
from opencwc.language.encoders import named_encoder
from opencwc.reports.model import Report

_DAY = datetime(2020, 1, 1, tzinfo=UTC)
_FIRST = 5


def read_table(file: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Return the rows of a table with tabs, whose columns have these names."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream, delimiter="\t"))
    return [dict(zip(columns, row, strict=False)) for row in rows[1:]]


def figures(ranked: Sequence[Sequence[str]], wanted: Sequence[str]) -> tuple[float, float]:
    """Return the mean average precision at 5, and the recall at 5; each query has one right answer."""
    places = [list(some[:_FIRST]).index(right) if right in some[:_FIRST] else None
              for some, right in zip(ranked, wanted, strict=True)]  # fmt: skip
    return (
        float(np.mean([0.0 if place is None else 1 / (1 + place) for place in places])),
        float(np.mean([place is not None for place in places])),
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1)
    asked = parser.parse_args()
    folder: Path = asked.folder
    claims = read_table(folder / "verified_claims.docs.tsv", ("id", "claim", "title"))
    tweets = read_table(folder / "train.queries.tsv", ("id", "text"))
    right = dict(line.split("\t")[:3:2] for line in (folder / "train.qrels").read_text().splitlines() if line)
    tweets = [tweet for tweet in tweets if tweet["id"] in right][:: asked.every]
    texts = [f"{claim['claim']} {claim['title']}" for claim in claims]
    statements = [Statement(claim["id"], _DAY, text, "", "en") for claim, text in zip(claims, texts, strict=True)]
    encoder, weights = named_encoder(), learned_weights()
    record, words = Record(statements, encoder), SharedWords([(text, "en") for text in texts])
    ranked: dict[str, list[list[str]]] = {
        name: [] for name in ("opencwc claims", "BM25", "BM25, tags in words", "the encoder alone")
    }
    for tweet in tweets:
        report = Report(tweet["id"], _DAY, "", "", "en", "", " ".join(tweet["text"].split()), 1)
        sentences = sentences_of_report(report, encoder)
        pairs = list(record.pairs(sentences, range(len(sentences.spans))))
        scored = [[(pair.statement, weights.matched.chance(pair.signs)) for pair in some] for some in pairs]
        best: dict[int, float] = {}
        for some, support in zip(pairs, support_signs(scored, record.kin), strict=True):
            for pair, chance in zip(some, pair_chances(some, support, weights, post=is_post(report)), strict=True):
                best[pair.statement] = max(best.get(pair.statement, 0.0), chance)
        order = {
            "opencwc claims": sorted(best, key=lambda place: -best[place]),
            "BM25": words.likeliest(report.text, "en", _FIRST),
            "BM25, tags in words": words.likeliest(plain_post(report.text), "en", _FIRST),
            "the encoder alone": record.vectors.nearest(sentences.whole, _FIRST),
        }
        for way, places in order.items():
            ranked[way].append([statements[place].id for place in places[:_FIRST]])
    wanted = [right[tweet["id"]] for tweet in tweets]
    for way, found in ranked.items():
        precision, recall = figures(found, wanted)
        sys.stdout.write(f"{way:<20} MAP@5 {precision:.3f}  recall at 5 {recall:.3f}  ({len(wanted)} tweets)\n")


if __name__ == "__main__":
    main()
