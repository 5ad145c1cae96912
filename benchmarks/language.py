"""Measure the language recogniser and print its figures; calibrate it or write its card anew when asked.

    python -m benchmarks.language               print the figures
    python -m benchmarks.language --calibrate   fit the three numbers on the sentences that are not held out
    python -m benchmarks.language --write       write figures, digests and reference into the card

The sentences stand in src/opencwc/language/data/language-examples.yaml. The fit takes about ten seconds.
"""

from __future__ import annotations

import argparse
import time
from itertools import product
from math import log

import yaml

from benchmarks.model_cards import write_card
from opencwc.language.language_recogniser import (
    CALIBRATION,
    CLASSES,
    MODEL,
    Calibration,
    class_scores,
    language_examples,
    load_identifier,
    most_likely,
    probabilities,
    recognise_language,
)
from opencwc.models.card_pages import figure_table
from opencwc.models.statistics import calibration_error


def calibrate() -> Calibration:
    """Return the three numbers with the smallest mean log loss on the calibration part, found on a grid, then finer."""
    identifier = load_identifier()
    cases = [
        (class_scores(identifier, example.text), CLASSES.index(example.language))
        for example in language_examples()
        if not example.held_out
    ]

    def loss(numbers: Calibration) -> float:
        return sum(-log(max(probabilities(scored, numbers)[right], 1e-9)) for scored, right in cases) / len(cases)

    best = min(
        (
            Calibration(*setting)
            for setting in product((0.25, 0.5, 1, 2, 4, 8), (0, 0.25, 0.5, 0.75, 1), (-2, -1, 0, 1))
        ),
        key=loss,
    )
    for step in (0.5, 0.25, 0.1, 0.05):
        steps = product((1 - step, 1, 1 + step), (-step / 2, 0, step / 2), (-2 * step, 0, 2 * step))
        near = [
            Calibration(best.temperature * factor, best.power + power, best.other + other)
            for factor, power, other in steps
        ]
        best = min(near, key=loss)
    return Calibration(*(round(value, 4) for value in best))


def raw_error() -> float:
    """Return the calibration error of the held-out texts where the scores are taken for log odds as they are."""
    held_out = [example for example in language_examples() if example.held_out]
    identifier = load_identifier()
    answers = [most_likely(class_scores(identifier, sample.text), Calibration(1, 0, 0)) for sample in held_out]
    right = [label == sample.language for (label, _), sample in zip(answers, held_out, strict=True)]
    return calibration_error([confidence for _, confidence in answers], right)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--calibrate", action="store_true")
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    if chosen.calibrate:
        numbers = calibrate()
        CALIBRATION.write_text(
            "# Fitted by `python -m benchmarks.language --calibrate`; see opencwc.language.language_recogniser.\n"
            + yaml.safe_dump(numbers._asdict(), sort_keys=False),
            encoding="utf-8",
        )
        print(CALIBRATION.read_text(encoding="utf-8"))
    measured = MODEL.evaluate()
    print("\n".join(figure_table(measured.figures)))
    if chosen.write:
        write_card(MODEL, measured)
    print(f"\ncalibration error of held-out texts with the raw scores: {raw_error():.3f}")
    texts = [example.text for example in language_examples() if example.whole]
    recognise_language(texts[0], watch=False)
    start = time.perf_counter()
    for text in texts:
        recognise_language(text, watch=False)
    print(f"\n{(time.perf_counter() - start) / len(texts) * 1000:.2f} ms a sentence")


if __name__ == "__main__":
    main()
