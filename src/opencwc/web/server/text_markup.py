"""What is marked up in a text of a page, so that lines break where a reader expects it and code shows as code."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from opencwc.publishing.html import visible
from opencwc.wording import cited_parts, say
from opencwc.wording.typography import WRITTEN_DAY


def cited_markup(source: str, lang: str) -> Markup:
    """Return a source in a language, its numbers beside their words; what of it stays in English says so.

    >>> str(cited_markup("Annex on Chemicals, Schedule 1, Part A, paragraph 13", "en")).replace("\u00a0", "~")
    'Annex on Chemicals, Schedule~1, Part~A, paragraph~13'
    >>> str(cited_markup("copy of the Group's list of 1996 and later public copies", "en"))
    'Copy of the Group’s list of 1996 and later public copies'
    """
    foreign, separator = Markup('<span lang="en" dir="ltr">{}</span>'), say("citation_separator", lang)
    told = ((with_capital(part) if at == 0 else part, own) for at, (part, own) in enumerate(cited_parts(source, lang)))
    quoted = ((_QUOTED.sub("“\\1”", part) if own == "en" else part, own) for part, own in told)
    parts = ((together(_NUMBERED.sub("\u00a0", str(visible(part)))), own) for part, own in quoted)
    return escape(separator).join(part if own == lang else foreign.format(part) for part, own in parts)


def together(text: str) -> Markup:
    """Hold ranges, numbers of articles and registry numbers together, so that no line breaks inside one.

    >>> together("Art. IX.2-4; VA II.46, well-known")
    Markup('<span class="whole">Art. IX.2-4</span>; VA II.46, well-known')
    >>> together(Markup('<b id="a-1">(CAS 676-97-1)</b>'))
    Markup('<b id="a-1">(<span class="whole">CAS 676-97-1)</span></b>')
    """
    pieces = _TAGS.split(str(escape(visible(text))))
    return Markup("".join(piece if at % 2 else _HELD.sub(_whole, piece) for at, piece in enumerate(pieces)))  # noqa: S704 - escaped


def _whole(held: re.Match[str]) -> str:
    whole = len(held[0]) < _LONGEST_WHOLE and _DIGIT.search(held[0])
    return f'<span class="whole">{held[0]}</span>' if whole else held[0]


_QUOTED = re.compile('"([^"]*)"')
_NUMBERED = re.compile(r" (?=(?:[0-9]+|[A-C])(?:[,;)]|$))|(?<=[0-9]) (?=de [a-z])")
_TAGS, _DIGIT = re.compile(r"(<[^>]*>)"), re.compile(r"\d")
_HELD = re.compile(r"(?:\b(?:Art\.|CAS) )?\b[\w.()]+(?:[-–/][\w.()]+)+|\bArt\. [\w.()]+")
_LONGEST_WHOLE = 30


def with_whole_days(text: str) -> Markup:
    """Mark up days as files write them, so that no line breaks within.

    >>> with_whole_days("by 2028-03-30 & later")
    Markup('by <span class="when">2028-03-30</span> &amp; later')
    """
    return Markup(WRITTEN_DAY.sub(r'<span class="when">\g<0></span>', escape(visible(text))))  # noqa: S704 - escaped before


def with_code(text: str) -> Markup:
    """Mark up what a text has between backticks as code.

    >>> with_code("see `refusals` & <more>")
    Markup('see <code dir="ltr">refusals</code> &amp; &lt;more&gt;')
    """
    pieces = enumerate(str(visible(text)).split("`"))
    return Markup("").join(
        Markup('<code dir="ltr">{}</code>').format(piece) if at % 2 else piece for at, piece in pieces
    )


def with_breaks(text: str) -> Markup:
    """Let a line break in the long name of a chemical: after its hyphens, commas and brackets, and before a bracket.

    A Russian name without any of them is parted between its groups, where a soft hyphen shows that it goes on.

    >>> with_breaks("Methyl (bis(diethylamino)methylene)phosphonamidofluoridate")
    Markup('Methyl (bis<wbr>(diethylamino)<wbr>methylene)<wbr>phosphonamidofluoridate')
    >>> with_breaks("Диметилметилфосфонат").replace("\u00ad", "|")
    Markup('Диметил|метил|фосфонат')
    >>> with_breaks(Markup('<b data-name="2-(2-diisopropylaminoethoxy)ethanol">2,2-Diphenyl</b>'))
    Markup('<b data-name="2-(2-diisopropylaminoethoxy)ethanol">2,2-Diphenyl</b>')
    >>> with_breaks("a\u202e<b>")
    Markup('a⟨U+202E⟩&lt;b&gt;')
    """
    pieces = _TAGS.split(str(escape(visible(text))))
    return Markup("".join(piece if at % 2 else _LONG_WORD.sub(_breaking, piece) for at, piece in enumerate(pieces)))  # noqa: S704 - escaped


def _breaking(word: re.Match[str]) -> str:
    return _GROUPS.sub("\u00ad", _JOINT.sub("<wbr>", word[0]))


_LONG_WORD = re.compile(r"\S{21,}|[А-яЁё]{16,}")
_ENDS = ("етил", "этил", "Этил", "опил", "бутил", "ексил", "колил", "хлор", "фтор", "амино", "амидо", "окси")
_GROUPS = re.compile(f"(?:{'|'.join(f'(?<={end})' for end in _ENDS)})(?=(?!ид)[а-яё]{{4}})")
_JOINT = re.compile(r"(?<=[-,)\]}])(?=[^-,)\]}])|(?<=[^-,(\[{])(?=[(\[{])")


def column_said(name: str) -> str:
    """Return the name of a user's column as people write it.

    >>> column_said("value_eur"), column_said("net_kg")
    ('value EUR', 'net kg')
    """
    return _CURRENCY.sub(lambda word: word[0].upper(), name.replace("_", " "))


_CURRENCY = re.compile(r"\b(?:eur|usd|gbp|chf|jpy|cny|rub)\b")


def with_capital(text: str) -> str:
    """Return a text with a capital first; the address of a site keeps its small letter.

    >>> with_capital("due"), with_capital(""), with_capital("example.org on it")
    ('Due', '', 'example.org on it')
    """
    return text if _SITE.match(text) else text[:1].upper() + text[1:]


_SITE = re.compile(r"[a-z][a-z0-9-]*\.[a-z]{2,}\b")


def behind_colon(text: str, lang: str) -> str:
    """Return a text as it goes on behind a colon: French, Spanish and Russian write a small letter there.

    >>> behind_colon("Sustancias con un átomo", "es"), behind_colon("Reviewer", "en")
    ('sustancias con un átomo', 'Reviewer')
    >>> behind_colon("PFIB", "fr"), behind_colon("Би-Зет (BZ)", "ru"), behind_colon("N,N-Dialquil", "es")
    ('PFIB', 'Би-Зет (BZ)', 'N,N-Dialquil')
    """
    return text[:1].lower() + text[1:] if lang in ("fr", "es", "ru") and _PLAIN_WORD.match(text) else text


_PLAIN_WORD = re.compile(r"[^\W\d_a-zа-я][a-zà-ÿа-яё]+(?!\w|-[A-ZА-Я])")
