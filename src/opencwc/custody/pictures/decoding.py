"""Decoding a picture in bounded size. It runs in a confined process: the file may be anything.

Sources: the PNG and JPEG (ITU-T T.81) specifications for where a picture ends; ISO 14496-12 for ``ftyp``.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from opencwc.custody.pictures.model import Behind, PictureFile
from opencwc.finding import Message

if TYPE_CHECKING:
    from opencwc.finding import Value

Tags: TypeAlias = Mapping[int, Any]
FORMATS = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP", "JPEG2000", "AVIF")
MOST_BYTES = 200_000_000
MOST_DOTS = 130_000_000
"""Of a picture as it comes; the largest cameras of 2026 have 102 million dots, some telephones 108."""
LONGEST_SIDE = 1_024
"""To which a picture is reduced before it is looked at."""
_LEAST_SIDE = 16
_DAMAGED = (UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, EOFError, KeyError, struct.error)
_TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class PictureNotRead(Exception):
    """Why a picture is not read."""

    def __init__(self, id_: str, **values: Value) -> None:
        super().__init__(id_)
        self.message = Message(id_, values)


@dataclass(frozen=True)
class DecodedPicture:
    """A picture as it is shown, turned and reduced, in RGB; what its file is; and the metadata in it.

    ``tags`` are those of EXIF: of the picture, of the photograph, and of the place; ``exif`` is their raw block.
    """

    shown: Image.Image
    file: PictureFile
    tags: tuple[Tags, Tags, Tags]
    exif: bytes
    xmp: bytes
    texts: dict[str, str]


def prepare() -> None:
    """Load all readers, before a process gives up its right to open files."""
    Image.init()
    Image.MAX_IMAGE_PIXELS = MOST_DOTS


def decode(data: bytes) -> DecodedPicture:
    """Decode a picture; raise `PictureNotRead` where it is none, is too large or is damaged."""
    _refuse_other_kinds(data)
    try:
        return _decoded(data)
    except _TOO_LARGE:
        raise PictureNotRead("picture_unread_large", most=MOST_DOTS // 1_000_000) from None
    except MemoryError:
        raise PictureNotRead("picture_unread_stopped") from None
    except _DAMAGED:
        raise PictureNotRead("picture_unread_damaged") from None


def open_small(data: bytes) -> Image.Image | None:
    """Return a preview that stands inside a file, ``None`` where it cannot be read."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > LONGEST_SIDE * LONGEST_SIDE * 4:
                return None
            return picture.convert("RGB")
    except (*_DAMAGED, *_TOO_LARGE):
        return None


def _decoded(data: bytes) -> DecodedPicture:
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_DOTS:
            raise Image.DecompressionBombError
        format_name = str(picture.format)
        format_name = "JPEG" if format_name == "MPO" else format_name
        several = bool(getattr(picture, "is_animated", False))
        exif, xmp = _bytes_of(picture, "exif"), _bytes_of(picture, "xmp", "XML:com.adobe.xmp")
        tags = _tags(picture)
        orientation = _orientation(tags[0])
        width, height = picture.size if orientation < 5 else picture.size[::-1]
        cut_short = _load(picture, data)
        texts = {
            str(name)[:60]: value[:300] for name, value in picture.info.items() if isinstance(value, str) and value
        }
        shown = _reduced(picture, orientation)
    if min(shown.size) < 1 or min(width, height) < _LEAST_SIDE:
        raise PictureNotRead("picture_unread_small", least=_LEAST_SIDE)
    behind = _bytes_behind(data, format_name)
    file = PictureFile(
        format_name,
        width,
        height,
        several,
        cut_short,
        len(data) - behind if behind else 0,
        _kind_of(data[behind : behind + 4_096]) if behind else "",
        bool(_MARKUP.search(data)),
    )
    return DecodedPicture(shown, file, tags, exif, xmp, texts)


def _load(picture: Image.Image, data: bytes) -> bool:
    """Load the dots; return whether the file ends before they do."""
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    ends = _ends_early(data, str(picture.format))
    ImageFile.LOAD_TRUNCATED_IMAGES = ends
    try:
        picture.load()
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    return ends


def _ends_early(data: bytes, format_name: str) -> bool:
    if format_name in ("JPEG", "MPO"):
        return data.rfind(b"\xff\xd9") < 0 or _jpeg_end(data) == 0
    return format_name == "PNG" and _png_end(data) == 0


