"""One value on the command line: its card, its exit status, and how a value is told from a file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from rdkit import Chem

from opencwc.cli.value import is_value

from .conftest import COMMAND, Run

SARIN = "CC(C)OP(C)(=O)F"
BLOCK = Chem.MolToMolBlock(Chem.MolFromSmiles(SARIN))
WAYS = {
    "SMILES": SARIN,
    "InChI": "InChI=1S/C4H10FO2P/c1-4(2)7-8(3,5)6/h4H,1-3H3",
    "CAS number": "107-44-8",
    "name": "Sarin",
    "mol block": BLOCK,
    "mol block that lost its blank first line": BLOCK.strip(),
}


@pytest.mark.parametrize("value", WAYS.values(), ids=WAYS)
def test_a_listed_chemical_is_found_however_it_is_given(run: Run, value: str) -> None:
    done = run("screen", value)
    assert (done.status, "LISTED  CWC 1A01" in done.text) == (1, True)
    assert "Checked against: CWC (text of 2020-06-07), AG (text of 2024)" in done.text


@pytest.mark.parametrize("value", WAYS.values(), ids=WAYS)
def test_a_value_can_be_answered_in_a_format_too(run: Run, value: str) -> None:
    done = run("screen", value, "--format", "csv")
    assert done.status == 1
    assert {(row["row"], row["list"], row["entry"]) for row in done.rows} == {("1", "CWC", "1A01")}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Error: nowhere.csv: There is no such file. Check the path and the spelling."),
        (["--lang", "fr"], "Erreur: nowhere.csv: Ce fichier n’existe pas. Vérifiez le chemin"),
        (["--lang=ru"], "Ошибка: nowhere.csv: Такого файла нет. Проверьте путь"),
        (["--lang", "tlh"], "Error: --lang 'tlh' is unknown. Choose one of: en, fr, ar, es, ru, zh."),
    ],
)
def test_an_error_is_told_in_the_language_that_was_asked_for(command: Run, words: list[str], message: str) -> None:
    done = command("screen", "nowhere.csv", *words)
    assert done.status == 2
    assert done.err.startswith(message)


def test_the_command_answers_at_once_and_its_status_tells(command: Run) -> None:
    listed, free = command("screen", "107-44-8"), command("screen", "CCO")
    assert (listed.status, free.status) == (1, 0)
    assert "NOT LISTED" in free.text
    assert "No entry of CWC or AG" in free.text
    assert free.err == ""


def test_what_cannot_be_read_is_never_said_to_be_free(run: Run, name_index: None) -> None:
    done = run("screen", "no such chemical")
    assert "UNREADABLE" in done.text
    assert "Nothing was checked for this input." in done.text
    assert "NOT LISTED" not in done.text


@pytest.mark.parametrize("kind", ["smiles", "inchi", "cas", "name", "molblock"])
def test_a_value_is_read_as_what_the_user_says_it_is(run: Run, kind: str, name_index: None) -> None:
    wrong = {"smiles": "Sarin", "inchi": SARIN, "cas": SARIN, "name": "CC(C)OP(C)(=O)", "molblock": SARIN}[kind]
    assert "UNREADABLE" in run("screen", wrong, "--as", kind).text


def test_the_card_explains_by_rule_and_atoms(run: Run) -> None:
    plain, explained = run("screen", SARIN).text, run("screen", SARIN, "--explain").text
    assert "Rule: {R}P(=O)(F)O{Q}" in explained
    assert "core: CC(C)OP(C)(=O)F [3, 4, 6, 7]" in explained
    assert "core:" not in plain


def test_the_card_speaks_french(run: Run) -> None:
    explained = run("screen", SARIN, "--lang", "fr").text
    assert "INSCRIT" in explained
    assert "le phosphore porte un groupe méthyle" in explained


@pytest.mark.parametrize("text", ["products.csv", "old.SDF", "a.smi.gz", "./list", "../list", "/srv/list", "~/list"])
def test_a_missing_file_is_not_taken_for_an_unknown_name(run: Run, text: str) -> None:
    assert not is_value(text)
    done = run("screen", text)
    assert done.status == 2
    assert "There is no such file" in done.err


@pytest.mark.parametrize("text", [SARIN, "Sarin", "C/C=C/C", "107-44-8", "2,2'-thiodiethanol", "x" * 5_000])
def test_a_value_is_not_taken_for_a_file(text: str) -> None:
    assert is_value(text)


@pytest.mark.parametrize("text", ["", " ", "\t"])
def test_an_empty_value_is_refused(run: Run, text: str) -> None:
    done = run("screen", text)
    assert (done.status, done.out) == (2, b"")
    assert "empty" in done.err


def test_a_value_beyond_all_bounds_is_refused(run: Run) -> None:
    done = run("screen", "C" * 1_000_001)
    assert done.status == 2
    assert "1000001 characters" in done.err


def test_the_terminal_is_not_at_the_mercy_of_a_value(run: Run, name_index: None) -> None:
    explained = run("screen", "Sarin\x1b[2J\u202e\x07").text
    assert not {"\x1b", "\u202e", "\x07"} & set(explained)
    assert explained.startswith("Sarin\ufffd[2J\ufffd\ufffd")


@pytest.mark.skipif(sys.platform == "win32", reason="arguments are bytes only on POSIX systems")
def test_bytes_that_are_no_text_are_said_to_be_so(command: Run) -> None:
    for words in (["screen", b"C\xff"], ["screen", b"C\xff", "--format", "jsonl"]):
        done = command(*words)
        assert done.status == 2
        assert "not utf-8 text" in done.text
        assert "Traceback" not in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break otherwise there")
def test_a_reader_that_has_left_is_no_reason_for_a_traceback() -> None:
    with subprocess.Popen([*COMMAND, "screen", SARIN], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 2


def test_importing_the_command_line_imports_no_library() -> None:
    code = "import sys, opencwc.cli; print([name for name in ('rdkit', 'polars', 'typer') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert done.stdout.strip() == "[]"


def test_without_built_catalogs_the_command_says_so_and_is_no_answer(tmp_path: Path) -> None:
    empty = f"from pathlib import Path; from opencwc import catalogs; catalogs.CATALOGS = Path({str(tmp_path)!r})"
    for words in (["screen", "CCO"], ["law", str(tmp_path / "none.txt"), "--state", "FRA"]):
        program = f"import sys; sys.argv = ['opencwc', *{words!r}]; {empty}; from opencwc.cli import main; main()"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 2 and done.stderr.startswith("Error: ") and "not built" in done.stderr, done.stderr
        assert not done.stdout
