"""What is to be said of a picture to a person: each remark a sentence, those to look at marked; no verdict.

A date in a file, a missing credential or a picture seen before proves nothing alone; the sentences say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

from opencwc.custody.pictures.model import Box, CameraData, Credentials, Differences, PictureContents, PictureFacts
from opencwc.custody.pictures.seen import EarlierUse
from opencwc.finding import Message, Value

Values: TypeAlias = dict[str, Value]
_DAY_SPARE = 1
"""Days by which a camera's date may lie behind the claimed one: somewhere it is a day later."""
_DAYS_BEFORE = 2
_FIRST_YEAR = 1995
"""Of digital cameras that write a date: an earlier one is a clock that was not set."""


class PictureRemark(NamedTuple):
    """A sentence on a picture; ``look`` where a person should look at it."""

    message: Message
    look: bool = False


def remarks_on(
    facts: PictureFacts, *, claimed: date | None = None, uses: Sequence[EarlierUse] = (), today: date | None = None
) -> tuple[PictureRemark, ...]:
    """Return what is to be said of a picture that is said to show the day ``claimed``, and was used before."""
    if facts.contents is None:
        return (PictureRemark(facts.unread or Message("picture_unread_damaged"), look=True),)
    contents = facts.contents
    return (
        *_on_uses(uses, claimed),
        *_on_dates(contents.camera, claimed, uses, today or date.today()),
        *_on_camera(contents.camera),
        *_on_credentials(contents.credentials),
        *_on_file(contents),
    )


def differences_remarks(differences: Differences | Message, other: str) -> Iterator[PictureRemark]:
    """Yield what is to be said of where a picture differs from another one."""
    if isinstance(differences, Message):
        yield PictureRemark(Message("picture_not_compared", {"other": other, "why": differences}), look=True)
    elif not differences.comparable:
        yield PictureRemark(Message("picture_not_comparable", {"other": other}))
    else:
        yield from _on_differences(differences, other)


def _on_differences(differences: Differences, other: str) -> Iterator[PictureRemark]:
    if differences.boxes:
        boxes = tuple(_box(box) for box in differences.boxes[:_MOST_BOXES])
        values: Values = {"other": other, "share": differences.share, "count": len(differences.boxes)}
        yield PictureRemark(Message("picture_differs", {**values, "boxes": boxes}), look=True)
    else:
        yield PictureRemark(Message("picture_no_difference", {"other": other}))
    if differences.mirrored:
        yield PictureRemark(Message("picture_compared_mirrored", {"other": other}), look=True)
    if differences.shared != _WHOLE:
        yield PictureRemark(Message("picture_shared", {"other": other, "box": _box(differences.shared)}), look=True)
    if differences.shared_other != _WHOLE:
        values = {"other": other, "box": _box(differences.shared_other)}
        yield PictureRemark(Message("picture_shared_other", values), look=True)


def _box(box: Box) -> Message:
    return Message("picture_box", {"left": box.left, "top": box.top, "right": box.right, "bottom": box.bottom})


# ------------------------------------------------------------------------------------------------------ earlier uses


def _on_uses(uses: Sequence[EarlierUse], claimed: date | None) -> Iterator[PictureRemark]:
    for use in uses:
        by = use.seen.source or use.seen.address or use.seen.name
        how: Values = {"how": Message(f"picture_how_{use.how}"), "by": by}
        values: Values = {**how, "published": use.seen.published}
        if not use.seen.published:
            yield PictureRemark(Message("picture_seen_undated", how), look=True)
        elif claimed is not None and use.seen.published != claimed.isoformat():
            yield PictureRemark(Message("picture_seen_claimed", {**values, "claimed": claimed.isoformat()}), look=True)
        else:
            yield PictureRemark(Message("picture_seen", values), look=True)


# ------------------------------------------------------------------------------------------------------------- dates


