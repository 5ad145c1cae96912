"""What is due as CSV and JSON Lines, the same lines in every language but for the reason."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from opencwc.declarations.model import DUE_FIELDS, Answer, Due
from opencwc.wording import sentence


def due_as_csv(answer: Answer, lang: str = "en") -> str:
    """Return the lines of what is due as CSV; the header also where nothing is."""
    out = io.StringIO()
    writer = csv.DictWriter(out, DUE_FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(due_as_texts(line, lang) for line in answer.due)
    return out.getvalue()


def due_as_json(answer: Answer, lang: str = "en") -> str:
    """Return what is due as JSON Lines, each line with its rules and the day of the Convention beside its own."""
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in _records(answer.due, lang))


def due_as_texts(line: Due, lang: str = "en") -> dict[str, str]:
    """Return a line by its fields, as text."""
    return {
        "site": line.site, "plant": line.plant, "chemical": line.chemical, "entry": line.entry,
        "regime": line.regime, "declaration": line.declaration, "period": str(line.period),
        "due": line.due.isoformat(), "range": line.range, "inspection": "yes" if line.inspection else "no",
        "why": sentence(line.why, lang),
    }  # fmt: skip


def _records(lines: Iterable[Due], lang: str) -> Iterable[dict[str, Any]]:
    for line in lines:
        yield {
            **due_as_texts(line, lang),
            "inspection": line.inspection,
            "period": line.period,
            "kg": f"{line.amount.normalize():f}",
            "rules": list(line.rules),
            "country": line.country,
            "asked_by": line.asked_by,
            "treaty_due": line.treaty_due.isoformat() if line.treaty_due else None,
        }
