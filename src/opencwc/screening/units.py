"""What a person decides on in a screened file: a chemical, with every row or passage that names it.

Findings of one chemical share its structure, as the rules met it, else its number, its name, or the very input.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from opencwc.language.commerce.shares import share_stated
from opencwc.verbs import UnitOf


def unit_of(content: Mapping[str, Any]) -> UnitOf:
    """Return the chemical that a kept finding speaks of; texts that name none are one unit of their file."""
    message = content.get("message") or {}
    if message.get("id") == "why_no_mention":
        return UnitOf("no mention", "")
    evidence = content.get("evidence") or ()
    written = str(content.get("input") or "")
    cas, name = next(_chemicals(message), ("", ""))
    share = _most_stated(evidence)
    structure = next((seen["structure"] for seen in evidence if seen["kind"] == "atoms" and seen["structure"]), "")
    if structure:
        return UnitOf(f"structure {structure}", name or written, share)
    if cas:
        return UnitOf(f"number {cas}", name or written, share)
    called = name or written
    return UnitOf(f"name {' '.join(called.split()).casefold()}", called, share)


def _chemicals(message: object) -> Iterator[tuple[str, str]]:
    """Yield number and name of the chemicals that a message names, from the outside in."""
    if not isinstance(message, Mapping):
        return
    values = message.get("values") or {}
    if message.get("id") == "chemical":
        yield str(values.get("cas", "")), str(values.get("name", ""))
    for value in values.values():
        for part in value if isinstance(value, list | tuple) else (value,):
            yield from _chemicals(part)


def _most_stated(evidence: Any) -> float | None:
    """Return the highest share that a text states of a mention, in per cent."""
    stated = (str(seen["value"]).rpartition(" ") for seen in evidence if seen["kind"] == "concentration")
    shares = [share_stated(value, unit, "") for value, _, unit in stated]
    return max((float(share.high) for share in shares if share), default=None)
