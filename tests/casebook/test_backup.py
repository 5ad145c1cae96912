"""A backup holds all, goes into either database, and never leaves half a casebook."""

from __future__ import annotations

import json
import os
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from opencwc.casebook import tables
from opencwc.casebook.backup import back_up, restore_into
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import open_case
from opencwc.casebook.chain import canonical
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.decisions import comment
from opencwc.casebook.encryption import make_identity
from opencwc.casebook.findings import count_findings
from opencwc.casebook.model import Filter, Role
from opencwc.errors import ConflictError, InputError, IntegrityError, NotAllowedError, OpenCWCError, OutputError

from .conftest import person
from .tampering import all_rows, change, fill, undone

_NUMBERS = count(1)
RITA = person("rita")
LEFT_OUT = ("session", "answered_key")
restore_lost = partial(restore_into, lost=True)


class Kept:
    """A casebook in which everything has happened, its backup, and new places of both kinds."""

    def __init__(self, folder: Path, place: str, cluster: Any) -> None:
        self.folder, self._cluster = folder, cluster
        self.book = open_casebook(place)
        self.reviewer = fill(self.book, folder)
        self.backup = folder / "backup.zip"
        self.manifest = back_up(self.book, self.backup)
        self.log = self.book.log.path.read_bytes()

    def new_place(self, kind: str) -> str:
        if kind == "sqlite":
            return str(self.folder / f"restored-{next(_NUMBERS)}" / "casebook.db")
        return self._cluster.make_database(f"restored_{next(_NUMBERS)}")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, cluster: Any) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENCWC_SETTINGS", str(folder / "settings"))
        place = str(folder / "casebook.db")
        if request.param == "postgresql":
            place = cluster.make_database(f"backed_{next(_NUMBERS)}")
        made = Kept(folder, place, cluster)
        yield made
        made.book.close()


