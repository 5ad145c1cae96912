"""What the checks found as CSV and JSON Lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from opencwc.declarations.model import Fault
from opencwc.wording import sentence

FAULT_FIELDS = (
    "gravity", "check", "site", "plant", "chemical", "year", "table", "row", "field", "rule", "source", "evidence",
    "figures", "why",
)  # fmt: skip
"""``year`` and ``row`` are empty where a fault is of none; ``figures`` are ``name=kg`` with semicolons between."""


def faults_as_csv(faults: Iterable[Fault], lang: str = "en") -> str:
    """Return faults as CSV; the header also where there is none."""
    out = io.StringIO()
    writer = csv.DictWriter(out, FAULT_FIELDS, lineterminator="\n")
    writer.writeheader()
    for fault in faults:
        texts = fault_as_texts(fault, lang)
        figures = "; ".join(f"{name}={value.normalize():f}" for name, value in fault.figures.items())
        writer.writerow({**texts, "figures": figures})
    return out.getvalue()


def faults_as_json(faults: Iterable[Fault], lang: str = "en") -> str:
    """Return faults as JSON Lines, their figures as an object."""
    lines = (
        {
            **fault_as_texts(fault, lang),
            "year": fault.subject.year or None,
            "row": fault.place.row or None,
            "figures": {name: f"{value.normalize():f}" for name, value in fault.figures.items()},
        }
        for fault in faults
    )
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def fault_as_texts(fault: Fault, lang: str = "en") -> dict[str, str]:
    """Return a fault by its fields, as text, without its figures."""
    place, subject = fault.place, fault.subject
    return {
        "gravity": fault.gravity, "check": fault.check, "site": subject.site, "plant": subject.plant,
        "chemical": subject.chemical, "year": str(subject.year or ""), "table": place.table,
        "row": str(place.row or ""), "field": place.field, "rule": fault.rule, "source": fault.source,
        "evidence": fault.evidence, "why": sentence(fault.says, lang),
    }  # fmt: skip
