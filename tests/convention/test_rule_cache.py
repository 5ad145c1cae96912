"""What the rule files say is read once, serves every date, and is read anew as soon as a file changes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml

from opencwc.chemistry.curated_names import curated_names
from opencwc.convention import Convention
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener


def write_list(file: Path, name: str) -> None:
    entry = {
        "id": "X01", "title": {"en": "Acetone"}, "kind": "chemicals", "in_force": "2024-01-01", "salts": "silent",
        "source": "National list, item 1", "evidence": "official", "structure": [{"core": "CC(C)=O"}],
        "examples": [{"name": name, "cas": "67-64-1", "smiles": "CC(C)=O"}],
    }  # fmt: skip
    raw = {
        "list": "MINE", "title": {"en": "My list"}, "authority": "A ministry", "text_of": "2024-05-01",
        "source": "Official journal", "evidence": "official", "entries": [entry],
    }  # fmt: skip
    file.write_text(yaml.safe_dump(raw), encoding="utf-8")


def test_all_dates_and_choices_of_lists_share_what_is_written_and_what_is_made_of_it() -> None:
    first, other = Convention(date(2026, 11, 24)), Convention(date(2019, 1, 1), ("CWC",))
    assert first.written is other.written
    assert first.naming is other.naming
    assert first.entries != other.entries
    assert Rulebook.of(date(2026, 11, 24)) is Rulebook.of(date(2026, 11, 24))
    assert Rulebook.of(date(2026, 11, 24)).rulings != Rulebook.of(date(2019, 1, 1)).rulings
    resolvers = [Screener(Rulebook(convention)).known.resolver for convention in (first, other)]
    assert resolvers[0].curated is resolvers[1].curated
    assert resolvers[0].near is resolvers[1].near


def test_a_list_of_ones_own_is_read_beside_the_others_and_anew_once_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    write_list(file, "Acetone")
    before = Convention(files=(file,))
    assert before.written is Convention(files=(file,)).written
    assert before.written is not Convention().written
    write_list(file, "Acetone under another name")
    after = Convention(files=(file,))
    assert after.written is not before.written
    assert [
        len(curated_names(convention.written).by_name("Acetone under another name")) for convention in (before, after)
    ] == [0, 1]
