"""Documents out: a verb fills the document model (`model`), a writer turns it into a file (`html`, `pdf`, `xlsx`).

No rule of the Convention and no wording is in here: every text comes finished from the verb. Each writer is imported
from its own module, so that nobody loads one that they do not use.
"""
