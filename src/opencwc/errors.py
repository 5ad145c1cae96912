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


class NotAllowedError(OpenCWCError):
    """The person who asks may not do this: the role, the clearance or the token does not allow it."""


class NotFoundError(OpenCWCError):
    """What was named is not there, or is not for this person to know of."""


class ConflictError(OpenCWCError):
    """What was asked does not fit what has been done meanwhile: look again, then decide."""


class StorageError(OpenCWCError):
    """The casebook could not be read or written: full, read-only, locked or out of reach. Nothing was changed."""


class IntegrityError(OpenCWCError):
    """A record does not fit the chain, its signature or what was made of it."""
