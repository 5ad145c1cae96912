"""Documents to passages with their place: PDF, DOCX, workbooks, HTML, e-mail, plain and delimited text.

A document comes from a stranger: it is read in a process of its own, in bounded time and memory, nothing in it is run
and nothing outside it is fetched. Text comes as it is written, with every mark of direction and every invisible
character; only NUL and halves of characters become U+FFFD.
"""

from opencwc.files.document_opening import Document, open_document
from opencwc.files.passages import Limits, Passage, Unread, cell_of

__all__ = ["Document", "Limits", "Passage", "Unread", "cell_of", "open_document"]
