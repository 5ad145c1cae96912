"""Each kind of record, forged by who has the database and not the key of the house."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from opencwc.casebook import tables
from opencwc.casebook.database import open_casebook
from opencwc.casebook.signing import FileKey

from .tampering import KINDS, Row, change, rewrite, run_sql, undone
from .test_casebook_verifier import Full

CHAIN = (tables.record, tables.checkpoint, tables.casebook, tables.signing_key, tables.time_stamp)
SAID = ("at", "kind", "actor", "case_number", "commitment", "salt", "content")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Full]:
    folder = tmp_path_factory.mktemp("forged")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENCWC_SETTINGS", str(folder / "settings"))
        book = open_casebook(folder / "casebook.db")
        yield Full(book, folder)
        book.close()


@pytest.fixture(scope="module")
def forger(tmp_path_factory: pytest.TempPathFactory) -> FileKey:
    return FileKey.make(tmp_path_factory.mktemp("forger") / "forger.key")


def newest(full: Full, kind: str) -> Row:
    """The newest record of a kind that is not erased."""
    return next(row for row in reversed(full.rows(tables.record)) if row["kind"] == kind and row["content"])


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_record_told_otherwise_and_all_signed_anew_by_a_stranger_is_found(
    full: Full, forger: FileKey, kind: str
) -> None:
    seq = newest(full, kind)["seq"]
    with undone(full.book, *CHAIN):
        rewrite(full.book, seq, forger, forged="by a stranger")
        assert not full.verify().fits
        assert not full.verify(keys=(full.book.signer.fingerprint,)).fits


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_record_in_another_s_place_is_found(full: Full, kind: str) -> None:
    row = newest(full, kind)
    said = {name: row[name] for name in SAID}
    others = [other for other in full.rows(tables.record) if other["kind"] != kind]
    for other in (others[0], others[len(others) // 2], others[-1]):
        with undone(full.book, tables.record):
            change(full.book, tables.record, other, **said)
            assert full.first() == other["seq"]
        with undone(full.book, tables.record):
            change(full.book, tables.record, other, **said)
            change(full.book, tables.record, row, **{name: other[name] for name in SAID})
            assert full.first() in (row["seq"], other["seq"])


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_record_replayed_at_the_head_is_found_also_where_the_head_says_so(full: Full, kind: str) -> None:
    row, last = newest(full, kind), full.rows(tables.record)[-1]["seq"]
    with undone(full.book, tables.record, tables.casebook):
        run_sql(full.book, tables.record.insert().values({**row, "seq": last + 1}))
        assert full.first() == last + 1
        run_sql(full.book, tables.casebook.update().values(seq=last + 1))
        assert full.first() == last + 1
