"""What every page of a report has to say of itself, in the reader's language."""

from __future__ import annotations

from opencwc.finding import Message
from opencwc.publishing.model import Labels
from opencwc.wording import say


def labels_in(lang: str) -> Labels:
    """Return the labels of a report's page."""
    names = ("skip", "contents", "filter", "search", "all", "reset")
    return Labels(
        **{name: say(f"report_{name}", lang) for name in names},
        shown=say(Message("report_shown", {"shown": "{shown}", "total": "{total}"}), lang),
        cut=say(Message("report_cut", {"length": "{length}", "limit": "{limit}"}), lang),
    )
