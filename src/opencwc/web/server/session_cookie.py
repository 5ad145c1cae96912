"""The cookie of a session, and the token that a page sends with it when it changes something."""

from __future__ import annotations

import hmac
import secrets

from starlette.responses import Response

COOKIE = "opencwc_session"


def csrf_of(secret: str) -> str:
    """Return what a page must send as ``X-CSRF-Token``: bound to the session, and of no use without its cookie."""
    return hmac.digest(secret.encode(), b"opencwc csrf", "sha256").hex()


def masked_csrf(secret: str) -> str:
    """Return the token behind a pad of its own, so that a compressed page gives nothing of it away (BREACH)."""
    token = bytes.fromhex(csrf_of(secret))
    pad = secrets.token_bytes(len(token))
    return pad.hex() + bytes(byte ^ other for byte, other in zip(pad, token, strict=True)).hex()


def is_csrf(secret: str, given: str) -> bool:
    """Return whether the right token was sent, masked or plain."""
    right = csrf_of(secret)
    if len(given) == 2 * len(right):
        try:
            pad, masked = bytes.fromhex(given[: len(right)]), bytes.fromhex(given[len(right) :])
            given = bytes(byte ^ other for byte, other in zip(pad, masked, strict=True)).hex()
        except ValueError:  # no hexadecimal digits, or spaces between them
            return False
    return hmac.compare_digest(right.encode(), given.encode())


def give_cookie(response: Response, secret: str, *, under_https: bool) -> None:
    """Give a browser its session: unseen by scripts, never sent along from another site."""
    response.set_cookie(COOKIE, secret, path="/", httponly=True, samesite="strict", secure=under_https)


def take_cookie(response: Response, *, under_https: bool) -> None:
    """Take a browser's session away."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=under_https)
