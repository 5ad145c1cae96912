"""All of `opencwc custody`: each module adds its commands to the one group."""

from __future__ import annotations

from opencwc.cli import custody_cases, custody_masks, custody_picture
from opencwc.cli.custody import custody_app

__all__ = ["custody_app", "custody_cases", "custody_masks", "custody_picture"]
