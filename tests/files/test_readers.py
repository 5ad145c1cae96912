"""Each kind of file is read by what the registry names, and by nothing else."""

from __future__ import annotations

from collections import Counter

import pytest

import opencwc.files
from opencwc.files.kinds import document_kind_by_name, table_kind_by_name
from opencwc.files.readers import READERS, Gives, reader_by_ending, reader_of

GIVES: tuple[Gives, ...] = ("rows", "frame", "passages")


@pytest.mark.parametrize("gives", GIVES)
def test_a_kind_and_an_ending_lead_to_one_reader(gives: Gives) -> None:
    readers = [reader for reader in READERS if getattr(reader, gives)]
    kinds = Counter(kind for reader in readers for kind in reader.kinds)
    endings = Counter(ending for reader in readers for ending in reader.endings)
    assert readers
    assert set(kinds.values()) == set(endings.values()) == {1}
    for reader in readers:
        assert callable(reader.load(gives))
        assert all(reader_of(kind, gives) is reader for kind in reader.kinds)
        assert all(reader_by_ending(ending, gives) is reader for ending in reader.endings)
        assert set(reader.endings.values()) <= {*reader.kinds, ""}


@pytest.mark.parametrize(
    ("name", "table", "document"),
    [
        ("a.tsv", "tsv", "csv"), ("a.XLS", "xlsx", "xlsx"), ("a.csv.gz", "csv", ""), ("a.lst", "text", ""),
        ("a.md", "", "txt"), ("a.sdf", "sdf", ""), ("a.pdf", "", "pdf"), ("a", "", ""),
    ],
)  # fmt: skip
def test_a_name_claims_a_kind_among_tables_and_one_among_documents(name: str, table: str, document: str) -> None:
    assert (table_kind_by_name(name), document_kind_by_name(name)) == (table, document)


def test_what_the_package_offers_is_there() -> None:
    assert all(getattr(opencwc.files, name) is not None for name in opencwc.files.__all__)