def _on_dates(
    camera: CameraData, claimed: date | None, uses: Sequence[EarlierUse], today: date
) -> Iterator[PictureRemark]:
    taken = _day(camera.taken)
    if taken is None:
        return
    values: Values = {"taken": _shown_moment(camera.taken)}
    if taken.year < _FIRST_YEAR or (taken - today).days > _DAY_SPARE:
        yield PictureRemark(Message("picture_clock", values), look=True)
        return
    if claimed is not None and (taken - claimed).days > _DAY_SPARE:
        yield PictureRemark(Message("picture_taken_after", {**values, "claimed": claimed.isoformat()}), look=True)
    elif claimed is not None and (claimed - taken).days >= _DAYS_BEFORE:
        days: Values = {"claimed": claimed.isoformat(), "days": (claimed - taken).days}
        yield PictureRemark(Message("picture_taken_before", {**values, **days}), look=True)
    else:
        yield PictureRemark(Message("picture_taken", values))
    first = min((use.seen.published for use in uses if use.seen.published and use.how != "alike"), default="")
    if first and (taken - date.fromisoformat(first)).days > _DAY_SPARE:
        yield PictureRemark(Message("picture_taken_after_use", {**values, "published": first}), look=True)
    satellite = _day(camera.satellite_day)
    if satellite is not None and abs((satellite - taken).days) > _DAY_SPARE:
        yield PictureRemark(Message("picture_satellite", {**values, "satellite": camera.satellite_day}), look=True)


def _day(moment: str) -> date | None:
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return None


def _shown_moment(moment: str) -> str:
    return moment.replace("T", " ")


# ------------------------------------------------------------------------------------------- camera data and the file


def _on_camera(camera: CameraData) -> Iterator[PictureRemark]:
    if camera.by_model:
        yield PictureRemark(Message("picture_by_model"), look=True)
    if camera.preview == "differs":
        yield PictureRemark(Message("picture_preview"), look=True)
    named = " ".join(dict.fromkeys(filter(None, (camera.make, camera.model))))
    if named:
        yield PictureRemark(Message("picture_camera", {"camera": named}))
    if camera.program:
        yield PictureRemark(Message("picture_program", {"program": camera.program}))
    if camera.saved and camera.saved[:19] != camera.taken[:19]:
        yield PictureRemark(Message("picture_saved", {"saved": _shown_moment(camera.saved)}))
    if camera.edits:
        shown = tuple(
            " ".join(filter(None, (edit.action, _shown_moment(edit.when), edit.program)))
            for edit in camera.edits[:_MOST_EDITS]
        )
        yield PictureRemark(Message("picture_edits", {"count": len(camera.edits), "edits": shown}))
    if camera.place is not None:
        latitude, longitude = (f"{degrees:.5f}" for degrees in camera.place)
        yield PictureRemark(Message("picture_place", {"latitude": latitude, "longitude": longitude}))
    if camera == CameraData(preview=camera.preview):
        yield PictureRemark(Message("picture_no_camera"))


def _on_file(contents: PictureContents) -> Iterator[PictureRemark]:
    file = contents.file
    if file.cut_short:
        yield PictureRemark(Message("picture_cut_short"), look=True)
    if file.behind:
        kind = Message(f"picture_behind_{file.behind_kind.replace(' ', '_') or 'other'}")
        yield PictureRemark(
            Message("picture_behind", {"bytes": file.behind, "kind": kind}), file.behind_kind in _HIDDEN
        )
    if file.markup and file.behind_kind != "web page":
        yield PictureRemark(Message("picture_markup"), look=True)
    if file.several:
        yield PictureRemark(Message("picture_several"))
    if contents.look.plain:
        yield PictureRemark(Message("picture_plain"))


# ------------------------------------------------------------------------------------------------------- credentials


