"""Chemicals that newspapers rarely name, by the recogniser of screening, asked only where a word looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from opencwc.chemistry.chemical_words import has_morpheme
from opencwc.reports.model import Span
from opencwc.screening.mentions import Finder, Mention
from opencwc.wording.chemical_names import as_noun

_WORD = re.compile(r"[^\W\d_]{8,}")
_NOT = re.compile(
    "laborat|périod|period|élimin|estercol|ministeri|nitrog|metabol|monaster|isocian|isocyan|fluorochem", re.IGNORECASE
)
_OTHER_SCRIPTS = re.compile(
    "[а-яё]*(?:хлор|фтор|фосф|циан|нитр|сульф|амин|метил|этил|пропил|бутил|фенил|арсин)[а-яё]{3,}"
    "|[ء-ي]*(?:كلور|فلور|فوسف|سيان|نيترو|كبريت|ميثيل|إيثيل|أمين|فينيل)[ء-ي]{2,}"
    "|[一-鿿]?[氯氟溴磷氰硝胺醇酯酮醛苯胂膦腈][一-鿿]",
    re.IGNORECASE,
)
_SORTS = frozenset(("name", "systematic", "formula", "cas"))


def rare_agents(text: str, known: Sequence[Span], lang: str) -> Iterator[tuple[str, Span]]:
    """Yield chemicals outside ``known`` stretches of a text, with where they stand; in English as the text has them."""
    if not any(_is_free(match.start(), match.end(), known) for match in _signs(text)):
        return
    for mention in _finder().find(text):
        if _is_free(mention.start, mention.end, known) and _is_plain(mention) and mention.known:
            name = mention.text if lang == "en" else mention.known.names[0]
            yield as_noun(name), Span(mention.start, mention.end)


def _signs(text: str) -> Iterator[re.Match[str]]:
    for match in _WORD.finditer(text):
        if has_morpheme(match[0]) and not _NOT.search(match[0]):
            yield match
    yield from _OTHER_SCRIPTS.finditer(text)


def _is_free(start: int, end: int, known: Sequence[Span]) -> bool:
    return not any(one.start < end and start < one.end for one in known)


def _is_plain(mention: Mention) -> bool:
    """Tell whether a mention is one chemical that is surely meant: listed, or one long word for it."""
    if mention.kind not in _SORTS or mention.known is None or not mention.known.names:
        return False
    word = mention.text
    return mention.met or (len(word) > 8 and not word.endswith("s") and has_morpheme(word) and not _NOT.search(word))


@cache
def _finder() -> Finder:
    from opencwc.screening.rulebook import Rulebook
    from opencwc.screening.screener import Screener

    return Screener(Rulebook.of()).finder
