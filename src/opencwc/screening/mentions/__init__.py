"""Mentions of chemicals in a text: names, numbers, structures, formulas and HS codes, each judged as if it stood alone.

A line of an invoice, a sentence, a paragraph: what is found is answered by the same rules as a single input. A word
that also means something else needs other signs of a chemical beside it; a name within the name of another chemical,
a number that does not belong to the name beside it and an HS code that does not belong to the chemical are for review.
What the text states (concentration, quantity, packing, HS code) stands in the evidence and changes no verdict.

Read in this order: `finder` (one text to its mentions), `model` (the records), `drawings`, `numbers`, `names`,
`systematic` and `near` (what is found), `agreeing` (what does not belong together), `backwards` and `denying` (what is
seen otherwise than it is written, and what is said not to be there), `stating` (the evidence).
"""

from opencwc.screening.mentions.finder import Finder
from opencwc.screening.mentions.model import Mention

__all__ = ["Finder", "Mention"]
