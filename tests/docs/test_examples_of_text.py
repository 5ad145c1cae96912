"""The packing list, the e-mail and the data sheet of ``examples/`` give what is in them, in its place, and no more."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from opencwc.files import open_document

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
OPENCWC = str(Path(sys.executable).with_name("opencwc"))
sys.path.insert(0, str(EXAMPLES))

import make_text_examples as made  # noqa: E402

FOUND = {
    "liste-de-colisage.xlsx": {
        ("liste!B6", "Triéthanolamine", "listed", "3B17"),
        ("liste!B7", "Thiodiglycol", "listed", "2B13"),
        ("liste!B8", "Chlorure de thionyle", "listed", "3B14"),
        ("liste!D8", "2915.21", "review", "3B14"),
        ("liste!B9", "Oxychlorure de phosphore", "listed", "3B05"),
        ("liste!C9", "10025-87-4", "review", "3B05"),
        ("liste!B10", "TEA", "review", "3B17"),
        ("liste!B15", "Méthylphosphonate de diméthyle", "listed", "2B04"),
    },
    "order-ar.eml": {
        ("Subject", "ثلاثي إيثانول أمين", "listed", "3B17"),
        ("body ¶ 4", "ثلاثي إيثانول أمين", "listed", "3B17"),
        ("body ¶ 5", "ثيوديغليكول", "listed", "2B13"),
        ("الأصناف.csv > A2", "ثلاثي إيثانول أمين", "listed", "3B17"),
        ("الأصناف.csv > A3", "ثيوديغليكول", "listed", "2B13"),
        ("الأصناف.csv > A4", "كلوريد الثيونيل", "listed", "3B14"),
    },
    "safety-data-sheet.pdf": {
        ("p. 1 ¶ 4", "Trimethyl phosphite", "listed", "3B08"),
        ("p. 1 ¶ 4", "Dimethyl methylphosphonate", "listed", "2B04"),
        ("p. 3 ¶ 1", "UN 2329", "review", "3B08"),
        ("p. 3 ¶ 1", "TRIMETHYL PHOSPHITE", "listed", "3B08"),
        ("p. 3 ¶ 2", "2920.23", "review", "3B08"),
    },
}
"""What a person must look at: place, text, verdict, entry of the Schedules."""
READ_WITH = {
    "liste-de-colisage.xlsx": {
        "Triéthanolamine": "102-71-6", "Thiodiglycol": "111-48-8", "Méthylphosphonate de diméthyle": "DMMP 756-79-6",
    },
    "order-ar.eml": {"ثلاثي إيثانول أمين": "102-71-6", "ثيوديغليكول": "111-48-8", "كلوريد الثيونيل": "7719-09-7"},
    "safety-data-sheet.pdf": {
        "Trimethyl phosphite": "121-45-9 204-471-5", "Dimethyl methylphosphonate": "756-79-6 212-052-3",
    },
}  # fmt: skip
"""What else names the chemical of one of these findings."""

ORDINARY = re.compile(
    r"moutarde|ricin|chaise|gant|nitrile|lead|tin can|vx|mustard|honey|خردل|زيت|كراسي|saltmere", re.IGNORECASE
)
"""Foods, furniture, gloves, places and companies: none of them is a mention of a chemical."""


Answer = list[dict[str, Any]]


@pytest.fixture(scope="module")
def answers() -> Callable[[str], Answer]:
    """Screen an example from the command line, once."""

    @cache
    def of(name: str) -> Answer:
        done = subprocess.run(
            [OPENCWC, "screen", EXAMPLES / name, "--as", "text", "--format", "jsonl"], capture_output=True, check=False
        )
        assert done.returncode == 1, done.stderr.decode()
        return [json.loads(line) for line in done.stdout.decode().splitlines()]

    return of


@pytest.mark.parametrize("name", sorted(FOUND))
def test_what_is_listed_is_found_where_it_stands_and_nothing_else_is(
    answers: Callable[[str], Answer], name: str
) -> None:
    findings = answers(name)
    named = [finding for finding in findings if finding["verdict"] != "not_listed"]
    assert {
        (finding["id"], finding["input"], finding["verdict"], finding["entry"])
        for finding in named
        if finding["list"] != "AG"
    } == FOUND[name]
    assert {(finding["id"], finding["input"]) for finding in named} == {row[:2] for row in FOUND[name]}
    assert {finding["basis"] for finding in named} == {"text"}
    readings = {
        finding["input"]: " ".join(reading["written"] for reading in finding["readings"][1:])
        for finding in named
        if finding["readings"]
    }
    assert readings == READ_WITH[name]


@pytest.mark.parametrize("name", sorted(FOUND))
def test_no_food_no_place_and_no_company_is_a_mention(answers: Callable[[str], Answer], name: str) -> None:
    findings = answers(name)
    mentions = [
        finding["input"] for finding in findings if any(part["kind"] == "mention" for part in finding["evidence"])
    ]
    assert mentions
    assert [mention for mention in mentions if ORDINARY.search(mention)] == []


@pytest.mark.parametrize(
    ("name", "written", "stated"),
    [
        ("liste-de-colisage.xlsx", "Triéthanolamine", {"concentration": "85 %", "quantity": "1000 kg"}),
        ("liste-de-colisage.xlsx", "Thiodiglycol", {"quantity": "220 kg"}),
        ("order-ar.eml", "ثيوديغليكول", {"quantity": "40 kg"}),
        ("safety-data-sheet.pdf", "Trimethyl phosphite", {"concentration": "60-70 %"}),
    ],
)
def test_what_a_line_states_of_a_chemical_stands_in_the_evidence(
    answers: Callable[[str], Answer], name: str, written: str, stated: dict[str, str]
) -> None:
    in_evidence = {
        (part["kind"], part["value"])
        for answer in answers(name)
        if answer["input"] == written and answer["list"] == "CWC"
        for part in answer["evidence"]
    }
    assert stated.items() <= in_evidence


@pytest.mark.parametrize("name", sorted(FOUND))
def test_the_report_marks_the_mentions_in_their_places(name: str, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    done = subprocess.run([OPENCWC, "screen", EXAMPLES / name, "--as", "text", "-o", report], check=False)
    assert done.returncode == 1
    page = report.read_text(encoding="utf-8")
    marked: set[tuple[str, str]] = set()
    for passage in re.split('<div class="passage(?: told)?">', page)[1:]:
        place = re.search(r'<p class="place"><bdi[^>]*>(.*?)</bdi>', passage)
        text = re.search(r'<bdi class="marked"[^>]*>(.*?)</bdi>', passage, re.DOTALL)
        assert place and text
        for mark in re.findall(r'<mark class="(?:grave|doubt)">(.*?)</mark>', text[1], re.DOTALL):
            written = re.sub(r"<sup>.*?</sup>|<[^>]+>", "", mark)
            marked.add((html.unescape(place[1]), html.unescape(written)))
    assert {written for _, written in marked} == {
        text for _, written, _, _ in FOUND[name] for text in (written, *READ_WITH[name].get(written, "").split())
    }
    assert marked >= {(re.sub(r"(!|> )[A-Z]+(?=\d)", r"\1", place), written) for place, written, _, _ in FOUND[name]}


@pytest.mark.parametrize("name", sorted(made.EXAMPLES))
def test_a_kept_example_says_what_its_script_makes(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(made.EXAMPLES[name]())
    with open_document(EXAMPLES / name) as kept, open_document(tmp_path / name) as fresh:
        assert list(kept.passages()) == list(fresh.passages())
