"""The arithmetic of the record: what is committed to, and how one record is linked to the next.

Three lines of SHA-256 that `opencwc.casebook.bundle_verifier` repeats with nothing but Python's standard library:

- a *commitment* is ``SHA-256(salt || content)``, the content being canonical JSON in UTF-8;
- a *link* is ``SHA-256(previous link || commitment)``, and the link before the first is 32 zero bytes;
- the *digest* of a block of findings is ``SHA-256(commitment of the first || ... || commitment of the last)``.

The salt is why a record can be erased by law without breaking the chain: what stays, the commitment, tells nothing
of a content whose salt is gone. It is also why a bundle can show one case and prove its place among the others.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable
from hashlib import sha256

FIRST_LINK = bytes(32)
SALT_BYTES = 16
_LONE = re.compile("[\ud800-\udfff]")


def canonical(value: object) -> str:
    """Return a value as the one JSON text that is committed to: sorted keys, no spaces, no escapes beyond JSON's own.

    >>> canonical({"b": 1, "a": "é"})
    '{"a":"é","b":1}'
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    if not text.isascii() and _LONE.search(text):  # half a surrogate pair is no UTF-8; escaped, it is kept as it came
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text


def fresh_salt() -> bytes:
    """Return a new salt."""
    return secrets.token_bytes(SALT_BYTES)


def commitment(salt: bytes, content: str) -> bytes:
    """Return the commitment to a content."""
    return sha256(salt + content.encode()).digest()


def link(previous: bytes, committed: bytes) -> bytes:
    """Return the link of a record, given the link before it."""
    return sha256(previous + committed).digest()


def block_digest(commitments: Iterable[bytes]) -> bytes:
    """Return the digest of a block of findings."""
    return sha256(b"".join(commitments)).digest()
