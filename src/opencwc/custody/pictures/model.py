"""What is known of a picture: its file, its look as hashes, its camera data, its credentials; and what differs.

Every text was cut before it was written down. None of this is a verdict.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from opencwc.finding import Message

Text: TypeAlias = Annotated[str, Meta(max_length=300)]
Hex: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
"""A hash of 256 bits."""
Percent: TypeAlias = Annotated[float, Meta(ge=0, le=100)]
CredentialState: TypeAlias = Literal["absent", "valid", "broken", "unreadable", "elsewhere"]
Behind: TypeAlias = Literal["", "zip", "pdf", "web page", "program", "picture", "other"]
Preview: TypeAlias = Literal["none", "same", "differs", "unreadable"]


class Box(Struct, frozen=True):
    """A part of a picture, in percent of its width and height from the left and from the top."""

    left: Percent
    top: Percent
    right: Percent
    bottom: Percent


class Look(Struct, frozen=True):
    """How a picture looks, as hashes of 256 bits that stay near where it is saved again, resized or brightened.

    ``dhash`` and ``phash`` are those of `imagehash` with ``hash_size=16``. ``parts`` are the dhash of the boxes of
    `opencwc.custody.pictures.look_hashes.BOXES`, the first of them the whole; ``mirrored`` those of the picture
    mirrored. Both are left out of what is shown. ``plain``: nearly one colour, so that the hashes say nothing.
    """

    dhash: Hex
    phash: Hex
    parts: tuple[Hex, ...]
    mirrored: tuple[Hex, ...]
    plain: bool = False


class PictureFile(Struct, frozen=True):
    """What the file is: its format, its size in dots as shown, and what is odd about it.

    ``behind`` are bytes that stand behind the end of the picture, ``behind_kind`` what they look like.
    """

    format: Text
    width: int
    height: int
    several: bool = False
    cut_short: bool = False
    behind: int = 0
    behind_kind: Behind = ""
    markup: bool = False


class Edit(Struct, frozen=True):
    """One entry of the log of changes that programs keep in a file (XMP): what, when, with which program."""

    action: Text
    when: Text = ""
    program: Text = ""


class CameraData(Struct, frozen=True):
    """What cameras and programs wrote into the file (EXIF and XMP). Any program can change all of it.

    Times are ISO 8601, with an offset where the file has one. ``place`` is latitude and longitude in degrees.
    ``by_model``: the file says that a model made it, or a part of it.
    """

    taken: Text = ""
    saved: Text = ""
    satellite_day: Text = ""
    make: Text = ""
    model: Text = ""
    program: Text = ""
    place: tuple[float, float] | None = None
    preview: Preview = "none"
    edits: Annotated[tuple[Edit, ...], Meta(max_length=50)] = ()
    by_model: bool = False


class Action(Struct, frozen=True):
    """What was done to a picture, as its credentials say."""

    action: Text
    when: Text = ""
    program: Text = ""
    source_type: Text = ""


class Ingredient(Struct, frozen=True):
    """A picture that went into another, as the credentials say; ``failed`` are the checks of it that failed."""

    title: Text
    relationship: Text = ""
    signed: bool = False
    failed: Annotated[tuple[Text, ...], Meta(max_length=20)] = ()


class Credentials(Struct, frozen=True):
    """Content credentials (C2PA): who signed, what was done, of what it was made, and which checks failed.

    ``signer_known``: the signer stands on a list of trusted signers that was given. ``of_other_picture``: the preview
    that was signed shows another picture; ``None`` where that cannot be told. ``address`` is where credentials are
    said to be that are not in the file; nothing is fetched from there. ``failed`` are codes of the specification.
    """

    state: CredentialState
    signer: Text = ""
    issuer: Text = ""
    signed: Text = ""
    signer_known: bool = False
    program: Text = ""
    actions: Annotated[tuple[Action, ...], Meta(max_length=100)] = ()
    ingredients: Annotated[tuple[Ingredient, ...], Meta(max_length=100)] = ()
    failed: Annotated[tuple[Text, ...], Meta(max_length=50)] = ()
    of_other_picture: bool | None = None
    address: Text = ""


class PictureContents(Struct, frozen=True):
    """What reading a picture gave."""

    file: PictureFile
    look: Look
    camera: CameraData
    credentials: Credentials


class PictureFacts(Struct, frozen=True):
    """A file by its SHA-256, with what reading it gave, or why it was not read."""

    name: str
    sha256: Hex
    size: int
    contents: PictureContents | None = None
    unread: Message | None = None


class Differences(Struct, frozen=True):
    """Where a picture differs from another one: the share of what both show, in percent, and the boxes that differ.

    ``shared`` is the part of this picture that the other shows too, ``shared_other`` the same part of the other.
    ``comparable`` is false where they show different things; then the rest says nothing.
    """

    comparable: bool
    mirrored: bool = False
    shared: Box = Box(0, 0, 100, 100)
    shared_other: Box = Box(0, 0, 100, 100)
    share: Percent = 0
    boxes: Annotated[tuple[Box, ...], Meta(max_length=40)] = ()