def _tags(picture: Image.Image) -> tuple[Tags, Tags, Tags]:
    try:
        exif = picture.getexif()
        return dict(exif), dict(exif.get_ifd(0x8769)), dict(exif.get_ifd(0x8825))
    except (*_DAMAGED, OverflowError, ZeroDivisionError):
        return {}, {}, {}


def _orientation(tags: Tags) -> int:
    said = tags.get(0x0112, 1)
    return said if isinstance(said, int) and 1 <= said <= 8 else 1


def _reduced(picture: Image.Image, orientation: int) -> Image.Image:
    """Return a picture in RGB of bounded size, turned as it is shown; what is transparent is white."""
    if picture.mode.startswith(("I", "F")):
        values = np.asarray(picture.reduce(max(1, max(picture.size) // LONGEST_SIDE)), dtype=np.float32)
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        shown = Image.fromarray(np.nan_to_num((values - low) * (255 / max(high - low, 1.0))).astype(np.uint8))
    else:
        shown = picture if picture.mode != "P" and picture.mode != "PA" else picture.convert("RGBA")
        if shown.mode == "1":
            shown = shown.convert("L")
        shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BOX, reducing_gap=None)
        if shown.mode in ("RGBA", "LA", "RGBa", "La") or "transparency" in picture.info:
            layered = shown.convert("RGBA")
            shown = Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered)
    shown = shown.convert("RGB")
    turn = _TURNS.get(orientation)
    return shown if turn is None else shown.transpose(turn)


def _bytes_of(picture: Image.Image, *names: str) -> bytes:
    for name in names:
        value = picture.info.get(name)
        if isinstance(value, bytes | str) and value:
            return (value.encode("utf-8", "replace") if isinstance(value, str) else value)[:_MOST_METADATA]
    return b""


# ------------------------------------------------------------------------------------------------ other kinds of file


def _refuse_other_kinds(data: bytes) -> None:
    if not data:
        raise PictureNotRead("picture_unread_empty")
    if len(data) > MOST_BYTES:
        raise PictureNotRead("picture_unread_bytes", most=MOST_BYTES // 1_000_000)
    start = data[:1_024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<svg", b"<html", b"<!doctype", b"<?xml", b"<script", b"<!--", b"<head", b"<body")):
        raise PictureNotRead("picture_unread_markup")
    if data[4:8] == b"ftyp" and data[8:12].lower() in _HEIF_BRANDS:
        raise PictureNotRead("picture_unread_heic")
    if data.startswith((b"%PDF", b"PK\x03\x04", b"%!PS", b"\xd0\xcf\x11\xe0")):
        raise PictureNotRead("picture_unread_kind")


# ---------------------------------------------------------------------------------------------- where a picture ends


def _bytes_behind(data: bytes, format_name: str) -> int:
    """Return at which byte a picture has ended before its file does; 0 where it has not, or nobody can tell."""
    match format_name:
        case "JPEG":
            end = _jpeg_end(data)
        case "PNG":
            end = _png_end(data)
        case "WEBP":
            end = 8 + int.from_bytes(data[4:8], "little") if data[:4] == b"RIFF" else 0
            end += end & 1
        case "BMP":
            end = int.from_bytes(data[2:6], "little")
        case _:
            end = 0
    return end if 0 < end < len(data) and data[end:].strip(b"\0\r\n ") else 0


def _png_end(data: bytes) -> int:
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        at += 12 + length
        if kind == b"IEND":
            return min(at, len(data))
    return 0


def _jpeg_end(data: bytes) -> int:
    """Return where the end marker of the first picture of a JPEG file is passed, 0 where there is none."""
    at = 2
    while at + 2 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker == 0xFF:
            at += 1
            continue
        at += 2 if marker in _ALONE else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:
            found = _NEXT_MARKER.search(data, at)
            if found is None:
                return 0
            at = found.start()
    return 0


def _kind_of(start: bytes) -> Behind:
    if (head := start.lstrip(b"\0\r\n ")).startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(b"%PDF"):
        return "pdf"
    if _MARKUP.search(start):
        return "web page"
    if head.startswith((b"MZ", b"\x7fELF", b"#!")):
        return "program"
    return "picture" if head.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF")) else "other"


_MARKUP = re.compile(rb"<script[\s>]|<html[\s>]|<\?php|<iframe[\s>]|<svg[\s>]", re.IGNORECASE)
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_ALONE = (0x01, *range(0xD0, 0xD9))
_MOST_METADATA = 4_000_000
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
"""How a picture is turned that lies as EXIF says (tag 0112)."""
