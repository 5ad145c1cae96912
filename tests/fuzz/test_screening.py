"""Anything at all through the whole screen: at least one finding an input, each row once, no error but our own."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rdkit import Chem

import opencwc
from opencwc.errors import OpenCWCError
from opencwc.files import open_table
from opencwc.files.rows import Rows, ValueLimits, part_of_values
from opencwc.finding import Finding, Verdict
from opencwc.screening.batches import BatchScreener
from opencwc.screening.model import KINDS, Question
from opencwc.screening.table_run import Wish, make_piece
from opencwc.wording import LANGUAGES, sentence

pytestmark = pytest.mark.usefixtures("name_index")
DAY = date(2026, 11, 24)
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])

TOKENS = st.sampled_from(
    [
        *(
            "C",
            "c",
            "N",
            "n",
            "O",
            "P",
            "S",
            "F",
            "Cl",
            "Br",
            "*",
            "[H]",
            "[2H]",
            "[P+]",
            "[O-]",
            "[Na+]",
            "[nH]",
            "[U]",
        ),
        *(
            "[C@@H]",
            "[999C]",
            "[C+9]",
            "[*:1]",
            "[#15]",
            "[C:99999]",
            "[",
            "]",
            "(",
            ")",
            "=",
            "#",
            ":",
            "~",
            "-",
            "/",
            "\\",
        ),
        *(
            "1",
            "2",
            "9",
            "0",
            "%10",
            "%99",
            "%(1)",
            "%",
            ".",
            "..",
            "@",
            "|",
            " |$R1$|",
            " ",
            "\t",
            "\n",
            "\0",
            "\ufffd",
        ),
        *("InChI=1S/", "C2H6O/", "c1-2-3/", "h3H,2H2,1H3", "107-44-8", "000-00-0", "Sarin", "PFIB", "M  END", "$$$$"),
        *("CP(=O)(F)O", "CCSCC", "ClCCS", "OP(C)(=O)", "\u202e", "🧪", "ﷺ", "\ud800", "=cmd", '"', ",", "\u0301"),
    ]
)
TEXTS = st.one_of(
    st.lists(TOKENS, max_size=30).map("".join), st.text(max_size=60), st.text("CNOPS()=#1[]@+-.", max_size=60)
)


@st.composite
def mol_blocks(draw: st.DrawFn) -> str:
    """A mol block with some of its characters or lines changed, left out or doubled."""
    mol = Chem.MolFromSmiles(
        draw(st.sampled_from(["CC(C)OP(C)(=O)F", "*CP(=O)(*)O*", "C[N+](C)(C)C.[Cl-]", "c1ccncc1"]))
    )
    to_block = draw(st.sampled_from([Chem.MolToMolBlock, Chem.MolToV3KMolBlock]))
    lines = to_block(mol).split("\n")
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        change = draw(st.sampled_from(["drop", "double", "cut", "number", "atom", "other"]))
        if change == "drop" and len(lines) > 1:
            del lines[at]
        elif change == "double":
            lines.insert(at, lines[at])
        elif change == "cut":
            lines[at] = lines[at][: draw(st.integers(0, 40))]
        elif change == "number":
            lines[at] = lines[at].replace(
                draw(st.sampled_from("0123456789")), draw(st.sampled_from(["9", "-", "88", ""]))
            )
        elif change == "atom":
            symbol = draw(st.sampled_from([" R# ", " A ", " Q ", " L ", " Xx ", " D ", " * ", " [N,O] "]))
            lines[at] = lines[at].replace(" C ", symbol, 1)
        else:
            extra = [
                "M  CHG  1   1  99",
                "M  ISO  1   1 999",
                "M  RGP  1   1   1",
                "M  STY  1   1 SRU",
                "M  ALS   1 99 F",
                "$$$$",
            ]
            lines.insert(at, draw(st.sampled_from(extra)))
    return "\n".join(lines)


def in_brief(findings: list[Finding]) -> list[object]:
    return [
        (finding.subject.row, finding.verdict, finding.rule, finding.basis, finding.message, finding.evidence)
        for finding in findings
    ]


def check_sound(findings: list[Finding], rows: int) -> None:
    """Each row is answered, in order; each finding can be said in every language, with no value left out."""
    assert sorted({finding.subject.row for finding in findings}) == list(range(1, rows + 1))
    assert [finding.subject.row for finding in findings] == sorted(finding.subject.row for finding in findings)
    for finding in findings:
        is_open = finding.message.id == "why_open_bonds"  # by its composition it fits some entry: of no one rule
        assert (finding.rule is None) == (is_open or finding.verdict in (Verdict.NOT_LISTED, Verdict.UNREADABLE))
        assert not is_open or finding.verdict is Verdict.REVIEW
        for lang in LANGUAGES:
            wording = sentence(finding.message, lang)
            assert len(wording) > 10
            assert "why_" not in wording


@settings(PATIENT, max_examples=150)
@given(TEXTS, st.sampled_from(KINDS))
@example("", "auto")
@example("C~N", "auto")
@example("\ud800", "auto")
@example("C\ud800", "smiles")
@example("M  END", "auto")
@example("InChI=", "inchi")
@example("[#999]", "smiles")
@example("C |$;;;$|", "auto")
@example("C |m:99:1.2|", "auto")
def test_any_text_is_answered(text: str, kind: str) -> None:
    check_sound(list(opencwc.screen(text, kind=kind, as_of=DAY)), 1)


@settings(PATIENT, max_examples=30)
@given(st.lists(TEXTS, min_size=1, max_size=12), st.integers(1, 12))
def test_texts_are_answered_once_each_whatever_the_batches_and_alone_as_together(texts: list[str], size: int) -> None:
    together = list(opencwc.screen(texts, as_of=DAY))
    check_sound(together, len(texts))
    screener = BatchScreener(Question(DAY))
    apart: list[Finding] = []
    for at in range(0, len(texts), size):
        run = texts[at : at + size]
        part = part_of_values(run, [None] * len(run), {}, ValueLimits())
        rows = Rows(at + 1, part.ids, part.inputs, part.problems)
        apart += make_piece(screener, rows, Wish(everything=True)).findings
    assert in_brief(apart) == in_brief(together)
    for row, text in enumerate(texts, 1):
        alone = list(opencwc.screen(text, as_of=DAY))
        here = [finding for finding in together if finding.subject.row == row]
        assert [(finding.verdict, finding.rule, finding.message) for finding in alone] == [
            (finding.verdict, finding.rule, finding.message) for finding in here
        ]


@settings(PATIENT, max_examples=100)
@given(mol_blocks())
def test_any_mol_block_is_answered(block: str) -> None:
    check_sound(list(opencwc.screen(block, kind="molblock", as_of=DAY)), 1)


BYTES = st.one_of(
    st.binary(max_size=200),
    st.lists(TEXTS, max_size=8).map(lambda lines: "\n".join(lines).encode("utf-8", "replace")),
    st.lists(TEXTS, max_size=8).map(lambda lines: ("smiles,id\n" + "\n".join(lines)).encode("utf-16", "replace")),
    st.lists(mol_blocks(), max_size=3).map(lambda blocks: "\n$$$$\n".join(blocks).encode()),
)
NAMES = st.sampled_from(
    ["a.smi", "a.csv", "a.tsv", "a.sdf", "a.mol", "a.json", "a.jsonl", "a.txt", "a.xlsx", "a.parquet"]
)


@settings(PATIENT, max_examples=80)
@given(BYTES, NAMES)
def test_any_bytes_as_any_file_are_answered_or_refused(content: bytes, name: str) -> None:
    try:
        table = open_table(io.BytesIO(content), name=name)
        kind = "molblock" if table.inputs_are == "molblock" else "auto"
        screener = BatchScreener(Question(DAY, kind=kind))
        findings, rows = [], 0
        for batch in table.batches():
            assert batch.first == rows + 1
            rows += len(batch)
            findings += make_piece(screener, batch, Wish(everything=True)).findings
    except OpenCWCError as error:
        assert error.what
        assert error.remedy
        return
    check_sound(findings, rows)


@settings(PATIENT, max_examples=40)
@given(st.lists(TEXTS, min_size=1, max_size=6), st.sampled_from(["csv", "jsonl", "parquet", "sdf"]))
def test_any_texts_can_be_written_in_any_format(texts: list[str], name: str) -> None:
    part = part_of_values(texts, texts, {}, ValueLimits())
    rows = Rows(1, part.ids, part.inputs, part.problems)
    assert make_piece(BatchScreener(Question(DAY)), rows, Wish(format=name)).encoded


def test_a_corpus_of_near_smiles_agrees_with_and_without_the_gate(tmp_path: Path) -> None:
    """Damaged drawings by the thousand, enough of them for the gate to be used."""
    seeds = ["CC(C)OP(C)(=O)F", "CCOP(C)(=O)SCCN(C(C)C)C(C)C", "ClCCSCCCl", "c1ccccc1O", "C1CC1.[Na+]", "CN(C)C(=O)*"]
    damaged = [
        seed[:at] + sign + seed[at + skip :]
        for seed in seeds
        for at in range(len(seed))
        for sign in ("", "C", "c", "1", "(", ")", "=", "[", "]", ".", "%10", "*", "[H]", "P", "N")
        for skip in (0, 1)
    ]
    path = tmp_path / "a.smi"
    path.write_text("\n".join(damaged), encoding="utf-8")
    gated, plain = (
        [
            (finding.subject.row, finding.verdict, finding.rule, finding.message)
            for finding in opencwc.screen(path, gate=gate, kind="smiles")
        ]
        for gate in (True, False)
    )
    assert len(damaged) > 2_000
    assert gated == plain