def _on_credentials(credentials: Credentials) -> Iterator[PictureRemark]:
    signer = _signer(credentials)
    match credentials.state:
        case "absent":
            yield PictureRemark(Message("picture_credentials_absent"))
        case "elsewhere":
            yield PictureRemark(Message("picture_credentials_elsewhere", {"address": credentials.address}))
        case "unreadable":
            yield PictureRemark(Message("picture_credentials_unreadable"), look=True)
        case "valid":
            yield PictureRemark(Message("picture_credentials_valid", {"signer": signer}))
        case "broken":
            yield from _broken(credentials, signer)
    if credentials.state in ("valid", "broken"):
        yield from _said_by(credentials, signer)


def _broken(credentials: Credentials, signer: str) -> Iterator[PictureRemark]:
    """Yield what is wrong with credentials, one remark a kind of failure."""
    messages: dict[str, Message] = {}
    for code in credentials.failed:
        kind = next((kind for pattern, kind in _FAILURES if pattern.match(code)), "")
        if kind == "hash" and credentials.of_other_picture:
            kind = "other"
        if kind:
            messages[kind] = Message(f"picture_credentials_{kind}", {"signer": signer})
        else:
            messages[code] = Message("picture_credentials_failed", {"code": code})
    for message in messages.values():
        yield PictureRemark(message, look=True)


def _said_by(credentials: Credentials, signer: str) -> Iterator[PictureRemark]:
    if not credentials.signer_known:
        yield PictureRemark(Message("picture_credentials_unknown", {"signer": signer}), look=True)
    if credentials.signed:
        yield PictureRemark(Message("picture_credentials_when", {"signed": _shown_moment(credentials.signed)}))
    if credentials.actions:
        actions = tuple(_action(said.action) for said in credentials.actions[:_MOST_ACTIONS])
        yield PictureRemark(Message("picture_credentials_actions", {"actions": actions}))
    if any("lgorithmicMedia" in said.source_type for said in credentials.actions):
        yield PictureRemark(Message("picture_by_model"), look=True)
    if credentials.ingredients:
        titles = tuple(part.title or "?" for part in credentials.ingredients[:_MOST_ACTIONS])
        values: Values = {"count": len(credentials.ingredients), "titles": titles}
        yield PictureRemark(Message("picture_credentials_ingredients", values))
    if any(part.failed for part in credentials.ingredients):
        failed = tuple(part.title or "?" for part in credentials.ingredients if part.failed)
        yield PictureRemark(Message("picture_credentials_ingredient_failed", {"titles": failed}), look=True)


def _signer(credentials: Credentials) -> str:
    names = list(dict.fromkeys(filter(None, (credentials.signer, credentials.issuer))))
    return ", ".join(names) or "?"


def _action(name: str) -> Message | str:
    """Return an action of the specification as a message; one of somebody's own as it is written."""
    word = name.removeprefix("c2pa.").replace(".", "_")
    return Message(f"picture_action_{word}") if word in ACTIONS and name.startswith("c2pa.") else name


ACTIONS = (
    "created", "opened", "edited", "cropped", "resized", "placed", "converted", "published", "color_adjustments",
    "drawing", "filtered", "orientation", "transcoded", "redacted", "removed", "watermarked",
)  # fmt: skip
_FAILURES = (
    (re.compile(r"assertion\.(dataHash|bmffHash|boxesHash|collectionHash)\."), "hash"),
    (re.compile(r"claimSignature\.(mismatch|missing)|signingCredential\.invalid"), "signature"),
    (re.compile(r"signingCredential\.expired|claimSignature\.outsideValidity"), "expired"),
    (re.compile(r"signingCredential\.(ocsp\.)?revoked"), "revoked"),
    (re.compile(r"assertion\.|claim\.|hashedURI\."), "content"),
)
_HIDDEN = ("zip", "pdf", "web page", "program")
_WHOLE = Box(0, 0, 100, 100)
_MOST_BOXES, _MOST_EDITS, _MOST_ACTIONS = 8, 8, 20
