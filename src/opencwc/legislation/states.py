"""The State that texts belong to: its alpha-3 code."""

from __future__ import annotations

from opencwc.convention.territories import find_territory, similar_territories
from opencwc.errors import SettingsError
from opencwc.wording import did_you_mean


def known_state(text: str) -> str:
    """Return the alpha-3 code of a State by code or name; `SettingsError` where none is called so.

    >>> known_state("France"), known_state("fra")
    ('FRA', 'FRA')
    """
    territory = find_territory(text)
    if territory is None or not territory.code:
        near = ", ".join(territory.code for territory in similar_territories(text))
        raise SettingsError("state_unknown", text=text, guess=did_you_mean(near) if near else "")
    return territory.code
