"""What was captured as STIX 2.1: by its hash, observed at the time it was taken, the same ids each time."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from opencwc.custody.stix import Seen, as_stix

SEEN = (
    Seen("a" * 64, 206, "page.html", datetime(2026, 3, 4, 10, tzinfo=UTC), "text/html", "https://news.example/leak"),
    Seen("b" * 64, 9, "picture.png", datetime(2026, 3, 5, 10, tzinfo=UTC)),
)
ID = re.compile(r"[a-z-]+--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_each_original_is_observed_with_its_hash() -> None:
    objects = json.loads(as_stix(SEEN))["objects"]
    by_id = {one["id"]: one for one in objects}
    assert len(by_id) == len(objects)
    observed = [one for one in objects if one["type"] == "observed-data"]
    assert [one["first_observed"] for one in observed] == ["2026-03-04T10:00:00.000Z", "2026-03-05T10:00:00.000Z"]
    held = [[by_id[reference]["type"] for reference in one["object_refs"]] for one in observed]
    assert held == [["file", "artifact", "url"], ["file"]]
    artifact = next(one for one in objects if one["type"] == "artifact")
    assert (artifact["hashes"], artifact["url"]) == ({"SHA-256": "a" * 64}, "https://news.example/leak")


def test_the_same_originals_have_the_same_ids_and_each_is_one_of_stix() -> None:
    assert as_stix(SEEN) == as_stix(SEEN)
    for one in json.loads(as_stix(SEEN))["objects"]:
        assert ID.fullmatch(one["id"]) and one["id"].startswith(f"{one['type']}--")
        assert one["spec_version"] == "2.1"
