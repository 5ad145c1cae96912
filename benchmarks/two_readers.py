"""How far two readers of laws agree, which bounds what a program can reach: ``python -m benchmarks.two_readers``.

The second reader read a fifth of the measures of nine laws without seeing what the first one, or a program, had said.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence

from benchmarks.legislation_cases import CASES, LABELS, LAWS_WITHOUT_MARKS
from opencwc.legislation.coverage_model import balanced
from opencwc.legislation.model import COVERED, NONE

SECOND = CASES / "second_reader.csv"


def read_twice() -> list[tuple[str, str, str, bool]]:
    """Return the law, what the first and the second reader said, and whether the second was sure, of each measure."""
    with (LAWS_WITHOUT_MARKS / "labels.csv").open(encoding="utf-8", newline="") as stream:
        first = {(row["law"], row["measure_id"]): LABELS[row["label"]] for row in csv.DictReader(stream)}
    with SECOND.open(encoding="utf-8", newline="") as stream:
        return [
            (row["law"], first[row["law"], row["measure_id"]], LABELS[row["label"]], not row["doubtful"].strip())
            for row in csv.DictReader(stream)
        ]


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Return Cohen's kappa: agreement beyond what chance gives.

    >>> kappa([("covered", "covered"), ("none", "none")])
    1.0
    """
    first, second = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    chance = sum(first[label] * second[label] for label in first) / len(pairs) ** 2
    return (sum(one == other for one, other in pairs) / len(pairs) - chance) / (1 - chance)


def _share(hits: Sequence[bool]) -> str:
    return f"{sum(hits) / len(hits):.3f} ({sum(hits)} of {len(hits)})"


def main() -> None:
    rows = read_twice()
    pairs = [(first, second) for _, first, second, _ in rows]
    print(f"agree {_share([one == other for one, other in pairs])}, kappa {kappa(pairs):.3f}")
    print(f"balanced accuracy of the second by the first {balanced(pairs):.3f}, of the first by the second ", end="")
    print(f"{balanced([(other, one) for one, other in pairs]):.3f}")
    print(f"something or nothing {_share([(one == NONE) == (other == NONE) for one, other in pairs])}")
    others = [other for one, other in pairs if one != COVERED]
    print(f"called covered by the second only {_share([other == COVERED for other in others])}")
    for sure, said in ((True, "sure"), (False, "in doubt")):
        some = [first == second for _, first, second, is_sure in rows if is_sure == sure]
        print(f"where the second is {said} {_share(some)}")
    for pair, count in Counter(pairs).most_common():
        print(f"  {' / '.join(pair)}: {count}")
    for law in dict.fromkeys(law for law, *_ in rows):
        print(f"  {law} {_share([first == second for of, first, second, _ in rows if of == law])}")


if __name__ == "__main__":
    main()
