"""`opencwc screen` on files: every kind in, every format out, every option, every way to fail."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
import zstandard
from rdkit import Chem

from files.conftest import build_workbook
from opencwc.finding import FINDING_COLUMNS

from .conftest import COMMAND, Ran, Run

SARIN, ETHANOL = "CC(C)OP(C)(=O)F", "CCO"
FOUND = [("1", "P1", "listed", "CWC", "1A01", "structure"), ("2", "P2", "not_listed", "", "", "structure")]
HEADER = "row,id,input,component,verdict,list,entry,basis,why,readings"
NO_CHANCE = pytest.mark.skipif(sys.platform == "win32", reason="signals and permissions are of another kind there")

OWN_LIST = (Path(__file__).parents[1] / "cases" / "own_list.yaml").read_text(encoding="utf-8")


def block(smiles: str, title: str = "") -> str:
    return title + Chem.MolToMolBlock(Chem.MolFromSmiles(smiles))


def write_parquet(path: Path) -> None:
    pl.DataFrame({"id": ["P1", "P2"], "smiles": [SARIN, ETHANOL]}).write_parquet(path)


def write_workbook(path: Path) -> None:
    macros = path.suffix == ".xlsm"
    build_workbook(path, {"S": [["id", "smiles"], ["P1", SARIN], ["P2", ETHANOL]]}, macros=macros)


def write_text(text: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(text, encoding="utf-8")

    return write


RECORDS = [{"id": "P1", "smiles": SARIN}, {"id": "P2", "smiles": ETHANOL}]
FILES: dict[str, Callable[[Path], None]] = {
    "a.smi": write_text(f"{SARIN} P1\n{ETHANOL} P2\n"),
    "a.csv": write_text(f"id,smiles\nP1,{SARIN}\nP2,{ETHANOL}\n"),
    "a.tsv": write_text(f"id\tsmiles\nP1\t{SARIN}\nP2\t{ETHANOL}\n"),
    "a.json": write_text(json.dumps(RECORDS)),
    "a.jsonl": write_text("".join(json.dumps(record) + "\n" for record in RECORDS)),
    "a.sdf": write_text(block(SARIN, "P1") + "$$$$\n" + block(ETHANOL, "P2") + "$$$$\n"),
    "a.parquet": write_parquet,
    "a.xlsx": write_workbook,
    "a.xlsm": write_workbook,
}


def in_brief(done: Ran) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in ("row", "id", "verdict", "list", "entry", "basis")) for row in done.rows]


@pytest.mark.parametrize("packed", ["", ".gz", ".zst"])
@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_gives_the_same_answer(run: Run, tmp_path: Path, name: str, packed: str) -> None:
    path = tmp_path / name
    FILES[name](path)
    if packed:
        pack = gzip.compress if packed == ".gz" else zstandard.compress
        path = path.with_name(name + packed)
        path.write_bytes(pack((tmp_path / name).read_bytes()))
    done = run("screen", path, "--format", "csv")
    assert done.status == 1
    assert in_brief(done) == FOUND
    assert "Checked against: CWC (text of 2020-06-07), AG (text of 2024)" in done.err


def test_a_mol_file_is_one_row(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.mol"
    path.write_text(block(SARIN), encoding="utf-8")
    assert in_brief(run("screen", path, "--format", "csv")) == [("1", "", "listed", "CWC", "1A01", "structure")]


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith("a.xls")])
def test_a_pipe_is_read_as_the_file_would_be(run: Run, tmp_path: Path, name: str) -> None:
    FILES[name](tmp_path / name)
    assert in_brief(run("screen", "-", "--format", "csv", given=(tmp_path / name).read_bytes())) == FOUND


def test_the_real_command_reads_a_pipe_and_writes_a_file(command: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    done = command("screen", "-", "-o", out, given=f"{SARIN} P1\n{ETHANOL} P2\n".encode())
    assert (done.status, done.out) == (1, b"")
    assert in_brief(Ran(0, out.read_bytes(), "")) == FOUND


def test_nothing_of_a_workbook_hides_on_another_sheet(run: Run, tmp_path: Path, name_index: None) -> None:
    sheets = {
        "Cover": [["Stock list of Novachem, 2026"], ["Prepared by Ana"], ["the drum of thiodiglycol stays"]],
        "Stock": [["Structure", "CAS No", "Product", "kg"], ["CCO", "107-44-8", None, 3], [ETHANOL, None, None, 4]],
        "Old": [["cas"], ["111-48-8"]],
    }
    build_workbook(tmp_path / "a.xlsx", sheets)
    done = run("screen", tmp_path / "a.xlsx", "--format", "csv", "--lists", "CWC")
    lines = done.rows
    assert [(line["id"], line["verdict"], line["entry"]) for line in lines] == [
        ("Cover!1", "not_listed", ""), ("Cover!2", "not_listed", ""), ("Cover!A3", "listed", "2B13"),
        ("Stock!A2", "review", "1A01"), ("Stock!A3", "not_listed", ""), ("Old!A2", "listed", "2B13"),
    ]  # fmt: skip
    assert "2B13" not in run("screen", f"{tmp_path / 'a.xlsx'}#Stock", "--lists", "CWC").text


def test_the_columns_are_exactly_those_promised_and_every_row_has_a_line(run: Run, products: Path) -> None:
    done = run("screen", products, "--format", "csv")
    assert done.text.split("\n", 1)[0] == HEADER == ",".join(FINDING_COLUMNS)
    gravest = {row["row"]: row["verdict"] for row in reversed(done.rows)}
    assert gravest == {"1": "listed", "2": "not_listed", "3": "exempt", "4": "review", "5": "unreadable"}
    assert [int(row["row"]) for row in done.rows] == sorted(int(row["row"]) for row in done.rows)
    assert "ring label 1 at position 2 is opened and never closed" in done.rows[-1]["why"]


def test_rows_are_counted_with_blank_lines_and_fields_over_several_lines(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'smiles,id,note\n{ETHANOL},A,"one\ntwo, ""three"""\n,B,\n\n{SARIN},C,x\n', encoding="utf-8")
    rows = [(row["row"], row["id"], row["verdict"]) for row in run("screen", path, "--format", "csv").rows]
    assert rows[0] == ("1", "A", "not_listed")
    assert ("2", "B", "unreadable") in rows
    assert rows[-1] == (str(len(rows)), "C", "listed")


