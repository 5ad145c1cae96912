"""All of `opencwc case`: each module adds its commands to the one group."""

from __future__ import annotations

from opencwc.cli import case_briefs, case_feeds, case_keys, case_moving, case_proofs, case_submissions
from opencwc.cli.case import case_app

__all__ = ["case_app", "case_briefs", "case_feeds", "case_keys", "case_moving", "case_proofs", "case_submissions"]
