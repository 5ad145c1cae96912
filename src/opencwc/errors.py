"""Every error OpenCWC raises on purpose: one small tree, so that a face can tell a bad file from a bad rule.

A message says what was wrong, where it stands in the user's file, and what to do about it.
"""

from __future__ import annotations


class OpenCWCError(Exception):
    """What went wrong, where, and what to do; the root of the tree."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        said = what if what.endswith((".", "!", "?")) else f"{what}."
        super().__init__(" ".join(part for part in (f"{where}:" if where else "", said, remedy) if part))


class InputError(OpenCWCError):
    """The user's file or value cannot be read at all; a single bad row is a finding, not an error."""


class RuleError(OpenCWCError):
    """A rule file of a list says something that cannot hold."""


class SettingsError(OpenCWCError):
    """An option, a setting or an environment variable has no meaning here."""


class OutputError(OpenCWCError):
    """The answer cannot be written where it was asked for."""


class UnavailableError(OpenCWCError):
    """An optional part that this command needs is not installed."""
