"""What languages are called in each of the six, as Unicode's CLDR has it."""

from __future__ import annotations

from opencwc.finding import Message
from opencwc.wording import LANGUAGES


def language_named(code: str) -> Message:
    """Return the name of a language, in each of the six."""
    from babel import Locale

    return Message("by_language", {language: str(Locale(language).languages.get(code, code)) for language in LANGUAGES})
