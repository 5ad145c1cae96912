"""Texts in many languages: which language a text is in, which names are one, whether a request may be answered at all.

Nothing here decides what the Convention says of a chemical. `recognise_language` proposes, with a calibrated
confidence; `judge_by_rules` refuses by rules that anyone can read (``data/refusals``), and `judge_request` by the
meaning of a sentence beside them.
"""
