"""Measure the screening of consignees: recall and precision on the cases, speed and false hits on invented lists.

``python -m benchmarks.consignees [--names 100000]``
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from opencwc.convention.fields import load_yaml
from opencwc.transfers.check.consignees import Listed, SanctionsList

CASES = Path(__file__).parents[1] / "tests" / "cases" / "consignees"
COLUMNS = (
    "id", "schema", "name", "aliases", "birth_date", "countries", "addresses", "identifiers", "sanctions", "phones",
    "emails", "dataset", "first_seen", "last_seen", "last_change",
)  # fmt: skip
FIRST = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z", "sh", "th")
LATIN = [first + last for first in FIRST for last in ("a", "el", "ir", "on", "ush", "ant")]
CYRILLIC = [first + last for first in "бдгклмнпрствзшч" for last in ("а", "ел", "ир", "он", "уш", "ант")]
ARABIC = [first + last for first in "بدفكلمنرستزحعش" for last in "لمنرسد"]
CHINESE = "恒博鑫瑞锦华源达凌霄穗丰泰岳楚澜晟科安美香志强伟国天宇龙海润佳嘉奥诺康宝盛昌旺福利永信诚德"
GIVEN = ("Ivan", "Ahmed", "Mohammed", "Maria", "John", "Elena", "Hassan", "Ali", "Fatima", "Carlos", "Jean", "Olga")
TRADES = ("Chemical Trading", "Industries", "Shipping", "Petrochemicals", "Import Export", "Engineering", "Logistics")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=100_000)
    given = parser.parse_args()
    for name, cases in (
        ("alike and apart (tuned on)", _cases("alike", "apart")),
        ("later (not tuned on)", _cases("later")),
    ):
        _accuracy(name, cases)
    _speed(given.names)


def _cases(*files: str) -> list[dict[str, Any]]:
    cases = []
    for file in files:
        read = load_yaml((CASES / f"{file}.yaml").read_text(encoding="utf-8"))
        cases += [{"alike": file == "alike", **case} for case in read]
    return cases


def _accuracy(name: str, cases: list[dict[str, Any]]) -> None:
    names = list(dict.fromkeys(case["listed"] for case in cases))
    sanctions = SanctionsList("cases", tuple(Listed(str(n), "", (text,)) for n, text in enumerate(names)))
    judged = [
        (case["alike"], str(names.index(case["listed"])) in {hit.entry for hit in sanctions.find(case["asked"])})
        for case in cases
    ]
    right = sum(alike and hit for alike, hit in judged)
    hits, should = sum(hit for _, hit in judged), sum(alike for alike, _ in judged)
    print(f"{name}: {len(cases)} pairs, recall {right / should:.3f}, precision {right / hits:.3f}")


def _speed(number: int) -> None:
    listed, names_asked = random.Random(7), random.Random(99)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows({"id": str(n), "name": _name(listed), "countries": "sy"} for n in range(number))
        started = time.process_time()
        sanctions = SanctionsList.read(path)
        names = sanctions.names
        built = time.process_time() - started
    sanctions.find("Warm Up")
    times, hits = [], 0
    for _ in range(500):
        name = _name(names_asked)
        started = time.process_time()
        hits += bool(sanctions.find(name))
        times.append(time.process_time() - started)
    times.sort()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{names} invented names: read and indexed in {built:.1f} s of one processor, {memory:.0f} MB; a search takes "
        f"{1000 * times[250]:.1f} ms (median), {1000 * times[475]:.1f} ms (95 %); of 500 other invented names "
        f"{hits} have a hit"
    )


def _name(chance: random.Random) -> str:
    """Invent a name: syllables, so that two invented names can be the same or nearly so."""

    def word(syllables: list[str], most: int = 4) -> str:
        return "".join(chance.choice(syllables) for _ in range(chance.randint(2, most)))

    kind = chance.random()
    if kind < 0.35:
        return f"{word(LATIN).title()} {chance.choice(TRADES)} {chance.choice(('Ltd', 'LLC', 'GmbH', 'SA'))}"
    if kind < 0.7:
        return f"{chance.choice(GIVEN)} {word(LATIN).title()} {word(LATIN).title()}"
    if kind < 0.82:
        return f"ООО {word(CYRILLIC).title()} {chance.choice(('Трейд', 'Химия', 'Завод'))}"
    if kind < 0.92:
        return f"شركة ال{word(ARABIC)} {chance.choice(('للتجارة', 'للكيماويات', 'للملاحة'))}"
    return f"{chance.choice(('上海', '天津', '山东'))}{word(list(CHINESE), 3)}{chance.choice(('化工', '贸易'))}有限公司"


if __name__ == "__main__":
    main()
