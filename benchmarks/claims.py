"""Hold written reports against their written record and measure what comes out against the gold.

    python -m benchmarks.claims [FOLDER...]

Folders hold record.csv, reports.jsonl and gold.csv as tests/cases/claims has them; without one, those that may be
looked at. Printed are, for all and by language: recall of `matched` at 1, macro-F1 of the relation, F1 of `differs_in`,
average precision of `checkworthy`; for each folder how often BM25 and the encoder alone find the statement.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.claims.claim_matching import HeldReport, hold
from opencwc.claims.model import ASPECTS, Claim, Statement
from opencwc.claims.pair_signs import Record
from opencwc.claims.record_file import RecordFile
from opencwc.claims.word_index import SharedWords
from opencwc.language.encoders import named_encoder
from opencwc.records import from_json
from opencwc.reports.model import Report

CASES = Path("tests/cases/claims")
LANGUAGES = ("en", "fr", "ar", "es", "ru", "zh")
RELATIONS = ("agrees", "differs", "not_in_record")
Row = Mapping[str, str]


class Folder(NamedTuple):
    """A written folder: its record, its reports, and the gold row of each sentence."""

    statements: list[Statement]
    reports: list[Report]
    gold: dict[tuple[str, str], Row]


def looked_at() -> list[Path]:
    """Return the folders that may be looked at."""
    return sorted(folder for folder in CASES.iterdir() if folder.is_dir() and not folder.name.startswith("blind"))


def read_folder(folder: Path) -> Folder:
    """Read a folder."""
    reports: list[Report] = []
    for line in (folder / "reports.jsonl").read_bytes().splitlines():
        raw: dict[str, Any] = from_json(dict[str, Any], line)
        published = datetime.fromisoformat(raw["published"])
        fields = (raw["id"], published, raw["source"], raw["url"], raw.get("lang", ""), raw["title"], raw["text"])
        reports.append(Report(*fields, row=len(reports) + 1))
    with (folder / "gold.csv").open(encoding="utf-8", newline="") as stream:
        gold = {(row["report"], row["sentence"]): row for row in csv.DictReader(stream)}
    return Folder(RecordFile(folder / "record.csv").statements(), reports, gold)


class Scored(NamedTuple):
    """A sentence as it came out, beside its gold row and the language of its report."""

    claim: Claim | None
    gold: Row
    lang: str


def scored(folder: Folder) -> list[Scored]:
    """Hold a folder's reports and return each gold sentence with what came out."""
    encoder = named_encoder()
    held: list[HeldReport] = list(hold(folder.reports, Record(folder.statements, encoder), encoder))
    by_sentence = {(one.report.id, claim.sentence): (claim, one.lang) for one in held for claim in one.claims}
    lang_of = {one.report.id: one.lang for one in held}
    return [
        Scored(by_sentence.get(key, (None, ""))[0], row, lang_of.get(key[0], "")) for key, row in folder.gold.items()
    ]


def figures(rows: Sequence[Scored]) -> dict[str, float]:
    """Return the four figures, and recall and precision where they help."""
    from sklearn.metrics import average_precision_score, f1_score

    claims = [row for row in rows if row.gold["checkworthy"] == "1"]
    matched = [row for row in claims if row.gold["matched"]]
    found = [row.claim.relation or "not_in_record" if row.claim else "not_in_record" for row in claims]
    wanted = [row.gold["relation"] for row in claims]
    pairs = [(_aspects(row.claim), {one for one in row.gold["differs_in"].split(";") if one}) for row in claims]
    hits = sum(len(one & other) for one, other in pairs)
    all_found, all_wanted = sum(len(one) for one, _ in pairs), sum(len(other) for _, other in pairs)
    worth = [row.claim.checkworthy if row.claim else 0.0 for row in rows]
    return {
        "matched": sum(row.claim is not None and row.claim.matched == row.gold["matched"] for row in matched)
        / max(1, len(matched)),
        "relation": float(f1_score(wanted, found, labels=list(RELATIONS), average="macro", zero_division=0)),
        "differs_in": 2 * hits / max(1, all_found + all_wanted),
        "checkworthy": float(average_precision_score([row.gold["checkworthy"] == "1" for row in rows], worth)),
    }


def baselines(folder: Folder, langs: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Return how often BM25 and the encoder, each alone, put the right statement first: for all and by language."""
    encoder = named_encoder()
    vectors = encoder.passages([one.text for one in folder.statements])
    words = SharedWords([(one.text, one.lang) for one in folder.statements])
    rows = [(report, row) for (report, _), row in folder.gold.items() if row["matched"]]
    asked = encoder.passages([row["sentence"] for _, row in rows])
    right: dict[str, dict[str, list[bool]]] = {"BM25": {}, "encoder": {}}
    for (report, row), vector in zip(rows, asked, strict=True):
        lang = langs[report]
        found = {"BM25": words.near(row["sentence"], lang), "encoder": vectors @ vector}
        for way, near in found.items():
            is_right = folder.statements[int(near.argmax())].id == row["matched"]
            for part in ("all", lang):
                right[way].setdefault(part, []).append(is_right)
    return {way: {part: sum(some) / len(some) for part, some in by.items()} for way, by in right.items()}


def by_aspect(rows: Iterable[Scored]) -> dict[str, float]:
    """Return the F1 of each aspect."""
    counts = {aspect: [0, 0] for aspect in ASPECTS}
    for row in rows:
        found, wanted = _aspects(row.claim), set(row.gold["differs_in"].split(";"))
        for aspect in ASPECTS:
            counts[aspect][0] += 2 * (aspect in found and aspect in wanted)
            counts[aspect][1] += (aspect in found) + (aspect in wanted)
    return {aspect: hits / all_ if all_ else 0.0 for aspect, (hits, all_) in counts.items()}


def _aspects(claim: Claim | None) -> set[str]:
    return set(claim.differs_in) if claim else set()


def main() -> None:
    """Print the figures of folders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    folders = [read_folder(folder) for folder in parser.parse_args().folders or looked_at()]
    rows = [row for folder in folders for row in scored(folder)]
    parts = {"all": rows, **{lang: [row for row in rows if row.lang == lang] for lang in LANGUAGES}}
    table = {name: figures(some) for name, some in parts.items() if some}
    lines = [f"{'':<12}" + "".join(f"{name:>8}" for name in table)]
    lines += [
        f"{figure:<12}" + "".join(f"{table[name][figure]:8.3f}" for name in table)
        for figure in ("matched", "relation", "differs_in", "checkworthy")
    ]
    langs = {row.gold["report"]: row.lang for row in rows}
    for folder in folders:
        for way, by in baselines(folder, langs).items():
            lines.append(f"{way:<12}" + "".join(f"{by.get(name, 0.0):8.3f}" for name in table))
    lines += [f"  {aspect:<12}{value:6.3f}" for aspect, value in by_aspect(rows).items()]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
