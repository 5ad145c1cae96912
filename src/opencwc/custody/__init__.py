"""Custody: what is held stays what it was, and what is claimed of it can be checked."""
