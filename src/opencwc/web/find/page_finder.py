"""Finds the pages of the service by their names in any language."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from opencwc.casebook.permissions import may
from opencwc.language.name_search import NameIndex
from opencwc.web.accounts.settings_pages import TABS
from opencwc.web.casebook.finders import Hit, Sought
from opencwc.web.home.doors import SERVICE_DOORS, faces
from opencwc.web.server.navigation import PAGES, SUBMISSIONS
from opencwc.wording import LANGUAGES, say


class _NamedPage(NamedTuple):
    """A page: the message that names it, its address, and the action it needs."""

    says: str
    address: str
    action: str


def find_pages(sought: Sought) -> Iterator[Hit]:
    """Yield the pages that a person may open, each once."""
    seen: set[str] = set()
    for named, _, score in _index().find(sought.text):
        if may(sought.person, named.action) and named.address not in seen:
            seen.add(named.address)
            yield Hit("page", say(named.says, sought.lang), "", named.address, score)


@cache
def _index() -> NameIndex[_NamedPage]:
    known = [
        _NamedPage("page_home", "/", "self"),
        *(_NamedPage(f"page_nav_{page.name}", page.address, page.action) for page in (*PAGES, SUBMISSIONS)),
        *(_NamedPage(f"page_settings_tab_{tab.name}", tab.address, tab.action) for tab in TABS),
    ]
    doors = [*(door for face in faces() for door in face.doors), *SERVICE_DOORS]
    known += [_NamedPage(f"page_door_{door.name}", door.address, door.action) for door in doors]
    return NameIndex((say(page.says, lang), page) for page in known for lang in LANGUAGES)
