"""Names and numbers of verdicts and verbs in casebooks and backups of the first version."""

from __future__ import annotations

FORMER_VERDICTS = (
    "listed", "review", "exempt", "unreadable", "not_listed", "prohibited", "allowed_with", "allowed", "discrepancy",
    "agreed", "covered", "partial", "none",
)  # fmt: skip
"""The verdicts in the order whose places the first version stored in place of their names."""
FORMER_VERBS = {"transfers": "check"}
"""What the verbs of runs are called now, by what the first version called them."""
