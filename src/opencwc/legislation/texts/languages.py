"""Which languages a State's texts are in, those whose laws are not read among them, and what they are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from opencwc.convention.measures import READ_LANGUAGES
from opencwc.finding import Message
from opencwc.language.language_recogniser import other_language
from opencwc.legislation.texts.sections import LegalSection
from opencwc.wording import LANGUAGES


def in_their_languages(sections: Sequence[LegalSection]) -> list[LegalSection]:
    """Return sections with the language that all of one text that look alike are in, where it is none that is read.

    Script and short words, by which a section's language is told, know of few languages: Portuguese has the short words
    of French and Spanish, Japanese the signs of Chinese.
    """
    alike: dict[tuple[str, str], list[LegalSection]] = {}
    for section in sections:
        alike.setdefault((section.file, section.lang), []).append(section)
    strange = {
        key: lang
        for key, alike_sections in alike.items()
        if (lang := other_language(_sample(alike_sections))) not in ("", key[1])
    }
    return [replace(section, lang=strange.get((section.file, section.lang), section.lang)) for section in sections]


def unread_languages(sections: Sequence[LegalSection]) -> list[tuple[str, str]]:
    """Return (file, language) of all that is in a language whose laws are not read, in order."""
    return list(
        dict.fromkeys(
            (section.file, section.lang) for section in sections if section.lang and section.lang not in READ_LANGUAGES
        )
    )


def language_named(code: str) -> Message:
    """Return the name of a language, in each of the six."""
    from babel import Locale

    return Message("by_language", {language: str(Locale(language).languages.get(code, code)) for language in LANGUAGES})


def language_called(name: str) -> Message:
    """Return the name of a language, in each of the six, by its English one; one that is not known stays as it is."""
    from babel import Locale

    known = Locale("en").languages.items()
    return language_named(next((code for code, known_name in known if known_name == name), name))


def _sample(sections: Sequence[LegalSection]) -> str:
    """Return some text from the beginning, the middle and the end."""
    step = max(1, len(sections) // _PARTS)
    return "\n".join(section.text[:_PART] for section in sections[::step])[: _PARTS * _PART]


_PARTS, _PART = 8, 500
