"""What the readers of ledgers and of planned shipments load before they read a stranger's file."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencwc.screening.screener import Screener


def load_table_readers() -> None:
    """Load what reads tables, names of States and names among words now, while files may be opened."""
    import fastexcel  # noqa: F401
    import pyarrow.csv  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    from opencwc.convention.territories import load_names
    from opencwc.language.language_recogniser import load_recogniser

    load_names()
    load_recogniser()


def offline_screener(as_of: date) -> Screener:
    """Return a screener of the Convention's lists that starts no process (systematic names ask Java)."""
    from opencwc.screening.rulebook import Rulebook
    from opencwc.screening.screener import Screener

    screener = Screener(Rulebook.of(as_of, ()))
    screener.known.resolver.systematic = None
    return screener
