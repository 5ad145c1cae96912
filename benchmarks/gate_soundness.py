"""Hold the gate against the full path on as many strings as asked for: `python -m benchmarks.gate_soundness 1000000`.

The strings are the shared sets of real molecules where they are at hand, the index of names and the cases, each as it
stands and then drawn again at random (atom order, explicit hydrogens, explicit bonds). What the gate vouches for must
be readable and listed nowhere by the full path. Prints how many were vouched for, and every string where it was wrong.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from rdkit import Chem

from opencwc.chemistry.name_index import NameIndex
from opencwc.chemistry.smiles_gate import scan
from opencwc.convention.fields import load_yaml
from opencwc.finding import Verdict
from opencwc.screening.batches import gate_limits
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener

HERE = Path(__file__).parents[1]
BENIGN = HERE.parent / "shared" / "data" / "benign"


def real_strings() -> Iterator[str]:
    for file in sorted((HERE / "tests" / "cases" / "screening").glob("*.yaml")):
        for case in load_yaml(file.read_text(encoding="utf-8")):
            if case.get("as", "smiles") == "smiles" and case["input"]:
                yield case["input"]
    for file in sorted(BENIGN.glob("*.csv")):
        yield from pl.read_csv(file)["smiles"].drop_nulls().to_list()
    yield from (reading.smiles for reading in NameIndex.open().structures())


def drawn_again(text: str, seed: int) -> list[str]:
    mol = Chem.MolFromSmiles(text)
    if mol is None or mol.GetNumAtoms() > 150:
        return []
    ways = list(Chem.MolToRandomSmilesVect(mol, 1, randomSeed=seed))
    ways += Chem.MolToRandomSmilesVect(mol, 1, randomSeed=seed, allBondsExplicit=True)
    ways += Chem.MolToRandomSmilesVect(mol, 1, randomSeed=seed, allHsExplicit=True)
    return ways


def every_string() -> Iterator[str]:
    texts = list(real_strings())
    yield from texts
    for seed in itertools.count(1):
        for text in texts:
            yield from drawn_again(text, seed)


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    screener = Screener(Rulebook.of(date(2026, 11, 24)))
    limits = gate_limits(screener.rulebook)
    strings = every_string()
    start = time.time()
    seen = vouched = wrong = 0
    while seen < count:
        batch = list(itertools.islice(strings, min(20_000, count - seen)))
        data = "".join(batch).encode()
        ends = np.cumsum([0, *(len(text.encode()) for text in batch)]).astype(np.int64)
        sent_on = scan(np.frombuffer(data, np.uint8), ends, limits)
        for text, on in zip(batch, sent_on.tolist(), strict=True):
            if on:
                continue
            vouched += 1
            outcomes = screener.answer(text, "smiles")
            if any(outcome.verdict is not Verdict.NOT_LISTED for outcome in outcomes):
                wrong += 1
                print("UNSOUND", text, [str(outcome.verdict) for outcome in outcomes], flush=True)
        seen += len(batch)
    print(f"{seen:,} strings, {vouched:,} vouched for, {wrong} wrongly, {time.time() - start:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
