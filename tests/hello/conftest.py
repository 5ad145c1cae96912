"""The trial package is collected where it is installed, not here."""

from __future__ import annotations

collect_ignore = ["package"]
