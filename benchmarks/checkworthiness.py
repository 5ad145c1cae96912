"""Tell which tweets state something that can be checked (CLEF CheckThat! 2022, tasks 1A and 1B), by language.

    python -m benchmarks.checkworthiness FOLDER

Two ways are measured by average precision: the weights that come with the package, which never saw a tweet; and a
logistic regression on the same signs and vectors after a user's own labels, learnt from nine tenths of the tweets and
applied to the tenth, ten times. Nothing that is shipped is learnt from them.
"""

from __future__ import annotations

import argparse
import csv
import sys
from datetime import date
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from opencwc.claims.checkworthiness import signs_of
from opencwc.claims.claim_weights import learned_weights
from opencwc.claims.sentence_details import details_of
from opencwc.language.encoders import named_encoder

_DAY = date(2021, 6, 1)
_LANGUAGES = {"arabic": "ar", "bulgarian": "bg", "dutch": "nl", "english": "en", "spanish": "es", "turkish": "tr"}
_PARTS = 10
_WEIGHT = 4.0


def read_tweets(file: Path) -> tuple[list[str], list[bool]]:
    """Return the texts of a table, and whether each is labelled 1."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE) if len(row) > 4][1:]
    return [row[3] for row in rows], [row[4].strip() == "1" for row in rows]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    encoder, weights = named_encoder(), learned_weights()
    sys.stdout.write(f"{'task':<8}{'lang':<6}{'tweets':>8}{'share':>8}{'shipped':>9}{'own labels':>12}\n")
    for file in sorted(parser.parse_args().folder.glob("CT22_*.tsv")):
        _, language, task, *_ = file.stem.split("_")
        lang = _LANGUAGES[language]
        texts, labels = read_tweets(file)
        vectors = encoder.passages(texts)
        signs = [signs_of(details_of(text, lang, _DAY, encoder)) for text in texts]
        worth = [weights.worth(some, vector, lang) for some, vector in zip(signs, vectors, strict=True)]
        names = sorted({name for some in signs for name in some})
        table = np.hstack([[[some.get(name, 0.0) for name in names] for some in signs], _WEIGHT * vectors])
        model = make_pipeline(StandardScaler(with_std=False), LogisticRegression(C=0.5, max_iter=2_000))
        parts = StratifiedKFold(_PARTS, shuffle=True, random_state=1)
        own = cross_val_predict(model, table, labels, cv=parts, method="predict_proba")[:, 1]
        found = average_precision_score(labels, worth), average_precision_score(labels, own)
        sys.stdout.write(f"{task:<8}{lang:<6}{len(texts):8}{np.mean(labels):8.3f}{found[0]:9.3f}{found[1]:12.3f}\n")


if __name__ == "__main__":
    main()
