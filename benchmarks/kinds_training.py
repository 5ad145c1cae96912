"""`python -m benchmarks.kinds_training [FOLDER...]`: learn kinds, stages and stances, and write the model's files.

A folder is one of written reports (`benchmarks.reports`); by itself, those of tests/cases/reports that may be looked at
while something is tuned. The short reports of tests/cases/kinds are learned from too, and never measured on.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from benchmarks.model_cards import write_card
from benchmarks.reports import CASES, LANGUAGES, looked_at, read_folder
from opencwc.language.encoders import named_encoder
from opencwc.reports.kind_model import (
    FOLDS,
    HELD,
    MODEL,
    NEAR,
    QUESTIONS,
    WEIGHTS,
    Weights,
    evaluate_kinds,
    labelled,
    learn,
)
from opencwc.reports.kinds import NONE, opening
from opencwc.reports.model import Report
from opencwc.reports.signs import certainty_signs, kind_signs, load_rules, read

SHORT = CASES.parent / "kinds"
LEARNED_ONLY = -1
"""The fold of what is never measured on."""


def short_reports() -> Iterator[tuple[Report, dict[str, str]]]:
    """Yield the short reports with their labels."""
    for lang in LANGUAGES:
        lines = (SHORT / f"{lang}.txt").read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            kind, stage, stance, title, text = line.split("|")
            report = Report(f"{lang}{number}", datetime(2025, 5, 1, tzinfo=UTC), "", "", lang, title, text)
            yield report, {"kind": kind, "stage": stage, "stance": stance, "lang": lang, "event": ""}


def row_of(report: Report, gold: Mapping[str, str], fold: int) -> dict[str, Any]:
    """Return what is learned from one report: its labels and signs, as ``kinds.held.parquet`` has them."""
    kind, lang = gold["kind"] or NONE, gold["lang"]
    found = read(report, lang)
    known = certainty_signs(found, kind)
    rest = {name: value for name, value in known.items() if not name.startswith("given=")}
    vector = named_encoder().passages([opening(report, lang)])[0]
    return {
        "lang": lang,
        "fold": fold,
        "kind": kind,
        "stage": gold["stage"],
        "stance": gold["stance"],
        "kind_signs": json.dumps(kind_signs(found, load_rules()["kind"].pairs)),
        "stage_signs": json.dumps(known),
        "stance_signs": json.dumps(rest | {f"given={gold['stage']}": 1.0}),
        "vector": np.round(vector * 127).astype(int).tolist(),
    }


def all_rows(folders: Sequence[Path]) -> list[dict[str, Any]]:
    """Return the rows of all reports; those of one folder, written by one hand, are one fold."""
    rows = [row_of(report, gold, LEARNED_ONLY) for report, gold in short_reports()]
    for fold, folder in enumerate(folders):
        reports, gold = read_folder(folder)
        rows += [row_of(report, gold[report.id], fold) for report in reports]
    return rows


def learned(rows: Sequence[Mapping[str, Any]], question: str) -> Weights:
    """Learn one question from rows."""
    return learn(question, load_rules()[question.removesuffix(NEAR)], labelled(rows, question))


def write_weights(rows: Sequence[Mapping[str, Any]]) -> None:
    """Learn from all rows and write the weights."""
    written = {}
    for question in QUESTIONS:
        weights = learned(rows, question)
        near = {"near": _short(weights.near), "encoder": named_encoder().id} if weights.near is not None else {}
        written[question] = {
            "classes": weights.classes, "signs": list(weights.place), "rows": _short(weights.rows), **near
        }  # fmt: skip
    WEIGHTS.write_text(json.dumps(written, separators=(",", ":")) + "\n", encoding="utf-8")


def write_held(rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what the model is measured on, and the weights learned without each fold."""
    held = [row for row in rows if row["fold"] != LEARNED_ONLY]
    table = pl.DataFrame(held, schema_overrides={"vector": pl.List(pl.Int8)})
    table.write_parquet(HELD, compression="zstd")
    kept: dict[str, Any] = {}
    for question in QUESTIONS:
        for fold in sorted({row["fold"] for row in held}):
            weights = learned([row for row in rows if row["fold"] != fold], question)
            kept[f"{question} {fold}"] = weights.rows.astype(np.float16)
            if weights.near is not None:
                kept[f"{question} {fold} near"] = weights.near.astype(np.float16)
    np.savez_compressed(FOLDS, **kept)


def _short(rows: Any) -> list[list[float]]:
    return [[round(float(one), 3) for one in row] for row in rows]


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("folders", nargs="*", type=Path)
    chosen = words.parse_args()
    folders = chosen.folders or looked_at()
    rows = all_rows(folders)
    with threadpool_limits(1):
        write_weights(rows)
        write_held(rows)
    write_card(MODEL, evaluate_kinds())
    print(f"{WEIGHTS.name}: {len(rows)} reports")
    return 0


if __name__ == "__main__":
    sys.exit(main())
