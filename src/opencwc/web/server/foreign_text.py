"""Words in another script within a page, set apart with their language and direction.

A page loads the fonts of its own language. What stands in another script is shown in the fonts of the reader's machine,
which the style sheet gives to elements of another language; so it has to say which language it is.
"""

from __future__ import annotations

import re

from markupsafe import Markup

from opencwc.wording import LANGUAGES, RIGHT_TO_LEFT

_LETTERS = {
    "ar": "\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "ru": "\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f",
    "zh": "\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff",
}
"""The letters of each script, by the language of the six that is written in it; another one's are taken for them."""
APART = Markup('<bdi lang="{}" dir="{}">{}</bdi>')
DRAWN_APART = Markup('<tspan lang="{0}">{2}</tspan>')
"""The same within a text of a drawing (SVG), which a direction of its own would hang on its other end."""
UNBROKEN = Markup('<span class="when">{}</span>')
_HOUR = r"\u200e?\d\d:\d\d[ \u00a0]UTC(?:[+\u2212-]\d\d:\d\d)?\u200e?"
_WHOLE = rf"\d{{4}}-\d\d-\d\d(?:[,،]? {_HOUR})?|{_HOUR}|\b[A-Z]{{1,4}}-\d{{1,6}}\b"
_CHINESE_DAY = r"|\d{4}年\d{1,2}月\d{1,2}日"
"""A day as a Chinese page writes it, in which a line may break anywhere else."""
_COUNT = r"(?:\d[\d.,]*)?"
"""The number that a Chinese measure word stands hard behind; parted from it, the two change places in Arabic."""
_BETWEEN = r"[\s\d.,:;!?()«»“”‘’\"'%/\-–—]+"


def foreign_text(text: str, lang: str, apart: Markup = APART) -> Markup:
    """Return a text with each run of words in another script than that of ``lang`` in an element of its own, ``apart``.

    A bracket that is opened in such a run is closed in it. On a page a day, an hour and a code such as F-1 stay whole.

    >>> foreign_text("told by Вестник, Wire", "en")
    Markup('told by <bdi lang="ru" dir="ltr">Вестник</bdi>, Wire')
    >>> foreign_text("سجل (مختلق), 2025-09-21", "en")
    Markup('<bdi lang="ar" dir="rtl">سجل (مختلق)</bdi>, <span class="when">2025-09-21</span>')
    >>> foreign_text("2025年9月5日，哈伦", "zh")
    Markup('<span class="when">2025年9月5日</span>，哈伦')
    >>> foreign_text("«60桶»", "ar")
    Markup('«<bdi lang="zh" dir="ltr">60桶</bdi>»')
    >>> foreign_text("<b>", "en")
    Markup('&lt;b&gt;')
    """
    pieces, at = [], 0
    for match in _RUNS[lang].finditer(text):
        code = str(match.lastgroup)
        if code == "whole" and apart is DRAWN_APART:
            continue
        direction = "rtl" if code in RIGHT_TO_LEFT else "ltr"
        end = match.end() + (match[0].count("(") > match[0].count(")") and text.startswith(")", match.end()))
        words = text[match.start() : end]
        pieces += [
            text[at : match.start()],
            UNBROKEN.format(words) if code == "whole" else apart.format(code, direction, words),
        ]
        at = end
    return Markup("").join([*pieces, text[at:]])


def _runs(lang: str) -> re.Pattern[str]:
    groups = (
        f"(?P<{code}>{_COUNT if code == 'zh' else ''}[{letters}]+(?:{_BETWEEN}[{letters}]+)*)"
        for code, letters in _LETTERS.items()
        if code != lang
    )
    whole = _WHOLE + (_CHINESE_DAY if lang == "zh" else "")
    return re.compile("|".join((*groups, f"(?P<whole>{whole})")))


_RUNS = {lang: _runs(lang) for lang in LANGUAGES}
