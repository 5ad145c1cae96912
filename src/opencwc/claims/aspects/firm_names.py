"""Firms by their names, where a claim names one and the record another, in whatever scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from opencwc.claims.aspects.actor_mentions import is_cleared
from opencwc.claims.name_sounds import sound_alike
from opencwc.claims.sentence_details import Details
from opencwc.claims.word_alignment import Aligned
from opencwc.language.name_words import NameWord, name_words
from opencwc.language.word_likeness import alike
from opencwc.reports.model import Span

_SAME = 0.72
"""How alike two words of names are at least that say one name."""
_MEANT = 0.8
"""How near a word's nearest one is that says the same."""
_OPEN, _CLOSE = '«“„《"', '»”“》"'
_CAPITAL = "A-ZÀ-ÖØ-ÞĀ-ŽА-ЯЁ"
_WORD = rf"[{_CAPITAL}][\w&'’-]+"
_RUN = rf"{_WORD}(?: (?:&|and|et|y|и|de) {_WORD}| {_WORD}){{0,3}}"
_NAME = rf"(?:[{_OPEN}]\s?(?P<quoted>[^{_CLOSE}]{{2,40}}?)\s?[{_CLOSE}]|(?P<name>{_RUN}))"
_CALLED = "called|named|known as|dénommée?|appelée?|nommée?|denominada|llamada|por nombre|под названием"
_FIRM = {
    "en": "firm|compan(?:y|ies)|manufacturers?|producers?|traders?|suppliers?|importers?|exporters?|consignee|carrier"
    "|contractor|operator|group|subsidiary|shipper|maker|shipping line",
    "fr": "société|entreprise|firme|fabricant|producteur|exploitant|groupe|compagnie|minière|fournisseur|sous-traitant"
    "|importateur|exportateur|destinataire|armateur|transporteur|filiale",
    "es": "empresa|firma|compañía|sociedad|fabricante|minera|operadora|consorcio|grupo|proveedor|proveedora|naviera"
    "|importadora|exportadora|destinataria|transportista|filial",
    "ru": r"фирм\w{1,2}|компани\w{1,3}|предприяти\w{1,3}|обществ\w{1,3}|ООО|ЗАО|ОАО|АО|концерн\w{0,2}|холдинг\w{0,2}"
    r"|комбинат\w{0,2}|производител\w{1,2}|оператор\w{0,2}|перевозчик\w{0,2}|завод\w{0,2}|получател\w{1,2}",
}
_FORM = (
    r"Ltd|Limited|LLC|Inc|Corp(?:oration)?|GmbH|AG|S\.?A\.?(?:S|R\.?L)?|Co|Company|Group|Chemicals?|Industries|Trading"
    r"|Chimie|Química|Shipping|Logistics|Mining"
)
_ARABIC_WORD = r"(?!(?:في|من|التي|على|عن|إلى|الى|لم|قد|كانت|هي)\b)\w{3,}"
_ARABIC = re.compile(
    rf"(?:شركت?[ةي]?|مؤسسة|مجموعة)\s+(?:(?:تدعى|تسمى|المسماة|باسم)\s+)?"
    rf"(?:[{_OPEN}]\s?(?P<quoted>[^{_CLOSE}]{{2,40}}?)\s?[{_CLOSE}]"
    rf"|(?P<name>{_ARABIC_WORD}(?: {_ARABIC_WORD})?))"
)
_CHINESE = re.compile(
    rf"[{_OPEN}](?P<quoted>[㐀-鿿·]{{2,10}})[{_CLOSE}](?:有限)?(?:公司|集团|厂|企业)"
    r"|(?:^|[，。；、由是为的向与和给在将名叫对称据]|企业为|企业是)(?P<name>[^\W某家于咎一为是由]{2,10}?)(?:货运|贸易|化工|化学|实业|物流|科技|石油|矿业|制药|航运|船务|能源|材料|工业|有限|股份|责任)*(?:公司|集团)"
)


class Firm(NamedTuple):
    """A firm by its name: where it stands, and the words by which it is told from others."""

    span: Span
    words: tuple[NameWord, ...]


def firms_apart(claim: Details, statement: Details, aligned: Sequence[Aligned]) -> tuple[list[Span], list[Span]]:
    """Return the firms of a claim and those of a statement, where both name some and none is the same."""
    mine, theirs = firms_of(claim), firms_of(statement)
    same = any(_is_same(one, other) for one, other in product(mine, theirs))
    if not mine or not theirs or same or all(_is_said(one, aligned) for one in mine):
        return [], []
    return [one.span for one in mine], [one.span for one in theirs]


def cleared_firms(claim: Details, statement: Details) -> list[Span]:
    """Return the firms of a claim that a statement names as not having done it, and the claim does not."""
    cleared = [one for one in firms_of(statement) if is_cleared(statement.text, one.span, statement.lang)]
    return [
        one.span
        for one in firms_of(claim)
        if any(_is_same(one, other) for other in cleared) and not is_cleared(claim.text, one.span, claim.lang)
    ]


def firms_of(details: Details) -> tuple[Firm, ...]:
    """Return the firms that a sentence names."""
    found: list[Firm] = []
    for span in _spans(details.text, details.lang):
        taken = any(span.start < one.span.end and one.span.start < span.end for one in found)
        if (words := _telling(name_words(details.text[slice(*span)]))) and not taken:
            found.append(Firm(span, words))
    return tuple(found)


def _telling(words: Sequence[NameWord]) -> tuple[NameWord, ...]:
    """Return the words that tell a firm from others: words of its trade only where it has no other ones."""
    for kind in ("word", "common", "place"):
        if some := tuple(word for word in words if word.kind == kind):
            return some
    return ()


def _spans(text: str, lang: str) -> Iterator[Span]:
    for pattern in _patterns(lang):
        for match in pattern.finditer(text):
            yield Span(*match.span("quoted" if match["quoted"] else "name"))


@lru_cache(maxsize=8)
def _patterns(lang: str) -> tuple[re.Pattern[str], ...]:
    if lang == "ar":
        return (_ARABIC,)
    if lang == "zh":
        return (_CHINESE,)
    firm = _FIRM.get(lang, _FIRM["en"])
    behind = re.compile(rf"(?<!\w)(?:(?i:{firm}))(?:,? (?:{_CALLED}))?[\s,]+{_NAME}")
    ahead = re.compile(rf"(?<!\w)(?:(?P<quoted>(?!))|(?P<name>{_WORD}(?: {_WORD}){{0,2}}))(?= (?:{_FORM})(?!\w))")
    before = re.compile(rf"(?<=\w )(?:(?P<quoted>(?!))|(?P<name>{_RUN}))(?= (?:{firm})(?!\w))")
    return (behind, ahead, before) if lang == "en" else (behind, ahead)


def _is_same(one: Firm, other: Firm) -> bool:
    return any(_are_alike(mine, theirs) for mine, theirs in product(one.words, other.words))


def _are_alike(one: NameWord, other: NameWord) -> bool:
    if one.key == other.key or alike(one, other) >= _SAME:
        return True
    return (
        sound_alike(one.written[:1].upper() + one.written[1:], other.written[:1].upper() + other.written[1:]) >= _SAME
    )


def _is_said(firm: Firm, aligned: Sequence[Aligned]) -> bool:
    return any(
        one.near > _MEANT and one.span.start < firm.span.end and firm.span.start < one.span.end for one in aligned
    )
