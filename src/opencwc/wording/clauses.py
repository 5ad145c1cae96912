"""A message that strings facts together with semicolons, taken apart, so that a page can list or tell them one by one.

It is parted where its own template, or that of a message that is a whole clause of it, has a semicolon outside
brackets and quotation marks. What stands in a value, such as the text of a user's cell, is never parted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from opencwc.finding import Message
from opencwc.wording import as_sentence, fill_part, sentence, template_of

_OPENING, _CLOSING = "([{（«“", ")]}）»”"
_SEPARATORS = ";；؛"
_ALONE = re.compile(r"\{(\w+)\}")


def clauses(message: Message | str, lang: str = "en") -> list[str]:
    """Return the sentences that a message is made of, each with its capital and its full stop.

    >>> clauses(Message("transfers_and", {"first": "a; b", "second": Message("group_methyl")}))
    ['A; b.', 'A methyl group.']
    >>> clauses("pattern_caution")
    ['A pattern does not mean that anything is wrong.', 'A person looks at each.']
    """
    whole = Message(message) if isinstance(message, str) else message
    return list(dict.fromkeys(_sentences(whole, lang)))


def in_sentences(message: Message, lang: str = "en") -> str:
    """Say a message as running text, each of its facts a sentence.

    >>> in_sentences(Message("pattern_caution"))
    'A pattern does not mean that anything is wrong. A person looks at each.'
    """
    return ("" if lang == "zh" else " ").join(clauses(message, lang))


def _sentences(message: Message, lang: str) -> Iterator[str]:
    parts = _parted(template_of(message, lang))
    for part in parts:
        alone = _ALONE.fullmatch(part)
        within = message.values.get(alone[1]) if alone else None
        if isinstance(within, Message):
            yield from _sentences(within, lang)
        elif len(parts) > 1:
            yield as_sentence(fill_part(part, message, lang), lang, quotes=part.startswith("{text}"))
        else:
            yield sentence(message, lang)
    if not parts:
        yield sentence(message, lang)


@cache
def _parted(template: str) -> tuple[str, ...]:
    """Part a template at its semicolons.

    >>> _parted("met: {says} ({source}; {evidence}); {left} left")
    ('met: {says} ({source}; {evidence})', '{left} left')
    """
    parts, depth = [""], 0
    for sign in template:
        depth += (sign in _OPENING) - (sign in _CLOSING)
        if sign in _SEPARATORS and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return tuple(part.strip() for part in parts if part.strip())
