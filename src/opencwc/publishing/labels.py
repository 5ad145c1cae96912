"""What every page of a report has to say of itself, in the reader's language."""

from __future__ import annotations

from opencwc.finding import Message
from opencwc.publishing.model import Labels
from opencwc.wording import say


def labels_in(lang: str) -> Labels:
    """Return the labels of a report's page."""
    return Labels(
        skip=say("report_skip", lang),
        contents=say("report_contents", lang),
        filter=say("report_filter", lang),
        search=say("report_search", lang),
        all=say("report_all", lang),
        reset=say("report_reset", lang),
        shown=say(Message("report_shown", {"shown": "{shown}", "total": "{total}"}), lang),
        cut=say(Message("report_cut", {"length": "{length}", "limit": "{limit}"}), lang),
    )
