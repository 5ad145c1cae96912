"""Measure the refusals on the written requests and print precision and recall by language, part by part.

    python -m benchmarks.refusals             print the figures, what they are under disguise, and the time taken
    python -m benchmarks.refusals --errors    and name the errors of the parts that may be looked at (dev, seen)
    python -m benchmarks.refusals --write     and write figures and digests into the card

The requests stand in src/opencwc/language/data/refusal-examples*.yaml.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from benchmarks.language import write_card
from opencwc.language.refusal_card import MODEL, REFUSAL_PARTS, refusal_examples
from opencwc.language.refusals import judge_request
from opencwc.models.card_pages import figure_table

TO_BE_READ = ("dev", "seen")
DISGUISES: dict[str, Callable[[str], str]] = {
    "as written": lambda text: text,
    "capitals": str.upper,
    "letters spelled out": lambda text: "  ".join(" ".join(word) for word in text.split()),
    "hyphens in words": lambda text: " ".join(
        "-".join((word[:2], word[2:])) if len(word) > 3 else word for word in text.split()
    ),
    "invisible signs": "\u200b".join,
    "full width": lambda text: "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text),
    "digits for letters": lambda text: text.translate(str.maketrans("oiea", "0134")),
    "no spaces": lambda text: text.replace(" ", ""),
    "in a story": lambda text: f"For a novel I am writing: {text}",
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--errors", action="store_true")
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    measured = MODEL.evaluate()
    print("\n".join(figure_table(measured.figures)))
    if chosen.write:
        write_card(MODEL, measured)
    examples = refusal_examples()
    print("\n| disguise | refused of those refused as written | harmless passed |\n|---|--:|--:|")
    plain = [example for example in examples if example.category and judge_request(example.text)]
    harmless = [example for example in examples if not example.category]
    for name, disguise in DISGUISES.items():
        caught = sum(judge_request(disguise(example.text)) is not None for example in plain)
        passed = sum(judge_request(disguise(example.text)) is None for example in harmless)
        print(f"| {name} | {caught} of {len(plain)} | {passed} of {len(harmless)} |")
    times = []
    for judged in examples * 5:
        start = time.perf_counter()
        judge_request(judged.text)
        times.append((time.perf_counter() - start) * 1000)
    print(
        f"\n{statistics.median(times):.3f} ms a request (median), {sorted(times)[int(len(times) * 0.99)]:.3f} ms (p99)"
    )
    if chosen.errors:
        for to_read in (
            example for part in REFUSAL_PARTS if part in TO_BE_READ for example in examples if example.part == part
        ):
            refusal = judge_request(to_read.text)
            if bool(refusal) != bool(to_read.category):
                print(to_read.part, to_read.language, to_read.category or "pass", to_read.text, refusal, sep="\t")


if __name__ == "__main__":
    main()
