"""Camera data: when, where and with what; what does not fit the claimed day; and data made to steer or to last."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from benchmarks.drawn_pictures import captioned, patched, saved, scene
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from opencwc.custody.pictures import examine, remarks_on
from opencwc.custody.pictures.model import CameraData, Edit, PictureFacts

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
 xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#" xmp:CreatorTool="Editor 3"
 xmp:ModifyDate="2026-03-04T08:00:00+01:00">
<xmpMM:History><rdf:Seq>
<rdf:li stEvt:action="saved" stEvt:when="2026-03-03T08:00:00+01:00" stEvt:softwareAgent="Editor 3"/>
<rdf:li rdf:parseType="Resource"><stEvt:action>derived</stEvt:action></rdf:li>
</rdf:Seq></xmpMM:History></rdf:Description></rdf:RDF></x:xmpmeta>"""


def photograph(taken: str = "2026:03:02 10:11:12", **more: Any) -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0131] = "Example", "Cam 1", more.get("program", "Firmware 2")
    if "saved" in more:
        exif[0x0132] = more["saved"]
    photo = exif.get_ifd(0x8769)
    photo[0x9003], photo[0x9011] = taken, "+01:00"
    if "place" in more:
        places = exif.get_ifd(0x8825)
        places[1], places[2], places[3], places[4] = "S", more["place"][0], "W", more["place"][1]
        places[0x001D] = more.get("satellite", "2026:03:02")
    return saved(scene(1), quality=85, exif=exif, **({"xmp": more["xmp"].encode()} if "xmp" in more else {}))


def with_preview(preview: Image.Image) -> bytes:
    """Return a picture with a small JPEG in its EXIF block, as cameras put it there."""
    small = preview.copy()
    small.thumbnail((160, 120))
    data = saved(small, quality=80)
    exif = Image.Exif()
    exif[0x010F] = "Example"
    block = exif.tobytes()[6:]
    count = int.from_bytes(block[8:10], "little") if block[:2] == b"II" else int.from_bytes(block[8:10], "big")
    order = "little" if block[:2] == b"II" else "big"
    next_at = 10 + 12 * count
    second = len(block)
    tags = b"".join(
        tag.to_bytes(2, order) + (4).to_bytes(2, order) + (1).to_bytes(4, order) + value.to_bytes(4, order)
        for tag, value in ((0x0201, second + 2 + 24 + 4), (0x0202, len(data)))
    )
    block = block[:next_at] + second.to_bytes(4, order) + block[next_at + 4 :]
    block += (2).to_bytes(2, order) + tags + bytes(4) + data
    return saved(scene(1), quality=85, exif=b"Exif\0\0" + block)


def camera_of(data: bytes) -> CameraData:
    return contents(examine(data)).camera


def contents(facts: PictureFacts) -> Any:
    assert facts.contents is not None, facts.unread
    return facts.contents


def said(data: bytes, claimed: date | None = None) -> dict[str, bool]:
    remarks = remarks_on(examine(data), claimed=claimed, today=date(2026, 11, 29))
    return {remark.message.id: remark.look for remark in remarks}


def test_it_says_when_where_and_with_what_a_picture_was_taken() -> None:
    camera = camera_of(photograph(place=((46, 30, 0), (7, 15, 30)), xmp=XMP))
    assert camera.taken == "2026-03-02T10:11:12+01:00"
    assert (camera.make, camera.model, camera.program) == ("Example", "Cam 1", "Firmware 2")
    assert camera.place == (-46.5, -7.25833)
    assert camera.satellite_day == "2026-03-02" and camera.saved == "2026-03-04T08:00:00+01:00"
    assert camera.edits == (Edit("saved", "2026-03-03T08:00:00+01:00", "Editor 3"), Edit("derived"))


@pytest.mark.parametrize(
    ("taken", "claimed", "remark", "look"),
    [
        ("2026:03:02 10:11:12", date(2026, 3, 2), "picture_taken", False),
        ("2026:03:03 02:00:00", date(2026, 3, 2), "picture_taken", False),
        ("2026:03:05 10:11:12", date(2026, 3, 2), "picture_taken_after", True),
        ("2019:03:02 10:11:12", date(2026, 3, 2), "picture_taken_before", True),
        ("1980:01:01 00:00:00", date(2026, 3, 2), "picture_clock", True),
        ("2031:01:01 00:00:00", None, "picture_clock", True),
    ],
)
def test_a_day_that_does_not_fit_the_claimed_one_is_to_be_looked_at(
    taken: str, claimed: date | None, remark: str, look: bool
) -> None:
    assert said(photograph(taken), claimed)[remark] is look


def test_a_clock_that_the_satellite_contradicts_is_to_be_looked_at() -> None:
    data = photograph(place=((46, 30, 0), (7, 15, 30)), satellite="2026:02:01")
    assert said(data)["picture_satellite"] is True


def test_a_picture_without_camera_data_is_no_cause_to_look() -> None:
    assert said(saved(scene(1)))["picture_no_camera"] is False


def test_a_preview_that_shows_another_picture_is_to_be_looked_at() -> None:
    assert camera_of(with_preview(scene(1))).preview == "same"
    boxed = Image.new("RGB", (160, 120))
    boxed.paste(scene(1).resize((160, 90)), (0, 15))
    assert camera_of(with_preview(boxed)).preview == "same"
    assert camera_of(with_preview(scene(1).transpose(Image.Transpose.ROTATE_90))).preview == "same"
    assert camera_of(with_preview(scene(6))).preview == "differs"
    assert said(with_preview(scene(6)))["picture_preview"] is True


def test_texts_of_a_file_are_short_and_do_not_steer() -> None:
    camera = camera_of(photograph(program="A\u202egnp.exe\x1b[2J" + "x" * 60_000))
    assert len(camera.program) <= 300
    assert not set(camera.program) & set("\u202e\x1b")


@pytest.mark.parametrize(
    "packet",
    [
        "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>" + XMP.replace("Editor 3", "&b;"),
        "<a>" * 2_000,
        XMP[:400],
        XMP.replace('stEvt:action="saved"', f'stEvt:action="{"s" * 30_000}"'),
        XMP.replace("<rdf:Seq>", "<rdf:Seq>" + "<rdf:li stEvt:action='x'/>" * 500),
    ],
    ids=["entities", "nested", "cut off", "endless text", "endless log"],
)
def test_a_packet_made_to_do_harm_leaves_the_rest_readable(packet: str) -> None:
    camera = camera_of(photograph(xmp=packet))
    assert camera.taken == "2026-03-02T10:11:12+01:00"
    assert len(camera.edits) <= 50 and all(len(edit.action) <= 300 for edit in camera.edits)


@pytest.mark.parametrize("place", [((0, 0, 0), (0, 0, 0)), ((400, 0, 0), (7, 0, 0))])
def test_a_place_that_is_none_is_left_out(place: Any) -> None:
    assert camera_of(photograph(place=place)).place is None


def test_a_png_says_which_program_wrote_it() -> None:
    info = PngInfo()
    info.add_text("Software", "Painter 4")
    assert camera_of(saved(patched(captioned(scene(1))), "PNG", pnginfo=info)).program == "Painter 4"
