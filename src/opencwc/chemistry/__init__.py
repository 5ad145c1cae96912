"""Molecules: read them, standardise them, say what they are made of, look up their names, draw them.

Pure functions on RDKit molecules; no rule of the Convention stands in here.
"""
