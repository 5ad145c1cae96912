"""Labels of a house for tests: those of three real laws, as their reader saw them or as a strict house would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from opencwc.legislation.coverage_model import HELD

LAWS = ("ARG", "CAN", "SAU")
Label = dict[str, Any]


def house_labels(*, strict: bool) -> list[Label]:
    """The labels of three real laws; to a ``strict`` house nothing is covered."""
    rows = [row for row in pl.read_parquet(HELD).to_dicts() if row["country"] in LAWS and row["part"] != "held out"]
    changed = {"covered": "partial"} if strict else {}
    return [row | {"verdict": changed.get(row["verdict"], row["verdict"])} for row in rows]


def shelved_labels(path: Path, *, strict: bool) -> Path:
    """Write labels as they stand on the shelf of a house."""
    about = ("law", "country", "lang", "part", "measure", "verdict")
    lines = [
        {"state": row["country"], "signs": {name: row[name] for name in row if name not in about}}
        | {name: row[name] for name in ("measure", "verdict", "lang")}
        for row in house_labels(strict=strict)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path
