"""The files themselves, tampered with: the database, the log, a backup and the proof of a version.

Each change is told, or it changed nothing that is read: bytes that nothing stands in are nobody's.
"""

from __future__ import annotations

import json
import random
import shutil
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import combinations, count, pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError

from attacks import tried
from opencwc.casebook import tables
from opencwc.casebook.backup import back_up, restore_into
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.decisions import comment
from opencwc.casebook.model import Person
from opencwc.casebook.signing import FileKey
from opencwc.casebook.version_proofs import Proven, check_proof, version_proof
from opencwc.errors import OpenCWCError

from .tampering import all_rows, fill
from .test_submissions import FIRST, SECOND, add_version, file_of, opened, operator

PAGE = 4096
_NUMBERS = count(1)
Change = Callable[[bytes], bytes]


def flip(at: int) -> Change:
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def cut(at: int) -> Change:
    return lambda data: data[:at]


def swap(one: int, other: int, size: int) -> Change:
    """Have two pieces of a size change places."""
    first, second = slice(one, one + size), slice(other, other + size)

    def swapped(data: bytes) -> bytes:
        changed = bytearray(data)
        changed[first], changed[second] = data[second], data[first]
        return bytes(changed)

    return swapped


def replaced(at: int, size: int, by: bytes) -> Change:
    return lambda data: data[:at] + by[at : at + size] + data[at + size :]


class House:
    """A casebook in one file in which everything has happened, as it stood before its last days, and as it stands."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._folder, self._patch = folder, patch
        book = self.opened(folder / "first")
        self.reviewer: Person = fill(book, folder / "first")
        book.close()
        self.old = (folder / "first" / "casebook.db").read_bytes()
        self.old_log = book.log.path.read_bytes()
        book = self.opened(folder / "first")
        back_up(book, folder / "old.zip")
        for number in range(3):
            comment(book, self.reviewer, "inventory", f"later {number}")
        self.content = content(book)
        back_up(book, folder / "backup.zip")
        book.close()
        self.data = (folder / "first" / "casebook.db").read_bytes()
        self.log = book.log.path.read_bytes()
        self.members, self.old_members = (members(folder / name) for name in ("backup.zip", "old.zip"))

    def opened(self, folder: Path, *, create: bool = True) -> Casebook:
        self._patch.setenv("OPENCWC_SETTINGS", str(folder / "settings"))
        return open_casebook(folder / "casebook.db", create=create)

    def copy(self) -> Path:
        return Path(shutil.copytree(self._folder / "first", self._folder / f"try-{next(_NUMBERS)}"))

    def holds(self, folder: Path) -> bool:
        """Tell whether a casebook that was tampered with is refused or told, or reads as it did."""
        tried()
        try:
            book = self.opened(folder, create=False)
            try:
                return not verify_all(book).fits or content(book) == self.content
            finally:
                book.close()
        except (OpenCWCError, DatabaseError):  # the second of tables that hold no record: sessions, invitations
            return True
        finally:
            shutil.rmtree(folder)

    def holds_with_database(self, change: Change) -> bool:
        folder = self.copy()
        (folder / "casebook.db").write_bytes(change(self.data))
        return self.holds(folder)

    def holds_with_log(self, change: Change) -> bool:
        folder = self.copy()
        (folder / "settings" / "keys" / "checkpoints.log").write_bytes(change(self.log))
        return self.holds(folder)

    def refuses_backup(self, backup: dict[str, bytes]) -> bool:
        """Tell whether a backup is refused and leaves nothing."""
        tried()
        place = self._folder / f"restored-{next(_NUMBERS)}"
        path = self._folder / "tampered.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in backup.items():
                archive.writestr(name, data)
        self._patch.setenv("OPENCWC_SETTINGS", str(self._folder / "first" / "settings"))
        try:
            restore_into(place / "casebook.db", path, lost=True)
        except OpenCWCError:
            return not (place / "casebook.db").exists()
        return False


def content(book: Casebook) -> dict[str, list[dict[str, Any]]]:
    return {name: all_rows(book, table) for name, table in tables.metadata.tables.items()}


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        yield House(tmp_path_factory.mktemp("house"), patch)


# ---- the file of the database


def some_pages(house: House, thorough: bool) -> list[int]:
    pages = list(range(len(house.data) // PAGE))
    return pages if thorough else random.Random(17).sample(pages, 20)


def test_a_byte_flipped_in_the_file_is_told_or_is_nobodys(house: House, thorough: bool) -> None:
    chance = random.Random(17)
    for page in some_pages(house, thorough):
        place = page * PAGE + chance.randrange(PAGE)
        assert house.holds_with_database(flip(place)), place


def test_a_page_that_is_emptied_swapped_or_an_older_one_is_told_or_is_nobodys(house: House, thorough: bool) -> None:
    pages = some_pages(house, thorough)
    for page, other in pairwise(pages):
        at = page * PAGE
        assert house.holds_with_database(replaced(at, PAGE, bytes(len(house.data)))), page
        assert house.holds_with_database(swap(at, other * PAGE, PAGE)), (page, other)
        if at < len(house.old):
            assert house.holds_with_database(replaced(at, PAGE, house.old)), page


def test_a_file_that_is_cut_off_or_put_back_is_told(house: House) -> None:
    for share in (0, 0.1, 0.5, 0.9, 0.99):
        assert house.holds_with_database(cut(int(len(house.data) * share))), share
    assert house.holds_with_database(lambda _: house.old)


# ---- the log beside the key


def test_a_log_of_which_a_line_is_changed_or_another_s_is_told(house: House, thorough: bool) -> None:
    lines = house.log.splitlines(keepends=True)
    ends = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    chance = random.Random(17)
    for number in range(len(lines)) if thorough else chance.sample(range(len(lines)), 15):
        place = chance.randrange(ends[number], ends[number + 1] - 1)
        assert house.holds_with_log(flip(place)), number
        assert house.holds_with_log(lambda log, number=number: log.replace(lines[number], b"{}\n", 1)), number


# ---- a backup


def test_a_backup_of_which_a_member_is_changed_gone_older_or_another_is_refused(house: House) -> None:
    chance = random.Random(17)
    true = house.members
    for name, data in true.items():
        place = 60 if name == "key.pem" else chance.randrange(len(data))  # in the key: its armour may vary
        assert house.refuses_backup(true | {name: flip(place)(data)}), name
        assert house.refuses_backup(true | {name: cut(len(data) // 2)(data)}), name
        assert house.refuses_backup({other: true[other] for other in true if other != name}), name
        if house.old_members[name] != data:
            assert house.refuses_backup(true | {name: house.old_members[name]}), name
    for one, other in combinations(sorted(true), 2):
        if true[one] != true[other] and chance.random() < 0.1:
            assert house.refuses_backup(true | {one: true[other], other: true[one]}), (one, other)


# ---- the proof of a version


class Proofs:
    """The proofs of two versions of a submission, what the first proves, and a stranger's key."""

    def __init__(self, book: Casebook, folder: Path) -> None:
        operator_of_it = operator(book, "dana", "NORD")
        seq = opened(book, "NORD").seq
        add_version(book, operator_of_it, seq, file_of(FIRST))
        add_version(book, operator_of_it, seq, file_of(SECOND), changes="row 1")
        self.first, self.second = (version_proof(book, operator_of_it, seq, number) for number in (1, 2))
        self.digests = [sha256(text.encode()).hexdigest() for text in (FIRST, SECOND)]
        self.key = book.signer.fingerprint
        self.true = self.read(self.first)
        self.stranger = FileKey.make(folder / "stranger.key")

    def read(self, proof: bytes, digest: str = "") -> Proven:
        return check_proof(digest or self.digests[0], proof, keys=(self.key,))

    def holds(self, proof: bytes, digest: str = "") -> bool:
        """Tell whether a proof is refused, or told, or proves the very same."""
        tried()
        try:
            read = self.read(proof, digest)
        except OpenCWCError:
            return True
        return bool(read.faults) or read == self.true


