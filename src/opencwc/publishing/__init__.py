"""Documents out: a verb fills the document model (`model`), a writer turns it into a file (`html`).

No rule of the Convention and no wording is in here: every text comes finished from the verb.
"""

from opencwc.publishing.html import write_html
from opencwc.publishing.model import (
    Badge,
    Block,
    Bullets,
    Card,
    Cards,
    Count,
    Counts,
    Fact,
    Facts,
    Figure,
    Filter,
    Key,
    Labels,
    Paragraph,
    Report,
    Section,
    Table,
    Text,
    Words,
)

__all__ = [
    "Badge",
    "Block",
    "Bullets",
    "Card",
    "Cards",
    "Count",
    "Counts",
    "Fact",
    "Facts",
    "Figure",
    "Filter",
    "Key",
    "Labels",
    "Paragraph",
    "Report",
    "Section",
    "Table",
    "Text",
    "Words",
    "write_html",
]
