"""A page fetched and kept as evidence in a case, where the setting switches the network on and names its host."""

from __future__ import annotations

import io
from urllib.parse import unquote, urlsplit

from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.custody_steps import CustodyStep, receive
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Mark, Person
from opencwc.custody.web_archive import moment
from opencwc.errors import InputError, SettingsError
from opencwc.reports.intake.network import Fetcher, load_network_settings
from opencwc.wording import reason

_ENDINGS = {
    "text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf", "image/jpeg": ".jpg",
    "image/png": ".png", "image/webp": ".webp", "application/json": ".json", "text/plain": ".txt",
    "application/xml": ".xml", "text/xml": ".xml", "application/rss+xml": ".xml",
}  # fmt: skip
_LONGEST = 80


def capture(book: Casebook, person: Person, case: str, url: str, mark: Mark = Mark.UNCLASSIFIED) -> CustodyStep:
    """Fetch what is at an address and keep it as it came, with when and from where (after redirects) it was taken.

    Raises:
        InputError: nothing came; that says nothing of what is there.
        SettingsError: the network is not switched on.

    """
    settings = load_network_settings()
    if not settings.network:
        raise SettingsError("watch_network_off", where=url)
    fetched = Fetcher(settings).fetch(url)
    if fetched.why is not None:
        raise InputError("custody_not_captured", where=url, reason=reason(fetched.why))
    case_for_keeping(book, person, case, mark)
    return receive(
        book, person, case, io.BytesIO(fetched.data), file_name(fetched.url, fetched.kind), mark=mark,
        media_type=fetched.kind, url=fetched.url, taken=moment(fetched.taken),
    )  # fmt: skip


def file_name(url: str, kind: str) -> str:
    """Return what a captured file is called: by the end of its address, with the ending of its kind.

    >>> file_name("https://news.example/a/leak", "text/html"), file_name("https://news.example/", "text/html")
    ('leak.html', 'news.example.html')
    """
    parts = urlsplit(url)
    last = unquote(parts.path.rstrip("/").rpartition("/")[2]) or (parts.hostname or "page")
    kept = "".join(sign for sign in last if sign.isprintable() and sign not in '\\/:*?"<>|')[:_LONGEST] or "page"
    ending = _ENDINGS.get(kind, "")
    return kept if not ending or kept.lower().endswith(ending) else f"{kept}{ending}"
