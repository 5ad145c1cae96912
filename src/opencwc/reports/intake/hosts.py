"""The hosts of web addresses, by which reports name their outlets."""

from __future__ import annotations

from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """Return the host of an address without ``www.``, empty where it is none.

    >>> host_of("https://www.example.org/a"), host_of("no address")
    ('example.org', '')
    """
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")
