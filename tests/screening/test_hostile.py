"""Input that would harm: each gets a clear answer in bounded time and memory, and the rows beside it are screened.

Times are of the processor, not of the clock, so that a busy machine changes nothing.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from itertools import combinations
from pathlib import Path

import pytest
from rdkit import Chem

import opencwc
from opencwc.errors import InputError
from opencwc.finding import Finding, Message, Verdict
from opencwc.screening.model import Outcome
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener

SARIN = "CC(C)OP(C)(=O)F"
BLOCK = Chem.MolToMolBlock(Chem.MolFromSmiles(SARIN))
LONGEST = 4.0
"""Seconds that one molecule may take: twice the aim, for machines slower than ours."""


@pytest.fixture(scope="module")
def screener() -> Screener:
    made = Screener(Rulebook.of(date(2026, 11, 24)))
    made.answer("*CP(=O)(*)O*")  # every rule is compiled now, and no timing below counts it
    return made


def reason(outcome: Outcome) -> str:
    cause = outcome.message.values.get("reason")
    return cause.id if isinstance(cause, Message) else ""


def timed(screener: Screener, text: str, kind: str = "auto") -> tuple[Outcome, ...]:
    start = time.process_time()
    outcomes = screener.answer(text, kind)
    taken = time.process_time() - start
    assert taken < LONGEST, f"{text[:40]}... took {taken:.1f} s"
    return outcomes


def drawn(atoms: int, bonds: Iterable[tuple[int, int]], element: str, before: str = "") -> Callable[[], str]:
    """A graph as SMILES, drawn when a test asks: these bonds between so many atoms of one element."""
    return partial(_drawn, atoms, tuple(bonds), element, before)


def _drawn(atoms: int, bonds: Iterable[tuple[int, int]], element: str, before: str) -> str:
    mol = Chem.RWMol()
    for _ in range(atoms):
        mol.AddAtom(Chem.AtomFromSmiles(element))
    for a, b in bonds:
        mol.AddBond(a, b, Chem.BondType.SINGLE)
    return before + str(Chem.MolToSmiles(mol.GetMol(), canonical=False))


def written(text: str | Callable[[], str]) -> str:
    return text if isinstance(text, str) else text()


def dendrimer(depth: int) -> str:
    return f"OP(=O)({dendrimer(depth - 1)}){dendrimer(depth - 1)}" if depth else "C"


REFUSED = {
    "a line of 100,000 characters": ("C" * 100_000, "unreadable_long"),
    "a chain of 10,000 atoms": ("C" * 10_000, "unreadable_atoms"),
    "a listed end on a chain that overflows the stack": ("CP(=O)(O)O" + "C" * 19_980, "unreadable_atoms"),
    "aromatic atoms in a row": ("c" * 20_000, "unreadable_atoms"),
    "a ring-closure bomb": ("C1" * 9_000, "unreadable_rings"),
    "a percent bomb": ("C%99" * 5_000, "unreadable_rings"),
    "a bracketed percent bomb": ("C%(99999)" * 2_000, "unreadable_rings"),
    "a bipartite mesh": (drawn(30, [(a, 15 + b) for a in range(15) for b in range(15)], "[U]"), "unreadable_rings"),
    "parentheses opened": ("(" * 20_000, "unreadable_depth"),
    "parentheses nested": ("C(" * 6_000 + "C" + ")" * 6_000, "unreadable_depth"),
    "parentheses closed": ("C" + ")" * 19_000, "unreadable_branch_closed"),
    "parentheses empty": ("C" + "()" * 9_000, "unreadable_smiles"),
    "brackets opened": ("[" * 20_000, "unreadable_bracket_open"),
    "a bracket of hydrogens": ("[C" + "H" * 19_000 + "]", "unreadable_smiles"),
    "a bracket of charges": ("[C" + "+" * 15_000 + "]", "unreadable_smiles"),
    "a huge isotope": ("[99999999999999999999C]", "unreadable_smiles"),
    "a huge charge": ("[C+99999999999]", "unreadable_smiles"),
    "a huge map number": ("[C:99999999999999999]", "unreadable_smiles"),
    "an unknown element": ("[#999]", "unreadable_bonds"),
    "dots": (".".join("C" * 1_000), "unreadable_parts"),
    "dots that meet": ("C..C", "unreadable_smiles"),
    "hydrogens that meet": ("[H]" * 3_000, "unreadable_valence"),
    "salts of salts": (".".join(["CN.Cl"] * 400), "unreadable_parts"),
    "open positions joined in every way": (drawn(12, combinations(range(12), 2), "*"), "unreadable_open"),
    "open positions in a star": ("*(*)(*)(*)(*)(*)(*)(*)(*)(*)*" * 80, "unreadable_open"),
    "open positions in a long chain": ("OP(*)(=O)" * 1_000, "unreadable_atoms_open"),
    "an InChI bomb": ("InChI=1S/" + "C" * 15_000, "unreadable_inchi"),
    "an InChI of brackets": ("InChI=1S/C9H9/c" + "1(" * 5_000, "unreadable_inchi"),
    "an InChI without end": ("InChI=1S/" * 5_000, "unreadable_long"),
}


@pytest.mark.parametrize(("text", "why"), REFUSED.values(), ids=REFUSED)
def test_a_bomb_is_unreadable_and_says_why(screener: Screener, text: str | Callable[[], str], why: str) -> None:
    (outcome,) = timed(screener, written(text))
    assert outcome.verdict is Verdict.UNREADABLE
    assert reason(outcome) == why


READ = {
    "a chain of 3,990 atoms at a listed end": ("CP(=O)(O)O" + "C" * 3_980, "listed"),
    "a branch at every atom": ("CP(=O)(O)O" + "C(C)" * 1_990, "listed"),
    "2,000 branches, one in the other": ("C(" * 1_999 + "C" + ")" * 1_999, "not_listed"),
    "499 listed parts": (".".join([SARIN] * 499), "listed"),
    "200 salts": (".".join(["CN.Cl"] * 200), "not_listed"),
    "200 parts, one open position in each": (".".join(["CP(=O)*"] * 200), "review"),
    "a polyphosphate of 4,000 atoms": ("OP(=O)(O)" * 990 + "P(C)(=O)O", "listed"),
    "polymeric phosphonate": ("OP(=O)(C)" * 990, "listed"),
    "a dendrimer of 500 phosphorus atoms": (dendrimer(9), "not_listed"),
    "a symmetric mesh of metals": (
        drawn(26, [(a, 13 + b) for a in range(13) for b in range(13)], "[U]", before="CP(=O)(O)O"),
        "listed",
    ),
    "a clique of metals": (drawn(16, combinations(range(16), 2), "[U]"), "not_listed"),
    "144 rings": ("CP(=O)(O)O" + "C1CC1" * 144, "listed"),
    "the most open positions at branching": (
        drawn(8, [(i, (i + j) % 8) for i in range(8) for j in (1,)], "*"),
        "unreadable",
    ),
    "open positions on every atom": ("OP(*)(=O)" * 240, "review"),
    "one open position on a long chain": ("OP(C)(=O)" * 240 + "*", "listed"),
    "a metal of 100 acids": ("[Fe]" + "(OP(C)(=O)O)" * 100, "listed"),
    "tautomers by the hundred": ("CP(O)" * 400 + "C", "not_listed"),
    "amidines by the hundred": ("C(N)=[N+](C)" * 300 + "CP(C)(=O)O", "not_listed"),
    "azides": ("N=[N+]=[N-]." * 400 + "C", "not_listed"),
    "double bonds of two sides": ("C/C=C/" * 1_300 + "C", "not_listed"),
}


@pytest.mark.parametrize(("text", "verdict"), READ.values(), ids=READ)
def test_what_is_large_and_lawful_is_screened_in_bounded_time(
    screener: Screener, text: str | Callable[[], str], verdict: str
) -> None:
    assert str(timed(screener, written(text))[0].verdict) == verdict


def test_a_hit_is_found_behind_hundreds_of_places_that_nearly_fit(screener: Screener) -> None:
    near = "OP(=O)(OC)" * 600
    assert [finding.rule.entry for finding in timed(screener, near + "P(C)(=O)O") if finding.rule] == ["2B04"]


STRANGE = {
    "no text": ("", "row_empty"),
    "white space": (" \t\n ", "row_empty"),
    "a zero byte": ("C\0C", "unreadable_noise"),
    "half a surrogate pair": ("C\ud800", "row_undecodable"),
    "a lost character": ("Sarin\ufffd", "row_undecodable"),
    "a test tube": ("🧪", "unreadable_noise"),
    "a formula": ("=cmd|'/c calc'!A1", "unreadable_name"),
    "a name of 100 kB": ("a-methyl-" * 12_000, "unreadable_name"),
    "a name of 3 MB": ("a" * 3_000_000, "row_too_long"),
    "combining marks": ("xqzj" + "\u0301" * 50_000, "unreadable_name"),
    "ligatures that unfold": ("\ufdfa" * 20_000, "unreadable_name"),
    "digits of a number": ("1" * 900_000 + "-00-0", "unreadable_long"),
    "an end of a mol block": ("M  END", "unreadable_name"),
}


@pytest.mark.parametrize(("text", "why"), STRANGE.values(), ids=STRANGE)
def test_a_strange_text_is_unreadable_alone_and_among_others(
    screener: Screener, name_index: None, text: str, why: str
) -> None:
    (outcome,) = timed(screener, text.strip())
    assert (outcome.verdict, reason(outcome)) == (Verdict.UNREADABLE, why)
    among = list(opencwc.screen([SARIN, text, SARIN], lists=["CWC"]))
    assert [str(finding.verdict) for finding in among] == ["listed", "unreadable", "listed"]
    assert [finding.subject.row for finding in among] == [1, 2, 3]


@pytest.mark.parametrize(
    "text",
    [
        SARIN,
        "CP(=O)(Cl)*",
        "C1CC",
        "107-44-8",
        "Sarin",
        "x M  END",
        "\nM  END",
        BLOCK,
        "InChI=",
        "PFIB",
        "C |M  END|",
        "\ufeffSarin",
        "=\x1f",
        "Sarin\u2003",
    ],
)
def test_a_text_is_answered_alone_as_it_is_among_others(text: str, name_index: None) -> None:
    def answered(findings: Iterator[Finding]) -> list[object]:
        return [(finding.verdict, finding.rule, finding.basis, finding.message) for finding in findings]

    assert answered(opencwc.screen(text)) == answered(opencwc.screen([text]))


def v3000(block: str) -> str:
    return str(Chem.MolToV3KMolBlock(Chem.MolFromMolBlock(block)))


UNREADABLE_BLOCKS: dict[str, Callable[[], str]] = {
    "more atoms than there are": lambda: BLOCK.replace("  8  7  0", "  9  7  0"),
    "fewer atoms than there are": lambda: BLOCK.replace("  8  7  0", "  7  6  0"),
    "as many as fit": lambda: BLOCK.replace("  8  7  0", "999999  0"),
    "fewer than none": lambda: BLOCK.replace("  8  7  0", " -8 -7  0"),
    "V3000 with more atoms than memory": lambda: v3000(BLOCK).replace("COUNTS 8 7", "COUNTS 2000000000 7"),
    "V3000 with fewer than none": lambda: v3000(BLOCK).replace("COUNTS 8 7", "COUNTS 8 -7"),
    "a bond from an atom to itself": lambda: BLOCK.replace("  5  8  1", "  5  5  1"),
    "a bond to nowhere": lambda: BLOCK.replace("  5  8  1", "  5 88  1"),
    "a place that is no number": lambda: BLOCK.replace("    0.0000", "   x.0000", 1),
    "cut in the middle": lambda: BLOCK[:200] + "\nM  END\n",
    "no atoms": lambda: "\n\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n",
}


@pytest.mark.parametrize("block", UNREADABLE_BLOCKS.values(), ids=UNREADABLE_BLOCKS)
def test_a_mol_block_that_lies_is_unreadable(screener: Screener, block: Callable[[], str]) -> None:
    (outcome,) = timed(screener, block(), "molblock")
    assert outcome.verdict is Verdict.UNREADABLE


FLUORINE = " F   0"
OPEN_BLOCKS: dict[str, Callable[[], str]] = {
    "an R-group": lambda: BLOCK.replace(FLUORINE, " R#  0"),
    "any atom": lambda: BLOCK.replace(FLUORINE, " A   0"),
    "any atom but carbon": lambda: BLOCK.replace(FLUORINE, " Q   0"),
    "any halogen": lambda: BLOCK.replace(FLUORINE, " X   0"),
    "a star": lambda: BLOCK.replace(FLUORINE, " *   0"),
    "a list with fluorine first": lambda: BLOCK.replace(FLUORINE, " L   0").replace(
        "M  END", "M  ALS   8  2 F F   Cl  \nM  END"
    ),
    "a list with fluorine last": lambda: BLOCK.replace(FLUORINE, " L   0").replace(
        "M  END", "M  ALS   8  2 F Cl  F   \nM  END"
    ),
    "a list of what it is not": lambda: BLOCK.replace(FLUORINE, " L   0").replace(
        "M  END", "M  ALS   8  2 T Cl  Br  \nM  END"
    ),
    "V3000 with a list": lambda: v3000(BLOCK).replace(" F ", " [Cl,F] "),
}


@pytest.mark.parametrize("block", OPEN_BLOCKS.values(), ids=OPEN_BLOCKS)
def test_an_open_position_that_could_be_fluorine_is_for_review(screener: Screener, block: Callable[[], str]) -> None:
    outcomes = timed(screener, block(), "molblock")
    assert (Verdict.REVIEW, "1A01") in {(outcome.verdict, outcome.rule.entry) for outcome in outcomes if outcome.rule}


def test_a_polymer_drawn_as_such_is_for_review(screener: Screener) -> None:
    unit = Chem.MolToMolBlock(Chem.MolFromSmiles("*OP(C)(=O)OCC*"))
    group = "M  STY  1   1 SRU\nM  SAL   1  6   2   3   4   5   6   7\nM  SBL   1  2   1   7\nM  SMT   1 n\nM  END"
    for text in (unit.replace("M  END", group), "*OP(C)(=O)OCC* |Sg:n:1,2,3,4,5,6:n:ht|"):
        outcomes = timed(screener, text)
        assert "2B04" in {outcome.rule.entry for outcome in outcomes if outcome.rule}
        assert {outcome.verdict for outcome in outcomes} == {Verdict.REVIEW}


def test_a_mol_block_reads_with_any_line_ends_and_without_its_blank_first_line(screener: Screener) -> None:
    for text in (BLOCK, BLOCK.replace("\n", "\r\n"), BLOCK.lstrip(), v3000(BLOCK), v3000(BLOCK).strip()):
        assert [finding.rule.entry for finding in timed(screener, text, "molblock") if finding.rule] == ["1A01"]


def rows(path: Path, **options: str) -> list[tuple[int, str, str]]:
    return [
        (finding.subject.row, str(finding.verdict), reason(Outcome(finding.verdict, finding.basis, finding.message)))
        for finding in opencwc.screen(path, lists=["CWC"], **options)  # type: ignore[arg-type]
    ]


class TestFiles:
    """Files that are not what they should be."""

    def test_a_gzip_cut_short_gives_the_rows_before_the_cut_and_one_that_tells(self, tmp_path: Path) -> None:
        path = tmp_path / "a.smi.gz"
        whole = gzip.compress(f"{SARIN}\n".encode() + os.urandom(3_000).hex().encode() + b"\n" + b"CCO\n" * 2_000)
        path.write_bytes(whole[: len(whole) - 20])
        got = rows(path)
        assert got[0] == (1, "listed", "")
        assert got[-1][1:] == ("unreadable", "file_ends_early")

    def test_an_sd_file_cut_in_the_middle_gives_its_whole_records_and_one_that_tells(self, tmp_path: Path) -> None:
        path = tmp_path / "a.sdf"
        path.write_text(BLOCK + "$$$$\n" + BLOCK[:120], encoding="utf-8")
        assert rows(path) == [(1, "listed", ""), (2, "unreadable", "record_cut")]

    @pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
    def test_other_encodings_are_read(self, tmp_path: Path, encoding: str) -> None:
        path = tmp_path / "a.csv"
        text = f"référence,smiles\nÉ1,{SARIN}\nÀ2,CCO\n"
        path.write_bytes(text.encode(encoding))
        findings = list(opencwc.screen(path, lists=["CWC"]))
        assert [(finding.subject.row, str(finding.verdict)) for finding in findings] == [
            (1, "listed"),
            (2, "not_listed"),
        ]

    def test_zero_bytes_spoil_their_own_row_only(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_bytes(f"smiles,id\nC\0C,1\n{SARIN},2\n".encode())
        assert rows(path) == [(1, "unreadable", "row_nul"), (2, "listed", "")]

    def test_a_quote_never_closed_spoils_its_own_row_only(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text(f'smiles,id\nCCO,"1\n{SARIN},2\nCCO,3\n', encoding="utf-8")
        got = rows(path)
        assert [row[0] for row in got] == [1, 2, 3]
        assert got[1] == (2, "listed", "")

    def test_what_is_no_table_is_refused(self, tmp_path: Path) -> None:
        for content in (b"%PDF-1.7\n", b"\x7fELF" + bytes(20), bytes(range(1, 9)) * 500, b"PK\x03\x04broken"):
            path = tmp_path / "a.smi"
            path.write_bytes(content)
            with pytest.raises(InputError):
                rows(path)

    def test_noise_by_the_hundred_thousand_is_answered_row_by_row(self, tmp_path: Path) -> None:
        path = tmp_path / "noise.smi"
        noise = os.urandom(100_000 * 10).hex()
        lines = [noise[at : at + 20] for at in range(0, len(noise), 20)]
        lines[50_000] = SARIN
        path.write_text("\n".join(lines), encoding="utf-8")
        start = time.process_time()
        verdicts: dict[str, int] = {}
        count = 0
        for count, finding in enumerate(opencwc.screen(path, lists=["CWC"], kind="smiles"), 1):
            assert finding.subject.row == count
            verdicts[str(finding.verdict)] = verdicts.get(str(finding.verdict), 0) + 1
        assert count == len(lines) == 100_000
        assert verdicts["listed"] == 1
        assert verdicts["unreadable"] > 99_000
        assert time.process_time() - start < 60


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the measure of memory is Linux's own")
def test_a_line_of_100_megabytes_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    path = tmp_path / "a.smi"
    with path.open("wb") as file:
        file.write(f"{SARIN} first\n".encode())
        for _ in range(100):
            file.write(b"C" * 1_000_000)
        file.write(f"\n{SARIN} last\n".encode())
    code = (
        "import re, sys, pathlib, opencwc\n"
        "told = [(f.subject.row, str(f.verdict)) for f in opencwc.screen(pathlib.Path(sys.argv[1]), lists=['CWC'])]\n"
        "peak = re.search(r'VmHWM:\\s+(\\d+) kB', pathlib.Path('/proc/self/status').read_text())[1]\n"
        "print(told, peak)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    output, _, kilobytes = done.stdout.strip().rpartition(" ")
    assert output == "[(1, 'listed'), (2, 'unreadable'), (3, 'listed')]"
    assert int(kilobytes) < 300_000
