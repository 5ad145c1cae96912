"""The State that texts belong to: its alpha-3 code, and its name in every language."""

from __future__ import annotations

from functools import cache

from opencwc.convention.territories import find_territory, similar_territories
from opencwc.errors import SettingsError
from opencwc.finding import Message
from opencwc.wording import LANGUAGES


def known_state(text: str) -> str:
    """Return the alpha-3 code of a State by code or name; `SettingsError` where none is called so.

    >>> known_state("France"), known_state("fra")
    ('FRA', 'FRA')
    """
    found = find_territory(text)
    if found is None or not found.code:
        near = ", ".join(one.code for one in similar_territories(text))
        raise SettingsError(
            f"--state {text!r} is no State.",
            remedy=f"Write its three letters, as FRA.{f' Did you mean {near}?' if near else ''}",
        )
    return found.code


@cache
def state_named(code: str) -> Message:
    """Return a State's name in every language, as Unicode's CLDR has it; the code where it has none."""
    from babel import Locale
    from babel.core import get_global

    alpha2 = next(iter(get_global("territory_aliases").get(code, [code])))
    return Message("by_language", {lang: Locale(lang).territories.get(alpha2, code) for lang in LANGUAGES})
