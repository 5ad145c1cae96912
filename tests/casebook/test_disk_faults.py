"""A disk that breaks, is full or lies at any write: what was acknowledged stays, and nothing stays half done."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from attacks import tried
from opencwc.casebook import tables
from opencwc.casebook.bundle_verifier import verify_bundle
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import open_case
from opencwc.casebook.database import Casebook, finish_erasures, open_casebook
from opencwc.casebook.decisions import comment, decide
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.exports import ask_for_export, export_case
from opencwc.casebook.model import Outcome
from opencwc.casebook.requests import answer, ask
from opencwc.casebook.runs import begin_run
from opencwc.errors import OpenCWCError

from .conftest import person
from .faulty_disk import Fault, FaultyDisk, faulty_disk, some_of
from .screening import ETHANOL, NOT_READ, SARIN, THIODIGLYCOL, findings

RITA, RENE = person("rita"), person("rene")
_NUMBERS = count(1)
Say = Callable[[str], None]
Act = Callable[[Casebook, Path, Say], None]
"""Something that is done to a casebook, in steps: each says its name once it is acknowledged."""


def make_case(book: Casebook, _: Path, say: Say) -> None:
    open_case(book, RITA, "new", title="A new one")
    say("case")


def keep_run(book: Casebook, _: Path, say: Say) -> None:
    run = begin_run(book, RITA, "inventory", verb="screen", asked={}, checked={}, maker={})
    say("run")
    run.keep(findings(SARIN, THIODIGLYCOL, ETHANOL, NOT_READ))
    say("findings")
    run.finish({"rows": 4})
    say("finished")


def decide_two(book: Casebook, _: Path, say: Say) -> None:
    decide(book, RITA, [1, 2], Outcome.NEED_MORE, "which bottle?")
    say("decided")


def erase(book: Casebook, _: Path, say: Say) -> None:
    erase_case(book, RITA, _request(book, "erase"))
    say("erased")


def export(book: Casebook, folder: Path, say: Say) -> None:
    export_case(book, RITA, _request(book, "export"), folder / "out.zip")
    say("exported")


def comment_much(book: Casebook, _: Path, say: Say) -> None:
    """Write more than the write-ahead log holds before it is taken into the file."""
    for number in range(3):
        comment(book, RITA, "inventory", "long " * 300_000)
        say(f"comment {number + 1}")


ACTS = (make_case, keep_run, decide_two, erase, export, comment_much)


def _request(book: Casebook, kind: str) -> int:
    with book.reading() as connection:
        query = select(tables.request.c.seq).where(tables.request.c.kind == kind)
        return int(connection.execute(query).scalar_one())


def _count(connection: Connection, column: object, *where: object) -> int:
    return int(connection.execute(select(func.count(column)).where(*where)).scalar_one())  # type: ignore[call-overload]


def assert_whole(book: Casebook, folder: Path, acknowledged: list[str]) -> None:
    """See that all that was acknowledged is there, and that the rest is there whole or not at all."""
    report = verify_all(book)
    assert report.fits, report.problems[:3]
    case, run, finding, decision = tables.case, tables.run, tables.finding, tables.decision
    with book.reading() as connection:
        made = _count(connection, case.c.name, case.c.name == "new")
        rows = connection.execute(select(run.c.row_count, run.c.state).where(run.c.number > 2)).all()
        kept = _count(connection, finding.c.id, finding.c.run > 2)
        decided = _count(connection, decision.c.seq)
        left = _count(connection, finding.c.content, finding.c.run == 2)
        erased = _count(connection, case.c.name, case.c.status == "erased")
        comments = _count(connection, tables.comment.c.seq)
        erasure = select(tables.request.c.state).where(tables.request.c.kind == "erase")
        assert (erased, left, connection.execute(erasure).scalar_one()) in ((0, 2, "approved"), (1, 0, "done"))
    assert made in (0, 1) and decided in (0, 2) and len(rows) in (0, 1) and kept in (0, 4)
    assert kept == sum(row.row_count for row in rows)
    there = {"case": made == 1, "run": len(rows) == 1, "findings": kept == 4, "decided": decided == 2,
             "finished": [row.state for row in rows] == ["done"], "erased": erased == 1,
             "exported": (folder / "out.zip").exists()}  # fmt: skip
    there |= {f"comment {number}": comments >= number for number in range(1, 4)}
    assert all(there[name] for name in acknowledged), (acknowledged, there)
    if (folder / "out.zip").exists():
        assert verify_bundle(folder / "out.zip", key=book.signer.fingerprint).fits


@pytest.fixture(scope="module")
def disk() -> Iterator[FaultyDisk]:
    with faulty_disk() as disk:
        yield disk


class Desk:
    """A casebook with something to do, of which each try gets a copy."""

    def __init__(self, disk: FaultyDisk, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.disk, self._folder, self._patch = disk, folder, patch
        self._points: dict[Act, int] = {}
        book = self.opened(folder / "first")
        for name, values in (("inventory", (SARIN, THIODIGLYCOL)), ("gone", (ETHANOL, NOT_READ))):
            open_case(book, RITA, name)
            run = begin_run(book, RITA, name, verb="screen", asked={}, checked={}, maker={})
            run.keep(findings(*values))
            run.finish({"rows": 2})
        erasure = ask(book, RITA, "erase", "gone", {"reason": "planted", "ground": "retention ended"})
        for request in (erasure, ask_for_export(book, RITA, "inventory", "for the OPCW")):
            answer(book, RENE, request.seq, approve=True)
        book.close()

    def opened(self, folder: Path, *, create: bool = True) -> Casebook:
        self._patch.setenv("OPENCWC_SETTINGS", str(folder / "settings"))
        return open_casebook(folder / "casebook.db", create=create)

    def copy(self) -> Path:
        return Path(shutil.copytree(self._folder / "first", self.empty()))

    def empty(self) -> Path:
        return self._folder / f"try-{next(_NUMBERS)}"

    def points_of(self, act: Act) -> int:
        """Return at how many places the disk can fail while this is done."""
        if act not in self._points:
            folder = self.copy()
            book = self.opened(folder)
            self.disk.arm(Fault.BROKEN, 0, stays=False)
            acknowledged, told = do(act, book, folder)
            self._points[act] = self.disk.count
            assert told is None
            assert_whole(book, folder, acknowledged)
            book.close()
            shutil.rmtree(folder)
        return self._points[act]


@pytest.fixture(scope="module")
def desk(disk: FaultyDisk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with pytest.MonkeyPatch.context() as patch:
        yield Desk(disk, tmp_path_factory.mktemp("desk"), patch)


def do(act: Act, book: Casebook, folder: Path) -> tuple[list[str], OpenCWCError | None]:
    """Do it as far as the disk lets it be done, and return what was acknowledged and what was told."""
    acknowledged: list[str] = []
    try:
        act(book, folder, acknowledged.append)
    except OpenCWCError as error:
        return acknowledged, error
    return acknowledged, None


def some(points: int, most: int) -> list[int]:
    """Return the points to fail at: each, or so many from the first to the last."""
    if points <= most:
        return list(range(1, points + 1))
    return sorted({1 + (points - 1) * n // (most - 1) for n in range(most)})


@pytest.mark.parametrize("stays", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name.lower())
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_a_disk_that_fails_loses_nothing_and_leaves_nothing_half_done(
    desk: Desk, act: Act, fault: Fault, stays: bool, thorough: bool
) -> None:
    for point in some(desk.points_of(act), 40 if thorough else 3):
        folder, image = desk.copy(), desk.empty()
        book = desk.opened(folder)
        desk.disk.arm(fault, point, stays=stays)
        acknowledged, _ = do(act, book, folder)
        desk.disk.disarm()
        if not desk.disk.failed:  # a page fewer was written this time
            book.close()
            continue
        tried()
        desk.disk.power_cut(folder, image, lambda: True)  # killed here, as the files are
        comment(book, RITA, "inventory", "and it goes on")
        book.close()
        for place in (folder, image):
            book = desk.opened(place, create=False)
            assert_whole(book, place, acknowledged)
            book.close()
            shutil.rmtree(place)


@pytest.mark.parametrize("fault", [Fault.FULL, Fault.BROKEN], ids=lambda fault: fault.name.lower())
def test_where_an_erasure_stands_and_the_disk_fails_after_it_nobody_says_that_nothing_was_changed(
    desk: Desk, fault: Fault, thorough: bool
) -> None:
    codes = []
    for point in some(desk.points_of(erase), 60 if thorough else 6):
        folder = desk.copy()
        book = desk.opened(folder)
        desk.disk.arm(fault, point, stays=True)
        acknowledged, _ = do(erase, book, folder)
        if acknowledged and (unfinished := finish_erasures(book, wait=0.0)):  # the last fault may stop nothing any more
            tried()
            codes.append(unfinished.code)
        desk.disk.disarm()
        assert finish_erasures(book) is None
        book.close()
        shutil.rmtree(folder)
    assert codes and set(codes) <= {"overwriting_disk_full", "overwriting_disk_broken"}


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.9], ids=["nothing", "half", "most"])
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_a_disk_that_lies_of_the_database_is_survived_or_told(
    desk: Desk, act: Act, kept: float, thorough: bool
) -> None:
    """The power goes after the database was said to be on the disk and was not; the log beside the key was."""
    for seed in range(20 if thorough else 2):
        tried()
        folder, image = desk.copy(), desk.empty()
        book = desk.opened(folder)
        desk.disk.arm(Fault.BROKEN, 0, stays=False)
        desk.disk.lie(folder, "casebook.db", "casebook.db-wal")
        acknowledged, told = do(act, book, folder)
        assert told is None
        desk.disk.power_cut(folder, image, some_of(seed, kept))
        desk.disk.disarm()
        book.close()
        assert_told_or_whole(desk, image, acknowledged)
        for place in (folder, image):
            shutil.rmtree(place)


def assert_told_or_whole(desk: Desk, image: Path, acknowledged: list[str]) -> None:
    try:
        book = desk.opened(image, create=False)
        if verify_all(book).fits:
            assert_whole(book, image, acknowledged)
        book.close()
    except OpenCWCError as error:
        assert error.code in TOLD, error


TOLD = {"casebook_damaged", "not_a_casebook", "disk_broken", "casebook_put_back"}


def test_the_disk_does_fail_and_does_lie(desk: Desk) -> None:
    """The tests above would hold on a sound disk too: so this one sees that theirs is not."""
    folder, image = desk.copy(), desk.empty()
    book = desk.opened(folder)
    for point in (1, 5):
        desk.disk.arm(Fault.FULL, point, stays=True)
        acknowledged, error = do(make_case, book, folder)
        assert error is not None and not acknowledged
    desk.disk.arm(Fault.BROKEN, 0, stays=False)
    desk.disk.lie(folder, "casebook.db", "casebook.db-wal")
    acknowledged, _ = do(make_case, book, folder)
    assert acknowledged == ["case"]
    desk.disk.power_cut(folder, image, lambda: False)
    desk.disk.disarm()
    book.close()
    book = desk.opened(image, create=False)
    assert "put back to an earlier state" in str(verify_all(book).problems)
    book.close()
