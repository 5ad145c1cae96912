"""The demonstration: an invented State, the files of its year, and a casebook in which its people have worked.

Read in this order: `data/state.yaml` (the State, and what was done), `state` (its records), `year` (the files, made of
it and always the same), `casebook_builder` (the casebook, through the same doors as anybody's).
"""

from __future__ import annotations

from opencwc.demo.casebook_builder import Built, build

__all__ = ["Built", "build"]
