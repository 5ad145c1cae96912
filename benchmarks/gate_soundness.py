"""Hold the gate against the full path on as many strings as asked for: `python -m benchmarks.gate_soundness 1000000`.

The strings are the shared sets of real molecules where they are at hand, the index of names and the cases: as they
stand, drawn again at random (atom order, explicit hydrogens, explicit bonds), damaged, with atoms in brackets put in
(metals, charges, isotopes, hydrogens too many and too few), with ring labels of two digits, joined to large ones, and
noise. The same is done to the cases alone, most of which are listed or just beside it. Where the gate looks twice, the
strings are made for it: phosphorus, metals, atoms of several valences, quaternaries and aromatic rings with groups at
random. What the gate vouches for must be readable and listed nowhere by the full path. Prints of each kind how many
were vouched for, and every string where the gate was wrong.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from rdkit import Chem

from opencwc.chemistry.name_index import NameIndex
from opencwc.chemistry.smiles_gate import Limits, scan
from opencwc.convention.fields import load_yaml
from opencwc.finding import Verdict
from opencwc.screening.batches import gate_limits
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener

HERE = Path(__file__).parents[1]
BENIGN = HERE.parent / "shared" / "data" / "benign"
SIGNS = "CNOPSFclnosBIrH[]()=#-+.:/\\%@0123456789"
SYMBOLS = [Chem.GetPeriodicTable().GetElementSymbol(number) for number in range(1, 104)]
COMMON = ["C", "N", "O", "S", "P", "B", "Si", "Se", "As", "Na", "K", "Cl", "Br", "I", "F", "H", "Fe", "Sn", "c", "n"]
BATCH = 2_000


def case_strings() -> Iterator[str]:
    for file in sorted((HERE / "tests" / "cases" / "screening").glob("*.yaml")):
        for case in load_yaml(file.read_text(encoding="utf-8")):
            if case.get("as", "smiles") == "smiles" and case["input"]:
                yield case["input"]


def real_strings() -> Iterator[str]:
    yield from case_strings()
    for file in sorted(BENIGN.glob("*.csv")):
        yield from pl.read_csv(file)["smiles"].drop_nulls().to_list()
    yield from (reading.smiles for reading in NameIndex.open().structures())


def drawn_again(text: str, chance: random.Random) -> list[str]:
    mol = Chem.MolFromSmiles(text)
    if mol is None or mol.GetNumAtoms() > 150:
        return []
    seed = chance.randrange(1, 10**6)
    ways = list(Chem.MolToRandomSmilesVect(mol, 1, randomSeed=seed))
    ways += Chem.MolToRandomSmilesVect(mol, 1, randomSeed=seed, allBondsExplicit=True)
    ways += Chem.MolToRandomSmilesVect(mol, 1, randomSeed=seed, allHsExplicit=True)
    return ways


def damaged(text: str, chance: random.Random) -> list[str]:
    """Change, drop, double or swap up to three signs."""
    signs = list(text)
    for _ in range(chance.randint(1, 3)):
        place, other = chance.randrange(len(signs)), chance.randrange(len(signs))
        match chance.randrange(4):
            case 0:
                signs[place] = chance.choice(SIGNS)
            case 1 if len(signs) > 1:
                del signs[place]
            case 2:
                signs.insert(place, chance.choice(signs))
            case _:
                signs[place], signs[other] = signs[other], signs[place]
    return ["".join(signs)]


def with_bracket(text: str, chance: random.Random) -> list[str]:
    """Put an atom in brackets in the place of one that has none: any element, charge, isotope, number of hydrogens."""
    atoms = list(re.finditer(r"\[[^]]*\]|Cl|Br|[BCNOPSFI]", text))
    if not atoms:
        return []
    atom = chance.choice(atoms)
    symbol = chance.choice(COMMON if chance.random() < 0.8 else SYMBOLS)
    isotope = chance.choice(["", "", "", "2", "13", "0", "235"])
    hydrogens = chance.choice(["", "", "H", "H2", "H3", "H4", "@H", "@@", "@"])
    charge = chance.choice(["", "", "+", "-", "+2", "-2", "++", "--", "+3", "-3", "+4"])
    label = chance.choice(["", "", "", ":1"])
    return [f"{text[: atom.start()]}[{isotope}{symbol}{hydrogens}{charge}{label}]{text[atom.end() :]}"]


def with_long_labels(text: str, chance: random.Random) -> list[str]:
    """Write ring labels with two digits, other ones than before."""
    first = chance.randrange(10, 90)
    outside = re.split(r"(\[[^]]*\]|%\d\d)", text)
    return [
        "".join(
            re.sub(r"\d", lambda label: f"%{first + int(label[0])}", part) if number % 2 == 0 else part
            for number, part in enumerate(outside)
        )
    ]


def joined(text: str, chance: random.Random) -> list[str]:
    """Join a string to itself, as one chain or as parts of one drawing."""
    times = chance.choice([2, 2, 3, 5, 12, 40])
    return [chance.choice(["", ".", "C", "(C)"]).join([text] * times)]


def noise(text: str, chance: random.Random) -> list[str]:
    """Signs at random, those of chains and rings more often than the others."""
    alphabet = chance.choice([SIGNS, "CCCNOc1()=", "cnos1:2-[]H", "CN+-[]()H=#P", "C(F)S1P=O."])
    return ["".join(chance.choices(alphabet, k=chance.randint(1, 24)))]


def with_groups(centre: str, groups: list[str], chance: random.Random, most: int) -> str:
    """Draw an atom with up to so many groups on it, one of them a ring to it now and then, and ions beside."""
    drawn = centre
    if chance.random() < 0.25:
        drawn += f"%20({chance.choice(CHAINS)}%20)"
    drawn += "".join(f"({chance.choice(groups)})" for _ in range(chance.randint(1, most)))
    return drawn + "".join(f".{chance.choice(IONS)}" for _ in range(chance.choice([0, 0, 0, 1, 2])))


def grafted(drawn: str, text: str, chance: random.Random) -> list[str]:
    """Put an atom with its groups into a real string, in the place of one of its atoms, half of the time."""
    atoms = list(re.finditer(r"\[[^]]*\]|Cl|Br|[BCNOPSFI]", text))
    if chance.random() < 0.5 or not atoms:
        return [drawn]
    atom = chance.choice(atoms)
    first, *ions = drawn.split(".")
    return [".".join([text[: atom.start()] + first + text[atom.end() :], *ions])]


def phosphorus(text: str, chance: random.Random) -> list[str]:
    centre = chance.choice(["P", "P", "P", "P(=O)", "P(=O)", "P(=S)", "[P]", "[P+]", "[PH]", "[P-]", "[31P]", "[P@]"])
    return grafted(with_groups(centre, [*ALKYLS, *GROUPS, *GROUPS], chance, 4), text, chance)


def metals(text: str, chance: random.Random) -> list[str]:
    def metal() -> str:
        symbol = chance.choice(["Na", "K", "Li", "Mg", "Al", "Fe", "Co", "Pd", "Pt", "Sn", "Hg", "Cu", "Zn", "W"])
        return f"[{symbol}{chance.choice(['', '', '+', '+2', '-', '-2', '-3', '-4'])}]"

    groups = [
        *ALKYLS,
        *GROUPS,
        "[I-]",
        "[O+]C",
        "[OH+]C",
        "[PH](C)(C)C",
        "[PH](OC)(OC)C",
        "[N+](C)(C)CCO",
        "C#N",
        "[S-2]",
    ]
    drawn = with_groups(metal(), groups, chance, 5)
    if chance.random() < 0.3:
        drawn = drawn.replace("(", f"({chance.choice(['O', 'S', 'C', '', 'P(C)'])}{metal()}", 1)
    return grafted(drawn, text, chance)


def several_valences(text: str, chance: random.Random) -> list[str]:
    symbols = [
        "S",
        "I",
        "Cl",
        "Br",
        "[S]",
        "[SH]",
        "[I]",
        "[I+]",
        "[Se]",
        "[Te]",
        "[As]",
        "[AsH]",
        "[Cl+3]",
        "[Sb]",
        "[S+]",
    ]
    return grafted(with_groups(chance.choice(symbols), [*ALKYLS, *GROUPS], chance, 6), text, chance)


def quaternaries(text: str, chance: random.Random) -> list[str]:
    """Draw the families with a quaternary nitrogen, with other groups on it."""
    stem = chance.choice(STEMS)
    bound = "".join(f"({chance.choice([*ALKYLS, *ON_NITROGEN])})" for _ in range(chance.choice([2, 3, 3, 3, 4])))
    ions = "".join(f".{chance.choice(IONS)}" for _ in range(chance.choice([0, 1, 2])))
    return [f"{stem}{chance.choice(['[N+]', '[N+]', '[N+]', '[NH+]', 'N', '[N]', '[P+]'])}{bound}{ions}"]


def aromatic(text: str, chance: random.Random) -> list[str]:
    """Draw a ring of aromatic bonds, or two that share one, with heteroatoms and charges."""
    written = chance.choice([AROMATIC, AROMATIC, LOWER])
    atoms = [chance.choice(written) for _ in range(chance.randint(4, 7))]
    bond = ":" if written is AROMATIC else ""
    ring = f"{atoms[0]}1{bond}{bond.join(atoms[1:])}{bond}1"
    if chance.random() < 0.4:
        more = [chance.choice(written) for _ in range(chance.randint(2, 4))]
        ring = f"{atoms[0]}1{bond}{atoms[1]}2{bond}{bond.join(more)}{bond}2{bond}{bond.join(atoms[2:])}{bond}1"
    return [f"{chance.choice(ALKYLS)}.{ring}" if chance.random() < 0.2 else ring]


ALKYLS = ["C", "C", "CC", "CCC", "C(C)C", "CCCC", "C1CC1", "C(C)(C)C", "CCCCCCCCC", "[CH3]", "[13CH3]", "C([2H])[2H]"]
GROUPS = [
    "F", "Cl", "I", "O", "S", "[H]", "[2H]", "OC", "OCC", "OC(C)C", "OCCN(C(C)C)C(C)C", "SCCN(C)C", "SCC[N+](CC)(CC)CC",
    "SCC[N+](C)(C)[CH2-]", "N", "N(C)C", "N=C(C)N(CC)CC", "N(C)C(C)=[N+](C)C", "=O", "=S", "=N", "#N", "[O-]", "[S-]",
    "[OH]", "O[Na]", "OP(C)(=O)O", "C=C", "CF", "CCl", "CCO", "c1ccccc1", "[CH2-]", "[CH2+]", "C[Na]", "CC[Mg]", "[O]",
    "C(=O)O", "C#N", "[N+](C)(C)C", "CCCl", "[SiH3]", "[H+]", "OO", "SC#N", "CC(C)(C)O",
]  # fmt: skip
CHAINS = ["OCCN(C)CCO", "OCCSCCO", "NCCO", "SCCO", "C", "CC", "CCC", "O", "OCCO", "OCC(C)(C)CO", "OCCN(CCO)CCO"]
IONS = [
    "[Na+]",
    "[Cl-]",
    "[Br-]",
    "[Br-]",
    "Cl",
    "O",
    "[K+]",
    "[H+]",
    "[OH-]",
    "F",
    "CN(C)C",
    "OC(=O)C",
    "[Fe-2]",
    "[Mg+2]",
]
STEMS = [
    "CCOP(=O)(OCC)SCC", "CP(=O)(OCC)SCC", "CP(=O)(F)N=C(C)", "COP(=O)(F)N=C(C)", "CN(C)C(=O)Oc1cccnc1C", "CP(OCC)OCC",
    "CCOP(C)(=S)SCC", "FP(=O)(C)N(C)C(C)=", "CCOP(F)(=O)N(CC)C(C)=", "CN(C)C(=O)Oc1cccnc1C[N+](C)(C)CCCCCCCCCC",
    "OCC", "ClCCSCC", "CC(C)OP(C)(=O)OCC", "CCOP(=O)(OCC)SCCC",
]  # fmt: skip
ON_NITROGEN = [
    "[O-]", "[CH2-]", "[CH-]C(C)=O", "CC(=O)C", "CCO", "CCCC[N+](C)(C)[O-]", "c1ccccc1", "[H]", "O", "N", "[Na]",
    "[NH-]", "CCCCCCCCCC[N+](C)(C)CCO", "[S-]", "C=C", "CC#N", "CC1CCCCC1", "[BH3-]", "[Fe-2]", "CC(=O)[O-]",
]  # fmt: skip
AROMATIC = [
    "C", "C", "C", "C", "N", "N", "[NH]", "O", "S", "[N-]", "[N+](C)", "[N+]([O-])", "[S+](C)", "[S+]", "[Te]", "[Se]",
    "P", "[O+]", "[C-]", "[CH-]", "[CH+]", "C(=O)", "C(=N)", "N(C)", "S(=O)", "[SH]", "I", "[I+]", "[Te+]", "[TeH]",
    "C(C)",
]  # fmt: skip
LOWER = [
    "c",
    "c",
    "c",
    "c",
    "n",
    "n",
    "[nH]",
    "o",
    "s",
    "[n-]",
    "[n+](C)",
    "[n+]([O-])",
    "c(=O)",
    "n(C)",
    "[cH-]",
    "[c-]",
]

KINDS: dict[str, Callable[[str, random.Random], list[str]]] = {
    "as they stand": lambda text, chance: [text],
    "drawn again": drawn_again,
    "damaged": damaged,
    "atoms in brackets": with_bracket,
    "damaged twice": lambda text, chance: with_bracket(damaged(text, chance)[0], chance),
    "long ring labels": with_long_labels,
    "joined": joined,
    "noise": noise,
    "phosphorus": phosphorus,
    "metals": metals,
    "several valences": several_valences,
    "quaternaries": quaternaries,
    "aromatic rings": aromatic,
    "cases drawn again": drawn_again,
    "cases damaged": damaged,
    "cases with brackets": with_bracket,
    "cases with two brackets": lambda text, chance: [
        twice for once in with_bracket(text, chance) for twice in with_bracket(once, chance)
    ],
}


def strings(kind: str, seed: int) -> Iterator[str]:
    texts = list(case_strings() if kind.startswith("cases") else real_strings())
    chance = random.Random(f"{kind} {seed}")
    for _ in itertools.count():
        chance.shuffle(texts)
        for text in texts:
            yield from KINDS[kind](text, chance)


def vouched_for(batch: list[str], limits: Limits) -> list[str]:
    texts = [text.encode() for text in batch]
    ends = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    sent_on = scan(np.frombuffer(b"".join(texts), np.uint8), ends, limits)
    return [text for text, on in zip(batch, sent_on.tolist(), strict=True) if not on]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("count", type=int, nargs="?", default=200_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--lists", default="", help="such as CWC,EU,ML,UN88; those that are on where none is named")
    chosen = options.parse_args()
    lists = tuple(filter(None, chosen.lists.split(",")))
    screener = Screener(Rulebook.of(date(2026, 11, 24), lists))
    limits = gate_limits(screener.rulebook)
    sources = {kind: strings(kind, chosen.seed) for kind in KINDS}
    seen, vouched, wrong = (dict.fromkeys(KINDS, 0) for _ in range(3))
    start = time.time()
    for kind in itertools.cycle(KINDS):
        batch = list(itertools.islice(sources[kind], min(BATCH, chosen.count - sum(seen.values()))))
        if not batch:
            break
        for text in (sure := vouched_for(batch, limits)):
            outcomes = screener.answer(text, "smiles")
            if any(outcome.verdict is not Verdict.NOT_LISTED for outcome in outcomes):
                wrong[kind] += 1
                print("UNSOUND", kind, text, [str(outcome.verdict) for outcome in outcomes], flush=True)
        seen[kind] += len(batch)
        vouched[kind] += len(sure)
    for kind in KINDS:
        print(f"{kind}: {seen[kind]:,} strings, {vouched[kind]:,} vouched for, {wrong[kind]} wrongly")
    told = (sum(counts.values()) for counts in (seen, vouched, wrong))
    print("all: {:,} strings, {:,} vouched for, {} wrongly, ".format(*told) + f"{time.time() - start:.0f} s")
    return 1 if sum(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
