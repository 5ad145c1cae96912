"""What cameras and programs wrote into a picture file: EXIF, XMP and texts of PNG. Any program can change all of it.

Sources: Exif 2.32 (CIPA DC-008) for the tags, XMP (ISO 16684-1) and IPTC's digital source types for the properties.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from xml.parsers import expat

from PIL import ExifTags, Image, ImageOps

from opencwc.custody.pictures.decoding import DecodedPicture, open_small
from opencwc.custody.pictures.look_hashes import ALIKE, distance, look_of
from opencwc.custody.pictures.model import CameraData, Edit, Preview

LONGEST_TEXT = 200
_MOST_EDITS = 50
_FAULTS = (ValueError, TypeError, KeyError, OSError, SyntaxError, ZeroDivisionError, OverflowError, EOFError)


def camera_data_of(decoded: DecodedPicture) -> CameraData:
    """Return what the file says of how it was made; what makes no sense is left out."""
    whole, photo, places = decoded.tags
    said = _Xmp.of(decoded.xmp)
    taken = _moment(photo.get(0x9003), photo.get(0x9011)) or _moment(photo.get(0x9004), photo.get(0x9012))
    saved = _moment(whole.get(0x0132), photo.get(0x9010)) or _iso(said.first.get("ModifyDate", ""))
    program = clean(whole.get(0x0131)) or said.first.get("CreatorTool", "") or clean(decoded.texts.get("Software"))
    return CameraData(
        taken=taken or _iso(said.first.get("DateTimeOriginal", "") or said.first.get("DateCreated", "")),
        saved=saved,
        satellite_day=_day(places.get(0x001D)),
        make=clean(whole.get(0x010F)),
        model=clean(whole.get(0x0110)),
        program=program,
        place=_place(places),
        preview=_preview(decoded),
        edits=tuple(said.edits[:_MOST_EDITS]),
        by_model=any(word in said.first.get("DigitalSourceType", "") for word in _BY_MODEL),
    )


def clean(value: object) -> str:
    """Return a text of a file as one short line without signs that steer.

    >>> clean(b"Canon\\x00 EOS")
    'Canon EOS'
    """
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
    return " ".join(_STEERING.sub("", text[: 20 * LONGEST_TEXT]).split())[:LONGEST_TEXT]


def _moment(value: object, offset: object) -> str:
    """Return a moment as EXIF writes it in ISO 8601, ``""`` where it is none.

    >>> _moment("2026:03:02 10:11:12", "+01:00")
    '2026-03-02T10:11:12+01:00'
    """
    found = _EXIF_MOMENT.match(clean(value))
    if found is None or found[1] == "0000":
        return ""
    year, month, day, hour, minute, second = found.groups()
    zone = clean(offset)
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{zone if _OFFSET.fullmatch(zone) else ''}"


def _iso(text: str) -> str:
    found = _ISO_MOMENT.match(text)
    return found[0] if found else ""


def _day(value: object) -> str:
    found = _EXIF_DAY.match(clean(value))
    return "-".join(found.groups()) if found else ""


def _place(tags: Mapping[int, Any]) -> tuple[float, float] | None:
    """Return latitude and longitude in degrees."""
    try:
        north, east = (_degrees(tags[at]) for at in (2, 4))
        north = -north if clean(tags.get(1)).upper().startswith("S") else north
        east = -east if clean(tags.get(3)).upper().startswith("W") else east
    except _FAULTS:
        return None
    holds = -90 <= north <= 90 and -180 <= east <= 180 and (north, east) != (0.0, 0.0)
    return (round(north, 5), round(east, 5)) if holds else None


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


# ------------------------------------------------------------------------------------------------------- the preview


def _preview(decoded: DecodedPicture) -> Preview:
    """Return whether the small picture that cameras put inside a file shows what the file shows."""
    data = _preview_bytes(decoded.exif)
    if not data:
        return "none"
    small = open_small(data)
    if small is None:
        return "unreadable"
    return "same" if _shows_same(decoded.shown, small) else "differs"


def _preview_bytes(raw: bytes) -> bytes:
    exif = Image.Exif()
    try:
        exif.load(raw)
        tags = exif.get_ifd(ExifTags.IFD.IFD1)
        start, length = int(tags[0x0201]), int(tags[0x0202])
    except _FAULTS:
        return b""
    block = raw.removeprefix(b"Exif\x00\x00")
    return block[start : start + length] if start > 0 and 0 < length <= 1_000_000 else b""


def _shows_same(shown: Image.Image, small: Image.Image) -> bool:
    """Tell whether a preview shows the picture: whole, without bars at its edges, or not yet turned."""
    look = look_of(shown)
    for turned in (small, *(small.transpose(turn) for turn in _QUARTERS)):
        for tried in (turned, _without_bars(turned)):
            seen = look_of(tried)
            if look.plain or seen.plain or min(distance(look.dhash, part) for part in seen.parts) <= ALIKE:
                return True
    return False


def _without_bars(picture: Image.Image) -> Image.Image:
    """Return a picture without black bars, which cameras add where the preview has another shape."""
    box = ImageOps.grayscale(picture).point([0] * 24 + [255] * 232).getbbox()
    if box is None or box[2] - box[0] < 16 or box[3] - box[1] < 16:
        return picture
    return picture.crop(box)


# --------------------------------------------------------------------------------------------------------------- XMP


class _Xmp:
    """The properties of an XMP packet: the first value of each name, and the log of changes.

    A packet with a DTD, nested without end, or broken gives what came before.
    """

    def __init__(self) -> None:
        self.first: dict[str, str] = {}
        self.edits: list[Edit] = []
        self._names: list[str] = []
        self._text = ""
        self._event: dict[str, str] = {}

    @classmethod
    def of(cls, packet: bytes) -> _Xmp:
        """Read a packet."""
        read = cls()
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = read._start, read._end
        parser.CharacterDataHandler = read._characters
        parser.StartDoctypeDeclHandler = _stop
        with suppress(expat.ExpatError, ValueError):
            parser.Parse(packet[:1_000_000].strip(b"\0 \r\n"), True)
        return read

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if len(self._names) > _DEEPEST:
            raise ValueError
        self._names.append(_local(name))
        self._text = ""
        for key, value in attributes.items():
            self._set(_local(key), value)
        if self._names[-1] == "li" and "History" in self._names:
            self._event = {_local(key): clean(value) for key, value in attributes.items()}

    def _characters(self, text: str) -> None:
        self._text = (self._text + text)[: 2 * LONGEST_TEXT]

    def _end(self, name: str) -> None:
        self._names.pop()
        own = _local(name)
        if "History" in self._names:
            if own == "li":
                self._add_edit()
            elif self._text.strip():
                self._event[own] = clean(self._text)
        elif self._text.strip():
            self._set(own, self._text)
        self._text = ""

    def _add_edit(self) -> None:
        if (action := self._event.get("action", "")) and len(self.edits) < _MOST_EDITS:
            self.edits.append(Edit(action, self._event.get("when", ""), self._event.get("softwareAgent", "")))
        self._event = {}

    def _set(self, name: str, value: str) -> None:
        if name in _PROPERTIES:
            self.first.setdefault(name, clean(value))


def _stop(*_: object) -> None:
    raise ValueError


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


_DEEPEST = 60
_PROPERTIES = frozenset({"CreatorTool", "ModifyDate", "DateTimeOriginal", "DateCreated", "DigitalSourceType"})
_BY_MODEL = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia")
_QUARTERS = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
_EXIF_MOMENT = re.compile(r"(\d{4}):(\d\d):(\d\d)[ T](\d\d):(\d\d):(\d\d)")
_EXIF_DAY = re.compile(r"(\d{4}):(\d\d):(\d\d)")
_ISO_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?")
_OFFSET = re.compile(r"[+-]\d\d:\d\d|Z")
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]")
