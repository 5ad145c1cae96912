"""OpenCWC: what the Chemical Weapons Convention says about what you hold. This is the public face and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opencwc.version import __version__

if TYPE_CHECKING:
    from opencwc.screening import screen
    from opencwc.transfers.check import check
    from opencwc.transfers.reconcile import reconcile

__all__ = ["__version__", "check", "reconcile", "screen"]


def __getattr__(name: str) -> Any:
    """Load a verb when it is first used, so that ``import opencwc`` costs nothing."""
    if name == "screen":
        from opencwc.screening import screen

        return screen
    if name == "check":
        from opencwc.transfers.check import check

        return check
    if name == "reconcile":
        from opencwc.transfers.reconcile import reconcile

        return reconcile
    raise AttributeError(f"module 'opencwc' has no attribute {name!r}")
