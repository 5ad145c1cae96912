"""A record as a table: statements in their order, what cannot be read told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from opencwc.claims.record_file import RecordFile
from opencwc.errors import InputError

HEAD = "id,date,statement,source,lang\n"


def record(folder: Path, text: str) -> RecordFile:
    (folder / "record.csv").write_text(text, encoding="utf-8")
    return RecordFile(folder / "record.csv")


def test_statements_come_in_their_order_with_day_and_language(tmp_path: Path) -> None:
    lines = (
        "s1,2026-03-04,Nine workers were treated.,Fire service,en\ns2,2026-03-05T08:00:00+03:00,Погибших нет.,МЧС,\n"
    )
    first, second = record(tmp_path, HEAD + lines).statements()
    assert (first.id, first.made.isoformat(), first.lang, first.row) == ("s1", "2026-03-04T00:00:00+00:00", "en", 1)
    assert (second.lang, second.made.isoformat()) == ("ru", "2026-03-05T08:00:00+03:00")


def test_headings_of_other_languages_are_known(tmp_path: Path) -> None:
    lines = "Référence;Date;Énoncé;Source\n1;2026-01-02;La fuite n’a fait aucun mort dans la ville.;Préfecture\n"
    (only,) = record(tmp_path, lines).statements()
    assert (only.id, only.source, only.lang) == ("1", "Préfecture", "fr")
    assert only.text == "La fuite n’a fait aucun mort dans la ville."


def test_lines_that_cannot_be_read_are_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    days = ("s1,2026-03-04,One.", "s1,2026-03-04,Two.", "s2,,Three.", "s3,2026-02-30,Four.", "s4,2026-03-04,")
    lines = "".join(f"{line},A,en\n" for line in days)
    read = record(tmp_path, HEAD + lines)
    assert [statement.id for statement in read.statements()] == ["s1"]
    assert [(note.id, note.values["where"]) for note in read.notes] == [
        ("claims_statement_twice", "record.csv:2"),
        ("claims_statement_without_date", "record.csv:3"),
        ("claims_statement_without_date", "record.csv:4"),
        ("claims_statement_missing", "record.csv:5"),
    ]


def test_a_statement_that_is_too_long_is_left_out(tmp_path: Path) -> None:
    read = record(tmp_path, f"{HEAD}s1,2026-03-04,{'long ' * 5_000},A,en\ns2,2026-03-04,Short.,A,en\n")
    assert [statement.id for statement in read.statements()] == ["s2"]
    assert [note.id for note in read.notes] == ["claims_statement_too_long"]


@pytest.mark.parametrize(
    ("text", "code"),
    [("a,b\n1,2\n", "claims_record_without_statements"), (HEAD, "claims_record_empty")],
)
def test_a_table_that_is_no_record_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        record(tmp_path, text).statements()
    assert caught.value.code == code


def test_lines_that_are_broken_are_told_with_their_place_and_the_rest_goes_on(tmp_path: Path) -> None:
    lines = 's1,2026-03-04,One.,A,en\ns2,2026-03-04,"Two.,A,en\ns3,2026-03-04,Thr\0ee.,A,en\ns4,2026-03-04,Four.,A,en\n'
    read = record(tmp_path, HEAD + lines)
    assert [statement.id for statement in read.statements()] == ["s1", "s4"]
    assert [(note.id, note.values["where"]) for note in read.notes] == [
        ("watch_file_unread", "record.csv:2"),
        ("watch_file_unread", "record.csv:3"),
    ]


def test_of_many_broken_lines_the_first_are_told_and_how_many_more_there_are(tmp_path: Path) -> None:
    read = record(tmp_path, HEAD + "s,,One.,A,en\n" * 500 + "s4,2026-03-04,Four.,A,en\n")
    assert [statement.id for statement in read.statements()] == ["s4"]
    assert len(read.notes) == 21
    assert read.notes[-1].values["count"] == 480
