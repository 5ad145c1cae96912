"""How often the right section is among the first passages that a question gets, and how often nothing is said rightly.

Run as ``python -m benchmarks.asking FOLDER``; the folder holds the laws that `benchmarks/questions.yaml` names.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import yaml

from opencwc.convention.measures import read_measures
from opencwc.language.encoders import named_encoder
from opencwc.language.legal_texts import read_legal_text
from opencwc.legislation.asking import Library

QUESTIONS = Path(__file__).with_name("questions.yaml")


def main(folder: Path) -> int:
    """Ask all questions and print what came of each, then the shares."""
    asked = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    texts = {state: [read_legal_text(folder / one) for one in files] for state, files in asked["laws"].items()}
    library = Library(named_encoder(), read_measures(), texts)
    began = time.perf_counter()
    at = {1: 0, 3: 0}
    for one in asked["questions"]:
        found = _sections(library, one)
        for most in at:
            at[most] += any(section in one["right"] for section in found[:most])
        print("+" if any(section in one["right"] for section in found[:3]) else "-", one["in"], one["asked"], found[:3])
    silent = 0
    for one in asked["off_topic"]:
        nothing = not library.ask(one["asked"], one["in"]).passages
        silent += nothing
        print("+" if nothing else "-", one["in"], one["asked"])
    number, beside = len(asked["questions"]), len(asked["off_topic"])
    each = 1000 * (time.perf_counter() - began) / (number + beside)
    print(f"recall@1 {at[1]}/{number}, recall@3 {at[3]}/{number}, rightly silent {silent}/{beside}, {each:.0f} ms each")
    return 0


def _sections(library: Library, one: dict[str, str]) -> list[str]:
    """Return the sections of the law that a question gets, counted among all that is shown."""
    shown = library.ask(one["asked"], one["in"]).passages
    return [each.place if each.source.startswith(one["in"]) else "" for each in shown]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
