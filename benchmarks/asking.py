"""How often the right section is the first that a question gets, or among three, and how often no law answers rightly.

    python -m benchmarks.asking FOLDER...         ask all sets of questions; the folders hold the laws that they name
    python -m benchmarks.asking --fit FOLDER...   learn anew when a passage holds what is asked, and print the weights

What answers are weighed by was set on the questions in view; the others were not looked at for it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
from sklearn.linear_model import LogisticRegression

from opencwc.convention.fields import load_yaml
from opencwc.convention.measures import read_measures
from opencwc.language.encoders import named_encoder
from opencwc.legislation.answer_check import AnswerSigns
from opencwc.legislation.question_answers import CONVENTION, Library
from opencwc.legislation.texts.legal_texts import read_legal_text

IN_VIEW = ("questions.yaml", "law_questions.yaml", "law_questions_other_author.yaml")
UNREAD = ("questions_held_out.yaml", "law_questions_unread.yaml")


class Asked(NamedTuple):
    """A question on a State's law, and the sections that answer it: none where no text of it does."""

    state: str
    question: str
    right: frozenset[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask all questions, print what came of each, then a row of figures for each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--fit", action="store_true")
    chosen = parser.parse_args(arguments)
    sets = {name: load_yaml(Path(__file__).with_name(name).read_text(encoding="utf-8")) for name in (*IN_VIEW, *UNREAD)}
    library = _library(
        {**sets["questions.yaml"]["laws"], **sets["law_questions_other_author.yaml"]["laws"]}, chosen.folders
    )
    if chosen.fit:
        _fit(library, [asked for name in IN_VIEW for asked in _asked(sets[name])])
        return 0
    rows = [
        "| questions | right section first | in the first three | rightly not found | each |",
        "|---|--:|--:|--:|--:|",
    ]
    rows += [_measured(library, name, list(_asked(questions))) for name, questions in sets.items()]
    print("\n".join(("", *rows)))
    return 0


def _library(laws: Mapping[str, Sequence[str]], folders: Sequence[Path]) -> Library:
    texts = {
        state: [
            read_legal_text(next(folder / file for folder in folders if (folder / file).exists())) for file in files
        ]
        for state, files in laws.items()
    }
    return Library(named_encoder(), read_measures(), texts)


def _asked(questions: Mapping[str, Any]) -> Iterator[Asked]:
    for each in questions["questions"]:
        yield Asked(each["in"], each["asked"], frozenset(map(str, each["right"])))
    for each in questions["none"]:
        yield Asked(each["in"], each["asked"], frozenset())


def _measured(library: Library, name: str, questions: Sequence[Asked]) -> str:
    """Ask one set of questions, print what came of each, and return the row of its figures."""
    began = time.perf_counter()
    first = three = silent = 0
    for asked in questions:
        sections = _sections(library, asked)
        first += bool(asked.right.intersection(sections[:1]))
        three += bool(asked.right.intersection(sections[:3]))
        silent += not asked.right and not sections
        well = asked.right.intersection(sections[:3]) if asked.right else not sections
        print("+" if well else "-", asked.state, asked.question, sections[:3])
    number = sum(bool(asked.right) for asked in questions)
    each = 1000 * (time.perf_counter() - began) / len(questions)
    cells = (name, f"{first} of {number}", f"{three} of {number}", f"{silent} of {len(questions) - number}")
    return f"| {' | '.join(cells)} | {each:.0f} ms |"


def _sections(library: Library, asked: Asked) -> list[str]:
    """Return the sections of the law that a question gets; our own sentences on the Convention are none."""
    passages = library.ask(asked.question, asked.state).passages
    return [passage.place for passage in passages if passage.source != CONVENTION]


def _fit(library: Library, questions: Sequence[Asked]) -> None:
    """Print the weights by which the best passage of a question holds what is asked, as a regression gives them.

    A question whose best passage is not a right one teaches nothing: more or less of its signs would not mend it.
    """
    rows, holds = [], []
    for asked in questions:
        with patch.object(AnswerSigns, "holds", _told := _Telling()):
            sections = _sections(library, asked)
        if _told.signs is not None and (not asked.right or asked.right.intersection(sections[:1])):
            rows.append(_told.signs)
            holds.append(bool(asked.right))
    fitted = LogisticRegression(C=_PENALTY, max_iter=1_000).fit(np.array(rows), holds)
    print(f"{sum(holds)} that a section answers, {len(holds) - sum(holds)} that none does")
    print("weights", np.round(fitted.coef_[0], 2), "bias", np.round(fitted.intercept_[0], 2))


class _Telling:
    """In the place of `AnswerSigns.holds`: keeps the signs of the best passage and lets every one pass."""

    def __init__(self) -> None:
        self.signs: list[float] | None = None

    def __get__(self, signs: AnswerSigns, owner: type) -> Any:
        return lambda at: self._tell(signs, at)

    def _tell(self, signs: AnswerSigns, at: int) -> bool:
        self.signs = signs.of(at)
        return True


_PENALTY = 10.0


if __name__ == "__main__":
    sys.exit(main())
