"""Several files as one source: an archive of them as they are, numbered in their order."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

ARCHIVE_TYPE = "application/zip"


def pack_uploads(uploads: Sequence[tuple[str, IO[bytes]]], out: IO[bytes]) -> None:
    """Write files under their names into one archive; the same files give the same bytes."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for number, (name, stream) in enumerate(uploads, 1):
            member = zipfile.ZipInfo(f"{number}-{name}", (1980, 1, 1, 0, 0, 0))
            stream.seek(0)
            with archive.open(member, "w", force_zip64=True) as kept:
                while part := stream.read(1 << 20):
                    kept.write(part)
    out.flush()
    out.seek(0)


def pack_files(files: Sequence[Path], out: IO[bytes]) -> None:
    """Write files into one archive, as `pack_uploads` does."""
    with ExitStack() as opened:
        pack_uploads([(file.name, opened.enter_context(file.open("rb"))) for file in files], out)
