"""Examined pictures as files for machines: a line a picture as CSV or JSON Lines, with what is said of it in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from opencwc.custody.pictures.model import Differences, PictureFacts
from opencwc.custody.pictures.remarks import PictureRemark
from opencwc.custody.pictures.seen import EarlierUse
from opencwc.files.csv_cells import cell_of, csv_text
from opencwc.records import to_json, to_plain
from opencwc.wording import sentence

COLUMNS = (
    "file", "sha256", "bytes", "format", "width", "height", "taken", "saved", "program", "credentials", "signer",
    "signer_known", "earlier_uses", "first_published", "first_by", "differs", "look_at", "also",
)  # fmt: skip
_NOT_SHOWN = ("parts", "mirrored")
"""Hashes of parts, which say nothing to a reader; an index keeps them."""


class ExaminedPicture(NamedTuple):
    """A picture with its earlier uses, where it differs from another one, and what is to be said of it."""

    facts: PictureFacts
    uses: Sequence[EarlierUse]
    remarks: Sequence[PictureRemark]
    differences: Differences | None = None

    @property
    def to_look_at(self) -> bool:
        """Whether a person should look at it."""
        return any(remark.look for remark in self.remarks)


def as_plain(picture: ExaminedPicture, lang: str = "en") -> dict[str, Any]:
    """Return a picture as what JSON can hold: its facts, its earlier uses, and the remarks with their sentences."""
    facts = to_plain(picture.facts)
    if facts["contents"] is not None:
        look = facts["contents"]["look"]
        facts["contents"]["look"] = {name: value for name, value in look.items() if name not in _NOT_SHOWN}
    return {
        **facts,
        "uses": [_use(use) for use in picture.uses],
        "differences": to_plain(picture.differences),
        "remarks": [
            {**to_plain(remark.message), "look": remark.look, "text": sentence(remark.message, lang)}
            for remark in picture.remarks
        ],
    }


def as_json_lines(pictures: Iterable[ExaminedPicture], lang: str = "en") -> bytes:
    """Return a line a picture."""
    return b"".join(to_json(as_plain(picture, lang)) + b"\n" for picture in pictures)


def as_csv(pictures: Iterable[ExaminedPicture], lang: str = "en") -> str:
    """Return a line a picture under `COLUMNS`."""
    return csv_text([COLUMNS, *(tuple(map(cell_of, _row(picture, lang))) for picture in pictures)])


def _use(use: EarlierUse) -> dict[str, Any]:
    seen = use.seen
    kept = {name: getattr(seen, name) for name in ("sha256", "published", "source", "address", "name")}
    return {"how": use.how, "bits": use.bits, **kept}


def _row(picture: ExaminedPicture, lang: str) -> Sequence[object]:
    facts, contents = picture.facts, picture.facts.contents
    first = next((use.seen for use in picture.uses if use.seen.published), None)
    said = [
        " ".join(sentence(remark.message, lang) for remark in picture.remarks if remark.look is look)
        for look in (True, False)
    ]
    own: Sequence[object] = [""] * 9
    if contents is not None:
        file, camera, credentials = contents.file, contents.camera, contents.credentials
        own = [
            *(file.format, file.width, file.height, camera.taken, camera.saved, camera.program),
            *(credentials.state, credentials.signer or credentials.issuer, _known(credentials.signer_known)),
        ]
    uses = [len(picture.uses), first.published if first else "", first.source if first else ""]
    differs = "" if picture.differences is None else len(picture.differences.boxes)
    return [facts.name, facts.sha256, facts.size, *own, *uses, differs, *said]


def _known(known: bool) -> str:
    return "yes" if known else "no"
