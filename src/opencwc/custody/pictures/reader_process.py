"""The confined process that examines pictures, or compares two: all its files come as one archive.

It answers a line a file, in their order. A picture of differences is drawn here and leaves as PNG.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator
from typing import Any

from opencwc.confining.process import Line, Task, serve, unpack_uploads
from opencwc.confining.rights import Bounds, Protection
from opencwc.records import to_plain

EXAMINE, COMPARE = "examine", "compare"


class PictureTask(Task):
    """Loads what decodes pictures, and lays the files out."""

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        from opencwc.custody.pictures import decoding, look_hashes  # noqa: F401 - loaded before the rights go

        decoding.prepare()
        self.uploads = unpack_uploads()
        super().__init__(question, bounds)


class ExaminePictures(PictureTask):
    """Examines each picture."""

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        from PIL import Image

        from opencwc.custody.pictures.credentials import CredentialReader
        from opencwc.custody.pictures.look_hashes import look_of

        self.credentials = CredentialReader(question["trusted"])
        look_of(Image.new("RGB", (64, 64)))  # which loads the rest
        super().__init__(question, bounds)

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield what each picture is, or why it is not read."""
        from opencwc.custody.pictures.decoding import PictureNotRead

        yield {"ready": True}
        for upload in self.uploads:
            try:
                yield {"contents": self._contents(upload.path.read_bytes())}
            except PictureNotRead as why:
                yield {"unread": [why.message.id, why.message.values]}
            except MemoryError:
                yield {"unread": ["picture_unread_stopped", {}]}
        yield {"done": True}

    def _contents(self, data: bytes) -> Any:
        from opencwc.custody.pictures.camera_data import camera_data_of
        from opencwc.custody.pictures.decoding import decode
        from opencwc.custody.pictures.look_hashes import look_of
        from opencwc.custody.pictures.model import PictureContents

        decoded = decode(data)
        credentials = self.credentials.read(data, decoded.file.format, decoded.shown)
        contents = PictureContents(decoded.file, look_of(decoded.shown), camera_data_of(decoded), credentials)
        return to_plain(contents)


class ComparePictures(PictureTask):
    """Compares the first picture with the second."""

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield where they differ, and a picture of it where one is asked for."""
        from opencwc.custody.pictures.decoding import PictureNotRead, decode
        from opencwc.custody.pictures.differences import drawn, find_differences

        yield {"ready": True}
        for number, upload in enumerate(self.uploads):
            try:
                shown = decode(upload.path.read_bytes()).shown
            except PictureNotRead as why:
                yield {"unread": [number, why.message.id, why.message.values]}
                yield {"done": True}
                return
            if number == 0:
                first = shown
        differences = find_differences(first, shown)
        yield {"differences": to_plain(differences)}
        if self.question["draw"]:
            yield {"png": base64.b64encode(drawn(first, differences)).decode()}
        yield {"done": True}


if __name__ == "__main__":
    sys.exit(serve({EXAMINE: ExaminePictures, COMPARE: ComparePictures}))
