"""Findings kept, decided by people, and provable years later.

Read in this order: `tables` and `chain` (what is written), `database`, `transaction` and `rows` (how), `cases` and
`runs` (what comes in), `decisions` and `requests` (what people say), `findings` (what they see), `erasure` (what goes),
`casebook_verifier` (whether it all still fits), `exports` and `backup` (what leaves the house), `people` and
`permissions` (who may).
"""
