"""The index says what its sources say, survives damage and races, and stays quick."""

import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from operator import itemgetter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opencwc.chemistry import name_index
from opencwc.chemistry.name_index import SOURCES, NameIndex, Reading, cache_folder
from opencwc.chemistry.names import normalise_name
from opencwc.chemistry.registry_numbers import is_valid
from opencwc.errors import UnavailableError


def open_and_ask(data, folder, start, answers):
    os.environ["OPENCWC_CACHE"] = folder
    name_index._data_folder = lambda: data
    start.wait(120)
    with NameIndex.open() as index:
        answers.put(smiles(index.by_name("thiodiglycol")))


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A cache folder that two processes put the index of a twentieth of the names in at once; the progress of one, and
    the end of the other.
    """
    folder = tmp_path_factory.mktemp("names")
    data = tmp_path_factory.mktemp("chemicals") / "Identifiers"
    data.mkdir()
    whole = name_index._data_folder()
    shutil.copy(whole.parent / "__init__.py", data.parent)
    for source in SOURCES:
        lines = (whole / source).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for number, line in enumerate(lines) if number % 20 == 0 or "thiodiglycol" in line.lower()]
        (data / source).write_text("".join(kept), encoding="utf-8")
    context = multiprocessing.get_context("spawn")
    answers, start = context.Queue(), context.Barrier(2)
    other = context.Process(target=open_and_ask, args=(data, str(folder), start, answers))
    other.start()
    steps: list[tuple[int, int]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENCWC_CACHE", str(folder))
        patch.setattr(name_index, "_data_folder", lambda: data)
        start.wait(120)
        with NameIndex.open(lambda done, total: steps.append((done, total))):
            pass
    answer = answers.get(timeout=120)
    other.join()
    return folder, steps, (answer, other.exitcode)


@pytest.fixture
def index(name_index: None):
    with NameIndex.open() as opened:
        yield opened


@pytest.fixture
def small_data(tmp_path, monkeypatch):
    """Six data files of a few lines in place of the real ones, where building is to be quick; and an empty cache."""
    data = tmp_path / "chemicals" / "Identifiers"
    data.mkdir(parents=True)
    (data.parent / "__init__.py").write_text('__version__ = "0"\n')
    lines = dict.fromkeys(SOURCES, "")
    lines[SOURCES[0]] = (
        "1\t505-60-2\tC4H8Cl2S\t159.1\tC(CCl)SCCCl\t\tQKSKPIVNLNLAAV-UHFFFAOYSA-N\t"
        "1-chloro-2-(2-chloroethylsulfanyl)ethane\tmustard gas\tHD\tLost\t69020-37-7\n"
        "2\t64-17-5\tC2H6O\t46.1\tCCO\t\tLFQSCWFLJHTTHZ-UHFFFAOYSA-N\tethanol\t64-17-5\tLost\t505-60-2\n"
        "3\t107-99-9\tCH4\t16\t\t\t\tno structure\tno structure\n"
    )
    lines[SOURCES[1]] = (
        "4\t2099995000-00-0\tC2H6O\t47.1\tCC[18OH]\t\tLFQSCWFLJHTTHZ-ABCDEFGHIJ-N\tethanol\tethanol\n"
        "5\t64-19-7\tX\t1\tCX1\t\t\ttwin\ttwin\n6\t67-56-1\tX\t1\tCX2\t\t\ttwin\ttwin\n"
    )
    for name, text in lines.items():
        (data / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(name_index, "_data_folder", lambda: data)
    monkeypatch.setenv("OPENCWC_CACHE", str(tmp_path / "cache"))
    return data


def smiles(readings):
    return [reading.smiles for reading in readings]


def test_a_reading_says_number_structure_name_source_and_formula(index):
    assert index.by_cas("107-44-8") == (
        Reading("107-44-8", "CC(C)OP(=O)(C)F", "sarin", "chemical identifiers pubchem large.tsv", "C4H10FO2P"),
    )


@pytest.mark.parametrize("name", ["Sarin", "SARIN ", "GB", "Isopropyl methylphosphonofluoridate"])
def test_a_chemical_is_found_by_each_of_its_names(index, name):
    assert "107-44-8" in [reading.cas for reading in index.by_name(name)]


def test_what_is_not_known_has_no_reading(index):
    assert index.by_name("no such chemical") == ()
    assert index.by_name("") == index.by_name("---") == ()
    assert index.by_cas("9009-86-3") == ()  # ricin, a protein
    assert index.by_cas("107-44-9") == index.by_cas("sarin") == ()
    assert index.by_names([]) == index.by_numbers([]) == []


def test_many_are_answered_in_their_order_and_as_one_by_one(index):
    names = ["sarin", "no such chemical", "thiodiglycol", "", "SARIN", "phosgene"] * 300
    assert index.by_names(names) == [index.by_name(name) for name in names]
    numbers = ["107-44-8", "nonsense", "CAS 111-48-8", "75-44-5"] * 300
    assert index.by_numbers(numbers) == [index.by_cas(number) for number in numbers]


def test_every_row_of_the_sources_with_a_structure_is_in_and_found_by_its_number(index):
    rows = list(index.structures())
    data = Path(find_spec("chemicals").submodule_search_locations[0]) / "Identifiers"
    drawn = 0
    for source in SOURCES:
        with (data / source).open(encoding="utf-8") as lines:
            drawn += sum(1 for line in lines if line.split("\t")[4])
    assert index.size == len(rows) == drawn > 70_000
    numbered = [row for row in rows if row.cas]
    assert all(
        row in readings for row, readings in zip(numbered, index.by_numbers([r.cas for r in numbered]), strict=True)
    )


def test_every_name_and_number_in_a_line_of_a_source_leads_to_its_structure(index):
    data = Path(find_spec("chemicals").submodule_search_locations[0]) / "Identifiers"
    with (data / SOURCES[1]).open(encoding="utf-8") as lines:
        for line in list(lines)[::200]:
            formula, *names = itemgetter(2, *range(7, line.count("\t") + 1))(line.rstrip("\n").split("\t"))
            names = [name for name in names if normalise_name(name)]
            assert all(formula in [reading.formula for reading in readings] for readings in index.by_names(names))
            numbers = [name for name in names if is_valid(name)]
            assert all(formula in [reading.formula for reading in readings] for readings in index.by_numbers(numbers))


def test_every_number_given_passes_its_check_digit(index):
    numbers = [reading.cas for reading in index.structures()]
    assert all(is_valid(cas) for cas in numbers if cas)
    assert numbers.count("") == 2  # a hydroxide each of aluminium with sodium, and of yttrium: numbers made up there


def test_a_number_in_two_places_gives_both_structures_its_own_first(index):
    arsine = index.by_cas("7784-42-1")
    assert [(reading.cas, reading.name) for reading in arsine] == [("7784-42-1", "arsine"), ("7440-38-2", "arsenic")]
    ambiguous = [readings for readings in index.by_numbers([r.cas for r in index.structures()]) if len(readings) > 1]
    assert len(ambiguous) < 200


def test_stereoisomers_are_one_reading_and_different_skeletons_are_several(index):
    assert len(index.by_name("menthol")) == 1
    assert {reading.cas for reading in index.by_name("HN1")} >= {"538-07-8", "107-99-3"}


def test_a_name_shared_by_two_chemicals_gives_both_and_one_drawn_twice_gives_one(small_data):
    with NameIndex.open() as index:
        assert smiles(index.by_name("lost")) == ["C(CCl)SCCCl", "CCO"]
        assert smiles(index.by_name("twin")) == ["CX1", "CX2"]  # no InChIKey: formula and drawing decide
        assert smiles(index.by_name("ethanol")) == ["CCO"]  # isotopes share the skeleton; the earlier source draws
        assert smiles(index.by_cas("505-60-2")) == ["C(CCl)SCCCl", "CCO"]
        assert [reading.cas for reading in index.by_cas("69020-37-7")] == ["505-60-2"]
        assert index.by_cas("107-99-9") == index.by_name("no structure") == ()
        assert [(reading.cas, reading.name) for reading in index.structures()][1:3] == [
            ("64-17-5", "ethanol"),
            ("", "ethanol"),
        ]


def test_progress_grows_to_its_total_and_is_silent_when_nothing_is_built(built, index):
    _, steps, _ = built
    assert steps == sorted(steps)
    assert len(steps) > 3
    assert len({total for _, total in steps}) == 1
    assert steps[-1][0] == steps[-1][1]
    NameIndex.open(lambda done, total: pytest.fail("nothing to build")).close()


def test_two_processes_may_build_at_once_and_leave_one_file_and_no_scraps(built):
    folder, _, other = built
    assert other == (["C(CSCCO)O"], 0)
    assert [path.suffix for path in folder.iterdir()] == [".index"]


def test_the_file_is_small(index):
    assert max(path.stat().st_size for path in cache_folder().glob("*.index")) < 40_000_000


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-50])


def emptied(path):
    path.write_bytes(b"")


def another_file(path):
    path.write_bytes(b"not a database, but long enough to be one" * 1000)


def overwritten_behind_the_first_page(path):
    whole = path.read_bytes()
    path.write_bytes(whole[:1024] + b"\xa5" * (len(whole) - 1024))


def one_bit_turned(path):
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)


@pytest.mark.parametrize(
    "damage", [cut_short, emptied, another_file, overwritten_behind_the_first_page, one_bit_turned]
)
def test_a_damaged_file_is_built_anew(small_data, damage):
    with NameIndex.open() as index:
        expected = index.by_name("HD"), index.by_cas("64-17-5")
    (path,) = cache_folder().iterdir()
    damage(path)
    with NameIndex.open() as index:
        assert (index.by_name("HD"), index.by_cas("64-17-5")) == expected
    with NameIndex.open(lambda done, total: pytest.fail("built twice")):
        assert [path] == list(cache_folder().iterdir())


def test_other_data_get_another_file(small_data):
    NameIndex.open().close()
    with (small_data / SOURCES[5]).open("a", encoding="utf-8") as cations:
        cations.write("7\t7439-89-6\tFe\t55.8\t[Fe]\t\tXEEYBQQBJWHFJM-UHFFFAOYSA-N\tiron\tiron\n")
    with NameIndex.open() as index:
        assert smiles(index.by_name("iron")) == ["[Fe]"]
    assert len(list(cache_folder().iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_said_with_the_way_out(small_data, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("OPENCWC_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(UnavailableError, match=r"file.*OPENCWC_CACHE"):
        NameIndex.open()


def test_a_file_that_cannot_be_replaced_is_used_when_whole(small_data, monkeypatch):
    """As on Windows, where another process may have just built the index and hold it open."""
    NameIndex.open().close()
    (path,) = cache_folder().iterdir()
    whole = path.read_bytes()

    def refuse(self, target):
        Path(target).write_bytes(whole)
        raise PermissionError("in use")

    path.unlink()
    monkeypatch.setattr(Path, "replace", refuse)
    with NameIndex.open() as index:
        assert smiles(index.by_name("HD")) == ["C(CCl)SCCCl"]
    assert [path] == list(cache_folder().iterdir())


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(name_index, "find_spec", lambda name: None)
    with pytest.raises(UnavailableError, match="pip install chemicals"):
        NameIndex.open()


def test_an_index_that_was_closed_answers_no_more(small_data):
    index = NameIndex.open()
    index.close()
    with pytest.raises(Exception, match="closed"):
        index.by_name("HD")


def test_the_cache_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("OPENCWC_CACHE", "/somewhere")
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert cache_folder() == Path("/somewhere")
    monkeypatch.setenv("OPENCWC_CACHE", "")
    assert cache_folder() == Path("/elsewhere/opencwc")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == tmp_path / ".cache" / "opencwc"


def test_importing_and_asking_load_nothing_heavy(index):
    code = (
        "import sys; from opencwc.chemistry.name_index import NameIndex\n"
        "assert 'marisa_trie' not in sys.modules\n"
        "assert NameIndex.open().by_name('sarin')\n"
        "print([m for m in ('chemicals', 'numpy', 'polars', 'rdkit', 'sqlite3') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_names_a_text_begins_with_are_found_with_their_lengths(index):
    key = normalise_name("Triethanolamine hydrochloride 85% IBC")
    readings = {key[:length]: index.readings(name_id) for length, name_id in index.prefixes(key)}
    assert {"triethanolamine", "triethanolaminehydrochloride"} <= readings.keys()
    assert readings["triethanolamine"] == index.by_name("triethanolamine") != ()
    assert list(map(len, readings)) == sorted(map(len, readings))
    assert index.prefixes("") == index.prefixes("三乙醇胺") == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_prefixes_are_just_those_that_are_names_themselves(index, data):
    names = ["sarin", "thiodiglycol", "2-chloroethanol", "tri", "tin", "ethyl alcohol", "é", "x"]
    key = normalise_name("".join(data.draw(st.lists(st.sampled_from(names), max_size=4))))
    expected = [(end, index.name_id(key[:end])) for end in range(1, len(key) + 1) if index.by_name(key[:end])]
    assert index.prefixes(key) == [(end, name) for end, name in expected if normalise_name(key[:end]) == key[:end]]


def test_names_are_looked_up_fast(index):
    names = [reading.name for reading in index.structures()][:20_000]
    index.by_names(names)
    start = time.process_time()
    assert all(index.by_names(names))
    assert len(names) / (time.process_time() - start) > 40_000  # some 300,000 a second on an idle core


def test_running_text_is_looked_up_fast(index):
    words = [
        "hydrochloride",
        "methodology",
        "invoice",
        "drums",
        "triethanolamine",
        "theintermediatebulkcontainer",
    ] * 1000
    start = time.process_time()
    for word in words:
        index.prefixes(word)
    assert (time.process_time() - start) / len(words) < 20e-6  # 1 or 2 on an idle core


def test_opening_is_quick(index):
    start = time.process_time()
    NameIndex.open().close()
    assert time.process_time() - start < 0.5  # 0.02 on an idle core


def test_many_threads_get_each_their_own_answer(name_index: None) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with NameIndex.open() as index:
        names = ["thiodiglycol", "acetone", "no such chemical", "ethanol", "toluene"] * 400
        alone = [index.by_name(name) for name in names]
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(index.by_name, names)) == alone
