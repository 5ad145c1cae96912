"""How often the right section is among the first passages that a question gets, and how often nothing is said rightly.

Run as ``python -m benchmarks.asking FOLDER``; the folder holds the laws that `benchmarks/questions.yaml` names. The
thresholds of an encoder were set on those questions; ``questions_held_out.yaml`` holds others, measured beside them.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from opencwc.convention.fields import load_yaml
from opencwc.convention.measures import read_measures
from opencwc.language.encoders import named_encoder
from opencwc.legislation.question_answers import Library
from opencwc.legislation.texts.legal_texts import read_legal_text

QUESTIONS = Path(__file__).with_name("questions.yaml")
HELD_OUT = Path(__file__).with_name("questions_held_out.yaml")


def main(folder: Path) -> int:
    """Ask all questions and print what came of each, then the shares: where thresholds were set, and held out."""
    sets = {name: load_yaml(path.read_text(encoding="utf-8")) for name, path in _SETS.items()}
    laws = sets["set on"]["laws"]
    texts = {state: [read_legal_text(folder / file) for file in files] for state, files in laws.items()}
    library = Library(named_encoder(), read_measures(), texts)
    rows = [_measured(library, name, questions) for name, questions in sets.items()]
    print("\n".join(("", *rows)))
    return 0


_SETS = {"set on": QUESTIONS, "held out": HELD_OUT}


def _measured(library: Library, name: str, question_set: dict[str, Any]) -> str:
    """Ask one set of questions, print what came of each, and return the row of its figures."""
    began = time.perf_counter()
    at = {1: 0, 3: 0}
    for question in question_set["questions"]:
        sections = _sections(library, question)
        for most in at:
            at[most] += any(section in question["right"] for section in sections[:most])
        print(
            "+" if any(section in question["right"] for section in sections[:3]) else "-",
            question["in"],
            question["asked"],
            sections[:3],
        )
    silent = 0
    for off_topic in question_set["off_topic"]:
        nothing = not library.ask(off_topic["asked"], off_topic["in"]).passages
        silent += nothing
        print("+" if nothing else "-", off_topic["in"], off_topic["asked"])
    number, beside = len(question_set["questions"]), len(question_set["off_topic"])
    milliseconds = 1000 * (time.perf_counter() - began) / (number + beside)
    return (
        f"{name}: recall@1 {at[1]}/{number}, recall@3 {at[3]}/{number}, rightly silent {silent}/{beside}, "
        f"{milliseconds:.0f} ms each"
    )


def _sections(library: Library, question: dict[str, str]) -> list[str]:
    """Return the sections of the law that a question gets, counted among all that is shown."""
    passages = library.ask(question["asked"], question["in"]).passages
    return [passage.place if passage.source.startswith(question["in"]) else "" for passage in passages]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
