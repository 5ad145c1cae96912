"""The face of transfers: planned shipments, ledgers, patterns."""
