"""Tell which tweets state something that can be checked (CLEF CheckThat! 2022, tasks 1A and 1B), by language.

    python -m benchmarks.checkworthiness FOLDER

Two ways are measured by average precision: the weights that come with the package, which never saw a tweet; and what
`opencwc models retrain claims` makes of a user's own labels, learnt from nine tenths of the tweets and applied to the
tenth, ten times. Nothing that is shipped is learnt from them.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

from opencwc.claims.own_labels import Label, learn_own

_LANGUAGES = {"arabic": "ar", "bulgarian": "bg", "dutch": "nl", "english": "en", "spanish": "es", "turkish": "tr"}


def read_tweets(file: Path, lang: str) -> list[Label]:
    """Return the tweets of a table, each with its label."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE) if len(row) > 4][1:]
    return [Label(row[3], lang, row[4].strip() == "1") for row in rows]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    sys.stdout.write(f"{'task':<8}{'lang':<6}{'tweets':>8}{'share':>8}{'shipped':>9}{'own labels':>12}\n")
    for file in sorted(parser.parse_args().folder.glob("CT22_*.tsv")):
        _, language, task, *_ = file.stem.split("_")
        (one,) = learn_own(read_tweets(file, _LANGUAGES[language]), "").figures
        share = one.checkworthy / one.labels
        sys.stdout.write(f"{task:<8}{one.lang:<6}{one.labels:8}{share:8.3f}{one.shipped:9.3f}{one.own:12.3f}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
