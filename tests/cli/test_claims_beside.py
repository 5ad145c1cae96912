"""`opencwc claims`: what it writes beside the claims, from which records, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run

EXAMPLES = Path(__file__).parents[2] / "examples"
REPORTS, RECORD = str(EXAMPLES / "reports.jsonl"), str(EXAMPLES / "record.csv")
REVIEWS, PICTURES = str(EXAMPLES / "claim-reviews.json"), EXAMPLES / "pictures"


def lines_of(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_histories_patterns_and_claim_reviews_are_written_beside_each_other(run: Run, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / "new.jpg").write_bytes((PICTURES / "drawn-2026.jpg").read_bytes())
    (pictures / "pictures.csv").write_text("file,report\nnew.jpg,r01\n", encoding="utf-8")
    histories, patterns, reviews = (tmp_path / name for name in ("h.jsonl", "p.jsonl", "c.jsonld"))
    answer = run(
        "claims", REPORTS, "--record", RECORD, "--record", EXAMPLES / "ledger-ours.csv", "--earlier", REVIEWS,
        "--histories", histories, "--patterns", patterns, "--pictures", pictures, "--seen", PICTURES / "seen",
        "-o", reviews, "--author", "Office",
    )  # fmt: skip
    assert answer.status == 0, answer.err
    steps = {(line["report"], line["step"]) for line in lines_of(histories) if line["history"] == "H-bbdfb036"}
    assert {("r01", "first_said"), ("r02", "repeated"), ("r04", "corrected")} <= steps
    assert ("https://verifica.example/valparaiso-amoniaco", "reviewed") in steps
    kinds = {line["kind"] for line in lines_of(patterns)}
    assert {"one_source", "old_picture"} <= kinds
    graph = json.loads(reviews.read_text(encoding="utf-8"))["@graph"]
    assert {review["author"]["name"] for review in graph} == {"Office"}
    assert "ledger-ours.csv is a trade ledger" in answer.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--earlier", REVIEWS], "--histories"),
        (["--pictures", str(PICTURES)], "--patterns"),
        (["--histories", "h.pdf"], "h.pdf"),
        (["--histories", "h.csv", "--patterns", "h.csv"], "h.csv"),
        (["--histories", "h.csv", "--earlier", "not-there.json"], "not-there.json"),
    ],
)
def test_bad_input_is_answered_before_anything_is_read(run: Run, words: list[str], told: str) -> None:
    answer = run("claims", REPORTS, "--record", RECORD, *words)
    assert answer.status == 2
    assert told in answer.err


def test_no_answer_takes_the_place_of_a_record(run: Run, tmp_path: Path) -> None:
    record = tmp_path / "record.csv"
    record.write_bytes(Path(RECORD).read_bytes())
    answer = run("claims", REPORTS, "--record", record, "--histories", record)
    assert answer.status == 2
    assert record.read_bytes() == Path(RECORD).read_bytes()
