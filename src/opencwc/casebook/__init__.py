"""Findings kept, decided by people, and provable years later.

Read in this order: `tables` and `chain` (what is written), `opening` and `recording` (how), `cases` and `keeping` (what
comes in), `deciding` and `requesting` (what people say), `listing` (what they see), `erasing` (what goes), `verifying`
(whether it all still fits), `exporting` and `backing_up` (what leaves the house), `people` and `permissions` (who may).
"""