@pytest.fixture(scope="module")
def proofs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proofs]:
    folder = tmp_path_factory.mktemp("proofs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENCWC_SETTINGS", str(folder / "settings"))
        book = open_casebook(folder / "casebook.db")
        yield Proofs(book, folder)
        book.close()


def test_the_true_proof_has_no_fault(proofs: Proofs) -> None:
    assert proofs.true.faults == ()


def test_a_byte_of_a_proof_flipped_or_a_proof_cut_off_is_told(proofs: Proofs, thorough: bool) -> None:
    for place in range(0, len(proofs.first), 1 if thorough else 29):
        assert proofs.holds(flip(place)(proofs.first)), place
        assert proofs.holds(proofs.first[:place]), place


def test_a_field_of_a_proof_gone_emptied_or_of_another_proof_is_told(proofs: Proofs) -> None:
    first, second = json.loads(proofs.first), json.loads(proofs.second)
    for name, value in first.items():
        without = {field: first[field] for field in first if field != name}
        assert proofs.holds(json.dumps(without).encode()), name
        assert proofs.holds(json.dumps(first | {name: type(value)()}).encode()) or value == type(value)(), name
        assert second[name] == value or proofs.holds(json.dumps(first | {name: second[name]}).encode()), name


def test_a_proof_replayed_for_another_file_or_signed_with_another_key_is_told(proofs: Proofs) -> None:
    assert proofs.holds(proofs.first, proofs.digests[1])
    assert proofs.holds(proofs.second)
    proof = json.loads(proofs.first)
    stranger = {"key": proofs.stranger.public_pem().decode()}
    signed = {"signature": proofs.stranger.sign(proof["statement"].encode()).hex()}
    for forged in (stranger, signed, stranger | signed):
        assert proofs.holds(json.dumps(proof | forged).encode())
    tried()
    assert proofs.read(json.dumps(proof | stranger | signed).encode()).faults == ("key",)
