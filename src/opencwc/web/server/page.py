"""How a page is made: its language, who looks at it, and the template that is filled.

A page is whole HTML; what htmx asks for while the page stands is a fragment of it. Every text comes from the catalogs,
every number and date is written as the reader's language writes it.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit
from fastapi import Request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from opencwc.casebook.model import Person
from opencwc.casebook.permissions import ACTIONS, may
from opencwc.errors import OpenCWCError, error_line
from opencwc.finding import Message, Rule, Value
from opencwc.models import model_title
from opencwc.publishing.html import LONGEST, PREVIEW, TEMPLATES, bar, visible
from opencwc.publishing.labels import labels_in
from opencwc.publishing.model import Text
from opencwc.verbs import parts, tones_of_verdicts
from opencwc.web.server.chinese_signs import with_chinese_signs
from opencwc.web.server.foreign_text import foreign_text
from opencwc.web.server.navigation import pages_for
from opencwc.web.server.session_cookie import COOKIE, masked_csrf
from opencwc.web.server.static_files import address_of, takes_gzip
from opencwc.web.server.tour import stops_as_json
from opencwc.wording import (
    LANGUAGES,
    RIGHT_TO_LEFT,
    amount_said,
    at_clock,
    cited_parts,
    error_sentences,
    say,
    sentence,
    unit_said,
    with_minus,
)
from opencwc.wording.chemical_names import name_said
from opencwc.wording.clauses import clauses
from opencwc.wording.states import state_name
from opencwc.wording.typography import unbroken

WEB = Path(__file__).parents[1]
PACKAGES = sorted(folder.parent.name for folder in WEB.glob("*/templates"))
"""The packages with templates of their own; those of ``server`` are named without it."""
LANGUAGE_COOKIE = "opencwc_language"
LANGUAGE_NAMES = {"en": "English", "fr": "Français", "ar": "العربية", "es": "Español", "ru": "Русский", "zh": "中文"}
"""The languages in their own words."""
WORTH_COMPRESSING = 1_400
"""Bytes that fit into one packet anyway."""
OWN_FONTS = '<meta name="chinese-font"'
"""How a page begins to say that what is foreign to it is shown in the fonts of the reader's machine."""
_YEAR = 365 * 24 * 3600
_DAY = re.compile(r"(?<![\w-])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w-])")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def language_of(request: Request) -> str:
    """Return the language of a request: the one it names, the one chosen before, the browser's, or English."""
    chosen = (request.query_params.get("lang", ""), request.cookies.get(LANGUAGE_COOKIE, ""))
    for code in (*chosen, *_accepted(request.headers.get("accept-language", ""))):
        if code in LANGUAGES:
            return code
    return "en"


def _accepted(header: str) -> list[str]:
    """Return the languages that a browser accepts, the best first (RFC 9110, 12.5.4).

    >>> _accepted("fr-CA;q=0.5, ar, en;q=0.1")
    ['ar', 'fr', 'en']
    """
    weighed = []
    for part in header.split(",")[:20]:
        name, _, weight = part.partition(";q=")
        try:
            weighed.append((-float(weight or 1), name.strip().split("-")[0].lower()))
        except ValueError:
            continue
    return [name for _, name in sorted(weighed, key=lambda weighted: weighted[0])]


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Return a page or a fragment: a template filled with values and with what all pages know.

    ``transfers/page.html`` stands in ``web/transfers/templates/page.html``, ``base.html`` in ``web/server/templates``.
    """
    lang = language_of(request)
    text = environment(lang).get_template(template).render(**_known(request, lang), **values)
    headers = {"vary": "HX-Request, Accept-Language, Cookie, Accept-Encoding"}
    text = with_chinese_signs(text) if lang == "zh" else with_chinese_font(text)
    content: bytes = text.encode()
    if len(content) > WORTH_COMPRESSING and takes_gzip(request.headers.get("accept-encoding", "")):
        content = gzip.compress(content, 5, mtime=0)
        headers["content-encoding"] = "gzip"
    response = HTMLResponse(content, status, headers)
    if request.query_params.get("lang") in LANGUAGES:
        secure = request.app.state.service.configuration.under_https
        response.set_cookie(
            LANGUAGE_COOKIE, lang, max_age=_YEAR, path="/", httponly=True, samesite="lax", secure=secure
        )
    return response


def with_chinese_font(html: str) -> str:
    """Name the sheet of the Chinese font in a page or fragment of another language that shows Chinese signs.

    What stands in a user's file can be in any script, and not every machine has a font for it. The name of the language
    in the menu of languages has a font of its own. A page that names the sheet in its head already is left as it is:
    its script asks for it where the machine has no Chinese font.

    >>> with_chinese_font("<td>中文</td>")
    '<td>中文</td>'
    >>> with_chinese_font("<td>出口国</td>").startswith('<link rel="stylesheet" href="/static/')
    True
    """
    if OWN_FONTS in html or not _HAN.search(html.replace(LANGUAGE_NAMES["zh"], "")):
        return html
    link = f'<link rel="stylesheet" href="{address_of("vendor/noto-sans-sc.css")}">'
    head, end, rest = html.partition("</head>")
    return f"{head}{link}{end}{rest}" if end else link + html


def is_fragment(request: Request) -> bool:
    """Return whether htmx asks for a part of the page that is open."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-history-restore-request") != "true"


