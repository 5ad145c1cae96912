"""An archive that a command names grows call by call, and holds what one call over all reports would give."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest
from benchmarks.reports import CASES, read_folder

from opencwc.errors import InputError, OutputError
from opencwc.files.sections import SectionWriter
from opencwc.reports import archive_file, kept
from opencwc.reports.archive_file import Coming, Shown, grow_archive, read_archive
from opencwc.reports.batches import ready
from opencwc.reports.corrections import Correction
from opencwc.reports.item import Item
from opencwc.reports.kept import unpack
from opencwc.reports.watched import Watched, joining


@pytest.fixture(scope="module")
def items() -> list[Item]:
    reports, _ = read_folder(CASES / "a")
    return ready(reports[:70], None)


def add(path: Path, items: Sequence[Item], said: Sequence[Correction] = (), encoder: str = "") -> Shown:
    archive, watched = joining([items])
    coming = Coming(archive, watched, "press.jsonl", encoder)
    return grow_archive(path, coming, said, lambda reports: [ready(list(reports), None)])


def facts(watched: Watched) -> set[tuple[str, str, str]]:
    return {(line.told.report.id, line.event, line.origin) for line in watched.lines}


def whole(items: Sequence[Item], said: Sequence[Correction] = ()) -> set[tuple[str, str, str]]:
    return facts(joining([items], said)[1])


def test_an_archive_grows_and_shows_what_stands_with_the_new_reports(tmp_path: Path, items: list[Item]) -> None:
    path = tmp_path / "press.zip"
    assert add(path, items[:33]).reports == 33
    second = add(path, items[33:50])
    assert (second.reports, second.known) == (50, 0)
    new = {item.told.report.id for item in items[33:50]}
    on_their_events = {event for report, event, _ in whole(items[:50]) if report in new and event}
    assert facts(second.watched) == {fact for fact in whole(items[:50]) if fact[0] in new or fact[1] in on_their_events}
    third = add(path, items[40:])
    assert (third.reports, third.known) == (70, 10)
    assert facts(read_archive(path)) == whole(items)
    file = unpack(path.read_bytes())
    assert (file.summary.parts, file.summary.ready) == ((), 1)


def test_corrections_hold_in_all_later_calls(tmp_path: Path, items: list[Item]) -> None:
    path = tmp_path / "press.zip"
    events = joining([items[:40]])[1].events
    names = [[items[number].told.report.id for number in event.items] for event in events]
    large = next(group for group in names if len(group) > 2)
    said = [Correction("split", tuple(large[-1:]), apart=tuple(large[:-1]))]
    more = [*said, Correction("join", (names[0][0], names[-1][0]))]
    add(path, items[:40], said)
    assert facts(read_archive(path)) == whole(items[:40], said)
    add(path, items[40:55])
    assert facts(read_archive(path)) == whole(items[:55], said)
    add(path, items[55:], more)
    assert facts(read_archive(path)) == whole(items, more)


def test_an_archive_of_another_encoder_or_an_earlier_form_is_read_again(tmp_path: Path, items: list[Item]) -> None:
    path = tmp_path / "press.zip"
    watched = joining([items[:20]])[1]
    path.write_bytes(kept.pack(watched, "press.jsonl", "2026-03-07", ""))
    assert add(path, items[20:40]).reports == 40
    assert add(path, items[40:], encoder="use").reports == 70
    assert facts(read_archive(path)) == whole(items)


def test_what_is_no_archive_is_refused_and_stays_as_it_is(tmp_path: Path, items: list[Item]) -> None:
    path = tmp_path / "press.zip"
    for content in (b"", b"something else", b"PK\x05\x06" + bytes(18)):
        path.write_bytes(content)
        for act in (lambda: add(path, items[:5]), lambda: read_archive(path)):
            with pytest.raises(InputError) as caught:
                act()
            assert caught.value.code == "watch_archive_unreadable"
        assert path.read_bytes() == content


def test_a_call_that_fails_leaves_the_archive_as_it_was(
    tmp_path: Path, items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "press.zip"
    add(path, items[:20])
    before = path.read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise OutputError("worker_process_died")

    monkeypatch.setattr(archive_file, "open_for_writing", fail)
    with pytest.raises(OutputError):
        add(path, items[20:])
    assert path.read_bytes() == before


def sections(content: bytes) -> list[str]:
    return [name for name in ZipFile(io.BytesIO(content)).namelist() if name.startswith(("ready", "brought"))]


@pytest.mark.parametrize("replaced", [b"", b"\xff" * 96, b"\0" * 96], ids=["empty", "ones", "zeros"])
def test_ready_reports_that_do_not_hold_with_the_others_are_refused(
    tmp_path: Path, items: list[Item], replaced: bytes
) -> None:
    path = tmp_path / "press.zip"
    add(path, items[:40])
    add(path, items[40:])
    whole = path.read_bytes()
    assert len(sections(whole)) == 12
    for section in sections(whole):
        writer = SectionWriter()
        with ZipFile(io.BytesIO(whole)) as archive:
            for name in archive.namelist():
                writer.add(name, replaced if name == section else archive.read(name))
        if section == "brought" and not replaced:
            unpack(writer.content())
            continue
        with pytest.raises(InputError) as caught:
            unpack(writer.content())
        assert caught.value.code == "kept_watch_unreadable"
