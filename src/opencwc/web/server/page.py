"""How a page is made: its language, who looks at it, and the template that is filled.

A page is whole HTML; what htmx asks for while the page stands is a fragment of it. Every text comes from the catalogs,
every number and date is written as the reader's language writes it.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_decimal, format_percent
from fastapi import Request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup
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
from opencwc.web.server.days_and_sizes import (
    day_said,
    duration_said,
    locale_of,
    on_page,
    sentence_of_page,
    size_said,
    with_days,
    with_written_days,
)
from opencwc.web.server.foreign_text import foreign_text
from opencwc.web.server.navigation import pages_for
from opencwc.web.server.session_cookie import COOKIE, masked_csrf
from opencwc.web.server.static_files import address_of, takes_gzip
from opencwc.web.server.text_markup import (
    behind_colon,
    cited_markup,
    column_said,
    together,
    with_breaks,
    with_capital,
    with_code,
    with_whole_days,
)
from opencwc.web.server.tour import stops_as_json
from opencwc.wording import (
    LANGUAGES,
    RIGHT_TO_LEFT,
    amount_said,
    at_clock,
    error_sentences,
    say,
    thousands_stand_apart,
    unit_said,
    with_minus,
)
from opencwc.wording.chemical_names import name_said
from opencwc.wording.clauses import clauses
from opencwc.wording.lists import entry_said, list_in_full, list_said
from opencwc.wording.states import state_name
from opencwc.wording.typography import PERCENT_CLOSED_UP, dash, unbroken

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
        "printed": _printed(datetime.now(UTC), lang),
    }


def _printed(now: datetime, lang: str) -> Mapping[str, str]:
    """Return when a sheet was printed, as it says it: the day, the clock, and both together."""
    day, clock = day_said(now.date(), lang), f"{now:%H:%M}"
    return {"on": now.date().isoformat(), "day": day, "clock": clock, "moment": at_clock(day, f"{clock} UTC", lang)}


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
        return on_page(say(with_days(Message(name, dict(values)) if isinstance(name, str) else name, lang), lang), lang)

    def as_sentence(name: str | Message, /, **values: Value) -> str:
        return sentence_of_page(Message(name, dict(values)) if isinstance(name, str) else name, lang)

    def in_clauses(name: str | Message, /, **values: Value) -> list[Markup]:
        message = Message(name, dict(values)) if isinstance(name, str) else name
        return [with_whole_days(on_page(clause, lang)) for clause in clauses(with_days(message, lang), lang)]

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
        dash=dash(lang),
        code_text=lambda text: Text(text, verbatim=True),
        preview=PREVIEW,
        longest=LONGEST,
        territory=lambda code: state_name(code, lang),
        rule_address=link_to_rule,
        model_title=partial(model_title, lang=lang),
        unit_said=partial(unit_said, lang=lang),
    )
    for words in parts("words"):
        made.globals.update({name: word_of_page(word, lang) for name, word in words.items()})
    made.filters.update(_filters(lang))
    return made


def word_of_page(word: Callable[..., str], lang: str) -> Callable[..., str]:
    """Return a word of the templates in a language, with its days as an English page writes them.

    >>> word_of_page(lambda at, lang: f"{at} 12:00 UTC", "en")("2026-11-04")
    '4\xa0November\xa02026 12:00 UTC'
    """
    said = partial(word, lang=lang)
    if lang != "en":
        return said

    def on_page(*values: Any) -> Any:
        told = said(*values)
        return with_written_days(told, lang) if isinstance(told, str) else told

    return on_page


def _filters(lang: str) -> Mapping[str, Callable[..., str]]:
    locale = locale_of(lang)

    def number(value: float, places: int = 0) -> str:
        pattern = f"#,##0.{'0' * places}" if places else None
        apart = thousands_stand_apart(Decimal(str(value)), lang)
        said = format_decimal(value, pattern, locale, group_separator=apart, numbering_system="latn")
        return with_minus(str(said))

    def share(value: float, places: str = "#") -> str:
        gap = "" if lang in PERCENT_CLOSED_UP else "\u00a0"
        pattern, apart = f"#,##0.{places}{gap}%", thousands_stand_apart(100 * Decimal(str(value)), lang)
        said = format_percent(value, pattern, locale, group_separator=apart, numbering_system="latn")
        return with_minus(str(said))

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
        "together": together, "with_breaks": with_breaks, "size": partial(size_said, lang=lang),
        "entry_said": partial(entry_said, lang=lang), "list_said": partial(list_said, lang=lang),
        "list_in_full": partial(list_in_full, lang=lang), "whole_days": with_whole_days, "capital": with_capital,
        "column": column_said, "behind_colon": partial(behind_colon, lang=lang),
    }  # fmt: skip