def link_to_rule(rule: Rule) -> str:
    """Return the address of the page of an entry."""
    return f"/convention/{rule.list}/{rule.entry}"


@cache
def locale_of(lang: str) -> Locale:
    """Return the habits of a language: Western digits everywhere, so that numbers can be compared with files."""
    try:
        return Locale.parse(f"{lang}_u_nu_latn" if lang == "ar_EG" else lang)
    except UnknownLocaleError:
        return Locale.parse("en")


def _person_of(request: Request) -> Person | None:
    """Return who looks at a page that no route has asked for: one of an address that is not there, or open to all."""
    entrance = getattr(request.app.state, "entrance", None)
    if entrance is None or request.method != "GET":
        return None
    try:
        person: Person | None = entrance.person_of(request)
    except OpenCWCError:  # the casebook is out of reach: the page that says so needs nobody
        return None
    return person


def path_of(request: Request) -> str:
    """Return the path of a request as a link may hold it: two slashes at its front would be another host."""
    return "/" + request.url.path.lstrip("/\\")


def _known(request: Request, lang: str) -> dict[str, Any]:
    """Return what every template knows of the request."""
    person = getattr(request.state, "person", None) or _person_of(request)
    secret = request.cookies.get(COOKIE, "")

    def allowed(action: str) -> bool:
        return isinstance(person, Person) and may(person, action)

    def here(**changes: object) -> str:
        """Return the address of this page with some of its question changed; an empty value takes a part away."""
        asked = {name: value for name, value in request.query_params.items() if name != "lang"} | changes
        kept = {name: value for name, value in asked.items() if value not in ("", None)}
        return path_of(request) + (f"?{urlencode(kept)}" if kept else "")

    return {
        "request": request,
        "lang": lang,
        "direction": "rtl" if lang in RIGHT_TO_LEFT else "ltr",
        "person": person,
        "may": allowed,
        "csrf": masked_csrf(secret) if secret else "",
        "here": here,
        "navigation": pages_for(allowed),
        "path": path_of(request),
        "tour": stops_as_json(lang, frozenset(action for action in ACTIONS if allowed(action))),
        "demonstration": getattr(request.app.state, "demonstration", None),
    }