def test_every_component_and_every_entry_has_its_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.smi"
    path.write_text("CC(C)OP(C)(=O)F.ClCCSCCCl\n", encoding="utf-8")
    rows = run("screen", path, "--lists", "CWC", "--format", "csv").rows
    assert [(row["row"], row["component"], row["entry"]) for row in rows] == [("1", "1", "1A01"), ("1", "2", "1A04")]


def test_cells_that_look_like_formulas_are_kept_as_they_are(run: Run, tmp_path: Path, name_index: None) -> None:
    cells = ["=cmd|'/c calc'!A1", "+1+1", "@SUM(1)", '=HYPERLINK("http://x","y")', "-2"]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"name": cell}) + "\n" for cell in cells), encoding="utf-8")
    assert [row["input"] for row in run("screen", path, "--format", "csv").rows] == cells


class TestColumns:
    """Which column is read, and as what."""

    @pytest.mark.parametrize("column", ["goods", "GOODS", "2"])
    def test_the_column_is_named_or_numbered(self, run: Run, tmp_path: Path, column: str) -> None:
        path = tmp_path / "a.csv"
        path.write_text(f"smiles,goods\n{ETHANOL},{SARIN}\n", encoding="utf-8")
        assert [row["entry"] for row in run("screen", path, "--column", column, "--format", "csv").rows] == ["1A01"]

    def test_the_ids_come_from_the_column_named_for_them(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text(f"smiles,id,lot\n{ETHANOL},1,L9\n", encoding="utf-8")
        assert run("screen", path, "--id-column", "lot", "--format", "csv").rows[0]["id"] == "L9"

    @pytest.mark.parametrize("column", ["nonsense", "0", "4", "-1"])
    def test_a_column_that_is_not_there_is_refused_with_those_that_are(
        self, run: Run, products: Path, column: str
    ) -> None:
        done = run("screen", products, "--column", column)
        assert (done.status, done.out) == (2, b"")
        assert "1 'code', 2 'smiles'" in done.err

    def test_the_wrong_column_gives_unreadable_rows_and_no_reassurance(
        self, run: Run, products: Path, name_index: None
    ) -> None:
        done = run("screen", products, "--column", "code", "--as", "smiles", "--format", "csv")
        assert {row["verdict"] for row in done.rows} == {"unreadable"}
        assert "5 could not be read" in done.err
        assert "Rows that could not be read were not checked." in done.err

    def test_values_are_read_as_the_user_says(self, run: Run, tmp_path: Path, name_index: None) -> None:
        path = tmp_path / "a.csv"
        path.write_text("substance\n107-44-8\nSarin\n", encoding="utf-8")
        assert [row["basis"] for row in run("screen", path, "--format", "csv").rows] == ["cas", "name"]
        as_cas = run("screen", path, "--as", "cas", "--format", "csv").rows
        assert [row["verdict"] for row in as_cas] == ["listed", "unreadable"]
        as_name = run("screen", path, "--as", "name", "--format", "csv").rows
        assert [row["basis"] for row in as_name] == ["name", "name"]


class TestRules:
    """Which rules are asked, and as of when."""

    def test_the_day_decides(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "a.smi"
        path.write_text("CCCCN(CCCC)C(C)=NP(C)(=O)F\n", encoding="utf-8")  # 1A13, in force from 7 June 2020
        entries = {
            day: {row["entry"] for row in run("screen", path, "--as-of", day, "--lists", "CWC", "--format", "csv").rows}
            for day in ("2020-06-06", "2020-06-07")
        }
        assert "1A13" in entries["2020-06-07"]
        assert "1A13" not in entries["2020-06-06"]

    def test_only_the_lists_asked_for_are_checked_and_named(self, run: Run, products: Path) -> None:
        done = run("screen", products, "--lists", "AG", "--format", "csv")
        assert {row["list"] for row in done.rows} <= {"AG", ""}
        assert "No entry of AG in force on" in done.rows[1]["why"]
        assert "CWC" not in done.err

    def test_a_list_of_ones_own_is_a_yaml_file(self, run: Run, products: Path, tmp_path: Path) -> None:
        path = tmp_path / "own.yaml"
        path.write_text(OWN_LIST, encoding="utf-8")
        rows = run("screen", products, "--rules", path, "--format", "csv").rows
        assert ("2", "OWN", "W1") in {(row["row"], row["list"], row["entry"]) for row in rows}
        only = run("screen", products, "--rules", path, "--lists", "OWN", "--format", "csv").rows
        assert {row["list"] for row in only} == {"OWN", ""}

    def test_a_list_in_the_settings_folder_needs_no_option(
        self, run: Run, products: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
        lists = tmp_path / "settings" / "lists"
        lists.mkdir(parents=True)
        (lists / "own.yaml").write_text(OWN_LIST, encoding="utf-8")
        done = run("screen", products, "--format", "csv")
        assert ("2", "W1") in {(row["row"], row["entry"]) for row in done.rows}
        assert "OWN (text of 2026-01-01)" in done.err

    @pytest.mark.parametrize(
        ("written", "message"),
        [
            (OWN_LIST.replace("source: Decree 12 of 2026, annex, line 1", "colour: red"), "own.yaml"),
            (OWN_LIST.replace("64-17-5", "64-17-6"), "64-17-6"),
            (OWN_LIST.replace("smiles: CCO", "smiles: CCC"), "Ethanol"),
            (": : :", "not YAML"),
            ("", "own.yaml"),
        ],
    )
    def test_a_list_that_cannot_hold_is_refused(
        self, run: Run, products: Path, tmp_path: Path, written: str, message: str
    ) -> None:
        path = tmp_path / "own.yaml"
        path.write_text(written, encoding="utf-8")
        done = run("screen", products, "--rules", path)
        assert (done.status, done.out) == (2, b"")
        assert message in done.err

    def test_a_list_that_is_not_there_is_never_passed_over(self, run: Run, products: Path, tmp_path: Path) -> None:
        run("screen", products)  # so that the other lists are in the cache
        for path in (tmp_path / "missing.yaml", tmp_path):
            done = run("screen", products, "--rules", path)
            assert (done.status, done.out) == (2, b"")
            assert "no list of rules here" in done.err


class TestAnswers:
    """The same answers whatever the way, in every format and language."""

    @pytest.fixture
    def many(self, tmp_path: Path) -> Path:
        """Enough rows for the gate and for several batches, each kind of answer among them."""
        path = tmp_path / "many.smi"
        odd = [SARIN, "CP(=O)(Cl)*", "C1CC", "CN.Cl", "CCOP(=S)(CC)Sc1ccccc1", "OCCSCCO", "no such", "[Na+].[Cl-]"]
        lines = [odd[i // 97 % len(odd)] if i % 97 == 0 else "C" * (i % 23 + 1) + "O" for i in range(70_000)]
        path.write_text("\n".join(f"{line} M{i}" for i, line in enumerate(lines)), encoding="utf-8")
        return path

    def test_two_processes_give_the_same_bytes_as_one(self, run: Run, many: Path) -> None:
        alone = run("screen", many, "--format", "csv", "--jobs", "1", "--as", "smiles")
        two = run("screen", many, "--format", "csv", "--jobs", "2", "--as", "smiles")
        assert alone.out == two.out
        assert alone.status == two.status == 1
        assert len({row["row"] for row in alone.rows}) == 70_000

    def test_the_gate_changes_no_answer(self, run: Run, many: Path, tmp_path: Path) -> None:
        some = tmp_path / "some.smi"
        some.write_text("\n".join(many.read_text(encoding="utf-8").split("\n")[:6_000]), encoding="utf-8")
        gated = run("screen", some, "--format", "csv", "--as", "smiles")
        assert gated.out == run("screen", some, "--format", "csv", "--as", "smiles", "--no-gate").out
        assert len(gated.rows) >= 6_000

    def test_only_some_verdicts_are_given_and_the_count_stays_whole(self, run: Run, products: Path) -> None:
        done = run("screen", products, "--only", "listed,review", "--format", "csv")
        assert {row["verdict"] for row in done.rows} == {"listed", "review"}
        assert "1 listed, 1 for review, 1 exempt, 1 not listed, 1 could not be read" in done.err

    def test_the_table_on_a_terminal_says_what_was_checked(self, run: Run, products: Path) -> None:
        done = run("screen", products)
        assert "CWC 1A01" in done.text
        assert "Only the column “smiles” of products.csv was read." in done.text
        assert "Checked against: CWC (text of 2020-06-07), AG (text of 2024); rules as of" in done.text
        assert "Rows that could not be read were not checked." in done.text

    def test_the_answer_speaks_french(self, run: Run, products: Path) -> None:
        done = run("screen", products, "--lang", "fr", "--format", "csv")
        assert "le phosphore porte un groupe méthyle" in done.rows[0]["why"]
        assert "Vérifié au regard de\u00a0: CIAC (" in done.err

    def test_the_users_locale_decides_where_no_language_is_asked_for(
        self, run: Run, products: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("OPENCWC_LANG")
        monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
        assert "Vérifié au regard de\u00a0: CIAC (" in run("screen", products).text

    def test_the_steps_are_told_when_asked_for(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "a.smi"
        path.write_text("[13CH3]P(=O)(F)OC(C)C\n", encoding="utf-8")
        plain, explained = run("screen", path).text, run("screen", path, "--explain").text
        assert "isotope" in " ".join(explained.split("Only the column")[0].split())
        assert "isotope" not in plain.split("Only the column")[0]

    def test_each_status_means_what_it_says(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "a.smi"
        for content, status in ((ETHANOL, 0), (f"{ETHANOL}\nC1CC", 0), (SARIN, 1), ("CP(=O)(Cl)*", 1)):
            path.write_text(content + "\n", encoding="utf-8")
            assert run("screen", path, "--format", "csv").status == status
        assert run("screen", tmp_path / "none.csv").status == 2


class TestFormats:
    """Every format says what was checked."""

    def written(self, run: Run, source: Path, name: str) -> bytes:
        out = source.with_name(name)
        done = run("screen", source, "-o", out, "--as-of", "2026-11-24")
        assert (done.status, done.out) == (1, b"")
        assert str(out) in done.err
        assert "Checked against: CWC" in done.err
        return out.read_bytes()

    def test_csv_says_it_in_every_row_that_is_not_listed(self, run: Run, products: Path) -> None:
        done = Ran(0, self.written(run, products, "out.csv"), "")
        assert done.rows[1]["why"] == "No entry of CWC or AG in force on 2026-11-24 covers it."

    def test_jsonl_says_it_in_the_maker_of_every_finding(self, run: Run, products: Path) -> None:
        findings = [json.loads(line) for line in self.written(run, products, "out.jsonl").splitlines()]
        assert {(f["maker"]["as_of"], tuple(f["maker"]["lists"])) for f in findings} == {("2026-11-24", ("CWC", "AG"))}
        assert findings[0]["message"]["id"] == "why"
        assert findings[0]["evidence"][0]["atoms"]

    def test_parquet_says_it_in_its_metadata(self, run: Run, products: Path) -> None:
        file = pq.read_table(io.BytesIO(self.written(run, products, "out.parquet")))
        assert tuple(file.column_names) == FINDING_COLUMNS
        checked = json.loads(file.schema.metadata[b"opencwc.checked"])
        assert (checked["as_of"], [rule_list["id"] for rule_list in checked["lists"]]) == ("2026-11-24", ["CWC", "AG"])
        assert checked["policies"]
        assert checked["column"] == "smiles"

    def test_sdf_says_it_in_every_record(self, run: Run, products: Path) -> None:
        text = self.written(run, products, "out.sdf").decode()
        supplier = Chem.SDMolSupplier()
        supplier.SetData(text)
        records = list(supplier)
        assert {record.GetProp("checked").split(";")[0] for record in records} == {"CWC, AG as of 2026-11-24"}
        assert records[0].GetProp("verdict") == "listed"
        assert Chem.MolToSmiles(records[0]) == SARIN

    def test_html_is_one_file_that_says_it(self, run: Run, products: Path) -> None:
        text = self.written(run, products, "out.html").decode()
        assert text.lstrip().lower().startswith("<!doctype html>")
        assert "2026-11-24" in text
        assert "1A01" in text
        assert 'src="http' not in text
        assert 'href="http' not in text.split("<body")[0]

    def test_a_format_named_counts_more_than_the_ending(self, run: Run, products: Path, tmp_path: Path) -> None:
        run("screen", products, "--format", "jsonl", "-o", tmp_path / "out.txt")
        assert json.loads((tmp_path / "out.txt").read_text(encoding="utf-8").split("\n")[0])["row"] == 1

    @pytest.mark.parametrize("name", ["csv", "jsonl", "parquet", "sdf", "html"])
    def test_an_answer_of_no_rows_is_still_a_file_of_its_format(
        self, run: Run, tmp_path: Path, products: Path, name: str
    ) -> None:
        source = tmp_path / "free.smi"
        source.write_text("CCO\n", encoding="utf-8")
        done = run("screen", source, "--only", "listed", "--format", name, "-o", tmp_path / f"out.{name}")
        assert done.status == 0
        content = (tmp_path / f"out.{name}").read_bytes()
        assert {"csv": content == HEADER.encode() + b"\n", "parquet": content[:4] == b"PAR1"}.get(name, True)
        if name == "parquet":
            assert pq.read_table(io.BytesIO(content)).num_rows == 0


class TestRefusals:
    """What cannot be done is said, with what to do, and nothing is left behind."""

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (["--as", "formula"], "auto, smiles, inchi, inchikey, cas, ec, un, hs, name, molblock, text"),
            (["--as-of", "yesterday"], "Write the date as 2020-06-07"),
            (["--lists", "CWC,ZZ"], "The available lists are: CWC, AG"),
            (["--only", "bad"], "listed, review, exempt, unreadable, not_listed"),
            (["--lang", "tlh"], "en, fr, ar, es, ru, zh"),
            (["--format", "xml"], "csv, jsonl, parquet, html, sdf"),
            (["--jobs", "-1"], "Give 1 or more"),
            (["--jobs", "two"], "--jobs"),
            (["-o", "answer.xyz"], "Name one with --format"),
            (["--nonsense"], "--nonsense"),
        ],
    )
    def test_an_option_without_meaning_stops_before_any_answer(
        self, run: Run, products: Path, words: list[str], message: str
    ) -> None:
        done = run("screen", products, *words, *([] if "--format" in words or "-o" in words else ["--format", "csv"]))
        assert (done.status, done.out) == (2, b"")
        assert message in done.err

    def test_an_empty_pipe_and_a_folder_are_refused(self, run: Run, tmp_path: Path) -> None:
        assert "The file is empty" in run("screen", "-").err
        assert "folder" in run("screen", tmp_path).err

    def test_a_place_that_cannot_be_written_is_named(self, run: Run, products: Path, tmp_path: Path) -> None:
        for place in (tmp_path / "none" / "out.csv", tmp_path, products / "out.csv"):
            done = run("screen", products, "--format", "csv", "-o", place)
            assert done.status == 2
            assert str(place) in done.err
        assert [path.name for path in tmp_path.iterdir()] == ["products.csv"]

    @NO_CHANCE
    def test_a_full_disk_is_said_to_be_full(self, run: Run, products: Path) -> None:
        if not Path("/dev/full").exists():
            pytest.skip("no /dev/full on this system")
        done = run("screen", products, "--format", "csv", "-o", "/dev/full")
        assert done.status == 2
        assert "Free some space" in done.err

    def test_an_answer_never_takes_the_place_of_its_own_input(self, run: Run, products: Path) -> None:
        before = products.read_bytes()
        done = run("screen", products, "-o", products)
        assert done.status == 2
        assert "would replace the input" in done.err
        assert products.read_bytes() == before

    def test_what_was_checked_stands_beside_an_answer_that_has_no_room_for_it(self, run: Run, products: Path) -> None:
        for ending in ("csv", "jsonl", "sdf"):
            out = products.with_name(f"answer.{ending}")
            run("screen", products, "-o", out, "--only", "listed")
            checked = json.loads(out.with_name(f"{out.name}.checked.json").read_text(encoding="utf-8"))
            assert [list_name["id"] for list_name in checked["lists"]] == ["CWC", "AG"]
            assert (checked["rows"], checked["by_verdict"]["unreadable"]) == (5, 1)

    def test_a_run_that_fails_leaves_the_old_answer(self, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "out.csv"
        out.write_text("old", encoding="utf-8")
        assert run("screen", tmp_path / "none.smi", "-o", out).status == 2
        assert out.read_text(encoding="utf-8") == "old"


@NO_CHANCE
class TestStops:
    """A run that is stopped stops at once, and leaves neither half an answer nor a process."""

    @pytest.fixture
    def busy(self, tmp_path: Path) -> Iterator[Callable[[int], subprocess.Popen[bytes]]]:
        """Start a run that has begun to write and would be busy for minutes."""
        source = tmp_path / "in" / "a.smi"
        source.parent.mkdir()
        source.write_text("CP(=O)(O)OCC\n" * 400_000, encoding="utf-8")
        started: list[subprocess.Popen[bytes]] = []

        def start(jobs: int) -> subprocess.Popen[bytes]:
            words = [*COMMAND, "screen", str(source), "-o", str(tmp_path / "out.csv"), "--jobs", str(jobs)]
            process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
            started.append(process)
            deadline = time.monotonic() + 60
            while not list(tmp_path.glob(".opencwc-*")):
                assert time.monotonic() < deadline, "the run never began to write"
                assert process.poll() is None, "the run ended before it was stopped"
                os.sched_yield()
            return process

        yield start
        for process in started:
            process.kill()

    @pytest.mark.parametrize("jobs", [1, 2])
    @pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_a_signal(
        self,
        busy: Callable[[int], subprocess.Popen[bytes]],
        tmp_path: Path,
        jobs: int,
        sent: signal.Signals,
        status: int,
    ) -> None:
        process = busy(jobs)
        if sent == signal.SIGINT:
            os.killpg(process.pid, sent)  # Ctrl-C on a terminal reaches every process
        else:
            process.send_signal(sent)
        # The pipe ends only when the last process that holds it has ended.
        _, err = process.communicate(timeout=60)
        assert process.returncode == status
        assert b"Traceback" not in err
        assert [path.name for path in tmp_path.iterdir()] == ["in"]

    def test_a_closed_pipe(self, tmp_path: Path) -> None:
        source = tmp_path / "a.smi"
        source.write_text("CCCCO\n" * 50_000, encoding="utf-8")
        with subprocess.Popen(
            [*COMMAND, "screen", str(source), "--format", "csv", "--as", "smiles"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert process.stdout.readline().decode().strip() == HEADER
            process.stdout.close()
            err = process.stderr.read()
        assert process.returncode == 2
        assert b"Traceback" not in err
