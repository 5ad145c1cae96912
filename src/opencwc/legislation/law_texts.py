"""A State's texts to one law: its sections with their languages, and notes on what could not be read in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

from opencwc.convention.measures import READ_LANGUAGES
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.language.language_recogniser import other_language
from opencwc.legislation.model import Law
from opencwc.legislation.texts.legal_texts import LegalText
from opencwc.legislation.texts.sections import FOOTNOTE, LegalSection, sections_of
from opencwc.wording import reason
from opencwc.wording.languages import language_named


def in_their_languages(sections: Sequence[LegalSection]) -> list[LegalSection]:
    """Return sections with the language that all of one text that look alike are in, where it is none that is read.

    A section's language is recognised by script and short words, which know few languages: Portuguese has the short
    words of French and Spanish, Japanese the signs of Chinese.
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
    unread = (section for section in sections if section.lang and section.lang not in READ_LANGUAGES)
    return list(dict.fromkeys((section.file, section.lang) for section in unread))


def _sample(sections: Sequence[LegalSection]) -> str:
    """Return some text from the beginning, the middle and the end."""
    step = max(1, len(sections) // _PARTS)
    return "\n".join(section.text[:_PART] for section in sections[::step])[: _PARTS * _PART]


_PARTS, _PART = 8, 500


def read_law(texts: Sequence[LegalText], state: str, as_of: date) -> Law:
    """Cut texts into sections, and note footnotes, texts without letters and languages whose laws are not read."""
    cut = [section for text in texts for section in sections_of(text)]
    sections = in_their_languages([section for section in cut if section.kind != FOOTNOTE])
    notes = [note for text in texts for note in text.notes]
    if len(sections) < len(cut):
        notes.append(Message("law_footnotes_apart", {"count": len(cut) - len(sections)}))
    notes += [
        Message("law_recognised_nothing" if _is_recognised(text) else "law_unreadable", {"file": text.name})
        for text in texts
        if not _has_letters(text)
    ]
    notes += [
        Message("law_language_unread", {"file": file, "language": language_named(lang)})
        for file, lang in unread_languages(sections)
    ]
    unknown = sum(len(section.text) for section in sections if not section.lang)
    if 2 * unknown > sum(len(section.text) for section in sections):
        notes.append(Message("law_language_not_read", {"languages": "-"}))
    once = tuple(note for at, note in enumerate(notes) if note not in notes[:at])
    return Law(state, as_of, tuple(texts), tuple(sections), once)


def see_that_something_is_read(law: Law) -> None:
    """Raise `InputError` where no verdict could rest on anything that was read."""
    files = ", ".join(text.name for text in law.texts)
    if not any(_has_letters(text) for text in law.texts):
        recognised = all(_is_recognised(text) for text in law.texts)
        supply = "law_recognised_nothing_remedy" if recognised else "law_nothing_read_remedy"
        raise InputError("law_nothing_read", where=files, reason=reason("law_nothing_read"), advice=reason(supply))
    unread = dict.fromkeys(lang for _, lang in unread_languages(law.sections))
    if unread and not any(section.lang in READ_LANGUAGES or not section.lang for section in law.sections):
        what = Message("law_languages_unread", {"languages": tuple(map(language_named, unread))})
        remedy = Message("law_languages_unread_remedy", {"languages": tuple(map(language_named, READ_LANGUAGES))})
        raise InputError("law_languages_unread", where=files, reason=reason(what), advice=reason(remedy))


def _has_letters(text: LegalText) -> bool:
    """Tell whether a text holds more than what a scanner leaves; a Chinese sign says more than a letter."""
    letters = _LETTER.finditer(text.text, 0, _ENOUGH_LETTERS)
    first = "".join(letter[0] for letter in islice(letters, _LEAST_LETTERS))
    return len(first) + 2 * len(_HAN.findall(first)) >= _LEAST_LETTERS


def _is_recognised(text: LegalText) -> bool:
    """Tell whether a machine looked for text in the pictures of a document."""
    return any(note.id == "reading_ocr_used" for note in text.notes)


_LETTER, _HAN = re.compile(r"[^\W_]"), re.compile("[\u3400-\u9fff]")
_LEAST_LETTERS = 25
"""A short article has as many; a page number, a stamp or the name of a scanner has fewer."""
_ENOUGH_LETTERS = 100_000
"""Characters of a text among which its letters are counted."""
