"""Screening and reading reports on a Ray cluster of two nodes on this machine, with workers and a node lost."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from benchmarks.reports import CASES, read_folder

from opencwc.errors import InputError, OutputError, SettingsError, UnavailableError
from opencwc.files import open_table
from opencwc.finding import FINDING_COLUMNS, Verdict
from opencwc.reports import batches as report_batches
from opencwc.reports.batches import ready_items, ready_on_cluster
from opencwc.screening import cluster as clusters
from opencwc.screening.cluster import screen_on_cluster
from opencwc.screening.model import Question, Tally
from opencwc.screening.table_run import Wish, run

QUESTION = Question(date(2026, 1, 1), lists=("CWC",))
FILES = 20
ROWS_OF_A_FILE = 130
ROW_GROUP = 50
STRETCH_ROWS = 100
STRETCHES = 2 * FILES
ENOUGH_TO_BE_HALF_WAY = 10
CHEMICALS = (
    "CC(C)OP(C)(=O)F", "ClCCSCCCl", "CCO", "CP(=O)(Cl)Cl", "CN(C)P(=O)(C#N)OCC", "no such SMILES ((", None, "50-00-0",
    "CC(C)Cc1ccc(cc1)C(C)C(=O)O", "OCCN(CCO)CCO", "CC(=O)OC1CC2CCC3C(CCC4(C)C3CCC4=O)C2(C)CC1", "", "CCO.CP(O)(=O)OC",
)  # fmt: skip
DEADLINE = 300.0


@pytest.fixture(scope="module")
def cluster() -> Iterator:
    """Two nodes of one CPU each, on the loopback address only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")  # keeps Ray on 127.0.0.1
        patch.setenv("RAY_AUTH_MODE", "disabled")  # else Ray writes a token into the home folder
        from ray.cluster_utils import Cluster

        nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        nodes.add_node(num_cpus=1)
        yield nodes
        nodes.shutdown()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of Parquet files of three row groups each, no two rows with one id."""
    folder = tmp_path_factory.mktemp("register")
    for number, rows in enumerate(_rows_by_file()):
        rows.write_parquet(folder / f"part-{number:03}.parquet", row_group_size=ROW_GROUP)
    (folder / "_SUCCESS").touch()
    return folder


@pytest.fixture(scope="module")
def in_one_process(tmp_path_factory: pytest.TempPathFactory) -> tuple[pl.DataFrame, Tally]:
    """The lines and the count of the same rows, in one file and one process."""
    path = tmp_path_factory.mktemp("whole") / "register.parquet"
    pl.concat(_rows_by_file()).write_parquet(path)
    tally, lines = Tally(), []
    for piece in run(open_table(path).batches(), QUESTION, Wish("parquet")):
        tally.merge(piece.tally)
        lines.append(pl.from_arrow(pa.ipc.open_stream(piece.encoded).read_all()))
    return pl.concat(lines), tally


def test_a_worker_that_is_killed_half_way_costs_no_row_and_doubles_none(cluster, source, in_one_process, tmp_path):
    output = tmp_path / "answer"
    with _half_way(output, lambda: _kill_a_worker(cluster)) as finished_by_then:
        tally = screen_on_cluster(source, output, QUESTION, cluster.address, stretch_rows=STRETCH_ROWS)
    assert ENOUGH_TO_BE_HALF_WAY <= finished_by_then[0] < STRETCHES
    _assert_same(output, tally, in_one_process)


def test_a_node_that_is_lost_half_way_costs_no_row_and_doubles_none(cluster, source, in_one_process, tmp_path):
    output = tmp_path / "answer"
    (lost,) = cluster.worker_nodes
    with _half_way(output, lambda: cluster.remove_node(lost, allow_graceful=False)) as finished_by_then:
        tally = screen_on_cluster(source, output, QUESTION, cluster.address, stretch_rows=STRETCH_ROWS)
    assert ENOUGH_TO_BE_HALF_WAY <= finished_by_then[0] < STRETCHES
    _assert_same(output, tally, in_one_process)


def test_a_damaged_file_stops_the_run_and_is_named(cluster, source, tmp_path):
    copy = tmp_path / "damaged"
    copy.mkdir()
    whole = (source / "part-001.parquet").read_bytes()
    (copy / "part-000.parquet").write_bytes((source / "part-000.parquet").read_bytes())
    (copy / "part-001.parquet").write_bytes(whole[:4] + b"\xff" * 400 + whole[404:])
    with pytest.raises(InputError, match=r"part-001\.parquet"):
        screen_on_cluster(copy, tmp_path / "answer", QUESTION, cluster.address, column="smiles")
    assert not (tmp_path / "answer" / "_SUCCESS").exists()


def test_an_address_where_no_cluster_answers_is_told(source, tmp_path):
    with pytest.raises(SettingsError, match=r"127\.0\.0\.1:1: No Ray cluster can be reached"):
        screen_on_cluster(source, tmp_path / "answer", QUESTION, "127.0.0.1:1")


def test_without_ray_the_remedy_is_told(source, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UnavailableError, match=r"pip install 'opencwc\[cluster\]'"):
        screen_on_cluster(source, tmp_path / "answer", QUESTION, "auto")
    assert not (tmp_path / "answer").exists()


def test_a_run_that_was_stopped_goes_on_with_what_is_missing(one_process, source, in_one_process, tmp_path):
    output = tmp_path / "answer"
    one_process.most = 15
    with pytest.raises(OutputError, match="A worker process crashed"):
        screen_on_cluster(source, output, QUESTION, "local", stretch_rows=STRETCH_ROWS)
    done = sorted(output.glob("*.parquet"))
    assert len(done) == 15
    assert not (output / "_SUCCESS").exists()
    done[3].write_bytes(done[3].read_bytes()[:100])
    done[7].unlink()
    one_process.most, one_process.asked = STRETCHES, []
    tally = screen_on_cluster(source, output, QUESTION, "local", stretch_rows=STRETCH_ROWS)
    assert [path.name for path in one_process.asked[:2]] == [done[3].name, done[7].name]
    assert len(one_process.asked) == STRETCHES - 13
    _assert_same(output, tally, in_one_process)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda question, folder: question._replace(as_of=date(2019, 1, 1)), r"as_of \(2026-01-01\)"),
        (lambda question, folder: question._replace(lists=("CWC", "AG")), r"lists \(\['CWC'\]\)"),
        (lambda question, folder: question._replace(only=(Verdict.LISTED,)), r"only \(\[\]\)"),
        (lambda question, folder: (folder / "part-2.parquet").unlink() or question, "input"),
    ],
)
def test_a_run_of_another_question_or_input_is_not_gone_on_with(one_process, tmp_path, change, message):
    folder, output = _small_folder(tmp_path), tmp_path / "answer"
    one_process.most = 1
    with pytest.raises(OutputError):
        screen_on_cluster(folder, output, QUESTION, "local")
    with pytest.raises(InputError, match=f"differences: .*{message}"):
        screen_on_cluster(folder, output, change(QUESTION, folder), "local")


def test_a_folder_that_holds_something_is_refused_and_left_alone(one_process, tmp_path):
    folder, output = _small_folder(tmp_path), tmp_path / "answer"
    output.mkdir()
    (output / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        screen_on_cluster(folder, output, QUESTION, "local")
    assert [path.name for path in output.iterdir()] == ["thesis.txt"]


def test_a_finished_answer_is_refused(one_process, tmp_path):
    folder, output = _small_folder(tmp_path), tmp_path / "answer"
    screen_on_cluster(folder, output, QUESTION, "local")
    with pytest.raises(InputError, match="finished answer"):
        screen_on_cluster(folder, output, QUESTION, "local")


def test_an_answer_inside_the_input_is_refused(tmp_path):
    folder = _small_folder(tmp_path)
    with pytest.raises(InputError, match="cannot go into the input"):
        screen_on_cluster(folder, folder / "answer", QUESTION, "local")


def test_what_is_no_parquet_is_not_left_out_in_silence(tmp_path):
    folder = _small_folder(tmp_path)
    (folder / "rest.csv").write_text("smiles\nC\n")
    with pytest.raises(InputError, match=r"rest\.csv: Only Parquet files"):
        screen_on_cluster(folder, tmp_path / "answer", QUESTION, "local")


def test_a_file_without_the_column_is_named(tmp_path):
    folder = _small_folder(tmp_path)
    pl.DataFrame({"id": ["x"], "structure": ["C"]}).write_parquet(folder / "part-9.parquet")
    with pytest.raises(InputError, match=r"part-9\.parquet: There is not exactly one column 'smiles'"):
        screen_on_cluster(folder, tmp_path / "answer", QUESTION, "local")


def test_only_the_verdicts_asked_for_are_written_and_all_rows_are_counted(one_process, tmp_path):
    folder, output = _small_folder(tmp_path), tmp_path / "answer"
    tally = screen_on_cluster(folder, output, QUESTION._replace(only=(Verdict.LISTED,)), "local")
    assert tally.rows == 4
    assert tally.by_verdict[Verdict.NOT_LISTED] == 3
    assert pl.read_parquet(output / "*.parquet").select("row", "id", "verdict").rows() == [(3, "c", "listed")]


def test_an_input_without_rows_has_an_answer_without_lines(one_process, tmp_path):
    path = tmp_path / "none.parquet"
    pl.DataFrame(schema={"smiles": pl.String}).write_parquet(path)
    assert screen_on_cluster(path, tmp_path / "answer", QUESTION, "local").rows == 0
    assert pl.read_parquet(tmp_path / "answer" / "*.parquet").shape == (0, len(FINDING_COLUMNS))


def test_text_that_is_no_utf8_is_a_row_that_says_so(one_process, tmp_path):
    text = b"CCO" + b"\xff\xfe" + b"CCC"
    offsets = pa.py_buffer(b"".join(end.to_bytes(4, "little") for end in (0, 3, 5, 8)))
    array = pa.StringArray.from_buffers(3, offsets, pa.py_buffer(text))
    pq.write_table(pa.table({"smiles": array}), tmp_path / "bad.parquet", row_group_size=2)
    tally = screen_on_cluster(tmp_path / "bad.parquet", tmp_path / "answer", QUESTION, "local", stretch_rows=1)
    assert (tally.rows, tally.by_verdict[Verdict.UNREADABLE]) == (3, 1)


def test_a_machine_with_other_rules_refuses_to_answer(one_process, tmp_path, monkeypatch):
    answers = iter(("ours", "theirs"))
    monkeypatch.setattr(clusters, "fingerprint_rules", lambda rulebook: next(answers))
    with pytest.raises(SettingsError, match="applies different rules"):
        screen_on_cluster(_small_folder(tmp_path), tmp_path / "answer", QUESTION, "local")


def test_rows_that_kill_every_worker_stop_the_run(one_process, tmp_path, monkeypatch):
    output = tmp_path / "answer"
    dead = output / ".rows-000000000001-000000000002.parquet.tries"
    one_process.before = lambda: dead.write_bytes(b"." * clusters.MOST_TRIES)
    with pytest.raises(OutputError, match=r"part-1\.parquet: The workers crashed 8 times on rows 1 to 2"):
        screen_on_cluster(_small_folder(tmp_path), output, QUESTION, "local")


class OneProcess:
    """Stands for the cluster where losing workers is not the point: answers up to ``most`` stretches, then gives up."""

    def __init__(self) -> None:
        self.most = STRETCHES
        self.asked: list[clusters.Stretch] = []
        self.before = lambda: None

    def work_off(self, ray, job, stretches) -> None:
        self.asked = list(stretches)
        self.before()
        for stretch in self.asked[: self.most]:
            clusters.answer_stretch(stretch, job)
        if len(self.asked) > self.most:
            raise OutputError("worker_process_died")


@pytest.fixture
def one_process(monkeypatch: pytest.MonkeyPatch) -> OneProcess:
    stand_in = OneProcess()
    monkeypatch.setattr(clusters, "connected", lambda ray, address: nullcontext())
    monkeypatch.setattr(clusters, "_work_off", stand_in.work_off)
    return stand_in


def _small_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "register"
    folder.mkdir()
    pl.DataFrame({"id": ["a", "b"], "smiles": ["CCO", "CCC"]}).write_parquet(folder / "part-1.parquet")
    pl.DataFrame({"id": ["c", "d"], "smiles": ["CC(C)OP(C)(=O)F", "C"]}).write_parquet(folder / "part-2.parquet")
    return folder


@contextmanager
def _half_way(output: Path, act: Callable[[], None]) -> Iterator[list[int]]:
    """Do something once some stretches are answered, and give how many were."""
    finished, over, raised = [], Event(), []

    def watch() -> None:
        end = monotonic() + DEADLINE
        while not over.wait(0.005) and monotonic() < end:
            if (there := len(list(output.glob("*.parquet")))) >= ENOUGH_TO_BE_HALF_WAY:
                finished.append(there)
                try:
                    act()
                except BaseException as error:
                    raised.append(error)
                return

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield finished
    finally:
        over.set()
        watcher.join()
    assert not raised
    assert finished, f"nothing was answered within {DEADLINE} s"


def _kill_a_worker(cluster) -> None:
    import psutil  # which Ray brings along

    raylets = [node.all_processes["raylet"][0].process.pid for node in (cluster.head_node, *cluster.worker_nodes)]
    end = monotonic() + DEADLINE
    while monotonic() < end:
        for raylet in raylets:
            for process in psutil.Process(raylet).children():
                if "".join(process.cmdline()).startswith("ray::Map"):  # so it is called while it answers
                    process.kill()
                    return
    raise AssertionError("no worker was answering")


def _assert_same(output: Path, tally: Tally, expected: tuple[pl.DataFrame, Tally]) -> None:
    lines = pl.read_parquet(output / "*.parquet")
    assert lines.columns == list(FINDING_COLUMNS)
    assert lines["row"].unique(maintain_order=True).to_list() == list(range(1, FILES * ROWS_OF_A_FILE + 1))
    assert lines.equals(expected[0])
    assert tally == expected[1]
    checked = json.loads((output / "_checked.json").read_text())
    assert checked["rows"] == FILES * ROWS_OF_A_FILE
    assert {path.name for path in output.iterdir() if path.suffix != ".parquet"} == {"_checked.json", "_SUCCESS"}


def _rows_by_file() -> list[pl.DataFrame]:
    return [
        pl.DataFrame(
            {
                "id": [f"{file}-{row}" for row in range(ROWS_OF_A_FILE)],
                "smiles": [CHEMICALS[(file + row) % len(CHEMICALS)] for row in range(ROWS_OF_A_FILE)],
            }
        )
        for file in range(FILES)
    ]


def test_reports_are_read_on_a_cluster_as_here_and_in_their_order(cluster, monkeypatch):
    monkeypatch.setattr(report_batches, "BATCH", 8)
    reports = read_folder(CASES / "a")[0][:40]

    def told(batches):
        return [(item.told, item.days, item.traits.names) for batch in batches for item in batch]

    assert told(ready_on_cluster(reports, None, cluster.address)) == told(ready_items(reports, None))
    assert list(ready_on_cluster((), None, cluster.address)) == []
