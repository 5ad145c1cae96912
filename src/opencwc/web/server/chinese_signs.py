"""How a Chinese page is set: brackets as wide as its characters, and no blank behind its wide signs.

Templates write a blank between two texts and round brackets for every language; a style sheet may set the colon behind
a term (``dt``). What a user wrote stands in elements of its own (``bdi``, ``pre``) and stays as it is.
"""

from __future__ import annotations

import re
from itertools import accumulate

_TAGS = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
_TAG_NAME = re.compile(r"</?([a-z0-9]+)")
_LEFT_ALONE = frozenset({"bdi", "code", "pre", "script", "style", "svg", "textarea"})
_CHINESE = re.compile("[\u3001-\u303f\u3400-\u9fff\uff00-\uffef]")
_BRACKET = re.compile("[()]")
_BLANKS = " \t\n"
_BLANK_BEHIND = re.compile(r"(?<=[：。；，、！？）])[ \t\n]+")
_WIDE_LAST = re.compile(r"[：。；，、！？（）]\Z")


def with_chinese_signs(html: str) -> str:
    """Set the own texts of a Chinese page or fragment.

    >>> with_chinese_signs("<p>结果：21。 <b>南非</b> (<bdi>ZAF</bdi>)： CWC</p>")
    '<p>结果：21。<b>南非</b>（<bdi>ZAF</bdi>）：CWC</p>'
    >>> with_chinese_signs("<td>来源 <span>(二手来源)</span></td>")
    '<td>来源<span>（二手来源）</span></td>'
    >>> with_chinese_signs("<dt>数量</dt> <dd>400 千克</dd>")
    '<dt>数量</dt><dd>400 千克</dd>'
    >>> with_chinese_signs("<bdi>甲 (乙)： 丙</bdi> 双(2-氯乙基)硫醚 VII.3(c)")
    '<bdi>甲 (乙)： 丙</bdi> 双(2-氯乙基)硫醚 VII.3(c)'
    """
    pieces = _TAGS.split(html)
    own = _own_texts(pieces)
    _widen_brackets(pieces, own)
    last = ""
    for place in range(0, len(pieces), 2):
        if place in own:
            text = pieces[place]
            if _WIDE_LAST.search(last) or (place and pieces[place - 1] == "</dt>"):
                text = text.lstrip(_BLANKS)
            pieces[place] = _BLANK_BEHIND.sub("", text)
        last = pieces[place] or last
    return "".join(pieces)


def _own_texts(pieces: list[str]) -> set[int]:
    """Return the places of the texts that are the page's own."""
    own, within = set(), 0
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            if piece and not within:
                own.add(place)
        elif (name := _TAG_NAME.match(piece)) and name[1] in _LEFT_ALONE:
            within = max(0, within + (-1 if piece.startswith("</") else 1))
    return own


def _widen_brackets(pieces: list[str], own: set[int]) -> None:
    """Widen each pair of brackets behind a blank that follows or holds Chinese; a break in a name is no blank."""
    starts = list(accumulate((len(text) for text in pieces[::2]), initial=0))
    whole = "".join(pieces[::2])
    opened: list[tuple[int, int] | None] = []
    wide: list[tuple[int, int]] = []
    for place in sorted(own):
        for found in _BRACKET.finditer(pieces[place]):
            at = found.start()
            if found[0] == "(":
                apart = pieces[place][at - 1].isspace() if at else not pieces[place - 1].startswith("<wbr")
                opened.append((place, at) if apart else None)
            elif opened and (bracket := opened.pop()):
                start, end = starts[bracket[0] // 2] + bracket[1], starts[place // 2] + at
                if _CHINESE.match(_last_sign(whole, start)) or _CHINESE.search(whole, start, end):
                    wide += [bracket, (place, at)]
    for place, at in sorted(wide, reverse=True):
        before, bracket_sign, behind = pieces[place][:at], pieces[place][at], pieces[place][at + 1 :]
        pieces[place] = f"{before.rstrip(_BLANKS)}（{behind}" if bracket_sign == "(" else f"{before}）{behind}"
        if (
            bracket_sign == "("
            and not before.strip(_BLANKS)
            and pieces[place - 1].startswith("<span")
            and place - 2 in own
        ):
            pieces[place - 2] = pieces[place - 2].rstrip(_BLANKS)


def _last_sign(whole: str, end: int) -> str:
    """Return the last sign before a place that is no blank."""
    while end and whole[end - 1].isspace():
        end -= 1
    return whole[end - 1 : end]
