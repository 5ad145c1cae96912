"""Sections are read one by one and in parts; what is no file of sections is refused."""

from __future__ import annotations

import io
import zlib
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest

from opencwc.files.sections import Sections, SectionWriter, unpacked


def written() -> bytes:
    writer = SectionWriter()
    writer.add("text", b"0123456789")
    writer.add_array("numbers", np.arange(5, dtype=np.uint32))
    writer.add_packed("packed", b"a" * 1_000)
    writer.add("empty", b"")
    return writer.content()


def opened(content: bytes) -> Sections:
    return Sections(lambda start, end: content[start:end], len(content))


def test_a_section_is_read_whole_and_in_parts() -> None:
    sections = opened(written())
    assert (sections.read("text"), sections.read("text", 3, 5), sections.read("empty")) == (b"0123456789", b"34", b"")
    assert sections.array("numbers", "u4", 1, 3).tolist() == [1, 2]
    assert sections.packed("packed") == b"a" * 1_000
    assert written() == written()


def test_no_more_is_read_than_is_asked_for() -> None:
    writer = SectionWriter()
    writer.add("large", b"x" * 1_000_000)
    content, read = writer.content(), []

    def stretch(start: int, end: int) -> bytes:
        read.append(end - start)
        return content[start:end]

    assert Sections(stretch, len(content)).read("large", 10, 20) == b"x" * 10
    assert sum(read) < 200_000


@pytest.mark.parametrize("name", ["strange", "text"])
def test_what_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"section"):
        opened(written()).read(name, 5, 11)


def test_what_is_no_file_of_sections_is_refused() -> None:
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("text", b"0" * 1_000)
    for content in (b"", b"no archive", written()[:-10], packed.getvalue()):
        with pytest.raises(ValueError, match=r"sections|packed|end"):
            opened(content)


def test_what_is_packed_badly_or_without_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opencwc.files.sections._LONGEST_UNPACKED", 100)
    for content in (b"no", zlib.compress(b"0" * 101), zlib.compress(b"0" * 50)[:-3]):
        with pytest.raises(ValueError, match=r"packed|breaks off"):
            unpacked(content)