@pytest.fixture(autouse=True)
def _log_as_it_was(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "kept" in request.fixturenames:
        made = request.getfixturevalue("kept")
        made.book.log.path.write_bytes(made.log)


def content(book: Casebook) -> dict[str, list[dict[str, Any]]]:
    """Everything but what a restore adds: its own record, checkpoint and head."""
    rows_by_table = {
        name: all_rows(book, table) for name, table in tables.metadata.tables.items() if name not in LEFT_OUT
    }
    rows_by_table.pop("casebook")
    rows_by_table["record"] = [row for row in rows_by_table["record"] if row["kind"] != "restored"]
    rows_by_table["checkpoint"] = rows_by_table["checkpoint"][: len(rows_by_table["record"])]
    return {
        name: [
            {key: bytes(value) if isinstance(value, memoryview) else value for key, value in row.items()}
            for row in rows
        ]
        for name, rows in rows_by_table.items()
    }


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_goes_into_either_database_and_fits_there(kept: Kept, kind: str) -> None:
    place = kept.new_place(kind)
    report = restore_lost(place, kept.backup)
    assert report.fits and report.casebook == kept.manifest["casebook"]
    assert report.records == kept.manifest["head"]["seq"] + 1  # and the restoring itself is on record
    book = open_casebook(place, create=False)
    before, after = content(kept.book), content(book)
    after["checkpoint"] = after["checkpoint"][: len(before["checkpoint"])]
    assert after == before
    open_case(book, RITA, "goes-on")
    assert verify_all(book).fits
    book.close()


def test_a_backup_of_a_restored_casebook_is_a_backup_too(kept: Kept) -> None:
    place = kept.new_place("sqlite")
    restore_lost(place, kept.backup)
    book = open_casebook(place)
    back_up(book, kept.folder / "again.zip")
    book.close()
    assert restore_lost(kept.new_place("postgresql"), kept.folder / "again.zip").fits


def test_a_backup_is_for_its_owner_alone_and_holds_no_sessions(kept: Kept) -> None:
    assert kept.backup.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(kept.backup) as archive:
        assert not {"session.parquet", "answered_key.parquet"} & set(archive.namelist())


def test_only_an_administrator_backs_up(kept: Kept) -> None:
    with pytest.raises(NotAllowedError):
        back_up(kept.book, kept.folder / "no.zip", person=RITA)
    assert not (kept.folder / "no.zip").exists()
    assert back_up(kept.book, kept.folder / "yes.zip", person=person("root", Role.ADMINISTRATOR))


def test_an_encrypted_backup_opens_for_whom_it_is_and_for_nobody_else(kept: Kept) -> None:
    recipient = make_identity(kept.folder / f"mine-{next(_NUMBERS)}")
    mine = kept.folder / f"mine-{next(_NUMBERS) - 1}"
    other = kept.folder / f"other-{next(_NUMBERS)}"
    make_identity(other)
    target = kept.folder / f"closed-{next(_NUMBERS)}" / "backup.age"
    target.parent.mkdir()
    back_up(kept.book, target, [recipient])
    assert target.read_bytes().startswith(b"age-encryption.org/") and b"PAR1" not in target.read_bytes()
    assert list(target.parent.iterdir()) == [target]
    place = kept.new_place("sqlite")
    with pytest.raises(InputError, match=r"encrypted.*--identity"):
        restore_lost(place, target)
    with pytest.raises(InputError):
        restore_lost(place, target, other)
    assert nothing_at(place)
    assert restore_lost(place, target, mine).fits


def nothing_at(place: str) -> bool:
    folder = Path(place).parent
    return not folder.exists() or not list(folder.iterdir())


# ---- what is no backup, or no longer one


def _members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _written(path: Path, members: dict[str, bytes], packed: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", packed) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def _with(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path, Casebook], None]:
    def tamper(path: Path, _: Casebook) -> None:
        members = _members(path)
        members[name] = change(members[name])
        _written(path, members)

    return tamper


def _signed_anew(change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> Callable[[Path, Casebook], None]:
    def tamper(path: Path, book: Casebook) -> None:
        members = _members(path)
        manifest = json.loads(members["manifest.json"])
        change(manifest, members)
        members["manifest.json"] = canonical(manifest).encode()
        members["manifest.sig"] = book.signer.sign(members["manifest.json"])
        _written(path, members)

    return tamper


def _cut(share: float) -> Callable[[Path, Casebook], None]:
    return lambda path, _: os.truncate(path, int(path.stat().st_size * share))


def _flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def _flip_in_file(path: Path, _: Casebook) -> None:
    """Flip a byte of what is kept: the ZIP format has bytes of its own that say nothing, a time among them."""
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        part = archive.read("finding.parquet")
    at = data.index(part) + len(part) // 2
    path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])


def _packed(path: Path, _: Casebook) -> None:
    _written(path, _members(path), zipfile.ZIP_DEFLATED)


DAMAGE: dict[str, tuple[Callable[[Path, Casebook], None], type[OpenCWCError], str]] = {
    "cut in the middle": (_cut(0.5), InputError, "not a backup"),
    "cut near the end": (_cut(0.99), InputError, "not a backup"),
    "empty": (_cut(0), InputError, "not a backup"),
    "another file": (lambda path, _: path.write_text("name,cas\nsarin,107-44-8\n"), InputError, "not a backup"),
    "another archive": (lambda path, _: _written(path, {"a.txt": b"a"}), InputError, "not a backup"),
    "a byte flipped": (_flip_in_file, OpenCWCError, "backup"),
    "a table flipped": (_with("finding.parquet", _flipped), IntegrityError, "finding.parquet does not match"),
    "the manifest flipped": (_with("manifest.json", lambda data: data.replace(b'"seq":', b'"seq":1')), IntegrityError,
                             "signature"),
    "the manifest no object": (_with("manifest.json", lambda data: b"[]"), InputError, "not a backup"),
    "the signature flipped": (_with("manifest.sig", _flipped), IntegrityError, "signature"),
    "another key": (_with("key.pem", lambda data: data.replace(b"A", b"B", 1)), OpenCWCError, r"backup|key"),
    "another format": (_signed_anew(lambda manifest, _: manifest.update(format="opencwc-backup-9")), InputError,
                       "opencwc-backup-9.*reads opencwc-backup-1"),
    "other tables": (_signed_anew(lambda manifest, _: manifest["files"].pop("comment.parquet")), InputError,
                     "different tables"),
    "packed": (_packed, InputError, "not packed as OpenCWC packs it"),
    "fewer rows said": (_signed_anew(lambda manifest, _: manifest["rows"].update(finding=1)), IntegrityError,
                        "number of rows"),
    "another head said": (_signed_anew(lambda manifest, _: manifest["head"].update(seq=1)), IntegrityError,
                          "head of the chain"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_backup_is_told_and_leaves_nothing_behind(kept: Kept, name: str, tmp_path: Path) -> None:
    tamper, kind, message = DAMAGE[name]
    damaged = tmp_path / "damaged.zip"
    shutil.copy(kept.backup, damaged)
    tamper(damaged, kept.book)
    place = kept.new_place("sqlite")
    with pytest.raises(kind, match=message):
        restore_lost(place, damaged)
    assert nothing_at(place)
    assert list(tmp_path.iterdir()) == [damaged]
    on_server = kept.new_place("postgresql")
    empty = open_casebook(on_server)
    before = content(empty)
    with pytest.raises(kind, match=message):
        restore_lost(on_server, damaged)
    assert content(empty) == before and verify_all(empty).fits
    assert restore_lost(on_server, kept.backup).casebook == kept.manifest["casebook"]  # and it is as good as new
    empty.close()


def test_a_backup_that_is_not_there_is_told(kept: Kept) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        restore_lost(kept.new_place("sqlite"), kept.folder / "none.zip")


def test_a_backup_that_cannot_be_written_leaves_nothing(kept: Kept) -> None:
    with pytest.raises(OutputError):
        back_up(kept.book, kept.folder / "no" / "such" / "folder.zip")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_is_restored_over_what_is_there(kept: Kept, kind: str) -> None:
    place = kept.new_place(kind)
    book = open_casebook(place)
    open_case(book, RITA, "here-already")
    before = content(book)
    with pytest.raises(ConflictError, match=r"not empty.*new file or an empty database"):
        restore_lost(place, kept.backup)
    assert content(book) == before and verify_all(book).fits
    book.close()


def test_a_casebook_that_may_go_on_is_restored_beside_itself_only_where_it_is_said_to_be_lost(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice from one backup with one key: after the first, the log knows the casebook, and so with the true one."""
    with pytest.raises(ConflictError, match=r"may be in use elsewhere.*OPENCWC_SETTINGS=FOLDER.*--lost"):
        restore_into(kept.new_place("sqlite"), kept.backup)
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "trial"))
    assert restore_into(kept.new_place("sqlite"), kept.backup).fits
    place = kept.new_place("sqlite")
    with pytest.raises(ConflictError, match="may be in use elsewhere"):
        restore_into(place, kept.backup)
    assert not Path(place).exists()
    assert restore_lost(place, kept.backup).fits


def test_an_empty_casebook_that_is_there_is_filled(kept: Kept) -> None:
    place = kept.new_place("sqlite")
    open_casebook(place).close()
    assert restore_lost(place, kept.backup).fits


def test_a_casebook_that_did_not_fit_is_restored_and_told(kept: Kept) -> None:
    place = kept.new_place("sqlite")
    with undone(kept.book, tables.decision):
        row = all_rows(kept.book, tables.decision)[0]
        change(kept.book, tables.decision, row, outcome="reject")
        back_up(kept.book, kept.folder / "tampered.zip")
    with pytest.raises(IntegrityError, match="restored from the backup, but verification failed"):
        restore_lost(place, kept.folder / "tampered.zip")
    assert Path(place).exists()


def test_after_a_restore_the_log_expects_the_restored_casebook(kept: Kept) -> None:
    """What was written after the backup is forgotten by an act on record, and by no other."""
    comment(kept.book, kept.reviewer, "inventory", "after the backup")
    place = kept.new_place("sqlite")
    assert restore_lost(place, kept.backup).fits
    lines = [json.loads(line) for line in kept.book.log.path.read_bytes().splitlines()]
    restored = [line for line in lines if line.get("restored")]
    assert [line["number"] for line in restored] == [len(all_rows(kept.book, tables.checkpoint))]
    report = verify_all(kept.book)  # the old one is no longer the casebook
    assert "another one in the log" in str(report.problems)
    seq = report.records
    with kept.book.engine.connect() as connection, connection.begin():  # put back by hand, for the tests that follow
        connection.execute(tables.comment.delete().where(tables.comment.c.seq == seq))
        connection.execute(tables.record.delete().where(tables.record.c.seq == seq))
        connection.execute(tables.checkpoint.delete().where(tables.checkpoint.c.seq == seq))
        connection.execute(
            tables.casebook.update().values(
                seq=seq - 1,
                link=bytes.fromhex(kept.manifest["head"]["link"]),
                checkpoint=tables.casebook.c.checkpoint - 1,
                tree=b"",
            )
        )


def test_a_backup_made_while_somebody_writes_is_of_one_moment(kept: Kept, tmp_path: Path, cluster: Any) -> None:
    place = kept.new_place(kept.book.dialect)
    book = open_casebook(place)
    open_case(book, RITA, "busy")
    stop = threading.Event()
    problems: list[Exception] = []

    def write() -> None:
        own = open_casebook(place)
        try:
            while not stop.is_set():
                comment(own, RITA, "busy", "again")
        except Exception as error:
            problems.append(error)
        own.close()

    writer = threading.Thread(target=write)
    writer.start()
    heads = [back_up(book, tmp_path / f"{n}.zip")["head"]["seq"] for n in range(5)]
    stop.set()
    writer.join()
    assert not problems and heads == sorted(heads)
    report = restore_lost(tmp_path / "restored.db", tmp_path / "4.zip")
    assert report.fits and report.records == heads[4] + 1
    book.close()


def test_people_who_are_signed_in_are_not_in_the_backup(kept: Kept, tmp_path: Path) -> None:
    row = {"id": "s", "person": "p", "made_at": "", "seen_at": "", "ends_at": "9", "fully_in": True}
    with undone(kept.book, tables.session):
        with kept.book.engine.connect() as connection, connection.begin():
            connection.execute(insert(tables.session), row)
        back_up(kept.book, tmp_path / "b.zip")
    restore_lost(tmp_path / "restored.db", tmp_path / "b.zip")
    book = open_casebook(tmp_path / "restored.db")
    assert all_rows(book, tables.session) == []
    assert count_findings(book, RITA, Filter()).all == count_findings(kept.book, RITA, Filter()).all
    book.close()
