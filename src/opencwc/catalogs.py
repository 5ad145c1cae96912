"""The catalogs of what is said to people: an id of a text domain in, its template out.

``wording/catalogs/<language>/LC_MESSAGES`` holds a file for each domain: ``opencwc`` says findings, pages and reports,
``errors`` says errors and is read when the first error is said. `opencwc.wording` fills the templates.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations
from pathlib import Path

CATALOGS = Path(__file__).parent / "wording" / "catalogs"
LANGUAGES = ("en", "fr", "ar", "es", "ru", "zh")


def read_template(domain: str, name: str, lang: str, count: int | None = None) -> str | None:
    """Return what a catalog has under an id, in the form for a count; ``None`` where it has nothing.

    >>> read_template("opencwc", "group_methyl", "fr"), read_template("errors", "no_such_code", "en")
    ('un groupe méthyle', None)

    Raises:
        FileNotFoundError: the catalogs are not built, or there is none in this language.

    """
    catalog = _catalog(domain, lang)
    counted = name if count is None else catalog.ngettext(name, name, count)
    text = catalog.gettext(name) if counted == name else counted
    return None if text == name else text


@cache
def _catalog(domain: str, lang: str) -> GNUTranslations:
    with (CATALOGS / lang / "LC_MESSAGES" / f"{domain}.mo").open("rb") as file:
        return GNUTranslations(file)
