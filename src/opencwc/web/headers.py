"""The headers that every answer carries so that a browser does nothing with it that was not meant."""

from __future__ import annotations

from functools import cache

Headers = tuple[tuple[bytes, bytes], ...]


@cache
def security_headers(*, api: bool, under_https: bool) -> Headers:
    """Return the headers of an answer of the API, or of a page (which may load only from here)."""
    content = (
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        if api
        else "default-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )
    told = {
        "content-security-policy": content,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), usb=()",
        "cache-control": "no-store",
    }
    if under_https:
        told["strict-transport-security"] = "max-age=63072000; includeSubDomains"
    return tuple((name.encode(), value.encode()) for name, value in told.items())
