"""Figures of a register that are worth asking about: a model proposes and ranks them, a person decides.

The way of the data: books -> `figures` (one a plant, chemical, activity and year) -> `features` -> `learned` or `rules`
-> `proposals`, with `charts` beside them.
"""
