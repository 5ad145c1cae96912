"""Content credentials (C2PA) of a picture, read offline: who signed, what was done, which checks failed.

It runs in a confined process, which alone loads `c2pa`: nothing is fetched, neither credentials from elsewhere nor
the state of a certificate. Whom to trust is the reader's choice: a signer is known only by a list that was given.
Source: C2PA Technical Specification 2.4, section 15 (validation) for the codes.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import c2pa
from PIL import Image

from opencwc.custody.pictures.camera_data import clean
from opencwc.custody.pictures.decoding import open_small
from opencwc.custody.pictures.look_hashes import ALIKE, distance, look_of
from opencwc.custody.pictures.model import Action, Credentials, Ingredient

HASH_FAILED = ("assertion.dataHash.mismatch", "assertion.bmffHash.mismatch", "assertion.boxesHash.mismatch")
UNTRUSTED = "signingCredential.untrusted"
_NOT_BROKEN = (UNTRUSTED, "signingCredential.ocsp.unknown", "signingCredential.ocsp.inaccessible")
_MEDIA_TYPES = {
    "JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "TIFF": "image/tiff", "GIF": "image/gif",
    "AVIF": "image/avif",
}  # fmt: skip
_OFFLINE: dict[str, Any] = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True},
    "core": {"allowed_network_hosts": []},
}
_MOST_ACTIONS, _MOST_INGREDIENTS, _MOST_FAILED = 100, 100, 50
_LONGEST_STORE = 20_000_000


class CredentialReader:
    """Reads credentials; ``trusted`` are the certificates of trusted signers or of who vouches for them, as PEM."""

    def __init__(self, trusted: str = "") -> None:
        settings = {**_OFFLINE, "trust": {"user_anchors": trusted}} if trusted else _OFFLINE
        self._context = c2pa.Context(c2pa.Settings.from_dict(settings))

    def read(self, data: bytes, format_name: str, shown: Image.Image) -> Credentials:
        """Return the credentials of a picture of this format, as it is shown."""
        media_type = _MEDIA_TYPES.get(format_name)
        if media_type is None:
            return Credentials("absent")
        try:
            reader = c2pa.Reader.try_create(media_type, io.BytesIO(data), context=self._context)
            if reader is None:
                return Credentials("absent")
            with reader:
                return _credentials(reader, shown)
        except c2pa.C2paError as error:
            return _of_error(str(error))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return Credentials("unreadable")


def _of_error(text: str) -> Credentials:
    if text.startswith("RemoteManifest"):
        found = _ADDRESS.search(text)
        return Credentials("elsewhere", address=clean(found[0]) if found else "")
    return Credentials("unreadable", failed=(clean(text),))


def _credentials(reader: c2pa.Reader, shown: Image.Image) -> Credentials:
    store = json.loads(reader.json()[:_LONGEST_STORE])
    manifest = store["manifests"][store["active_manifest"]]
    results = store.get("validation_results", {})
    codes = _codes(results.get("activeManifest", {}))
    signature = manifest.get("signature_info") or {}
    broken = [code for code in codes if code not in _NOT_BROKEN]
    return Credentials(
        "broken" if broken else "valid",
        signer=clean(signature.get("common_name")),
        issuer=clean(signature.get("issuer")),
        signed=clean(signature.get("time")),
        signer_known=store.get("validation_state") == "Trusted",
        program=_program(manifest),
        actions=tuple(_actions(manifest)),
        ingredients=tuple(_ingredients(manifest, results)),
        failed=tuple(broken),
        of_other_picture=_shows_other(reader, manifest, shown) if set(broken) & set(HASH_FAILED) else None,
    )


def _codes(results: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(clean(failure.get("code")) for failure in results.get("failure", ())))[:_MOST_FAILED]


def _program(manifest: Mapping[str, Any]) -> str:
    makers: Sequence[Mapping[str, Any]] = manifest.get("claim_generator_info") or [{}]
    named = f"{makers[0].get('name', '')} {makers[0].get('version', '')}"
    return clean(named) or clean(manifest.get("claim_generator"))


def _actions(manifest: Mapping[str, Any]) -> list[Action]:
    """Return what the signer says was done, in its order."""
    actions: list[Action] = []
    for assertion in manifest.get("assertions", ()):
        if not str(assertion.get("label", "")).startswith("c2pa.actions"):
            continue
        for said in assertion["data"].get("actions", ())[: _MOST_ACTIONS - len(actions)]:
            agent = said.get("softwareAgent", "")
            program = agent.get("name", "") if isinstance(agent, dict) else agent
            kind = clean(said.get("digitalSourceType")).rpartition("/")[2]
            actions.append(Action(clean(said.get("action")), clean(said.get("when")), clean(program), kind))
    return actions


def _ingredients(manifest: Mapping[str, Any], results: Mapping[str, Any]) -> list[Ingredient]:
    failed = {
        str(delta.get("ingredientAssertionURI", "")).rpartition("/")[2]: _codes(delta.get("validationDeltas", {}))
        for delta in results.get("ingredientDeltas") or ()
    }
    return [
        Ingredient(
            clean(part.get("title")),
            clean(part.get("relationship")),
            bool(part.get("active_manifest")),
            tuple(code for code in failed.get(str(part.get("label", "")), ()) if code not in _NOT_BROKEN)[:20],
        )
        for part in manifest.get("ingredients", ())[:_MOST_INGREDIENTS]
    ]


def _shows_other(reader: c2pa.Reader, manifest: Mapping[str, Any], shown: Image.Image) -> bool | None:
    """Tell whether the preview that was signed shows another picture; ``None`` where there is no such preview."""
    identifier = (manifest.get("thumbnail") or {}).get("identifier")
    if not identifier:
        return None
    kept = io.BytesIO()
    try:
        reader.resource_to_stream(identifier, kept)
    except c2pa.C2paError:
        return None
    small = open_small(kept.getvalue())
    if small is None:
        return None
    look, signed = look_of(shown), look_of(small)
    if look.plain or signed.plain:
        return None
    near = min(distance(look.dhash, part) for part in signed.parts)
    return min(near, *(distance(part, signed.dhash) for part in look.parts)) > ALIKE


_ADDRESS = re.compile(r"https?://\S+")