@cache
def environment(lang: str) -> Environment:
    """Return the templates in a language."""
    made = Environment(
        loader=ChoiceLoader(
            [
                PrefixLoader({package: FileSystemLoader(WEB / package / "templates") for package in PACKAGES}),
                FileSystemLoader([Path(__file__).parent / "templates", TEMPLATES]),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def said(name: str | Message, /, **values: Value) -> str:
        return unbroken(say(with_days(Message(name, dict(values)) if isinstance(name, str) else name, lang), lang))

    def as_sentence(name: str | Message, /, **values: Value) -> str:
        return sentence_of_page(Message(name, dict(values)) if isinstance(name, str) else name, lang)

    def in_clauses(name: str | Message, /, **values: Value) -> list[Markup]:
        message = Message(name, dict(values)) if isinstance(name, str) else name
        return [with_whole_days(unbroken(clause)) for clause in clauses(with_days(message, lang), lang)]

    made.globals.update(
        say=said,
        sentence=as_sentence,
        clauses=in_clauses,
        error_words=lambda error: error_line("", *error_sentences(error, lang)),
        address_of=address_of,
        languages=LANGUAGE_NAMES,
        labels=labels_in(lang),
        tones=tones_of_verdicts(),
        bar=bar,
        picture=Markup,
        code_text=lambda text: Text(text, verbatim=True),
        preview=PREVIEW,
        longest=LONGEST,
        territory=lambda code: state_name(code, lang),
        rule_address=link_to_rule,
        model_title=partial(model_title, lang=lang),
        unit_said=partial(unit_said, lang=lang),
    )
    for words in parts("words"):
        made.globals.update({name: _word_of_page(word, lang) for name, word in words.items()})
    made.filters.update(_filters(lang))
    return made


def _word_of_page(word: Callable[..., str], lang: str) -> Callable[..., str]:
    """Return a word of the templates in a language, with its days as an English page writes them.

    >>> _word_of_page(lambda at, lang: f"{at} 12:00 UTC", "en")("2026-11-04")
    'November\xa04,\xa02026 12:00 UTC'
    """
    said = partial(word, lang=lang)
    if lang != "en":
        return said

    def with_written_days(*values: Any) -> Any:
        told = said(*values)
        return _DAY.sub(lambda day: day_said(day[0], lang), told) if isinstance(told, str) else told

    return with_written_days


def entry_code(entry: str) -> str:
    """Return an entry by its code, without the list where the code itself begins with it.

    >>> entry_code("AG AG19"), entry_code("CWC 2B04"), entry_code("")
    ('AG19', 'CWC 2B04', '')
    """
    listed, _, code = entry.partition(" ")
    return code if listed and code.startswith(listed) else entry


def _filters(lang: str) -> Mapping[str, Callable[..., str]]:
    locale = locale_of(lang)

    def number(value: float) -> str:
        return with_minus(str(format_decimal(value, locale=locale, numbering_system="latn")))

    def share(value: float) -> str:
        gap = "" if lang in ("en", "zh") else "\u00a0"
        return with_minus(str(format_percent(value, f"#,##0.0{gap}%", locale, numbering_system="latn")))

    day = partial(day_said, lang=lang)

    def moment(value: str) -> str:
        if not value:
            return ""
        known = datetime.fromisoformat(value.replace("Z", "+00:00"))
        return at_clock(day(known.date()), f"{known:%H:%M:%S} UTC", lang)

    def foreign(text: str) -> Markup:
        return foreign_text(str(visible(text)), lang)

    return {
        "number": number, "share": share, "day": day, "moment": moment, "foreign": foreign,
        "amount": lambda text: unbroken(amount_said(text, lang)), "duration": partial(duration_said, lang=lang),
        "chemical": partial(name_said, lang=lang), "cited": partial(cited_markup, lang=lang), "code": with_code,
        "together": together, "size": partial(size_said, lang=lang), "by_code": entry_code,
    }  # fmt: skip


def cited_markup(source: str, lang: str) -> Markup:
    """Return a source in a language; what of it stays in English says so."""
    foreign, separator = Markup('<span lang="en" dir="ltr">{}</span>'), say("citation_separator", lang)
    parts = ((together(str(visible(part))), own) for part, own in cited_parts(source, lang))
    return escape(separator).join(part if own == lang else foreign.format(part) for part, own in parts)


def together(text: str) -> Markup:
    """Hold ranges, numbers of articles and registry numbers together, so that no line breaks inside one.

    >>> together("Art. IX.2-4; VA II.46, well-known")
    Markup('<span class="whole">Art. IX.2-4</span>; VA II.46, well-known')
    >>> together(Markup('<b id="a-1">(CAS 676-97-1)</b>'))
    Markup('<b id="a-1">(<span class="whole">CAS 676-97-1)</span></b>')
    """
    pieces = _TAGS.split(str(escape(text)))
    return Markup("".join(piece if at % 2 else _HELD.sub(_whole, piece) for at, piece in enumerate(pieces)))  # noqa: S704 - escaped


def _whole(held: re.Match[str]) -> str:
    whole = len(held[0]) < _LONGEST_WHOLE and _DIGIT.search(held[0])
    return f'<span class="whole">{held[0]}</span>' if whole else held[0]


_TAGS, _DIGIT = re.compile(r"(<[^>]*>)"), re.compile(r"\d")
_HELD = re.compile(r"(?:\b(?:Art\.|CAS) )?\b[\w.()]+(?:[-–/][\w.()]+)+|\bArt\. [\w.()]+")
_LONGEST_WHOLE = 30


def with_whole_days(text: str) -> Markup:
    """Mark up days as files write them, so that no line breaks within.

    >>> with_whole_days("by 2028-03-30 & later")
    Markup('by <span class="when">2028-03-30</span> &amp; later')
    """
    return Markup(_DAY.sub(r'<span class="when">\g<0></span>', escape(visible(text))))  # noqa: S704 - escaped before


def with_code(text: str) -> Markup:
    """Mark up what a text has between backticks as code.

    >>> with_code("see `refusals` & <more>")
    Markup('see <code dir="ltr">refusals</code> &amp; &lt;more&gt;')
    """
    pieces = enumerate(str(visible(text)).split("`"))
    return Markup("").join(
        Markup('<code dir="ltr">{}</code>').format(piece) if at % 2 else piece for at, piece in pieces
    )


def day_said(value: str | date, lang: str) -> str:
    """Write a day as a page of the language has it; a year alone, or what a source writes in its own way, as it is.

    >>> day_said("2026-11-04", "en").replace("\u00a0", " "), day_said("2026", "en"), day_said("", "en")
    ('November 4, 2026', '2026', '')
    """
    if not value:
        return ""
    try:
        known = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    said = _western(format_date(known, "long" if lang != "zh" else "medium", locale_of(lang)))
    return _first_in_french(said, lang).replace(" ", "\u00a0")


def with_days(message: Message, lang: str) -> Message:
    """Return a message with its days as an English page writes them; the other languages write their own anyway.

    >>> with_days(Message("why", {"date": "2026-11-04", "of": Message("x", {"day": "2026-11"})}), "en").values["date"]
    'November\xa04,\xa02026'
    >>> with_days(Message("x", {"facts": ("chlorine", "2026-11-04")}), "en").values["facts"]
    ('chlorine', 'November\xa04,\xa02026')
    """
    if lang != "en" or not message.values:
        return message
    return Message(message.id, {name: _value_with_days(value, lang) for name, value in message.values.items()})


def _value_with_days(value: Value, lang: str) -> Value:
    if isinstance(value, tuple):
        return tuple(_item_with_days(item, lang) for item in value)
    return _item_with_days(value, lang)


def _item_with_days(value: str | float | Message, lang: str) -> str | float | Message:
    if isinstance(value, Message):
        return with_days(value, lang)
    return day_said(value, lang) if isinstance(value, str) and _DAY.fullmatch(value) else value


def sentence_of_page(message: Message, lang: str) -> str:
    """Say a message as a sentence on a page."""
    return unbroken(sentence(with_days(message, lang), lang))


def duration_said(time: timedelta, lang: str) -> str:
    """Say a duration roughly, as a language does.

    >>> duration_said(timedelta(seconds=95), "en"), duration_said(timedelta(seconds=7), "ru")
    ('2 minutes', '7 секунд')
    """
    return _western(format_timedelta(time, threshold=1.2, locale=locale_of(lang)))


def size_said(size: int, lang: str) -> str:
    """Say the size of a file in round figures.

    >>> size_said(407, "en").replace("\u00a0", " "), size_said(40_299, "fr").replace("\u202f", " ")
    ('0.4 kB', '40,3 ko')
    """
    unit, by = next((named for named in _SIZES if size >= named[1]), _SIZES[-1])
    rounded = max(round(size / by, 1), 0.1)
    said = format_unit(rounded, f"digital-{unit}", "short", locale=locale_of(lang), numbering_system="latn")
    return said.replace(" ", "\u00a0")


_SIZES = (("gigabyte", 1_000_000_000), ("megabyte", 1_000_000), ("kilobyte", 1000))


def month_said(month: str, lang: str) -> str:
    """Write a month as a heading of the language has it.

    >>> month_said("2026-11", "fr"), month_said("2026-03", "zh")
    ('novembre 2026', '2026年3月')
    """
    year, number = map(int, month.split("-"))
    return _western(format_skeleton("yMMMM", date(year, number, 1), locale=locale_of(lang)))


def _first_in_french(said: str, lang: str) -> str:
    """Write the first day of a month as French does.

    >>> _first_in_french("1 avril 2027", "fr"), _first_in_french("11 avril 2027", "fr")
    ('1er avril 2027', '11 avril 2027')
    """
    return f"1er{said[1:]}" if lang == "fr" and said.startswith("1 ") else said


def _western(text: str) -> str:
    """Write digits of any script as the Western ones: what stands on a page must be found again in a file.

    >>> _western("٢٠٢٦")
    '2026'
    """
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)
