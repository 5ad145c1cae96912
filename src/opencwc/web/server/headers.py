"""The headers that every answer carries so that a browser does nothing with it that was not meant."""

from __future__ import annotations

from functools import cache

Headers = tuple[tuple[bytes, bytes], ...]
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'"
)
"""A page loads only from here, and runs no script and no style that stands inside it."""


@cache
def security_headers(*, api: bool, under_https: bool) -> Headers:
    """Return the headers of an answer of the API, or of a page (which may load only from here)."""
    headers = {
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        if api
        else PAGE_POLICY,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        # A page must say, with a form, that it comes from here; nothing is said to anybody else.
        "referrer-policy": "no-referrer" if api else "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), usb=()",
        "cache-control": "no-store",
    }
    if under_https:
        headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"
    return tuple((name.encode(), value.encode()) for name, value in headers.items())
