"""Transfers: may a shipment go (`check`), do the two sides' books agree (`reconcile`), what changed (`patterns`)?

What they share stands beside them: `ledgers` (in), `model`, `mapping` (columns), `substances`, `units`, `days`,
`memory`, `document_words` (days and quantities in papers and letters).
"""
