"""Ledgers in: whatever a ledger's columns, units, States and days are called, its lines come out alike.

Texts are read once each, however often they stand in the file: while it streams past (`row_stream`), each column
becomes numbers of its different texts, and these are looked up at the end, when the whole file tells how it writes days
and decimals. Nothing is dropped and nothing guessed silently: what cannot be read is null, and a problem or a note says
so.

Read in this order: `reader`, `layout` (which column holds what), `row_stream`, `draft`, then what is read field by
field: `line_fields` and `amounts`.
"""
