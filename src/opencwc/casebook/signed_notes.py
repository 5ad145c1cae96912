"""The signed head of a tree as transparency logs write it, so that anybody's tools read it.

A note is a text and signature lines (C2SP signed-note); a head is a note of three lines, who it is, how many leaves and
their root (C2SP tlog-checkpoint); a witness adds a line with the moment at which it saw the head (C2SP
tlog-cosignature). Ed25519 alone.
"""

from __future__ import annotations

import base64
import binascii
import re
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import Struct

from opencwc.errors import InputError

if TYPE_CHECKING:
    from opencwc.casebook.signing import Signer

NOTE, COSIGNATURE = 0x01, 0x04
"""The signature types of Ed25519: of the log over the note, and of a witness over moment and note."""
_DASH = "\N{EM DASH}"
_NAME = re.compile(r"[^\s+]+")
_MOST_SIGNATURES = 100
_LARGEST = 1 << 16


class NoteKey(Struct, frozen=True):
    """A public key by the name under which it signs; ``public`` has 32 bytes."""

    name: str
    public: bytes
    kind: int = NOTE

    @property
    def id(self) -> bytes:
        """The 4 bytes that stand before a signature, to find its key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The key as it is handed on (C2SP's vkey)."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"

    @classmethod
    def read(cls, text: str) -> NoteKey:
        """Read a key as it is handed on; `InputError` where it is none, or of another kind than Ed25519."""
        name, _, rest = text.strip().partition("+")
        id, _, encoded = rest.partition("+")
        key = _decoded(encoded)
        if _NAME.fullmatch(name) and key is not None and len(key) == 33 and key[0] in (NOTE, COSIGNATURE):
            found = cls(name, key[1:], key[0])
            if found.id.hex() == id:
                return found
        raise InputError("note_key_unreadable", key=text.strip()[:200])


class Head(Struct, frozen=True):
    """The head of a tree: who it is, how many leaves it has, and their root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


class Signature(Struct, frozen=True):
    """A signature line: the name and id of the key, and what it signed with."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """The line as it stands in a note."""
        return f"{_DASH} {self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


class Note(Struct, frozen=True):
    """A head with its signature lines."""

    head: Head
    signatures: tuple[Signature, ...]

    @property
    def text(self) -> str:
        """The whole note."""
        return f"{self.head.text}\n{''.join(signature.line for signature in self.signatures)}"

    def is_signed_by(self, key: NoteKey) -> bool | None:
        """Tell whether the signature of a key holds; ``None`` where there is none."""
        given = self._by(key)
        return None if given is None else _holds(key, self.head.text.encode(), given.signature)

    def cosigned_at(self, key: NoteKey) -> int | None:
        """Return when a witness saw the head (POSIX seconds); ``None`` where it did not sign, -1 where wrongly."""
        given = self._by(key)
        if given is None:
            return None
        moment = int.from_bytes(given.signature[:8], "big")
        return moment if _holds(key, _cosigned(self.head, moment), given.signature[8:]) else -1

    def _by(self, key: NoteKey) -> Signature | None:
        return next((line for line in self.signatures if (line.name, line.key_id) == (key.name, key.id)), None)


def house_key(signer: Signer, origin: str) -> NoteKey:
    """Return the key of the house as it signs heads: under the name of its log."""
    return NoteKey(origin, public_bytes(signer.public_pem()))


def public_bytes(pem: bytes) -> bytes:
    """Return the 32 bytes of a public key; `IntegrityError` where it is no Ed25519 key."""
    from opencwc.casebook.signing import public_der

    return public_der(pem)[-32:]


def sign_head(signer: Signer, head: Head) -> Note:
    """Return the head as a note signed by the house."""
    signature = signer.sign(head.text.encode())
    return Note(head, (Signature(head.origin, house_key(signer, head.origin).id, signature),))


def cosign(signer: Signer, name: str, head: Head, moment: int) -> Signature:
    """Return the line of a witness that saw a head at a moment (POSIX seconds)."""
    key = NoteKey(name, public_bytes(signer.public_pem()), COSIGNATURE)
    return Signature(name, key.id, moment.to_bytes(8, "big") + signer.sign(_cosigned(head, moment)))


def read_note(text: str) -> Note:
    """Read a note; `InputError` where it is none."""
    signed, gap, lines = text.partition("\n\n")
    words = signed.split("\n")
    root = _decoded(words[2]) if len(words) == 3 else None
    small = len(text) <= _LARGEST and lines.count("\n") <= _MOST_SIGNATURES
    if not (small and gap and words[0] and re.fullmatch(r"0|[1-9][0-9]{0,18}", words[1]) and lines.endswith("\n")):
        raise InputError("note_unreadable")
    if root is None or len(root) != 32:
        raise InputError("note_unreadable")
    return Note(Head(words[0], int(words[1]), root), read_signatures(lines))


def read_signatures(lines: str) -> tuple[Signature, ...]:
    """Read signature lines, as a witness gives them back; `InputError` where one is none."""
    found = []
    for line in lines.removesuffix("\n").split("\n"):
        dash, name, encoded = ([*line.split(" "), "", ""])[:3]
        signature = _decoded(encoded)
        if dash != _DASH or line.count(" ") != 2 or not _NAME.fullmatch(name) or not signature or len(signature) < 5:
            raise InputError("note_unreadable")
        found.append(Signature(name, signature[:4], signature[4:]))
    return tuple(found)


def _cosigned(head: Head, moment: int) -> bytes:
    return f"cosignature/v1\ntime {moment}\n{head.text}".encode()


def _holds(key: NoteKey, data: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _decoded(text: str) -> bytes | None:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None
