"""What reading a ZIP file raises where the file is damaged."""

from __future__ import annotations

import zipfile
import zlib
from typing import Final

ZIP_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
)
"""`zipfile` raises `NotImplementedError` for a compression it does not know, `RuntimeError` for an encrypted part."""
