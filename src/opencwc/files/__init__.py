"""Files to rows or passages, and answers to files: whatever kind of file people hold, in bounded memory.

``open_table`` gives batches of one input and one id a row, ``open_frame`` every column as text, ``open_document``
passages with their places. ``open_for_writing`` writes an answer whole or not at all.

A document comes from a stranger: it is read in a process of its own, in bounded time and memory; nothing in it is run
and nothing outside it is fetched. Text comes as it is written, with every mark of direction and every invisible
character; only NUL and halves of characters become U+FFFD.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opencwc.files.columns import find_column
    from opencwc.files.documents import Document, document_limits, open_document
    from opencwc.files.frames import Frame, open_frame
    from opencwc.files.passages import DocumentLimits, Passage, Unread, cell_of
    from opencwc.files.rows import MAX_VALUE_BYTES, Rows
    from opencwc.files.tables import Table, open_table
    from opencwc.files.writing import open_for_writing

__all__ = [
    "MAX_VALUE_BYTES", "Document", "DocumentLimits", "Frame", "Passage", "Rows", "Table", "Unread", "cell_of",
    "document_limits", "find_column", "open_document", "open_for_writing", "open_frame", "open_table",
]  # fmt: skip
_MODULES = {
    **dict.fromkeys(("MAX_VALUE_BYTES", "Rows"), "rows"),
    **dict.fromkeys(("Document", "document_limits", "open_document"), "documents"),
    **dict.fromkeys(("Frame", "open_frame"), "frames"),
    **dict.fromkeys(("DocumentLimits", "Passage", "Unread", "cell_of"), "passages"),
    **dict.fromkeys(("Table", "open_table"), "tables"),
    "find_column": "columns",
    "open_for_writing": "writing",
}


def __getattr__(name: str) -> Any:
    """Load a module when it is first used: a process that reads a document starts for each document."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
