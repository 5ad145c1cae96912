"""The step of the verb: a State's name to a finding on whether it is known."""

from __future__ import annotations

from opencwc.hello.verb import KNOWN, UNKNOWN

from opencwc.convention.territories import find_territory
from opencwc.finding import Finding, Maker, Message, Subject
from opencwc.version import __version__


def greet(row: int, name: str, as_of: str) -> Finding:
    """Return what is said of a State by its name."""
    territory = find_territory(name)
    message = Message("hello_known", {"state": territory.code}) if territory else Message("hello_stranger")
    return Finding(Subject(row, "", name), KNOWN if territory else UNKNOWN, message, maker_of(as_of))


def maker_of(as_of: str) -> Maker:
    """Return who makes the findings."""
    return Maker("opencwc.hello", __version__, as_of)
