"""Declarations: from a plant's books to what must be declared, when, on which form.

A register (`model.Register`) is read from what people hold (`register_reader`), its chemicals are told by structure
(`chemicals`), its quantities added up (`sums`), and each regime of the Convention says what is due (`judgement`).
"""
