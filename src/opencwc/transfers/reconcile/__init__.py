"""Do the books of exporters and importers agree? `reconcile` says where they do not, and why probably.

Read in this order: `comparison` (the ledgers' lines together), `matching` and `matching_kernel` (line by line), `sums`
and `signs` (by chemical, pair of States and year), `causes` (why), `reconciliation` (ranked), `reasons`, `reconciled`,
`report` and `letters` (out).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencwc.transfers.reconcile.reconciled import Reconciled


def reconcile(
    *sources: Path,
    as_of: date | str | None = None,
    model: bool = True,
    columns: Mapping[str, str] = MappingProxyType({}),
) -> Reconciled:
    """Say where the books of exporters and importers disagree, why probably, and in which order to look.

    ``sources`` are two or more ledgers, or one with several reporters. ``table()`` of the answer is the ranked list,
    ``matches()`` says what became of each line. ``model`` false has plain rules propose the causes; ``columns`` says
    which column holds a field (``{"quantity": "Weight", "unit": "=kg"}``). Raises `InputError` where a file is no
    ledger.
    """
    from opencwc.transfers.ledgers.reader import read_ledger
    from opencwc.transfers.reconcile.reconciliation import reconcile as reconcile_ledgers

    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of or date.today()
    return reconcile_ledgers([read_ledger(source, given=columns) for source in sources], day, model=model)
