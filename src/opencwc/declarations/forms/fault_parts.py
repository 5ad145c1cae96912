"""Which part of a declaration a fault is in, in words: the declaration, the plant site, the plant, the chemical."""

from __future__ import annotations

import re
from typing import Any

from opencwc.declarations.forms.model import Chemical, Declaration, Document, Plant, Site
from opencwc.finding import Message

Part = str | Message
_STEPS = re.compile(r"/(declarations|sites|plants|chemicals)\[([0-9]+)\]")


def part_of(document: Document, path: str) -> tuple[Part, ...]:
    """Return what the steps of a path lead through, the declaration first; empty where it is of the whole document."""
    held: Any = document
    said: list[Part] = []
    for name, number in _STEPS.findall(path):
        held = getattr(held, name)[int(number) - 1]
        said.append(_called(held))
    return tuple(said)


def title_of(held: Declaration) -> Message:
    """Return the title of a declaration: its regime, its kind, and the year declared on."""
    return Message(
        "form_declaration_of",
        {
            "regime": Message(f"form_regime_{held.regime}"),
            "declaration": Message(f"declare_declaration_{held.declaration}"), "period": str(held.period),
        },
    )  # fmt: skip


def _called(held: Declaration | Site | Plant | Chemical) -> Part:
    if isinstance(held, Declaration):
        return title_of(held)
    if isinstance(held, Site):
        return Message("form_site", {"site": held.code})
    if isinstance(held, Plant):
        return Message("form_plant", {"plant": held.code}) if held.code else Message("form_whole_site")
    return held.name or held.cas or Message(f"form_of_{held.of}")
