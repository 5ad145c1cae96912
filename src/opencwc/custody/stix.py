"""What was captured as STIX 2.1 (OASIS, 2021): each original by its hash, observed at the time it was taken."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from opencwc.custody.web_archive import moment
from opencwc.records import to_json
from opencwc.reports.stix import TLP_MARKINGS

_SPACE = uuid5(NAMESPACE_URL, "urn:opencwc:custody:stix")
_OBSERVABLES = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""The space of names that STIX 2.1 itself sets for the ids of observables (2.9)."""
_MADE = "2026-01-01T00:00:00.000Z"


class Seen(NamedTuple):
    """An original that was taken: its SHA-256 in hex, size, name, media type, and address (empty where it has none)."""

    sha256: str
    size: int
    name: str
    taken: datetime
    media_type: str = ""
    url: str = ""


def as_stix(originals: Iterable[Seen], tlp: str = "green") -> bytes:
    """Return originals as one bundle; the same originals give the same ids."""
    us = {
        "type": "identity", "spec_version": "2.1", "id": f"identity--{uuid5(_SPACE, 'opencwc')}", "created": _MADE,
        "modified": _MADE, "name": "OpenCWC", "identity_class": "system",
    }  # fmt: skip
    objects: dict[str, dict[str, Any]] = {us["id"]: us}
    for original in originals:
        held = list(_observables(original))
        taken = moment(original.taken).replace("Z", ".000Z")
        observed = {
            "type": "observed-data", "spec_version": "2.1", "created": taken, "modified": taken,
            "id": f"observed-data--{uuid5(_SPACE, f'{original.sha256} {original.url} {taken}')}",
            "created_by_ref": us["id"], "object_marking_refs": [TLP_MARKINGS[tlp]], "first_observed": taken,
            "last_observed": taken, "number_observed": 1, "object_refs": [one["id"] for one in held],
        }  # fmt: skip
        objects |= {one["id"]: one for one in (*held, observed)}
    return to_json(
        {"type": "bundle", "id": f"bundle--{uuid5(_SPACE, ','.join(objects))}", "objects": [*objects.values()]}
    )


def _observables(original: Seen) -> Iterable[dict[str, Any]]:
    hashes = {"SHA-256": original.sha256}
    kind = {"mime_type": original.media_type} if original.media_type else {}
    named = {"hashes": hashes, "name": original.name}
    yield {**_object("file", named), **kind, "size": original.size}
    if original.url:
        yield {**_object("artifact", {"hashes": hashes}), **kind, "url": original.url}
        yield _object("url", {"value": original.url})


def _object(kind: str, named: dict[str, Any]) -> dict[str, Any]:
    """Return an observable whose id follows from what it is, as STIX makes it."""
    name = json.dumps(named, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--{uuid5(_OBSERVABLES, name)}", **named}
